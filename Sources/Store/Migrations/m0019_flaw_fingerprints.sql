-- What a matching pass wrote of a vulnerability, as a number: what has not changed is not written again.
ALTER TABLE vulnerabilities ADD COLUMN fingerprint bigint;
