"""What programs use of numpy.lib."""

from ndstream.lib import stride_tricks

__all__ = ["stride_tricks"]
