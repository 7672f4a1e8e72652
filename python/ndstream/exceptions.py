"""The exceptions, as numpy.exceptions names them."""

from ndstream._core import AxisError

__all__ = ["AxisError"]
