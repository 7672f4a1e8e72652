"""The exceptions and warnings, as numpy.exceptions names them. Programs name the warnings in filters: nothing here warns."""

from ndstream._core import AxisError

__all__ = [
    "AxisError", "ComplexWarning", "DTypePromotionError", "ModuleDeprecationWarning", "RankWarning", "TooHardError",
    "VisibleDeprecationWarning",
]  # fmt: skip


class ComplexWarning(RuntimeWarning):
    """The imaginary part of a complex number is lost in a conversion."""


class RankWarning(RuntimeWarning):
    """The matrix of a fit has not the rank of its unknowns."""


class ModuleDeprecationWarning(DeprecationWarning):
    """A module will go."""


class VisibleDeprecationWarning(UserWarning):
    """Something that users should see will go."""


class TooHardError(RuntimeError):
    """A question that would take too long to answer."""


class DTypePromotionError(TypeError):
    """Two dtypes have none in common."""
