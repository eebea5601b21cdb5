//! From a tally to a result.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Point, Provenance, SimulationResult};
use crate::accumulate::{ChannelKind, Tally};

/// What an output is, apart from its values.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputPlan {
    /// Its name.
    pub name: String,
    /// What it means.
    pub about: Option<String>,
    /// index → label; empty where it does not vary by index.
    pub index: BTreeMap<String, String>,
    /// What it is shown in; `None` for plain numbers and conditions.
    pub unit: Option<String>,
    /// What its values are.
    pub kind: ChannelKind,
    /// Its channels in the tally: one, or one a step from step 0.
    pub channels: Range<usize>,
    /// Whether it is a series.
    pub is_series: bool,
    /// A series' labels of steps, as many as channels; else empty.
    pub step_labels: Vec<Option<String>>,
    /// The base case, one a channel; for a condition 1, 0 or undefined.
    pub base: Vec<Point>,
}

/// Summarizes what a run recorded; `percentiles` as probabilities in (0, 1).
pub fn summarize(plans: &[OutputPlan], tally: &Tally, percentiles: &[f64], provenance: Provenance) -> SimulationResult {
    todo!()
}

/// The base case alone: no trials, no statistics.
pub fn base_only(plans: &[OutputPlan], provenance: Provenance) -> SimulationResult {
    todo!()
}
