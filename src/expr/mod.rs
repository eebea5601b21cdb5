//! Expressions: a string of the model file comes in, a tree of its text goes out.
//!
//! `lexer` makes tokens, `parser` (whose header is the grammar) makes the tree, [`print()`] makes
//! text again. No names are resolved here and no units are known: that is the checker's.

mod ast;
#[expect(clippy::wildcard_enum_match_arm, reason = "a habit knows the few tokens it is made of")]
mod habits;
#[expect(clippy::wildcard_enum_match_arm, reason = "a place knows the few tokens that may follow")]
mod lexer;
mod name;
#[expect(clippy::wildcard_enum_match_arm, reason = "a place knows the few tokens that may follow")]
mod parser;
mod print;
mod sentence;
mod text;
mod unit_text;

pub use ast::*;
pub use habits::as_meant;
pub use name::{KEYWORDS, is_name, is_reserved, normal_name};
pub use parser::{MAX_DEPTH, MAX_LENGTH, MAX_NESTING, parse};
pub use print::{print, print_number};
pub use sentence::{
    Comparison, Measure, Precision, Purpose, Sentence, SentenceEnd, parse_sentence,
};
pub use text::StringText;
pub use unit_text::{UnitText, magnitude, parse_unit_text};

#[cfg(test)]
mod tests;
