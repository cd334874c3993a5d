-- Since when a fix of an open match is known, where it came later than the match; null for as long as that. Policies grant
-- a time from then on (max_days_since_fix).
ALTER TABLE package_vulnerabilities ADD COLUMN fixed_from timestamptz;
