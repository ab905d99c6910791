"""Decisions of the sync engine, without a database."""
