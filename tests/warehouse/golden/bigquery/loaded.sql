SELECT
  CASE WHEN `load_time` IS NULL OR `load_time` >= @moved_since THEN `user_id` END AS `user_id`,
  COUNT(*) AS `rows`,
  COUNT(CASE WHEN `load_time` < @counted_before THEN 1 END) AS `counted`,
  COUNT(CASE WHEN `load_time` < @count_before THEN 1 END) AS `to_count`
FROM (
  SELECT
    NULLIF(CAST(`user_id` AS STRING), '') AS `user_id`,
    COALESCE(CAST(`received_at` AS TIMESTAMP)) AS `load_time`
  FROM `smrt`.`order_created`
) AS `source`
GROUP BY
  1
