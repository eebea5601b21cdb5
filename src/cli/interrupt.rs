//! Ctrl-C, SIGTERM and SIGHUP: the first asks the run to stop at the next block, the second ends the process.

use std::fs;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::exit::Exit;

static IS_ASKED: AtomicBool = AtomicBool::new(false);
/// What the second signal takes away: files that would be left behind.
static LEFT_BEHIND: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Listens from now on. Where the system refuses, Ctrl-C ends the process as it always does.
pub(super) fn listen() {
    let _refused = ctrlc::try_set_handler(|| {
        if IS_ASKED.swap(true, Ordering::Relaxed) {
            for path in LEFT_BEHIND.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                let _gone_already = fs::remove_file(path);
            }
            process::exit(Exit::Interrupted as i32);
        }
    });
}

/// Remembers a temporary file, to remove it where the process is ended at once.
pub(super) fn remove_at_end(path: PathBuf) {
    LEFT_BEHIND.lock().unwrap_or_else(PoisonError::into_inner).push(path);
}

/// Whether one came.
pub(super) fn is_asked() -> bool {
    IS_ASKED.load(Ordering::Relaxed)
}
