-- An import of many clients fills the search index's buffer again and again, and each time what is in it is sorted, written and merged. With room for
-- 32 MB of words it is written once or twice; a desk's daily work never comes near it.
INSERT INTO search_index (search_index, rank) VALUES ('hashsize', 33554432);
