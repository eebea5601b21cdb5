//! Bars of probabilities with their labels.

use super::svg::{Anchor, LABEL_SIZE, Svg, width};
use super::{Axis, WIDTH};

/// A row with its label above the bar, and one with it to the left.
const TALL_ROW: f64 = 40.0;
const ROW: f64 = 26.0;
const LABEL: f64 = 150.0;
const VALUE: f64 = 62.0;
const BAR: f64 = 12.0;
const TOP: f64 = 4.0;

/// A probability.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::report) struct Bar {
    /// Of what.
    pub(in crate::report) label: String,
    /// In [0, 1]; `None` where there is none.
    pub(in crate::report) share: Option<f64>,
    /// `98.4 %`.
    pub(in crate::report) text: String,
}

/// Probabilities, one below the other.
pub(in crate::report) fn bars(title: &str, description: &str, bars: &[Bar]) -> String {
    let fits = |bar: &Bar| width(&bar.label, LABEL_SIZE) <= LABEL - 10.0;
    let is_tall = !bars.iter().all(fits);
    let row = if is_tall { TALL_ROW } else { ROW };
    let mut svg = Svg::new(WIDTH, TOP * 2.0 + row * bars.len() as f64, title, description);
    let left = if is_tall { 0.0 } else { LABEL };
    let x = Axis::new((0.0, 1.0), (left, WIDTH - VALUE));
    for (at, bar) in bars.iter().enumerate() {
        let top = TOP + row * at as f64;
        let bar_top = if is_tall { top + 19.0 } else { top + (row - BAR) / 2.0 };
        let label_at = (0.0, if is_tall { top + 13.0 } else { bar_top + 10.5 });
        let room = if is_tall { WIDTH } else { LABEL - 10.0 };
        svg.cut("label", label_at, &bar.label, (room, LABEL_SIZE));
        svg.rect("room", left, bar_top, x.at(1.0) - left, BAR);
        if let Some(share) = bar.share {
            svg.rect("solid", left, bar_top, x.at(share) - left, BAR);
        }
        svg.text("value", (WIDTH, bar_top + 10.5), Anchor::End, &bar.text);
    }
    svg.finish()
}
