-- The numbers that were left out when an older database was put back: what had been given any of them is not in the log any more. A desk that was told
-- such a number of something it had sent sends that again.
CREATE TABLE left_out (
  clinic_id uuid NOT NULL,
  after_seq bigint NOT NULL,
  until_seq bigint NOT NULL CHECK (until_seq > after_seq),
  put_back_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (clinic_id, after_seq)
);
ALTER TABLE left_out ENABLE ROW LEVEL SECURITY;
ALTER TABLE left_out FORCE ROW LEVEL SECURITY;
CREATE POLICY hub ON left_out TO petrel_hub USING (clinic_id = (SELECT petrel_clinic())) WITH CHECK (clinic_id = (SELECT petrel_clinic()));
GRANT SELECT ON left_out TO petrel_hub;
DO $$
BEGIN
  EXECUTE format('CREATE POLICY owner ON left_out TO %I USING (true) WITH CHECK (true)', current_user);
END $$;
