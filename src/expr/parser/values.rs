//! Values without operators: numbers, names, brackets, calls with their arguments, labels, lists, and
//! both forms of `if`.

use std::ops::Range;

use super::super::ast::{Argument, ExprKind, Name};
use super::super::lexer::TokenKind;
use super::binding::Binding;
use super::{Node, Parser};
use crate::diagnostic::Code;

impl Parser<'_> {
    /// A value with the labels behind it.
    pub(super) fn postfix(&mut self) -> Node {
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
    pub(super) fn labels(&mut self, open: Range<usize>) -> Vec<Name> {
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
                        "a label stands as in [index], `capex[alibaba]`; the value of a series at a time is `at(x, 12 month)`",
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

    /// A value without operators.
    pub(super) fn primary(&mut self) -> Node {
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

    /// `( expression )`.
    pub(super) fn bracket(&mut self) -> Node {
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

    /// Takes `)`, or reports what is there instead.
    pub(super) fn close(&mut self, open: Range<usize>) {
        match self.kind() {
            TokenKind::Close => self.advance(),
            TokenKind::End => self.unclosed(open),
            _ => self.mismatch(open),
        }
    }

    /// `name(…)`, the bracket being here.
    pub(super) fn call(&mut self, function: Name, start: usize) -> Node {
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
    pub(super) fn comma_or_end(&mut self) {
        if self.eat(&TokenKind::Comma)
            || matches!(self.kind(), TokenKind::Close | TokenKind::CloseSquare | TokenKind::End)
        {
            return;
        }
        self.stray();
        self.skip_to_boundary();
        self.eat(&TokenKind::Comma);
    }

    pub(super) fn argument(&mut self) -> (Argument, u32) {
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
    pub(super) fn argument_value(&mut self) -> Node {
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
    pub(super) fn list(&mut self, open: Range<usize>) -> Node {
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
    pub(super) fn conditional(&mut self) -> Node {
        let start = self.range().start;
        self.advance();
        if *self.kind() == TokenKind::Open && self.is_list_of_arguments() {
            return self.conditional_call(start);
        }
        let condition = self.until(TokenKind::Then);
        if !self.expect_word(&TokenKind::Then, start) {
            return self.silent(start..condition.outer.end);
        }
        let then = self.until(TokenKind::Else);
        if !self.expect_word(&TokenKind::Else, start) {
            return self.silent(start..then.outer.end);
        }
        let otherwise = self.nested(|parser| parser.expression(Binding::Loosest));
        let range = start..otherwise.outer.end;
        self.conditional_node(range, condition, then, otherwise)
    }

    /// The part of a conditional that ends at `word`.
    fn until(&mut self, word: TokenKind) -> Node {
        self.nested(|parser| {
            let outer = parser.awaited.replace((word, parser.nesting));
            let part = parser.expression(Binding::Loosest);
            parser.awaited = outer;
            part
        })
    }

    /// Whether this part of a conditional ends here, as the word that should end it is nowhere.
    pub(super) fn lacks_awaited(&self) -> bool {
        self.awaited.as_ref().is_some_and(|(word, nesting)| {
            *nesting == self.nesting
                && !self.tokens[self.at..].iter().any(|token| token.kind == *word)
        })
    }

    pub(super) fn conditional_node(
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

    /// Whether the bracket that opens here has a comma of its own.
    pub(super) fn is_list_of_arguments(&self) -> bool {
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
    pub(super) fn conditional_call(&mut self, start: usize) -> Node {
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
