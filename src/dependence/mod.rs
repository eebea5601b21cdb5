//! Dependence between random numbers: copulas, and the parameter of one for a stated correlation.
//!
//! In: two marginal distributions, a copula, and Spearman's or Pearson's coefficient. Out: the correlation of the
//! copula's own normal numbers that gives it ([`Relation::solve`]), matrices of those and their factors
//! ([`CorrelationMatrix`]). Not here: streams and nodes (`program`), names and messages (`check`).
//!
//! Both copulas start from standard normal numbers with correlation ρ. The Gaussian one takes their
//! probabilities Φ(z); Student's divides them first by the root of a chi-square number over its degrees of freedom,
//! which all members share, and takes the probabilities of the quotients. Each member's quantile function then turns
//! its probability into a draw.

mod matrix;
mod relation;
mod scores;

pub use matrix::CorrelationMatrix;
pub use relation::{Relation, Unattainable};
pub use scores::{Marginal, NoMoments, Scores};

/// What joins probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Copula {
    /// Of the multivariate normal distribution: no dependence in the far tails.
    Gaussian,
    /// Of the multivariate t distribution: extremes come together.
    StudentT {
        /// Degrees of freedom, in [[`LEAST_DF`], [`MOST_DF`]].
        df: f64,
    },
}

/// The fewest degrees of freedom: below, everything happens in the far tails.
pub const LEAST_DF: f64 = 1.0;
/// The most: beyond, the copula is the Gaussian one to all that a simulation can tell.
pub const MOST_DF: f64 = 300.0;

/// Which coefficient is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coefficient {
    /// Spearman's rho: the correlation of ranks, equal values sharing the mean of theirs.
    Spearman,
    /// Pearson's: the correlation of the quantities themselves.
    Pearson,
}
