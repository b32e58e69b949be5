UPDATE appointments SET
  pet_id = ?2, service_id = ?3, title = ?4, reason = ?5, symptoms = ?6, special_requests = ?7, client_notes = ?8, internal_notes = ?9,
  pickup_address = ?10, estimated_cost_cents = ?11, final_cost_cents = ?12, payment_status = ?13, updated_at = ?14, is_overbooked = ?15,
  is_emergency = ?16
WHERE id = ?1
