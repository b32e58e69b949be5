SELECT a.staff_id, a.id, a.starts_at, a.ends_at, a.service_id, coalesce(s.buffer_minutes, 0), coalesce(s.kind = 'boarding', 0)
FROM appointments a LEFT JOIN services s ON s.id = a.service_id
