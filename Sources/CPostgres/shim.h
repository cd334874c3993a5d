#pragma once
#include <libpq-fe.h>

// Character macros do not import into Swift as the int that PQresultErrorField takes.
static const int tallyman_PG_DIAG_SQLSTATE = PG_DIAG_SQLSTATE;
