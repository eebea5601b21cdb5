//! A column of numbers out of the bytes of a CSV file, by the rules of `sample(file = …)`.

use crate::diagnostic::suggest::nearest;

/// A column of observations.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its head.
    pub name: String,
    /// Its numbers, in the order of the file.
    pub values: Vec<f64>,
}

/// What is wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnError {
    /// The mistake, lower case; reads on behind the file's name: `has no column …`.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

fn mistake(message: impl Into<String>, help: impl Into<Option<String>>) -> ColumnError {
    ColumnError { message: message.into(), help: help.into() }
}

/// The column of this name; without a name the only one there is.
///
/// # Errors
/// There is no such column, or one of its cells is not a number.
pub fn column(content: &[u8], name: Option<&str>) -> Result<Column, ColumnError> {
    let content = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content);
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(content);
    let heads = reader.headers().map_err(|_| mistake("is not CSV text in UTF-8", None))?.clone();
    if heads.is_empty() {
        return Err(mistake("is empty", "its first line names the columns".to_owned()));
    }
    let listed = || format!("its columns are {}", heads.iter().collect::<Vec<_>>().join(", "));
    let position = match name {
        None if heads.len() == 1 => 0,
        None => {
            return Err(mistake(
                "has several columns",
                format!("choose one with --column: {}", listed()),
            ));
        }
        Some(name) => heads.iter().position(|head| head == name).ok_or_else(|| {
            let near = nearest(name, heads.iter());
            let help = near.map_or_else(listed, |near| format!("did you mean `{near}`?"));
            mistake(format!("has no column `{name}`"), help)
        })?,
    };
    let name = heads[position].to_owned();
    if is_number(&name) {
        let help = "its first line names the columns: add a head such as `usd`";
        return Err(mistake(
            format!("has the number `{name}` where its head should be"),
            help.to_owned(),
        ));
    }
    let mut values = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            mistake(format!("is not valid CSV in line {line}"), None)
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = record.get(position).unwrap_or("");
        if !is_number(cell) {
            let message = match cell {
                "" => format!("has no `{name}` in line {line}"),
                _ => format!("has `{cell}` in line {line}, which is not a number"),
            };
            let help =
                "a cell holds a plain number such as 4000, 4_000 or 4e3; the unit goes into --unit";
            return Err(mistake(message, help.to_owned()));
        }
        values.extend(number(cell));
    }
    if values.is_empty() {
        return Err(mistake(
            "has no rows",
            "below its head there is one observation a row".to_owned(),
        ));
    }
    Ok(Column { name, values })
}

fn number(cell: &str) -> Option<f64> {
    cell.replace('_', "").parse::<f64>().ok().filter(|number| number.is_finite())
}

fn is_number(cell: &str) -> bool {
    number(cell).is_some()
}
