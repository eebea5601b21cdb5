//! From a seed and a name to columns of draws.
//!
//! [`stream`] lays out uniforms by (seed, name, step, block, lane); [`normal`], [`table`] and
//! [`discrete`] turn them into draws by the inverse of a distribution function, one uniform a draw,
//! monotone, so that designs, copulas, truncation and common random numbers all work on the same
//! uniforms. Tables are rows of four numbers addressed by [`cells`].
//!
//! Not here: the mathematics of a distribution (`distribution/`), threads, the order of blocks.

pub mod cells;
pub mod discrete;
pub mod normal;
pub mod stream;
pub mod table;

pub use discrete::{DiscretePoint, DiscreteTable};
pub use normal::{fill_normal, normal_at};
pub use stream::{BLOCK, StreamKey, StreamRng, fill_uniform, uniform_at};
pub use table::{QuantileTable, Tail};
