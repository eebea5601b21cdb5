//! `outlay check`: what is wrong with models, what their inputs say and, with `--run`, whether their checks hold.

use super::args::CheckArgs;
use super::exit::Exit;
use super::failure::Stop;
use super::progress::Watch;
use super::terminal::Terminal;
use super::{interrupt, load, run};
use crate::{Compiled, Request, RunSettings, report};

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
        let gap = if is_first { "" } else { "\n" };
        match load::compile(&request, terminal) {
            Ok(compiled) if args.run => {
                let found = judge(&compiled, args, gap, terminal)?;
                exit = if exit == Exit::Done { found } else { exit };
                is_first = false;
                if interrupt::is_asked() {
                    return Ok(Exit::Interrupted);
                }
            }
            Ok(compiled) if !terminal.is_quiet => {
                let title = crate::base_case(&compiled).provenance.title;
                let page = report::table(
                    &report::inputs_memo(
                        &title,
                        &crate::inputs(&compiled),
                        &crate::correlations(&compiled),
                    ),
                    terminal.look,
                );
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

/// Runs a model and judges its checks.
fn judge(model: &Compiled, args: &CheckArgs, gap: &str, terminal: &Terminal) -> Result<Exit, Stop> {
    interrupt::listen();
    let settings = RunSettings {
        trials: args.trials,
        seed: args.seed,
        design: args.design.into(),
        threads: args.threads.map(usize::from),
        ..RunSettings::default()
    };
    let watch = Watch::start(settings.layout().trials(), terminal.is_watched && !terminal.is_quiet);
    let result = crate::run(model, &settings, &watch);
    watch.finish();
    let page = report::table(&report::checks_memo(&result), terminal.look);
    terminal.print(&format!("{gap}{page}"))?;
    Ok(run::judge(&result, terminal))
}
