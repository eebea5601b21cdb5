"""Reference model S in squigglepy.

    python3 squigglepy_model.py [--trials N]

A peer of outlay, run by compare.py. squigglepy has no timelines; each input is sampled as a vector and the formula
is NumPy's. Prints one line of JSON.
"""

import json
import time

import numpy as np
import squigglepy as sq

from numpy_model import UNIT, arguments_of, log_moments, log_percentiles, summary


def total(n):
    draw = lambda distribution: np.asarray(sq.sample(distribution, n=n))
    gpu_price = draw(sq.pert(80e3, 100e3, 150e3))
    gpu_share = draw(sq.uniform(0.6, 0.8))
    server_share = draw(sq.triangular(0.25, 0.30, 0.40))
    run_cost = draw(sq.lognorm(norm_mean=log_moments(80e6, 20e6)[0], norm_sd=log_moments(80e6, 20e6)[1]))
    rounds = np.maximum(1, draw(sq.poisson(10)))
    soft = log_percentiles(0.2, 1.0)
    soft_ratio = draw(sq.lognorm(norm_mean=soft[0], norm_sd=soft[1]))
    overrun = 1 + draw(sq.gamma(4, 0.05))
    ops = draw(sq.norm(mean=300e6, sd=50e6))
    hardware = 10_000 * gpu_price / gpu_share / server_share
    return (hardware * overrun + run_cost * rounds * (1 + soft_ratio) + ops) / UNIT


def main():
    arguments = arguments_of(__doc__)
    sq.set_seed(arguments.seed)
    start = time.perf_counter()
    outputs = {"total": summary(total(arguments.trials))}
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "trials": arguments.trials, "outputs": outputs}))


if __name__ == "__main__":
    main()
