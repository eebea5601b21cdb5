//! How a probability rises with time: paid back by month m, with the share of never in words.

use super::axis::round_share;
use super::svg::{Anchor, Svg};
use super::{Axis, LINE, Ticks, WIDTH};

const LEFT: f64 = 48.0;
const RIGHT: f64 = 18.0;
const TOP: f64 = 22.0;
const HEIGHT: f64 = 210.0;
/// From this height on the axis runs up to certainty.
const HIGH: f64 = 0.35;

/// What is drawn.
#[derive(Debug, Clone)]
pub(in crate::report) struct RiseChart<'a> {
    /// For who does not see it.
    pub(in crate::report) title: &'a str,
    /// The figures in words.
    pub(in crate::report) description: &'a str,
    /// Time and probability, ascending; two points at one time are a jump.
    pub(in crate::report) points: &'a [(f64, f64)],
    /// Whether it rises in jumps alone.
    pub(in crate::report) is_stepped: bool,
    /// The last time of the model.
    pub(in crate::report) end: f64,
    /// Times to mark, with the probability and its text.
    pub(in crate::report) marks: &'a [(f64, f64, String)],
    /// `never within the horizon: 93 %`.
    pub(in crate::report) never: &'a str,
    /// What time is shown in.
    pub(in crate::report) unit: &'a str,
    /// Times along the axis.
    pub(in crate::report) ticks: Ticks,
}

/// Draws it.
pub(in crate::report) fn rise(chart: &RiseChart<'_>) -> String {
    let mut svg = Svg::new(WIDTH, TOP + HEIGHT + 2.0 * LINE + 6.0, chart.title, chart.description);
    let highest = chart.points.last().map_or(0.0, |point| point.1);
    let top = if highest >= HIGH { 1.0 } else { round_share(highest * 1.1) };
    let (floor, right) = (TOP + HEIGHT, WIDTH - RIGHT);
    let x = Axis::new((0.0, chart.end), (LEFT, right));
    let y = Axis::new((0.0, top), (floor, TOP));
    for (share, name) in Ticks::shares(top, 6).0 {
        svg.line("grid", (LEFT, y.at(share)), (right, y.at(share)));
        svg.text("tick", (LEFT - 6.0, y.at(share) + 4.0), Anchor::End, &name);
    }
    let mut line = vec![(x.at(0.0), floor)];
    for &(time, share) in chart.points {
        let before = line.last().map_or(floor, |point| point.1);
        if chart.is_stepped || line.len() == 1 {
            line.push((x.at(time), before));
        }
        line.push((x.at(time), y.at(share)));
    }
    let end = line.last().map_or(floor, |point| point.1);
    line.push((x.at(chart.end), end));
    let below = line.iter().copied().chain([(x.at(chart.end), floor)]);
    svg.area("band outer", &below.collect::<Vec<_>>());
    svg.path("line", &line.iter().copied().map(Some).collect::<Vec<_>>());
    for (time, share, text) in chart.marks.iter().filter(|mark| x.holds(mark.0)) {
        let place = (x.at(*time), y.at(*share));
        svg.dot("dot", place, 3.5);
        svg.text("name", (place.0 - 5.0, place.1 - 7.0), Anchor::End, text);
    }
    svg.text("never-name", (LEFT + 8.0, TOP + 14.0), Anchor::Start, chart.never);
    svg.line("axis", (LEFT, floor), (right, floor));
    for (value, name) in chart.ticks.0.iter().filter(|tick| x.holds(tick.0)) {
        svg.line("axis", (x.at(*value), floor), (x.at(*value), floor + 4.0));
        svg.text("tick", (x.at(*value), floor + LINE + 2.0), Anchor::Middle, name);
    }
    svg.text("unit", (right, floor + 2.0 * LINE + 2.0), Anchor::End, chart.unit);
    svg.finish()
}
