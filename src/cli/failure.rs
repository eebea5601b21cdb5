//! What stops a command: a failure to tell, or an exit code whose reason has been told.

use std::io;
use std::path::Path;

use super::exit::Exit;

/// A failure outside the model: files, options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// The exit code.
    pub(super) exit: Exit,
    /// Lower case, no full stop.
    pub(super) message: String,
    /// Actions.
    pub(super) helps: Vec<String>,
}

impl Failure {
    /// A wrong command line.
    pub(super) fn usage(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::Usage, message: message.into(), helps: Vec::new() }
    }

    /// A failure while running, reading or writing.
    pub(super) fn failed(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::Failed, message: message.into(), helps: Vec::new() }
    }

    /// A file that cannot be read or written: `cannot write out.csv: permission denied`.
    pub(super) fn file(verb: &str, path: &Path, error: &io::Error) -> Failure {
        Failure::failed(format!("cannot {verb} `{}`: {}", path.display(), reason(error)))
    }

    /// Adds an action.
    pub(super) fn help(mut self, text: impl Into<String>) -> Failure {
        self.helps.push(text.into());
        self
    }
}

/// What the system says, without its number: `permission denied`.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// Why a command ends before its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// Still to be told.
    Failure(Failure),
    /// Told already, as diagnostics.
    Told(Exit),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Stop {
        Stop::Failure(failure)
    }
}
