SELECT
  a.id, a.staff_id, a.client_id, a.pet_id, a.service_id, a.title, a.starts_at, a.ends_at, a.actual_start_at, a.actual_end_at,
  a.status, a.updated_at, a.cancelled_at, a.is_emergency, a.is_overbooked, a.series_id, a.group_id, a.clash_with_id,
  a.client_first, a.client_last, a.client_phone, a.pet_name, a.species, a.has_alert, a.picked_up_at
FROM visit_cards a
