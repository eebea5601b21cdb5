//! The run on all threads: workers take chunks of blocks in order, each into a tally of its own.
//!
//! A chunk that was taken is finished, and chunks are taken in order, so what is done at any moment is
//! the first n trials: an interrupted run is the run of fewer trials.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::execute::{Selection, Sink, Worker};
use super::monitor::{Monitor, Unwatched};
use super::prepared::Prepared;
use crate::accumulate::{ChannelKind, ChannelPlan, Resolution, Stretch, Tally};
use crate::sampling::BLOCK;

/// Blocks that a worker takes at once.
const CHUNK_BLOCKS: u64 = 16;
/// Trials that a worker takes at once.
pub const CHUNK: u64 = CHUNK_BLOCKS * BLOCK as u64;

/// Runs trials `0..trials`. Gives the tally and how many trials it holds: fewer where the run was stopped.
pub fn run(
    prepared: &Prepared<'_>,
    plans: &Arc<[ChannelPlan]>,
    trials: u64,
    monitor: &dyn Monitor,
) -> (Tally, u64) {
    let mut tally = Tally::new(plans);
    let done = extend(prepared, plans, &mut tally, 0..trials, monitor);
    (tally, done)
}

/// Adds trials to a tally; the first is a multiple of [`CHUNK`]. Gives how many trials there are then in all.
pub fn extend(
    prepared: &Prepared<'_>,
    plans: &Arc<[ChannelPlan]>,
    tally: &mut Tally,
    trials: Range<u64>,
    monitor: &dyn Monitor,
) -> u64 {
    let new = || Tally::new(plans);
    let (tallies, done) = in_chunks(prepared, trials, monitor, new, |tally| Sink::Tally(tally));
    for other in &tallies {
        tally.merge(other);
    }
    done
}

/// Collects the values of stretches from trials `0..trials`: a list a stretch, in no order.
pub fn collect_stretches(
    prepared: &Prepared<'_>,
    stretches: &[Stretch],
    trials: u64,
) -> Vec<Vec<f64>> {
    let new = || Selection::new(prepared.program.n_channels, stretches);
    let (parts, _) =
        in_chunks(prepared, 0..trials, &Unwatched, new, |selection| Sink::Selection(selection));
    let mut lists = vec![Vec::new(); stretches.len()];
    for part in parts {
        for (list, values) in lists.iter_mut().zip(part.lists) {
            list.extend(values);
        }
    }
    lists
}

/// Lets every thread of the pool work on chunks, each with something of its own to put results in. Gives these,
/// and how many trials are done, those before the range included.
fn in_chunks<S: Send>(
    prepared: &Prepared<'_>,
    trials: Range<u64>,
    monitor: &dyn Monitor,
    new: impl Fn() -> S + Sync,
    sink: impl for<'s> Fn(&'s mut S) -> Sink<'s> + Sync,
) -> (Vec<S>, u64) {
    debug_assert!(trials.start.is_multiple_of(CHUNK), "ranges begin with a chunk");
    let n_chunks = trials.end.div_ceil(CHUNK);
    let next = AtomicU64::new(trials.start / CHUNK);
    let done = AtomicU64::new(trials.start);
    let results = rayon::broadcast(|_| {
        let mut own = new();
        let mut worker = Worker::new(prepared);
        while !monitor.is_stopped() {
            let chunk = next.fetch_add(1, Ordering::Relaxed);
            if chunk >= n_chunks {
                break;
            }
            let count = CHUNK.min(trials.end - chunk * CHUNK);
            worker.run(chunk * CHUNK_BLOCKS, count, &mut sink(&mut own));
            let all = done.fetch_add(count, Ordering::Relaxed) + count;
            monitor.progress(all);
        }
        own
    });
    (results, done.load(Ordering::Relaxed))
}

/// What is known of a channel before its pilot.
#[derive(Debug, Clone, PartialEq)]
pub struct Pilot {
    /// What its values are.
    pub kind: ChannelKind,
    /// How fine its histogram is.
    pub resolution: Resolution,
    /// The base case.
    pub base: f64,
    /// Values to count up to, exactly.
    pub thresholds: Vec<f64>,
}

/// Trials of the pilot.
const PILOT_BLOCKS: u64 = 8;
/// Its seed: whatever the run's, so that a result depends on the model alone.
pub(crate) const PILOT_SEED: u64 = 0x6f75_746c_6179;

/// Sets up the channels by a few thousand trials that depend on the model alone.
pub fn pilot(prepared: &Prepared<'_>, channels: &[Pilot]) -> Arc<[ChannelPlan]> {
    let prepared = prepared.reseeded(PILOT_SEED);
    let trials = PILOT_BLOCKS * BLOCK as u64;
    let columns = collect(&prepared, channels.len(), trials);
    let plan = |(pilot, column): (&Pilot, &Vec<f64>)| {
        ChannelPlan::from_pilot(
            pilot.kind,
            pilot.resolution,
            column,
            pilot.base,
            pilot.thresholds.clone(),
        )
    };
    channels.iter().zip(&columns).map(plan).collect()
}

/// The values of the first trials, a list a channel.
pub fn collect(prepared: &Prepared<'_>, n_channels: usize, trials: u64) -> Vec<Vec<f64>> {
    let mut lists = vec![Vec::new(); n_channels];
    Worker::new(prepared).run(0, trials, &mut Sink::Values(&mut lists));
    lists
}

/// How many threads have something to do in a run of so many trials.
pub fn useful_threads(trials: u64) -> usize {
    usize::try_from(trials.div_ceil(CHUNK).max(1)).unwrap_or(usize::MAX)
}
