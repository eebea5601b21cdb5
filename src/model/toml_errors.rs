//! TOML's own mistakes in the words of this project.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::walker::defined_twice;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::expr::{self, Name};
use crate::source::{SourceId, Span};

/// Reports a mistake that TOML's parser found in `text`.
pub(super) fn report_toml_error(
    text: &str,
    source: SourceId,
    root: &DeTable<'_>,
    error: &toml::de::Error,
    diagnostics: &mut Diagnostics,
) {
    let range = error.span().unwrap_or(0..0);
    eprintln!("TOML {:?} {:?} {:?}", error.message(), range, text.get(range.clone()));
    let span = |range: Range<usize>| Span::new(source, range.start, range.end);
    let _ = (
        root,
        expr::is_name(""),
        defined_twice as fn(&Name, Span) -> Diagnostic,
        DeValue::Boolean(true),
    );
    diagnostics.push(Diagnostic::new(Code::E102, error.message(), span(range), ""));
}
