//! The elementwise operations of the language, each defined once: by what it does to one lane.
//!
//! Kernels, constant folding and the scalar reference all use these definitions, so that they agree
//! bit for bit. Conditions are 1 and 0; undefined is NaN and wins over everything; never is +∞.
//!
//! An operation is a line here. It becomes a variant of an enum, which a program holds, and a type of
//! its own, for which a loop over lanes is compiled ([`Unary::visit`] goes from the one to the other).

use super::{elementary, lanes, normal, power};

/// Declares the operations of one arity: the enum, a type for each, and the way between.
macro_rules! operations {
    (
        $(#[$attribute:meta])* $kind:ident, $lane:ident, $visitor:ident, $types:ident, $arguments:tt;
        $($(#[$doc:meta])* $name:ident => $body:expr;)*
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $kind { $($(#[$doc])* $name,)* }

        operations!(@traits $lane $visitor $arguments);

        mod $types {
            use super::*;
            $(operations!(@lane $lane $name $arguments $body);)*
        }

        impl $kind {
            /// Every operation of this arity.
            pub const ALL: &'static [$kind] = &[$($kind::$name,)*];

            operations!(@apply $kind $lane $types $arguments [$($name)*]);

            /// Does work that is compiled for this operation alone.
            #[inline(always)]
            pub fn visit<V: $visitor>(self, visitor: V) {
                match self { $($kind::$name => visitor.visit($types::$name),)* }
            }
        }
    };
    (@traits $lane:ident $visitor:ident ($($argument:ident),*)) => {
        /// An operation of this arity as a type.
        pub trait $lane: Copy {
            /// The operation on one lane.
            fn apply(self, $($argument: f64),*) -> f64;
        }

        /// Work that is compiled for each operation of this arity.
        pub trait $visitor {
            /// Does the work with one operation.
            fn visit<F: $lane>(self, operation: F);
        }
    };
    (@lane $lane:ident $name:ident ($($argument:ident),*) $body:expr) => {
        #[derive(Clone, Copy)]
        pub(super) struct $name;

        impl $lane for $name {
            #[inline(always)]
            fn apply(self, $($argument: f64),*) -> f64 {
                $body
            }
        }
    };
    (@apply $kind:ident $lane:ident $types:ident $arguments:tt [$($name:ident)*]) => {
        operations!(@apply_with $kind $lane $arguments $arguments [$($name, $types)*]);
    };
    (@apply_with $kind:ident $lane:ident ($($argument:ident),*) $arguments:tt [$($name:ident, $types:ident)*]) => {
        /// The operation on one lane.
        pub fn apply(self, $($argument: f64),*) -> f64 {
            match self { $($kind::$name => operations!(@call $types $name $arguments),)* }
        }
    };
    (@call $types:ident $name:ident ($($argument:ident),*)) => {
        $types::$name.apply($($argument),*)
    };
}

operations! {
    /// Operations on one number.
    Unary, UnaryLane, UnaryVisitor, unary_types, (x);
    /// `-x`
    Negate => -x;
    /// `abs(x)`
    Absolute => x.abs();
    /// `sign(x)`
    Sign => elementary::sign(x);
    /// `floor(x)`
    Floor => elementary::floor(x);
    /// `ceil(x)`
    Ceil => elementary::ceil(x);
    /// `round(x)`, half away from zero
    Round => elementary::round_half_away(x);
    /// `sqrt(x)`
    SquareRoot => elementary::sqrt(x);
    /// `exp(x)`
    Exp => elementary::exp(x);
    /// `exp(x) - 1`, accurate for small x: inside distributions
    ExpMinusOne => elementary::exp_m1(x);
    /// `ln(x)`
    Ln => elementary::ln(x);
    /// `ln(1 + x)`, accurate for small x: inside distributions
    LnOnePlus => elementary::ln_1p(x);
    /// `log10(x)`
    Log10 => elementary::log10(x);
    /// `sin(x)`
    Sin => elementary::sin(x);
    /// `cos(x)`
    Cos => elementary::cos(x);
    /// `tan(x)`
    Tan => elementary::tan(x);
    /// `atan(x)`
    Atan => elementary::atan(x);
    /// `tanh(x)`
    Tanh => elementary::tanh(x);
    /// `erf(x)`
    Erf => elementary::erf(x);
    /// `normal_cdf(x)`
    NormalCdf => normal::norm_cdf(x);
    /// `normal_quantile(p)`
    NormalQuantile => normal::norm_quantile(x);
    /// The uniform number of a standard normal one: Φ, inside (0, 1).
    NormalUniform => normal::norm_uniform(x);
    /// The distribution function of Student's t with two degrees of freedom, inside (0, 1).
    StudentTwo => normal::student_two(x);
    /// `not x`
    Not => 1.0 - x;
    /// `never(x)`
    IsNever => condition(x == f64::INFINITY, x, x);
    /// The number itself where it is ≥ 0 and finite, else undefined: a parameter such as `sd`.
    NonNegative => if (0.0..f64::INFINITY).contains(&x) { x } else { f64::NAN };
    /// The number itself where it is > 0 and finite, else undefined: a parameter such as `shape`.
    Positive => positive(x);
    /// Likewise, of what money is multiplied by from step to step.
    Factor => positive(x);
}

operations! {
    /// Operations on two numbers.
    Binary, BinaryLane, BinaryVisitor, binary_types, (a, b);
    /// `a + b`
    Add => a + b;
    /// `a - b`
    Subtract => a - b;
    /// `a * b`
    Multiply => a * b;
    /// `a / b`; an exact division by zero is undefined
    Divide => {
        let quotient = a / b;
        if b == 0.0 { f64::NAN } else { quotient }
    };
    /// `a ^ b`
    Power => power::pow(a, b);
    /// `mod(a, b)`, with the divisor's sign
    Modulo => elementary::modulo(a, b);
    /// `atan2(a, b)`
    Atan2 => elementary::atan2(a, b);
    /// The smaller one
    Min => elementary::min(a, b);
    /// The larger one
    Max => elementary::max(a, b);
    /// `a < b`
    Less => condition(a < b, a, b);
    /// `a <= b`
    LessEqual => condition(a <= b, a, b);
    /// `a == b`
    Equal => condition(a == b, a, b);
    /// `a != b`
    NotEqual => condition(a != b, a, b);
    /// `a and b`
    And => a * b;
    /// `a or b`
    Or => elementary::max(a, b);
    /// The larger of `a` and the absolute value of `b`: the largest running total so far
    MaxAbsolute => elementary::max(a, b.abs());
    /// Whether a running total `a` is below zero by more than rounding, `b` being the largest so far
    Overdrawn => condition(a < -(TOLERANCE * b), a, b);
}

operations! {
    /// Operations on three numbers, and on the elapsed time in steps.
    Ternary, TernaryLane, TernaryVisitor, ternary_types, (a, b, c, time);
    /// `if a then b else c`: the branch that is not taken does not count, not even undefined.
    Select => {
        let _ = time;
        let taken = if a == 0.0 { c } else { b };
        if a.is_nan() { f64::NAN } else { taken }
    };
    /// `(value, never, other)`: never where `never` is, undefined where either operand is, else the value.
    NeverIf => {
        let _ = time;
        let value = if b == f64::INFINITY { f64::INFINITY } else { a };
        if b.is_nan() | c.is_nan() { f64::NAN } else { value }
    };
    /// `a * b + c`, the product rounded before it is added
    MultiplyAdd => {
        let _ = time;
        a * b + c
    };
    /// `a * b - c`, likewise
    MultiplySubtract => {
        let _ = time;
        a * b - c
    };
    /// `c - a * b`, likewise
    SubtractProduct => {
        let _ = time;
        c - a * b
    };
    /// `exp(a * b + c)`, likewise
    ExpMultiplyAdd => {
        let _ = time;
        elementary::exp(a * b + c)
    };
    /// The quantile of the gamma law with shape `a` and scale 1 at the uniform number `c`.
    GammaQuantile => {
        let _ = time;
        lanes::one::<lanes::Gamma>(a, b, c)
    };
    /// Likewise of the beta law with shapes `a` and `b`, from the nearer end: see [`lanes::Beta`].
    BetaQuantile => {
        let _ = time;
        lanes::one::<lanes::Beta>(a, b, c)
    };
    /// Likewise of Student's law with `a` degrees of freedom.
    StudentQuantile => {
        let _ = time;
        lanes::one::<lanes::StudentT>(a, b, c)
    };
    /// Likewise of the inverse Gaussian law with mean 1 and shape `a`.
    InverseGaussianQuantile => {
        let _ = time;
        lanes::one::<lanes::InverseGaussian>(a, b, c)
    };
    /// Likewise of the Poisson law with mean `a`.
    PoissonQuantile => {
        let _ = time;
        lanes::one::<lanes::Poisson>(a, b, c)
    };
    /// Likewise of the binomial law of `a` attempts with probability `b`.
    BinomialQuantile => {
        let _ = time;
        lanes::one::<lanes::Binomial>(a, b, c)
    };
    /// Likewise of the failures before success number `a`, each attempt with probability `b`.
    NegativeBinomialQuantile => {
        let _ = time;
        lanes::one::<lanes::NegativeBinomial>(a, b, c)
    };
    /// `(state, total, largest total so far)`: see [`payback_step`].
    PaybackWait => payback_step(a, b, c, time);
}

impl Ternary {
    /// Whether it is the quantile of a law whose parameters differ from lane to lane: an iteration over many lanes at once.
    pub fn is_quantile(self) -> bool {
        matches!(
            self,
            Ternary::GammaQuantile
                | Ternary::BetaQuantile
                | Ternary::StudentQuantile
                | Ternary::InverseGaussianQuantile
                | Ternary::PoissonQuantile
                | Ternary::BinomialQuantile
                | Ternary::NegativeBinomialQuantile
        )
    }
}

/// The number itself where it is > 0 and finite.
#[inline(always)]
fn positive(x: f64) -> f64 {
    if (x > 0.0) & (x < f64::INFINITY) { x } else { f64::NAN }
}

/// A condition of two numbers: 1 or 0, undefined where one of them is.
#[inline(always)]
fn condition(holds: bool, a: f64, b: f64) -> f64 {
    let value = if holds { 1.0 } else { 0.0 };
    if a.is_nan() | b.is_nan() { f64::NAN } else { value }
}

/// A running total this close to zero, of its largest value so far, counts as zero: twelve twelfths pay back one.
pub(super) const TOLERANCE: f64 = 1e-12;

/// One step of a payback: the state is 0 while the running total has not been negative, +∞ while it
/// waits to be paid back, and the time of payback from then on.
#[inline(always)]
pub fn payback_step(state: f64, total: f64, largest: f64, time: f64) -> f64 {
    let is_negative = total < -(TOLERANCE * largest);
    let is_waiting = state == f64::INFINITY;
    let paid = if is_waiting & !is_negative { time } else { state };
    let next = if is_negative & (state == 0.0) { f64::INFINITY } else { paid };
    if total.is_nan() | state.is_nan() { f64::NAN } else { next }
}
