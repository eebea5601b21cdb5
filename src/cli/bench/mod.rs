//! `outlay bench`: how fast draws and models are on this machine, and how exact the designs are for their time.
//!
//! In: a clock, which no floor below has. Out: the figures of [`Bench`]. Rounds of everything that is compared are
//! interleaved, so that what else the machine does falls on all of it. Not here: layout (`report`).

mod draws;
mod models;

use std::fs;
use std::time::Instant;

use super::analysis::Files;
use super::args::{BenchArgs, Format};
use super::exit::Exit;
use super::failure::Stop;
use super::terminal::Terminal;
use super::{interrupt, load};
use crate::math::simd::SimdPath;
use crate::report::{self, Bench, Machine, Measured};
use crate::shipped::SHIPPED;
use crate::{Compiled, Request};

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Effort {
    /// Rounds behind every figure.
    rounds: usize,
    /// Blocks that a round of draws draws.
    blocks: u64,
    /// Seconds that a round of a model should take.
    seconds: f64,
    /// Trials of a run that compares designs, and seeds that it is repeated with.
    design_trials: u64,
    seeds: u64,
}

const QUICK: Effort =
    Effort { rounds: 3, blocks: 64, seconds: 0.04, design_trials: 1 << 13, seeds: 8 };
const FULL: Effort =
    Effort { rounds: 9, blocks: 256, seconds: 0.3, design_trials: 1 << 16, seeds: 32 };

/// Measures and reports.
pub(super) fn bench(args: &BenchArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    interrupt::listen();
    let files = Files::open(&args.written)?;
    let effort = if args.quick { QUICK } else { FULL };
    let models = compiled(&args.models, args.quick, terminal)?;
    let mut steps = vec![format!("draws of {} distributions", draws::FAMILIES.len())];
    steps.extend(models.iter().map(|(name, _)| name.clone()));
    terminal.note(&format!("measuring {}\n", steps.join(", ")));
    let bench = Bench {
        machine: machine(effort),
        draws: draws::measure(effort),
        models: models::speeds(&models, effort),
        // In a hurry one model must do.
        designs: models::designs(if args.quick { &models[..1] } else { &models }, effort),
    };
    files.write(args.written.format, terminal, |format, look| match format {
        Format::Table => report::table(&report::bench_memo(&bench), look),
        Format::Markdown => report::markdown(&report::bench_memo(&bench)),
        Format::Json => report::bench_json(&bench),
        Format::Csv => report::bench_csv(&bench),
    })?;
    Ok(if interrupt::is_asked() { Exit::Interrupted } else { Exit::Done })
}

/// The shipped models that serve where none is named and time is short.
const QUICK_MODELS: [&str; 2] = ["a800-10k", "rent-or-buy"];

/// The models named; where none is, all that ship, or a few.
fn compiled(
    names: &[String],
    is_quick: bool,
    terminal: &Terminal,
) -> Result<Vec<(String, Compiled)>, Stop> {
    let shipped = || {
        let names = SHIPPED.iter().map(|shipped| shipped.name);
        names.filter(|name| !is_quick || QUICK_MODELS.contains(name)).map(str::to_owned).collect()
    };
    let names: Vec<String> = if names.is_empty() { shipped() } else { names.to_vec() };
    let compile = |name: String| {
        let request = Request { name: name.clone(), ..Request::default() };
        Ok((name, load::compile(&request, terminal)?))
    };
    names.into_iter().map(compile).collect()
}

fn machine(effort: Effort) -> Machine {
    Machine {
        outlay: env!("CARGO_PKG_VERSION"),
        cpu: cpu(),
        cores: cores(),
        simd: SimdPath::detect().name(),
        rounds: effort.rounds,
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The processor's own name, where the system tells it; else the architecture.
fn cpu() -> String {
    let told = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = told.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == "model name").then(|| value.trim().to_owned())
    });
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

/// Seconds that some work takes.
fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// Median, smallest and largest of at least one figure.
fn measured(mut figures: Vec<f64>) -> Measured {
    figures.sort_unstable_by(f64::total_cmp);
    let last = figures.len() - 1;
    let middle = 0.5 * (figures[last / 2] + figures[last.div_ceil(2)]);
    Measured { median: middle, low: figures[0], high: figures[last] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_in_the_middle() {
        let of = |figures: &[f64]| measured(figures.to_vec());
        assert_eq!(of(&[3.0, 1.0, 2.0]), Measured { median: 2.0, low: 1.0, high: 3.0 });
        assert_eq!(of(&[4.0, 1.0, 2.0, 3.0]).median, 2.5);
        assert_eq!(of(&[7.0]), Measured { median: 7.0, low: 7.0, high: 7.0 });
    }
}
