//! The gamma law with scale 1.

use super::{
    Law, MOST_STEPS, ORDINARY, Quantile, SQRT_2PI, Tails, any, complement, deviance, exp, exp_m1,
    ln, ln_1p, ln_gamma_1p, ln_gamma_of_next, rough_normal, stirling_error,
};
use crate::math::special::{gamma_density, gamma_p, gamma_p_inverse, gamma_q, gamma_q_inverse};
use crate::math::special_gamma::nonzero;
use crate::math::special_temme;

/// Shape `a`.
#[derive(Debug, Clone, Copy)]
pub struct Gamma;

impl Quantile for Gamma {
    #[inline(always)]
    fn fill<const W: usize>(a: &[f64; W], _: &[f64; W], u: &[f64; W], out: &mut [f64; W]) {
        *out = inverse(a, u, &complement(u));
    }
}

impl Law for Gamma {
    #[inline(always)]
    fn tails<const W: usize>(
        a: &[f64; W],
        _: &[f64; W],
        x: &[f64; W],
        _: &[f64; W],
    ) -> [[f64; W]; 3] {
        let (mut shape, mut place) = ([Shape::PLAIN; W], [1.0; W]);
        let mut is_ordinary = [true; W];
        for i in 0..W {
            is_ordinary[i] = ORDINARY.contains(&a[i]) & (x[i] > 0.0) & (x[i] < f64::INFINITY);
            shape[i] = Shape::new(if is_ordinary[i] { a[i] } else { 1.0 });
            place[i] = if is_ordinary[i] { x[i] } else { 1.0 };
        }
        let found = tails(&shape, &place, &is_ordinary);
        let mut all = [found.lower, found.upper, [0.0; W]];
        for i in 0..W {
            all[2][i] = found.weight[i] * (shape[i].a / place[i]);
            if !is_ordinary[i] {
                let beyond = if x[i] > 0.0 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
                let is_inside = (x[i] > 0.0) & (x[i] < f64::INFINITY);
                let found = if is_inside { tails_alone(a[i], x[i]) } else { beyond };
                (all[0][i], all[1][i], all[2][i]) = (found[0], found[1], found[2]);
            }
        }
        all
    }

    #[inline(always)]
    fn inverse<const W: usize>(
        a: &[f64; W],
        _: &[f64; W],
        lower: &[f64; W],
        upper: &[f64; W],
    ) -> [[f64; W]; 2] {
        [inverse(a, lower, upper), [0.0; W]]
    }
}

#[cold]
#[inline(never)]
fn tails_alone(a: f64, x: f64) -> [f64; 3] {
    [gamma_p(a, x), gamma_q(a, x), gamma_density(a, x)]
}

/// What of the tails depends on the shape alone.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) a: f64,
    /// Of ln Γ(1 + a) what is not taken out: all for a ≤ 1, the remainder of Stirling's formula above.
    rest: f64,
}

impl Shape {
    pub(super) const PLAIN: Shape = Shape { a: 1.0, rest: 0.0 };

    #[inline(always)]
    pub(super) fn new(a: f64) -> Shape {
        let small = ln_gamma_1p(if a <= 1.0 { a } else { 1.0 });
        let rest = if a <= 1.0 { small } else { stirling_error(a) };
        Shape { a, rest }
    }

    /// x^a e^(−x) / Γ(a + 1), after Loader (2000).
    #[inline(always)]
    pub(super) fn weight(self, x: f64) -> f64 {
        let Shape { a, rest } = self;
        let large = deviance(a, x - a, x);
        let exponent = if a <= 1.0 { a * ln(x) - x } else { large } - rest;
        let root = if a <= 1.0 { 1.0 } else { SQRT_2PI * a.sqrt() };
        exp(exponent) / root
    }
}

/// For the lanes that are asked for: by the methods of `special_gamma`, each over the lanes that it is for.
#[inline(always)]
pub(super) fn tails<const W: usize>(
    shape: &[Shape; W],
    x: &[f64; W],
    is_asked: &[bool; W],
) -> Tails<W> {
    /// Where the power series of Q gives way to the continued fraction, for a ≤ 1.
    const SMALL: f64 = 1.1;
    let mut found = Tails::unknown();
    let mut a = [0.0; W];
    let mut is_small = [false; W];
    let mut is_temme = [false; W];
    let mut is_series = [false; W];
    let mut is_fraction = [false; W];
    for i in 0..W {
        a[i] = shape[i].a;
        found.weight[i] = shape[i].weight(x[i]);
        let small = (a[i] <= 1.0) & (x[i] <= SMALL);
        let temme =
            (a[i] >= special_temme::LEAST) & ((x[i] - a[i]).abs() <= special_temme::SPREAD * a[i]);
        let other = is_asked[i] & !small & !temme;
        is_small[i] = is_asked[i] & small;
        is_temme[i] = is_asked[i] & temme;
        is_series[i] = other & (x[i] < a[i]);
        is_fraction[i] = other & (x[i] >= a[i]);
    }
    if any(&is_small) {
        for i in 0..W {
            let x = if is_small[i] { x[i] } else { 1.0 };
            let (lower, upper) = near_zero(a[i], shape[i].rest, x);
            found.lower[i] = if is_small[i] { lower } else { found.lower[i] };
            found.upper[i] = if is_small[i] { upper } else { found.upper[i] };
        }
    }
    if any(&is_temme) {
        for i in 0..W {
            if is_temme[i] {
                (found.lower[i], found.upper[i]) = special_temme::p_and_q(a[i], x[i]);
            }
        }
    }
    if any(&is_series) {
        let sum = series(&a, x, is_series);
        for i in 0..W {
            let lower = found.weight[i] * sum[i];
            found.lower[i] = if is_series[i] { lower } else { found.lower[i] };
            found.upper[i] = if is_series[i] { 1.0 - lower } else { found.upper[i] };
        }
    }
    if any(&is_fraction) {
        let value = fraction(&a, x, is_fraction);
        for i in 0..W {
            let upper = found.weight[i] * a[i] * value[i];
            found.upper[i] = if is_fraction[i] { upper } else { found.upper[i] };
            found.lower[i] = if is_fraction[i] { 1.0 - upper } else { found.lower[i] };
        }
    }
    found
}

/// Both tails for a ≤ 1 and x ≤ 1.1: P = x^a / Γ(1+a) · (1 − J), J = −a Σ (−x)ⁿ / ((a + n) n!) from n = 1.
#[inline(always)]
fn near_zero(a: f64, ln_gamma: f64, x: f64) -> (f64, f64) {
    let (mut sum, mut power) = (0.0, 1.0);
    for n in 1..=22 {
        let n = f64::from(n);
        power *= x * (-1.0 / n);
        sum += power / (a + n);
    }
    let j = -a * sum;
    let exponent = a * ln(x) - ln_gamma;
    let head = exp(exponent);
    (head * (1.0 - j), head * j - exp_m1(exponent))
}

/// Σ xⁿ / ((a+1) … (a+n)) from n = 0. Terms below 10⁻¹⁷ of the sum do not change it: lanes that have settled may go on.
#[inline(always)]
fn series<const W: usize>(a: &[f64; W], x: &[f64; W], mut goes_on: [bool; W]) -> [f64; W] {
    let (mut sum, mut term, mut denominator) = ([1.0; W], [1.0; W], *a);
    while any(&goes_on) {
        for _ in 0..4 {
            for i in 0..W {
                denominator[i] += 1.0;
                term[i] *= x[i] / denominator[i];
                sum[i] += term[i];
            }
        }
        for i in 0..W {
            goes_on[i] &= term[i] >= 1e-17 * sum[i];
        }
    }
    sum
}

/// Γ(a, x) e^x x^(−a) for x ≥ a by Legendre's continued fraction, evaluated after Lentz (1976).
#[inline(always)]
fn fraction<const W: usize>(a: &[f64; W], x: &[f64; W], mut goes_on: [bool; W]) -> [f64; W] {
    let (mut b, mut c, mut d, mut value) = ([0.0; W], [1e300; W], [0.0; W], [0.0; W]);
    for i in 0..W {
        b[i] = x[i] + 1.0 - a[i];
        d[i] = 1.0 / nonzero(b[i]);
        value[i] = d[i];
    }
    let mut n = 1.0;
    while any(&goes_on) {
        for i in 0..W {
            let numerator = n * (a[i] - n);
            b[i] += 2.0;
            d[i] = 1.0 / nonzero(b[i] + numerator * d[i]);
            c[i] = nonzero(b[i] + numerator / c[i]);
            let factor = c[i] * d[i];
            value[i] = if goes_on[i] { value[i] * factor } else { value[i] };
            goes_on[i] &= ((factor - 1.0).abs() >= 2e-16) & (n < 1e4);
        }
        n += 1.0;
    }
    value
}

/// Halley's method in s = ln x on the logarithm of the smaller tail, from the cube root's nearly normal law (Wilson &
/// Hilferty 1931), not below the leading term of the power series.
#[inline(always)]
fn inverse<const W: usize>(shapes: &[f64; W], lower: &[f64; W], upper: &[f64; W]) -> [f64; W] {
    let mut out = [0.0; W];
    let mut shape = [Shape::PLAIN; W];
    let (mut tail, mut x) = ([0.5; W], [1.0; W]);
    let mut is_lower = [true; W];
    let mut goes_on = [true; W];
    for i in 0..W {
        let is_ordinary = ORDINARY.contains(&shapes[i]) & (lower[i] > 0.0) & (upper[i] > 0.0);
        let a = if is_ordinary { shapes[i] } else { 1.0 };
        goes_on[i] = is_ordinary;
        shape[i] = Shape::new(a);
        is_lower[i] = lower[i] <= upper[i];
        let nearer = if is_lower[i] { lower[i] } else { upper[i] };
        tail[i] = if is_ordinary { nearer } else { 0.5 };
        let ln_tail = ln(tail[i]);
        let ln_gamma = ln_gamma_of_next(a, shape[i].rest, shape[i].rest);
        let ln_u = if is_lower[i] { ln_tail } else { ln_1p(-tail[i]) };
        let least = exp((ln_u + ln_gamma) / a);
        let z = rough_normal(ln_tail);
        let z = if is_lower[i] { -z } else { z };
        let root = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * a.sqrt());
        let cube = a * root * root * root;
        let start = if (root > 0.0) & (cube > least) { cube } else { least };
        x[i] = if start > 0.0 { start } else { a };
    }
    let is_ordinary = goes_on;
    for _ in 0..MOST_STEPS {
        if !any(&goes_on) {
            break;
        }
        let found = tails(&shape, &x, &goes_on);
        for i in 0..W {
            let value = if is_lower[i] { found.lower[i] } else { found.upper[i] };
            let weight = found.weight[i] * shape[i].a;
            let slope = if is_lower[i] { weight } else { -weight } / value;
            let missing = ln_1p((value - tail[i]) / tail[i]);
            let newton = -missing / slope;
            let bend = 0.5 * newton * ((shape[i].a - x[i]) - slope);
            let is_smooth = bend.abs() < 0.5;
            let step = if is_smooth { newton / (1.0 + bend) } else { newton };
            let step = if step > 1.0 { 1.0 } else { step };
            let step = if step < -3.0 { -3.0 } else { step };
            let next = x[i] * exp(step);
            x[i] = if goes_on[i] { next } else { x[i] };
            let is_settled = (is_smooth & (missing.abs() < 1e-5)) | (missing.abs() < 1e-9);
            goes_on[i] &= !is_settled;
        }
    }
    for i in 0..W {
        let is_found = is_ordinary[i] & !goes_on[i] & (x[i] > 0.0) & (x[i] < f64::INFINITY);
        out[i] = if is_found { x[i] } else { alone(shapes[i], lower[i], upper[i]) };
    }
    out
}

/// A lane that is out of the ordinary.
#[cold]
#[inline(never)]
fn alone(a: f64, lower: f64, upper: f64) -> f64 {
    if !(a > 0.0 && a < f64::INFINITY) || lower.is_nan() {
        f64::NAN
    } else if lower <= upper {
        gamma_p_inverse(a, lower)
    } else {
        gamma_q_inverse(a, upper)
    }
}
