WITH "copies" AS (
  SELECT
    *,
    COALESCE("loaded_at", "uuid_ts", "received_at") AS "load_time"
  FROM (
    SELECT
      NULLIF(CAST("id" AS VARCHAR(MAX)), '') AS "id",
      NULLIF(CAST("user_id" AS VARCHAR(MAX)), '') AS "user_id",
      CAST(NULL AS VARCHAR(MAX)) AS "name",
      CASE
        WHEN (
          "timestamp" IS NULL
        )
        THEN NULL
        ELSE GREATEST(
          CAST('0001-01-02' AS TIMESTAMP WITH TIME ZONE),
          LEAST(
            CAST('9999-12-30' AS TIMESTAMP WITH TIME ZONE),
            CAST("timestamp" AS TIMESTAMP WITH TIME ZONE)
          )
        )
      END AS "timestamp",
      CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS "loaded_at",
      CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS "uuid_ts",
      CASE
        WHEN (
          "received_at" IS NULL
        )
        THEN NULL
        ELSE GREATEST(
          CAST('0001-01-02' AS TIMESTAMP WITH TIME ZONE),
          LEAST(
            CAST('9999-12-30' AS TIMESTAMP WITH TIME ZONE),
            CAST("received_at" AS TIMESTAMP WITH TIME ZONE)
          )
        )
      END AS "received_at"
    FROM "smrt"."order_created"
    WHERE
      CAST("user_id" AS VARCHAR(MAX)) IN (%(customers)s)
      OR NULLIF(CAST("user_id" AS VARCHAR(MAX)), '') IS NULL
      AND COALESCE(
        CAST(NULL AS TIMESTAMP WITH TIME ZONE),
        CAST(NULL AS TIMESTAMP WITH TIME ZONE),
        CASE
          WHEN (
            "received_at" IS NULL
          )
          THEN NULL
          ELSE GREATEST(
            CAST('0001-01-02' AS TIMESTAMP WITH TIME ZONE),
            LEAST(
              CAST('9999-12-30' AS TIMESTAMP WITH TIME ZONE),
              CAST("received_at" AS TIMESTAMP WITH TIME ZONE)
            )
          )
        END,
        %(nobodys_since)s
      ) >= %(nobodys_since)s
  ) AS "source"
), "judged" AS (
  SELECT
    *,
    CASE
      WHEN "user_id" IS NULL
      THEN 'anonymous'
      WHEN "id" IS NULL
      THEN 'no_id'
      WHEN "timestamp" IS NULL
      THEN 'no_timestamp'
      WHEN "load_time" IS NULL
      THEN 'no_load_time'
      WHEN "timestamp" > DATEADD(SECOND, %(max_clock_skew)s, "load_time")
      THEN 'future_timestamp'
      WHEN "timestamp" < %(min_event_time)s
      THEN 'ancient_timestamp'
    END AS "reason",
    CASE
      WHEN "load_time" IS NULL
      OR "load_time" >= %(read_from)s
      AND "load_time" < %(read_until)s
      THEN 1
      ELSE 0
    END AS "in_window"
  FROM "copies"
), "ranked" AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY "id"
      ORDER BY CASE WHEN "reason" IS NULL THEN 0 ELSE 1 END, "load_time" DESC NULLS LAST, "timestamp" DESC NULLS LAST
    ) AS "rank",
    MIN(CASE WHEN "reason" IS NULL THEN "load_time" END) OVER (PARTITION BY "id") AS "first_accepted",
    MIN("load_time") OVER (PARTITION BY "id") AS "first_loaded",
    SUM("in_window") OVER (PARTITION BY "id") AS "copies_in_window"
  FROM "judged"
)
SELECT
  "id",
  "user_id",
  "name",
  "timestamp" AS "time",
  CASE
    WHEN "id" IS NULL
    THEN "load_time"
    ELSE COALESCE("first_accepted", "first_loaded")
  END AS "loaded_at",
  "reason",
  CASE WHEN "id" IS NULL THEN "in_window" ELSE "copies_in_window" END AS "copies"
FROM "ranked"
WHERE
  "rank" = 1 OR "id" IS NULL
