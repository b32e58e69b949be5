INSERT OR REPLACE INTO daily_stats (on_date, calls, successful_calls, failed_calls, bookings, sms, emails, cost_micros, call_bookings)
SELECT
  ?1,
  (SELECT count(*) FROM calls WHERE created_at >= ?2 AND created_at < ?3 AND deleted_at IS NULL),
  (SELECT count(*) FROM calls WHERE created_at >= ?2 AND created_at < ?3 AND deleted_at IS NULL AND status = 'completed'),
  (SELECT count(*) FROM calls WHERE created_at >= ?2 AND created_at < ?3 AND deleted_at IS NULL AND status IN ('failed', 'no_answer', 'busy')),
  (SELECT count(*) FROM appointments WHERE created_at >= ?2 AND created_at < ?3 AND deleted_at IS NULL),
  (SELECT count(*) FROM messages WHERE created_at >= ?2 AND created_at < ?3 AND deleted_at IS NULL AND channel = 'sms'),
  (SELECT count(*) FROM messages WHERE created_at >= ?2 AND created_at < ?3 AND deleted_at IS NULL AND channel = 'email'),
  (SELECT coalesce(sum(cost_micros), 0) FROM calls WHERE created_at >= ?2 AND created_at < ?3 AND deleted_at IS NULL)
    + (SELECT coalesce(sum(cost_micros), 0) FROM messages WHERE created_at >= ?2 AND created_at < ?3 AND deleted_at IS NULL),
  (SELECT count(*) FROM calls WHERE created_at >= ?2 AND created_at < ?3 AND deleted_at IS NULL AND appointment_id IS NOT NULL)
