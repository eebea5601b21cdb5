//! Bars of a terminal: a share from the left, a span around a middle. Text alone, a cell a character.

/// Eighths of a cell, from the left.
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// A bar of a share of `width` cells, to an eighth of a cell; empty where the share is 0 or less.
pub(super) fn share(share: f64, width: usize) -> String {
    let eighths = (share.clamp(0.0, 1.0) * 8.0 * width as f64).round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most eight times the width"
    )]
    let eighths = if eighths.is_finite() { eighths as usize } else { 0 };
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.push(EIGHTHS[eighths % 8]);
    }
    bar
}

/// A span on a line from 0 to 1: `░` from the middle to `from`, `█` from the middle to `to`, `│` the middle.
pub(super) fn span(from: f64, to: f64, middle: f64, width: usize) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cell of the line"
    )]
    let cell = |at: f64| (at.clamp(0.0, 1.0) * (width - 1) as f64).round() as usize;
    let (from, to, middle) = (cell(from), cell(to), cell(middle));
    let is_between = |at: usize, end: usize| (end.min(middle)..=end.max(middle)).contains(&at);
    let line: String = (0..width)
        .map(|at| match at {
            _ if at == middle => '│',
            _ if is_between(at, to) => '█',
            _ if is_between(at, from) => '░',
            _ => ' ',
        })
        .collect();
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_drawn_to_an_eighth() {
        assert_eq!(share(0.5, 4), "██");
        assert_eq!(share(0.28, 4), "█▏");
        assert_eq!(share(-0.01, 4), "");
        assert_eq!(share(2.0, 3), "███");
        assert_eq!(share(f64::NAN, 3), "");
    }

    #[test]
    fn a_span_has_two_sides() {
        assert_eq!(span(0.0, 1.0, 0.5, 9), "░░░░│████");
        assert_eq!(span(0.75, 0.25, 0.5, 9), "  ██│░░");
        assert_eq!(span(0.5, 0.5, 0.5, 9), "    │");
    }
}
