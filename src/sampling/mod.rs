//! From a seed and a name to columns of draws.
//!
//! [`stream`] lays out uniforms by (seed, name, step, block, lane); [`normal`], [`table`] and
//! [`discrete`] turn them into draws by the inverse of a distribution function, one uniform a draw,
//! monotone, so that designs, copulas, truncation and common random numbers all work on the same
//! uniforms. Tables are rows of four numbers addressed by [`cells`].
//!
//! [`design`] says how a run is divided into replicates, [`source`] where the uniforms of a site come from
//! under a design: plain streams, strata, Sobol' points ([`sobol`]).
//!
//! Not here: the mathematics of a distribution (`distribution/`), threads, the order of blocks.

mod bridge;
pub mod cells;
pub mod design;
pub mod discrete;
mod latin;
pub mod normal;
pub mod sobol;
pub mod source;
pub mod stream;
pub mod table;

pub use design::{Design, Layout, Place, REPLICATES, Replicate};
pub use discrete::{DiscretePoint, DiscreteTable};
pub use normal::{fill_normal, normal_at};
pub use source::{Paths, Site, Source, SourcePlan};
pub use stream::{BLOCK, StreamKey, StreamRng, fill_uniform, uniform_at};
pub use table::{QuantileTable, Tail};
