"""Real services for tests and benchmarks, started on this machine without a container. Standard library only."""
