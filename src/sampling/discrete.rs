//! A table of the quantile function of a discrete distribution.
//!
//! In: its values with their cumulative probabilities from both ends. Out: exact draws, the smallest
//! value whose distribution function reaches the uniform, in both tails down to 2^-53. Scalar and
//! block, and every instruction set, give the same bits.
//!
//! The index of cells tells where a uniform's cell begins among the cumulative probabilities, so a
//! draw is a comparison or three (L. Devroye, "Non-Uniform Random Variate Generation", 1986, III.2:
//! the guide table, here on octaves so that tails are as cheap as the middle). Not here: laws.

use std::fmt;

use crate::math::simd::{Path, Row, RowTable};
use crate::sampling::cells::{Cells, SMALLEST, fill_from_rows, is_upper, tail_of};

/// A value with its cumulative probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DiscretePoint {
    /// The value x.
    pub value: f64,
    /// P(X ≤ x), accurate where it is small.
    pub lower: f64,
    /// P(X > x), accurate where it is small.
    pub upper: f64,
}

/// What a cell's row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    /// At most one threshold in a cell: [threshold, value up to it, value beyond it, –].
    Pairs,
    /// Whole numbers in sequence, at most three thresholds: [three thresholds, value up to the first].
    Sequence,
    /// More thresholds: [first, behind the last, –, –], a range of positions to search.
    Ranges,
}

/// The table of one discrete distribution with constant parameters.
pub struct DiscreteTable {
    kind: Rows,
    cells: Cells,
    rows: RowTable,
    /// For [`Rows::Ranges`] alone: thresholds of the lower half, then of the upper half, and the
    /// value up to each, with one more behind the last of a half.
    searched: Vec<(f64, f64)>,
}

impl fmt::Debug for DiscreteTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiscreteTable")
            .field("kind", &self.kind)
            .field("cells", &self.cells)
            .finish_non_exhaustive()
    }
}

/// The steps of one half: value `values[i]` holds up to `thresholds[i]`, in v from the tail on.
struct Steps {
    thresholds: Vec<f64>,
    values: Vec<f64>,
}

impl DiscreteTable {
    /// Tabulates the points, in ascending order of their values.
    ///
    /// # Panics
    /// Without points, and where values do not ascend.
    pub fn new(points: &[DiscretePoint]) -> DiscreteTable {
        assert!(!points.is_empty(), "a distribution has a value");
        assert!(points.windows(2).all(|pair| pair[0].value < pair[1].value), "values ascend");
        let halves = [lower_steps(points), upper_steps(points)];
        let is_sequence = points.windows(2).all(|pair| pair[1].value - pair[0].value == 1.0);
        // The coarsest index that makes a draw a fixed number of comparisons.
        for log2 in 6..=10 {
            let cells = Cells::new(log2);
            let most = halves.iter().map(|steps| steps.most_in_a_cell(cells)).max().unwrap_or(0);
            let kind = match most {
                0 | 1 => Rows::Pairs,
                2 | 3 if is_sequence => Rows::Sequence,
                _ => continue,
            };
            return DiscreteTable {
                kind,
                cells,
                rows: rows_of(kind, cells, &halves),
                searched: Vec::new(),
            };
        }
        let cells = Cells::new(8);
        let mut searched = Vec::new();
        for steps in &halves {
            let thresholds = steps.thresholds.iter().copied().chain([f64::INFINITY]);
            searched.extend(thresholds.zip(steps.values.iter().copied()));
        }
        DiscreteTable {
            kind: Rows::Ranges,
            cells,
            rows: rows_of(Rows::Ranges, cells, &halves),
            searched,
        }
    }

    /// The table of whole numbers from `first` on with these weights, which are made to sum to 1.
    /// Cumulative sums run from the small end, so both tails are accurate.
    ///
    /// # Panics
    /// Without a positive weight.
    pub fn from_masses(first: f64, masses: &[f64]) -> DiscreteTable {
        let lower = running_sums(masses.iter().copied());
        let mut upper = running_sums(masses.iter().rev().copied());
        upper.reverse();
        let total = lower.last().copied().unwrap_or(0.0);
        assert!(total > 0.0, "a distribution has a value");
        let points: Vec<DiscretePoint> = (0..masses.len())
            .map(|i| DiscretePoint {
                value: first + i as f64,
                lower: lower[i] / total,
                upper: upper.get(i + 1).map_or(0.0, |sum| sum / total),
            })
            .collect();
        DiscreteTable::new(&points)
    }

    /// The table of a law on whole numbers whose masses fall on both sides of `mode` (at least as
    /// fast as geometrically in the end), between `low` and `high`: as far out as the smallest uniform
    /// can tell. `None` where that takes more than `limit` values.
    pub fn from_law(
        mode: f64,
        [low, high]: [f64; 2],
        limit: usize,
        mass: &dyn Fn(f64) -> f64,
    ) -> Option<DiscreteTable> {
        let mut masses = outward(mode, -1.0, mode - low, limit, mass)?;
        let first = mode - (masses.len() - 1) as f64;
        masses.reverse();
        masses.extend(
            outward(mode, 1.0, high - mode, limit - masses.len().min(limit), mass)?
                .into_iter()
                .skip(1),
        );
        Some(DiscreteTable::from_masses(first, &masses))
    }

    /// The draw of one uniform: the bits of [`DiscreteTable::fill`].
    pub fn at(&self, u: f64) -> f64 {
        let (row, _) = self.cells.locate_in_halves(u);
        let row = *self.rows.row(row);
        match self.kind {
            Rows::Pairs => value_of_pair(u, row),
            Rows::Sequence => value_in_sequence(u, row),
            Rows::Ranges => self.search(u, row),
        }
    }

    /// Fills `out` with the draws of the uniforms `u`.
    ///
    /// # Panics
    /// Where the lengths differ.
    #[inline(always)]
    pub fn fill<P: Path>(&self, path: P, u: &[f64], out: &mut [f64]) {
        let locate = |u: f64| self.cells.locate_in_halves(u);
        match self.kind {
            Rows::Pairs => {
                fill_from_rows(path, &self.rows, u, out, locate, |u, _, row| value_of_pair(u, row));
            }
            Rows::Sequence => fill_from_rows(path, &self.rows, u, out, locate, |u, _, row| {
                value_in_sequence(u, row)
            }),
            Rows::Ranges => self.fill_by_search(u, out),
        }
    }

    #[inline(never)]
    fn fill_by_search(&self, u: &[f64], out: &mut [f64]) {
        assert_eq!(u.len(), out.len(), "slices of one length");
        for (&u, out) in u.iter().zip(out) {
            *out = self.at(u);
        }
    }

    fn search(&self, u: f64, [first, behind, _, _]: [f64; 4]) -> f64 {
        let v = tail_of(u);
        let (first, behind) = (first as usize, behind as usize);
        let n_below = self.searched[first..behind].partition_point(|&(threshold, _)| threshold < v);
        self.searched[first + n_below].1
    }
}

#[inline(always)]
fn value_of_pair(u: f64, [threshold, up_to, beyond, _]: [f64; 4]) -> f64 {
    if threshold < tail_of(u) { beyond } else { up_to }
}

#[inline(always)]
fn value_in_sequence(u: f64, [t0, t1, t2, start]: [f64; 4]) -> f64 {
    let v = tail_of(u);
    let one = if is_upper(u) { -1.0 } else { 1.0 };
    let count = |threshold: f64| if threshold < v { one } else { 0.0 };
    // Whole numbers: exact in any order.
    start + (count(t0) + count(t1) + count(t2))
}

/// The smallest value with P(X ≤ x) ≥ v: as many steps up as there are cumulative probabilities below v.
fn lower_steps(points: &[DiscretePoint]) -> Steps {
    let thresholds: Vec<f64> = points[..points.len() - 1]
        .iter()
        .map(|point| point.lower)
        .take_while(|&lower| lower < 0.5)
        .collect();
    let values = points[..=thresholds.len()].iter().map(|point| point.value).collect();
    Steps::from_tail(thresholds, values)
}

/// The smallest value with P(X > x) ≤ v: as many steps down from the largest as there are upper
/// probabilities at or below v, less the 0 of the largest. "At most v" is "below v" of the float before.
fn upper_steps(points: &[DiscretePoint]) -> Steps {
    let thresholds: Vec<f64> = points[..points.len() - 1]
        .iter()
        .rev()
        // Where the lower half has not reached the median, neither must the upper one have.
        .take_while(|point| point.upper < 0.5 && point.lower >= 0.5)
        .map(|point| point.upper.next_down())
        .collect();
    let values = points.iter().rev().take(thresholds.len() + 1).map(|point| point.value).collect();
    Steps::from_tail(thresholds, values)
}

impl Steps {
    /// Drops what no uniform reaches, and puts thresholds in order.
    fn from_tail(mut thresholds: Vec<f64>, mut values: Vec<f64>) -> Steps {
        let mut highest = 0.0_f64;
        for threshold in &mut thresholds {
            highest = highest.max(*threshold);
            *threshold = highest;
        }
        let n_unreached = thresholds.partition_point(|&threshold| threshold < SMALLEST);
        thresholds.drain(..n_unreached);
        values.drain(..n_unreached);
        Steps { thresholds, values }
    }

    fn most_in_a_cell(&self, cells: Cells) -> usize {
        let cell = |threshold: f64| cells.locate(threshold).0;
        self.thresholds.chunk_by(|&a, &b| cell(a) == cell(b)).map(<[f64]>::len).max().unwrap_or(0)
    }
}

/// The rows of both halves. A threshold at v0 counts for the cell that begins there.
fn rows_of(kind: Rows, cells: Cells, halves: &[Steps; 2]) -> RowTable {
    let mut rows = vec![Row([0.0; 4]); 2 * cells.stride()];
    let mut offset = 0;
    for (steps, rows) in halves.iter().zip(rows.chunks_mut(cells.stride())) {
        let mut first = 0;
        for (cell, row) in rows.iter_mut().enumerate().take(cells.last() + 1) {
            let next_edge = if cell < cells.last() { cells.edge(cell + 1) } else { f64::INFINITY };
            let rest = &steps.thresholds[first..];
            let n_inside = rest.iter().take_while(|&&threshold| threshold < next_edge).count();
            let threshold = |i: usize| if i < n_inside { rest[i] } else { f64::INFINITY };
            let value = |i: usize| steps.values[(first + i).min(steps.values.len() - 1)];
            row.0 = match kind {
                Rows::Pairs => [threshold(0), value(0), value(1), 0.0],
                Rows::Sequence => [threshold(0), threshold(1), threshold(2), value(0)],
                Rows::Ranges => {
                    [(offset + first) as f64, (offset + first + n_inside) as f64, 0.0, 0.0]
                }
            };
            first += n_inside;
        }
        offset += steps.values.len();
    }
    RowTable::new(rows)
}

/// Masses from the mode on in one direction until the rest is nothing beside the smallest uniform.
fn outward(
    mode: f64,
    direction: f64,
    reach: f64,
    limit: usize,
    mass: &dyn Fn(f64) -> f64,
) -> Option<Vec<f64>> {
    let mut masses = vec![mass(mode)];
    let mut distance = 1.0;
    while distance <= reach {
        let here = mass(mode + direction * distance);
        let before = masses.last().copied().unwrap_or(0.0);
        masses.push(here);
        distance += 1.0;
        // The rest is at most a geometric series in the present ratio.
        let rest = here * here / (before - here);
        if here == 0.0 || (0.0..SMALLEST * 1e-9).contains(&rest) {
            break;
        }
        if masses.len() > limit {
            return None;
        }
    }
    Some(masses)
}

/// Sums of the first one, two, … terms, each with the rounding errors so far put right (Neumaier 1974).
fn running_sums(terms: impl Iterator<Item = f64>) -> Vec<f64> {
    let (mut sum, mut error) = (0.0_f64, 0.0_f64);
    terms
        .map(|term| {
            let next = sum + term;
            error +=
                if sum.abs() >= term.abs() { (sum - next) + term } else { (term - next) + sum };
            sum = next;
            sum + error
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::exp;
    use crate::math::simd::{Kernel, SimdPath};
    use crate::sampling::{StreamKey, uniform_at};

    fn points_of(values: &[f64], masses: &[f64]) -> Vec<DiscretePoint> {
        let point = |i: usize| DiscretePoint {
            value: values[i],
            lower: masses[..=i].iter().sum(),
            upper: masses[i + 1..].iter().rev().sum(),
        };
        (0..values.len()).map(point).collect()
    }

    fn poisson(mean: f64) -> Option<DiscreteTable> {
        let mass = |k: f64| exp(k * libm::log(mean) - libm::lgamma(k + 1.0) - mean);
        DiscreteTable::from_law(mean.floor(), [0.0, f64::INFINITY], 1 << 20, &mass)
    }

    /// Around every threshold, and anywhere.
    fn uniforms_for(points: &[DiscretePoint]) -> Vec<f64> {
        let key = StreamKey::new(1, "discrete");
        let around = |u: f64| [u.next_down(), u, u.next_up()];
        let thresholds = points.iter().flat_map(|point| {
            let lower = around(point.lower.min(0.5));
            let upper = around(point.upper.min(0.5)).map(|v| 1.0 - v);
            lower.into_iter().chain(upper)
        });
        let anywhere = (0..2000).map(|trial| uniform_at(key, 0, trial));
        let inside = |u: &f64| *u >= SMALLEST && *u <= 1.0 - SMALLEST;
        thresholds.chain(anywhere).chain([SMALLEST, 0.5, 1.0 - SMALLEST]).filter(inside).collect()
    }

    /// The definition: the smallest value whose distribution function reaches u.
    fn expected(points: &[DiscretePoint], u: f64) -> f64 {
        let reaches = |point: &&DiscretePoint| {
            if u <= 0.5 { point.lower >= u } else { point.upper <= 1.0 - u && point.lower >= 0.5 }
        };
        points.iter().find(reaches).or(points.last()).expect("a value").value
    }

    #[track_caller]
    fn check(points: &[DiscretePoint], kind: Rows) {
        let table = DiscreteTable::new(points);
        assert_eq!(table.kind, kind);
        for u in uniforms_for(points) {
            assert_eq!(table.at(u), expected(points, u), "u {u:e}");
        }
    }

    #[test]
    fn few_values_take_one_comparison() {
        check(&points_of(&[0.0, 1.0], &[0.25, 0.75]), Rows::Pairs);
        check(&points_of(&[0.0, 1.0], &[0.5, 0.5]), Rows::Pairs);
        check(&points_of(&[-1.5, 0.0, 7.25, 1e9], &[1e-12, 0.3, 0.7 - 2e-12, 1e-12]), Rows::Pairs);
        check(&points_of(&[4.0], &[1.0]), Rows::Pairs);
    }

    #[test]
    fn whole_numbers_in_sequence_take_three_comparisons() {
        let values: Vec<f64> = (0..300).map(f64::from).collect();
        check(&points_of(&values, &[1.0 / 300.0; 300]), Rows::Sequence);
        let values: Vec<f64> = (0..9000).map(f64::from).collect();
        check(&points_of(&values, &[1.0 / 9000.0; 9000]), Rows::Sequence);
    }

    #[test]
    fn many_other_values_are_searched() {
        let values: Vec<f64> = (0..9000).map(|i| 0.5 * f64::from(i)).collect();
        check(&points_of(&values, &[1.0 / 9000.0; 9000]), Rows::Ranges);
    }

    #[test]
    fn a_value_of_no_mass_is_never_drawn() {
        let points = points_of(&[0.0, 1.0, 2.0, 3.0], &[0.0, 0.4, 0.0, 0.6]);
        let table = DiscreteTable::new(&points);
        for u in uniforms_for(&points) {
            assert!([1.0, 3.0].contains(&table.at(u)), "u {u}");
        }
    }

    #[test]
    fn poisson_is_drawn_down_to_the_last_tail() {
        let table = poisson(10.0).expect("a small window");
        assert_eq!(table.kind, Rows::Pairs);
        // Smallest k with F(k) >= u, by mpmath.
        for (u, value) in
            [(1e-5, 0.0), (4.5e-5, 0.0), (4.6e-5, 1.0), (0.5, 10.0), (0.9, 14.0), (0.999, 21.0)]
        {
            assert_eq!(table.at(u), value, "u {u}");
        }
        assert_eq!(table.at(1.0 - SMALLEST), 45.0);
    }

    #[test]
    fn large_means_are_windows() {
        let table = poisson(1e5).expect("a small window");
        let (low, high) = (table.at(SMALLEST), table.at(1.0 - SMALLEST));
        // By summing the masses at 30 digits in mpmath.
        assert_eq!((low, high), (97_415.0, 102_607.0));
        assert_eq!(table.at(0.5), 1e5);
        assert!(poisson(1e14).is_none());
    }

    struct Fill<'a>(&'a DiscreteTable, &'a [f64]);

    impl Kernel for Fill<'_> {
        type Output = Vec<f64>;

        #[inline(always)]
        fn run<P: Path>(self, path: P) -> Vec<f64> {
            let mut out = vec![0.0; self.1.len()];
            self.0.fill(path, self.1, &mut out);
            out
        }
    }

    #[test]
    fn every_path_gives_the_values_of_the_scalar() {
        let values: Vec<f64> = (0..9000).map(|i| 0.5 * f64::from(i)).collect();
        let searched = DiscreteTable::new(&points_of(&values, &[1.0 / 9000.0; 9000]));
        let key = StreamKey::new(1, "paths");
        let uniforms: Vec<f64> =
            (0..999).map(|trial| uniform_at(key, 0, trial)).chain([0.0, 0.5, 1.0]).collect();
        for table in [poisson(3.0).expect("small"), poisson(1e5).expect("small"), searched] {
            let expected: Vec<f64> = uniforms.iter().map(|&u| table.at(u)).collect();
            for path in SimdPath::available() {
                assert_eq!(path.run(Fill(&table, &uniforms)), expected, "{path}");
            }
        }
    }

    #[test]
    fn running_sums_do_not_lose_small_terms() {
        let terms = std::iter::once(1.0).chain(std::iter::repeat_n(1e-17, 1000));
        assert_eq!(running_sums(terms).last(), Some(&(1.0 + 1e-14)));
    }
}
