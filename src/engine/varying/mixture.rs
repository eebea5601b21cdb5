//! Mixtures whose weights or components differ from lane to lane.
//!
//! The inverse of the distribution function as a whole, as of the scalar law: Newton's method on the logarithm of the
//! smaller tail, inside a bracket that each step narrows, from the quantiles of the components. Numbers among the
//! components are atoms: each is asked first whether it is the draw, and else is an end of the bracket.

use super::family::{Law, Part};
use crate::math::lanes::{any, ln, ln_1p};
use crate::math::simd::SimdPath;

/// A component, behind its weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Component {
    /// A number: one argument.
    Atom,
    /// A law with so many arguments.
    Part(Part, usize),
}

/// Components with parameters, lane by lane.
enum Parts<const W: usize> {
    Atom([f64; W]),
    Law(Box<Law<W>>),
}

/// Steps before a lane is left to the scalar law.
const MOST_STEPS: usize = 200;

/// What is looked for: a lower tail or an upper one.
struct Goal<const W: usize> {
    is_lower: [bool; W],
    tail: [f64; W],
}

/// The draws, and whether they are sure: what is impossible or has no spread is left to the scalar law.
#[inline(always)]
pub(super) fn fill<const W: usize>(
    components: &[Component],
    path: SimdPath,
    arguments: &[[f64; W]],
    u: &[f64; W],
    out: &mut [f64; W],
) -> [bool; W] {
    let mut is_sure = [true; W];
    let mut parts: Vec<([f64; W], Parts<W>)> = Vec::with_capacity(components.len());
    let (mut total, mut rest) = ([0.0; W], arguments);
    for component in components {
        let weight = rest[0];
        rest = &rest[1..];
        let part = match component {
            Component::Atom => {
                let value = rest[0];
                rest = &rest[1..];
                for i in 0..W {
                    is_sure[i] &= value[i].abs() < f64::INFINITY;
                }
                Parts::Atom(value)
            }
            Component::Part(part, count) => {
                let law = part.law(path, &rest[..*count]);
                rest = &rest[*count..];
                for (is_sure, is_possible) in is_sure.iter_mut().zip(law.is_possible) {
                    *is_sure &= is_possible;
                }
                Parts::Law(Box::new(law))
            }
        };
        for i in 0..W {
            is_sure[i] &= weight[i] >= 0.0;
            total[i] += weight[i];
        }
        parts.push((weight, part));
    }
    for i in 0..W {
        is_sure[i] &= (total[i] > 0.0) & (total[i] < f64::INFINITY);
        is_sure[i] &= (u[i] > 0.0) & (u[i] < 1.0);
        total[i] = if is_sure[i] { total[i] } else { 1.0 };
    }
    let mut goal = Goal { is_lower: [true; W], tail: [0.5; W] };
    let (mut lower, mut upper) = ([0.5; W], [0.5; W]);
    for i in 0..W {
        goal.is_lower[i] = u[i] <= 0.5;
        lower[i] = if is_sure[i] { u[i] } else { 0.5 };
        upper[i] = 1.0 - lower[i];
        goal.tail[i] = if goal.is_lower[i] { lower[i] } else { upper[i] };
    }
    for (weight, _) in &mut parts {
        for i in 0..W {
            weight[i] = if is_sure[i] { weight[i] / total[i] } else { 0.0 };
        }
    }
    let (mut low, mut high) = ([f64::INFINITY; W], [f64::NEG_INFINITY; W]);
    let mut x = [0.0; W];
    for (share, part) in &parts {
        let quantile = match part {
            Parts::Atom(value) => *value,
            Parts::Law(law) => law.inverse(&lower, &upper),
        };
        for i in 0..W {
            let has_part = share[i] > 0.0;
            low[i] = if has_part & (quantile[i] < low[i]) { quantile[i] } else { low[i] };
            high[i] = if has_part & (quantile[i] > high[i]) { quantile[i] } else { high[i] };
            x[i] += if has_part { share[i] * quantile[i] } else { 0.0 };
        }
    }
    let mut goes_on = is_sure;
    let [tail, _] = tails(&parts, &goal, &low, false);
    for i in 0..W {
        is_sure[i] &= (low[i].abs() < f64::INFINITY) & (high[i].abs() < f64::INFINITY);
        let is_low = (low[i] == high[i]) | goal.is_reached(i, tail[i]);
        x[i] = if is_low { low[i] } else { x[i] };
        goes_on[i] &= is_sure[i] & !is_low;
    }
    for (share, part) in &parts {
        let Parts::Atom(value) = part else { continue };
        let [at, _] = tails(&parts, &goal, value, false);
        let [before, _] = tails(&parts, &goal, value, true);
        for i in 0..W {
            let counts = goes_on[i] & (share[i] > 0.0);
            let (is_before, is_at) = (goal.is_reached(i, before[i]), goal.is_reached(i, at[i]));
            let value = value[i];
            high[i] = if counts & is_before & (value < high[i]) { value } else { high[i] };
            low[i] = if counts & !is_at & (value > low[i]) { value } else { low[i] };
            let is_it = counts & is_at & !is_before;
            x[i] = if is_it { value } else { x[i] };
            goes_on[i] &= !is_it;
        }
    }
    // from here on: not reached at `low`, reached at `high`
    for _ in 0..MOST_STEPS {
        if !any(&goes_on) {
            break;
        }
        for i in 0..W {
            let is_inside = (x[i] > low[i]) & (x[i] < high[i]);
            let place = if is_inside { x[i] } else { middle(low[i], high[i]) };
            let is_closed = (place <= low[i]) | (place >= high[i]);
            let place = if is_closed { high[i] } else { place };
            x[i] = if goes_on[i] { place } else { x[i] };
            goes_on[i] &= !is_closed;
        }
        let [tail, density] = tails(&parts, &goal, &x, false);
        for i in 0..W {
            let is_reached = goal.is_reached(i, tail[i]);
            high[i] = if goes_on[i] & is_reached { x[i] } else { high[i] };
            low[i] = if goes_on[i] & !is_reached { x[i] } else { low[i] };
            let relative = (goal.tail[i] - tail[i]) / tail[i];
            let (near, far) = (ln_1p(relative), ln(goal.tail[i] / tail[i]));
            let residual = if relative.abs() < 0.5 { near } else { far };
            let step = residual * (tail[i] / density[i]);
            let next = x[i] + if goal.is_lower[i] { step } else { -step };
            let is_last = (residual.abs() < 1e-8) & (next >= low[i]) & (next <= high[i]);
            // a step that leaves the bracket is replaced by its middle
            x[i] = if goes_on[i] { next } else { x[i] };
            goes_on[i] &= !is_last;
        }
    }
    *out = x;
    for (is_sure, goes_on) in is_sure.iter_mut().zip(goes_on) {
        *is_sure &= !goes_on;
    }
    is_sure
}

impl<const W: usize> Goal<W> {
    #[inline(always)]
    fn is_reached(&self, lane: usize, tail: f64) -> bool {
        let (below, above) = (tail >= self.tail[lane], tail <= self.tail[lane]);
        if self.is_lower[lane] { below } else { above }
    }
}

/// The tail that is looked for, with x or without it where an atom lies there, and the density.
#[inline(always)]
fn tails<const W: usize>(
    parts: &[([f64; W], Parts<W>)],
    goal: &Goal<W>,
    x: &[f64; W],
    is_before: bool,
) -> [[f64; W]; 2] {
    let mut all = [[0.0; W]; 2];
    for (share, part) in parts {
        match part {
            Parts::Atom(value) => {
                for i in 0..W {
                    let is_below = (value[i] < x[i]) | (!is_before & (value[i] == x[i]));
                    let tail = if is_below == goal.is_lower[i] { share[i] } else { 0.0 };
                    all[0][i] += tail;
                }
            }
            Parts::Law(law) => {
                let [lower, upper, density] = law.tails(x);
                for i in 0..W {
                    let tail = if goal.is_lower[i] { lower[i] } else { upper[i] };
                    let has_part = share[i] > 0.0;
                    all[0][i] += if has_part { share[i] * tail } else { 0.0 };
                    all[1][i] += if has_part { share[i] * density[i] } else { 0.0 };
                }
            }
        }
    }
    all
}

/// A point between two others: of the fraction where they are close, of the exponent where they are not.
#[inline(always)]
fn middle(low: f64, high: f64) -> f64 {
    let is_above = (low > 0.0) & (high > 4.0 * low);
    let is_below = (high < 0.0) & (low < 4.0 * high);
    let (size, other) = (low.abs().sqrt(), high.abs().sqrt());
    let root = if is_below { -size * other } else { size * other };
    let half = low / 2.0 + high / 2.0;
    if is_above | is_below { root } else { half }
}
