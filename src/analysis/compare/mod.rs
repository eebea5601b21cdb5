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

mod alone;
mod fields;
mod found;
mod setup;
mod sums;

use alone::{Together, results_of};
use fields::fields;
use setup::Setup;

use super::Unanswerable;
use super::decision::Gain;
use super::dominance::Dominance;
use crate::accumulate::ChannelKind;
use crate::engine::{Monitor, Prepared};
use crate::results::{Estimate, NumberSummary, SimulationResult, StatisticResult, Statistics};
use crate::{Compiled, Observation, RunSettings};

/// The most figures: each has a histogram.
const MOST_FIGURES: usize = 20_000;

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

/// Every pair of positions.
fn pairs(count: usize) -> Vec<(usize, usize)> {
    (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b))).collect()
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
