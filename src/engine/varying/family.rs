//! Families over lanes: standard laws, scaled, shifted, raised to a power.

use super::standard::{Standard, Tails};
use crate::distribution::Family;
use crate::math::lanes::{exp, ln, ln_1p};
use crate::math::simd::SimdPath;
use crate::math::{norm_quantile, sqrt};

/// How the parameters of a part of a law are written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Written {
    /// As those of a family's form, whose first parameter has this name.
    Family(Family, &'static str),
    /// As the ends of a lognormal range that holds this probability.
    Range(f64),
}

/// A part of a law: a family, scaled and shifted perhaps. Its arguments are scale and shift, then those of the family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub(super) is_scaled: bool,
    pub(super) written: Written,
    pub(super) standard: Standard,
}

/// A law with its parameters, lane by lane.
pub(super) struct Law<const W: usize> {
    path: SimdPath,
    standard: Standard,
    shapes: [[f64; W]; 2],
    /// Whether location and scale are those of the logarithm.
    is_log: bool,
    location: [f64; W],
    scale: [f64; W],
    /// The upper end of a law between two ends.
    end: [f64; W],
    /// What the whole is multiplied by, and what is added.
    factor: [f64; W],
    shift: [f64; W],
    /// Whether the parameters are possible and leave it some spread.
    pub(super) is_possible: [bool; W],
}

impl Written {
    /// The law behind it; `None` where none is known.
    pub(super) fn standard(self) -> Option<Standard> {
        let Written::Family(family, first) = self else { return Some(Standard::Normal) };
        Some(match (family, first) {
            (Family::Uniform, _) => Standard::Uniform,
            (Family::Triangular, _) => Standard::Triangular,
            (Family::Pert | Family::Beta, _) => Standard::Beta,
            (Family::Gamma | Family::ChiSquare, _) => Standard::Gamma,
            (Family::InverseGaussian, _) => Standard::InverseGaussian,
            (Family::StudentT, _) => Standard::StudentT,
            (Family::Exponential, "mean") | (Family::Pareto, _) => Standard::Exponential,
            (Family::Weibull | Family::Rayleigh, _) => Standard::GumbelOfMinimum,
            (Family::Logistic | Family::LogLogistic, _) => Standard::Logistic,
            (Family::Gumbel | Family::Frechet, _) => Standard::Gumbel,
            (Family::Cauchy, _) => Standard::Cauchy,
            (Family::Laplace, _) => Standard::Laplace,
            (Family::Normal, "mean") | (Family::LogNormal, "mean" | "mu") => Standard::Normal,
            _ => return None,
        })
    }

    /// The law with these arguments.
    #[inline(always)]
    fn law<const W: usize>(
        self,
        path: SimdPath,
        standard: Standard,
        arguments: &[[f64; W]],
    ) -> Law<W> {
        let mut law = Law {
            path,
            standard,
            shapes: [[1.0; W]; 2],
            is_log: false,
            location: [0.0; W],
            scale: [1.0; W],
            end: [f64::INFINITY; W],
            factor: [1.0; W],
            shift: [0.0; W],
            is_possible: [true; W],
        };
        let (family, first) = match self {
            Written::Family(family, first) => (family, first),
            Written::Range(level) => {
                law.range([&arguments[0], &arguments[1]], 2.0 * norm_quantile(0.5 + 0.5 * level));
                law.settle();
                return law;
            }
        };
        // some take fewer
        let [p, q, r, s] = [0, 1, 2, 3].map(|index| arguments.get(index).unwrap_or(&[0.0; W]));
        match (family, first) {
            (Family::Uniform, _) => law.between(p, q),
            (Family::Triangular, _) => {
                law.between(p, r);
                for i in 0..W {
                    law.shapes[0][i] = (q[i] - p[i]) / law.scale[i];
                    law.is_possible[i] &= (p[i] <= q[i]) & (q[i] <= r[i]);
                }
            }
            (Family::Pert, _) => {
                law.between(p, r);
                for i in 0..W {
                    let (low, mode, high) = (p[i], q[i], r[i]);
                    let weight = s[i] / law.scale[i];
                    law.shapes[0][i] = 1.0 + weight * (mode - low);
                    law.shapes[1][i] = 1.0 + weight * (high - mode);
                    law.is_possible[i] &= (low <= mode) & (mode <= high) & (weight >= 0.0);
                }
            }
            (Family::Beta, _) => {
                law.between(r, s);
                law.shapes = [*p, *q];
            }
            (Family::Gamma, _) => (law.shapes[0], law.scale) = (*p, *q),
            (Family::ChiSquare, _) => {
                law.scale = [2.0; W];
                law.shapes[0] = p.map(|df| 0.5 * df);
            }
            (Family::InverseGaussian, _) => {
                law.scale = *p;
                for i in 0..W {
                    law.shapes[0][i] = q[i] / p[i];
                }
            }
            (Family::StudentT, _) => {
                (law.shapes[0], law.location) = (*p, *q);
                law.scale = *r;
            }
            (Family::Exponential, _) => law.scale = *p,
            (Family::Weibull | Family::Frechet, _) => law.power(q, p),
            (Family::Pareto | Family::LogLogistic, _) => law.power(p, q),
            (Family::Rayleigh, _) => {
                let mut scale = [0.0; W];
                for i in 0..W {
                    scale[i] = p[i] * std::f64::consts::SQRT_2;
                }
                law.power(&scale, &[2.0; W]);
            }
            (Family::LogNormal, "mean") => {
                law.is_log = true;
                for i in 0..W {
                    let (mean, ratio) = (p[i], q[i] / p[i]);
                    let variance = ln_1p(ratio * ratio);
                    law.is_possible[i] = (mean > 0.0) & (q[i] > 0.0);
                    law.location[i] = ln(mean) - 0.5 * variance;
                    law.scale[i] = sqrt(variance);
                }
            }
            _ => {
                law.is_log = family == Family::LogNormal;
                (law.location, law.scale) = (*p, *q);
            }
        }
        law.settle();
        law
    }
}

impl Part {
    /// The law with these arguments.
    #[inline(always)]
    pub(super) fn law<const W: usize>(&self, path: SimdPath, arguments: &[[f64; W]]) -> Law<W> {
        let (outer, arguments) = arguments.split_at(if self.is_scaled { 2 } else { 0 });
        let mut law = self.written.law(path, self.standard, arguments);
        if let [factor, shift] = outer {
            (law.factor, law.shift) = (*factor, *shift);
            for i in 0..W {
                law.is_possible[i] &= (factor[i] > 0.0)
                    & (factor[i] < f64::INFINITY)
                    & (shift[i].abs() < f64::INFINITY);
            }
        }
        law
    }
}

impl<const W: usize> Law<W> {
    /// A law between two ends.
    #[inline(always)]
    fn between(&mut self, low: &[f64; W], high: &[f64; W]) {
        (self.location, self.end) = (*low, *high);
        for i in 0..W {
            self.scale[i] = high[i] - low[i];
        }
    }

    /// The logarithm of the scale is the location, the reciprocal shape the scale.
    #[inline(always)]
    fn power(&mut self, scale: &[f64; W], shape: &[f64; W]) {
        self.is_log = true;
        for i in 0..W {
            self.is_possible[i] &= (scale[i] > 0.0) & (scale[i] < f64::INFINITY);
            self.location[i] = ln(scale[i]);
            self.scale[i] = 1.0 / shape[i];
        }
    }

    /// A lognormal law by two percentiles that lie `width` standard deviations apart, the median in the middle.
    #[inline(always)]
    fn range(&mut self, [from, to]: [&[f64; W]; 2], width: f64) {
        self.is_log = true;
        for i in 0..W {
            let (low, high) = (ln(from[i]), ln(to[i]));
            self.is_possible[i] = (from[i] > 0.0) & (to[i] < f64::INFINITY);
            self.location[i] = 0.5 * (low + high);
            self.scale[i] = (high - low) / width;
        }
    }

    /// Marks what is impossible or has no spread.
    #[inline(always)]
    fn settle(&mut self) {
        for i in 0..W {
            let are_shapes = (self.shapes[0][i] >= 0.0)
                & (self.shapes[0][i] < f64::INFINITY)
                & (self.shapes[1][i] > 0.0)
                & (self.shapes[1][i] < f64::INFINITY);
            let is_shape = (self.shapes[0][i] > 0.0) | (self.standard == Standard::Triangular);
            let is_scale = (self.scale[i] > 0.0) & (self.scale[i] < f64::INFINITY);
            self.is_possible[i] &=
                are_shapes & is_shape & is_scale & (self.location[i].abs() < f64::INFINITY);
        }
    }

    /// P(X ≤ x), P(X > x) and the density.
    #[inline(always)]
    pub(super) fn tails(&self, x: &[f64; W]) -> Tails<W> {
        let (mut place, mut rest) = ([0.0; W], [0.0; W]);
        for i in 0..W {
            let x = (x[i] - self.shift[i]) / self.factor[i];
            let log = ln(if x > 0.0 { x } else { 1.0 });
            let log = if x > 0.0 { log } else { f64::NEG_INFINITY };
            let log = if x == f64::INFINITY { x } else { log };
            let value = if self.is_log { log } else { x };
            place[i] = (value - self.location[i]) / self.scale[i];
            rest[i] = (self.end[i] - x) / self.scale[i];
        }
        let mut found = self.standard.tails(self.path, &self.shapes, &place, &rest);
        for i in 0..W {
            let distance = x[i] - self.shift[i];
            let by_log = self.scale[i] * distance;
            let stretch = if self.is_log { by_log } else { self.scale[i] * self.factor[i] };
            let is_below = self.is_log & (distance <= 0.0);
            found[2][i] = if is_below { 0.0 } else { found[2][i] / stretch };
        }
        found
    }

    /// The value with these tails, which add up to 1.
    #[inline(always)]
    pub(super) fn inverse(&self, lower: &[f64; W], upper: &[f64; W]) -> [f64; W] {
        let [place, rest] = self.standard.inverse(self.path, &self.shapes, lower, upper);
        let mut x = [0.0; W];
        for i in 0..W {
            let from_below = self.location[i] + self.scale[i] * place[i];
            let from_above = self.end[i] - self.scale[i] * rest[i];
            let is_nearer_above = (self.end[i] < f64::INFINITY) & (place[i] > 0.5);
            let value = if is_nearer_above { from_above } else { from_below };
            let value = if self.is_log { exp(value) } else { value };
            x[i] = self.factor[i] * value + self.shift[i];
        }
        x
    }
}
