//! The model file: TOML walked with its spans, every expression parsed. No meaning yet.
//!
//! [`parse()`] makes a [`ParsedModel`] of a file and of what it extends; [`parse_override`] reads what
//! stands behind `--set`.

mod apply;
mod data_files;
mod dependence;
mod entries;
mod inputs;
mod merge;
mod overrides;
mod parse;
mod parsed;
mod tables;
mod toml_errors;
mod visit;
mod walker;

pub use apply::{Replaced, apply, apply_scenario};
pub use data_files::{data_files, sample_files};
pub use dependence::{Address, CopulaDefinition, CopulaKind, CorrelationDefinition};
pub use overrides::{parse_expression, parse_override};
pub use parse::{MAX_BYTES, MAX_LABELS, parse};
pub use parsed::*;

/// The JSON Schema of a model file, draft 7, for editors.
pub const SCHEMA: &str = include_str!("schema.json");

#[cfg(test)]
mod tests;
