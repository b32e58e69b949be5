-- A list of three or more in `x IN (...)` is a table of its own to SQLite, made and filled for every row that is written: two fifths of what an
-- insert of a client and a pet cost. The same check as a chain of comparisons costs next to nothing. Only the text of a check changes, not what
-- it lets in, so the rows need no look (https://www.sqlite.org/lang_altertable.html, "making other kinds of table schema changes").

PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (plan IN (''free'', ''starter'', ''growth'', ''pro'', ''scale''))',
  'CHECK (plan = ''free'' OR plan = ''starter'' OR plan = ''growth'' OR plan = ''pro'' OR plan = ''scale'')')
  WHERE type = 'table' AND name = 'clinics';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (subscription_status IN (''trialing'', ''active'', ''past_due'', ''cancelled'', ''incomplete''))',
  'CHECK (subscription_status = ''trialing'' OR subscription_status = ''active'' OR subscription_status = ''past_due'' OR subscription_status = ''cancelled'' OR subscription_status = ''incomplete'')')
  WHERE type = 'table' AND name = 'clinics';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (role IN (''owner'', ''admin'', ''veterinarian'', ''groomer'', ''technician'', ''front_desk''))',
  'CHECK (role = ''owner'' OR role = ''admin'' OR role = ''veterinarian'' OR role = ''groomer'' OR role = ''technician'' OR role = ''front_desk'')')
  WHERE type = 'table' AND name = 'staff';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (source IN (''manual'', ''online'', ''csv'', ''quickbooks'', ''jobber'', ''voice'', ''sms''))',
  'CHECK (source = ''manual'' OR source = ''online'' OR source = ''csv'' OR source = ''quickbooks'' OR source = ''jobber'' OR source = ''voice'' OR source = ''sms'')')
  WHERE type = 'table' AND name = 'clients';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (email_status IN (''subscribed'', ''unsubscribed'', ''bounced'', ''complained''))',
  'CHECK (email_status = ''subscribed'' OR email_status = ''unsubscribed'' OR email_status = ''bounced'' OR email_status = ''complained'')')
  WHERE type = 'table' AND name = 'clients';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (membership_status IN (''none'', ''active'', ''paused'', ''cancelled''))',
  'CHECK (membership_status = ''none'' OR membership_status = ''active'' OR membership_status = ''paused'' OR membership_status = ''cancelled'')')
  WHERE type = 'table' AND name = 'clients';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (sex IN (''female'', ''male'', ''unknown''))',
  'CHECK (sex = ''female'' OR sex = ''male'' OR sex = ''unknown'')')
  WHERE type = 'table' AND name = 'pets';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (kind IN (''medical'', ''grooming'', ''boarding'', ''other''))',
  'CHECK (kind = ''medical'' OR kind = ''grooming'' OR kind = ''boarding'' OR kind = ''other'')')
  WHERE type = 'table' AND name = 'services';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (kind IN (''unavailable'', ''custom_hours'', ''emergency_only''))',
  'CHECK (kind = ''unavailable'' OR kind = ''custom_hours'' OR kind = ''emergency_only'')')
  WHERE type = 'table' AND name = 'schedule_overrides';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (status IN (''pending'', ''confirmed'', ''reminded'', ''checked_in'', ''in_progress'', ''completed'', ''cancelled'', ''no_show'', ''rescheduled''))',
  'CHECK (status = ''pending'' OR status = ''confirmed'' OR status = ''reminded'' OR status = ''checked_in'' OR status = ''in_progress'' OR status = ''completed'' OR status = ''cancelled'' OR status = ''no_show'' OR status = ''rescheduled'')')
  WHERE type = 'table' AND name = 'appointments';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (booking_method IN (''online'', ''phone'', ''walk_in'', ''admin'', ''voice'', ''sms'', ''waitlist''))',
  'CHECK (booking_method = ''online'' OR booking_method = ''phone'' OR booking_method = ''walk_in'' OR booking_method = ''admin'' OR booking_method = ''voice'' OR booking_method = ''sms'' OR booking_method = ''waitlist'')')
  WHERE type = 'table' AND name = 'appointments';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (payment_status IN (''none'', ''pending'', ''paid'', ''failed'', ''refunded''))',
  'CHECK (payment_status = ''none'' OR payment_status = ''pending'' OR payment_status = ''paid'' OR payment_status = ''failed'' OR payment_status = ''refunded'')')
  WHERE type = 'table' AND name = 'appointments';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (status IN (''active'', ''offered'', ''booked'', ''expired'', ''cancelled''))',
  'CHECK (status = ''active'' OR status = ''offered'' OR status = ''booked'' OR status = ''expired'' OR status = ''cancelled'')')
  WHERE type = 'table' AND name = 'waitlist_entries';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (status IN (''pending'', ''accepted'', ''declined'', ''expired'', ''cancelled''))',
  'CHECK (status = ''pending'' OR status = ''accepted'' OR status = ''declined'' OR status = ''expired'' OR status = ''cancelled'')')
  WHERE type = 'table' AND name = 'waitlist_slot_offers';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (kind IN (''exam'', ''vaccination'', ''lab_result'', ''prescription'', ''procedure'', ''weight'', ''note''))',
  'CHECK (kind = ''exam'' OR kind = ''vaccination'' OR kind = ''lab_result'' OR kind = ''prescription'' OR kind = ''procedure'' OR kind = ''weight'' OR kind = ''note'')')
  WHERE type = 'table' AND name = 'medical_records';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (source IN (''email'', ''sms'', ''qr'', ''report_card''))',
  'CHECK (source = ''email'' OR source = ''sms'' OR source = ''qr'' OR source = ''report_card'')')
  WHERE type = 'table' AND name = 'private_feedback';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (channel IN (''email'', ''sms'', ''push''))',
  'CHECK (channel = ''email'' OR channel = ''sms'' OR channel = ''push'')')
  WHERE type = 'table' AND name = 'message_templates';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (channel IN (''email'', ''sms'', ''push''))',
  'CHECK (channel = ''email'' OR channel = ''sms'' OR channel = ''push'')')
  WHERE type = 'table' AND name = 'messages';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (purpose IN (''conversation'', ''booking_confirmation'', ''reminder'', ''cancellation'', ''follow_up'', ''report_card'', ''review_request'', ''waitlist_offer'', ''campaign'', ''journey''))',
  'CHECK (purpose = ''conversation'' OR purpose = ''booking_confirmation'' OR purpose = ''reminder'' OR purpose = ''cancellation'' OR purpose = ''follow_up'' OR purpose = ''report_card'' OR purpose = ''review_request'' OR purpose = ''waitlist_offer'' OR purpose = ''campaign'' OR purpose = ''journey'')')
  WHERE type = 'table' AND name = 'messages';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (status IN (''queued'', ''sending'', ''sent'', ''delivered'', ''failed'', ''cancelled'', ''received''))',
  'CHECK (status = ''queued'' OR status = ''sending'' OR status = ''sent'' OR status = ''delivered'' OR status = ''failed'' OR status = ''cancelled'' OR status = ''received'')')
  WHERE type = 'table' AND name = 'messages';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (kind IN (''sent'', ''delivered'', ''opened'', ''clicked'', ''bounced'', ''unsubscribed'', ''complained'', ''replied''))',
  'CHECK (kind = ''sent'' OR kind = ''delivered'' OR kind = ''opened'' OR kind = ''clicked'' OR kind = ''bounced'' OR kind = ''unsubscribed'' OR kind = ''complained'' OR kind = ''replied'')')
  WHERE type = 'table' AND name = 'message_events';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (channel IN (''email'', ''sms'', ''push''))',
  'CHECK (channel = ''email'' OR channel = ''sms'' OR channel = ''push'')')
  WHERE type = 'table' AND name = 'unsubscribes';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (status IN (''in_progress'', ''completed'', ''failed'', ''no_answer'', ''busy''))',
  'CHECK (status = ''in_progress'' OR status = ''completed'' OR status = ''failed'' OR status = ''no_answer'' OR status = ''busy'')')
  WHERE type = 'table' AND name = 'calls';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (sentiment IN (''positive'', ''neutral'', ''negative''))',
  'CHECK (sentiment = ''positive'' OR sentiment = ''neutral'' OR sentiment = ''negative'')')
  WHERE type = 'table' AND name = 'calls';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (status IN (''draft'', ''scheduled'', ''sending'', ''paused'', ''sent'', ''cancelled''))',
  'CHECK (status = ''draft'' OR status = ''scheduled'' OR status = ''sending'' OR status = ''paused'' OR status = ''sent'' OR status = ''cancelled'')')
  WHERE type = 'table' AND name = 'campaigns';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (trigger_source IN (''manual'', ''quickbooks'', ''jobber'', ''petrel''))',
  'CHECK (trigger_source = ''manual'' OR trigger_source = ''quickbooks'' OR trigger_source = ''jobber'' OR trigger_source = ''petrel'')')
  WHERE type = 'table' AND name = 'sequences';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (status IN (''draft'', ''active'', ''paused''))',
  'CHECK (status = ''draft'' OR status = ''active'' OR status = ''paused'')')
  WHERE type = 'table' AND name = 'sequences';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (kind IN (''email'', ''sms'', ''wait'', ''trigger''))',
  'CHECK (kind = ''email'' OR kind = ''sms'' OR kind = ''wait'' OR kind = ''trigger'')')
  WHERE type = 'table' AND name = 'sequence_steps';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (status IN (''active'', ''completed'', ''stopped'', ''failed''))',
  'CHECK (status = ''active'' OR status = ''completed'' OR status = ''stopped'' OR status = ''failed'')')
  WHERE type = 'table' AND name = 'enrollments';
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (status IN (''connected'', ''token_expired'', ''disconnected''))',
  'CHECK (status = ''connected'' OR status = ''token_expired'' OR status = ''disconnected'')')
  WHERE type = 'table' AND name = 'integrations';

-- Other connections read the schema anew when its number changes, which this does; this one is told.
CREATE TABLE is_new (yes INTEGER) STRICT;
DROP TABLE is_new;
PRAGMA writable_schema = RESET;
