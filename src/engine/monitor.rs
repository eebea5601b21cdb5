//! Who watches a run.

/// Watches a run and may stop it. All methods may be called from any thread.
pub trait Monitor: Sync {
    /// So many trials are to be done in all; called by what finds out as it goes.
    fn planned(&self, _trials: u64) {}
    /// So many trials are done; called after every few thousand trials.
    fn progress(&self, done: u64);
    /// Whether the run is to stop at the next block boundary.
    fn is_stopped(&self) -> bool;
}

/// Nobody watches.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched;

impl Monitor for Unwatched {
    fn progress(&self, _done: u64) {}
    fn is_stopped(&self) -> bool {
        false
    }
}

/// Passes on what is done of a part of a run, before which so many trials were done.
pub struct Behind<'a> {
    /// Who watches the run.
    pub monitor: &'a dyn Monitor,
    /// Trials done before.
    pub before: u64,
}

impl Monitor for Behind<'_> {
    fn progress(&self, done: u64) {
        self.monitor.progress(self.before + done);
    }

    fn is_stopped(&self) -> bool {
        self.monitor.is_stopped()
    }
}
