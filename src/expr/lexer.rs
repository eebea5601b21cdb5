//! Text to tokens. A character that means nothing is reported here, with what was probably meant;
//! where that is clear the meant token is given, so that one slip makes one message.
//!
//! Magnitudes and `%` are part of their number: `8_000万` is one token of value 8e7, correctly rounded
//! from its decimal digits.

use std::ops::Range;

use super::name::{fold_width, is_name_continue, is_name_start, normal_name};
use super::text::StringText;
use super::{Literal, unit_text};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Number(Literal),
    Factor(f64),
    Name(String),
    Text(String),
    If,
    Then,
    Else,
    And,
    Or,
    Not,
    To,
    Plus,
    Minus,
    Star,
    Slash,
    Caret,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    /// `=`
    Assign,
    At,
    Comma,
    Colon,
    Open,
    Close,
    OpenSquare,
    CloseSquare,
    /// Reported already.
    Bad,
    End,
}

/// A token and its bytes in the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) range: Range<usize>,
}

/// Most errors that one expression reports: behind them a text is not worth reading on.
pub(super) const MAX_ERRORS: usize = 10;

/// The tokens from byte `start` of the text on; the last is [`TokenKind::End`].
pub(super) fn lex(text: &StringText, start: usize, diagnostics: &mut Diagnostics) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        at: start,
        tokens: Vec::new(),
        diagnostics,
        n_errors: 0,
        has_question: false,
    };
    while lexer.n_errors < MAX_ERRORS && lexer.token() {}
    let end = text.text().trim_end().len().max(start);
    lexer.tokens.push(Token { kind: TokenKind::End, range: end..end });
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a StringText,
    at: usize,
    tokens: Vec<Token>,
    diagnostics: &'a mut Diagnostics,
    n_errors: usize,
    has_question: bool,
}

impl Lexer<'_> {
    /// The character `skip` bytes further on, its width folded.
    fn peek_at(&self, offset: usize) -> Option<char> {
        self.text.text()[offset..].chars().next().map(fold_width)
    }

    fn peek(&self) -> Option<char> {
        self.peek_at(self.at)
    }

    fn peek_second(&self) -> Option<char> {
        self.text.text()[self.at..].chars().nth(1).map(fold_width)
    }

    fn advance(&mut self) {
        self.at += self.text.text()[self.at..].chars().next().map_or(0, char::len_utf8);
    }

    /// Goes over all characters for which `is_part` holds and gives them, folded.
    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(c) = self.peek().filter(|c| is_part(*c)) {
            taken.push(c);
            self.advance();
        }
        taken
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.n_errors += 1;
        self.diagnostics.push(diagnostic);
    }

    fn error(&mut self, code: Code, message: impl Into<String>, range: Range<usize>, help: &str) {
        let diagnostic = Diagnostic::new(code, message, self.text.span(range), "");
        self.report(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        self.tokens.push(Token { kind, range: start..self.at });
    }

    /// Reads one token, or blank space; false at the end.
    fn token(&mut self) -> bool {
        let Some(c) = self.peek() else { return false };
        let start = self.at;
        match c {
            _ if c.is_whitespace() => self.advance(),
            '0'..='9' => self.number(),
            '.' if self.peek_second().is_some_and(|next| next.is_ascii_digit()) => self.number(),
            _ if is_name_start(c) => {
                let run = self.take_while(is_name_continue);
                self.word(start, run);
            }
            '"' | '\'' => self.quoted(c),
            _ => self.symbol(c),
        }
        true
    }

    /// A keyword or a name; `run` is what was read from `start` on.
    fn word(&mut self, start: usize, mut run: String) {
        let is_percentile = run
            .strip_prefix('p')
            .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        if is_percentile
            && self.peek() == Some('.')
            && self.peek_second().is_some_and(|c| c.is_ascii_digit())
        {
            self.advance();
            run.push('.');
            run += &self.take_while(|c| c.is_ascii_digit());
        }
        let kind = match run.as_str() {
            "if" => TokenKind::If,
            "then" => TokenKind::Then,
            "else" => TokenKind::Else,
            "and" => TokenKind::And,
            "or" => TokenKind::Or,
            "not" => TokenKind::Not,
            "to" => TokenKind::To,
            _ => TokenKind::Name(normal_name(&run)),
        };
        self.push(kind, start);
    }

    /// A number with all that is glued to it: magnitude, `%`, `x`, a name.
    fn number(&mut self) {
        let start = self.at;
        let mut digits = self.take_while(|c| c.is_ascii_digit() || c == '_');
        let mut is_malformed = digits.ends_with('_') || digits.contains("__");
        if self.peek() == Some('.') {
            self.advance();
            let fraction = self.take_while(|c| c.is_ascii_digit() || c == '_');
            is_malformed |=
                !fraction.starts_with(|c: char| c.is_ascii_digit()) || fraction.ends_with('_');
            is_malformed |= fraction.contains("__");
            digits.push('.');
            digits += &fraction;
            if self.peek() == Some('.') {
                is_malformed = true;
                self.take_while(|c| c.is_ascii_digit() || c == '_' || c == '.');
            }
        }
        let mut exponent = self.exponent();
        let digits = digits.replace('_', "");
        if is_malformed {
            let message = format!("`{}` is not a number", &self.text.text()[start..self.at]);
            let help = "digits stand on both sides of a point, and `_` stands between digits: `10_000`, `0.5`";
            self.error(Code::E203, message, start..self.at, help);
            return self.push(TokenKind::Bad, start);
        }

        let glued_start = self.at;
        let glued = match self.peek() {
            Some(c) if is_name_start(c) => self.take_while(is_name_continue),
            _ => String::new(),
        };
        if glued == "x" {
            let value = value_of(&digits, exponent);
            return self.push(TokenKind::Factor(value), start);
        }
        let (power, name) = match unit_text::split_magnitude(&glued) {
            Some(split) => split,
            None if glued.is_empty() => (self.spaced_magnitude(), ""),
            None => (0, glued.as_str()),
        };
        exponent += i64::from(power);
        if !name.is_empty() && !name.starts_with(is_name_start) {
            let message = format!("`{}` is not a number", &self.text.text()[start..self.at]);
            self.error(
                Code::E203,
                message,
                start..self.at,
                "a magnitude stands behind all digits: `3.5万`",
            );
            return self.push(TokenKind::Bad, start);
        }
        // What stands before the name is a Chinese magnitude or nothing: no full-width letters to fold.
        let mut number_end =
            if name.is_empty() { self.at } else { glued_start + glued.len() - name.len() };
        let name_start = number_end;
        let is_percent = name.is_empty() && self.percent();
        if is_percent {
            exponent -= 2;
            number_end = self.at;
        }
        let value = value_of(&digits, exponent);
        if value.is_infinite() {
            let message = "a number beyond the largest that can be held, 1.8e308";
            self.error(Code::E203, message, start..number_end, "");
        }
        let is_bare_zero = normal_name(&self.text.text()[start..number_end]) == "0";
        let literal = Literal { value, is_bare_zero, is_percent };
        self.tokens.push(Token { kind: TokenKind::Number(literal), range: start..number_end });
        if !name.is_empty() {
            self.word(name_start, name.to_owned());
        }
    }

    /// `e6`, `E-3` behind digits; 0 where there is none.
    fn exponent(&mut self) -> i64 {
        if !matches!(self.peek(), Some('e' | 'E')) {
            return 0;
        }
        let before = self.at;
        self.advance();
        let is_negative = self.peek() == Some('-');
        if matches!(self.peek(), Some('+' | '-')) {
            self.advance();
        }
        let digits = self.take_while(|c| c.is_ascii_digit());
        if digits.is_empty() {
            self.at = before;
            return 0;
        }
        // Far beyond every double: the sign is all that matters.
        let size = digits.parse::<i64>().unwrap_or(1_000_000).min(1_000_000);
        if is_negative { -size } else { size }
    }

    /// `10 亿`: a Chinese magnitude may stand behind a space, as no name begins so.
    fn spaced_magnitude(&mut self) -> i32 {
        let before = self.at;
        self.take_while(char::is_whitespace);
        let run_start = self.at;
        let run = self.take_while(is_name_continue);
        if let Some((power, rest)) = unit_text::split_cjk_magnitude(&run)
            && (rest.is_empty() || rest.starts_with(is_name_start))
        {
            // The rest may hold full-width letters, the magnitude does not.
            self.at = run_start + run.len() - rest.len();
            return power;
        }
        self.at = before;
        0
    }

    /// `%` behind a number, a space between them allowed.
    fn percent(&mut self) -> bool {
        let before = self.at;
        self.take_while(char::is_whitespace);
        if self.peek() == Some('%') {
            self.advance();
            return true;
        }
        self.at = before;
        false
    }

    /// A text in quotes, such as the path of a sample.
    fn quoted(&mut self, quote: char) {
        let start = self.at;
        self.advance();
        let contents_start = self.at;
        while self.peek().is_some_and(|c| c != quote) {
            self.advance();
        }
        let contents = self.text.text()[contents_start..self.at].to_owned();
        if self.peek().is_none() {
            self.error(Code::E204, "a quote that is never closed", start..contents_start, "");
            return self.push(TokenKind::Bad, start);
        }
        self.advance();
        self.push(TokenKind::Text(contents), start);
    }

    fn symbol(&mut self, c: char) {
        let start = self.at;
        self.advance();
        let next = self.peek();
        let (kind, len) = match (c, next) {
            ('<', Some('=')) => (TokenKind::LessEqual, 2),
            ('>', Some('=')) => (TokenKind::GreaterEqual, 2),
            ('!', Some('=')) => (TokenKind::NotEqual, 2),
            ('=', Some('=')) => (TokenKind::Equal, 2),
            ('*', Some('*')) | ('&', Some('&')) | ('|', Some('|')) | ('<', Some('>')) => {
                return self.foreign(c, start);
            }
            ('=', Some('<' | '>')) => return self.foreign(c, start),
            ('+', _) => (TokenKind::Plus, 1),
            ('-', _) => (TokenKind::Minus, 1),
            ('*', _) => (TokenKind::Star, 1),
            ('/', _) => (TokenKind::Slash, 1),
            ('^', _) => (TokenKind::Caret, 1),
            ('<', _) => (TokenKind::Less, 1),
            ('>', _) => (TokenKind::Greater, 1),
            ('=', _) => (TokenKind::Assign, 1),
            ('@', _) => (TokenKind::At, 1),
            (',', _) => (TokenKind::Comma, 1),
            // The other half of a `?` that has been reported.
            (':', _) if self.has_question => (TokenKind::Bad, 1),
            (':', _) => (TokenKind::Colon, 1),
            ('(', _) => (TokenKind::Open, 1),
            (')', _) => (TokenKind::Close, 1),
            ('[', _) => (TokenKind::OpenSquare, 1),
            (']', _) => (TokenKind::CloseSquare, 1),
            _ => return self.foreign(c, start),
        };
        if len == 2 {
            self.advance();
        }
        self.push(kind, start);
    }

    /// What other languages and keyboards write; the first character has been gone over.
    fn foreign(&mut self, c: char, start: usize) {
        let is_doubled = matches!(c, '*' | '&' | '|' | '<' | '=')
            && self.peek().is_some_and(|next| next == c || "<>".contains(next));
        if is_doubled {
            self.advance();
        }
        let (kind, spelling) = match c {
            '*' => (TokenKind::Caret, "`^`"),
            '&' => (TokenKind::And, "`and`"),
            '|' => (TokenKind::Or, "`or`"),
            '!' | '¬' => (TokenKind::Not, "`not`"),
            '<' | '≠' => (TokenKind::NotEqual, "`!=`"),
            '=' if self.text.text()[start..self.at].ends_with(['<', '＜']) => {
                (TokenKind::LessEqual, "`<=`")
            }
            '=' | '≥' => (TokenKind::GreaterEqual, "`>=`"),
            '≤' => (TokenKind::LessEqual, "`<=`"),
            '×' | '·' | '∙' | '⋅' => (TokenKind::Star, "`*`"),
            '÷' | '∕' | '⁄' => (TokenKind::Slash, "`/`"),
            '−' | '–' | '—' => (TokenKind::Minus, "`-`"),
            '~' | '～' | '…' => (TokenKind::To, "`to`, as in `2 to 5`"),
            '、' | ';' => (TokenKind::Comma, "`,`"),
            _ => return self.meaningless(c, start),
        };
        let found = self.text.text()[start..self.at].to_owned();
        let has_left = self.tokens.last().is_some_and(|token| {
            use TokenKind as T;
            matches!(
                token.kind,
                T::Number(_) | T::Name(_) | T::Close | T::CloseSquare | T::Factor(_)
            )
        });
        if kind == TokenKind::To && !has_left {
            let help = format!("leave `{found}` out, or say how wide: a range is written `2 to 5`");
            self.error(Code::E201, format!("`{found}` is not an operator"), start..self.at, &help);
            return self.push(TokenKind::Bad, start);
        }
        let message = match kind {
            TokenKind::Comma => format!("`{found}` means nothing here"),
            _ => format!("`{found}` is not an operator"),
        };
        self.error(Code::E201, message, start..self.at, &format!("write {spelling}"));
        self.push(kind, start);
    }

    fn meaningless(&mut self, c: char, start: usize) {
        let help = match c {
            '%' => "`%` stands behind a number, as in `30%`; the remainder of a division is `mod(a, b)`".to_owned(),
            '$' => "write the currency's code behind the number: `100 USD`".to_owned(),
            '€' => "write the currency's code behind the number: `100 EUR`".to_owned(),
            '£' => "write the currency's code behind the number: `100 GBP`".to_owned(),
            '¥' | '￥' => "write the currency's code behind the number: `100 CNY`, `100 JPY`".to_owned(),
            '?' => "write `if condition then a else b`".to_owned(),
            '²' => "write `^2`".to_owned(),
            '³' => "write `^3`".to_owned(),
            '{' | '}' => "brackets are round: `( )`".to_owned(),
            '#' => "a comment stands outside the quotes".to_owned(),
            '.' => "a point stands only inside a number; a label stands in brackets: `capex[alibaba]`".to_owned(),
            '“' | '”' | '‘' | '’' => "quotes are straight: `'prices.csv'`".to_owned(),
            _ => String::new(),
        };
        self.has_question |= c == '?';
        let is_invisible =
            c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
        if is_invisible {
            let message = format!("an invisible character, U+{:04X}", u32::from(c));
            self.error(Code::E201, message, start..self.at, "delete it");
        } else {
            self.error(Code::E201, format!("`{c}` means nothing here"), start..self.at, &help);
        }
        self.push(TokenKind::Bad, start);
    }
}

/// The double nearest to `digits` × 10^`exponent`.
fn value_of(digits: &str, exponent: i64) -> f64 {
    format!("{digits}e{exponent}").parse().expect("digits, perhaps a point, and an exponent")
}
