//! A distribution given that it lies in a window: true truncation, renormalised.
//!
//! The quantile goes through the inner one on the same uniform, by whichever tail is smaller; relative accuracy is
//! therefore that of the inner probability, not of the distance to the window's end.

use super::constant::Constant;
use super::law::Law;
use super::parameter::ParameterError;
use super::{Distribution, Kind, affine, mixture, quadrature};

/// `inner` given low ≤ inner ≤ high.
#[derive(Debug, Clone, PartialEq)]
pub struct Truncated {
    inner: Distribution,
    low: f64,
    high: f64,
    /// P(inner < low).
    below: f64,
    /// P(inner > high).
    above: f64,
    /// P(low ≤ inner ≤ high), positive.
    mass: f64,
}

/// Discrete laws with more atoms than this have their moments integrated like continuous ones.
const MOST_ATOMS: usize = 100_000;

impl Truncated {
    pub(super) fn build(
        inner: Distribution,
        low: Option<f64>,
        high: Option<f64>,
    ) -> Result<Distribution, ParameterError> {
        for (index, name, bound) in [(1, "low", low), (2, "high", high)] {
            if bound.is_some_and(f64::is_nan) {
                return Err(ParameterError::new(index, format!("`{name}` must be a number")));
            }
        }
        let (bottom, top) = inner.support();
        let given = (low, high);
        let low = low.unwrap_or(f64::NEG_INFINITY).max(bottom);
        let high = high.unwrap_or(f64::INFINITY).min(top);
        if low == bottom && high == top {
            return Ok(inner);
        }
        let (low, high) = if inner.kind() == Kind::Discrete {
            cut_to_atoms(&inner, low, high)
        } else {
            (low, high)
        };
        let mass = window_mass(&inner, low, high);
        if mass <= 0.0 || mass.is_nan() {
            let (from, _) = given;
            if let (Some(from), Some(to)) = given
                && from > to
            {
                let message = format!("`low` must not exceed `high`, but {from} is above {to}");
                return Err(ParameterError::new(1, message));
            }
            let is_low = from.is_some_and(|from| from > bottom);
            let message = "nothing of the distribution lies within the bounds";
            let error = ParameterError::new(if is_low { 1 } else { 2 }, message);
            return Err(match (bottom.is_finite(), top.is_finite()) {
                (true, true) => {
                    error.with_help(format!("its values lie between {bottom} and {top}"))
                }
                (true, false) => error.with_help(format!("its values lie above {bottom}")),
                (false, true) => error.with_help(format!("its values lie below {top}")),
                (false, false) => error,
            });
        }
        if low == high {
            return Ok(Constant::of(low));
        }
        let (below, above) = (inner.cdf_below(low), inner.sf(high));
        Ok(Distribution::Truncated(Box::new(Truncated { inner, low, high, below, above, mass })))
    }

    /// What is truncated.
    pub fn inner(&self) -> &Distribution {
        &self.inner
    }

    /// The window, cut to the support of the inner distribution.
    pub fn window(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// P(low ≤ inner ≤ high).
    pub fn mass(&self) -> f64 {
        self.mass
    }

    /// The inner quantile at these tails, of which the smaller one counts.
    fn invert(&self, lower: f64, upper: f64) -> f64 {
        let x = if lower <= upper {
            self.inner.quantile(lower)
        } else {
            self.inner.quantile_upper(upper)
        };
        x.max(self.low).min(self.high)
    }

    /// The first atom at which the probability is reached: `x` or, where rounding has missed it, a neighbor.
    fn settle(&self, mut x: f64, is_reached: impl Fn(f64) -> bool) -> f64 {
        if self.inner.kind() != Kind::Discrete {
            return x;
        }
        while x < self.high && !is_reached(x) {
            x = self.inner.next_atom(x, self.inner.cdf(x), self.inner.sf(x));
        }
        while x > self.low {
            let previous = self.inner.atom_at(self.inner.cdf_below(x), self.inner.sf_from(x));
            if !is_reached(previous) {
                break;
            }
            x = previous;
        }
        x
    }

    /// The same law with the truncation moved inside, where that has closed moments.
    fn pushed_inside(&self) -> Option<Distribution> {
        if let Distribution::Mixture(mixture) = &self.inner {
            let parts = mixture.components().iter().filter_map(|(p, component)| {
                let part =
                    Truncated::build(component.clone(), Some(self.low), Some(self.high)).ok()?;
                Some((p * window_mass(component, self.low, self.high), part))
            });
            return mixture::Mixture::build(parts.collect()).ok();
        }
        let Distribution::Affine(outer) = &self.inner else { return None };
        let (a, b) = (outer.unmap(self.low), outer.unmap(self.high));
        let inner = Truncated::build(outer.inner.clone(), Some(a.min(b)), Some(a.max(b))).ok()?;
        affine::Affine::build(outer.scale, outer.shift, inner).ok()
    }

    fn moments(&self) -> (f64, f64) {
        let this = Distribution::Truncated(Box::new(self.clone()));
        if let Some(atoms) = this.atoms(MOST_ATOMS) {
            let mut before = (0.0, 1.0);
            let weighted: Vec<(f64, f64)> = atoms
                .iter()
                .map(|atom| {
                    let p = if atom.cdf < 0.5 { atom.cdf - before.0 } else { before.1 - atom.sf };
                    before = (atom.cdf, atom.sf);
                    (p, atom.value)
                })
                .collect();
            let mean: f64 = weighted.iter().map(|(p, x)| p * x).sum();
            let variance: f64 = weighted.iter().map(|(p, x)| p * (x - mean) * (x - mean)).sum();
            return (mean, libm::sqrt(variance));
        }
        quadrature::moments(&this, self.planned())
    }

    /// Whether the inner moments exist or the window makes them.
    fn has_moments(&self, inner: Option<f64>) -> bool {
        inner.is_some() || (self.low.is_finite() && self.high.is_finite())
    }
}

/// The first and the last atom of a discrete law in the window; crossed where there is none.
fn cut_to_atoms(d: &Distribution, low: f64, high: f64) -> (f64, f64) {
    let (below, from) = (d.cdf_below(low), d.sf_from(low));
    let first = if below <= 0.0 {
        low.max(d.support().0)
    } else if below <= from {
        d.quantile(below.next_up())
    } else {
        d.quantile_upper(from.next_down())
    };
    (first, d.atom_at(d.cdf(high), d.sf(high)))
}

/// P(low ≤ d ≤ high), by the tail that loses least.
fn window_mass(d: &Distribution, low: f64, high: f64) -> f64 {
    if low > high {
        return 0.0;
    }
    let (up_to, from) = (d.cdf(high), d.sf_from(low));
    if up_to <= 0.5 {
        up_to - d.cdf_below(low)
    } else if from <= 0.5 {
        from - d.sf(high)
    } else {
        1.0 - d.cdf_below(low) - d.sf(high)
    }
}

impl Law for Truncated {
    fn support(&self) -> (f64, f64) {
        (self.low, self.high)
    }
    fn cdf(&self, x: f64) -> f64 {
        (window_mass(&self.inner, self.low, x) / self.mass).min(1.0)
    }
    fn sf(&self, x: f64) -> f64 {
        let up_to = self.inner.cdf(x);
        // P(x < inner ≤ high)
        let mass = if up_to <= 0.5 {
            self.inner.cdf(self.high) - up_to
        } else {
            self.inner.sf(x) - self.above
        };
        (mass / self.mass).clamp(0.0, 1.0)
    }
    fn cdf_below(&self, x: f64) -> f64 {
        let from = self.inner.sf_from(x);
        // P(low ≤ inner < x)
        let mass = if from <= 0.5 {
            self.inner.sf_from(self.low) - from
        } else {
            self.inner.cdf_below(x) - self.below
        };
        (mass / self.mass).clamp(0.0, 1.0)
    }
    fn sf_from(&self, x: f64) -> f64 {
        (window_mass(&self.inner, x, self.high) / self.mass).min(1.0)
    }
    fn pdf(&self, x: f64) -> f64 {
        self.inner.pdf(x) / self.mass
    }
    fn quantile(&self, u: f64) -> f64 {
        let x = self.invert(self.below + u * self.mass, self.above + (1.0 - u) * self.mass);
        self.settle(x, |x| Law::cdf(self, x) >= u)
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        let x = self.invert(self.below + (1.0 - q) * self.mass, self.above + q * self.mass);
        self.settle(x, |x| Law::sf(self, x) <= q)
    }
    fn mean(&self) -> Option<f64> {
        if !self.has_moments(self.inner.mean()) {
            return None;
        }
        self.pushed_inside().map_or_else(|| Some(self.moments().0), |pushed| pushed.mean())
    }
    fn sd(&self) -> Option<f64> {
        if !self.has_moments(self.inner.sd()) {
            return None;
        }
        self.pushed_inside().map_or_else(|| Some(self.moments().1), |pushed| pushed.sd())
    }
    fn kind(&self) -> Kind {
        self.inner.kind()
    }
    fn planned(&self) -> Option<f64> {
        self.inner.law().planned().filter(|base| (self.low..=self.high).contains(base))
    }
}
