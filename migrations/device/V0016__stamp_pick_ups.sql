-- When whoever a visit was for was picked up again: who is done and who is gone are two things.
ALTER TABLE appointments ADD COLUMN picked_up_at INTEGER;
ALTER TABLE visit_cards ADD COLUMN picked_up_at INTEGER;
