-- Folds have shards of their own, behind the sixteen of layers. (Before an older program is used again:
-- UPDATE tasks SET shard = shard % 16, dispatched_epoch = NULL WHERE shard >= 16.)
UPDATE tasks SET shard = (subject_id % 16 + 16)::smallint, dispatched_epoch = NULL WHERE kind = 'inventory' AND shard < 16;
UPDATE tasks SET shard = shard % 16, dispatched_epoch = NULL WHERE kind = 'layer' AND shard >= 16;

-- Each kind is announced for itself, a thousand at a time.
DROP INDEX tasks_queued;
CREATE INDEX tasks_queued ON tasks (kind, priority, id) WHERE state = 'queued';
