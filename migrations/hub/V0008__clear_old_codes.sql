-- A handle has twenty bits, and all clinics draw from them: what a clinic left behind a day ago must not keep one for ever. Row-level security
-- hides the codes of others, so this is done for it by the owner; what can still be used is not touched.
CREATE FUNCTION clear_old_code(code_handle text) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
  DELETE FROM enrolment_codes WHERE handle = code_handle AND expires_at < now() - interval '1 day'
$$;
REVOKE ALL ON FUNCTION clear_old_code(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clear_old_code(text) TO petrel_hub;
