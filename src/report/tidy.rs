//! The rows of outlay's own CSV as typed columns, for files that have types: Parquet.
//!
//! In: what `csv`, `compare_csv` and the like have written, and the JSON of the same, for its provenance. Out: bytes. The
//! numbers are those of the CSV, which are the shortest decimals that read back as the same doubles.

use super::parquet::{Field, Kind, ParquetWriter, Values, rows_of_group};

/// Columns that hold text, whatever stands in them: a scenario may be called `2025`.
const TEXTS: &[&str] = &[
    "model",
    "scenario",
    "output",
    "index",
    "unit",
    "statistic",
    "name",
    "kind",
    "alternative",
    "a",
    "b",
    "input",
    "family",
    "parameter",
    "line",
    "label",
    "verdict",
    "cause",
    "measure",
];
/// Columns that count.
const WHOLE: &[&str] = &["step", "trials", "trial", "count"];
/// Any 64 bits.
const UNSIGNED: &[&str] = &["seed"];

/// A table whose columns have types.
#[derive(Debug)]
pub(super) struct Tidy {
    /// The names of the columns.
    pub(super) head: Vec<String>,
    /// As many as names.
    pub(super) columns: Vec<Column>,
    /// Rows.
    pub(super) len: usize,
}

/// A column; `None` and NaN for what is missing.
#[derive(Debug, PartialEq)]
pub(super) enum Column {
    /// Text.
    Text(Vec<Option<String>>),
    /// Numbers.
    Numbers(Vec<f64>),
    /// Counts.
    Whole(Vec<Option<i64>>),
    /// Counts up to 2⁶⁴ − 1.
    Unsigned(Vec<Option<u64>>),
}

impl Tidy {
    /// From CSV of outlay's own.
    pub(super) fn read(csv: &str) -> Tidy {
        let mut reader = ::csv::Reader::from_reader(csv.as_bytes());
        let head: Vec<String> =
            reader.headers().expect("it has a head").iter().map(str::to_owned).collect();
        let mut cells: Vec<Vec<String>> = vec![Vec::new(); head.len()];
        for record in reader.records() {
            let record = record.expect("rows are as long as their head");
            for (column, cell) in cells.iter_mut().zip(record.iter()) {
                column.push(cell.to_owned());
            }
        }
        let len = cells.first().map_or(0, Vec::len);
        let columns = head.iter().zip(cells).map(|(name, cells)| column(name, cells)).collect();
        Tidy { head, columns, len }
    }
}

fn column(name: &str, cells: Vec<String>) -> Column {
    let is_in = |names: &[&str]| names.contains(&name);
    if is_in(UNSIGNED)
        && let Some(numbers) = parsed::<u64>(&cells)
    {
        return Column::Unsigned(numbers);
    }
    if is_in(WHOLE)
        && let Some(numbers) = parsed::<i64>(&cells)
    {
        return Column::Whole(numbers);
    }
    if !is_in(TEXTS)
        && let Some(numbers) = parsed::<f64>(&cells)
    {
        return Column::Numbers(numbers.into_iter().map(|cell| cell.unwrap_or(f64::NAN)).collect());
    }
    Column::Text(cells.into_iter().map(plain).collect())
}

/// All cells as numbers, or none.
fn parsed<T: std::str::FromStr>(cells: &[String]) -> Option<Vec<Option<T>>> {
    let cell = |text: &String| match text.as_str() {
        "" => Some(None),
        text => text.parse().ok().map(Some),
    };
    cells.iter().map(cell).collect()
}

/// Text as it was before a spreadsheet had to be thought of.
fn plain(cell: String) -> Option<String> {
    let is_neutralized = cell.starts_with('\'') && super::csv::safe(&cell[1..]) == cell;
    match cell.as_str() {
        "" => None,
        text if is_neutralized => Some(text[1..].to_owned()),
        _ => Some(cell),
    }
}

/// A table as Parquet: its CSV with types, and what the JSON says of its origin in the metadata.
pub fn parquet_table(csv: &str, json: &str) -> Vec<u8> {
    let Tidy { head, columns, len } = Tidy::read(csv);
    let field = |(name, column): (&String, &Column)| Field {
        name: name.clone(),
        kind: match column {
            Column::Text(_) => Kind::Text,
            Column::Numbers(_) => Kind::Number,
            Column::Whole(_) => Kind::Whole,
            Column::Unsigned(_) => Kind::Unsigned,
        },
        is_required: false,
        notes: Vec::new(),
    };
    let fields = head.iter().zip(&columns).map(field).collect();
    let unsigned: Vec<Option<Vec<Option<i64>>>> = columns
        .iter()
        .map(|column| match column {
            Column::Unsigned(numbers) => {
                Some(numbers.iter().map(|number| number.map(u64::cast_signed)).collect())
            }
            Column::Text(_) | Column::Numbers(_) | Column::Whole(_) => None,
        })
        .collect();
    let mut writer =
        ParquetWriter::new(Vec::new(), fields, &origin(json)).expect("memory takes everything");
    let rows = rows_of_group(columns.len());
    for first in (0..len).step_by(rows) {
        let part = first..len.min(first + rows);
        let values: Vec<Values<'_>> = columns
            .iter()
            .zip(&unsigned)
            .map(|(column, unsigned)| match (column, unsigned) {
                (Column::Text(texts), _) => Values::Text(&texts[part.clone()]),
                (Column::Numbers(numbers), _) => Values::Numbers(&numbers[part.clone()]),
                (Column::Whole(numbers), _) => Values::Whole(&numbers[part.clone()]),
                (Column::Unsigned(_), bits) => {
                    Values::Whole(bits.as_ref().map_or(&[][..], |bits| &bits[part.clone()]))
                }
            })
            .collect();
        writer.write(&values).expect("memory takes everything");
    }
    writer.finish().expect("memory takes everything")
}

/// What a result's JSON says of where it comes from, as keys and values.
pub(super) fn origin(json: &str) -> Vec<(String, String)> {
    let json: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    let mut pairs = Vec::new();
    let places = [
        ("schema", "/schema"),
        ("version", "/outlay"),
        ("format", "/format"),
        ("model", "/model/title"),
        ("file", "/model/file"),
        ("digest", "/model/digest"),
        ("trials", "/trials"),
        ("seed", "/seed"),
        ("design", "/design"),
        ("scenario", "/scenario"),
        ("set", "/set"),
    ];
    for (key, place) in places {
        let text = match json.pointer(place) {
            None | Some(serde_json::Value::Null) => continue,
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(serde_json::Value::Object(map)) if map.is_empty() => continue,
            Some(other) => other.to_string(),
        };
        pairs.push((format!("outlay.{key}"), text));
    }
    pairs
}
