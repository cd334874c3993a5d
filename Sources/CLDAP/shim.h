#pragma once
#include <ldap.h>

// Macros of OpenLDAP that are pointers, which Swift does not see.
static inline int tallyman_ldap_refuse_referrals(LDAP *ldap) {
    return ldap_set_option(ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
}
static inline int tallyman_ldap_restart_calls(LDAP *ldap) {
    return ldap_set_option(ldap, LDAP_OPT_RESTART, LDAP_OPT_ON);
}
static inline int tallyman_ldap_simple_bind(LDAP *ldap, const char *dn, struct berval *password) {
    return ldap_sasl_bind_s(ldap, dn, LDAP_SASL_SIMPLE, password, NULL, NULL, NULL);
}
