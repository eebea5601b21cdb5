//! From columns of values to counts: moments, percentiles, probabilities, in memory that does not grow with trials.
//!
//! What comes in: for each channel (an output; each step of a series) a column of values of one block of trials,
//! in the output's own unit. What goes out: a [`Tally`] that `results` reads. What is not here: what the numbers
//! mean, intervals, warnings (`results`), and who runs which block (`engine`).
//!
//! A tally is a function of the *set* of blocks recorded: integers and extremes merge in any order, and
//! floating-point moments along one fixed tree over block numbers ([`MomentTree`]), whatever the workers did.

mod around;
mod channel;
mod distribution;
mod histogram;
mod moments;
mod plan;
mod refine;
mod tally;
#[cfg(test)]
pub(crate) mod testing;

pub use around::Around;
pub use channel::{Cause, Channel, Explained, MAX_LANES};
pub use distribution::Distribution;
pub use histogram::{Bucket, HdrError, Histogram, hdr_from_buckets, hdr_log};
pub use moments::{MomentTree, Moments};
pub use plan::{ChannelKind, ChannelPlan, Resolution};
pub use refine::{Stretch, affordable};
pub use tally::{Spread, Tally};
