//! Charts as inline SVG: histogram over cumulative curve, fan over time, curve of a probability, bars, small outlines.
//!
//! In: figures and their texts. Out: an `<svg>` element with `<title>` and `<desc>` for who does not see it. Colors
//! stand in the page's style sheet alone, by class, so that light, dark and print are one drawing. Whatever comes
//! from a model goes through [`Svg`], which escapes it.

mod axis;
mod bars;
mod distribution;
mod fan;
mod rise;
mod small;
mod svg;
mod tornado;

pub(super) use axis::{Axis, Ticks, round_share};
pub(super) use bars::{Bar, bars};
pub(super) use distribution::{DistributionChart, Mark, distribution};
pub(super) use fan::{Band, FanChart, fan};
pub(super) use rise::{RiseChart, rise};
pub(super) use small::small;
pub(super) use tornado::{TornadoBar, TornadoChart, tornado};

/// Width of a chart in units of its own; a page scales it.
const WIDTH: f64 = 460.0;
/// Height of a line of text.
const LINE: f64 = 16.0;
