//! Figures of an output in both versions, and what each change contributes to their difference.

use super::shares::{in_order, made_to_add_up, shapley};
use super::{Attribution, Followed};
use crate::accumulate::ChannelKind;
use crate::results::{Point, StatisticResult};

/// A figure of an output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Figure {
    /// Its mean.
    Mean,
    /// The percentile with this probability of not being exceeded.
    Percentile(f64),
    /// The probability that it is below 0.
    Loss,
    /// The probability that it is never.
    Never,
    /// The probability that it holds.
    Holds,
}

impl Figure {
    /// The figures of an output.
    pub(super) fn all(kind: ChannelKind, percentiles: &[f64]) -> Vec<Figure> {
        let values = [Figure::Mean].into_iter();
        let values = values.chain(percentiles.iter().map(|&p| Figure::Percentile(p)));
        match kind {
            ChannelKind::Condition => vec![Figure::Holds],
            ChannelKind::Number => values.chain([Figure::Loss]).collect(),
            ChannelKind::Time => values.chain([Figure::Never]).collect(),
        }
    }

    /// Whether it is a share of the trials.
    pub fn is_share(self) -> bool {
        match self {
            Figure::Loss | Figure::Never | Figure::Holds => true,
            Figure::Mean | Figure::Percentile(_) => false,
        }
    }

    /// `P(npv < 0)`.
    pub(super) fn sentence(self, output: &str) -> String {
        match self {
            Figure::Mean => format!("mean({output})"),
            Figure::Percentile(p) => format!("p{}({output})", percent(p)),
            Figure::Loss => format!("P({output} < 0)"),
            Figure::Never => format!("P(never({output}))"),
            Figure::Holds => format!("P({output})"),
        }
    }
}

/// `2.5` for 0.025, by its decimal text.
fn percent(p: f64) -> f64 {
    let text = format!("{p:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{digits}e{}", exponent + 2).parse().unwrap_or(100.0 * p)
}

/// An output of both versions.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputDifference {
    /// Its name with its labels, as the new version has it.
    pub name: String,
    /// What it means.
    pub about: Option<String>,
    /// What its figures are in.
    pub unit: Option<String>,
    /// What its values are.
    pub kind: ChannelKind,
    /// Its figures.
    pub figures: Vec<FigureDifference>,
}

/// A figure of both versions.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureDifference {
    /// Which.
    pub figure: Figure,
    /// Of the old version, in the new one's unit.
    pub old: StatisticResult,
    /// Of the new version.
    pub new: StatisticResult,
    /// The new one less the old one; `None` where either is no number.
    pub total: Option<f64>,
    /// What each group of changes contributes: they add up to the total. `None` where the figure is no number in some
    /// hybrid of the versions.
    pub effects: Option<Vec<f64>>,
}

impl OutputDifference {
    /// Whether some figure is another one.
    pub fn has_moved(&self) -> bool {
        let is_same = |own: &FigureDifference| {
            own.old.value == own.new.value
                && own.effects.iter().flatten().all(|effect| *effect == 0.0)
        };
        !self.figures.iter().all(is_same)
    }
}

/// The outputs' differences from the runs of all sets of groups.
pub(super) fn outputs(
    followed: &[Followed],
    runs: &[Vec<StatisticResult>],
    n_groups: usize,
    attribution: Attribution,
) -> Vec<OutputDifference> {
    let mut position = 0;
    let mut found = Vec::new();
    for own in followed {
        let mut figures = Vec::new();
        for &figure in &own.figures {
            let of_runs: Vec<&StatisticResult> = runs.iter().map(|run| &run[position]).collect();
            figures.push(difference(figure, &of_runs, n_groups, attribution));
            position += 1;
        }
        found.push(OutputDifference {
            name: own.shown.clone(),
            about: own.about.clone(),
            unit: own.unit.clone(),
            kind: own.kind,
            figures,
        });
    }
    found
}

fn difference(
    figure: Figure,
    runs: &[&StatisticResult],
    n_groups: usize,
    attribution: Attribution,
) -> FigureDifference {
    let number = |result: &&StatisticResult| match result.value {
        Point::Value(value) => Some(value),
        Point::Never | Point::Undefined => None,
    };
    let (old, new) = (runs[0], runs[runs.len() - 1]);
    let mut total = number(&new).zip(number(&old)).map(|(new, old)| new - old);
    let values: Option<Vec<f64>> = runs.iter().map(number).collect();
    let mut effects = values.map(|values| match attribution {
        Attribution::Shapley => shapley(n_groups, &values),
        Attribution::InOrder => in_order(&values),
    });
    if let (Some(effects), Some(total)) = (&mut effects, &mut total) {
        *total = made_to_add_up(effects, *total);
    }
    FigureDifference { figure, old: old.clone(), new: new.clone(), total, effects }
}

/// A statistic in another unit.
pub(super) fn scaled(statistic: StatisticResult, factor: f64) -> StatisticResult {
    let point = |point: Point| match point {
        Point::Value(value) => Point::Value(value * factor),
        Point::Never | Point::Undefined => point,
    };
    StatisticResult {
        value: point(statistic.value),
        interval: statistic.interval.map(|(low, high)| (point(low), point(high))),
        ..statistic
    }
}

/// What the reader should know: trials without a value.
pub(super) fn warnings(followed: &[Followed], runs: &[Vec<StatisticResult>]) -> Vec<String> {
    let mut position = 0;
    let mut found = Vec::new();
    for own in followed {
        let ends = [&runs[0][position], &runs[runs.len() - 1][position]];
        if ends.iter().any(|end| end.undefined.count > 0) {
            found.push(format!(
                "`{}` is undefined in {} trials of the old version and {} of the new one: its figures are of the others",
                own.shown, ends[0].undefined.count, ends[1].undefined.count
            ));
        }
        position += own.figures.len();
    }
    found
}
