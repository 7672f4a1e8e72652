"""Writes the public header ops.h from the table of operations, and refuses a row without a kernel or a doc.

usage: generate_ops.py OPS_DEF DERIVED_DEF KERNELS_DEF... -o OPS_H
"""

import argparse
import re
import sys
from pathlib import Path

ROW = re.compile(r'^ND_OP\(\s*(\w+),\s*(\w+),\s*(\w+),\s*(\w+),\s*([\w|]+),\s*([\d.]+),\s*"(.*)"\)$')
PAIR = re.compile(r'^ND_PAIR\((\w+),\s*(\w+),\s*(\w+),\s*(\w+),\s*"(.*)"\)$')
NAN = re.compile(r'^ND_NAN\((\w+),\s*(\w+)\s*,\s*(\w+),\s*"(.*)"\)$')
ARGUMENTS = {"UNARY": "x", "BINARY": "xy", "TERNARY": "xyz"}

HEAD = '''\
/* The operations, generated from the table ops.def: do not edit.
 *
 * Element by element: arguments are arrays or C scalars (weak, as in NumPy 2) and broadcast against each other.
 * Each returns a new array, or NULL after an error that is kept; NULL arguments give NULL. nd_NAME_into writes to
 * an existing array instead, which may be one of the arguments (in-place use) or overlap them, and returns it
 * without a new reference; the result is converted to its dtype if that is within the same kind.
 * Errors: ND_ERROR_SHAPE (the shapes do not broadcast), ND_ERROR_DTYPE (the operation does not take the dtype),
 * ND_ERROR_VALUE (a scalar out of the dtype's range), ND_ERROR_READONLY, ND_ERROR_MEMORY.
 *
 * Reductions: over all axes (ND_ALL) or some (ND_AXIS(0), ND_AXES(0, 2)); nd_NAME_with takes options. Sums are
 * accurate on every axis and layout, |error| <= 4 eps log2(n) sum|x|, and have the same bits for any number of
 * threads and any ISA. Errors: ND_ERROR_AXIS, ND_ERROR_DTYPE, ND_ERROR_VALUE (no elements and no identity),
 * ND_ERROR_SHAPE (`where` does not broadcast), ND_ERROR_MEMORY.
 *
 * All are computed before they return, on the library's threads when the arrays are large. They may be called
 * from any thread, on arrays that nobody writes meanwhile. Results belong to the open ND_SCOPE, else to the
 * caller. "ulp" is the tested bound on the error of the result in units in the last place. */
#ifndef NDSTREAM_OPS_H
#define NDSTREAM_OPS_H

#include <ndstream/operand.h>
#include <ndstream/reduce.h>

ND_BEGIN_C

/* The operations by number. Numbers may change between versions; names do not. */
typedef enum nd_op {
'''

MIDDLE = '''\
    ND_OP_COUNT
} nd_op;

/* How an operation goes over its arguments. */
typedef enum nd_op_class { ND_CLASS_UNARY, ND_CLASS_BINARY, ND_CLASS_TERNARY, ND_CLASS_REDUCTION, ND_CLASS_SCAN } nd_op_class;

/* One row of the table. The texts live as long as the program. */
typedef struct nd_op_info {
    const char *name; /* NumPy's */
    nd_op_class op_class;
    int arguments;
    double ulp; /* bound on the error of floating results; 0: exact */
    const char *doc;
} nd_op_info;

/* The row of an operation; NULL if `op` is none. */
ND_API const nd_op_info *nd_op_describe(nd_op op);

/* The operation of that name, or ND_OP_COUNT. */
ND_API nd_op nd_op_from_name(const char *name);

/* Dtype of the result of an element-by-element operation on those arguments, ND_DTYPE_NONE (with the error kept) if it
 * does not take them. */
ND_API nd_dtype nd_result_dtype(nd_op op, int count, const nd_operand *arguments);

/* Any element-by-element operation by number: nd_NAME() for programs that choose at run time. `out` NULL: a new
 * array; else as nd_NAME_into. */
ND_API nd_array *nd_elementwise(nd_op op, int count, const nd_operand *arguments, nd_array *out);

/* The same on numbers, and without arrays: `result` gets the dtype and the element that arrays without axes would give.
 * The status is ND_OK or that of the error that is kept. */
ND_API nd_status nd_elementwise_number(nd_op op, int count, const nd_number *arguments, nd_number *result);

/* The value of a strong number as a C scalar. */
ND_API nd_operand nd_number_value(const nd_number *number);

/* Any reduction by number. `options` NULL: the defaults. */
ND_API nd_array *nd_reduce(nd_op op, const nd_array *array, nd_axes axes, const nd_reduce_options *options);

/* Any scan by number, along one axis. `dtype` ND_DTYPE_NONE: the default. */
ND_API nd_array *nd_scan(nd_op op, const nd_array *array, int axis, nd_dtype dtype);

/* What becomes of integer results that their dtype does not hold: they wrap, as in NumPy; or become the lowest or the
 * highest number, whichever they passed; or are ND_ERROR_VALUE, whose message has the operation and the index of the
 * first such element, and nothing is written. */
typedef enum nd_overflow { ND_OVERFLOW_WRAP, ND_OVERFLOW_SATURATE, ND_OVERFLOW_ERROR } nd_overflow;

/* Sets it for what this thread calls from now on; ND_OVERFLOW_WRAP at start. The others hold for add, subtract,
 * multiply, square, negative, absolute, power, nd_cast() to integers (of floats too, where NaN overflows and becomes
 * the highest number), sum, prod, cumsum and cumprod; these are then computed at once, in about twice the time. */
ND_API void nd_set_overflow(nd_overflow mode);

/* What nd_set_overflow() set on this thread. */
ND_API nd_overflow nd_overflow_mode(void);

/* What NumPy's ufuncs have as methods, for any operation of two arguments whose result has the dtype of its
 * arguments; ND_ERROR_ARGUMENT for others.
 *
 * reduce: x[0] op x[1] op ... over the axes, from the left; operations that commute may take them in any, always the
 * same, order. Several axes only for those (ND_ERROR_AXIS). `options`: keepdims and dtype, for add, multiply, maximum
 * and minimum all of nd_reduce's. Without elements the identity, or ND_ERROR_VALUE if there is none.
 * accumulate: every x[0] op ... op x[i] along one axis. Both are computed at once, and as sum, all, cumsum and so on
 * where they are the same. */
ND_API nd_array *nd_ufunc_reduce(nd_op op, const nd_array *array, nd_axes axes, const nd_reduce_options *options);
ND_API nd_array *nd_ufunc_accumulate(nd_op op, const nd_array *array, int axis, nd_dtype dtype);

/* x[i] op y[j] for all pairs: shape x.shape + y.shape. Any operation of two arguments. */
ND_API nd_array *nd_ufunc_outer(nd_op op, const nd_array *x, const nd_array *y);

/* target[i] = target[i] op value for each of the indices in turn, so that one that occurs twice counts twice. The
 * integers `indices`, of any shape, count along the first axis, negative ones from its end; `values` broadcasts to
 * their shape followed by that of target[i], and is NULL for operations of one argument. Nothing is written if an
 * index is out of range (ND_ERROR_INDEX). */
ND_API nd_status nd_ufunc_at(nd_op op, nd_array *target, const nd_array *indices, const nd_array *values);

'''

PAIRS = '''\
/* ---- Two results ---- */

/* Both NULL after an error. Each is like the result of a call of its own: in the open scope, or the caller's. */
typedef struct nd_pair {
    nd_array *first, *second;
} nd_pair;

/* Two operations on the same arguments, as nd_divmod() and nd_frexp() are: both results, in one pass over what fits the
 * caches, or both NULL. */
ND_API nd_pair nd_elementwise_pair(nd_op first, nd_op second, int count, const nd_operand *arguments);

'''

NANS = '''\
/* ---- Reductions and scans without NaN ----
 * With the options and errors of the functions that their names end in; of dtypes that hold no NaN they are those. */

/* Any of them by the number of the reduction, or the scan, that it makes of the rest. */
ND_API nd_array *nd_nan_reduce(nd_op op, const nd_array *array, nd_axes axes, const nd_reduce_options *options);
ND_API nd_array *nd_nan_scan(nd_op op, const nd_array *array, int axis, nd_dtype dtype);

'''


def fail(message):
    sys.exit(f"generate_ops: {message}")


def read_rows(path):
    rows = []
    for number, line in enumerate(Path(path).read_text().splitlines(), 1):
        if not line.startswith(("ND_OP(", "/* ----")):
            continue
        if line.startswith("/*"):
            rows.append(line)
            continue
        match = ROW.match(line)
        if not match:
            fail(f"{path}:{number}: not a row: {line}")
        if not match[7].strip():
            fail(f"{path}:{number}: {match[1]} has no doc")
        rows.append(match.groups())
    return rows


def read_derived(path, rows):
    """The pairs, and the functions that leave NaN out."""
    classes = {row[0]: row[1] for row in rows if isinstance(row, tuple)}
    pairs, nans = [], []
    for number, line in enumerate(Path(path).read_text().splitlines(), 1):
        pair, nan = PAIR.match(line), NAN.match(line)
        if line.startswith("ND_") and not pair and not nan:
            fail(f"{path}:{number}: neither a pair nor a function without NaN: {line}")
        if pair and {classes.get(pair[3]), classes.get(pair[4])} != {pair[2]}:
            fail(f"{path}:{number}: {pair[3]} or {pair[4]} is no {pair[2]} row of the table")
        if nan and (nan[2] not in ("REDUCTION", "SCAN") or classes.get(nan[3]) != nan[2]):
            fail(f"{path}:{number}: {nan[3]} is no reduction or scan of the table")
        if pair:
            pairs.append(pair.groups())
        if nan:
            nans.append((nan[1], nan[2], nan[4]))
    return pairs, nans


def check_kernels(rows, kernel_paths):
    text = "".join(Path(path).read_text() for path in kernel_paths)
    kernels = set(re.findall(r"^(?:KERNEL|REDUCTION)\w*\((\w+)[,)]", text, re.M))
    for row in rows:
        if isinstance(row, tuple) and row[0] not in kernels:
            fail(f"{row[0]} has no kernel in {', '.join(map(str, kernel_paths))}")


def spelled(op_class):
    """Parameters, and the macro's use of them."""
    letters = ARGUMENTS[op_class]
    typed = ", ".join(f"nd_operand {c}" for c in letters)
    wrapped = ", ".join(f"ND_OPERAND({c})" for c in letters)
    return typed, wrapped, ", ".join(letters)


def declare_pair(pair):
    name, op_class, first, second, doc = pair
    typed, wrapped, plain = spelled(op_class)
    lines = [
        f"/* {doc} */",
        f"ND_API nd_pair nd_{name}({typed});",
        "#ifndef __cplusplus",
        f"#define nd_{name}({plain}) (nd_{name})({wrapped})",
        "#endif",
    ]
    return "\n".join(lines) + "\n\n"


def declared_over_axes(name, op_class):
    if op_class == "SCAN":
        return [f"ND_API nd_array *nd_{name}(const nd_array *array, int axis);"]
    return [
        f"ND_API nd_array *nd_{name}(const nd_array *array, nd_axes axes);",
        f"ND_API nd_array *nd_{name}_with(const nd_array *array, nd_axes axes, nd_reduce_options options);",
    ]


def declare_nan(nan):
    name, op_class, doc = nan
    return "\n".join([f"/* {doc} */", *declared_over_axes(name, op_class)]) + "\n\n"


def declare(row):
    name, op_class, _, _, properties, ulp, doc = row
    unit = "ulp of the largest of result and arguments" if "CANCELS" in properties else "ulp"
    note = f" {ulp} {unit}." if float(ulp) and op_class in ARGUMENTS else ""
    lines = [f"/* {doc}{note} */"]
    if op_class in ARGUMENTS:
        typed, wrapped, plain = spelled(op_class)
        lines += [
            f"ND_API nd_array *nd_{name}({typed});",
            f"ND_API nd_array *nd_{name}_into(nd_array *out, {typed});",
            "#ifndef __cplusplus",
            f"#define nd_{name}({plain}) (nd_{name})({wrapped})",
            f"#define nd_{name}_into(out, {plain}) (nd_{name}_into)(out, {wrapped})",
            "#endif",
        ]
    elif op_class in ("REDUCTION", "SCAN"):
        lines += declared_over_axes(name, op_class)
    else:
        fail(f"{name}: unknown class {op_class}")
    return "\n".join(lines) + "\n\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table")
    parser.add_argument("derived")
    parser.add_argument("kernels", nargs="+")
    parser.add_argument("-o", "--output", required=True)
    arguments = parser.parse_args()
    rows = read_rows(arguments.table)
    check_kernels(rows, arguments.kernels)
    pairs, nans = read_derived(arguments.derived, rows)
    text = HEAD
    text += "".join(f"    ND_OP_{row[0]},\n" for row in rows if isinstance(row, tuple))
    text += MIDDLE
    for row in rows:
        text += declare(row) if isinstance(row, tuple) else row + "\n\n"
    text += PAIRS
    text += "".join(map(declare_pair, pairs))
    text += NANS
    text += "".join(map(declare_nan, nans))
    text += "ND_END_C\n\n#endif\n"
    Path(arguments.output).write_text(text)


if __name__ == "__main__":
    main()
