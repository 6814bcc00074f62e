"""Named queries, one module per subject. SQL is written here and nowhere else."""
