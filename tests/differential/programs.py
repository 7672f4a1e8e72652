"""Random programs: what statements there are, and drawing them. test_programs.py runs them."""

import random
from dataclasses import dataclass

import numpy as np

DTYPES = "bool int8 int32 int64 uint8 float32 float64 complex128".split()
UNARY = "negative absolute sign square conjugate sqrt exp sin tanh log1p floor trunc isnan isfinite"
UNARY = (UNARY + " logical_not invert signbit").split()
BINARY = "add subtract multiply divide floor_divide remainder fmod maximum minimum fmax hypot"
BINARY += " less equal not_equal greater_equal logical_and bitwise_and bitwise_xor"
BINARY = BINARY.split()
CHAIN = "add subtract multiply maximum minimum".split()
TERNARY = ["where", "clip"]
COUNTS = [1, 4, 5, 7, 20, 36, 60, 3000]  # of ranges, which are reshaped to some of the others
MOST_ELEMENTS = 60000  # of a result
REDUCTIONS = "sum mean std var min max any all argmax count_nonzero".split()
SCALARS = [0, 1, 2, 3, -1, 0.5, -2.25, True, 7]
SHAPES = [(), (1,), (5,), (7, 1), (1, 4), (7, 4), (4, 7), (3, 4, 5), (4, 5), (2, 1, 5), (0, 3)]
SHAPES += [(6, 6)]
LARGER = [(3000,), (60, 50), (50, 60), (60, 1), (5, 700), (700, 5), (16, 9, 33)]
LARGER += [(1500, 17), (70, 129), (9, 300, 2)]
LARGEST = [(20011,), (150, 170), (4, 5003), (5003, 4), (300, 401), (21, 5, 700)]
LARGEST += [(37, 1031), (13, 1536), (3, 11, 1027), (40009,)]
# What copies its argument into memory of its own and works there; "A" is an axis, "I" an index.
LINES = ["sort(x, axis=A)", "argsort(x, axis=A)", "partition(x, I, axis=A)", "median(x, axis=A)"]
LINES += ["unique_values(x)", "pad(x, 1)", "roll(x, 3, axis=A)", "diff(x, axis=A)"]
LINES += ["repeat(x, 2, axis=A)", "concatenate([x, x], axis=A)", "take(x, [0, I], axis=A)"]
MATRIX = ["svdvals(x)", "svd(x)[0]", "svd(x)[2]", "qr(x)[1]", "pinv(x)", "lstsq(x, x)[0]", "tril(x)"]
SQUARE = ["inv(x)", "det(x)", "solve(x, x)", "eigvals(x)", "eigh(x)[1]", "cholesky(x)", "lu(x)"]
EXACT = "sort pad roll diff repeat concatenate take tril".split()  # to compare with NumPy
IN_PLACE = ["sort", "shuffle", "permuted"]
SCANS = ["cumsum", "cumsum", "cummax", "cummin"]
NORMS = "sum mean std max min var".split()
# What the rules of rewriting take apart: done twice, with a scalar, with itself.
TWICE = "negative absolute square logical_not invert conjugate floor sign".split()
WITH = [("multiply", 1), ("add", 0), ("add", -0.0), ("subtract", 0), ("divide", 1), ("divide", 2)]
WITH += [("divide", -0.25), ("multiply", 3), ("add", 7), ("subtract", -2), ("bitwise_xor", 0)]
WITH += [("floor_divide", 1), ("logical_and", True), ("divide", 3), ("multiply", 0.1)]
ITSELF = "maximum minimum fmax multiply logical_and bitwise_and add".split()
COMPARISONS = "less less_equal greater_equal equal not_equal".split()
WIDER = {"bool": "int8", "int8": "float32", "uint8": "int32", "int32": "float64"}
WIDER |= {"float32": "float64", "float64": "complex128", "int64": "float64"}


def elements(*arrays):
    """How many they broadcast to; None if they do not."""
    try:
        return np.prod(np.broadcast_shapes(*(array.shape for array in arrays)))
    except ValueError:
        return None


@dataclass(frozen=True)
class Statement:
    """`inputs` are names of variables, or Python scalars; `detail` depends on the kind."""

    kind: str
    name: str = ""
    inputs: tuple = ()
    detail: object = None

    def __str__(self):
        inputs = ", ".join(map(str, self.inputs))
        if self.kind == "data":
            shape, dtype, order, values, seed = self.detail
            return f"{self.name} = {values}({dtype}, {shape}, order={order}, seed={seed})"
        if self.kind == "linspace":
            return f"{self.name} = linspace({inputs})"
        if self.kind == "arange":
            return f"{self.name} = arange({inputs}, {self.detail})"
        if self.kind in ("op", "cast", "copy"):
            return f"{self.name} = {self.detail}({inputs})"
        if self.kind == "mask":
            return f"{self.name} = {self.inputs[0]}[{self.inputs[1]}]"
        if self.kind == "scan":
            return f"{self.name} = {self.detail[0]}({inputs}, axis={self.detail[1]})"
        if self.kind == "reduce":
            op, axes, keepdims = self.detail
            return f"{self.name} = {op}({inputs}, axes={axes}, keepdims={keepdims})"
        if self.kind == "view":
            return f"{self.name} = {inputs}.{' '.join(map(str, self.detail))}"
        if self.kind == "into":
            op, index = self.detail
            return f"{op}({inputs}, out={self.name}{'' if index is None else list(index)})"
        if self.kind == "assign":
            index = list(self.detail) if self.detail is not None else "[...]"
            return f"{self.name}{index} = {inputs}"
        if self.kind == "call":
            return f"{self.name} = {self.detail} for x = {inputs}"
        if self.kind == "rearrange":
            how, axis, seed = self.detail
            return f"{how}({self.name}, axis={axis}, seed={seed})"
        if self.kind == "item":
            return f"item({inputs}, {self.detail})"
        return f"{self.kind} {inputs}"


class Generator:
    """Draws the statements of one program; what it draws next depends on the arrays there are."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.made = 0
        sizes = self.rng.random()
        self.shapes = SHAPES if sizes < 0.75 else LARGER if sizes < 0.97 else LARGEST

    def name(self):
        self.made += 1
        return f"v{self.made}"

    def pick(self, arrays, suits=lambda array: True):
        """A variable, rather a new one."""
        names = [name for name, array in arrays.items() if suits(array)]
        if not names:
            return None
        return names[-1] if self.rng.random() < 0.4 else self.rng.choice(names)

    def partner(self, arrays, first):
        """A scalar, or a variable that broadcasts with the first."""
        if self.rng.random() < 0.2:
            return self.rng.choice(SCALARS)

        def suits(array):
            count = elements(array, arrays[first])
            return count is not None and count <= MOST_ELEMENTS

        other = self.pick(arrays, suits)
        return self.rng.choice(SCALARS) if other is None else other

    def index(self, shape):
        terms = []
        for length in shape:
            kind = self.rng.randrange(6)
            if kind < 2:
                terms.append(slice(None))
            elif kind == 2:
                terms.append(slice(self.rng.randrange(3), None))
            elif kind == 3:
                terms.append(slice(None, -self.rng.randrange(1, 3)))
            elif kind == 4:
                terms.append(slice(None, None, self.rng.choice([-1, 2, -2, 3])))
            elif length and self.rng.random() < 0.4:
                terms.append(self.rng.randrange(-length, length))
            else:
                terms.append(slice(self.rng.randrange(2), length - self.rng.randrange(2)))
        if self.rng.random() < 0.2:
            terms.insert(self.rng.randrange(len(terms) + 1), None)
        return tuple(terms)

    def data(self, arrays):
        rng = self.rng
        kind = rng.random()
        if kind < 0.1:
            count = rng.choice(COUNTS)
            bounds = (rng.uniform(-3, 3), rng.uniform(-3, 3))
            return Statement("linspace", self.name(), (*bounds, count))
        if kind < 0.2:
            return self.arange()
        values = rng.choice(["small", "small", "unit", "special", "wide"])
        detail = (rng.choice(self.shapes), rng.choice(DTYPES), rng.choice("CCF"), values)
        return Statement("data", self.name(), (), (*detail, rng.randrange(10**6)))

    def arange(self):
        rng = self.rng
        dtype, count = rng.choice(["int64", *DTYPES[1:]]), rng.choice(COUNTS)
        step = rng.choice([1, 2] if dtype.startswith("u") else [1, 1, 2, -1, -3])
        if "int" not in dtype:
            step = rng.choice([1, 0.1, -0.25, 3])
        first = rng.choice([0, 0, 2, 5])
        if dtype.endswith("int8"):
            count = min(count, 36)
        return Statement("arange", self.name(), (first, first + count * step, step), dtype)

    def op(self, arrays):
        kind, first = self.rng.random(), self.pick(arrays)
        if kind < 0.35:
            return Statement("op", self.name(), (first,), self.rng.choice(UNARY))
        if kind < 0.85:
            both = [first, self.partner(arrays, first)]
            self.rng.shuffle(both)
            return Statement("op", self.name(), tuple(both), self.rng.choice(BINARY))
        if kind < 0.93:
            condition = self.pick(arrays, lambda array: array.dtype == bool) or first
            others = (self.partner(arrays, condition), first)
            count = elements(*(arrays[x] for x in (condition, *others) if x in arrays))
            if count is not None and count > MOST_ELEMENTS:
                condition, others = first, (2, first)
            return Statement("op", self.name(), (condition, *others), "where")
        return Statement("op", self.name(), (first, self.partner(arrays, first), 3), "clip")

    def cast(self, arrays):
        return Statement("cast", self.name(), (self.pick(arrays),), self.rng.choice(DTYPES))

    def copy(self, arrays):
        which = self.rng.choice(["copy", "copy_fortran"])
        return Statement("copy", self.name(), (self.pick(arrays),), which)

    def reduce(self, arrays):
        first, op = self.pick(arrays), self.rng.choice(REDUCTIONS)
        axes = list(range(arrays[first].ndim))
        self.rng.shuffle(axes)
        if op == "argmax":
            axes = self.rng.choice(axes) if axes and self.rng.random() < 0.7 else None
        else:
            count = self.rng.randrange(len(axes) + 1)
            axes = tuple(axes[:count]) if count else None
        return Statement("reduce", self.name(), (first,), (op, axes, self.rng.random() < 0.3))

    def scan(self, arrays):
        first = self.pick(arrays, lambda array: array.ndim)
        if first is None:
            return None
        axis = self.rng.randrange(arrays[first].ndim)
        return Statement("scan", self.name(), (first,), (self.rng.choice(SCANS), axis))

    def masked(self, arrays):
        """The elements of an array, or of what is made of it, where something is true."""
        rng, first = self.rng, self.pick(arrays)
        both = (first, rng.choice([first, 0, 2]))
        values = Statement("op", self.name(), both, rng.choice(CHAIN))
        tested = rng.choice([first, values.name])
        mask = Statement("op", self.name(), (tested, rng.choice([0, 1, 2])), "greater_equal")
        chosen = Statement("mask", self.name(), (values.name, mask.name))
        dead = [x.name for x in (values, mask) if rng.random() < 0.6]
        return [values, mask, chosen] + [Statement("release", "", (x,)) for x in dead]

    def matmul(self, arrays):
        def suits(array):
            return array.ndim == 2 and array.dtype != bool and array.size < 5000

        first = self.pick(arrays, suits)
        if first is None:
            return None
        rows = arrays[first].shape[1]
        second = self.pick(arrays, lambda array: suits(array) and array.shape[0] == rows)
        return Statement("matmul", self.name(), (first, second)) if second else None

    def call(self, arrays):
        """What works in memory of its own, rather on what is pending, which is used again."""
        rng = self.rng
        first = self.pick(arrays, lambda array: array.ndim and array.size)
        if first is None:
            return None
        statements, shape, known = [], arrays[first].shape, first
        for _ in range(rng.randrange(3)):
            both = (known, rng.choice([2, 0.5, first]))
            statements.append(Statement("op", self.name(), both, rng.choice(CHAIN)))
            known = statements[-1].name
        if rng.random() < 0.3:
            detail = (rng.choice(NORMS), (rng.randrange(len(shape)),), True)
            fold = Statement("reduce", self.name(), (known,), detail)
            statements += [fold, Statement("op", self.name(), (known, fold.name), "subtract")]
            known = statements[-1].name
        dtype = arrays[first].dtype
        texts = LINES
        if len(shape) > 1 and max(shape[-2:]) <= 16 and dtype.kind in "fc" and rng.random() < 0.7:
            texts = MATRIX + (SQUARE if shape[-1] == shape[-2] else [])
        axis = rng.randrange(len(shape))
        text = rng.choice(texts).replace("A", str(axis))
        text = text.replace("I", str(rng.randrange(shape[axis])))
        statements.append(Statement("call", self.name(), (known,), text))
        statements.append(Statement("op", self.name(), (known, first), rng.choice(CHAIN)))
        return statements

    def rearrange(self, arrays):
        target = self.pick(arrays, lambda array: array.ndim and array.flags.writeable)
        if target is None:
            return None
        axis = self.rng.randrange(arrays[target].ndim)
        detail = (self.rng.choice(IN_PLACE), axis, self.rng.randrange(10**6))
        return Statement("rearrange", target, (target,), detail)

    def normalise(self, arrays):
        """An array with reductions of itself over the same axes, as in standardising or softmax."""
        rng, first = self.rng, self.pick(arrays, lambda array: array.ndim and array.size)
        if first is None:
            return None
        rank = arrays[first].ndim
        axes = tuple(sorted(rng.sample(range(rank), rng.randrange(1, rank + 1))))
        leading = axes == tuple(range(len(axes)))  # then they broadcast back without keepdims too
        back = tuple(None if axis in axes else slice(None) for axis in range(rank))
        statements, value = [], first
        for _ in range(rng.randrange(1, 4)):
            if rng.random() < 0.3:
                statements.append(Statement("op", self.name(), (value,), rng.choice(UNARY)))
                value = statements[-1].name
            keeps, viewed = rng.random() < 0.5, rng.random() < 0.4
            detail = (rng.choice(NORMS), axes, not viewed and (not leading or keeps))
            fold = Statement("reduce", self.name(), (rng.choice([value, first]),), detail)
            both = [value, fold.name]
            statements.append(fold)
            if viewed:
                fold = Statement("view", self.name(), (fold.name,), ("slice", back))
                statements.append(fold)
                both[1] = fold.name
            if rng.random() < 0.3:
                step = Statement("op", self.name(), (fold.name, 1.5), rng.choice(CHAIN))
                statements.append(step)
                both[1] = step.name
            rng.shuffle(both)
            op = rng.choice(["subtract", "divide", "multiply", "maximum", "add"])
            statements.append(Statement("op", self.name(), tuple(both), op))
            value = statements[-1].name
        names = [statement.name for statement in statements[:-1]]
        return statements + [Statement("release", "", (x,)) for x in names if rng.random() < 0.7]

    def twice(self, arrays):
        """The same expression with reductions written twice, and what is made of both."""
        rng, drawn = self.rng, self.normalise(arrays)
        statements = [x for x in drawn or [] if x.kind != "release"]
        if not statements:
            return None
        names, again = {}, []
        for x in statements:
            inputs = tuple(names.get(argument, argument) for argument in x.inputs)
            names[x.name] = self.name()
            again.append(Statement(x.kind, names[x.name], inputs, x.detail))
        both = (statements[-1].name, again[-1].name)
        made = Statement("op", self.name(), both, rng.choice(CHAIN))
        dead = [x.name for x in statements + again if rng.random() < 0.8]
        return statements + again + [made] + [Statement("release", "", (x,)) for x in dead]

    def rewritten(self, arrays):
        """Steps that the rules know, each on what the one before made, or on an array."""
        rng, first = self.rng, self.pick(arrays)
        value, statements = first, []

        def step(kind, inputs, detail):
            statements.append(Statement(kind, self.name(), inputs, detail))
            return statements[-1].name

        for _ in range(rng.randrange(1, 5)):
            kind = rng.randrange(7)
            if kind == 0:
                op = rng.choice(TWICE)
                value = step("op", (step("op", (value,), op),), rng.choice([op, "absolute"]))
            elif kind == 1:
                op, scalar = rng.choice(WITH)
                value = step("op", (value, scalar), op)
            elif kind == 2:
                value = step("op", (value, value), rng.choice(ITSELF))
            elif kind == 3:
                value = step("op", (step("op", (value, first), rng.choice(COMPARISONS)),), "logical_not")
                value = step("op", (value, first, rng.choice([first, 2])), "where")
            elif kind == 4:
                both = [rng.choice([value, first]), step("op", (value,), "negative")]
                rng.shuffle(both)
                value = step("op", tuple(both), rng.choice(["add", "subtract", "multiply", "divide"]))
            elif kind == 5:
                same = step("cast", (value,), str(arrays[first].dtype))
                value = step("view", (same,), ("transpose",))
                value = step("view", (value,), ("transpose",))
            else:
                own = str(arrays[first].dtype)
                value = step("cast", (step("cast", (value,), WIDER.get(own, own)),), own)
        dead = [x.name for x in statements if rng.random() < 0.7]
        if rng.random() < 0.5:
            step("op", (value, first), rng.choice(CHAIN))
        if rng.random() < 0.2:
            step("reduce", (value,), (rng.choice(NORMS), None, False))
        return statements + [Statement("release", "", (x,)) for x in dead]

    def view(self, arrays):
        first = self.pick(arrays)
        shape, kind = arrays[first].shape, self.rng.randrange(8)
        if kind < 3:
            detail = ("slice", self.index(shape))
        elif kind == 3:
            detail = ("transpose",)
        elif kind == 4:
            detail = ("permute", tuple(self.rng.sample(range(len(shape)), len(shape))))
        elif kind == 5:
            detail = self.rng.choice([("ravel",), ("reshape", shape[::-1])])
        elif kind == 6 and np.prod(shape) < 20000:
            detail = ("broadcast", (3, *shape))
        elif self.rng.random() < 0.5:
            detail = ("flip", tuple(axis for axis in range(len(shape)) if self.rng.random() < 0.5))
        else:
            detail = ("imag" if arrays[first].dtype.kind == "c" else "real",)
        return Statement("view", self.name(), (first,), detail)

    def stencil(self, arrays):
        """Shifted parts of one array, combined; the result may go where they come from. What is
        taken apart may be pending, and released before its parts are used.
        """
        rng = self.rng
        base = self.pick(arrays, lambda array: array.ndim and array.size and min(array.shape) > 2)
        if base is None:
            return None
        statements, shape = [], arrays[base].shape
        if rng.random() < 0.4:  # of what is made for it
            other = rng.choice([2, base])
            statements.append(Statement("op", self.name(), (base, other), rng.choice(CHAIN)))
        source = statements[0].name if statements else base
        reach = [rng.choice([0, 0, 1]) if len(shape) > 1 else 1 for _ in shape]

        def part(shift):
            return tuple(
                slice(r + d, n - r + d) for r, d, n in zip(reach, shift, shape, strict=True)
            )

        parts = []
        for _ in range(rng.randrange(2, 6)):
            shift = [rng.randrange(-r, r + 1) for r in reach]
            parts.append(Statement("view", self.name(), (source,), ("slice", part(shift))))
        statements += parts
        if rng.random() < 0.15:
            statements.append(self.looked_at(parts[0].name))
        if statements[0].kind == "op" and rng.random() < 0.6:
            statements.append(Statement("release", "", (source,)))
        value, middle, dead = parts[0].name, part([0] * len(shape)), [x.name for x in parts]
        for one in parts[1:]:
            op = rng.choice(CHAIN)
            statements.append(Statement("op", self.name(), (value, one.name), op))
            value = statements[-1].name
            dead.append(value)
        dead.pop()
        if rng.random() < 0.3:
            statements.append(Statement("op", self.name(), (value, 0.25), "multiply"))
            dead.append(value)
            value = statements[-1].name
        rng.shuffle(dead)
        statements += [Statement("release", "", (x,)) for x in dead if rng.random() < 0.8]
        if rng.random() < 0.6 and arrays[base].flags.writeable:
            target = rng.choice([base, source])
            if not any(x.kind == "release" and x.inputs[0] == target for x in statements):
                if rng.random() < 0.5:
                    statements.append(Statement("assign", target, (value,), middle))
                else:
                    both = (value, rng.choice([1, 0.5]))
                    statements.append(Statement("into", target, both, (rng.choice(CHAIN), middle)))
        if rng.random() < 0.5:
            statements.append(Statement("release", "", (value,)))
        return statements

    def looked_at(self, name):
        return Statement("eval", "", (name,))

    def into(self, arrays):
        target = self.pick(arrays, lambda array: array.flags.writeable)
        if target is None:
            return None
        rng, op = self.rng, self.rng.choice(BINARY if self.rng.random() < 0.5 else CHAIN)
        shape = arrays[target].shape
        if rng.random() < 0.5:
            return Statement("into", target, (target, self.partner(arrays, target)), (op, None))
        index = self.index(shape)
        part = arrays[target][index].shape if shape else ()
        other = self.pick(arrays, lambda array: array.shape == part) or rng.choice(SCALARS)
        third = self.pick(arrays, lambda array: array.shape == part) or other
        return Statement("into", target, (other, third), (op, index if shape else None))

    def assign(self, arrays):
        target = self.pick(arrays, lambda array: array.flags.writeable)
        if target is None:
            return None
        index = self.index(arrays[target].shape) if arrays[target].ndim else None
        part = arrays[target][index].shape if index else ()
        source = self.pick(arrays, lambda array: array.shape == part) or self.pick(arrays)
        return Statement("assign", target, (source,), index)

    def item(self, arrays):
        first = self.pick(arrays, lambda array: array.size)
        if first is None:
            return None
        index = tuple(self.rng.randrange(length) for length in arrays[first].shape)
        return Statement("item", "", (first,), index)

    def eval(self, arrays):
        several = [self.pick(arrays) for _ in range(self.rng.randrange(1, 7))]
        return Statement("eval", "", tuple(several))

    def several(self, arrays):
        """Results over the same elements, some made of others, asked for together."""
        rng, known = self.rng, [self.pick(arrays)]
        shape, statements = arrays[known[0]].shape, []
        for _ in range(rng.randrange(2, 8)):
            if rng.random() < 0.15 and shape:
                detail = (rng.choice(NORMS), (rng.randrange(len(shape)),), True)
                if 0 in shape:
                    continue
                statements.append(Statement("reduce", self.name(), (rng.choice(known),), detail))
                made = Statement("op", self.name(), (known[-1], statements[-1].name), "subtract")
            else:
                other = rng.choice([*known, self.partner(arrays, known[0]), 3])
                if isinstance(other, str) and other in arrays and arrays[other].shape != shape:
                    other = 2
                both = (rng.choice(known), other)
                made = Statement("op", self.name(), both, rng.choice(CHAIN))
            statements.append(made)
            known.append(made.name)
        names = [statement.name for statement in statements]
        rng.shuffle(names)
        asked = names[: rng.randrange(1, len(names) + 1)] if names else known
        statements.append(Statement("eval", "", tuple(asked)))
        return statements + [Statement("release", "", (x,)) for x in names if rng.random() < 0.5]

    def release(self, arrays):
        return Statement("release", "", (self.pick(arrays),))

    def chain(self, arrays):
        """Many steps on from one array, where the values in between go away."""
        name, other = self.pick(arrays), self.pick(arrays)
        statements = []
        for _ in range(self.rng.randrange(10, 60)):
            second = self.rng.choice([self.rng.choice(SCALARS), name])
            if arrays[other].shape == arrays[statements[0].inputs[0] if statements else name].shape:
                second = self.rng.choice([second, other])
            made = self.name()
            statements.append(Statement("op", made, (name, second), self.rng.choice(CHAIN)))
            if statements[1:] and self.rng.random() < 0.9:
                statements.append(Statement("release", "", (name,)))
            name = made
        return statements

    KINDS = {"data": 3, "op": 14, "cast": 2, "copy": 1, "reduce": 4, "view": 4, "into": 4}
    KINDS |= {"assign": 2, "item": 1, "eval": 1, "release": 3, "chain": 0.15}
    KINDS |= {"scan": 1, "matmul": 0.3, "normalise": 1.5, "stencil": 1.5, "several": 0.7}
    KINDS |= {"call": 1.5, "rearrange": 0.5, "twice": 0.7, "rewritten": 1.5, "masked": 0.7}

    def draw(self, arrays):
        if len(arrays) < 2:
            return [self.data(arrays)]
        kinds = self.KINDS | ({"stencil": 8} if self.shapes is LARGEST else {})
        kind = self.rng.choices(list(kinds), list(kinds.values()))[0]
        drawn = getattr(self, kind)(arrays)
        if isinstance(drawn, list):
            return drawn
        return [drawn] if drawn else []
