-- Pairs that are used up are remembered for weeks, and looked through by when they were: a desk that works all day uses up some four thousand meanwhile.
CREATE INDEX token_pairs_by_age ON token_pairs (clinic_id, device_id, used_up_at);
