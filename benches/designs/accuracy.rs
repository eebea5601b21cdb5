//! Errors of means and percentiles under each design, and what they cost.

use std::time::Instant;

use outlay::results::{Point, SimulationResult, Statistics};
use outlay::sampling::Design;
use outlay::{Compiled, Unwatched};

use super::{DESIGNS, compiled, number, settings};

/// An estimate that is followed over the runs.
struct Followed {
    name: &'static str,
    output: &'static str,
    read: fn(&SimulationResult, &str) -> f64,
}

fn mean(result: &SimulationResult, output: &str) -> f64 {
    number(result, output).mean.expect("a mean")
}

fn percentile(result: &SimulationResult, output: &str, at: usize) -> f64 {
    match number(result, output).quantiles[at].value {
        Point::Value(value) => value,
        other @ (Point::Never | Point::Undefined) => panic!("a number: {other:?}"),
    }
}

fn never(result: &SimulationResult, output: &str) -> f64 {
    let found = result.outputs.iter().find(|one| one.name == output).expect("an output");
    let Statistics::Time(time) = &found.statistics else { panic!("a time") };
    time.never.expect("trials").value
}

const P5: fn(&SimulationResult, &str) -> f64 = |result, output| percentile(result, output, 0);
const P50: fn(&SimulationResult, &str) -> f64 = |result, output| percentile(result, output, 1);
const P95: fn(&SimulationResult, &str) -> f64 = |result, output| percentile(result, output, 2);

pub(crate) fn print(trials: u64, runs: u64) {
    let of_s = [
        ("mean", mean as fn(&SimulationResult, &str) -> f64),
        ("P5", P5),
        ("P50", P50),
        ("P95", P95),
    ];
    let s = compiled("S", include_str!("../models/s.toml"), None, &[]);
    let followed: Vec<Followed> =
        of_s.iter().map(|&(name, read)| Followed { name, output: "total", read }).collect();
    compare("S, total", &s, &followed, trials, runs);
    let t = compiled("T", include_str!("../models/t.toml"), Some("rent_40"), &[]);
    let mut followed: Vec<Followed> =
        of_s.iter().map(|&(name, read)| Followed { name, output: "npv", read }).collect();
    followed.push(Followed { name: "P(no break-even)", output: "break_even", read: never });
    compare("T at a rent of 40 CNY, npv", &t, &followed, trials / 4, runs);
}

fn compare(name: &str, model: &Compiled, followed: &[Followed], trials: u64, runs: u64) {
    println!("{name}: {trials} trials, {runs} runs of each design in turns, one thread");
    // By design, by estimate, by run.
    let mut found = vec![vec![Vec::new(); followed.len()]; DESIGNS.len()];
    let mut seconds = vec![0.0; DESIGNS.len()];
    for seed in 0..runs {
        for (at, design) in DESIGNS.into_iter().enumerate() {
            let before = Clock::now();
            let result = outlay::run(model, &settings(design, trials, seed), &Unwatched);
            seconds[at] += before.elapsed();
            for (list, one) in found[at].iter_mut().zip(followed) {
                list.push((one.read)(&result, one.output));
            }
        }
    }
    println!(
        "  {:16} {:>10} {:>10} {:>10}   error of random / error, at equal CPU time",
        "error (RMS)", "random", "latin", "sobol"
    );
    for (number, one) in followed.iter().enumerate() {
        // The best known value: the mean over the Sobol' runs.
        let best = average(&found[2][number]);
        let errors: Vec<f64> = (0..DESIGNS.len())
            .map(|at| {
                let squares: f64 = found[at][number].iter().map(|x| (x - best) * (x - best)).sum();
                // Of the Sobol' runs themselves a degree of freedom is gone.
                let own = u64::from(DESIGNS[at] == Design::Sobol);
                (squares / (runs - own) as f64).sqrt()
            })
            .collect();
        let gain = |at: usize| errors[0] / errors[at] * (seconds[0] / seconds[at]).sqrt();
        println!(
            "  {:16} {:10.2e} {:10.2e} {:10.2e}   latin {:7.2}   sobol {:7.2}",
            one.name,
            errors[0],
            errors[1],
            errors[2],
            gain(1),
            gain(2)
        );
    }
    let per_trial = |at: usize| seconds[at] / (runs * trials) as f64 * 1e9;
    println!(
        "  {:16} {:10.1} {:10.1} {:10.1}\n",
        "CPU ns a trial",
        per_trial(0),
        per_trial(1),
        per_trial(2)
    );
}

fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Time of this process on the processor where the system tells it (Linux), else time that passes.
enum Clock {
    Processor(f64),
    Wall(Instant),
}

impl Clock {
    fn now() -> Clock {
        Clock::processor().map_or_else(|| Clock::Wall(Instant::now()), Clock::Processor)
    }

    /// User and system time of all threads, in seconds: fields 14 and 15 of proc(5) stat, in hundredths.
    fn processor() -> Option<f64> {
        let text = std::fs::read_to_string("/proc/self/stat").ok()?;
        let fields: Vec<&str> = text.rsplit(')').next()?.split_whitespace().collect();
        let ticks: f64 =
            fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
        Some(ticks / 100.0)
    }

    fn elapsed(&self) -> f64 {
        match self {
            Clock::Processor(start) => Clock::processor().map_or(0.0, |now| now - start),
            Clock::Wall(start) => start.elapsed().as_secs_f64(),
        }
    }
}
