"""What each task of the DAG does: reads and writes here, the rules in `derive`, `mapping` and `plan`."""
