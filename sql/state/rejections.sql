select key, field, reason, fingerprint from {schema}.rejections where entity = :entity and key = any(:keys)
