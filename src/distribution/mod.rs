//! Declared distributions as values: support, distribution function, quantiles, moments.
//!
//! In: a family and its parameters (see [`family`]). Out: a [`Distribution`], a function of plain `f64`s.
//! Not here: streams, columns, units, dependence. One file a family, with the rules for its parameters.
//!
//! Everything is scalar and exact rather than fast: samplers build their tables from it, and tests check them by it.
//! Both tails are first class. [`Distribution::cdf`] and [`Distribution::quantile`] are accurate where the lower tail
//! is small, [`Distribution::sf`] and [`Distribution::quantile_upper`] where the upper one is, down to probabilities
//! of 2⁻⁵³ and below. A quantile x of u is accurate to a few 10⁻¹³ in the sense that some probability within that
//! relative distance of min(u, 1−u) has x as its exact quantile.

mod affine;
mod bernoulli;
mod beta;
mod binomial;
mod cauchy;
mod chi_square;
mod constant;
mod discrete;
mod exponential;
pub mod family;
mod frechet;
mod gamma;
mod geometric;
mod gev;
mod gumbel;
mod histogram;
mod hypergeometric;
mod inverse_gaussian;
mod kumaraswamy;
mod laplace;
mod law;
mod logistic;
mod loglogistic;
mod lognormal;
mod metalog;
mod mixture;
mod negative_binomial;
mod normal;
mod parameter;
mod pareto;
mod poisson;
mod quadrature;
mod rayleigh;
mod student_scores;
mod student_t;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_empirical;
#[cfg(test)]
mod tests_reference;
mod trapezoidal;
mod triangular;
mod truncated;
mod uniform;
mod uniform_int;
mod weibull;

pub use affine::Affine;
pub use bernoulli::Bernoulli;
pub use beta::Beta;
pub use binomial::Binomial;
pub use cauchy::Cauchy;
pub use constant::Constant;
pub use discrete::Discrete;
pub use exponential::Exponential;
pub use family::{
    Family, affine, build, build_pinned, constant, discrete, histogram, mixture, quantiles, range,
    truncated,
};
pub use frechet::Frechet;
pub use gamma::Gamma;
pub use geometric::Geometric;
pub use gev::Gev;
pub use gumbel::Gumbel;
pub use histogram::Histogram;
pub use hypergeometric::Hypergeometric;
pub use inverse_gaussian::InverseGaussian;
pub use kumaraswamy::Kumaraswamy;
pub use laplace::Laplace;
pub use logistic::Logistic;
pub use loglogistic::LogLogistic;
pub use lognormal::LogNormal;
pub use metalog::Metalog;
pub use mixture::Mixture;
pub use negative_binomial::NegativeBinomial;
pub use normal::Normal;
pub use parameter::{Form, Parameter, ParameterError, Role};
pub use pareto::Pareto;
pub use poisson::Poisson;
pub use student_scores::StudentScores;
pub use student_t::StudentT;
pub use trapezoidal::Trapezoidal;
pub use triangular::Triangular;
pub use truncated::Truncated;
pub use uniform::Uniform;
pub use uniform_int::UniformInt;
pub use weibull::Weibull;

use law::Law;

/// Tails lighter than this are left out of tables: half of the smallest probability that a uniform draw has.
pub const TABLE_TAIL: f64 = 1.0 / 18_014_398_509_481_984.0;

/// A declared distribution. Its parts are public to be read; they are made by [`build`] and its siblings, which check.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant is the struct of that name, documented there")]
pub enum Distribution {
    Constant(Constant),
    Uniform(Uniform),
    Normal(Normal),
    LogNormal(LogNormal),
    Triangular(Triangular),
    Beta(Beta),
    Gamma(Gamma),
    Exponential(Exponential),
    Weibull(Weibull),
    Poisson(Poisson),
    Binomial(Binomial),
    Bernoulli(Bernoulli),
    UniformInt(UniformInt),
    Pareto(Pareto),
    StudentT(StudentT),
    Logistic(Logistic),
    Gumbel(Gumbel),
    Cauchy(Cauchy),
    NegativeBinomial(NegativeBinomial),
    Geometric(Geometric),
    Hypergeometric(Hypergeometric),
    Laplace(Laplace),
    InverseGaussian(InverseGaussian),
    LogLogistic(LogLogistic),
    Frechet(Frechet),
    Gev(Gev),
    Kumaraswamy(Kumaraswamy),
    Trapezoidal(Trapezoidal),
    Discrete(Discrete),
    Metalog(Metalog),
    Histogram(Histogram),
    Affine(Box<Affine>),
    Truncated(Box<Truncated>),
    Mixture(Mixture),
    StudentScores(StudentScores),
}

/// The ends of a metalog's support, where it has some.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetalogBounds {
    /// The lower end.
    pub low: Option<f64>,
    /// The upper end, above `low`.
    pub high: Option<f64>,
}

/// What a distribution consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A density alone.
    Continuous,
    /// Atoms alone.
    Discrete,
    /// Both.
    Mixed,
}

/// One value of a discrete distribution, with the distribution function on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Atom {
    /// The value.
    pub value: f64,
    /// P(X ≤ value).
    pub cdf: f64,
    /// P(X > value).
    pub sf: f64,
}

impl Distribution {
    fn law(&self) -> &dyn Law {
        match self {
            Distribution::Constant(law) => law,
            Distribution::Uniform(law) => law,
            Distribution::Normal(law) => law,
            Distribution::LogNormal(law) => law,
            Distribution::Triangular(law) => law,
            Distribution::Beta(law) => law,
            Distribution::Gamma(law) => law,
            Distribution::Exponential(law) => law,
            Distribution::Weibull(law) => law,
            Distribution::Poisson(law) => law,
            Distribution::Binomial(law) => law,
            Distribution::Bernoulli(law) => law,
            Distribution::UniformInt(law) => law,
            Distribution::Pareto(law) => law,
            Distribution::StudentT(law) => law,
            Distribution::Logistic(law) => law,
            Distribution::Gumbel(law) => law,
            Distribution::Cauchy(law) => law,
            Distribution::NegativeBinomial(law) => law,
            Distribution::Geometric(law) => law,
            Distribution::Hypergeometric(law) => law,
            Distribution::Laplace(law) => law,
            Distribution::InverseGaussian(law) => law,
            Distribution::LogLogistic(law) => law,
            Distribution::Frechet(law) => law,
            Distribution::Gev(law) => law,
            Distribution::Kumaraswamy(law) => law,
            Distribution::Trapezoidal(law) => law,
            Distribution::Discrete(law) => law,
            Distribution::Metalog(law) => law,
            Distribution::Histogram(law) => law,
            Distribution::Affine(law) => law.as_ref(),
            Distribution::Truncated(law) => law.as_ref(),
            Distribution::Mixture(law) => law,
            Distribution::StudentScores(law) => law,
        }
    }

    /// The smallest and the largest value; either may be infinite.
    pub fn support(&self) -> (f64, f64) {
        self.law().support()
    }

    /// P(X ≤ x).
    pub fn cdf(&self, x: f64) -> f64 {
        let (low, high) = self.support();
        if x < low || x == f64::NEG_INFINITY {
            0.0
        } else if x >= high {
            1.0
        } else if x.is_nan() {
            x
        } else {
            self.law().cdf(x)
        }
    }

    /// P(X > x), accurate where it is small.
    pub fn sf(&self, x: f64) -> f64 {
        let (low, high) = self.support();
        if x < low || x == f64::NEG_INFINITY {
            1.0
        } else if x >= high {
            0.0
        } else if x.is_nan() {
            x
        } else {
            self.law().sf(x)
        }
    }

    /// P(X < x).
    pub fn cdf_below(&self, x: f64) -> f64 {
        let (low, high) = self.support();
        if x <= low {
            0.0
        } else if x > high || x == f64::INFINITY {
            1.0
        } else if x.is_nan() {
            x
        } else {
            self.law().cdf_below(x)
        }
    }

    /// P(X ≥ x), accurate where it is small.
    pub fn sf_from(&self, x: f64) -> f64 {
        let (low, high) = self.support();
        if x <= low {
            1.0
        } else if x > high || x == f64::INFINITY {
            0.0
        } else if x.is_nan() {
            x
        } else {
            self.law().sf_from(x)
        }
    }

    /// Density of the continuous part: 0 for a discrete distribution, may be infinite at an end of the support.
    pub fn pdf(&self, x: f64) -> f64 {
        let (low, high) = self.support();
        if x < low || x > high || x.is_infinite() {
            0.0
        } else if x.is_nan() {
            x
        } else {
            self.law().pdf(x)
        }
    }

    /// The smallest x with cdf(x) ≥ u; the ends of the support for u ≤ 0 and u ≥ 1.
    pub fn quantile(&self, u: f64) -> f64 {
        if u <= 0.0 {
            self.support().0
        } else if u >= 1.0 {
            self.support().1
        } else if u.is_nan() {
            u
        } else {
            self.law().quantile(u)
        }
    }

    /// The smallest x with sf(x) ≤ q: the quantile at 1 − q, accurate where q is small.
    pub fn quantile_upper(&self, q: f64) -> f64 {
        if q <= 0.0 {
            self.support().1
        } else if q >= 1.0 {
            self.support().0
        } else if q.is_nan() {
            q
        } else {
            self.law().quantile_upper(q)
        }
    }

    /// Expectation; `None` where it does not exist or is infinite.
    pub fn mean(&self) -> Option<f64> {
        self.law().mean()
    }

    /// Standard deviation; `None` where it does not exist or is infinite.
    pub fn sd(&self) -> Option<f64> {
        self.law().sd()
    }

    /// The number that a plan would use: the value of a constant, the mode of a triangular or PERT, of a mixture the
    /// base of its heaviest component, else the median.
    pub fn base(&self) -> f64 {
        self.law().planned().unwrap_or_else(|| self.quantile(0.5))
    }

    /// Whether it has a density, atoms, or both.
    pub fn kind(&self) -> Kind {
        self.law().kind()
    }

    /// The value, where there is only one.
    pub fn constant(&self) -> Option<f64> {
        let (low, high) = self.support();
        (low == high).then_some(low)
    }

    /// The values of a discrete distribution in ascending order, from the one that holds the probability
    /// [`TABLE_TAIL`] to the one that holds all but that; `None` if it is not discrete or there are more than `limit`.
    pub fn atoms(&self, limit: usize) -> Option<Vec<Atom>> {
        if self.kind() != Kind::Discrete {
            return None;
        }
        let last = self.quantile_upper(TABLE_TAIL);
        let mut value = self.quantile(TABLE_TAIL);
        let mut atoms = Vec::new();
        loop {
            if atoms.len() == limit {
                return None;
            }
            let (cdf, sf) = (self.cdf(value), self.sf(value));
            atoms.push(Atom { value, cdf, sf });
            if value >= last {
                return Some(atoms);
            }
            value = self.next_atom(value, cdf, sf);
        }
    }

    /// The atom behind the atom `value`, whose distribution function is given.
    fn next_atom(&self, value: f64, cdf: f64, sf: f64) -> f64 {
        // the smallest probability that `value` does not reach, in whichever tail has the finer grid
        let next = if cdf < sf {
            self.quantile(cdf.next_up())
        } else {
            self.quantile_upper(sf.next_down())
        };
        debug_assert!(next > value, "atoms ascend");
        next
    }

    /// The last atom of a discrete distribution whose distribution function is this.
    fn atom_at(&self, cdf: f64, sf: f64) -> f64 {
        if cdf < sf { self.quantile(cdf) } else { self.quantile_upper(sf) }
    }
}
