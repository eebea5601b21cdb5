//! The hypergeometric distribution: successes among draws without replacement.
//!
//! Tails are summed from the probability at their edge outward, by the ratio of neighbors. That probability follows
//! Loader (2000): three binomial ones whose large factors cancel.

use super::Distribution;
use super::constant::Constant;
use super::family::Entry;
use super::law::WholeLaw;
use super::parameter::{self, Form, Parameter, ParameterError};
use super::poisson::skewed_normal_guess;
use crate::math::special::binomial_probability;

/// Successes among `draws` out of `population`, which holds `successes`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hypergeometric {
    /// How many there are.
    pub population: f64,
    /// How many of them are successes.
    pub successes: f64,
    /// How many are drawn.
    pub draws: f64,
}

pub(super) static ENTRY: Entry = Entry {
    name: "hypergeometric",
    forms: &[Form {
        parameters: &[
            Parameter::count("population"),
            Parameter::count("successes"),
            Parameter::count("draws"),
        ],
    }],
    is_discrete: true,
    result_is_plain: true,
    build: |_, p| build(p[0], p[1], p[2]),
    pins: None,
};

fn build(population: f64, successes: f64, draws: f64) -> Result<Distribution, ParameterError> {
    for (index, (name, value)) in
        [("population", population), ("successes", successes), ("draws", draws)]
            .into_iter()
            .enumerate()
    {
        parameter::not_negative(index, name, value)?;
        parameter::whole(index, name, value)?;
        if value > population {
            let message =
                format!("`{name}` must not exceed `population`, but {value} is above {population}");
            return Err(ParameterError::new(index, message));
        }
    }
    let law = Hypergeometric { population, successes, draws };
    let (low, high) = WholeLaw::support(&law);
    Ok(if low == high { Constant::of(low) } else { Distribution::Hypergeometric(law) })
}

impl Hypergeometric {
    fn probability(&self, k: f64) -> f64 {
        let Hypergeometric { population, successes, draws } = *self;
        let (p, q) = (draws / population, (population - draws) / population);
        let among_successes = binomial_probability(successes, k, p, q);
        let among_failures = binomial_probability(population - successes, draws - k, p, q);
        among_successes * among_failures / binomial_probability(population, draws, p, q)
    }
    /// P(X = k + 1) / P(X = k).
    fn ratio(&self, k: f64) -> f64 {
        let failures = self.population - self.successes;
        (self.successes - k) / (k + 1.0) * ((self.draws - k) / (failures - self.draws + k + 1.0))
    }
    /// P(X ≤ k), summed downward.
    fn sum_down(&self, k: f64) -> f64 {
        let (mut term, mut sum, mut at) = (1.0, 1.0, k);
        while at > WholeLaw::support(self).0 && term > 1e-18 * sum {
            at -= 1.0;
            term /= self.ratio(at);
            sum += term;
        }
        self.probability(k) * sum
    }
    /// P(X > k), summed upward.
    fn sum_up(&self, k: f64) -> f64 {
        let (mut term, mut sum, mut at) = (1.0, 1.0, k + 1.0);
        while at < WholeLaw::support(self).1 && term > 1e-18 * sum {
            term *= self.ratio(at);
            at += 1.0;
            sum += term;
        }
        self.probability(k + 1.0) * sum
    }
}

impl WholeLaw for Hypergeometric {
    fn support(&self) -> (f64, f64) {
        ((self.draws + self.successes - self.population).max(0.0), self.draws.min(self.successes))
    }
    fn cdf_at(&self, k: f64) -> f64 {
        if k >= WholeLaw::support(self).1 {
            1.0
        } else if k < WholeLaw::mean(self) {
            self.sum_down(k)
        } else {
            1.0 - self.sum_up(k)
        }
    }
    fn sf_at(&self, k: f64) -> f64 {
        if k >= WholeLaw::support(self).1 {
            0.0
        } else if k < WholeLaw::mean(self) {
            1.0 - self.sum_down(k)
        } else {
            self.sum_up(k)
        }
    }
    fn guess(&self, u: f64, q: f64) -> f64 {
        skewed_normal_guess(WholeLaw::mean(self), WholeLaw::sd(self), 0.0, u, q)
    }
    fn mean(&self) -> f64 {
        self.draws * (self.successes / self.population)
    }
    fn sd(&self) -> f64 {
        let p = self.successes / self.population;
        let left = (self.population - self.draws) / (self.population - 1.0);
        libm::sqrt(self.draws * p * ((self.population - self.successes) / self.population) * left)
    }
}
