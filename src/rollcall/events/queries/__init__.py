"""Reads of events and of the webhooks that tell of them."""
