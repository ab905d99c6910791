"""Flowhub's Maui: one company's customers over its public API."""
