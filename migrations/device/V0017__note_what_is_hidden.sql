-- How far the log had been read when a value of another desk was first kept from the screen, because this desk's own had not come back yet; none where
-- nothing is kept back. What is written here meanwhile was written without having seen what came since.
ALTER TABLE sync_state ADD COLUMN hidden_since INTEGER;
