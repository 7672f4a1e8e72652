/* ndstream: n-dimensional arrays at the speed of the machine. This header includes all the others.
 *
 *     #include <ndstream/nd.h>
 *
 *     int main(void)
 *     {
 *         ND_SCOPE {
 *             nd_array *x = nd_linspace(-10, 10, 1000001);
 *             nd_array *y = nd_add(nd_multiply(2.0, nd_square(x)), nd_multiply(3.0, x));
 *             nd_print(nd_mean(y, ND_ALL));
 *         }
 *         return nd_error() != ND_OK;
 *     }
 */
#ifndef NDSTREAM_ND_H
#define NDSTREAM_ND_H

#include <ndstream/arrange.h>
#include <ndstream/array.h>
#include <ndstream/base.h>
#include <ndstream/dtype.h>
#include <ndstream/index.h>
#include <ndstream/io.h>
#include <ndstream/join.h>
#include <ndstream/lang.h>
#include <ndstream/lazy.h>
#include <ndstream/linalg.h>
#include <ndstream/numeric.h>
#include <ndstream/operand.h>
#include <ndstream/ops.h>
#include <ndstream/random.h>
#include <ndstream/reduce.h>
#include <ndstream/sort.h>

#endif
