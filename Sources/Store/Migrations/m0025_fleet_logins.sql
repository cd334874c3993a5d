-- The credentials of a host are the fleet's. Those that accounts other than the fleet's had put there stay theirs.
UPDATE registries SET username = NULL, secret = NULL
FROM registry_logins JOIN accounts ON accounts.name = registry_logins.account
WHERE registry_logins.registry = registries.host AND registry_logins.secret = registries.secret
    AND accounts.kind <> 'admin';
