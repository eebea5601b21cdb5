//! `outlay replay`: every quantity of one trial.

use super::analysis::{self, Files};
use super::args::{Format, ReplayArgs};
use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::load;
use super::terminal::Terminal;
use crate::results::Provenance;
use crate::{RunSettings, report};

/// Prints a trial.
pub(super) fn replay(args: &ReplayArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    let files = Files::open(&args.written)?;
    let request = analysis::request(&args.model, &args.change, Vec::new());
    let model = load::compile(&request, terminal)?;
    let settings = RunSettings {
        seed: args.seed,
        design: args.design.into(),
        trials: args.trials,
        ..RunSettings::default()
    };
    let trials = settings.layout().trials();
    if settings.design.is_replicated() && args.trial >= trials {
        let message = format!("there is no trial {} in a run of {trials} trials", args.trial);
        return Err(Failure::usage(message).help("trials count from 0").into());
    }
    let rows = crate::trial(&model, &settings, args.trial);
    let base = crate::base_case(&model).provenance;
    let design = settings.design.name();
    let provenance = &Provenance { seed: args.seed, design, trials, ..base };
    files.write(args.written.format, terminal, |format, look| match format {
        Format::Table => report::table(&report::trial_memo(provenance, args.trial, &rows), look),
        Format::Markdown => report::markdown(&report::trial_memo(provenance, args.trial, &rows)),
        Format::Json => report::trial_json(provenance, args.trial, &rows),
        Format::Csv => report::trial_csv(provenance, args.trial, &rows),
    })?;
    Ok(Exit::Done)
}
