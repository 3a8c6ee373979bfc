"""Hypothesis the same everywhere: no deadline, since machines differ, and no luck in CI."""

import os

from hypothesis import HealthCheck, settings

# the many programs that tests start find their bytecode, whatever the machine says
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

settings.register_profile(
    "house",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# for hunting: HYPOTHESIS_PROFILE=hunt, with --hypothesis-seed for another walk
settings.register_profile("hunt", settings.get_profile("house"), derandomize=False)
settings.load_profile("house")
