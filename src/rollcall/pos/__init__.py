"""A plain Python library that speaks to point-of-sale systems; it knows no Django."""
