//! What the commands that answer one question share: the model and its scenarios, the output, the files.

use std::path::PathBuf;
use std::time::Duration;

use super::args::{ChangeArgs, Format, WrittenArgs};
use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::interrupt;
use super::output::OutputFile;
use super::settings::{FileFormat, with_formats};
use super::terminal::Terminal;
use crate::analysis::Unanswerable;
use crate::report::{self, Look};
use crate::results::Provenance;
use crate::{Compiled, Request, Watched};

/// The files of an answer, open before there is one.
pub(super) struct Files(Vec<(OutputFile, FileFormat)>);

impl Files {
    pub(super) fn open(written: &WrittenArgs) -> Result<Files, Stop> {
        Files::of(with_formats(&written.files, "-o")?, written.force)
    }

    /// Opens files, each with its format.
    pub(super) fn of(paths: Vec<(PathBuf, FileFormat)>, is_forced: bool) -> Result<Files, Stop> {
        if paths.iter().any(|(_, format)| format.is_hdr()) {
            let failure =
                Failure::usage(".hgrm and .hlog hold the distributions of a model's outputs");
            return Err(failure.help("`outlay run MODEL -o FILE` writes them").into());
        }
        Ok(Files(opened(paths, is_forced)?))
    }

    /// Writes the answer to standard output and to the files.
    pub(super) fn write(
        self,
        format: Format,
        terminal: &Terminal,
        text: impl Fn(Format, Look) -> String,
    ) -> Result<(), Stop> {
        terminal.print(&text(format, terminal.look))?;
        let text = |format| text(format, Look::default());
        for (file, format) in self.0 {
            match format {
                FileFormat::Text(format) => file.write(text(format))?,
                FileFormat::Parquet => {
                    let (csv, json) = (text(Format::Csv), text(Format::Json));
                    file.write(report::parquet_table(&csv, &json))?;
                }
                FileFormat::Workbook => {
                    let (csv, json) = (text(Format::Csv), text(Format::Json));
                    file.write(report::workbook_table(&csv, &json))?;
                }
                FileFormat::Hgrm | FileFormat::Hlog => {}
            }
        }
        Ok(())
    }
}

/// Opens files, each with its format.
pub(super) fn opened(
    paths: Vec<(PathBuf, FileFormat)>,
    is_forced: bool,
) -> Result<Vec<(OutputFile, FileFormat)>, Failure> {
    let open =
        |(path, format): (PathBuf, FileFormat)| Ok((OutputFile::open(&path, is_forced)?, format));
    paths.into_iter().map(open).collect()
}

/// The request for a model with expressions of the command line.
pub(super) fn request(
    model: &str,
    change: &ChangeArgs,
    expressions: Vec<(&'static str, String)>,
) -> Request {
    Request {
        name: model.to_owned(),
        scenario: change.scenario.clone(),
        set: change.set.clone(),
        expressions,
        ..Request::default()
    }
}

/// `--output` as an expression of the request: an output's name is one too.
pub(super) fn output_expression(output: Option<&String>) -> Vec<(&'static str, String)> {
    output.map(|text| ("--output", text.trim().to_owned())).into_iter().collect()
}

/// The output that is asked about; the first that is no series where none is named.
pub(super) fn output(model: &Compiled, name: Option<&String>) -> Result<Watched, Failure> {
    match name {
        Some(name) => model.watched_output(name.trim()).ok_or_else(|| {
            let labels: Vec<String> = model
                .watched_outputs()
                .into_iter()
                .map(|watched| watched.name)
                .filter(|label| label.starts_with(&format!("{}[", name.trim())))
                .collect();
            let failure = Failure::usage(format!("`{}` varies by index", name.trim()));
            match labels.first() {
                Some(first) => failure.help(format!("choose one label: --output '{first}'")),
                None => {
                    failure.help("reduce it, for example with `sum(x, index)`, or choose a label")
                }
            }
        }),
        None => {
            let mut outputs = model.watched_outputs().into_iter();
            outputs.find(|output| !output.is_series()).ok_or_else(|| {
                Failure::usage("every output of the model is a series")
                    .help("name a figure of one, for example --output 'lowest(NAME)'")
            })
        }
    }
}

/// Why there is no answer, with what to do.
pub(super) fn unanswerable(reason: &Unanswerable) -> Failure {
    match reason {
        Unanswerable::Series(name) => Failure::usage(reason.to_string()).help(format!(
            "name a figure of it, for example --output 'last({name})' or 'lowest({name})'"
        )),
        Unanswerable::OneSided { inside: 0, .. } => Failure::failed(reason.to_string())
            .help("take more trials with `-n`, or a wider region"),
        Unanswerable::OneSided { .. } => {
            Failure::failed(reason.to_string()).help("there is nothing outside to compare with")
        }
        Unanswerable::NothingInCommon => Failure::usage(reason.to_string()).help(
            "outputs are compared by name: give those that answer one question the same name and dimension",
        ),
        Unanswerable::NothingRandom | Unanswerable::TooLarge => Failure::failed(reason.to_string()),
    }
}

/// Milliseconds are as exact as a clock on a busy machine.
pub(super) fn rounded(elapsed: Duration) -> Option<f64> {
    Some((elapsed.as_secs_f64() * 1e3).round() / 1e3)
}

/// How a command ends that took these trials.
pub(super) fn exit(provenance: &Provenance) -> Exit {
    match provenance.trials < provenance.trials_asked {
        true if interrupt::is_asked() => Exit::Interrupted,
        true => Exit::Partial,
        false => Exit::Done,
    }
}
