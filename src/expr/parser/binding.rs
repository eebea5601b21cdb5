//! How tightly each operator binds: the precedence that the grammar of [`super`] spells out.

use super::super::ast::BinaryOperator;
use super::super::lexer::TokenKind;

/// How tightly an operator binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::expr) enum Binding {
    Loosest,
    Or,
    And,
    Not,
    Comparison,
    Range,
    Sum,
    Product,
    Unary,
    Juxtaposed,
    Power,
    Postfix,
}

impl Binding {
    /// One tighter: what the right side of a left-associative operator is parsed at.
    pub(in crate::expr) fn tighter(self) -> Binding {
        match self {
            Binding::Loosest => Binding::Or,
            Binding::Or => Binding::And,
            Binding::And => Binding::Not,
            Binding::Not => Binding::Comparison,
            Binding::Comparison => Binding::Range,
            Binding::Range => Binding::Sum,
            Binding::Sum => Binding::Product,
            Binding::Product => Binding::Unary,
            Binding::Unary => Binding::Juxtaposed,
            Binding::Juxtaposed => Binding::Power,
            Binding::Power | Binding::Postfix => Binding::Postfix,
        }
    }
}

/// How an operator binds.
pub(in crate::expr) fn binding(operator: BinaryOperator) -> Binding {
    use BinaryOperator as B;
    match operator {
        B::Add | B::Subtract => Binding::Sum,
        B::Multiply | B::Divide => Binding::Product,
        B::Power => Binding::Power,
        B::Less | B::LessEqual | B::Greater | B::GreaterEqual | B::Equal | B::NotEqual => {
            Binding::Comparison
        }
        B::And => Binding::And,
        B::Or => Binding::Or,
    }
}

/// The operator with two sides that a token stands for; powers, read with their base, are left out.
pub(super) fn operator_of(kind: &TokenKind) -> Option<BinaryOperator> {
    use TokenKind as T;
    let pairs = [
        (T::Plus, BinaryOperator::Add),
        (T::Minus, BinaryOperator::Subtract),
        (T::Star, BinaryOperator::Multiply),
        (T::Slash, BinaryOperator::Divide),
        (T::Caret, BinaryOperator::Power),
        (T::Less, BinaryOperator::Less),
        (T::LessEqual, BinaryOperator::LessEqual),
        (T::Greater, BinaryOperator::Greater),
        (T::GreaterEqual, BinaryOperator::GreaterEqual),
        (T::Equal, BinaryOperator::Equal),
        (T::NotEqual, BinaryOperator::NotEqual),
        (T::And, BinaryOperator::And),
        (T::Or, BinaryOperator::Or),
    ];
    pairs.iter().find(|(token, _)| token == kind).map(|(_, operator)| *operator)
}
