"""Treez: one dispensary's customers over the v2.0 API."""
