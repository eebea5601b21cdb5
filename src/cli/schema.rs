//! `outlay schema`: the JSON Schema of model files, for editors.

use super::exit::Exit;
use super::failure::Stop;
use super::terminal::Terminal;

/// Prints the schema.
pub(super) fn schema(terminal: &Terminal) -> Result<Exit, Stop> {
    terminal.print(crate::model::SCHEMA)?;
    Ok(Exit::Done)
}
