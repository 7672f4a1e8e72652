// The public headers as a C++17 program sees them: 0 if their macros and constructors do what they
// do in C.
#include <ndstream/operand.h>

#include <complex>
#include <cstdint>

static nd_operand_kind kind_of(nd_operand x)
{
    return x.kind;
}

static double sum(nd_operand x, nd_operand y)
{
    return x.value.real[0] + y.value.real[0];
}
#define add(x, y) sum(ND_OPERAND(x), ND_OPERAND(y))

static int leave_scope()
{
    ND_SCOPE {
        nd_arange(3);
        ND_SCOPE {
            nd_arange(100000);
            return 1;
        }
    }
    return 0;
}

int main()
{
    int wrong = 0;
    nd_array *array = nullptr;
    const nd_array *constant = nullptr;
    wrong += kind_of(array) != ND_OPERAND_ARRAY;
    wrong += kind_of(constant) != ND_OPERAND_ARRAY;
    wrong += kind_of(nullptr) != ND_OPERAND_ARRAY;
    wrong += kind_of(true) != ND_OPERAND_BOOL;
    wrong += kind_of('a') != ND_OPERAND_INT;
    wrong += kind_of((short)-3) != ND_OPERAND_INT || nd_operand((short)-3).value.integer != -3;
    wrong += kind_of(3u) != ND_OPERAND_INT;
    wrong += kind_of(3ull) != ND_OPERAND_INT;
    wrong += kind_of(std::uint64_t(INT64_MAX) + 1) != ND_OPERAND_UINT;
    wrong += kind_of(~0ull) != ND_OPERAND_UINT;
    wrong += kind_of(1.5f) != ND_OPERAND_REAL;
    wrong += kind_of(1.5L) != ND_OPERAND_REAL;
    wrong += kind_of(std::complex<float>(1, 2)) != ND_OPERAND_COMPLEX;
    wrong += nd_operand(std::complex<double>(1, 2)).value.real[1] != 2;
    wrong += add(1.0, add(1.0, add(1.0, add(1.0, 1.0)))) != 5;

    const nd_shape shape = ND_SHAPE(2, 3), scalar = ND_SCALAR_SHAPE;
    const nd_axes axes = ND_AXES(0, -1), one = ND_AXIS(2), all = ND_ALL;
    wrong += shape.rank != 2 || shape.length[1] != 3 || scalar.rank != 0;
    wrong += axes.count != 2 || axes.axis[1] != -1 || one.count != 1 || !all.all;
    ND_SCOPE {
        nd_array *a = nd_reshape(nd_arange(12), ND_SHAPE(3, 4));
        nd_array *b = nd_slice(a, ND_STEP(ND_OPEN, ND_OPEN, -1), ND_INDEX(1));
        const std::int64_t index = 0;
        wrong += nd_get_int64(b, &index) != 9;
        const nd_view view = nd_view_of(a, ND_INT64, 2);
        wrong += ND_AT2(std::int64_t, view, 2, 3) != 11;
    }
    wrong += leave_scope() != 1;
    return wrong + (nd_error() != ND_OK);
}
