//! outlay simulates investments in AI compute: what they cost, how much money is tied up, and when,
//! if ever, they pay back. A model file of uncertain inputs, formulas and a timeline goes in;
//! distributions with the error bars of the simulation itself come out.
//!
//! # The way of the data
//!
//! Text goes down through one type per stage; nothing flows back up.
//!
//! ```text
//! text ─► ParsedModel ─► CheckedModel ─► Program ─► (blocks of trials) ─► Tally ─► SimulationResult ─► bytes
//!        model, expr     check, unit     program    engine, sampling     accumulate   results          report
//! ```
//!
//! [`simulate`] is the whole way but for the bytes, which [`report`] writes. Everything but [`cli`] is
//! pure: no disk, no clock, no terminal.
//!
//! # What is guaranteed
//!
//! A result is a function of the model, the seed, the design and the number of trials alone: the same
//! bytes for any number of threads, on any CPU. The draws of an input are addressed by its name, so that
//! adding, removing or reordering inputs leaves the draws of the others as they were. The number
//! [`FORMAT`] changes where a draw or a result does.

pub mod accumulate;
pub mod analysis;
pub mod check;
pub mod cli;
pub mod dependence;
pub mod diagnostic;
pub mod distribution;
pub mod engine;
pub mod expr;
pub mod math;
pub mod model;
pub mod program;
pub mod report;
pub mod results;
pub mod sampling;
pub mod shipped;
mod simulation;
pub mod source;
pub mod unit;

pub use engine::{Monitor, Unwatched};
pub(crate) use simulation::run_among;
pub use simulation::{
    Asked, CompileFailure, Compiled, InputColumns, NoTable, Observation, ReadFile, Request,
    RunSettings, TRIAL, TrialColumn, TrialColumns, TrialTable, Watched, WatchedInput, base_case,
    compile, correlations, describe, inputs, quantities, run, trial, trials,
};

use results::SimulationResult;
use simulation::{Draft, in_pool, unit_factor, watched_outputs};

/// Number of the format of draws and results: a change of any pinned draw is a change of this number.
pub const FORMAT: u32 = 2;

/// Reads, checks, compiles and runs a model; data files that it names are brought in by `read_file`.
///
/// # Errors
/// All mistakes of the model, see [`CompileFailure`].
///
/// # Examples
///
/// ```
/// use outlay::{Request, RunSettings, results::Statistics};
///
/// let text = r#"
/// outlay = 1
/// model = { units = ["GPU"] }
/// inputs = { gpus = "10_000 GPU", price = "pert(8万, 10万, 15万) CNY/GPU" }
/// outputs = { cost = { value = "gpus * price", unit = "亿 CNY" } }
/// "#;
/// let request = Request { name: "cluster.toml".into(), text: text.into(), ..Request::default() };
/// let settings = RunSettings { trials: 100_000, ..RunSettings::default() };
/// let result = outlay::simulate(&request, &mut outlay::no_files, &settings).expect("a valid model");
/// let Statistics::Number(cost) = &result.outputs[0].statistics else { panic!("a number") };
/// assert!((cost.mean.unwrap() - 10.5).abs() < 0.05);
/// ```
pub fn simulate(
    request: &Request,
    read_file: ReadFile<'_>,
    settings: &RunSettings,
) -> Result<SimulationResult, CompileFailure> {
    let model = compile(request, read_file)?;
    Ok(run(&model, settings, &Unwatched))
}

/// A [`ReadFile`] that has no files.
///
/// # Errors
/// Always.
pub fn no_files(path: &str) -> std::io::Result<Vec<u8>> {
    Err(std::io::Error::new(std::io::ErrorKind::NotFound, format!("there is no file `{path}`")))
}
