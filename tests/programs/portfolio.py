"""Returns of assets: risk, the portfolio of least variance, and a frontier."""

import numpy as np

rng = np.random.default_rng(8)
days, assets = 2500, 100
factor = rng.standard_normal((days, 3)) @ rng.normal(0, 0.01, (3, assets))
returns = factor + rng.normal(0.0004, 0.008, (days, assets))
mean = returns.mean(axis=0)
centred = returns - mean
covariance = centred.T @ centred / (days - 1)
deviation = np.sqrt(np.diagonal(covariance))
correlation = covariance / np.outer(deviation, deviation)

ones = np.ones(assets)
inverse = np.linalg.inv(covariance)
least = inverse @ ones / (ones @ inverse @ ones)
a, b, c = ones @ inverse @ ones, ones @ inverse @ mean, mean @ inverse @ mean
targets = np.linspace(mean.min(), mean.max(), 50)
variances = (a * targets**2 - 2 * b * targets + c) / (a * c - b * b)
weights = rng.dirichlet(np.ones(assets), 5000) if hasattr(rng, "dirichlet") else np.full((5000, assets), 1 / assets)
risks = np.sqrt(np.einsum("ij,jk,ik->i", weights, covariance, weights))
wealth = np.cumprod(1 + returns @ least)
drawdown = 1 - wealth / np.maximum.accumulate(wealth)

result = {
    "correlation": correlation[0],
    "least": least,
    "frontier": np.sqrt(variances),
    "no better": bool(risks.min() >= np.sqrt(variances.min()) * 0.999),
    "sharpe": (returns @ least).mean() / (returns @ least).std(ddof=1) * np.sqrt(252),
    "drawdown": drawdown.max(),
}
