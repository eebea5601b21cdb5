//! The pass over the trials of all alternatives, and what is concluded from it.

use super::super::dominance::{DominanceSums, Levels};
use super::fields::{Field, as_float};
use super::found::Found;
use super::sums::{Counts, FieldSums};
use super::{Candidate, ComparedOutput, Pair, Standing};
use crate::RunSettings;
use crate::accumulate::{ChannelKind, ChannelPlan, Resolution};
use crate::engine::{self, Behind, Chunk, Monitor, Prepared};
use crate::program::Program;
use crate::results::{Point, Statistics};

/// With more figures than this, histograms are coarse.
const MOST_FINE: usize = 256;

/// Trials of the pilot that histograms and levels are set up by.
const PILOT: u64 = 4_096;

/// What the passes over the trials share.
pub(super) struct Setup<'a> {
    pub(super) fields: &'a [Field],
    pub(super) pairs: &'a [(usize, usize)],
    /// By field, then alternatives before pairs.
    pub(super) plans: std::sync::Arc<[ChannelPlan]>,
    /// By field, by pair.
    pub(super) levels: Vec<Vec<Levels>>,
}

/// What is made of a chunk.
pub(super) struct Part {
    pub(super) first_block: u64,
    pub(super) columns: Vec<Vec<f64>>,
    pub(super) sums: Vec<FieldSums>,
}

impl<'a> Setup<'a> {
    pub(super) fn new(
        fields: &'a [Field],
        pairs: &'a [(usize, usize)],
        runs: &[Prepared<'_>],
    ) -> Setup<'a> {
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
    pub(super) fn observed(
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

    pub(super) fn empty(&self, field: usize) -> FieldSums {
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

    pub(super) fn concluded(
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

/// Differences trial by trial; NaN where either is never or undefined.
pub(super) fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    let less = |(a, b): (&f64, &f64)| {
        let difference = a - b;
        if difference.is_finite() { difference } else { f64::NAN }
    };
    a.iter().zip(b).map(less).collect()
}
