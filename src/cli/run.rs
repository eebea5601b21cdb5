//! `outlay run`: opens the files, compiles, runs, and writes the result everywhere it is wanted.

use std::time::Duration;

use super::analysis::opened;
use super::args::{Format, RunArgs};
use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::output::OutputFile;
use super::progress::{self, Watch};
use super::settings::{FileFormat, Mode, Settings, TrialsFile};
use super::terminal::Terminal;
use super::{interrupt, load};
use crate::report::{self, Look, Memo};
use crate::results::{Provenance, QuantityRow, SimulationResult, Verdict};
use crate::{Compiled, NoTable, TrialTable};

/// What was computed.
struct Findings {
    result: SimulationResult,
    /// Every quantity, where they were asked for.
    quantities: Option<Vec<QuantityRow>>,
    /// How long it took; `None` for the base case.
    elapsed: Option<Duration>,
    /// Whether the outputs are drawn below the table.
    is_drawn: bool,
    /// The outputs asked for; all, if none is named.
    only: Vec<String>,
}

/// Runs a model and reports.
pub(super) fn run(args: &RunArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    let settings = Settings::new(args)?;
    interrupt::listen();
    let files = opened(settings.outputs.clone(), settings.is_forced)?;
    let trials_file = match &settings.trials {
        Some(trials) => Some(OutputFile::open(&trials.path, settings.is_forced)?),
        None => None,
    };
    let model = load::compile(&settings.request, terminal)?;
    if settings.outputs.iter().any(|(_, format)| *format == FileFormat::Hgrm) {
        check_one_distribution(&model, &settings.request.only)?;
    }
    let table = match &settings.trials {
        Some(trials) => Some(trials_table(&model, trials, terminal)?),
        None => None,
    };
    let findings = findings(&model, &settings, terminal);
    // The table has them itself.
    if settings.format != Format::Table {
        terminal.warn(&findings.result.warnings);
        for note in &findings.result.notes {
            terminal.note(&format!("note: {note}"));
        }
    }
    terminal.print(&findings.text(settings.format, terminal.look))?;
    for (file, format) in files {
        let text = |format| findings.text(format, Look::default());
        match format {
            FileFormat::Text(format) => file.write(text(format))?,
            FileFormat::Parquet => {
                file.write(report::parquet_table(&text(Format::Csv), &text(Format::Json)))?;
            }
            FileFormat::Workbook => {
                let (csv, json) = (text(Format::Csv), text(Format::Json));
                match findings.quantities {
                    Some(_) => file.write(report::workbook_table(&csv, &json))?,
                    None => {
                        let inputs = crate::inputs(&model);
                        let result = &findings.result;
                        file.write(report::workbook(result, &inputs, &csv, &json))?;
                    }
                }
            }
            FileFormat::Hgrm => {
                let text = report::hgrm(&findings.result);
                file.write(text.map_err(|names| not_one_distribution(&names))?)?;
            }
            FileFormat::Hlog => {
                let path = file.shown();
                let (text, left_out) = report::hlog(&findings.result).map_err(|names| {
                    Failure::failed(format!(
                        "{path} cannot hold negative values: {}",
                        names.join(", ")
                    ))
                    .help(".hgrm can, one output a file")
                })?;
                if !left_out.is_empty() {
                    let names = left_out.join(", ");
                    terminal
                        .note(&format!("note: {path} is without {names}, which can be negative"));
                }
                file.write(text)?;
            }
        }
    }
    if let (Some(table), Some(file), Some(asked)) = (table, trials_file, &settings.trials) {
        write_trials(&table, file, asked, &settings, &findings.result.provenance, terminal)?;
    }
    Ok(findings.conclude(terminal))
}

/// That just one output has a distribution.
fn check_one_distribution(model: &Compiled, only: &[String]) -> Result<(), Failure> {
    let is_asked = |name: &str| {
        let name = name.split('[').next().unwrap_or_default();
        only.is_empty() || only.iter().any(|wanted| wanted == name)
    };
    let outputs = model.watched_outputs().into_iter();
    let names: Vec<String> = outputs
        .filter(|output| is_asked(&output.name))
        .filter(|output| report::is_in_hdr(output.kind, output.is_series()))
        .map(|output| output.name)
        .collect();
    if names.len() == 1 { Ok(()) } else { Err(not_one_distribution(&names)) }
}

/// Why there is no `.hgrm`.
fn not_one_distribution(names: &[String]) -> Failure {
    match names {
        [] => Failure::usage("a .hgrm is of one number or time, and there is none")
            .help("a figure of a series can be one: make it an output, for example last(NAME)"),
        [first, ..] => {
            let failure = Failure::usage(format!(
                "a .hgrm is of one number or time, and there are {}",
                names.len()
            ));
            match first.split_once('[') {
                None => failure.help(format!("choose one: --only {first}")),
                Some((name, _)) => failure.help(format!(
                    "choose one with --only; of `{name}` make one label an output: {first}"
                )),
            }
        }
    }
}

/// The columns of `--trials-out`, and a note on what is not among them.
fn trials_table(
    model: &Compiled,
    asked: &TrialsFile,
    terminal: &Terminal,
) -> Result<TrialTable, Failure> {
    let table = TrialTable::new(model, &asked.columns).map_err(|reason| no_table(&reason))?;
    let file = asked.path.display();
    if let [first, others @ ..] = table.left_out.as_slice() {
        let more = if others.is_empty() { "" } else { ", …" };
        let verb = if others.is_empty() { "is a series and not" } else { "are series and not" };
        terminal.note(&format!(
            "note: {first}{more} {verb} in {file}: with --only {first}{more} it has a column a step"
        ));
    }
    Ok(table)
}

/// Why there is no table of trials, with what to do.
fn no_table(reason: &NoTable) -> Failure {
    let failure = Failure::usage(reason.to_string());
    match reason {
        NoTable::UnknownInput { nearest: Some(near), .. } => {
            failure.help(format!("did you mean `{near}`?"))
        }
        NoTable::UnknownInput { nearest: None, .. } => failure.help(
            "`outlay check MODEL` lists the inputs; --trials-inputs all takes the random ones",
        ),
        NoTable::NoInput(name) => failure
            .help(format!("make it an output of the model to have it as a column: {name} = {{}}")),
        NoTable::Series(name) => {
            failure.help(format!("a series that is named has a column a step: --only {name}"))
        }
        NoTable::TooWide(_) => failure
            .help("choose outputs with --only, or reduce them over the index or the timeline"),
        NoTable::TooLarge => failure.help("choose fewer outputs with --only"),
    }
}

/// The same trials once more, into a file.
fn write_trials(
    table: &TrialTable,
    mut file: OutputFile,
    asked: &TrialsFile,
    settings: &Settings,
    provenance: &Provenance,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let path = asked.path.display();
    if !interrupt::is_asked() {
        let watch = Watch::start(provenance.trials, terminal.is_watched && !terminal.is_quiet);
        let written =
            report::write_trials(table, &settings.run, provenance, asked.format, &watch, &mut file);
        watch.finish();
        if written.map_err(|error| file.failure(&error))? {
            file.finish()?;
            let (rows, columns) = (report::grouped(provenance.trials), table.columns.len() + 1);
            terminal.note(&format!("wrote {path}: {rows} rows, {columns} columns"));
            return Ok(());
        }
    }
    terminal.note(&format!("note: {path} is not written, for the run was interrupted"));
    Ok(())
}

fn findings(model: &Compiled, settings: &Settings, terminal: &Terminal) -> Findings {
    let only = settings.request.only.clone();
    match settings.mode {
        Mode::Simulate => {
            let watch = Watch::start(
                settings.run.layout().trials(),
                terminal.is_watched && !terminal.is_quiet,
            );
            let result = crate::run(model, &settings.run, &watch);
            let elapsed = Some(watch.finish());
            Findings { result, quantities: None, elapsed, is_drawn: settings.is_drawn, only }
        }
        Mode::Base => Findings {
            result: crate::base_case(model),
            quantities: None,
            elapsed: None,
            is_drawn: false,
            only,
        },
        Mode::BaseAll => {
            let quantities = Some(crate::quantities(model));
            let result = crate::base_case(model);
            Findings { result, quantities, elapsed: None, is_drawn: false, only }
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
                report::table_with(&self.memo(), &plots, look)
            }
            (Format::Markdown, None) => report::markdown(&self.memo()),
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

    fn memo(&self) -> Memo {
        report::memo(&self.result).naming(&self.only)
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
