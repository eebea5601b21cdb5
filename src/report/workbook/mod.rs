//! A result as a workbook (.xlsx): a summary, a sheet an output with native charts, all figures, inputs, provenance.
//!
//! In: a result with its outlines, the inputs, the CSV and the JSON of the same. Out: bytes, which are a function of these.
//! This is the only folder that knows `rust_xlsxwriter`. Numbers stand in the cells as they stand in the JSON, and formats alone
//! make them readable: four digits, 万 and 亿 for large amounts of yuan, percent. Every text is written as a text: there is no formula
//! in a workbook, whatever a model says.
//! What is never stands as the word, and is left empty where a chart reads (a text would be drawn as 0).

mod book;
mod cells;
mod distribution;
mod format;
mod overview;
mod series;

use book::Book;

use super::command;
use super::tidy::{Tidy, origin};
use crate::results::{InputRow, OutputResult, SimulationResult, Statistics};

/// Sheets of their own for so many outputs: nobody leafs through more.
const MOST_SHEETS: usize = 60;
/// The row of the head of a table below a title.
const HEAD: u32 = 3;
/// The ink of charts: what is drawn, what is apart from it, and lines between.
const BLUE: u32 = 0x1F_5F_8B;
const PALE: u32 = 0x9E_C3_DC;
const ORANGE: u32 = 0xC7_5B_12;

/// The result as a workbook. `csv` and `json` are the same result in these formats.
pub fn workbook(result: &SimulationResult, inputs: &[InputRow], csv: &str, json: &str) -> Vec<u8> {
    let mut book = Book::new(&result.provenance.title);
    let drawn: Vec<&OutputResult> =
        result.outputs.iter().filter(|output| has_sheet(output)).collect();
    let names: Vec<(String, String)> = drawn
        .iter()
        .take(MOST_SHEETS)
        .map(|output| (shown(output), book.free_name(&shown(output))))
        .collect();
    book.summary(result, &names);
    book.probabilities(result);
    for (output, (_, sheet)) in drawn.iter().zip(&names) {
        match &output.statistics {
            Statistics::Series(series) => book.series(output, series, sheet),
            Statistics::Number(number) => book.distribution(output, number, None, sheet),
            Statistics::Time(time) => book.distribution(output, &time.number, Some(time), sheet),
            Statistics::Probability(_) => {}
        }
    }
    book.figures(&Tidy::read(csv));
    book.inputs(inputs);
    let mut facts = origin(json);
    facts.push((
        "outlay.command".to_owned(),
        command::line(&result.provenance, &percentiles(result)),
    ));
    let more = drawn.len().saturating_sub(MOST_SHEETS);
    let warnings = result.warnings.iter().map(ToString::to_string);
    let mut notes: Vec<String> = warnings.chain(result.notes.iter().cloned()).collect();
    if more > 0 {
        notes.push(format!("{more} outputs more have no sheet of their own: see Figures"));
    }
    book.provenance(&facts, &notes);
    book.bytes()
}

/// Any table of outlay's own CSV as a workbook; `json` is the same.
pub fn workbook_table(csv: &str, json: &str) -> Vec<u8> {
    let facts = origin(json);
    let title = facts.iter().find(|(key, _)| key == "outlay.model");
    let mut book = Book::new(title.map_or("outlay", |(_, title)| title));
    book.figures(&Tidy::read(csv));
    book.provenance(&facts, &[]);
    book.bytes()
}

/// Whether there is something to draw of it.
fn has_sheet(output: &OutputResult) -> bool {
    match &output.statistics {
        Statistics::Series(series) => !series.steps.is_empty(),
        Statistics::Number(_) | Statistics::Time(_) => output.outline.is_some(),
        Statistics::Probability(_) => false,
    }
}

/// `budget[alibaba]`.
fn shown(output: &OutputResult) -> String {
    let labels: Vec<&str> = output.index.values().map(String::as_str).collect();
    match labels.as_slice() {
        [] => output.name.clone(),
        labels => format!("{}[{}]", output.name, labels.join(", ")),
    }
}

/// Those that were asked for.
fn percentiles(result: &SimulationResult) -> Vec<f64> {
    let numbers = result.outputs.iter().filter_map(|output| match &output.statistics {
        Statistics::Number(number) => Some(number),
        Statistics::Time(time) => Some(&time.number),
        Statistics::Probability(_) | Statistics::Series(_) => None,
    });
    let mut quantiles = numbers.map(|number| &number.quantiles).filter(|list| !list.is_empty());
    quantiles.next().map_or_else(Vec::new, |list| list.iter().map(|one| one.p).collect())
}
