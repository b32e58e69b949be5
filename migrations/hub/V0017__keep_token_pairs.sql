-- Pairs of tokens besides the one a desk uses. A renewal may come late, or twice: each hands out a pair, and the desk keeps one of them, whichever it heard
-- of. The first use of one makes it the desk's; all others, the one before among them, are used up then. Those that are used up are remembered, so that
-- whoever comes with one later is known for a thief.
CREATE TABLE token_pairs (
  clinic_id uuid NOT NULL,
  device_id uuid NOT NULL,
  refresh_hash bytea NOT NULL,
  access_hash bytea,
  access_expires_at timestamptz,
  handed_out_at timestamptz NOT NULL DEFAULT now(),
  used_up_at timestamptz,
  PRIMARY KEY (clinic_id, device_id, refresh_hash),
  FOREIGN KEY (clinic_id, device_id) REFERENCES devices (clinic_id, id)
);
CREATE INDEX token_pairs_by_refresh ON token_pairs (refresh_hash);
CREATE INDEX token_pairs_by_access ON token_pairs (access_hash) WHERE used_up_at IS NULL;
ALTER TABLE token_pairs ENABLE ROW LEVEL SECURITY;
ALTER TABLE token_pairs FORCE ROW LEVEL SECURITY;
CREATE POLICY hub ON token_pairs TO petrel_hub USING (clinic_id = (SELECT petrel_clinic())) WITH CHECK (clinic_id = (SELECT petrel_clinic()));
GRANT SELECT, INSERT, UPDATE, DELETE ON token_pairs TO petrel_hub;
DO $$
BEGIN
  EXECUTE format('CREATE POLICY owner ON token_pairs TO %I USING (true) WITH CHECK (true)', current_user);
END $$;

INSERT INTO token_pairs (clinic_id, device_id, refresh_hash, access_hash, access_expires_at)
  SELECT clinic_id, id, next_refresh_hash, next_access_hash, next_access_expires_at FROM devices WHERE next_refresh_hash IS NOT NULL;
INSERT INTO token_pairs (clinic_id, device_id, refresh_hash, used_up_at)
  SELECT clinic_id, id, used_refresh_hash, now() FROM devices WHERE used_refresh_hash IS NOT NULL ON CONFLICT DO NOTHING;

CREATE OR REPLACE FUNCTION device_of(token_hash bytea)
  RETURNS TABLE (clinic_id uuid, id uuid, expires_at timestamptz, is_next boolean, revoked_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT d.clinic_id, d.id, d.access_expires_at, false, d.revoked_at FROM devices d WHERE d.access_hash = token_hash
  UNION ALL
  SELECT p.clinic_id, p.device_id, p.access_expires_at, true, d.revoked_at
  FROM token_pairs p JOIN devices d ON d.clinic_id = p.clinic_id AND d.id = p.device_id WHERE p.access_hash = token_hash AND p.used_up_at IS NULL
  LIMIT 1
$$;
DROP FUNCTION device_of_refresh(bytea);
CREATE FUNCTION device_of_refresh(token_hash bytea)
  RETURNS TABLE (clinic_id uuid, id uuid, which text, revoked_at timestamptz, used_up_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT d.clinic_id, d.id, 'current', d.revoked_at, NULL::timestamptz FROM devices d WHERE d.refresh_hash = token_hash
  UNION ALL
  SELECT p.clinic_id, p.device_id, CASE WHEN p.used_up_at IS NULL THEN 'next' ELSE 'used' END, d.revoked_at, p.used_up_at
  FROM token_pairs p JOIN devices d ON d.clinic_id = p.clinic_id AND d.id = p.device_id WHERE p.refresh_hash = token_hash
  LIMIT 1
$$;
REVOKE ALL ON FUNCTION device_of_refresh(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION device_of_refresh(bytea) TO petrel_hub;

ALTER TABLE devices DROP COLUMN used_refresh_hash, DROP COLUMN next_access_hash, DROP COLUMN next_access_expires_at, DROP COLUMN next_refresh_hash;
