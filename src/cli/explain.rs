//! `outlay explain`: what a code means.

use super::args::ExplainArgs;
use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::terminal::Terminal;
use crate::diagnostic::Code;
use crate::diagnostic::suggest::nearest;
use crate::report;

/// Lines of prose are no longer than this, however wide the terminal.
const WIDEST: usize = 100;

/// Explains codes, or lists them.
pub(super) fn explain(args: &ExplainArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    if args.codes.is_empty() {
        terminal.print(&report::all_codes())?;
        return Ok(Exit::Done);
    }
    let width = terminal.look.width.min(WIDEST);
    let codes = args.codes.iter().map(|name| find(name)).collect::<Result<Vec<Code>, Failure>>()?;
    let texts: Vec<String> = codes.into_iter().map(|code| report::explained(code, width)).collect();
    terminal.print(&texts.join("\n"))?;
    Ok(Exit::Done)
}

/// The code of this name, whatever its case.
fn find(name: &str) -> Result<Code, Failure> {
    let wanted = name.trim().to_ascii_uppercase();
    let found = Code::ALL.iter().find(|code| code.name() == wanted);
    found.copied().ok_or_else(|| {
        let failure = Failure::usage(format!("there is no code `{}`", name.trim()));
        match nearest(&wanted, Code::ALL.iter().map(|code| code.name())) {
            Some(near) => {
                failure.help(format!("did you mean `{near}`? `outlay explain` lists all"))
            }
            None => failure.help("`outlay explain` lists all"),
        }
    })
}
