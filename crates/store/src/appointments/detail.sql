SELECT
  a.id, a.staff_id, a.client_id, a.pet_id, a.service_id, a.title, a.starts_at, a.ends_at, a.actual_start_at, a.actual_end_at,
  a.status, CASE a.status WHEN 'checked_in' THEN coalesce(a.checked_in_at, a.updated_at) ELSE a.updated_at END AS since_at, a.cancelled_at, a.is_emergency, a.is_overbooked, a.series_id, a.group_id, a.clash_with_id,
  CASE WHEN c.first_name = '' AND c.last_name = '' AND c.phone IS NULL THEN coalesce(c.email, '') ELSE c.first_name END AS client_first, c.last_name AS client_last, c.phone AS client_phone,
  p.name AS pet_name, p.species AS species,
  p.alerts IS NOT NULL OR p.allergies IS NOT NULL AS has_alert, a.picked_up_at,
  a.booking_method, a.booking_reference, a.reason, a.symptoms, a.special_requests, a.client_notes, a.internal_notes, a.pickup_address,
  a.estimated_cost_cents, a.final_cost_cents, a.payment_status, p.alerts AS pet_alerts, p.allergies AS pet_allergies, p.deceased_on AS pet_deceased_on, p.breed,
  a.created_at, a.cancellation_reason, a.reschedule_count, a.previous_appointment_id, a.recurrence,
  (SELECT n.id FROM appointments n WHERE n.previous_appointment_id = a.id AND n.deleted_at IS NULL) AS next_appointment_id
FROM appointments a
LEFT JOIN clients c ON c.id = a.client_id
LEFT JOIN pets p ON p.id = a.pet_id
WHERE a.id = ?1 AND a.deleted_at IS NULL
