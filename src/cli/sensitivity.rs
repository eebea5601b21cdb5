//! `outlay sensitivity`: what drives an output, and what knowing an input is worth to a decision.

use super::analysis::{self, Files};
use super::args::{Format, SensitivityArgs};
use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::interrupt;
use super::load::{self, Loaded};
use super::progress::{self, Watch};
use super::terminal::Terminal;
use crate::accumulate::ChannelKind;
use crate::analysis::Alternative;
use crate::diagnostic::suggest::nearest;
use crate::model::Better;
use crate::sampling::Design;
use crate::{Compiled, Request, Watched, report};

/// The model as it stands, and doing nothing, as alternatives; a scenario of that name comes first.
const BASE: &str = "base";
const NOTHING: &str = "nothing";

/// Answers what drives an output.
pub(super) fn sensitivity(args: &SensitivityArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    interrupt::listen();
    check_design(args)?;
    let files = Files::open(&args.written)?;
    let expressions = analysis::output_expression(args.output.as_ref());
    let request = analysis::request(&args.model, &args.change, expressions);
    let loaded = load::load(&request.name, terminal)?;
    let model = load::compile_loaded(&loaded, &request, terminal)?;
    terminal.diagnose(&model.warnings, &model.sources, &args.model);
    let output = analysis::output(&model, args.output.as_ref())?;
    let alternatives = compiled(args, &loaded, &request, &model, &output, terminal)?;
    let alternatives: Vec<Alternative<'_>> = alternatives
        .iter()
        .map(|(name, other)| {
            let value = match other {
                Choice::Nothing => None,
                Choice::Same => Some((&model, output.clone())),
                Choice::Other(other) => {
                    Some((&**other, analysis::output(other, args.output.as_ref())?))
                }
            };
            Ok(Alternative { name: name.clone(), value })
        })
        .collect::<Result<_, Failure>>()?;
    let outputs = &model.model().outputs;
    let is_lower_better = outputs
        .iter()
        .any(|known| is_of(&output.name, &known.name) && known.better == Better::Lower);
    let settings = args.trials.settings();
    let watch = Watch::start(settings.trials, terminal.is_watched && !terminal.is_quiet);
    let answer = crate::analysis::sensitivity(
        &model,
        &output,
        &alternatives,
        is_lower_better,
        &settings,
        &watch,
    );
    let elapsed = watch.finish();
    let answer = answer.map_err(|reason| analysis::unanswerable(&reason))?;
    if args.written.format != Format::Table {
        terminal.warn(&answer.warnings);
    }
    files.write(args.written.format, terminal, |format, look| match format {
        Format::Table => report::table(&report::sensitivity_memo(&answer), look),
        Format::Markdown => report::markdown(&report::sensitivity_memo(&answer)),
        Format::Json => report::sensitivity_json(&answer, analysis::rounded(elapsed)),
        Format::Csv => report::sensitivity_csv(&answer),
    })?;
    terminal.note(&progress::speed(answer.evaluations, elapsed));
    Ok(analysis::exit(&answer.provenance))
}

/// Pick-freeze needs two sets of draws that are independent trial by trial, and groups of independent trials.
fn check_design(args: &SensitivityArgs) -> Result<(), Failure> {
    let design = Design::from(args.trials.design);
    match design.is_replicated() {
        true => Err(Failure::usage(format!(
            "sensitivity exchanges the draws of independent trials, which --design {} does not make",
            design.name()
        ))
        .help("leave the option out: more trials (-n) make narrower intervals")),
        false => Ok(()),
    }
}

/// `budget` and `budget[alibaba]` are of the output `budget`.
fn is_of(watched: &str, output: &str) -> bool {
    watched.strip_prefix(output).is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
}

/// What an alternative is.
enum Choice {
    Nothing,
    Same,
    Other(Box<Compiled>),
}

/// The alternatives of the decision, compiled: those named, or all scenarios beside the base.
fn compiled(
    args: &SensitivityArgs,
    loaded: &Loaded,
    request: &Request,
    model: &Compiled,
    output: &Watched,
    terminal: &Terminal,
) -> Result<Vec<(String, Choice)>, Stop> {
    let scenarios = model.scenarios();
    let mut names: Vec<String> = args.decide.iter().map(|name| name.trim().to_owned()).collect();
    if names.is_empty() && output.kind != ChannelKind::Time && !scenarios.is_empty() {
        names = std::iter::once(BASE.to_owned()).chain(scenarios.iter().cloned()).collect();
    }
    if names.len() == 1 {
        return Err(Failure::usage("a decision has at least two alternatives")
            .help(format!("--decide {},{NOTHING}", names[0]))
            .into());
    }
    let mut found: Vec<(String, Choice)> = Vec::new();
    for name in names {
        if found.iter().any(|(known, _)| *known == name) {
            return Err(Failure::usage(format!("--decide `{name}` is given twice")).into());
        }
        let is_scenario = scenarios.contains(&name);
        let scenario = is_scenario.then(|| name.clone());
        let choice = if !is_scenario && name == NOTHING {
            Choice::Nothing
        } else if !is_scenario && name != BASE {
            return Err(unknown(&name, scenarios).into());
        } else if scenario == request.scenario {
            Choice::Same
        } else {
            let request = Request { scenario, ..request.clone() };
            Choice::Other(Box::new(load::compile_loaded(loaded, &request, terminal)?))
        };
        found.push((name, choice));
    }
    Ok(found)
}

/// Neither a scenario nor one of the two words.
fn unknown(name: &str, scenarios: &[String]) -> Failure {
    let mut known: Vec<&str> = scenarios.iter().map(String::as_str).collect();
    known.extend([BASE, NOTHING]);
    let failure = Failure::usage(format!("the model has no scenario `{name}`"));
    match nearest(name, known.iter().copied()) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help(format!("the alternatives are {}", known.join(", "))),
    }
}
