//! The stages put together: from a request to a compiled model, and from there to results.

use std::collections::BTreeMap;
use std::io;

use sha2::{Digest, Sha256};

use crate::accumulate::{ChannelKind, Resolution};
use crate::check::{
    self, CheckedModel, InputRule, Output, Plans, Quantity, QuantityId, QuantityKind, Rule,
};
use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::engine::reference::{Draws, Trial};
use crate::engine::{self, Monitor, Pilot, Prepared};
use crate::model::{self, InputValue, ParsedModel, StepLength};
use crate::program::{self, Cell, Lowered, Mode, Program, Root};
use crate::results::{
    self, InputRow, OutputPlan, Point, Provenance, QuantityRow, SimulationResult,
};
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
    /// `--only`: names of outputs; empty for all.
    pub only: Vec<String>,
}

/// How a run is done.
#[derive(Debug, Clone)]
pub struct RunSettings {
    /// Trials.
    pub trials: u64,
    /// The seed.
    pub seed: u64,
    /// Percentiles as probabilities, in (0, 1), in the order to report.
    pub percentiles: Vec<f64>,
    /// Threads; `None` for all cores.
    pub threads: Option<usize>,
}

impl Default for RunSettings {
    fn default() -> RunSettings {
        RunSettings {
            trials: 1_000_000,
            seed: 1,
            percentiles: vec![0.05, 0.25, 0.5, 0.75, 0.95],
            threads: None,
        }
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
    program: Program,
    outputs: Vec<OutputPlan>,
    channels: Vec<Pilot>,
    identity: Identity,
}

/// What a result says about the model it is of.
#[derive(Debug, Clone)]
struct Identity {
    title: String,
    file: String,
    digest: String,
    scenario: Option<String>,
    set: BTreeMap<String, String>,
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

/// The name under which `--set` expressions appear in messages.
const SET: &str = "--set";

/// Reads, checks and compiles a model.
///
/// # Errors
/// All mistakes of the model and of the overrides.
pub fn compile(request: &Request, read_file: ReadFile<'_>) -> Result<Compiled, CompileFailure> {
    let mut sources = Sources::new();
    let mut diagnostics = Diagnostics::new();
    match compile_with(request, read_file, &mut sources, &mut diagnostics) {
        Some(parts) if !diagnostics.has_errors() => {
            let Parts { model, program, outputs, channels, identity } = parts;
            Ok(Compiled {
                sources,
                warnings: diagnostics,
                model,
                program,
                outputs,
                channels,
                identity,
            })
        }
        _ => {
            let is_usage = is_usage(&diagnostics, &sources);
            Err(CompileFailure { sources, diagnostics, is_usage })
        }
    }
}

struct Parts {
    model: CheckedModel,
    program: Program,
    outputs: Vec<OutputPlan>,
    channels: Vec<Pilot>,
    identity: Identity,
}

/// text → ParsedModel → CheckedModel → Program. `None`, or errors among the diagnostics, where it fails.
fn compile_with(
    request: &Request,
    read_file: ReadFile<'_>,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Parts> {
    let mut digest = Sha256::new();
    digest.update(request.text.as_bytes());
    let mut parsed = parse(request, read_file, &mut digest, sources, diagnostics);
    if diagnostics.iter().any(|diagnostic| diagnostic.code.leaves_gaps()) {
        return None;
    }
    let as_written = parsed.clone();
    let mut replaced = Vec::new();
    if let Some(scenario) = &request.scenario {
        replaced.extend(model::apply_scenario(&mut parsed, scenario, diagnostics));
    }
    let overrides: Vec<_> = request
        .set
        .iter()
        .filter_map(|text| model::parse_override(sources, text, diagnostics))
        .collect();
    replaced.extend(model::apply(&mut parsed, &overrides, diagnostics));
    let plans = read_plans(&parsed, read_file);
    plans.contents().for_each(|content| digest.update(content));
    let checked = check::check(&parsed, &replaced, sources, &plans, diagnostics);
    let only_errors = wrong_outputs(&parsed, &request.only);
    diagnostics.extend(only_errors);
    let model = checked.filter(|_| !diagnostics.has_errors())?;
    check_scenarios(&as_written, request, sources, &plans, diagnostics);
    let selected: Vec<Output> = select(&model, &request.only);
    let (program, outputs, channels) = assemble(&model, &selected, diagnostics)?;
    let file = std::path::Path::new(&request.name)
        .file_name()
        .map_or(request.name.clone(), |name| name.to_string_lossy().into_owned());
    let identity = Identity {
        title: model.title.clone().unwrap_or_else(|| file.clone()),
        file,
        digest: digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
        scenario: request.scenario.clone(),
        set: overrides_as_text(&request.set),
    };
    Some(Parts { model, program, outputs, channels, identity })
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

fn read_plans(parsed: &ParsedModel, read_file: ReadFile<'_>) -> Plans {
    let mut plans = Plans::default();
    for input in &parsed.inputs {
        if let InputValue::ByStepFile { file, .. } = &input.value {
            plans.insert(&file.text, read_file(&file.text).map_err(|error| error.to_string()));
        }
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

fn wrong_outputs(parsed: &ParsedModel, only: &[String]) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let names = || parsed.outputs.iter().map(|output| output.name.text.as_str());
    for name in only.iter().filter(|name| names().all(|known| known != name.as_str())) {
        let error =
            Diagnostic::without_place(Code::E701, format!("the model has no output `{name}`"));
        diagnostics.push(match nearest(name, names()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => {
                error.note(format!("its outputs are {}", names().collect::<Vec<_>>().join(", ")))
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
            let is_in_set = diagnostic
                .primary
                .as_ref()
                .is_some_and(|label| sources.get(label.span.source).name == SET);
            is_in_set || matches!(diagnostic.code, Code::E308 | Code::E701)
        },
    )
}

/// The most columns that a run keeps statistics of: some 40 kB each and thread.
const MOST_CHANNELS: usize = 20_000;
/// With more columns than this, histograms are coarse.
const MOST_FINE_CHANNELS: usize = 256;
/// The most values that a block may store for internal rates of return: 1 GB a thread.
const MOST_STORED: usize = 1 << 18;
/// The most threads: each has its own statistics.
const MOST_THREADS: usize = 64;

/// The program of the outputs, with what is known of each channel before the run.
fn assemble(
    model: &CheckedModel,
    outputs: &[Output],
    diagnostics: &mut Diagnostics,
) -> Option<(Program, Vec<OutputPlan>, Vec<Pilot>)> {
    let (graph, cells) = program::lower_outputs(model, outputs, Mode::Sample);
    let (base_graph, base_cells) = program::lower_outputs(model, outputs, Mode::Base);
    let mut base = Trial::new(&base_graph, Draws::None, years_per_step(model));
    let (mut roots, mut plans, mut channels) = (Vec::new(), Vec::new(), Vec::new());
    for ((output, cells), base_cells) in outputs.iter().zip(&cells).zip(&base_cells) {
        let kind = channel_kind(model.quantity(output.quantity));
        let thresholds = thresholds(model, output, kind);
        for (cell, base_cell) in cells.iter().zip(base_cells) {
            let base_values = base.values(base_cell.nodes);
            let (first, later) = match cell.nodes {
                Lowered::Trial(node) => (node, None),
                Lowered::Series { first, later } => (first, Some(later)),
            };
            roots.push(Root { channel: channels.len(), first, later });
            plans.push(OutputPlan {
                name: output.name.clone(),
                about: output.about.clone(),
                index: index_labels(model, cell),
                unit: output.unit.clone(),
                kind,
                channels: channels.len()..channels.len() + base_values.len(),
                is_series: later.is_some(),
                step_labels: if later.is_some() { step_labels(model) } else { Vec::new() },
                base: base_values.iter().map(|&value| point(value, kind)).collect(),
            });
            let is_coarse = later.is_some() || cells.len() > MOST_FINE_CHANNELS;
            let resolution = if is_coarse { Resolution::Coarse } else { Resolution::Fine };
            channels.extend(base_values.iter().map(|&base| Pilot {
                kind,
                resolution,
                base,
                thresholds: if later.is_some() { Vec::new() } else { thresholds.clone() },
            }));
        }
    }
    if channels.len() > MOST_CHANNELS {
        let message = format!(
            "the outputs have {} columns, and a run keeps at most {MOST_CHANNELS}",
            channels.len()
        );
        let error = Diagnostic::without_place(Code::E109, message);
        diagnostics.push(
            error.help("choose outputs with `--only`, or reduce over the index or the timeline"),
        );
        return None;
    }
    let steps = model.timeline.as_ref().map_or(1, |timeline| timeline.steps as usize + 1);
    match program::schedule(&graph, &roots, channels.len(), years_per_step(model)) {
        Ok(program) if program.n_stored * steps <= MOST_STORED => Some((program, plans, channels)),
        Ok(_) | Err(program::TooLarge) => {
            let error = Diagnostic::without_place(
                Code::E109,
                "the model needs more values at once than outlay can hold",
            );
            diagnostics.push(
                error.help("use fewer labels of an index, or fewer outputs at once with `--only`"),
            );
            None
        }
    }
}

fn years_per_step(model: &CheckedModel) -> f64 {
    model.timeline.as_ref().map_or(1.0, |timeline| 1.0 / timeline.steps_per_year())
}

fn channel_kind(quantity: &Quantity) -> ChannelKind {
    match (quantity.ty.is_condition, quantity.ty.may_be_never) {
        (true, _) => ChannelKind::Condition,
        (false, true) => ChannelKind::Time,
        (false, false) => ChannelKind::Number,
    }
}

/// The months within which a payback is of interest to those who lend.
const WITHIN_MONTHS: [f64; 3] = [24.0, 36.0, 60.0];

/// Times up to which trials are counted, in the unit of the output: of those that the horizon reaches.
fn thresholds(model: &CheckedModel, output: &Output, kind: ChannelKind) -> Vec<f64> {
    let (Some(timeline), ChannelKind::Time) = (&model.timeline, kind) else { return Vec::new() };
    let month = model.units.named("month");
    let Some(conversion) =
        month.conversion_scaled(&output.shown_in, output.magnitude, &model.units)
    else {
        return Vec::new();
    };
    let horizon = (f64::from(timeline.steps) + 1.0) * 12.0 / timeline.steps_per_year();
    WITHIN_MONTHS
        .into_iter()
        .filter(|&months| months <= horizon)
        .map(|months| conversion.apply(months))
        .collect()
}

fn index_labels(model: &CheckedModel, cell: &Cell) -> BTreeMap<String, String> {
    let label = |&(index, label): &(check::IndexId, u32)| {
        let index = &model.indexes[usize::from(index.0)];
        (index.name.clone(), index.labels[label as usize].clone())
    };
    cell.labels.iter().map(label).collect()
}

fn step_labels(model: &CheckedModel) -> Vec<Option<String>> {
    let Some(timeline) = &model.timeline else { return Vec::new() };
    let label = |step: u32| {
        let start = timeline.start?;
        let months = match timeline.step {
            StepLength::Month => step,
            StepLength::Quarter => step * 3,
            StepLength::Year => step * 12,
        };
        let date = start.checked_add(jiff::Span::new().try_months(months).ok()?).ok()?;
        Some(match timeline.step {
            StepLength::Month => date.strftime("%Y-%m").to_string(),
            StepLength::Quarter => format!("{}-Q{}", date.year(), (date.month() - 1) / 3 + 1),
            StepLength::Year => date.strftime("%Y").to_string(),
        })
    };
    (0..=timeline.steps).map(label).collect()
}

fn point(value: f64, kind: ChannelKind) -> Point {
    match kind {
        ChannelKind::Time if value == f64::INFINITY => Point::Never,
        _ if value.is_finite() => Point::Value(value),
        ChannelKind::Time | ChannelKind::Number | ChannelKind::Condition => Point::Undefined,
    }
}

impl Compiled {
    /// The model.
    pub fn model(&self) -> &CheckedModel {
        &self.model
    }

    /// The program that a run executes.
    pub fn program(&self) -> &Program {
        &self.program
    }

    fn provenance(&self, seed: u64, trials: u64, asked: u64) -> Provenance {
        Provenance {
            version: env!("CARGO_PKG_VERSION"),
            format: crate::FORMAT,
            title: self.identity.title.clone(),
            file: self.identity.file.clone(),
            digest: self.identity.digest.clone(),
            trials,
            trials_asked: asked,
            seed,
            design: "random",
            scenario: self.identity.scenario.clone(),
            set: self.identity.set.clone(),
        }
    }
}

/// Runs a compiled model: Program → blocks of trials → Tally → SimulationResult.
pub fn run(model: &Compiled, settings: &RunSettings, monitor: &dyn Monitor) -> SimulationResult {
    let threads =
        settings.threads.unwrap_or(MOST_THREADS).min(engine::useful_threads(settings.trials));
    in_pool(settings.threads.map(|_| threads), || {
        let prepared = Prepared::new(&model.program, settings.seed);
        let plans = engine::pilot(&prepared, &model.channels);
        let (mut tally, trials) = engine::run(&prepared, &plans, settings.trials, monitor);
        // Where buckets are too coarse for a percentile, the same trials once more, for their values there.
        let stretches = results::doubtful(&model.outputs, &tally, &settings.percentiles);
        if !stretches.is_empty() {
            let values = engine::collect_stretches(&prepared, &stretches, trials);
            tally.refine(&stretches, values);
        }
        let provenance = model.provenance(settings.seed, trials, settings.trials);
        results::summarize(&model.outputs, &tally, &settings.percentiles, provenance)
    })
}

/// Runs work on so many threads; on all cores where none are named, or where no pool of that size can be had.
fn in_pool<T: Send>(threads: Option<usize>, work: impl FnOnce() -> T + Send) -> T {
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
    results::base_only(&model.outputs, model.provenance(1, 0, 0))
}

/// Every quantity of the base case, in the order of the model.
pub fn quantities(model: &Compiled) -> Vec<QuantityRow> {
    let checked = &model.model;
    let ids: Vec<QuantityId> = (0..).map(QuantityId).take(checked.quantities.len()).collect();
    let (graph, cells) = program::lower_quantities(checked, &ids, Mode::Base);
    let mut trial = Trial::new(&graph, Draws::None, years_per_step(checked));
    let mut rows = Vec::new();
    for (quantity, cells) in checked.quantities.iter().zip(&cells) {
        for cell in cells {
            let kind = channel_kind(quantity);
            rows.push(QuantityRow {
                kind: match quantity.kind {
                    QuantityKind::Input => "input",
                    QuantityKind::Formula => "formula",
                    QuantityKind::Series => "series",
                    QuantityKind::Output => "output",
                },
                name: labelled(checked, quantity, cell),
                about: quantity.about.clone(),
                unit: unit_text(checked, quantity),
                values: trial
                    .values(cell.nodes)
                    .into_iter()
                    .map(|value| point(value, kind))
                    .collect(),
                is_condition: quantity.ty.is_condition,
                is_series: quantity.ty.shape.step,
            });
        }
    }
    rows
}

fn labelled(model: &CheckedModel, quantity: &Quantity, cell: &Cell) -> String {
    if cell.labels.is_empty() {
        return quantity.name.clone();
    }
    let labels = cell
        .labels
        .iter()
        .map(|&(index, label)| model.indexes[usize::from(index.0)].labels[label as usize].as_str());
    format!("{}[{}]", quantity.name, labels.collect::<Vec<_>>().join(", "))
}

fn unit_text(model: &CheckedModel, quantity: &Quantity) -> Option<String> {
    let text = quantity.ty.unit.text(&model.units);
    (!text.is_empty() && !quantity.ty.is_condition).then_some(text)
}

/// Trials for an input whose parameters are random too.
const INPUT_TRIALS: u64 = 1 << 17;

/// Every input's distribution, in the order of the model.
pub fn inputs(model: &Compiled) -> Vec<InputRow> {
    let checked = &model.model;
    let ids: Vec<QuantityId> = (0..)
        .map(QuantityId)
        .zip(&checked.quantities)
        .filter_map(|(id, quantity)| (quantity.kind == QuantityKind::Input).then_some(id))
        .collect();
    let (graph, cells) = program::lower_quantities(checked, &ids, Mode::Sample);
    let (base_graph, base_cells) = program::lower_quantities(checked, &ids, Mode::Base);
    let mut base = Trial::new(&base_graph, Draws::None, years_per_step(checked));
    let mut rows = Vec::new();
    for ((&id, cells), base_cells) in ids.iter().zip(&cells).zip(&base_cells) {
        let quantity = checked.quantity(id);
        let Rule::Input { cells: input_cells, by, .. } = &quantity.rule else { continue };
        for (cell, base_cell) in cells.iter().zip(base_cells) {
            let input_cell = &input_cells[program::cell_position(checked, by, &cell.labels)];
            let base_value = base.values(base_cell.nodes)[0];
            let is_random = matches!(input_cell.value, InputRule::Random(_));
            let (Lowered::Trial(first) | Lowered::Series { first, .. }) = cell.nodes;
            let summary = match &input_cell.value {
                InputRule::Random(distribution) => {
                    match program::constant_distribution(checked, distribution, &cell.labels) {
                        Some(law) => {
                            let percentiles =
                                [law.quantile(0.05), law.quantile(0.5), law.quantile_upper(0.05)];
                            Summary { mean: law.mean(), percentiles, is_simulated: false }
                        }
                        None => simulated(&graph, first, years_per_step(checked)),
                    }
                }
                InputRule::Fixed(_) if graph.constant_of(first).is_none() => {
                    simulated(&graph, first, years_per_step(checked))
                }
                InputRule::Fixed(_) | InputRule::Plan(_) => Summary {
                    mean: Some(base_value),
                    percentiles: [base_value; 3],
                    is_simulated: false,
                },
            };
            rows.push(InputRow {
                name: labelled(checked, quantity, cell),
                text: input_cell.text.clone(),
                unit: unit_text(checked, quantity),
                base: point(base_value, channel_kind(quantity)),
                is_random,
                mean: summary.mean,
                percentiles: summary.percentiles,
                is_simulated: summary.is_simulated,
                about: quantity.about.clone(),
                source: quantity.source.clone(),
            });
        }
    }
    rows
}

struct Summary {
    mean: Option<f64>,
    percentiles: [f64; 3],
    is_simulated: bool,
}

/// The distribution of one node, by simulation.
fn simulated(graph: &program::Graph, node: program::NodeId, years_per_step: f64) -> Summary {
    let roots = [Root { channel: 0, first: node, later: None }];
    let nothing = Summary { mean: None, percentiles: [f64::NAN; 3], is_simulated: true };
    let Ok(program) = program::schedule(graph, &roots, 1, years_per_step) else { return nothing };
    let prepared = Prepared::new(&program, engine::PILOT_SEED);
    let mut lists = engine::collect(&prepared, 1, INPUT_TRIALS);
    let mut values = lists.swap_remove(0);
    values.retain(|value| value.is_finite());
    values.sort_unstable_by(f64::total_cmp);
    if values.is_empty() {
        return nothing;
    }
    #[expect(clippy::cast_precision_loss, reason = "a few thousand values")]
    let count = values.len() as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank below the number of values"
    )]
    let at = |p: f64| values[((p * count).ceil() as usize).clamp(1, values.len()) - 1];
    let percentiles = [at(0.05), at(0.5), at(0.95)];
    Summary { mean: Some(values.iter().sum::<f64>() / count), percentiles, is_simulated: true }
}
