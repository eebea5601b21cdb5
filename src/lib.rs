//! outlay: what it costs, and when it pays back.

pub mod diagnostic;
pub mod distribution;
pub mod expr;
pub mod math;
pub mod model;
pub mod results;
pub mod source;

use std::io;

use diagnostic::Diagnostics;
use results::{Point, SimulationResult};
use source::Sources;

/// Number of the format of draws and results: a change of any pinned draw is a change of this number.
pub const FORMAT: u32 = 1;

/// A model file and what is asked of it before anything is drawn.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The name the file is shown under in messages (a path, a shipped model's name, `<stdin>`).
    pub name: String,
    /// Its bytes as text.
    pub text: String,
    /// `--scenario`.
    pub scenario: Option<String>,
    /// `--set`, each `NAME=EXPRESSION`.
    pub set: Vec<String>,
    /// `--only`: names of outputs; empty for all.
    pub only: Vec<String>,
}

/// How a run is done.
#[derive(Debug, Clone)]
pub struct RunSettings {
    /// Trials.
    pub trials: u64,
    /// The seed.
    pub seed: u64,
    /// Percentiles as probabilities, in (0, 1), in the order to report.
    pub percentiles: Vec<f64>,
    /// Threads; `None` for all cores.
    pub threads: Option<usize>,
}

impl Default for RunSettings {
    fn default() -> RunSettings {
        RunSettings { trials: 1_000_000, seed: 1, percentiles: vec![0.05, 0.25, 0.5, 0.75, 0.95], threads: None }
    }
}

/// A model that is ready to run.
pub struct Compiled {
    /// The texts that its diagnostics point into.
    pub sources: Sources,
    /// Warnings of the compilation.
    pub warnings: Diagnostics,
}

/// Why a model cannot run.
pub struct CompileFailure {
    /// The texts that the diagnostics point into.
    pub sources: Sources,
    /// At least one error. Errors that lie in the command line's `--set`, `--scenario` or `--only`
    /// alone are told by [`CompileFailure::is_usage`].
    pub diagnostics: Diagnostics,
    /// Whether all errors lie in the command line (exit code 2) and none in the model (exit code 3).
    pub is_usage: bool,
}

/// Brings in a file that a model names (a plan, a sample), by its path relative to the model.
pub type ReadFile<'a> = &'a mut dyn FnMut(&str) -> io::Result<Vec<u8>>;

/// Watches a run and may stop it. All methods may be called from any thread.
pub trait Monitor: Sync {
    /// So many trials are done; called every few milliseconds at most.
    fn progress(&self, done: u64);
    /// Whether the run is to stop at the next block boundary.
    fn is_stopped(&self) -> bool;
}

/// Nobody watches.
pub struct Unwatched;

impl Monitor for Unwatched {
    fn progress(&self, _done: u64) {}
    fn is_stopped(&self) -> bool {
        false
    }
}

/// One quantity of the base case, for `run --base --all`.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantityRow {
    /// `input`, `formula`, `series`, `output`.
    pub kind: &'static str,
    /// Its name, with labels: `capex[alibaba]`.
    pub name: String,
    /// What it means.
    pub about: Option<String>,
    /// Its unit; `None` for plain numbers and conditions.
    pub unit: Option<String>,
    /// One value; for what varies by step, one a step from step 0.
    pub values: Vec<Point>,
    /// Whether it is a condition (1: true, 0: false).
    pub is_condition: bool,
    /// Whether it varies by step.
    pub is_series: bool,
}

/// One input's distribution, for `check`.
#[derive(Debug, Clone, PartialEq)]
pub struct InputRow {
    /// Its name, with labels: `capex[alibaba]`.
    pub name: String,
    /// Its expression as written.
    pub text: String,
    /// Its unit; `None` for plain numbers.
    pub unit: Option<String>,
    /// The base case.
    pub base: Point,
    /// Whether it is random.
    pub is_random: bool,
    /// Mean; `None` where it does not exist.
    pub mean: Option<f64>,
    /// P5, P50, P95.
    pub percentiles: [f64; 3],
    /// Whether these were simulated (its parameters are random too) rather than computed.
    pub is_simulated: bool,
    /// What it means, where it comes from, when that was so, and how sure the author is.
    pub about: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
}

/// Reads, checks and compiles a model.
///
/// # Errors
/// All mistakes of the model and of the overrides, at most 20.
#[expect(clippy::todo, reason = "skeleton")]
pub fn compile(_request: &Request, _read_file: ReadFile<'_>) -> Result<Compiled, CompileFailure> {
    todo!()
}

/// Runs a compiled model.
#[expect(clippy::todo, reason = "skeleton")]
pub fn run(_model: &Compiled, _settings: &RunSettings, _monitor: &dyn Monitor) -> SimulationResult {
    todo!()
}

/// The base case alone: `trials: 0`, no percentiles.
#[expect(clippy::todo, reason = "skeleton")]
pub fn base_case(_model: &Compiled) -> SimulationResult {
    todo!()
}

/// Every quantity of the base case, in the order of the model.
#[expect(clippy::todo, reason = "skeleton")]
pub fn quantities(_model: &Compiled) -> Vec<QuantityRow> {
    todo!()
}

/// Every input's distribution, in the order of the model.
#[expect(clippy::todo, reason = "skeleton")]
pub fn inputs(_model: &Compiled) -> Vec<InputRow> {
    todo!()
}
