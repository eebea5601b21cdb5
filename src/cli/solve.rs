//! `outlay solve`: the value of an input at which a statistic meets a target.

use super::analysis::Files;
use super::args::{Format, SolveArgs};
use super::exit::Exit;
use super::failure::Stop;
use super::settings::with_formats;
use super::terminal::Terminal;
use super::{interrupt, load};
use crate::analysis::{self, Solution, SolveFailure};
use crate::report::{self, Look};
use crate::{Monitor, Request};

/// Watches for Ctrl-C alone: how many runs are still to come is not known.
struct Interrupt;

impl Monitor for Interrupt {
    fn progress(&self, _done: u64) {}
    fn is_stopped(&self) -> bool {
        interrupt::is_asked()
    }
}

/// Solves and reports.
pub(super) fn solve(args: &SolveArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    interrupt::listen();
    let files = Files::of(with_formats(&args.output, "--output")?, args.force)?;
    let loaded = load::load(&args.model, terminal)?;
    let request = Request {
        name: loaded.name.clone(),
        text: loaded.text.clone(),
        scenario: args.change.scenario.clone(),
        set: args.change.set.clone(),
        ..Request::default()
    };
    let settings = args.trials.settings();
    let solution = analysis::solve(
        &request,
        &mut |file| loaded.read(file),
        args.vary.clone(),
        &args.equation,
        &settings,
        &Interrupt,
    );
    let solution = match solution {
        Ok(solution) => solution,
        Err(SolveFailure::Stopped) => return Ok(Exit::Interrupted),
        Err(SolveFailure::Wrong(failure)) => {
            terminal.diagnose(&failure.diagnostics, &failure.sources, &request.name);
            return Err(Stop::Told(if failure.is_usage { Exit::Usage } else { Exit::Model }));
        }
    };
    if args.format != Format::Table {
        terminal.warn(&solution.warnings);
    }
    files.write(args.format, terminal, |format, look| text(&solution, format, look))?;
    Ok(if solution.crossings.is_empty() { Exit::Check } else { Exit::Done })
}

fn text(solution: &Solution, format: Format, look: Look) -> String {
    match format {
        Format::Table => report::table(&report::solve_memo(solution), look),
        Format::Markdown => report::markdown(&report::solve_memo(solution)),
        Format::Json => report::solve_json(solution),
        Format::Csv => report::solve_csv(solution),
    }
}
