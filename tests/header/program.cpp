// A program in C++17 against the shared library: C linkage, operands from C++ values, scopes.
#include <ndstream/nd.h>

#include <complex>
#include <cstdio>

static int wrong;

static void check(bool right, const char *what)
{
    if (right)
        return;
    std::fprintf(stderr, "wrong: %s (%s)\n", what, nd_error_message());
    wrong = 1;
}
#define CHECK(condition) check(condition, #condition)

int main()
{
    ND_SCOPE {
        nd_array *x = nd_reshape(nd_arange(12), ND_SHAPE(3, 4));
        nd_array *y = nd_add(nd_multiply(x, 2), 0.5);
        CHECK(nd_dtype_of(y) == ND_FLOAT64);
        CHECK(nd_get_double(nd_sum(y, ND_ALL), nullptr) == 138);
        CHECK(nd_size(nd_sum(y, ND_AXIS(0))) == 4);
        CHECK(nd_length(nd_slice(x, ND_RANGE(1, ND_OPEN), ND_INDEX(2)), 0) == 2);
        CHECK(nd_dtype_of(nd_add(x, std::complex<double>(0, 1))) == ND_COMPLEX128);
        CHECK(nd_add_into(y, y, true) == y);

        CHECK(nd_add(x, nd_ones(ND_INT8, ND_SHAPE(5))) == nullptr);
        CHECK(nd_error() == ND_ERROR_SHAPE);
        nd_error_clear();
    }
    return wrong || nd_error() != ND_OK;
}
