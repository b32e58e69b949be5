UPDATE pets SET
  species = CASE WHEN species = 'other' THEN ?2 ELSE species END,
  breed = coalesce(breed, ?3),
  sex = CASE WHEN sex = 'unknown' THEN ?4 ELSE sex END,
  is_neutered = coalesce(is_neutered, ?5),
  born_on = coalesce(born_on, ?6),
  weight_grams = coalesce(weight_grams, ?7),
  color = coalesce(color, ?8),
  microchip = coalesce(microchip, ?9),
  allergies = coalesce(allergies, ?10),
  alerts = coalesce(alerts, ?11),
  deceased_on = coalesce(deceased_on, ?12),
  updated_at = ?13
WHERE id = ?1 AND (
  (species = 'other' AND ?2 <> 'other') OR (sex = 'unknown' AND ?4 <> 'unknown')
  OR (breed IS NULL AND ?3 IS NOT NULL) OR (is_neutered IS NULL AND ?5 IS NOT NULL) OR (born_on IS NULL AND ?6 IS NOT NULL)
  OR (weight_grams IS NULL AND ?7 IS NOT NULL) OR (color IS NULL AND ?8 IS NOT NULL) OR (microchip IS NULL AND ?9 IS NOT NULL)
  OR (allergies IS NULL AND ?10 IS NOT NULL) OR (alerts IS NULL AND ?11 IS NOT NULL) OR (deceased_on IS NULL AND ?12 IS NOT NULL))
