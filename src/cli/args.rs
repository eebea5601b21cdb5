//! Arguments as typed. Spellings are a contract; what they mean together is for `settings`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use super::exit::Exit;
use super::settings::{parse_override, parse_percentile, parse_seed, parse_threads, parse_trials};

const EXAMPLES: &str = "\
Examples:
  outlay models                          what ships with outlay
  outlay run a800-10k                    a million trials of a shipped model
  outlay models show a800-10k > my.toml  a model of your own to start from
  outlay check my.toml                   names, units and inputs; nothing is simulated
  outlay run my.toml -o result.csv       the table on the screen, all figures in a file";

const RUN_EXAMPLES: &str = "\
Examples:
  outlay run a800-10k -n 10M --seed 7
  outlay run a800-10k --set 'gpus=20_000 GPU' --only npv,break_even
  outlay run my.toml --scenario small_model -f json
  outlay run my.toml --base --all        where does the plan's figure come from?
  outlay run my.toml -o result.csv -o memo.md --force";

/// Monte Carlo simulation of AI-compute investments: what it costs, and when it pays back.
#[derive(Debug, Clone, Parser)]
#[command(name = "outlay", version, disable_help_flag = true, after_help = format!("{EXAMPLES}\n\n{}", Exit::HELP))]
pub struct Args {
    /// Options of every command.
    #[command(flatten)]
    pub(super) global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct GlobalArgs {
    /// Print results, errors and the model's warnings only
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// When to use color
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    pub(super) color: ColorArg,
    /// How errors and warnings are written
    #[arg(long, global = true, value_enum, value_name = "FORM", default_value_t)]
    pub(super) message_format: MessageFormat,
    /// Print help
    // One help, not a short and a long one.
    #[arg(short, long, global = true, action = clap::ArgAction::HelpShort)]
    pub(super) help: Option<bool>,
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum ColorArg {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// `--message-format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum MessageFormat {
    /// For people
    #[default]
    Human,
    /// One JSON object a line
    Json,
}

/// The commands.
#[derive(Debug, Clone, Subcommand)]
pub(super) enum Command {
    /// Simulate a model and report percentiles
    Run(RunArgs),
    /// Check models and list their inputs; simulate nothing
    Check(CheckArgs),
    /// List the models that ship with outlay, or print one
    Models(ModelsArgs),
}

/// `outlay run`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = format!("{RUN_EXAMPLES}\n\n{}", Exit::HELP))]
pub(super) struct RunArgs {
    /// A file, a shipped model's name or - (standard input). A shipped name comes before a file of
    /// that name: write ./NAME for the file
    pub(super) model: String,
    /// Options of every command that simulates.
    #[command(flatten)]
    pub(super) simulate: SimulateArgs,
    /// Compute the base case alone: every input at its base, nothing drawn
    #[arg(long, help_heading = "Base case", conflicts_with_all = ["trials", "seed", "design", "percentiles"])]
    pub(super) base: bool,
    /// With --base: every quantity of the model, with its unit
    #[arg(long, help_heading = "Base case", requires = "base", conflicts_with_all = ["trials", "seed", "design", "percentiles"])]
    pub(super) all: bool,
    /// What goes to standard output
    #[arg(
        help_heading = "Output",
        short,
        long,
        value_enum,
        value_name = "FORMAT",
        default_value_t
    )]
    pub(super) format: Format,
    /// Write the result to a file as well, in the format of its extension: .csv .json .md .txt [repeatable]
    #[arg(short, long, help_heading = "Output", value_name = "FILE")]
    pub(super) output: Vec<PathBuf>,
    /// Let --output overwrite files
    #[arg(long, help_heading = "Output")]
    pub(super) force: bool,
}

/// Options of every command that simulates.
#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "Simulation")]
pub(super) struct SimulateArgs {
    /// Number of trials: 250000, 250_000, 250k, 2.5M, 1e6
    #[arg(short = 'n', long, visible_alias = "runs", value_name = "N", value_parser = parse_trials, allow_negative_numbers = true, default_value = "1M")]
    pub(super) trials: u64,
    /// Seed of the random numbers: the same seed, the same result
    #[arg(long, value_name = "N", value_parser = parse_seed, allow_negative_numbers = true, default_value = "1")]
    pub(super) seed: u64,
    /// How the random numbers are laid out (latin, sobol: not available in this version)
    #[arg(long, value_enum, value_name = "DESIGN", default_value_t)]
    pub(super) design: Design,
    /// Percentiles to report, each between 0 and 100
    #[arg(
        long,
        value_name = "P,…",
        value_delimiter = ',',
        value_parser = parse_percentile,
        allow_negative_numbers = true,
        default_value = "5,25,50,75,95"
    )]
    pub(super) percentiles: Vec<f64>,
    /// What replaces inputs, and which outputs are wanted.
    #[command(flatten)]
    pub(super) change: ChangeArgs,
    /// Report these outputs only
    #[arg(long, help_heading = "Output", value_name = "OUTPUT,…", value_delimiter = ',')]
    pub(super) only: Vec<String>,
    /// Threads; all cores by default. The result does not depend on it
    #[arg(short = 'j', long, help_heading = "Simulation", value_name = "N", value_parser = parse_threads, allow_negative_numbers = true)]
    pub(super) threads: Option<u16>,
}

/// Options that replace inputs.
#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "Model")]
pub(super) struct ChangeArgs {
    /// Replace an input: 'gpus=20_000 GPU', 'rent=normal(10, 2) CNY/GPU/hour' [repeatable]
    #[arg(long, value_name = "NAME=EXPRESSION", value_parser = parse_override)]
    pub(super) set: Vec<String>,
    /// Take the inputs of one of the model's scenarios
    #[arg(long, value_name = "NAME")]
    pub(super) scenario: Option<String>,
}

/// `--design`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Design {
    /// Independent draws
    #[default]
    Random,
    /// Latin hypercube (not available in this version)
    Latin,
    /// Scrambled Sobol' points (not available in this version)
    Sobol,
}

/// `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// Text to read
    #[default]
    Table,
    /// One statistic a row
    Csv,
    /// Schema outlay.result/1
    Json,
    /// Tables to paste into a document
    Markdown,
}

/// `outlay check`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = Exit::HELP)]
pub(super) struct CheckArgs {
    /// Files, shipped models' names, or - for standard input
    #[arg(required = true, value_name = "MODEL")]
    pub(super) models: Vec<String>,
    /// What replaces inputs.
    #[command(flatten)]
    pub(super) change: ChangeArgs,
}

/// `outlay models`.
#[derive(Debug, Clone, ClapArgs)]
pub(super) struct ModelsArgs {
    /// What to do with them; nothing: list them.
    #[command(subcommand)]
    pub(super) command: Option<ModelsCommand>,
}

/// `outlay models …`.
#[derive(Debug, Clone, Subcommand)]
pub(super) enum ModelsCommand {
    /// Print a shipped model's file
    Show {
        /// Its name
        name: String,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }
}
