//! The run on all threads: workers take chunks of blocks in order, each into a tally of its own.
//!
//! A chunk that was taken is finished, and chunks are taken in order, so what is done at any moment is
//! the first n trials: an interrupted run is the run of fewer trials. Under a design replicates are run one after
//! the other, all threads within one, and one that is interrupted does not count.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::execute::{Selection, Sink, Worker};
use super::monitor::{Behind, Monitor, Unwatched};
use super::prepared::Prepared;
use crate::accumulate::{ChannelKind, ChannelPlan, Resolution, Stretch, Tally};
use crate::sampling::{BLOCK, Replicate, SourcePlan};

/// Blocks that a worker takes at once.
const CHUNK_BLOCKS: u64 = 16;
/// Trials that a worker takes at once in a long run.
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
    let (tallies, done) =
        in_chunks(prepared, 0, CHUNK_BLOCKS, trials, monitor, new, |tally| Sink::Tally(tally));
    for other in &tallies {
        tally.merge(other);
    }
    done
}

/// Runs the replicates of a design, and hands the tally of each that is complete to `each`, in order. Gives the
/// tally of them all and how many trials it holds.
pub fn run_replicates(
    prepared: &Prepared<'_>,
    sources: &SourcePlan,
    plans: &Arc<[ChannelPlan]>,
    monitor: &dyn Monitor,
    mut each: impl FnMut(&Tally),
) -> (Tally, u64) {
    let (mut all, mut done) = (Tally::new(plans), 0);
    for replicate in sources.layout().replicates() {
        let own = prepared.laid_out(sources, replicate);
        let monitor = Behind { monitor, before: done };
        let new = || Tally::new(plans);
        let (tallies, trials) = in_replicate(&own, replicate, &monitor, new, |t| Sink::Tally(t));
        if trials < replicate.trials {
            break;
        }
        let mut tally = Tally::new(plans);
        for other in &tallies {
            tally.merge(other);
        }
        each(&tally);
        all.merge(&tally);
        done += trials;
    }
    (all, done)
}

/// Collects the values of stretches from trials `0..trials`, of complete replicates: a list a stretch, in no order.
pub fn collect_stretches(
    prepared: &Prepared<'_>,
    sources: &SourcePlan,
    stretches: &[Stretch],
    trials: u64,
) -> Vec<Vec<f64>> {
    let new = || Selection::new(prepared.program.n_channels, stretches);
    let mut lists = vec![Vec::new(); stretches.len()];
    let mut left = trials;
    for replicate in sources.layout().replicates() {
        let own = prepared.laid_out(sources, replicate);
        let replicate = Replicate { trials: replicate.trials.min(left), ..replicate };
        left -= replicate.trials;
        let (parts, _) = in_replicate(&own, replicate, &Unwatched, new, |s| Sink::Selection(s));
        for part in parts {
            for (list, values) in lists.iter_mut().zip(part.lists) {
                list.extend(values);
            }
        }
    }
    lists
}

/// Lets every thread work on a replicate, or as many of its first trials as it says, in chunks small enough for all
/// to have some.
fn in_replicate<S: Send>(
    prepared: &Prepared<'_>,
    replicate: Replicate,
    monitor: &dyn Monitor,
    new: impl Fn() -> S + Sync,
    sink: impl for<'s> Fn(&'s mut S) -> Sink<'s> + Sync,
) -> (Vec<S>, u64) {
    let Replicate { first_block, trials, .. } = replicate;
    let blocks = trials.div_ceil(BLOCK as u64);
    let chunk_blocks = (blocks / (4 * rayon::current_num_threads() as u64)).clamp(1, CHUNK_BLOCKS);
    in_chunks(prepared, first_block, chunk_blocks, 0..trials, monitor, new, sink)
}

/// Lets every thread of the pool work on chunks of trials, which are counted from `first_block` on, each with
/// something of its own to put results in. Gives these, and how many trials are done, those before the range included.
fn in_chunks<S: Send>(
    prepared: &Prepared<'_>,
    first_block: u64,
    chunk_blocks: u64,
    trials: Range<u64>,
    monitor: &dyn Monitor,
    new: impl Fn() -> S + Sync,
    sink: impl for<'s> Fn(&'s mut S) -> Sink<'s> + Sync,
) -> (Vec<S>, u64) {
    let chunk_trials = chunk_blocks * BLOCK as u64;
    debug_assert!(trials.start.is_multiple_of(chunk_trials), "ranges begin with a chunk");
    let n_chunks = trials.end.div_ceil(chunk_trials);
    let next = AtomicU64::new(trials.start / chunk_trials);
    let done = AtomicU64::new(trials.start);
    let results = rayon::broadcast(|_| {
        let mut own = new();
        let mut worker = Worker::new(prepared);
        while !monitor.is_stopped() {
            let chunk = next.fetch_add(1, Ordering::Relaxed);
            if chunk >= n_chunks {
                break;
            }
            let count = chunk_trials.min(trials.end - chunk * chunk_trials);
            worker.run(first_block + chunk * chunk_blocks, count, &mut sink(&mut own));
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

/// The values of all trials of a layout in their order, a list a channel.
pub fn collect_all(
    prepared: &Prepared<'_>,
    sources: &SourcePlan,
    n_channels: usize,
) -> Vec<Vec<f64>> {
    let mut lists = vec![Vec::new(); n_channels];
    for replicate in sources.layout().replicates() {
        let own = prepared.laid_out(sources, replicate);
        let mut sink = Sink::Values(&mut lists);
        Worker::new(&own).run(replicate.first_block, replicate.trials, &mut sink);
    }
    lists
}

/// How many threads have something to do in a run of so many trials.
pub fn useful_threads(trials: u64) -> usize {
    usize::try_from(trials.div_ceil(CHUNK).max(1)).unwrap_or(usize::MAX)
}
