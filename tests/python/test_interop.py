"""Data to and from NumPy and the buffer protocol without a copy, and NumPy's functions on our arrays."""

import array
import pathlib
import subprocess
import sys
from multiprocessing import shared_memory

import ndstream
import numpy
import pytest
from same import cases, same


def test_numpy_sees_our_memory():
    mine = ndstream.arange(6.0).reshape(2, 3)
    theirs = numpy.asarray(mine)
    theirs[0, 1] = 99
    assert mine[0, 1] == 99
    mine[1, 2] = -1
    assert theirs[1, 2] == -1
    assert theirs.strides == mine.strides and theirs.dtype == "float64"


def test_we_see_numpys_memory():
    theirs = numpy.arange(12).reshape(3, 4)[:, ::2]
    mine = ndstream.asarray(theirs)
    mine[0, 0] = 50
    assert theirs[0, 0] == 50 and mine.strides == theirs.strides
    theirs[2, 1] = 7
    assert (mine + 0).tolist() == theirs.tolist()


def test_memory_of_numpy_is_read_when_it_is_used():
    theirs = numpy.ones(100000)
    mine = ndstream.asarray(theirs)
    twice = mine * 2
    theirs[:] = 5
    assert twice[0] == 2 and (mine * 2)[0] == 10


def test_writes_of_numpy_into_our_memory_are_seen():
    mine = ndstream.ones(100000)
    theirs = numpy.asarray(mine)
    twice = mine * 2
    theirs[0] = 5
    assert twice[0] == 2 and (mine * 2)[0] == 10
    del theirs
    assert (mine * 3)[0] == 15


def test_a_read_only_array_stays_so():
    mine = ndstream.arange(3)
    mine.flags.writeable = False
    assert not numpy.asarray(mine).flags.writeable
    theirs = numpy.arange(3)
    theirs.flags.writeable = False
    with pytest.raises(ValueError):
        ndstream.asarray(theirs)[0] = 1


@pytest.mark.parametrize("dtype", "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split())
def test_every_dtype_goes_both_ways(dtype):
    theirs = numpy.arange(6).astype(dtype).reshape(2, 3)
    mine = ndstream.asarray(theirs)
    assert str(mine.dtype) == dtype
    back = numpy.asarray(mine)
    assert back.dtype == theirs.dtype
    numpy.testing.assert_array_equal(back, theirs)


def test_buffers():
    assert ndstream.asarray(array.array("d", [1, 2])).tolist() == [1, 2]
    assert ndstream.asarray(memoryview(b"abc")).tolist() == [97, 98, 99]
    data = bytearray(8)
    held = ndstream.frombuffer(data, "i4")
    held[1] = 3
    assert data[4] == 3
    with pytest.raises(BufferError):
        data.append(1)  # the array holds it
    del held
    data.append(1)
    assert memoryview(ndstream.zeros((2, 3))[:, 1]).strides == (24,)


OVER_BUFFERS = """
np.ndarray((2, 4), 'i8', buffer=bytearray(range(64)))
np.ndarray((2, 4), 'i8', buffer=bytearray(range(64)), order='F')
np.ndarray((2, 2), 'i4', bytearray(range(64)), 8, (4, 16))
np.ndarray(4, 'i4', bytearray(range(64)), 12, (-4,))
np.ndarray(4, 'i4', bytearray(range(64)), 8, (-4,))
np.ndarray(4, 'i4', bytearray(64), 60)
np.ndarray(0, 'i4', bytearray(64))
np.ndarray((), 'i4', bytearray(range(64)))
np.ndarray(3, 'f8', bytes(64)).flags.writeable
np.ndarray(3, 'f8', bytearray(64)).flags.writeable
np.ndarray(3, 'f8', bytearray(64), strides=(8, 8))
np.ndarray((3, 3), float, np.arange(3.0), strides=(0, 8))
np.ndarray(3, 'f8', 'text')
"""


def test_buffers_of_locked_arrays_see_what_is_written_when_they_are_unlocked():
    for export in (memoryview, numpy.asarray, lambda x: x.__array_interface__ and x.view("f8")):
        x, y = ndstream.ones(100_000), ndstream.arange(100_000.0)
        x.setflags(write=False)
        seen = export(x)
        x.setflags(write=True)
        for _ in range(3):
            x += 2 * y
            assert seen[7] == x[7]
        assert x[7] == 43


@pytest.mark.parametrize("code", cases(OVER_BUFFERS))
def test_arrays_over_buffers(code):
    same(code)


def test_arrays_over_buffers_stay_within_them():
    for shape, offset in (((2**40, 2**40), 0), ((3,), -8), ((2**62,), 8)):
        with pytest.raises(TypeError, match="too small"):
            ndstream.ndarray(shape, "f8", bytearray(64), offset)


def test_arrays_share_the_memory_of_processes():
    memory = shared_memory.SharedMemory(create=True, size=800)
    shared = ndstream.ndarray((10, 10), buffer=memory.buf)
    shared[:] = 3
    shared[2] *= 2
    assert numpy.frombuffer(memory.buf).sum() == 330
    del shared
    memory.close()
    memory.unlink()


def test_dates_of_numpy_are_refused():
    """Their buffers leave the strides out."""
    for date in (numpy.datetime64("2000", "ns"), numpy.timedelta64(3, "s")):
        for thing in (date, [date], [1, date]):
            with pytest.raises(TypeError, match="elements that ndstream does not know"):
                ndstream.array(thing)


def test_ufuncs_of_numpy_on_ours_are_ours():
    mine = ndstream.arange(3.0)
    assert type(numpy.sin(mine)) is ndstream.ndarray
    assert type(numpy.add(mine, numpy.ones(3))) is ndstream.ndarray
    assert type(numpy.ones(3) + mine) is ndstream.ndarray
    assert type(mine + numpy.ones(3)) is ndstream.ndarray
    assert numpy.add.reduce(mine) == 3
    out = numpy.zeros(3)
    numpy.add(mine, 1, out=out)
    assert out.tolist() == [1, 2, 3]
    theirs = numpy.ones(3)
    theirs += mine
    assert theirs.tolist() == [1, 2, 3]


def test_functions_of_numpy_on_ours():
    mine = ndstream.arange(6.0).reshape(2, 3)
    assert numpy.sum(mine) == 15
    assert type(numpy.concatenate([mine, mine])) is ndstream.ndarray
    assert numpy.linalg.norm(mine) == numpy.linalg.norm(numpy.asarray(mine))
    assert numpy.fft.fft(mine).shape == (2, 3)  # not ours: NumPy computes it
    assert numpy.shape(mine) == (2, 3)
    numpy.testing.assert_array_equal(mine, numpy.arange(6.0).reshape(2, 3))


def test_numpys_scalars_are_strong():
    assert str((ndstream.arange(3, dtype="f4") * numpy.float64(2)).dtype) == "float64"
    assert str((ndstream.arange(3, dtype="f4") * numpy.float32(2)).dtype) == "float32"
    assert ndstream.array([numpy.float32(1), numpy.int8(2)]).tolist() == [1, 2]


def test_types_and_dtypes_of_numpy_are_understood():
    assert ndstream.zeros(2, numpy.float32).dtype == "float32"
    assert ndstream.zeros(2, numpy.dtype("i2")).dtype == ndstream.int16
    assert numpy.zeros(2, ndstream.zeros(2, "f4").dtype.str).dtype == "float32"
    with pytest.raises(TypeError, match="string"):
        ndstream.array(["a"], dtype="U1")


def test_the_array_api_says_where_it_is():
    assert ndstream.arange(3).__array_namespace__() is ndstream
    assert ndstream.arange(3).device == "cpu"
    with pytest.raises(ValueError):
        ndstream.arange(3).__array_namespace__(api_version="1999.1")


def test_numpy_is_not_imported():
    code = "import sys, ndstream; ndstream.linalg; ndstream.random; ndstream.tile([1], 2); print('numpy' in sys.modules)"
    path = str(pathlib.Path(ndstream.__file__).parent.parent)
    done = subprocess.run([sys.executable, "-c", f"import sys; sys.path.insert(0, {path!r}); {code}"], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_dlpack_to_and_from_numpy():
    mine = ndstream.arange(6.0).reshape(2, 3)
    theirs = numpy.from_dlpack(mine[:, ::2])
    theirs[0, 1] = 99
    assert mine[0, 2] == 99
    back = ndstream.from_dlpack(theirs)
    back[1, 0] = -5
    assert mine[1, 0] == -5
    copied = ndstream.from_dlpack(theirs, copy=True)
    copied[0, 0] = 1234
    assert mine[0, 0] == 0
    assert ndstream.from_dlpack(numpy.zeros((0, 3), "i2")).shape == (0, 3)
    assert mine.__dlpack_device__() == (1, 0)


def test_dlpack_capsules_that_nobody_takes_are_freed():
    used = ndstream.memory()["used"]
    for _ in range(100):
        ndstream.zeros(1000).__dlpack__()
        ndstream.zeros(1000).__dlpack__(max_version=(1, 0))
    assert ndstream.memory()["used"] <= used + 20000


def test_dlpack_of_read_only_arrays():
    locked = ndstream.broadcast_to(ndstream.arange(3), (2, 3))
    with pytest.raises(BufferError):
        locked.__dlpack__()
    assert not numpy.from_dlpack(locked).flags.writeable


class Described:
    """What numpy.ndarray tells in __array_interface__, and nothing else."""

    def __init__(self, array, **changes):
        self.kept = array
        self.__array_interface__ = {**array.__array_interface__, **changes}


def test_objects_that_describe_their_memory():
    theirs = numpy.arange(24.0).reshape(4, 6)
    mine = ndstream.asarray(Described(theirs))
    theirs[1, 2] = 99
    assert mine[1, 2] == 99 and mine.shape == (4, 6)
    strided = ndstream.asarray(Described(theirs[::-2, 1::2]))
    numpy.testing.assert_array_equal(numpy.asarray(strided), theirs[::-2, 1::2])
    assert ndstream.asarray(Described(numpy.zeros((0, 3)))).shape == (0, 3)
    assert ndstream.asarray(Described(numpy.arange(3, dtype="i2"))).dtype == ndstream.int16
    image = numpy.arange(6, dtype="u1").reshape(2, 3)
    copied = ndstream.asarray(Described(image, data=image.tobytes(), strides=None))  # as pictures of PIL do
    assert copied.tolist() == [[0, 1, 2], [3, 4, 5]] and not copied.flags.writeable
    locked = numpy.arange(3)
    locked.flags.writeable = False
    with pytest.raises(ValueError):
        ndstream.asarray(Described(locked))[0] = 1
    with pytest.raises(TypeError):
        ndstream.asarray(Described(numpy.array(["a"])))
    assert (ndstream.ones(3) + Described(numpy.arange(3.0))).tolist() == [1, 2, 3]


def test_numpy_keeps_what_it_takes_of_a_scalar():
    """The array that a scalar borrowed its address from was gone before NumPy read it."""
    for name in ("float64", "float32", "float16", "int8", "int64", "uint64", "complex64", "complex128", "bool"):
        kept = [numpy.asarray(getattr(ndstream, name)(i % 2)) for i in range(200)]
        other = [ndstream.arange(3) * 77 for _ in range(500)]
        assert [int(x.real) for x in kept] == [i % 2 for i in range(200)] and len(other) == 500
        assert all(str(x.dtype) == name and x.shape == () for x in kept)
