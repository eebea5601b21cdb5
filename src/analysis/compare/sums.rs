//! What is summed of a field over trials: who is greater, who is best and what choosing another costs.

use super::super::as_number;
use super::super::dominance::DominanceSums;
use crate::accumulate::ChannelKind;
use crate::results::Undefined;

/// Sums over trials for one field.
#[derive(Clone)]
pub(super) struct FieldSums {
    pub(super) pairs: Vec<(Counts, DominanceSums)>,
    /// Trials in which all alternatives are defined, and the others.
    pub(super) count: u64,
    pub(super) left_out: u64,
    /// By alternative: wins, regret, its square.
    pub(super) best: Vec<[f64; 3]>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) greater: u64,
    pub(super) less: u64,
    pub(super) equal: u64,
    pub(super) never: [u64; 3],
    pub(super) undefined: u64,
}

impl Counts {
    pub(super) fn add(&mut self, a: f64, b: f64) {
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
    pub(super) fn without_difference(&self) -> Undefined {
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

    pub(super) fn defined(&self) -> u64 {
        self.greater + self.less + self.equal
    }
}

/// What a replicate counts of a field, for errors.
pub(super) struct FieldCounts {
    pub(super) pairs: Vec<Counts>,
    pub(super) count: u64,
    pub(super) best: Vec<[f64; 3]>,
}

impl FieldSums {
    pub(super) fn counts(&self) -> FieldCounts {
        FieldCounts {
            pairs: self.pairs.iter().map(|(counts, _)| *counts).collect(),
            count: self.count,
            best: self.best.clone(),
        }
    }

    pub(super) fn merge(&mut self, other: &FieldSums) {
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
    pub(super) fn add_to_best(&mut self, values: &[f64], sign: f64, horizon: Option<f64>) {
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
pub(super) fn defined(value: f64, kind: ChannelKind) -> f64 {
    let is_never = kind == ChannelKind::Time && value == f64::INFINITY;
    if value.is_finite() || is_never { value } else { f64::NAN }
}
