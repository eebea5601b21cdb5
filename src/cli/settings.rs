//! Settings with everything resolved: values parsed at the border, contradictions refused.

use std::path::{Path, PathBuf};

use super::args::{Format, RunArgs, SimulateArgs};
use super::failure::Failure;
use crate::report::TrialFormat;
use crate::{Asked, InputColumns, Request, RunSettings, TrialColumns, report};

/// The most trials: beyond it a run would take years.
const MOST_TRIALS: f64 = 1e15;

/// Trials where no number is given.
const DEFAULT_TRIALS: u64 = 1_000_000;
/// The most trials of a run that ends by its precision.
const DEFAULT_MOST_TRIALS: u64 = 100_000_000;

const FORMATS_HELP: &str = "write .csv, .json, .md, .txt, .parquet, .xlsx, .hgrm or .hlog; --format chooses the format of standard output";
const TRIALS_HELP: &str = "write .parquet or .csv";

/// What `run` is to do.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// The model as typed; its text comes in later.
    pub(super) request: Request,
    /// How it is run.
    pub(super) run: RunSettings,
    /// What is computed.
    pub(super) mode: Mode,
    /// What goes to stdout.
    pub(super) format: Format,
    /// The files and their formats.
    pub(super) outputs: Vec<(PathBuf, FileFormat)>,
    /// Where every trial goes, and what of it.
    pub(super) trials: Option<TrialsFile>,
    /// Whether files may be overwritten.
    pub(super) is_forced: bool,
    /// Whether the outputs are drawn below the table.
    pub(super) is_drawn: bool,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileFormat {
    /// What might stand on standard output as well.
    Text(Format),
    /// The rows of the CSV, with their types.
    Parquet,
    /// A workbook.
    Workbook,
    /// The percentile text of one output.
    Hgrm,
    /// A log of HdrHistograms.
    Hlog,
}

impl FileFormat {
    /// Whether it draws distributions, or holds them.
    fn needs_outlines(self) -> bool {
        match self {
            FileFormat::Text(_) | FileFormat::Parquet => false,
            FileFormat::Workbook | FileFormat::Hgrm | FileFormat::Hlog => true,
        }
    }

    /// Whether it holds distributions alone.
    pub(super) fn is_hdr(self) -> bool {
        matches!(self, FileFormat::Hgrm | FileFormat::Hlog)
    }
}

/// `--trials-out`.
#[derive(Debug, Clone)]
pub(super) struct TrialsFile {
    /// The file.
    pub(super) path: PathBuf,
    /// Its format.
    pub(super) format: TrialFormat,
    /// Its columns.
    pub(super) columns: TrialColumns,
}

impl TrialsFile {
    fn of(args: &RunArgs, only: &[String]) -> Result<Option<TrialsFile>, Failure> {
        let Some(path) = &args.trials_out else { return Ok(None) };
        if args.output.contains(path) {
            return Err(Failure::usage(format!(
                "`{}` cannot hold both the result and the trials",
                path.display()
            )));
        }
        let format = match extension(path).as_str() {
            "parquet" | "pq" => TrialFormat::Parquet,
            "csv" => TrialFormat::Csv,
            "" => {
                return Err(Failure::usage(format!(
                    "--trials-out `{}` has no extension that names a format",
                    path.display()
                ))
                .help(TRIALS_HELP));
            }
            other => {
                return Err(Failure::usage(format!("trials are not written as `.{other}`"))
                    .help(TRIALS_HELP));
            }
        };
        let names: Vec<String> =
            args.trials_inputs.iter().map(|name| name.trim().to_owned()).collect();
        let inputs = match names.as_slice() {
            [] => InputColumns::None,
            [all] if all == "all" => InputColumns::Random,
            _ => InputColumns::Named(names),
        };
        let columns = TrialColumns { only: only.to_vec(), inputs };
        Ok(Some(TrialsFile { path: path.clone(), format, columns }))
    }
}

/// What is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// A simulation.
    Simulate,
    /// The outputs of the base case.
    Base,
    /// Every quantity of the base case.
    BaseAll,
}

impl Settings {
    /// From the arguments.
    pub(super) fn new(args: &RunArgs) -> Result<Settings, Failure> {
        let simulate = &args.simulate;
        let outputs = with_formats(&args.output, "--output")?;
        let (request, run) = Settings::simulation(&args.model, simulate)?;
        if args.plot && args.format != Format::Table {
            return Err(Failure::usage(
                "--plot draws below the table, and --format asks for another",
            )
            .help("leave one of the two out"));
        }
        let statistics = args.statistic.iter().map(Asked::figure);
        let until = args.until.iter().map(Asked::until);
        let most = if args.until.is_empty() { DEFAULT_TRIALS } else { DEFAULT_MOST_TRIALS };
        let trials = simulate.trials.unwrap_or(most);
        let trials_file = TrialsFile::of(args, &request.only)?;
        if args.base && outputs.iter().any(|(_, format)| format.is_hdr()) {
            return Err(Failure::usage("the base case has no distribution for .hgrm and .hlog"));
        }
        let has_outlines = args.plot || outputs.iter().any(|(_, format)| format.needs_outlines());
        Ok(Settings {
            request: Request { statistics: until.chain(statistics).collect(), ..request },
            run: RunSettings { trials, has_outlines, ..run },
            is_drawn: args.plot,
            mode: match (args.base, args.all) {
                (false, _) => Mode::Simulate,
                (true, false) => Mode::Base,
                (true, true) => Mode::BaseAll,
            },
            format: args.format,
            outputs,
            trials: trials_file,
            is_forced: args.force,
        })
    }
}

/// The files of an option, each with the format of its extension.
pub(super) fn with_formats(
    paths: &[PathBuf],
    option: &str,
) -> Result<Vec<(PathBuf, FileFormat)>, Failure> {
    let mut files: Vec<(PathBuf, FileFormat)> = Vec::new();
    for path in paths {
        if files.iter().any(|(other, _)| other == path) {
            return Err(Failure::usage(format!("{option} `{}` is given twice", path.display())));
        }
        files.push((path.clone(), format_of(path)?));
    }
    Ok(files)
}

impl Settings {
    /// What every command that simulates is asked: of which model, and how.
    pub(super) fn simulation(
        model: &str,
        simulate: &SimulateArgs,
    ) -> Result<(Request, RunSettings), Failure> {
        let mut percentiles: Vec<f64> = Vec::new();
        for p in &simulate.percentiles {
            if !percentiles.contains(p) {
                percentiles.push(*p);
            }
        }
        let request = Request {
            name: model.to_owned(),
            text: String::new(),
            scenario: simulate.change.scenario.clone(),
            set: simulate.change.set.clone(),
            only: simulate.only.iter().map(|name| name.trim().to_owned()).collect(),
            ..Request::default()
        };
        let run = RunSettings {
            trials: simulate.trials.unwrap_or(DEFAULT_TRIALS),
            seed: simulate.seed,
            design: simulate.design.into(),
            percentiles,
            threads: simulate.threads.map(usize::from),
            ..RunSettings::default()
        };
        Ok((request, run))
    }
}

/// A file's extension in lower case; empty where there is none.
pub(super) fn extension(path: &Path) -> String {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or("").to_ascii_lowercase()
}

/// The format that a file's extension asks for.
pub(super) fn format_of(path: &Path) -> Result<FileFormat, Failure> {
    match extension(path).as_str() {
        "csv" => Ok(FileFormat::Text(Format::Csv)),
        "json" => Ok(FileFormat::Text(Format::Json)),
        "md" | "markdown" => Ok(FileFormat::Text(Format::Markdown)),
        "txt" => Ok(FileFormat::Text(Format::Table)),
        "parquet" | "pq" => Ok(FileFormat::Parquet),
        "xlsx" => Ok(FileFormat::Workbook),
        "hgrm" => Ok(FileFormat::Hgrm),
        "hlog" => Ok(FileFormat::Hlog),
        "html" | "htm" => Err(Failure::usage("`run` writes no pages")
            .help("`outlay report MODEL -o report.html` does")),
        "" => Err(Failure::usage(format!(
            "--output `{}` has no extension that names a format",
            path.display()
        ))
        .help(FORMATS_HELP)),
        other => {
            Err(Failure::usage(format!("`.{other}` is not a format outlay writes"))
                .help(FORMATS_HELP))
        }
    }
}

/// `1_000_000`, `250k`, `2.5M`, `1e6`.
pub(super) fn parse_trials(text: &str) -> Result<u64, String> {
    let plain = text.replace('_', "");
    let (digits, scale) = match plain.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1e3),
        None => plain.strip_suffix('M').map_or((plain.as_str(), 1.0), |digits| (digits, 1e6)),
    };
    let starts_well = digits.starts_with(|c: char| c.is_ascii_digit());
    let value = digits.parse::<f64>().ok().filter(|_| starts_well).map(|value| value * scale);
    let Some(value) = value.filter(|value| value.is_finite()) else {
        return Err("write a number such as 250000, 250_000, 250k, 2.5M or 1e6".to_owned());
    };
    let whole = value.round();
    if (value - whole).abs() > value * 1e-12 {
        return Err("not a whole number".to_owned());
    }
    if whole < 1.0 {
        return Err("at least 1; the base case alone is --base".to_owned());
    }
    if whole > MOST_TRIALS {
        return Err("at most 1e15".to_owned());
    }
    Ok(whole as u64)
}

/// A whole number from 0 to 2⁶⁴ − 1.
pub(super) fn parse_seed(text: &str) -> Result<u64, String> {
    text.replace('_', "")
        .parse()
        .map_err(|_| "a whole number from 0 to 18446744073709551615".to_owned())
}

/// The last trial of the longest run.
const LAST_TRIAL: u64 = 1_000_000_000_000_000 - 1;

/// The number of a trial.
pub(super) fn parse_trial(text: &str) -> Result<u64, String> {
    text.replace('_', "")
        .parse()
        .ok()
        .filter(|trial| *trial <= LAST_TRIAL)
        .ok_or_else(|| "a whole number; the first trial is 0".to_owned())
}

/// A number of threads.
pub(super) fn parse_threads(text: &str) -> Result<u16, String> {
    let threads = text.parse().ok().filter(|threads| (1..=1024).contains(threads));
    threads.ok_or_else(|| "a whole number from 1 to 1024".to_owned())
}

/// A percentile as a probability.
pub(super) fn parse_percentile(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let text = text.strip_prefix(['p', 'P']).unwrap_or(text);
    match text.parse::<f64>() {
        Ok(percentile) if percentile > 0.0 && percentile < 100.0 => {
            Ok(report::shifted(percentile, -2))
        }
        Ok(_) | Err(_) => Err("numbers between 0 and 100, both excluded".to_owned()),
    }
}

/// `NAME: INPUT=EXPRESSION; …`: an alternative's name and what it sets.
pub(super) fn parse_alternative(text: &str) -> Result<(String, Vec<String>), String> {
    const EXAMPLE: &str = "write NAME: INPUT=EXPRESSION; …, for example 'large: gpus=20_000 GPU'";
    let (name, set) = text.split_once([':', '：']).ok_or_else(|| EXAMPLE.to_owned())?;
    let name = name.trim();
    if name.is_empty() || name.contains('=') {
        return Err(EXAMPLE.to_owned());
    }
    let set = set.split([';', '；']).map(str::trim).filter(|text| !text.is_empty());
    let set = set.map(parse_override).collect::<Result<Vec<String>, String>>()?;
    if set.is_empty() { Err(EXAMPLE.to_owned()) } else { Ok((name.to_owned(), set)) }
}

/// `NAME=EXPRESSION`; what the two mean is for the model to say.
pub(super) fn parse_override(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
            Ok(text.to_owned())
        }
        Some(_) | None => Err("write NAME=EXPRESSION, for example 'gpus=20_000 GPU'".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trials_are_written_as_people_write_them() {
        for (text, expected) in [
            ("1000", 1_000),
            ("1_000_000", 1_000_000),
            ("250k", 250_000),
            ("250K", 250_000),
            ("2.5M", 2_500_000),
            ("4.35k", 4_350),
            ("1e6", 1_000_000),
            ("1", 1),
        ] {
            assert_eq!(parse_trials(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn trials_that_are_none_are_refused() {
        for text in
            ["", "k", "0", "-5", "1.5", "many", "inf", "nan", "1e400", "1e16", "5m", "1 000"]
        {
            assert!(parse_trials(text).is_err(), "{text}");
        }
    }

    #[test]
    fn percentiles_become_the_nearest_probability() {
        assert_eq!(parse_percentile("5"), Ok(0.05));
        assert_eq!(parse_percentile("99.9"), Ok(0.999));
        assert_eq!(parse_percentile("P7"), Ok(0.07));
        for text in ["0", "100", "-1", "x", "", "nan"] {
            assert!(parse_percentile(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_override_has_two_sides() {
        assert!(parse_override("gpus=300 GPU").is_ok());
        assert!(parse_override("flag=a == b").is_ok());
        for text in ["gpus", "=3", "gpus=", " = "] {
            assert!(parse_override(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_alternative_has_a_name_and_overrides() {
        let parsed = parse_alternative("large: gpus=20_000 GPU; x = discrete(1: 2, 3: 4)");
        let set = vec!["gpus=20_000 GPU".to_owned(), "x = discrete(1: 2, 3: 4)".to_owned()];
        assert_eq!(parsed, Ok(("large".to_owned(), set)));
        for text in ["", "large", "large:", ": gpus=3", "gpus=discrete(1: 2)", "large: gpus"] {
            assert!(parse_alternative(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_extension_decides_the_format() {
        assert_eq!(format_of("a/b.CSV".as_ref()), Ok(FileFormat::Text(Format::Csv)));
        assert_eq!(format_of("memo.md".as_ref()), Ok(FileFormat::Text(Format::Markdown)));
        assert_eq!(format_of("result.parquet".as_ref()), Ok(FileFormat::Parquet));
        assert_eq!(format_of("npv.hgrm".as_ref()), Ok(FileFormat::Hgrm));
        assert!(format_of("result".as_ref()).is_err());
        assert!(format_of("result.docx".as_ref()).is_err());
    }
}
