//! `outlay new`: a model to start from, that runs.

use std::path::Path;

use super::args::NewArgs;
use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::load;
use super::output::OutputFile;
use super::terminal::Terminal;
use crate::check::Rule;
use crate::shipped;
use crate::{Compiled, Request};

/// The model; `NAME` and `TITLE` stand for what they say.
const TEMPLATE: &str = include_str!("new.toml");

/// Writes NAME.toml.
pub(super) fn new(args: &NewArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    let name = args.name.strip_suffix(".toml").unwrap_or(&args.name);
    let stem = Path::new(name).file_name().and_then(|stem| stem.to_str()).unwrap_or("");
    if stem.is_empty() || stem.starts_with('.') || stem.chars().any(char::is_control) {
        return Err(Failure::usage(format!("`{}` is no name for a model", args.name))
            .help("outlay new cluster writes cluster.toml")
            .into());
    }
    if args.from.as_deref() == Some("-") {
        return Err(Failure::usage("--from - : a variant names the file of its model")
            .help("write the model into a file first")
            .into());
    }
    let path = format!("{name}.toml");
    let file = OutputFile::open(Path::new(&path), args.force)?;
    let text = match &args.from {
        None => TEMPLATE.replace("NAME.toml", &path),
        Some(model) => variant(&path, stem, model, terminal)?,
    };
    file.write(&text)?;
    terminal.note(&format!("{path} is written: outlay run {path}"));
    Ok(Exit::Done)
}

/// A model that extends another one, with all of its inputs to change. What is uncommented keeps what it is about.
fn variant(path: &str, stem: &str, model: &str, terminal: &Terminal) -> Result<String, Stop> {
    let request = Request { name: model.to_owned(), ..Request::default() };
    let compiled = load::compile(&request, terminal)?;
    let title = crate::base_case(&compiled).provenance.title;
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let extended = match shipped::find(model) {
        Some(_) => model.to_owned(),
        None => beside(path, model)?,
    };
    let text = format!(
        "# {path}: a variant of {model}. What is not said here is as there.\n\noutlay = 1\n\n\
         [model]\nextends = {}\ntitle   = {}\n\n\
         # These are all of its inputs. Take a # away and change the value; `outlay check {path}` reads it strictly.\n\
         # Which of them matter most: outlay report {path} -o {stem}.html\n[inputs]\n",
        quoted(&extended),
        quoted(&format!("{stem}: {title}"))
    );
    let inputs: String = crate::inputs(&compiled)
        .iter()
        .filter(|row| !row.text.is_empty() && !row.name.contains('['))
        .map(|row| {
            let (name, value) = (key(&row.name), quoted(&row.text));
            let each = if is_each_step(&compiled, &row.name) { ", each = \"step\"" } else { "" };
            match &row.about {
                Some(about) => {
                    format!("# {name} = {{ value = {value}{each}, about = {} }}\n", quoted(about))
                }
                None if each.is_empty() => format!("# {name} = {value}\n"),
                None => format!("# {name} = {{ value = {value}{each} }}\n"),
            }
        })
        .collect();
    Ok(text + &inputs)
}

/// Whether an input is drawn afresh at every step.
fn is_each_step(model: &Compiled, name: &str) -> bool {
    model.model().quantities.iter().any(|quantity| {
        quantity.name == name && matches!(quantity.rule, Rule::Input { each_step: true, .. })
    })
}

/// The path of the other model, as the new file would name it.
fn beside(path: &str, model: &str) -> Result<String, Failure> {
    let folder = Path::new(path).parent().unwrap_or(Path::new(""));
    let model = Path::new(model);
    if folder.as_os_str().is_empty() || model.is_absolute() {
        return Ok(model.to_string_lossy().into_owned());
    }
    std::path::absolute(model)
        .map(|absolute| absolute.to_string_lossy().into_owned())
        .map_err(|error| Failure::file("read", model, &error))
}

/// A key of TOML.
fn key(name: &str) -> String {
    let is_bare = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_bare { name.to_owned() } else { format!("\"{name}\"") }
}
