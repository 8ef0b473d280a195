SELECT
  'groups' AS `source_table`,
  COUNT(*) AS `rows`,
  COUNT(CASE WHEN `load_time` < @counted_before THEN 1 END) AS `counted`,
  COUNT(CASE WHEN `load_time` < @count_before THEN 1 END) AS `to_count`
FROM (
  SELECT
    COALESCE(CAST(`received_at` AS TIMESTAMP)) AS `load_time`
  FROM `smrt`.`groups`
) AS `source`
UNION ALL
SELECT
  'order_created' AS `source_table`,
  COUNT(*) AS `rows`,
  COUNT(CASE WHEN `load_time` < @counted_before THEN 1 END) AS `counted`,
  COUNT(CASE WHEN `load_time` < @count_before THEN 1 END) AS `to_count`
FROM (
  SELECT
    COALESCE(CAST(`received_at` AS TIMESTAMP)) AS `load_time`
  FROM `smrt`.`order_created`
) AS `source`
