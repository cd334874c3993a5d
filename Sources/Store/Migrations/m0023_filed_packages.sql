-- Whether a package that waits is filed under its keys already: what an import found by them is, and a delta of advisories
-- touches thousands of such.
ALTER TABLE waiting_packages ADD COLUMN is_filed boolean NOT NULL DEFAULT false;
