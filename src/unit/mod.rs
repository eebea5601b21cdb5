//! Dimensions and units: the algebra behind "yuan and dollars never add up by accident".
//!
//! Everything here happens while a model is compiled; a running program is bare `f64`.

mod dimension;
mod table;
#[expect(
    clippy::module_inception,
    reason = "the file holds the type that the floor is named after"
)]
mod unit;

pub use dimension::{BaseId, Dimension, Exponent};
pub use table::{COMPUTE, DATA, POWER, TIME, UnitTable};
pub use unit::{Conversion, Unit, UnitId};
