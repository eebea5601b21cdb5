//! `outlay diff`: arguments as typed.

use clap::Args as ClapArgs;

use super::super::exit::Exit;
use super::super::settings::parse_percentile;
use super::{ChangeArgs, TrialsArgs, WrittenArgs};

const EXAMPLES: &str = "\
Examples:
  outlay diff last_quarter.toml my.toml
  outlay diff a800-10k my_variant.toml --output npv
  outlay diff old/my.toml my.toml --scenario small_model -f json
  git show HEAD~1:my.toml | outlay diff - my.toml

With five changes or fewer each has its mean effect over all orders of making them (Shapley); more are made one after
the other. Changes that need each other, such as a new input and the formula that names it, count as one.";

/// `outlay diff`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", Exit::HELP))]
pub(in crate::cli) struct DiffArgs {
    /// The old version: a file, a shipped model's name or - (standard input)
    pub(in crate::cli) old: String,
    /// The new version
    pub(in crate::cli) new: String,
    /// The outputs; all that both versions have, if none is named
    #[arg(
        long,
        help_heading = "Output",
        visible_alias = "only",
        value_name = "NAME,…",
        value_delimiter = ','
    )]
    pub(in crate::cli) output: Vec<String>,
    /// Percentiles beside the mean, each between 0 and 100
    #[arg(
        long,
        help_heading = "Output",
        value_name = "P,…",
        value_delimiter = ',',
        value_parser = parse_percentile,
        allow_negative_numbers = true,
        default_value = "50,90"
    )]
    pub(in crate::cli) percentiles: Vec<f64>,
    /// How many trials of each model, and from which seed.
    #[command(flatten)]
    pub(in crate::cli) trials: TrialsArgs,
    /// What replaces inputs, in both versions.
    #[command(flatten)]
    pub(in crate::cli) change: ChangeArgs,
    /// Where the answer goes.
    #[command(flatten)]
    pub(in crate::cli) written: WrittenArgs,
}
