//! From what stands on the command line to a compiled model: paths, shipped names, standard input.
//!
//! A name that ships comes before a file of that name; anything with a separator or an extension
//! is a path. Data files are looked up beside the model.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::terminal::Terminal;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::model::MAX_BYTES;
use crate::shipped::{self, SHIPPED};
use crate::source::Sources;
use crate::{Compiled, Request};

/// Names that differ more are no suggestion (Jaro–Winkler).
const ALIKE: f64 = 0.75;

/// A model's text, and where its data files are.
pub(super) struct Loaded {
    pub(super) name: String,
    pub(super) text: String,
    place: Place,
}

impl Loaded {
    /// A data file that the model names.
    pub(super) fn read(&self, file: &str) -> io::Result<Vec<u8>> {
        self.place.read(file)
    }
}

/// Where a model's data files are.
enum Place {
    Folder(PathBuf),
    Shipped,
}

/// Reads and compiles a model, and tells what there is to tell about it.
///
/// The request's `name` is the model as typed; its text comes in here.
pub(super) fn compile(request: &Request, terminal: &Terminal) -> Result<Compiled, Stop> {
    let loaded = load(&request.name, terminal)?;
    let compiled = compile_loaded(&loaded, request, terminal)?;
    terminal.diagnose(&compiled.warnings, &compiled.sources, &loaded.name);
    Ok(compiled)
}

/// Compiles a model that has been read, and tells its errors: its warnings are told once, not with every scenario.
pub(super) fn compile_loaded(
    loaded: &Loaded,
    request: &Request,
    terminal: &Terminal,
) -> Result<Compiled, Stop> {
    let request =
        Request { name: loaded.name.clone(), text: loaded.text.clone(), ..request.clone() };
    match crate::compile(&request, &mut |file| loaded.place.read(file)) {
        Ok(compiled) => Ok(compiled),
        Err(failure) => {
            terminal.diagnose(&failure.diagnostics, &failure.sources, &request.name);
            Err(Stop::Told(if failure.is_usage { Exit::Usage } else { Exit::Model }))
        }
    }
}

impl Place {
    fn read(&self, file: &str) -> io::Result<Vec<u8>> {
        match self {
            Place::Folder(folder) => fs::read(folder.join(file)),
            Place::Shipped => {
                Err(io::Error::new(io::ErrorKind::NotFound, "a shipped model has no data files"))
            }
        }
    }
}

/// Reads a model: a shipped one, a file or standard input.
pub(super) fn load(model: &str, terminal: &Terminal) -> Result<Loaded, Stop> {
    if model == "-" {
        return load_stdin(terminal);
    }
    let path = Path::new(model);
    if let Some(shipped) = shipped::find(model) {
        return Ok(Loaded {
            name: model.to_owned(),
            text: shipped.text.to_owned(),
            place: Place::Shipped,
        });
    }
    if path.is_dir() {
        return Err(Failure::failed(format!("`{model}` is a folder, not a model"))
            .help("name a file in it, for example a .toml file")
            .into());
    }
    let bytes = fs::File::open(path).and_then(read_limited).map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            unknown(model)
        } else {
            Failure::file("read", path, &error)
        }
    })?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    Ok(Loaded {
        name: model.to_owned(),
        text: decoded(bytes, model, terminal)?,
        place: Place::Folder(folder),
    })
}

fn load_stdin(terminal: &Terminal) -> Result<Loaded, Stop> {
    let name = "<stdin>";
    let bytes = read_limited(io::stdin().lock())
        .map_err(|error| Failure::file("read", Path::new("standard input"), &error))?;
    let text = decoded(bytes, name, terminal)?;
    if text.trim().is_empty() {
        let diagnostic = Diagnostic::without_place(Code::E107, "nothing came in on standard input")
            .help("pipe a model in: `outlay models show a800-10k | outlay run -`");
        return Err(told(diagnostic, name, terminal));
    }
    Ok(Loaded { name: name.to_owned(), text, place: Place::Folder(PathBuf::new()) })
}

/// All of a model, or of what is no model so much that it is seen to be too long.
fn read_limited(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // A byte order mark does not count, and one byte more is too many.
    from.take(MAX_BYTES as u64 + 4).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The bytes as text, or a diagnostic that says where they stop being UTF-8.
fn decoded(bytes: Vec<u8>, name: &str, terminal: &Terminal) -> Result<String, Stop> {
    if bytes.len() > MAX_BYTES {
        // The parser says that it is too long; it may end within a character.
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        let bytes = error.as_bytes();
        let valid = error.utf8_error().valid_up_to();
        let line = bytes[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
        let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
        let encoding = if is_utf16 { "it looks like UTF-16: " } else { "" };
        let diagnostic = Diagnostic::without_place(
            Code::E101,
            format!("`{name}` is not UTF-8 text: line {line} has the byte 0x{:02x}", bytes[valid]),
        )
        .help(format!("{encoding}save the file as UTF-8"));
        told(diagnostic, name, terminal)
    })
}

fn told(diagnostic: Diagnostic, name: &str, terminal: &Terminal) -> Stop {
    let mut diagnostics = Diagnostics::new();
    diagnostics.push(diagnostic);
    terminal.diagnose(&diagnostics, &Sources::new(), name);
    Stop::Told(Exit::Model)
}

/// There is neither a file nor a shipped model of that name.
pub(super) fn unknown(model: &str) -> Failure {
    let stem = Path::new(model).file_stem().and_then(|stem| stem.to_str()).unwrap_or(model);
    let is_path = model.contains(['/', '\\', '.']);
    let failure = Failure::failed(match is_path {
        true => format!("there is no file `{model}`"),
        false => format!("there is no file and no shipped model `{model}`"),
    });
    let nearest = SHIPPED
        .iter()
        .map(|shipped| (strsim::jaro_winkler(stem, shipped.name), shipped.name))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness >= ALIKE);
    match nearest {
        Some((_, name)) => failure.help(format!("did you mean the shipped model `{name}`?")),
        None => failure.help("`outlay models` lists the models that ship with outlay"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_name_gets_a_suggestion() {
        assert!(unknown("a800-10").helps[0].contains("`a800-10k`"));
        assert!(unknown("models/a800-10k.toml").helps[0].contains("`a800-10k`"));
        assert!(unknown("zzz").helps[0].contains("outlay models"));
    }
}
