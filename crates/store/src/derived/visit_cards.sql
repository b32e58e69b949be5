INSERT OR REPLACE INTO visit_cards (
  id, staff_id, client_id, pet_id, service_id, title, starts_at, ends_at, actual_start_at, actual_end_at,
  status, updated_at, cancelled_at, is_emergency, is_overbooked, series_id, group_id, clash_with_id,
  client_first, client_last, client_phone, pet_name, species, has_alert, picked_up_at
)
