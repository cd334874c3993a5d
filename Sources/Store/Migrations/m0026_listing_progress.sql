-- How far the listing of a run is: repositories that its targets and their catalogs named, and those that are done.
ALTER TABLE runs ADD COLUMN named_repositories integer NOT NULL DEFAULT 0,
    ADD COLUMN listed_repositories integer NOT NULL DEFAULT 0;
