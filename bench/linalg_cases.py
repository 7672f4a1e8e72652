"""Cases of linear algebra: for each a name, the arrays, and the call by NumPy's name and as an expression.

`cases()` yields (name, arrays, expression): the expression reads `linalg.solve(a, b)` and means the same for NumPy
(eval() with `linalg = numpy.linalg`) and for the package. Matrices are well conditioned, so that no path is special.
"""

import numpy as np


def cases():
    rng = np.random.default_rng(1)

    def square(*shape):
        return rng.standard_normal((*shape, shape[-1])) + shape[-1] * np.eye(shape[-1])

    large, vector = square(1000), rng.standard_normal(1000)
    middle = rng.standard_normal((500, 500))
    small, sides = square(10000, 8), rng.standard_normal((10000, 8, 1))
    yield "solve 1000", {"a": large, "b": vector}, "linalg.solve(a, b)"
    yield "inv 1000", {"a": large}, "linalg.inv(a)"
    yield "svd 500", {"a": middle}, "linalg.svd(a)[1]"
    yield "eigh 500", {"a": middle + middle.T}, "linalg.eigh(a)[1]"
    yield "cholesky 1000", {"a": large @ large.T}, "linalg.cholesky(a)"
    yield "qr 500", {"a": middle}, "linalg.qr(a)[0]"
    yield "solve 10000 of 8 x 8", {"a": small, "b": sides}, "linalg.solve(a, b)"
    yield "inv 10000 of 8 x 8", {"a": small}, "linalg.inv(a)"
    yield "det 10000 of 8 x 8", {"a": small}, "linalg.det(a)"
    yield "einsum of three", {"a": middle, "b": middle, "c": middle[:50]}, "einsum('ij,jk,lk->il', a, b, c)"
