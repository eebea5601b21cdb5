"""The figures of docs/decisions.md by a second method: NumPy and SciPy, written from the models' texts.

Rent or buy: `rent-or-buy` in its base case and its scenarios. Large or small: `a800-10k` beside `industry-small-model`.
Inputs of one name have the same uniforms in both models, as in `outlay compare`. Prints means with standard errors,
percentiles and probabilities. Run it with: python decisions.py [trials]
"""

import sys
import zlib

import numpy as np
from scipy import stats

N = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000


def u(name):
    return np.random.default_rng([2026, zlib.crc32(name.encode())]).random(N)


def pert(name, low, mode, high):
    a, b = 1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)
    return stats.beta.ppf(u(name), a, b, low, high - low)


def interval(name, low, high):
    z = 1.6448536269514722
    mu, sigma = (np.log(low) + np.log(high)) / 2, (np.log(high) - np.log(low)) / (2 * z)
    return np.exp(mu + sigma * stats.norm.ppf(u(name)))


def delay(name):
    x = u(name)
    return np.where(x <= 0.1, 0.0, -0.378 * np.log1p(-np.clip((x - 0.1) / 0.9, 0, 1 - 1e-16)))


def npv(flows, wacc):
    return sum(flow / (1 + wacc) ** (t / 12) for t, flow in enumerate(flows))


def rounded(x):
    return np.floor(x + 0.5)


HOURS = 730.5  # a month of 365.25 / 12 days


def rent_or_buy(rent=(1.7, 2.4, 4.0), decline=(-0.10, 0.12, 0.35), used=(0.30, 0.70, 0.95)):
    gpus, power, months = 512, 1.35, 60
    price = pert("price", 32e3, 40e3, 55e3)
    colocation, operation = pert("colocation", 130, 180, 250), pert("operation", 0.03, 0.05, 0.08)
    residual = pert("residual", 0.03, 0.12, 0.35)
    rent = pert("rent", *rent)
    decline = pert("decline", *decline) if decline else 0.0
    used = pert("used", *used)
    purchase = gpus * price
    own = gpus * power * colocation + operation * purchase / 12
    flows = []
    for t in range(months):
        saved = gpus * used * rent * (1 - decline) ** (t / 12) * HOURS
        owning = own + (purchase if t == 0 else 0) - (residual * purchase if t + 1 >= 60 else 0)
        flows.append((saved - owning) / 1e6)
    return npv(flows, 0.10)


def large():
    gpus = 10_000
    purchase = gpus * pert("gpu_price", 85e3, 100e3, 150e3)
    cluster = purchase / pert("server_share", 0.25, 0.30, 0.70)
    it = purchase * pert("server_overhead", 1.3, 1.66, 1.9) / (1 - pert("network_share", 0.08, 0.15, 0.22))
    runs = rounded(pert("runs", 5, 10, 20))
    training = pert("run_cost", 8e6, 12e6, 25e6) * pert("fx", 6.5, 80 / 12, 7.2) * runs
    data = interval("data_cost", 20e6, 500e6)
    staff = pert("headcount", 150, 300, 700) * pert("pay", 0.7e6, 1.2e6, 2.0e6)
    power = gpus * 0.8125 * 1.1 * pert("pue", 1.15, 1.30, 1.50) * pert("load", 0.50, 0.75, 0.90)
    power = power * pert("power_price", 0.40, 0.60, 0.85) * HOURS
    opex = staff / 12 + power + pert("bandwidth", 20e6, 50e6, 150e6) / 12 + 0.03 * it / 12
    live = np.maximum(3, rounded(pert("build", 6, 9, 18) * (1 + delay("delay"))))
    mature = interval("revenue_mature", 10e6, 250e6)
    flows = []
    for t in range(60):
        up = t >= live
        out = np.where(~up, cluster / live, 0)
        out = out + np.where(t < live - 3, 0.5 * staff / 12, np.where(~up, staff / 12, 0))
        out = out + np.where(up, opex, 0)
        out = out + np.where(up & (t < live + 24), training / 24, 0)
        out = out + np.where(up & (t < live + 12), data / 12, 0)
        flows.append((mature * np.clip((t - live - 6) / 18, 0, 1) - out) / 1e8)
    return npv(flows, 0.10), -np.minimum.accumulate(np.cumsum(flows, axis=0))[-1]


def small():
    gpus, rent = pert("gpus", 100, 300, 600), pert("rent", 2, 4, 8)
    decline = pert("rent_decline", 0.05, 0.15, 0.30)
    data = interval("data_cost", 2e6, 25e6)
    team = pert("headcount", 10, 22, 50) * pert("pay", 0.5e6, 0.8e6, 1.2e6)
    live = np.maximum(3, rounded(pert("development", 4, 8, 15) * (1 + delay("delay"))))
    kept, market = pert("kept_gpus", 0.10, 0.25, 0.60), pert("market", 5, 30, 100)
    half, fee = pert("half_won", 8, 12, 24), pert("fee", 0.5e6, 2e6, 5e6)
    margin = pert("margin", 0.35, 0.55, 0.70)
    flows = []
    for t in range(60):
        up = t >= live
        clients = np.where(up, market / (1 + np.exp(-(t - live - half) / 4)), 0)
        out = gpus * np.where(up, kept, 1) * rent * (1 - decline) ** (t / 12) * HOURS + team / 12
        out = out + np.where(~up, data / live, 0)
        flows.append((clients * fee * margin / 12 - out) / 1e8)
    return npv(flows, 0.12), -np.minimum.accumulate(np.cumsum(flows, axis=0))[-1]


def told(name, x):
    p = np.percentile(x, [5, 50, 95])
    print(f"{name:34} mean {x.mean():9.4f} ± {x.std() / np.sqrt(N):.4f}  P5 {p[0]:8.3f}  P50 {p[1]:8.3f}  P95 {p[2]:8.3f}")


def share(name, holds):
    p = holds.mean()
    print(f"{name:34} {100 * p:6.2f} % ± {100 * np.sqrt(p * (1 - p) / N):.2f}")


base = rent_or_buy()
told("buy over rent, M USD", base)
share("buying is better", base > 0)
for name, changed in {
    "rents_of_2023": dict(rent=(3.0, 4.25, 6.0)),
    "rents_hold": dict(decline=None),
    "always_busy": dict(used=(0.85, 0.92, 0.97)),
}.items():
    other = rent_or_buy(**changed)
    told(f"  {name}", other)
    share(f"  {name}: buying is better", other > 0)
    told(f"  base - {name}", base - other)

(npv_large, peak_large), (npv_small, peak_small) = large(), small()
told("large: npv, 亿 CNY", npv_large)
told("small: npv, 亿 CNY", npv_small)
told("large - small: npv", npv_large - npv_small)
share("large is better", npv_large > npv_small)
share("large pays", npv_large > 0)
share("small pays", npv_small > 0)
told("large: peak funding, 亿 CNY", peak_large)
told("small: peak funding, 亿 CNY", peak_small)
