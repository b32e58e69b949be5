-- Whom the clinic has not seen for long is listed by when they were last there.
CREATE INDEX client_stats_by_last_visit ON client_stats (last_visit_at, client_id) WHERE last_visit_at IS NOT NULL;
