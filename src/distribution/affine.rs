//! `scale * d + shift`: a distribution in other units, moved, or turned around.

use super::constant::Constant;
use super::law::Law;
use super::parameter::{self, ParameterError};
use super::{Distribution, Kind};

/// `scale · inner + shift`.
#[derive(Debug, Clone, PartialEq)]
pub struct Affine {
    /// Factor, not 0; may be negative.
    pub scale: f64,
    /// Summand.
    pub shift: f64,
    /// Neither a constant nor affine itself.
    pub inner: Distribution,
}

impl Affine {
    pub(super) fn build(
        scale: f64,
        shift: f64,
        inner: Distribution,
    ) -> Result<Distribution, ParameterError> {
        parameter::finite(0, "scale", scale)?;
        parameter::finite(1, "shift", shift)?;
        if scale == 0.0 {
            return Ok(Constant::of(shift));
        }
        if scale == 1.0 && shift == 0.0 {
            return Ok(inner);
        }
        if let Some(value) = inner.constant() {
            return Ok(Constant::of(scale * value + shift));
        }
        let (scale, shift, inner) = if let Distribution::Affine(first) = inner {
            (scale * first.scale, scale * first.shift + shift, first.inner)
        } else {
            (scale, shift, inner)
        };
        Ok(Distribution::Affine(Box::new(Affine { scale, shift, inner })))
    }

    fn map(&self, y: f64) -> f64 {
        self.scale * y + self.shift
    }

    /// The inner value that maps to x. Where x is the image of an atom, rounding must not miss that atom.
    pub(super) fn unmap(&self, x: f64) -> f64 {
        let y = (x - self.shift) / self.scale;
        if self.inner.kind() == Kind::Continuous || y.is_infinite() {
            return y;
        }
        // the atoms around y; either may map to x exactly
        let below = self.inner.quantile(self.inner.cdf(y));
        let above = self.inner.quantile_upper(self.inner.sf(y).next_down());
        [below, above].into_iter().find(|&atom| self.map(atom) == x).unwrap_or(y)
    }
}

impl Law for Affine {
    fn support(&self) -> (f64, f64) {
        let (low, high) = self.inner.support();
        if self.scale > 0.0 {
            (self.map(low), self.map(high))
        } else {
            (self.map(high), self.map(low))
        }
    }
    fn cdf(&self, x: f64) -> f64 {
        let y = self.unmap(x);
        if self.scale > 0.0 { self.inner.cdf(y) } else { self.inner.sf_from(y) }
    }
    fn sf(&self, x: f64) -> f64 {
        let y = self.unmap(x);
        if self.scale > 0.0 { self.inner.sf(y) } else { self.inner.cdf_below(y) }
    }
    fn cdf_below(&self, x: f64) -> f64 {
        let y = self.unmap(x);
        if self.scale > 0.0 { self.inner.cdf_below(y) } else { self.inner.sf(y) }
    }
    fn sf_from(&self, x: f64) -> f64 {
        let y = self.unmap(x);
        if self.scale > 0.0 { self.inner.sf_from(y) } else { self.inner.cdf(y) }
    }
    fn pdf(&self, x: f64) -> f64 {
        self.inner.pdf((x - self.shift) / self.scale) / self.scale.abs()
    }
    fn quantile(&self, u: f64) -> f64 {
        if self.scale > 0.0 {
            return self.map(self.inner.quantile(u));
        }
        // turned around, "smallest with P(≤) ≥ u" is "largest with P(≥) ≥ u": the first atom with P(>) < u
        self.map(self.inner.quantile_upper(if self.inner.kind() == Kind::Continuous {
            u
        } else {
            u.next_down()
        }))
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        if self.scale > 0.0 {
            return self.map(self.inner.quantile_upper(q));
        }
        self.map(self.inner.quantile(if self.inner.kind() == Kind::Continuous {
            q
        } else {
            q.next_up()
        }))
    }
    fn mean(&self) -> Option<f64> {
        self.inner.mean().map(|mean| self.map(mean))
    }
    fn sd(&self) -> Option<f64> {
        self.inner.sd().map(|sd| self.scale.abs() * sd)
    }
    fn kind(&self) -> Kind {
        self.inner.kind()
    }
    fn planned(&self) -> Option<f64> {
        self.inner.law().planned().map(|base| self.map(base))
    }
}
