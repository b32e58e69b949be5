-- When whoever a visit was for was picked up again.
ALTER TABLE appointments ADD COLUMN picked_up_at timestamptz;
