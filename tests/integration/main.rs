//! All integration tests in one binary.

mod cli;
mod determinism;
mod docs;
mod engine_reference;
mod floors;
mod generator;
mod known;
mod meaning;
mod messages;
mod mutations;
mod observe;
mod shipped;
mod stability;
