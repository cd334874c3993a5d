-- Sets and names that wait to be indexed are read in full by every look-up, and a question about a vulnerability is hundreds
-- of look-ups: during a scan they took a hundred times as long.
ALTER INDEX package_sets_packages SET (fastupdate = off);
ALTER INDEX vulnerabilities_aliases SET (fastupdate = off);
SELECT gin_clean_pending_list('package_sets_packages'), gin_clean_pending_list('vulnerabilities_aliases');

-- Which images hold a set is answered from the index alone.
CREATE INDEX image_sets_holders ON image_sets (set_id, manifest_id);
DROP INDEX image_sets_set;
