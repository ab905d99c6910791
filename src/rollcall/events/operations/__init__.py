"""Writes: webhooks, and what is delivered to them."""
