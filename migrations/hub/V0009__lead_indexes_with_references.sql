-- An index that begins with the clinic serves, poorly, every question for a row by its key; and of a table that nobody has analysed yet Postgres
-- takes it for as good as the key itself, keeps that plan, and reads the whole clinic for each reference it checks. No index but the keys begins
-- with the clinic: what it refers to is of one clinic anyway.
DROP INDEX client_tags_by_client,
  pets_by_client,
  staff_schedules_by_staff,
  schedule_overrides_by_staff,
  appointments_by_staff,
  appointment_form_answers_by_appointment,
  waitlist_entries_by_client,
  waitlist_offer_recipients_by_offer,
  waitlist_offer_recipients_by_entry,
  medical_records_by_pet,
  report_cards_by_appointment,
  report_card_views_by_report_card,
  reviews_by_report_card,
  qr_scans_by_qr_code,
  unsubscribes_by_client,
  list_members_by_list,
  list_members_by_client,
  campaign_lists_by_campaign,
  campaign_lists_by_list,
  campaign_sends_by_campaign,
  campaign_sends_by_client,
  sequence_steps_by_sequence,
  enrollments_by_sequence,
  enrollments_by_client;
CREATE INDEX client_tags_by_client ON client_tags (client_id, clinic_id);
CREATE INDEX pets_by_client ON pets (client_id, clinic_id);
CREATE INDEX staff_schedules_by_staff ON staff_schedules (staff_id, clinic_id);
CREATE INDEX schedule_overrides_by_staff ON schedule_overrides (staff_id, clinic_id);
CREATE INDEX appointments_by_staff ON appointments (staff_id, starts_at, clinic_id);
CREATE INDEX appointment_form_answers_by_appointment ON appointment_form_answers (appointment_id, clinic_id);
CREATE INDEX waitlist_entries_by_client ON waitlist_entries (client_id, clinic_id);
CREATE INDEX waitlist_offer_recipients_by_offer ON waitlist_offer_recipients (offer_id, clinic_id);
CREATE INDEX waitlist_offer_recipients_by_entry ON waitlist_offer_recipients (entry_id, clinic_id);
CREATE INDEX medical_records_by_pet ON medical_records (pet_id, clinic_id);
CREATE INDEX report_cards_by_appointment ON report_cards (appointment_id, clinic_id);
CREATE INDEX report_card_views_by_report_card ON report_card_views (report_card_id, clinic_id);
CREATE INDEX reviews_by_report_card ON reviews (report_card_id, clinic_id);
CREATE INDEX qr_scans_by_qr_code ON qr_scans (qr_code_id, clinic_id);
CREATE INDEX unsubscribes_by_client ON unsubscribes (client_id, clinic_id);
CREATE INDEX list_members_by_list ON list_members (list_id, clinic_id);
CREATE INDEX list_members_by_client ON list_members (client_id, clinic_id);
CREATE INDEX campaign_lists_by_campaign ON campaign_lists (campaign_id, clinic_id);
CREATE INDEX campaign_lists_by_list ON campaign_lists (list_id, clinic_id);
CREATE INDEX campaign_sends_by_campaign ON campaign_sends (campaign_id, clinic_id);
CREATE INDEX campaign_sends_by_client ON campaign_sends (client_id, clinic_id);
CREATE INDEX sequence_steps_by_sequence ON sequence_steps (sequence_id, clinic_id);
CREATE INDEX enrollments_by_sequence ON enrollments (sequence_id, clinic_id);
CREATE INDEX enrollments_by_client ON enrollments (client_id, clinic_id);
