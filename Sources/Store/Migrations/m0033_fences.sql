-- How many listings of a run were begun. Each takes a number of its own, and what an earlier one brings, plans or fails
-- changes nothing: its coordinator may have been stopped, and another may have led, between any two of its statements.
ALTER TABLE runs ADD COLUMN listings integer NOT NULL DEFAULT 0;

-- Since when images of a run are folded while it is still being listed: what was folded since is analysed, not reused.
ALTER TABLE runs ADD COLUMN folding_since timestamptz;
