"""Who did what to whom: append-only, ids and field names, never values."""
