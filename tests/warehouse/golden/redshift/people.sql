WITH "people" AS (
  SELECT
    "id",
    LOWER(TRIM("email")) AS "email",
    TRIM(LEADING '0' FROM REGEXP_REPLACE("phone", '[^0-9]', '')) AS "phone"
  FROM (
    SELECT
      NULLIF(CAST("id" AS VARCHAR(MAX)), '') AS "id",
      NULLIF(CAST("email" AS VARCHAR(MAX)), '') AS "email",
      NULLIF(CAST("phone" AS VARCHAR(MAX)), '') AS "phone",
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
    "id" IS NOT NULL
)
SELECT
  "id" AS "key",
  'id' AS "how"
FROM "people"
WHERE
  "id" = CAST(%(asked)s AS VARCHAR(MAX))
UNION
SELECT
  "id" AS "key",
  'email' AS "how"
FROM "people"
WHERE
  "email" = CAST(%(email)s AS VARCHAR(MAX))
UNION
SELECT
  "id" AS "key",
  'phone' AS "how"
FROM "people"
WHERE
  RIGHT("phone", LENGTH(CAST(%(digits)s AS VARCHAR(MAX)))) = CAST(%(digits)s AS VARCHAR(MAX))
  OR (
    LENGTH("phone") >= %(least_digits)s
    AND RIGHT(CAST(%(digits)s AS VARCHAR(MAX)), LENGTH("phone")) = "phone"
  )
ORDER BY
  "key",
  "how"
LIMIT %(rows)s
