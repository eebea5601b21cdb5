//! One number or time: its histogram over an axis with percentiles, and its cumulative curve.

use super::canvas::{columns, labels, line, padded};
use crate::report::chart::{Axis, Ticks, round_share};
use crate::report::number;
use crate::results::{NumberSummary, Outline, Point};

/// Rows of a histogram and of a curve.
const ROWS: usize = 8;
/// Cells of `100 % `.
const LEFT: usize = 7;
/// The most numbers along an axis: one in so many cells.
const CELLS_A_TICK: usize = 11;
/// A curve that ends below this is drawn up to a round share above its end.
const HIGH: f64 = 0.35;

/// Histogram, axis, numbers, percentiles.
pub(super) fn histogram(
    outline: &Outline,
    summary: &NumberSummary,
    never: Option<f64>,
    width: usize,
) -> Vec<String> {
    let n = width;
    let axis = axis(outline, n);
    let shares = shares(outline, n);
    // A value of its own does not flatten the others: it reaches the top, and its share is told.
    let is_mixed = !outline.bars.is_empty() && !outline.atoms.is_empty();
    let apart: Vec<usize> = match is_mixed {
        true => outline.atoms.iter().map(|atom| cell(&axis, atom.0, n)).collect(),
        false => Vec::new(),
    };
    let others = shares.iter().enumerate().filter(|(at, _)| !apart.contains(at));
    let highest = others.map(|(_, share)| *share).fold(0.0, f64::max);
    let heights: Vec<f64> = shares.iter().map(|share| share / highest.max(1e-300)).collect();
    let mut lines = columns(&heights, ROWS);
    lines.extend(ruler(outline, &axis, n));
    let mut marks: Vec<(f64, usize, String)> = summary
        .quantiles
        .iter()
        .filter_map(|quantile| match quantile.value {
            Point::Value(value) if axis.holds(value) => {
                let distance = (quantile.p - 0.5).abs();
                // The median first, then from the outside in.
                let rank = if distance < 1e-9 { -1.0 } else { -distance + 1.0 };
                Some((rank, cell(&axis, value, n), number::percentile_name(quantile.p)))
            }
            Point::Value(_) | Point::Never | Point::Undefined => None,
        })
        .collect();
    marks.sort_by(|a, b| a.0.total_cmp(&b.0));
    let marks: Vec<(usize, String)> = marks.into_iter().map(|(_, at, name)| (at, name)).collect();
    if !marks.is_empty() {
        lines.push(labels(&marks, n));
    }
    if let Some(Point::Value(base)) = summary.base.map(|base| base.value)
        && axis.holds(base)
    {
        let at = cell(&axis, base, n);
        lines.push(labels(&[(at, "▲".to_owned())], n));
    }
    for &(value, share) in outline.atoms.iter().filter(|_| is_mixed) {
        lines.push(format!("{} exactly: {}", number::exact(value), number::percent(share)));
    }
    if let Some(never) = never.filter(|never| *never > 0.0) {
        lines.push(format!("never: {}", number::percent(never)));
    }
    lines
}

/// The share of trials at or below each value.
pub(super) fn cumulative(outline: &Outline, width: usize) -> Vec<String> {
    let n = width.saturating_sub(LEFT);
    let axis = axis(outline, n);
    let last = outline.curve.last().map_or(0.0, |point| point.1);
    let top = if last >= HIGH { 1.0 } else { round_share(last * 1.1) };
    let heights: Vec<f64> =
        (0..n).map(|at| outline.at_or_below(value(&axis, at as f64 + 0.5, n)) / top).collect();
    let mut lines: Vec<String> = line(&heights, ROWS)
        .into_iter()
        .enumerate()
        .map(|(row, cells)| {
            let name = match row {
                0 => share_name(top),
                _ if row == ROWS / 2 => share_name(top / 2.0),
                _ if row == ROWS - 1 => share_name(0.0),
                _ => String::new(),
            };
            format!("{name:>6} {cells}")
        })
        .collect();
    let left = " ".repeat(LEFT);
    lines.extend(ruler(outline, &axis, n).into_iter().map(|line| format!("{left}{line}")));
    lines
}

fn share_name(share: f64) -> String {
    format!("{} %", number::exact(number::shifted(share, 2)))
}

/// The axis over `n` cells; single values have half a gap to either side.
fn axis(outline: &Outline, n: usize) -> Axis {
    let gaps = outline.atoms.windows(2).map(|pair| pair[1].0 - pair[0].0);
    let gap = gaps.fold(f64::INFINITY, f64::min);
    let half = if outline.bars.is_empty() && gap.is_finite() { gap / 2.0 } else { 0.0 };
    Axis::new((outline.low - half, outline.high + half), (0.0, n as f64))
}

fn cell(axis: &Axis, value: f64, n: usize) -> usize {
    (axis.at(value) as usize).min(n.saturating_sub(1))
}

/// The value at a place along the axis.
fn value(axis: &Axis, place: f64, n: usize) -> f64 {
    let (low, high) = axis.range();
    low + (high - low) * (place / n as f64)
}

/// The share of trials in each cell; single values are as wide as the gaps between them.
fn shares(outline: &Outline, n: usize) -> Vec<f64> {
    let axis = axis(outline, n);
    if outline.bars.is_empty() {
        let nearest = |x: f64| {
            outline.atoms.iter().min_by(|a, b| (a.0 - x).abs().total_cmp(&(b.0 - x).abs()))
        };
        let gaps = outline.atoms.windows(2).map(|pair| pair[1].0 - pair[0].0);
        let half = gaps.fold(f64::INFINITY, f64::min) / 2.0;
        return (0..n)
            .map(|at| {
                let x = value(&axis, at as f64 + 0.5, n);
                nearest(x).filter(|atom| (atom.0 - x).abs() <= half).map_or(0.0, |atom| atom.1)
            })
            .collect();
    }
    let below: Vec<f64> =
        (0..=n).map(|at| outline.at_or_below(value(&axis, at as f64, n))).collect();
    let mut shares: Vec<f64> = below.windows(2).map(|pair| (pair[1] - pair[0]).max(0.0)).collect();
    // What lies at the very low end belongs to the first cell.
    shares[0] += (below[0] - outline.beyond.0).max(0.0);
    shares
}

/// The axis as a line with its numbers beneath.
fn ruler(outline: &Outline, axis: &Axis, n: usize) -> [String; 2] {
    let is_whole = outline.bars.is_empty() && outline.atoms.iter().all(|a| a.0.fract() == 0.0);
    let most = (n / CELLS_A_TICK).max(2);
    let mut ticks = Ticks::new(axis.range(), most).0;
    if is_whole {
        ticks.retain(|tick| tick.0.fract() == 0.0);
    }
    let places: Vec<(usize, String)> =
        ticks.into_iter().map(|(value, text)| (cell(axis, value, n), text)).collect();
    let mut line: Vec<char> = vec!['─'; n];
    for (at, _) in &places {
        line[*at] = '┬';
    }
    [padded(&line.into_iter().collect::<String>(), n), labels(&places, n)]
}
