//! Numerical mathematics that knows nothing of a model.

pub mod irr;
