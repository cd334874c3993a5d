-- A package that a distribution ships inside one of its own is matched with what the distribution says of its owner.
ALTER TABLE packages ADD COLUMN owner bigint REFERENCES packages;
CREATE INDEX packages_owner ON packages (owner) WHERE owner IS NOT NULL;
CREATE INDEX advisory_ranges_ecosystem ON advisory_ranges (ecosystem);
