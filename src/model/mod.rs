//! The model file: TOML walked with its spans. No meaning yet.

mod parsed;

pub use parsed::*;
