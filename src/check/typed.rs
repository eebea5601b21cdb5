//! An expression while it is being checked: its tree, its unit as far as it is known, its shape.

use super::checked::{Shape, TypedExpr};
use crate::math::operation::{Binary, Unary};
use crate::source::Span;
use crate::unit::{Conversion, Unit, UnitTable};

/// What is known about a unit.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum UnitState {
    /// Nothing yet: it depends on a series that is being inferred.
    Unknown,
    /// A bare `0`, which fits every dimension.
    Zero,
    /// This one.
    Known(Unit),
    /// Part of a mistake that has been reported.
    Poisoned,
}

/// An expression with what is known about it.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    pub(super) expr: TypedExpr,
    pub(super) unit: UnitState,
    pub(super) shape: Shape,
    pub(super) is_condition: bool,
    pub(super) may_be_never: bool,
    pub(super) span: Span,
}

impl Typed {
    pub(super) fn number(expr: TypedExpr, unit: UnitState, shape: Shape, span: Span) -> Typed {
        Typed { expr, unit, shape, is_condition: false, may_be_never: false, span }
    }

    pub(super) fn constant(value: f64, unit: Unit, span: Span) -> Typed {
        Typed::number(TypedExpr::Constant(value), UnitState::Known(unit), Shape::TRIAL, span)
    }

    /// Stands where a mistake has been reported.
    pub(super) fn poisoned(span: Span) -> Typed {
        Typed::number(TypedExpr::Constant(f64::NAN), UnitState::Poisoned, Shape::TRIAL, span)
    }

    pub(super) fn is_poisoned(&self) -> bool {
        self.unit == UnitState::Poisoned
    }

    /// Its unit, where nothing and `0` count as a plain number.
    pub(super) fn known_unit(&self) -> Unit {
        match &self.unit {
            UnitState::Known(unit) => unit.clone(),
            UnitState::Unknown | UnitState::Zero | UnitState::Poisoned => Unit::none(),
        }
    }

    /// The same quantity in another unit of the same dimension; `None` where it is of another dimension.
    pub(super) fn convert(self, target: &Unit, units: &UnitTable) -> Option<Typed> {
        match &self.unit {
            UnitState::Known(unit) => {
                let conversion = unit.conversion(target, units)?;
                let expr = converted(self.expr, conversion);
                Some(Typed { expr, unit: UnitState::Known(target.clone()), ..self })
            }
            UnitState::Unknown | UnitState::Zero => {
                Some(Typed { unit: UnitState::Known(target.clone()), ..self })
            }
            UnitState::Poisoned => Some(self),
        }
    }
}

/// A conversion as an operation of the tree.
pub(super) fn converted(expr: TypedExpr, conversion: Conversion) -> TypedExpr {
    let (operation, factor) = match conversion {
        Conversion::Same => return expr,
        Conversion::Multiply(factor) => (Binary::Multiply, factor),
        Conversion::Divide(divisor) => (Binary::Divide, divisor),
    };
    if let TypedExpr::Constant(value) = expr {
        return TypedExpr::Constant(operation.apply(value, factor));
    }
    binary(operation, expr, TypedExpr::Constant(factor))
}

pub(super) fn binary(operation: Binary, left: TypedExpr, right: TypedExpr) -> TypedExpr {
    TypedExpr::Binary(operation, Box::new(left), Box::new(right))
}

pub(super) fn unary(operation: Unary, operand: TypedExpr) -> TypedExpr {
    TypedExpr::Unary(operation, Box::new(operand))
}

/// What two quantities of one dimension become when they meet.
pub(super) enum Unified {
    /// Both in this unit.
    Fits(Box<Typed>, Box<Typed>, UnitState),
    /// Their dimensions differ.
    Differs(Box<Typed>, Box<Typed>),
}

/// Brings two quantities to one unit: the left one's, tidied.
pub(super) fn unify(left: Typed, right: Typed, units: &UnitTable) -> Unified {
    let target = match (&left.unit, &right.unit) {
        (UnitState::Poisoned, _) | (_, UnitState::Poisoned) => {
            return Unified::Fits(Box::new(left), Box::new(right), UnitState::Poisoned);
        }
        (UnitState::Known(a), UnitState::Known(b)) if a == b => {
            let unit = left.unit.clone();
            return Unified::Fits(Box::new(left), Box::new(right), unit);
        }
        (UnitState::Known(unit), _) | (_, UnitState::Known(unit)) => unit.tidy(units),
        (UnitState::Zero, UnitState::Zero) => {
            return Unified::Fits(Box::new(left), Box::new(right), UnitState::Zero);
        }
        (UnitState::Unknown, _) | (_, UnitState::Unknown) => {
            return Unified::Fits(Box::new(left), Box::new(right), UnitState::Unknown);
        }
    };
    let is_open = |typed: &Typed| matches!(typed.unit, UnitState::Unknown);
    // A partner that is not known yet must not freeze the other's unit: a later round may tidy it.
    let unit = if is_open(&left) && is_open(&right) {
        UnitState::Unknown
    } else {
        UnitState::Known(target.clone())
    };
    match (left.clone().convert(&target, units), right.clone().convert(&target, units)) {
        (Some(a), Some(b)) => Unified::Fits(Box::new(a), Box::new(b), unit),
        _ => Unified::Differs(Box::new(left), Box::new(right)),
    }
}
