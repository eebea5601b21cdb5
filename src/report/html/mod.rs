//! A result as one page to hand on: a single HTML file that asks for nothing and needs no script.
//!
//! In: a [`Dossier`] of plain data. Out: a `String`. What a model says goes through the template's escaping or the
//! chart writer's, and through `visible`; the page's own policy forbids scripts, requests and any
//! style but its own, so that a mistake in either would still run nothing. Every figure of the result stands in a
//! `<data value>` with the number as the JSON has it.

mod amount;
mod answers;
mod drawings;
mod drivers;
mod prose;
mod tables;
mod verdicts;
mod words;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Value};
use serde::Serialize;
use sha2::{Digest, Sha256};

pub use answers::headlines;
pub use words::Language;

use super::number::Counting;
use super::{command, number, visible, visible_lines};
use crate::analysis::Swings;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::results::{
    CorrelationRow, Description, InputRow, OutputResult, Provenance, SimulationResult, Statistics,
};
use amount::Voice;
use answers::{Answer, answers};
use drawings::Drawing;
use prose::fill_text;
use tables::{ChanceRow, Figures, InputLine};
use verdicts::{CauseRow, CheckRow, CorrelationLine};
use words::Words;

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
/// The template's name: its extension switches escaping on.
const NAME: &str = "page.html";

/// All that a page tells.
#[derive(Debug, Clone, Copy)]
pub struct Dossier<'a> {
    /// What the run found, with outlines.
    pub result: &'a SimulationResult,
    /// The inputs, with outlines.
    pub inputs: &'a [InputRow],
    /// The correlations that the model states.
    pub correlations: &'a [CorrelationRow],
    /// How the outputs of [`headlines`] move with the inputs, where anything does.
    pub swings: Option<&'a Swings>,
    /// What the model says about itself.
    pub description: &'a Description,
    /// What compiling the model warned of.
    pub cautions: &'a Diagnostics,
    /// The language of the page.
    pub language: Language,
}

impl Dossier<'_> {
    /// How the page speaks. A page whose outputs are asked for in 万 or 亿 counts so throughout, in English too.
    fn voice(&self) -> Voice {
        let units = self.result.outputs.iter().filter_map(|output| output.unit.as_deref());
        let is_by_ten_thousands = units.into_iter().any(|unit| unit.contains(['万', '亿']));
        let counting = match self.language {
            Language::English if !is_by_ten_thousands => Counting::Thousands,
            Language::English | Language::Chinese => Counting::TenThousands,
        };
        Voice { language: self.language, counting }
    }
}

/// What the template is filled with.
#[derive(Serialize)]
struct Page<'a> {
    words: &'static Words,
    policy: Value,
    style: Value,
    title: String,
    about: String,
    source: String,
    facts: Vec<String>,
    assumptions: Vec<(&'static str, String)>,
    alert: String,
    answers: Vec<Answer>,
    cautions: Vec<Caution>,
    warnings: Vec<String>,
    checks: Vec<CheckRow>,
    drivers: Vec<Shown>,
    drivers_note: String,
    drivers_commands: Vec<String>,
    causes: Vec<CauseRow>,
    figures: Figures,
    figures_note: &'static str,
    over_time: Vec<Shown>,
    time_note: String,
    chances: Vec<Shown>,
    chance_rows: Vec<ChanceRow>,
    distributions: Vec<Shown>,
    inputs: Vec<(InputLine, Value)>,
    correlations: Vec<CorrelationLine>,
    certificate_note: String,
    certificate: Vec<(&'static str, String)>,
    command: String,
    texts: &'a [(String, String)],
}

/// What was noticed when the model was compiled.
#[derive(Serialize)]
struct Caution {
    text: String,
    code: String,
}

/// A chart that the template need not escape.
#[derive(Serialize)]
struct Shown {
    heading: String,
    drawing: Value,
    text: prose::Prose,
}

impl From<Drawing> for Shown {
    fn from(drawing: Drawing) -> Shown {
        let Drawing { heading, drawing, text } = drawing;
        Shown { heading, drawing: Value::from_safe_string(drawing), text }
    }
}

/// The page.
pub fn html(dossier: &Dossier<'_>) -> String {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("jinja's own delimiters"));
    environment.add_template(NAME, TEMPLATE).expect("the template is well formed");
    let template = environment.get_template(NAME).expect("it was added");
    let texts: Vec<(String, String)> = dossier
        .description
        .texts
        .iter()
        .map(|(name, text)| {
            (visible(name).into_owned(), visible_lines(&text.replace("\r\n", "\n")))
        })
        .collect();
    let page = page(dossier, &texts);
    template.render(Serde(page)).expect("every value that the template names is there")
}

fn page<'a>(dossier: &Dossier<'_>, texts: &'a [(String, String)]) -> Page<'a> {
    let Dossier { result, description, .. } = *dossier;
    let words = dossier.voice().words();
    let shown = |text: &Option<String>| {
        text.as_ref().map_or_else(String::new, |text| visible(text).into_owned())
    };
    let charts = |drawings: Vec<Drawing>| drawings.into_iter().map(Shown::from).collect();
    let inputs = tables::inputs(dossier).into_iter().map(|line| {
        let drawing = Value::from_safe_string(line.drawing.clone());
        (line, drawing)
    });
    Page {
        words,
        policy: Value::from_safe_string(policy()),
        style: Value::from_safe_string(STYLE.to_owned()),
        title: visible(&result.provenance.title).into_owned(),
        about: shown(&description.about),
        source: shown(&description.source),
        facts: facts(dossier),
        assumptions: assumptions(dossier),
        alert: alert(dossier),
        answers: answers(dossier),
        cautions: cautions(dossier),
        warnings: result.warnings.iter().map(|one| dossier.language.warning(one)).collect(),
        checks: verdicts::checks(dossier),
        drivers: charts(drivers::drivers(dossier)),
        drivers_note: dossier.swings.map_or_else(String::new, |swings| {
            fill_text(words.drivers_note, &[&number::grouped(swings.trials)])
        }),
        drivers_commands: drivers_commands(dossier),
        causes: verdicts::causes(dossier),
        figures: tables::figures(dossier),
        figures_note: words.figures_note,
        over_time: charts(drawings::over_time(dossier)),
        time_note: time_note(dossier),
        chances: charts(drawings::probabilities(dossier)),
        chance_rows: tables::chances(dossier),
        distributions: charts(drawings::distributions(dossier)),
        inputs: inputs.collect(),
        correlations: verdicts::correlations(dossier),
        certificate_note: fill_text(words.certificate_note, &[result.provenance.version]),
        certificate: certificate(dossier),
        command: visible(&command::line(&result.provenance, &percentiles(dossier))).into_owned(),
        texts,
    }
}

/// What compiling the model warned of, as a sentence each with what helps: as the terminal tells it, in English.
fn cautions(dossier: &Dossier<'_>) -> Vec<Caution> {
    let warnings = dossier.cautions.iter().filter(|one| one.severity() == Severity::Warning);
    let caution = |one: &Diagnostic| {
        let parts = std::iter::once(&one.message).chain(&one.notes).chain(&one.helps);
        let text = parts.map(String::as_str).collect::<Vec<_>>().join("; ");
        Caution { text: visible(&text).into_owned(), code: one.code.name().to_owned() }
    };
    warnings.map(caution).collect()
}

/// What gives the figures of the tornados again.
fn drivers_commands(dossier: &Dossier<'_>) -> Vec<String> {
    let Some(swings) = dossier.swings else { return Vec::new() };
    let provenance = Provenance {
        trials: swings.trials,
        trials_asked: swings.trials,
        design: "random",
        ..dossier.result.provenance.clone()
    };
    let command = |output: &str| {
        let options = vec![format!("--output {}", command::quoted(output))];
        visible(&command::of(&provenance, "sensitivity", options)).into_owned()
    };
    drivers::drawn(dossier).iter().map(|swings| command(&swings.output)).collect()
}

/// What may load and run: nothing but this very style sheet.
fn policy() -> String {
    let digest = Sha256::digest(STYLE.as_bytes());
    format!("default-src 'none'; style-src 'sha256-{}'", base64(&digest))
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
        let word = word << (8 * (3 - chunk.len()));
        for position in 0..4 {
            let index = (word >> (18 - 6 * position)) as usize & 63;
            out.push(if position <= chunk.len() { char::from(ALPHABET[index]) } else { '=' });
        }
    }
    out
}

/// The line below the title: trials, seed, timeline.
fn facts(dossier: &Dossier<'_>) -> Vec<String> {
    let words = dossier.language.words();
    let provenance = &dossier.result.provenance;
    let mut facts = vec![
        fill_text(words.trials, &[&number::grouped(provenance.trials)]),
        fill_text(words.seed, &[&provenance.seed.to_string()]),
        design(dossier).to_owned(),
    ];
    if let Some(timeline) = &dossier.description.timeline {
        let template = match timeline.step {
            "quarter" => words.timeline_quarter,
            "year" => words.timeline_year,
            _ => words.timeline_month,
        };
        let length = fill_text(template, &[&number::grouped(u64::from(timeline.steps) + 1)]);
        facts.push(match &timeline.start {
            Some(start) => fill_text(words.timeline_from, &[&length, start]),
            None => length,
        });
    }
    facts
}

fn design(dossier: &Dossier<'_>) -> &'static str {
    let words = dossier.language.words();
    match dossier.result.provenance.design {
        "latin" => words.design_latin,
        "sobol" => words.design_sobol,
        _ => words.design_random,
    }
}

/// The scenario and the overrides.
fn assumptions(dossier: &Dossier<'_>) -> Vec<(&'static str, String)> {
    let words = dossier.language.words();
    let provenance = &dossier.result.provenance;
    let scenario = provenance.scenario.iter().map(|name| {
        let text = match &dossier.description.scenario {
            Some(about) => format!("{name}: {about}"),
            None => name.clone(),
        };
        (words.scenario, visible(&text).into_owned())
    });
    let set = provenance
        .set
        .iter()
        .map(|(name, value)| (words.changed, visible(&format!("{name} = {value}")).into_owned()));
    scenario.chain(set).collect()
}

fn alert(dossier: &Dossier<'_>) -> String {
    let words = dossier.language.words();
    let provenance = &dossier.result.provenance;
    let (done, asked) = (provenance.trials, provenance.trials_asked);
    match done {
        _ if done >= asked => String::new(),
        0 => words.base_only.to_owned(),
        _ => fill_text(words.interrupted, &[&number::grouped(done), &number::grouped(asked)]),
    }
}

/// The percentiles of the first output that has any, of series too.
fn percentiles(dossier: &Dossier<'_>) -> Vec<f64> {
    fn of(statistics: &Statistics) -> Vec<f64> {
        match statistics {
            Statistics::Number(number) => number.quantiles.iter().map(|q| q.p).collect(),
            Statistics::Time(time) => time.number.quantiles.iter().map(|q| q.p).collect(),
            Statistics::Series(series) => {
                series.steps.first().map_or_else(Vec::new, |step| of(&step.statistics))
            }
            Statistics::Probability(_) => Vec::new(),
        }
    }
    let lists = dossier.result.outputs.iter().map(|output| of(&output.statistics));
    lists.into_iter().find(|list| !list.is_empty()).unwrap_or_default()
}

fn time_note(dossier: &Dossier<'_>) -> String {
    let mut list = percentiles(dossier);
    list.sort_by(f64::total_cmp);
    let share = match (list.first(), list.last()) {
        (Some(low), Some(high)) => number::exact(number::shifted(high - low, 2)),
        _ => return String::new(),
    };
    let has_fan = |output: &OutputResult| match &output.statistics {
        Statistics::Series(series) => series
            .steps
            .iter()
            .any(|step| matches!(step.statistics, Statistics::Number(_) | Statistics::Time(_))),
        Statistics::Number(_) | Statistics::Time(_) | Statistics::Probability(_) => false,
    };
    if !dossier.result.outputs.iter().any(has_fan) {
        return String::new();
    }
    let usual = [0.05, 0.25, 0.5, 0.75, 0.95];
    if list != usual {
        return String::new();
    }
    fill_text(dossier.language.words().time_note, &[&format!("{share} %")])
}

/// What reproduces the figures.
fn certificate(dossier: &Dossier<'_>) -> Vec<(&'static str, String)> {
    let words = dossier.language.words();
    let provenance = &dossier.result.provenance;
    let version = format!("outlay {} · {} {}", provenance.version, words.format, provenance.format);
    let mut rows = vec![
        (words.version, version),
        (words.model, visible(&provenance.file).into_owned()),
        (words.digest, provenance.digest.clone()),
        (words.seed_label, provenance.seed.to_string()),
        (words.design, design(dossier).to_owned()),
        (words.trials_label, number::grouped(provenance.trials)),
    ];
    rows.extend(assumptions(dossier));
    rows
}
