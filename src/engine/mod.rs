//! The engine: a program run on blocks of trials, on all cores.
//!
//! In: a [`Program`](crate::program::Program) and a seed. Out: a [`Tally`](crate::accumulate::Tally).
//! Every block is worked on alone, its draws addressed by (seed, name of the input, step, block), so that
//! neither threads nor order can change a result; a design puts other sources in the place of plain streams. [`mod@reference`] does the same one trial at a time, slowly.

mod bent;
mod execute;
mod kernels;
mod monitor;
mod observe;
mod parallel;
mod prepared;
pub mod reference;
mod sums;
mod varying;

pub use execute::{Selection, Sink, Worker};
pub use monitor::{Behind, Monitor, Unwatched};
pub use observe::{CHUNK, Chunk, observe, observe_replicate};
pub(crate) use parallel::PILOT_SEED;
pub use parallel::{
    CHUNK as RUN_CHUNK, Pilot, collect, collect_all, collect_stretches, extend, pilot, run,
    run_replicates, useful_threads,
};
pub use prepared::{
    Prepared, PreparedSampler, Sampler, plan_common_sources, plan_sources, streams,
};
