INSERT INTO appointments (
  id, client_id, pet_id, service_id, staff_id, title, starts_at, ends_at, status, booking_method, booked_by_client, booking_reference,
  reason, symptoms, special_requests, client_notes, internal_notes, pickup_address, estimated_cost_cents, is_emergency, is_overbooked,
  recurrence, series_id, group_id, created_at, updated_at, checked_in_at
) VALUES (
  ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?25,
  CASE ?9 WHEN 'checked_in' THEN ?25 END
)
