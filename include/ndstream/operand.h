/* What an operation takes: an array, or a C scalar, which is weak as in NumPy 2 (it takes on the
 * array's dtype where its kind allows). Scalars go by value and allocate nothing. */
#ifndef NDSTREAM_OPERAND_H
#define NDSTREAM_OPERAND_H

#include <ndstream/array.h>

#ifdef __cplusplus
#include <complex>
#endif

/* Which member of an operand holds. */
typedef enum nd_operand_kind {
    ND_OPERAND_ARRAY,
    ND_OPERAND_BOOL,
    ND_OPERAND_INT,
    ND_OPERAND_UINT, /* only for values above INT64_MAX */
    ND_OPERAND_REAL,
    ND_OPERAND_COMPLEX
} nd_operand_kind;

/* One argument of an operation. ND_OPERAND(x) makes it; by hand only where the type is known at run
 * time. */
typedef struct nd_operand {
    nd_operand_kind kind;
    const nd_array *array; /* for ND_OPERAND_ARRAY, else NULL */
    union {
        int64_t integer;
        uint64_t natural;
        double real[2]; /* [1]: the imaginary part */
    } value;
#ifdef __cplusplus
    nd_operand() = default;
    nd_operand(const nd_array *a) : kind(ND_OPERAND_ARRAY), array(a)
    {
        value.integer = 0;
    }
    nd_operand(bool x) : kind(ND_OPERAND_BOOL), array(nullptr)
    {
        value.integer = x;
    }
    nd_operand(int x) : kind(ND_OPERAND_INT), array(nullptr)
    {
        value.integer = x;
    }
    nd_operand(unsigned x) : kind(ND_OPERAND_INT), array(nullptr)
    {
        value.integer = x;
    }
    nd_operand(long x) : kind(ND_OPERAND_INT), array(nullptr)
    {
        value.integer = x;
    }
    nd_operand(long long x) : kind(ND_OPERAND_INT), array(nullptr)
    {
        value.integer = x;
    }
    nd_operand(unsigned long x) : nd_operand((unsigned long long)x) {}
    nd_operand(unsigned long long x)
        : kind(x > INT64_MAX ? ND_OPERAND_UINT : ND_OPERAND_INT), array(nullptr)
    {
        value.natural = x;
    }
    nd_operand(float x) : kind(ND_OPERAND_REAL), array(nullptr)
    {
        value.real[0] = x, value.real[1] = 0;
    }
    nd_operand(double x) : kind(ND_OPERAND_REAL), array(nullptr)
    {
        value.real[0] = x, value.real[1] = 0;
    }
    nd_operand(long double x) : nd_operand((double)x) {}
    template <class T> nd_operand(const std::complex<T> &x)
        : kind(ND_OPERAND_COMPLEX), array(nullptr)
    {
        value.real[0] = (double)x.real(), value.real[1] = (double)x.imag();
    }
#endif
} nd_operand;

/* A number without an array: strong, as an array without axes is, by its dtype; or weak, as a C
 * scalar. */
typedef struct nd_number {
    nd_dtype dtype; /* ND_DTYPE_NONE: weak */
    union {
        char element[16]; /* of the dtype */
        nd_operand weak;
    } value;
#ifdef __cplusplus
    nd_number() = default;
#endif
} nd_number;

#ifdef __cplusplus
#define ND_OPERAND(x) nd_operand(x)
#else

static inline nd_operand nd_operand_array(const nd_array *x)
{
    return (nd_operand){.kind = ND_OPERAND_ARRAY, .array = x};
}
static inline nd_operand nd_operand_bool(bool x)
{
    return (nd_operand){.kind = ND_OPERAND_BOOL, .value.integer = x};
}
static inline nd_operand nd_operand_int(int64_t x)
{
    return (nd_operand){.kind = ND_OPERAND_INT, .value.integer = x};
}
static inline nd_operand nd_operand_uint(uint64_t x)
{
    return (nd_operand){.kind = x > INT64_MAX ? ND_OPERAND_UINT : ND_OPERAND_INT,
                        .value.natural = x};
}
static inline nd_operand nd_operand_real(double x)
{
    return (nd_operand){.kind = ND_OPERAND_REAL, .value.real = {x, 0}};
}
static inline nd_operand nd_operand_complex(double _Complex x)
{
    return (nd_operand){.kind = ND_OPERAND_COMPLEX, .value.real = {__real__ x, __imag__ x}};
}
static inline nd_operand nd_operand_itself(nd_operand x)
{
    return x;
}

/* The argument is named once, in the __auto_type: named twice, nested calls would double at every
 * level. The variable is numbered, so that nested calls do not shadow each other's. */
#define ND_OPERAND(x) ND_OPERAND_AS_(ND_JOIN_(nd_operand_, __COUNTER__), x)
/* clang-format off */
#define ND_OPERAND_AS_(name, x)                                                                   \
    (__extension__({                                                                              \
        __auto_type name = (x);                                                                   \
        _Generic(name,                                                                            \
            nd_array *: nd_operand_array,                                                         \
            const nd_array *: nd_operand_array,                                                   \
            void *: nd_operand_array,                                                             \
            nd_operand: nd_operand_itself,                                                        \
            bool: nd_operand_bool,                                                                \
            float: nd_operand_real,                                                               \
            double: nd_operand_real,                                                              \
            long double: nd_operand_real,                                                         \
            float _Complex: nd_operand_complex,                                                   \
            double _Complex: nd_operand_complex,                                                  \
            unsigned long: nd_operand_uint,                                                       \
            unsigned long long: nd_operand_uint,                                                  \
            default: nd_operand_int)(name);                                                       \
    }))
/* clang-format on */
#endif

#endif
