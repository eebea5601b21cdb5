//! A model with every name resolved, every unit fitted and every shape known: nothing in it can be wrong any more.
//!
//! Expressions here are trees over bare numbers. A value is in the unit of its [`Type`], and where two
//! units of one dimension meet, the conversion is an operation of the tree.

use std::sync::Arc;

use super::Written;
use crate::dependence::{Coefficient, Copula};
use crate::distribution::{Distribution, Family};
use crate::expr::{Comparison, Measure};
use crate::math::operation::{Binary, Unary};
use crate::model::{Better, Confidence, StepLength};
use crate::source::Span;
use crate::unit::{Unit, UnitTable};

/// A quantity: an index into [`CheckedModel::quantities`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuantityId(pub u32);

/// An index of the model: a position in [`CheckedModel::indexes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexId(pub u8);

/// At most this many indexes, so that a shape fits a word.
pub const MAX_INDEXES: usize = 32;

/// Along what a quantity varies, besides the trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Shape {
    /// Whether it has one value a step.
    pub step: bool,
    indexes: u32,
}

impl Shape {
    /// One value a trial.
    pub const TRIAL: Shape = Shape { step: false, indexes: 0 };
    /// One value a step.
    pub const STEP: Shape = Shape { step: true, indexes: 0 };

    /// With one more index.
    #[must_use]
    pub fn with(self, index: IndexId) -> Shape {
        Shape { indexes: self.indexes | 1 << index.0, ..self }
    }

    /// With one index less.
    #[must_use]
    pub fn without(self, index: IndexId) -> Shape {
        Shape { indexes: self.indexes & !(1 << index.0), ..self }
    }

    /// Without steps.
    #[must_use]
    pub fn of_trial(self) -> Shape {
        Shape { step: false, ..self }
    }

    /// What both broadcast to.
    #[must_use]
    pub fn union(self, other: Shape) -> Shape {
        Shape { step: self.step || other.step, indexes: self.indexes | other.indexes }
    }

    /// Whether it varies along an index.
    pub fn has(self, index: IndexId) -> bool {
        self.indexes >> index.0 & 1 == 1
    }

    /// Its indexes, in the order of the model.
    pub fn indexes(self) -> impl Iterator<Item = IndexId> {
        (0..32).map(IndexId).filter(move |&index| self.has(index))
    }
}

/// What kind of thing a quantity is.
#[derive(Debug, Clone, PartialEq)]
pub struct Type {
    /// The unit its values are in.
    pub unit: Unit,
    /// Along what it varies.
    pub shape: Shape,
    /// Whether it is true or false.
    pub is_condition: bool,
    /// Whether it may be never (+∞ at run time).
    pub may_be_never: bool,
}

/// The timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// How long a step is.
    pub step: StepLength,
    /// The last step; there are `steps + 1`.
    pub steps: u32,
    /// The date of step 0.
    pub start: Option<jiff::civil::Date>,
}

impl Timeline {
    /// Steps in a year: 12, 4 or 1.
    pub fn steps_per_year(&self) -> f64 {
        match self.step {
            StepLength::Month => 12.0,
            StepLength::Quarter => 4.0,
            StepLength::Year => 1.0,
        }
    }

    /// The name of the unit that a step is.
    pub fn unit_name(&self) -> &'static str {
        match self.step {
            StepLength::Month => "month",
            StepLength::Quarter => "quarter",
            StepLength::Year => "year",
        }
    }
}

/// An index and its labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Vec<String>,
}

/// An expression over numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum TypedExpr {
    /// A number.
    Constant(f64),
    /// A quantity; along the indexes named here at one label, along its others at that of the surroundings.
    Quantity {
        /// Which.
        id: QuantityId,
        /// Labels that are fixed.
        pinned: Vec<(IndexId, u32)>,
    },
    /// An operation on one number.
    Unary(Unary, Box<TypedExpr>),
    /// An operation on two numbers.
    Binary(Binary, Box<TypedExpr>, Box<TypedExpr>),
    /// `if`: only the branch taken counts, but for an undefined condition.
    Select(Box<TypedExpr>, Box<TypedExpr>, Box<TypedExpr>),
    /// The value, but never where the operand is never, and undefined where either operand is.
    NeverIf {
        /// The arithmetic.
        value: Box<TypedExpr>,
        /// The operand that may be never.
        never: Box<TypedExpr>,
        /// Another operand, which may be undefined.
        other: Box<TypedExpr>,
    },
    /// A power with a constant exponent.
    Power(Box<TypedExpr>, f64),
    /// Elapsed time, in steps.
    Elapsed,
    /// The value a step ago; at step 0 the value at step 0.
    Previous(Box<TypedExpr>),
    /// The value a step ago of the series that this stands in.
    OwnPrevious(QuantityId),
    /// The running total.
    CumulativeSum(Box<TypedExpr>),
    /// 1 at step 0, and from step to step times a value of the trial.
    RunningProduct(Box<TypedExpr>),
    /// All steps together.
    OverTime(OverTime, Box<TypedExpr>),
    /// All steps together, at a rate per year.
    Discounted(Discounted, Box<TypedExpr>, Box<TypedExpr>),
    /// The value at the step in force at a time given in steps.
    At(Box<TypedExpr>, Box<TypedExpr>),
    /// All labels of an index together.
    OverIndex(OverIndex, IndexId, Box<TypedExpr>),
}

/// What is made of all steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OverTime {
    /// The sum.
    Sum,
    /// The mean, step 0 included.
    Mean,
    /// The lowest value.
    Lowest,
    /// The highest value.
    Highest,
    /// The value at step 0.
    First,
    /// The value at the last step.
    Last,
    /// The first step at which the condition holds, or never.
    FirstTime,
    /// The first step at which the running total, having been negative, is not any more.
    Payback,
    /// The first step from which the running total stays non-negative.
    SustainedPayback,
    /// The internal rate of return, annual effective.
    Irr,
}

/// What is made of all steps at a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Discounted {
    /// Net present value.
    Npv,
    /// Payback of discounted cash.
    Payback,
    /// Sustained payback of discounted cash.
    SustainedPayback,
}

/// What is made of all labels of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OverIndex {
    /// The sum; of a condition the count.
    Sum,
    /// The mean.
    Mean,
    /// The lowest.
    Min,
    /// The highest.
    Max,
}

/// As many draws as a trial of `compound` may add up; beyond, the sum is undefined.
pub const MOST_DRAWS: f64 = 1e6;

impl DistributionExpr {
    /// Whether it is a sum of draws, scaled and shifted perhaps.
    pub fn is_compound(&self) -> bool {
        match self {
            DistributionExpr::Compound { .. } => true,
            DistributionExpr::Affine { inner, .. } => inner.is_compound(),
            DistributionExpr::Value(_)
            | DistributionExpr::Family { .. }
            | DistributionExpr::Pinned { .. }
            | DistributionExpr::Range { .. }
            | DistributionExpr::Discrete(_)
            | DistributionExpr::Quantiles { .. }
            | DistributionExpr::Histogram { .. }
            | DistributionExpr::Sample(_)
            | DistributionExpr::Mixture(_)
            | DistributionExpr::Truncated { .. } => false,
        }
    }
}

/// A distribution whose parameters are expressions.
#[derive(Debug, Clone, PartialEq)]
pub enum DistributionExpr {
    /// A number: a component of a mixture, or a fixed value.
    Value(TypedExpr),
    /// A family with its parameters, in the order of the form.
    Family {
        /// Which family.
        family: Family,
        /// Which of its forms.
        form: usize,
        /// The parameters.
        arguments: Vec<TypedExpr>,
    },
    /// A family given by percentiles.
    Pinned {
        /// Which family.
        family: Family,
        /// Probability and value.
        points: Vec<(f64, TypedExpr)>,
    },
    /// `low to high`.
    Range {
        /// The lower point.
        low: TypedExpr,
        /// The upper point.
        high: TypedExpr,
        /// The probability between them.
        level: f64,
    },
    /// `discrete(value: weight, …)`.
    Discrete(Vec<(TypedExpr, TypedExpr)>),
    /// `quantiles(p10 = …, …)`: a metalog.
    Quantiles {
        /// Probability and value.
        points: Vec<(f64, TypedExpr)>,
        /// The lower end of the support.
        low: Option<TypedExpr>,
        /// The upper end of the support.
        high: Option<TypedExpr>,
    },
    /// `histogram(edges = […], weights = […])`.
    Histogram {
        /// One more than weights.
        edges: Vec<TypedExpr>,
        /// One a bin.
        weights: Vec<TypedExpr>,
    },
    /// `sample(file = …, column = …)`: known to its last value.
    Sample(Arc<Distribution>),
    /// `mixture(distribution: weight, …)`.
    Mixture(Vec<(DistributionExpr, TypedExpr)>),
    /// `compound(count, d)`: not one draw but a sum of some, and no distribution function.
    Compound {
        /// How many.
        count: Box<DistributionExpr>,
        /// Of what.
        part: Box<DistributionExpr>,
    },
    /// `truncate(d, low=, high=)`.
    Truncated {
        /// What is truncated.
        inner: Box<DistributionExpr>,
        /// The lower bound.
        low: Option<TypedExpr>,
        /// The upper bound.
        high: Option<TypedExpr>,
    },
    /// `scale * d + shift`.
    Affine {
        /// The factor.
        scale: TypedExpr,
        /// What is added.
        shift: TypedExpr,
        /// What is scaled and shifted.
        inner: Box<DistributionExpr>,
    },
}

/// One cell of an input: the value for one combination of labels.
#[derive(Debug, Clone, PartialEq)]
pub struct InputCell {
    /// `capex[alibaba]`: what addresses its draws.
    pub name: String,
    /// What it is.
    pub value: InputRule,
    /// The single number that a plan would use, where the author states it.
    pub base: Option<TypedExpr>,
    /// The value as written.
    pub text: String,
    /// The base as written.
    pub base_text: Option<String>,
    /// What its numbers are written in.
    pub written: Written,
}

/// What moves a process from step to step. Rates are per step, volatilities per root of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Motion {
    /// Geometric Brownian motion.
    Geometric {
        /// Growth of the mean.
        drift: TypedExpr,
        /// Standard deviation of the logarithm.
        volatility: TypedExpr,
    },
    /// The Ornstein–Uhlenbeck process of the logarithm.
    MeanReverting {
        /// What it reverts to.
        level: TypedExpr,
        /// The share of the distance that is lost, as a rate.
        speed: TypedExpr,
        /// Standard deviation of the logarithm.
        volatility: TypedExpr,
    },
}

/// Jumps that are added to a process.
#[derive(Debug, Clone, PartialEq)]
pub struct Jumps {
    /// How many a step, on average.
    pub rate: f64,
    /// The relative change of one: −20 % takes a fifth away.
    pub size: DistributionExpr,
}

/// A process over the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Process {
    /// Its value at step 0.
    pub start: TypedExpr,
    /// How it moves.
    pub motion: Motion,
    /// Jumps, of one or several kinds.
    pub jumps: Vec<Jumps>,
}

/// Random inputs that are drawn together.
#[derive(Debug, Clone, PartialEq)]
pub struct DependenceGroup {
    /// What joins them.
    pub copula: Copula,
    /// The draw site of the number that all members of Student's copula share.
    pub mixing_site: Option<String>,
    /// The names of their cells, which address their draws, in ascending order.
    pub members: Vec<String>,
    /// The rows of the lower triangular matrix that makes independent normal numbers the copula's.
    pub factor: Vec<Vec<f64>>,
    /// Whether they are drawn at every step.
    pub is_by_step: bool,
    /// The stated pairs.
    pub pairs: Vec<Correlation>,
}

/// A stated correlation, solved.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// The two inputs, as written.
    pub inputs: [String; 2],
    /// Which coefficient.
    pub measure: Coefficient,
    /// The coefficient.
    pub coefficient: f64,
    /// The correlation of the copula's normal numbers.
    pub parameter: f64,
}

/// What an input is.
#[derive(Debug, Clone, PartialEq)]
pub enum InputRule {
    /// A fixed number, or a formula of other inputs.
    Fixed(TypedExpr),
    /// A random number.
    Random(DistributionExpr),
    /// One number a step.
    Plan(Vec<f64>),
    /// A random number at every step that remembers the one before.
    Process(Box<Process>),
}

/// What a quantity is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// An input: one cell a combination of labels of `by`, the last index fastest.
    Input {
        /// Its indexes, in the order written.
        by: Vec<IndexId>,
        /// Its cells.
        cells: Vec<InputCell>,
        /// Whether it is drawn afresh at every step.
        each_step: bool,
    },
    /// A formula, a plain series or an output's own expression.
    Formula(TypedExpr),
    /// A series with a memory.
    Recursive {
        /// At step 0.
        first: TypedExpr,
        /// At every later step.
        next: TypedExpr,
    },
}

/// Which table of the model a quantity stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuantityKind {
    /// `[inputs]`
    Input,
    /// `[formulas]`
    Formula,
    /// `[series]`
    Series,
    /// `[outputs]`, with a value of its own.
    Output,
    /// None: what a statistic is of.
    Statistic,
}

/// A named quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// Its name.
    pub name: String,
    /// Where the name is defined.
    pub span: Span,
    /// Which table it stands in.
    pub kind: QuantityKind,
    /// Its unit and shape.
    pub ty: Type,
    /// What it is made of.
    pub rule: Rule,
    /// What it means.
    pub about: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// Of when that is, as written.
    pub date: Option<String>,
    /// How sure the author is.
    pub confidence: Option<Confidence>,
}

/// One output.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// What it means.
    pub about: Option<String>,
    /// The quantity that it reports.
    pub quantity: QuantityId,
    /// The expression that gives it in the unit it is shown in.
    pub value: TypedExpr,
    /// What it is shown in, as written; `None` for plain numbers and conditions.
    pub unit: Option<String>,
    /// The unit it is shown in.
    pub shown_in: Unit,
    /// What one of the unit shown is multiplied with: `1e8` for 亿.
    pub magnitude: f64,
    /// Which way it is better.
    pub better: Better,
}

/// A statistic over the trials, and what is said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistic {
    /// As written.
    pub text: String,
    /// What is asked of all trials together.
    pub measure: Measure,
    /// What it is of, as an output in the unit that the statistic is shown in.
    pub of: Output,
    /// What is said of it.
    pub claim: Claim,
}

/// What is said of a statistic; amounts are in the unit that it is shown in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Claim {
    /// Nothing.
    Nothing,
    /// It is compared with a number.
    Compared(Comparison, f64),
    /// Its 95 % interval reaches so far at most, as a share of the estimate.
    Relative(f64),
    /// Its 95 % interval reaches so far at most.
    Absolute(f64),
}

/// One entry of `[checks]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// What it means.
    pub about: Option<String>,
    /// What must hold.
    pub statistic: Statistic,
}

/// A model without mistakes.
#[derive(Debug, Clone)]
pub struct CheckedModel {
    /// `[model] title`.
    pub title: Option<String>,
    /// All units.
    pub units: UnitTable,
    /// The timeline.
    pub timeline: Option<Timeline>,
    /// The indexes.
    pub indexes: Vec<Index>,
    /// All quantities, in the order of the file.
    pub quantities: Vec<Quantity>,
    /// The quantities in an order in which what one reads at the same step comes before it.
    pub order: Vec<QuantityId>,
    /// The groups of inputs that are drawn together.
    pub dependence: Vec<DependenceGroup>,
    /// The outputs, in the order of the file.
    pub outputs: Vec<Output>,
    /// The checks, in the order of the file.
    pub checks: Vec<Check>,
    /// The statistics that were asked for along with the model, in their order.
    pub statistics: Vec<Statistic>,
}

impl CheckedModel {
    /// The quantity with this id.
    pub fn quantity(&self, id: QuantityId) -> &Quantity {
        &self.quantities[id.0 as usize]
    }

    /// All combinations of labels along the indexes of a shape, the last index fastest.
    pub fn combinations(&self, shape: Shape) -> Vec<Vec<(IndexId, u32)>> {
        let mut all = vec![Vec::new()];
        for index in shape.indexes() {
            let count =
                u32::try_from(self.indexes[usize::from(index.0)].labels.len()).unwrap_or(u32::MAX);
            all = all
                .into_iter()
                .flat_map(|labels: Vec<(IndexId, u32)>| {
                    (0..count)
                        .map(move |label| labels.iter().copied().chain([(index, label)]).collect())
                })
                .collect();
        }
        all
    }
}
