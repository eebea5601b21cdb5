//! `outlay report`: runs a model and writes the page to hand on.

use std::io::{self, IsTerminal};
use std::path::Path;

use super::args::ReportArgs;
use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::output::OutputFile;
use super::progress::{self, Watch};
use super::run::judge;
use super::settings::{Settings, extension};
use super::terminal::Terminal;
use super::{interrupt, load};
use crate::analysis::{self, Swings};
use crate::report::html::{Dossier, Language, headlines, html};
use crate::results::{Description, SimulationResult};
use crate::{Compiled, RunSettings, Watched};

/// Runs a model and writes its page.
pub(super) fn report(args: &ReportArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    let (request, run) = Settings::simulation(&args.model, &args.simulate)?;
    let language: Language = args.lang.parse().map_err(Failure::usage)?;
    if let Some(path) = &args.output {
        check_extension(path)?;
    }
    if args.output.is_none() && io::stdout().is_terminal() {
        return Err(Failure::usage("the page is not for a terminal")
            .help("give it a file: --output report.html")
            .into());
    }
    interrupt::listen();
    let file = args.output.as_ref().map(|path| OutputFile::open(path, args.force)).transpose()?;
    let model = load::compile(&request, terminal)?;
    let run = RunSettings { has_outlines: true, ..run };
    let watch = Watch::start(run.trials, terminal.is_watched && !terminal.is_quiet);
    let result = crate::run(&model, &run, &watch);
    let elapsed = watch.finish();
    let (inputs, description) = (crate::inputs(&model), crate::describe(&model));
    let correlations = crate::correlations(&model);
    let swings = swings(&model, &result, &description, &run);
    let page = html(&Dossier {
        result: &result,
        inputs: &inputs,
        correlations: &correlations,
        swings: swings.as_ref(),
        description: &description,
        cautions: &model.warnings,
        language,
    });
    terminal.warn(&result.warnings);
    match file {
        Some(file) => file.write(&page)?,
        None => terminal.print(&page)?,
    }
    let provenance = &result.provenance;
    terminal.note(&progress::speed(provenance.trials, elapsed));
    if let Some(path) = &args.output {
        terminal.note(&format!("wrote {}", path.display()));
    }
    let verdict = judge(&result, terminal);
    Ok(match provenance.trials < provenance.trials_asked {
        true if interrupt::is_asked() => Exit::Interrupted,
        true => Exit::Partial,
        false => verdict,
    })
}

/// A page is HTML: a name that promises something else would be opened by the wrong program.
fn check_extension(path: &Path) -> Result<(), Failure> {
    let shown = path.display();
    let failure = match extension(path).as_str() {
        "html" | "htm" => return Ok(()),
        "" => Failure::usage(format!("--output `{shown}` has no extension")),
        "pdf" => {
            return Err(Failure::usage("`report` writes HTML, not `.pdf`")
                .help("write a .html file and print it from a browser: it is laid out for paper"));
        }
        other @ ("csv" | "json" | "md" | "markdown" | "txt" | "parquet" | "pq" | "xlsx"
        | "hgrm" | "hlog") => {
            return Err(Failure::usage(format!("`report` writes HTML, not `.{other}`")).help(
                format!("name a .html file, or let `outlay run MODEL -o FILE.{other}` write it"),
            ));
        }
        other => Failure::usage(format!("`report` writes HTML, not `.{other}`")),
    };
    Err(failure.help("name a .html file: --output report.html"))
}

/// How the headline outputs move with the inputs; `None` where nothing does, or the run was interrupted.
fn swings(
    model: &Compiled,
    result: &SimulationResult,
    description: &Description,
    run: &RunSettings,
) -> Option<Swings> {
    let watched: Vec<Watched> = headlines(result, description)
        .iter()
        .filter_map(|name| model.watched_output(name))
        .collect();
    if watched.is_empty() || result.provenance.trials < result.provenance.trials_asked {
        return None;
    }
    analysis::swings(model, &watched, run, &Watch::start(run.trials, false)).ok()
}
