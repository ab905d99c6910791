"""Writes of people and their records, one topic a file."""
