//! All integration tests in one binary.

mod cli;
mod compound;
mod dependence;
mod determinism;
mod docs;
mod engine_reference;
mod figures;
mod floors;
mod generator;
mod hierarchy;
mod known;
mod library;
mod meaning;
mod messages;
mod mutations;
mod observe;
mod questions;
mod sensitivity;
mod shipped;
mod stability;
mod statistics;
