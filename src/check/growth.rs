//! Exponential growth in elapsed time as a running product: `exp(a * t)` and `x ^ (t / year)`.
//!
//! What is multiplied by the same factor at every step needs no exponential a step. That is part of what a
//! model means, not an optimization behind its back: the value at step k is the factor times itself k times, which
//! differs from the power in its last digits, k units in the last place at most.

use super::checked::TypedExpr;
use super::scope::Scope;
use super::typed::{binary, unary};
use crate::math::operation::{Binary, Unary};

/// `exp` of an expression as a running product, where the expression is proportional to elapsed time.
pub(super) fn exponential(x: &TypedExpr, scope: &Scope<'_>) -> Option<TypedExpr> {
    let a_step = per_step(x, scope)?;
    Some(TypedExpr::RunningProduct(Box::new(unary(Unary::Exp, a_step))))
}

/// A power of a value of the trial as a running product, where the exponent is proportional to elapsed time.
pub(super) fn power(
    base: &TypedExpr,
    exponent: &TypedExpr,
    scope: &Scope<'_>,
) -> Option<TypedExpr> {
    let a_step = per_step(exponent, scope).filter(|_| is_of_trial(base, scope))?;
    let factor = if let TypedExpr::Constant(exponent) = a_step {
        TypedExpr::Power(Box::new(base.clone()), exponent)
    } else {
        binary(Binary::Power, base.clone(), a_step)
    };
    Some(TypedExpr::RunningProduct(Box::new(factor)))
}

/// The value at step 1 of an expression that is a value of the trial times the elapsed steps; else `None`.
fn per_step(expr: &TypedExpr, scope: &Scope<'_>) -> Option<TypedExpr> {
    if let TypedExpr::Elapsed = expr {
        return Some(TypedExpr::Constant(1.0));
    }
    if let TypedExpr::Unary(Unary::Negate, x) = expr {
        return Some(folded(Unary::Negate, per_step(x, scope)?));
    }
    let TypedExpr::Binary(operation @ (Binary::Multiply | Binary::Divide), a, b) = expr else {
        return None;
    };
    if is_of_trial(b, scope) {
        return Some(folded_binary(*operation, per_step(a, scope)?, (**b).clone()));
    }
    let is_factor = *operation == Binary::Multiply && is_of_trial(a, scope);
    is_factor
        .then(|| per_step(b, scope))
        .flatten()
        .map(|b| folded_binary(*operation, (**a).clone(), b))
}

fn folded(operation: Unary, x: TypedExpr) -> TypedExpr {
    if let TypedExpr::Constant(x) = x {
        return TypedExpr::Constant(operation.apply(x));
    }
    unary(operation, x)
}

fn folded_binary(operation: Binary, a: TypedExpr, b: TypedExpr) -> TypedExpr {
    if let (TypedExpr::Constant(a), TypedExpr::Constant(b)) = (&a, &b) {
        return TypedExpr::Constant(operation.apply(*a, *b));
    }
    binary(operation, a, b)
}

/// Whether an expression has one value a trial.
fn is_of_trial(expr: &TypedExpr, scope: &Scope<'_>) -> bool {
    match expr {
        TypedExpr::Constant(_)
        | TypedExpr::OverTime(..)
        | TypedExpr::Discounted(..)
        | TypedExpr::At(..) => true,
        TypedExpr::Quantity { id, .. } => !scope.entries[id.0 as usize].ty.shape.step,
        TypedExpr::Unary(_, x) | TypedExpr::Power(x, _) | TypedExpr::OverIndex(_, _, x) => {
            is_of_trial(x, scope)
        }
        TypedExpr::Binary(_, a, b) => is_of_trial(a, scope) && is_of_trial(b, scope),
        TypedExpr::Select(a, b, c) | TypedExpr::NeverIf { value: a, never: b, other: c } => {
            [a, b, c].into_iter().all(|x| is_of_trial(x, scope))
        }
        TypedExpr::Elapsed
        | TypedExpr::Previous(_)
        | TypedExpr::OwnPrevious(_)
        | TypedExpr::CumulativeSum(_)
        | TypedExpr::RunningProduct(_) => false,
    }
}
