-- When a visit was checked in: who waits longest is seen first, also where something is written of the visit while it waits. Of a card,
-- `visit_cards.updated_at` is from now on since when a visit stands where it stands, where its status has no other stamp: when it was checked in, or
-- last written.
ALTER TABLE appointments ADD COLUMN checked_in_at INTEGER;
