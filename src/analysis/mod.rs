//! What needs more than one plain run of a model: what drives an output, what its tail is made of, where a
//! statistic meets a target, how alternatives compare.
//!
//! In: models, compiled or as requests. Out: plain data for the renderers. Every figure is a function of (model, seed, trials).

mod compare;
mod decision;
pub mod diff;
mod dominance;
mod factors;
pub mod fit;
mod indices;
mod rank;
mod regression;
mod root;
mod sensitivity;
mod solve;
mod sweep;
mod swings;
mod tail;
mod vary;
mod watch;

pub use compare::{Candidate, ComparedOutput, Comparison, Pair, Standing, compare};
pub use decision::{Alternative, Choice, Decision, Gain};
pub use dominance::{Dominance, Side};
pub use sensitivity::{Driver, Member, Sensitivity, Swing, sensitivity};
pub use solve::{Crossing, Scanned, Solution, SolveFailure, solve};
pub use sweep::{Steps, Sweep, SweepPoint, sweep};
pub use swings::{InputSwing, OutputSwings, Swings, swings};
pub use tail::{Region, Tail, TailInput, Threshold, tail};
pub use vary::Vary;

/// Trials of which values are kept for statistics of ranks: those after them count for sums alone.
const KEPT: u64 = 1 << 18;

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unanswerable {
    /// Nothing is random.
    #[error("the model has no random inputs")]
    NothingRandom,
    /// Alternatives without an output of one name and dimension.
    #[error("the alternatives have no output in common")]
    NothingInCommon,
    /// One value a step.
    #[error("`{0}` is a series")]
    Series(String),
    /// It needs more values at once than registers can be addressed.
    #[error("the model needs more values at once than outlay can hold")]
    TooLarge,
    /// No trial is inside, or none is outside.
    #[error("{inside} of {trials} trials lie in the region `{region}`")]
    OneSided {
        /// The region.
        region: String,
        /// Trials inside.
        inside: u64,
        /// Trials in which the region is defined.
        trials: u64,
    },
}

impl From<crate::program::TooLarge> for Unanswerable {
    fn from(_: crate::program::TooLarge) -> Unanswerable {
        Unanswerable::TooLarge
    }
}

/// A value of an output as a number: never counts as the end of the horizon (its restricted time: P. Royston and
/// M. Parmar, BMC Med. Res. Methodol. 13 (2013) 152), a condition as 1 or 0, what is undefined as NaN.
fn as_number(value: f64, horizon: Option<f64>) -> f64 {
    match horizon {
        Some(horizon) if value == f64::INFINITY => horizon,
        _ if value.is_finite() => value,
        _ => f64::NAN,
    }
}
