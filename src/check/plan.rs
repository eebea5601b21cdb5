//! Columns of CSV files, plans by step and samples, already in memory: nothing here reads a disk.

use std::collections::BTreeMap;

use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;

/// The data files of a model by their path as written, or why one could not be read.
#[derive(Debug, Clone, Default)]
pub struct Plans {
    files: BTreeMap<String, Result<Vec<u8>, String>>,
}

/// What a column is for: help is in its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DataUse {
    /// One number a step.
    Plan,
    /// Observations.
    Sample,
}

impl Plans {
    /// Takes in a file, or why it could not be read.
    pub fn insert(&mut self, path: &str, content: Result<Vec<u8>, String>) {
        self.files.insert(path.to_owned(), content);
    }

    /// What a file holds, where it could be read.
    pub fn content(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path)?.as_ref().ok().map(Vec::as_slice)
    }

    /// The paths, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The contents, in the order of the paths.
    pub fn contents(&self) -> impl Iterator<Item = &[u8]> {
        self.files.values().filter_map(|content| content.as_ref().ok().map(Vec::as_slice))
    }

    /// The numbers of one column: of the file and the column, each with its place in the model.
    pub(super) fn column(
        &self,
        [(path, path_span), (column, column_span)]: [(&str, Span); 2],
        data_use: DataUse,
        diagnostics: &mut Diagnostics,
    ) -> Option<Vec<f64>> {
        let mut report = |message: String, span: Span, help: Option<String>| {
            let error = Diagnostic::new(Code::E113, message, span, "");
            diagnostics.push(match help {
                Some(help) => error.help(help),
                None => error,
            });
            None
        };
        let content = match self.files.get(path) {
            Some(Ok(content)) => content,
            Some(Err(reason)) => {
                // The number of the system's error says nothing to a reader of models.
                let reason = reason.split(" (os error").next().unwrap_or(reason);
                let help = "the path of a data file is relative to the model";
                return report(
                    format!("cannot read `{path}`: {reason}"),
                    path_span,
                    Some(help.to_owned()),
                );
            }
            None => return report(format!("cannot read `{path}`"), path_span, None),
        };
        let content = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content);
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(content);
        let Ok(heads) = reader.headers().cloned() else {
            return report(format!("`{path}` has no head"), path_span, None);
        };
        let Some(position) = heads.iter().position(|head| head == column) else {
            let help = nearest(column, heads.iter()).map(|near| format!("did you mean `{near}`?"));
            let listed = heads.iter().collect::<Vec<_>>().join(", ");
            let help = help.or(Some(format!("its columns are {listed}")));
            return report(format!("`{path}` has no column `{column}`"), column_span, help);
        };
        let mut numbers = Vec::new();
        for (row, record) in reader.records().enumerate() {
            let line = row + 2;
            let Ok(record) = record else {
                return report(
                    format!("line {line} of `{path}` is not valid CSV"),
                    path_span,
                    None,
                );
            };
            let cell = record.get(position).unwrap_or("");
            let number =
                cell.replace('_', "").parse::<f64>().ok().filter(|number| number.is_finite());
            let Some(number) = number else {
                let message = if cell.is_empty() {
                    format!("line {line} of `{path}` has no `{column}`")
                } else {
                    format!("line {line} of `{path}`: `{cell}` is not a number")
                };
                let place = match data_use {
                    DataUse::Plan => "in `unit`",
                    DataUse::Sample => "behind the call",
                };
                let help =
                    format!("a cell holds a plain number such as `4_000`; the unit stands {place}");
                return report(message, column_span, Some(help));
            };
            numbers.push(number);
        }
        if numbers.is_empty() {
            let help = match data_use {
                DataUse::Plan => "below its head there is one row a step, from step 0 on",
                DataUse::Sample => "below its head there is one observation a row",
            };
            return report(format!("`{path}` has no rows"), path_span, Some(help.to_owned()));
        }
        Some(numbers)
    }
}
