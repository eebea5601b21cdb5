//! `outlay compare`: alternatives side by side on the same random numbers.

use std::path::Path;

use super::analysis::{self, Files};
use super::args::{CompareArgs, Format};
use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::interrupt;
use super::load;
use super::progress::{self, Watch};
use super::terminal::Terminal;
use crate::analysis::Candidate;
use crate::diagnostic::suggest::nearest;
use crate::{Compiled, Request, RunSettings, report};

/// The model as it stands.
const BASE: &str = "base";
/// More alternatives make more pairs than anybody reads.
const MOST_ALTERNATIVES: usize = 16;

/// Compares and reports.
pub(super) fn compare(args: &CompareArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    interrupt::listen();
    let files = Files::open(&args.written)?;
    let alternatives = match args.models.as_slice() {
        [model] => of_one_model(model, args, terminal)?,
        models => of_models(models, args, terminal)?,
    };
    let candidates: Vec<Candidate<'_>> =
        alternatives.iter().map(|(name, model)| Candidate { name: name.clone(), model }).collect();
    let mut percentiles: Vec<f64> = Vec::new();
    for p in &args.percentiles {
        if !percentiles.contains(p) {
            percentiles.push(*p);
        }
    }
    let settings = RunSettings { percentiles, ..args.trials.settings() };
    let only = only(args);
    let watch = Watch::start(settings.layout().trials(), terminal.is_watched && !terminal.is_quiet);
    let comparison = crate::analysis::compare(&candidates, &only, &settings, &watch);
    let elapsed = watch.finish();
    let comparison = comparison.map_err(|reason| analysis::unanswerable(&reason))?;
    if args.written.format != Format::Table {
        terminal.warn(&comparison.warnings);
    }
    let asked = asked(args);
    files.write(args.written.format, terminal, |format, look| match format {
        Format::Table => report::table(&report::compare_memo(&comparison, &asked), look),
        Format::Markdown => report::markdown(&report::compare_memo(&comparison, &asked)),
        Format::Json => report::compare_json(&comparison, analysis::rounded(elapsed)),
        Format::Csv => report::compare_csv(&comparison),
    })?;
    let provenance = &comparison.alternatives[0].1.provenance;
    let evaluations = provenance.trials * candidates.len() as u64;
    terminal.note(&progress::speed(evaluations, elapsed));
    Ok(analysis::exit(provenance))
}

fn only(args: &CompareArgs) -> Vec<String> {
    args.only.iter().map(|name| name.trim().to_owned()).collect()
}

/// What was asked, as words of a command line; models by their files' names.
fn asked(args: &CompareArgs) -> Vec<String> {
    let option = |name: &str, value: &str| [name.to_owned(), value.to_owned()];
    let mut words = args.models.clone();
    words.extend(args.scenario.iter().flat_map(|name| option("--scenario", name)));
    for (name, set) in &args.alternative {
        words.extend(option("--alternative", &format!("{name}: {}", set.join("; "))));
    }
    words.extend(args.set.iter().flat_map(|text| option("--set", text)));
    if !args.only.is_empty() {
        words.extend(option("--only", &only(args).join(",")));
    }
    words
}

fn request(model: &str, args: &CompareArgs) -> Request {
    Request {
        name: model.to_owned(),
        set: args.set.clone(),
        only: only(args),
        ..Request::default()
    }
}

/// One model under scenarios and overrides.
fn of_one_model(
    model: &str,
    args: &CompareArgs,
    terminal: &Terminal,
) -> Result<Vec<(String, Compiled)>, Stop> {
    let loaded = load::load(model, terminal)?;
    let request = request(model, args);
    let base = load::compile_loaded(&loaded, &request, terminal)?;
    terminal.diagnose(&base.warnings, &base.sources, model);
    let scenarios = base.scenarios().to_vec();
    let named = args.scenario.iter().map(|name| name.trim().to_owned());
    let mut wanted: Vec<(String, Vec<String>)> = named.map(|name| (name, Vec::new())).collect();
    for (name, _) in &wanted {
        if name != BASE && !scenarios.contains(name) {
            return Err(unknown(name, &scenarios).into());
        }
    }
    if wanted.is_empty() && args.alternative.is_empty() {
        wanted = scenarios.iter().map(|name| (name.clone(), Vec::new())).collect();
        wanted.insert(0, (BASE.to_owned(), Vec::new()));
    }
    wanted.extend(args.alternative.iter().cloned());
    if wanted.len() == 1 && wanted[0].0 != BASE {
        wanted.insert(0, (BASE.to_owned(), Vec::new()));
    }
    check_names(wanted.iter().map(|(name, _)| name.as_str()))?;
    if wanted.len() < 2 {
        return Err(Failure::usage("there is one alternative, and nothing to compare it with")
            .help("name another model, or an alternative: --alternative 'large: gpus=20_000 GPU'")
            .into());
    }
    let mut base = Some(base);
    let mut compiled = Vec::new();
    for (name, set) in wanted {
        let is_plain = set.is_empty();
        // An alternative of its own may be called as a scenario is called; one of both is refused above.
        let scenario = (is_plain && scenarios.contains(&name)).then(|| name.clone());
        let same = base.take_if(|_| is_plain && scenario.is_none());
        let model = match same {
            Some(same) => same,
            None => {
                let set = request.set.iter().cloned().chain(set).collect();
                let request = Request { scenario, set, ..request.clone() };
                load::compile_loaded(&loaded, &request, terminal)?
            }
        };
        compiled.push((name, model));
    }
    Ok(compiled)
}

/// Several models, each as it stands.
fn of_models(
    models: &[String],
    args: &CompareArgs,
    terminal: &Terminal,
) -> Result<Vec<(String, Compiled)>, Stop> {
    let option = if args.scenario.is_empty() { "--alternative" } else { "--scenario" };
    if !args.scenario.is_empty() || !args.alternative.is_empty() {
        return Err(Failure::usage(format!("{option} is of one model, and there are several"))
            .help("compare the models as they stand, or one of them under its alternatives")
            .into());
    }
    let stem = |model: &String| {
        let stem = Path::new(model).file_stem().and_then(|stem| stem.to_str());
        stem.unwrap_or(model).to_owned()
    };
    let stems: Vec<String> = models.iter().map(stem).collect();
    let is_told_apart = |name: &String| stems.iter().filter(|other| *other == name).count() == 1;
    let names: Vec<&String> = stems
        .iter()
        .zip(models)
        .map(|(stem, model)| if is_told_apart(stem) { stem } else { model })
        .collect();
    check_names(names.iter().map(|name| name.as_str()))?;
    let mut compiled = Vec::new();
    for (name, model) in names.into_iter().zip(models) {
        compiled.push((name.clone(), load::compile(&request(model, args), terminal)?));
    }
    Ok(compiled)
}

/// Names tell alternatives apart, and there are not too many.
fn check_names<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), Failure> {
    let mut known: Vec<&str> = Vec::new();
    for name in names {
        if known.contains(&name) {
            return Err(Failure::usage(format!("there are two alternatives `{name}`"))
                .help("give each a name of its own"));
        }
        known.push(name);
    }
    if known.len() > MOST_ALTERNATIVES {
        let message = format!(
            "{} alternatives are more than {MOST_ALTERNATIVES}, the most that are compared",
            known.len()
        );
        return Err(Failure::usage(message).help("name some of them with --scenario"));
    }
    Ok(())
}

/// No scenario of that name.
fn unknown(name: &str, scenarios: &[String]) -> Failure {
    let mut known: Vec<&str> = scenarios.iter().map(String::as_str).collect();
    known.push(BASE);
    let failure = Failure::usage(format!("the model has no scenario `{name}`"));
    match nearest(name, known.iter().copied()) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help(format!("the alternatives are {}", known.join(", "))),
    }
}
