//! What a page tells besides figures: whether the model's checks hold, why trials have no value, what is correlated.

use serde::Serialize;

use super::Dossier;
use super::answers::subject;
use super::prose::{Piece, Prose};
use super::tables::full_name;
use super::words::Words;
use crate::report::number;
use crate::report::statistics::estimate_cells_by;
use crate::report::visible;
use crate::results::{Point, Statistics, Undefined, Verdict, Withheld};

/// A check of the model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct CheckRow {
    about: String,
    name: String,
    text: String,
    estimate: Prose,
    interval: String,
    unit: String,
    /// `holds`, `fails`, `unsure`: a class of the style sheet.
    level: &'static str,
    verdict: &'static str,
}

/// Trials of an output without a value, of one cause.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct CauseRow {
    about: String,
    name: String,
    cause: String,
    count: Prose,
    share: String,
    first: Prose,
}

/// Two inputs that are correlated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct CorrelationLine {
    inputs: [String; 2],
    coefficient: String,
    measure: &'static str,
    copula: String,
    by_step: bool,
}

/// The checks.
pub(super) fn checks(dossier: &Dossier<'_>) -> Vec<CheckRow> {
    let voice = dossier.voice();
    let words = voice.words();
    let checks = dossier.result.checks.iter();
    checks
        .map(|check| {
            let (estimate, interval) = estimate_cells_by(&check.statistic, voice.counting);
            let estimate = match check.statistic.value {
                Point::Value(value) => Piece::figure(voice.number(&estimate), value).plain(),
                Point::Never => Piece::text(words.never),
                Point::Undefined => Piece::text(words.undefined),
            };
            let interval = match check.statistic.interval {
                Ok(_) => interval
                    .split(" – ")
                    .map(|end| voice.number(end))
                    .collect::<Vec<_>>()
                    .join(" – "),
                Err(Withheld::HeavyTail) => words.withheld_tail.to_owned(),
                Err(Withheld::TooFew(_)) => words.withheld_few.to_owned(),
                Err(Withheld::Undefined) => String::new(),
            };
            let verdict = check.verdict();
            CheckRow {
                about: visible(check.about.as_ref().unwrap_or(&check.name)).into_owned(),
                name: visible(&check.name).into_owned(),
                text: visible(&check.statistic.text).into_owned(),
                estimate: vec![estimate],
                interval,
                unit: check
                    .statistic
                    .unit
                    .as_ref()
                    .map_or_else(String::new, |unit| voice.unit(unit, true)),
                level: verdict.name(),
                verdict: match verdict {
                    Verdict::Holds => words.verdict_holds,
                    Verdict::Fails => words.verdict_fails,
                    Verdict::Unsure => words.verdict_unsure,
                },
            }
        })
        .collect()
}

/// Why trials have no value, of the outputs that are no series.
pub(super) fn causes(dossier: &Dossier<'_>) -> Vec<CauseRow> {
    let voice = dossier.voice();
    let trials = dossier.result.provenance.trials;
    let mut rows = Vec::new();
    for output in &dossier.result.outputs {
        let undefined: &Undefined = match &output.statistics {
            Statistics::Number(number) => &number.undefined,
            Statistics::Time(time) => &time.number.undefined,
            Statistics::Probability(probability) => &probability.undefined,
            Statistics::Series(_) => continue,
        };
        for (cause, &count) in undefined.causes.iter().filter(|_| trials > 0) {
            let whole = |n: u64| vec![Piece::figure(number::grouped(n), n as f64).plain()];
            rows.push(CauseRow {
                about: subject(output),
                name: full_name(output),
                cause: cause_words(cause, voice.words()).to_owned(),
                count: whole(count),
                share: number::percent(count as f64 / trials as f64),
                first: undefined.first_trials.get(cause).map_or_else(Prose::new, |&n| whole(n)),
            });
        }
    }
    rows
}

/// A cause in words; by its code where it has none.
fn cause_words<'a>(cause: &'a str, words: &'a Words) -> &'a str {
    match cause {
        "irr_none" => words.cause_irr_none,
        "irr_several" => words.cause_irr_several,
        "division_by_zero" => words.cause_division,
        "out_of_domain" => words.cause_domain,
        "overflow" => words.cause_overflow,
        "beyond_horizon" => words.cause_horizon,
        "impossible_parameters" => words.cause_parameters,
        "arithmetic" => words.cause_arithmetic,
        other => other,
    }
}

/// The correlations that the model states.
pub(super) fn correlations(dossier: &Dossier<'_>) -> Vec<CorrelationLine> {
    let words = dossier.voice().words();
    let rows = dossier.correlations.iter();
    rows.map(|row| CorrelationLine {
        inputs: row.inputs.clone().map(|name| visible(&name).into_owned()),
        coefficient: dossier.voice().exact(row.coefficient),
        measure: match row.measure {
            "Pearson" => words.measure_pearson,
            _ => words.measure_spearman,
        },
        copula: row.copula.clone(),
        by_step: row.is_by_step,
    })
    .collect()
}
