//! The command line: arguments as typed, settings with everything resolved, one file a subcommand.
//!
//! In: the process's arguments, files, terminal and signals. Out: bytes on stdout and in files,
//! everything else on stderr, and an exit code. Nothing here computes or lays out a result.

mod analysis;
mod args;
mod bench;
mod check;
mod compare;
mod completions;
mod diff;
mod exit;
mod explain;
mod failure;
mod fit;
mod interrupt;
mod load;
mod man;
mod models;
mod new;
mod output;
mod progress;
mod replay;
mod report;
mod run;
mod schema;
mod sensitivity;
mod settings;
mod solve;
mod sweep;
mod tail;
mod terminal;
mod verify;

use std::panic::{self, PanicHookInfo};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

pub use args::Args;
pub use exit::Exit;

use args::Command;
use failure::Stop;
use terminal::Terminal;

/// Runs the process's command line and gives the exit code.
pub fn main() -> ExitCode {
    panic::set_hook(Box::new(report_panic));
    let exit = panic::catch_unwind(|| {
        let args = match Args::try_parse() {
            Ok(args) => args,
            Err(error) => return terminal::print_clap(error),
        };
        execute(&args)
    });
    exit.unwrap_or(Exit::Internal).into()
}

/// Runs one command line.
pub fn execute(args: &Args) -> Exit {
    let terminal = Terminal::new(&args.global);
    let result = match &args.command {
        None => terminal
            .print(&Args::command().render_help().to_string())
            .map(|()| Exit::Done)
            .map_err(Stop::from),
        Some(Command::Run(run)) => run::run(run, &terminal),
        Some(Command::Sensitivity(args)) => sensitivity::sensitivity(args, &terminal),
        Some(Command::Tail(args)) => tail::tail(args, &terminal),
        Some(Command::Replay(args)) => replay::replay(args, &terminal),
        Some(Command::Solve(solve)) => solve::solve(solve, &terminal),
        Some(Command::Report(report)) => report::report(report, &terminal),
        Some(Command::Fit(args)) => fit::fit(args, &terminal),
        Some(Command::New(args)) => new::new(args, &terminal),
        Some(Command::Verify(args)) => verify::verify(args, &terminal),
        Some(Command::Compare(args)) => compare::compare(args, &terminal),
        Some(Command::Diff(args)) => diff::diff(args, &terminal),
        Some(Command::Sweep(args)) => sweep::sweep(args, &terminal),
        Some(Command::Bench(bench)) => bench::bench(bench, &terminal),
        Some(Command::Check(check)) => check::check(check, &terminal),
        Some(Command::Models(models)) => models::models(models, &terminal),
        Some(Command::Explain(args)) => explain::explain(args, &terminal),
        Some(Command::Schema) => schema::schema(&terminal),
        Some(Command::Completions(args)) => completions::completions(args, &terminal),
        Some(Command::Man(args)) => man::man(args, &terminal),
    };
    match result {
        Ok(exit) => exit,
        Err(Stop::Told(exit)) => exit,
        Err(Stop::Failure(failure)) => {
            terminal.fail(&failure);
            failure.exit
        }
    }
}

/// A panic is our mistake: it is said so in two lines, with what a report needs.
fn report_panic(info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or("no message");
    let place = info
        .location()
        .map(|place| format!(" ({}:{})", place.file(), place.line()))
        .unwrap_or_default();
    terminal::say(&format!(
        "internal error: {message}{place}\n\
         This is a mistake in outlay {}, not in your model. Please report it with the command line and the model.\n",
        env!("CARGO_PKG_VERSION")
    ));
}
