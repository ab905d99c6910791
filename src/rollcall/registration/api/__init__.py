"""Writes of people over HTTP: a kiosk's (``/api/v1``), and a program's (``/api/v2``)."""
