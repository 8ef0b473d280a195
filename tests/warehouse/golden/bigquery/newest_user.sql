SELECT
  `id` AS `user_id`
FROM (
  SELECT
    NULLIF(CAST(`id` AS STRING), '') AS `id`,
    CAST(NULL AS TIMESTAMP) AS `timestamp`,
    CAST(NULL AS TIMESTAMP) AS `loaded_at`,
    CAST(NULL AS TIMESTAMP) AS `uuid_ts`,
    CASE
      WHEN (
        `received_at` IS NULL
      )
      THEN NULL
      ELSE GREATEST(
        CAST('0001-01-02' AS TIMESTAMP),
        LEAST(CAST('9999-12-30' AS TIMESTAMP), CAST(`received_at` AS TIMESTAMP))
      )
    END AS `received_at`,
    CAST(NULL AS INT64) AS `row_hash`
  FROM `smrt`.`users`
) AS `source`
WHERE
  `id` IS NOT NULL AND NOT COALESCE(`id` IN (@forgotten), FALSE)
ORDER BY
  COALESCE(`loaded_at`, `uuid_ts`, `received_at`) DESC,
  `id` NULLS LAST
LIMIT 1
