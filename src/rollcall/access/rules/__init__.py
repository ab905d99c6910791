"""Decisions about sign-in, pure."""
