//! Standard laws over lanes: both tails and the density at a place, and the place with given tails.
//!
//! Families are these, scaled, shifted or raised to a power (see [`family`](super::family)). A law between 0 and 1 is
//! told its place from both ends.

use crate::math::lanes::{self, Law, exp, exp_m1, ln, ln_1p};
use crate::math::simd::{Kernel, Path, SimdPath};
use crate::math::{atan, sqrt, tan};
use std::f64::consts::{FRAC_1_PI, PI};

/// A law without location and scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standard {
    Uniform,
    /// The mode at `a`, between 0 and 1.
    Triangular,
    Exponential,
    Logistic,
    Gumbel,
    /// Of the minimum: the logarithm of an exponential number.
    GumbelOfMinimum,
    Laplace,
    Cauchy,
    Normal,
    /// Shape `a`.
    Gamma,
    /// Shapes `a` and `b`.
    Beta,
    /// `a` degrees of freedom.
    StudentT,
    /// Mean 1, shape `a`.
    InverseGaussian,
}

/// P(X ≤ x), P(X > x) and the density.
pub(super) type Tails<const W: usize> = [[f64; W]; 3];

/// What is asked of a law, as kernels: windows and mixtures ask in many places, and the code of all
/// laws is long.
struct TailsOf<'a, const W: usize> {
    law: Standard,
    shapes: &'a [[f64; W]; 2],
    x: &'a [f64; W],
    rest: &'a [f64; W],
}

struct InverseOf<'a, const W: usize> {
    law: Standard,
    shapes: &'a [[f64; W]; 2],
    lower: &'a [f64; W],
    upper: &'a [f64; W],
}

impl<const W: usize> Kernel for TailsOf<'_, W> {
    type Output = Tails<W>;

    #[inline(always)]
    fn run<P: Path>(self, _: P) -> Tails<W> {
        self.law.tails_inline(self.shapes, self.x, self.rest)
    }
}

impl<const W: usize> Kernel for InverseOf<'_, W> {
    type Output = [[f64; W]; 2];

    #[inline(always)]
    fn run<P: Path>(self, _: P) -> [[f64; W]; 2] {
        self.law.inverse_inline(self.shapes, self.lower, self.upper)
    }
}

impl Standard {
    /// Both tails and the density at x; `rest` is 1 − x, where that means something.
    #[inline(always)]
    pub(super) fn tails<const W: usize>(
        self,
        path: SimdPath,
        shapes: &[[f64; W]; 2],
        x: &[f64; W],
        rest: &[f64; W],
    ) -> Tails<W> {
        path.run(TailsOf { law: self, shapes, x, rest })
    }

    /// The place with these tails, which add up to 1, by the smaller; and 1 less it for laws between 0 and 1.
    #[inline(always)]
    pub(super) fn inverse<const W: usize>(
        self,
        path: SimdPath,
        shapes: &[[f64; W]; 2],
        lower: &[f64; W],
        upper: &[f64; W],
    ) -> [[f64; W]; 2] {
        path.run(InverseOf { law: self, shapes, lower, upper })
    }

    #[inline(always)]
    fn tails_inline<const W: usize>(
        self,
        [a, b]: &[[f64; W]; 2],
        x: &[f64; W],
        rest: &[f64; W],
    ) -> Tails<W> {
        match self {
            Standard::Gamma => lanes::Gamma::tails(a, b, x, rest),
            Standard::Beta => lanes::Beta::tails(a, b, x, rest),
            Standard::StudentT => lanes::StudentT::tails(a, b, x, rest),
            Standard::InverseGaussian => lanes::InverseGaussian::tails(a, b, x, rest),
            Standard::Normal => lanes::Normal::tails(a, b, x, rest),
            Standard::Uniform => each(x, rest, a, |x, rest, _| {
                (
                    within_unit(x),
                    within_unit(rest),
                    if (x >= 0.0) & (rest >= 0.0) { 1.0 } else { 0.0 },
                )
            }),
            Standard::Triangular => each(x, rest, a, |x, rest, mode| {
                let (x, rest) = (within_unit(x), within_unit(rest));
                let left = if x > 0.0 { x / mode } else { 0.0 };
                let right = if rest > 0.0 { rest / (1.0 - mode) } else { 0.0 };
                let is_left = x < mode;
                let (up, down) = (x * left, rest * right);
                let density = 2.0 * if is_left { left } else { right };
                let lower = if is_left { up } else { 1.0 - down };
                (lower, if is_left { 1.0 - up } else { down }, density)
            }),
            Standard::Exponential => each(x, rest, a, |x, _, _| {
                let distance = if x > 0.0 { x } else { 0.0 };
                let upper = exp(-distance);
                let upper = if x == f64::INFINITY { 0.0 } else { upper };
                (-exp_m1(-distance), upper, if x >= 0.0 { upper } else { 0.0 })
            }),
            Standard::Logistic => each(x, rest, a, |x, _, _| {
                let e = exp(-x.abs());
                let (near, far) = (e / (1.0 + e), 1.0 / (1.0 + e));
                (if x < 0.0 { near } else { far }, if x < 0.0 { far } else { near }, near * far)
            }),
            Standard::Gumbel => each(x, rest, a, |x, _, _| {
                let g = exp(-x);
                let lower = exp(-g);
                (lower, -exp_m1(-g), if g < 700.0 { g * lower } else { 0.0 })
            }),
            Standard::GumbelOfMinimum => each(x, rest, a, |x, _, _| {
                let g = exp(x);
                let upper = exp(-g);
                (-exp_m1(-g), upper, if g < 700.0 { g * upper } else { 0.0 })
            }),
            Standard::Laplace => each(x, rest, a, |x, _, _| {
                let near = 0.5 * exp(-x.abs());
                (
                    if x < 0.0 { near } else { 1.0 - near },
                    if x < 0.0 { 1.0 - near } else { near },
                    near,
                )
            }),
            Standard::Cauchy => each(x, rest, a, |x, _, _| {
                let near = atan(1.0 / x.abs()) * FRAC_1_PI;
                let density = FRAC_1_PI / (1.0 + x * x);
                (
                    if x < 0.0 { near } else { 1.0 - near },
                    if x < 0.0 { 1.0 - near } else { near },
                    density,
                )
            }),
        }
    }

    #[inline(always)]
    fn inverse_inline<const W: usize>(
        self,
        [a, b]: &[[f64; W]; 2],
        lower: &[f64; W],
        upper: &[f64; W],
    ) -> [[f64; W]; 2] {
        match self {
            Standard::Gamma => lanes::Gamma::inverse(a, b, lower, upper),
            Standard::Beta => lanes::Beta::inverse(a, b, lower, upper),
            Standard::StudentT => lanes::StudentT::inverse(a, b, lower, upper),
            Standard::InverseGaussian => lanes::InverseGaussian::inverse(a, b, lower, upper),
            Standard::Normal => lanes::Normal::inverse(a, b, lower, upper),
            Standard::Uniform => [*lower, *upper],
            Standard::Triangular => {
                let (mut x, mut rest) = ([0.0; W], [0.0; W]);
                for i in 0..W {
                    let (up, down) = (sqrt(lower[i] * a[i]), sqrt(upper[i] * (1.0 - a[i])));
                    let is_left = lower[i] < a[i];
                    x[i] = if is_left { up } else { 1.0 - down };
                    rest[i] = if is_left { 1.0 - up } else { down };
                }
                [x, rest]
            }
            Standard::Exponential => by_tails(lower, upper, |lower, upper| -ln_of(upper, lower)),
            Standard::Logistic => by_tails(lower, upper, |lower, upper| ln(lower / upper)),
            Standard::Gumbel => by_tails(lower, upper, |lower, upper| -ln(-ln_of(lower, upper))),
            Standard::GumbelOfMinimum => {
                by_tails(lower, upper, |lower, upper| ln(-ln_of(upper, lower)))
            }
            Standard::Laplace => by_tails(lower, upper, |lower, upper| {
                let distance = -ln(2.0 * if lower <= upper { lower } else { upper });
                if lower <= upper { -distance } else { distance }
            }),
            Standard::Cauchy => by_tails(lower, upper, |lower, upper| {
                let size = 1.0 / tan(PI * if lower <= upper { lower } else { upper });
                if lower <= upper { -size } else { size }
            }),
        }
    }
}

/// The logarithm of a probability, of which 1 less it is known too.
#[inline(always)]
fn ln_of(p: f64, q: f64) -> f64 {
    let (near, far) = (ln_1p(-q), ln(p));
    if q < 0.5 { near } else { far }
}

#[inline(always)]
fn within_unit(x: f64) -> f64 {
    let x = if x < 0.0 { 0.0 } else { x };
    if x > 1.0 { 1.0 } else { x }
}

#[inline(always)]
fn each<const W: usize>(
    x: &[f64; W],
    rest: &[f64; W],
    a: &[f64; W],
    f: impl Fn(f64, f64, f64) -> (f64, f64, f64),
) -> Tails<W> {
    let mut all = [[0.0; W]; 3];
    for i in 0..W {
        (all[0][i], all[1][i], all[2][i]) = f(x[i], rest[i], a[i]);
    }
    all
}

#[inline(always)]
fn by_tails<const W: usize>(
    lower: &[f64; W],
    upper: &[f64; W],
    f: impl Fn(f64, f64) -> f64,
) -> [[f64; W]; 2] {
    let mut x = [0.0; W];
    for i in 0..W {
        x[i] = f(lower[i], upper[i]);
    }
    [x, [0.0; W]]
}
