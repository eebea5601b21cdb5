//! Speed of whole runs from one thread to all, and accuracy of the designs for the time that they take.

use super::{Effort, cores, measured, timed};
use crate::report::{DesignAccuracy, ModelSpeed};
use crate::results::{Point, SimulationResult, Statistics};
use crate::sampling::Design;
use crate::{Compiled, RunSettings, Unwatched};

/// Trials of the run that tells how long a round should be.
const FIRST_TRIALS: u64 = 200_000;
/// Trials of a run for accuracy against those of the runs that are judged.
const TRUTH: u64 = 32;
/// What is estimated.
const STATISTICS: [&str; 3] = ["mean", "P50", "P95"];

fn settings(trials: u64, threads: usize) -> RunSettings {
    RunSettings { trials, threads: Some(threads), ..RunSettings::default() }
}

/// 1, 2, 4, … and all threads.
fn thread_counts() -> Vec<usize> {
    let all = cores();
    let mut counts: Vec<usize> =
        std::iter::successors(Some(1), |count| Some(count * 2)).take_while(|&n| n < all).collect();
    counts.push(all);
    counts
}

/// Speeds of every model.
pub(super) fn speeds(models: &[(String, Compiled)], effort: Effort) -> Vec<ModelSpeed> {
    models.iter().flat_map(|(name, model)| speeds_of(name, model, effort)).collect()
}

fn speeds_of(name: &str, model: &Compiled, effort: Effort) -> Vec<ModelSpeed> {
    let run = |trials, threads| {
        timed(|| {
            std::hint::black_box(crate::run(model, &settings(trials, threads), &Unwatched));
        })
    };
    // The first run also builds what is built once a process.
    run(FIRST_TRIALS, 1);
    let start = run(1, 1);
    let rate = FIRST_TRIALS as f64 / (run(FIRST_TRIALS, 1) - start).max(1e-4);
    let trials = round_number((rate * effort.seconds).max(FIRST_TRIALS as f64));
    let counts = thread_counts();
    let mut rates = vec![Vec::new(); counts.len()];
    for _ in 0..effort.rounds {
        for (rates, &threads) in rates.iter_mut().zip(&counts) {
            rates.push(trials as f64 / run(trials, threads) / 1e6);
        }
    }
    let speeds: Vec<_> = rates.into_iter().map(measured).collect();
    let alone = speeds[0].median;
    let speed = |(&threads, million_trials_per_second): (&usize, _)| ModelSpeed {
        model: name.to_owned(),
        threads,
        trials,
        million_trials_per_second,
        scaling: 0.0,
    };
    let mut found: Vec<ModelSpeed> = counts.iter().zip(speeds).map(speed).collect();
    for speed in &mut found {
        speed.scaling = speed.million_trials_per_second.median / alone;
    }
    found
}

/// The nearest of 1, 2, 5, 10, … not above.
fn round_number(value: f64) -> u64 {
    let mut unit = 1;
    while unit * 10 <= value as u64 {
        unit *= 10;
    }
    [5, 2].into_iter().map(|digit| digit * unit).find(|&n| n <= value as u64).unwrap_or(unit)
}

/// Accuracies of every model that has a number to report.
pub(super) fn designs(models: &[(String, Compiled)], effort: Effort) -> Vec<DesignAccuracy> {
    models.iter().flat_map(|(name, model)| designs_of(name, model, effort)).collect()
}

/// Mean, P50 and P95 of the first output that is a number in every trial.
fn estimates(result: &SimulationResult, output: usize) -> Option<[f64; 3]> {
    let Statistics::Number(number) = &result.outputs.get(output)?.statistics else { return None };
    let value = |p: f64| {
        let found = number.quantiles.iter().find(|quantile| quantile.p == p)?;
        let Point::Value(value) = found.value else { return None };
        Some(value)
    };
    (number.sd? > 0.0 && number.undefined.count == 0).then_some(())?;
    Some([number.mean?, value(0.5)?, value(0.95)?])
}

fn designs_of(name: &str, model: &Compiled, effort: Effort) -> Vec<DesignAccuracy> {
    let run = |trials, design, seed| {
        let settings = RunSettings { design, seed, ..settings(trials, 1) };
        crate::run(model, &settings, &Unwatched)
    };
    let truth = run(effort.design_trials * TRUTH, Design::Sobol, u64::MAX);
    let Some((output, truth)) =
        (0..truth.outputs.len()).find_map(|at| Some((at, estimates(&truth, at)?)))
    else {
        return Vec::new();
    };
    let label = run(1, Design::Random, 1).outputs[output].name.clone();
    let designs = [Design::Random, Design::Latin, Design::Sobol];
    let (mut seconds, mut squares) = (vec![Vec::new(); 3], vec![[0.0; 3]; 3]);
    for seed in 1..=effort.seeds {
        for (at, &design) in designs.iter().enumerate() {
            let mut found = None;
            seconds[at].push(timed(|| {
                found = estimates(&run(effort.design_trials, design, seed), output);
            }));
            let found = found.unwrap_or([f64::NAN; 3]);
            for (sum, (found, truth)) in squares[at].iter_mut().zip(found.iter().zip(truth)) {
                *sum += (found - truth) * (found - truth);
            }
        }
    }
    let seconds: Vec<f64> = seconds.into_iter().map(|seconds| measured(seconds).median).collect();
    let error = |at: usize, statistic: usize| (squares[at][statistic] / effort.seeds as f64).sqrt();
    let mut rows = Vec::new();
    for (statistic, name_of_statistic) in STATISTICS.into_iter().enumerate() {
        for (at, design) in designs.iter().enumerate() {
            let rmse = error(at, statistic);
            // The error of `random` shrinks with the root of the time.
            let random = error(0, statistic) * (seconds[0] / seconds[at]).sqrt();
            rows.push(DesignAccuracy {
                model: name.to_owned(),
                output: label.clone(),
                design: design.name(),
                trials: effort.design_trials,
                statistic: name_of_statistic,
                rmse,
                seconds: seconds[at],
                gain: random / rmse,
            });
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trials_are_round_numbers() {
        for (value, expected) in
            [(1.0, 1), (7.0, 5), (10.0, 10), (49_999.0, 20_000), (5e6, 5_000_000)]
        {
            assert_eq!(round_number(value), expected);
        }
    }

    #[test]
    fn threads_double_up_to_all() {
        let counts = thread_counts();
        assert_eq!(counts[0], 1);
        assert_eq!(counts.last(), Some(&cores()));
        assert!(counts.is_sorted_by(|a, b| a < b));
    }
}
