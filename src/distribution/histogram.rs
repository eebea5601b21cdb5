//! A histogram: bins with weights, every value inside a bin alike.

use super::Distribution;
use super::family::total_weight;
use super::law::Law;
use super::parameter::{self, ParameterError};

/// Uniform inside each of finitely many bins.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Edges of bins of positive probability and of the gaps between them, strictly ascending.
    edges: Vec<f64>,
    /// P(X ≤ edge).
    lower: Vec<f64>,
    /// P(X > edge).
    upper: Vec<f64>,
    /// Probability of each bin.
    masses: Vec<f64>,
}

impl Histogram {
    /// Parameters are numbered edges first, weights behind them.
    pub(super) fn build(edges: &[f64], weights: &[f64]) -> Result<Distribution, ParameterError> {
        let count = edges.len();
        if count < 2 || weights.len() + 1 != count {
            let message = format!(
                "a histogram has one edge more than weights, not {count} edges and {} weights",
                weights.len()
            );
            return Err(ParameterError::new(count + weights.len(), message));
        }
        for (index, &edge) in edges.iter().enumerate() {
            parameter::finite(index, "edge", edge)?;
        }
        for (index, pair) in edges.windows(2).enumerate() {
            if pair[0] >= pair[1] {
                let message =
                    format!("edges must ascend, but {} is not above {}", pair[1], pair[0]);
                return Err(ParameterError::new(index + 1, message));
            }
        }
        parameter::ordered(0, ("edges", edges[0]), ("edges", edges[count - 1]))?;
        let total = total_weight(weights.iter().copied())
            .map_err(|error| ParameterError { parameter: count + error.parameter, ..error })?;
        // ends without weight are no part of the support
        let first = weights.iter().position(|&weight| weight > 0.0).unwrap_or(0);
        let last = weights.iter().rposition(|&weight| weight > 0.0).unwrap_or(0);
        let weights = &weights[first..=last];
        let sums = |weights: &mut dyn Iterator<Item = f64>| {
            let mut sum = 0.0;
            let mut sums = vec![0.0];
            for weight in weights {
                sum += weight;
                sums.push(sum / total);
            }
            sums
        };
        let lower = sums(&mut weights.iter().copied());
        let mut upper = sums(&mut weights.iter().rev().copied());
        upper.reverse();
        Ok(Distribution::Histogram(Histogram {
            edges: edges[first..=last + 1].to_vec(),
            lower,
            upper,
            masses: weights.iter().map(|weight| weight / total).collect(),
        }))
    }

    /// The bin of x, its last edge not included.
    fn bin(&self, x: f64) -> usize {
        let behind = self.edges.partition_point(|&edge| edge <= x);
        behind.clamp(1, self.masses.len()) - 1
    }

    fn width(&self, bin: usize) -> f64 {
        self.edges[bin + 1] - self.edges[bin]
    }

    fn expectation(&self, f: impl Fn(f64, f64) -> f64) -> f64 {
        let middles = self.edges.windows(2).map(|pair| (f64::midpoint(pair[0], pair[1]), pair));
        middles.zip(&self.masses).map(|((middle, pair), p)| p * f(middle, pair[1] - pair[0])).sum()
    }
}

impl Law for Histogram {
    fn support(&self) -> (f64, f64) {
        (self.edges[0], self.edges[self.edges.len() - 1])
    }
    fn cdf(&self, x: f64) -> f64 {
        let bin = self.bin(x);
        self.lower[bin] + self.masses[bin] * ((x - self.edges[bin]) / self.width(bin))
    }
    fn sf(&self, x: f64) -> f64 {
        let bin = self.bin(x);
        self.upper[bin + 1] + self.masses[bin] * ((self.edges[bin + 1] - x) / self.width(bin))
    }
    fn pdf(&self, x: f64) -> f64 {
        let bin = self.bin(x);
        self.masses[bin] / self.width(bin)
    }
    fn quantile(&self, u: f64) -> f64 {
        // the first bin at whose end u is reached: one of positive probability
        let bin = self.lower[1..].partition_point(|&p| p < u).min(self.masses.len() - 1);
        let share = ((u - self.lower[bin]) / self.masses[bin]).clamp(0.0, 1.0);
        // from the nearer end, so that an edge comes out as written
        if share <= 0.5 {
            self.edges[bin] + self.width(bin) * share
        } else {
            let rest = ((self.lower[bin + 1] - u) / self.masses[bin]).max(0.0);
            self.edges[bin + 1] - self.width(bin) * rest
        }
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        // the first bin at whose end no more than q is left
        let bin = self.upper[1..].partition_point(|&p| p > q).min(self.masses.len() - 1);
        let rest = ((q - self.upper[bin + 1]) / self.masses[bin]).clamp(0.0, 1.0);
        if rest <= 0.5 {
            self.edges[bin + 1] - self.width(bin) * rest
        } else {
            let share = ((self.upper[bin] - q) / self.masses[bin]).max(0.0);
            self.edges[bin] + self.width(bin) * share
        }
    }
    fn mean(&self) -> Option<f64> {
        Some(self.expectation(|middle, _| middle))
    }
    fn sd(&self) -> Option<f64> {
        let mean = self.expectation(|middle, _| middle);
        let variance = self
            .expectation(|middle, width| (middle - mean) * (middle - mean) + width * width / 12.0);
        Some(libm::sqrt(variance))
    }
}
