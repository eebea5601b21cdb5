//! Ctrl-C: the first asks the run to stop at the next block, the second ends the process.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::Exit;

static IS_ASKED: AtomicBool = AtomicBool::new(false);

/// Listens from now on. Where the system refuses, Ctrl-C ends the process as it always does.
pub(super) fn listen() {
    let _refused = ctrlc::try_set_handler(|| {
        if IS_ASKED.swap(true, Ordering::Relaxed) {
            process::exit(Exit::Interrupted as i32);
        }
    });
}

/// Whether Ctrl-C was pressed.
pub(super) fn is_asked() -> bool {
    IS_ASKED.load(Ordering::Relaxed)
}
