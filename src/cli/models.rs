//! `outlay models`: what ships with outlay.

use unicode_width::UnicodeWidthStr;

use super::args::{ModelsArgs, ModelsCommand};
use super::exit::Exit;
use super::failure::Stop;
use super::load;
use super::terminal::Terminal;
use crate::shipped::{self, SHIPPED};

/// Lists the shipped models, or prints one.
pub(super) fn models(args: &ModelsArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    match &args.command {
        None => {
            let width = SHIPPED.iter().map(|shipped| shipped.name.width()).max().unwrap_or(0);
            let lines: String = SHIPPED
                .iter()
                .map(|shipped| format!("{:width$}  {}\n", shipped.name, shipped.title()))
                .collect();
            terminal.print(&lines)?;
        }
        Some(ModelsCommand::Show { name }) => {
            let shipped = shipped::find(name).ok_or_else(|| load::unknown(name))?;
            terminal.print(shipped.text)?;
        }
    }
    Ok(Exit::Done)
}
