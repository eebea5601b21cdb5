//! The beta law, and Student's t, which is an odd of it.

use super::{
    HALF_LN_2PI, Law, MOST_STEPS, ORDINARY, Quantile, SQRT_2PI, Tails, any, complement, deviance,
    exp, exp_m1, ln, ln_1p, ln_gamma_1p, rough_normal, stirling_error, stirling_series,
};
use crate::math::special::{beta_density, beta_inverse, beta_lower, beta_upper};
use crate::math::special_gamma::nonzero;

/// Shapes `a` and `b`. The quantile is told from the nearer end: x where x ≤ ½, else x − 1.
#[derive(Debug, Clone, Copy)]
pub struct Beta;

/// `a` degrees of freedom.
#[derive(Debug, Clone, Copy)]
pub struct StudentT;

impl Quantile for Beta {
    #[inline(always)]
    fn fill<const W: usize>(a: &[f64; W], b: &[f64; W], u: &[f64; W], out: &mut [f64; W]) {
        let (x, y) = inverse(a, b, u, &complement(u));
        for i in 0..W {
            out[i] = if x[i] > 0.5 { -y[i] } else { x[i] };
        }
    }
}

impl Law for Beta {
    #[inline(always)]
    fn tails<const W: usize>(
        a: &[f64; W],
        b: &[f64; W],
        x: &[f64; W],
        y: &[f64; W],
    ) -> [[f64; W]; 3] {
        let (mut shapes, mut near, mut far) = ([Shapes::PLAIN; W], [0.5; W], [0.5; W]);
        let mut is_ordinary = [true; W];
        for i in 0..W {
            let is_inside = (x[i] > 0.0) & (y[i] > 0.0);
            is_ordinary[i] = ORDINARY.contains(&a[i]) & ORDINARY.contains(&b[i]) & is_inside;
            let (a, b) = if is_ordinary[i] { (a[i], b[i]) } else { (1.0, 1.0) };
            shapes[i] = Shapes::new(a, b);
            (near[i], far[i]) = if is_ordinary[i] { (x[i], y[i]) } else { (0.5, 0.5) };
        }
        let found = tails(&shapes, &near, &far, &is_ordinary);
        let mut all = [found.lower, found.upper, [0.0; W]];
        for i in 0..W {
            all[2][i] = found.weight[i] / (near[i] * far[i]);
            if !is_ordinary[i] {
                let beyond = if x[i] > 0.0 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
                let is_inside = (x[i] > 0.0) & (y[i] > 0.0);
                let found = if is_inside { tails_alone(a[i], b[i], x[i], y[i]) } else { beyond };
                (all[0][i], all[1][i], all[2][i]) = (found[0], found[1], found[2]);
            }
        }
        all
    }

    #[inline(always)]
    fn inverse<const W: usize>(
        a: &[f64; W],
        b: &[f64; W],
        lower: &[f64; W],
        upper: &[f64; W],
    ) -> [[f64; W]; 2] {
        let (x, y) = inverse(a, b, lower, upper);
        [x, y]
    }
}

#[cold]
#[inline(never)]
fn tails_alone(a: f64, b: f64, x: f64, y: f64) -> [f64; 3] {
    [beta_lower(a, b, x, y), beta_upper(a, b, x, y), beta_density(a, b, x, y)]
}

impl Quantile for StudentT {
    #[inline(always)]
    fn fill<const W: usize>(df: &[f64; W], _: &[f64; W], u: &[f64; W], out: &mut [f64; W]) {
        *out = student_inverse(df, u, &complement(u));
    }
}

/// df / (df + t²) has the beta law of df/2 and ½.
#[inline(always)]
fn student_inverse<const W: usize>(df: &[f64; W], lower: &[f64; W], upper: &[f64; W]) -> [f64; W] {
    let (mut a, mut share, mut rest) = ([0.0; W], [0.0; W], [0.0; W]);
    for i in 0..W {
        a[i] = 0.5 * df[i];
        let tail = if lower[i] <= upper[i] { lower[i] } else { upper[i] };
        share[i] = 2.0 * tail;
        rest[i] = 1.0 - share[i];
    }
    let (below, above) = inverse(&a, &[0.5; W], &share, &rest);
    let mut out = [0.0; W];
    for i in 0..W {
        let size = df[i].sqrt() * (above[i].sqrt() / below[i].sqrt());
        out[i] = if lower[i] <= upper[i] { -size } else { size };
    }
    out
}

impl Law for StudentT {
    #[inline(always)]
    fn tails<const W: usize>(
        df: &[f64; W],
        _: &[f64; W],
        t: &[f64; W],
        _: &[f64; W],
    ) -> [[f64; W]; 3] {
        /// Closer to the middle nothing changes.
        const LEAST: f64 = 1e-100;
        let (mut a, mut below, mut above) = ([0.0; W], [0.0; W], [0.0; W]);
        let mut size = [0.0; W];
        for i in 0..W {
            size[i] = if t[i].abs() > LEAST { t[i].abs() } else { LEAST };
            a[i] = 0.5 * df[i];
            let square = size[i] * size[i];
            below[i] = df[i] / (df[i] + square);
            above[i] = 1.0 / (1.0 + df[i] / square);
        }
        let [both, _, density] = <Beta as Law>::tails(&a, &[0.5; W], &below, &above);
        let mut all = [[0.0; W]; 3];
        for i in 0..W {
            let near = 0.5 * both[i];
            all[0][i] = if t[i] > 0.0 { 1.0 - near } else { near };
            all[1][i] = if t[i] > 0.0 { near } else { 1.0 - near };
            all[2][i] = density[i] * (below[i] * above[i] / size[i]);
        }
        all
    }

    #[inline(always)]
    fn inverse<const W: usize>(
        df: &[f64; W],
        _: &[f64; W],
        lower: &[f64; W],
        upper: &[f64; W],
    ) -> [[f64; W]; 2] {
        [student_inverse(df, lower, upper), [0.0; W]]
    }
}

/// What of the tails depends on the shapes alone.
#[derive(Clone, Copy)]
pub(super) struct Shapes {
    a: f64,
    b: f64,
    /// ln(a B(a, b)) for a ≤ 1.
    ln_a_beta: f64,
    /// ln(b B(a, b)) for b ≤ 1.
    ln_b_beta: f64,
    /// Of Stirling's formula, for both above 1.
    stirling: f64,
}

impl Shapes {
    pub(super) const PLAIN: Shapes =
        Shapes { a: 1.0, b: 1.0, ln_a_beta: 0.0, ln_b_beta: 0.0, stirling: 0.0 };

    #[inline(always)]
    pub(super) fn new(a: f64, b: f64) -> Shapes {
        let stirling = stirling_error(a + b) - stirling_error(a) - stirling_error(b);
        let small = |x: f64| if x <= 1.0 { x } else { 1.0 };
        let (ln_a_beta, ln_b_beta) =
            (ln_small_times_beta(small(a), b), ln_small_times_beta(small(b), a));
        Shapes { a, b, ln_a_beta, ln_b_beta, stirling }
    }

    /// ln B(a, b) + ln a
    #[inline(always)]
    fn ln_leading(self) -> f64 {
        let Shapes { a, b, .. } = self;
        let (small, large) = if a <= b { (a, b) } else { (b, a) };
        let sum = a + b;
        let exponent = (small - 0.5) * ln(small / sum) + large * ln_1p(-small / sum);
        let both = exponent - self.stirling + HALF_LN_2PI - 0.5 * ln(large) + ln(a);
        let by_b = self.ln_b_beta + ln(a / b);
        let above = if b <= 1.0 { by_b } else { both };
        if a <= 1.0 { self.ln_a_beta } else { above }
    }

    /// x^a y^b / B(a, b), with x + y = 1.
    #[inline(always)]
    pub(super) fn weight(self, x: f64, y: f64) -> f64 {
        let Shapes { a, b, .. } = self;
        let sum = a + b;
        // x = (a + shift) / sum: in the sum of both deviances the linear terms cancel exactly
        let shift = x * b - y * a;
        let both = deviance(a, shift, x * sum) + deviance(b, -shift, y * sum) + self.stirling;
        let log = |x: f64, y: f64| {
            let (near, far) = (ln_1p(-y), ln(x));
            if y < 0.5 { near } else { far }
        };
        let one = a * log(x, y) + b * log(y, x);
        let by_a = one - self.ln_a_beta;
        let by_b = one - self.ln_b_beta;
        let (is_a, is_b) = (a <= 1.0, b <= 1.0);
        let exponent = if is_a {
            by_a
        } else if is_b {
            by_b
        } else {
            both
        };
        let root = a.sqrt() * (b / sum).sqrt() / SQRT_2PI;
        let factor = if is_a {
            a
        } else if is_b {
            b
        } else {
            root
        };
        exp(exponent) * factor
    }
}

/// ln(a B(a, b)) for a ≤ 1, of full relative accuracy as a tends to 0: ln Γ(1+a) − (ln Γ(a+b) − ln Γ(b)), the arguments
/// shifted up by ten for Stirling's formula.
#[inline(always)]
fn ln_small_times_beta(a: f64, b: f64) -> f64 {
    // the product of all 1 + a / (b + k), less 1
    let mut growth = 0.0;
    for k in 0..10 {
        let part = a / (b + f64::from(k));
        growth += part + growth * part;
    }
    let shifted = b + 10.0;
    let sum = a + shifted;
    let leading = (shifted - 0.5) * ln_1p(a / shifted) + a * (ln(sum) - 1.0);
    let rest = stirling_series(sum) - stirling_series(shifted);
    ln_gamma_1p(a) - (leading + rest - ln_1p(growth))
}

/// For the lanes that are asked for: by the methods of `special_beta`, each over the lanes that it is for.
#[inline(always)]
pub(super) fn tails<const W: usize>(
    shapes: &[Shapes; W],
    x: &[f64; W],
    y: &[f64; W],
    is_asked: &[bool; W],
) -> Tails<W> {
    /// The power series serves up to here, both in x and in b x.
    const NEAR: f64 = 0.7;
    let mut found = Tails::unknown();
    let (mut is_near, mut is_fraction) = ([false; W], [false; W]);
    let mut is_mirrored = [false; W];
    // the shapes and shares as seen from the end that the method starts from
    let (mut a, mut b, mut near, mut far) = ([1.0; W], [1.0; W], [0.5; W], [0.5; W]);
    let mut ln_beta = [0.0; W];
    for i in 0..W {
        let Shapes { a: this, b: other, .. } = shapes[i];
        found.weight[i] = shapes[i].weight(x[i], y[i]);
        let is_near_0 = (this <= 1.0) & (x[i] <= NEAR) & (other * x[i] <= NEAR);
        let is_near_1 = (other <= 1.0) & (y[i] <= NEAR) & (this * y[i] <= NEAR) & !is_near_0;
        let is_below =
            (other <= 1.0) | ((this > 1.0) & (x[i] * (other + 1.0) < y[i] * (this + 1.0)));
        is_near[i] = is_asked[i] & (is_near_0 | is_near_1);
        is_fraction[i] = is_asked[i] & !(is_near_0 | is_near_1);
        is_mirrored[i] = if is_near_0 | is_near_1 { is_near_1 } else { !is_below };
        a[i] = if is_mirrored[i] { other } else { this };
        b[i] = if is_mirrored[i] { this } else { other };
        near[i] = if is_mirrored[i] { y[i] } else { x[i] };
        far[i] = if is_mirrored[i] { x[i] } else { y[i] };
        ln_beta[i] = if is_mirrored[i] { shapes[i].ln_b_beta } else { shapes[i].ln_a_beta };
    }
    let (mut own, mut rest) = ([0.5; W], [0.5; W]);
    if any(&is_near) {
        let j = near_zero(&a, &b, &near, is_near);
        for i in 0..W {
            let exponent = a[i] * ln(near[i]) - ln_beta[i];
            let head = exp(exponent);
            own[i] = if is_near[i] { head * (1.0 + j[i]) } else { own[i] };
            rest[i] = if is_near[i] { -exp_m1(exponent) - head * j[i] } else { rest[i] };
        }
    }
    if any(&is_fraction) {
        let value = fraction(&a, &b, &near, &far, is_fraction);
        for i in 0..W {
            let part = found.weight[i] * value[i];
            own[i] = if is_fraction[i] { part } else { own[i] };
            rest[i] = if is_fraction[i] { 1.0 - part } else { rest[i] };
        }
    }
    for i in 0..W {
        found.lower[i] = if is_mirrored[i] { rest[i] } else { own[i] };
        found.upper[i] = if is_mirrored[i] { own[i] } else { rest[i] };
    }
    found
}

/// J = a Σ (1−b)ₙ xⁿ / ((a + n) n!) from n = 1, of I = x^a / (a B) · (1 + J).
#[inline(always)]
fn near_zero<const W: usize>(
    a: &[f64; W],
    b: &[f64; W],
    x: &[f64; W],
    mut goes_on: [bool; W],
) -> [f64; W] {
    let (mut sum, mut power) = ([0.0; W], [1.0; W]);
    let mut n = 1.0;
    while any(&goes_on) {
        for i in 0..W {
            power[i] *= (n - b[i]) * x[i] / n;
            let term = power[i] / (a[i] + n);
            // a lane that has settled keeps its bits
            sum[i] = if goes_on[i] { sum[i] + term } else { sum[i] };
            goes_on[i] &= term.abs() > 1e-18 * f64::abs(sum[i]);
        }
        n += 1.0;
    }
    for i in 0..W {
        sum[i] *= a[i];
    }
    sum
}

/// I_x(a, b) B(a, b) / (x^a y^b): DiDonato & Morris (1992), evaluated after Lentz (1976); see `special_beta`.
#[inline(always)]
fn fraction<const W: usize>(
    a: &[f64; W],
    b: &[f64; W],
    x: &[f64; W],
    y: &[f64; W],
    mut goes_on: [bool; W],
) -> [f64; W] {
    let (mut lambda, mut value) = ([0.0; W], [0.0; W]);
    let (mut c, mut d) = ([1e300; W], [0.0; W]);
    for i in 0..W {
        lambda[i] = a[i] * y[i] - b[i] * x[i];
        value[i] = (a[i] + 1.0) / (a[i] * (lambda[i] + 1.0));
        d[i] = value[i];
    }
    let mut n = 1.0;
    while any(&goes_on) {
        for i in 0..W {
            let odd = a[i] + (2.0 * n - 1.0);
            let next = odd + 2.0;
            // one division for both
            let inverse = 1.0 / (odd * next);
            let by_odd = next * inverse;
            let weight = n * (b[i] - n) * x[i] * by_odd;
            let numerator =
                weight * ((a[i] + (n - 1.0)) * (a[i] + b[i] + (n - 1.0)) * x[i] * by_odd);
            let part = (a[i] + n) * (odd * inverse);
            let denominator = n + weight + part * (lambda[i] + 1.0 + n * (1.0 + y[i]));
            d[i] = 1.0 / nonzero(denominator + numerator * d[i]);
            c[i] = nonzero(denominator + numerator / c[i]);
            let factor = c[i] * d[i];
            value[i] = if goes_on[i] { value[i] * factor } else { value[i] };
            goes_on[i] &= ((factor - 1.0).abs() >= 3e-16) & (n < 1e4);
        }
        n += 1.0;
    }
    value
}

/// The x with I_x(a, b) = u, and 1 − x, for u + q = 1.
///
/// Halley's method in s = ln(x / y) on ln I from the end where that is at most ½; it starts for shapes above 1 from
/// Abramowitz & Stegun 26.5.22, else from a normal law of s or the leading term of the power series.
#[inline(always)]
fn inverse<const W: usize>(
    a: &[f64; W],
    b: &[f64; W],
    u: &[f64; W],
    q: &[f64; W],
) -> ([f64; W], [f64; W]) {
    let mut shapes = [Shapes::PLAIN; W];
    let (mut tail, mut x, mut y) = ([0.5; W], [0.5; W], [0.5; W]);
    let (mut is_swapped, mut goes_on) = ([false; W], [false; W]);
    for i in 0..W {
        let is_ordinary = ORDINARY.contains(&a[i])
            & ORDINARY.contains(&b[i])
            & (u[i] > 0.0)
            & (q[i] > 0.0)
            & (u[i] < 1.0);
        goes_on[i] = is_ordinary;
        is_swapped[i] = u[i] > q[i];
        let this = if is_swapped[i] { b[i] } else { a[i] };
        let other = if is_swapped[i] { a[i] } else { b[i] };
        let (this, other) = if is_ordinary { (this, other) } else { (1.0, 1.0) };
        tail[i] = if is_swapped[i] { q[i] } else { u[i] };
        tail[i] = if is_ordinary { tail[i] } else { 0.5 };
        shapes[i] = Shapes::new(this, other);
        x[i] = start(shapes[i], ln(tail[i]));
        y[i] = 1.0 - x[i];
    }
    let is_ordinary = goes_on;
    for _ in 0..MOST_STEPS {
        if !any(&goes_on) {
            break;
        }
        let found = tails(&shapes, &x, &y, &goes_on);
        for i in 0..W {
            let Shapes { a, b, .. } = shapes[i];
            let slope = found.weight[i] / found.lower[i];
            let missing = ln_1p((found.lower[i] - tail[i]) / tail[i]);
            let newton = -missing / slope;
            let bend = 0.5 * newton * ((a * y[i] - b * x[i]) - slope);
            let is_smooth = bend.abs() < 0.5;
            let step = if is_smooth { newton / (1.0 + bend) } else { newton };
            let step = if step > 20.0 { 20.0 } else { step };
            let step = if step < -20.0 { -20.0 } else { step };
            let odds = x[i] / y[i] * exp(step);
            let total = 1.0 / (1.0 + odds);
            x[i] = if goes_on[i] { odds * total } else { x[i] };
            y[i] = if goes_on[i] { total } else { y[i] };
            let is_settled = (is_smooth & (missing.abs() < 1e-5)) | (missing.abs() < 1e-9);
            goes_on[i] &= !is_settled;
        }
    }
    let (mut below, mut above) = ([0.0; W], [0.0; W]);
    for i in 0..W {
        let is_found = is_ordinary[i] & !goes_on[i] & (x[i] > 0.0) & (y[i] > 0.0);
        let (near, far) = if is_swapped[i] { (y[i], x[i]) } else { (x[i], y[i]) };
        (below[i], above[i]) = if is_found { (near, far) } else { alone(a[i], b[i], u[i], q[i]) };
    }
    (below, above)
}

#[inline(always)]
fn start(shapes: Shapes, ln_tail: f64) -> f64 {
    let Shapes { a, b, .. } = shapes;
    let near = exp((ln_tail + shapes.ln_leading()) / a);
    let z = rough_normal(ln_tail);
    // both above 1: A&S 26.5.22
    let (p, r) = (1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0));
    let lambda = (z * z - 3.0) * (1.0 / 6.0);
    let h = 2.0 / (p + r);
    let w = z * (h + lambda).sqrt() / h - (r - p) * (lambda + 5.0 / 6.0 - 2.0 / (3.0 * h));
    let both = a / (a + b * exp(2.0 * w));
    // else, unless b ≤ 1: ln(X / Y) is roughly normal, with variance 1/a + 1/b
    let odds = a / b * exp(-z * (1.0 / a + 1.0 / b).sqrt());
    let rough = odds / (1.0 + odds);
    let one = if b <= 1.0 { a / (a + 1.0) } else { rough };
    let one = if b <= 1.0 {
        if near < one { near } else { one }
    } else if near > one {
        near
    } else {
        one
    };
    let is_both = (a > 1.0) & (b > 1.0) & (h + lambda > 0.0);
    let x = if is_both { both } else { one };
    // a start above the middle would lose digits of y
    let larger = if a > 1.0 { a } else { 1.0 };
    let most = larger / (larger + b);
    let x = if x > most { most } else { x };
    if x > 1e-300 { x } else { 1e-300 }
}

/// A lane that is out of the ordinary.
#[cold]
#[inline(never)]
fn alone(a: f64, b: f64, u: f64, q: f64) -> (f64, f64) {
    let is_shape = |x: f64| x > 0.0 && x < f64::INFINITY;
    if is_shape(a) && is_shape(b) && !u.is_nan() {
        beta_inverse(a, b, u, q)
    } else {
        (f64::NAN, f64::NAN)
    }
}
