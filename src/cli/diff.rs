//! `outlay diff`: what changed between two versions of a model, and what each change does.

use super::analysis::{self, Files};
use super::args::{DiffArgs, Format};
use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::interrupt;
use super::load::{self, Loaded};
use super::progress::{self, Watch};
use super::terminal::Terminal;
use crate::analysis::diff::{self, DiffFailure, Version};
use crate::diagnostic::suggest::nearest;
use crate::{Compiled, Request, RunSettings, report};

/// Compares and reports.
pub(super) fn diff(args: &DiffArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    interrupt::listen();
    if args.old == "-" && args.new == "-" {
        return Err(Failure::usage("both versions are to come from standard input").into());
    }
    let files = Files::open(&args.written)?;
    let old = load::load(&args.old, terminal)?;
    let new = load::load(&args.new, terminal)?;
    let requests = [&old, &new].map(|loaded| request(loaded, args));
    let compile =
        |loaded: &Loaded, request: &Request| load::compile_loaded(loaded, request, terminal);
    let models = [compile(&old, &requests[0])?, compile(&new, &requests[1])?];
    for (model, loaded) in models.iter().zip([&old, &new]) {
        terminal.diagnose(&model.warnings, &model.sources, &loaded.name);
    }
    let only: Vec<String> = args.output.iter().map(|name| name.trim().to_owned()).collect();
    check_outputs(&only, &models)?;
    let mut percentiles: Vec<f64> = Vec::new();
    for p in &args.percentiles {
        if !percentiles.contains(p) {
            percentiles.push(*p);
        }
    }
    let settings = RunSettings {
        trials: args.trials.trials,
        seed: args.trials.seed,
        percentiles,
        threads: args.trials.threads.map(usize::from),
        ..RunSettings::default()
    };
    let watch = Watch::start(settings.trials, terminal.is_watched && !terminal.is_quiet);
    let version = |at: usize| (&requests[at], &models[at]);
    let (old_request, old_model) = version(0);
    let (new_request, new_model) = version(1);
    let found = diff::diff(
        Version { request: old_request, model: old_model, read_file: &mut |file| old.read(file) },
        Version { request: new_request, model: new_model, read_file: &mut |file| new.read(file) },
        &only,
        &settings,
        &watch,
    );
    let elapsed = watch.finish();
    let found = match found {
        Ok(found) => found,
        Err(DiffFailure::Stopped) => return Ok(Exit::Interrupted),
        Err(DiffFailure::Unanswerable(reason)) => {
            return Err(analysis::unanswerable(&reason).into());
        }
    };
    if args.written.format != Format::Table {
        terminal.warn(&found.warnings);
    }
    let asked = asked(args, &only);
    files.write(args.written.format, terminal, |format, look| match format {
        Format::Table => report::table(&report::diff_memo(&found, &asked), look),
        Format::Markdown => report::markdown(&report::diff_memo(&found, &asked)),
        Format::Json => report::diff_json(&found, analysis::rounded(elapsed)),
        Format::Csv => report::diff_csv(&found),
    })?;
    terminal.note(&progress::speed(settings.trials * found.n_runs as u64, elapsed));
    Ok(Exit::Done)
}

fn request(loaded: &Loaded, args: &DiffArgs) -> Request {
    let request = analysis::request(&loaded.name, &args.change, Vec::new());
    Request { text: loaded.text.clone(), ..request }
}

/// The names are of outputs of either version.
fn check_outputs(only: &[String], models: &[Compiled; 2]) -> Result<(), Failure> {
    let all = || models.iter().flat_map(|model| &model.model().outputs);
    let labelled: Vec<String> =
        models.iter().flat_map(Compiled::watched_outputs).map(|watched| watched.name).collect();
    for name in only {
        if all().any(|output| output.name == *name) || labelled.contains(name) {
            continue;
        }
        let failure = Failure::usage(format!("neither version has an output `{name}`"));
        let names = all().map(|output| output.name.as_str());
        return Err(match nearest(name, names) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure,
        });
    }
    Ok(())
}

/// What was asked, as words of a command line.
fn asked(args: &DiffArgs, only: &[String]) -> Vec<String> {
    let option = |name: &str, value: &str| [name.to_owned(), value.to_owned()];
    let mut words = vec![args.old.clone(), args.new.clone()];
    if !only.is_empty() {
        words.extend(option("--output", &only.join(",")));
    }
    words.extend(args.change.scenario.iter().flat_map(|name| option("--scenario", name)));
    words.extend(args.change.set.iter().flat_map(|text| option("--set", text)));
    words
}
