SELECT
  CASE WHEN "load_time" IS NULL OR "load_time" >= %(moved_since)s THEN "user_id" END AS "user_id",
  COUNT(*) AS "rows",
  COUNT(CASE WHEN "load_time" < %(counted_before)s THEN 1 END) AS "counted",
  COUNT(CASE WHEN "load_time" < %(count_before)s THEN 1 END) AS "to_count"
FROM (
  SELECT
    NULLIF(CAST("user_id" AS VARCHAR(MAX)), '') AS "user_id",
    COALESCE(CAST("received_at" AS TIMESTAMP WITH TIME ZONE)) AS "load_time"
  FROM "smrt"."order_created"
) AS "source"
GROUP BY
  1
