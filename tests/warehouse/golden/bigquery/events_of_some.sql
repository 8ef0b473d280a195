WITH `copies` AS (
  SELECT
    *,
    COALESCE(`loaded_at`, `uuid_ts`, `received_at`) AS `load_time`
  FROM (
    SELECT
      NULLIF(CAST(`id` AS STRING), '') AS `id`,
      NULLIF(CAST(`user_id` AS STRING), '') AS `user_id`,
      CAST(NULL AS STRING) AS `name`,
      CASE
        WHEN (
          `timestamp` IS NULL
        )
        THEN NULL
        ELSE GREATEST(
          CAST('0001-01-02' AS TIMESTAMP),
          LEAST(CAST('9999-12-30' AS TIMESTAMP), CAST(`timestamp` AS TIMESTAMP))
        )
      END AS `timestamp`,
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
      END AS `received_at`
    FROM `smrt`.`order_created`
    WHERE
      CAST(`user_id` AS STRING) IN (@customers)
      OR NULLIF(CAST(`user_id` AS STRING), '') IS NULL
      AND COALESCE(
        CAST(NULL AS TIMESTAMP),
        CAST(NULL AS TIMESTAMP),
        CASE
          WHEN (
            `received_at` IS NULL
          )
          THEN NULL
          ELSE GREATEST(
            CAST('0001-01-02' AS TIMESTAMP),
            LEAST(CAST('9999-12-30' AS TIMESTAMP), CAST(`received_at` AS TIMESTAMP))
          )
        END,
        @nobodys_since
      ) >= @nobodys_since
  ) AS `source`
), `judged` AS (
  SELECT
    *,
    CASE
      WHEN `user_id` IS NULL
      THEN 'anonymous'
      WHEN `id` IS NULL
      THEN 'no_id'
      WHEN `timestamp` IS NULL
      THEN 'no_timestamp'
      WHEN `load_time` IS NULL
      THEN 'no_load_time'
      WHEN `timestamp` > TIMESTAMP_ADD(`load_time`, INTERVAL (@max_clock_skew) SECOND)
      THEN 'future_timestamp'
      WHEN `timestamp` < @min_event_time
      THEN 'ancient_timestamp'
    END AS `reason`,
    CASE
      WHEN `load_time` IS NULL OR `load_time` >= @read_from AND `load_time` < @read_until
      THEN 1
      ELSE 0
    END AS `in_window`
  FROM `copies`
), `ranked` AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY `id`
      ORDER BY CASE WHEN `reason` IS NULL THEN 0 ELSE 1 END NULLS LAST, `load_time` DESC, `timestamp` DESC
    ) AS `rank`,
    MIN(CASE WHEN `reason` IS NULL THEN `load_time` END) OVER (PARTITION BY `id`) AS `first_accepted`,
    MIN(`load_time`) OVER (PARTITION BY `id`) AS `first_loaded`,
    SUM(`in_window`) OVER (PARTITION BY `id`) AS `copies_in_window`
  FROM `judged`
)
SELECT
  `id`,
  `user_id`,
  `name`,
  `timestamp` AS `time`,
  CASE
    WHEN `id` IS NULL
    THEN `load_time`
    ELSE COALESCE(`first_accepted`, `first_loaded`)
  END AS `loaded_at`,
  `reason`,
  CASE WHEN `id` IS NULL THEN `in_window` ELSE `copies_in_window` END AS `copies`
FROM `ranked`
WHERE
  `rank` = 1 OR `id` IS NULL
