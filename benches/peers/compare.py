"""outlay beside NumPy and the usual Rust program on the reference models S and T, in one interleaved session.

    pip install -r benches/peers/requirements.txt
    python3 benches/peers/compare.py [--rounds 5] [--trials-s 4000000] [--trials-t 400000] [--peers numpy,rand_distr,…]

Peers: NumPy, the usual Rust program (rand_distr, rayon, hdrhistogram), Numba, and for S alone squigglepy and
OpenTURNS, which have no loop over months. NumPy takes the widest instructions of the CPU; where OUTLAY_SIMD has
outlay take narrower ones, `numpy_kept` is NumPy kept to these too, as on a CPU that has no others. Those slower
than NumPy run fewer trials; ratios are of the time a trial.

All on one thread. First the programs' results are compared: a benchmark of different computations is worthless,
and the session stops where they differ by more than Monte Carlo error. Then rounds: every program once a round, in
turns, so that what else the machine does falls on all of them. `in process` is the time that a program reports for
itself (drawing, computing, summarizing), `whole` that of the process from start to exit, `CPU` the processor time of
the process, which other work on the machine moves least; NumPy's includes starting Python (about 0.3 s). Ratios are
taken within rounds; what is printed is their median, with the smallest and the largest.
"""

import argparse
import importlib.metadata
import json
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MODELS = HERE.parent / "models"
PERCENTILES = [1, 5, 10, 25, 50, 75, 90, 95, 99]
ONE_THREAD = ["OPENBLAS", "OMP", "MKL", "RAYON", "NUMEXPR", "VECLIB_MAXIMUM"]
ENVIRONMENT = os.environ | {f"{name}_NUM_THREADS": "1" for name in ONE_THREAD}


def run(command, **variables):
    """What a program prints, read as JSON, and the time of its process: by the clock, and of the processor."""

    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = used()
    start = time.perf_counter()
    done = subprocess.run(command, env=ENVIRONMENT | variables, cwd=ROOT, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return json.loads(done.stdout), (seconds, used() - before)


def build():
    """Builds outlay and the Rust peer; gives their paths."""
    print("building …", file=sys.stderr)
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    command = ["cargo", "bench", "--bench", "closure", "--no-run", "--message-format=json"]
    lines = subprocess.run(
        command, cwd=ROOT, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ).stdout.splitlines()
    messages = (json.loads(line) for line in lines if line.startswith("{"))
    closure = next(
        message["executable"]
        for message in messages
        if message.get("executable") and message["target"]["name"] == "closure"
    )
    target = Path(closure).parent.parent
    return target / "outlay", Path(closure)


# Which peers there are, the models that they can say, and how many times fewer trials they run.
PEERS = {
    "numpy": ("ST", 1),
    "numpy_kept": ("ST", 1),
    "rand_distr": ("ST", 1),
    "numba": ("ST", 4),
    "squigglepy": ("S", 4),
    "openturns": ("S", 4),
}


class Programs:
    """The programs as functions from (model, trials, rent) to (seconds in process, of the whole process, outputs)."""

    def __init__(self, outlay, closure, peers):
        self.outlay_path, self.closure_path = outlay, closure
        self.chunk = {"S": 1 << 14, "T": 1 << 14}
        known = {"numpy": self.numpy, "numpy_kept": self.numpy_kept, "rand_distr": self.closure}
        script = lambda name: lambda *what: self.script(name, *what)
        self.peers = {name: known.get(name) or script(name) for name in peers}

    def of(self, model):
        """Name → function and its part of the trials, for the programs that can say the model."""
        able = {name: program for name, program in self.peers.items() if model in PEERS[name][0]}
        return {"outlay": (self.outlay, 1)} | {name: (program, PEERS[name][1]) for name, program in able.items()}

    def script(self, name, model, trials, rent):
        command = [sys.executable, HERE / f"{name}_model.py", "--model", model, "--rent", str(rent)]
        result, whole = run([*command, "--trials", str(trials)])
        return result["seconds"], whole, result["outputs"]

    def outlay(self, model, trials, rent):
        command = [self.outlay_path, "run", MODELS / f"{model.lower()}.toml", "-n", str(trials)]
        command += ["-j", "1", "-q", "-f", "json"]
        command += ["--percentiles", ",".join(map(str, PERCENTILES))]
        if rent != 10:
            command += ["--set", f"rent=normal({rent}, 1.5) CNY/GPU/hour"]
        result, whole = run(command)
        outputs = {}
        for output in result["outputs"]:
            outputs[output["name"]] = {
                "mean": output["mean"],
                "sd": output["sd"],
                "never": output.get("never", 0.0),
                "percentiles": [quantile["value"] for quantile in output["quantiles"]],
            }
        return result["elapsed_seconds"], whole, outputs

    def numpy_kept(self, model, trials, rent):
        return self.numpy(model, trials, rent, NPY_DISABLE_CPU_FEATURES=" ".join(wider()))

    def numpy(self, model, trials, rent, chunk=None, **variables):
        command = [sys.executable, HERE / "numpy_model.py", "--model", model, "--rent", str(rent)]
        command += ["--trials", str(trials), "--chunk", str(chunk or self.chunk[model])]
        result, whole = run(command, **variables)
        return result["seconds"], whole, result["outputs"]

    def closure(self, model, trials, rent):
        command = [self.closure_path, "--model", model, "--rent", str(rent), "--trials", str(trials)]
        result, whole = run([*command, "--threads", "1"])
        return result["seconds"], whole, result["outputs"]

    def tune(self, model, trials):
        """Gives NumPy the length of chunk that suits this machine best."""
        sizes = [1 << log2 for log2 in (12, 13, 14, 15, 16, 17)]
        seconds = {size: min(self.numpy(model, trials, 10, size)[0] for _ in range(2)) for size in sizes}
        self.chunk[model] = min(seconds, key=seconds.get)


def check(programs, model, trials, rent):
    """Stops unless means, P50 and P95 agree within Monte Carlo error; gives the largest deviation in standard errors."""
    programs = programs.of(model)
    found = {name: program(model, trials // part, rent)[2] for name, (program, part) in programs.items()}
    worst = (0.0, "")
    for output, ours in found["outlay"].items():
        for peer, (_, part) in programs.items():
            if peer == "outlay":
                continue
            theirs = found[peer][output]
            # Two estimates of independent errors, as one of so many trials twice.
            n = 2 * trials / (1 + part)
            # hdrhistogram keeps three digits of a value: half a bucket of that
            rounding = 5e-4 if peer == "rand_distr" else 0.0
            deviations = {}
            share = (ours["never"] + theirs["never"]) / 2
            error = math.sqrt(2 * max(share * (1 - share), 1 / n) / n)
            deviations["P(never)"] = (ours["never"] - theirs["never"]) / error
            if ours["sd"] is not None and theirs["sd"] is not None:
                error = ours["sd"] * math.sqrt(2 / n)
                deviations["mean"] = (ours["mean"] - theirs["mean"]) / error
            for percentile, neighbors in ((50, (3, 5)), (95, (6, 8))):
                at = PERCENTILES.index(percentile)
                a, b = ours["percentiles"][at], theirs["percentiles"][at]
                if (a is None) != (b is None):
                    deviations[f"P{percentile}"] = math.inf
                    continue
                low, high = (ours["percentiles"][position] for position in neighbors)
                if a is None or low is None or high is None:
                    continue
                # the density around the percentile, from its neighbors
                width = (PERCENTILES[neighbors[1]] - PERCENTILES[neighbors[0]]) / 100
                p = percentile / 100
                error = math.sqrt(2 * p * (1 - p) / n) * abs(high - low) / width
                excess = max(0.0, abs(a - b) - rounding * abs(a))
                is_month = output.endswith("break_even")
                deviations[f"P{percentile}"] = max(0.0, excess - 1.0) if is_month else excess / error
            for what, deviation in deviations.items():
                if abs(deviation) > 5:
                    sys.exit(f"{model} at rent {rent}: {what} of {output} differs from {peer}:\n{found}")
                worst = max(worst, (abs(deviation), f"{what} of {output}, {peer}"))
    return worst


def cpu():
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            name = line.split(":", 1)[1].strip()
            break
    else:
        name = platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores"


def simd():
    """The path that outlay takes: the widest of the CPU, unless OUTLAY_SIMD asks for less."""
    info = Path("/proc/cpuinfo")
    flags = set(info.read_text().split()) if info.exists() else set()
    paths = ["baseline"]
    if "avx2" in flags:
        paths.append("avx2")
        if {"avx512f", "avx512dq", "avx512vl", "avx512bw"} <= flags:
            paths.append("avx512")
    wish = os.environ.get("OUTLAY_SIMD")
    return wish if wish in paths else paths[-1]


def wider():
    """NumPy's names for the instructions that it chooses at run time and that outlay's path does not take."""
    from numpy._core._multiarray_umath import __cpu_dispatch__ as names

    kept = {"baseline": (), "avx2": ("X86_V3", "AVX2", "FMA3"), "avx512": names}
    return [name for name in names if name not in kept[simd()]]


def versions(outlay, peers):
    import numpy
    import scipy

    first = lambda command: subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[0]
    lock = (ROOT / "Cargo.lock").read_text().split("[[package]]")
    crates = {}
    for package in lock:
        fields = dict(line.split(" = ", 1) for line in package.splitlines() if " = " in line)
        crates.setdefault(fields.get("name", "").strip('"'), fields.get("version", "").strip('"'))
    rust = ", ".join(f"{name} {crates[name]}" for name in ("rand_distr", "rayon", "hdrhistogram"))
    python = f"Python {platform.python_version()}, NumPy {numpy.__version__}, SciPy {scipy.__version__}"
    for name in peers:
        if name in ("numba", "squigglepy", "openturns"):
            python += f", {name} {importlib.metadata.version(name)}"
    return f"{first([outlay, '--version'])}; {first(['rustc', '--version'])}; {rust}; {python}"


def spread(values):
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--trials-s", type=int, default=4_000_000)
    parser.add_argument("--trials-t", type=int, default=400_000)
    usual = [name for name in PEERS if name != "numpy_kept" or "OUTLAY_SIMD" in os.environ]
    parser.add_argument("--peers", type=lambda text: text.split(","), default=usual)
    arguments = parser.parse_args()
    unknown = [name for name in arguments.peers if name not in PEERS]
    if unknown:
        parser.error(f"unknown peers {', '.join(unknown)}; there are {', '.join(PEERS)}")
    outlay, closure = build()
    programs = Programs(outlay, closure, arguments.peers)
    print(f"CPU: {cpu()}; path of outlay: {simd()}; one thread")
    print(f"versions: {versions(outlay, arguments.peers)}")

    for model, trials in (("S", arguments.trials_s), ("T", arguments.trials_t)):
        if {"numpy", "numpy_kept"} & set(arguments.peers):
            programs.tune(model, max(trials // 4, 1 << 17))
        for rent in (10, 40) if model == "T" else (10,):
            deviation, where = check(programs, model, trials, rent)
            variant = f" at a rent of {rent} CNY" if model == "T" else ""
            print(f"\n{model}{variant}: results agree; largest deviation {deviation:.1f} standard errors ({where})")
        able = programs.of(model)
        times = {name: ([], [], []) for name in able}
        for _ in range(arguments.rounds):
            for name, (program, part) in able.items():
                inside, whole, _ = program(model, trials // part, 10)
                for column, seconds in zip(times[name], (inside, *whole)):
                    column.append(seconds)
        print(
            f"{model}, {trials} trials, medians of {arguments.rounds} interleaved rounds,"
            f" NumPy in chunks of {programs.chunk[model]}:"
        )
        print(f"  {'':12}{'trials':>10}{'in process':>12}{'M trials/s':>12}{'whole':>10}{'CPU':>10}")
        for name, columns in times.items():
            n = trials // able[name][1]
            inside, whole, processor = map(statistics.median, columns)
            speed = n / inside / 1e6
            print(f"  {name:12}{n:10}{inside:10.3f} s{speed:12.2f}{whole:8.3f} s{processor:8.3f} s")
        print("  outlay is faster, times:")
        for name, columns in times.items():
            if name == "outlay":
                continue
            part = able[name][1]
            ratios = [
                spread([part * theirs / ours for ours, theirs in zip(*pair)])
                for pair in zip(times["outlay"], columns)
            ]
            print("  {:12}in process {} · whole {} · CPU {}".format(name, *ratios))


if __name__ == "__main__":
    main()
