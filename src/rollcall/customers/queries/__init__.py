"""Reads of people and their records; every public one takes a Scope."""
