/* Methods of operations, add.reduce(x), and names that mean something to NumPy but not here. */
#include <ndstream/index.h>

#include <string.h>

#include "array/array.h"
#include "lang/functions.h"
#include "lang/rows.h"

/* ---- Methods of operations ------------------------------------------------------------------- */

/* NumPy's default is the first axis; axis=None are all. */
static nd_array *call_reduce(arguments a)
{
    const nd_reduce_options options = {.has_dtype = a[2].given,
                                       .dtype = dtype_or(&a[2], ND_DTYPE_NONE),
                                       .keepdims = flag_or(&a[3], false),
                                       .has_initial = a[4].given,
                                       .initial = real_or(&a[4], 0),
                                       .where = array_or_null(&a[5])};
    return nd_ufunc_reduce(a->op, a[0].array, a[1].given ? a[1].axes : ND_AXIS(0), &options);
}

static nd_array *call_accumulate(arguments a)
{
    return nd_ufunc_accumulate(a->op, a[0].array, axis_or(&a[1], 0),
                               dtype_or(&a[2], ND_DTYPE_NONE));
}

static nd_array *call_outer(arguments a)
{
    return nd_ufunc_outer(a->op, a[0].array, a[1].array);
}

static nd_array *call_reduceat(arguments a)
{
    return nd_reduceat(a->op, a[0].array, a[1].array, axis_or(&a[2], 0));
}

/* clang-format off */
static const ndi_function methods[] = {
    ROW("reduce",     false, call_reduce, ARRAY("array"),
        {.name = "axis", .kind = NDI_TAKES_LINE, .optional = true}, DTYPE,
        KEYWORD("keepdims", FLAG), KEYWORD("initial", REAL), KEYWORD("where", ARRAY)),
    ROW("accumulate", false, call_accumulate, ARRAY("array"), INTEGER_OR("axis"), DTYPE),
    ROW("outer",      false, call_outer, ARRAY("A"), ARRAY("B")),
    ROW("reduceat",   false, call_reduceat, ARRAY("array"), ARRAY("indices"), INTEGER_OR("axis")),
};
/* clang-format on */

bool ndi_find_method(const char *operation, const char *name, ndi_function *function)
{
    ndi_function of;
    if (!ndi_find_function(operation, &of) || of.call || of.call_several ||
        nd_op_describe(of.op)->op_class != ND_CLASS_BINARY ||
        !ndi_find_row(methods, sizeof methods / sizeof *methods, name, function))
        return false;
    function->op = of.op;
    return true;
}

/* ---- What is not there, for a reason --------------------------------------------------------- */

static const char changes[] = "it changes an array, and expressions make new ones";
static const char draws[] = "it depends on what was drawn before, and expressions on nothing but "
                            "their arrays";
static const char calls[] = "functions are no values here; most take `axis` themselves";

const char *ndi_why_absent(const char *name)
{
    static const struct {
        const char *name, *why;
    } absent[] = {
        {"put", changes},
        {"put_along_axis", changes},
        {"putmask", changes},
        {"place", changes},
        {"copyto", changes},
        {"fill_diagonal", changes},
        {"at", changes},
        {"apply_along_axis", calls},
        {"apply_over_axes", calls},
        {"piecewise", calls},
        {"vectorize", calls},
        {"fromfunction", calls},
        {"empty", "its elements would be anything; zeros() is as fast"},
        {"empty_like", "its elements would be anything; zeros_like() is as fast"},
        {"len", "write x.shape[0], or x.size"},
        {"block", "write vstack((hstack((a, b)), hstack((c, d))))"},
        {"load", "files are arguments: nds eval 'mean(x)' x=data.npy"},
        {"loadtxt", "files are arguments: nds eval 'mean(x)' x=data.txt"},
        {"genfromtxt", "files are arguments: nds eval 'mean(x)' x=data.csv"},
        {"save", "results are saved by who evaluates: nds eval ... -o y.npy"},
        {"savetxt", "results are saved by who evaluates: nds eval ... -o y.csv"},
        {"random", draws},
        {"rand", draws},
        {"randn", draws},
        {"default_rng", draws},
    };
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        if (strcmp(absent[i].name, name) == 0)
            return absent[i].why;
    return NULL;
}
