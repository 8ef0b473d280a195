update {schema}.runs set whole = :whole, whole_because = :because, buckets = :buckets where run = :run
