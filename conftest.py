"""Fixtures for every test; the environment is set in ``rollcall.testing.environment``."""

from rollcall.testing.fixtures import *  # noqa: F403  # fixtures are found by name
