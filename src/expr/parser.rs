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

use std::ops::Range;

use super::ast::{Argument, BinaryOperator, Expr, ExprKind, Literal, Name, UnaryOperator};
use super::lexer::{MAX_ERRORS, Token, TokenKind, lex};
use super::text::StringText;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

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
    let tokens = lex(text, 0, diagnostics);
    parse_tokens(text, tokens, diagnostics)
}

/// Parses tokens that end in [`TokenKind::End`].
pub(super) fn parse_tokens(
    text: &StringText,
    tokens: Vec<Token>,
    diagnostics: &mut Diagnostics,
) -> Expr {
    let mut parser =
        Parser { text, tokens, at: 0, diagnostics, n_errors: 0, nesting: 0, is_unclosed: false };
    parser.whole()
}

/// The number 1 that stands before a unit such as `/ year`.
pub(super) fn implied_one(at: usize) -> Token {
    let one = Literal { value: 1.0, is_bare_zero: false, is_percent: false };
    Token { kind: TokenKind::Number(one), range: at..at }
}

/// How tightly an operator binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
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
    pub(super) fn tighter(self) -> Binding {
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
pub(super) fn binding(operator: BinaryOperator) -> Binding {
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
}

impl Parser<'_> {
    // ---- tokens ----

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

    // ---- mistakes ----

    fn report(&mut self, diagnostic: Diagnostic) {
        self.n_errors += 1;
        if self.n_errors <= MAX_ERRORS {
            self.diagnostics.push(diagnostic);
        }
    }

    fn diagnostic(
        &self,
        code: Code,
        message: impl Into<String>,
        range: Range<usize>,
        label: &str,
    ) -> Diagnostic {
        Diagnostic::new(code, message, self.text.span(range), label)
    }

    fn error(
        &mut self,
        code: Code,
        message: impl Into<String>,
        range: Range<usize>,
        label: &str,
        help: &str,
    ) {
        let diagnostic = self.diagnostic(code, message, range, label);
        self.report(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
    }

    /// Goes to the next `,`, `)` or `]` of the brackets that are open here, or to the end.
    fn skip_to_boundary(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.kind() {
                TokenKind::End => return,
                TokenKind::Open | TokenKind::OpenSquare => depth += 1,
                TokenKind::Close | TokenKind::CloseSquare if depth > 0 => depth -= 1,
                TokenKind::Close | TokenKind::CloseSquare => return,
                TokenKind::Comma if depth == 0 => return,
                _ => {}
            }
            self.advance();
        }
    }

    // ---- trees ----

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

    // ---- the grammar ----

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
        self.expr(node)
    }

    /// Reports a token at which an expression has ended and that nothing outside it takes.
    fn stray(&mut self) {
        let range = self.range();
        match self.kind() {
            TokenKind::Close | TokenKind::CloseSquare => {
                let message = format!("{} closes nothing", self.found());
                self.error(Code::E204, message, range, "no bracket is open here", "");
            }
            TokenKind::Comma => {
                let digits = match (
                    self.at.checked_sub(1).map(|at| &self.tokens[at]),
                    &self.tokens[self.at + 1],
                ) {
                    (
                        Some(Token { kind: TokenKind::Number(_), range: left }),
                        Token { kind: TokenKind::Number(_), range: right },
                    ) if left.end == range.start && right.start == range.end => Some(format!(
                        "{}_{}",
                        self.written(left.clone()),
                        self.written(right.clone())
                    )),
                    _ => None,
                };
                let help = digits.map_or_else(
                    || "commas stand between the arguments of a call".to_owned(),
                    |digits| format!("thousands are set apart by `_`: `{digits}`"),
                );
                self.error(Code::E202, "a comma outside the brackets of a call", range, "", &help);
            }
            TokenKind::Colon => {
                let help = "weights stand in a call: `discrete(1: 30%, 2: 70%)`";
                self.error(Code::E202, "a weight outside the brackets of a call", range, "", help);
            }
            TokenKind::Then | TokenKind::Else => {
                let message = format!("{} without its `if`", self.found());
                self.error(Code::E202, message, range, "", "write `if condition then a else b`");
            }
            TokenKind::At => {
                let message = "a level without its range";
                self.error(
                    Code::E202,
                    message,
                    range,
                    "",
                    "a level stands behind a range: `2 to 5 @ 80%`",
                );
            }
            _ => {
                let message = format!("{} is out of place here", self.found());
                self.error(Code::E202, message, range, "", "");
            }
        }
        self.advance();
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

    /// `a < b < c`: `range` is that of `a < b`, `middle` is `b`, and the second operator is here.
    fn chained_comparison(&mut self, first: Range<usize>, middle: Node) -> Node {
        let second_operator = self.range();
        let mut last = middle;
        let start = first.start;
        let middle_start = last.outer.start;
        while operator_of(self.kind()).is_some_and(|next| binding(next) == Binding::Comparison) {
            self.advance();
            last = self.expression(Binding::Range);
        }
        let range = start..last.outer.end;
        let help = format!(
            "write `{} and {}`",
            self.written(first),
            self.written(middle_start..range.end)
        );
        self.error(
            Code::E208,
            "comparisons cannot be chained",
            second_operator,
            "a second comparison",
            &help,
        );
        self.silent(range)
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

    /// Two values with nothing between them: reported, then read as if `*` stood there.
    fn missing_operator(&mut self, left: Node) -> Node {
        let before = self.range_before();
        let here = self.range();
        let left_kind = self.tokens[self.at - 1].kind.clone();
        let pair = format!("{}*{}", self.written(before.clone()), self.written(here.clone()));
        match (left_kind, self.kind()) {
            (TokenKind::Bad, _) | (_, TokenKind::Bad) => {}
            (TokenKind::Name(_), TokenKind::Name(name)) => {
                let is_magnitude =
                    super::magnitude(&self.written(before.clone()).to_owned()).is_some();
                let number_range = self.tokens[self.at.saturating_sub(2)].range.clone();
                let is_behind_number =
                    self.at >= 2 && matches!(self.tokens[self.at - 2].kind, TokenKind::Number(_));
                let help = if is_magnitude && is_behind_number {
                    let number = self.written(number_range);
                    format!(
                        "a magnitude is glued to its number: `{number}{} {name}`",
                        self.written(before.clone())
                    )
                } else {
                    format!("to multiply them, write `{pair}`")
                };
                let message =
                    format!("two names in a row: `{} {name}`", self.written(before.clone()));
                self.error(Code::E207, message, before.start..here.end, "", &help);
            }
            (TokenKind::Name(name), TokenKind::Number(_)) => {
                let help = format!(
                    "a unit stands behind its number: `{} {name}`",
                    self.written(here.clone())
                );
                let message = format!("an operator is missing in front of {}", self.found());
                self.error(Code::E202, message, here, "", &help);
            }
            (_, TokenKind::Open) => {
                let help = "to multiply, write `*` in front of the bracket";
                self.error(Code::E202, "an operator is missing in front of `(`", here, "", help);
            }
            (_, TokenKind::Name(_)) if *self.kind_at(1) == TokenKind::Open => {
                let call = self.written(here.clone()).to_owned();
                let help = format!("to multiply, write `* {call}(…)`");
                self.error(
                    Code::E202,
                    format!("an operator is missing in front of the call of `{call}`"),
                    here,
                    "",
                    &help,
                );
            }
            (_, TokenKind::Name(name)) => {
                let help = format!("to multiply, write `* {name}`");
                let message = format!("an operator is missing in front of {}", self.found());
                self.error(Code::E202, message, here, "", &help);
            }
            _ => {
                let message = format!("an operator is missing in front of {}", self.found());
                self.error(
                    Code::E202,
                    message,
                    here,
                    "",
                    "arguments of a call are set apart by `,`",
                );
            }
        }
        if *self.kind() == TokenKind::Bad {
            self.advance();
            if !self.is_value_start() {
                return self.silent(left.outer);
            }
        }
        let right = self.nested(|parser| parser.expression(Binding::Unary));
        self.silent(left.outer.start..right.outer.end)
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
            let base_text = self.written(base.outer.clone());
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

    /// A value with the labels behind it.
    fn postfix(&mut self) -> Node {
        let mut node = self.primary();
        loop {
            let is_indexable = self.at > 0
                && matches!(
                    self.tokens[self.at - 1].kind,
                    TokenKind::Name(_) | TokenKind::Close | TokenKind::CloseSquare
                );
            if *self.kind() != TokenKind::OpenSquare || !is_indexable {
                return node;
            }
            let open = self.range();
            self.advance();
            let labels = self.labels(open);
            let range = node.outer.start..self.range_before().end;
            let depth = node.depth;
            let kind = ExprKind::Index { base: self.boxed(node), labels };
            node = self.node(kind, range, depth);
        }
    }

    /// `a, b]`, the bracket before it being at `open`.
    fn labels(&mut self, open: Range<usize>) -> Vec<Name> {
        let mut labels = Vec::new();
        let mut is_reported = false;
        loop {
            let range = self.range();
            match self.kind() {
                TokenKind::CloseSquare => {
                    if labels.is_empty() && !is_reported {
                        self.error(
                            Code::E202,
                            "an index without a label",
                            open.start..range.end,
                            "",
                            "",
                        );
                    }
                    self.advance();
                    return labels;
                }
                TokenKind::Name(name) => {
                    labels.push(Name { text: name.clone(), span: self.text.span(range) });
                    self.advance();
                }
                TokenKind::End => {
                    self.unclosed(open);
                    return labels;
                }
                _ => {
                    let message = format!("a label is a name, not {}", self.found());
                    self.error(
                        Code::E202,
                        message,
                        range,
                        "",
                        "a label stands as in [index]: `capex[alibaba]`",
                    );
                    is_reported = true;
                    self.skip_to_boundary();
                }
            }
            match self.kind() {
                TokenKind::Comma => self.advance(),
                TokenKind::CloseSquare | TokenKind::End => {}
                TokenKind::Close => {
                    self.mismatch(open);
                    return labels;
                }
                _ => {
                    let message = format!("`,` or `]` was expected, not {}", self.found());
                    self.error(Code::E202, message, self.range(), "", "");
                    self.skip_to_boundary();
                }
            }
        }
    }

    /// Reports a bracket that is never closed, once.
    fn unclosed(&mut self, open: Range<usize>) {
        let is_in_quote = self.range_before().end == self.range().end
            && self.tokens[self.at - 1].kind == TokenKind::Bad;
        if !self.is_unclosed && !is_in_quote {
            self.is_unclosed = true;
            let bracket = self.written(open.clone()).to_owned();
            self.error(Code::E204, format!("`{bracket}` is never closed"), open, "opened here", "");
        }
    }

    /// Reports that the bracket here is not the partner of the one at `open`, and takes it for that.
    fn mismatch(&mut self, open: Range<usize>) {
        let opened = self.written(open.clone()).to_owned();
        let message = format!("{} does not close `{opened}`", self.found());
        let diagnostic = self
            .diagnostic(Code::E204, message, self.range(), "")
            .label(self.text.span(open), "opened here");
        self.report(diagnostic);
        self.advance();
    }

    /// A value without operators.
    fn primary(&mut self) -> Node {
        loop {
            let range = self.range();
            match self.kind().clone() {
                TokenKind::Number(literal) => {
                    self.advance();
                    return self.node(ExprKind::Number(literal), range, 0);
                }
                TokenKind::Factor(value) => {
                    self.advance();
                    return self.node(ExprKind::Factor(value), range, 0);
                }
                TokenKind::Name(text) => {
                    let name = Name { text, span: self.text.span(range.clone()) };
                    self.advance();
                    if *self.kind() == TokenKind::Open {
                        return self.call(name, range.start);
                    }
                    return self.node(ExprKind::Name(name), range, 0);
                }
                TokenKind::Open => return self.bracket(),
                TokenKind::If => return self.conditional(),
                TokenKind::Text(_) => {
                    let help = "texts name files and columns: `sample(file = 'prices.csv', column = 'usd')`";
                    self.error(
                        Code::E202,
                        "a text outside the brackets of a call",
                        range.clone(),
                        "",
                        help,
                    );
                    self.advance();
                    return self.silent(range);
                }
                TokenKind::OpenSquare => {
                    let help =
                        "a list is an argument: `histogram(edges = [0, 1, 2], weights = [1, 2])`";
                    self.error(
                        Code::E202,
                        "a list outside the brackets of a call",
                        range.clone(),
                        "",
                        help,
                    );
                    self.nested(|parser| parser.list(range));
                    return self.silent(self.range_before());
                }
                TokenKind::Bad => {
                    self.advance();
                    if !self.is_value_start() && !matches!(self.kind(), TokenKind::Minus) {
                        return self.silent(range);
                    }
                    if matches!(self.kind(), TokenKind::Minus | TokenKind::Not) {
                        return self.nested(|parser| parser.expression(Binding::Unary));
                    }
                }
                _ if self.is_operator() => {
                    let help =
                        if *self.kind() == TokenKind::Plus { "leave the sign out" } else { "" };
                    let message = format!("a value is missing in front of {}", self.found());
                    self.error(Code::E202, message, range.clone(), "", help);
                    self.advance();
                    if *self.kind() == TokenKind::End {
                        return self.silent(range);
                    }
                    if matches!(self.kind(), TokenKind::Minus | TokenKind::Not) {
                        return self.nested(|parser| parser.expression(Binding::Unary));
                    }
                }
                TokenKind::End
                    if self.is_unclosed || self.nesting > 0 && self.has_open_bracket() =>
                {
                    return self.silent(range);
                }
                _ => {
                    let message = match self.kind() {
                        TokenKind::End => "a value is missing at the end".to_owned(),
                        _ => format!("a value is missing in front of {}", self.found()),
                    };
                    self.error(Code::E202, message, range.clone(), "", "");
                    return self.silent(range);
                }
            }
        }
    }

    /// Whether the end came inside brackets: whoever opened them reports it.
    fn has_open_bracket(&self) -> bool {
        let mut depth = 0_i64;
        for token in &self.tokens {
            match token.kind {
                TokenKind::Open | TokenKind::OpenSquare => depth += 1,
                TokenKind::Close | TokenKind::CloseSquare => depth -= 1,
                _ => {}
            }
        }
        depth > 0
    }

    /// Whether an operator with two sides stands here.
    fn is_operator(&self) -> bool {
        operator_of(self.kind()).is_some()
            || matches!(self.kind(), TokenKind::To | TokenKind::Assign)
    }

    /// `( expression )`.
    fn bracket(&mut self) -> Node {
        let open = self.range();
        self.advance();
        if *self.kind() == TokenKind::Close {
            let range = open.start..self.range().end;
            self.error(Code::E202, "brackets with nothing in them", range.clone(), "", "");
            self.advance();
            return self.silent(range);
        }
        let mut node = self.nested(|parser| parser.expression(Binding::Loosest));
        if !matches!(self.kind(), TokenKind::Close | TokenKind::CloseSquare | TokenKind::End) {
            self.stray();
            self.skip_to_end_of_bracket();
            node = self.silent(node.outer);
        }
        self.close(open.clone());
        node.outer = open.start..self.range_before().end.max(node.outer.end);
        node
    }

    /// Goes to the bracket that ends the one open here.
    fn skip_to_end_of_bracket(&mut self) {
        self.skip_to_boundary();
        while self.eat(&TokenKind::Comma) {
            self.skip_to_boundary();
        }
    }

    /// Takes `)`, or reports what is there instead.
    fn close(&mut self, open: Range<usize>) {
        match self.kind() {
            TokenKind::Close => self.advance(),
            TokenKind::End => self.unclosed(open),
            _ => self.mismatch(open),
        }
    }

    /// `name(…)`, the bracket being here.
    fn call(&mut self, function: Name, start: usize) -> Node {
        let open = self.range();
        self.advance();
        let mut arguments = Vec::new();
        let mut depth = 0;
        let node = self.nested(|parser| {
            while !matches!(
                parser.kind(),
                TokenKind::Close | TokenKind::CloseSquare | TokenKind::End
            ) {
                let (argument, argument_depth) = parser.argument();
                arguments.push(argument);
                depth = depth.max(argument_depth);
                parser.comma_or_end();
            }
            parser.silent(start..start)
        });
        self.close(open);
        let range = start..self.range_before().end.max(node.inner.end);
        self.node(ExprKind::Call { function, arguments }, range, depth)
    }

    /// Takes the comma behind an argument; reports anything else but the end of the list.
    fn comma_or_end(&mut self) {
        if self.eat(&TokenKind::Comma)
            || matches!(self.kind(), TokenKind::Close | TokenKind::CloseSquare | TokenKind::End)
        {
            return;
        }
        self.stray();
        self.skip_to_boundary();
        self.eat(&TokenKind::Comma);
    }

    fn argument(&mut self) -> (Argument, u32) {
        let name = match (self.kind().clone(), self.kind_at(1)) {
            (TokenKind::Name(text), TokenKind::Assign) => {
                let span = self.text.span(self.range());
                self.advance();
                self.advance();
                Some(Name { text, span })
            }
            _ => None,
        };
        let value = self.argument_value();
        let mut depth = value.depth;
        let weight = if name.is_none() && self.eat(&TokenKind::Colon) {
            let weight = self.expression(Binding::Loosest);
            depth = depth.max(weight.depth);
            Some(self.expr(weight))
        } else {
            None
        };
        (Argument { name, value: self.expr(value), weight }, depth)
    }

    /// An expression, a list or a text.
    fn argument_value(&mut self) -> Node {
        let range = self.range();
        match self.kind().clone() {
            TokenKind::OpenSquare => self.nested(|parser| parser.list(range)),
            TokenKind::Text(text) => {
                self.advance();
                self.node(ExprKind::Text(text), range, 0)
            }
            _ => self.expression(Binding::Loosest),
        }
    }

    /// `[a, b]`, the bracket at `open` being here.
    fn list(&mut self, open: Range<usize>) -> Node {
        self.advance();
        let mut items = Vec::new();
        let mut depth = 0;
        while !matches!(self.kind(), TokenKind::Close | TokenKind::CloseSquare | TokenKind::End) {
            let item = self.expression(Binding::Loosest);
            depth = depth.max(item.depth);
            items.push(self.expr(item));
            self.comma_or_end();
        }
        match self.kind() {
            TokenKind::CloseSquare => self.advance(),
            TokenKind::End => self.unclosed(open.clone()),
            _ => self.mismatch(open.clone()),
        }
        let range = open.start..self.range_before().end;
        self.node(ExprKind::List(items), range, depth)
    }

    /// Both forms of `if`, which is here.
    fn conditional(&mut self) -> Node {
        let start = self.range().start;
        self.advance();
        if *self.kind() == TokenKind::Open && self.is_list_of_arguments() {
            return self.conditional_call(start);
        }
        let condition = self.nested(|parser| parser.expression(Binding::Loosest));
        if !self.expect_word(&TokenKind::Then, start) {
            return self.silent(start..condition.outer.end);
        }
        let then = self.nested(|parser| parser.expression(Binding::Loosest));
        if !self.expect_word(&TokenKind::Else, start) {
            return self.silent(start..then.outer.end);
        }
        let otherwise = self.nested(|parser| parser.expression(Binding::Loosest));
        let range = start..otherwise.outer.end;
        self.conditional_node(range, condition, then, otherwise)
    }

    fn conditional_node(
        &mut self,
        range: Range<usize>,
        condition: Node,
        then: Node,
        otherwise: Node,
    ) -> Node {
        let depth = condition.depth.max(then.depth).max(otherwise.depth);
        let kind = ExprKind::If {
            condition: self.boxed(condition),
            then: self.boxed(then),
            otherwise: self.boxed(otherwise),
        };
        self.node(kind, range, depth)
    }

    /// Takes `then` or `else`, or reports that it is missing.
    fn expect_word(&mut self, word: &TokenKind, start: usize) -> bool {
        if self.eat(word) {
            return true;
        }
        let name = if *word == TokenKind::Then { "then" } else { "else" };
        if !(self.is_unclosed && *self.kind() == TokenKind::End) {
            let if_span = self
                .text
                .span(start..start + self.written(start..self.text.text().len()).len().min(2));
            let diagnostic = self
                .diagnostic(
                    Code::E202,
                    format!("`if` without `{name}`"),
                    self.range(),
                    &format!("`{name}` was expected here"),
                )
                .label(if_span, "this `if`")
                .help("write `if condition then a else b` or `if(condition, a, b)`");
            self.report(diagnostic);
        }
        // Commas behind it are mostly those of the other form of `if`.
        self.skip_to_end_of_bracket();
        false
    }

    /// Whether the bracket that opens here has a comma of its own.
    fn is_list_of_arguments(&self) -> bool {
        let mut depth = 0_usize;
        for token in &self.tokens[self.at..] {
            match token.kind {
                TokenKind::Open | TokenKind::OpenSquare => depth += 1,
                TokenKind::Close | TokenKind::CloseSquare => {
                    depth -= 1;
                    if depth == 0 {
                        return false;
                    }
                }
                TokenKind::Comma if depth == 1 => return true,
                _ => {}
            }
        }
        false
    }

    /// `if(c, a, b)`, the bracket being here.
    fn conditional_call(&mut self, start: usize) -> Node {
        let open = self.range();
        self.advance();
        let mut parts = Vec::new();
        let mut n_parts = 0;
        let depth_holder = self.nested(|parser| {
            while !matches!(
                parser.kind(),
                TokenKind::Close | TokenKind::CloseSquare | TokenKind::End
            ) {
                let part = parser.expression(Binding::Loosest);
                n_parts += 1;
                if parts.len() < 3 {
                    parts.push(part);
                }
                parser.comma_or_end();
            }
            parser.silent(start..start)
        });
        self.close(open);
        let range = start..self.range_before().end.max(depth_holder.inner.end);
        let Ok([condition, then, otherwise]) = <[Node; 3]>::try_from(parts) else {
            let message = format!("`if` takes a condition and two values, not {n_parts} in all");
            self.error(Code::E202, message, range.clone(), "", "write `if(condition, a, b)`");
            return self.silent(range);
        };
        if n_parts > 3 {
            let message = format!("`if` takes a condition and two values, not {n_parts} in all");
            self.error(Code::E202, message, range.clone(), "", "write `if(condition, a, b)`");
            return self.silent(range);
        }
        self.conditional_node(range, condition, then, otherwise)
    }
}

/// The operator with two sides that a token stands for; powers, read with their base, are left out.
fn operator_of(kind: &TokenKind) -> Option<BinaryOperator> {
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
