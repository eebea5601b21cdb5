//! A tornado: how far the mean of an output goes with each input, the widest swing on top.

use super::svg::{Anchor, Svg, fitted};
use super::{Axis, LINE, Ticks, WIDTH};

/// A row: its label above its bar.
const ROW: f64 = 41.0;
const BAR: f64 = 14.0;
const BAR_TOP: f64 = 20.0;
/// Room for the figure at either end of a bar.
const SIDE: f64 = 58.0;
/// The legend, and the mean.
const TOP: f64 = 22.0;
const SQUARE: f64 = 10.0;
/// Width of a cell of text, about.
const CELL: f64 = 6.2;

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
#[derive(Debug, Clone)]
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
    /// Writes a tick in the language of the page.
    pub(in crate::report) tell: fn(&str) -> String,
}

/// Draws it.
pub(in crate::report) fn tornado(chart: &TornadoChart<'_>) -> String {
    use unicode_width::UnicodeWidthStr;
    let floor = TOP + ROW * chart.bars.len() as f64 + 2.0;
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
        legend += SQUARE + 24.0 + CELL * name.width() as f64;
    }
    let ticks = Ticks::new((lowest, highest), 5);
    for (at, bar) in chart.bars.iter().enumerate() {
        let top = TOP + ROW * at as f64;
        let bar_top = top + BAR_TOP;
        for (value, _) in &ticks.0 {
            svg.line("grid", (x.at(*value), bar_top - 2.0), (x.at(*value), bar_top + BAR + 2.0));
        }
        let range_width = CELL * bar.range.width() as f64;
        let label = fitted(&bar.label, (WIDTH - range_width - 14.0).max(120.0));
        svg.text("name", (0.0, top + 13.0), Anchor::Start, &label);
        svg.text("tick", (WIDTH, top + 13.0), Anchor::End, &bar.range);
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
        let text = (chart.tell)(text);
        svg.text("tick", (x.at(*value), floor + LINE + 2.0), Anchor::Middle, &text);
    }
    svg.text("unit", (WIDTH, floor + 2.0 * LINE + 2.0), Anchor::End, chart.unit);
    svg.finish()
}
