//! One family fitted: data standardized, the likelihood maximized, estimates brought back to the unit of the data.

use super::distance;
use super::member::{Coordinate, Domain, Estimator, Member};
use super::optimum;
use super::{Estimate, Fit};
use crate::distribution;
use crate::math::ln;

/// More degrees of freedom are a normal.
const MOST_DF: f64 = 300.0;
/// The likelihood of a GEV has no standard errors at this shape and below (R. L. Smith, Biometrika 72 (1985) 67).
const LEAST_REGULAR_SHAPE: f64 = -0.5;
/// A scale so small beside the spread of the data is on its way to 0.
const LEAST_SCALE: f64 = 1e-6;

/// Fits a family to ascending values, or says why it does not fit.
pub(super) fn fit(member: &Member, sorted: &[f64]) -> Result<Fit, String> {
    admit(member.domain, sorted)?;
    let (values, errors, covariance) = match member.estimator {
        Estimator::Irregular(estimate) => {
            let found = estimate(sorted)
                .ok_or_else(|| "no maximum of its likelihood was found".to_owned())?;
            let covariance = diagonal(member, &found);
            let (values, errors): (Vec<f64>, Vec<Option<f64>>) = found.into_iter().unzip();
            (values, errors, covariance)
        }
        Estimator::Closed(_) | Estimator::Search(_) => regular(member, sorted)?,
    };
    let estimates = member.parameters.iter().zip(&values).zip(&errors);
    let parameters = estimates
        .map(|((&(name, coordinate), &value), &se)| Estimate { name, value, se, coordinate })
        .collect();
    let mut arguments = values.clone();
    // Ends of a beta, which are 0 and 1.
    let form = &member.family.forms()[member.form];
    arguments.extend(form.parameters[values.len()..].iter().filter_map(|rest| rest.default));
    let law = distribution::build(member.family, member.form, &arguments)
        .map_err(|error| error.message)?;
    let log_likelihood = sum(sorted, |x| (member.ln_density)(&values, x));
    if !log_likelihood.is_finite() {
        return Err("its likelihood is not a finite number".to_owned());
    }
    let (ks, ad) = distance::distances(sorted, &law);
    Ok(Fit {
        family: member.name,
        parameters,
        covariance,
        log_likelihood: Some(log_likelihood),
        aic: Some(2.0 * values.len() as f64 - 2.0 * log_likelihood),
        ks: Some(ks),
        ad,
        distribution: Some(law),
    })
}

/// Whether all values lie where those of the family do.
fn admit(domain: Domain, sorted: &[f64]) -> Result<(), String> {
    let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
    // Six digits are enough of a reason.
    let shown = |value: f64| format!("{value:.5e}").parse::<f64>().unwrap_or(value);
    match domain {
        Domain::FromZero if low < 0.0 => {
            Err(format!("its values are not negative, and the smallest here is {}", shown(low)))
        }
        Domain::Positive | Domain::Plain if low <= 0.0 => {
            Err(format!("its values are above 0, and the smallest here is {}", shown(low)))
        }
        Domain::Unit if low <= 0.0 || high >= 1.0 => Err(format!(
            "its values lie between 0 and 1, and these reach from {} to {}",
            shown(low),
            shown(high)
        )),
        Domain::Line | Domain::FromZero | Domain::Positive | Domain::Plain | Domain::Unit => Ok(()),
    }
}

/// Estimates, their errors, and covariances in coordinates.
type Estimates = (Vec<f64>, Vec<Option<f64>>, Option<Vec<Vec<f64>>>);

fn regular(member: &Member, sorted: &[f64]) -> Result<Estimates, String> {
    let none = || "no maximum of its likelihood was found".to_owned();
    let (shift, scale) = standard(member.domain, sorted);
    let z: Vec<f64> = sorted.iter().map(|x| (x - shift) / scale).collect();
    let kinds = || member.parameters.iter().map(|&(_, coordinate)| coordinate);
    let natural = |u: &[f64]| -> Vec<f64> {
        kinds().zip(u).map(|(kind, &u)| if kind.is_positive() { libm::exp(u) } else { u }).collect()
    };
    let coordinates = |p: &[f64]| -> Vec<f64> {
        kinds().zip(p).map(|(kind, &p)| if kind.is_positive() { libm::log(p) } else { p }).collect()
    };
    let mean_density = |u: &[f64]| {
        let p = natural(u);
        mean_of(&z, |x| (member.ln_density)(&p, x))
    };
    let (at, inverse) = match member.estimator {
        Estimator::Search(guess) => {
            let found = optimum::maximize(&mean_density, &coordinates(&guess(&z)));
            match found {
                Some(maximum) => (natural(&maximum.at), Some(maximum.inverse)),
                None if member.name == "student_t" && is_light(&z) => return Err(as_normal()),
                None => return Err(none()),
            }
        }
        Estimator::Closed(estimate) => {
            let at = estimate(&z);
            let inverse = optimum::information(&mean_density, &coordinates(&at));
            (at, inverse)
        }
        Estimator::Irregular(_) => return Err(none()),
    };
    let mut inverse = inverse;
    for ((name, kind), &value) in member.parameters.iter().zip(&at) {
        if !value.is_finite() || (kind.is_positive() && value < LEAST_SCALE) {
            return Err(none());
        }
        if *name == "df" && value > MOST_DF {
            return Err(as_normal());
        }
        if *kind == Coordinate::Real && value <= LEAST_REGULAR_SHAPE {
            inverse = None;
        }
    }
    let n = sorted.len() as f64;
    // Places and their errors are measured in `scale`, what is estimated by its logarithm is not.
    let stretch: Vec<f64> =
        kinds().map(|kind| if kind == Coordinate::Location { scale } else { 1.0 }).collect();
    let covariance = inverse.map(|inverse| -> Vec<Vec<f64>> {
        let row = |(i, row): (usize, &Vec<f64>)| {
            row.iter().zip(&stretch).map(|(c, s)| c * s * stretch[i] / n).collect()
        };
        inverse.iter().enumerate().map(row).collect()
    });
    let values: Vec<f64> = kinds()
        .zip(&at)
        .map(|(kind, &value)| match kind {
            Coordinate::Location => shift + scale * value,
            Coordinate::Scale => scale * value,
            Coordinate::LogLocation => value + libm::log(scale),
            Coordinate::Shape | Coordinate::Real => value,
        })
        .collect();
    let errors = kinds()
        .zip(&values)
        .enumerate()
        .map(|(i, (kind, &value))| {
            let se = libm::sqrt(covariance.as_ref()?[i][i]);
            Some(if kind.is_positive() { se * value } else { se })
        })
        .collect();
    Ok((values, errors, covariance))
}

/// Whether the fourth moment is no larger than that of a normal.
fn is_light(z: &[f64]) -> bool {
    let center = mean(z);
    let square = |x: f64| (x - center) * (x - center);
    let variance = mean_of(z, square);
    mean_of(z, |x| square(x) * square(x)) <= 3.0 * variance * variance
}

fn as_normal() -> String {
    "the tails are not heavier than those of a normal, which it would become".to_owned()
}

/// Independent errors as covariances in coordinates; one that is not known is taken as none.
fn diagonal(member: &Member, found: &[(f64, Option<f64>)]) -> Option<Vec<Vec<f64>>> {
    if found.iter().all(|(_, se)| se.is_none()) {
        return None;
    }
    let mut matrix = vec![vec![0.0; found.len()]; found.len()];
    for (i, (&(value, se), (_, kind))) in found.iter().zip(member.parameters).enumerate() {
        let se = se.unwrap_or(0.0);
        let se = if kind.is_positive() { se / value } else { se };
        matrix[i][i] = se * se;
    }
    Some(matrix)
}

/// Shift and scale that bring data to the order of 1.
fn standard(domain: Domain, sorted: &[f64]) -> (f64, f64) {
    match domain {
        Domain::Unit | Domain::Plain => (0.0, 1.0),
        Domain::Positive => (0.0, libm::exp(mean_of(sorted, ln))),
        Domain::FromZero => (0.0, mean(sorted)),
        Domain::Line => {
            let range = quantile(sorted, 0.75) - quantile(sorted, 0.25);
            let center = mean(sorted);
            let sd = libm::sqrt(mean_of(sorted, |x| (x - center) * (x - center)));
            (quantile(sorted, 0.5), if range > 0.0 { range / 1.349 } else { sd })
        }
    }
}

/// The quantile of ascending values, with lines between them: type 7 of Hyndman and Fan.
pub(super) fn quantile(sorted: &[f64], p: f64) -> f64 {
    let place = p * (sorted.len() - 1) as f64;
    let below = libm::floor(place);
    let index = below as usize;
    let next = sorted[(index + 1).min(sorted.len() - 1)];
    sorted[index] + (place - below) * (next - sorted[index])
}

/// Σ f(x), summed in stretches so that rounding stays small.
pub(super) fn sum(values: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    const STRETCH: usize = 256;
    values.chunks(STRETCH).map(|stretch| stretch.iter().map(|&x| f(x)).sum::<f64>()).sum()
}

/// The mean of f(x).
pub(super) fn mean_of(values: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    sum(values, f) / values.len() as f64
}

/// The mean.
pub(super) fn mean(values: &[f64]) -> f64 {
    mean_of(values, |x| x)
}
