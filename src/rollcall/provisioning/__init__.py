"""``rollcall apply``: a retailer, its stores, people, keys and connections from a file."""
