"""Reads about sign-in, one topic a file."""
