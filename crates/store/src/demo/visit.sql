INSERT INTO appointments (
  id, client_id, pet_id, service_id, staff_id, starts_at, ends_at, actual_start_at, actual_end_at, status, booking_method, booking_reference,
  reason, estimated_cost_cents, final_cost_cents, payment_status, cancelled_at, cancellation_reason, is_emergency, created_at, updated_at,
  picked_up_at, checked_in_at
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)
