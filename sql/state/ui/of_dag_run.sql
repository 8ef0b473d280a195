-- The runs that a DAG run made, the latest first: one each time that it was cleared.
select run from {schema}.runs where dag_run_id = :dag_run_id order by run desc
