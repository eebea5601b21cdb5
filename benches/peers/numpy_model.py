"""Reference models S and T in idiomatic NumPy: chunks of trials as vectors; T with a loop over months.

    python3 numpy_model.py --model S|T [--trials N] [--rent 10] [--chunk N]

A peer of outlay, run by compare.py. Prints one line of JSON.
"""

import argparse
import json
import math
import time

import numpy as np
from scipy.special import ndtri

MONTHS = 60
PERCENTILES = [1, 5, 10, 25, 50, 75, 90, 95, 99]
UNIT = 1e8  # 亿 CNY


def log_moments(mean, sd):
    """Parameters of the logarithm of a lognormal law with this mean and standard deviation."""
    variance = math.log1p((sd / mean) ** 2)
    return math.log(mean) - variance / 2, math.sqrt(variance)


def log_percentiles(p5, p95):
    low, high = math.log(p5), math.log(p95)
    return (low + high) / 2, (high - low) / (2 * ndtri(0.95))


def pert(rng, low, mode, high, n):
    a = 1 + 4 * (mode - low) / (high - low)
    b = 1 + 4 * (high - mode) / (high - low)
    return low + (high - low) * rng.beta(a, b, n)


def total_cost(rng, n):
    gpu_price = pert(rng, 80e3, 100e3, 150e3, n)
    gpu_share = rng.uniform(0.6, 0.8, n)
    server_share = rng.triangular(0.25, 0.30, 0.40, n)
    run_cost = rng.lognormal(*log_moments(80e6, 20e6), n)
    rounds = np.maximum(1, rng.poisson(10, n))
    soft_ratio = rng.lognormal(*log_percentiles(0.2, 1.0), n)
    overrun = 1 + rng.gamma(4, 0.05, n)
    ops = rng.normal(300e6, 50e6, n)
    hardware = 10_000 * gpu_price / gpu_share / server_share
    return hardware * overrun + run_cost * rounds * (1 + soft_ratio) + ops


def model_s(rng, n, _rent):
    return {"total": total_cost(rng, n) / UNIT}


def model_t(rng, n, rent):
    total = total_cost(rng, n)
    price = rng.normal(rent, 1.5, n)
    drift = -0.05 * rng.beta(2, 5, n)
    vol = rng.uniform(0.02, 0.08, n)
    util_max = rng.beta(8, 3, n)
    ramp_up = rng.uniform(6, 24, n)
    opex = rng.lognormal(*log_moments(25e6, 5e6), n)
    wacc = rng.triangular(0.08, 0.10, 0.14, n)

    growth = drift - vol**2 / 2
    factor = (1 + wacc) ** (-1 / 12)
    cash_sum = -total
    npv = cash_sum.copy()
    lowest = cash_sum.copy()
    discount = np.ones(n)
    break_even = np.full(n, np.inf)
    discounted = np.full(n, np.inf)
    for month in range(1, MONTHS + 1):
        price *= np.exp(growth + vol * rng.standard_normal(n))
        util = util_max * (1 - np.exp(-3 * month / ramp_up))
        cash = 10_000 * 730 * util * price - opex
        discount *= factor
        cash_sum += cash
        npv += cash * discount
        np.minimum(lowest, cash_sum, out=lowest)
        break_even[(cash_sum >= 0) & np.isinf(break_even)] = month
        discounted[(npv >= 0) & np.isinf(discounted)] = month
    return {
        "total": total / UNIT,
        "npv": npv / UNIT,
        "break_even": break_even,
        "discounted_break_even": discounted,
        "peak": -lowest / UNIT,
    }


def summary(values):
    """Mean, sd, P(never) and percentiles; never (infinite) ranks above every time."""
    never = float(np.mean(np.isinf(values)))
    found = np.percentile(values, PERCENTILES, method="inverted_cdf")
    return {
        "mean": float(np.mean(values)) if never == 0 else None,
        "sd": float(np.std(values, ddof=1)) if never == 0 else None,
        "never": never,
        "percentiles": [None if math.isinf(x) else float(x) for x in found],
    }


def arguments_of(description):
    """What compare.py asks a peer for."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--model", choices=["S", "T"], default="S")
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--rent", type=float, default=10.0)
    parser.add_argument("--chunk", type=int, default=1 << 14)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main():
    arguments = arguments_of(__doc__)
    model = model_s if arguments.model == "S" else model_t

    start = time.perf_counter()
    rng = np.random.default_rng(arguments.seed)
    columns = {}
    done = 0
    while done < arguments.trials:
        n = min(arguments.chunk, arguments.trials - done)
        for name, values in model(rng, n, arguments.rent).items():
            columns.setdefault(name, np.empty(arguments.trials))[done : done + n] = values
        done += n
    outputs = {name: summary(values) for name, values in columns.items()}
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "trials": arguments.trials, "outputs": outputs}))


if __name__ == "__main__":
    main()
