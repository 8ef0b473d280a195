WITH `people` AS (
  SELECT
    `id`,
    LOWER(TRIM(`email`)) AS `email`,
    LTRIM(REGEXP_REPLACE(`phone`, '[^0-9]', ''), '0') AS `phone`
  FROM (
    SELECT
      NULLIF(CAST(`id` AS STRING), '') AS `id`,
      NULLIF(CAST(`email` AS STRING), '') AS `email`,
      NULLIF(CAST(`phone` AS STRING), '') AS `phone`,
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
    `id` IS NOT NULL
)
SELECT
  `id` AS `key`,
  'id' AS `how`
FROM `people`
WHERE
  `id` = CAST(@asked AS STRING)
UNION DISTINCT
SELECT
  `id` AS `key`,
  'email' AS `how`
FROM `people`
WHERE
  `email` = CAST(@email AS STRING)
UNION DISTINCT
SELECT
  `id` AS `key`,
  'phone' AS `how`
FROM `people`
WHERE
  RIGHT(`phone`, LENGTH(CAST(@digits AS STRING))) = CAST(@digits AS STRING)
  OR (
    LENGTH(`phone`) >= @least_digits
    AND RIGHT(CAST(@digits AS STRING), LENGTH(`phone`)) = `phone`
  )
ORDER BY
  `key` NULLS LAST,
  `how` NULLS LAST
LIMIT @rows
