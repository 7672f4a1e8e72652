/* A program in strict C11, as a user would write it: no warning, and the right numbers. */
#include <ndstream/nd.h>

#include <stdio.h>

static int check(int right, const char *what)
{
    if (!right)
        fprintf(stderr, "wrong: %s (%s)\n", what, nd_error_message());
    return !right;
}
#define CHECK(condition) check(condition, #condition)

int main(void)
{
    int wrong = 0;
    ND_SCOPE {
        nd_array *x = nd_linspace(-10, 10, 10001);
        nd_array *y = nd_add(nd_multiply(2.0, nd_square(x)), nd_add(nd_multiply(3.0, x), 5.0));
        nd_array *last = nd_slice(y, ND_INDEX(-1));
        wrong += CHECK(nd_get_double(last, NULL) == 235);
        wrong += CHECK(nd_get_double(nd_max(y, ND_ALL), NULL) == 235);

        /* Were an argument of an operation expanded twice, 24 levels would be 16 million copies. */
        nd_array *one = nd_ones(ND_INT32, ND_SHAPE(3));
        nd_array *z = nd_add(
            1, nd_add(1, nd_add(1, nd_add(1, nd_add(1, nd_add(1, nd_add(1, nd_add(1, one))))))));
        z = nd_add(
            z, nd_add(1, nd_add(1, nd_add(1, nd_add(1, nd_add(1, nd_add(1, nd_add(1, one))))))));
        z = nd_where(nd_greater(z, 3),
                     nd_minimum(nd_maximum(nd_negative(nd_subtract(z, 40)), 0),
                                nd_clip(nd_absolute(z), 0, 100)),
                     nd_power(nd_square(nd_sqrt(z)), 2.0));
        wrong += CHECK(nd_dtype_of(z) == ND_FLOAT64);
        wrong += CHECK(nd_get_double(nd_sum(z, ND_ALL), NULL) == 51);

        wrong += CHECK(nd_add(nd_ones(ND_FLOAT32, ND_SHAPE(3, 4)), one) == NULL);
        wrong += CHECK(nd_error() == ND_ERROR_SHAPE);
        nd_error_clear();
    }
    return wrong != 0 || nd_error() != ND_OK;
}
