//! What all chunks of trials together have found, and the estimates that follow.

use super::super::decision::Gain;
use super::fields::Field;
use super::setup::{Part, Setup};
use super::sums::{FieldCounts, FieldSums};
use crate::accumulate::{ChannelKind, Tally};
use crate::check::Claim;
use crate::expr::Measure;
use crate::results::{
    self, Estimate, OutputPlan, Point, Replicates, StatisticPlan, StatisticResult, Statistics,
    Worse,
};
use crate::sampling::BLOCK;

/// The worst share of the trials, whose mean is the expected shortfall.
const WORST: f64 = 0.05;

/// What all chunks together found.
pub(super) struct Found {
    pub(super) tally: Tally,
    pub(super) sums: Vec<FieldSums>,
    /// Of a design: what each replicate found, in order.
    pub(super) replicates: Replicates,
    pub(super) counts: Vec<Vec<FieldCounts>>,
}

impl Found {
    pub(super) fn new(setup: &Setup<'_>, percentiles: &[f64]) -> Found {
        Found {
            tally: Tally::new(&setup.plans),
            sums: (0..setup.fields.len()).map(|field| setup.empty(field)).collect(),
            replicates: Replicates::new(percentiles.iter().copied()),
            counts: Vec::new(),
        }
    }

    /// Adds what another part of the trials found: a replicate, or all that is independent.
    pub(super) fn merge(&mut self, part: &Found, is_replicate: bool) {
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
    pub(super) fn share(
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
    pub(super) fn of_best(&self, field: usize, own: usize) -> (Option<Estimate>, Option<Gain>) {
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

    pub(super) fn take(&mut self, part: Part) {
        for (channel, column) in part.columns.iter().enumerate() {
            for (block, values) in (part.first_block..).zip(column.chunks(BLOCK)) {
                self.tally.record(channel, block, values);
            }
        }
        for (own, sums) in self.sums.iter_mut().zip(&part.sums) {
            own.merge(sums);
        }
    }

    pub(super) fn summary(
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
    pub(super) fn shortfall(&self, field: &Field, channel: usize) -> Option<StatisticResult> {
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
