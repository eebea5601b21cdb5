//! The families as data: their names, the ways to call them, and how a call becomes a [`Distribution`].
//!
//! In: a family, a form and values in base units. Out: a distribution, or which argument is wrong and why.
//! Not here: `discrete(…)`, `mixture(…)` and `truncate(…)` as calls, which do not take plain parameters; their
//! constructors are here, their syntax is the checker's.

use super::constant::Constant;
use super::parameter::{self, Form, ParameterError};
use super::{
    Affine, Discrete, Distribution, Histogram, LogNormal, Mixture, Truncated, lognormal, metalog,
};
use super::{
    bernoulli, beta, binomial, exponential, gamma, normal, poisson, triangular, uniform,
    uniform_int, weibull,
};
use super::{
    cauchy, chi_square, frechet, geometric, gev, gumbel, hypergeometric, inverse_gaussian,
    kumaraswamy, laplace, logistic, loglogistic, negative_binomial, pareto, rayleigh, student_t,
    trapezoidal,
};

/// What becomes of parameters.
type Built = Result<Distribution, ParameterError>;

/// What a family's file states about it.
pub(super) struct Entry {
    /// Its name in the language.
    pub(super) name: &'static str,
    /// The ways to call it.
    pub(super) forms: &'static [Form],
    pub(super) is_discrete: bool,
    pub(super) result_is_plain: bool,
    /// From the form's index and one finite value a parameter.
    pub(super) build: fn(usize, &[f64]) -> Built,
    pub(super) pins: Option<Pins>,
}

/// How a family is given by percentiles.
pub(super) struct Pins {
    /// How many of them determine it.
    pub(super) count: usize,
    /// Whether its values are positive.
    pub(super) is_positive: bool,
    /// From (probability, value) pairs, ascending in both, strictly unless there is one only.
    pub(super) build: fn(&[(f64, f64)]) -> Built,
}

/// A family of distributions that is called with plain parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is documented in its own file")]
pub enum Family {
    Uniform,
    Normal,
    LogNormal,
    Triangular,
    Pert,
    Beta,
    Gamma,
    Exponential,
    Weibull,
    Poisson,
    Binomial,
    Bernoulli,
    UniformInt,
    Pareto,
    StudentT,
    Logistic,
    Gumbel,
    Cauchy,
    NegativeBinomial,
    Geometric,
    Hypergeometric,
    Laplace,
    Rayleigh,
    ChiSquare,
    InverseGaussian,
    LogLogistic,
    Frechet,
    Gev,
    Kumaraswamy,
    Trapezoidal,
}

impl Family {
    /// All families, in the order of the language's manual.
    pub const ALL: &'static [Family] = &[
        Family::Uniform,
        Family::Normal,
        Family::LogNormal,
        Family::Triangular,
        Family::Pert,
        Family::Beta,
        Family::Gamma,
        Family::Exponential,
        Family::Weibull,
        Family::Poisson,
        Family::Binomial,
        Family::Bernoulli,
        Family::UniformInt,
        Family::Pareto,
        Family::StudentT,
        Family::Logistic,
        Family::Gumbel,
        Family::Cauchy,
        Family::NegativeBinomial,
        Family::Geometric,
        Family::Hypergeometric,
        Family::Laplace,
        Family::Rayleigh,
        Family::ChiSquare,
        Family::InverseGaussian,
        Family::LogLogistic,
        Family::Frechet,
        Family::Gev,
        Family::Kumaraswamy,
        Family::Trapezoidal,
    ];

    fn entry(self) -> &'static Entry {
        match self {
            Family::Uniform => &uniform::ENTRY,
            Family::Normal => &normal::ENTRY,
            Family::LogNormal => &lognormal::ENTRY,
            Family::Triangular => &triangular::ENTRY,
            Family::Pert => &beta::PERT,
            Family::Beta => &beta::ENTRY,
            Family::Gamma => &gamma::ENTRY,
            Family::Exponential => &exponential::ENTRY,
            Family::Weibull => &weibull::ENTRY,
            Family::Poisson => &poisson::ENTRY,
            Family::Binomial => &binomial::ENTRY,
            Family::Bernoulli => &bernoulli::ENTRY,
            Family::UniformInt => &uniform_int::ENTRY,
            Family::Pareto => &pareto::ENTRY,
            Family::StudentT => &student_t::ENTRY,
            Family::Logistic => &logistic::ENTRY,
            Family::Gumbel => &gumbel::ENTRY,
            Family::Cauchy => &cauchy::ENTRY,
            Family::NegativeBinomial => &negative_binomial::ENTRY,
            Family::Geometric => &geometric::ENTRY,
            Family::Hypergeometric => &hypergeometric::ENTRY,
            Family::Laplace => &laplace::ENTRY,
            Family::Rayleigh => &rayleigh::ENTRY,
            Family::ChiSquare => &chi_square::ENTRY,
            Family::InverseGaussian => &inverse_gaussian::ENTRY,
            Family::LogLogistic => &loglogistic::ENTRY,
            Family::Frechet => &frechet::ENTRY,
            Family::Gev => &gev::ENTRY,
            Family::Kumaraswamy => &kumaraswamy::ENTRY,
            Family::Trapezoidal => &trapezoidal::ENTRY,
        }
    }

    /// The family of this name in the language.
    pub fn from_name(name: &str) -> Option<Family> {
        Family::ALL.iter().copied().find(|family| family.name() == name)
    }

    /// Its name in the language.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// The ways to call it; the first is the one for positional arguments.
    pub fn forms(self) -> &'static [Form] {
        self.entry().forms
    }

    /// Whether its values are atoms.
    pub fn is_discrete(self) -> bool {
        self.entry().is_discrete
    }

    /// Whether it may be given by percentiles (`p5 =, p95 =`).
    pub fn can_pin(self) -> bool {
        self.pins() > 0
    }

    /// How many percentiles determine it; 0 where it cannot be given by percentiles.
    pub fn pins(self) -> usize {
        self.entry().pins.as_ref().map_or(0, |pins| pins.count)
    }

    /// Whether its values are plain numbers whatever its parameters: counts and indicators.
    pub fn result_is_plain(self) -> bool {
        self.entry().result_is_plain
    }
}

/// A member of a family, from one value for each parameter of the form.
///
/// # Errors
/// The first parameter that breaks a rule of the family, or is not finite.
///
/// # Panics
/// If `form` is no form of the family or `values` does not have its length: the checker sees to both.
pub fn build(family: Family, form: usize, values: &[f64]) -> Result<Distribution, ParameterError> {
    let parameters = family.forms()[form].parameters;
    assert_eq!(parameters.len(), values.len(), "one value for each parameter of {}", family.name());
    for (index, (parameter, &value)) in parameters.iter().zip(values).enumerate() {
        parameter::finite(index, parameter.name, value)?;
    }
    (family.entry().build)(form, values)
}

/// A member of a family by percentiles: pairs of a probability in (0, 1) and the value there, in any order.
/// Equal values make a constant.
///
/// # Errors
/// The index of the offending pair.
pub fn build_pinned(family: Family, points: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    let name = family.name();
    let Some(pins) = &family.entry().pins else {
        return Err(ParameterError::new(0, format!("`{name}` cannot be given by percentiles")));
    };
    if points.len() != pins.count {
        let (count, given) = (pins.count, points.len());
        let plural = if count == 1 { "" } else { "s" };
        let message =
            format!("`{name}` is determined by {count} percentile{plural}, not by {given}");
        return Err(ParameterError::new(given.saturating_sub(1).min(count), message));
    }
    let order = ascending(points)?;
    if pins.is_positive {
        for (index, &(p, value)) in points.iter().enumerate() {
            if value <= 0.0 {
                let message =
                    format!("`{}` of `{name}` must be positive, it is {value}", percentile_name(p));
                return Err(ParameterError::new(index, message));
            }
        }
    }
    let sorted: Vec<(f64, f64)> = order.iter().map(|&index| points[index]).collect();
    if sorted.len() > 1 && sorted[0].1 == sorted[1].1 {
        return Ok(Constant::of(sorted[0].1));
    }
    (pins.build)(&sorted)
}

/// The order in which percentiles ascend, none given twice, none below one of a lower probability.
pub(super) fn ascending(points: &[(f64, f64)]) -> Result<Vec<usize>, ParameterError> {
    for (index, &(p, value)) in points.iter().enumerate() {
        if !(p > 0.0 && p < 1.0) {
            let percent = p * 100.0;
            let message = format!("a percentile must lie between 0 and 100, it is {percent}");
            return Err(ParameterError::new(index, message));
        }
        parameter::finite(index, &percentile_name(p), value)?;
    }
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| points[a].0.total_cmp(&points[b].0));
    for pair in order.windows(2) {
        let ((p, a), (q, b)) = (points[pair[0]], points[pair[1]]);
        if p == q {
            let message = format!("`{}` is given twice", percentile_name(p));
            return Err(ParameterError::new(pair[1], message));
        }
        if a > b {
            let (low, high) = (percentile_name(p), percentile_name(q));
            let message = format!("`{low}` must not exceed `{high}`, but {a} is above {b}");
            return Err(ParameterError::new(pair[1], message));
        }
    }
    Ok(order)
}

/// `p5` for 0.05.
pub(super) fn percentile_name(p: f64) -> String {
    // the probability is a decimal divided by 100: twelve digits bring that decimal back
    format!("p{}", libm::round(p * 1e14) / 1e12)
}

/// Where a falling function reaches a value inside an interval, to the last digits; `None` where it does not.
pub(super) fn falling_root(
    f: impl Fn(f64) -> f64,
    value: f64,
    (mut low, mut high): (f64, f64),
) -> Option<f64> {
    if !(f(low) > value && f(high) <= value) {
        return None;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if f(middle) <= value {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// Location and scale of the law `location + scale · Z` through two percentiles, by the quantile function of Z.
pub(super) fn location_scale(points: &[(f64, f64)], quantile: impl Fn(f64) -> f64) -> (f64, f64) {
    let [(p, a), (q, b)] = [points[0], points[1]];
    let (y, z) = (quantile(p), quantile(q));
    let scale = (b - a) / (z - y);
    // from the percentile nearer to the location: the other one would cancel
    let location = if y.abs() <= z.abs() { a - scale * y } else { b - scale * z };
    (location, scale)
}

/// As [`location_scale`], of the logarithm.
pub(super) fn log_location_scale(
    points: &[(f64, f64)],
    quantile: impl Fn(f64) -> f64,
) -> (f64, f64) {
    location_scale(
        &[(points[0].0, libm::log(points[0].1)), (points[1].0, libm::log(points[1].1))],
        quantile,
    )
}

/// `low to high @ level`: a lognormal with these as symmetric percentiles.
///
/// # Errors
/// Arguments 0, 1 and 2 are `low`, `high` and `level`.
pub fn range(low: f64, high: f64, level: f64) -> Result<Distribution, ParameterError> {
    if !(level > 0.0 && level < 1.0) {
        let message = format!("the level of a range must lie between 0 and 1, it is {level}");
        return Err(ParameterError::new(2, message));
    }
    parameter::finite(0, "low", low)?;
    parameter::finite(1, "high", high)?;
    let (p, q) = ((1.0 - level) / 2.0, (1.0 + level) / 2.0);
    if low <= 0.0 || high <= 0.0 {
        let index = usize::from(low > 0.0);
        let value = if index == 0 { low } else { high };
        let message = format!("both ends of a range must be positive, this one is {value}");
        let help = format!("write `normal({} =, {} =)`", percentile_name(p), percentile_name(q));
        return Err(ParameterError::new(index, message).with_help(help));
    }
    if low > high {
        return Err(ParameterError::new(
            0,
            format!("a range must ascend, but {low} is above {high}"),
        ));
    }
    if low == high {
        return Ok(Constant::of(low));
    }
    let logs = (libm::log(low), libm::log(high));
    // symmetric percentiles: the median is the geometric mean
    let z = crate::math::special::norm_quantile(q);
    Ok(Distribution::LogNormal(LogNormal {
        mu: (logs.0 + logs.1) / 2.0,
        sigma: (logs.1 - logs.0) / (2.0 * z),
    }))
}

/// A fixed number.
///
/// # Errors
/// The number is not finite.
pub fn constant(value: f64) -> Result<Distribution, ParameterError> {
    parameter::finite(0, "value", value)?;
    Ok(Constant::of(value))
}

/// Values with relative weights. Equal values are merged, those of weight 0 left out.
///
/// # Errors
/// The index of the offending pair.
pub fn discrete(pairs: &[(f64, f64)]) -> Result<Distribution, ParameterError> {
    Discrete::build(pairs)
}

/// A metalog through percentiles: pairs of a probability in (0, 1) and the value there, in any order, and the ends of
/// its support, where it has some. Equal values make a constant.
///
/// # Errors
/// The index of the offending pair; behind them stand `low` and `high`. Percentiles that no metalog has are one of them.
pub fn quantiles(
    points: &[(f64, f64)],
    low: Option<f64>,
    high: Option<f64>,
) -> Result<Distribution, ParameterError> {
    metalog::build(points, low, high)
}

/// Bins between ascending edges, with relative weights.
///
/// # Errors
/// Arguments are the edges, then the weights; one behind the last where their numbers do not fit.
pub fn histogram(edges: &[f64], weights: &[f64]) -> Result<Distribution, ParameterError> {
    Histogram::build(edges, weights)
}

/// Distributions with relative weights. Those of weight 0 are left out.
///
/// # Errors
/// The index of the offending component.
pub fn mixture(components: Vec<(f64, Distribution)>) -> Result<Distribution, ParameterError> {
    Mixture::build(components)
}

/// `inner` given that it lies in [low, high]: renormalised.
///
/// # Errors
/// Argument 1 is `low`, 2 is `high`: an empty window, or one without probability.
pub fn truncated(
    inner: Distribution,
    low: Option<f64>,
    high: Option<f64>,
) -> Result<Distribution, ParameterError> {
    Truncated::build(inner, low, high)
}

/// `scale · inner + shift`.
///
/// # Errors
/// Argument 0 is `scale`, 1 is `shift`: not finite.
pub fn affine(scale: f64, shift: f64, inner: Distribution) -> Result<Distribution, ParameterError> {
    Affine::build(scale, shift, inner)
}

/// The rule that two weights lists share: finite, not negative, not all zero. Gives their sum.
pub(super) fn total_weight(
    weights: impl ExactSizeIterator<Item = f64>,
) -> Result<f64, ParameterError> {
    let mut total = 0.0;
    let mut last = 0;
    for (index, weight) in weights.enumerate() {
        parameter::finite(index, "weight", weight)?;
        if weight < 0.0 {
            return Err(ParameterError::new(
                index,
                format!("a weight must not be negative, it is {weight}"),
            ));
        }
        total += weight;
        last = index;
    }
    if total == 0.0 {
        // No one of them is to blame: an index behind the last stands for the whole.
        return Err(ParameterError::new(last + 1, "the weights must not all be zero"));
    }
    parameter::finite(last, "sum of weights", total)?;
    Ok(total)
}
