"""What changed, for other programs: a feed to read, and webhooks that call them."""
