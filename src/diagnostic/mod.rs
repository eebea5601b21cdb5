//! A user's mistake as data: code, headline, places in the text, notes and help.
//!
//! Stages push [`Diagnostic`]s into [`Diagnostics`]; how one looks is decided in [`render`] alone.

mod code;
mod render;
pub mod suggest;

pub use code::Code;
pub use render::{render, to_json_lines};

use crate::source::Span;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The model cannot run.
    Error,
    /// The model runs; the reader should know.
    Warning,
}

/// A place in the text and what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What; may be empty.
    pub text: String,
}

/// One mistake, or one thing worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable identification, `E402`; the severity follows from it.
    pub code: Code,
    /// Lower case, no full stop, names in backticks.
    pub message: String,
    /// What is wrong, and where.
    pub primary: Option<Label>,
    /// The other parties.
    pub secondary: Vec<Label>,
    /// Facts.
    pub notes: Vec<String>,
    /// Actions; text offered for pasting passes the checker itself.
    pub helps: Vec<String>,
}

impl Diagnostic {
    /// A mistake at a place; the label under it may be empty.
    pub fn new(
        code: Code,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            primary: Some(Label { span, text: label.into() }),
            ..Diagnostic::without_place(code, message)
        }
    }

    /// A mistake that lies in no text.
    pub fn without_place(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            notes: Vec::new(),
            helps: Vec::new(),
        }
    }

    /// Adds another party.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    /// Adds an action.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.helps.push(text.into());
        self
    }

    /// Error or warning.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// What the stages have to say, in the order they found it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Nothing yet.
    pub fn new() -> Diagnostics {
        Diagnostics::default()
    }

    /// Adds one; the same code at the same place twice is kept once, and what is wrong with a text that
    /// holds a mistake of syntax is only its echo.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.is_echo(&diagnostic) {
            return;
        }
        let place = |d: &Diagnostic| (d.code, d.primary.as_ref().map(|label| label.span));
        let known = diagnostic.primary.is_some()
            && self.list.iter().any(|d| place(d) == place(&diagnostic));
        if !known {
            self.list.push(diagnostic);
        }
    }

    fn is_echo(&self, diagnostic: &Diagnostic) -> bool {
        let Some(whole) = diagnostic.primary.as_ref().map(|label| label.span) else { return false };
        let is_of_meaning = diagnostic.code.name() >= "E3" && diagnostic.code.name() < "E6";
        is_of_meaning
            && self.list.iter().filter(|known| known.code.name().starts_with("E2")).any(|known| {
                known.primary.as_ref().is_some_and(|label| {
                    let inner = label.span;
                    inner.source == whole.source
                        && whole.start <= inner.start
                        && inner.end <= whole.end
                })
            })
    }

    /// Adds all of another list.
    pub fn extend(&mut self, other: Diagnostics) {
        for diagnostic in other.list {
            self.push(diagnostic);
        }
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity() == Severity::Error)
    }

    /// Whether there is none at all.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }
}
