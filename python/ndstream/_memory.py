"""Memory that objects describe in __array_interface__, and bytes in the other order."""

import math

import ndstream as nd


def from_interface(object):
    """An array on the memory of an object that has __array_interface__; of strided memory a copy."""
    interface = object.__array_interface__
    dtype, shape = nd.dtype(interface["typestr"]), tuple(interface["shape"])
    data, strides = interface.get("data"), interface.get("strides")
    if interface.get("mask") is not None:
        raise TypeError("an __array_interface__ with a mask: there are no masked arrays")
    size = math.prod(shape)
    if not size:
        return nd.empty(shape, dtype)
    contiguous = tuple(dtype.itemsize * math.prod(shape[axis + 1 :]) for axis in range(len(shape)))
    plain = strides is None or tuple(strides) == contiguous
    if not isinstance(data, tuple):  # bytes, or the object itself is the buffer
        array = nd.frombuffer(object if data is None else data, dtype, offset=interface.get("offset", 0))
        if not plain:
            raise TypeError("an __array_interface__ with a buffer and strides")
        return array[:size].reshape(shape)
    import ctypes

    address, locked = data
    first = last = 0
    for length, stride in zip(shape, contiguous if plain else strides):
        first, last = first + min(0, stride * (length - 1)), last + max(0, stride * (length - 1))
    memory = (ctypes.c_char * (last - first + dtype.itemsize)).from_address(address + first)
    memory.owner = object  # lives as long as the memory is used
    view = memoryview(memory).cast("B")
    if plain:
        return nd.frombuffer(view.toreadonly() if locked else view, dtype).reshape(shape)
    places = nd.full(shape, -first)
    for axis, stride in enumerate(strides):
        places += (nd.arange(shape[axis]) * stride).reshape((-1,) + (1,) * (len(shape) - axis - 1))
    picked = nd.frombuffer(view, nd.uint8)[places[..., None] + nd.arange(dtype.itemsize)]
    return picked.view(dtype).reshape(shape)


def byteswap(array, inplace):
    """The elements with their bytes in reverse order."""
    size = array.dtype.itemsize // (2 if array.dtype.kind == "c" else 1)
    target = array if inplace else array.copy("A")
    if size == 1 or not target.size:
        return target
    flat = target if target.flags.c_contiguous else nd.ascontiguousarray(target)
    swapped = flat.reshape(-1).view(nd.uint8).reshape(-1, size)[:, ::-1].copy().reshape(-1).view(array.dtype)
    target[...] = swapped.reshape(target.shape)
    return target
