-- The one who stays keeps what they have; what they lack is filled from the other. Notes of both are kept.
UPDATE clients AS c SET
  first_name = CASE WHEN c.first_name = '' THEN o.first_name ELSE c.first_name END,
  last_name = CASE WHEN c.last_name = '' THEN o.last_name ELSE c.last_name END,
  email = coalesce(c.email, o.email),
  email_status = CASE WHEN c.email IS NULL THEN o.email_status ELSE c.email_status END,
  phone = coalesce(c.phone, o.phone),
  sms_opted_out_at = coalesce(c.sms_opted_out_at, o.sms_opted_out_at),
  address = coalesce(c.address, o.address),
  external_id = coalesce(c.external_id, o.external_id),
  notes = CASE
    WHEN c.notes IS NULL THEN o.notes
    WHEN o.notes IS NULL OR instr(c.notes, o.notes) > 0 THEN c.notes
    ELSE c.notes || char(10) || char(10) || o.notes
  END,
  custom_fields = json_patch(o.custom_fields, c.custom_fields),
  last_contact_at = nullif(max(coalesce(c.last_contact_at, 0), coalesce(o.last_contact_at, 0)), 0),
  last_engaged_at = nullif(max(coalesce(c.last_engaged_at, 0), coalesce(o.last_engaged_at, 0)), 0),
  updated_at = ?3
FROM clients o
WHERE c.id = ?2 AND o.id = ?1
