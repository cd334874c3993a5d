-- From when on an evaluation may come to something else although only time has passed; none where that is never.
ALTER TABLE policy_evaluations ADD COLUMN valid_until timestamptz;
CREATE INDEX policy_evaluations_ending ON policy_evaluations (valid_until) WHERE valid_until IS NOT NULL;

-- SHA-256 over what is stored of a layer; none for layers that were stored before, whose analysis version says as much.
ALTER TABLE layer_reports ADD COLUMN fingerprint bytea;
