"""What the pipeline is measured beside: programs that run in the peers' own environment, and import nothing of ours."""
