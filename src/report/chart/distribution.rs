//! A histogram above its cumulative curve, over one axis, with the percentiles through both.

use super::svg::{Anchor, BOLD, SIZE, Svg, width};
use super::{Axis, LINE, Ticks, WIDTH};
use crate::results::Outline;

/// The left and right margins: room for `100 %` and half a label.
const LEFT: f64 = 44.0;
const RIGHT: f64 = 16.0;
/// Room for the block of what never happens.
const NEVER: f64 = 64.0;
/// The histogram's and the curve's height.
const HISTOGRAM: f64 = 118.0;
const CURVE: f64 = 84.0;
/// Room for the percentiles' names, and between the two.
const TOP: f64 = 30.0;
const GAP: f64 = 20.0;
/// The least distance between two names of percentiles.
const APART: f64 = 30.0;

/// A percentile or another value to mark.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::report) struct Mark {
    /// `P5`.
    pub(in crate::report) name: String,
    /// Where.
    pub(in crate::report) value: f64,
    /// Names of smaller numbers are kept where there is no room for all.
    pub(in crate::report) rank: u8,
}

/// What is drawn.
#[derive(Debug, Clone)]
pub(in crate::report) struct DistributionChart<'a> {
    /// For who does not see it.
    pub(in crate::report) title: &'a str,
    /// The figures in words.
    pub(in crate::report) description: &'a str,
    /// The shape.
    pub(in crate::report) outline: &'a Outline,
    /// The percentiles.
    pub(in crate::report) marks: &'a [Mark],
    /// The plan's own value.
    pub(in crate::report) base: Option<f64>,
    /// What the plan's own value is called.
    pub(in crate::report) base_name: &'a str,
    /// What its values are shown in.
    pub(in crate::report) unit: &'a str,
    /// `never 93 %`, in two lines.
    pub(in crate::report) never: Option<(&'a str, &'a str)>,
    /// Numbers along the axis.
    pub(in crate::report) ticks: Ticks,
}

/// Draws it.
pub(in crate::report) fn distribution(chart: &DistributionChart<'_>) -> String {
    let outline = chart.outline;
    let right = WIDTH - RIGHT - if chart.never.is_some() { NEVER } else { 0.0 };
    let x = Axis::new(range(chart), (LEFT, right));
    let names = named(&x, chart.marks);
    let plan =
        chart.base.filter(|base| x.holds(*base)).map(|base| plan_name(chart, &x, base, &names));
    let top = TOP + if plan.is_some_and(|(_, is_above)| is_above) { LINE } else { 0.0 };
    let (floor, bottom) = (top + HISTOGRAM, top + HISTOGRAM + GAP + CURVE);
    let height = bottom + 2.0 * LINE + 8.0;
    let mut svg = Svg::new(WIDTH, height, chart.title, chart.description);
    for tick in chart.ticks.0.iter().filter(|tick| x.holds(tick.0)) {
        svg.line("grid", (x.at(tick.0), top), (x.at(tick.0), floor));
        svg.line("grid", (x.at(tick.0), floor + GAP), (x.at(tick.0), bottom));
    }
    bars(&mut svg, outline, &x, (top, floor));
    curve(&mut svg, outline, &x, bottom);
    for mark in chart.marks.iter().filter(|mark| x.holds(mark.value)) {
        let class = if mark.rank == 0 { "mark median" } else { "mark" };
        svg.line(class, (x.at(mark.value), top), (x.at(mark.value), bottom));
    }
    for mark in &names {
        svg.text("name", (x.at(mark.value), top - 6.0), Anchor::Middle, &mark.name);
    }
    if let (Some(base), Some((place, is_above))) = (chart.base, plan) {
        let at = x.at(base);
        svg.line("plan", (at, top + 4.0), (at, bottom));
        svg.area("plan-mark", &[(at - 5.0, floor + 8.0), (at + 5.0, floor + 8.0), (at, floor)]);
        let y = if is_above { top - 6.0 - LINE } else { top - 6.0 };
        svg.text("plan-name", (place, y), Anchor::Middle, chart.base_name);
    }
    svg.line("axis", (LEFT, floor), (right, floor));
    svg.line("axis", (LEFT, bottom), (right, bottom));
    for (share, name) in [(0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")] {
        let y = bottom - CURVE * share;
        svg.line("grid", (LEFT, y), (right, y));
        svg.text("tick", (LEFT - 6.0, y + 4.0), Anchor::End, name);
    }
    for (value, name) in chart.ticks.0.iter().filter(|tick| x.holds(tick.0)) {
        svg.text("tick", (x.at(*value), bottom + LINE), Anchor::Middle, name);
    }
    svg.text("unit", (right, bottom + 2.0 * LINE), Anchor::End, chart.unit);
    if let Some((word, share)) = chart.never {
        never(&mut svg, outline.never, (right + 14.0, top, bottom), (word, share));
    }
    svg.finish()
}

/// Half a bar to either side of single values.
fn range(chart: &DistributionChart<'_>) -> (f64, f64) {
    let outline = chart.outline;
    let (mut low, mut high) = (outline.low, outline.high);
    if outline.bars.is_empty() {
        let half = gap_of(outline) / 2.0;
        (low, high) = (low - half, high + half);
    }
    // The plan's value is shown as long as that does not push everything else together.
    let room = 0.25 * (high - low);
    if let Some(base) = chart.base.filter(|base| *base > low - room && *base < high + room) {
        (low, high) = (low.min(base), high.max(base));
    }
    (low, high)
}

/// The smallest distance between atoms; 1 for one alone.
fn gap_of(outline: &Outline) -> f64 {
    let gaps = outline.atoms.windows(2).map(|pair| pair[1].0 - pair[0].0);
    let smallest = gaps.fold(f64::INFINITY, f64::min);
    if smallest.is_finite() { smallest } else { outline.low.abs().max(1.0) * 0.1 }
}

fn bars(svg: &mut Svg, outline: &Outline, x: &Axis, (top, floor): (f64, f64)) {
    let n = outline.bars.len();
    let highest_bar = outline.bars.iter().copied().fold(0.0, f64::max);
    if n == 0 {
        let highest = outline.highest();
        let half = gap_of(outline) / 2.0;
        for &(value, share) in &outline.atoms {
            let (from, to) = (x.at(value - half), x.at(value + half));
            let inset = ((to - from) * 0.1).min(2.0);
            let height = HISTOGRAM * share / highest;
            svg.rect("bar", from + inset, floor - height, to - from - 2.0 * inset, height);
        }
        return;
    }
    let edge = |at: usize| outline.low + (outline.high - outline.low) * (at as f64 / n as f64);
    let mut points = vec![(x.at(outline.low), floor)];
    for (at, share) in outline.bars.iter().enumerate() {
        let y = floor - HISTOGRAM * share / highest_bar.max(f64::MIN_POSITIVE);
        points.extend([(x.at(edge(at)), y), (x.at(edge(at + 1)), y)]);
    }
    points.push((x.at(outline.high), floor));
    svg.area("bar", &points);
    // An atom is a line with a head: its share is written, since its height means nothing beside a density.
    for &(value, share) in &outline.atoms {
        let at = x.at(value);
        svg.line("atom", (at, floor), (at, top + 16.0));
        svg.dot("atom-head", (at, top + 16.0), 3.0);
        let text = crate::report::number::percent(share);
        let is_left = at > WIDTH / 2.0;
        let (anchor, shift) = if is_left { (Anchor::End, -6.0) } else { (Anchor::Start, 6.0) };
        svg.text("name", (at + shift, top + 32.0), anchor, &text);
    }
}

fn curve(svg: &mut Svg, outline: &Outline, x: &Axis, bottom: f64) {
    let (low, high) = x.range();
    let at = |value: f64, share: f64| Some((x.at(value), bottom - CURVE * share));
    let first = outline.curve.first().map_or(0.0, |point| point.1);
    let last = outline.curve.last().map_or(0.0, |point| point.1);
    let mut points = vec![at(low, first)];
    for pair in outline.curve.windows(2) {
        points.push(at(pair[0].0, pair[0].1));
        // Between atoms alone, nothing rises.
        if outline.bars.is_empty() {
            points.push(at(pair[1].0, pair[0].1));
        }
    }
    points.extend(outline.curve.last().map(|point| at(point.0, point.1)));
    points.push(at(high, last));
    svg.path("curve", &points);
}

/// What never happens stands apart: a block as high as its share.
fn never(svg: &mut Svg, share: f64, (x, top, bottom): (f64, f64, f64), (word, text): (&str, &str)) {
    let width = NEVER - 22.0;
    let height = (bottom - top) * share;
    svg.rect("never-room", x, top, width, bottom - top);
    svg.rect("never", x, bottom - height, width, height);
    svg.text("name", (x + width / 2.0, bottom + LINE), Anchor::Middle, word);
    svg.text("name", (x + width / 2.0, top - 6.0), Anchor::Middle, text);
}

/// Where the plan's name stands: among those of the percentiles where it has room there, else above them.
fn plan_name(chart: &DistributionChart<'_>, x: &Axis, base: f64, names: &[&Mark]) -> (f64, bool) {
    let half = width(chart.base_name, SIZE * BOLD) / 2.0;
    let place = x.at(base).max(half);
    let reach = |mark: &Mark| half + width(&mark.name, SIZE * BOLD) / 2.0 + 3.0;
    let is_above = names.iter().any(|mark| (x.at(mark.value) - place).abs() < reach(mark));
    (place, is_above)
}

/// The marks whose names have room, the more important first.
fn named<'a>(x: &Axis, marks: &'a [Mark]) -> Vec<&'a Mark> {
    let mut wanted: Vec<&Mark> = marks.iter().filter(|mark| x.holds(mark.value)).collect();
    wanted.sort_by_key(|mark| mark.rank);
    let mut named: Vec<&Mark> = Vec::new();
    for mark in wanted {
        if named.iter().all(|other| (x.at(other.value) - x.at(mark.value)).abs() >= APART) {
            named.push(mark);
        }
    }
    named
}
