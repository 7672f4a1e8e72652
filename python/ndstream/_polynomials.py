"""Polynomials by their coefficients, the highest power first: NumPy's poly1d and its kin."""

import warnings

import ndstream as nd


def _line(p):
    return nd.atleast_1d(p)


def _as_given(result, *given):
    """A poly1d if one was given."""
    return poly1d(result) if any(isinstance(p, poly1d) for p in given) else result


def _coefficients(p):
    return p.coeffs if isinstance(p, poly1d) else _line(p)


def poly(seq_of_zeros):
    """The polynomial with these roots, or the characteristic polynomial of a matrix."""
    zeros = _line(seq_of_zeros)
    if zeros.ndim == 2 and zeros.shape[0] == zeros.shape[1] and zeros.shape[0]:
        zeros = nd.linalg.eigvals(zeros)
    elif zeros.ndim != 1:
        raise ValueError("input must be 1d or non-empty square 2d array.")
    if zeros.size == 0:
        return 1.0
    if zeros.dtype.kind in "biu" or zeros.dtype == nd.float16:
        zeros = zeros.astype(float)
    result = nd.ones(1, zeros.dtype)
    for zero in zeros:
        result = nd.convolve(result, nd.stack([nd.ones((), zeros.dtype), -zero]))
    if result.dtype.kind == "c" and nd.all(nd.sort(zeros) == nd.sort(zeros.conj())):
        result = result.real.copy()
    return result


def roots(p):
    """The roots, as the eigenvalues of the companion matrix."""
    p = _coefficients(p)
    if p.ndim != 1:
        raise ValueError("Input must be a rank-1 array.")
    (kept,) = nd.nonzero(p)
    if not kept.size:
        return nd.array([])
    zeros = len(p) - int(kept[-1]) - 1
    p = p[int(kept[0]) : int(kept[-1]) + 1]
    if p.dtype.kind not in "fc":
        p = p.astype(float)
    if len(p) > 1:
        companion = nd.diag(nd.ones(len(p) - 2, p.dtype), -1)
        companion[0, :] = -p[1:] / p[0]
        result = nd.linalg.eigvals(companion)
    else:
        result = nd.array([])
    return nd.hstack([result, nd.zeros(zeros, result.dtype)])


def _sum(a1, a2, operation):
    a, b = _coefficients(a1), _coefficients(a2)
    length = max(len(a), len(b))
    a, b = (nd.concatenate([nd.zeros(length - len(x), x.dtype), x]) for x in (a, b))
    return _as_given(operation(a, b), a1, a2)


def polyadd(a1, a2):
    """The sum of two polynomials."""
    return _sum(a1, a2, nd.add)


def polysub(a1, a2):
    """The difference of two polynomials."""
    return _sum(a1, a2, nd.subtract)


def polymul(a1, a2):
    """The product of two polynomials."""
    return _as_given(nd.convolve(poly1d(a1).coeffs, poly1d(a2).coeffs), a1, a2)


def polydiv(u, v):
    """Quotient and remainder of two polynomials."""
    rest, divisor = _coefficients(u) + 0.0, _coefficients(v) + 0.0
    steps = len(rest) - len(divisor) + 1
    dtype = nd.result_type(rest, divisor)
    rest = rest.astype(dtype)
    quotient = nd.zeros(max(steps, 1), dtype)
    for k in range(steps):
        factor = rest[k] / divisor[0]
        quotient[k] = factor
        rest[k : k + len(divisor)] -= factor * divisor
    while rest.size > 1 and nd.allclose(rest[0], 0, rtol=1e-14):
        rest = rest[1:]
    return _as_given(quotient, u, v), _as_given(rest, u, v)


def polyder(p, m=1):
    """The m-th derivative."""
    m = int(m)
    if m < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    result = _coefficients(p)
    for _ in range(m):
        result = result[:-1] * nd.arange(len(result) - 1, 0, -1)
    return _as_given(result, p)


def polyint(p, m=1, k=None):
    """The m-th antiderivative, with the constants k."""
    m = int(m)
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    constants = nd.zeros(m) if k is None else _line(k)
    if len(constants) == 1 and m > 1:
        constants = constants[0] * nd.ones(m)
    if len(constants) < m:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    result = _coefficients(p)
    for step in range(m):
        result = nd.concatenate([result / nd.arange(len(result), 0, -1), constants[step : step + 1]])
    return _as_given(result, p)


def polyval(p, x):
    """A polynomial at x, which may be a polynomial too."""
    if isinstance(x, poly1d):
        result = poly1d(0)
        for coefficient in _coefficients(p):
            result = result * x + coefficient
        return result
    coefficients = _coefficients(p)
    return nd._core._polyval(coefficients, x) if coefficients.size else nd.zeros_like(x)


def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    """The coefficients of the polynomial of least squared distance."""
    x, y = nd.asarray(x) + 0.0, nd.asarray(y) + 0.0
    if deg < 0:
        raise ValueError("expected deg >= 0")
    if x.ndim != 1 or y.ndim not in (1, 2) or not x.size:
        raise TypeError("expected 1D vector for x, and a 1D or 2D array for y")
    if len(x) != len(y):
        raise TypeError("expected x and y to have same length")
    deg = int(deg)
    if y.ndim == 2 and not y.shape[1] and not full and cov is False:
        return nd.zeros((deg + 1, 0), nd.result_type(x, y))
    if not full and w is None and rcond is None and cov is False:
        return nd._core._polyfit(x, y, deg)
    rcond = len(x) * nd.finfo(x.dtype).eps if rcond is None else rcond
    left, right = nd.vander(x, deg + 1), y
    if w is not None:
        w = nd.asarray(w) + 0.0
        if w.ndim != 1 or len(w) != len(y):
            raise TypeError("expected a 1-d array for weights, of the length of y")
        left, right = left * w[:, None], right * (w[:, None] if right.ndim == 2 else w)
    scale = nd.sqrt((left * left).sum(axis=0))  # columns of one length condition the system best
    found, squares, rank, singular = nd.linalg.lstsq(left / scale, right, rcond)
    found = (found.T / scale).T
    if rank != deg + 1 and not full:
        warnings.warn("Polyfit may be poorly conditioned", nd.exceptions.RankWarning, stacklevel=2)
    if full:
        return found, squares, rank, singular, rcond
    if cov is False:
        return found
    spread = nd.linalg.inv((left / scale).T @ (left / scale)) / nd.outer(scale, scale)
    factor = 1
    if cov != "unscaled":
        if len(x) <= deg + 1:
            raise ValueError("the number of data points must exceed order to scale the covariance matrix")
        factor = squares / (len(x) - deg - 1)
    return found, spread * factor if y.ndim == 1 else spread[:, :, None] * factor


def _printed(coefficient):
    """Whether a sign goes before it, and the rest."""
    if not isinstance(coefficient, complex):
        return coefficient < 0, f"{abs(coefficient):.4g}"
    if coefficient.imag == 0:
        return _printed(coefficient.real)
    if coefficient.real == 0:
        negative, number = _printed(coefficient.imag)
        return negative, number + "j"
    return False, f"({coefficient.real:.4g} + {coefficient.imag:.4g}j)"


class poly1d:
    """A polynomial as an object: poly1d([1, 2, 3]) is x**2 + 2*x + 3."""

    __hash__ = None
    __array_ufunc__ = None  # arrays leave operators to the polynomial

    def __init__(self, c_or_r, r=False, variable=None):
        if isinstance(c_or_r, poly1d):
            variable = c_or_r.variable if variable is None else variable
            c_or_r, r = c_or_r.coeffs, False
        coefficients = _line(poly(c_or_r) if r else c_or_r)
        if coefficients.ndim > 1:
            raise ValueError("Polynomial must be 1d only.")
        (kept,) = nd.nonzero(coefficients)
        self._coeffs = coefficients[int(kept[0]) :] if kept.size else nd.zeros(1, coefficients.dtype)
        self.variable = "x" if variable is None else variable

    @property
    def coeffs(self):
        """The coefficients, the highest power first."""
        return self._coeffs

    @coeffs.setter
    def coeffs(self, value):
        if value is not self._coeffs:
            raise AttributeError("Cannot set attribute")

    c = coef = coefficients = coeffs

    @property
    def order(self):
        """The degree."""
        return len(self._coeffs) - 1

    o = order

    @property
    def roots(self):
        """The roots."""
        return roots(self._coeffs)

    r = roots

    def __array__(self, dtype=None, copy=None):
        return self._coeffs.__array__(dtype, copy=copy)

    def __call__(self, val):
        return polyval(self, val)

    def __len__(self):
        return self.order

    def __iter__(self):
        return iter(self._coeffs)

    def __getitem__(self, power):
        at = self.order - power
        return self._coeffs[at] if 0 <= at <= self.order and power >= 0 else self._coeffs.dtype.type(0)

    def __setitem__(self, power, value):
        if power < 0:
            raise ValueError("Does not support negative powers.")
        if power > self.order:
            self._coeffs = nd.concatenate([nd.zeros(power - self.order, self._coeffs.dtype), self._coeffs])
        self._coeffs[self.order - power] = value

    def __neg__(self):
        return poly1d(-self._coeffs)

    def __pos__(self):
        return self

    def __add__(self, other):
        return polyadd(self, poly1d(other))

    __radd__ = __add__

    def __sub__(self, other):
        return polysub(self, poly1d(other))

    def __rsub__(self, other):
        return polysub(poly1d(other), self)

    def __mul__(self, other):
        return poly1d(self._coeffs * other) if nd.isscalar(other) else polymul(self, poly1d(other))

    __rmul__ = __mul__

    def __truediv__(self, other):
        return poly1d(self._coeffs / other) if nd.isscalar(other) else polydiv(self, poly1d(other))

    def __rtruediv__(self, other):
        return polydiv(poly1d(other), self)

    def __pow__(self, times):
        if not nd.isscalar(times) or int(times) != times or times < 0:
            raise ValueError("Power to non-negative integers only.")
        result = poly1d([1])
        for _ in range(int(times)):
            result = result * self
        return result

    def __eq__(self, other):
        if not isinstance(other, poly1d):
            return NotImplemented
        return self._coeffs.shape == other._coeffs.shape and (self._coeffs == other._coeffs).all()

    def deriv(self, m=1):
        """The m-th derivative."""
        return poly1d(polyder(self._coeffs, m))

    def integ(self, m=1, k=0):
        """The m-th antiderivative."""
        return poly1d(polyint(self._coeffs, m, k))

    def __repr__(self):
        return f"poly1d({repr(self._coeffs)[6:-1]})"

    def __str__(self):
        above, below = "", ""
        for power, coefficient in zip(range(self.order, -1, -1), self._coeffs.tolist()):
            if coefficient == 0 and self.order:
                continue
            negative, number = _printed(coefficient)
            sign = (" - " if negative else " + ") if below else "-" if negative else ""
            below += f"{sign}{number} {self.variable}" if power else sign + number
            if power > 1:
                above = above.ljust(len(below)) + str(power)
                below += " " * (len(str(power)) - 1)
        return f"{above or ' '}\n{below or 0}"
