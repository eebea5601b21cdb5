//! All integration tests in one binary.

mod cli;
mod engine_reference;
mod generator;
mod known;
mod messages;
