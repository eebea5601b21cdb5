//! Distributions fitted to data: maximum likelihood, standard errors, distances, and which family fits best.
//!
//! In: observations. Out: [`Fits`], the best first. Not here: files, units, and how a fit is written in a model.
//!
//! A fit maximizes the likelihood of independent observations. Families are ranked by AIC = 2k − 2 ln L (H. Akaike, IEEE
//! Trans. Autom. Control 19 (1974) 716). Standard errors are those of the observed information, the Hessian of −ln L at its
//! maximum, in coordinates in which every parameter may take any value (positive parameters by their logarithm); at the
//! maximum the change of coordinates is exact (Y. Pawitan, In All Likelihood, 2001, 2.5 and 3.3).

mod column;
mod distance;
mod ends;
mod estimator;
mod member;
mod optimum;

pub use column::{Column, ColumnError, column};
pub use member::{Coordinate, Member};

use rayon::prelude::*;

use crate::distribution::{self, Distribution};

/// Fewer observations tell nothing of a shape.
pub const FEWEST: usize = 5;

/// What stands for the data themselves: `sample(file = …)`.
pub const SAMPLE: &str = "sample";
/// The metalog through percentiles of the data.
pub const QUANTILES: &str = "quantiles";

/// A parameter as estimated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Its name in the language.
    pub name: &'static str,
    /// Its value, in the unit of the data where it has a unit.
    pub value: f64,
    /// Its standard error; `None` where the likelihood is not regular in it, or it is no maximum-likelihood estimate.
    pub se: Option<f64>,
    /// How it is measured.
    pub coordinate: Coordinate,
}

/// One family, fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Its name in the language.
    pub family: &'static str,
    /// Its parameters; none for `sample`. Those of `quantiles` are its percentiles and, where it has one, its `low`.
    pub parameters: Vec<Estimate>,
    /// Covariances of the parameters in their [`Coordinate`]s; `None` where they are not known of all of them.
    pub covariance: Option<Vec<Vec<f64>>>,
    /// ln L; `None` for `sample`, which has no density.
    pub log_likelihood: Option<f64>,
    /// 2k − 2 ln L.
    pub aic: Option<f64>,
    /// Kolmogorov and Smirnov's distance: the largest difference to the distribution function of the data.
    pub ks: Option<f64>,
    /// Anderson and Darling's A²: the same with weight on the tails; `None` where it is infinite.
    pub ad: Option<f64>,
    /// The law; `None` for `sample`.
    pub distribution: Option<Distribution>,
}

/// A family that the data rule out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inapplicable {
    /// Its name in the language.
    pub family: &'static str,
    /// Why.
    pub reason: String,
}

/// All that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Fits {
    /// The data, ascending.
    pub values: Vec<f64>,
    /// Those that could be fitted, the lowest AIC first; `sample` is the last.
    pub fits: Vec<Fit>,
    /// Those that could not.
    pub inapplicable: Vec<Inapplicable>,
}

/// Why there is nothing to fit.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// Too few observations.
    #[error("too few values to fit a distribution: {0}, where at least {FEWEST} are needed")]
    TooFew(usize),
    /// All observations alike.
    #[error("all values are {0}: there is nothing random to fit")]
    Constant(f64),
    /// An observation is no finite number.
    #[error("a value is not a finite number")]
    NotFinite,
}

/// The names of everything that can be fitted, in the order of the manual.
pub fn families() -> impl Iterator<Item = &'static str> {
    Member::ALL.iter().map(|member| member.name).chain([QUANTILES, SAMPLE])
}

/// Fits the families of these names (see [`families`]; others are passed over) to the observations, in any order.
///
/// # Errors
/// There is nothing to fit.
pub fn fit(values: &[f64], wanted: &[&str]) -> Result<Fits, FitError> {
    if values.iter().any(|value| !value.is_finite()) {
        return Err(FitError::NotFinite);
    }
    if values.len() < FEWEST {
        return Err(FitError::TooFew(values.len()));
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    if sorted[0] == sorted[sorted.len() - 1] {
        return Err(FitError::Constant(sorted[0]));
    }
    let names: Vec<&'static str> = families().filter(|name| wanted.contains(name)).collect();
    let found: Vec<Result<Fit, Inapplicable>> = names
        .par_iter()
        .map(|&name| {
            let fit = match name {
                SAMPLE => Ok(sample()),
                QUANTILES => quantiles(&sorted),
                _ => {
                    let member = Member::ALL.iter().find(|member| member.name == name);
                    estimator::fit(member.expect("a name out of the list of families"), &sorted)
                }
            };
            fit.map_err(|reason| Inapplicable { family: name, reason })
        })
        .collect();
    let (mut fits, mut inapplicable) = (Vec::new(), Vec::new());
    for result in found {
        match result {
            Ok(fit) => fits.push(fit),
            Err(reason) => inapplicable.push(reason),
        }
    }
    // A stable sort: of two that are alike the simpler one, which stands first in the manual.
    fits.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
    Ok(Fits { values: sorted, fits, inapplicable })
}

fn rank(fit: &Fit) -> f64 {
    fit.aic.unwrap_or(f64::INFINITY)
}

/// The data themselves.
fn sample() -> Fit {
    Fit {
        family: SAMPLE,
        parameters: Vec::new(),
        covariance: None,
        log_likelihood: None,
        aic: None,
        ks: None,
        ad: None,
        distribution: None,
    }
}

/// Percentiles that a metalog is drawn through: the first of these lists that has one.
const POINTS: [&[(&str, f64)]; 2] = [
    &[("p5", 0.05), ("p25", 0.25), ("p50", 0.5), ("p75", 0.75), ("p95", 0.95)],
    &[("p10", 0.1), ("p50", 0.5), ("p90", 0.9)],
];

/// A metalog through percentiles of the data (type 7 of R. Hyndman and Y. Fan, Am. Stat. 50 (1996) 361); of positive
/// data one that stays above 0. It is no maximum of the likelihood: its AIC is an upper bound of what metalogs reach.
fn quantiles(sorted: &[f64]) -> Result<Fit, String> {
    let low = (sorted[0] > 0.0).then_some(0.0);
    let none = "no metalog passes through the percentiles of these data";
    for points in POINTS {
        let at: Vec<(f64, f64)> =
            points.iter().map(|&(_, p)| (p, estimator::quantile(sorted, p))).collect();
        let Ok(law) = distribution::quantiles(&at, low, None) else { continue };
        if law.constant().is_some() {
            continue;
        }
        let log_likelihood = estimator::sum(sorted, |x| libm::log(law.pdf(x)));
        if !log_likelihood.is_finite() {
            continue;
        }
        let quantity =
            |name, value| Estimate { name, value, se: None, coordinate: Coordinate::Location };
        let percentiles =
            points.iter().zip(&at).map(|(&(name, _), &(_, value))| quantity(name, value));
        let (ks, ad) = distance::distances(sorted, &law);
        return Ok(Fit {
            family: QUANTILES,
            parameters: percentiles.chain(low.map(|low| quantity("low", low))).collect(),
            covariance: None,
            log_likelihood: Some(log_likelihood),
            aic: Some(2.0 * points.len() as f64 - 2.0 * log_likelihood),
            ks: Some(ks),
            ad,
            distribution: Some(law),
        });
    }
    Err(none.to_owned())
}

#[cfg(test)]
mod tests;
