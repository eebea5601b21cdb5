//! A mixture: one of several distributions, by weight.
//!
//! It is inverted as a whole, one uniform for one value and monotone, so that truncation, rank correlation and
//! Latin hypercubes hold. Atoms among its components come out exactly.

use super::law::Law;
use super::parameter::ParameterError;
use super::{Distribution, Kind};

/// One of `components`, each with its probability.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixture {
    /// At least two, with positive probabilities that add up to 1.
    components: Vec<(f64, Distribution)>,
}

/// A tail probability that a quantile is to reach.
#[derive(Clone, Copy)]
enum Target {
    /// The smallest x with cdf(x) at least this.
    Lower(f64),
    /// The smallest x with sf(x) at most this.
    Upper(f64),
}

impl Mixture {
    pub(super) fn build(
        components: Vec<(f64, Distribution)>,
    ) -> Result<Distribution, ParameterError> {
        if components.is_empty() {
            return Err(ParameterError::new(0, "`mixture` needs at least one component"));
        }
        let total = super::family::total_weight(components.iter().map(|component| component.0))?;
        let mut kept: Vec<(f64, Distribution)> = components
            .into_iter()
            .filter(|component| component.0 > 0.0)
            .map(|(w, d)| (w / total, d))
            .collect();
        if kept.len() == 1 {
            return Ok(kept.remove(0).1);
        }
        let mixture = Mixture { components: kept };
        let (low, high) = Law::support(&mixture);
        Ok(if low == high {
            mixture.components[0].1.clone()
        } else {
            Distribution::Mixture(mixture)
        })
    }

    /// The components with their probabilities.
    pub fn components(&self) -> &[(f64, Distribution)] {
        &self.components
    }

    /// Σ p · f(component).
    fn sum(&self, f: impl Fn(&Distribution) -> f64) -> f64 {
        self.components.iter().map(|(p, component)| p * f(component)).sum()
    }

    fn is_reached(&self, x: f64, target: Target) -> bool {
        match target {
            Target::Lower(u) => self.sum(|d| d.cdf(x)) >= u,
            Target::Upper(q) => self.sum(|d| d.sf(x)) <= q,
        }
    }

    fn is_reached_below(&self, x: f64, target: Target) -> bool {
        match target {
            Target::Lower(u) => self.sum(|d| d.cdf_below(x)) >= u,
            Target::Upper(q) => self.sum(|d| d.sf_from(x)) <= q,
        }
    }

    /// The largest atom in (low, x], if there is one.
    fn atom_up_to(&self, low: f64, x: f64) -> Option<f64> {
        let atoms =
            self.components.iter().filter(|(_, d)| d.kind() != Kind::Continuous).filter_map(
                |(_, d)| {
                    let (cdf, sf) = (d.cdf(x), d.sf(x));
                    // the smallest value with the same distribution function: the last atom, where the law is discrete
                    let atom = if cdf < sf { d.quantile(cdf) } else { d.quantile_upper(sf) };
                    (cdf > 0.0 && atom > low && atom <= x).then_some(atom)
                },
            );
        atoms.reduce(f64::max)
    }

    /// Newton's method on the logarithm of the tail, kept inside a bracket that each step narrows.
    ///
    /// A mixture's quantile lies between the smallest and the largest quantile of its components.
    fn solve(&self, target: Target) -> f64 {
        let of = |d: &Distribution| match target {
            Target::Lower(u) => d.quantile(u),
            Target::Upper(q) => d.quantile_upper(q),
        };
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut guess = 0.0;
        for (p, component) in &self.components {
            let x = of(component);
            low = low.min(x);
            high = high.max(x);
            guess += p * x;
        }
        if low == high || self.is_reached(low, target) {
            return low;
        }
        // from here on: not reached at `low`, reached at `high`
        let mut x = guess;
        // a bisection needs 64 steps through the exponents and 53 through the fraction at most
        for _ in 0..200 {
            if !(x > low && x < high) {
                x = middle(low, high);
                if x <= low || x >= high {
                    break;
                }
            }
            if let Some(atom) = self.atom_up_to(low, x) {
                if !self.is_reached(atom, target) {
                    low = atom;
                } else if self.is_reached_below(atom, target) {
                    high = atom;
                    x = f64::NAN;
                    continue;
                } else {
                    return atom;
                }
            }
            if self.is_reached(x, target) {
                high = high.min(x);
            } else {
                low = low.max(x);
            }
            let (next, is_last) = self.newton(x, target);
            // unless an atom lies before it
            if is_last && next > low && next < high && self.atom_up_to(low, next).is_none() {
                return next;
            }
            // a step that leaves the bracket is replaced by its middle
            x = next;
        }
        high
    }

    /// The next approximation, and whether it is one to keep.
    fn newton(&self, x: f64, target: Target) -> (f64, bool) {
        let density = self.sum(|d| d.pdf(x));
        let (tail, goal, sign) = match target {
            Target::Lower(u) => (self.sum(|d| d.cdf(x)), u, 1.0),
            Target::Upper(q) => (self.sum(|d| d.sf(x)), q, -1.0),
        };
        let residual = libm::log(goal / tail);
        let next = x + sign * residual * (tail / density);
        (next, residual.abs() < 1e-9)
    }
}

/// A point between two others: of the fraction where they are close, of the exponent where they are not.
fn middle(low: f64, high: f64) -> f64 {
    if low > 0.0 && high > 4.0 * low {
        libm::sqrt(low) * libm::sqrt(high)
    } else if high < 0.0 && low < 4.0 * high {
        -libm::sqrt(-low) * libm::sqrt(-high)
    } else {
        low / 2.0 + high / 2.0
    }
}

impl Law for Mixture {
    fn support(&self) -> (f64, f64) {
        self.components.iter().fold(
            (f64::INFINITY, f64::NEG_INFINITY),
            |(low, high), (_, component)| {
                let (a, b) = component.support();
                (low.min(a), high.max(b))
            },
        )
    }
    fn cdf(&self, x: f64) -> f64 {
        self.sum(|d| d.cdf(x))
    }
    fn sf(&self, x: f64) -> f64 {
        self.sum(|d| d.sf(x))
    }
    fn cdf_below(&self, x: f64) -> f64 {
        self.sum(|d| d.cdf_below(x))
    }
    fn sf_from(&self, x: f64) -> f64 {
        self.sum(|d| d.sf_from(x))
    }
    fn pdf(&self, x: f64) -> f64 {
        self.sum(|d| d.pdf(x))
    }
    fn quantile(&self, u: f64) -> f64 {
        self.solve(if u <= 0.5 { Target::Lower(u) } else { Target::Upper(1.0 - u) })
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        self.solve(if q <= 0.5 { Target::Upper(q) } else { Target::Lower(1.0 - q) })
    }
    fn mean(&self) -> Option<f64> {
        self.components.iter().map(|(p, d)| d.mean().map(|mean| p * mean)).sum()
    }
    fn sd(&self) -> Option<f64> {
        let mean = Law::mean(self)?;
        let variance: Option<f64> = self
            .components
            .iter()
            .map(|(p, d)| {
                let (m, s) = (d.mean()? - mean, d.sd()?);
                Some(p * (m * m + s * s))
            })
            .sum();
        variance.map(libm::sqrt)
    }
    fn kind(&self) -> Kind {
        let first = self.components[0].1.kind();
        if self.components.iter().all(|(_, component)| component.kind() == first) {
            first
        } else {
            Kind::Mixed
        }
    }
    fn planned(&self) -> Option<f64> {
        // the first of the heaviest
        let (mut heaviest, mut base) = (0.0, None);
        for (p, component) in &self.components {
            if *p > heaviest {
                (heaviest, base) = (*p, Some(component));
            }
        }
        base.map(Distribution::base)
    }
}
