//! The value of an expression that is the same in every trial and at every step, where it is one.

use super::checked::TypedExpr;
use super::scope::Scope;
use crate::math::operation::{Binary, Ternary};

/// The value, if the expression reads only fixed quantities without steps and labels.
pub(super) fn value(expr: &TypedExpr, scope: &Scope<'_>) -> Option<f64> {
    match expr {
        TypedExpr::Constant(value) => Some(*value),
        TypedExpr::Quantity { id, .. } => scope.entries[id.0 as usize].constant,
        TypedExpr::Unary(operation, operand) => Some(operation.apply(value(operand, scope)?)),
        TypedExpr::Binary(operation, a, b) => {
            Some(operation.apply(value(a, scope)?, value(b, scope)?))
        }
        TypedExpr::Power(base, exponent) => {
            Some(Binary::Power.apply(value(base, scope)?, *exponent))
        }
        TypedExpr::Select(condition, then, otherwise) => {
            let condition = value(condition, scope)?;
            Some(Ternary::Select.apply(
                condition,
                value(then, scope)?,
                value(otherwise, scope)?,
                0.0,
            ))
        }
        TypedExpr::NeverIf { .. }
        | TypedExpr::Elapsed
        | TypedExpr::Previous(_)
        | TypedExpr::OwnPrevious(_)
        | TypedExpr::CumulativeSum(_)
        | TypedExpr::RunningProduct(_)
        | TypedExpr::OverTime(..)
        | TypedExpr::Discounted(..)
        | TypedExpr::At(..)
        | TypedExpr::OverIndex(..) => None,
    }
}
