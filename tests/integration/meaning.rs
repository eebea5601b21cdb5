//! What a checked model means, in the fewest words: one trial evaluated by recursion, from the draws of its inputs.
//!
//! No graph, no slots, no loops: what is asked at a step is worked out from what it is made of. Operations on
//! numbers are those of the library; all that is of time, indexes and never is said here once more.

use std::collections::BTreeMap;

use outlay::check::{
    CheckedModel, Discounted, IndexId, OverIndex, OverTime, QuantityId, Rule, TypedExpr,
};
use outlay::math::irr::{Irr, IrrScratch, irr};
use outlay::math::operation::{Binary, Ternary, Unary};

/// Labels along the indexes of the surroundings, sorted by index.
pub(crate) type Labels = Vec<(IndexId, u32)>;

/// One trial of a model.
pub(crate) struct Meaning<'m> {
    model: &'m CheckedModel,
    /// The inputs' values: one, or one a step.
    inputs: BTreeMap<(QuantityId, Labels), Vec<f64>>,
    known: BTreeMap<(QuantityId, Labels, usize), f64>,
}

impl<'m> Meaning<'m> {
    pub(crate) fn new(
        model: &'m CheckedModel,
        inputs: BTreeMap<(QuantityId, Labels), Vec<f64>>,
    ) -> Meaning<'m> {
        Meaning { model, inputs, known: BTreeMap::new() }
    }

    fn last_step(&self) -> usize {
        self.model.timeline.as_ref().map_or(0, |timeline| timeline.steps as usize)
    }

    fn years_per_step(&self) -> f64 {
        self.model.timeline.as_ref().map_or(1.0, |timeline| 1.0 / timeline.steps_per_year())
    }

    fn quantity(&mut self, id: QuantityId, surroundings: &Labels, step: usize) -> f64 {
        let model = self.model;
        let quantity = model.quantity(id);
        let shape = quantity.ty.shape;
        let labels: Labels =
            surroundings.iter().copied().filter(|&(index, _)| shape.has(index)).collect();
        let step = if shape.step { step } else { 0 };
        let key = (id, labels.clone(), step);
        if let Some(&value) = self.known.get(&key) {
            return value;
        }
        let value = match &quantity.rule {
            Rule::Input { .. } => {
                let values = &self.inputs[&(id, labels)];
                values[step.min(values.len() - 1)]
            }
            Rule::Recursive { next, .. } if step > 0 => self.value(next, &labels, step),
            Rule::Formula(expr) | Rule::Recursive { first: expr, .. } => {
                self.value(expr, &labels, step)
            }
        };
        self.known.insert(key, value);
        value
    }

    /// The value of an expression at labels and a step.
    pub(crate) fn value(&mut self, expr: &TypedExpr, labels: &Labels, step: usize) -> f64 {
        match expr {
            TypedExpr::Constant(value) => *value,
            TypedExpr::Quantity { id, pinned } => {
                self.quantity(*id, &pinned_at(labels, pinned), step)
            }
            TypedExpr::Unary(operation, x) => operation.apply(self.value(x, labels, step)),
            TypedExpr::Binary(operation, a, b) => {
                operation.apply(self.value(a, labels, step), self.value(b, labels, step))
            }
            TypedExpr::Select(condition, then, otherwise) => {
                match self.value(condition, labels, step) {
                    condition if condition.is_nan() => f64::NAN,
                    0.0 => self.value(otherwise, labels, step),
                    _ => self.value(then, labels, step),
                }
            }
            TypedExpr::NeverIf { value, never, other } => {
                let value = self.value(value, labels, step);
                let (never, other) =
                    (self.value(never, labels, step), self.value(other, labels, step));
                Ternary::NeverIf.apply(value, never, other, 0.0)
            }
            TypedExpr::Power(base, exponent) => power(self.value(base, labels, step), *exponent),
            TypedExpr::Elapsed => number(step),
            TypedExpr::Previous(x) => self.value(x, labels, step.saturating_sub(1)),
            TypedExpr::OwnPrevious(id) => self.quantity(*id, labels, step - 1),
            TypedExpr::CumulativeSum(x) => {
                let so_far: Vec<f64> = (0..=step).map(|step| self.value(x, labels, step)).collect();
                running(&so_far, Binary::Add)
            }
            TypedExpr::RunningProduct(factor) => {
                let factor = self.value(factor, labels, 0);
                let product = (0..step).fold(1.0, |product, _| product * factor);
                if factor.is_nan() { f64::NAN } else { product }
            }
            TypedExpr::OverTime(over, x) => {
                let values = self.over_steps(x, labels);
                over_time(*over, &values, self.years_per_step())
            }
            TypedExpr::Discounted(kind, cash, rate) => {
                let growth = Unary::Positive.apply(1.0 + self.value(rate, labels, 0));
                let factor = power(growth, -self.years_per_step());
                let mut flows = self.over_steps(cash, labels);
                let mut discount = 1.0;
                for flow in &mut flows[1..] {
                    discount *= factor;
                    *flow *= discount;
                }
                let over = match kind {
                    Discounted::Npv => OverTime::Sum,
                    Discounted::Payback => OverTime::Payback,
                    Discounted::SustainedPayback => OverTime::SustainedPayback,
                };
                over_time(over, &flows, self.years_per_step())
            }
            TypedExpr::At(x, time) => {
                let time = self.value(time, labels, 0);
                (0..=self.last_step())
                    .find(|&step| number(step) == time.floor() && time <= number(self.last_step()))
                    .map_or(f64::NAN, |step| self.value(x, labels, step))
            }
            TypedExpr::OverIndex(over, index, x) => {
                let count = self.model.indexes[usize::from(index.0)].labels.len();
                let values: Vec<f64> = (0..count as u32)
                    .map(|label| self.value(x, &pinned_at(labels, &[(*index, label)]), step))
                    .collect();
                match over {
                    OverIndex::Sum => running(&values, Binary::Add),
                    OverIndex::Mean => running(&values, Binary::Add) / number(count),
                    OverIndex::Min => running(&values, Binary::Min),
                    OverIndex::Max => running(&values, Binary::Max),
                }
            }
        }
    }

    /// The values at all steps.
    fn over_steps(&mut self, x: &TypedExpr, labels: &Labels) -> Vec<f64> {
        (0..=self.last_step()).map(|step| self.value(x, labels, step)).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "steps and labels are few")]
fn number(count: usize) -> f64 {
    count as f64
}

fn pinned_at(labels: &Labels, pinned: &[(IndexId, u32)]) -> Labels {
    let kept =
        labels.iter().copied().filter(|(index, _)| pinned.iter().all(|(other, _)| other != index));
    let mut all: Labels = kept.chain(pinned.iter().copied()).collect();
    all.sort_unstable();
    all
}

fn running(values: &[f64], operation: Binary) -> f64 {
    values.iter().copied().reduce(|a, b| operation.apply(a, b)).unwrap_or(f64::NAN)
}

/// Small whole powers are products, by repeated squaring: that is part of the format.
fn power(base: f64, exponent: f64) -> f64 {
    if exponent < 0.0 {
        return Binary::Divide.apply(1.0, power(base, -exponent));
    }
    if exponent == 0.5 {
        return Unary::SquareRoot.apply(base);
    }
    if exponent.fract() != 0.0 || !(1.0..=16.0).contains(&exponent) {
        return Binary::Power.apply(base, exponent);
    }
    let bits = format!("{:b}", exponent as u32);
    // The leading bit is the base itself; each further one squares, and multiplies where it is set.
    bits[1..]
        .bytes()
        .fold(base, |root, bit| if bit == b'1' { root * root * base } else { root * root })
}

fn over_time(over: OverTime, values: &[f64], years_per_step: f64) -> f64 {
    match over {
        OverTime::Sum => running(values, Binary::Add),
        OverTime::Mean => running(values, Binary::Add) / number(values.len()),
        OverTime::Lowest => running(values, Binary::Min),
        OverTime::Highest => running(values, Binary::Max),
        OverTime::First => values[0],
        OverTime::Last => values[values.len() - 1],
        _ if over != OverTime::Irr && values.iter().any(|value| value.is_nan()) => f64::NAN,
        OverTime::FirstTime => {
            values.iter().position(|&holds| holds != 0.0).map_or(f64::INFINITY, number)
        }
        OverTime::Payback | OverTime::SustainedPayback => payback(over, values),
        OverTime::Irr => {
            let is_finite = values.iter().all(|value| value.is_finite());
            match is_finite.then(|| irr(values, years_per_step, &mut IrrScratch::new())) {
                Some(Irr::Rate(rate)) => rate,
                Some(Irr::NoRoot | Irr::SeveralRoots) | None => f64::NAN,
            }
        }
    }
}

/// The first step at which the running total, having been negative, is not any more, or from which it stays so.
fn payback(over: OverTime, flows: &[f64]) -> f64 {
    let totals: Vec<f64> = flows
        .iter()
        .scan(None, |total, &flow| {
            *total = Some(total.map_or(flow, |total: f64| total + flow));
            *total
        })
        .collect();
    if totals.iter().any(|total| total.is_nan()) {
        return f64::NAN;
    }
    let is_negative = |step: usize| {
        let largest = totals[..=step].iter().fold(0.0_f64, |most, total| most.max(total.abs()));
        totals[step] < -(1e-12 * largest)
    };
    let steps = || 0..totals.len();
    let Some(first) = steps().find(|&step| is_negative(step)) else { return 0.0 };
    let paid = if over == OverTime::Payback {
        steps().find(|&step| step > first && !is_negative(step))
    } else {
        steps().rfind(|&step| is_negative(step)).map(|step| step + 1)
    };
    paid.filter(|&step| step < totals.len()).map_or(f64::INFINITY, number)
}
