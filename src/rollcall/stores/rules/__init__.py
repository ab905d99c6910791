"""Decisions about keys, without a database."""
