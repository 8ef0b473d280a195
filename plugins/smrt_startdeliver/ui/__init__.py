"""The pages in Airflow's UI: what was synced, what was rejected and why, read from the memory."""
