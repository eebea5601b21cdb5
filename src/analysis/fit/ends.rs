//! Families with ends of their own beyond the data, and a mode between them: triangular and PERT.
//!
//! Their likelihoods are not regular where the density rises steeply from an end (R. L. Smith, Biometrika 72 (1985)
//! 67), and never in the mode of a triangle: estimates have no standard errors here. For given ends the likelihood of
//! a triangle is greatest with the mode at one of the data (E. H. Oliver, Technometrics 14 (1972) 225, for known
//! ends; J. R. van Dorp, S. Kotz, Am. Stat. 56 (2002) 112).

use super::estimator::mean;
use super::member::WithError;
use super::optimum;
use crate::math::special::ln_beta;

/// Distances of the ends from the data at which a search begins, as shares of the data's range.
const STARTS: [f64; 3] = [0.02, 0.1, 0.5];
/// Steps in which the mode and the ends take turns.
const MOST_TURNS: usize = 40;

/// Low, mode and high of the most likely triangle.
pub(super) fn triangular(sorted: &[f64]) -> Option<Vec<WithError>> {
    let z = Unit::new(sorted);
    let mut best: Option<Candidate> = None;
    let mut keep = |found: Option<Candidate>| {
        if let Some(found) = found
            && best.as_ref().is_none_or(|best| found.value > best.value)
        {
            best = Some(found);
        }
    };
    for is_falling in [true, false] {
        keep(one_sided(&z.values, 1.0, is_falling));
    }
    for start in STARTS {
        let (mut low, mut high) = (-start, 1.0 + start);
        let mut mode = usize::MAX;
        for _ in 0..MOST_TURNS {
            let next = likeliest_mode(&z.values, low, high);
            let is_inside = z.values[next] > 0.0 && z.values[next] < 1.0;
            if next == mode || !is_inside {
                break;
            }
            mode = next;
            let Some(found) = ends(&z.values, mode, [low, high]) else { break };
            (low, high) = (found.low, found.high);
            keep(Some(found));
        }
    }
    let Candidate { low, mode, high, .. } = best?;
    Some([low, mode, high].map(|value| (z.back(value), None)).into())
}

/// Low, mode and high of the most likely PERT of shape 4.
pub(super) fn pert(sorted: &[f64]) -> Option<Vec<WithError>> {
    let z = Unit::new(sorted);
    let n = z.values.len() as f64;
    let natural = |u: &[f64]| {
        let (low, high) = (-libm::exp(u[0]), 1.0 + libm::exp(u[1]));
        [low, low + (high - low) / (1.0 + libm::exp(-u[2])), high]
    };
    let mean_density = |u: &[f64]| {
        let p = natural(u);
        z.values.iter().map(|&x| ln_pert(&p, x)).sum::<f64>() / n
    };
    let center = mean(&z.values);
    let inside = STARTS.iter().filter_map(|&start| {
        let width = 1.0 + 2.0 * start;
        // The mean is (low + 4 mode + high) / 6.
        let share = ((center - 0.5) / width * 1.5 + 0.5).clamp(0.05, 0.95);
        let guess = [libm::log(start), libm::log(start), libm::log(share / (1.0 - share))];
        let found = optimum::maximize(&mean_density, &guess)?;
        let [low, mode, high] = natural(&found.at);
        Some(Candidate { low, mode, high, value: mean_density(&found.at) })
    });
    let at_an_end = [true, false].into_iter().filter_map(|side| one_sided(&z.values, 4.0, side));
    let all = inside.chain(at_an_end);
    let best = all.max_by(|a, b| a.value.total_cmp(&b.value))?;
    Some([best.low, best.mode, best.high].map(|value| (z.back(value), None)).into())
}

/// ln f of a triangle: low, mode, high.
pub(super) fn ln_triangular(p: &[f64], x: f64) -> f64 {
    let [low, mode, high] = [p[0], p[1], p[2]];
    if x < low || x > high {
        return f64::NEG_INFINITY;
    }
    let side = if x < mode {
        (x - low) / (mode - low)
    } else if x > mode {
        (high - x) / (high - mode)
    } else {
        1.0
    };
    libm::log(2.0 * side / (high - low))
}

/// ln f of a PERT of shape 4: low, mode, high.
pub(super) fn ln_pert(p: &[f64], x: f64) -> f64 {
    let [low, mode, high] = [p[0], p[1], p[2]];
    if x < low || x > high {
        return f64::NEG_INFINITY;
    }
    let width = high - low;
    let (left, right) = (4.0 * (mode - low) / width, 4.0 * (high - mode) / width);
    let power =
        |exponent: f64, of: f64| if exponent == 0.0 { 0.0 } else { exponent * libm::log(of) };
    power(left, (x - low) / width) + power(right, (high - x) / width)
        - libm::log(width)
        - ln_beta(1.0 + left, 1.0 + right)
}

/// Ascending data moved to the range from 0 to 1.
struct Unit {
    values: Vec<f64>,
    low: f64,
    high: f64,
}

impl Unit {
    fn new(sorted: &[f64]) -> Unit {
        let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
        let values = sorted.iter().map(|x| (x - low) / (high - low)).collect();
        Unit { values, low, high }
    }

    /// In the unit of the data; the largest datum is just that.
    fn back(&self, value: f64) -> f64 {
        if value == 1.0 { self.high } else { self.low + (self.high - self.low) * value }
    }
}

/// A law and the mean logarithm of its density at the data.
struct Candidate {
    low: f64,
    mode: f64,
    high: f64,
    value: f64,
}

/// The position of the datum that is the likeliest mode between these ends.
fn likeliest_mode(z: &[f64], low: f64, high: f64) -> usize {
    let mut right: f64 = z.iter().map(|x| libm::log(high - x)).sum();
    let mut left = 0.0;
    let (mut best, mut most) = (0, f64::NEG_INFINITY);
    let n = z.len();
    for (at, &x) in z.iter().enumerate() {
        left += libm::log(x - low);
        right -= libm::log(high - x);
        let (below, above) = ((at + 1) as f64, (n - at - 1) as f64);
        let value = left + right - below * libm::log(x - low) - above * libm::log(high - x);
        if value > most {
            (best, most) = (at, value);
        }
    }
    best
}

/// The likeliest ends around a mode inside the data.
fn ends(z: &[f64], mode: usize, start: [f64; 2]) -> Option<Candidate> {
    let n = z.len() as f64;
    let c = z[mode];
    let natural = |u: &[f64]| (-libm::exp(u[0]), 1.0 + libm::exp(u[1]));
    let value = |u: &[f64]| {
        let (low, high) = natural(u);
        let below: f64 = z[..=mode].iter().map(|x| libm::log((x - low) / (c - low))).sum();
        let above: f64 = z[mode + 1..].iter().map(|x| libm::log((high - x) / (high - c))).sum();
        (below + above) / n + libm::log(2.0 / (high - low))
    };
    let guess = [libm::log(-start[0]), libm::log(start[1] - 1.0)];
    let found = optimum::maximize(&value, &guess)?;
    let (low, high) = natural(&found.at);
    Some(Candidate { low, mode: c, high, value: value(&found.at) })
}

/// The likeliest law that falls from the smallest datum, its low end, or rises to the largest, as this power of the
/// distance from its other end.
fn one_sided(z: &[f64], power: f64, is_falling: bool) -> Option<Candidate> {
    let n = z.len() as f64;
    let gap = |x: f64| if is_falling { 1.0 - x } else { x };
    let value = |u: &[f64]| {
        let more = libm::exp(u[0]);
        let sides: f64 = z.iter().map(|&x| libm::log((gap(x) + more) / (1.0 + more))).sum();
        power * sides / n + libm::log((power + 1.0) / (1.0 + more))
    };
    let found = optimum::maximize(&value, &[libm::log(STARTS[1])])?;
    let (more, value) = (libm::exp(found.at[0]), value(&found.at));
    Some(if is_falling {
        Candidate { low: 0.0, mode: 0.0, high: 1.0 + more, value }
    } else {
        Candidate { low: -more, mode: 1.0, high: 1.0, value }
    })
}
