CREATE TEMP TABLE card_clients (id BLOB PRIMARY KEY NOT NULL, first_name TEXT, last_name TEXT, phone TEXT, email TEXT) STRICT, WITHOUT ROWID;
CREATE TEMP TABLE card_pets (id BLOB PRIMARY KEY NOT NULL, name TEXT, species TEXT, alerts TEXT, allergies TEXT) STRICT, WITHOUT ROWID;
INSERT INTO temp.card_clients SELECT id, first_name, last_name, phone, email FROM clients;
INSERT INTO temp.card_pets SELECT id, name, species, alerts, allergies FROM pets;
