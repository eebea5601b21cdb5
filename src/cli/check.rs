//! `outlay check`: what is wrong with models, and what their inputs say.

use super::args::CheckArgs;
use super::exit::Exit;
use super::failure::Stop;
use super::load;
use super::terminal::Terminal;
use crate::{Request, report};

/// Checks every model; the exit code is that of the first that has errors.
pub(super) fn check(args: &CheckArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    let mut exit = Exit::Done;
    let mut is_first = true;
    for model in &args.models {
        let request = Request {
            name: model.clone(),
            scenario: args.change.scenario.clone(),
            set: args.change.set.clone(),
            ..Request::default()
        };
        match load::compile(&request, terminal) {
            Ok(compiled) if !terminal.is_quiet => {
                let title = crate::base_case(&compiled).provenance.title;
                let page = report::table(
                    &report::inputs_memo(&title, &crate::inputs(&compiled)),
                    terminal.look,
                );
                let gap = if is_first { "" } else { "\n" };
                terminal.print(&format!("{gap}{page}"))?;
                is_first = false;
            }
            Ok(_) => {}
            Err(stop) => {
                let found = match stop {
                    Stop::Told(found) => found,
                    Stop::Failure(failure) => {
                        terminal.fail(&failure);
                        failure.exit
                    }
                };
                exit = if exit == Exit::Done { found } else { exit };
            }
        }
    }
    Ok(exit)
}
