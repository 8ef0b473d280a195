-- What the regular runs found in the warehouse: tables and columns that come and go are in one of them.
select distinct catalog from {schema}.runs where state = 'success' and watermark
