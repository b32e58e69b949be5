-- Needs attention asks for visits to come that two desks made doubtful, each not knowing of the other: of a pet that died, or in place of a visit
-- that was moved twice.
CREATE INDEX pets_deceased ON pets (deceased_on) WHERE deceased_on IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX appointments_in_place ON appointments (starts_at) WHERE previous_appointment_id IS NOT NULL AND deleted_at IS NULL;
