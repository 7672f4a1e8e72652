"""Primes by a sieve, twins, gaps and sums of divisors."""

import numpy as np

limit = 5000000
prime = np.ones(limit + 1, dtype=bool)
prime[:2] = False
for i in range(2, int(limit**0.5) + 1):
    if prime[i]:
        prime[i * i :: i] = False
primes = np.flatnonzero(prime)
gaps = primes[1:] - primes[:-1]
twins = int((gaps == 2).sum())

sums = np.ones(5001, dtype=np.int64)
sums[0] = 0
for d in range(2, 2501):
    sums[2 * d :: d] += d
perfect = np.flatnonzero(sums[2:] == np.arange(2, 5001)) + 2

result = {
    "count": primes.size,
    "last": primes[-5:],
    "twins": twins,
    "largest gap": gaps.max(),
    "after": primes[gaps.argmax()],
    "perfect": perfect,
    "mean gap": gaps.mean(),
}
