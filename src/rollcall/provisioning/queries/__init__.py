"""Reading the file and what it refers to."""
