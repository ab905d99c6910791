"""Decisions of events, without a database."""
