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

/// Listens from now on. Where the system refuses, a signal ends the process as it always does.
pub(super) fn listen() {
    // A shell's background job ignores Ctrl-C, which alone is no reason to leave files behind at SIGTERM.
    // What ignores SIGHUP, as under nohup, is to outlive it.
    if ctrlc::try_set_handler(stop).is_err() && is_hangup_heard() {
        let _refused = ctrlc::set_handler(stop);
    }
}

fn stop() {
    if IS_ASKED.swap(true, Ordering::Relaxed) {
        for path in LEFT_BEHIND.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let _gone_already = fs::remove_file(path);
        }
        process::exit(Exit::Interrupted as i32);
    }
}

/// Whether SIGHUP, the first bit of the mask, is known not to be ignored (proc(5), Linux alone).
fn is_hangup_heard() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & 1 == 0)
}

/// Remembers a temporary file, to remove it where the process is ended at once.
pub(super) fn remove_at_end(path: PathBuf) {
    LEFT_BEHIND.lock().unwrap_or_else(PoisonError::into_inner).push(path);
}

/// Whether one came.
pub(super) fn is_asked() -> bool {
    IS_ASKED.load(Ordering::Relaxed)
}
