"""Writes of the inbox."""
