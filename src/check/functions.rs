//! The functions of the language as one table: names, parameters, and what each is made of.

use super::checked::{Discounted, OverTime};
use crate::math::operation::{Binary, Unary};

/// A function and its parameters.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) parameters: &'static [&'static str],
    /// How many of the parameters must be given.
    pub(super) required: usize,
    pub(super) kind: FunctionKind,
}

/// What a function does with its arguments.
#[derive(Clone, Copy)]
pub(super) enum FunctionKind {
    /// A plain number to a plain number.
    Plain(Unary),
    /// Any quantity to one of the same unit.
    Keep(Unary),
    /// Any quantity to a plain number.
    Sign,
    SquareRoot,
    /// `round(x)` of plain numbers, `round(x, multiple)` of any.
    Rounding(Unary),
    /// `min(a, b, …)`, or over an index: `min(x, firm)`.
    Extreme(Binary),
    Clamp,
    Modulo,
    Atan2,
    Never,
    Previous,
    CumulativeSum,
    /// Over time, or over an index where the second argument names one.
    Reduce(OverTime),
    Count,
    At,
    Ramp,
    FirstTime,
    /// Paybacks, with or without a rate.
    Payback(OverTime, Discounted),
    Npv,
    Irr,
}

const fn function(
    name: &'static str,
    parameters: &'static [&'static str],
    required: usize,
    kind: FunctionKind,
) -> Function {
    Function { name, parameters, required, kind }
}

use FunctionKind as K;

/// Every function but `if`, which the grammar knows.
pub(super) const FUNCTIONS: &[Function] = &[
    function("exp", &["x"], 1, K::Plain(Unary::Exp)),
    function("ln", &["x"], 1, K::Plain(Unary::Ln)),
    function("log10", &["x"], 1, K::Plain(Unary::Log10)),
    function("sin", &["x"], 1, K::Plain(Unary::Sin)),
    function("cos", &["x"], 1, K::Plain(Unary::Cos)),
    function("tan", &["x"], 1, K::Plain(Unary::Tan)),
    function("atan", &["x"], 1, K::Plain(Unary::Atan)),
    function("tanh", &["x"], 1, K::Plain(Unary::Tanh)),
    function("erf", &["x"], 1, K::Plain(Unary::Erf)),
    function("normal_cdf", &["x"], 1, K::Plain(Unary::NormalCdf)),
    function("normal_quantile", &["p"], 1, K::Plain(Unary::NormalQuantile)),
    function("abs", &["x"], 1, K::Keep(Unary::Absolute)),
    function("sign", &["x"], 1, K::Sign),
    function("sqrt", &["x"], 1, K::SquareRoot),
    function("floor", &["x", "multiple"], 1, K::Rounding(Unary::Floor)),
    function("ceil", &["x", "multiple"], 1, K::Rounding(Unary::Ceil)),
    function("round", &["x", "multiple"], 1, K::Rounding(Unary::Round)),
    function("min", &["x"], 1, K::Extreme(Binary::Min)),
    function("max", &["x"], 1, K::Extreme(Binary::Max)),
    function("clamp", &["x", "low", "high"], 3, K::Clamp),
    function("mod", &["x", "divisor"], 2, K::Modulo),
    function("atan2", &["y", "x"], 2, K::Atan2),
    function("never", &["x"], 1, K::Never),
    function("prev", &["x"], 1, K::Previous),
    function("cumsum", &["x"], 1, K::CumulativeSum),
    function("sum", &["x", "index"], 1, K::Reduce(OverTime::Sum)),
    function("mean", &["x", "index"], 1, K::Reduce(OverTime::Mean)),
    function("lowest", &["x"], 1, K::Reduce(OverTime::Lowest)),
    function("highest", &["x"], 1, K::Reduce(OverTime::Highest)),
    function("first", &["x"], 1, K::Reduce(OverTime::First)),
    function("last", &["x"], 1, K::Reduce(OverTime::Last)),
    function("count", &["condition", "index"], 2, K::Count),
    function("at", &["x", "time"], 2, K::At),
    function("ramp", &["from", "length"], 2, K::Ramp),
    function("first_time", &["condition"], 1, K::FirstTime),
    function("payback", &["cash", "rate"], 1, K::Payback(OverTime::Payback, Discounted::Payback)),
    function(
        "sustained_payback",
        &["cash", "rate"],
        1,
        K::Payback(OverTime::SustainedPayback, Discounted::SustainedPayback),
    ),
    function("npv", &["cash", "rate"], 2, K::Npv),
    function("irr", &["cash"], 1, K::Irr),
];

/// The function of this name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// What to write for a function of spreadsheets and other languages; in backticks.
pub(super) fn instead_of(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "average" | "avg" => "`mean(x)` over time, `mean(x, index)` over an index",
        "log" => "`ln(x)` or `log10(x)`",
        "pow" | "power" => "`x ^ y`",
        "roundup" => "`ceil(x)`",
        "rounddown" | "int" => "`floor(x)`",
        "rand" | "random" => "an input such as `uniform(0, 1)`",
        "xnpv" => "`npv(cash, rate)`",
        "xirr" => "`irr(cash)`",
        "cumulative" => "`cumsum(x)`",
        _ => return None,
    })
}

/// Whether a name is that of a statistic over trials: of many draws, and not of one.
pub(super) fn is_statistic(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_percentile = name.strip_prefix('p').is_some_and(|rest| rest.parse::<f64>().is_ok());
    let known = [
        "p",
        "prob",
        "probability",
        "percentile",
        "quantile",
        "median",
        "std",
        "stdev",
        "stddev",
        "sd",
        "variance",
    ];
    is_percentile || known.contains(&name.as_str())
}

/// The distributions that are not families: they take weights or other distributions.
pub(super) const COMBINATORS: &[&str] =
    &["discrete", "mixture", "truncate", "quantiles", "histogram", "sample", "compound"];

/// What moves over the timeline.
pub(super) const PROCESSES: &[&str] = &["gbm", "mean_reverting", "jumps"];
