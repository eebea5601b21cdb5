//! A bar with the time that is left, for runs that last and people who watch.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::interrupt;
use crate::{Monitor, report};

/// A run that is shorter gets no bar: it would only flicker.
const PATIENCE: Duration = Duration::from_millis(300);

/// Watches one run.
pub(super) struct Watch {
    started: Instant,
    n_trials: AtomicU64,
    /// Made when patience ends; `None` in the cell where nobody watches.
    bar: OnceLock<ProgressBar>,
    is_shown: bool,
}

impl Watch {
    /// Starts the clock.
    pub(super) fn start(n_trials: u64, is_shown: bool) -> Watch {
        let n_trials = AtomicU64::new(n_trials);
        Watch { started: Instant::now(), n_trials, bar: OnceLock::new(), is_shown }
    }

    /// Ends the run: takes the bar away and gives the time it took.
    pub(super) fn finish(self) -> Duration {
        let elapsed = self.started.elapsed();
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
        elapsed
    }

    fn new_bar(&self) -> ProgressBar {
        let style = ProgressStyle::with_template(
            "{bar:30} {percent:>3} %  {human_pos} of {human_len} trials, {msg} left",
        )
        .expect("the template is well formed")
        .progress_chars("━━─");
        let target = ProgressDrawTarget::stderr_with_hz(10);
        ProgressBar::with_draw_target(Some(self.n_trials.load(Ordering::Relaxed)), target)
            .with_style(style)
            .with_elapsed(self.started.elapsed())
    }
}

impl Monitor for Watch {
    fn planned(&self, trials: u64) {
        self.n_trials.store(trials, Ordering::Relaxed);
        if let Some(bar) = self.bar.get() {
            bar.set_length(trials);
        }
    }

    fn progress(&self, done: u64) {
        if self.is_shown && self.started.elapsed() > PATIENCE {
            let bar = self.bar.get_or_init(|| self.new_bar());
            let n_trials = self.n_trials.load(Ordering::Relaxed);
            bar.set_message(time_left(done, n_trials, self.started.elapsed()));
            bar.set_position(done);
        }
    }

    fn is_stopped(&self) -> bool {
        interrupt::is_asked()
    }
}

/// What is left at the speed so far: `3 s`, `12 min`, `5 h`.
fn time_left(done: u64, n_trials: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64() * n_trials.saturating_sub(done) as f64 / done.max(1) as f64;
    match seconds {
        seconds if seconds < 100.0 => format!("{:.0} s", seconds.ceil()),
        seconds if seconds < 6_000.0 => format!("{:.0} min", seconds / 60.0),
        seconds => format!("{:.0} h", seconds / 3_600.0),
    }
}

/// `1,000,000 trials in 0.21 s (4.8 M trials/s)`.
pub(super) fn speed(trials: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    let per_second = trials as f64 / seconds.max(1e-9);
    let decimals = if seconds < 10.0 { 2 } else { 0 };
    let rate = match per_second {
        rate if rate >= 1e6 => format!("{:.1} M", rate / 1e6),
        rate if rate >= 1e3 => format!("{:.0} k", rate / 1e3),
        rate => format!("{rate:.0}"),
    };
    format!("{} trials in {seconds:.decimals$} s ({rate} trials/s)", report::grouped(trials))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_from_the_speed_so_far() {
        assert_eq!(time_left(250, 1_000, Duration::from_secs(1)), "3 s");
        assert_eq!(time_left(1, 1_000, Duration::from_secs(1)), "17 min");
        assert_eq!(time_left(1, 100_000, Duration::from_secs(1)), "28 h");
        assert_eq!(time_left(1_000, 1_000, Duration::from_secs(1)), "0 s");
    }

    #[test]
    fn speed_reads_as_people_write_it() {
        assert_eq!(
            speed(1_000_000, Duration::from_millis(210)),
            "1,000,000 trials in 0.21 s (4.8 M trials/s)"
        );
        assert_eq!(
            speed(1_000, Duration::from_millis(50)),
            "1,000 trials in 0.05 s (20 k trials/s)"
        );
        assert_eq!(speed(1_000, Duration::from_secs(20)), "1,000 trials in 20 s (50 trials/s)");
    }
}
