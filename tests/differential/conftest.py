"""Finds the library, sets the hypothesis profiles, and turns NumPy's warnings off.

    pytest tests/differential --build-folder build
    ND_LIBRARY=build/src/libndstream.so pytest tests/differential --hypothesis-profile=long

Profiles: `ci`, the default, has the same examples every time and spends no time on shrinking one
that fails; `long` has many more, which shrink.
"""

import os
import pathlib
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings

CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
COMMON = dict(deadline=None, suppress_health_check=CHECKS, database=None, print_blob=True)
settings.register_profile(
    "ci", derandomize=True, max_examples=50, phases=[Phase.explicit, Phase.generate], **COMMON
)
settings.register_profile("long", max_examples=1500, **COMMON)
settings.load_profile("ci")


def pytest_configure(config):
    folder = config.getoption("--build-folder")
    if "ND_LIBRARY" not in os.environ:
        if not folder:
            raise pytest.UsageError("set ND_LIBRARY to the shared library, or give --build-folder")
        os.environ["ND_LIBRARY"] = str(pathlib.Path(folder).resolve() / "src" / "libndstream.so")


@pytest.fixture(autouse=True)
def _no_warnings():
    with np.errstate(all="ignore"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
