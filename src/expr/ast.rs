//! The tree of an expression, exactly as written: no names resolved, no units known.

use crate::source::Span;

/// A name with its place, in NFC.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// An expression with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands, brackets around it left out.
    pub span: Span,
}

impl Expr {
    /// The expressions that this one is made of, from left to right.
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Number(_)
            | ExprKind::Factor(_)
            | ExprKind::Name(_)
            | ExprKind::Text(_)
            | ExprKind::Error => Vec::new(),
            ExprKind::Unary { operand, .. } => vec![operand],
            ExprKind::Binary { left, right, .. } | ExprKind::Juxtaposed { left, right } => {
                vec![left, right]
            }
            ExprKind::Range { low, high, level } => {
                [low, high].into_iter().chain(level).map(|end| &**end).collect()
            }
            ExprKind::If { condition, then, otherwise } => vec![condition, then, otherwise],
            ExprKind::Call { arguments, .. } => arguments
                .iter()
                .flat_map(|argument| [&argument.value].into_iter().chain(&argument.weight))
                .collect(),
            ExprKind::Index { base, .. } => vec![base],
            ExprKind::List(items) => items.iter().collect(),
        }
    }

    /// Calls `visit` with this expression and all that it is made of, the outer ones first.
    pub fn visit_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        visit(self);
        match &mut self.kind {
            ExprKind::Number(_)
            | ExprKind::Factor(_)
            | ExprKind::Name(_)
            | ExprKind::Text(_)
            | ExprKind::Error => {}
            ExprKind::Unary { operand, .. } => operand.visit_mut(visit),
            ExprKind::Binary { left, right, .. } | ExprKind::Juxtaposed { left, right } => {
                left.visit_mut(visit);
                right.visit_mut(visit);
            }
            ExprKind::Range { low, high, level } => {
                low.visit_mut(visit);
                high.visit_mut(visit);
                level.iter_mut().for_each(|level| level.visit_mut(visit));
            }
            ExprKind::If { condition, then, otherwise } => {
                condition.visit_mut(visit);
                then.visit_mut(visit);
                otherwise.visit_mut(visit);
            }
            ExprKind::Call { arguments, .. } => {
                for argument in arguments {
                    argument.value.visit_mut(visit);
                    argument.weight.iter_mut().for_each(|weight| weight.visit_mut(visit));
                }
            }
            ExprKind::Index { base, .. } => base.visit_mut(visit),
            ExprKind::List(items) => items.iter_mut().for_each(|item| item.visit_mut(visit)),
        }
    }

    /// Whether a name stands in it.
    pub fn mentions(&self, name: &str) -> bool {
        matches!(&self.kind, ExprKind::Name(own) if own.text == name)
            || self.children().into_iter().any(|child| child.mentions(name))
    }
}

/// A number as written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Literal {
    /// Its value, with magnitude (`8_000万`) and `%` applied.
    pub value: f64,
    /// Whether it is exactly the text `0`, which fits every dimension (`0%` and `0.0` do not).
    pub is_bare_zero: bool,
    /// Whether it ends in `%`.
    pub is_percent: bool,
}

/// The kinds of expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `10_000`, `30%`, `8万`.
    Number(Literal),
    /// `2x`: a factor, the end of a range.
    Factor(f64),
    /// An input, a formula, a unit, a constant, a label.
    Name(Name),
    /// `-a`, `not a`.
    Unary {
        /// Which.
        operator: UnaryOperator,
        /// Of what.
        operand: Box<Expr>,
    },
    /// `a + b`.
    Binary {
        /// Which.
        operator: BinaryOperator,
        /// The place of the operator itself.
        operator_span: Span,
        /// Left.
        left: Box<Expr>,
        /// Right.
        right: Box<Expr>,
    },
    /// `10 meter`, `normal(1, 2) CNY`: a number, call or bracket times the name (or power of a name) behind it.
    Juxtaposed {
        /// The number, call or bracket.
        left: Box<Expr>,
        /// The name, or name `^` exponent.
        right: Box<Expr>,
    },
    /// `low to high`, `low to high @ 80%`.
    Range {
        /// The lower end.
        low: Box<Expr>,
        /// The upper end, with the unit behind the range if there is one.
        high: Box<Expr>,
        /// The level behind `@`.
        level: Option<Box<Expr>>,
    },
    /// `if c then a else b` and `if(c, a, b)`.
    If {
        /// The condition.
        condition: Box<Expr>,
        /// The value where it holds.
        then: Box<Expr>,
        /// The value where it does not.
        otherwise: Box<Expr>,
    },
    /// `f(a, x = b)`, `discrete(1: 30%, 2: 70%)`.
    Call {
        /// The function or distribution.
        function: Name,
        /// Its arguments, in order.
        arguments: Vec<Argument>,
    },
    /// `capex[alibaba]`, `price[tokyo, h100]`.
    Index {
        /// What is indexed.
        base: Box<Expr>,
        /// The labels.
        labels: Vec<Name>,
    },
    /// `[1, 2, 3]`: only as an argument.
    List(Vec<Expr>),
    /// `"prices.csv"` or `'prices.csv'`: only as an argument.
    Text(String),
    /// Something that could not be read and has been reported: whoever meets it stays silent.
    Error,
}

/// One argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// `mean` in `mean = 3`.
    pub name: Option<Name>,
    /// The value.
    pub value: Expr,
    /// `30%` in `1: 30%`.
    pub weight: Option<Expr>,
}

/// Operators with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-`
    Negate,
    /// `not`
    Not,
}

/// Operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `^`
    Power,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `and`
    And,
    /// `or`
    Or,
}
