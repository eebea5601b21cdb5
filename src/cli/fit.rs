//! `outlay fit`: distributions for a column of a CSV file.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use super::analysis::Files;
use super::args::{FitArgs, Format};
use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::terminal::Terminal;
use crate::analysis::fit::{self, FitError, SAMPLE};
use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Code, Severity};
use crate::report::{self, FitSubject};
use crate::{Request, no_files};

/// Other names of families.
const ALIASES: [(&str, &str); 3] =
    [("metalog", fit::QUANTILES), ("empirical", SAMPLE), ("log_normal", "lognormal")];

/// Fits what is wanted and reports, the best first.
pub(super) fn fit(args: &FitArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    let mut families = families(&args.families)?;
    check_unit(&args.unit)?;
    let files = Files::open(&args.written)?;
    let is_stdin = args.file == "-";
    let file = if is_stdin { "<stdin>" } else { &args.file };
    let content = read(&args.file).map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            Failure::failed(format!("there is no file `{}`", args.file))
        } else {
            Failure::file("read", Path::new(file), &error)
        }
    })?;
    let column = fit::column(&content, args.column.as_deref()).map_err(|error| {
        let failure = Failure::failed(format!("`{file}` {}", error.message));
        match error.help {
            Some(help) => failure.help(help),
            None => failure,
        }
    })?;
    // No model can name standard input.
    families.retain(|&family| !(is_stdin && family == SAMPLE));
    let fits = fit::fit(&column.values, &families).map_err(|error| nothing(&error))?;
    let subject = FitSubject { file, column: &column.name, unit: args.unit.trim() };
    if fits.fits.is_empty() {
        for found in &fits.inapplicable {
            terminal.note(&format!("{}: {}", found.family, found.reason));
        }
        return Err(Failure::failed("none of these families fits the data").into());
    }
    let best = &fits.fits[0];
    if args.with_uncertainty && report::fit_inputs(best, subject).is_none() {
        terminal.note(&format!(
            "the parameters of {} have no standard errors: it is printed without; choose another with --families",
            best.family
        ));
    }
    let is_uncertain = args.with_uncertainty;
    files.write(args.written.format, terminal, |format, look| match format {
        Format::Table => report::fit_page(&fits, subject, is_uncertain, look),
        Format::Markdown => report::markdown(&report::fit_memo(&fits, subject)),
        Format::Json => report::fit_json(&fits, subject, is_uncertain),
        Format::Csv => report::fit_csv(&fits, subject),
    })?;
    Ok(Exit::Done)
}

fn read(file: &str) -> io::Result<Vec<u8>> {
    if file == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    fs::read(file)
}

/// The families by the names in the command line; all where there are none.
fn families(names: &[String]) -> Result<Vec<&'static str>, Failure> {
    if names.is_empty() {
        return Ok(fit::families().collect());
    }
    let find = |name: &String| {
        let name = name.trim().to_lowercase();
        let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
        let name = alias.map_or(name.as_str(), |(_, family)| family);
        fit::families().find(|family| *family == name).ok_or_else(|| {
            let failure = Failure::usage(format!("--families: `{name}` cannot be fitted"));
            match nearest(name, fit::families()) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => {
                    let all: Vec<&str> = fit::families().collect();
                    failure.help(format!("these can: {}", all.join(", ")))
                }
            }
        })
    };
    names.iter().map(find).collect()
}

/// Whether a line with this unit would be one of a model. What a model counts (`GPU`) is for it to declare.
fn check_unit(unit: &str) -> Result<(), Failure> {
    if unit.trim().is_empty() {
        return Ok(());
    }
    let text = format!(
        "outlay = 1\n[inputs]\nx = {}\n[outputs]\nx = {{}}\n",
        serde_json::Value::from(format!("normal(1, 1) {unit}"))
    );
    let request = Request { name: "--unit".to_owned(), text, ..Request::default() };
    let Err(failure) = crate::compile(&request, &mut no_files) else { return Ok(()) };
    let error = failure.diagnostics.iter().find(|found| {
        found.severity() == Severity::Error && !matches!(found.code, Code::E301 | Code::E401)
    });
    match error {
        None => Ok(()),
        Some(error) => Err(Failure::usage(format!("--unit `{unit}`: {}", error.message))
            .help("write a unit of the language, for example --unit 'USD/GPU/hour'")),
    }
}

fn nothing(error: &FitError) -> Failure {
    let failure = Failure::failed(error.to_string());
    match error {
        FitError::TooFew(_) => {
            failure.help("with so few, say what you believe: pert(low, mode, high)")
        }
        FitError::Constant(_) => failure.help("write it as a fixed input"),
        FitError::NotFinite => failure,
    }
}
