"""Other libraries with our arrays: SciPy, matplotlib, pandas, scikit-learn, dask, JAX and PyTorch.

`libraries.txt` beside this file names what ./dev test installs; JAX and PyTorch (hundreds of megabytes) are tried where they are.
"""

import numpy
import pytest

import ndstream as nd


def line():
    return nd.linspace(0, 10, 20001)


def table():
    return nd.random.default_rng(0).standard_normal((200, 3))


# ---- NumPy's own conversions of dtypes ----------------------------------------------------------


@pytest.mark.parametrize("name", "bool int8 uint16 int64 float16 float32 float64 complex64 complex128".split())
def test_numpy_takes_our_dtypes(name):
    ours = nd.dtype(name)
    assert numpy.dtype(ours) == numpy.dtype(name) and numpy.zeros(2, ours).dtype == name
    assert numpy.dtype(name) == ours and ours == numpy.dtype(name)
    assert numpy.result_type(ours, numpy.float64) == numpy.result_type(name, numpy.float64)
    with pytest.raises(TypeError):
        numpy.dtype(nd.dtype("bfloat16"))


# ---- SciPy --------------------------------------------------------------------------------------


def test_scipy():
    pytest.importorskip("scipy")
    import scipy.fft
    import scipy.integrate
    import scipy.interpolate
    import scipy.linalg
    import scipy.ndimage
    import scipy.optimize
    import scipy.signal
    import scipy.sparse
    import scipy.spatial
    import scipy.special
    import scipy.stats

    x = line()
    theirs = numpy.asarray(x)
    numpy.testing.assert_array_equal(scipy.fft.rfft(x * 2), scipy.fft.rfft(theirs * 2))
    numpy.testing.assert_allclose(scipy.linalg.solve(nd.eye(3) * 2, nd.ones(3)), [0.5] * 3)
    found = scipy.optimize.minimize(lambda p: nd.sum((nd.asarray(p) - 3) ** 2), nd.zeros(3)).x
    numpy.testing.assert_allclose(found, [3] * 3, atol=1e-4)
    numpy.testing.assert_allclose(scipy.optimize.curve_fit(lambda x, a, b: a * x + b, x, 2 * x + 1)[0], [2, 1])
    numpy.testing.assert_allclose(scipy.signal.lfilter([1.0], [1.0, 0.5], x), scipy.signal.lfilter([1.0], [1.0, 0.5], theirs))
    assert (scipy.sparse.csr_matrix(nd.eye(3)) @ nd.ones(3)).tolist() == [1, 1, 1]
    assert scipy.stats.describe(x).mean == pytest.approx(5)
    assert scipy.interpolate.CubicSpline(x, x**2)(2.5) == pytest.approx(6.25)
    numpy.testing.assert_allclose(scipy.ndimage.gaussian_filter(nd.ones((8, 8)), 1), 1)
    assert scipy.integrate.quad(lambda v: nd.sin(v), 0, nd.pi)[0] == pytest.approx(2)
    decay = scipy.integrate.solve_ivp(lambda t, y: -nd.asarray(y), (0, 1), nd.ones(2), rtol=1e-8).y[:, -1]
    numpy.testing.assert_allclose(decay, numpy.exp(-1), rtol=1e-6)
    assert scipy.spatial.KDTree(table()).query(nd.zeros(3))[1] == numpy.argmin((numpy.asarray(table()) ** 2).sum(1))
    assert type(scipy.special.gamma(x)) is nd.ndarray  # a ufunc: the result is ours


# ---- Matplotlib ---------------------------------------------------------------------------------


def test_matplotlib(tmp_path):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    x = nd.linspace(0, 10, 200)
    (curve,) = axes.plot(x, nd.sin(x))
    axes.scatter(x[:10], x[:10], c=x[:10])
    axes.hist(x, bins=10)
    axes.imshow(nd.ones((4, 4)))
    axes.bar(nd.arange(3), nd.arange(3))
    axes.fill_between(x, x, -x, where=x > 3)
    axes.contour(nd.arange(4), nd.arange(4), nd.arange(16.0).reshape(4, 4))
    axes.errorbar(nd.arange(3), nd.arange(3), yerr=nd.ones(3))
    figure.savefig(tmp_path / "plot.png")
    pyplot.close(figure)
    numpy.testing.assert_array_equal(curve.get_ydata(), numpy.asarray(nd.sin(x)))
    assert (tmp_path / "plot.png").stat().st_size > 5000


# ---- pandas -------------------------------------------------------------------------------------


def test_pandas():
    pandas = pytest.importorskip("pandas")
    x = line()
    frame = pandas.DataFrame({"a": x, "b": x * 2})
    frame["c"] = nd.sqrt(x)
    assert frame.mean().tolist() == pytest.approx([5, 10, float(nd.sqrt(x).mean())])
    assert pandas.DataFrame(nd.ones((3, 2)), columns=["a", "b"]).shape == (3, 2)
    back = nd.asarray(frame["b"])
    assert type(back) is nd.ndarray and nd.shares_memory(back, nd.asarray(frame["b"].to_numpy()))
    assert nd.asarray(frame).shape == (20001, 3)
    assert type(pandas.Series([1.0, 2]) * nd.ones(2)) is pandas.Series
    assert nd.asarray(pandas.Series([1, 2, 3]) > 1).tolist() == [False, True, True]


# ---- scikit-learn -------------------------------------------------------------------------------


def test_scikit_learn():
    pytest.importorskip("sklearn")
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LinearRegression
    from sklearn.preprocessing import StandardScaler

    x = table()
    y = x @ nd.asarray([1.0, 2, 3])
    model = LinearRegression().fit(x, y)
    numpy.testing.assert_allclose(model.coef_, [1, 2, 3])
    numpy.testing.assert_allclose(model.predict(x), numpy.asarray(y))
    assert KMeans(2, n_init=1, random_state=0).fit(x).cluster_centers_.shape == (2, 3)
    assert RandomForestClassifier(5, random_state=0).fit(x, y > 0).score(x, y > 0) > 0.9
    numpy.testing.assert_allclose(StandardScaler().fit_transform(x).std(axis=0), 1)
    assert PCA(2).fit_transform(x).shape == (200, 2)


# ---- dask ---------------------------------------------------------------------------------------


def test_dask_with_our_chunks():
    dask_array = pytest.importorskip("dask.array")
    data = nd.arange(10000.0).reshape(100, 100)
    plain = numpy.asarray(data)
    blocks = dask_array.from_array(data, chunks=(40, 40), asarray=False)
    assert type(blocks._meta) is nd.ndarray

    def check(lazy, expected):
        result = lazy.compute(scheduler="synchronous")
        assert type(result) in (nd.ndarray, nd.float64)
        numpy.testing.assert_allclose(numpy.asarray(result), expected, rtol=1e-12)

    check((blocks * 2 + 1).sum(axis=0), (plain * 2 + 1).sum(axis=0))
    check((blocks @ blocks.T), plain @ plain.T)
    check(dask_array.concatenate([blocks, blocks.T])[::2, 3:].std(axis=1), numpy.concatenate([plain, plain.T])[::2, 3:].std(axis=1))
    check(dask_array.where(blocks > 50, numpy.sin(blocks), blocks), numpy.where(plain > 50, numpy.sin(plain), plain))
    check(blocks.map_blocks(lambda block: nd.sqrt(block)), numpy.sqrt(plain))
    threaded = (blocks - blocks.mean(axis=0)).compute(scheduler="threads")
    numpy.testing.assert_allclose(numpy.asarray(threaded), plain - plain.mean(axis=0))


# ---- Tensors ------------------------------------------------------------------------------------


def test_torch_shares_memory():
    torch = pytest.importorskip("torch")
    x = nd.arange(6.0).reshape(2, 3)
    tensor = torch.from_dlpack(x)
    tensor[0, 1] = 99
    assert x[0, 1] == 99
    back = nd.from_dlpack(tensor.T)
    back[2, 1] = -1
    assert x[1, 2] == -1
    assert nd.from_dlpack(torch.ones(3, dtype=torch.bfloat16)).dtype == nd.dtype("bfloat16")
    assert torch.asarray(x).sum().item() == x.sum()


def test_jax_takes_and_gives():
    jax = pytest.importorskip("jax")
    x = nd.arange(6, dtype="f4").reshape(2, 3)
    array = jax.numpy.from_dlpack(x)
    assert (array * 2).sum() == 30
    back = nd.from_dlpack(array * 2)
    assert type(back) is nd.ndarray and back.tolist() == [[0, 2, 4], [6, 8, 10]]
    assert jax.numpy.asarray(x).sum() == 15
