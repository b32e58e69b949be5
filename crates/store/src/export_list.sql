SELECT
  c.id, c.first_name, c.last_name, c.email, c.phone, c.address, c.notes,
  (SELECT group_concat(
     -- A tag that holds what stands between tags is quoted.
     CASE WHEN t.tag GLOB '*[,;|"]*' THEN '"' || replace(t.tag, '"', '""') || '"' ELSE t.tag END, ';')
   FROM client_tags t WHERE t.client_id = c.id AND t.deleted_at IS NULL),
  CASE WHEN c.email_status <> 'subscribed' THEN c.email_status END, c.sms_opted_out_at,
  p.name, p.species, p.breed, p.sex, CASE p.is_neutered WHEN 1 THEN 'yes' WHEN 0 THEN 'no' END, p.born_on,
  CASE WHEN p.weight_grams IS NOT NULL THEN p.weight_grams || ' g' END, p.color, p.microchip, p.allergies, p.alerts, p.deceased_on,
  c.custom_fields
FROM clients c LEFT JOIN pets p ON p.client_id = c.id AND p.deleted_at IS NULL
WHERE c.deleted_at IS NULL
ORDER BY c.id, p.id
