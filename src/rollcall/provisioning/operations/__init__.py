"""Writing what a file says."""
