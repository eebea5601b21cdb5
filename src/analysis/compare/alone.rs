//! The alternatives by themselves: a second pass over as many trials as were compared.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Candidate;
use crate::engine::Monitor;
use crate::results::SimulationResult;
use crate::{Compiled, RunSettings};

/// The results of the alternatives by themselves, of as many trials as were compared.
pub(super) fn results_of(
    candidates: &[Candidate<'_>],
    settings: &RunSettings,
    done: u64,
    monitor: &dyn Monitor,
) -> Vec<(String, SimulationResult)> {
    let models: Vec<&Compiled> = candidates.iter().map(|candidate| candidate.model).collect();
    let asked = settings.layout().trials();
    // A design that was cut is laid out as it was to be, and cut again.
    let trials = if settings.design.is_replicated() { settings.trials } else { done };
    let own = RunSettings { trials, threads: None, ..settings.clone() };
    let of = |(at, candidate): (usize, &Candidate<'_>)| {
        let mut result = if done == 0 {
            crate::base_case(candidate.model)
        } else {
            let before = done * (models.len() + at) as u64;
            let up_to = UpTo { monitor, before, trials: done, done: AtomicU64::new(0) };
            crate::run_among(&models, at, &own, &up_to)
        };
        result.provenance.trials_asked = asked;
        (candidate.name.clone(), result)
    };
    candidates.iter().enumerate().map(of).collect()
}

/// Counts what is done of all alternatives at one by one, for each of them.
pub(super) struct Together<'a> {
    pub(super) monitor: &'a dyn Monitor,
    pub(super) each: u64,
}

impl Monitor for Together<'_> {
    fn progress(&self, done: u64) {
        self.monitor.progress(done * self.each);
    }

    fn is_stopped(&self) -> bool {
        self.monitor.is_stopped()
    }
}

/// Ends the run of an alternative by itself once as many trials are done as were compared, those of whole replicates.
struct UpTo<'a> {
    monitor: &'a dyn Monitor,
    /// Trials done before, of all alternatives.
    before: u64,
    trials: u64,
    done: AtomicU64,
}

impl Monitor for UpTo<'_> {
    fn progress(&self, done: u64) {
        let most = self.done.fetch_max(done, Ordering::Relaxed).max(done);
        self.monitor.progress(self.before + most);
    }

    fn is_stopped(&self) -> bool {
        self.done.load(Ordering::Relaxed) >= self.trials
    }
}
