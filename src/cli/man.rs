//! `outlay man`: manual pages, of the whole and of every command.

use std::path::Path;

use clap::{Command, CommandFactory};

use super::args::{Args, ManArgs};
use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::output::OutputFile;
use super::terminal::Terminal;
use crate::diagnostic::suggest::nearest;

/// Prints a page, or writes them all.
pub(super) fn man(args: &ManArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    let pages = pages();
    match (&args.output, &args.command) {
        (Some(folder), None) => {
            let open = |(name, _): &(String, String)| {
                OutputFile::open(&Path::new(folder).join(format!("{name}.1")), args.force)
            };
            let files = pages.iter().map(open).collect::<Result<Vec<OutputFile>, Failure>>()?;
            for (file, (_, text)) in files.into_iter().zip(&pages) {
                file.write(text)?;
            }
            terminal.note(&format!(
                "wrote {} pages: man -l {}/outlay.1",
                pages.len(),
                folder.display()
            ));
        }
        (Some(_), Some(_)) => {
            return Err(Failure::usage("--output writes the pages of all commands")
                .help("leave the command out, or redirect: outlay man run > outlay-run.1")
                .into());
        }
        (None, command) => {
            let wanted =
                command.as_ref().map_or("outlay".to_owned(), |name| format!("outlay-{name}"));
            let found = pages.iter().find(|(name, _)| *name == wanted);
            let (_, text) = found.ok_or_else(|| {
                let commands = pages.iter().filter_map(|(name, _)| name.strip_prefix("outlay-"));
                let name = command.as_deref().unwrap_or_default();
                let failure = Failure::usage(format!("there is no command `{name}`"));
                match nearest(name, commands) {
                    Some(near) => failure.help(format!("did you mean `{near}`?")),
                    None => failure.help("`outlay --help` lists the commands"),
                }
            })?;
            terminal.print(text)?;
        }
    }
    Ok(Exit::Done)
}

/// Name and text of every page.
fn pages() -> Vec<(String, String)> {
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    collect(&command, "", &mut pages);
    pages
}

fn collect(command: &Command, before: &str, pages: &mut Vec<(String, String)>) {
    let name = match before {
        "" => command.get_name().to_owned(),
        before => format!("{before}-{}", command.get_name()),
    };
    let page = clap_mangen::Man::new(command.clone())
        .title(name.clone())
        .source(concat!("outlay ", env!("CARGO_PKG_VERSION")));
    let mut text = Vec::new();
    page.render(&mut text).expect("memory takes everything");
    pages.push((name.clone(), String::from_utf8_lossy(&text).into_owned()));
    for inner in command.get_subcommands() {
        collect(inner, &name, pages);
    }
}
