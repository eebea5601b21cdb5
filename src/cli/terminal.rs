//! The two streams: stdout for data, stderr for everything else; color, width, broken pipes.

use std::env;
use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use clap::error::{ContextKind, ContextValue};

use super::args::{ColorArg, GlobalArgs, MessageFormat};
use super::exit::Exit;
use super::failure::{Failure, reason};
use crate::diagnostic::{self, Diagnostics, Severity};
use crate::report::{Look, visible, visible_lines};
use crate::source::Sources;

/// The narrowest page that is laid out, however narrow the terminal.
const NARROWEST: usize = 60;
/// Wider lines are harder to read, not easier.
const WIDEST: usize = 160;

/// Where a command writes, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terminal {
    /// How a page on stdout looks.
    pub(super) look: Look,
    /// Whether only errors and warnings go to stderr.
    pub(super) is_quiet: bool,
    /// Whether stderr is a terminal.
    pub(super) is_watched: bool,
    is_stderr_colored: bool,
    messages: MessageFormat,
}

impl Terminal {
    /// From the options and the process's streams.
    pub(super) fn new(args: &GlobalArgs) -> Terminal {
        let is_colored = |auto: ColorChoice| match args.color {
            ColorArg::Auto => auto != ColorChoice::Never,
            ColorArg::Always => true,
            ColorArg::Never => false,
        };
        // The width of a pipe is fixed, so that its bytes do not depend on a window.
        let width = if io::stdout().is_terminal() {
            terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0))
        } else {
            None
        };
        Terminal {
            look: Look {
                width: width.map_or(Look::default().width, |width| width.clamp(NARROWEST, WIDEST)),
                is_colored: is_colored(AutoStream::choice(&io::stdout())),
            },
            is_quiet: args.quiet,
            is_watched: io::stderr().is_terminal(),
            is_stderr_colored: is_colored(AutoStream::choice(&io::stderr())),
            messages: args.message_format,
        }
    }

    /// Writes data to stdout. A reader that has gone away is no failure.
    pub(super) fn print(&self, text: &str) -> Result<(), Failure> {
        let choice =
            if self.look.is_colored { ColorChoice::Always } else { ColorChoice::AlwaysAnsi };
        let mut stream = AutoStream::new(io::stdout().lock(), choice);
        match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::failed(format!("cannot write to standard output: {}", reason(&error))))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// A note for whoever watches.
    pub(super) fn note(&self, text: &str) {
        if !self.is_quiet && self.messages == MessageFormat::Human {
            say(&format!("{text}\n"));
        }
    }

    /// Diagnostics of a model, and after errors a line that counts them.
    pub(super) fn diagnose(&self, diagnostics: &Diagnostics, sources: &Sources, model: &str) {
        if diagnostics.is_empty() {
            return;
        }
        match self.messages {
            MessageFormat::Json => say(&diagnostic::to_json_lines(diagnostics, sources)),
            MessageFormat::Human => {
                say(&self.rendered(diagnostics, sources));
                let n_errors =
                    diagnostics.iter().filter(|d| d.severity() == Severity::Error).count();
                if n_errors > 0 {
                    let plural = if n_errors == 1 { "" } else { "s" };
                    say(&format!(
                        "{}: {n_errors} error{plural} in {}\n",
                        self.error_word(),
                        visible(model)
                    ));
                }
            }
        }
    }

    /// A failure, as a line or as JSON.
    pub(super) fn fail(&self, failure: &Failure) {
        match self.messages {
            MessageFormat::Json => say(&message_line("error", &failure.message, &failure.helps)),
            MessageFormat::Human => {
                let mut text = format!("{}: {}\n", self.error_word(), visible(&failure.message));
                for help in &failure.helps {
                    text.push_str(&format!("  = help: {}\n", visible(help)));
                }
                say(&text);
            }
        }
    }

    /// What the reader of a result should know, for formats that are read by programs.
    pub(super) fn warn<T: ToString>(&self, warnings: &[T]) {
        for warning in warnings.iter().map(ToString::to_string).filter(|_| !self.is_quiet) {
            match self.messages {
                MessageFormat::Json => say(&message_line("warning", &warning, &[])),
                MessageFormat::Human => {
                    let word = match self.is_stderr_colored {
                        true => "\x1b[1;33mwarning\x1b[0m",
                        false => "warning",
                    };
                    say(&format!("{word}: {}\n", visible(&warning)));
                }
            }
        }
    }

    /// Diagnostics for people. Colors are ours alone: a text that brings codes of its own gets none.
    fn rendered(&self, diagnostics: &Diagnostics, sources: &Sources) -> String {
        let plain = diagnostic::render(diagnostics, sources, false);
        let shown = visible_lines(&plain);
        if self.is_stderr_colored && shown == plain {
            return diagnostic::render(diagnostics, sources, true);
        }
        shown
    }

    fn error_word(&self) -> &'static str {
        if self.is_stderr_colored { "\x1b[1;31merror\x1b[0m" } else { "error" }
    }
}

/// Writes to stderr; where that fails there is nobody left to tell.
pub(super) fn say(text: &str) {
    let mut stream = AutoStream::new(io::stderr().lock(), ColorChoice::AlwaysAnsi);
    let _nobody_left = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}

/// A message that is of no model, as a line of JSON with the keys of a diagnostic.
fn message_line(severity: &str, message: &str, helps: &[String]) -> String {
    let nothing: [&str; 0] = [];
    let line = serde_json::json!({
        "severity": severity, "code": "", "message": message,
        "labels": nothing, "notes": nothing, "helps": helps,
    });
    format!("{line}\n")
}

/// The command that was meant, where clap's own measure of likeness finds none: `rn`.
fn suggest_command(error: &mut clap::Error) {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand) else {
        return;
    };
    if error.get(ContextKind::SuggestedSubcommand).is_some() {
        return;
    }
    let nearest = [
        "run",
        "report",
        "compare",
        "sweep",
        "solve",
        "sensitivity",
        "tail",
        "replay",
        "fit",
        "new",
        "verify",
        "check",
        "bench",
        "models",
        "explain",
        "schema",
        "completions",
        "man",
    ]
    .into_iter()
    .map(|command| (strsim::damerau_levenshtein(typed, command), command))
    .min()
    .filter(|(distance, command)| 2 * distance <= command.len());
    if let Some((_, command)) = nearest {
        let suggestion = ContextValue::Strings(vec![command.to_owned()]);
        error.insert(ContextKind::SuggestedSubcommand, suggestion);
    }
}

/// Help and the version go to stdout, wrong options to stderr.
///
/// Nothing is parsed yet, so that the form of messages is taken from the arguments as they are.
pub(super) fn print_clap(mut error: clap::Error) -> Exit {
    suggest_command(&mut error);
    if !error.use_stderr() {
        return match error.print() {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                say(&format!("error: cannot write to standard output: {}\n", reason(&error)));
                Exit::Failed
            }
            Ok(()) | Err(_) => Exit::Done,
        };
    }
    let plain = error.render().to_string();
    let arguments: Vec<String> =
        env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let is_json = arguments.iter().any(|argument| argument == "--message-format=json")
        || arguments.windows(2).any(|pair| pair[0] == "--message-format" && pair[1] == "json");
    if is_json {
        // Headline, blank line, what to do.
        let mut parts = plain.trim().split("\n\n").map(|part| part.trim().to_owned());
        let message = parts.next().unwrap_or_default();
        let helps: Vec<String> = parts.filter(|part| !part.starts_with("For more")).collect();
        say(&message_line("error", message.trim_start_matches("error: "), &helps));
        return Exit::Usage;
    }
    let shown = visible_lines(&plain);
    if shown == plain {
        let _nobody_left = error.print();
    } else {
        say(&shown);
    }
    Exit::Usage
}
