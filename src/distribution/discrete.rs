//! A finite list of values with weights.

use super::constant::Constant;
use super::law::Law;
use super::parameter::{self, ParameterError};
use super::{Atom, Distribution, Kind};

/// Finitely many values.
#[derive(Debug, Clone, PartialEq)]
pub struct Discrete {
    /// At least two, ascending, each with positive probability.
    atoms: Vec<Atom>,
    /// Their probabilities.
    probabilities: Vec<f64>,
}

impl Discrete {
    pub(super) fn build(pairs: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
        if pairs.is_empty() {
            return Err(ParameterError::new(0, "`discrete` needs at least one value"));
        }
        for (index, &(value, _)) in pairs.iter().enumerate() {
            parameter::finite(index, "value", value)?;
        }
        let total = super::family::total_weight(pairs.iter().map(|pair| pair.1))?;
        let mut sorted: Vec<(f64, f64)> =
            pairs.iter().copied().filter(|pair| pair.1 > 0.0).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        // equal values are one value (−0 and 0 too)
        sorted.dedup_by(|next, first| {
            let is_same = next.0 == first.0;
            if is_same {
                first.1 += next.1;
            }
            is_same
        });
        if let [(value, _)] = sorted[..] {
            return Ok(Constant::of(value));
        }
        let mut below = 0.0;
        let mut atoms: Vec<Atom> = sorted
            .iter()
            .map(|&(value, weight)| {
                below += weight;
                Atom { value, cdf: below / total, sf: 0.0 }
            })
            .collect();
        let mut above = 0.0;
        for (atom, &(_, weight)) in atoms.iter_mut().zip(&sorted).rev() {
            atom.sf = above / total;
            above += weight;
        }
        if let Some(last) = atoms.last_mut() {
            last.cdf = 1.0;
        }
        let probabilities = sorted.iter().map(|pair| pair.1 / total).collect();
        Ok(Distribution::Discrete(Discrete { atoms, probabilities }))
    }

    /// The values in ascending order, with the distribution function on them.
    pub fn atoms(&self) -> &[Atom] {
        &self.atoms
    }

    fn ends(&self) -> (Atom, Atom) {
        (self.atoms[0], self.atoms[self.atoms.len() - 1])
    }

    /// Σ p · f(value).
    fn expectation(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.atoms.iter().zip(&self.probabilities).map(|(atom, p)| p * f(atom.value)).sum()
    }
}

impl Law for Discrete {
    fn support(&self) -> (f64, f64) {
        (self.ends().0.value, self.ends().1.value)
    }
    fn cdf(&self, x: f64) -> f64 {
        let count = self.atoms.partition_point(|atom| atom.value <= x);
        if count == 0 { 0.0 } else { self.atoms[count - 1].cdf }
    }
    fn sf(&self, x: f64) -> f64 {
        let count = self.atoms.partition_point(|atom| atom.value <= x);
        if count == 0 { 1.0 } else { self.atoms[count - 1].sf }
    }
    fn cdf_below(&self, x: f64) -> f64 {
        let count = self.atoms.partition_point(|atom| atom.value < x);
        if count == 0 { 0.0 } else { self.atoms[count - 1].cdf }
    }
    fn sf_from(&self, x: f64) -> f64 {
        let count = self.atoms.partition_point(|atom| atom.value < x);
        if count == 0 { 1.0 } else { self.atoms[count - 1].sf }
    }
    fn pdf(&self, _x: f64) -> f64 {
        0.0
    }
    fn quantile(&self, u: f64) -> f64 {
        // the last one has cdf 1 > u
        self.atoms[self.atoms.partition_point(|atom| atom.cdf < u)].value
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        // the last one has sf 0 < q
        self.atoms[self.atoms.partition_point(|atom| atom.sf > q)].value
    }
    fn mean(&self) -> Option<f64> {
        Some(self.expectation(|value| value))
    }
    fn sd(&self) -> Option<f64> {
        let mean = self.expectation(|value| value);
        Some(libm::sqrt(self.expectation(|value| (value - mean) * (value - mean))))
    }
    fn kind(&self) -> Kind {
        Kind::Discrete
    }
}
