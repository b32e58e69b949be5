-- Phones that are no `+` and at least seven digits (`contact::is_unclear`): what needs attention asks for them alone.
CREATE INDEX clients_unclear_phone ON clients (id)
WHERE phone IS NOT NULL AND deleted_at IS NULL
  AND (substr(phone, 1, 1) <> '+' OR substr(phone, 2) GLOB '*[^0-9]*' OR length(phone) < 8);
