//! A tornado: how far the mean of an output goes with each input, the widest swing on top.

use super::svg::{Anchor, BOLD, SIZE, Svg, width};
use super::{Axis, LINE, Ticks, WIDTH};

/// A row: its label and range above its bar; one below the other where they have no room side by side.
const ROW: f64 = 41.0;
const TALL_ROW: f64 = 56.0;
const BAR: f64 = 14.0;
/// From the bar to the end of its row.
const BELOW: f64 = 7.0;
/// Between a label and its range.
const APART: f64 = 14.0;
/// A label is cut to this share of itself rather than its chart made taller.
const LEAST_OF_LABEL: f64 = 0.8;
/// Room for the figure at either end of a bar.
const SIDE: f64 = 58.0;
/// The legend, and the mean.
const TOP: f64 = 22.0;
const SQUARE: f64 = 10.0;

/// One input.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::report) struct TornadoBar {
    /// What it is.
    pub(in crate::report) label: String,
    /// `0.21 – 1.22 亿 CNY`: its P10 and P90.
    pub(in crate::report) range: String,
    /// The mean of the output where it is at its P10, and how that is written.
    pub(in crate::report) low: (f64, String),
    /// The same at its P90.
    pub(in crate::report) high: (f64, String),
}

/// What is drawn.
#[derive(Clone, Copy)]
pub(in crate::report) struct TornadoChart<'a> {
    /// For who does not see it.
    pub(in crate::report) title: &'a str,
    /// The figures in words.
    pub(in crate::report) description: &'a str,
    /// The inputs, from the top.
    pub(in crate::report) bars: &'a [TornadoBar],
    /// The mean over all trials, and how it is told.
    pub(in crate::report) mean: (f64, &'a str),
    /// What the two sides of a bar are called: `input at its P10`.
    pub(in crate::report) sides: [&'a str; 2],
    /// What its values are shown in.
    pub(in crate::report) unit: &'a str,
    /// Numbers along the axis.
    pub(in crate::report) ticks: &'a dyn Fn((f64, f64), usize) -> Ticks,
}

/// Draws it.
pub(in crate::report) fn tornado(chart: &TornadoChart<'_>) -> String {
    let room = |bar: &TornadoBar| WIDTH - width(&bar.range, SIZE) - APART;
    let is_narrow = |bar: &TornadoBar| room(bar) < LEAST_OF_LABEL * width(&bar.label, SIZE * BOLD);
    let is_tall = chart.bars.iter().any(is_narrow);
    let row = if is_tall { TALL_ROW } else { ROW };
    let floor = TOP + row * chart.bars.len() as f64 + 2.0;
    let height = floor + 2.0 * LINE + 4.0;
    let mut svg = Svg::new(WIDTH, height, chart.title, chart.description);
    let ends = chart.bars.iter().flat_map(|bar| [bar.low.0, bar.high.0]);
    let (lowest, highest) =
        ends.fold((chart.mean.0, chart.mean.0), |(low, high), end| (low.min(end), high.max(end)));
    let x = Axis::new((lowest, highest), (SIDE, WIDTH - SIDE));
    let middle = x.at(chart.mean.0);
    let mut legend = 0.0;
    for (class, name) in ["bar", "solid"].into_iter().zip(chart.sides) {
        svg.rect(class, legend, 1.0, SQUARE, SQUARE);
        svg.text("tick", (legend + SQUARE + 5.0, 10.5), Anchor::Start, name);
        legend += SQUARE + 20.0 + width(name, SIZE);
    }
    let ticks = (chart.ticks)((lowest, highest), 5);
    for (at, bar) in chart.bars.iter().enumerate() {
        let top = TOP + row * at as f64;
        let bar_top = top + row - BAR - BELOW;
        for (value, _) in &ticks.0 {
            svg.line("grid", (x.at(*value), bar_top - 2.0), (x.at(*value), bar_top + BAR + 2.0));
        }
        let label_room = if is_tall { WIDTH } else { room(bar) };
        svg.cut("name", (0.0, top + 13.0), &bar.label, (label_room, SIZE * BOLD));
        if is_tall {
            svg.text("tick", (0.0, top + 28.0), Anchor::Start, &bar.range);
        } else {
            svg.text("tick", (WIDTH, top + 13.0), Anchor::End, &bar.range);
        }
        let mut sides = [("bar", bar.low.0), ("solid", bar.high.0)];
        // Where both lie on one side of the mean, the nearer one stands in front.
        sides.sort_by(|a, b| (b.1 - chart.mean.0).abs().total_cmp(&(a.1 - chart.mean.0).abs()));
        for (class, value) in sides {
            let (left, right) = (middle.min(x.at(value)), middle.max(x.at(value)));
            svg.rect(class, left, bar_top, right - left, BAR);
        }
        let (left, right) =
            if bar.low.0 <= bar.high.0 { (&bar.low, &bar.high) } else { (&bar.high, &bar.low) };
        svg.line("mark median", (middle, bar_top - 2.0), (middle, bar_top + BAR + 2.0));
        let baseline = bar_top + BAR - 3.0;
        let at_left = x.at(left.0).min(middle) - 5.0;
        let at_right = x.at(right.0).max(middle) + 5.0;
        svg.text("tick", (at_left, baseline), Anchor::End, &left.1);
        svg.text("tick", (at_right, baseline), Anchor::Start, &right.1);
    }
    svg.line("mark median", (middle, floor - 5.0), (middle, floor));
    // The mean stands in the line of the legend, to the right, where it is in nobody's way.
    svg.text("name", (WIDTH, 10.5), Anchor::End, chart.mean.1);
    svg.line("axis", (SIDE, floor), (WIDTH - SIDE, floor));
    for (value, text) in &ticks.0 {
        svg.line("axis", (x.at(*value), floor), (x.at(*value), floor + 4.0));
        svg.text("tick", (x.at(*value), floor + LINE + 2.0), Anchor::Middle, text);
    }
    svg.text("unit", (WIDTH, floor + 2.0 * LINE + 2.0), Anchor::End, chart.unit);
    svg.finish()
}
