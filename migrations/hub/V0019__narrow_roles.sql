-- What roles may see, closer to the product's table "Who may see what"; a clinic's log can be removed with the clinic.

-- The client, through the portal: of their own rows, what was said to them and what they said. Nothing that the clinic notes for itself, and no column
-- that is added later, until it is said here.
REVOKE SELECT, INSERT ON clients, pets, appointments, appointment_form_answers, waitlist_entries, reviews, unsubscribes, medical_records, report_cards
  FROM petrel_client;
GRANT SELECT (clinic_id, id, first_name, last_name, email, phone, address, email_status, sms_opted_out_at, membership_status,
  notification_settings, created_at, updated_at, deleted_at) ON clients TO petrel_client;
GRANT SELECT (clinic_id, id, client_id, name, species, breed, sex, is_neutered, born_on, weight_grams, color, microchip, allergies,
  photo_attachment_id, deceased_on, created_at, updated_at, deleted_at) ON pets TO petrel_client;
GRANT SELECT (clinic_id, id, client_id, pet_id, service_id, staff_id, title, starts_at, ends_at, status, booking_method, booked_by_client,
  booking_reference, reason, symptoms, special_requests, client_notes, estimated_cost_cents, final_cost_cents, payment_status, payment_currency,
  pickup_address, cancelled_at, cancellation_reason, previous_appointment_id, recurrence, series_id, group_id, created_at, updated_at, deleted_at)
  ON appointments TO petrel_client;
GRANT SELECT (clinic_id, id, appointment_id, field_name, field_type, field_value, created_at, updated_at, deleted_at)
  ON appointment_form_answers TO petrel_client;
GRANT SELECT (clinic_id, id, client_id, pet_id, service_id, staff_id, requested_on, earliest_time, latest_time, status, offer_expires_at,
  created_at, updated_at, deleted_at) ON waitlist_entries TO petrel_client;
GRANT SELECT (clinic_id, id, report_card_id, client_id, appointment_id, rating, feedback, is_public, created_at, updated_at, deleted_at)
  ON reviews TO petrel_client;
GRANT SELECT (clinic_id, id, client_id, topic, channel, reason, created_at, updated_at, deleted_at) ON unsubscribes TO petrel_client;
GRANT SELECT (clinic_id, id, pet_id, appointment_id, author_id, kind, title, body, data, recorded_at, due_on, is_shared_with_client,
  created_at, updated_at, deleted_at) ON medical_records TO petrel_client;
GRANT SELECT (clinic_id, id, appointment_id, pet_id, groomer_id, summary, behavior, coat_condition, recommendations, next_visit_weeks,
  public_token, is_draft, sent_at, expires_at, created_at, updated_at, deleted_at) ON report_cards TO petrel_client;

-- What they ask for is for themselves, a pet of theirs and a card of that pet; what it costs, whether it was paid, which status it has and whether it is
-- shown to all is the clinic's to say.
GRANT INSERT (clinic_id, id, client_id, pet_id, service_id, staff_id, starts_at, ends_at, booking_method, booked_by_client, reason, symptoms,
  special_requests, client_notes, pickup_address, created_at, updated_at, made_clock, made_seq, made_replica, seq) ON appointments TO petrel_client;
GRANT INSERT (clinic_id, id, client_id, pet_id, service_id, staff_id, requested_on, earliest_time, latest_time, notes, created_at, updated_at,
  made_clock, made_seq, made_replica, seq) ON waitlist_entries TO petrel_client;
GRANT INSERT (clinic_id, id, report_card_id, client_id, appointment_id, rating, feedback, created_at, updated_at, made_clock, made_seq,
  made_replica, seq) ON reviews TO petrel_client;
GRANT INSERT (clinic_id, id, client_id, topic, channel, reason, created_at, updated_at, made_clock, made_seq, made_replica, seq)
  ON unsubscribes TO petrel_client;
ALTER POLICY petrel_client_insert ON appointments WITH CHECK (clinic_id = (SELECT petrel_clinic()) AND client_id = (SELECT petrel_client())
  AND booked_by_client AND booking_method = 'online' AND (pet_id IS NULL OR EXISTS (
    SELECT 1 FROM pets p WHERE p.clinic_id = appointments.clinic_id AND p.id = appointments.pet_id AND p.client_id = (SELECT petrel_client()))));
ALTER POLICY petrel_client_insert ON waitlist_entries WITH CHECK (clinic_id = (SELECT petrel_clinic()) AND client_id = (SELECT petrel_client())
  AND (pet_id IS NULL OR EXISTS (
    SELECT 1 FROM pets p WHERE p.clinic_id = waitlist_entries.clinic_id AND p.id = waitlist_entries.pet_id AND p.client_id = (SELECT petrel_client()))));
ALTER POLICY petrel_client_insert ON reviews WITH CHECK (clinic_id = (SELECT petrel_clinic()) AND client_id = (SELECT petrel_client())
  AND EXISTS (SELECT 1 FROM report_cards r JOIN pets p ON p.clinic_id = r.clinic_id AND p.id = r.pet_id
    WHERE r.clinic_id = reviews.clinic_id AND r.id = reviews.report_card_id AND NOT r.is_draft AND p.client_id = (SELECT petrel_client())
      AND (reviews.appointment_id IS NULL OR reviews.appointment_id = r.appointment_id)));

-- Anyone: a report card by its link, until the link runs out; of a review that is public, what it says and not who said it.
REVOKE SELECT ON report_cards, reviews FROM petrel_anonymous;
GRANT SELECT (clinic_id, id, pet_id, summary, behavior, coat_condition, recommendations, next_visit_weeks, public_token, is_draft, sent_at,
  expires_at, created_at, updated_at, deleted_at) ON report_cards TO petrel_anonymous;
GRANT SELECT (clinic_id, id, rating, feedback, is_public, created_at, updated_at, deleted_at) ON reviews TO petrel_anonymous;
ALTER POLICY petrel_anonymous_select ON report_cards USING (clinic_id = (SELECT petrel_clinic()) AND public_token = (SELECT petrel_token())
  AND NOT is_draft AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > now()));

-- The front desk reads medical records and writes none: nor what is attached to them.
DROP POLICY petrel_front_desk_all ON attachments;
CREATE POLICY petrel_front_desk_select ON attachments FOR SELECT TO petrel_front_desk USING (clinic_id = (SELECT petrel_clinic()));
CREATE POLICY petrel_front_desk_insert ON attachments FOR INSERT TO petrel_front_desk
  WITH CHECK (clinic_id = (SELECT petrel_clinic()) AND owner_table <> 'medical_records');
CREATE POLICY petrel_front_desk_update ON attachments FOR UPDATE TO petrel_front_desk
  USING (clinic_id = (SELECT petrel_clinic()) AND owner_table <> 'medical_records')
  WITH CHECK (clinic_id = (SELECT petrel_clinic()) AND owner_table <> 'medical_records');

-- Campaigns, what they sent and what came of it are for whoever runs the clinic. The others see what was said with a client, and whether it arrived.
DO $$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['petrel_clinician', 'petrel_front_desk'] LOOP
    EXECUTE format('ALTER POLICY %I ON messages USING (clinic_id = (SELECT petrel_clinic()) AND purpose NOT IN (''campaign'', ''journey'')
        AND campaign_send_id IS NULL AND enrollment_id IS NULL)
      WITH CHECK (clinic_id = (SELECT petrel_clinic()) AND purpose NOT IN (''campaign'', ''journey'')
        AND campaign_send_id IS NULL AND enrollment_id IS NULL)', role || '_all');
    -- A message that the role does not see is none here, either.
    EXECUTE format('ALTER POLICY %I ON message_events USING (clinic_id = (SELECT petrel_clinic()) AND campaign_id IS NULL AND EXISTS (
        SELECT 1 FROM messages m WHERE m.clinic_id = message_events.clinic_id AND m.id = message_events.message_id))', role || '_select');
  END LOOP;
END $$;

-- Months of the log are tables like others: who is not let in by the log itself is not let in by them. The first ones are already. Where clinics are spread
-- over servers (docs/adr/0011), the log is divided by clinic and its months are the servers' own: what makes none here stays.
DO $$
BEGIN
  IF (SELECT partstrat = 'r' FROM pg_partitioned_table WHERE partrelid = 'log'::regclass) THEN
    EXECUTE $make$
      CREATE OR REPLACE FUNCTION make_log_partition(day date) RETURNS void LANGUAGE plpgsql AS $body$
      DECLARE
        from_day date := date_trunc('month', day)::date;
        name text := 'log_' || to_char(from_day, 'YYYY_MM');
      BEGIN
        IF to_regclass(name) IS NULL THEN
          EXECUTE format('CREATE TABLE %I PARTITION OF log FOR VALUES FROM (%L) TO (%L)', name,
            from_day::timestamp AT TIME ZONE 'UTC', (from_day + interval '1 month') AT TIME ZONE 'UTC');
          EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
          EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        END IF;
      EXCEPTION WHEN check_violation OR duplicate_table THEN
        NULL;
      END $body$
    $make$;
  END IF;
END $$;
DO $$
DECLARE
  t record;
BEGIN
  FOR t IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent IN ('log'::regclass, 'log_archive'::regclass) AND c.relkind = 'r' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t.relname);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t.relname);
  END LOOP;
END $$;

-- The hub never takes anything out of a log. The owner does, where a clinic is removed, and of that clinic alone.
DO $$
BEGIN
  EXECUTE format('CREATE POLICY removal ON log FOR DELETE TO %I USING (clinic_id = (SELECT petrel_clinic()))', current_user);
  EXECUTE format('CREATE POLICY owner ON log_archive TO %I USING (clinic_id = (SELECT petrel_clinic()))', current_user);
END $$;
