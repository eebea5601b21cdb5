//! Mathematics: what the rest of outlay takes transcendental and special functions from.
//!
//! Everything here is a pure function of `f64`s with the same bits on every platform, and states its error.
//! Nothing here knows a model, a distribution or a stream.

pub mod special;
mod special_beta;
mod special_gamma;
mod special_temme;
