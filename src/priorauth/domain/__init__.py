"""What prior authorization is. Standard library only, no I/O, no clock."""
