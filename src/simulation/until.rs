//! A run that ends when it is precise enough.
//!
//! The statistics are looked at after fixed numbers of trials, each some √2 times the last, so that the decision is
//! a function of the model and the seed: neither threads nor the clock have a part in it. Looks are few: a rule
//! that stops as soon as an interval happens to be narrow makes intervals that hold a little less often (Y. S. Chow,
//! H. Robbins, "On the asymptotic theory of fixed-width sequential confidence intervals for the mean", Annals of
//! Mathematical Statistics 36, 1965), which growing steps keep below what could be seen.
//!
//! A design lays out a number of trials that is known beforehand. So its run is done in full with 16,384 trials, then
//! with twice as many, and so on: the points of `sobol` are the first half of the next ones, the hypercubes of `latin`
//! are new. What it ends with is the run of so many trials, whose work is half of all that was done. Widths of 16
//! replicates vary more than those of many trials, and a run that ends at the first that happens to be narrow has intervals
//! that hold in 92.8 to 94 %. So it ends with the second in a row that is narrow enough for its number of trials: half of
//! them must have left no more than √2 times the error, as of independent trials (and the first look of all, which none
//! precedes, no more than the root of a half). That leaves 94.0 to 95 %, at 1.15 to 1.6 times the trials (by simulation).

use super::{Work, beyond_the_table, rounded_up};
use crate::RunSettings;
use crate::accumulate::Tally;
use crate::engine::{self, Monitor};
use crate::results::{self, Replicates, SimulationResult, StatisticResult};
use crate::sampling::{Layout, SourcePlan};

/// Chunks of trials before the first look.
const FIRST_CHUNKS: u64 = 2;
/// Trials of a design's first layout.
const FIRST_DESIGNED: u64 = 16_384;

/// By how much half the trials may miss the precision asked for, where a design ends; the first look must exceed it by as much.
const BEFORE: f64 = std::f64::consts::SQRT_2;

/// The numbers of trials at which a run is looked at: 16,384, 24,576, 32,768, 49,152, …, and the most.
pub(super) fn checkpoints(most: u64) -> impl Iterator<Item = u64> {
    let first = FIRST_CHUNKS * engine::RUN_CHUNK;
    let steps = (0..40).flat_map(move |octave| [first << octave, (first + first / 2) << octave]);
    steps.take_while(move |&trials| trials < most).chain([most])
}

/// Runs until every statistic that was asked for with a precision has it, or the most trials are done.
pub(super) fn run(work: &Work<'_>) -> SimulationResult {
    let (mut tally, none) = (Tally::new(work.plans), Replicates::default());
    let mut done = 0;
    for next in checkpoints(work.settings.trials) {
        let range = done..next;
        done = engine::extend(work.prepared, work.plans, &mut tally, range, work.monitor);
        if done < next {
            // Stopped: what was still to come is not known, but there was more.
            return work.summarized(tally, &none, done, next);
        }
        let statistics = results::statistics(&work.model.run.statistics, &tally, &none);
        let is_last = next == work.settings.trials;
        if is_last || statistics.iter().all(StatisticResult::is_precise) {
            let result = work.summarized(tally.clone(), &none, done, done);
            if is_last || result.is_converged() {
                return result;
            }
        }
    }
    work.summarized(tally, &none, done, done)
}

/// The layouts in which a design is run: 16,384 trials, twice as many, …, and those of the settings.
pub(super) fn layouts(settings: &RunSettings) -> impl Iterator<Item = Layout> {
    let last = settings.layout();
    let design = settings.design;
    let smaller = (0..40).map(move |octave| Layout::new(design, FIRST_DESIGNED << octave));
    smaller.take_while(move |layout| layout.trials() < last.trials()).chain([last])
}

/// A layout run in full.
struct Look {
    sources: SourcePlan,
    tally: Tally,
    replicates: Replicates,
    trials: u64,
    /// The most that a half width is of the one asked for; infinite where there is none.
    shortfall: f64,
}

/// The most that a half width is of the one asked for: at most 1 where all are precise.
fn shortfall(statistics: &[StatisticResult]) -> f64 {
    let of = |statistic: &StatisticResult| {
        let precision = statistic.precision?;
        Some(match (precision.half_width, precision.wanted) {
            _ if precision.is_reached && precision.half_width == Some(0.0) => 0.0,
            (Some(half_width), Some(wanted)) => half_width / wanted,
            _ => f64::INFINITY,
        })
    };
    statistics.iter().filter_map(of).fold(0.0, f64::max)
}

impl Look {
    fn concluded(self, work: &Work<'_>, asked: u64) -> SimulationResult {
        let Look { sources, tally, replicates, trials, .. } = self;
        let work = Work { sources: &sources, ..*work };
        let mut result = work.summarized(tally, &replicates, trials, asked);
        result.notes.extend(beyond_the_table(sources.n_beyond()));
        result
    }
}

/// The same under a design, layout after layout.
pub(super) fn run_in_replicates(work: &Work<'_>) -> SimulationResult {
    let most = work.settings.layout();
    let mut before: Option<Look> = None;
    for layout in layouts(work.settings) {
        let done = before.as_ref().map_or(0, |look| look.trials);
        let monitor = Ahead { monitor: work.monitor, done };
        let program = &work.model.run.program;
        let sources = engine::plan_sources(program, layout, work.settings.seed);
        let own = Work { sources: &sources, monitor: &monitor, ..*work };
        let (tally, replicates, trials) = own.replicated();
        let statistics = results::statistics(&work.model.run.statistics, &tally, &replicates);
        let shortfall = shortfall(&statistics);
        let look = Look { sources, tally, replicates, trials, shortfall };
        if trials < layout.trials() {
            // Stopped: the last layout that was done in full tells more than a part of the next.
            return before.unwrap_or(look).concluded(work, layout.trials());
        }
        let is_last = layout == most;
        let is_confirmed = match &before {
            Some(before) => before.shortfall <= BEFORE,
            None => look.shortfall <= 1.0 / BEFORE,
        };
        let is_precise = statistics.iter().all(StatisticResult::is_precise);
        if is_last || (is_precise && is_confirmed) {
            let mut result = look.concluded(work, trials);
            if is_last {
                result.notes.extend(rounded_up(work.settings));
            }
            return result;
        }
        before = Some(look);
    }
    unreachable!("the last layout ends the run")
}

/// Watches a layout that begins anew where as many trials were done before.
struct Ahead<'a> {
    monitor: &'a dyn Monitor,
    done: u64,
}

impl Monitor for Ahead<'_> {
    fn progress(&self, done: u64) {
        self.monitor.progress(done.max(self.done));
    }

    fn is_stopped(&self) -> bool {
        self.monitor.is_stopped()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::Design;

    #[test]
    fn layouts_double() {
        let of = |design, trials| -> Vec<u64> {
            let settings = RunSettings { design, trials, ..RunSettings::default() };
            layouts(&settings).map(|layout| layout.trials()).collect()
        };
        assert_eq!(of(Design::Latin, 50_000), [16_384, 32_768, 50_000]);
        assert_eq!(of(Design::Sobol, 50_000), [16_384, 32_768, 65_536]);
        assert_eq!(of(Design::Sobol, 16_384), [16_384]);
        assert_eq!(of(Design::Latin, 7), [7]);
    }

    #[test]
    fn looks_are_at_whole_chunks_and_grow() {
        let all: Vec<u64> = checkpoints(100_000).collect();
        assert_eq!(all, [16_384, 24_576, 32_768, 49_152, 65_536, 98_304, 100_000]);
        assert_eq!(checkpoints(1000).collect::<Vec<_>>(), [1000]);
        assert!(checkpoints(u64::MAX >> 20).all(|n| n > 0));
        let whole = |n: &u64| n.is_multiple_of(engine::RUN_CHUNK);
        assert!(checkpoints(1 << 40).all(|n| whole(&n)));
    }
}
