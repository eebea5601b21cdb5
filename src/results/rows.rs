//! Rows of listings: quantities of the base case, distributions of inputs.

use super::{Outline, Point};
use crate::check::Written;

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
    /// How people see it.
    pub shown: Shown,
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
    /// How people see it.
    pub shown: Shown,
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
    /// Of when that is.
    pub date: Option<String>,
    /// How sure the author is: `high`, `medium`, `low`.
    pub confidence: Option<&'static str>,
    /// Its distribution to draw; `None` of what is fixed.
    pub outline: Option<Outline>,
}

/// What a model says about itself, for pages that stand alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Description {
    /// What it is about.
    pub about: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// What the scenario in force is about.
    pub scenario: Option<String>,
    /// Its timeline.
    pub timeline: Option<TimelineRow>,
    /// The outputs that are plain amounts of money.
    pub money: Vec<String>,
    /// The texts that it was read from: name and text.
    pub texts: Vec<(String, String)>,
}

/// A model's timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineRow {
    /// `month`, `quarter`, `year`.
    pub step: &'static str,
    /// The last step.
    pub steps: u32,
    /// What the first step is called.
    pub start: Option<String>,
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

/// How a quantity is shown to people: an input in what its own text is written in. CSV and JSON hold its unit instead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Whether its values stand in percent.
    pub is_percent: bool,
    /// Whether its large values are counted in 万 and 亿.
    pub is_by_ten_thousands: bool,
    /// The unit behind them: `%`, `%/year`; `None` for plain numbers and conditions.
    pub unit: Option<String>,
}

impl Shown {
    /// In its own unit.
    pub fn plain(unit: Option<&str>) -> Shown {
        Shown { unit: unit.map(str::to_owned), ..Shown::default() }
    }

    /// An input of that unit as it is written: a plain number or a rate in percent where its text has percent.
    pub fn written(unit: Option<&str>, written: Written) -> Shown {
        let per = match unit {
            None => Some(""),
            Some(unit) => unit.strip_prefix('1').filter(|per| per.starts_with('/')),
        };
        let is_by_ten_thousands = written.is_by_ten_thousands;
        match per.filter(|_| written.is_percent) {
            Some(per) => {
                Shown { is_percent: true, is_by_ten_thousands, unit: Some(format!("%{per}")) }
            }
            None => Shown { is_by_ten_thousands, ..Shown::plain(unit) },
        }
    }

    /// A value in it, from a value in the quantity's own unit: by its decimal text, so that 0.07 is exactly 7 in percent.
    pub fn value(&self, value: f64) -> f64 {
        if self.is_percent && value.is_finite() {
            format!("{value}e2").parse().expect("a float's own text")
        } else {
            value
        }
    }

    /// The same of what may be no value.
    pub fn point(&self, point: Point) -> Point {
        match point {
            Point::Value(value) => Point::Value(self.value(value)),
            Point::Never | Point::Undefined => point,
        }
    }
}
