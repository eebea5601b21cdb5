//! `outlay run`: opens the files, compiles, runs, and writes the result everywhere it is wanted.

use std::time::Duration;

use super::args::{Format, RunArgs};
use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::output::OutputFile;
use super::progress::{self, Watch};
use super::settings::{Mode, Settings};
use super::terminal::Terminal;
use super::{interrupt, load};
use crate::Compiled;
use crate::report::{self, Look};
use crate::results::QuantityRow;
use crate::results::{SimulationResult, Verdict};

/// What was computed.
struct Findings {
    result: SimulationResult,
    /// Every quantity, where they were asked for.
    quantities: Option<Vec<QuantityRow>>,
    /// How long it took; `None` for the base case.
    elapsed: Option<Duration>,
    /// Whether the outputs are drawn below the table.
    is_drawn: bool,
}

/// Runs a model and reports.
pub(super) fn run(args: &RunArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    let settings = Settings::new(args)?;
    interrupt::listen();
    let files = settings
        .outputs
        .iter()
        .map(|(path, format)| OutputFile::open(path, *format, settings.is_forced))
        .collect::<Result<Vec<OutputFile>, Failure>>()?;
    let model = load::compile(&settings.request, terminal)?;
    let findings = findings(&model, &settings, terminal);
    // The table has them itself.
    if settings.format != Format::Table {
        terminal.warn(&findings.result.warnings);
        for note in &findings.result.notes {
            terminal.note(&format!("note: {note}"));
        }
    }
    terminal.print(&findings.text(settings.format, terminal.look))?;
    for file in files {
        let text = findings.text(file.format, Look::default());
        file.write(&text)?;
    }
    Ok(findings.conclude(terminal))
}

fn findings(model: &Compiled, settings: &Settings, terminal: &Terminal) -> Findings {
    match settings.mode {
        Mode::Simulate => {
            let watch = Watch::start(
                settings.run.layout().trials(),
                terminal.is_watched && !terminal.is_quiet,
            );
            let result = crate::run(model, &settings.run, &watch);
            let elapsed = Some(watch.finish());
            let is_drawn = settings.run.has_outlines;
            Findings { result, quantities: None, elapsed, is_drawn }
        }
        Mode::Base => Findings {
            result: crate::base_case(model),
            quantities: None,
            elapsed: None,
            is_drawn: false,
        },
        Mode::BaseAll => {
            let quantities = Some(crate::quantities(model));
            Findings { result: crate::base_case(model), quantities, elapsed: None, is_drawn: false }
        }
    }
}

impl Findings {
    fn text(&self, format: Format, look: Look) -> String {
        // A millisecond is as exact as a clock on a busy machine.
        let elapsed = self.elapsed.map(|elapsed| (elapsed.as_secs_f64() * 1e3).round() / 1e3);
        let provenance = &self.result.provenance;
        match (format, &self.quantities) {
            (Format::Table, None) => {
                // Outlines are there where plots were asked for.
                let plots =
                    if self.is_drawn { report::plot(&self.result, look) } else { String::new() };
                report::table_with(&report::memo(&self.result), &plots, look)
            }
            (Format::Markdown, None) => report::markdown(&report::memo(&self.result)),
            (Format::Json, None) => report::json(&self.result, elapsed),
            (Format::Csv, None) => report::csv(&self.result),
            (Format::Table, Some(rows)) => {
                report::table(&report::quantities_memo(&self.result, rows), look)
            }
            (Format::Markdown, Some(rows)) => {
                report::markdown(&report::quantities_memo(&self.result, rows))
            }
            (Format::Json, Some(rows)) => report::quantities_json(provenance, rows),
            (Format::Csv, Some(rows)) => report::quantities_csv(provenance, rows),
        }
    }

    /// Says how fast it was, and how it ends.
    fn conclude(&self, terminal: &Terminal) -> Exit {
        let provenance = &self.result.provenance;
        if let Some(elapsed) = self.elapsed {
            terminal.note(&progress::speed(provenance.trials, elapsed));
        }
        let verdict = judge(&self.result, terminal);
        match provenance.trials < provenance.trials_asked {
            true if interrupt::is_asked() => Exit::Interrupted,
            true => Exit::Partial,
            // A limit that is broken matters more than a digit that is missing.
            false if verdict == Exit::Done && !self.result.is_converged() => Exit::Partial,
            false => verdict,
        }
    }
}

/// Tells which checks fail, and gives the exit code.
pub(super) fn judge(result: &SimulationResult, terminal: &Terminal) -> Exit {
    let mut exit = Exit::Done;
    for check in result.checks.iter().filter(|check| check.verdict() == Verdict::Fails) {
        exit = Exit::Check;
        let (estimate, _) = report::estimate_cells(&check.statistic);
        let unit = check.statistic.unit.as_ref().map_or(String::new(), |unit| format!(" {unit}"));
        let message = format!(
            "check `{}` fails: `{}`, and it is {estimate}{unit}",
            check.name, check.statistic.text
        );
        terminal.fail(&Failure { exit, message, helps: Vec::new() });
    }
    exit
}
