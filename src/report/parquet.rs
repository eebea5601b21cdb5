//! Parquet files: flat tables of typed columns, with what they mean in their metadata.
//!
//! In: fields, metadata and columns of values, a group of rows at a time. Out: bytes, as they are made; nothing but the
//! group at hand is held. This is the only file that knows the crate `parquet`. Not here: which columns there are
//! (`trials`, `tidy`).
//!
//! Format: Apache Parquet 2.x (<https://parquet.apache.org/docs/file-format/>), Zstandard, pages of version 1. Of
//! columns of many different numbers the bytes are split by their place (BYTE_STREAM_SPLIT), for they compress better so;
//! what is known of a field stands in the schema of Arrow that goes along ([`arrow`]), for Parquet has no place for it.

mod arrow;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Arc;

use ::parquet::basic::{
    Compression, Encoding, LogicalType, Repetition, Type as Physical, ZstdLevel,
};
use ::parquet::column::writer::{
    ColumnCloseResult, get_column_writer, get_typed_column_writer_mut,
};
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use ::parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use ::parquet::schema::types::{ColumnDescPtr, ColumnPath, Type};
use rayon::prelude::*;

/// A number is so many bytes, and a group of rows holds at most this many of them.
const GROUP_BYTES: usize = 32 << 20;
/// A group has no more rows than this.
const MOST_ROWS: usize = 1 << 20;
/// So many numbers are looked at to tell whether they repeat.
const LOOKED_AT: usize = 8192;
/// A column with no more different numbers among these has a dictionary.
const FEW: usize = 512;
/// Zstandard's own default: higher levels gain a percent and cost half the speed.
const LEVEL: i32 = 3;

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text.
    Text,
    /// Double precision.
    Number,
    /// Whole numbers.
    Whole,
    /// Whole numbers from 0 to 2⁶⁴ − 1.
    Unsigned,
    /// True or false.
    Condition,
}

/// A column: its name and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: String,
    /// What its values are.
    pub(super) kind: Kind,
    /// Whether every row has a value.
    pub(super) is_required: bool,
    /// Keys and values: `unit`, `about`.
    pub(super) notes: Vec<(&'static str, String)>,
}

/// The values of a column in a group of rows.
#[derive(Debug)]
pub(super) enum Values<'a> {
    /// Text; `None` for what is missing.
    Text(&'a [Option<String>]),
    /// Numbers and conditions (0 or 1); NaN for what is missing.
    Numbers(&'a [f64]),
    /// Whole numbers, the unsigned ones by their bits; `None` for what is missing.
    Whole(&'a [Option<i64>]),
}

/// So many rows are a group, of a table of so many columns: whatever the threads, so that the bytes are the same.
pub(super) fn rows_of_group(n_columns: usize) -> usize {
    (GROUP_BYTES / (8 * n_columns.max(1))).clamp(LOOKED_AT, MOST_ROWS) / LOOKED_AT * LOOKED_AT
}

/// A file on its way.
pub(super) struct ParquetWriter<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    properties: Option<WriterPropertiesPtr>,
    fields: Vec<Field>,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Begins a file with these columns; `metadata` is said of the whole.
    pub(super) fn new(
        out: W,
        fields: Vec<Field>,
        metadata: &[(String, String)],
    ) -> io::Result<ParquetWriter<W>> {
        let columns: Vec<Arc<Type>> = fields.iter().map(|field| Arc::new(column(field))).collect();
        let schema = Type::group_type_builder("outlay").with_fields(columns).build();
        let schema = Arc::new(schema.expect("a flat schema is well formed"));
        let pair = |(key, value): &(String, String)| KeyValue::new(key.clone(), value.clone());
        let mut pairs: Vec<KeyValue> = metadata.iter().map(pair).collect();
        pairs.push(KeyValue::new("ARROW:schema".to_owned(), arrow::schema(&fields, metadata)));
        let properties = properties().set_key_value_metadata(Some(pairs)).build();
        let writer = SerializedFileWriter::new(out, schema, Arc::new(properties)).map_err(error)?;
        Ok(ParquetWriter { writer, properties: None, fields })
    }

    /// Writes a group of rows: a list of values a column, all of the same length.
    pub(super) fn write(&mut self, columns: &[Values<'_>]) -> io::Result<()> {
        let fields = &self.fields;
        let properties = self.properties.get_or_insert_with(|| {
            // The first rows decide for all.
            let mut builder = properties();
            for (field, values) in fields.iter().zip(columns) {
                let path = ColumnPath::new(vec![field.name.clone()]);
                builder = match encoding(field.kind, values) {
                    None => builder.set_column_dictionary_enabled(path, true),
                    Some(encoding) => builder
                        .set_column_dictionary_enabled(path.clone(), false)
                        .set_column_encoding(path, encoding),
                };
            }
            Arc::new(builder.build())
        });
        let descriptions = self.writer.schema_descr().columns();
        let encoded: Vec<(Vec<u8>, ColumnCloseResult)> = descriptions
            .par_iter()
            .zip(columns)
            .map(|(description, values)| encode(description, properties, values))
            .collect::<Result<_, ParquetError>>()
            .map_err(error)?;
        let mut group = self.writer.next_row_group().map_err(error)?;
        for (bytes, closed) in encoded {
            group.append_column(&bytes::Bytes::from(bytes), closed).map_err(error)?;
        }
        group.close().map(|_| ()).map_err(error)
    }

    /// Ends the file.
    pub(super) fn finish(self) -> io::Result<W> {
        self.writer.into_inner().map_err(error)
    }
}

/// What all columns have in common.
fn properties() -> ::parquet::file::properties::WriterPropertiesBuilder {
    let level = ZstdLevel::try_new(LEVEL).expect("a level that Zstandard has");
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_created_by(format!("outlay version {}", env!("CARGO_PKG_VERSION")))
        // Draws are in no order: what a page says of its values rules none out.
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
}

fn column(field: &Field) -> Type {
    let (physical, logical) = match field.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Number => (Physical::DOUBLE, None),
        Kind::Whole => (Physical::INT64, None),
        Kind::Unsigned => (Physical::INT64, Some(LogicalType::integer(64, false))),
        Kind::Condition => (Physical::BOOLEAN, None),
    };
    let repetition = if field.is_required { Repetition::REQUIRED } else { Repetition::OPTIONAL };
    Type::primitive_type_builder(&field.name, physical)
        .with_logical_type(logical)
        .with_repetition(repetition)
        .build()
        .expect("a logical type of its physical one")
}

/// How a column is encoded; `None` for a dictionary.
fn encoding(kind: Kind, values: &Values<'_>) -> Option<Encoding> {
    match (kind, values) {
        (Kind::Text, _) | (_, Values::Text(_)) => None,
        (Kind::Condition, _) => Some(Encoding::PLAIN),
        (Kind::Whole | Kind::Unsigned, _) | (_, Values::Whole(_)) => {
            Some(Encoding::DELTA_BINARY_PACKED)
        }
        (Kind::Number, Values::Numbers(numbers)) => {
            let looked_at = numbers.iter().take(LOOKED_AT);
            let different: BTreeSet<u64> = looked_at.map(|number| number.to_bits()).collect();
            (different.len() > FEW).then_some(Encoding::BYTE_STREAM_SPLIT)
        }
    }
}

/// A column of a group, as it stands in the file.
fn encode(
    description: &ColumnDescPtr,
    properties: &WriterPropertiesPtr,
    values: &Values<'_>,
) -> Result<(Vec<u8>, ColumnCloseResult), ParquetError> {
    let (description, properties) = (Arc::clone(description), Arc::clone(properties));
    match values {
        Values::Text(texts) => {
            let present = texts.iter().flatten().map(|text| ByteArray::from(text.as_str()));
            let present: Vec<ByteArray> = present.collect();
            let levels = levels(texts, |text| text.is_some());
            chunk::<ByteArrayType>(description, properties, &present, &levels)
        }
        Values::Whole(numbers) => {
            let present: Vec<i64> = numbers.iter().flatten().copied().collect();
            let levels = levels(numbers, |number| number.is_some());
            chunk::<Int64Type>(description, properties, &present, &levels)
        }
        Values::Numbers(numbers) => {
            let present = numbers.iter().copied().filter(|number| !number.is_nan());
            let levels = levels(numbers, |number| !number.is_nan());
            if description.physical_type() == Physical::BOOLEAN {
                let present: Vec<bool> = present.map(|number| number != 0.0).collect();
                chunk::<BoolType>(description, properties, &present, &levels)
            } else {
                let present: Vec<f64> = present.collect();
                chunk::<DoubleType>(description, properties, &present, &levels)
            }
        }
    }
}

/// 1 for what is there, 0 for what is missing.
fn levels<T>(values: &[T], is_there: impl Fn(&T) -> bool) -> Vec<i16> {
    values.iter().map(|value| i16::from(is_there(value))).collect()
}

fn chunk<T: DataType>(
    description: ColumnDescPtr,
    properties: WriterPropertiesPtr,
    present: &[T::T],
    levels: &[i16],
) -> Result<(Vec<u8>, ColumnCloseResult), ParquetError> {
    let levels = (description.max_def_level() > 0).then_some(levels);
    let mut sink = TrackedWrite::new(Vec::new());
    let pages = Box::new(SerializedPageWriter::new(&mut sink));
    let mut writer = get_column_writer(description, properties, pages);
    get_typed_column_writer_mut::<T>(&mut writer).write_batch(present, levels, None)?;
    let closed = writer.close()?;
    Ok((sink.into_inner()?, closed))
}

/// The system's own error where there is one.
fn error(error: ParquetError) -> io::Error {
    let ParquetError::External(inner) = error else { return io::Error::other(error) };
    match inner.downcast::<io::Error>() {
        Ok(own) => *own,
        Err(other) => io::Error::other(other),
    }
}
