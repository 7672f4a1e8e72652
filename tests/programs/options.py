"""Prices of options: the formula, its derivatives and a simulation."""

import math

import numpy as np


def normal_cdf(x):
    # Abramowitz and Stegun 26.2.17
    t = 1.0 / (1.0 + 0.2316419 * np.abs(x))
    poly = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi) * poly
    return np.where(x >= 0, 1.0 - tail, tail)


def call(spot, strike, rate, sigma, years):
    root = sigma * np.sqrt(years)
    d1 = (np.log(spot / strike) + (rate + 0.5 * sigma**2) * years) / root
    d2 = d1 - root
    return spot * normal_cdf(d1) - strike * np.exp(-rate * years) * normal_cdf(d2), normal_cdf(d1)


rng = np.random.default_rng(2024)
n = 200000
spot = rng.uniform(80, 120, n)
strike = rng.uniform(80, 120, n)
years = rng.uniform(0.1, 2.0, n)
price, delta = call(spot, strike, 0.03, 0.25, years)
parity = price - spot + strike * np.exp(-0.03 * years)

shocks = rng.standard_normal((100, 20000))
paths = 100.0 * np.exp(np.cumsum((0.03 - 0.5 * 0.25**2) / 100 + 0.25 / 10 * shocks, axis=0))
simulated = np.exp(-0.03) * np.maximum(paths[-1] - 100.0, 0).mean()
asian = np.exp(-0.03) * np.clip(paths.mean(axis=0) - 100.0, 0, None).mean()

result = {
    "mean price": price.mean(),
    "some": price[::20000],
    "deltas": [float(delta.min()) >= 0, float(delta.max()) <= 1],
    "puts": (parity >= -1e-6).all(),
    "simulated": simulated,
    "asian": asian,
}
