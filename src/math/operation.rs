//! The elementwise operations of the language, each defined once: by what `apply` does to one lane.
//!
//! Kernels, constant folding and the scalar reference all call these definitions, so that they agree
//! bit for bit. Conditions are 1 and 0; undefined is NaN and wins over everything; never is +∞.

use super::elementary;

/// Operations on one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the functions")]
pub enum Unary {
    Negate,
    Absolute,
    Sign,
    Floor,
    Ceil,
    Round,
    SquareRoot,
    Exp,
    Ln,
    Log10,
    Sin,
    Cos,
    Tan,
    Atan,
    Tanh,
    Erf,
    NormalCdf,
    NormalQuantile,
    Not,
    IsNever,
    /// The number itself where it is ≥ 0 and finite, else undefined: a parameter such as `sd`.
    NonNegative,
    /// The number itself where it is > 0 and finite, else undefined: a parameter such as `shape`.
    Positive,
}

/// Operations on two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the operators")]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    /// Division; an exact division by zero is undefined.
    Divide,
    Power,
    Modulo,
    Atan2,
    Min,
    Max,
    Less,
    LessEqual,
    Equal,
    NotEqual,
    And,
    Or,
}

/// Operations on three numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ternary {
    /// `if a then b else c`: the branch that is not taken does not count, not even undefined.
    Select,
    /// `(value, never, other)`: never where `never` is, undefined where either operand is, else the value.
    NeverIf,
    /// `(state, total, tolerance)` at a step > 0: see [`payback_step`].
    PaybackWait,
}

#[inline(always)]
fn condition(holds: bool, a: f64, b: f64) -> f64 {
    let value = if holds { 1.0 } else { 0.0 };
    if a.is_nan() | b.is_nan() { f64::NAN } else { value }
}

impl Unary {
    /// The operation on one lane.
    #[inline(always)]
    pub fn apply(self, x: f64) -> f64 {
        match self {
            Unary::Negate => -x,
            Unary::Absolute => x.abs(),
            Unary::Sign => elementary::sign(x),
            Unary::Floor => x.floor(),
            Unary::Ceil => x.ceil(),
            Unary::Round => elementary::round_half_away(x),
            Unary::SquareRoot => x.sqrt(),
            Unary::Exp => elementary::exp(x),
            Unary::Ln => elementary::ln(x),
            Unary::Log10 => elementary::log10(x),
            Unary::Sin => elementary::sin(x),
            Unary::Cos => elementary::cos(x),
            Unary::Tan => elementary::tan(x),
            Unary::Atan => elementary::atan(x),
            Unary::Tanh => elementary::tanh(x),
            Unary::Erf => elementary::erf(x),
            Unary::NormalCdf => super::normal::norm_cdf(x),
            Unary::NormalQuantile => super::normal::norm_quantile(x),
            Unary::Not => 1.0 - x,
            Unary::IsNever => condition(x == f64::INFINITY, x, x),
            Unary::NonNegative => {
                if (x >= 0.0) & (x < f64::INFINITY) {
                    x
                } else {
                    f64::NAN
                }
            }
            Unary::Positive => {
                if (x > 0.0) & (x < f64::INFINITY) {
                    x
                } else {
                    f64::NAN
                }
            }
        }
    }
}

impl Binary {
    /// The operation on one lane.
    #[inline(always)]
    pub fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Binary::Add => a + b,
            Binary::Subtract => a - b,
            Binary::Multiply => a * b,
            Binary::Divide => {
                if b == 0.0 {
                    f64::NAN
                } else {
                    a / b
                }
            }
            Binary::Power => super::power::pow(a, b),
            Binary::Modulo => elementary::modulo(a, b),
            Binary::Atan2 => elementary::atan2(a, b),
            Binary::Min => elementary::min(a, b),
            Binary::Max => elementary::max(a, b),
            Binary::Less => condition(a < b, a, b),
            Binary::LessEqual => condition(a <= b, a, b),
            Binary::Equal => condition(a == b, a, b),
            Binary::NotEqual => condition(a != b, a, b),
            Binary::And => a * b,
            Binary::Or => elementary::max(a, b),
        }
    }
}

impl Ternary {
    /// The operation on one lane; `time` is the elapsed time of the step.
    #[inline(always)]
    pub fn apply(self, a: f64, b: f64, c: f64, time: f64) -> f64 {
        match self {
            Ternary::Select => {
                let taken = if a == 0.0 { c } else { b };
                if a.is_nan() { f64::NAN } else { taken }
            }
            Ternary::NeverIf => {
                let value = if b == f64::INFINITY { f64::INFINITY } else { a };
                if b.is_nan() | c.is_nan() { f64::NAN } else { value }
            }
            Ternary::PaybackWait => payback_step(a, b, c, time),
        }
    }
}

/// One step of a payback: the state is 0 while the running total has not been negative, +∞ while it
/// waits to be paid back, and the time of payback from then on. `total` at least `-tolerance` counts as paid.
#[inline(always)]
pub fn payback_step(state: f64, total: f64, tolerance: f64, time: f64) -> f64 {
    let is_negative = total < -tolerance;
    let is_waiting = state == f64::INFINITY;
    let paid = if is_waiting & !is_negative { time } else { state };
    let next = if is_negative & (state == 0.0) { f64::INFINITY } else { paid };
    if total.is_nan() | state.is_nan() { f64::NAN } else { next }
}
