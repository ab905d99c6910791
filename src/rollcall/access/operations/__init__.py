"""Writes about sign-in, one topic a file."""
