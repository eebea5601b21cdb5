//! What is compared: the outputs that all alternatives have, each in the unit of the first.

use super::Candidate;
use super::sums::defined;
use crate::Watched;
use crate::accumulate::ChannelKind;
use crate::model::Better;
use crate::results::{OutputResult, Point, SimulationResult, Statistics};

/// What is looked at in the trials of each alternative.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) about: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) kind: ChannelKind,
    pub(super) is_lower_better: bool,
    /// By alternative: what a value is multiplied by to stand in the unit of the first.
    pub(super) factors: Vec<f64>,
    pub(super) horizon: Option<f64>,
    pub(super) base: Vec<Point>,
}

impl Field {
    pub(super) fn sign(&self) -> f64 {
        if self.is_lower_better { -1.0 } else { 1.0 }
    }

    /// The values of each alternative in one unit, NaN where undefined.
    pub(super) fn columns(&self, raw: &[&Vec<f64>]) -> Vec<Vec<f64>> {
        let column = |(list, factor): (&&Vec<f64>, &f64)| {
            list.iter().map(|&value| defined(value * factor, self.kind)).collect()
        };
        raw.iter().zip(&self.factors).map(column).collect()
    }
}

/// The outputs that all alternatives have, and what to watch for them in each.
pub(super) fn fields(
    candidates: &[Candidate<'_>],
    only: &[String],
    warnings: &mut Vec<String>,
) -> (Vec<Field>, Vec<Vec<Watched>>) {
    let mut fields = Vec::new();
    let mut watched: Vec<Vec<Watched>> = vec![Vec::new(); candidates.len()];
    let Some(first) = candidates.first() else { return (fields, watched) };
    let bases: Vec<SimulationResult> =
        candidates.iter().map(|candidate| crate::base_case(candidate.model)).collect();
    for own in first.model.watched_outputs() {
        let name = own.name.split('[').next().unwrap_or_default().to_owned();
        let is_wanted = only.is_empty() || only.contains(&name);
        if own.is_series() || !is_wanted {
            continue;
        }
        let found: Vec<Option<(Watched, f64)>> = candidates
            .iter()
            .map(|candidate| {
                let other = candidate.model.watched_output(&own.name)?;
                let is_condition = |kind| kind == ChannelKind::Condition;
                let is_alike =
                    !other.is_series() && is_condition(other.kind) == is_condition(own.kind);
                let factor = candidate.model.unit_factor(&name, own.unit.as_deref())?;
                is_alike.then_some((other, factor))
            })
            .collect();
        if let Some(missing) = found.iter().position(Option::is_none) {
            let other = &candidates[missing];
            let reason = match other.model.watched_output(&own.name) {
                Some(_) => format!("is something else in `{}`", other.name),
                None => format!("is no output of `{}`", other.name),
            };
            warnings.push(format!("`{}` {reason}, and is not compared", own.name));
            continue;
        }
        let found: Vec<(Watched, f64)> = found.into_iter().flatten().collect();
        let is_lower = |candidate: &Candidate<'_>| {
            let mut outputs = candidate.model.model().outputs.iter();
            outputs.any(|output| output.name == name && output.better == Better::Lower)
        };
        let is_lower_better = is_lower(first);
        if candidates.iter().any(|candidate| is_lower(candidate) != is_lower_better) {
            let way = if is_lower_better { "less" } else { "more" };
            warnings.push(format!(
                "`{}` is not better the same way in all alternatives: {way} is taken as better, as in `{}`",
                own.name, first.name
            ));
        }
        let is_time = found.iter().any(|(other, _)| other.kind == ChannelKind::Time);
        let base = bases
            .iter()
            .zip(&found)
            .map(|(base, (_, factor))| base_of(base, &own.name, *factor))
            .collect();
        fields.push(Field {
            about: first
                .model
                .model()
                .outputs
                .iter()
                .find(|output| output.name == name)
                .and_then(|output| output.about.clone()),
            name: own.name,
            unit: own.unit,
            kind: if is_time { ChannelKind::Time } else { own.kind },
            is_lower_better,
            horizon: found
                .iter()
                .filter_map(|(other, factor)| Some(other.horizon? * factor))
                .reduce(f64::max),
            factors: found.iter().map(|(_, factor)| *factor).collect(),
            base,
        });
        for (list, (other, _)) in watched.iter_mut().zip(found) {
            list.push(other);
        }
    }
    (fields, watched)
}

/// The base case of an output, in the unit of the first alternative.
fn base_of(result: &SimulationResult, name: &str, factor: f64) -> Point {
    let mut outputs = result.outputs.iter();
    let found = outputs.find(|output| is_named(output, name));
    match found.map(|output| &output.statistics) {
        Some(Statistics::Number(number)) => scaled(number.base.map(|base| base.value), factor),
        Some(Statistics::Time(time)) => scaled(time.number.base.map(|base| base.value), factor),
        Some(Statistics::Probability(summary)) => match summary.base {
            Some(holds) => Point::Value(if holds { 1.0 } else { 0.0 }),
            None => Point::Undefined,
        },
        Some(Statistics::Series(_)) | None => Point::Undefined,
    }
}

/// Whether an output is called `budget[alibaba]`; several labels in any order.
fn is_named(output: &OutputResult, name: &str) -> bool {
    let (own, labels) = name.split_once('[').unwrap_or((name, ""));
    let mut labels: Vec<&str> = labels.trim_end_matches(']').split(", ").collect();
    labels.retain(|label| !label.is_empty());
    labels.sort_unstable();
    let mut known: Vec<&str> = output.index.values().map(String::as_str).collect();
    known.sort_unstable();
    output.name == own && labels == known
}

fn scaled(point: Option<Point>, factor: f64) -> Point {
    match point {
        Some(Point::Value(value)) => Point::Value(value * factor),
        Some(other) => other,
        None => Point::Undefined,
    }
}

pub(super) fn as_float(point: Point) -> f64 {
    match point {
        Point::Value(value) => value,
        Point::Never => f64::INFINITY,
        Point::Undefined => f64::NAN,
    }
}
