"""Reference models S and T as a loop over trials, compiled by Numba.

    python3 numba_model.py --model S|T [--trials N] [--rent 10]

A peer of outlay, run by compare.py. Compiling is not timed. Prints one line of JSON.
"""

import json
import math
import time

import numpy as np
from numba import njit

from numpy_model import MONTHS, UNIT, arguments_of, log_moments, log_percentiles, summary

COST = log_moments(80e6, 20e6)
SOFT = log_percentiles(0.2, 1.0)
OPEX = log_moments(25e6, 5e6)


@njit(fastmath=False)
def total_cost():
    a, b = 1 + 4 * 20 / 70, 1 + 4 * 50 / 70
    gpu_price = 80e3 + 70e3 * np.random.beta(a, b)
    gpu_share = np.random.uniform(0.6, 0.8)
    server_share = np.random.triangular(0.25, 0.30, 0.40)
    run_cost = np.random.lognormal(COST[0], COST[1])
    rounds = max(1, np.random.poisson(10))
    soft_ratio = np.random.lognormal(SOFT[0], SOFT[1])
    overrun = 1 + np.random.gamma(4, 0.05)
    ops = np.random.normal(300e6, 50e6)
    return 10_000 * gpu_price / gpu_share / server_share * overrun + run_cost * rounds * (1 + soft_ratio) + ops


@njit
def model_s(seed, out):
    np.random.seed(seed)
    for trial in range(out.shape[1]):
        out[0, trial] = total_cost() / UNIT


@njit
def model_t(seed, rent, out):
    np.random.seed(seed)
    for trial in range(out.shape[1]):
        total = total_cost()
        price = np.random.normal(rent, 1.5)
        drift = -0.05 * np.random.beta(2, 5)
        vol = np.random.uniform(0.02, 0.08)
        util_max = np.random.beta(8, 3)
        ramp_up = np.random.uniform(6, 24)
        opex = np.random.lognormal(OPEX[0], OPEX[1])
        factor = (1 + np.random.triangular(0.08, 0.10, 0.14)) ** (-1 / 12)
        growth = drift - vol * vol / 2
        cash_sum, npv, lowest, discount = -total, -total, -total, 1.0
        break_even, discounted = np.inf, np.inf
        for month in range(1, MONTHS + 1):
            price *= math.exp(growth + vol * np.random.standard_normal())
            util = util_max * (1 - math.exp(-3 * month / ramp_up))
            cash = 10_000 * 730 * util * price - opex
            discount *= factor
            cash_sum += cash
            npv += cash * discount
            lowest = min(lowest, cash_sum)
            if cash_sum >= 0 and break_even == np.inf:
                break_even = month
            if npv >= 0 and discounted == np.inf:
                discounted = month
        out[0, trial] = total / UNIT
        out[1, trial] = npv / UNIT
        out[2, trial] = break_even
        out[3, trial] = discounted
        out[4, trial] = -lowest / UNIT


def main():
    arguments = arguments_of(__doc__)
    names = ["total"]
    if arguments.model == "T":
        names += ["npv", "break_even", "discounted_break_even", "peak"]

    def simulate(trials):
        out = np.empty((len(names), trials))
        if arguments.model == "S":
            model_s(arguments.seed, out)
        else:
            model_t(arguments.seed, arguments.rent, out)
        return out

    simulate(1)
    start = time.perf_counter()
    outputs = {name: summary(values) for name, values in zip(names, simulate(arguments.trials))}
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "trials": arguments.trials, "outputs": outputs}))


if __name__ == "__main__":
    main()
