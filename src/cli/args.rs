//! Arguments as typed. Spellings are a contract; what they mean together is for `settings`.

mod diff;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use super::exit::Exit;
use super::settings::{
    parse_alternative, parse_override, parse_percentile, parse_seed, parse_threads, parse_trial,
    parse_trials,
};
use crate::RunSettings;
use crate::analysis::{Steps, Vary};
use crate::sampling::Design;

pub(super) use diff::DiffArgs;

const EXAMPLES: &str = "\
Examples:
  outlay models                          what ships with outlay
  outlay run a800-10k                    a million trials of a shipped model
  outlay models show a800-10k > my.toml  a model of your own to start from
  outlay check my.toml                   names, units and inputs; nothing is simulated
  outlay run my.toml -o result.csv       the table on the screen, all figures in a file
  outlay sensitivity my.toml --output npv  what drives it";

const RUN_EXAMPLES: &str = "\
Examples:
  outlay run a800-10k -n 10M --seed 7
  outlay run a800-10k --set 'gpus=20_000 GPU' --only npv,break_even
  outlay run my.toml --scenario small_model -f json
  outlay run my.toml --plot --only npv   its distribution, drawn in the terminal
  outlay run my.toml --base --all        where does the plan's figure come from?
  outlay run a800-10k --until 'p95(programme) +- 0.1%' --statistic 'shortfall(npv, 5%)'
  outlay run my.toml -o result.xlsx -o memo.md --force
  outlay run my.toml --trials-out trials.parquet --trials-inputs rent,gpu_price   every trial, for DuckDB or pandas";

const REPORT_EXAMPLES: &str = "\
Examples:
  outlay report a800-10k -o report.html
  outlay report my.toml --lang zh -o 报告.html --force
  outlay report my.toml --scenario small_model -n 10M -o small.html";

const FIT_EXAMPLES: &str = "\
Examples:
  outlay fit prices.csv --column usd --unit USD
  outlay fit prices.csv --column usd --families lognormal,gamma,weibull -f json
  outlay fit prices.csv --column usd --unit USD --with-uncertainty";

const NEW_EXAMPLES: &str = "\
Examples:
  outlay new cluster                     cluster.toml: a small model with comments
  outlay new ours --from a800-10k        ours.toml: a variant of a shipped model";

const VERIFY_EXAMPLES: &str = "\
Examples:
  outlay run a800-10k -f json > result.json
  outlay verify result.json              the same figures again?
  outlay verify result.json --model old/my.toml";

const BENCH_EXAMPLES: &str = "\
Examples:
  outlay bench --quick                   draws, two shipped models, the designs: ten seconds or so
  outlay bench my.toml -f csv            a model of your own, to compute with";

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
    /// Simulate a model and write a page to hand on
    Report(ReportArgs),
    /// Find what drives an output, and what knowing an input is worth
    Sensitivity(SensitivityArgs),
    /// Find what the tail of an output is made of
    Tail(TailArgs),
    /// Print every quantity of one trial
    Replay(ReplayArgs),
    /// Find the value of an input at which a statistic meets a target
    Solve(SolveArgs),
    /// Fit distributions to a column of data
    Fit(FitArgs),
    /// Write a model to start from
    New(NewArgs),
    /// Run again what a result is of, and compare
    Verify(VerifyArgs),
    /// Compare alternatives side by side on the same random numbers
    Compare(CompareArgs),
    /// Find what changed between two versions of a model, and what each change does
    Diff(DiffArgs),
    /// Compute statistics while one or two inputs vary
    Sweep(SweepArgs),
    /// Check models and list their inputs; simulate nothing unless asked to
    Check(CheckArgs),
    /// Measure speed on this machine, and the accuracy of designs
    Bench(BenchArgs),
    /// List the models that ship with outlay, or print one
    Models(ModelsArgs),
    /// Say what an error or a warning means, with an example
    Explain(ExplainArgs),
    /// Print the JSON Schema of model files, for editors
    Schema,
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print a manual page, or write them all
    Man(ManArgs),
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
    /// Run until a statistic is so precise (its 95 % interval): 'p95(investment) +- 0.5%', 'P(npv > 0) +- 0.2pt',
    /// 'mean(npv) +- 1000万 CNY' [repeatable]. -n is the most trials then; exit code 5 where they do not do
    #[arg(long, help_heading = "Simulation", value_name = "PRECISION", conflicts_with = "base")]
    pub(super) until: Vec<String>,
    /// Report a statistic with its 95 % interval: 'p99.5(investment)', 'P(npv > 0)', 'shortfall(npv, 5%)' [repeatable]
    #[arg(long, help_heading = "Output", value_name = "STATISTIC", conflicts_with = "base")]
    pub(super) statistic: Vec<String>,
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
    /// Write the result to a file as well, in the format of its extension: .csv .json .md .txt .parquet .xlsx
    /// .hgrm .hlog [repeatable]
    #[arg(short, long, help_heading = "Output", value_name = "FILE")]
    pub(super) output: Vec<PathBuf>,
    /// Draw the outputs below the table: histograms, cumulative curves, fans over time
    #[arg(long, help_heading = "Output", conflicts_with = "base")]
    pub(super) plot: bool,
    /// Write every trial, a row each, to .parquet or .csv: a column an output; of series only those that --only names
    #[arg(long, help_heading = "Output", value_name = "FILE", conflicts_with = "base")]
    pub(super) trials_out: Option<PathBuf>,
    /// With --trials-out: columns for these inputs as well, or for all random ones: NAME,… or all
    #[arg(
        long,
        help_heading = "Output",
        value_name = "INPUT,…",
        value_delimiter = ',',
        requires = "trials_out"
    )]
    pub(super) trials_inputs: Vec<String>,
    /// Let --output and --trials-out overwrite files
    #[arg(long, help_heading = "Output")]
    pub(super) force: bool,
}

/// `outlay report`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = format!("{REPORT_EXAMPLES}\n\n{}", Exit::HELP))]
pub(super) struct ReportArgs {
    /// A file, a shipped model's name or - (standard input)
    pub(super) model: String,
    /// Options of every command that simulates.
    #[command(flatten)]
    pub(super) simulate: SimulateArgs,
    /// Language of the page; what the model says is shown as it is written
    #[arg(long, help_heading = "Output", value_name = "LANGUAGE", value_parser = ["en", "zh"], default_value = "en")]
    pub(super) lang: String,
    /// The page; without it, it goes to standard output
    #[arg(short, long, help_heading = "Output", value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Let --output overwrite a file
    #[arg(long, help_heading = "Output")]
    pub(super) force: bool,
}

/// Options of every command that simulates.
#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "Simulation")]
pub(super) struct SimulateArgs {
    /// Number of trials: 250000, 250_000, 250k, 2.5M, 1e6 [default: 1M; the most with --until: 100M]
    #[arg(short = 'n', long, visible_alias = "runs", alias = "max-trials", value_name = "N", value_parser = parse_trials, allow_negative_numbers = true)]
    pub(super) trials: Option<u64>,
    /// Seed of the random numbers: the same seed, the same result
    #[arg(long, value_name = "N", value_parser = parse_seed, allow_negative_numbers = true, default_value = "1")]
    pub(super) seed: u64,
    /// How the random numbers are laid out over the trials. latin and sobol find means and percentiles with fewer
    /// trials; sobol takes a power of two of them
    #[arg(long, value_enum, value_name = "DESIGN", default_value_t)]
    pub(super) design: DesignArg,
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

const SENSITIVITY_EXAMPLES: &str = "\
Examples:
  outlay sensitivity a800-10k --output npv
  outlay sensitivity my.toml --output npv --decide base,small_model   what is it worth to know more?
  outlay sensitivity my.toml --output npv --decide base,nothing       to invest or not
  outlay sensitivity my.toml --output 'budget[alibaba]' -f json";

const TAIL_EXAMPLES: &str = "\
Examples:
  outlay tail a800-10k --output programme --at p95
  outlay tail my.toml --output npv --at p5
  outlay tail my.toml --where 'npv < 0 and rent > 8 CNY/GPU/hour'";

const REPLAY_EXAMPLES: &str = "\
Examples:
  outlay replay a800-10k --trial 17
  outlay replay a800-10k --trial 17 --design sobol -n 65_536
  outlay replay a800-10k --trial 17 --seed 7 -f json";

/// `outlay sensitivity`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = format!("{SENSITIVITY_EXAMPLES}\n\n{}", Exit::HELP))]
pub(super) struct SensitivityArgs {
    /// A file, a shipped model's name or - (standard input)
    pub(super) model: String,
    /// The output, or any expression of the model; the first output that is no series, if none is named
    #[arg(long, value_name = "NAME")]
    pub(super) output: Option<String>,
    /// Alternatives of a decision: scenarios, base, nothing (worth 0). All scenarios and the base, if none are named
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(super) decide: Vec<String>,
    /// How many trials, and from which seed.
    #[command(flatten)]
    pub(super) trials: TrialsArgs,
    /// What replaces inputs.
    #[command(flatten)]
    pub(super) change: ChangeArgs,
    /// Where the answer goes.
    #[command(flatten)]
    pub(super) written: WrittenArgs,
}

/// `outlay tail`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = format!("{TAIL_EXAMPLES}\n\n{}", Exit::HELP))]
pub(super) struct TailArgs {
    /// A file, a shipped model's name or - (standard input)
    pub(super) model: String,
    /// The output, or any expression of the model; the first output that is no series, if none is named
    #[arg(long, value_name = "NAME", conflicts_with = "region")]
    pub(super) output: Option<String>,
    /// From which percentile on: p50 and more upwards, less than p50 downwards
    #[arg(long, value_name = "P", value_parser = parse_percentile, allow_negative_numbers = true, default_value = "p90")]
    pub(super) at: f64,
    /// Instead of a percentile: the trials in which a condition holds
    #[arg(long = "where", id = "region", value_name = "CONDITION", conflicts_with = "at")]
    pub(super) region: Option<String>,
    /// How many trials, and from which seed.
    #[command(flatten)]
    pub(super) trials: TrialsArgs,
    /// What replaces inputs.
    #[command(flatten)]
    pub(super) change: ChangeArgs,
    /// Where the answer goes.
    #[command(flatten)]
    pub(super) written: WrittenArgs,
}

/// `outlay replay`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = format!("{REPLAY_EXAMPLES}\n\n{}", Exit::HELP))]
pub(super) struct ReplayArgs {
    /// A file, a shipped model's name or - (standard input)
    pub(super) model: String,
    /// The trial, counted from 0
    #[arg(long, value_name = "K", value_parser = parse_trial, allow_negative_numbers = true)]
    pub(super) trial: u64,
    /// Design of the run that it is a trial of
    #[arg(long, value_enum, value_name = "DESIGN", default_value_t)]
    pub(super) design: DesignArg,
    /// Number of trials of that run: under latin and sobol a trial depends on it
    #[arg(short = 'n', long, visible_alias = "runs", value_name = "N", value_parser = parse_trials, allow_negative_numbers = true, default_value = "1M")]
    pub(super) trials: u64,
    /// Seed of the run that it is a trial of
    #[arg(long, value_name = "N", value_parser = parse_seed, allow_negative_numbers = true, default_value = "1")]
    pub(super) seed: u64,
    /// What replaces inputs.
    #[command(flatten)]
    pub(super) change: ChangeArgs,
    /// Where the answer goes.
    #[command(flatten)]
    pub(super) written: WrittenArgs,
}

/// How many trials, and from which seed.
#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "Simulation")]
pub(super) struct TrialsArgs {
    /// Number of trials: 250000, 250_000, 250k, 2.5M, 1e6
    #[arg(short = 'n', long, visible_alias = "runs", value_name = "N", value_parser = parse_trials, allow_negative_numbers = true, default_value = "1M")]
    pub(super) trials: u64,
    /// Seed of the random numbers: the same seed, the same answer
    #[arg(long, value_name = "N", value_parser = parse_seed, allow_negative_numbers = true, default_value = "1")]
    pub(super) seed: u64,
    /// How the random numbers are laid out over the trials. latin and sobol find more with as many trials; sobol takes a
    /// power of two of them
    #[arg(long, value_enum, value_name = "DESIGN", default_value_t)]
    pub(super) design: DesignArg,
    /// Threads; all cores by default. The answer does not depend on it
    #[arg(short = 'j', long, value_name = "N", value_parser = parse_threads, allow_negative_numbers = true)]
    pub(super) threads: Option<u16>,
}

impl TrialsArgs {
    /// How a command with these options runs its trials.
    pub(super) fn settings(&self) -> RunSettings {
        RunSettings {
            trials: self.trials,
            seed: self.seed,
            design: self.design.into(),
            threads: self.threads.map(usize::from),
            ..RunSettings::default()
        }
    }
}

/// Where an answer goes.
#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "Output")]
pub(super) struct WrittenArgs {
    /// What goes to standard output
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(super) format: Format,
    /// Write the answer to a file as well, in the format of its extension: .csv .json .md .txt .parquet .xlsx [repeatable]
    #[arg(short = 'o', long = "write", id = "write", value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Let -o overwrite files
    #[arg(long)]
    pub(super) force: bool,
}

/// `--design`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum DesignArg {
    /// Independent draws
    #[default]
    Random,
    /// Latin hypercubes: every input spread evenly
    Latin,
    /// Scrambled Sobol' points: all inputs together spread evenly
    Sobol,
}

impl From<DesignArg> for Design {
    fn from(arg: DesignArg) -> Design {
        match arg {
            DesignArg::Random => Design::Random,
            DesignArg::Latin => Design::Latin,
            DesignArg::Sobol => Design::Sobol,
        }
    }
}

/// `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// Text to read
    #[default]
    Table,
    /// One statistic a row
    Csv,
    /// For programs, with a versioned schema
    Json,
    /// Tables to paste into a document
    Markdown,
}

const SOLVE_EXAMPLES: &str = "\
Examples:
  outlay solve rental-h200 --vary rent=2..5 --for 'P(npv > 0) = 50%'
  outlay solve my.toml --vary 'rent=5..20 CNY/GPU/hour' --for 'p50(payback(cash_flow)) = 48 month' -f json

The range is scanned on one set of random numbers, and every crossing is closed in on; its interval follows from
that of the statistic. Exit code 4 where there is none.";

/// `outlay solve`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = format!("{SOLVE_EXAMPLES}\n\n{}", Exit::HELP))]
pub(super) struct SolveArgs {
    /// A file, a shipped model's name or - (standard input)
    pub(super) model: String,
    /// The input and its range: 'utilisation=10%..100%', 'gpus=1000..20000'
    #[arg(long, value_name = "NAME=LOW..HIGH", value_parser = Vary::parse)]
    pub(super) vary: Vary,
    /// The equation: 'P(payback(cash_flow) <= 48 month) = 50%', 'mean(npv) = 0', 'p95(investment) = 90亿 CNY'
    #[arg(long = "for", value_name = "STATISTIC = TARGET")]
    pub(super) equation: String,
    /// How many trials at each value, and from which seed.
    #[command(flatten)]
    pub(super) trials: TrialsArgs,
    /// What replaces inputs.
    #[command(flatten)]
    pub(super) change: ChangeArgs,
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
    /// Write the result to a file as well, in the format of its extension: .csv .json .md .txt .parquet .xlsx [repeatable]
    #[arg(short, long, help_heading = "Output", value_name = "FILE")]
    pub(super) output: Vec<PathBuf>,
    /// Let --output overwrite files
    #[arg(long, help_heading = "Output")]
    pub(super) force: bool,
}

const COMPARE_EXAMPLES: &str = "\
Examples:
  outlay compare rent-or-buy --only npv                       the base and every scenario
  outlay compare my.toml --scenario base --scenario small_model
  outlay compare rent.toml buy.toml --only npv                models, by the outputs that they share
  outlay compare my.toml --alternative 'large: gpus=20_000 GPU; rounds=poisson(20) run' -f json";

/// `outlay compare`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = format!("{COMPARE_EXAMPLES}\n\n{}", Exit::HELP))]
pub(super) struct CompareArgs {
    /// Files, shipped models' names, or - for standard input; one alone is compared under its scenarios
    #[arg(required = true, value_name = "MODEL")]
    pub(super) models: Vec<String>,
    /// A scenario of the model as an alternative, or base [repeatable]. One alone is compared with the base;
    /// the base and every scenario, if no alternatives are named
    #[arg(long, value_name = "NAME", help_heading = "Alternatives")]
    pub(super) scenario: Vec<String>,
    /// The model with other inputs as an alternative: 'large: gpus=20_000 GPU; rounds=20 run' [repeatable]
    #[arg(long, value_name = "NAME: INPUT=EXPRESSION; …", value_parser = parse_alternative, help_heading = "Alternatives")]
    pub(super) alternative: Vec<(String, Vec<String>)>,
    /// Replace an input in all alternatives: 'gpus=20_000 GPU' [repeatable]
    #[arg(long, value_name = "NAME=EXPRESSION", value_parser = parse_override, help_heading = "Alternatives")]
    pub(super) set: Vec<String>,
    /// Compare these outputs only
    #[arg(long, help_heading = "Output", value_name = "OUTPUT,…", value_delimiter = ',')]
    pub(super) only: Vec<String>,
    /// Percentiles to report, each between 0 and 100
    #[arg(
        long,
        help_heading = "Output",
        value_name = "P,…",
        value_delimiter = ',',
        value_parser = parse_percentile,
        allow_negative_numbers = true,
        default_value = "5,25,50,75,95"
    )]
    pub(super) percentiles: Vec<f64>,
    /// How many trials, and from which seed.
    #[command(flatten)]
    pub(super) trials: TrialsArgs,
    /// Where the answer goes.
    #[command(flatten)]
    pub(super) written: WrittenArgs,
}

const SWEEP_EXAMPLES: &str = "\
Examples:
  outlay sweep rent-or-buy --vary used=30%..90%:10% --only npv
  outlay sweep my.toml --vary gpus=1000..20000:1000 --statistic 'p50(npv)' --statistic 'P(npv > 0)'
  outlay sweep my.toml --vary gpus=100..10000:log:9 --vary price=8万,10万,12万 -f csv";

/// `outlay sweep`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = format!("{SWEEP_EXAMPLES}\n\n{}", Exit::HELP))]
pub(super) struct SweepArgs {
    /// A file, a shipped model's name or - (standard input)
    pub(super) model: String,
    /// The input and its values: 'gpus=1000..20000:1000' (by steps), 'gpus=100..10000:log:5' (so many points), 'gpus=300,3000';
    /// in the input's own unit, or in that behind the numbers [at most twice]
    #[arg(long, value_name = "NAME=VALUES", value_parser = Steps::parse, required = true)]
    pub(super) vary: Vec<Steps>,
    /// A statistic to follow: 'p50(npv)', 'mean(npv)', 'P(npv > 0)', 'shortfall(npv, 5%)' [repeatable]; mean and percentiles of the
    /// first output, or of those of --only, if none is named
    #[arg(long, help_heading = "Output", value_name = "STATISTIC")]
    pub(super) statistic: Vec<String>,
    /// Follow these outputs
    #[arg(
        long,
        help_heading = "Output",
        value_name = "OUTPUT,…",
        value_delimiter = ',',
        conflicts_with = "statistic"
    )]
    pub(super) only: Vec<String>,
    /// How many trials at each point, and from which seed.
    #[command(flatten)]
    pub(super) trials: TrialsArgs,
    /// What replaces inputs.
    #[command(flatten)]
    pub(super) change: ChangeArgs,
    /// Where the answer goes.
    #[command(flatten)]
    pub(super) written: WrittenArgs,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  outlay check my.toml                   names, units and inputs; nothing is simulated
  outlay check --run my.toml             its [checks] too; exit code 4 where one fails
  outlay check --run -n 10M *.toml       with more trials";

/// `outlay check`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = format!("{CHECK_EXAMPLES}\n\n{}", Exit::HELP))]
pub(super) struct CheckArgs {
    /// Files, shipped models' names, or - for standard input
    #[arg(required = true, value_name = "MODEL")]
    pub(super) models: Vec<String>,
    /// Simulate, and judge the checks that the models declare
    #[arg(long)]
    pub(super) run: bool,
    /// With --run: the number of trials
    #[arg(short = 'n', long, visible_alias = "runs", value_name = "N", value_parser = parse_trials, allow_negative_numbers = true, default_value = "1M", requires = "run")]
    pub(super) trials: u64,
    /// With --run: the seed of the random numbers
    #[arg(long, value_name = "N", value_parser = parse_seed, allow_negative_numbers = true, default_value = "1", requires = "run")]
    pub(super) seed: u64,
    /// With --run: how the random numbers are laid out over the trials
    #[arg(long, value_enum, value_name = "DESIGN", default_value_t, requires = "run")]
    pub(super) design: DesignArg,
    /// With --run: threads; all cores by default
    #[arg(short = 'j', long, value_name = "N", value_parser = parse_threads, allow_negative_numbers = true, requires = "run")]
    pub(super) threads: Option<u16>,
    /// What replaces inputs.
    #[command(flatten)]
    pub(super) change: ChangeArgs,
}

/// `outlay fit`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = format!("{FIT_EXAMPLES}\n\n{}", Exit::HELP))]
pub(super) struct FitArgs {
    /// A CSV file whose first line names its columns, or - for standard input
    pub(super) file: String,
    /// The column; may be left out where there is one only
    #[arg(long, value_name = "NAME")]
    pub(super) column: Option<String>,
    /// Fit these alone: lognormal,gamma,…; quantiles is a metalog, sample the data themselves
    #[arg(long, value_name = "FAMILY,…", value_delimiter = ',')]
    pub(super) families: Vec<String>,
    /// The unit of the numbers, for what is pasted: USD, 'CNY/GPU/hour'
    #[arg(long, value_name = "UNIT", default_value = "")]
    pub(super) unit: String,
    /// Paste parameters that are uncertain themselves, with their correlations
    #[arg(long)]
    pub(super) with_uncertainty: bool,
    /// Where the answer goes.
    #[command(flatten)]
    pub(super) written: WrittenArgs,
}

/// `outlay new`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = format!("{NEW_EXAMPLES}\n\n{}", Exit::HELP))]
pub(super) struct NewArgs {
    /// The name of the model; its file is NAME.toml
    pub(super) name: String,
    /// Make a variant of this model, a shipped one or a file: what it does not say is as there
    #[arg(long, value_name = "MODEL")]
    pub(super) from: Option<String>,
    /// Overwrite NAME.toml
    #[arg(long)]
    pub(super) force: bool,
}

/// `outlay verify`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = format!("{VERIFY_EXAMPLES}\n\n{}", Exit::HELP))]
pub(super) struct VerifyArgs {
    /// A result as JSON: outlay run MODEL -f json
    pub(super) result: PathBuf,
    /// Where its model is; else a shipped model, or the file of its name beside the result
    #[arg(long, value_name = "MODEL")]
    pub(super) model: Option<String>,
    /// Threads; all cores by default. The result does not depend on it
    #[arg(short = 'j', long, value_name = "N", value_parser = parse_threads, allow_negative_numbers = true)]
    pub(super) threads: Option<u16>,
}

/// `outlay bench`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = format!("{BENCH_EXAMPLES}\n\n{}", Exit::HELP))]
pub(super) struct BenchArgs {
    /// Files, shipped models' names, or - for standard input; all that ship, if none is named
    #[arg(value_name = "MODEL")]
    pub(super) models: Vec<String>,
    /// Fewer and shorter rounds, and two of the shipped models if none is named: ten seconds or so
    #[arg(long)]
    pub(super) quick: bool,
    /// Where the answer goes.
    #[command(flatten)]
    pub(super) written: WrittenArgs,
}

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  outlay explain                         all codes
  outlay explain E402                    what it means, a wrong model and a right one";

/// `outlay explain`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub(super) struct ExplainArgs {
    /// Codes of errors and warnings; all are listed, if none is named
    #[arg(value_name = "CODE")]
    pub(super) codes: Vec<String>,
}

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  outlay completions bash > ~/.local/share/bash-completion/completions/outlay
  outlay completions zsh > ~/.zfunc/_outlay          with ~/.zfunc in fpath
  outlay completions fish > ~/.config/fish/completions/outlay.fish";

/// `outlay completions`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}

const MAN_EXAMPLES: &str = "\
Examples:
  outlay man run | man -l -
  outlay man -o ~/.local/share/man/man1  the pages of all commands";

/// `outlay man`.
#[derive(Debug, Clone, ClapArgs)]
#[command(after_help = MAN_EXAMPLES)]
pub(super) struct ManArgs {
    /// The command; outlay itself, if none is named
    pub(super) command: Option<String>,
    /// Write the pages of all commands into this folder
    #[arg(short, long, value_name = "FOLDER")]
    pub(super) output: Option<PathBuf>,
    /// Let --output overwrite files
    #[arg(long)]
    pub(super) force: bool,
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
