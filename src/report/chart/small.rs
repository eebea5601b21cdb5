//! A distribution the size of a word, for a table.

use super::Axis;
use super::svg::Svg;
use crate::results::Outline;

const WIDTH: f64 = 96.0;
const HEIGHT: f64 = 26.0;

/// The outline alone.
pub(in crate::report) fn small(title: &str, outline: &Outline) -> String {
    let mut svg = Svg::new(WIDTH, HEIGHT, title, "");
    let floor = HEIGHT - 1.0;
    let x = Axis::new((outline.low, outline.high), (2.0, WIDTH - 2.0));
    let n = outline.bars.len();
    let highest_bar = outline.bars.iter().copied().fold(0.0, f64::max);
    if n > 0 && highest_bar > 0.0 {
        let edge = |at: usize| outline.low + (outline.high - outline.low) * (at as f64 / n as f64);
        let mut points = vec![(x.at(outline.low), floor)];
        for (at, share) in outline.bars.iter().enumerate() {
            let y = floor - (floor - 2.0) * share / highest_bar;
            points.extend([(x.at(edge(at)), y), (x.at(edge(at + 1)), y)]);
        }
        points.push((x.at(outline.high), floor));
        svg.area("bar", &points);
    }
    let highest = if n > 0 { outline.highest() } else { outline.highest().max(f64::MIN_POSITIVE) };
    for &(value, share) in &outline.atoms {
        let height = (floor - 2.0) * share / highest;
        svg.rect("atom-bar", x.at(value) - 1.2, floor - height, 2.4, height);
    }
    svg.line("axis", (0.0, floor + 0.5), (WIDTH, floor + 0.5));
    svg.finish()
}
