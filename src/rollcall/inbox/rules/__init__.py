"""Decisions of the inbox, without a database."""
