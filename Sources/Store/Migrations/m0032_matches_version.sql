-- Another number whenever an open match, or what is known of its flaw, is another: what was read of them under this number
-- holds as long as it stands here. By chance and not counted up, so that a database that was restored has none that stood for
-- something else. Only matching passes set it, which exclude each other.
ALTER TABLE matching_rules ADD COLUMN matches_version bigint NOT NULL DEFAULT 0;
