-- What is deleted is looked up in the tables that point at it without a declared reference, so that it can be cleared there. A client with a
-- hundred campaigns behind them would otherwise have every message of the clinic read a hundred times.
CREATE INDEX messages_by_campaign_send ON messages (campaign_send_id) WHERE campaign_send_id IS NOT NULL;
CREATE INDEX messages_by_enrollment ON messages (enrollment_id) WHERE enrollment_id IS NOT NULL;
CREATE INDEX waitlist_offer_recipients_by_message ON waitlist_offer_recipients (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX appointments_by_clash ON appointments (clash_with_id) WHERE clash_with_id IS NOT NULL;
