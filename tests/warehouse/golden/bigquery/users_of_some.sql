WITH `copies` AS (
  SELECT
    *,
    COALESCE(`loaded_at`, `uuid_ts`, `received_at`) AS `load_time`
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
    WHERE
      CAST(`id` AS STRING) IN (@customers)
  ) AS `source`
), `ranked` AS (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY `id` ORDER BY `load_time` DESC) AS `rank`,
    COUNT(*) OVER (PARTITION BY `id`) AS `copies`
  FROM `copies`
)
SELECT
  `id` AS `user_id`,
  `load_time` AS `loaded_at`,
  `row_hash`,
  CASE WHEN `id` IS NULL THEN 1 ELSE `copies` END AS `copies`
FROM `ranked`
WHERE
  `rank` = 1 OR `id` IS NULL
