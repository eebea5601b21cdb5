//! The knots and cubics of one half of a table, from the tail to the median.
//!
//! In: a quantile function and its density. Out: rows of the table, NaN where no cubic fits. The method is told at the head
//! of the table itself ([`super`]).

use super::pieces::Span;
use super::{Quantile, Tail};
use crate::math::ln;
use crate::math::simd::Row;
use crate::sampling::cells::{CUBIC, cubic, hermite, settle_end};

/// Largest error in probability, and largest relative to the tail's probability.
const TOLERANCE: f64 = 1e-9;
const TAIL_TOLERANCE: f64 = 1e-7;

/// What of it is left to the places between those that are looked at.
const MARGIN: f64 = 0.6;

/// Cells that are first tried with three knots: half an octave.
const WIDEST_SPAN: usize = 32;

/// How much of the error in probability a cell at v may have.
fn tolerance(v: f64) -> f64 {
    TOLERANCE.min(TAIL_TOLERANCE * v)
}

/// One half under construction, as a function of v, from the tail to the median.
pub(super) struct Half<'a> {
    quantile: &'a Quantile,
    density: &'a dyn Fn(f64) -> f64,
    tail: Tail,
    /// x at every edge; NaN as long as it is not known.
    pub(super) knots: Vec<f64>,
    /// dx/dv at every edge; NaN where there is none.
    slopes: Vec<f64>,
    /// Rows fitted to the quantile itself, where the slopes do not serve.
    fitted: Vec<Option<[f64; 4]>>,
}

impl<'a> Half<'a> {
    pub(super) fn solve(
        quantile: &'a Quantile,
        density: &'a dyn Fn(f64) -> f64,
        tail: Tail,
        median: Option<f64>,
    ) -> Half<'a> {
        let last = CUBIC.last();
        let unknown = vec![f64::NAN; last + 1];
        let mut half = Half {
            quantile,
            density,
            tail,
            knots: unknown.clone(),
            slopes: unknown,
            fitted: vec![None; last],
        };
        // The upper half ends in the very number of the lower one.
        half.set_knot(last, median.unwrap_or_else(|| quantile(0.5, Tail::Lower)));
        for start in (0..last).step_by(WIDEST_SPAN).rev() {
            half.solve_knot(start);
            half.solve_span(start, start + WIDEST_SPAN);
        }
        half
    }

    fn solve_knot(&mut self, edge: usize) {
        self.set_knot(edge, (self.quantile)(CUBIC.edge(edge), self.tail));
    }

    fn set_knot(&mut self, edge: usize, x: f64) {
        self.knots[edge] = x;
        self.slopes[edge] = self.slope_at(x);
    }

    /// dx/dv by the density; NaN where there is none.
    fn slope_at(&self, x: f64) -> f64 {
        let slope = 1.0 / (self.density)(x);
        if !slope.is_finite() || slope <= 0.0 {
            return f64::NAN;
        }
        match self.tail {
            Tail::Lower => slope,
            Tail::Upper => -slope,
        }
    }

    /// Finds all edges between two known ones.
    fn solve_span(&mut self, start: usize, end: usize) {
        if end - start == 1 {
            self.fitted[start] = Some(self.fit_cell(start));
            return;
        }
        let middle = usize::midpoint(start, end);
        self.solve_knot(middle);
        if end - start > 2 && self.interpolate(start, middle, end) {
            return;
        }
        self.solve_span(start, middle);
        self.solve_span(middle, end);
    }

    /// Fills the edges of a span by the quintic through its three knots; false, and nothing is
    /// filled that counts, where its slope does not agree with the density.
    fn interpolate(&mut self, start: usize, middle: usize, end: usize) -> bool {
        let v_middle = CUBIC.edge(middle);
        let knot = |edge: usize| {
            let v = CUBIC.edge(edge);
            (ln(v / v_middle), self.knots[edge], self.slopes[edge] * v)
        };
        let quintic = Quintic::new([knot(start), knot(middle), knot(end)]);
        if !quintic.is_finite() {
            return false;
        }
        let half_width = 0.5 * ln(CUBIC.edge(end) / CUBIC.edge(start));
        let stride = ((end - start) / 8).max(1);
        for edge in start + 1..end {
            if edge == middle {
                continue;
            }
            let v = CUBIC.edge(edge);
            let (x, slope) = quintic.at(ln(v / v_middle));
            let slope = slope / v;
            if (edge - start).is_multiple_of(stride) {
                let exact = self.slope_at(x);
                // A slope that is wrong by so much over half the span moves x by so much.
                let error = (slope - exact).abs() * v * half_width;
                let allowed = 0.25 * tolerance(v);
                let is_close = error <= allowed * exact.abs() + 16.0 * f64::EPSILON * x.abs();
                if !is_close {
                    return false;
                }
            }
            (self.knots[edge], self.slopes[edge]) = (x, slope);
        }
        true
    }

    /// The row of a cell from the quantile function alone.
    fn fit_cell(&self, cell: usize) -> [f64; 4] {
        let solve = |v: f64| (self.quantile)(v, self.tail);
        let v = [CUBIC.edge(cell), CUBIC.edge(cell + 1)];
        fit_row(Span { v, x: [self.knots[cell], self.knots[cell + 1]] }, &solve)
    }

    /// All rows, the median's one last.
    pub(super) fn into_rows(mut self) -> Vec<Row> {
        let last = CUBIC.last();
        // The last digits of a solver may run backwards.
        for edge in (0..last).rev() {
            let next = self.knots[edge + 1];
            let x = &mut self.knots[edge];
            *x = match self.tail {
                Tail::Lower => x.min(next),
                Tail::Upper => x.max(next),
            };
        }
        let hermites: Vec<Option<[f64; 4]>> =
            (0..last).map(|cell| self.hermite_cell(cell)).collect();
        let mut rows = Vec::with_capacity(CUBIC.stride());
        for cell in 0..last {
            let is_accurate = self.is_accurate(cell, &hermites);
            let mut row = match (self.fitted[cell], hermites[cell]) {
                (Some(row), _) => row,
                (None, Some(row)) if is_accurate => row,
                (None, _) => self.fit_cell(cell),
            };
            if row[0].is_finite() {
                row[0] = self.knots[cell];
                if row[1] != 0.0 {
                    settle_end(
                        &mut row,
                        CUBIC.edge(cell),
                        CUBIC.edge(cell + 1),
                        self.knots[cell + 1],
                    );
                }
            }
            rows.push(Row(row));
        }
        rows.push(Row([self.knots[last], 0.0, 0.0, 0.0]));
        rows
    }

    fn hermite_cell(&self, cell: usize) -> Option<[f64; 4]> {
        let width = CUBIC.edge(cell + 1) - CUBIC.edge(cell);
        let ends = [self.knots[cell], self.knots[cell + 1]];
        let row = hermite(width, ends, [self.slopes[cell], self.slopes[cell + 1]]);
        (self.fitted[cell].is_none() && is_monotone(&row, width, ends[1] - ends[0])).then_some(row)
    }

    /// A cubic with exact ends and slopes is off by h⁴/384 times the fourth derivative, which the
    /// change of third derivatives from the neighboring cells tells.
    fn is_accurate(&self, cell: usize, hermites: &[Option<[f64; 4]>]) -> bool {
        let Some(row) = hermites[cell] else {
            return false;
        };
        let width_of = |cell: usize| CUBIC.edge(cell + 1) - CUBIC.edge(cell);
        let neighbors = [cell.wrapping_sub(1), cell + 1];
        let fourth_derivative = neighbors
            .into_iter()
            .filter_map(|other| {
                let c3 = hermites.get(other).copied()??[3];
                let distance = 0.5 * (width_of(cell) + width_of(other));
                Some(6.0 * (c3 - row[3]).abs() / distance)
            })
            .reduce(f64::max);
        let width = width_of(cell);
        let allowed =
            MARGIN * tolerance(CUBIC.edge(cell)) * row[1].abs() + 4.0 * f64::EPSILON * row[0].abs();
        fourth_derivative
            .is_some_and(|fourth| fourth * (width * width) * (width * width) / 384.0 <= allowed)
    }
}

/// The row of a span from the quantile function alone: constant, cubic, or none (NaN).
fn fit_row(Span { v: [v0, v1], x: [x0, x3] }: Span, quantile: &dyn Fn(f64) -> f64) -> [f64; 4] {
    const NONE: [f64; 4] = [f64::NAN; 4];
    let width = v1 - v0;
    let solve = |share: f64| quantile(v0 + share * width);
    if is_few_digits(x0, x3) {
        return [x0, (x3 - x0) / width, 0.0, 0.0];
    }
    // Newton's form on 0, 1/3, 2/3, 1, in units of a third of the width.
    let (x1, x2) = (solve(1.0 / 3.0), solve(2.0 / 3.0));
    let (d1, d2, d3) = (x1 - x0, (x2 - 2.0 * x1 + x0) / 2.0, (x3 - 3.0 * x2 + 3.0 * x1 - x0) / 6.0);
    let third = width / 3.0;
    let row = [
        x0,
        (d1 - d2 + 2.0 * d3) / third,
        (d2 - 3.0 * d3) / (third * third),
        d3 / (third * third * third),
    ];
    if !is_monotone(&row, width, x3 - x0) {
        return NONE;
    }
    let allowed = MARGIN * tolerance(v0) * ((x3 - x0) / width).abs()
        + 4.0 * f64::EPSILON * x0.abs().max(x3.abs());
    let fits = |share: f64| {
        let x = solve(share);
        (cubic(share * width, row) - x).abs() <= allowed
    };
    if [0.06, 0.19, 0.5, 0.81, 0.94].into_iter().all(fits) { row } else { NONE }
}

/// [`fit_row`], its end not overshooting what comes behind it.
pub(super) fn fit(span: Span, quantile: &dyn Fn(f64) -> f64) -> [f64; 4] {
    let mut row = fit_row(span, quantile);
    if row[0].is_finite() && row[1] != 0.0 {
        settle_end(&mut row, span.v[0], span.v[1], span.x[1]);
    }
    row
}

/// Whether a cell is so flat that its ends differ in some last digits only, and a straight line will do.
fn is_few_digits(x0: f64, x1: f64) -> bool {
    (x1 - x0).abs() <= 1024.0 * f64::EPSILON * x0.abs().max(x1.abs())
}

/// Whether a cubic moves one way over [0, width], as `change` says, and nowhere nearly stands still:
/// then it does so in floating point too.
fn is_monotone(row: &[f64; 4], width: f64, change: f64) -> bool {
    let least = change / width / 64.0;
    let is_steep = |t: f64| (row[1] + t * (2.0 * row[2] + t * 3.0 * row[3])) / least >= 1.0;
    let turning = -row[2] / (3.0 * row[3]);
    let is_inside = turning > 0.0 && turning < width;
    is_steep(0.0) && is_steep(width) && (!is_inside || is_steep(turning))
}

/// The polynomial with given values and slopes at three places, in Newton's form.
struct Quintic {
    places: [f64; 3],
    coefficients: [f64; 6],
}

impl Quintic {
    /// From (place, value, slope) thrice.
    fn new(knots: [(f64, f64, f64); 3]) -> Quintic {
        let places = knots.map(|knot| knot.0);
        let nodes = [places[0], places[0], places[1], places[1], places[2], places[2]];
        let mut column = [knots[0].1, knots[0].1, knots[1].1, knots[1].1, knots[2].1, knots[2].1];
        let mut coefficients = [column[0]; 6];
        for order in 1..6 {
            for i in 0..6 - order {
                let distance = nodes[i + order] - nodes[i];
                column[i] = if distance == 0.0 {
                    knots[i / 2].2
                } else {
                    (column[i + 1] - column[i]) / distance
                };
            }
            coefficients[order] = column[0];
        }
        Quintic { places, coefficients }
    }

    fn is_finite(&self) -> bool {
        self.coefficients.iter().all(|c| c.is_finite())
    }

    /// Value and slope.
    fn at(&self, place: f64) -> (f64, f64) {
        let [a, b, c] = self.places.map(|node| place - node);
        let factors = [a, a, b, b, c];
        let (mut value, mut slope) = (self.coefficients[5], 0.0);
        for (&factor, &coefficient) in factors.iter().zip(&self.coefficients[..5]).rev() {
            slope = slope * factor + value;
            value = value * factor + coefficient;
        }
        (value, slope)
    }
}
