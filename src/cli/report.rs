//! `outlay report`: runs a model and writes the page to hand on.

use std::io::{self, IsTerminal};

use super::args::{Format, ReportArgs};
use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::output::OutputFile;
use super::progress::{self, Watch};
use super::settings::Settings;
use super::terminal::Terminal;
use super::{interrupt, load};
use crate::RunSettings;
use crate::report::html::{Dossier, Language, html};

/// Runs a model and writes its page.
pub(super) fn report(args: &ReportArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    let (request, run) = Settings::simulation(&args.model, &args.simulate)?;
    let language: Language = args.lang.parse().map_err(Failure::usage)?;
    if args.output.is_none() && io::stdout().is_terminal() {
        return Err(Failure::usage("the page is not for a terminal")
            .help("give it a file: --output report.html")
            .into());
    }
    interrupt::listen();
    let file = args
        .output
        .as_ref()
        .map(|path| OutputFile::open(path, Format::Table, args.force))
        .transpose()?;
    let model = load::compile(&request, terminal)?;
    let run = RunSettings { has_outlines: true, ..run };
    let watch = Watch::start(run.trials, terminal.is_watched && !terminal.is_quiet);
    let result = crate::run(&model, &run, &watch);
    let elapsed = watch.finish();
    let (inputs, description) = (crate::inputs(&model), crate::describe(&model));
    let page =
        html(&Dossier { result: &result, inputs: &inputs, description: &description, language });
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
    Ok(match provenance.trials < provenance.trials_asked {
        true if interrupt::is_asked() => Exit::Interrupted,
        true => Exit::Partial,
        false => Exit::Done,
    })
}
