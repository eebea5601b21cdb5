//! A second look at trials without a value: why they have none, and which trial is the first of its kind.
//!
//! The run counts them; here its trials are watched once more for those alone, and each is followed back by the
//! scalar reference to where it began. The work is bounded: what lies beyond stays counted as plain arithmetic.
//! Trials are looked into in their order, so that the findings are a function of the run, not of its threads.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Work;
use super::assembly::years_per_step;
use crate::accumulate::{Cause, ChannelKind, Explained, Tally};
use crate::engine::reference::{Draws, Trial};
use crate::engine::{self, Chunk, Monitor, Prepared};
use crate::program::{Lowered, Root};
use crate::sampling::Replicate;

/// Values of nodes that are worked out in all: about a second.
const MOST_VALUES: u64 = 50_000_000;
/// In a chunk so many trials are looked into for causes that are counted already.
const MOST_FOR_FIRSTS: u32 = 16;
/// Trials that are looked into whatever they cost.
const LEAST_TRIALS: u64 = 1_000;

/// A channel with undefined trials.
struct Watched {
    channel: usize,
    kind: ChannelKind,
    nodes: Lowered,
    step: usize,
    /// Where the run itself has counted every cause, as it does of rates of return: how many there are. Of these
    /// only the first trial of each is wanted.
    n_counted: Option<usize>,
}

/// What was found in one chunk.
struct Findings {
    causes: BTreeMap<(usize, Cause), Explained>,
    trials: u64,
}

/// Stops when enough has been looked into.
struct Enough<'a> {
    spent: &'a AtomicU64,
    most: u64,
    monitor: &'a dyn Monitor,
}

impl Monitor for Enough<'_> {
    fn progress(&self, _done: u64) {}
    fn is_stopped(&self) -> bool {
        self.spent.load(Ordering::Relaxed) >= self.most || self.monitor.is_stopped()
    }
}

/// Finds the causes of the undefined trials of a tally of so many trials.
pub(super) fn explain(work: &Work<'_>, tally: &mut Tally, trials: u64) {
    let watched = watched(work, tally);
    if watched.is_empty() || work.monitor.is_stopped() {
        return;
    }
    let graph = &work.model.run.graph;
    let steps = graph.last_step.map_or(1, |last| u64::from(last) + 1);
    let most = (MOST_VALUES / (graph.nodes.len() as u64 * steps).max(1)).max(LEAST_TRIALS);
    let spent = AtomicU64::new(0);
    let enough = Enough { spent: &spent, most, monitor: work.monitor };
    let mut causes: BTreeMap<(usize, Cause), Explained> = BTreeMap::new();
    let mut first_trial = 0;
    for replicate in work.sources.layout().replicates() {
        let own = work.prepared.laid_out(work.sources, replicate);
        let replicate =
            Replicate { trials: replicate.trials.min(trials - first_trial), ..replicate };
        engine::observe_replicate(
            std::slice::from_ref(&own),
            replicate,
            first_trial,
            &enough,
            |chunk| look(work, &own, &watched, chunk, most),
            |found: Findings| {
                // Threads may have looked further than it takes.
                if spent.load(Ordering::Relaxed) >= most {
                    return;
                }
                for (key, explained) in found.causes {
                    let known = causes.entry(key).or_insert(Explained { count: 0, ..explained });
                    known.count += explained.count;
                }
                spent.fetch_add(found.trials, Ordering::Relaxed);
            },
        );
        first_trial += replicate.trials;
    }
    for ((channel, cause), explained) in causes {
        tally.explain(channel, cause, explained);
    }
}

fn watched(work: &Work<'_>, tally: &Tally) -> Vec<Watched> {
    let roots = &work.model.run.roots;
    let root_of = |channel: usize| -> Option<&Root> {
        roots.iter().rev().find(|root| root.channel <= channel)
    };
    (0..work.plans.len())
        .filter(|&channel| tally.channel(channel).undefined() > 0)
        .filter_map(|channel| {
            let root = root_of(channel)?;
            let nodes = match root.later {
                Some(later) => Lowered::Series { first: root.first, later },
                None => Lowered::Trial(root.first),
            };
            let kind = work.plans[channel].kind();
            let causes = tally.channel(channel).causes();
            let is_counted = causes.iter().all(|(cause, ..)| *cause != Cause::Arithmetic);
            let n_counted = is_counted.then_some(causes.len());
            Some(Watched { channel, kind, nodes, step: channel - root.channel, n_counted })
        })
        .collect()
}

/// Looks into the undefined trials of a chunk, `most` of them at most.
fn look(
    work: &Work<'_>,
    prepared: &Prepared<'_>,
    watched: &[Watched],
    chunk: &Chunk,
    most: u64,
) -> Findings {
    let graph = &work.model.run.graph;
    let Prepared { sources, streams, samplers, .. } = prepared;
    let mut found = Findings { causes: BTreeMap::new(), trials: 0 };
    // By what is watched: causes seen, and trials looked into for them.
    let mut firsts = vec![(0_usize, 0_u32); watched.len()];
    for lane in 0..chunk.len {
        let is_undefined = |watched: &Watched| {
            let value = chunk.column(watched.channel)[lane];
            match watched.kind {
                ChannelKind::Number => !value.is_finite(),
                ChannelKind::Time => value.is_nan() || value == f64::NEG_INFINITY,
                ChannelKind::Condition => value.is_nan(),
            }
        };
        let is_wanted = |at: usize| match watched[at].n_counted {
            Some(causes) => firsts[at].0 < causes && firsts[at].1 < MOST_FOR_FIRSTS,
            None => found.trials < most,
        };
        let undefined: Vec<usize> =
            (0..watched.len()).filter(|&at| is_undefined(&watched[at]) && is_wanted(at)).collect();
        if undefined.is_empty() {
            continue;
        }
        found.trials += u64::from(undefined.iter().any(|&at| watched[at].n_counted.is_none()));
        let number = chunk.first + lane as u64;
        let place = work.sources.layout().place(number);
        let draws = Draws::Trial { sources, streams, samplers, place };
        let mut trial = Trial::new(graph, draws, years_per_step(work.model.model()));
        for at in undefined {
            let cause = trial.origin(watched[at].nodes, watched[at].step);
            let first = Explained { count: 0, first_trial: number };
            let explained = found.causes.entry((watched[at].channel, cause)).or_insert(first);
            explained.count += 1;
            firsts[at] = (firsts[at].0 + usize::from(explained.count == 1), firsts[at].1 + 1);
        }
    }
    found
}
