SELECT title
FROM (
  SELECT title, due_on, row_number() OVER (PARTITION BY lower(trim(title)) ORDER BY recorded_at DESC, id DESC) AS place
  FROM medical_records
  WHERE pet_id = ?1 AND kind = 'vaccination' AND title IS NOT NULL AND deleted_at IS NULL)
WHERE place = 1 AND due_on < ?2 AND EXISTS (SELECT 1 FROM pets p WHERE p.id = ?1 AND p.deceased_on IS NULL)
ORDER BY title
