INSERT INTO client_stats (
  client_id, appointments, completed, no_shows, cancellations, reschedules, calls, spent_cents, first_visit_at, last_visit_at,
  lead_minutes_total, preferred_days, preferred_hours, preferred_staff, preferred_services
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
