//! A cell that no cubic fits, in pieces that do: around a kink, a jump or the edge of an atom the cell is halved
//! and halved again, so that only draws within a few thousandths of its width must still be solved.
//!
//! In: the fit of a span, as a function. Out: pieces in ascending order, looked up by bisection: a draw in a
//! hundred or so comes here, and is spared the microseconds of a solution. Not here: what a fit is ([`super`]).

/// Halvings of a cell.
const DEEPEST: u32 = 14;
/// Pieces of a cell; where more are wanted the quantile is rough throughout, and solving is what is left.
const MOST_PIECES: usize = 64;

/// Spans of one cell, each with its cubic; NaN for what must be solved.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pieces {
    /// Where each begins, in v; the first at the cell's edge.
    starts: Vec<f64>,
    rows: Vec<[f64; 4]>,
}

/// A span of v, with the quantile at its ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) v: [f64; 2],
    pub(super) x: [f64; 2],
}

impl Pieces {
    /// Halves a span until `fit` gives a row for a part, a NaN row meaning that it has none; `solve` is the quantile.
    pub(super) fn of(
        span: Span,
        solve: &dyn Fn(f64) -> f64,
        fit: &dyn Fn(Span) -> [f64; 4],
    ) -> Pieces {
        let mut pieces = Pieces { starts: Vec::new(), rows: Vec::new() };
        pieces.halve(span, DEEPEST, solve, fit);
        pieces
    }

    fn halve(
        &mut self,
        span: Span,
        depth: u32,
        solve: &dyn Fn(f64) -> f64,
        fit: &dyn Fn(Span) -> [f64; 4],
    ) {
        let middle = f64::midpoint(span.v[0], span.v[1]);
        let is_whole = depth == DEEPEST;
        let row = if is_whole { [f64::NAN; 4] } else { fit(span) };
        if !row[0].is_nan() || depth == 0 || self.rows.len() >= MOST_PIECES {
            self.starts.push(span.v[0]);
            self.rows.push(row);
            return;
        }
        // The last digits of a solver may run backwards.
        let (least, most) = (span.x[0].min(span.x[1]), span.x[0].max(span.x[1]));
        let x = solve(middle).max(least).min(most);
        self.halve(Span { v: [span.v[0], middle], x: [span.x[0], x] }, depth - 1, solve, fit);
        self.halve(Span { v: [middle, span.v[1]], x: [x, span.x[1]] }, depth - 1, solve, fit);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The row of a place in the cell, and the distance from where its piece begins.
    pub(super) fn row(&self, v: f64) -> ([f64; 4], f64) {
        let at = self.starts.partition_point(|&start| start <= v).saturating_sub(1);
        (self.rows[at], v - self.starts[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A jump at a third: straight lines on either side.
    #[test]
    fn only_the_jump_itself_is_left() {
        let solve = |v: f64| if v < 1.0 / 3.0 { v } else { v + 1.0 };
        let fit = |span: Span| {
            let slope = (span.x[1] - span.x[0]) / (span.v[1] - span.v[0]);
            if (slope - 1.0).abs() < 1e-9 { [span.x[0], slope, 0.0, 0.0] } else { [f64::NAN; 4] }
        };
        let pieces = Pieces::of(Span { v: [0.0, 1.0], x: [0.0, 2.0] }, &solve, &fit);
        let mut n_open = 0;
        for i in 0..100_000 {
            let v = (f64::from(i) + 0.5) / 100_000.0;
            let (row, place) = pieces.row(v);
            if row[0].is_nan() {
                n_open += 1;
            } else {
                assert!((row[0] + place * row[1] - solve(v)).abs() < 1e-9, "{v}");
            }
        }
        assert!((1..20).contains(&n_open), "{n_open}");
    }

    #[test]
    fn what_nothing_fits_does_not_grow() {
        let pieces = Pieces::of(Span { v: [0.0, 1.0], x: [0.0, 1.0] }, &|v| v, &|_| [f64::NAN; 4]);
        assert!(pieces.rows.len() <= MOST_PIECES + DEEPEST as usize + 1);
        assert!(pieces.row(0.7).0[0].is_nan());
    }
}
