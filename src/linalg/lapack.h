/* LAPACK, from OpenBLAS: loaded when first used, its routines in one table over the four dtypes.
 *
 * Loaded by name, not linked: it starts its threads as soon as it is there, which programs without
 * a factorization should not pay for, and its symbols cannot be mistaken for those of another BLAS
 * in the process. Integers are 32 bits wide (LP64). */
#ifndef NDSTREAM_LINALG_LAPACK_H
#define NDSTREAM_LINALG_LAPACK_H

#include <ndstream/dtype.h>

/* The Fortran routines, by what they share in all dtypes: every argument is a pointer; elements and
 * real numbers are of the dtype's kind, so their pointers are void. Strings have a length at the
 * end, by value. Routines of complex dtypes that take one argument more have a type of their own.
 */
typedef const int *ndi_int;

typedef void ndi_getrs(const char *trans, ndi_int n, ndi_int columns, const void *a, ndi_int lda,
                       const int *pivots, void *b, ndi_int ldb, int *info, size_t);
typedef void ndi_getri(ndi_int n, void *a, ndi_int lda, const int *pivots, void *work,
                       ndi_int lwork, int *info);
typedef void ndi_geqrf(ndi_int m, ndi_int n, void *a, ndi_int lda, void *tau, void *work,
                       ndi_int lwork, int *info);
typedef void ndi_orgqr(ndi_int m, ndi_int n, ndi_int k, void *a, ndi_int lda, const void *tau,
                       void *work, ndi_int lwork, int *info);
typedef void ndi_gesdd_real(const char *jobz, ndi_int m, ndi_int n, void *a, ndi_int lda, void *s,
                            void *u, ndi_int ldu, void *vt, ndi_int ldvt, void *work, ndi_int lwork,
                            int *iwork, int *info, size_t);
typedef void ndi_gesdd_complex(const char *jobz, ndi_int m, ndi_int n, void *a, ndi_int lda,
                               void *s, void *u, ndi_int ldu, void *vt, ndi_int ldvt, void *work,
                               ndi_int lwork, void *rwork, int *iwork, int *info, size_t);
typedef void ndi_geev_real(const char *left, const char *right, ndi_int n, void *a, ndi_int lda,
                           void *real, void *imag, void *vl, ndi_int ldvl, void *vr, ndi_int ldvr,
                           void *work, ndi_int lwork, int *info, size_t, size_t);
typedef void ndi_geev_complex(const char *left, const char *right, ndi_int n, void *a, ndi_int lda,
                              void *w, void *vl, ndi_int ldvl, void *vr, ndi_int ldvr, void *work,
                              ndi_int lwork, void *rwork, int *info, size_t, size_t);
typedef void ndi_syevd_real(const char *jobz, const char *uplo, ndi_int n, void *a, ndi_int lda,
                            void *w, void *work, ndi_int lwork, int *iwork, ndi_int liwork,
                            int *info, size_t, size_t);
typedef void ndi_syevd_complex(const char *jobz, const char *uplo, ndi_int n, void *a, ndi_int lda,
                               void *w, void *work, ndi_int lwork, void *rwork, ndi_int lrwork,
                               int *iwork, ndi_int liwork, int *info, size_t, size_t);
typedef void ndi_gelsd_real(ndi_int m, ndi_int n, ndi_int columns, void *a, ndi_int lda, void *b,
                            ndi_int ldb, void *s, const void *rcond, int *rank, void *work,
                            ndi_int lwork, int *iwork, int *info);
typedef void ndi_gelsd_complex(ndi_int m, ndi_int n, ndi_int columns, void *a, ndi_int lda, void *b,
                               ndi_int ldb, void *s, const void *rcond, int *rank, void *work,
                               ndi_int lwork, void *rwork, int *iwork, int *info);
typedef void ndi_lalsd_real(const char *uplo, ndi_int smlsiz, ndi_int n, ndi_int columns, void *d,
                            void *e, void *b, ndi_int ldb, const void *rcond, int *rank, void *work,
                            int *iwork, int *info, size_t);
typedef void ndi_lalsd_complex(const char *uplo, ndi_int smlsiz, ndi_int n, ndi_int columns,
                               void *d, void *e, void *b, ndi_int ldb, const void *rcond, int *rank,
                               void *work, void *rwork, int *iwork, int *info, size_t);

/* Of real dtypes alone. */
typedef void ndi_bdsdc(const char *uplo, const char *compq, ndi_int n, void *d, void *e, void *u,
                       ndi_int ldu, void *vt, ndi_int ldvt, void *q, int *iq, void *work,
                       int *iwork, int *info, size_t, size_t);

typedef void ndi_sytrd(const char *uplo, ndi_int n, void *a, ndi_int lda, void *d, void *e,
                       void *tau, void *work, ndi_int lwork, int *info, size_t);

/* One row each: member, name for real and for complex dtypes without the letter of the dtype; NULL
 * where complex ones have none. */
#define NDI_LAPACK_ROUTINES(X)                                                                     \
    X(getrs, "getrs", "getrs")                                                                     \
    X(getri, "getri", "getri")                                                                     \
    X(geqrf, "geqrf", "geqrf")                                                                     \
    X(orgqr, "orgqr", "ungqr")                                                                     \
    X(gesdd, "gesdd", "gesdd")                                                                     \
    X(geev, "geev", "geev")                                                                        \
    X(syevd, "syevd", "heevd")                                                                     \
    X(sytrd, "sytrd", "hetrd")                                                                     \
    X(gelsd, "gelsd", "gelsd")                                                                     \
    X(bdsdc, "bdsdc", NULL)                                                                        \
    X(lalsd, "lalsd", "lalsd")

/* The routines of one dtype. Those with two types are called through ndi_<name>_real or
 * ndi_<name>_complex. */
typedef struct ndi_lapack {
#define NDI_LAPACK_MEMBER(member, real, complex) void (*member)(void);
    NDI_LAPACK_ROUTINES(NDI_LAPACK_MEMBER)
#undef NDI_LAPACK_MEMBER
} ndi_lapack;

/* lapack->getrs as what it is. */
#define NDI_LAPACK(lapack, member, type) ((type *)(lapack)->member)

/* Values of symmetric tridiagonal matrices, and pieces of the divide and conquer method for their
 * vectors, in float64. */
typedef struct ndi_lapack_tridiagonal {
    void (*sterf)(ndi_int n, double *d, double *e, int *info);
    void (*steqr)(const char *compz, ndi_int n, double *d, double *e, double *z, ndi_int ldz,
                  double *work, int *info, size_t);
    void (*laed2)(int *k, ndi_int n, ndi_int n1, double *d, double *q, ndi_int ldq, int *indxq,
                  double *rho, double *z, double *dlamda, double *w, double *q2, int *indx,
                  int *indxc, int *indxp, int *coltyp, int *info);
    void (*laed4)(ndi_int n, ndi_int i, const double *d, const double *z, double *delta,
                  const double *rho, double *dlam, int *info);
    void (*lamrg)(ndi_int n1, ndi_int n2, const double *a, ndi_int step1, ndi_int step2,
                  int *index);
} ndi_lapack_tridiagonal;

/* There if ndi_lapack_of() has given others. */
const ndi_lapack_tridiagonal *ndi_lapack_for_tridiagonal(void);

/* The routines of float32, float64, complex64 or complex128. NULL with ND_ERROR_UNSUPPORTED, which
 * names `operation`, if there is no OpenBLAS. */
const ndi_lapack *ndi_lapack_of(const char *operation, nd_dtype dtype);

/* Around calls of routines: they use up to `threads` threads each. Where several callers are
 * inside, the first one's number holds for all. */
void ndi_lapack_enter(int threads);
void ndi_lapack_leave(void);

/* What factorises, for reports: "OpenBLAS 0.3.21 SkylakeX", or why nothing does. */
const char *ndi_lapack_name(void);

#endif
