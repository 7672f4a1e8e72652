"""Tables of text, .npy and .npz in open files, and raw elements: a line of code each, under either package."""

import gzip

import ndstream
import numpy
import pytest
from same import cases, same

FILES = {
    "a.csv": "name,x,y\n# c\nfoo,1,2.5\nbar,3,4\n\nbaz,-5,6e3\n",
    "b.txt": "1 2 3\n4 5 6\n",
    "e.txt": "",
    "h.txt": "# only\n",
    "i.txt": "9007199254740993 1\n-9223372036854775808 2\n",
    "m.csv": "1,,3\n4,NA,x\n,8,9\n",
    "r.txt": "1 2 3\n4 5\n",
    "c.txt": "1+2j (3-4j)\n5 -6j\n",
    "w.txt": "  1  2  3\n  4  5 67\n",
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "u16.txt").write_text("1 2\n3 4\n", encoding="utf-16")
    with gzip.open("z.gz", "wt") as file:
        file.write("1 2\n3 4\n")


CODE = r"""
np.loadtxt('a.csv', delimiter=',', skiprows=1, usecols=(1, 2))
np.loadtxt('a.csv', delimiter=',', skiprows=1, usecols=(2, 1))
np.loadtxt('a.csv', delimiter=',', skiprows=1, usecols=(-1, 1, 1))
np.loadtxt('a.csv', delimiter=',', skiprows=1, usecols=2)
np.loadtxt('a.csv', delimiter=',', skiprows=1, usecols=7)
np.loadtxt('a.csv', delimiter=',', skiprows=1)
np.loadtxt('a.csv', delimiter=',', skiprows=1, usecols=(1, 2), max_rows=2)
np.loadtxt('a.csv', delimiter=',', skiprows=1, usecols=(1, 2), unpack=True)
np.loadtxt('a.csv', delimiter=',', skiprows=1, usecols=[1], dtype=int)
np.loadtxt('b.txt')
np.loadtxt('b.txt', dtype=np.float32)
np.loadtxt('b.txt', dtype=int, max_rows=1)
np.loadtxt('b.txt', max_rows=1, ndmin=2)
np.loadtxt('b.txt', usecols=0, ndmin=1)
np.loadtxt('b.txt', usecols=0, ndmin=2)
np.loadtxt('b.txt', ndmin=3)
np.loadtxt('b.txt', max_rows=0)
np.loadtxt('b.txt', skiprows=-1)
np.loadtxt('b.txt', skiprows=5)
np.loadtxt('e.txt')
np.loadtxt('h.txt')
np.loadtxt('i.txt', dtype=np.int64)
np.loadtxt('z.gz')
np.loadtxt('u16.txt', encoding='utf-16')
np.loadtxt('m.csv', delimiter=',')
np.loadtxt('r.txt')
np.loadtxt('c.txt', dtype=complex)
np.loadtxt('b.txt', converters={0:lambda s: float(s)*10})
np.loadtxt('b.txt', converters=float)
np.loadtxt('b.txt', comments=['4'])
np.loadtxt(['1 2 // x', '3 4'], comments='//')
np.loadtxt(io.StringIO('1,2\\n3,4'), delimiter=',')
np.loadtxt(io.BytesIO(b'1,2\\n3,4'), delimiter=',')
f=io.StringIO('1 2\\n3 4\\n5 6\\n'); [np.loadtxt(f, max_rows=1), np.loadtxt(f, max_rows=2)]
np.loadtxt(x for x in ['1 2', '3 4'])
np.loadtxt('none.txt')
np.loadtxt('b.txt', dtype=bool)
np.loadtxt('b.txt', delimiter=' ')
np.loadtxt(['1.5', '2'], dtype=int)
np.loadtxt(['nan inf', '-inf 1e400'])
np.loadtxt(['0x1p3 1'])
np.genfromtxt('m.csv', delimiter=',')
np.genfromtxt('m.csv', delimiter=',', filling_values=-7)
np.genfromtxt('m.csv', delimiter=',', dtype=int)
np.genfromtxt('m.csv', delimiter=',', filling_values={1:5, 0:6})
np.genfromtxt('m.csv', delimiter=',', missing_values='x', filling_values=0)
np.genfromtxt('a.csv', delimiter=',', skip_header=1)
np.genfromtxt('a.csv', delimiter=',', skip_header=1, usecols=(1, 2), skip_footer=1)
np.genfromtxt('a.csv', delimiter=',')
np.genfromtxt('r.txt')
np.genfromtxt('r.txt', invalid_raise=False)
np.genfromtxt('w.txt', delimiter=3)
np.genfromtxt('w.txt', delimiter=(3, 3, 3))
np.genfromtxt('e.txt')
np.genfromtxt(['1 2', '3 x'], dtype=complex)
np.genfromtxt(['1 2', '3 4'], converters={1:lambda s: 7.0})
np.genfromtxt(['1 2', '3 4'], unpack=True)
np.genfromtxt(['1', '3'])
np.genfromtxt(['1'])
np.genfromtxt(['1 2'], ndmin=2)
np.genfromtxt(['1 True', '0 FALSE'], dtype=bool)
np.genfromtxt(io.StringIO('1 2\\n3 4\\n5 6'), max_rows=2)
np.savetxt('o.txt', [[1, 2], [3, 4.5]]); open('o.txt').read()
np.savetxt('o.txt', [[1, 2], [3, 4]], fmt='%d', delimiter=',', header='a\\nb', footer='c', comments='; ', newline='\\r\\n'); open('o.txt', newline='').read()
np.savetxt('o.txt', [[1+2j, -3-4j]]); open('o.txt').read()
np.savetxt('o.txt', [[1+2j, -3-4j]], fmt='%.2f'); open('o.txt').read()
np.savetxt('o.txt', [[1+2j, 3-4j]], fmt=['%.1f%+.1fj']*2); open('o.txt').read()
np.savetxt('o.txt', [[1, 2]], fmt='%d-%.1f'); open('o.txt').read()
np.savetxt('o.txt', [[1, 2]], fmt=['%d']); open('o.txt').read()
np.savetxt('o.txt', [[1, 2]], fmt='%d-%d-%d'); open('o.txt').read()
np.savetxt('o.txt', 5.0)
np.savetxt('o.gz', [[1.0, 2.0]]); np.loadtxt('o.gz')
b=io.BytesIO(); np.savetxt(b, [1.5, 2.5], fmt='%.2f'); b.getvalue()
np.fromstring('1 2 3', sep=' ')
np.fromstring('1,2, 3', sep=',', dtype=int)
np.fromstring('1,2,3', sep=',', count=2)
np.fromstring('1 2')
b=io.BytesIO(); np.save(b, np.arange(3)); np.save(b, np.ones((2, 2))); b.seek(0); [np.load(b), np.load(b)]
b=io.BytesIO(); np.savez(b, a=np.arange(3), b=np.eye(2)); b.seek(0); z=np.load(b); [sorted(z.files), z['b'], z['a']]
b=io.BytesIO(); np.save(b, np.arange(3)); b.seek(0); np.load(b); np.load(b)
np.arange(6.).tofile('r.bin'); f=open('r.bin', 'rb'); [np.fromfile(f, count=2), np.fromfile(f, count=2, offset=8), np.fromfile(f)]
np.fromfile('r.bin', dtype='f4', count=3, offset=4)
np.fromfile('r.bin', count=100)
f=open('s.bin', 'wb'); np.arange(3).tofile(f); np.arange(2.).tofile(f); f.close(); os.path.getsize('s.bin')
np.array([1.5, 2]).tofile('t.txt', sep=' '); [open('t.txt').read(), np.fromfile('t.txt', sep=' ')]
np.array([1, 2, 3]).tofile('t.txt', sep=',', format='%d'); open('t.txt').read()
np.loadtxt(['300'], dtype='i1')
np.loadtxt(['-1'], dtype='u2')
np.loadtxt(['18446744073709551615'], dtype='u8')
np.loadtxt(['9223372036854775808'], dtype='i8')
np.loadtxt(['1_0'])
np.loadtxt(['1 2'], converters={5: float})
np.loadtxt(['1 2'], converters={'a': float})
np.loadtxt(['1 2'], converters=3)
np.loadtxt(['1 2'], skiprows=1.0)
b = io.BytesIO(); np.savez(b, a=np.arange(3)); b.seek(0); np.load(b)['c']
"""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("code", cases(CODE))
def test_same(code):
    same("import io, os\n" + code)


def test_no_data_is_warned_of():
    for read in (ndstream.loadtxt, ndstream.genfromtxt):
        with pytest.warns(UserWarning, match="no data"):
            assert read("h.txt").size == 0


def test_errors_tell_the_place():
    with pytest.raises(ValueError, match="a.csv: line 3, column 1: 'foo' is no number"):
        ndstream.loadtxt("a.csv", delimiter=",", skiprows=2)
    with pytest.raises(ValueError, match="line 2, column 2: the row ends here, with 2 of 3 fields"):
        ndstream.loadtxt("r.txt")


def test_an_archive_of_an_open_file_outlives_it():
    with open("x.npz", "wb") as file:
        numpy.savez(file, a=numpy.arange(3))
    with open("x.npz", "rb") as file:
        arrays = ndstream.load(file)
    assert arrays["a"].tolist() == [0, 1, 2]
    assert arrays.f.a.tolist() == [0, 1, 2]


MAPPED = r"""
np.save('x.npy', np.arange(6).reshape(2, 3)); a = np.load('x.npy', mmap_mode='r+'); a[1] = 7; a.sum(); del a; np.load('x.npy')
np.save('x.npy', np.arange(6).reshape(2, 3)); a = np.load('x.npy', mmap_mode='c'); a[1] = 7; [a * 2, np.load('x.npy')]
np.save('x.npy', np.asfortranarray(np.ones((2, 3)))); a = np.load('x.npy', mmap_mode='r+'); a[0, 2] = 5; [a + 0, a.flags.f_contiguous]
np.save('x.npy', np.arange(3)); a = np.load('x.npy', mmap_mode='r'); a[0] = 1
np.load('b.txt', mmap_mode='r+')
"""


@pytest.mark.parametrize("code", cases(MAPPED))
def test_mapped_files_are_written(code):
    same(code)
