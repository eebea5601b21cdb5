//! A table of the quantile function of any continuous or mixed distribution.
//!
//! In: its quantile function (slow, exact) and its density. Out: draws by cubics, off by at most
//! 1e-9 in probability and 1e-7 of the tail's probability, monotone in the uniform and inside the support. Scalar and block, and every instruction set, give the same bits.
//!
//! Building is what costs, so the quantile is solved at a few knots an octave only. In ln v a
//! quantile is smooth: between three knots runs the quintic with their values and slopes 1/density,
//! and its slope must agree with the density at further points; where it does not (kinks, jumps,
//! gaps, atoms), the span is halved, down to cells that are fitted to the quantile function itself.
//! A cell that no cubic fits has a NaN for a row and is cut into pieces; what no piece fits is solved.
//!
//! Interpolating the inverse of a distribution function by its values and densities follows
//! W. Hörmann and J. Leydold, "Continuous random variate generation by fast numerical inversion",
//! ACM TOMACS 13 (2003); checks on the error in u, not in x, are theirs too. Not here: distributions.

mod half;
mod pieces;

use std::fmt;

use half::{Half, fit};
use pieces::{Pieces, Span};

use crate::math::simd::{Path, Row, RowTable};
use crate::sampling::cells::{CUBIC, cubic, fill_from_rows, is_upper, tail_of};

/// From which end a probability is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tail {
    /// The quantile of u: not exceeded with probability u.
    Lower,
    /// The quantile of 1 − u: exceeded with probability u.
    Upper,
}

/// The quantile function, for probabilities in (0, 1/2] counted from either end.
pub type Quantile = Box<dyn Fn(f64, Tail) -> f64 + Send + Sync>;

/// With more pieces than this the quantile is rough throughout: cutting all its cells would take too long.
const MOST_PIECES: usize = 2048;

/// The table of one distribution with constant parameters.
pub struct QuantileTable {
    rows: RowTable,
    quantile: Quantile,
    n_exact: usize,
    /// Cells in pieces; the second number of a cell's row says which.
    pieces: Vec<Pieces>,
}

impl fmt::Debug for QuantileTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QuantileTable").field("n_exact", &self.n_exact).finish_non_exhaustive()
    }
}

impl QuantileTable {
    /// Tabulates a quantile function. `density` is the derivative of the distribution function where
    /// there is one; anything else (NaN, 0, ∞) where there is none, or always where it is not known:
    /// building then takes longer.
    pub fn build(quantile: Quantile, density: &dyn Fn(f64) -> f64) -> QuantileTable {
        let lower = Half::solve(&quantile, density, Tail::Lower, None);
        let median = lower.knots[CUBIC.last()];
        let upper = Half::solve(&quantile, density, Tail::Upper, Some(median));
        let mut rows = lower.into_rows();
        rows.resize(CUBIC.stride(), Row([0.0; 4]));
        rows.extend(upper.into_rows());
        let open: Vec<usize> = (0..rows.len()).filter(|&at| rows[at].0[0].is_nan()).collect();
        let (mut pieces, mut n_pieces) = (Vec::new(), 0);
        for &at in &open {
            // Beyond all: solved.
            rows[at].0[1] = f64::MAX;
            if n_pieces < MOST_PIECES {
                rows[at].0[1] = pieces.len() as f64;
                let cut = in_pieces(&quantile, at);
                n_pieces += cut.len();
                pieces.push(cut);
            }
        }
        QuantileTable { rows: RowTable::new(rows), quantile, n_exact: open.len(), pieces }
    }

    /// Number of cells (of 6656) that no cubic fits: they are in pieces, or every draw in them is solved.
    pub fn n_exact_cells(&self) -> usize {
        self.n_exact
    }

    /// The draw of one uniform: the bits of [`QuantileTable::fill`].
    pub fn at(&self, u: f64) -> f64 {
        let (row, place) = CUBIC.locate_in_halves(u);
        let x = cubic(place, *self.rows.row(row));
        if x.is_nan() { self.beyond_rows(u) } else { x }
    }

    /// Fills `out` with the draws of the uniforms `u`.
    ///
    /// # Panics
    /// Where the lengths differ.
    #[inline(always)]
    pub fn fill<P: Path>(&self, path: P, u: &[f64], out: &mut [f64]) {
        fill_from_rows(
            path,
            &self.rows,
            u,
            out,
            |u| CUBIC.locate_in_halves(u),
            |_, place, row| cubic(place, row),
        );
        if self.n_exact > 0 {
            self.solve_marked(u, out);
        }
    }

    #[inline(never)]
    fn solve_marked(&self, u: &[f64], out: &mut [f64]) {
        for (&u, out) in u.iter().zip(out) {
            if out.is_nan() {
                *out = self.beyond_rows(u);
            }
        }
    }

    /// The draw of a uniform whose cell no cubic fits.
    fn beyond_rows(&self, u: f64) -> f64 {
        let (row, _) = CUBIC.locate_in_halves(u);
        if let Some(pieces) = self.pieces.get(self.rows.row(row)[1] as usize) {
            let (row, place) = pieces.row(tail_of(u));
            let x = cubic(place, row);
            if !x.is_nan() {
                return x;
            }
        }
        self.solve(u)
    }

    fn solve(&self, u: f64) -> f64 {
        (self.quantile)(tail_of(u), if is_upper(u) { Tail::Upper } else { Tail::Lower })
    }
}

/// The cell of a row in pieces.
fn in_pieces(quantile: &Quantile, row: usize) -> Pieces {
    let stride = CUBIC.stride();
    let tail = if row < stride { Tail::Lower } else { Tail::Upper };
    let solve = |v: f64| quantile(v, tail);
    let v = [CUBIC.edge(row % stride), CUBIC.edge(row % stride + 1)];
    Pieces::of(Span { v, x: v.map(solve) }, &solve, &|span| fit(span, &solve))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::ln;
    use crate::math::simd::{Kernel, SimdPath};
    use crate::math::{exp, norm_cdf, norm_pdf, norm_quantile, pow};
    use crate::sampling::{StreamKey, uniform_at};

    /// A law for tests: its inverse from both ends, density and distribution function.
    struct Law {
        quantile: fn(f64, Tail) -> f64,
        density: fn(f64) -> f64,
        cdf: fn(f64) -> f64,
    }

    const LOGISTIC: Law = Law {
        quantile: |u, tail| {
            let x = ln(u / (1.0 - u));
            if tail == Tail::Lower { x } else { -x }
        },
        density: |x| {
            let e = exp(-x.abs());
            e / ((1.0 + e) * (1.0 + e))
        },
        cdf: |x| 1.0 / (1.0 + exp(-x)),
    };
    const EXPONENTIAL: Law = Law {
        quantile: |u, tail| if tail == Tail::Lower { -libm::log1p(-u) } else { -ln(u) },
        density: |x| exp(-x),
        cdf: |x| -libm::expm1(-x),
    };
    const NORMAL: Law = Law {
        quantile: |u, tail| if tail == Tail::Lower { norm_quantile(u) } else { -norm_quantile(u) },
        density: norm_pdf,
        cdf: norm_cdf,
    };
    /// No mean: the tail 1/x.
    const PARETO: Law = Law {
        quantile: |u, tail| if tail == Tail::Lower { 1.0 / (1.0 - u) } else { 1.0 / u },
        density: |x| 1.0 / (x * x),
        cdf: |x| 1.0 - 1.0 / x,
    };
    /// Beta(2, 1): in the upper tail x has few digits left.
    const POWER: Law = Law {
        quantile: |u, tail| if tail == Tail::Lower { u.sqrt() } else { (1.0 - u).sqrt() },
        density: |x| 2.0 * x,
        cdf: |x| x * x,
    };
    /// Beta(0.1, 1): from 1e-160 up.
    const STEEP: Law = Law {
        quantile: |u, tail| pow(if tail == Tail::Lower { u } else { 1.0 - u }, 10.0),
        density: |x| 0.1 * pow(x, -0.9),
        cdf: |x| pow(x, 0.1),
    };
    /// Mass 0.3 at 0, the rest uniform up to 1.
    const ATOM: Law = Law {
        quantile: |u, tail| {
            let v = if tail == Tail::Lower { u } else { 1.0 - u };
            if v <= 0.3 {
                0.0
            } else if tail == Tail::Lower {
                (u - 0.3) / 0.7
            } else {
                1.0 - u / 0.7
            }
        },
        density: |x| if x > 0.0 { 0.7 } else { f64::INFINITY },
        cdf: |x| 0.3 + 0.7 * x,
    };
    /// Uniform on [0, 1] and [2, 3] alike, nothing between; the gap lies inside a cell.
    const GAP: Law = Law {
        quantile: |u, tail| {
            let v = if tail == Tail::Lower { u } else { 1.0 - u };
            if v <= 0.3701 { v / 0.3701 } else { 3.0 - (1.0 - v) / 0.6299 }
        },
        density: |x| {
            if x <= 1.0 {
                0.3701
            } else if x < 2.0 {
                0.0
            } else {
                0.6299
            }
        },
        cdf: |x| if x <= 1.5 { 0.3701 * x.min(1.0) } else { 1.0 - 0.6299 * (3.0 - x.max(2.0)) },
    };
    /// Triangular on [0, 1] with its mode, a kink, inside a cell.
    const KINK: Law = Law {
        quantile: |u, tail| {
            const MODE: f64 = 0.2217;
            let (v, w) = if tail == Tail::Lower { (u, 1.0 - u) } else { (1.0 - u, u) };
            if v <= MODE { (v * MODE).sqrt() } else { 1.0 - (w * (1.0 - MODE)).sqrt() }
        },
        density: |x| if x < 0.2217 { 2.0 * x / 0.2217 } else { 2.0 * (1.0 - x) / (1.0 - 0.2217) },
        cdf: |x| {
            if x < 0.2217 { x * x / 0.2217 } else { 1.0 - (1.0 - x) * (1.0 - x) / (1.0 - 0.2217) }
        },
    };

    fn table_of(law: &Law) -> QuantileTable {
        QuantileTable::build(Box::new(law.quantile), &law.density)
    }

    fn some_uniforms(n: u64) -> Vec<f64> {
        let key = StreamKey::new(3, "table");
        (0..n).map(|trial| uniform_at(key, 0, trial * 37)).collect()
    }

    /// Floats on both sides of every edge, of both halves.
    fn around_edges() -> Vec<f64> {
        let lower = (0..=CUBIC.last()).map(|cell| CUBIC.edge(cell));
        let lower: Vec<f64> = lower.flat_map(|v| [v.next_down(), v, v.next_up()]).collect();
        // 1 - v is on the grid of uniforms only where v is coarse enough.
        let upper = lower.iter().rev().map(|v| 1.0 - v);
        lower.iter().copied().chain(upper).collect()
    }

    /// Every draw is as close in probability as promised, and exact cells are few.
    #[track_caller]
    fn check_accuracy(law: &Law, most_exact: usize) {
        check_error(law, most_exact, 1.5e-9);
    }

    #[track_caller]
    fn check_error(law: &Law, most_exact: usize, tolerance: f64) {
        let table = table_of(law);
        assert!(table.n_exact_cells() <= most_exact, "{} exact cells", table.n_exact_cells());
        for u in some_uniforms(20_000) {
            let x = table.at(u);
            assert!(((law.cdf)(x) - u).abs() < tolerance, "u {u} gives {x}");
        }
        for exponent in 10..53 {
            let v = libm::exp2(-f64::from(exponent)) * 1.37;
            for tail in [Tail::Lower, Tail::Upper] {
                let u = if tail == Tail::Lower { v } else { 1.0 - v };
                let v = tail_of(u);
                // What 1e-7 of the tail's probability moves, either way, and some last digits.
                let ends = [v * (1.0 - 2e-7), v * (1.0 + 2e-7)].map(|v| (law.quantile)(v, tail));
                let x = table.at(u);
                let digits = 32.0 * f64::EPSILON * x.abs();
                let is_between =
                    x >= ends[0].min(ends[1]) - digits && x <= ends[0].max(ends[1]) + digits;
                assert!(is_between, "{tail:?} {v:e} gives {x}, not {ends:?}");
            }
        }
    }

    #[track_caller]
    fn check_monotone(table: &QuantileTable) {
        let mut uniforms = around_edges();
        for u in some_uniforms(2_000) {
            uniforms.extend([u - 2.0 * f64::EPSILON, u - f64::EPSILON, u, u + f64::EPSILON]);
        }
        uniforms.retain(|u| *u > 0.0 && *u < 1.0);
        uniforms.sort_by(f64::total_cmp);
        for pair in uniforms.windows(2) {
            let (x0, x1) = (table.at(pair[0]), table.at(pair[1]));
            assert!(x0 <= x1, "{x0:e} at {:e} but {x1:e} at {:e}", pair[0], pair[1]);
        }
    }

    #[test]
    fn smooth_laws_are_accurate_without_exact_cells() {
        for law in [LOGISTIC, EXPONENTIAL, NORMAL, PARETO, POWER] {
            check_accuracy(&law, 0);
        }
    }

    #[test]
    fn a_steep_power_is_cut_into_pieces() {
        check_error(&STEEP, 400, 1e-9);
    }

    #[test]
    fn a_kink_or_a_gap_costs_a_few_exact_cells() {
        check_accuracy(&KINK, 2);
        check_accuracy(&GAP, 2);
    }

    #[test]
    fn draws_never_fall_as_the_uniform_rises() {
        for law in [LOGISTIC, EXPONENTIAL, NORMAL, PARETO, POWER, STEEP, ATOM, GAP, KINK] {
            check_monotone(&table_of(&law));
        }
    }

    #[test]
    fn a_law_of_few_last_digits_is_monotone_too() {
        let quantile = |u, tail| 1e9 + 1e-6 * (NORMAL.quantile)(u, tail);
        check_monotone(&QuantileTable::build(Box::new(quantile), &|x| {
            1e6 * norm_pdf((x - 1e9) * 1e6)
        }));
    }

    #[test]
    fn an_atom_is_drawn_exactly_and_nothing_leaves_the_support() {
        let table = table_of(&ATOM);
        for u in some_uniforms(20_000) {
            let x = table.at(u);
            assert_eq!(u <= 0.3, x == 0.0, "u {u} gives {x}");
            assert!((0.0..=1.0).contains(&x));
        }
    }

    #[test]
    fn no_draw_falls_into_a_gap() {
        let table = table_of(&GAP);
        for u in some_uniforms(20_000) {
            assert!(!(1.0 + 1e-12..2.0 - 1e-12).contains(&table.at(u)), "u {u}");
        }
    }

    #[test]
    fn without_a_density_the_table_is_as_accurate() {
        check_accuracy(&Law { density: |_| f64::NAN, ..LOGISTIC }, 0);
    }

    #[test]
    fn a_smooth_law_is_solved_a_few_times_an_octave() {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicUsize, Ordering};
        for law in [NORMAL, POWER, LOGISTIC] {
            let n_solved = Arc::new(AtomicUsize::new(0));
            let counter = Arc::clone(&n_solved);
            let quantile = move |u, tail| {
                counter.fetch_add(1, Ordering::Relaxed);
                (law.quantile)(u, tail)
            };
            QuantileTable::build(Box::new(quantile), &law.density);
            let n_solved = n_solved.load(Ordering::Relaxed);
            assert!(n_solved < 8 * 104, "{n_solved} times");
        }
    }

    struct Fill<'a>(&'a QuantileTable, &'a [f64]);

    impl Kernel for Fill<'_> {
        type Output = Vec<u64>;

        #[inline(always)]
        fn run<P: Path>(self, path: P) -> Vec<u64> {
            let mut out = vec![0.0; self.1.len()];
            self.0.fill(path, self.1, &mut out);
            out.into_iter().map(f64::to_bits).collect()
        }
    }

    #[test]
    fn every_path_gives_the_bits_of_the_scalar() {
        let mut uniforms = some_uniforms(999);
        uniforms.extend([0.0, 0.5, 1.0, 0.3701, f64::MIN_POSITIVE]);
        for law in [NORMAL, ATOM, GAP] {
            let table = table_of(&law);
            let expected: Vec<u64> = uniforms.iter().map(|&u| table.at(u).to_bits()).collect();
            for path in SimdPath::available() {
                assert_eq!(path.run(Fill(&table, &uniforms)), expected, "{path}");
            }
        }
    }
}
