"""Finds the package in the build folder, and sets the hypothesis profile.

pytest tests/python --build-folder build
"""

import pathlib
import sys
import warnings

import numpy
import pytest
from hypothesis import HealthCheck, Phase, settings

CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
COMMON = dict(deadline=None, suppress_health_check=CHECKS, database=None, print_blob=True)
settings.register_profile(
    "ci", derandomize=True, max_examples=60, phases=[Phase.explicit, Phase.generate], **COMMON
)
settings.register_profile("long", max_examples=400, phases=[Phase.explicit, Phase.generate], **COMMON)
settings.load_profile("ci")


def pytest_configure(config):
    folder = pathlib.Path(config.getoption("--build-folder") or "build").resolve() / "python"
    sys.path.insert(0, str(folder))


@pytest.fixture(autouse=True)
def _no_warnings():
    with numpy.errstate(all="ignore"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
