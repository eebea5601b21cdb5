//! `outlay new`: a model to start from, that runs.

use std::path::Path;

use super::args::NewArgs;
use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::load;
use super::output::OutputFile;
use super::terminal::Terminal;
use crate::check::Rule;
use crate::results::InputRow;
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

/// A model that extends another one, with all of its inputs to change. What is uncommented says the same as there.
fn variant(path: &str, stem: &str, model: &str, terminal: &Terminal) -> Result<String, Stop> {
    let request = Request { name: model.to_owned(), ..Request::default() };
    let compiled = load::compile(&request, terminal)?;
    let title = crate::base_case(&compiled).provenance.title;
    let extended = match shipped::find(model) {
        Some(_) => model.to_owned(),
        None => beside(path, model)?,
    };
    let text = format!(
        "# {path}: a variant of {model}. What is not said here is as there.\n\noutlay = 1\n\n\
         [model]\nextends = {}\ntitle   = {}\n\n\
         # These are its inputs. Take the # from a line that differs with you, and change the value; `outlay check {path}`\n\
         # reads it strictly. `base` is what a plan would say; without it, that is the mode, the median or the mean of the new\n\
         # value. Where a number of yours is from: {{ value = \"…\", source = \"…\", date = \"…\", confidence = \"high\" }}.\n\
         # Which of them matter most: outlay report {path} -o {stem}.html\n[inputs]\n",
        quoted(&extended),
        quoted(&format!("{stem}: {title}"))
    );
    let inputs: String = crate::inputs(&compiled)
        .iter()
        .filter(|row| !row.text.is_empty() && !row.name.contains('['))
        .map(|row| documented(row, &compiled))
        .collect();
    Ok(text + &inputs)
}

/// An input commented out, below what it means and where it is from.
fn documented(row: &InputRow, model: &Compiled) -> String {
    let known = [row.source.as_deref(), row.date.as_deref(), row.confidence];
    let known: Vec<&str> = known.into_iter().flatten().collect();
    let said = match (&row.about, known.is_empty()) {
        (None, true) => String::new(),
        (Some(about), true) => about.clone(),
        (None, false) => known.join("; "),
        (Some(about), false) => format!("{about} [{}]", known.join("; ")),
    };
    let above: String = said.lines().map(|line| format!("## {line}\n")).collect();
    format!("\n{above}# {}\n", definition(row, model))
}

/// An input with its value, and with what figures hang on besides.
fn definition(row: &InputRow, model: &Compiled) -> String {
    let (name, value) = (key(&row.name), quoted(&row.text));
    let mut besides = String::new();
    for quantity in model.model().quantities.iter().filter(|quantity| quantity.name == row.name) {
        if let Rule::Input { each_step, cells, .. } = &quantity.rule {
            if *each_step {
                besides.push_str(", each = \"step\"");
            }
            if let Some(base) = cells.iter().find_map(|cell| cell.base_text.as_deref()) {
                besides.push_str(&format!(", base = {}", quoted(base)));
            }
        }
    }
    match besides.is_empty() {
        true => format!("{name} = {value}"),
        false => format!("{name} = {{ value = {value}{besides} }}"),
    }
}

/// A text of TOML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
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
