//! What a run found: summaries, intervals, provenance, statistical warnings. Nothing here draws or prints.

mod result;

pub use result::*;
