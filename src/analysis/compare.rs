//! Alternatives side by side on the same random numbers: the difference of every pair of them trial by trial,
//! which is best and how often, what choosing another costs.
//!
//! What comes in: compiled models, each an alternative. What goes out: for every output that all of them have, in
//! the unit of the first, a summary of each alternative, of each pair and of the whole field. A trial of one is
//! compared with the same trial of another: inputs of one name and distribution have the same draws in both, so
//! that what they share cancels (common random numbers: P. Glasserman, D. Yao, "Some guidelines and guarantees for
//! common random numbers", Management Science 38 (1992)). Trials in which either is undefined are counted and
//! left out. Never is later than every time; a difference of two times is of the trials in which both happen.
//!
//! Under a design all alternatives are laid out alike, replicate by replicate, and errors are those of the replicates.
//! Dominance alone is judged as of independent trials, which is more cautious.

use std::sync::atomic::{AtomicU64, Ordering};

use super::decision::Gain;
use super::dominance::{Dominance, DominanceSums, Levels};
use super::{Unanswerable, as_number};
use crate::accumulate::{ChannelKind, ChannelPlan, Resolution, Tally};
use crate::check::Claim;
use crate::engine::{self, Behind, Chunk, Monitor, Prepared};
use crate::expr::Measure;
use crate::model::Better;
use crate::program::Program;
use crate::results::{
    self, Estimate, NumberSummary, OutputPlan, OutputResult, Point, Replicates, SimulationResult,
    StatisticPlan, StatisticResult, Statistics, Undefined, Worse,
};
use crate::sampling::BLOCK;
use crate::{Compiled, Observation, RunSettings, Watched};

/// With more figures than this, histograms are coarse.
const MOST_FINE: usize = 256;
/// The most figures: each has a histogram.
const MOST_FIGURES: usize = 20_000;
/// Trials of the pilot that histograms and levels are set up by.
const PILOT: u64 = 4_096;
/// The worst share of the trials, whose mean is the expected shortfall.
const WORST: f64 = 0.05;

/// One alternative.
#[derive(Debug, Clone)]
pub struct Candidate<'m> {
    /// Its name: `base`, a scenario's, a model's.
    pub name: String,
    /// The model that it is.
    pub model: &'m Compiled,
}

/// Alternatives, compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Name and result of each alternative, as a run of its own gives it.
    pub alternatives: Vec<(String, SimulationResult)>,
    /// The outputs that all of them have, but for series.
    pub outputs: Vec<ComparedOutput>,
    /// What the reader should know.
    pub warnings: Vec<String>,
}

/// One output of all alternatives.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedOutput {
    /// Its name with its labels.
    pub name: String,
    /// What it means.
    pub about: Option<String>,
    /// What its figures are in.
    pub unit: Option<String>,
    /// What its values are.
    pub kind: ChannelKind,
    /// Whether less is better.
    pub is_lower_better: bool,
    /// What never counts as in regrets; `None` where it does not occur.
    pub horizon: Option<f64>,
    /// Each alternative, in their order.
    pub standings: Vec<Standing>,
    /// Each pair of alternatives, in their order.
    pub pairs: Vec<Pair>,
    /// Trials in which some alternative is undefined: [`Standing::best`] and [`Standing::regret`] are of the others.
    pub left_out: u64,
}

/// One alternative's output.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Its statistics, in the unit of the first alternative.
    pub statistics: Statistics,
    /// The mean of its worst trials; of numbers alone.
    pub shortfall: Option<StatisticResult>,
    /// The share of the trials in which it is the best; of several that are equally good each has its part.
    pub best: Option<Estimate>,
    /// How much the best of the trial is better, on average.
    pub regret: Option<Gain>,
}

/// Two alternatives.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The position of the first.
    pub a: usize,
    /// The position of the second.
    pub b: usize,
    /// The first less the second, trial by trial.
    pub difference: NumberSummary,
    /// P(the first is greater); `None` where no trial tells.
    pub greater: Option<Estimate>,
    /// P(the first is less).
    pub less: Option<Estimate>,
    /// The share of the trials in which both are equal, or both never.
    pub equal: f64,
    /// Trials in which the first alone, the second alone, and both are never.
    pub never: [u64; 3],
    /// Trials in which either is undefined.
    pub undefined: u64,
    /// Which dominates the other.
    pub dominance: Dominance,
}

impl Pair {
    /// P(the first is better).
    pub fn better(&self, is_lower_better: bool) -> Option<Estimate> {
        if is_lower_better { self.less } else { self.greater }
    }
}

/// What is looked at in the trials of each alternative.
struct Field {
    name: String,
    about: Option<String>,
    unit: Option<String>,
    kind: ChannelKind,
    is_lower_better: bool,
    /// By alternative: what a value is multiplied by to stand in the unit of the first.
    factors: Vec<f64>,
    horizon: Option<f64>,
    base: Vec<Point>,
}

/// Compares alternatives; `only` names the outputs, none for all that they have in common.
///
/// # Errors
/// See [`Unanswerable`].
pub fn compare(
    candidates: &[Candidate<'_>],
    only: &[String],
    settings: &RunSettings,
    monitor: &dyn Monitor,
) -> Result<Comparison, Unanswerable> {
    let mut warnings = Vec::new();
    let (fields, watched) = fields(candidates, only, &mut warnings);
    if fields.is_empty() {
        return Err(Unanswerable::NothingInCommon);
    }
    let pairs = pairs(candidates.len());
    if fields.len() * (candidates.len() + pairs.len()) > MOST_FIGURES {
        return Err(Unanswerable::TooLarge);
    }
    let observations = candidates
        .iter()
        .zip(&watched)
        .map(|(candidate, watched)| Observation::new(candidate.model, watched))
        .collect::<Result<Vec<Observation>, _>>()?;
    crate::in_pool(settings.threads, || {
        let runs: Vec<Prepared<'_>> =
            observations.iter().map(|observation| observation.prepare(settings.seed)).collect();
        let setup = Setup::new(&fields, &pairs, &runs);
        // Twice as many: what the alternatives are by themselves takes a second pass.
        let each = settings.layout().trials() * candidates.len() as u64;
        monitor.planned(2 * each);
        let first = Together { monitor, each: candidates.len() as u64 };
        let (found, done) = setup.observed(&runs, settings, &first);
        let outputs = setup.concluded(&found, candidates, &settings.percentiles);
        let alternatives = results_of(candidates, settings, done, monitor);
        warnings.extend(told(&outputs, done));
        warnings.extend(alternatives.iter().take(1).flat_map(|(_, result)| result.notes.clone()));
        Ok(Comparison { alternatives, outputs, warnings })
    })
}

/// The results of the alternatives by themselves, of as many trials as were compared.
fn results_of(
    candidates: &[Candidate<'_>],
    settings: &RunSettings,
    done: u64,
    monitor: &dyn Monitor,
) -> Vec<(String, SimulationResult)> {
    let models: Vec<&Compiled> = candidates.iter().map(|candidate| candidate.model).collect();
    let asked = settings.layout().trials();
    // A design that was cut is laid out as it was to be, and cut again.
    let trials = if settings.design.is_replicated() { settings.trials } else { done };
    let own = RunSettings { trials, threads: None, ..settings.clone() };
    let of = |(at, candidate): (usize, &Candidate<'_>)| {
        let mut result = if done == 0 {
            crate::base_case(candidate.model)
        } else {
            let before = done * (models.len() + at) as u64;
            let up_to = UpTo { monitor, before, trials: done, done: AtomicU64::new(0) };
            crate::run_among(&models, at, &own, &up_to)
        };
        result.provenance.trials_asked = asked;
        (candidate.name.clone(), result)
    };
    candidates.iter().enumerate().map(of).collect()
}

/// Counts what is done of all alternatives at one by one, for each of them.
struct Together<'a> {
    monitor: &'a dyn Monitor,
    each: u64,
}

impl Monitor for Together<'_> {
    fn progress(&self, done: u64) {
        self.monitor.progress(done * self.each);
    }

    fn is_stopped(&self) -> bool {
        self.monitor.is_stopped()
    }
}

/// Ends the run of an alternative by itself once as many trials are done as were compared, those of whole replicates.
struct UpTo<'a> {
    monitor: &'a dyn Monitor,
    /// Trials done before, of all alternatives.
    before: u64,
    trials: u64,
    done: AtomicU64,
}

impl Monitor for UpTo<'_> {
    fn progress(&self, done: u64) {
        let most = self.done.fetch_max(done, Ordering::Relaxed).max(done);
        self.monitor.progress(self.before + most);
    }

    fn is_stopped(&self) -> bool {
        self.done.load(Ordering::Relaxed) >= self.trials
    }
}

/// Every pair of positions.
fn pairs(count: usize) -> Vec<(usize, usize)> {
    (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b))).collect()
}

/// The outputs that all alternatives have, and what to watch for them in each.
fn fields(
    candidates: &[Candidate<'_>],
    only: &[String],
    warnings: &mut Vec<String>,
) -> (Vec<Field>, Vec<Vec<Watched>>) {
    let mut fields = Vec::new();
    let mut watched: Vec<Vec<Watched>> = vec![Vec::new(); candidates.len()];
    let Some(first) = candidates.first() else { return (fields, watched) };
    let bases: Vec<SimulationResult> =
        candidates.iter().map(|candidate| crate::base_case(candidate.model)).collect();
    for own in first.model.watched_outputs() {
        let name = own.name.split('[').next().unwrap_or_default().to_owned();
        let is_wanted = only.is_empty() || only.contains(&name);
        if own.is_series() || !is_wanted {
            continue;
        }
        let found: Vec<Option<(Watched, f64)>> = candidates
            .iter()
            .map(|candidate| {
                let other = candidate.model.watched_output(&own.name)?;
                let is_condition = |kind| kind == ChannelKind::Condition;
                let is_alike =
                    !other.is_series() && is_condition(other.kind) == is_condition(own.kind);
                let factor = candidate.model.unit_factor(&name, own.unit.as_deref())?;
                is_alike.then_some((other, factor))
            })
            .collect();
        if let Some(missing) = found.iter().position(Option::is_none) {
            let other = &candidates[missing];
            let reason = match other.model.watched_output(&own.name) {
                Some(_) => format!("is something else in `{}`", other.name),
                None => format!("is no output of `{}`", other.name),
            };
            warnings.push(format!("`{}` {reason}, and is not compared", own.name));
            continue;
        }
        let found: Vec<(Watched, f64)> = found.into_iter().flatten().collect();
        let is_lower = |candidate: &Candidate<'_>| {
            let mut outputs = candidate.model.model().outputs.iter();
            outputs.any(|output| output.name == name && output.better == Better::Lower)
        };
        let is_lower_better = is_lower(first);
        if candidates.iter().any(|candidate| is_lower(candidate) != is_lower_better) {
            let way = if is_lower_better { "less" } else { "more" };
            warnings.push(format!(
                "`{}` is not better the same way in all alternatives: {way} is taken as better, as in `{}`",
                own.name, first.name
            ));
        }
        let is_time = found.iter().any(|(other, _)| other.kind == ChannelKind::Time);
        let base = bases
            .iter()
            .zip(&found)
            .map(|(base, (_, factor))| base_of(base, &own.name, *factor))
            .collect();
        fields.push(Field {
            about: first
                .model
                .model()
                .outputs
                .iter()
                .find(|output| output.name == name)
                .and_then(|output| output.about.clone()),
            name: own.name,
            unit: own.unit,
            kind: if is_time { ChannelKind::Time } else { own.kind },
            is_lower_better,
            horizon: found
                .iter()
                .filter_map(|(other, factor)| Some(other.horizon? * factor))
                .reduce(f64::max),
            factors: found.iter().map(|(_, factor)| *factor).collect(),
            base,
        });
        for (list, (other, _)) in watched.iter_mut().zip(found) {
            list.push(other);
        }
    }
    (fields, watched)
}

/// The base case of an output, in the unit of the first alternative.
fn base_of(result: &SimulationResult, name: &str, factor: f64) -> Point {
    let mut outputs = result.outputs.iter();
    let found = outputs.find(|output| is_named(output, name));
    match found.map(|output| &output.statistics) {
        Some(Statistics::Number(number)) => scaled(number.base.map(|base| base.value), factor),
        Some(Statistics::Time(time)) => scaled(time.number.base.map(|base| base.value), factor),
        Some(Statistics::Probability(summary)) => match summary.base {
            Some(holds) => Point::Value(if holds { 1.0 } else { 0.0 }),
            None => Point::Undefined,
        },
        Some(Statistics::Series(_)) | None => Point::Undefined,
    }
}

/// Whether an output is called `budget[alibaba]`; several labels in any order.
fn is_named(output: &OutputResult, name: &str) -> bool {
    let (own, labels) = name.split_once('[').unwrap_or((name, ""));
    let mut labels: Vec<&str> = labels.trim_end_matches(']').split(", ").collect();
    labels.retain(|label| !label.is_empty());
    labels.sort_unstable();
    let mut known: Vec<&str> = output.index.values().map(String::as_str).collect();
    known.sort_unstable();
    output.name == own && labels == known
}

fn scaled(point: Option<Point>, factor: f64) -> Point {
    match point {
        Some(Point::Value(value)) => Point::Value(value * factor),
        Some(other) => other,
        None => Point::Undefined,
    }
}

fn as_float(point: Point) -> f64 {
    match point {
        Point::Value(value) => value,
        Point::Never => f64::INFINITY,
        Point::Undefined => f64::NAN,
    }
}

/// What the passes over the trials share.
struct Setup<'a> {
    fields: &'a [Field],
    pairs: &'a [(usize, usize)],
    /// By field, then alternatives before pairs.
    plans: std::sync::Arc<[ChannelPlan]>,
    /// By field, by pair.
    levels: Vec<Vec<Levels>>,
}

/// What is made of a chunk.
struct Part {
    first_block: u64,
    columns: Vec<Vec<f64>>,
    sums: Vec<FieldSums>,
}

/// Sums over trials for one field.
#[derive(Clone)]
struct FieldSums {
    pairs: Vec<(Counts, DominanceSums)>,
    /// Trials in which all alternatives are defined, and the others.
    count: u64,
    left_out: u64,
    /// By alternative: wins, regret, its square.
    best: Vec<[f64; 3]>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    greater: u64,
    less: u64,
    equal: u64,
    never: [u64; 3],
    undefined: u64,
}

impl Counts {
    fn add(&mut self, a: f64, b: f64) {
        if a.is_nan() || b.is_nan() {
            self.undefined += 1;
            return;
        }
        let counter = if a > b {
            &mut self.greater
        } else if a < b {
            &mut self.less
        } else {
            &mut self.equal
        };
        *counter += 1;
        match (a.is_infinite(), b.is_infinite()) {
            (true, false) => self.never[0] += 1,
            (false, true) => self.never[1] += 1,
            (true, true) => self.never[2] += 1,
            (false, false) => {}
        }
    }

    fn merge(&mut self, other: &Counts) {
        self.greater += other.greater;
        self.less += other.less;
        self.equal += other.equal;
        self.undefined += other.undefined;
        self.never.iter_mut().zip(other.never).for_each(|(own, other)| *own += other);
    }

    /// Trials without a difference, by cause.
    fn without_difference(&self) -> Undefined {
        let never = self.never.iter().sum();
        let causes = [("never", never), ("undefined", self.undefined)];
        Undefined {
            count: never + self.undefined,
            causes: causes
                .into_iter()
                .filter(|&(_, count)| count > 0)
                .map(|(cause, count)| (cause.to_owned(), count))
                .collect(),
            ..Undefined::default()
        }
    }

    fn defined(&self) -> u64 {
        self.greater + self.less + self.equal
    }
}

/// What a replicate counts of a field, for errors.
struct FieldCounts {
    pairs: Vec<Counts>,
    count: u64,
    best: Vec<[f64; 3]>,
}

impl FieldSums {
    fn counts(&self) -> FieldCounts {
        FieldCounts {
            pairs: self.pairs.iter().map(|(counts, _)| *counts).collect(),
            count: self.count,
            best: self.best.clone(),
        }
    }

    fn merge(&mut self, other: &FieldSums) {
        for ((counts, dominance), (other, others)) in self.pairs.iter_mut().zip(&other.pairs) {
            counts.merge(other);
            dominance.merge(others);
        }
        self.count += other.count;
        self.left_out += other.left_out;
        for (own, other) in self.best.iter_mut().zip(&other.best) {
            own.iter_mut().zip(other).for_each(|(own, other)| *own += other);
        }
    }

    /// Adds one trial: values, in which +∞ is never and NaN is undefined.
    fn add_to_best(&mut self, values: &[f64], sign: f64, horizon: Option<f64>) {
        if values.iter().any(|value| value.is_nan()) {
            self.left_out += 1;
            return;
        }
        self.count += 1;
        let score = |value: f64| sign * value;
        let best = values.iter().map(|&value| score(value)).fold(f64::NEG_INFINITY, f64::max);
        let winners = values.iter().filter(|value| score(**value) == best).count() as f64;
        let limited = |value: f64| sign * as_number(value, horizon);
        let limit = values.iter().map(|&value| limited(value)).fold(f64::NEG_INFINITY, f64::max);
        for (sums, &value) in self.best.iter_mut().zip(values) {
            if score(value) == best {
                sums[0] += 1.0 / winners;
            }
            let regret = limit - limited(value);
            sums[1] += regret;
            sums[2] += regret * regret;
        }
    }
}

/// A value of a field: +∞ is never, what is undefined is NaN.
fn defined(value: f64, kind: ChannelKind) -> f64 {
    let is_never = kind == ChannelKind::Time && value == f64::INFINITY;
    if value.is_finite() || is_never { value } else { f64::NAN }
}

impl<'a> Setup<'a> {
    fn new(fields: &'a [Field], pairs: &'a [(usize, usize)], runs: &[Prepared<'_>]) -> Setup<'a> {
        let pilots: Vec<Vec<Vec<f64>>> = runs
            .iter()
            .map(|run| engine::collect(&run.reseeded(engine::PILOT_SEED), fields.len(), PILOT))
            .collect();
        let n_figures = fields.len() * (runs.len() + pairs.len());
        let resolution = if n_figures > MOST_FINE { Resolution::Coarse } else { Resolution::Fine };
        let (mut plans, mut levels) = (Vec::new(), Vec::new());
        for (at, field) in fields.iter().enumerate() {
            let raw: Vec<&Vec<f64>> = pilots.iter().map(|pilot| &pilot[at]).collect();
            let columns = field.columns(&raw);
            for (column, base) in columns.iter().zip(&field.base) {
                plans.push(ChannelPlan::from_pilot(
                    field.kind,
                    resolution,
                    column,
                    as_float(*base),
                    Vec::new(),
                ));
            }
            let mut of_pairs = Vec::new();
            for &(a, b) in pairs {
                let base = as_float(field.base[a]) - as_float(field.base[b]);
                plans.push(ChannelPlan::from_pilot(
                    ChannelKind::Number,
                    resolution,
                    &difference(&columns[a], &columns[b]),
                    base,
                    Vec::new(),
                ));
                let both = columns[a].iter().chain(&columns[b]);
                of_pairs.push(Levels::new(both.map(|value| field.sign() * value)));
            }
            levels.push(of_pairs);
        }
        Setup { fields, pairs, plans: plans.into(), levels }
    }

    /// Looks at all trials, or at as many as there are when it is stopped: of a design whole replicates.
    fn observed(
        &self,
        runs: &[Prepared<'_>],
        settings: &RunSettings,
        monitor: &dyn Monitor,
    ) -> (Found, u64) {
        let layout = settings.layout();
        let is_replicated = settings.design.is_replicated();
        let programs: Vec<&Program> = runs.iter().map(|run| run.program).collect();
        let plans = engine::plan_common_sources(&programs, layout, settings.seed);
        let (mut found, mut done) = (Found::new(self, &settings.percentiles), 0);
        for replicate in layout.replicates() {
            let own = runs.iter().zip(&plans).map(|(run, plan)| run.laid_out(plan, replicate));
            let own: Vec<Prepared<'_>> = own.collect();
            let mut part = Found::new(self, &[]);
            let trials = engine::observe_replicate(
                &own,
                replicate,
                done,
                &Behind { monitor, before: done },
                |chunk| self.read(chunk),
                |of_chunk| part.take(of_chunk),
            );
            if is_replicated && trials < replicate.trials {
                break;
            }
            found.merge(&part, is_replicated);
            done += trials;
        }
        (found, done)
    }

    fn read(&self, chunk: &Chunk) -> Part {
        let (mut all, mut sums) = (Vec::new(), Vec::new());
        for (at, field) in self.fields.iter().enumerate() {
            let raw: Vec<&Vec<f64>> = chunk.runs.iter().map(|run| &run[at]).collect();
            let columns = field.columns(&raw);
            let sign = field.sign();
            let mut own = self.empty(at);
            let mut values = vec![0.0; columns.len()];
            for trial in 0..chunk.len {
                for (value, column) in values.iter_mut().zip(&columns) {
                    *value = column[trial];
                }
                own.add_to_best(&values, sign, field.horizon);
            }
            let mut differences = Vec::new();
            for (pair, &(a, b)) in self.pairs.iter().enumerate() {
                let (counts, dominance) = &mut own.pairs[pair];
                for (&a, &b) in columns[a].iter().zip(&columns[b]) {
                    counts.add(a, b);
                    if field.kind != ChannelKind::Condition && !a.is_nan() && !b.is_nan() {
                        dominance.add(&self.levels[at][pair], sign * a, sign * b);
                    }
                }
                differences.push(difference(&columns[a], &columns[b]));
            }
            all.extend(columns);
            all.extend(differences);
            sums.push(own);
        }
        Part { first_block: chunk.first_block, columns: all, sums }
    }

    fn empty(&self, field: usize) -> FieldSums {
        FieldSums {
            pairs: self.levels[field]
                .iter()
                .map(|levels| (Counts::default(), DominanceSums::new(levels)))
                .collect(),
            count: 0,
            left_out: 0,
            best: vec![[0.0; 3]; self.fields[field].factors.len()],
        }
    }

    fn concluded(
        &self,
        found: &Found,
        candidates: &[Candidate<'_>],
        percentiles: &[f64],
    ) -> Vec<ComparedOutput> {
        let n_figures = candidates.len() + self.pairs.len();
        let mut outputs = Vec::new();
        for (at, field) in self.fields.iter().enumerate() {
            let first = at * n_figures;
            let sums = &found.sums[at];
            let standings = (0..candidates.len())
                .map(|own| {
                    let channel = first + own;
                    let statistics =
                        found.summary(field, field.kind, channel, field.base[own], percentiles);
                    let (best, regret) = found.of_best(at, own);
                    let shortfall = found.shortfall(field, channel);
                    let shortfall = shortfall.filter(|_| field.kind == ChannelKind::Number);
                    Standing { statistics, shortfall, best, regret }
                })
                .collect();
            let of_pair = |(position, &(a, b)): (usize, &(usize, usize))| {
                let base = match (field.base[a], field.base[b]) {
                    (Point::Value(a), Point::Value(b)) => Point::Value(a - b),
                    _ => Point::Undefined,
                };
                let channel = first + candidates.len() + position;
                let kind = ChannelKind::Number;
                let summary = found.summary(field, kind, channel, base, percentiles);
                let Statistics::Number(mut difference) = summary else {
                    unreachable!("numbers have the statistics of numbers")
                };
                let (counts, dominance) = &sums.pairs[position];
                difference.undefined = counts.without_difference();
                let share = |hits: fn(&Counts) -> u64| {
                    let part = |counts: &Counts| (hits(counts) as f64, counts.defined());
                    found.share(part(counts), |replicate| part(&replicate[at].pairs[position]))
                };
                let count = counts.defined();
                Pair {
                    a,
                    b,
                    difference,
                    greater: share(|counts| counts.greater),
                    less: share(|counts| counts.less),
                    equal: counts.equal as f64 / count.max(1) as f64,
                    never: counts.never,
                    undefined: counts.undefined,
                    dominance: dominance.verdict(&self.levels[at][position]),
                }
            };
            outputs.push(ComparedOutput {
                name: field.name.clone(),
                about: field.about.clone(),
                unit: field.unit.clone(),
                kind: field.kind,
                is_lower_better: field.is_lower_better,
                horizon: field.horizon.filter(|_| {
                    sums.pairs.iter().any(|(counts, _)| counts.never.iter().any(|n| *n > 0))
                }),
                standings,
                pairs: self.pairs.iter().enumerate().map(of_pair).collect(),
                left_out: sums.left_out,
            });
        }
        outputs
    }
}

impl Field {
    fn sign(&self) -> f64 {
        if self.is_lower_better { -1.0 } else { 1.0 }
    }

    /// The values of each alternative in one unit, NaN where undefined.
    fn columns(&self, raw: &[&Vec<f64>]) -> Vec<Vec<f64>> {
        let column = |(list, factor): (&&Vec<f64>, &f64)| {
            list.iter().map(|&value| defined(value * factor, self.kind)).collect()
        };
        raw.iter().zip(&self.factors).map(column).collect()
    }
}

/// Differences trial by trial; NaN where either is never or undefined.
fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    let less = |(a, b): (&f64, &f64)| {
        let difference = a - b;
        if difference.is_finite() { difference } else { f64::NAN }
    };
    a.iter().zip(b).map(less).collect()
}

/// What all chunks together found.
struct Found {
    tally: Tally,
    sums: Vec<FieldSums>,
    /// Of a design: what each replicate found, in order.
    replicates: Replicates,
    counts: Vec<Vec<FieldCounts>>,
}

impl Found {
    fn new(setup: &Setup<'_>, percentiles: &[f64]) -> Found {
        Found {
            tally: Tally::new(&setup.plans),
            sums: (0..setup.fields.len()).map(|field| setup.empty(field)).collect(),
            replicates: Replicates::new(percentiles.iter().copied()),
            counts: Vec::new(),
        }
    }

    /// Adds what another part of the trials found: a replicate, or all that is independent.
    fn merge(&mut self, part: &Found, is_replicate: bool) {
        if is_replicate {
            self.replicates.add(&part.tally);
            self.counts.push(part.sums.iter().map(FieldSums::counts).collect());
        }
        self.tally.merge(&part.tally);
        for (own, sums) in self.sums.iter_mut().zip(&part.sums) {
            own.merge(sums);
        }
    }

    /// A share of trials: hits and trials of them all, and of each replicate.
    fn share(
        &self,
        (hits, count): (f64, u64),
        of: impl Fn(&[FieldCounts]) -> (f64, u64),
    ) -> Option<Estimate> {
        if self.counts.len() >= 2 {
            let parts: Vec<(f64, u64)> = self.counts.iter().map(|one| of(one)).collect();
            return results::share_of_replicates(&parts).map(|(estimate, _)| estimate);
        }
        let exact = || Estimate {
            value: hits / count as f64,
            ..results::share(hits.round() as u64, count)
        };
        (count > 0).then(exact)
    }

    /// How often an alternative is the best of a field, and what it costs to choose it always.
    fn of_best(&self, field: usize, own: usize) -> (Option<Estimate>, Option<Gain>) {
        let sums = &self.sums[field];
        let count = sums.count as f64;
        let [wins, regret, squares] = sums.best[own];
        let part = |at: usize| {
            move |counts: &[FieldCounts]| (counts[field].best[own][at], counts[field].count)
        };
        let best = self.share((wins, sums.count), part(0));
        let mean = regret / count;
        let se = if self.counts.len() >= 2 {
            let parts: Vec<(f64, u64)> = self.counts.iter().map(|one| part(1)(one)).collect();
            results::mean_error_of_replicates(&parts).unwrap_or(f64::INFINITY)
        } else {
            ((squares / count - mean * mean).max(0.0) / count).sqrt()
        };
        let is_told = sums.count > 0 && mean.is_finite();
        (best, is_told.then_some(Gain { value: mean, se }))
    }

    fn take(&mut self, part: Part) {
        for (channel, column) in part.columns.iter().enumerate() {
            for (block, values) in (part.first_block..).zip(column.chunks(BLOCK)) {
                self.tally.record(channel, block, values);
            }
        }
        for (own, sums) in self.sums.iter_mut().zip(&part.sums) {
            own.merge(sums);
        }
    }

    fn summary(
        &self,
        field: &Field,
        kind: ChannelKind,
        channel: usize,
        base: Point,
        percentiles: &[f64],
    ) -> Statistics {
        let plan = OutputPlan {
            name: field.name.clone(),
            about: None,
            index: std::collections::BTreeMap::new(),
            unit: field.unit.clone(),
            kind,
            channels: channel..channel + 1,
            is_series: false,
            step_labels: Vec::new(),
            base: vec![base],
        };
        results::summary_of(&plan, &self.tally, &self.replicates, percentiles)
    }

    /// The mean of the worst trials.
    fn shortfall(&self, field: &Field, channel: usize) -> Option<StatisticResult> {
        let plan = StatisticPlan {
            text: format!("shortfall({}, {}%)", field.name, WORST * 100.0),
            measure: Measure::Shortfall(WORST),
            unit: field.unit.clone(),
            kind: field.kind,
            channel,
            is_constant: false,
            worse: if field.is_lower_better { Worse::High } else { Worse::Low },
            claim: Claim::Nothing,
        };
        results::statistics(&[plan], &self.tally, &self.replicates).pop()
    }
}

/// What the reader should know about the figures.
fn told(outputs: &[ComparedOutput], trials: u64) -> Vec<String> {
    let mut warnings = Vec::new();
    for output in outputs {
        let share = |count: u64| 100.0 * count as f64 / trials.max(1) as f64;
        if output.left_out > 0 {
            warnings.push(format!(
                "`{}` is undefined for some alternative in {:.2} % of the trials: pairs are compared in the trials \
                 in which both have a value, and the field in those in which all have one",
                output.name,
                share(output.left_out)
            ));
        }
        if let Some(horizon) = output.horizon {
            warnings.push(format!(
                "`{}` is never in some trials: never is later than every time, differences are of the trials in \
                 which both happen, and in regrets it counts as the end of the timeline, {horizon}",
                output.name
            ));
        }
    }
    warnings
}
