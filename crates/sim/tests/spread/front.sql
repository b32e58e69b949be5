-- Makes a hub's empty database a front: every table of clinics becomes one partitioned by hash of the clinic, its partitions tables of the shards.
-- Who a clinic and a desk is (tenants, devices, codes) stays here, with its keys: a shard that is down keeps no other clinic's desk out.
--
-- The servers `shard_0`, `shard_1` … are there, with their user mappings. What the migrations said of rights and policies is said again.
SET client_min_messages = warning;
CREATE TABLE told AS
  SELECT p.tablename::text AS t, format('CREATE POLICY %I ON %I AS %s FOR %s TO %s %s %s', p.policyname, p.tablename, p.permissive, p.cmd,
      array_to_string(ARRAY(SELECT quote_ident(r) FROM unnest(p.roles) r), ', '),
      CASE WHEN p.qual IS NULL THEN '' ELSE 'USING (' || p.qual || ')' END,
      CASE WHEN p.with_check IS NULL THEN '' ELSE 'WITH CHECK (' || p.with_check || ')' END) AS statement
    FROM pg_policies p WHERE p.schemaname = 'public'
  UNION ALL
  SELECT c.relname::text, format('GRANT %s ON %I TO %I', a.privilege_type, c.relname, r.rolname)
    FROM pg_class c, aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.grantee <> c.relowner
  UNION ALL
  SELECT c.relname::text, format('GRANT %s (%I) ON %I TO %I', a.privilege_type, n.attname, c.relname, r.rolname)
    FROM pg_class c JOIN pg_attribute n ON n.attrelid = c.oid, aclexplode(n.attacl) a JOIN pg_roles r ON r.oid = a.grantee
    WHERE c.relnamespace = 'public'::regnamespace;

-- Postgres does not hold what is written to a foreign table against a policy's WITH CHECK. This does, for the hub and its clinic; of the other roles,
-- whose policies say more, none writes here.
CREATE FUNCTION keep_to_clinic() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user LIKE 'petrel\_%' AND (current_user <> 'petrel_hub' OR NEW.clinic_id IS DISTINCT FROM petrel_clinic()) THEN
    RAISE EXCEPTION 'new row violates row-level security policy for table "%"', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

DO $$
DECLARE
  shards text[] := ARRAY(SELECT srvname::text FROM pg_foreign_server WHERE srvname LIKE 'shard\_%' ORDER BY length(srvname), srvname);
  tables text[] := ARRAY(
    SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'clinic_id'
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname NOT IN ('devices', 'token_pairs', 'enrolment_codes'));
  t text;
  place integer;
  statement text;
BEGIN
  FOREACH t IN ARRAY tables LOOP
    EXECUTE format('DROP TABLE %I CASCADE', t);
  END LOOP;
  FOR place IN 1 .. array_length(shards, 1) LOOP
    EXECUTE format('CREATE SCHEMA %I', shards[place]);
    EXECUTE format('IMPORT FOREIGN SCHEMA public LIMIT TO (%s) FROM SERVER %I INTO %I OPTIONS (import_default ''true'')',
      array_to_string(ARRAY(SELECT quote_ident(name) FROM unnest(tables) name), ', '), shards[place], shards[place]);
  END LOOP;
  FOREACH t IN ARRAY tables LOOP
    EXECUTE format('CREATE TABLE %I (LIKE %I.%I INCLUDING DEFAULTS) PARTITION BY HASH (clinic_id)', t, shards[1], t);
    FOR place IN 1 .. array_length(shards, 1) LOOP
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I.%I FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
        t, shards[place], t, array_length(shards, 1), place - 1);
    END LOOP;
    EXECUTE format('CREATE TRIGGER keep_to_clinic BEFORE INSERT OR UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION keep_to_clinic()', t);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
  END LOOP;
  FOR statement IN SELECT told.statement FROM told WHERE told.t = ANY (tables) LOOP
    EXECUTE statement;
  END LOOP;
END $$;
DROP TABLE told;

-- An update's plan that is made for any clinic opens every shard, be it down or not; one that is made for this clinic opens its own.
DO $$
BEGIN
  EXECUTE format('ALTER DATABASE %I SET plan_cache_mode = force_custom_plan', current_database());
END $$;

-- The log's partitions are the shards' own: a hub beside each keeps them.
CREATE OR REPLACE FUNCTION make_log_partition(day date) RETURNS void LANGUAGE sql AS '';
