//! One of several runs, for who watches all of them.

use crate::Monitor;

/// A run before which others were done.
pub(super) struct Part<'a> {
    /// Who watches all of them.
    pub(super) monitor: &'a dyn Monitor,
    /// Trials of the runs before.
    pub(super) before: u64,
}

impl Monitor for Part<'_> {
    fn progress(&self, done: u64) {
        self.monitor.progress(self.before + done);
    }

    fn is_stopped(&self) -> bool {
        self.monitor.is_stopped()
    }
}
