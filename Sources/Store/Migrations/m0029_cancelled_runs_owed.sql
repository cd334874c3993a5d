-- What a cancelled run leaves to be done by whichever coordinator leads: that its end is told, once what it brought in is
-- matched, and that tasks leave the queue that workers still had in hand and gave back. NULL until the queue was looked
-- through for the first time.
ALTER TABLE runs ADD COLUMN is_told boolean NOT NULL DEFAULT true, ADD COLUMN in_hand bigint[] DEFAULT '{}';
CREATE INDEX runs_owed ON runs (id) WHERE NOT is_told OR in_hand IS NULL OR in_hand <> '{}';
