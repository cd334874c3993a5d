-- The number that stands for all open matches and what is known of their flaws (step 32) is set by whatever statement writes
-- either, also one of a coordinator that was started before there was such a number. Once a statement, not once a row; what
-- the probabilities of exploitation write each day is in no match.
CREATE FUNCTION matches_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE matching_rules SET matches_version = 1 + floor(random() * 9007199254740991)::bigint;
    RETURN NULL;
END
$$;
CREATE TRIGGER package_vulnerabilities_version AFTER INSERT OR UPDATE ON package_vulnerabilities
    FOR EACH STATEMENT EXECUTE FUNCTION matches_note_change();
CREATE TRIGGER vulnerabilities_version AFTER INSERT OR UPDATE OF name, aliases, cvss_score, cvss_vector ON vulnerabilities
    FOR EACH STATEMENT EXECUTE FUNCTION matches_note_change();

-- How many listings of a run were begun. Each takes a number of its own, and what an earlier one brings, plans or fails
-- changes nothing: its coordinator may have been stopped, and another may have led, between any two of its statements.
ALTER TABLE runs ADD COLUMN listings integer NOT NULL DEFAULT 0;

-- Since when images of a run are folded while it is still being listed: what was folded since is analysed, not reused.
ALTER TABLE runs ADD COLUMN folding_since timestamptz;
