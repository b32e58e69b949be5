-- From Postgres 16 on, whoever makes a role may grant it, and so is its member, but may not become it. The owner who made `petrel_hub` was taken for
-- one who may. Postgres 15 knows neither the question nor the grant: it must not even read them.
DO $$
DECLARE
  may_become boolean;
BEGIN
  IF current_setting('server_version_num')::int >= 160000 THEN
    EXECUTE 'SELECT pg_has_role(current_user, ''petrel_hub'', ''SET'')' INTO may_become;
    IF NOT may_become THEN
      EXECUTE format('GRANT petrel_hub TO %I WITH SET TRUE', current_user);
    END IF;
  END IF;
END $$;
