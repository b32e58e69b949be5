-- Visits of more than a day are few, and begin long before what they stand in the way of: they are found by an index of their own.
CREATE INDEX appointments_long ON appointments (staff_id, starts_at, clinic_id) WHERE ends_at - starts_at > interval '1 day';
