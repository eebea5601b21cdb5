//! The stages put together: from a request to a compiled model, and from there to results.

mod assembly;
mod description;
mod draft;
mod explain;
mod listing;
mod observe;
mod replay;
mod trials;
mod until;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use assembly::{Assembled, assemble};
pub use description::describe;
pub(crate) use draft::Draft;
pub use listing::{correlations, inputs, quantities};
pub use observe::{Observation, Watched, WatchedInput};
pub(crate) use observe::{unit_factor, watched_outputs};
pub use replay::trial;
use sha2::{Digest, Sha256};
pub use trials::{InputColumns, NoTable, TRIAL, TrialColumn, TrialColumns, TrialTable, trials};

use crate::accumulate::{ChannelPlan, Tally};
use crate::check::{self, CheckedModel, Output, Plans};
use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::engine::{self, Monitor, Prepared};
use crate::expr::{self, Purpose, Sentence, StringText};
use crate::model::{self, ParsedModel};
use crate::program::Program;
use crate::results::{self, Provenance, Replicates, SimulationResult, StatisticPlan};
use crate::sampling::sobol::DIMENSIONS;
use crate::sampling::{Design, Layout, SourcePlan};
use crate::shipped;
use crate::source::Sources;

/// A model file and what is asked of it before anything is drawn.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The name the file is shown under in messages (a path, a shipped model's name, `<stdin>`).
    pub name: String,
    /// Its bytes as text.
    pub text: String,
    /// `--scenario`.
    pub scenario: Option<String>,
    /// `--set`, each `NAME=EXPRESSION`.
    pub set: Vec<String>,
    /// What an option other than `--set` sets inputs to, with its name: `--vary`. Not part of a result's provenance.
    pub varied: Vec<(&'static str, String)>,
    /// `--only`: names of outputs; empty for all.
    pub only: Vec<String>,
    /// Expressions of the command line that are watched beside the outputs, each with its option: `--where`.
    pub expressions: Vec<(&'static str, String)>,
    /// Statistics to estimate, each a sentence such as `p95(investment)` or `P(npv > 0) >= 80%`.
    pub statistics: Vec<Asked>,
}

/// A sentence about the trials, and which option of the command line it stands behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The name that the sentence is shown under in messages; begins with `--`.
    pub option: &'static str,
    /// How it may end.
    pub purpose: Purpose,
    /// The sentence.
    pub text: String,
}

impl Asked {
    /// A figure to report, alone or compared.
    pub fn figure(text: impl Into<String>) -> Asked {
        Asked { option: "--statistic", purpose: Purpose::Report, text: text.into() }
    }

    /// A statistic and how precise it must be: `p95(investment) +- 0.5%`.
    pub fn until(text: impl Into<String>) -> Asked {
        Asked { option: "--until", purpose: Purpose::Until, text: text.into() }
    }

    /// An equation to solve: `P(npv > 0) = 50%`.
    pub fn equation(text: impl Into<String>) -> Asked {
        Asked { option: "--for", purpose: Purpose::Solve, text: text.into() }
    }
}

/// How a run is done.
#[derive(Debug, Clone)]
pub struct RunSettings {
    /// Trials.
    pub trials: u64,
    /// The seed.
    pub seed: u64,
    /// How the random numbers are laid out.
    pub design: Design,
    /// Percentiles as probabilities, in (0, 1), in the order to report.
    pub percentiles: Vec<f64>,
    /// Threads; `None` for all cores.
    pub threads: Option<usize>,
    /// Whether the outputs' distributions are outlined, to be drawn.
    pub has_outlines: bool,
    /// Replicates of a design beside the 16 that share the trials: they extend that run, whose trials stay as they are.
    pub more_replicates: u64,
}

impl Default for RunSettings {
    fn default() -> RunSettings {
        RunSettings {
            trials: 1_000_000,
            seed: 1,
            design: Design::Random,
            percentiles: vec![0.05, 0.25, 0.5, 0.75, 0.95],
            threads: None,
            has_outlines: false,
            more_replicates: 0,
        }
    }
}

impl RunSettings {
    /// The trials of the run, replicate by replicate: at least as many as asked for.
    pub fn layout(&self) -> Layout {
        Layout::new(self.design, self.trials).extended(self.more_replicates)
    }
}

/// A model that is ready to run.
#[derive(Debug)]
pub struct Compiled {
    /// The texts that its diagnostics point into.
    pub sources: Sources,
    /// Warnings of the compilation.
    pub warnings: Diagnostics,
    model: CheckedModel,
    /// Those of the request, named as they were written.
    expressions: Vec<Output>,
    run: Assembled,
    identity: Identity,
}

/// What a result says about the model it is of.
#[derive(Debug, Clone)]
struct Identity {
    title: String,
    about: Option<String>,
    source: Option<String>,
    file: String,
    digest: String,
    scenario: Option<String>,
    scenario_about: Option<String>,
    set: BTreeMap<String, String>,
    scenarios: Vec<String>,
}

/// Why a model cannot run.
#[derive(Debug)]
pub struct CompileFailure {
    /// The texts that the diagnostics point into.
    pub sources: Sources,
    /// At least one error.
    pub diagnostics: Diagnostics,
    /// Whether all errors lie in the command line (exit code 2) and none in the model (exit code 3).
    pub is_usage: bool,
}

/// Brings in a file that a model names (a plan, a model it extends), by its path relative to the model.
pub type ReadFile<'a> = &'a mut dyn FnMut(&str) -> io::Result<Vec<u8>>;

/// Reads, checks and compiles a model.
///
/// # Errors
/// All mistakes of the model and of the overrides.
pub fn compile(request: &Request, read_file: ReadFile<'_>) -> Result<Compiled, CompileFailure> {
    let mut sources = Sources::new();
    let mut diagnostics = Diagnostics::new();
    match compile_with(request, read_file, &mut sources, &mut diagnostics) {
        Some(parts) if !diagnostics.has_errors() => {
            let Parts { model, expressions, run, identity } = parts;
            Ok(Compiled { sources, warnings: diagnostics, model, expressions, run, identity })
        }
        _ => {
            let is_usage = is_usage(&diagnostics, &sources);
            Err(CompileFailure { sources, diagnostics, is_usage })
        }
    }
}

struct Parts {
    model: CheckedModel,
    expressions: Vec<Output>,
    run: Assembled,
    identity: Identity,
}

/// text → ParsedModel → CheckedModel → Program. `None`, or errors among the diagnostics, where it fails.
fn compile_with(
    request: &Request,
    read_file: ReadFile<'_>,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Parts> {
    let Draft { model: mut parsed, plans, as_written, replaced, digest } =
        Draft::read(request, read_file, sources, diagnostics)?;
    let only_errors = wrong_outputs(&parsed, &request.only);
    let n_outputs = parsed.outputs.len();
    for (option, text) in &request.expressions {
        parsed.outputs.extend(model::parse_expression(sources, option, text, diagnostics));
    }
    parsed.statistics = sentences(&request.statistics, sources, diagnostics);
    let checked = check::check(&parsed, &replaced, sources, &plans, diagnostics);
    diagnostics.extend(only_errors);
    let mut model = checked.filter(|_| !diagnostics.has_errors())?;
    let expressions = model.outputs.split_off(n_outputs);
    check_scenarios(&as_written, request, sources, &plans, diagnostics);
    let selected: Vec<Output> = select(&model, &request.only);
    let run = assemble(&model, &selected, diagnostics)?;
    let file = std::path::Path::new(&request.name)
        .file_name()
        .map_or(request.name.clone(), |name| name.to_string_lossy().into_owned());
    let identity = Identity {
        title: model.title.clone().unwrap_or_else(|| file.clone()),
        about: parsed.about.as_ref().map(|about| about.text.clone()),
        source: parsed.source.as_ref().map(|source| source.text.clone()),
        file,
        digest: digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
        scenario: request.scenario.clone(),
        scenario_about: scenario_about(&as_written, request),
        set: overrides_as_text(&request.set),
        scenarios: as_written.scenarios.iter().map(|scenario| scenario.name.text.clone()).collect(),
    };
    Some(Parts { model, expressions, run, identity })
}

/// The sentences that were asked for along with the model.
fn sentences(
    asked: &[Asked],
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Vec<Sentence> {
    let parse = |asked: &Asked| {
        let id = sources.add(asked.option, &asked.text);
        let text = StringText::plain(sources, id);
        expr::parse_sentence(&text, asked.purpose, diagnostics)
    };
    asked.iter().filter_map(parse).collect()
}

fn scenario_about(parsed: &ParsedModel, request: &Request) -> Option<String> {
    let wanted = request.scenario.as_ref()?;
    let scenario = parsed.scenarios.iter().find(|scenario| scenario.name.text == *wanted)?;
    scenario.about.as_ref().map(|about| about.text.clone())
}

fn parse(
    request: &Request,
    read_file: ReadFile<'_>,
    digest: &mut Sha256,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> ParsedModel {
    let mut read = |name: &str| -> Option<String> {
        let text = match shipped::find(name) {
            Some(shipped) => shipped.text.to_owned(),
            None => String::from_utf8(read_file(name).ok()?).ok()?,
        };
        digest.update(text.as_bytes());
        Some(text)
    };
    model::parse(sources, &request.name, &request.text, &mut read, diagnostics)
}

fn read_plans(
    parsed: &ParsedModel,
    overrides: &[model::Override],
    read_file: ReadFile<'_>,
) -> Plans {
    let mut plans = Plans::default();
    for path in model::data_files(parsed, overrides) {
        plans.insert(&path, read_file(&path).map_err(|error| error.to_string()));
    }
    plans
}

/// The scenarios that do not run are checked all the same: a mistake in one is found before it is wanted.
fn check_scenarios(
    parsed: &ParsedModel,
    request: &Request,
    sources: &Sources,
    plans: &Plans,
    diagnostics: &mut Diagnostics,
) {
    for scenario in &parsed.scenarios {
        if request.scenario.as_ref() == Some(&scenario.name.text) {
            continue;
        }
        let (mut changed, mut found) = (parsed.clone(), Diagnostics::new());
        let replaced = model::apply_scenario(&mut changed, &scenario.name.text, &mut found);
        check::check(&changed, &replaced, sources, plans, &mut found);
        if found.has_errors() {
            diagnostics.extend(found);
        }
    }
}

fn overrides_as_text(set: &[String]) -> BTreeMap<String, String> {
    let pair = |text: &String| {
        text.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
    };
    set.iter().filter_map(pair).collect()
}

/// A message names so many outputs of a model.
const MOST_LISTED: usize = 12;

fn wrong_outputs(parsed: &ParsedModel, only: &[String]) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let names = || parsed.outputs.iter().map(|output| output.name.text.as_str());
    for name in only.iter().filter(|name| names().all(|known| known != name.as_str())) {
        let error =
            Diagnostic::without_place(Code::E701, format!("the model has no output `{name}`"));
        diagnostics.push(match nearest(name, names()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => {
                let listed: Vec<&str> = names().take(MOST_LISTED).collect();
                let more = if names().count() > listed.len() { ", …" } else { "" };
                error.note(format!("its outputs are {}{more}", listed.join(", ")))
            }
        });
    }
    diagnostics
}

fn select(model: &CheckedModel, only: &[String]) -> Vec<Output> {
    let is_wanted = |output: &&Output| only.is_empty() || only.contains(&output.name);
    model.outputs.iter().filter(is_wanted).cloned().collect()
}

/// Whether all errors lie in the command line.
fn is_usage(diagnostics: &Diagnostics, sources: &Sources) -> bool {
    diagnostics.iter().filter(|diagnostic| diagnostic.severity() == Severity::Error).all(
        |diagnostic| {
            // Texts of the command line appear in messages under their option: `--set`.
            let is_in_option = diagnostic
                .primary
                .as_ref()
                .is_some_and(|label| sources.get(label.span.source).name.starts_with("--"));
            is_in_option || matches!(diagnostic.code, Code::E308 | Code::E701)
        },
    )
}

/// The most threads: each has its own statistics.
const MOST_THREADS: usize = 64;

impl Compiled {
    /// The model.
    pub fn model(&self) -> &CheckedModel {
        &self.model
    }

    /// The names of its scenarios, in the order of the model.
    pub fn scenarios(&self) -> &[String] {
        &self.identity.scenarios
    }

    /// The program that a run executes.
    pub fn program(&self) -> &Program {
        &self.run.program
    }

    pub(crate) fn provenance(
        &self,
        seed: u64,
        design: Design,
        trials: u64,
        asked: u64,
    ) -> Provenance {
        Provenance {
            version: env!("CARGO_PKG_VERSION"),
            format: crate::FORMAT,
            title: self.identity.title.clone(),
            file: self.identity.file.clone(),
            digest: self.identity.digest.clone(),
            trials,
            trials_asked: asked,
            seed,
            design: design.name(),
            scenario: self.identity.scenario.clone(),
            set: self.identity.set.clone(),
        }
    }
}

/// Runs a compiled model: Program → blocks of trials → Tally → SimulationResult.
///
/// Where a statistic was asked for with a precision, `settings.trials` is the most: the run ends at the first of
/// the trials of `until::checkpoints` (of a design `until::layouts`) at which all of them are precise enough.
pub fn run(model: &Compiled, settings: &RunSettings, monitor: &dyn Monitor) -> SimulationResult {
    run_among(&[model], 0, settings, monitor)
}

/// Runs one of several models, with the draws that it has beside the others: what they draw under one name is the
/// same in all of them, under every design.
pub(crate) fn run_among(
    models: &[&Compiled],
    at: usize,
    settings: &RunSettings,
    monitor: &dyn Monitor,
) -> SimulationResult {
    let model = models[at];
    let programs: Vec<&Program> = models.iter().map(|model| &model.run.program).collect();
    let layout = settings.layout();
    let most_at_once = engine::useful_threads(layout.most_in_a_replicate());
    let threads = settings.threads.unwrap_or(MOST_THREADS).min(most_at_once);
    in_pool(settings.threads.map(|_| threads), || {
        let prepared = Prepared::new(&model.run.program, settings.seed);
        let plans = engine::pilot(&prepared, &model.run.channels);
        let sources = engine::plan_common_sources(&programs, layout, settings.seed).swap_remove(at);
        let (prepared, sources, plans) = (&prepared, &sources, &plans);
        let work = Work { model, settings, prepared, sources, plans, monitor };
        let has_precision = model.run.statistics.iter().any(StatisticPlan::has_precision);
        match (settings.design.is_replicated(), has_precision) {
            (true, true) => until::run_in_replicates(&work),
            (true, false) => work.in_replicates(),
            (false, true) => until::run(&work),
            (false, false) => {
                let (tally, trials) = engine::run(prepared, plans, settings.trials, monitor);
                work.summarized(tally, &Replicates::default(), trials, settings.trials)
            }
        }
    })
}

fn rounded_up(settings: &RunSettings) -> Option<String> {
    let (asked, layout) = (settings.trials, Layout::new(settings.design, settings.trials));
    (layout.trials() > asked).then(|| {
        format!(
            "{} trials were asked for; Sobol' points come in powers of two, so that {} are planned",
            results::grouped(asked),
            results::grouped(layout.trials())
        )
    })
}

fn beyond_the_table(n_beyond: usize) -> Option<String> {
    (n_beyond > 0).then(|| {
        format!(
            "the model draws {} numbers a trial; those beyond the {} dimensions of the Sobol' points, the least \
             important ones over time, are random",
            results::grouped((DIMENSIONS + n_beyond) as u64),
            results::grouped(DIMENSIONS as u64)
        )
    })
}

/// A run under way.
#[derive(Clone, Copy)]
struct Work<'a> {
    model: &'a Compiled,
    settings: &'a RunSettings,
    prepared: &'a Prepared<'a>,
    sources: &'a SourcePlan,
    plans: &'a Arc<[ChannelPlan]>,
    monitor: &'a dyn Monitor,
}

impl Work<'_> {
    /// All replicates of a design, or those that are complete when it is stopped.
    fn in_replicates(&self) -> SimulationResult {
        let layout = self.sources.layout();
        let (tally, replicates, trials) = self.replicated();
        let mut result = self.summarized(tally, &replicates, trials, layout.trials());
        result.notes.extend(rounded_up(self.settings));
        result.notes.extend(beyond_the_table(self.sources.n_beyond()));
        result
    }

    /// What complete replicates have found together, each for itself, and in how many trials.
    fn replicated(&self) -> (Tally, Replicates, u64) {
        let Assembled { statistics, checks, .. } = &self.model.run;
        let of_checks = checks.iter().map(|check| &check.statistic);
        let asked = statistics.iter().chain(of_checks).filter_map(StatisticPlan::quantile);
        let percentiles = self.settings.percentiles.iter().copied().chain(asked);
        let mut replicates = Replicates::new(percentiles);
        let Work { prepared, sources, plans, monitor, .. } = *self;
        let (tally, trials) =
            engine::run_replicates(prepared, sources, plans, monitor, |one| replicates.add(one));
        (tally, replicates, trials)
    }

    /// What the first trials say, where `asked` were to be done.
    fn summarized(
        &self,
        mut tally: Tally,
        replicates: &Replicates,
        trials: u64,
        asked: u64,
    ) -> SimulationResult {
        let Assembled { outputs, statistics, checks, .. } = &self.model.run;
        let percentiles = &self.settings.percentiles;
        explain::explain(self, &mut tally, trials);
        // Where buckets are too coarse for a percentile, the same trials once more, for their values there.
        let of_statistics = statistics.iter().chain(checks.iter().map(|check| &check.statistic));
        let stretches = results::doubtful(outputs, of_statistics, &tally, replicates, percentiles);
        if !stretches.is_empty() {
            let values = engine::collect_stretches(self.prepared, self.sources, &stretches, trials);
            tally.refine(&stretches, values);
        }
        let provenance =
            self.model.provenance(self.settings.seed, self.settings.design, trials, asked);
        let mut result = results::summarize(outputs, &tally, replicates, percentiles, provenance);
        result.statistics = results::statistics(statistics, &tally, replicates);
        result.checks = results::checks(checks, &tally, replicates);
        result.warnings.extend(results::advice(&result.statistics, &result.checks, trials));
        if self.settings.has_outlines {
            results::outline(outputs, &tally, &mut result);
        }
        result
    }
}

/// Runs work on so many threads; on all cores where none are named, or where no pool of that size can be had.
pub(crate) fn in_pool<T: Send>(threads: Option<usize>, work: impl FnOnce() -> T + Send) -> T {
    let pool = threads.and_then(|threads| {
        rayon::ThreadPoolBuilder::new().num_threads(threads.min(MOST_THREADS)).build().ok()
    });
    match pool {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

/// The base case alone: `trials: 0`, no percentiles.
pub fn base_case(model: &Compiled) -> SimulationResult {
    results::base_only(&model.run.outputs, model.provenance(1, Design::Random, 0, 0))
}
