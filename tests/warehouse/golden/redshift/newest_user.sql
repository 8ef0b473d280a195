SELECT
  "id" AS "user_id"
FROM (
  SELECT
    NULLIF(CAST("id" AS VARCHAR(MAX)), '') AS "id",
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
    CAST(NULL AS BIGINT) AS "row_hash"
  FROM "smrt"."users"
) AS "source"
WHERE
  "id" IS NOT NULL AND NOT COALESCE("id" IN (%(forgotten)s), FALSE)
ORDER BY
  COALESCE("loaded_at", "uuid_ts", "received_at") DESC NULLS LAST,
  "id"
LIMIT 1
