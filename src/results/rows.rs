//! Rows of listings: quantities of the base case, distributions of inputs.

use super::Point;

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
    /// Whether it is a process, of which these are at the last step.
    pub is_process: bool,
    /// What it means.
    pub about: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
}

/// A stated correlation, for `check`.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrelationRow {
    /// The two inputs.
    pub inputs: [String; 2],
    /// `Spearman` or `Pearson`.
    pub measure: &'static str,
    /// The coefficient.
    pub coefficient: f64,
    /// `Gaussian`, or Student's with its degrees of freedom.
    pub copula: String,
    /// The correlation of the copula's normal numbers.
    pub parameter: f64,
    /// Whether it holds step by step.
    pub is_by_step: bool,
}
