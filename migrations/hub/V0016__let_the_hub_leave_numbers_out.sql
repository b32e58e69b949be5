-- A desk that was told of a number that the log has not reached shows that this database took the place of one that had gone farther, such as a
-- standby that was promoted. The hub then leaves numbers out by itself, for that clinic.
GRANT INSERT ON left_out TO petrel_hub;
