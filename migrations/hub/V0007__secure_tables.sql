-- Who may see what. The program's role owns nothing; every table FORCEs row-level security, by clinic for all and by role as the product's table
-- "Who may see what" says. The clinic, the client and the public token come from settings of the transaction (`set_config(…, true)`).

DO $$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['petrel_hub', 'petrel_manager', 'petrel_clinician', 'petrel_front_desk', 'petrel_client', 'petrel_anonymous'] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = role) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOBYPASSRLS', role);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- Another database of this server made it at the same moment.
      END;
    END IF;
  END LOOP;
  -- Whoever migrates may become the program; superusers may anyway.
  IF NOT pg_has_role(current_user, 'petrel_hub', 'MEMBER') THEN
    EXECUTE format('GRANT petrel_hub TO %I', current_user);
  END IF;
END $$;

CREATE FUNCTION petrel_clinic() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('petrel.clinic_id', true), '')::uuid $$;
CREATE FUNCTION petrel_client() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('petrel.client_id', true), '')::uuid $$;
CREATE FUNCTION petrel_token() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('petrel.public_token', true), '') $$;

-- Every table: row-level security, also for its owner; the hub and whoever runs the clinic see the clinic's rows.
DO $$
DECLARE
  t record;
  column_name text;
BEGIN
  FOR t IN
    SELECT c.oid, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND c.relname NOT LIKE 'refinery%'
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t.relname);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t.relname);
    column_name := CASE WHEN t.relname = 'tenants' THEN 'id' ELSE 'clinic_id' END;
    EXECUTE format('CREATE POLICY hub ON %I TO petrel_hub USING (%I = (SELECT petrel_clinic())) WITH CHECK (%I = (SELECT petrel_clinic()))',
      t.relname, column_name, column_name);
    -- Partitions are reached through their parent alone.
    IF NOT EXISTS (SELECT 1 FROM pg_inherits WHERE inhrelid = t.oid) THEN
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO petrel_hub', t.relname);
    END IF;
  END LOOP;
END $$;
REVOKE DELETE ON log, log_archive, tenants, log_heads FROM petrel_hub;
REVOKE UPDATE ON log, log_archive FROM petrel_hub;

CREATE FUNCTION petrel_allow(role text, commands text, tables text[], condition text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t text;
  command text;
  clause text := 'clinic_id = (SELECT petrel_clinic())' || coalesce(' AND (' || condition || ')', '');
BEGIN
  FOREACH t IN ARRAY tables LOOP
    FOREACH command IN ARRAY string_to_array(commands, ' ') LOOP
      EXECUTE format('GRANT %s ON %I TO %I', CASE command WHEN 'ALL' THEN 'SELECT, INSERT, UPDATE' ELSE command END, t, role);
      EXECUTE format('CREATE POLICY %I ON %I FOR %s TO %I %s %s', role || '_' || lower(command), t, command, role,
        CASE WHEN command = 'INSERT' THEN '' ELSE 'USING (' || clause || ')' END,
        CASE WHEN command IN ('ALL', 'INSERT', 'UPDATE') THEN 'WITH CHECK (' || clause || ')' ELSE '' END);
    END LOOP;
  END LOOP;
END $$;

-- Owner and admin.
SELECT petrel_allow('petrel_manager', 'ALL', array_agg(relname::text)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = current_schema() AND c.relkind = 'r' AND EXISTS (
    SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'made_clock');

-- Veterinarian, groomer, technician.
SELECT petrel_allow('petrel_clinician', 'ALL', ARRAY['clients', 'client_tags', 'pets', 'appointments', 'appointment_form_answers',
  'waitlist_entries', 'medical_records', 'report_cards', 'report_card_views', 'reviews', 'attachments', 'messages', 'calls']);
SELECT petrel_allow('petrel_clinician', 'SELECT', ARRAY['clinics', 'services', 'staff_schedules', 'schedule_overrides',
  'private_feedback', 'message_templates', 'message_events', 'unsubscribes', 'faqs', 'qr_codes']);

-- The front desk.
SELECT petrel_allow('petrel_front_desk', 'ALL', ARRAY['clients', 'client_tags', 'pets', 'appointments', 'appointment_form_answers',
  'waitlist_entries', 'waitlist_slot_offers', 'waitlist_offer_recipients', 'report_cards', 'report_card_views', 'reviews', 'attachments',
  'messages', 'calls', 'unsubscribes']);
SELECT petrel_allow('petrel_front_desk', 'SELECT', ARRAY['clinics', 'services', 'staff_schedules', 'schedule_overrides', 'medical_records',
  'private_feedback', 'message_templates', 'message_events', 'faqs', 'qr_codes']);

-- Colleagues are seen by all who work here, their PINs by nobody but the hub and whoever runs the clinic.
GRANT SELECT (clinic_id, id, first_name, last_name, role, color, is_active, created_at, updated_at, deleted_at) ON staff
  TO petrel_clinician, petrel_front_desk;
CREATE POLICY colleagues ON staff FOR SELECT TO petrel_clinician, petrel_front_desk USING (clinic_id = (SELECT petrel_clinic()));

-- A client of the clinic, through the portal: what is their own, and what is shared with them.
SELECT petrel_allow('petrel_client', 'SELECT', ARRAY['clients'], 'id = (SELECT petrel_client()) AND deleted_at IS NULL');
SELECT petrel_allow('petrel_client', 'SELECT', ARRAY['pets', 'appointments', 'waitlist_entries', 'reviews', 'unsubscribes'],
  'client_id = (SELECT petrel_client()) AND deleted_at IS NULL');
SELECT petrel_allow('petrel_client', 'INSERT', ARRAY['appointments', 'waitlist_entries', 'reviews', 'unsubscribes'],
  'client_id = (SELECT petrel_client())');
SELECT petrel_allow('petrel_client', 'SELECT', ARRAY['medical_records'], 'is_shared_with_client AND deleted_at IS NULL AND EXISTS (
  SELECT 1 FROM pets p WHERE p.clinic_id = medical_records.clinic_id AND p.id = medical_records.pet_id AND p.client_id = (SELECT petrel_client()))');
SELECT petrel_allow('petrel_client', 'SELECT', ARRAY['report_cards'], 'NOT is_draft AND deleted_at IS NULL AND EXISTS (
  SELECT 1 FROM pets p WHERE p.clinic_id = report_cards.clinic_id AND p.id = report_cards.pet_id AND p.client_id = (SELECT petrel_client()))');
SELECT petrel_allow('petrel_client', 'SELECT', ARRAY['appointment_form_answers'], 'deleted_at IS NULL AND EXISTS (
  SELECT 1 FROM appointments a WHERE a.clinic_id = appointment_form_answers.clinic_id AND a.id = appointment_form_answers.appointment_id
    AND a.client_id = (SELECT petrel_client()))');

-- Anyone: a report card by its link, reviews that are public, and the way out of the mailing lists.
SELECT petrel_allow('petrel_anonymous', 'SELECT', ARRAY['report_cards'],
  'public_token = (SELECT petrel_token()) AND NOT is_draft AND deleted_at IS NULL');
SELECT petrel_allow('petrel_anonymous', 'SELECT', ARRAY['reviews'], 'is_public AND deleted_at IS NULL');
SELECT petrel_allow('petrel_anonymous', 'INSERT', ARRAY['unsubscribes']);

DROP FUNCTION petrel_allow(text, text, text[], text);

-- Where the clinic is not known yet: who is this? These few look across clinics, by a secret's hash alone, and answer no more than is needed.
CREATE FUNCTION device_of(token_hash bytea)
  RETURNS TABLE (clinic_id uuid, id uuid, expires_at timestamptz, is_next boolean, revoked_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT d.clinic_id, d.id, d.access_expires_at, false, d.revoked_at FROM devices d WHERE d.access_hash = token_hash
  UNION ALL
  SELECT d.clinic_id, d.id, d.next_access_expires_at, true, d.revoked_at FROM devices d WHERE d.next_access_hash = token_hash
  LIMIT 1
$$;
CREATE FUNCTION device_of_refresh(token_hash bytea)
  RETURNS TABLE (clinic_id uuid, id uuid, which text, revoked_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT d.clinic_id, d.id, 'current', d.revoked_at FROM devices d WHERE d.refresh_hash = token_hash
  UNION ALL SELECT d.clinic_id, d.id, 'next', d.revoked_at FROM devices d WHERE d.next_refresh_hash = token_hash
  UNION ALL SELECT d.clinic_id, d.id, 'used', d.revoked_at FROM devices d WHERE d.used_refresh_hash = token_hash
  LIMIT 1
$$;
CREATE FUNCTION clinic_of_code(code_handle text) RETURNS uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT clinic_id FROM enrolment_codes WHERE handle = code_handle
$$;
-- The owner is held by row-level security like everybody; for these look-ups alone it is let through.
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['devices', 'enrolment_codes', 'tenants', 'log_heads'] LOOP
    EXECUTE format('CREATE POLICY owner ON %I TO %I USING (true) WITH CHECK (true)', t, current_user);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION device_of(bytea), device_of_refresh(bytea), clinic_of_code(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION device_of(bytea), device_of_refresh(bytea), clinic_of_code(text) TO petrel_hub;
