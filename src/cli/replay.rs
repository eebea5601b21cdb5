//! `outlay replay`: every quantity of one trial.

use super::analysis::{self, Files};
use super::args::{Format, ReplayArgs};
use super::exit::Exit;
use super::failure::Stop;
use super::load;
use super::terminal::Terminal;
use crate::results::Provenance;
use crate::{RunSettings, report};

/// Prints a trial.
pub(super) fn replay(args: &ReplayArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    let files = Files::open(&args.written)?;
    let request = analysis::request(&args.model, &args.change, Vec::new());
    let model = load::compile(&request, terminal)?;
    let settings = RunSettings { seed: args.seed, ..RunSettings::default() };
    let rows = crate::trial(&model, &settings, args.trial);
    let base = crate::base_case(&model).provenance;
    let provenance = &Provenance { seed: args.seed, ..base };
    files.write(args.written.format, terminal, |format, look| match format {
        Format::Table => report::table(&report::trial_memo(provenance, args.trial, &rows), look),
        Format::Markdown => report::markdown(&report::trial_memo(provenance, args.trial, &rows)),
        Format::Json => report::trial_json(provenance, args.trial, &rows),
        Format::Csv => report::trial_csv(provenance, args.trial, &rows),
    })?;
    Ok(Exit::Done)
}
