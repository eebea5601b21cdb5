//! A decision between alternatives, and what it would be worth to know more before it is taken.
//!
//! EVPI = E(max over alternatives) − max over alternatives of E, on the same random numbers. EVPPI about an input:
//! what the best rule that sees this input alone gains over the best fixed choice. The rule is found by regression
//! on three quarters of the trials and valued by the outputs of the fourth, in turn: an estimate without the
//! upward bias that the maximum of fitted means has (Strong, Oakley and Brennan 2014, section "Bias"). A rule that
//! misses the best one by the error of the fit is worth less by the square of that error only.

use super::regression::{Column, Regression};
use crate::{Compiled, Watched};

/// One alternative: a model whose output is its value, or doing nothing, which is worth 0.
#[derive(Debug, Clone)]
pub struct Alternative<'m> {
    /// Its name: `base`, a scenario's, `nothing`.
    pub name: String,
    /// The model and the output.
    pub value: Option<(&'m Compiled, Watched)>,
}

/// An estimate with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gain {
    /// The estimate, at least 0.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
}

/// An alternative as it turned out.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Its name.
    pub name: String,
    /// Mean of its value.
    pub mean: f64,
    /// Share of the trials in which it is the best; of several that are equally good the first.
    pub is_best: f64,
}

/// A decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The alternatives, in the order stated.
    pub choices: Vec<Choice>,
    /// The one with the best mean.
    pub best: usize,
    /// Whether less is better.
    pub is_lower_better: bool,
    /// The value of knowing everything.
    pub evpi: Gain,
    /// Trials in which some alternative has no value.
    pub undefined: u64,
}

/// Sums over trials; values are such that more is better.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    count: u64,
    undefined: u64,
    /// By alternative: values, how much the best of the trial is above, its square, trials in which it is the best.
    by_alternative: Vec<[f64; 4]>,
}

impl Sums {
    pub(super) fn new(n_alternatives: usize) -> Sums {
        Sums { count: 0, undefined: 0, by_alternative: vec![[0.0; 4]; n_alternatives] }
    }

    /// Adds one trial.
    pub(super) fn add(&mut self, values: &[f64]) {
        if !values.iter().all(|value| value.is_finite()) {
            self.undefined += 1;
            return;
        }
        self.count += 1;
        let best = best(values);
        for (position, (sums, &value)) in self.by_alternative.iter_mut().zip(values).enumerate() {
            let regret = values[best] - value;
            sums[0] += value;
            sums[1] += regret;
            sums[2] += regret * regret;
            sums[3] += f64::from(u8::from(position == best));
        }
    }

    /// Adds the trials that follow.
    pub(super) fn merge(&mut self, other: &Sums) {
        self.count += other.count;
        self.undefined += other.undefined;
        for (own, other) in self.by_alternative.iter_mut().zip(&other.by_alternative) {
            for (own, other) in own.iter_mut().zip(other) {
                *own += other;
            }
        }
    }

    /// The decision; `None` without a trial.
    pub(super) fn decision(&self, names: &[String], is_lower_better: bool) -> Option<Decision> {
        if self.count == 0 {
            return None;
        }
        let count = self.count as f64;
        let sign = if is_lower_better { -1.0 } else { 1.0 };
        let means: Vec<f64> = self.by_alternative.iter().map(|sums| sums[0] / count).collect();
        let best = best(&means);
        let [_, regret, squares, _] = self.by_alternative[best].map(|sum| sum / count);
        let choice = |(name, sums): (&String, &[f64; 4])| Choice {
            name: name.clone(),
            mean: sign * sums[0] / count,
            is_best: sums[3] / count,
        };
        Some(Decision {
            choices: names.iter().zip(&self.by_alternative).map(choice).collect(),
            best,
            is_lower_better,
            evpi: Gain { value: regret, se: ((squares - regret * regret).max(0.0) / count).sqrt() },
            undefined: self.undefined,
        })
    }
}

/// The position of the greatest value, the first of several.
fn best(values: &[f64]) -> usize {
    let mut best = 0;
    for (position, &value) in values.iter().enumerate() {
        if value > values[best] {
            best = position;
        }
    }
    best
}

/// The value of knowing some inputs before choosing; `values` are lists by alternative, more being better.
pub(super) fn evppi(columns: &[&Column], values: &[Vec<f64>], best_fixed: usize) -> Option<Gain> {
    let outputs: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
    let regression = Regression::new(columns, &outputs);
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    let (mut terms, mut means) = (Vec::new(), Vec::new());
    for row in 0..values.first().map_or(0, Vec::len) {
        if !values.iter().all(|list| list[row].is_finite()) {
            continue;
        }
        regression.at_row(row, &mut terms, &mut means);
        let gain = values[best(&means)][row] - values[best_fixed][row];
        count += 1.0;
        sum += gain;
        squares += gain * gain;
    }
    if count == 0.0 {
        return None;
    }
    let mean: f64 = sum / count;
    let variance = (squares / count - mean * mean).max(0.0);
    Some(Gain { value: mean.max(0.0), se: (variance / count).sqrt() })
}
