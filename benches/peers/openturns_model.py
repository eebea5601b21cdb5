"""Reference model S in OpenTURNS: a composed distribution and a symbolic function over a sample.

    python3 openturns_model.py [--trials N]

A peer of outlay, run by compare.py. Prints one line of JSON.
"""

import json
import time

import numpy as np
import openturns as ot

from numpy_model import UNIT, arguments_of, log_moments, log_percentiles, summary

INPUTS = ["gpu_price", "gpu_share", "server_share", "run_cost", "runs", "soft_ratio", "overrun", "ops"]
FORMULA = (
    "10000 * gpu_price / gpu_share / server_share * (1 + overrun)"
    f" + run_cost * max(1, runs) * (1 + soft_ratio) + ops"
)


def joint():
    a, b = 1 + 4 * 20 / 70, 1 + 4 * 50 / 70
    cost, soft = log_moments(80e6, 20e6), log_percentiles(0.2, 1.0)
    return ot.JointDistribution(
        [
            ot.Beta(a, b, 80e3, 150e3),
            ot.Uniform(0.6, 0.8),
            ot.Triangular(0.25, 0.30, 0.40),
            ot.LogNormal(*cost),
            ot.Poisson(10),
            ot.LogNormal(*soft),
            ot.Gamma(4, 1 / 0.05),
            ot.Normal(300e6, 50e6),
        ]
    )


def main():
    arguments = arguments_of(__doc__)
    ot.RandomGenerator.SetSeed(arguments.seed)
    ot.TBB.Disable()
    function = ot.SymbolicFunction(INPUTS, [FORMULA])
    start = time.perf_counter()
    sample = np.asarray(function(joint().getSample(arguments.trials)))[:, 0] / UNIT
    outputs = {"total": summary(sample)}
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "trials": arguments.trials, "outputs": outputs}))


if __name__ == "__main__":
    main()
