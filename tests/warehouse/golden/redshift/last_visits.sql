SELECT DISTINCT
  "user_id",
  "value_last_visit"
FROM (
  SELECT
    NULLIF(CAST("user_id" AS VARCHAR(MAX)), '') AS "user_id",
    CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS "timestamp",
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
    END AS "received_at",
    CASE
      WHEN (
        "last_visit" IS NULL
      )
      THEN NULL
      ELSE GREATEST(
        CAST('0001-01-02' AS DATE),
        LEAST(CAST('9999-12-30' AS DATE), CAST("last_visit" AS DATE))
      )
    END AS "value_last_visit"
  FROM "smrt"."identifies"
) AS "source"
WHERE
  "user_id" IS NOT NULL AND "value_last_visit" IS NOT NULL
