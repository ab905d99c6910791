"""Writes of the sync engine, one topic a file."""
