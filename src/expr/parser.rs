//! Tokens to a tree: a Pratt parser that goes on behind a mistake and reports several.
//!
//! ```text
//! expression  = or
//! or          = and { "or" and }
//! and         = not { "and" not }
//! not         = "not" not | comparison
//! comparison  = range [ ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) range ]      not chained
//! range       = sum [ "to" sum [ "@" product ] ]                               not chained
//! sum         = product { ( "+" | "-" ) product }
//! product     = unary { ( "*" | "/" ) unary }
//! unary       = "-" unary | juxtaposed
//! juxtaposed  = power [ name [ "^" exponent ] ]     the name only behind a number, `)` or `]`
//! power       = postfix [ "^" exponent ]                                       not chained
//! exponent    = "-" exponent | postfix
//! postfix     = primary { "[" name { "," name } [ "," ] "]" }
//! primary     = number | factor | name | call | conditional | "(" expression ")"
//! call        = name "(" [ argument { "," argument } [ "," ] ] ")"
//! argument    = name "=" value | value [ ":" expression ]
//! value       = list | text | expression
//! list        = "[" [ expression { "," expression } [ "," ] ] "]"
//! conditional = "if" expression "then" expression "else" expression
//!             | "if" "(" expression "," expression "," expression ")"
//! number      = digits [ "." digits ] [ ( "e" | "E" ) [ "+" | "-" ] digits ] [ magnitude ] [ "%" ]
//! digits      = digit { [ "_" ] digit }
//! magnitude   = "k" | "M" | "bn" | "tn" | "万" | "百万" | "千万" | "亿" | "万亿"
//! factor      = digits [ "." digits ] "x"
//! text        = '"' … '"' | "'" … "'"
//! ```
//!
//! A magnitude is glued to its digits (a Chinese one may stand behind a space), and a name may be glued
//! behind digits or behind a Chinese magnitude. Full-width forms of ASCII count as ASCII.
//!
//! Reference: V. R. Pratt, "Top down operator precedence", POPL 1973.

mod binding;
mod mistakes;
mod values;

use std::ops::Range;

use super::ast::{BinaryOperator, Expr, ExprKind, Literal, UnaryOperator};
use super::habits;
use super::lexer::{Token, TokenKind, lex};
use super::text::StringText;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

use binding::operator_of;
pub(super) use binding::{Binding, binding};

/// The longest expression that is read, in bytes.
pub const MAX_LENGTH: usize = 100_000;
/// Brackets, calls, conditionals and signs may be nested so deeply.
pub const MAX_NESTING: usize = 128;
/// The tree may be so deep: whoever walks it may recurse. A sum of n terms is n deep.
pub const MAX_DEPTH: u32 = 512;

/// Parses an expression. Mistakes are reported, and stand as [`ExprKind::Error`] in the tree.
pub fn parse(text: &StringText, diagnostics: &mut Diagnostics) -> Expr {
    let whole = text.whole();
    let refused = Expr { kind: ExprKind::Error, span: whole };
    if text.text().len() > MAX_LENGTH {
        let message = format!("an expression of more than {MAX_LENGTH} bytes");
        let start = text.span(0..text.text().chars().next().map_or(0, char::len_utf8));
        diagnostics.push(
            Diagnostic::new(Code::E109, message, start, "")
                .help("put its parts into formulas of their own"),
        );
        return refused;
    }
    if text.text().chars().all(char::is_whitespace) {
        let diagnostic =
            Diagnostic::new(Code::E210, "an empty expression", whole, "a value is missing here");
        diagnostics.push(diagnostic);
        return refused;
    }
    let mut found = Diagnostics::new();
    let tokens = lex(text, 0, &mut found);
    let expr = parse_tokens(text, tokens, &mut found);
    if let Some(habit) = habits::diagnostic(text, found.iter().next()) {
        diagnostics.push(habit);
        return refused;
    }
    // What stands behind a bracket that is never closed belongs nobody knows where.
    let is_unclosed = found.iter().any(|mistake| mistake.code == Code::E204);
    diagnostics.extend(found);
    if is_unclosed { refused } else { expr }
}

/// Parses tokens that end in [`TokenKind::End`].
pub(super) fn parse_tokens(
    text: &StringText,
    tokens: Vec<Token>,
    diagnostics: &mut Diagnostics,
) -> Expr {
    let mut parser = Parser {
        text,
        tokens,
        at: 0,
        diagnostics,
        n_errors: 0,
        nesting: 0,
        is_unclosed: false,
        awaited: None,
    };
    parser.whole()
}

/// The number 1 that stands before a unit such as `/ year`.
pub(super) fn implied_one(at: usize) -> Token {
    let one = Literal { value: 1.0, is_bare_zero: false, is_percent: false };
    Token { kind: TokenKind::Number(one), range: at..at }
}

/// A tree, the bytes it takes with the brackets around it, and how deep it is.
struct Node {
    kind: ExprKind,
    /// Without brackets.
    inner: Range<usize>,
    /// With them.
    outer: Range<usize>,
    depth: u32,
}

struct Parser<'a> {
    text: &'a StringText,
    tokens: Vec<Token>,
    at: usize,
    diagnostics: &'a mut Diagnostics,
    n_errors: usize,
    nesting: usize,
    /// Whether a bracket without its end has been reported: the brackets around it lack theirs too.
    is_unclosed: bool,
    /// The word that ends the part of a conditional that is read, and how deep that part is nested.
    awaited: Option<(TokenKind, usize)>,
}

impl Parser<'_> {
    fn kind(&self) -> &TokenKind {
        &self.tokens[self.at].kind
    }

    fn kind_at(&self, ahead: usize) -> &TokenKind {
        &self.tokens[(self.at + ahead).min(self.tokens.len() - 1)].kind
    }

    fn range(&self) -> Range<usize> {
        self.tokens[self.at].range.clone()
    }

    /// The range of the token before this one.
    fn range_before(&self) -> Range<usize> {
        self.tokens[self.at.saturating_sub(1)].range.clone()
    }

    fn advance(&mut self) {
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    fn eat(&mut self, kind: &TokenKind) -> bool {
        let is_there = self.kind() == kind;
        if is_there {
            self.advance();
        }
        is_there
    }

    fn written(&self, range: Range<usize>) -> &str {
        &self.text.text()[range]
    }

    /// The token here, in words.
    fn found(&self) -> String {
        match self.kind() {
            TokenKind::End => "the end".to_owned(),
            TokenKind::Number(_) | TokenKind::Factor(_) => {
                format!("the number `{}`", self.written(self.range()))
            }
            TokenKind::Name(name) => format!("the name `{name}`"),
            _ => format!("`{}`", self.written(self.range())),
        }
    }

    /// Whether a value may begin here.
    fn is_value_start(&self) -> bool {
        use TokenKind as T;
        matches!(
            self.kind(),
            T::Number(_)
                | T::Factor(_)
                | T::Name(_)
                | T::Text(_)
                | T::If
                | T::Not
                | T::Open
                | T::OpenSquare
                | T::Bad
        )
    }

    /// Whether an operator with two sides stands here.
    fn is_operator(&self) -> bool {
        operator_of(self.kind()).is_some()
            || matches!(self.kind(), TokenKind::To | TokenKind::Assign)
    }

    fn expr(&self, node: Node) -> Expr {
        Expr { kind: node.kind, span: self.text.span(node.inner) }
    }

    fn boxed(&self, node: Node) -> Box<Expr> {
        Box::new(self.expr(node))
    }

    /// A tree of `kind` over `range`, one deeper than the deepest of its parts.
    fn node(&mut self, kind: ExprKind, range: Range<usize>, depth_of_parts: u32) -> Node {
        let depth = depth_of_parts + 1;
        if depth <= MAX_DEPTH {
            return Node { kind, inner: range.clone(), outer: range, depth };
        }
        let message = format!("more than {MAX_DEPTH} operators in one expression");
        self.error(
            Code::E205,
            message,
            self.range_before(),
            "",
            "put parts of it into formulas of their own",
        );
        self.at = self.tokens.len() - 1;
        self.is_unclosed = true;
        self.silent(range)
    }

    /// A tree that was reported.
    fn silent(&self, range: Range<usize>) -> Node {
        Node { kind: ExprKind::Error, inner: range.clone(), outer: range, depth: 1 }
    }

    /// Runs `parse` one level deeper; the level too much is reported and the rest is not read.
    fn nested(&mut self, parse: impl FnOnce(&mut Self) -> Node) -> Node {
        if self.nesting == MAX_NESTING {
            let range = self.range();
            let message = format!("nested more than {MAX_NESTING} levels deep");
            self.error(
                Code::E205,
                message,
                range.clone(),
                "",
                "put the inner part into a formula of its own",
            );
            self.at = self.tokens.len() - 1;
            self.is_unclosed = true;
            return self.silent(range);
        }
        self.nesting += 1;
        let node = parse(self);
        self.nesting -= 1;
        node
    }

    fn whole(&mut self) -> Expr {
        let mut node = self.expression(Binding::Loosest);
        while *self.kind() != TokenKind::End {
            self.stray();
            while self.is_operator() {
                self.advance();
            }
            if self.is_value_start() {
                let more = self.expression(Binding::Loosest);
                node.outer.end = more.outer.end;
            }
            node = self.silent(node.outer);
        }
        let expr = self.expr(node);
        self.check_factors(&expr);
        expr
    }

    /// An expression of operators that bind at least as tightly as `least`.
    fn expression(&mut self, least: Binding) -> Node {
        let mut left = self.prefix(least);
        loop {
            let operator_range = self.range();
            left = match self.kind() {
                TokenKind::To if least <= Binding::Range => self.range_behind(left),
                TokenKind::Assign if least <= Binding::Comparison => {
                    let help = "to compare, write `==`";
                    self.error(Code::E202, "`=` does not compare", operator_range, "", help);
                    self.advance();
                    let right = self.expression(Binding::Range);
                    self.silent(left.outer.start..right.outer.end)
                }
                kind => match operator_of(kind) {
                    Some(operator) if least <= binding(operator) => self.binary(left, operator),
                    // The word is what is missing, and not an operator.
                    None if self.lacks_awaited() && self.is_value_start() => return left,
                    None if least <= Binding::Product && self.is_value_start() => {
                        self.missing_operator(left)
                    }
                    _ => return left,
                },
            };
        }
    }

    /// `left operator right`, the operator being here.
    fn binary(&mut self, left: Node, operator: BinaryOperator) -> Node {
        let operator_range = self.range();
        self.advance();
        let right = self.expression(binding(operator).tighter());
        let range = left.outer.start..right.outer.end;
        let is_chained = binding(operator) == Binding::Comparison
            && operator_of(self.kind()).is_some_and(|next| binding(next) == Binding::Comparison);
        if is_chained {
            return self.chained_comparison(range, right);
        }
        let depth = left.depth.max(right.depth);
        let operator_span = self.text.span(operator_range);
        let kind = ExprKind::Binary {
            operator,
            operator_span,
            left: self.boxed(left),
            right: self.boxed(right),
        };
        self.node(kind, range, depth)
    }

    /// `low to high @ level`, `to` being here.
    fn range_behind(&mut self, low: Node) -> Node {
        self.advance();
        let high = self.expression(Binding::Sum);
        let mut range = low.outer.start..high.outer.end;
        let mut depth = low.depth.max(high.depth);
        let level = if self.eat(&TokenKind::At) {
            let level = self.expression(Binding::Product);
            range.end = level.outer.end;
            depth = depth.max(level.depth);
            Some(self.boxed(level))
        } else {
            None
        };
        if *self.kind() == TokenKind::To {
            let second = self.range();
            self.error(Code::E202, "a range has two ends, not three", second, "a second `to`", "");
            self.advance();
            let third = self.expression(Binding::Sum);
            return self.silent(range.start..third.outer.end);
        }
        let kind = ExprKind::Range { low: self.boxed(low), high: self.boxed(high), level };
        self.node(kind, range, depth)
    }

    /// What stands before any operator: a sign, `not`, a condition, or a value with what is tied to it.
    fn prefix(&mut self, least: Binding) -> Node {
        let start = self.range();
        match self.kind() {
            TokenKind::Minus => {
                self.advance();
                let least_operand = if least > Binding::Unary { least } else { Binding::Unary };
                let operand = self.nested(|parser| parser.expression(least_operand));
                self.unary(UnaryOperator::Negate, start, operand)
            }
            TokenKind::Not => {
                if least > Binding::Not {
                    let help = "put brackets around it: `(not a)`";
                    self.error(
                        Code::E202,
                        "`not` inside a tighter operator",
                        start.clone(),
                        "",
                        help,
                    );
                }
                self.advance();
                let operand = self.nested(|parser| parser.expression(Binding::Not));
                self.unary(UnaryOperator::Not, start, operand)
            }
            _ => self.tied(least),
        }
    }

    fn unary(&mut self, operator: UnaryOperator, start: Range<usize>, operand: Node) -> Node {
        let range = start.start..operand.outer.end;
        let depth = operand.depth;
        let kind = ExprKind::Unary { operator, operand: self.boxed(operand) };
        self.node(kind, range, depth)
    }

    /// A value with its index, its power and the name behind it.
    fn tied(&mut self, least: Binding) -> Node {
        let mut node = self.postfix();
        node = self.power_behind(node);
        let is_tie = |kind: &TokenKind| {
            matches!(kind, TokenKind::Number(_) | TokenKind::Close | TokenKind::CloseSquare)
        };
        let is_name_next =
            matches!(self.kind(), TokenKind::Name(_)) && *self.kind_at(1) != TokenKind::Open;
        if least <= Binding::Juxtaposed
            && is_name_next
            && self.at > 0
            && is_tie(&self.tokens[self.at - 1].kind)
        {
            let right = self.primary();
            let right = self.power_behind(right);
            let range = node.outer.start..right.outer.end;
            let depth = node.depth.max(right.depth);
            let kind = ExprKind::Juxtaposed { left: self.boxed(node), right: self.boxed(right) };
            node = self.node(kind, range, depth);
        }
        node
    }

    /// `^ exponent` behind `base`, if it is here.
    fn power_behind(&mut self, base: Node) -> Node {
        if *self.kind() != TokenKind::Caret {
            return base;
        }
        let operator_range = self.range();
        self.advance();
        let exponent = self.exponent();
        let range = base.outer.start..exponent.outer.end;
        if *self.kind() == TokenKind::Caret {
            let second = self.range();
            let mut end = exponent.outer.end;
            while self.eat(&TokenKind::Caret) {
                end = self.exponent().outer.end;
            }
            let base_text = self.written(base.outer);
            let behind = self.written(exponent.outer.start..end);
            let power = self.written(range.clone());
            let rest = self.written(exponent.outer.end..end).trim_start();
            let help = format!("write `({power}){rest}` or `{base_text}^({behind})`");
            let range = range.start..end;
            self.error(
                Code::E206,
                "powers in a row need brackets",
                second,
                "a second power",
                &help,
            );
            return self.silent(range);
        }
        let depth = base.depth.max(exponent.depth);
        let operator_span = self.text.span(operator_range);
        let operator = BinaryOperator::Power;
        let kind = ExprKind::Binary {
            operator,
            operator_span,
            left: self.boxed(base),
            right: self.boxed(exponent),
        };
        self.node(kind, range, depth)
    }

    fn exponent(&mut self) -> Node {
        let start = self.range();
        if self.eat(&TokenKind::Minus) {
            let operand = self.nested(Self::exponent);
            return self.unary(UnaryOperator::Negate, start, operand);
        }
        self.postfix()
    }
}
