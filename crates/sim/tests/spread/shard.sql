-- Makes a hub's database a shard: a server that holds some clinics for a front. Its keys, references, checks and its log stay as they are. The front
-- comes as a role of its own, which the policies let see every clinic: row-level security by clinic is the front's, before it asks.
DO $$
BEGIN
  CREATE ROLE petrel_front LOGIN NOBYPASSRLS;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL;
END $$;

-- Who the clinics are is known at the front.
ALTER TABLE log_heads DROP CONSTRAINT log_heads_clinic_id_fkey;

DO $$
DECLARE
  t text;
BEGIN
  FOR t IN
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND relname NOT LIKE 'refinery%' AND relname NOT IN ('tenants', 'devices', 'token_pairs', 'enrolment_codes')
  LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO petrel_front', t);
    EXECUTE format('CREATE POLICY front ON %I TO petrel_front USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
