//! Which charts a result has, and the words in them.

use serde::Serialize;

use super::Dossier;
use super::answers::{subject, told};
use super::prose::{Piece, Prose, fill_text, text_of};
use crate::report::chart::{
    Band, Bar, DistributionChart, FanChart, Mark, RiseChart, Ticks, bars, distribution, fan, rise,
};
use crate::report::number;
use crate::report::series::shown_steps;
use crate::results::{
    Outline, OutputResult, Point, Quantile, SeriesSummary, Statistics, TimeSummary,
};

/// A chart under its heading.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Drawing {
    pub(super) heading: String,
    /// Safe: written by our own writer.
    pub(super) drawing: String,
    pub(super) text: Prose,
}

/// Names along an axis of time, at most.
const MOST_STEPS: usize = 7;
/// Numbers along an axis, at most.
const MOST_TICKS: usize = 6;

/// The distributions of all numbers and times.
pub(super) fn distributions(dossier: &Dossier<'_>) -> Vec<Drawing> {
    let with_outline = dossier.result.outputs.iter().filter_map(|output| {
        let outline = output.outline.as_ref()?;
        // One value alone is no distribution.
        (outline.low < outline.high).then(|| of_distribution(dossier, output, outline))
    });
    with_outline.collect()
}

fn of_distribution(dossier: &Dossier<'_>, output: &OutputResult, outline: &Outline) -> Drawing {
    let voice = dossier.voice();
    let words = voice.words();
    let heading = subject(output);
    let (summary, never) = match &output.statistics {
        Statistics::Time(time) => (Some(&time.number), time.never.map(|never| never.value)),
        Statistics::Number(number) => (Some(number), None),
        Statistics::Probability(_) | Statistics::Series(_) => (None, None),
    };
    let trials = dossier.result.provenance.trials;
    let (_, text) = told(output, voice, trials).unwrap_or_default();
    let marks = summary.map_or_else(Vec::new, |number| marks(&number.quantiles));
    let base = summary.and_then(|number| number.base).and_then(|base| value(base.value));
    let unit = output.unit.as_deref().unwrap_or("");
    let range = (outline.low, outline.high);
    let ticks = voice.ticks(match unit {
        "month" => Ticks::months(range, MOST_TICKS),
        _ if is_whole(outline) => Ticks::whole(range, MOST_TICKS),
        _ => Ticks::new(range, MOST_TICKS),
    });
    let never_share = never.filter(|never| *never > 0.0).map(number::percent);
    let description = text_of(&text);
    let drawing = distribution(&DistributionChart {
        title: &heading,
        description: &description,
        outline,
        marks: &marks,
        base,
        base_name: words.base,
        unit: &voice.unit(unit, true),
        never: never_share.as_deref().map(|share| (words.never, share)),
        ticks,
    });
    Drawing { heading, drawing, text }
}

/// Whether there are whole numbers alone, so that a half would be no value.
fn is_whole(outline: &Outline) -> bool {
    outline.bars.is_empty() && outline.atoms.iter().all(|atom| atom.0.fract() == 0.0)
}

/// The percentiles, the more telling ones first.
fn marks(quantiles: &[Quantile]) -> Vec<Mark> {
    let mut order: Vec<&Quantile> = quantiles.iter().collect();
    order.sort_by(|a, b| a.p.total_cmp(&b.p));
    let n = order.len();
    let rank = |at: usize| {
        let from_end = at.min(n - 1 - at);
        if (order[at].p - 0.5).abs() < 1e-9 {
            0
        } else {
            u8::try_from(from_end + 1).unwrap_or(u8::MAX)
        }
    };
    order
        .iter()
        .enumerate()
        .filter_map(|(at, quantile)| {
            let name = number::percentile_name(quantile.p);
            Some(Mark { name, value: value(quantile.value)?, rank: rank(at) })
        })
        .collect()
}

fn value(point: Point) -> Option<f64> {
    if let Point::Value(value) = point { Some(value) } else { None }
}

/// Fans of the series, and how the probability of each time rises.
pub(super) fn over_time(dossier: &Dossier<'_>) -> Vec<Drawing> {
    let mut drawings = Vec::new();
    for output in &dossier.result.outputs {
        match &output.statistics {
            Statistics::Series(series) => drawings.extend(of_series(dossier, output, series)),
            Statistics::Time(time) => drawings.extend(of_time(dossier, output, time)),
            Statistics::Number(_) | Statistics::Probability(_) => {}
        }
    }
    // Money first.
    drawings.sort_by_key(|(is_time, _)| *is_time);
    drawings.into_iter().map(|(_, drawing)| drawing).collect()
}

fn of_series(
    dossier: &Dossier<'_>,
    output: &OutputResult,
    series: &SeriesSummary,
) -> Option<(bool, Drawing)> {
    let voice = dossier.voice();
    let words = voice.words();
    let heading = subject(output);
    let mut bands: Vec<Band> = Vec::new();
    let mut base = Vec::new();
    let mut is_condition = false;
    for step in &series.steps {
        let number = match &step.statistics {
            Statistics::Number(number) => number,
            Statistics::Time(time) => &time.number,
            Statistics::Probability(summary) => {
                is_condition = true;
                if bands.is_empty() {
                    bands.push(Band { name: String::new(), p: 0.5, values: Vec::new() });
                }
                bands[0].values.push(summary.probability.map(|p| p.value));
                continue;
            }
            Statistics::Series(_) => continue,
        };
        if bands.is_empty() {
            bands = number
                .quantiles
                .iter()
                .map(|q| Band { name: number::percentile_name(q.p), p: q.p, values: Vec::new() })
                .collect();
        }
        for (band, quantile) in bands.iter_mut().zip(&number.quantiles) {
            band.values.push(value(quantile.value));
        }
        base.push(number.base.and_then(|base| value(base.value)));
    }
    bands.sort_by(|a, b| a.p.total_cmp(&b.p));
    if series.steps.len() < 2 || bands.iter().all(|band| band.values.iter().all(Option::is_none)) {
        return None;
    }
    let steps = shown_steps(series.steps.len(), MOST_STEPS).into_iter();
    let n_steps = series.steps.len();
    let is_near_end = |step: usize| step + 1 < n_steps && n_steps - 1 - step < n_steps / 10;
    let steps = steps
        .filter(|step| !is_near_end(*step))
        .map(|step| (step, series.steps[step].label.clone().unwrap_or_else(|| step.to_string())))
        .collect();
    let unit = output.unit.as_deref().unwrap_or("");
    let unit = voice.unit(unit, true);
    // Steps that have names of their own say when they are.
    let is_named = series.steps.iter().any(|step| step.label.is_some());
    let step_unit = dossier.description.timeline.as_ref().filter(|_| !is_named);
    let step_unit = step_unit.map_or_else(String::new, |timeline| voice.unit(timeline.step, true));
    let mut values = bands.iter().flat_map(|band| &band.values).chain(&base).flatten();
    let is_whole = values.all(|value| value.fract() == 0.0);
    let text = last_step(dossier, output, series);
    let description = text_of(&text);
    let drawing = fan(&FanChart {
        title: &heading,
        description: &description,
        bands: &bands,
        base,
        base_name: words.base,
        unit: &unit,
        steps,
        step_unit: &step_unit,
        ticks: &|range, most| match (is_condition, is_whole) {
            (true, _) => Ticks::shares(1.0, most),
            (false, true) => voice.ticks(Ticks::whole(range, most)),
            (false, false) => voice.ticks(Ticks::new(range, most)),
        },
        least: is_condition.then_some((0.0, 1.0)),
    });
    Some((false, Drawing { heading, drawing, text }))
}

/// What a series comes to at its end, in words.
fn last_step(dossier: &Dossier<'_>, output: &OutputResult, series: &SeriesSummary) -> Prose {
    let Some(step) = series.steps.last() else { return Prose::new() };
    let last =
        OutputResult { statistics: step.statistics.clone(), outline: None, ..output.clone() };
    let trials = dossier.result.provenance.trials;
    let length = dossier.description.timeline.as_ref().map(|timeline| timeline.step);
    let at = step.step as usize;
    let label = step.label.clone().unwrap_or_else(|| dossier.voice().step(at, length));
    let Some((_, text)) = told(&last, dossier.voice(), trials) else { return Prose::new() };
    let colon = dossier.voice().words().colon;
    [vec![Piece::text(&label), Piece::text(colon)], text].concat()
}

fn of_time(
    dossier: &Dossier<'_>,
    output: &OutputResult,
    time: &TimeSummary,
) -> Option<(bool, Drawing)> {
    let voice = dossier.voice();
    let words = voice.words();
    let outline = output.outline.as_ref()?;
    let never = time.never?;
    let unit = output.unit.as_deref().unwrap_or("");
    // The horizon is told in steps: it is the axis' end where time is shown in them.
    let horizon = dossier.description.timeline.as_ref().filter(|timeline| timeline.step == unit);
    let end = horizon.map_or(outline.high, |timeline| f64::from(timeline.steps)).max(outline.high);
    let marks: Vec<(f64, f64, String)> = time
        .within
        .iter()
        .filter(|within| within.limit <= end)
        .map(|within| {
            let p = within.probability;
            let (text, _) = number::percent_with_interval(p.value, p.low, p.high);
            (within.limit, p.value, text)
        })
        .collect();
    let heading = fill_text(words.paid_back, &[&subject(output)]);
    let trials = dossier.result.provenance.trials;
    let (_, text) = told(output, voice, trials).unwrap_or_default();
    let never_text = fill_text(words.never_label, &[&number::percent(never.value)]);
    let ticks = if unit == "month" { Ticks::months } else { Ticks::new };
    let drawing = rise(&RiseChart {
        title: &heading,
        description: &text_of(&text),
        points: &outline.curve,
        is_stepped: outline.bars.is_empty(),
        end,
        marks: &marks,
        never: if never.value > 0.0 { &never_text } else { "" },
        unit: &voice.unit(unit, true),
        ticks: ticks((0.0, end), MOST_STEPS),
    });
    Some((true, Drawing { heading, drawing, text }))
}

/// Bars of the conditions: one chart for each that varies by index, one for all others.
pub(super) fn probabilities(dossier: &Dossier<'_>) -> Vec<Drawing> {
    let words = dossier.voice().words();
    let mut drawings = Vec::new();
    let mut single: Vec<Bar> = Vec::new();
    let mut groups: Vec<(&OutputResult, Vec<Bar>)> = Vec::new();
    for output in &dossier.result.outputs {
        let Statistics::Probability(summary) = &output.statistics else { continue };
        let share = summary.probability.map(|p| p.value);
        let text = summary.probability.map_or_else(
            || words.undefined.to_owned(),
            |p| number::percent_with_interval(p.value, p.low, p.high).0,
        );
        if output.index.is_empty() {
            single.push(Bar { label: subject(output), share, text });
            continue;
        }
        let labels: Vec<&str> = output.index.values().map(String::as_str).collect();
        let bar = Bar { label: labels.join(", "), share, text };
        match groups.last_mut() {
            Some((first, bars)) if first.name == output.name => bars.push(bar),
            _ => groups.push((output, vec![bar])),
        }
    }
    let described = |bars: &[Bar]| -> String {
        let parts: Vec<String> =
            bars.iter().map(|bar| format!("{} {}", bar.label, bar.text)).collect();
        parts.join("; ")
    };
    for (output, group) in &groups {
        let about = output.about.as_ref().unwrap_or(&output.name);
        let heading = crate::report::visible(about).into_owned();
        let drawing = bars(&heading, &described(group), group);
        drawings.push(Drawing { heading, drawing, text: Prose::new() });
    }
    if !single.is_empty() {
        let drawing = bars(words.chances, &described(&single), &single);
        drawings.push(Drawing { heading: String::new(), drawing, text: Prose::new() });
    }
    drawings
}
