INSERT INTO appointments (
  id, client_id, pet_id, service_id, staff_id, title, starts_at, ends_at, status, booking_method, booked_by_client, booking_reference,
  reason, symptoms, special_requests, client_notes, internal_notes, pickup_address, estimated_cost_cents, final_cost_cents, payment_status,
  payment_currency, is_emergency, is_overbooked, recurrence, series_id, group_id, reschedule_count, previous_appointment_id,
  created_at, updated_at
)
SELECT
  ?2, client_id, pet_id, service_id, ?5, title, ?3, ?4, 'confirmed', booking_method, booked_by_client, ?7,
  reason, symptoms, special_requests, client_notes, internal_notes, pickup_address, estimated_cost_cents, final_cost_cents, payment_status,
  payment_currency, is_emergency, ?6, recurrence, series_id, group_id, reschedule_count + 1, id,
  ?8, ?8
FROM appointments WHERE id = ?1
