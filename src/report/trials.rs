//! The trials of a run as a file: a row a trial, a column an output and chosen input.
//!
//! In: a table of trials, the result of its run and a writer. Out: Parquet or CSV, written as trials come, the same bytes
//! for any number of threads. A time that is never is infinite (it is later than every time, and sorts so); what is
//! undefined has no value: null in Parquet, an empty cell in CSV.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use super::command;
use super::csv::{number, safe};
use super::parquet::{Field, Kind, ParquetWriter, Values, rows_of_group};
use crate::accumulate::ChannelKind;
use crate::engine::Chunk;
use crate::results::Provenance;
use crate::{Monitor, RunSettings, TRIAL, TrialColumn, TrialTable};

/// The metadata of a file say how its cells are read.
const READING: &str =
    "a time that is never is +inf; null is undefined; trials count from 0, as in `outlay replay`";

/// In what form trials are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrialFormat {
    /// Columns with their types, units and provenance in the metadata.
    Parquet,
    /// Text, a head and a row a trial.
    Csv,
}

/// Writes the trials that a result is of, and tells whether they are all there: not where the monitor stopped it.
///
/// # Errors
/// What the writer says.
pub fn write_trials<W: Write + Send>(
    table: &TrialTable,
    settings: &RunSettings,
    provenance: &Provenance,
    format: TrialFormat,
    monitor: &dyn Monitor,
    out: &mut W,
) -> io::Result<bool> {
    let watch = Watch { monitor, is_broken: AtomicBool::new(false) };
    let n_trials = provenance.trials;
    match format {
        TrialFormat::Csv => {
            out.write_all(head(&table.columns).as_bytes())?;
            let mut written = Ok(());
            let kinds: Vec<ChannelKind> = table.columns.iter().map(|column| column.kind).collect();
            let done = crate::trials(
                table,
                settings,
                n_trials,
                &watch,
                |chunk| lines(chunk, &kinds),
                |text| watch.keep(&mut written, || out.write_all(text.as_bytes())),
            );
            written?;
            Ok(done == n_trials)
        }
        TrialFormat::Parquet => {
            let fields = fields(&table.columns);
            let metadata = metadata(provenance, &table.columns);
            let mut groups = Groups {
                rows: rows_of_group(fields.len()),
                first: 0,
                columns: vec![Vec::new(); table.columns.len()],
                writer: ParquetWriter::new(out, fields, &metadata)?,
            };
            let mut written = Ok(());
            let kinds: Vec<ChannelKind> = table.columns.iter().map(|column| column.kind).collect();
            let done = crate::trials(
                table,
                settings,
                n_trials,
                &watch,
                |chunk| values(chunk, &kinds),
                |columns| watch.keep(&mut written, || groups.add(&columns)),
            );
            written?;
            groups.flush()?;
            groups.writer.finish()?;
            Ok(done == n_trials)
        }
    }
}

/// Stops where the writer fails, too.
struct Watch<'a> {
    monitor: &'a dyn Monitor,
    is_broken: AtomicBool,
}

impl Watch<'_> {
    /// Writes on, unless something went wrong before.
    fn keep(&self, written: &mut io::Result<()>, write: impl FnOnce() -> io::Result<()>) {
        if written.is_ok() {
            *written = write();
            self.is_broken.store(written.is_err(), Ordering::Relaxed);
        }
    }
}

impl Monitor for Watch<'_> {
    fn progress(&self, done: u64) {
        self.monitor.progress(done);
    }

    fn is_stopped(&self) -> bool {
        self.is_broken.load(Ordering::Relaxed) || self.monitor.is_stopped()
    }
}

/// A value as it is written: NaN for what is undefined, +inf for never, no −0.
fn cell(value: f64, kind: ChannelKind) -> f64 {
    match kind {
        ChannelKind::Time if value == f64::INFINITY => value,
        ChannelKind::Number | ChannelKind::Time | ChannelKind::Condition => {
            if value.is_finite() {
                value + 0.0
            } else {
                f64::NAN
            }
        }
    }
}

fn values(chunk: &Chunk, kinds: &[ChannelKind]) -> Vec<Vec<f64>> {
    let column = |(channel, &kind): (usize, &ChannelKind)| {
        chunk.column(channel).iter().map(|&value| cell(value, kind)).collect()
    };
    kinds.iter().enumerate().map(column).collect()
}

/// Trials on their way into groups of rows.
struct Groups<W: Write + Send> {
    rows: usize,
    /// The first trial that is not written yet.
    first: i64,
    columns: Vec<Vec<f64>>,
    writer: ParquetWriter<W>,
}

impl<W: Write + Send> Groups<W> {
    fn add(&mut self, columns: &[Vec<f64>]) -> io::Result<()> {
        let len = columns.first().map_or(0, Vec::len);
        let mut done = 0;
        while done < len {
            let held = self.columns.first().map_or(0, Vec::len);
            let end = len.min(done + self.rows - held);
            for (own, new) in self.columns.iter_mut().zip(columns) {
                own.extend_from_slice(&new[done..end]);
            }
            done = end;
            if self.columns.first().map_or(0, Vec::len) == self.rows {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let len = self.columns.first().map_or(0, Vec::len);
        if len == 0 {
            return Ok(());
        }
        let next = self.first + i64::try_from(len).expect("a group is small");
        let trials: Vec<Option<i64>> = (self.first..next).map(Some).collect();
        let numbers = self.columns.iter().map(|column| Values::Numbers(column));
        let columns: Vec<Values<'_>> =
            std::iter::once(Values::Whole(&trials)).chain(numbers).collect();
        self.writer.write(&columns)?;
        self.columns.iter_mut().for_each(Vec::clear);
        self.first = next;
        Ok(())
    }
}

fn fields(columns: &[TrialColumn]) -> Vec<Field> {
    let trial = Field {
        name: TRIAL.to_owned(),
        kind: Kind::Whole,
        is_required: true,
        notes: vec![("about", "Number of the trial".to_owned())],
    };
    let field = |column: &TrialColumn| {
        let mut notes = vec![("role", if column.is_input { "input" } else { "output" }.to_owned())];
        notes.extend(column.unit.iter().map(|unit| ("unit", unit.clone())));
        notes.extend(column.about.iter().map(|about| ("about", about.clone())));
        notes.extend(column.step.iter().map(|step| ("step", step.to_string())));
        if column.kind == ChannelKind::Time {
            notes.push(("never", "+inf".to_owned()));
        }
        Field {
            name: column.name.clone(),
            kind: match column.kind {
                ChannelKind::Condition => Kind::Condition,
                ChannelKind::Number | ChannelKind::Time => Kind::Number,
            },
            is_required: false,
            notes,
        }
    };
    std::iter::once(trial).chain(columns.iter().map(field)).collect()
}

/// What reproduces the trials, and what the columns are in for readers that do not know Arrow's fields.
fn metadata(provenance: &Provenance, columns: &[TrialColumn]) -> Vec<(String, String)> {
    let units: Vec<(&str, &str)> = columns
        .iter()
        .filter_map(|column| Some((column.name.as_str(), column.unit.as_deref()?)))
        .collect();
    let units: serde_json::Map<String, serde_json::Value> =
        units.into_iter().map(|(name, unit)| (name.to_owned(), unit.into())).collect();
    let mut all = provenance_pairs(provenance);
    all.push(("outlay.units".to_owned(), serde_json::Value::from(units).to_string()));
    all.push(("outlay.reading".to_owned(), READING.to_owned()));
    all
}

/// What reproduces a result, as keys and values.
pub(super) fn provenance_pairs(provenance: &Provenance) -> Vec<(String, String)> {
    let Provenance {
        version,
        format,
        title,
        file,
        digest,
        trials,
        seed,
        design,
        scenario,
        set,
        ..
    } = provenance;
    let mut pairs = vec![
        ("outlay.version", (*version).to_owned()),
        ("outlay.format", format.to_string()),
        ("outlay.model", title.clone()),
        ("outlay.file", file.clone()),
        ("outlay.digest", digest.clone()),
        ("outlay.trials", trials.to_string()),
        ("outlay.seed", seed.to_string()),
        ("outlay.design", (*design).to_owned()),
    ];
    pairs.extend(scenario.iter().map(|scenario| ("outlay.scenario", scenario.clone())));
    if !set.is_empty() {
        let set: serde_json::Map<String, serde_json::Value> =
            set.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        pairs.push(("outlay.set", serde_json::Value::from(set).to_string()));
    }
    pairs.push(("outlay.command", command::line(provenance, &[])));
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn head(columns: &[TrialColumn]) -> String {
    let names: Vec<String> = columns.iter().map(|column| safe(&column.name)).collect();
    let names: Vec<&str> = std::iter::once(TRIAL).chain(names.iter().map(String::as_str)).collect();
    super::csv::sheet(&names, &[])
}

fn lines(chunk: &Chunk, kinds: &[ChannelKind]) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for lane in 0..chunk.len {
        let _into_memory = write!(out, "{}", chunk.first + lane as u64);
        for (channel, &kind) in kinds.iter().enumerate() {
            let value = cell(chunk.column(channel)[lane], kind);
            out.push(',');
            match kind {
                _ if value.is_nan() => {}
                ChannelKind::Condition => out.push_str(if value == 0.0 { "false" } else { "true" }),
                ChannelKind::Time if value.is_infinite() => out.push_str("inf"),
                ChannelKind::Number | ChannelKind::Time => out.push_str(&number(value)),
            }
        }
        out.push('\n');
    }
    out
}
