//! Sobol' indices by pick-freeze: sums of products over the trials, estimators, jackknife intervals.
//!
//! For each input (or group of inputs) three values of the output meet in a trial: `a` under the draws of the
//! run, `b` under draws of another seed, and `c` under the draws of the run but for those of the input, which are
//! b's. So `b` and `c` share the input alone and `a` and `c` everything else:
//!
//! ```text
//! first = corr(b, c) − corr(a, c) · corr(a, b)        total = 1 − (corr(a, c) − corr(b, c) · corr(a, b))
//! ```
//!
//! The correlations take mean and variance from both columns (A. Janon et al., "Asymptotic normality and
//! efficiency of two Sobol index estimators", ESAIM: P&S 18 (2014)); for the total that is Jansen's estimator
//! (M. Jansen, Comput. Phys. Commun. 117 (1999)) over that variance. `a` and `b` are independent, so that their
//! product is a control variate of mean 0; its best coefficient is the other correlation. With coefficient 1 it is
//! the estimator of Saltelli et al. (Comput. Phys. Commun. 181 (2010)), which small indices need (A. Owen, "Better
//! estimation of small Sobol' sensitivity indices", ACM TOMACS 23 (2013)).

use crate::results::Estimate;

/// Groups of the jackknife: trial k is of group k mod 64.
const GROUPS: usize = 64;
/// Student's t for 95 % with 63 degrees of freedom.
const T_63: f64 = 1.998_340_54;
/// Fewer groups than this make no interval.
const FEWEST_GROUPS: usize = 16;

/// What is summed over trials.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Sum {
    Count,
    A,
    B,
    C,
    Aa,
    Bb,
    Cc,
    Ab,
    Ac,
    Bc,
}

const SUMS: usize = Sum::Bc as usize + 1;

/// Sums over trials for one input, by group of the jackknife.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PickFreeze {
    by_group: [[f64; GROUPS]; SUMS],
}

impl PickFreeze {
    /// Nothing summed yet.
    pub(super) fn new() -> PickFreeze {
        PickFreeze { by_group: [[0.0; GROUPS]; SUMS] }
    }

    /// Adds the first trials of a chunk on: three values a trial, NaN where the output is undefined. A trial
    /// counts where all three are defined. The position in the chunk is the trial's number mod 64.
    pub(super) fn add(&mut self, a: &[f64], b: &[f64], c: &[f64]) {
        for ((a, b), c) in a.chunks(GROUPS).zip(b.chunks(GROUPS)).zip(c.chunks(GROUPS)) {
            for (group, ((&a, &b), &c)) in a.iter().zip(b).zip(c).enumerate() {
                let is_defined = (a + b + c).is_finite();
                let pick = |value: f64| if is_defined { value } else { 0.0 };
                let (a, b, c) = (pick(a), pick(b), pick(c));
                let count = f64::from(u8::from(is_defined));
                let terms = [count, a, b, c, a * a, b * b, c * c, a * b, a * c, b * c];
                for (sum, term) in self.by_group.iter_mut().zip(terms) {
                    sum[group] += term;
                }
            }
        }
    }

    /// Adds the sums of the chunk that follows.
    pub(super) fn merge(&mut self, other: &PickFreeze) {
        for (own, other) in self.by_group.iter_mut().zip(&other.by_group) {
            for (own, other) in own.iter_mut().zip(other) {
                *own += other;
            }
        }
    }

    /// First-order and total index; `None` where the output does not vary.
    pub(super) fn indices(&self) -> Option<Indices> {
        let totals = self.by_group.map(|sums| sums.iter().sum::<f64>());
        let all = estimates(&totals)?;
        let mut without = Vec::with_capacity(GROUPS);
        for group in 0..GROUPS {
            if self.by_group[Sum::Count as usize][group] > 0.0 {
                let rest: [f64; SUMS] =
                    std::array::from_fn(|sum| totals[sum] - self.by_group[sum][group]);
                without.extend(estimates(&rest));
            }
        }
        let interval = |value: f64, of: fn(&[f64; 2]) -> f64| {
            let count = without.len() as f64;
            let mean = without.iter().map(of).sum::<f64>() / count;
            let square = |each: &[f64; 2]| (of(each) - mean) * (of(each) - mean);
            let squares = without.iter().map(square).sum::<f64>();
            let half = T_63 * ((count - 1.0) / count * squares).sqrt();
            let half = if without.len() < FEWEST_GROUPS { f64::INFINITY } else { half };
            Estimate { value, low: value - half, high: value + half }
        };
        Some(Indices {
            first: interval(all[0], |pair| pair[0]),
            total: interval(all[1], |pair| pair[1]),
        })
    }
}

/// Sobol' indices of one input. Bounds are of 95 % confidence; infinite where there are too few trials.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Indices {
    pub(super) first: Estimate,
    pub(super) total: Estimate,
}

/// First-order and total index from sums.
fn estimates(sums: &[f64; SUMS]) -> Option<[f64; 2]> {
    let of = |sum: Sum| sums[sum as usize];
    let count = of(Sum::Count);
    let correlation = |x: Sum, y: Sum, xx: Sum, yy: Sum, xy: Sum| {
        let mean = (of(x) + of(y)) / (2.0 * count);
        let variance = (of(xx) + of(yy)) / (2.0 * count) - mean * mean;
        (variance > 0.0).then(|| (of(xy) / count - mean * mean) / variance)
    };
    let ab = correlation(Sum::A, Sum::B, Sum::Aa, Sum::Bb, Sum::Ab)?;
    let ac = correlation(Sum::A, Sum::C, Sum::Aa, Sum::Cc, Sum::Ac)?;
    let bc = correlation(Sum::B, Sum::C, Sum::Bb, Sum::Cc, Sum::Bc)?;
    Some([bc - ac * ab, 1.0 - (ac - bc * ab)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::{StreamKey, uniform_at};

    const TRIALS: u64 = 20_000;

    /// x + 2 y of independent uniforms: shares 1/5 and 4/5, no interaction.
    fn linear(trials: u64) -> [PickFreeze; 2] {
        let draws = |seed: u64, name: &str| -> Vec<f64> {
            let key = StreamKey::new(seed, name);
            (0..trials).map(|trial| uniform_at(key, 0, trial)).collect()
        };
        let model = |x: &[f64], y: &[f64]| -> Vec<f64> {
            x.iter().zip(y).map(|(x, y)| x + 2.0 * y - 1.5).collect()
        };
        let (x, y, other_x, other_y) = (draws(1, "x"), draws(1, "y"), draws(2, "x"), draws(2, "y"));
        let (a, b) = (model(&x, &y), model(&other_x, &other_y));
        [model(&other_x, &y), model(&x, &other_y)].map(|c| {
            let mut sums = PickFreeze::new();
            sums.add(&a, &b, &c);
            sums
        })
    }

    #[test]
    fn a_linear_model_has_its_shares() {
        for (sums, expected) in linear(TRIALS).iter().zip([0.2, 0.8]) {
            let Indices { first, total } = sums.indices().expect("it varies");
            for estimate in [first, total] {
                assert!(estimate.low < expected && expected < estimate.high, "{estimate:?}");
                assert!(estimate.high - estimate.low < 0.05, "{estimate:?}");
            }
        }
    }

    #[test]
    fn what_does_not_vary_has_no_indices() {
        let mut sums = PickFreeze::new();
        sums.add(&[0.0; 100], &[0.0; 100], &[0.0; 100]);
        assert_eq!(sums.indices(), None);
        assert_eq!(PickFreeze::new().indices(), None);
    }

    #[test]
    fn undefined_trials_take_no_part() {
        let [mut sums, _] = linear(640);
        let clean = sums.indices();
        sums.add(&[f64::NAN, 1.0], &[1.0, f64::NAN], &[1.0, 1.0]);
        assert_eq!(sums.indices(), clean);
    }

    #[test]
    fn few_trials_bound_nothing() {
        let [sums, _] = linear(10);
        assert!(sums.indices().is_none_or(|found| found.first.high.is_infinite()));
    }
}
