"""Shared set-up: helpers of the test tree are importable, Hypothesis is reproducible."""

import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

for folder in ("", "lots", "decisions"):
    sys.path.insert(0, str(Path(__file__).parent / folder))

os.environ["COLUMNS"] = "160"  # what is shown does not depend on the window that the tests are run in

settings.register_profile("suite", deadline=None, derandomize=True, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")
