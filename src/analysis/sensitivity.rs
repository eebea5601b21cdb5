//! What drives an output: indices of every input, by themselves and in the value of a decision.
//!
//! One pass over the trials: under the draws of the run, under those of another seed, and once more for each
//! input with its draws exchanged. Sums of products give Sobol' indices; the first `KEPT` trials are kept for
//! statistics of ranks, conditional means and the value of information.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::decision::{Alternative, Decision, Gain, Sums, evppi};
use super::factors::{Factor, factors};
use super::indices::{Indices, PickFreeze};
use super::rank;
use super::regression::{Column, Regression};
use super::{KEPT, Unanswerable, as_number};
use crate::accumulate::ChannelKind;
use crate::engine::{self, CHUNK, Chunk, Monitor, Prepared};
use crate::results::{Estimate, Provenance, Shown};
use crate::sampling::Design;
use crate::{Compiled, Observation, RunSettings, Watched};

/// The seed of the other draws is so far from the run's, modulo 2^64.
const OTHER_SEED: u64 = 0x9e37_79b9_7f4a_7c15;
/// Inputs that are varied in one pass: each needs the registers of a program.
const FACTORS_A_PASS: usize = 24;
/// Trials that centre the sums.
const PILOT: u64 = 4_096;
/// Between which percentiles of an input an output swings.
const SWING: [f64; 2] = [0.1, 0.9];

/// What drives an output.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivity {
    /// What reproduces it.
    pub provenance: Provenance,
    /// The output, with its labels.
    pub output: String,
    /// What its values are in.
    pub unit: Option<String>,
    /// What it is.
    pub kind: ChannelKind,
    /// What never counts as.
    pub horizon: Option<f64>,
    /// Its mean; `None` where it is never defined.
    pub mean: Option<f64>,
    /// Its standard deviation.
    pub sd: Option<f64>,
    /// Trials in which it is undefined.
    pub undefined: u64,
    /// Share of the trials in which it is never.
    pub never: f64,
    /// Its inputs, by total index from the greatest.
    pub drivers: Vec<Driver>,
    /// The decision, where one was stated.
    pub decision: Option<Decision>,
    /// Evaluations of the model.
    pub evaluations: u64,
    /// Trials that statistics of ranks, swings and the value of information rest on.
    pub kept: u64,
    /// What the reader should know.
    pub warnings: Vec<String>,
}

/// One input, or several that are varied together.
#[derive(Debug, Clone, PartialEq)]
pub struct Driver {
    /// Its name; of several inputs their names.
    pub name: String,
    /// First-order index: the share of the variance that goes when it is known.
    pub first: Option<Estimate>,
    /// Total index: the share of the variance that stays when all else is known.
    pub total: Option<Estimate>,
    /// The value of knowing it before the decision.
    pub evppi: Option<Gain>,
    /// Its inputs, by label; of a single one itself.
    pub members: Vec<Member>,
}

/// One random input at one combination of labels; one that is drawn at every step by its mean over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Its name with its labels.
    pub name: String,
    /// Its unit.
    pub unit: Option<String>,
    /// How people see its values.
    pub shown: Shown,
    /// Whether its mean over time stands for it.
    pub is_over_time: bool,
    /// Spearman's rank correlation with the output.
    pub spearman: Option<f64>,
    /// The square of that as a share of the sum of the squares.
    pub contribution: Option<f64>,
    /// How the output moves with it.
    pub swing: Option<Swing>,
}

/// The mean of the output where an input is at its P10 and at its P90.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Swing {
    /// P10 and P90 of the input.
    pub input: [f64; 2],
    /// The mean of the output where the input is at its P10.
    pub low: f64,
    /// The mean of the output where the input is at its P90.
    pub high: f64,
}

/// What is made of a chunk.
struct Part {
    trials: u64,
    /// Values of the output and of the inputs; empty behind the first `KEPT` trials.
    kept: Vec<Vec<f64>>,
    /// Values by alternative, more being better; empty behind the first `KEPT` trials.
    values: Vec<Vec<f64>>,
    moments: Moments,
    sums: Vec<PickFreeze>,
    decision: Sums,
}

/// Of the output less the centre.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    count: u64,
    never: u64,
    sum: f64,
    squares: f64,
}

/// How the trials of a pass are read.
struct Reading<'a> {
    output: &'a Watched,
    centre: f64,
    n_factors: usize,
    n_inputs: usize,
    alternatives: &'a [Alternative<'a>],
    sign: f64,
}

/// Finds what drives an output of a model, and what knowing its inputs is worth to a decision.
///
/// # Errors
/// See [`Unanswerable`].
pub fn sensitivity(
    model: &Compiled,
    output: &Watched,
    alternatives: &[Alternative<'_>],
    is_lower_better: bool,
    settings: &RunSettings,
    monitor: &dyn Monitor,
) -> Result<Sensitivity, Unanswerable> {
    if output.is_series() {
        return Err(Unanswerable::Series(output.name.clone()));
    }
    let factors = factors(model);
    if factors.is_empty() {
        return Err(Unanswerable::NothingRandom);
    }
    let members = factors.iter().flat_map(|factor| &factor.members);
    let watched: Vec<Watched> = std::iter::once(output.clone())
        .chain(members.map(|member| member.values.clone().over_time()))
        .collect();
    let whole = Observation::new(model, &watched)?;
    let alone = Observation::new(model, std::slice::from_ref(output))?;
    let others = alternatives
        .iter()
        .filter_map(|alternative| alternative.value.as_ref())
        .map(|(model, output)| Observation::new(model, std::slice::from_ref(output)))
        .collect::<Result<Vec<Observation>, _>>()?;
    crate::in_pool(settings.threads, || {
        let (whole, alone) = (whole.prepare(settings.seed), alone.prepare(settings.seed));
        let others: Vec<Prepared<'_>> =
            others.iter().map(|other| other.prepare(settings.seed)).collect();
        let centre = centre(&alone, output);
        let n_passes = factors.len().div_ceil(FACTORS_A_PASS).max(1) as u64;
        let mut found = Found::new(watched.len(), factors.len(), alternatives.len());
        for (pass, of_pass) in factors.chunks(FACTORS_A_PASS).enumerate() {
            let is_first = pass == 0;
            let watch = Pass {
                monitor,
                n_passes,
                before: pass as u64 * settings.trials,
                done: AtomicU64::new(0),
            };
            let exchanged = |factor: &Factor| {
                alone.with_draws_of(other(settings.seed), &|site| factor.owns(site))
            };
            let a = if is_first { &whole } else { &alone };
            let mut runs = vec![again(a), alone.reseeded(other(settings.seed))];
            runs.extend(of_pass.iter().map(exchanged));
            runs.extend(others.iter().filter(|_| is_first).map(again));
            let reading = Reading {
                output,
                centre,
                n_factors: of_pass.len(),
                n_inputs: if is_first { watched.len() - 1 } else { 0 },
                alternatives: if is_first { alternatives } else { &[] },
                sign: if is_lower_better { -1.0 } else { 1.0 },
            };
            let start = pass * FACTORS_A_PASS;
            let done = engine::observe(
                &runs,
                settings.trials,
                &watch,
                |chunk| reading.read(chunk),
                |part| found.take(part, start, is_first),
            );
            found.evaluations += done * runs.len() as u64;
            found.trials = if is_first { done } else { found.trials.min(done) };
        }
        Ok(found.concluded(
            model,
            output,
            &factors,
            alternatives,
            is_lower_better,
            centre,
            settings,
        ))
    })
}

fn other(seed: u64) -> u64 {
    seed.wrapping_add(OTHER_SEED)
}

/// The same, for a list of its own.
fn again<'a>(prepared: &Prepared<'a>) -> Prepared<'a> {
    prepared.with_draws_of(0, &|_| false)
}

/// About the mean of an output, so that sums lose no digits.
pub(super) fn centre(alone: &Prepared<'_>, output: &Watched) -> f64 {
    let values = engine::collect(alone, 1, PILOT).swap_remove(0);
    let (mut count, mut sum) = (0.0, 0.0);
    for value in values.into_iter().map(|value| as_number(value, output.horizon)) {
        if value.is_finite() {
            count += 1.0;
            sum += value;
        }
    }
    let mean: f64 = sum / count;
    if mean.is_finite() { mean } else { 0.0 }
}

/// One pass of several, for who watches all of them.
struct Pass<'a> {
    monitor: &'a dyn Monitor,
    n_passes: u64,
    before: u64,
    done: AtomicU64,
}

impl Monitor for Pass<'_> {
    fn progress(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
        self.monitor.progress((self.before + done) / self.n_passes);
    }

    fn is_stopped(&self) -> bool {
        self.monitor.is_stopped()
    }
}

impl Reading<'_> {
    fn read(&self, chunk: &Chunk) -> Part {
        let less_centre = |run: &Vec<Vec<f64>>| -> Vec<f64> {
            run[0]
                .iter()
                .map(|&value| as_number(value, self.output.horizon) - self.centre)
                .collect()
        };
        let a = less_centre(&chunk.runs[0]);
        let b = less_centre(&chunk.runs[1]);
        let exchanged = &chunk.runs[2..2 + self.n_factors];
        let sums = exchanged
            .iter()
            .map(|run| {
                let mut sums = PickFreeze::new();
                sums.add(&a, &b, &less_centre(run));
                sums
            })
            .collect();
        let mut moments = Moments::default();
        for (&value, &as_is) in a.iter().zip(chunk.column(0)) {
            moments.never += u64::from(as_is == f64::INFINITY && self.output.horizon.is_some());
            if value.is_finite() {
                moments.count += 1;
                moments.sum += value;
                moments.squares += value * value;
            }
        }
        let is_kept = chunk.first < KEPT && self.n_inputs > 0;
        let kept = if is_kept {
            let inputs = chunk.runs[0][1..=self.n_inputs].iter().cloned();
            std::iter::once(a).chain(inputs).collect()
        } else {
            Vec::new()
        };
        let mut values = self.values(chunk);
        let mut decision = Sums::new(self.alternatives.len());
        if !values.is_empty() {
            let mut of_trial = vec![0.0; values.len()];
            for trial in 0..chunk.len {
                for (own, list) in of_trial.iter_mut().zip(&values) {
                    *own = list[trial];
                }
                decision.add(&of_trial);
            }
        }
        if chunk.first >= KEPT {
            values.clear();
        }
        Part { trials: chunk.len as u64, kept, values, moments, sums, decision }
    }

    /// The values of the alternatives, more being better.
    fn values(&self, chunk: &Chunk) -> Vec<Vec<f64>> {
        let mut runs = chunk.runs[2 + self.n_factors..].iter();
        let of_alternative = |alternative: &Alternative<'_>| match &alternative.value {
            None => vec![0.0; chunk.len],
            Some((_, output)) => {
                let run = runs.next().expect("a run for each alternative with a model");
                run[0].iter().map(|&value| self.sign * as_number(value, output.horizon)).collect()
            }
        };
        self.alternatives.iter().map(of_alternative).collect()
    }
}

/// What the passes found.
struct Found {
    trials: u64,
    evaluations: u64,
    kept: Vec<Vec<f64>>,
    values: Vec<Vec<f64>>,
    moments: Moments,
    sums: Vec<PickFreeze>,
    decision: Sums,
}

impl Found {
    fn new(n_watched: usize, n_factors: usize, n_alternatives: usize) -> Found {
        Found {
            trials: 0,
            evaluations: 0,
            kept: vec![Vec::new(); n_watched],
            values: vec![Vec::new(); n_alternatives],
            moments: Moments::default(),
            sums: vec![PickFreeze::new(); n_factors],
            decision: Sums::new(n_alternatives),
        }
    }

    fn take(&mut self, part: Part, start: usize, is_first: bool) {
        for (own, sums) in self.sums[start..].iter_mut().zip(&part.sums) {
            own.merge(sums);
        }
        if !is_first {
            return;
        }
        self.trials += part.trials;
        self.moments.count += part.moments.count;
        self.moments.never += part.moments.never;
        self.moments.sum += part.moments.sum;
        self.moments.squares += part.moments.squares;
        self.decision.merge(&part.decision);
        self.kept.iter_mut().zip(part.kept).for_each(|(own, list)| own.extend(list));
        self.values.iter_mut().zip(part.values).for_each(|(own, list)| own.extend(list));
    }

    #[expect(clippy::too_many_arguments, reason = "what the answer is of, once")]
    fn concluded(
        mut self,
        model: &Compiled,
        output: &Watched,
        factors: &[Factor],
        alternatives: &[Alternative<'_>],
        is_lower_better: bool,
        centre: f64,
        settings: &RunSettings,
    ) -> Sensitivity {
        let names: Vec<String> = alternatives.iter().map(|each| each.name.clone()).collect();
        let decision = (alternatives.len() > 1)
            .then(|| self.decision.decision(&names, is_lower_better))
            .flatten();
        let inputs = self.kept.split_off(1);
        let y = self.kept.swap_remove(0);
        let y_shares = rank::shares(&y);
        let count = self.moments.count as f64;
        let mean = (self.moments.count > 0).then(|| self.moments.sum / count);
        let varies = mean.is_some_and(|mean| self.moments.squares / count - mean * mean > 0.0);
        let studied: Vec<(Member, Column)> = inputs
            .par_iter()
            .zip(factors.par_iter().flat_map_iter(|factor| &factor.members).collect::<Vec<_>>())
            .map(|(values, input)| {
                let shares = rank::shares(values);
                let column = Column::new(values, &shares);
                let watched = &input.values;
                let member = Member {
                    name: watched.name.clone(),
                    unit: watched.unit.clone(),
                    shown: watched.shown.clone(),
                    is_over_time: watched.is_series(),
                    spearman: rank::correlation(&shares, &y_shares).or(varies.then_some(0.0)),
                    contribution: None,
                    swing: mean.and_then(|_| swing(values, &column, &y, centre)),
                };
                (member, column)
            })
            .collect();
        let (mut members, columns): (Vec<Member>, Vec<Column>) = studied.into_iter().unzip();
        let squares: f64 = members.iter().filter_map(|m| m.spearman).map(|r| r * r).sum();
        for member in &mut members {
            member.contribution =
                member.spearman.filter(|_| squares > 0.0).map(|r| r * r / squares);
        }
        let mut start = 0;
        let ranges: Vec<std::ops::Range<usize>> = factors
            .iter()
            .map(|factor| {
                let range = start..start + factor.members.len();
                start = range.end;
                range
            })
            .collect();
        let gains: Vec<Option<Gain>> = ranges
            .par_iter()
            .map(|range| {
                let best = decision.as_ref()?.best;
                let columns: Vec<&Column> = columns[range.clone()].iter().collect();
                evppi(&columns, &self.values, best)
            })
            .collect();
        let mut drivers: Vec<Driver> = factors
            .iter()
            .zip(&self.sums)
            .zip(ranges.iter().zip(gains))
            .map(|((factor, sums), (range, evppi))| {
                let indices = sums.indices();
                Driver {
                    name: match &members[range.clone()] {
                        [single] => single.name.clone(),
                        _ => factor.name.clone(),
                    },
                    first: indices.map(|Indices { first, .. }| first),
                    total: indices.map(|Indices { total, .. }| total),
                    evppi,
                    members: members[range.clone()].to_vec(),
                }
            })
            .collect();
        let total = |driver: &Driver| driver.total.map_or(f64::NEG_INFINITY, |total| total.value);
        drivers.sort_by(|a, b| total(b).total_cmp(&total(a)));
        let undefined = self.trials - self.moments.count;
        let mut answer = Sensitivity {
            provenance: model.provenance(
                settings.seed,
                Design::Random,
                self.trials,
                settings.trials,
            ),
            output: output.name.clone(),
            unit: output.unit.clone(),
            kind: output.kind,
            horizon: output.horizon,
            mean: mean.map(|mean| mean + centre),
            sd: mean.map(|mean| {
                let variance = self.moments.squares / count - mean * mean;
                (variance.max(0.0) * count / (count - 1.0).max(1.0)).sqrt()
            }),
            undefined,
            never: self.moments.never as f64 / (self.trials as f64).max(1.0),
            drivers,
            decision,
            evaluations: self.evaluations,
            kept: y.len() as u64,
            warnings: Vec::new(),
        };
        answer.warnings = warnings(&answer, varies);
        answer
    }
}

/// The mean of the output where an input is at its P10 and at its P90.
pub(super) fn swing(values: &[f64], column: &Column, y: &[f64], centre: f64) -> Option<Swing> {
    let order = rank::order(values);
    let regression = Regression::new(&[column], &[y]);
    let at = |p: f64| {
        let value = rank::quantile(values, &order, p)?;
        let row = order[order.partition_point(|&row| values[row as usize] < value)];
        Some((value, regression.at(&[column.scores[row as usize]])[0] + centre))
    };
    let (low, high) = (at(SWING[0])?, at(SWING[1])?);
    Some(Swing { input: [low.0, high.0], low: low.1, high: high.1 })
}

/// Intervals wider than this rank nothing.
const WIDEST: f64 = 0.1;

fn warnings(answer: &Sensitivity, varies: bool) -> Vec<String> {
    let mut warnings = Vec::new();
    let (output, trials) = (&answer.output, answer.provenance.trials);
    if trials == 0 {
        return warnings;
    }
    if !varies {
        warnings.push(format!("`{output}` does not vary: no input drives it"));
    }
    if answer.undefined > 0 {
        warnings.push(format!(
            "`{output}` is undefined in {} of {trials} trials: every figure is of the others",
            answer.undefined
        ));
    }
    let widest = answer
        .drivers
        .iter()
        .filter_map(|driver| driver.total)
        .map(|total| (total.high - total.low) / 2.0)
        .fold(0.0, f64::max);
    if varies && widest > WIDEST {
        warnings.push(format!(
            "{trials} trials leave total indices open by up to ± {}: take more with `-n`",
            if widest.is_finite() { format!("{widest:.2}") } else { "1".to_owned() }
        ));
    }
    warnings
}

/// Chunks end where kept trials do.
const _: () = assert!(KEPT.is_multiple_of(CHUNK));
