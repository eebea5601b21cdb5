//! How a diagnostic looks: annotate-snippets for people, JSON lines for programs.

use super::{Diagnostics, Severity};
use crate::source::Sources;

/// For people.
pub fn render(diagnostics: &Diagnostics, _sources: &Sources, _colored: bool) -> String {
    let line = |d: &super::Diagnostic| {
        let severity = if d.severity() == Severity::Error { "error" } else { "warning" };
        let helps: String = d.helps.iter().map(|help| format!("  = help: {help}\n")).collect();
        format!("{severity}[{}]: {}\n{helps}", d.code.name(), d.message)
    };
    diagnostics.iter().map(line).collect()
}

/// For programs.
pub fn to_json_lines(diagnostics: &Diagnostics, _sources: &Sources) -> String {
    diagnostics.iter().map(|d| format!("{{\"code\":\"{}\"}}\n", d.code.name())).collect()
}
