//! What a run found: summaries, intervals, provenance, statistical warnings. Nothing here draws or prints.

pub mod digits;
mod interval;
mod outline;
mod replicates;
mod result;
mod rows;
mod shortfall;
mod statistics;
mod summary;
mod told;
mod trust;
mod warnings;

#[cfg(test)]
mod shapes;
#[cfg(test)]
mod testing;

pub use interval::probability as share;
pub use outline::{Outline, outline};
pub use replicates::{Replicates, mean_error_of_replicates, share_of_replicates, t_of_replicates};
pub use result::*;
pub use rows::{CorrelationRow, Description, InputRow, QuantityRow, Shown, TimelineRow};
pub use statistics::{
    CheckPlan, CheckResult, Precision, StatisticPlan, StatisticResult, Verdict, Withheld, Worse,
    advice, checks, statistics,
};
pub use summary::{OutputPlan, base_only, doubtful, summarize, summary_of};
pub use told::Warning;
pub(crate) use warnings::grouped;
