//! What the parser says about a mistake, and where it goes on behind it.

use std::ops::Range;

use super::super::ast::{Expr, ExprKind};
use super::super::lexer::{MAX_ERRORS, TokenKind};
use super::super::unit_text::magnitude;
use super::binding::{Binding, binding, operator_of};
use super::{Node, Parser};
use crate::diagnostic::{Code, Diagnostic};

impl Parser<'_> {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.n_errors += 1;
        if self.n_errors <= MAX_ERRORS {
            self.diagnostics.push(diagnostic);
        }
    }

    pub(super) fn diagnostic(
        &self,
        code: Code,
        message: impl Into<String>,
        range: Range<usize>,
        label: &str,
    ) -> Diagnostic {
        Diagnostic::new(code, message, self.text.span(range), label)
    }

    pub(super) fn error(
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
    pub(super) fn skip_to_boundary(&mut self) {
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

    /// Goes to the bracket that ends the one open here.
    pub(super) fn skip_to_end_of_bracket(&mut self) {
        self.skip_to_boundary();
        while self.eat(&TokenKind::Comma) {
            self.skip_to_boundary();
        }
    }

    /// Reports a token at which an expression has ended and that nothing outside it takes.
    pub(super) fn stray(&mut self) {
        let range = self.range();
        match self.kind() {
            TokenKind::Close | TokenKind::CloseSquare => {
                let message = format!("{} closes nothing", self.found());
                self.error(Code::E204, message, range, "no bracket is open here", "");
            }
            TokenKind::Comma => {
                let help = "commas stand between the arguments of a call";
                self.error(Code::E202, "a comma outside the brackets of a call", range, "", help);
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

    /// Two values with nothing between them: reported, then read as if `*` stood there.
    pub(super) fn missing_operator(&mut self, left: Node) -> Node {
        let before = self.range_before();
        let here = self.range();
        let left_kind = self.tokens[self.at - 1].kind.clone();
        let pair = format!("{}*{}", self.written(before.clone()), self.written(here.clone()));
        match (left_kind, self.kind()) {
            (TokenKind::Bad, _) | (_, TokenKind::Bad) => {}
            (TokenKind::Name(_), TokenKind::Name(name)) => {
                let is_magnitude = magnitude(self.written(before.clone())).is_some();
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

    /// `a < b < c`: `range` is that of `a < b`, `middle` is `b`, and the second operator is here.
    pub(super) fn chained_comparison(&mut self, first: Range<usize>, middle: Node) -> Node {
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

    /// Reports a bracket that is never closed, once.
    pub(super) fn unclosed(&mut self, open: Range<usize>) {
        let is_in_quote = self.range_before().end == self.range().end
            && self.tokens[self.at - 1].kind == TokenKind::Bad;
        if !self.is_unclosed && !is_in_quote {
            self.is_unclosed = true;
            let bracket = self.written(open.clone()).to_owned();
            self.error(Code::E204, format!("`{bracket}` is never closed"), open, "opened here", "");
        }
    }

    /// Reports that the bracket here is not the partner of the one at `open`, and takes it for that.
    pub(super) fn mismatch(&mut self, open: Range<usize>) {
        let opened = self.written(open.clone()).to_owned();
        let message = format!("{} does not close `{opened}`", self.found());
        let diagnostic = self
            .diagnostic(Code::E204, message, self.range(), "")
            .label(self.text.span(open), "opened here");
        self.report(diagnostic);
        self.advance();
    }

    /// Whether the end came inside brackets: whoever opened them reports it.
    pub(super) fn has_open_bracket(&self) -> bool {
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

    /// Takes `then` or `else`, or reports that it is missing.
    pub(super) fn expect_word(&mut self, word: &TokenKind, start: usize) -> bool {
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

    /// Reports factors that are not the ends of a range, and ranges with one factor only.
    pub(super) fn check_factors(&mut self, expr: &Expr) {
        let is_factor = |expr: &Expr| matches!(expr.kind, ExprKind::Factor(_));
        if is_factor(expr) {
            let diagnostic = Diagnostic::new(Code::E209, "a factor outside a range", expr.span, "")
                .help("a factor is the end of a range, `0.5x to 2x`; to multiply by `x`, write `2 * x`");
            return self.report(diagnostic);
        }
        if let ExprKind::Range { low, high, level } = &expr.kind {
            match (is_factor(low), is_factor(high)) {
                (true, true) => {}
                (false, false) => {
                    self.check_factors(low);
                    self.check_factors(high);
                }
                (is_low, _) => {
                    let (factor, number) = if is_low { (low, high) } else { (high, low) };
                    let message = "a range between a factor and a quantity";
                    let diagnostic = Diagnostic::new(Code::E209, message, factor.span, "a factor")
                        .label(number.span, "a quantity")
                        .help("write both ends as factors, `0.5x to 2x`, or none");
                    self.report(diagnostic);
                }
            }
            level.iter().for_each(|level| self.check_factors(level));
            return;
        }
        for child in expr.children() {
            self.check_factors(child);
        }
    }
}
