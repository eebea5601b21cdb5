//! Metalogs through percentiles that differ from lane to lane.
//!
//! The coefficients are linear in the heights of the percentiles, by a matrix that depends on the probabilities alone;
//! so is the slope at every place. It is looked at on fixed nodes: between two of them it differs from the straight line
//! by at most an eighth of its second derivative times the square of their distance. A lane whose slopes all lie above
//! four times what its coefficients allow for that rises everywhere; lanes that are in doubt are left to the scalar law.

use crate::distribution::Metalog;
use crate::math::lanes::{exp, ln};

/// More percentiles are refused.
const MOST_POINTS: usize = 16;
/// Largest error of a coefficient matrix, on percentiles that differ by one.
const EXACT: f64 = 1e-11;
/// Farther out no bounded metalog is a number.
const MOST_HEIGHT: f64 = 700.0;

/// A metalog through given probabilities.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Percentiles {
    /// Positions of the percentiles in ascending order.
    order: Vec<usize>,
    has_low: bool,
    has_high: bool,
    /// What each percentile, in ascending order, contributes to each term: those of the level, then of the spread.
    weights: Vec<Vec<f64>>,
    /// How many terms the level has.
    n_level: usize,
    /// The slope of each term, node by node.
    slopes: Vec<Vec<f64>>,
    /// How far the slope may be below those of two neighboring nodes, by term.
    margins: Vec<f64>,
    /// What of a slope is rounding, by term.
    noise: Vec<f64>,
}

/// Between which places the slope is looked at: close where the terms bend, which they do like t e^(−|t|) far out.
fn nodes() -> Vec<f64> {
    let mut half = vec![0.0];
    let mut t = 0.0;
    while t < Metalog::REACH {
        let width = if t < 4.0 { 0.125 } else { 0.125 * libm::exp(0.3 * (t - 4.0)) };
        t = (t + width).min(Metalog::REACH);
        half.push(t);
    }
    half[1..].iter().rev().map(|t| -t).chain(half.iter().copied()).collect()
}

impl Percentiles {
    /// `None` where the probabilities determine the coefficients badly, or not at all.
    pub(super) fn new(probabilities: &[f64], has_low: bool, has_high: bool) -> Option<Percentiles> {
        let count = probabilities.len();
        if !(2..=MOST_POINTS).contains(&count) {
            return None;
        }
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]));
        let sorted: Vec<f64> = order.iter().map(|&index| probabilities[index]).collect();
        let rows = Metalog::coefficients(&sorted)?;
        let mut terms: Vec<usize> = (0..count).collect();
        terms.sort_by_key(|&term| Metalog::term_of(term));
        let n_level = terms.iter().filter(|&&term| !Metalog::term_of(term).0).count();
        let is_exact = sorted.iter().enumerate().all(|(index, &p)| {
            let values = Metalog::terms_at(libm::log(p) - libm::log1p(-p), count);
            (0..count).all(|unit| {
                let sum: f64 = (0..count).map(|term| values[term] * rows[term][unit]).sum();
                (sum - if unit == index { 1.0 } else { 0.0 }).abs() < EXACT
            })
        });
        if !is_exact {
            return None;
        }
        let at = |t: f64| {
            let all = Metalog::slopes_at(t, count);
            terms.iter().map(|&term| all[term]).collect::<Vec<f64>>()
        };
        let nodes = nodes();
        let slopes: Vec<Vec<f64>> = nodes.iter().map(|&t| at(t)).collect();
        let mut margins = vec![0.0_f64; count];
        for (t, values) in nodes.windows(3).zip(slopes.windows(3)) {
            let (left, right) = (t[1] - t[0], t[2] - t[1]);
            for (term, margin) in margins.iter_mut().enumerate() {
                let [a, b, c] = [0, 1, 2].map(|node| values[node][term]);
                // half the second derivative; a quarter of it would do if it were the same all over the cell
                let bend = ((c - b) / right - (b - a) / left) / (left + right);
                let width = left.max(right);
                *margin = margin.max(width * width * bend.abs());
            }
        }
        let noise = (0..count)
            .map(|term| 1e-12 * slopes.iter().map(|row| row[term].abs()).fold(0.0, f64::max))
            .collect();
        let weights = terms.iter().map(|&term| rows[term].clone()).collect();
        Some(Percentiles { order, has_low, has_high, weights, n_level, slopes, margins, noise })
    }

    /// The draws, and whether they are sure.
    #[inline(always)]
    pub(super) fn fill<const W: usize>(
        &self,
        arguments: &[[f64; W]],
        u: &[f64; W],
        out: &mut [f64; W],
    ) -> [bool; W] {
        let count = self.order.len();
        let bounds = &arguments[count..];
        let low = if self.has_low { bounds[0] } else { [f64::NEG_INFINITY; W] };
        let high =
            if self.has_high { bounds[usize::from(self.has_low)] } else { [f64::INFINITY; W] };
        let mut heights = [[0.0; W]; MOST_POINTS];
        let mut is_possible = [true; W];
        for (rank, (height, &index)) in heights.iter_mut().zip(&self.order).enumerate() {
            let x = &arguments[index];
            for i in 0..W {
                is_possible[i] &= (x[i] > low[i]) & (x[i] < high[i]);
                height[i] = self.height_of(x[i], low[i], high[i]);
            }
            if rank > 0 {
                let before = &arguments[self.order[rank - 1]];
                for i in 0..W {
                    is_possible[i] &= x[i] > before[i];
                }
            }
        }
        let origin = heights[count / 2];
        let mut terms = [[0.0; W]; MOST_POINTS];
        let (mut margin, mut noise) = ([0.0; W], [0.0; W]);
        for (term, row) in self.weights.iter().enumerate() {
            for (&weight, height) in row.iter().zip(&heights) {
                for i in 0..W {
                    terms[term][i] += weight * (height[i] - origin[i]);
                }
            }
            for i in 0..W {
                margin[i] += self.margins[term] * terms[term][i].abs();
                noise[i] += self.noise[term] * terms[term][i].abs();
            }
        }
        let mut least = [f64::INFINITY; W];
        for row in &self.slopes {
            let mut slope = [0.0; W];
            for (&part, term) in row.iter().zip(&terms) {
                for i in 0..W {
                    slope[i] += part * term[i];
                }
            }
            for i in 0..W {
                least[i] = if slope[i] < least[i] { slope[i] } else { least[i] };
            }
        }
        let (level, spread) = terms[..count].split_at(self.n_level);
        let ends = [-1.0, 1.0].map(|side| {
            let place = [0.5 * side; W];
            let (a, b) = (polynomial(level, &place), polynomial(spread, &place));
            let mut height = [0.0; W];
            for i in 0..W {
                height[i] = (origin[i] + a[i]) + b[i] * (side * Metalog::REACH);
            }
            height
        });
        let (mut s, mut t) = ([0.0; W], [0.0; W]);
        for i in 0..W {
            s[i] = u[i] - 0.5;
            t[i] = ln(u[i] / (1.0 - u[i]));
        }
        let (a, b) = (polynomial(level, &s), polynomial(spread, &s));
        let is_bounded = self.has_low != self.has_high;
        for i in 0..W {
            let height = (origin[i] + a[i]) + b[i] * t[i];
            let most = if is_bounded { MOST_HEIGHT } else { f64::MAX };
            let is_finite = (ends[0][i].abs() < most) & (ends[1][i].abs() < most);
            let is_sure = is_possible[i] & is_finite & (least[i] > margin[i] + noise[i]);
            let falls = is_possible[i] & is_finite & (least[i] < -noise[i]);
            let value = self.value_of(height, low[i], high[i]);
            out[i] = if falls { f64::NAN } else { value };
            is_possible[i] = is_sure | falls;
        }
        is_possible
    }

    /// A value on the whole line: itself, the logarithm of its distance to the bound, or the logit between both.
    #[inline(always)]
    fn height_of(&self, x: f64, low: f64, high: f64) -> f64 {
        match (self.has_low, self.has_high) {
            (false, false) => x,
            (true, false) => ln(x - low),
            (false, true) => -ln(high - x),
            (true, true) => ln((x - low) / (high - x)),
        }
    }

    /// The value at a height, from the nearer end.
    #[inline(always)]
    fn value_of(&self, z: f64, low: f64, high: f64) -> f64 {
        match (self.has_low, self.has_high) {
            (false, false) => z,
            (true, false) => low + exp(z),
            (false, true) => high - exp(-z),
            (true, true) => {
                let e = exp(-z.abs());
                let distance = (high - low) * (e / (1.0 + e));
                if z < 0.0 { low + distance } else { high - distance }
            }
        }
    }
}

/// Coefficients constant first.
#[inline(always)]
fn polynomial<const W: usize>(coefficients: &[[f64; W]], s: &[f64; W]) -> [f64; W] {
    let mut sum = [0.0; W];
    for coefficient in coefficients.iter().rev() {
        for i in 0..W {
            sum[i] = sum[i] * s[i] + coefficient[i];
        }
    }
    sum
}
