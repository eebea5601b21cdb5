//! Expressions: grammar, lexer, parser, printer. No names are resolved here.

mod ast;

pub use ast::*;
