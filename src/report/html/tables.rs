//! The tables of the page, cell by cell.

use serde::Serialize;

use super::Dossier;
use super::amount::Amounts;
use super::answers::subject;
use super::prose::{Piece, Prose};
use crate::report::chart::small;
use crate::report::number::{self, Figure, Scale};
use crate::report::visible;
use crate::results::{InputRow, OutputResult, Point, Quantile, Statistics};

/// The table of percentiles.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Figures {
    /// `P5`, `P25`, …
    pub(super) heads: Vec<String>,
    pub(super) rows: Vec<FigureRow>,
    /// Whether any output may be never.
    pub(super) has_never: bool,
}

/// One output.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct FigureRow {
    pub(super) about: String,
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) base: Prose,
    pub(super) rank: Prose,
    pub(super) mean: Prose,
    pub(super) error: String,
    pub(super) cells: Vec<Prose>,
    pub(super) never: Prose,
    /// Whether it is of the trials in which it happens.
    pub(super) is_if_ever: bool,
}

/// One condition, or a time within a limit.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ChanceRow {
    pub(super) about: String,
    pub(super) probability: Prose,
    pub(super) interval: String,
    pub(super) base: &'static str,
}

/// One input.
#[derive(Debug, Clone, Serialize)]
pub(super) struct InputLine {
    /// `cloud_share`, and `[alibaba]` where it has labels: a line may break between them.
    pub(super) name: [String; 2],
    pub(super) about: String,
    pub(super) text: String,
    pub(super) unit: String,
    pub(super) base: String,
    /// P5, P50, P95; empty where it is fixed.
    pub(super) cells: Vec<String>,
    /// Safe: written by our own writer.
    pub(super) drawing: String,
    pub(super) origin: String,
    /// `high`, `medium`, `low` or nothing: a class of the style sheet.
    pub(super) level: &'static str,
    pub(super) confidence: &'static str,
}

/// `break_even[a]`.
pub(super) fn full_name(output: &OutputResult) -> String {
    let labels: Vec<&str> = output.index.values().map(String::as_str).collect();
    let name = match labels.is_empty() {
        true => output.name.clone(),
        false => format!("{}[{}]", output.name, labels.join(", ")),
    };
    visible(&name).into_owned()
}

/// Numbers and times.
pub(super) fn figures(dossier: &Dossier<'_>) -> Figures {
    let voice = dossier.voice();
    let mut table = Figures::default();
    for output in &dossier.result.outputs {
        let (number, time) = match &output.statistics {
            Statistics::Number(number) => (number, None),
            Statistics::Time(time) => (&time.number, Some(time)),
            Statistics::Probability(_) | Statistics::Series(_) => continue,
        };
        let unit = output.unit.as_deref();
        if table.heads.is_empty() {
            table.heads = number.quantiles.iter().map(|q| number::percentile_name(q.p)).collect();
        }
        let amounts = Amounts::of_number(number, unit, voice);
        let cells = |quantiles: &[Quantile], amounts: &Amounts<'_>| -> Vec<Prose> {
            quantiles.iter().map(|quantile| vec![amounts.quantile(quantile).plain()]).collect()
        };
        let (mean, error) = match number.mean {
            Some(mean) => {
                let (text, error) = number::mean_and_error_by(mean, number.mean_se, voice.counting);
                let error = voice.number(&error);
                (vec![Piece::figure(voice.number(&text), mean).plain()], error)
            }
            None => (Prose::new(), String::new()),
        };
        table.rows.push(FigureRow {
            about: subject(output),
            name: full_name(output),
            unit: unit.map_or_else(String::new, |unit| voice.unit(unit, false)),
            base: number
                .base
                .map_or_else(Prose::new, |base| vec![amounts.point(base.value).plain()]),
            rank: number
                .base
                .and_then(|base| base.rank)
                .map_or_else(Prose::new, |rank| vec![voice.share(rank).plain()]),
            mean,
            error,
            cells: cells(&number.quantiles, &amounts),
            never: time
                .and_then(|time| time.never)
                .map_or_else(Prose::new, |never| vec![voice.share(never.value).plain()]),
            is_if_ever: false,
        });
        if let Some(time) = time {
            table.has_never = true;
            if !time.quantiles_if_ever.is_empty() {
                let amounts = Amounts::of(&time.quantiles_if_ever, None, unit, voice);
                table.rows.push(FigureRow {
                    about: voice.words().row_if_ever.to_owned(),
                    cells: cells(&time.quantiles_if_ever, &amounts),
                    is_if_ever: true,
                    ..FigureRow::default()
                });
            }
        }
    }
    table
}

/// Conditions, and times within their limits.
pub(super) fn chances(dossier: &Dossier<'_>) -> Vec<ChanceRow> {
    let voice = dossier.voice();
    let words = voice.words();
    let holds = |base: Option<bool>| match base {
        Some(true) => words.holds_true,
        Some(false) => words.holds_false,
        None => words.undefined,
    };
    let mut rows = Vec::new();
    for output in &dossier.result.outputs {
        match &output.statistics {
            Statistics::Probability(summary) => {
                let Some(p) = summary.probability else { continue };
                let (text, interval) = number::percent_with_interval(p.value, p.low, p.high);
                rows.push(ChanceRow {
                    about: subject(output),
                    probability: vec![Piece::figure(text, p.value).plain()],
                    interval,
                    base: holds(summary.base),
                });
            }
            Statistics::Time(time) => {
                for within in &time.within {
                    let p = within.probability;
                    let (text, interval) = number::percent_with_interval(p.value, p.low, p.high);
                    let unit = output.unit.as_deref().unwrap_or("");
                    let limit = voice.exact(within.limit);
                    let unit = voice.unit(unit, limit != "1");
                    let base = match time.number.base.map(|base| base.value) {
                        Some(Point::Value(value)) => holds(Some(value <= within.limit)),
                        Some(Point::Never) => holds(Some(false)),
                        Some(Point::Undefined) | None => holds(None),
                    };
                    rows.push(ChanceRow {
                        about: format!("{} ≤ {limit} {unit}", subject(output)),
                        probability: vec![Piece::figure(text, p.value).plain()],
                        interval,
                        base,
                    });
                }
            }
            Statistics::Number(_) | Statistics::Series(_) => {}
        }
    }
    rows
}

/// The inputs.
pub(super) fn inputs(dossier: &Dossier<'_>) -> Vec<InputLine> {
    dossier.inputs.iter().map(|row| input(dossier, row)).collect()
}

fn input(dossier: &Dossier<'_>, row: &InputRow) -> InputLine {
    let voice = dossier.voice();
    let words = voice.words();
    let shown = |text: &Option<String>| {
        text.as_ref().map_or_else(String::new, |text| visible(text).into_owned())
    };
    let figure = |value: f64| Figure::computed(row.shown.value(value));
    let base = |write: &dyn Fn(f64) -> String| match row.shown.point(row.base) {
        Point::Value(value) => write(value),
        Point::Never => words.never.to_owned(),
        Point::Undefined => words.undefined.to_owned(),
    };
    let (base, cells) = if row.is_random {
        let figures: Vec<Figure> =
            row.percentiles.iter().copied().filter(|x| x.is_finite()).map(figure).collect();
        let scale = Scale::of(&figures).by(voice.counting);
        let write = |value: f64| match value.is_finite() {
            true => voice.number(&scale.write(figure(value))),
            false => words.undefined.to_owned(),
        };
        let base = base(&|value| voice.number(&scale.exact(value)));
        (base, row.percentiles.map(write).to_vec())
    } else {
        (base(&|value| voice.exact(value)), Vec::new())
    };
    let origin = match (&row.source, &row.date) {
        (Some(source), Some(date)) if !source.contains(date.as_str()) => {
            format!("{source} ({date})")
        }
        (Some(source), _) => source.clone(),
        (None, Some(date)) => date.clone(),
        (None, None) => String::new(),
    };
    let name = visible(&row.name).into_owned();
    InputLine {
        about: shown(&row.about),
        text: visible(&row.text).into_owned(),
        unit: row.shown.unit.as_ref().map_or_else(String::new, |unit| voice.unit(unit, false)),
        base,
        cells,
        drawing: row.outline.as_ref().map_or_else(String::new, |outline| small(&name, outline)),
        origin: visible(&origin).into_owned(),
        level: row.confidence.unwrap_or(""),
        confidence: match row.confidence {
            Some("high") => words.confidence_high,
            Some("medium") => words.confidence_medium,
            Some("low") => words.confidence_low,
            Some(_) | None => "",
        },
        name: match name.split_once('[') {
            Some((stem, labels)) => [stem.to_owned(), format!("[{labels}")],
            None => [name, String::new()],
        },
    }
}
