-- When a visit was checked in.
ALTER TABLE appointments ADD COLUMN checked_in_at timestamptz;
