//! What a run found, as text: tables to read, Markdown to paste, CSV and JSON to compute with.
//!
//! In: a [`SimulationResult`](crate::results::SimulationResult), or the rows of the base case and
//! of the inputs. Out: a `String`. Nothing here opens a file, looks at the clock or knows whether
//! a terminal is there: width and color come in.
//!
//! The two renderings for people share one content: [`Memo`] decides what stands in which table,
//! [`table()`] and [`markdown`] how that looks.

mod bars;
mod bench;
mod chart;
mod command;
mod compare;
mod csv;
mod diff;
mod explain;
mod fit;
pub mod html;
mod json;
mod listing;
mod markdown;
mod memo;
mod number;
mod page;
mod parquet;
mod percentiles;
mod plot;
mod sensitivity;
mod series;
mod solve;
mod statistics;
mod sweep;
mod table;
mod tail;
mod tidy;
mod trial;
mod trials;
mod visible;
mod workbook;
mod wrap;

pub use self::csv::{csv, quantities_csv};
pub use bench::{
    Bench, DesignAccuracy, DrawSpeed, Machine, Measured, ModelSpeed, bench_csv, bench_json,
    bench_memo,
};
pub use compare::{compare_csv, compare_json, compare_memo};
pub use diff::{diff_csv, diff_json, diff_memo};
pub use explain::{Example, Explanation, all_codes, explained, explanation};
pub use fit::{FitSubject, fit_csv, fit_inputs, fit_json, fit_line, fit_memo, fit_page};
pub use json::{SCHEMA, json, quantities_json};
pub use listing::{inputs_memo, quantities_memo};
pub use markdown::markdown;
pub use memo::{checks_memo, memo};
pub use page::{Align, Column, Grid, Memo};
pub use percentiles::{hgrm, hlog, is_in_hdr};
pub use plot::plot;
pub use sensitivity::{sensitivity_csv, sensitivity_json, sensitivity_memo};
pub use solve::{solve_csv, solve_json, solve_memo};
pub use sweep::{sweep_csv, sweep_json, sweep_memo};
pub use table::{Look, table, table_with};
pub use tail::{tail_csv, tail_json, tail_memo};
pub use tidy::parquet_table;
pub use trial::{trial_csv, trial_json, trial_memo};
pub use trials::{TrialFormat, write_trials};
pub use workbook::{workbook, workbook_table};

pub(crate) use number::{grouped, shifted};
pub(crate) use statistics::estimate_cells;
pub(crate) use visible::{is_hidden, visible, visible_lines};

#[cfg(test)]
mod fixture;
