UPDATE clients SET
  first_name = ?2, last_name = ?3, email = ?4, email_status = ?5, phone = ?6, sms_opted_out_at = ?7, address = ?8, external_id = ?9,
  membership_status = ?10, notification_settings = ?11, notes = ?12, custom_fields = ?13, last_contact_at = ?14, last_engaged_at = ?15,
  updated_at = ?16
WHERE id = ?1
