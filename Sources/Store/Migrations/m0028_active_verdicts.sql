-- What an image last came to, under a name, by the bundle that was its account's active one: what differs from that is told,
-- whichever bundle it comes of.
CREATE TABLE active_verdicts (
    manifest_id bigint NOT NULL REFERENCES manifests ON DELETE CASCADE,
    account text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    tag text NOT NULL,
    policy_id text NOT NULL,
    final_action text NOT NULL,
    PRIMARY KEY (manifest_id, account, tag)
);

INSERT INTO active_verdicts (manifest_id, account, tag, policy_id, final_action)
SELECT DISTINCT ON (manifest_id, account, tag) manifest_id, account, tag, policy_id, final_action
FROM policy_evaluations JOIN policy_bundles USING (account, policy_id)
WHERE is_active
ORDER BY manifest_id, account, tag, id DESC;
