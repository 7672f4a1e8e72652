"""Random numbers, as numpy.random."""

from ndstream._core import random as _random

Generator = _random.Generator
default_rng = _random.default_rng

__all__ = ["Generator", "default_rng"]
