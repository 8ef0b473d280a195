WITH "copies" AS (
  SELECT
    *,
    COALESCE("loaded_at", "uuid_ts", "received_at") AS "load_time"
  FROM (
    SELECT
      NULLIF(CAST("id" AS VARCHAR(MAX)), '') AS "id",
      NULLIF(CAST("user_id" AS VARCHAR(MAX)), '') AS "user_id",
      NULLIF(CAST("group_id" AS VARCHAR(MAX)), '') AS "group_id",
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
    FROM "smrt"."groups"
  ) AS "source"
), "ranked" AS (
  SELECT
    *,
    ROW_NUMBER() OVER (PARTITION BY "id" ORDER BY "load_time" DESC NULLS LAST) AS "rank",
    COUNT(*) OVER (PARTITION BY "id") AS "copies"
  FROM "copies"
)
SELECT
  "id",
  "user_id",
  "group_id",
  COALESCE("timestamp", "load_time") AS "time",
  "load_time" AS "loaded_at",
  "copies"
FROM "ranked"
WHERE
  "rank" = 1
