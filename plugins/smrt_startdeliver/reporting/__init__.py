"""What a run tells others of itself: a report, assets, metrics and lineage. Counts and names alone."""
