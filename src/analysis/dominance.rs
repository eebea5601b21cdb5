//! Stochastic dominance of one alternative over another, with care for the error of sampling.
//!
//! First order: at every level the one is at least as likely to exceed it, so that whoever prefers more prefers it.
//! Second order: below every level its expected shortage E(t − X)⁺ is at most the other's, so that whoever prefers
//! more and dislikes risk prefers it (J. Hadar, W. R. Russell, American Economic Review 59 (1969)). Both are tested
//! on a grid of levels by studentized differences of the paired trials, with a critical value that allows for the
//! number of levels (R. Davidson, J.-Y. Duclos, "Statistical inference for stochastic dominance", Econometrica 68
//! (2000), with Bonferroni's bound). One dominates where it is better beyond error at some level and the other at
//! none. What happens beyond the outermost levels, in a thousandth of the trials on either side, is not seen.
//!
//! As functions of the level, the differences of one trial are polynomials on two stretches: so a trial costs two
//! searches and a few additions, whatever the number of levels.

/// Levels of the grid.
pub(super) const LEVELS: usize = 64;
/// Φ⁻¹(1 − 2.5 % / 65): 5 % for all levels and the mean together.
const CRITICAL: f64 = 3.363_635;
/// The outermost levels, as shares of the pilot.
const OUTERMOST: f64 = 0.001;
/// Standard deviations below this share of the grid's width are rounding.
const ROUNDING: f64 = 1e-9;

/// One of two alternatives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The first.
    A,
    /// The second.
    B,
}

/// Which of two alternatives dominates the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dominance {
    /// One is at least as good in every trial, and better in some.
    EveryTrial(Side),
    /// In the first order.
    First(Side),
    /// In the second order, and not in the first.
    Second(Side),
    /// Each is better at some level, in both orders.
    Neither,
    /// Each is better at some level; the second order means nothing, since some values are never.
    NotFirst,
    /// No difference beyond sampling error.
    Unsure,
    /// They are equal in every trial.
    Same,
}

/// Sums over trials; greater values are better.
#[derive(Debug, Clone)]
pub(super) struct DominanceSums {
    count: f64,
    /// Trials in which a is better, and in which b is.
    better: [f64; 2],
    has_never: bool,
    /// By level, as differences from the level before: trials with a ≤ level < b, and with b ≤ level < a.
    between: Vec<[f64; 2]>,
    /// By level and, last, without one: (level − a)⁺ − (level − b)⁺ as a polynomial of the level, and its square.
    shortage: Vec<[f64; 5]>,
}

/// The levels of a pair from values of its pilot, ascending; the middle one first, from which all are counted.
#[derive(Debug, Clone)]
pub(super) struct Levels {
    center: f64,
    levels: Vec<f64>,
}

impl Levels {
    /// From values of both alternatives, in any order.
    pub(super) fn new(values: impl Iterator<Item = f64>) -> Levels {
        let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        values.sort_unstable_by(f64::total_cmp);
        let Some(last) = values.len().checked_sub(1) else {
            return Levels { center: 0.0, levels: vec![0.0] };
        };
        let at = |share: f64| values[((last as f64 * share).round() as usize).min(last)];
        let center = at(0.5);
        let step = (1.0 - 2.0 * OUTERMOST) / (LEVELS - 1) as f64;
        let mut levels: Vec<f64> =
            (0..LEVELS).map(|level| at(OUTERMOST + step * level as f64) - center).collect();
        levels.dedup();
        Levels { center, levels }
    }

    /// The first level that is at least so high.
    fn position(&self, value: f64) -> usize {
        self.levels.partition_point(|level| *level < value)
    }
}

impl DominanceSums {
    pub(super) fn new(levels: &Levels) -> DominanceSums {
        let count = levels.levels.len() + 2;
        DominanceSums {
            count: 0.0,
            better: [0.0; 2],
            has_never: false,
            between: vec![[0.0; 2]; count],
            shortage: vec![[0.0; 5]; count],
        }
    }

    /// Adds one trial; −∞ is worse than everything, NaN is none.
    pub(super) fn add(&mut self, levels: &Levels, a: f64, b: f64) {
        self.count += 1.0;
        let (a, b) = (a - levels.center, b - levels.center);
        if !a.is_finite() || !b.is_finite() {
            self.has_never = true;
        }
        let (low, high, worse, sign) = if a < b {
            (a, b, 0, 1.0)
        } else if b < a {
            (b, a, 1, -1.0)
        } else {
            return;
        };
        self.better[1 - worse] += 1.0;
        let (from, to) = (levels.position(low), levels.position(high));
        self.between[from][worse] += 1.0;
        self.between[to][worse] -= 1.0;
        if self.has_never {
            return;
        }
        let gap = high - low;
        let rising = [-sign * low, sign, low * low, -2.0 * low, 1.0];
        let level = [sign * gap, 0.0, gap * gap, 0.0, 0.0];
        for (sum, term) in self.shortage[from].iter_mut().zip(rising) {
            *sum += term;
        }
        for ((sum, term), before) in self.shortage[to].iter_mut().zip(level).zip(rising) {
            *sum += term - before;
        }
    }

    /// Adds the trials that follow.
    pub(super) fn merge(&mut self, other: &DominanceSums) {
        self.count += other.count;
        self.has_never |= other.has_never;
        for (own, other) in self.better.iter_mut().zip(other.better) {
            *own += other;
        }
        for (own, other) in self.between.iter_mut().zip(&other.between) {
            own.iter_mut().zip(other).for_each(|(own, other)| *own += other);
        }
        for (own, other) in self.shortage.iter_mut().zip(&other.shortage) {
            own.iter_mut().zip(other).for_each(|(own, other)| *own += other);
        }
    }

    /// What the trials say.
    pub(super) fn verdict(&self, levels: &Levels) -> Dominance {
        match self.better {
            [0.0, 0.0] => return Dominance::Same,
            [_, 0.0] => return Dominance::EveryTrial(Side::A),
            [0.0, _] => return Dominance::EveryTrial(Side::B),
            _ => {}
        }
        match clearly_better(self.first_order(levels)) {
            [false, false] => Dominance::Unsure,
            [true, false] => Dominance::First(Side::A),
            [false, true] => Dominance::First(Side::B),
            [true, true] if self.has_never => Dominance::NotFirst,
            [true, true] => match clearly_better(self.second_order(levels)) {
                [true, false] => Dominance::Second(Side::A),
                [false, true] => Dominance::Second(Side::B),
                [true, true] | [false, false] => Dominance::Neither,
            },
        }
    }

    /// By level: by how many standard errors a is more likely to stay at or below it.
    fn first_order(&self, levels: &Levels) -> impl Iterator<Item = f64> {
        let mut sums = [0.0; 2];
        self.between.iter().take(levels.levels.len()).map(move |step| {
            sums.iter_mut().zip(step).for_each(|(sum, step)| *sum += step);
            let [a, b] = sums;
            let difference: f64 = a - b;
            let variance = a + b - difference * difference / self.count;
            if difference == 0.0 { 0.0 } else { difference / variance.max(0.0).sqrt() }
        })
    }

    /// By level, and last of the means: by how many standard errors a's expected shortage is greater.
    fn second_order(&self, levels: &Levels) -> impl Iterator<Item = f64> {
        let own = &levels.levels;
        let width = own.last().copied().unwrap_or(0.0) - own.first().copied().unwrap_or(0.0);
        let mut sums = [0.0; 5];
        self.shortage.iter().take(own.len() + 1).enumerate().map(move |(at, step)| {
            sums.iter_mut().zip(step).for_each(|(sum, step)| *sum += step);
            let [w0, w1, q0, q1, q2] = sums;
            // Beyond the last level nothing depends on the level any more.
            let level = own.get(at).copied().unwrap_or(0.0);
            let mean: f64 = (w0 + w1 * level) / self.count;
            let square = (q0 + q1 * level + q2 * level * level) / self.count;
            let sd = (square - mean * mean).max(0.0).sqrt().max(ROUNDING * width);
            if mean == 0.0 { 0.0 } else { mean * self.count.sqrt() / sd }
        })
    }
}

/// Whether a, and whether b, is better beyond error at some level.
fn clearly_better(studentized: impl Iterator<Item = f64>) -> [bool; 2] {
    studentized.fold([false; 2], |[a, b], z| [a || z < -CRITICAL, b || z > CRITICAL])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::{StreamKey, uniform_at};

    /// Two normal distributions, independent or by the same draws.
    #[track_caller]
    fn check(a: (f64, f64), b: (f64, f64), is_paired: bool, expected: Dominance) {
        let draw = |name: &str, trial: u64| {
            crate::math::norm_quantile(uniform_at(StreamKey::new(1, name), 0, trial))
        };
        let trials: Vec<(f64, f64)> = (0..40_000)
            .map(|trial| {
                let x = draw("x", trial);
                let y = if is_paired { x } else { draw("y", trial) };
                (a.0 + a.1 * x, b.0 + b.1 * y)
            })
            .collect();
        let levels = Levels::new(trials.iter().take(4000).flat_map(|&(a, b)| [a, b]));
        let mut parts = [DominanceSums::new(&levels), DominanceSums::new(&levels)];
        for (at, &(a, b)) in trials.iter().enumerate() {
            parts[at % 2].add(&levels, a, b);
        }
        let [mut sums, other] = parts;
        sums.merge(&other);
        assert_eq!(sums.verdict(&levels), expected);
    }

    #[test]
    fn normal_distributions_dominate_as_their_moments_say() {
        // First order: the same spread, a greater mean.
        check((1.0, 1.0), (0.0, 1.0), false, Dominance::First(Side::A));
        check((0.0, 1.0), (0.5, 1.0), false, Dominance::First(Side::B));
        check((1.0, 1.0), (0.0, 1.0), true, Dominance::EveryTrial(Side::A));
        // Second order: a mean that is no smaller, a smaller spread.
        check((0.0, 1.0), (0.0, 2.0), false, Dominance::Second(Side::A));
        check((0.0, 2.0), (0.3, 1.0), false, Dominance::Second(Side::B));
        check((0.0, 1.0), (0.0, 2.0), true, Dominance::Second(Side::A));
        // A greater mean and a greater spread: it depends on whom one asks.
        check((1.0, 3.0), (0.0, 1.0), false, Dominance::Neither);
        // Nothing to tell apart.
        check((0.0, 1.0), (0.0, 1.0), false, Dominance::Unsure);
        check((0.0, 1.0), (0.0, 1.0), true, Dominance::Same);
    }

    #[test]
    fn the_shortage_of_a_level_is_that_of_its_definition() {
        let trials = [(0.3, 1.2), (2.0, -1.0), (0.5, 0.5), (-3.0, 4.0), (1.0, 1.5)];
        let levels = Levels { center: 0.25, levels: vec![-2.0, -0.5, 0.0, 0.75, 1.0, 3.0] };
        let mut sums = DominanceSums::new(&levels);
        trials.iter().for_each(|&(a, b)| sums.add(&levels, a, b));
        let n = trials.len() as f64;
        for (at, z) in sums.second_order(&levels).take(6).enumerate() {
            let level = levels.levels[at] + levels.center;
            let gaps = trials.map(|(a, b)| f64::max(level - a, 0.0) - f64::max(level - b, 0.0));
            let mean = gaps.iter().sum::<f64>() / n;
            let square = gaps.iter().map(|gap| gap * gap).sum::<f64>() / n;
            let expected = mean * n.sqrt() / (square - mean * mean).sqrt();
            assert!(
                (z - expected).abs() < 1e-9 || (mean == 0.0 && z == 0.0),
                "{at} {z} {expected}"
            );
        }
    }

    #[test]
    fn never_is_the_worst() {
        let levels = Levels::new([-10.0, -20.0, -30.0].into_iter());
        let mut sums = DominanceSums::new(&levels);
        for _ in 0..100 {
            sums.add(&levels, -15.0, f64::NEG_INFINITY);
            sums.add(&levels, -25.0, -5.0);
        }
        assert_eq!(sums.verdict(&levels), Dominance::NotFirst);
    }
}
