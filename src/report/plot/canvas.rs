//! Cells of a terminal: columns and bars in eighths, labels beneath an axis.

use unicode_width::UnicodeWidthStr;

/// A column's topmost cell, filled from below in eighths.
const EIGHTHS_UP: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// A bar's last cell, filled from the left in eighths.
const EIGHTHS_RIGHT: [char; 9] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// Columns of heights in [0, 1], drawn in so many rows; the highest row first.
pub(super) fn columns(heights: &[f64], rows: usize) -> Vec<String> {
    let eighths: Vec<usize> = heights
        .iter()
        .map(|height| {
            let exact = height.clamp(0.0, 1.0) * (8 * rows) as f64;
            // What is there is seen.
            if exact > 0.0 { (exact.round() as usize).max(1) } else { 0 }
        })
        .collect();
    (0..rows)
        .rev()
        .map(|row| eighths.iter().map(|&n| EIGHTHS_UP[n.saturating_sub(8 * row).min(8)]).collect())
        .collect()
}

/// A bar of a share of so many cells.
pub(super) fn horizontal(share: f64, cells: usize) -> String {
    let exact = share.clamp(0.0, 1.0) * (8 * cells) as f64;
    let eighths = if exact > 0.0 { (exact.round() as usize).max(1) } else { 0 };
    let mut text = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        text.push(EIGHTHS_RIGHT[eighths % 8]);
    }
    text
}

/// A line through heights in [0, 1], two levels a row; the highest row first.
pub(super) fn line(heights: &[f64], rows: usize) -> Vec<String> {
    let levels = 2 * rows;
    let level = |height: f64| {
        ((height.clamp(0.0, 1.0) * (levels - 1) as f64).round() as usize).min(levels - 1)
    };
    let mut cells = vec![vec![[false; 2]; heights.len()]; rows];
    for (column, &height) in heights.iter().enumerate() {
        let to = level(height);
        let from = column.checked_sub(1).map_or(to, |before| level(heights[before]));
        // A steep line is joined: from just beyond where it was.
        let (low, high) = match from.cmp(&to) {
            std::cmp::Ordering::Less => (from + 1, to),
            std::cmp::Ordering::Equal => (to, to),
            std::cmp::Ordering::Greater => (to, from - 1),
        };
        for at in low..=high {
            cells[at / 2][column][at % 2] = true;
        }
    }
    let cell = |[lower, upper]: &[bool; 2]| match (lower, upper) {
        (true, true) => '█',
        (true, false) => '▄',
        (false, true) => '▀',
        (false, false) => ' ',
    };
    cells.iter().rev().map(|row| row.iter().map(cell).collect()).collect()
}

/// Labels centered on their cells, as many as have room, the first of the list before the others.
pub(super) fn labels(wanted: &[(usize, String)], width: usize) -> String {
    let mut taken: Vec<(usize, usize, &str)> = Vec::new();
    for (at, text) in wanted {
        let cells = text.width();
        if cells == 0 || cells > width {
            continue;
        }
        let start = at.saturating_sub(cells / 2).min(width - cells);
        let is_free = taken.iter().all(|&(from, to, _)| start + cells < from || start > to);
        if is_free {
            taken.push((start, start + cells, text));
        }
    }
    taken.sort_unstable();
    let mut line = String::new();
    for (start, _, text) in taken {
        line.push_str(&" ".repeat(start.saturating_sub(line.width())));
        line.push_str(text);
    }
    line
}

/// The text with blanks behind it, up to so many cells.
pub(super) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_grow_in_eighths() {
        assert_eq!(columns(&[0.0, 0.001, 0.5, 0.75, 1.0], 2), ["   ▄█", " ▁███"]);
    }

    #[test]
    fn bars_grow_in_eighths() {
        assert_eq!(horizontal(0.5, 3), "█▌");
        assert_eq!([horizontal(0.0, 4), horizontal(0.0001, 4)], ["", "▏"]);
    }

    #[test]
    fn a_steep_line_is_joined() {
        assert_eq!(line(&[0.0, 0.0, 1.0, 1.0], 2), ["  █▀", "▄▄▀ "]);
    }

    #[test]
    fn labels_keep_apart_and_inside() {
        let wanted = [(10, "middle"), (0, "left"), (12, "gone"), (19, "右边")];
        let wanted = wanted.map(|(at, text)| (at, text.to_owned()));
        assert_eq!(labels(&wanted, 20), "left   middle   右边");
    }
}
