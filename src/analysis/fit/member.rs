//! The families that are fitted, as data: parameters, where their values lie, logarithm of the density, first guess.
//!
//! Guesses are for standardized data: median 0 and interquartile range 1.349 on the whole line, geometric mean 1 above 0.
//! Estimators in closed form are those of N. L. Johnson, S. Kotz and N. Balakrishnan, Continuous Univariate
//! Distributions, 1994 and 1995; the gamma's first guess is T. Minka's (Estimating a Gamma distribution, 2002).

use std::f64::consts::{LN_2, PI};

use super::ends;
use super::estimator::{mean, mean_of, quantile};
use crate::distribution::Family;
use crate::math::special::{ln_beta, ln_gamma};
use crate::math::{exp, ln, ln_1p};

/// How a parameter moves with the data, and in which coordinate it is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coordinate {
    /// A place, measured as the data are.
    Location,
    /// A length, measured as the data are; estimated by its logarithm.
    Scale,
    /// A plain positive number; estimated by its logarithm.
    Shape,
    /// Any plain number.
    Real,
    /// The logarithm of a place.
    LogLocation,
}

impl Coordinate {
    /// Whether a parameter is estimated by its logarithm.
    pub fn is_positive(self) -> bool {
        match self {
            Scale | Shape => true,
            Location | Real | LogLocation => false,
        }
    }

    /// Whether a parameter has the unit of the data.
    pub fn is_quantity(self) -> bool {
        match self {
            Location | Scale => true,
            Shape | Real | LogLocation => false,
        }
    }
}

/// Where the values of a family lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Domain {
    /// Anywhere.
    Line,
    /// At 0 or above.
    FromZero,
    /// Above 0.
    Positive,
    /// Above 0, of plain numbers: the family has no scale.
    Plain,
    /// Above 0 and below 1.
    Unit,
}

/// A parameter and its standard error, where it has one.
pub(super) type WithError = (f64, Option<f64>);

/// Where the estimates come from. Functions take standardized ascending data, or a mean log-density.
#[derive(Clone, Copy)]
pub(super) enum Estimator {
    /// They have a formula, and the likelihood is regular.
    Closed(fn(&[f64]) -> Vec<f64>),
    /// The maximum near this guess.
    Search(fn(&[f64]) -> Vec<f64>),
    /// They are found of the data as they are, with their errors where they have some; `None` where there are none.
    Irregular(fn(&[f64]) -> Option<Vec<WithError>>),
}

/// A family that can be fitted.
pub struct Member {
    /// Its name in the language.
    pub name: &'static str,
    pub(super) family: Family,
    /// Which of the family's ways to be called has these parameters.
    pub(super) form: usize,
    pub(super) parameters: &'static [(&'static str, Coordinate)],
    pub(super) domain: Domain,
    pub(super) estimator: Estimator,
    /// ln f of the parameters and a value of the domain.
    pub(super) ln_density: fn(&[f64], f64) -> f64,
}

use Coordinate::{Location, LogLocation, Real, Scale, Shape};
use Domain::{FromZero, Line, Plain, Positive, Unit};
use Estimator::{Closed, Irregular, Search};

/// ln √(2π).
const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;
/// Interquartile ranges for scale 1.
const GUMBEL_RANGE: f64 = 1.572_5;
const LOGISTIC_RANGE: f64 = 2.197_2;
/// −ln ln 2: the median of the standard Gumbel.
const GUMBEL_MEDIAN: f64 = 0.366_5;

impl Member {
    /// All of them, in the order of the manual.
    pub const ALL: &'static [Member] = &[
        Member {
            name: "normal",
            family: Family::Normal,
            form: 0,
            parameters: &[("mean", Location), ("sd", Scale)],
            domain: Line,
            estimator: Closed(|z| {
                let center = mean(z);
                vec![center, libm::sqrt(mean_of(z, |x| (x - center) * (x - center)))]
            }),
            ln_density: |p, x| normal((x - p[0]) / p[1]) - ln(p[1]),
        },
        Member {
            name: "lognormal",
            family: Family::LogNormal,
            form: 1,
            parameters: &[("mu", LogLocation), ("sigma", Shape)],
            domain: Positive,
            estimator: Closed(|z| {
                let center = mean_of(z, ln);
                let spread = mean_of(z, |x| (ln(x) - center) * (ln(x) - center));
                vec![center, libm::sqrt(spread)]
            }),
            ln_density: |p, x| normal((ln(x) - p[0]) / p[1]) - ln(p[1]) - ln(x),
        },
        Member {
            name: "exponential",
            family: Family::Exponential,
            form: 0,
            parameters: &[("mean", Scale)],
            domain: FromZero,
            estimator: Closed(|z| vec![mean(z)]),
            ln_density: |p, x| -x / p[0] - ln(p[0]),
        },
        Member {
            name: "gamma",
            family: Family::Gamma,
            form: 0,
            parameters: &[("shape", Shape), ("scale", Scale)],
            domain: Positive,
            estimator: Search(|z| {
                let center = mean(z);
                let s = ln(center) - mean_of(z, ln);
                let shape = (3.0 - s + libm::sqrt((s - 3.0) * (s - 3.0) + 24.0 * s)) / (12.0 * s);
                vec![shape, center / shape]
            }),
            ln_density: |p, x| (p[0] - 1.0) * ln(x / p[1]) - x / p[1] - ln_gamma(p[0]) - ln(p[1]),
        },
        Member {
            name: "weibull",
            family: Family::Weibull,
            form: 0,
            parameters: &[("shape", Shape), ("scale", Scale)],
            domain: Positive,
            estimator: Search(|z| {
                let shape = GUMBEL_RANGE / log_range(z);
                vec![shape, quantile(z, 0.5) * exp(GUMBEL_MEDIAN / shape)]
            }),
            ln_density: |p, x| {
                let y = ln(x / p[1]);
                ln(p[0]) - ln(p[1]) + (p[0] - 1.0) * y - exp(p[0] * y)
            },
        },
        Member {
            name: "rayleigh",
            family: Family::Rayleigh,
            form: 0,
            parameters: &[("scale", Scale)],
            domain: Positive,
            estimator: Closed(|z| vec![libm::sqrt(mean_of(z, |x| x * x) / 2.0)]),
            ln_density: |p, x| ln(x) - 2.0 * ln(p[0]) - (x / p[0]) * (x / p[0]) / 2.0,
        },
        Member {
            name: "inverse_gaussian",
            family: Family::InverseGaussian,
            form: 0,
            parameters: &[("mean", Scale), ("shape", Scale)],
            domain: Positive,
            estimator: Closed(|z| {
                let center = mean(z);
                let spread = mean_of(z, |x| {
                    let gap = (x - center) / center;
                    gap * gap / x
                });
                vec![center, 1.0 / spread]
            }),
            ln_density: |p, x| {
                let gap = (x - p[0]) / p[0];
                (ln(p[1]) - 3.0 * ln(x)) / 2.0 - LN_SQRT_2PI - p[1] * gap * gap / (2.0 * x)
            },
        },
        Member {
            name: "loglogistic",
            family: Family::LogLogistic,
            form: 0,
            parameters: &[("scale", Scale), ("shape", Shape)],
            domain: Positive,
            estimator: Search(|z| vec![quantile(z, 0.5), LOGISTIC_RANGE / log_range(z)]),
            ln_density: |p, x| logistic(p[1] * ln(x / p[0])) + ln(p[1]) - ln(x),
        },
        Member {
            name: "pareto",
            family: Family::Pareto,
            form: 0,
            parameters: &[("scale", Scale), ("shape", Shape)],
            domain: Positive,
            estimator: Irregular(|x| {
                let shape = 1.0 / mean_of(x, |value| ln(value / x[0]));
                Some(vec![(x[0], None), (shape, Some(shape / root(x)))])
            }),
            ln_density: |p, x| ln(p[1]) - ln(x) - p[1] * ln(x / p[0]),
        },
        Member {
            name: "logistic",
            family: Family::Logistic,
            form: 0,
            parameters: &[("location", Location), ("scale", Scale)],
            domain: Line,
            estimator: Search(|z| vec![quantile(z, 0.5), range(z) / LOGISTIC_RANGE]),
            ln_density: |p, x| logistic((x - p[0]) / p[1]) - ln(p[1]),
        },
        Member {
            name: "laplace",
            family: Family::Laplace,
            form: 0,
            parameters: &[("location", Location), ("scale", Scale)],
            domain: Line,
            // Its density has a corner: errors are those of the expected information, 1/scale² for both.
            estimator: Irregular(|x| {
                let median = quantile(x, 0.5);
                let scale = mean_of(x, |value| (value - median).abs());
                Some(vec![(median, Some(scale / root(x))), (scale, Some(scale / root(x)))])
            }),
            ln_density: |p, x| -((x - p[0]) / p[1]).abs() - ln(p[1]) - LN_2,
        },
        Member {
            name: "cauchy",
            family: Family::Cauchy,
            form: 0,
            parameters: &[("location", Location), ("scale", Scale)],
            domain: Line,
            estimator: Search(|z| vec![quantile(z, 0.5), range(z) / 2.0]),
            ln_density: |p, x| {
                let z = (x - p[0]) / p[1];
                -ln_1p(z * z) - ln(PI * p[1])
            },
        },
        Member {
            name: "student_t",
            family: Family::StudentT,
            form: 0,
            parameters: &[("df", Shape), ("location", Location), ("scale", Scale)],
            domain: Line,
            estimator: Search(|z| vec![5.0, quantile(z, 0.5), range(z) / 1.45]),
            ln_density: |p, x| {
                let z = (x - p[1]) / p[2];
                -ln_beta(0.5, p[0] / 2.0)
                    - ln(p[0]) / 2.0
                    - ln(p[2])
                    - (p[0] + 1.0) / 2.0 * ln_1p(z * z / p[0])
            },
        },
        Member {
            name: "gumbel",
            family: Family::Gumbel,
            form: 0,
            parameters: &[("location", Location), ("scale", Scale)],
            domain: Line,
            estimator: Search(gumbel_guess),
            ln_density: |p, x| gumbel((x - p[0]) / p[1]) - ln(p[1]),
        },
        Member {
            name: "frechet",
            family: Family::Frechet,
            form: 0,
            parameters: &[("shape", Shape), ("scale", Scale)],
            domain: Positive,
            estimator: Search(|z| {
                let shape = GUMBEL_RANGE / log_range(z);
                vec![shape, quantile(z, 0.5) * exp(-GUMBEL_MEDIAN / shape)]
            }),
            ln_density: |p, x| gumbel(p[0] * ln(x / p[1])) + ln(p[0]) - ln(x),
        },
        Member {
            name: "gev",
            family: Family::Gev,
            form: 0,
            parameters: &[("location", Location), ("scale", Scale), ("shape", Real)],
            domain: Line,
            estimator: Search(|z| {
                let guess = gumbel_guess(z);
                vec![guess[0], guess[1], 0.0]
            }),
            ln_density: |p, x| gev((x - p[0]) / p[1], p[2]) - ln(p[1]),
        },
        Member {
            name: "beta",
            family: Family::Beta,
            form: 0,
            parameters: &[("alpha", Shape), ("beta", Shape)],
            domain: Unit,
            estimator: Search(|z| {
                let center = mean(z);
                let variance = mean_of(z, |x| (x - center) * (x - center));
                let total = (center * (1.0 - center) / variance - 1.0).max(0.1);
                vec![center * total, (1.0 - center) * total]
            }),
            ln_density: |p, x| {
                (p[0] - 1.0) * ln(x) + (p[1] - 1.0) * ln_1p(-x) - ln_beta(p[0], p[1])
            },
        },
        Member {
            name: "chi_square",
            family: Family::ChiSquare,
            form: 0,
            parameters: &[("df", Shape)],
            domain: Plain,
            estimator: Search(|x| vec![mean(x)]),
            ln_density: |p, x| {
                let half = p[0] / 2.0;
                (half - 1.0) * ln(x) - x / 2.0 - half * LN_2 - ln_gamma(half)
            },
        },
        Member {
            name: "kumaraswamy",
            family: Family::Kumaraswamy,
            form: 0,
            parameters: &[("a", Shape), ("b", Shape)],
            domain: Unit,
            estimator: Search(|z| {
                // The median of x^a is 1 − 2^(−1/b): of a = 1 it gives b.
                let b = -LN_2 / ln_1p(-quantile(z, 0.5));
                vec![1.0, b.clamp(0.1, 100.0)]
            }),
            ln_density: |p, x| {
                let y = p[0] * ln(x);
                ln(p[0]) + ln(p[1]) + y - ln(x) + (p[1] - 1.0) * ln(-libm::expm1(y))
            },
        },
        Member {
            name: "triangular",
            family: Family::Triangular,
            form: 0,
            parameters: &[("low", Location), ("mode", Location), ("high", Location)],
            domain: Line,
            estimator: Irregular(ends::triangular),
            ln_density: ends::ln_triangular,
        },
        Member {
            name: "pert",
            family: Family::Pert,
            form: 0,
            parameters: &[("low", Location), ("mode", Location), ("high", Location)],
            domain: Line,
            estimator: Irregular(ends::pert),
            ln_density: ends::ln_pert,
        },
        Member {
            name: "uniform",
            family: Family::Uniform,
            form: 0,
            parameters: &[("low", Location), ("high", Location)],
            domain: Line,
            estimator: Irregular(|x| Some(vec![(x[0], None), (x[x.len() - 1], None)])),
            ln_density: |p, _| -ln(p[1] - p[0]),
        },
    ];
}

fn root(x: &[f64]) -> f64 {
    libm::sqrt(x.len() as f64)
}

fn normal(z: f64) -> f64 {
    -z * z / 2.0 - LN_SQRT_2PI
}

fn logistic(z: f64) -> f64 {
    -z.abs() - 2.0 * ln_1p(exp(-z.abs()))
}

fn gumbel(z: f64) -> f64 {
    -z - exp(-z)
}

/// With y = ln(1 + ξz)/ξ, which is z for a shape ξ of 0; −∞ beyond the end of the support.
fn gev(z: f64, shape: f64) -> f64 {
    /// Below, the series is exact.
    const FLAT: f64 = 1e-8;
    let inside = 1.0 + shape * z;
    if inside <= 0.0 {
        return f64::NEG_INFINITY;
    }
    let y = if shape.abs() < FLAT { z - shape * z * z / 2.0 } else { ln_1p(shape * z) / shape };
    -(1.0 + shape) * y - exp(-y)
}

fn gumbel_guess(z: &[f64]) -> Vec<f64> {
    let scale = range(z) / GUMBEL_RANGE;
    vec![quantile(z, 0.5) - GUMBEL_MEDIAN * scale, scale]
}

/// The interquartile range, or where that is 0 a length of the same kind.
fn range(z: &[f64]) -> f64 {
    let range = quantile(z, 0.75) - quantile(z, 0.25);
    if range > 0.0 { range } else { (z[z.len() - 1] - z[0]) / 4.0 }
}

/// That of the logarithm.
fn log_range(z: &[f64]) -> f64 {
    let range = ln(quantile(z, 0.75) / quantile(z, 0.25));
    if range > 0.0 { range } else { ln(z[z.len() - 1] / z[0]) / 4.0 }
}
