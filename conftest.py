"""Fixtures for every test; the environment is set in ``rollcall.testing.environment``."""

import os

from hypothesis import HealthCheck, settings

from rollcall.testing import emptying
from rollcall.testing.fixtures import *  # noqa: F403  # fixtures are found by name
from rollcall.testing.thorough import times

# The same examples every time, however busy the machine is: a red test means that a change broke
# something. HYPOTHESIS_PROFILE=explore looks for new ones.
_CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", _CALM, derandomize=True, max_examples=times(40, 100))
settings.register_profile("explore", _CALM, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

emptying.install()
