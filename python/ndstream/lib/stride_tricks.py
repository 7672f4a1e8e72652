"""Views with other strides."""

from ndstream._core import broadcast_arrays, broadcast_shapes, broadcast_to, sliding_window_view

__all__ = ["as_strided", "broadcast_arrays", "broadcast_shapes", "broadcast_to", "sliding_window_view"]


def as_strided(x, shape=None, strides=None, subok=False, writeable=True):
    """Not there: a view that reaches beyond its array would read what is not its own."""
    raise NotImplementedError("as_strided() is not there: use sliding_window_view(), slices or broadcast_to()")
