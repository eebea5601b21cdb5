//! Alternatives side by side: page, CSV and JSON (`outlay.compare/1`).

mod page;
mod rows;
mod wire;

pub use page::compare_memo;
pub use rows::compare_csv;
pub use wire::compare_json;

use super::json::finite;
use crate::analysis::{Comparison, Dominance, Pair, Side};
use crate::results::{Point, Provenance};

fn provenance(comparison: &Comparison) -> &Provenance {
    &comparison.alternatives[0].1.provenance
}

fn names<'a>(comparison: &'a Comparison, pair: &Pair) -> (&'a str, &'a str) {
    (&comparison.alternatives[pair.a].0, &comparison.alternatives[pair.b].0)
}

fn value(point: Point) -> Option<f64> {
    match point {
        Point::Value(value) => finite(value),
        Point::Never | Point::Undefined => None,
    }
}

fn interval(statistic: &crate::results::StatisticResult) -> (Option<f64>, Option<f64>) {
    statistic.interval.map_or((None, None), |(low, high)| (value(low), value(high)))
}

/// Who dominates in the first and in the second order; the first implies the second.
fn orders(dominance: Dominance) -> [Option<Side>; 2] {
    match dominance {
        Dominance::EveryTrial(side) | Dominance::First(side) => [Some(side); 2],
        Dominance::Second(side) => [None, Some(side)],
        Dominance::Neither | Dominance::NotFirst | Dominance::Unsure | Dominance::Same => [None; 2],
    }
}
