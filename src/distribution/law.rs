//! What every distribution answers, as one trait: the seam between a family's file and [`Distribution`].
//!
//! [`Distribution`] deals with arguments outside the support and probabilities outside (0, 1), so that a law is asked
//! only about what lies inside.
//!
//! [`Distribution`]: super::Distribution

use super::Kind;
use crate::math::whole::first_whole;

/// A probability law on the real line.
pub(super) trait Law {
    /// The smallest and the largest value (either may be infinite).
    fn support(&self) -> (f64, f64);
    /// P(X ≤ x), for x inside the support.
    fn cdf(&self, x: f64) -> f64;
    /// P(X > x), for x inside the support, accurate where it is small.
    fn sf(&self, x: f64) -> f64;
    /// Density of the continuous part at x inside the support; may be infinite at its ends.
    fn pdf(&self, x: f64) -> f64;
    /// The smallest x with cdf(x) ≥ u, for 0 < u < 1.
    fn quantile(&self, u: f64) -> f64;
    /// The smallest x with sf(x) ≤ q, for 0 < q < 1, accurate where q is small.
    fn quantile_upper(&self, q: f64) -> f64;
    /// Expectation, where it exists.
    fn mean(&self) -> Option<f64>;
    /// Standard deviation, where it exists.
    fn sd(&self) -> Option<f64>;

    /// P(X < x).
    fn cdf_below(&self, x: f64) -> f64 {
        self.cdf(x)
    }
    /// P(X ≥ x).
    fn sf_from(&self, x: f64) -> f64 {
        self.sf(x)
    }
    /// Whether it has a density, atoms, or both.
    fn kind(&self) -> Kind {
        Kind::Continuous
    }
    /// The number that a plan would use, where the law was declared around one.
    fn planned(&self) -> Option<f64> {
        None
    }
}

/// A law on whole numbers: what it must say for itself; the rest of [`Law`] follows.
pub(super) trait WholeLaw {
    /// The smallest and the largest value (either may be infinite).
    fn support(&self) -> (f64, f64);
    /// P(X ≤ k) for a whole k inside the support.
    fn cdf_at(&self, k: f64) -> f64;
    /// P(X > k) for a whole k inside the support.
    fn sf_at(&self, k: f64) -> f64;
    /// Where to start to look for the quantile: u with its complement.
    fn guess(&self, u: f64, q: f64) -> f64;
    /// Expectation.
    fn mean(&self) -> f64;
    /// Standard deviation.
    fn sd(&self) -> f64;
}

impl<T: WholeLaw> Law for T {
    fn support(&self) -> (f64, f64) {
        WholeLaw::support(self)
    }
    fn cdf(&self, x: f64) -> f64 {
        self.cdf_at(libm::floor(x))
    }
    fn sf(&self, x: f64) -> f64 {
        self.sf_at(libm::floor(x))
    }
    fn pdf(&self, _x: f64) -> f64 {
        0.0
    }
    fn quantile(&self, u: f64) -> f64 {
        first_whole(self.guess(u, 1.0 - u), WholeLaw::support(self), |k| self.cdf_at(k) >= u)
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        first_whole(self.guess(1.0 - q, q), WholeLaw::support(self), |k| self.sf_at(k) <= q)
    }
    fn mean(&self) -> Option<f64> {
        Some(WholeLaw::mean(self))
    }
    fn sd(&self) -> Option<f64> {
        Some(WholeLaw::sd(self))
    }
    fn cdf_below(&self, x: f64) -> f64 {
        let k = libm::ceil(x) - 1.0;
        if k < WholeLaw::support(self).0 { 0.0 } else { self.cdf_at(k) }
    }
    fn sf_from(&self, x: f64) -> f64 {
        let k = libm::ceil(x) - 1.0;
        if k < WholeLaw::support(self).0 { 1.0 } else { self.sf_at(k) }
    }
    fn kind(&self) -> Kind {
        Kind::Discrete
    }
}
