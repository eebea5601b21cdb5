//! A run that ends when it is precise enough.
//!
//! The statistics are looked at after fixed numbers of trials, each some √2 times the last, so that the decision is
//! a function of the model and the seed: neither threads nor the clock have a part in it. Looks are few: a rule
//! that stops as soon as an interval happens to be narrow makes intervals that hold a little less often (Y. S. Chow,
//! H. Robbins, "On the asymptotic theory of fixed-width sequential confidence intervals for the mean", Annals of
//! Mathematical Statistics 36, 1965), which growing steps keep below what could be seen.

use super::Work;
use crate::accumulate::Tally;
use crate::engine;
use crate::results::{self, Replicates, SimulationResult};

/// Chunks of trials before the first look.
const FIRST_CHUNKS: u64 = 2;

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
        if is_last || statistics.iter().all(results::StatisticResult::is_precise) {
            let result = work.summarized(tally.clone(), &none, done, done);
            if is_last || result.is_converged() {
                return result;
            }
        }
    }
    work.summarized(tally, &none, done, done)
}

#[cfg(test)]
mod tests {
    use super::*;

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
