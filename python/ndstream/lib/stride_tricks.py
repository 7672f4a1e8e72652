"""Views with other strides."""

import ndstream as nd
from ndstream._core import _as_strided, broadcast_arrays, broadcast_shapes, broadcast_to, sliding_window_view

__all__ = ["as_strided", "broadcast_arrays", "broadcast_shapes", "broadcast_to", "sliding_window_view"]


def as_strided(x, shape=None, strides=None, subok=False, writeable=True):
    """A view of any shape and strides in bytes; a ValueError if it reaches beyond the memory of the array."""
    x = nd.asarray(x)
    view = _as_strided(x, x.shape if shape is None else shape, x.strides if strides is None else strides)
    if not writeable and view.flags.writeable:
        view.flags.writeable = False
    return view
