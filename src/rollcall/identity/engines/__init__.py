"""Ways to match a whole file: plain Python, Splink on DuckDB or Spark; one model for all."""
