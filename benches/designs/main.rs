//! What designs are worth: accuracy for the same CPU time, and whether their intervals hold the truth.
//!
//! `cargo bench --bench designs` prints both; `-- accuracy` and `-- coverage` one of them. Errors are root mean
//! squares over runs that differ in their seed; gains are at equal CPU time, taken from this process's own share of
//! the processor. `--trials N` and `--runs N` set how many.

#![expect(clippy::print_stdout, reason = "a bench prints its results")]

mod accuracy;
mod coverage;

use outlay::results::{NumberSummary, SimulationResult, Statistics};
use outlay::sampling::Design;
use outlay::{Asked, Compiled, Request, RunSettings};

const DESIGNS: [Design; 3] = [Design::Random, Design::Latin, Design::Sobol];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<u64>().ok()
    };
    let is_wanted = |name: &str| {
        let named = |argument: &String| argument == "accuracy" || argument == "coverage";
        arguments.iter().any(|argument| argument == name) || !arguments.iter().any(named)
    };
    if is_wanted("accuracy") {
        accuracy::print(value("--trials").unwrap_or(1 << 20), value("--runs").unwrap_or(24));
    }
    if is_wanted("coverage") {
        coverage::print(value("--trials").unwrap_or(16 * 1024), value("--runs").unwrap_or(1000));
    }
}

fn compiled(name: &str, text: &str, scenario: Option<&str>, statistics: &[&str]) -> Compiled {
    let request = Request {
        name: name.into(),
        text: text.into(),
        scenario: scenario.map(str::to_owned),
        statistics: statistics.iter().copied().map(Asked::figure).collect(),
        ..Request::default()
    };
    match outlay::compile(&request, &mut outlay::no_files) {
        Ok(model) => model,
        Err(failure) => panic!("{name} is a valid model: {failure:?}"),
    }
}

fn settings(design: Design, trials: u64, seed: u64) -> RunSettings {
    RunSettings {
        design,
        trials,
        seed,
        percentiles: vec![0.05, 0.5, 0.95],
        threads: Some(1),
        ..RunSettings::default()
    }
}

fn number<'a>(result: &'a SimulationResult, output: &str) -> &'a NumberSummary {
    let found = result.outputs.iter().find(|one| one.name == output).expect("an output");
    match &found.statistics {
        Statistics::Number(number) => number,
        Statistics::Time(time) => &time.number,
        Statistics::Probability(_) | Statistics::Series(_) => panic!("a number"),
    }
}
