//! The inverse Gaussian law with mean 1.
//!
//! In z = √(φ/x) (x − 1), φ being the shape, with w = √(z² + 4φ) and Mills' ratio R = (1 − Φ) / density, the lower tail
//! is density(z) (R(−z) + R(w)) and the upper one density(z) (R(z) − R(w)) (after Chhikara & Folks, 1974): nothing
//! overflows. R is a polynomial, and its difference is a divided difference of that: nothing cancels for z > 0. From z
//! follows √x = z / (2√φ) + √(1 + z² / (4φ)).

use super::normal::mills;
use super::{Law, MOST_STEPS, Quantile, SQRT_2PI, any, complement, exp, ln, ln_1p, rough_normal};

/// Shape `a`.
#[derive(Debug, Clone, Copy)]
pub struct InverseGaussian;

impl Quantile for InverseGaussian {
    #[inline(always)]
    fn fill<const W: usize>(a: &[f64; W], _: &[f64; W], u: &[f64; W], out: &mut [f64; W]) {
        *out = inverse(a, u, &complement(u));
    }
}

impl Law for InverseGaussian {
    #[inline(always)]
    fn tails<const W: usize>(
        a: &[f64; W],
        _: &[f64; W],
        x: &[f64; W],
        _: &[f64; W],
    ) -> [[f64; W]; 3] {
        let (mut phi, mut place, mut z) = ([1.0; W], [1.0; W], [0.0; W]);
        for i in 0..W {
            let is_inside = (x[i] > 0.0) & (x[i] < f64::INFINITY);
            place[i] = if is_inside { x[i] } else { 1.0 };
            phi[i] = a[i];
            z[i] = (phi[i] / place[i]).sqrt() * (place[i] - 1.0);
        }
        let found = tails(&phi, &z);
        let mut all = [found.lower, found.upper, [0.0; W]];
        for i in 0..W {
            // of z by x
            let root = (phi[i] / place[i]).sqrt();
            all[2][i] = found.density[i] * (0.5 * root * (1.0 + 1.0 / place[i]));
            let is_below = x[i] <= 0.0;
            let is_above = x[i] == f64::INFINITY;
            let beyond = if is_above { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
            for (part, beyond) in all.iter_mut().zip(beyond) {
                part[i] = if is_below | is_above { beyond } else { part[i] };
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

/// Smaller shapes are left to bisection.
const SMALLEST: f64 = 1e-3;

/// The tails at z, and what Newton's and Halley's methods ask for.
struct Tails<const W: usize> {
    lower: [f64; W],
    upper: [f64; W],
    /// Derivative of the lower tail by z.
    density: [f64; W],
    /// The logarithmic derivative of that.
    bend: [f64; W],
}

#[inline(always)]
fn tails<const W: usize>(phi: &[f64; W], z: &[f64; W]) -> Tails<W> {
    let mut found = Tails { lower: [0.0; W], upper: [0.0; W], density: [0.0; W], bend: [0.0; W] };
    let (mut near, mut far) = ([0.0; W], [0.0; W]);
    let (mut value, mut difference) = ([mills::COEFFICIENTS[25]; W], [0.0; W]);
    for i in 0..W {
        near[i] = mills::place(z[i].abs());
        far[i] = mills::place((z[i] * z[i] + 4.0 * phi[i]).sqrt());
    }
    for k in (0..25).rev() {
        for i in 0..W {
            difference[i] = difference[i] * far[i] + value[i];
            value[i] = value[i] * near[i] + mills::COEFFICIENTS[k];
        }
    }
    for i in 0..W {
        let size = z[i].abs();
        let w = (z[i] * z[i] + 4.0 * phi[i]).sqrt();
        let (by_size, by_w) = (1.0 / (size + mills::MIDDLE), 1.0 / (w + mills::MIDDLE));
        // w − |z|, and with it the difference of both places
        let gap = 4.0 * phi[i] / (w + size);
        let apart = gap * by_size * by_w;
        let of_w = value[i] + 2.0 * mills::MIDDLE * apart * difference[i];
        let density = exp(-0.5 * (z[i] * z[i])) / SQRT_2PI;
        let sum = density * (value[i] * by_size + of_w * by_w);
        let rest = density * (apart * (of_w - 2.0 * mills::MIDDLE * by_size * difference[i]));
        let is_above = z[i] > 0.0;
        found.lower[i] = if is_above { 1.0 - rest } else { sum };
        found.upper[i] = if is_above { rest } else { 1.0 - sum };
        let (minus, plus) = if is_above { (gap, w + size) } else { (w + size, gap) };
        found.density[i] = density * (minus / w);
        found.bend[i] = -z[i] - plus / (w * w);
    }
    found
}

/// The x of a z.
#[inline(always)]
fn of_deviate(phi: f64, z: f64) -> f64 {
    let half = 0.5 * z.abs() / phi.sqrt();
    let root = half + (1.0 + half * half).sqrt();
    let square = root * root;
    if z < 0.0 { 1.0 / square } else { square }
}

/// Both sides of z = 0 look like halves of a normal law: from there on by Halley's method on the logarithm of the
/// smaller tail.
#[inline(always)]
fn inverse<const W: usize>(shapes: &[f64; W], lower: &[f64; W], upper: &[f64; W]) -> [f64; W] {
    let mut out = [0.0; W];
    let (mut phi, mut tail, mut z) = ([1.0; W], [0.5; W], [0.0; W]);
    let (mut is_lower, mut goes_on) = ([true; W], [true; W]);
    for i in 0..W {
        let is_ordinary = (shapes[i] >= SMALLEST)
            & (shapes[i] < f64::INFINITY)
            & (lower[i] > 0.0)
            & (upper[i] > 0.0);
        goes_on[i] = is_ordinary;
        phi[i] = if is_ordinary { shapes[i] } else { 1.0 };
        is_lower[i] = lower[i] <= upper[i];
        let nearer = if is_lower[i] { lower[i] } else { upper[i] };
        tail[i] = if is_ordinary { nearer } else { 0.5 };
        // the upper tail at 0, with R(a) roughly 2 / (a + √(a² + 8/π))
        let a = 2.0 * phi[i].sqrt();
        let above = 0.5 - 2.0 / (SQRT_2PI * (a + (a * a + 8.0 / std::f64::consts::PI).sqrt()));
        let is_above = !is_lower[i] & (tail[i] < above);
        let below = if is_lower[i] { tail[i] } else { 1.0 - tail[i] };
        let share = if is_above { tail[i] / above } else { below / (1.0 - above) };
        let share = if share > 1.0 { 1.0 } else { share };
        let distance = rough_normal(ln(0.5 * share));
        z[i] = if is_above { distance } else { -distance };
    }
    let is_ordinary = goes_on;
    for _ in 0..MOST_STEPS {
        if !any(&goes_on) {
            break;
        }
        let found = tails(&phi, &z);
        for i in 0..W {
            let value = if is_lower[i] { found.lower[i] } else { found.upper[i] };
            let slope = if is_lower[i] { found.density[i] } else { -found.density[i] } / value;
            let missing = ln_1p((value - tail[i]) / tail[i]);
            let newton = -missing / slope;
            let bend = 0.5 * newton * (found.bend[i] - slope);
            let is_smooth = bend.abs() < 0.5;
            let step = if is_smooth { newton / (1.0 + bend) } else { newton };
            let step = if step > 2.0 { 2.0 } else { step };
            let step = if step < -2.0 { -2.0 } else { step };
            let next = z[i] + step;
            // more than half lies below z = 0
            let next = if is_lower[i] & (next > 0.0) { 0.0 } else { next };
            z[i] = if goes_on[i] { next } else { z[i] };
            let is_settled = (is_smooth & (missing.abs() < 1e-5)) | (missing.abs() < 1e-9);
            goes_on[i] &= !is_settled;
        }
    }
    for i in 0..W {
        let is_found = is_ordinary[i] & !goes_on[i] & (z[i].abs() < f64::INFINITY);
        out[i] =
            if is_found { of_deviate(phi[i], z[i]) } else { alone(shapes[i], lower[i], upper[i]) };
    }
    out
}

/// A lane that is out of the ordinary, by Newton's method between two ends that close in.
#[cold]
#[inline(never)]
fn alone(phi: f64, lower: f64, upper: f64) -> f64 {
    if !(phi > 0.0 && phi < f64::INFINITY) || lower.is_nan() {
        return f64::NAN;
    }
    let (mut from, mut to) = (-40.0, 40.0);
    let mut z = 0.0;
    for _ in 0..200 {
        let found = tails(&[phi], &[z]);
        let missing = if lower <= upper { found.lower[0] - lower } else { upper - found.upper[0] };
        if missing < 0.0 {
            from = z;
        } else {
            to = z;
        }
        let next = z - missing / found.density[0];
        let next = if next > from && next < to { next } else { f64::midpoint(from, to) };
        if (next - z).abs() <= 1e-16 * z.abs() || next <= from || next >= to {
            break;
        }
        z = next;
    }
    of_deviate(phi, z)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{arguments, on_every_path};
    use super::InverseGaussian;
    use crate::math::normal::{norm_cdf, norm_pdf};

    /// Mills' ratio: far out by the continued fraction of Laplace.
    fn mills(a: f64) -> f64 {
        if a < 3.0 {
            return norm_cdf(-a) / norm_pdf(a);
        }
        1.0 / (1..=100).rev().fold(a, |rest, k| a + f64::from(k) / rest)
    }

    #[test]
    fn inverse_gaussian_quantiles_have_their_probability() {
        for (low, high) in [(1e-3, 0.1), (0.1, 10.0), (5.0, 1e8)] {
            let arguments = arguments(low, high);
            let [shape, _, u] = &arguments;
            for (i, x) in on_every_path(InverseGaussian, &arguments).into_iter().enumerate() {
                let (phi, u) = (shape[i], u[i]);
                let root = libm::sqrt(phi / x);
                let (z, w) = (root * (x - 1.0), root * (x + 1.0));
                let second = norm_pdf(z) * mills(w);
                let tail = u.min(1.0 - u);
                let found = if u <= 0.5 { norm_cdf(z) + second } else { norm_cdf(-z) - second };
                // a last digit of x moves z, and the difference of both terms has lost some of its own
                let digits = 4.0 * f64::EPSILON * (1.0 + z.abs()) * (1.0 + root * x);
                let lost = if u > 0.5 {
                    8.0 * f64::EPSILON * (1.0 + z * z) * norm_cdf(-z) / tail
                } else {
                    0.0
                };
                let off = (found / tail - 1.0).abs();
                assert!(
                    off < 1e-12 + digits * norm_pdf(z) / tail + lost,
                    "inverse_gaussian({phi}), u = {u:e}: {x:e}, off by {off:e}"
                );
            }
        }
    }

    #[test]
    fn the_smallest_shapes_are_found_too() {
        for phi in [1e-9, 1e-5, 9e-4] {
            for u in [1e-12, 0.1, 0.5, 0.9, 0.999_999] {
                let x = super::super::one::<InverseGaussian>(phi, 0.0, u);
                let root = libm::sqrt(phi / x);
                let (z, w) = (root * (x - 1.0), root * (x + 1.0));
                let lower = norm_cdf(z) + norm_pdf(z) * mills(w);
                assert!((lower - u).abs() < 1e-9 * u, "{phi}, u = {u}: {x:e}, {lower}");
            }
        }
    }
}
