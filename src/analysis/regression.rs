//! The mean of an output given inputs: least squares on functions of the inputs' ranks.
//!
//! An input enters by its normal score z (the standard normal quantile of its rank), whatever its
//! distribution, as a cubic spline with fixed knots; one of few different values by a level for each. Several
//! inputs together add up, with products of their scores where they are few. This is the regression of M. Strong,
//! J. Oakley and A. Brennan, "Estimating multiparameter partial expected value of perfect information from a
//! probabilistic sensitivity analysis sample", Med. Decis. Making 34 (2014), with splines of fixed size.
//!
//! Rows belong to one of four folds by their number; a row is predicted by the fit to the other folds, so
//! that no row is predicted from itself.

use super::rank;
use crate::math::norm_quantile;

/// Folds: row i is of fold i mod 4.
pub(super) const FOLDS: usize = 4;
/// An input of at most so many different values gets a level for each.
const MOST_LEVELS: usize = 24;
/// Knots of a spline in z, where at least so many rows lie beyond.
const KNOTS: [f64; 9] = [-3.0, -2.25, -1.5, -0.75, 0.0, 0.75, 1.5, 2.25, 3.0];
/// Knots where several inputs share a regression.
const FEW_KNOTS: [f64; 3] = [-1.5, 0.0, 1.5];
const LEAST_BEYOND: f64 = 50.0;
/// At most so many inputs have products of their scores.
const MOST_FOR_PRODUCTS: usize = 4;
/// Keeps the equations solvable where functions coincide; far below what it could change.
const RIDGE: f64 = 1e-10;
const DEGREE: usize = 3;

/// The values of one input, ready for a regression.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// Normal scores.
    pub(super) scores: Vec<f64>,
    shape: Shape,
}

#[derive(Debug, Clone)]
enum Shape {
    /// The normal score of each level, from the lowest to the highest.
    Levels(Vec<f64>),
    Spline,
}

impl Column {
    /// From values and their rank shares.
    pub(super) fn new(values: &[f64], shares: &[f64]) -> Column {
        let order = rank::order(values);
        let scores = rank::normal_scores(shares);
        let shape = match rank::n_distinct(values, &order, MOST_LEVELS) {
            count if count <= MOST_LEVELS => {
                let mut levels: Vec<f64> = order.iter().map(|&at| scores[at as usize]).collect();
                levels.dedup();
                Shape::Levels(levels)
            }
            _ => Shape::Spline,
        };
        Column { scores, shape }
    }

    /// The functions of this column; the knots are those given that have enough rows beyond them.
    fn functions(&self, knots: &[f64]) -> Functions {
        match &self.shape {
            Shape::Levels(levels) => Functions::Levels(levels.clone()),
            Shape::Spline => {
                let count = self.scores.len() as f64;
                let least = if count > 4.0 * LEAST_BEYOND { LEAST_BEYOND / count } else { 0.25 };
                let edge = -norm_quantile(least);
                let (low, high) = self
                    .scores
                    .iter()
                    .filter(|score| !score.is_nan())
                    .fold((0.0_f64, 0.0_f64), |(low, high), &z| (low.min(z), high.max(z)));
                let inner = knots.iter().copied().filter(|knot| knot.abs() <= edge);
                let ends = |end: f64| std::iter::repeat_n(end, DEGREE + 1);
                Functions::Spline(ends(low).chain(inner).chain(ends(high)).collect())
            }
        }
    }
}

/// Functions of one score.
#[derive(Debug, Clone)]
enum Functions {
    Levels(Vec<f64>),
    /// The knots, the outer ones four times.
    Spline(Vec<f64>),
}

impl Functions {
    fn count(&self) -> usize {
        match self {
            Functions::Levels(levels) => levels.len(),
            Functions::Spline(knots) => knots.len() - DEGREE - 1,
        }
    }

    /// Calls `each` with the functions that are not 0 at a score.
    fn at(&self, z: f64, mut each: impl FnMut(usize, f64)) {
        match self {
            Functions::Levels(levels) => {
                let at = levels.partition_point(|&level| level < z);
                each(at.min(levels.len() - 1), 1.0);
            }
            Functions::Spline(knots) => {
                let last = knots.len() - DEGREE - 2;
                let z = z.clamp(knots[DEGREE], knots[last + 1]);
                let found = knots.partition_point(|&knot| knot <= z);
                let piece = found.saturating_sub(1).clamp(DEGREE, last);
                // C. de Boor, "A Practical Guide to Splines" (1978), chapter X: from constants up to cubics.
                let mut values = [1.0, 0.0, 0.0, 0.0];
                for degree in 1..=DEGREE {
                    let mut carried = 0.0;
                    for i in 0..degree {
                        let (right, left) = (knots[piece + i + 1], knots[piece + i + 1 - degree]);
                        let term = values[i] / (right - left);
                        values[i] = carried + (right - z) * term;
                        carried = (z - left) * term;
                    }
                    values[degree] = carried;
                }
                for (i, value) in values.into_iter().enumerate() {
                    each(piece - DEGREE + i, value);
                }
            }
        }
    }
}

/// A regression of several outputs on the same inputs.
#[derive(Debug)]
pub(super) struct Regression<'a> {
    columns: Vec<(&'a Column, Functions)>,
    n_products: usize,
    size: usize,
    /// Coefficients by fold left out, the last of all folds; by output.
    fits: Vec<Vec<Vec<f64>>>,
}

impl<'a> Regression<'a> {
    /// Fits outputs, one list of values each, on columns of the same rows. Rows with something undefined take no part.
    pub(super) fn new(columns: &[&'a Column], outputs: &[&[f64]]) -> Regression<'a> {
        let knots: &[f64] = if columns.len() == 1 { &KNOTS } else { &FEW_KNOTS };
        let columns: Vec<(&Column, Functions)> =
            columns.iter().map(|&column| (column, column.functions(knots))).collect();
        let count = columns.len();
        let n_products = if count <= MOST_FOR_PRODUCTS { count * (count - 1) / 2 } else { 0 };
        let size =
            n_products + columns.iter().map(|(_, functions)| functions.count()).sum::<usize>();
        let mut regression = Regression { columns, n_products, size, fits: Vec::new() };
        let folds = regression.sums(outputs);
        let whole =
            folds.iter().fold(Sums::new(size, outputs.len()), |all, fold| all.plus(fold, 1.0));
        regression.fits = folds.iter().map(|fold| whole.plus(fold, -1.0).solve()).collect();
        regression.fits.push(whole.solve());
        regression
    }

    fn sums(&self, outputs: &[&[f64]]) -> Vec<Sums> {
        let mut folds = vec![Sums::new(self.size, outputs.len()); FOLDS];
        let n_rows = outputs.first().map_or(0, |output| output.len());
        let (mut scores, mut terms) = (vec![0.0; self.columns.len()], Vec::new());
        for row in 0..n_rows {
            for (score, (column, _)) in scores.iter_mut().zip(&self.columns) {
                *score = column.scores[row];
            }
            let is_defined = scores.iter().all(|score| score.is_finite())
                && outputs.iter().all(|output| output[row].is_finite());
            if !is_defined {
                continue;
            }
            self.terms(&scores, &mut terms);
            let fold = &mut folds[row % FOLDS];
            for (position, &(i, x)) in terms.iter().enumerate() {
                for &(j, y) in &terms[..=position] {
                    fold.products[i.max(j) * self.size + i.min(j)] += x * y;
                }
                for (list, output) in fold.right.iter_mut().zip(outputs) {
                    list[i] += x * output[row];
                }
            }
        }
        folds
    }

    /// The functions that are not 0 at these scores.
    fn terms(&self, scores: &[f64], terms: &mut Vec<(usize, f64)>) {
        terms.clear();
        let mut start = 0;
        for (&z, (_, functions)) in scores.iter().zip(&self.columns) {
            functions.at(z, |i, value| terms.push((start + i, value)));
            start += functions.count();
        }
        if self.n_products > 0 {
            for i in 0..scores.len() {
                for j in 0..i {
                    terms.push((start, scores[i] * scores[j]));
                    start += 1;
                }
            }
        }
    }

    /// The means of all outputs at these scores, by the fit to all rows.
    pub(super) fn at(&self, scores: &[f64]) -> Vec<f64> {
        let mut terms = Vec::new();
        self.terms(scores, &mut terms);
        self.fits[FOLDS].iter().map(|fit| product(&terms, fit)).collect()
    }

    /// The means of all outputs at a row's scores, by the fit to the folds that the row is not of.
    pub(super) fn at_row(&self, row: usize, terms: &mut Vec<(usize, f64)>, means: &mut Vec<f64>) {
        let scores: Vec<f64> = self.columns.iter().map(|(column, _)| column.scores[row]).collect();
        self.terms(&scores, terms);
        means.clear();
        means.extend(self.fits[row % FOLDS].iter().map(|fit| product(terms, fit)));
    }
}

fn product(terms: &[(usize, f64)], fit: &[f64]) -> f64 {
    terms.iter().map(|&(i, value)| value * fit[i]).sum()
}

/// Normal equations: a symmetric matrix by its lower half, and right sides.
#[derive(Debug, Clone)]
struct Sums {
    size: usize,
    products: Vec<f64>,
    right: Vec<Vec<f64>>,
}

impl Sums {
    fn new(size: usize, n_outputs: usize) -> Sums {
        Sums { size, products: vec![0.0; size * size], right: vec![vec![0.0; size]; n_outputs] }
    }

    fn plus(&self, other: &Sums, factor: f64) -> Sums {
        let add = |own: &[f64], other: &[f64]| {
            own.iter().zip(other).map(|(own, other)| own + factor * other).collect()
        };
        Sums {
            size: self.size,
            products: add(&self.products, &other.products),
            right: self.right.iter().zip(&other.right).map(|(a, b)| add(a, b)).collect(),
        }
    }

    /// Solves by Cholesky's decomposition. A function that is 0 in every row gets the coefficient 0.
    fn solve(mut self) -> Vec<Vec<f64>> {
        let n = self.size;
        let trace: f64 = (0..n).map(|i| self.products[i * n + i]).sum();
        let ridge = (RIDGE * trace / n as f64).max(f64::MIN_POSITIVE);
        for i in 0..n {
            for j in 0..=i {
                let inner: f64 =
                    (0..j).map(|k| self.products[i * n + k] * self.products[j * n + k]).sum();
                let rest = self.products[i * n + j] - inner;
                self.products[i * n + j] = if i == j {
                    (rest + ridge).max(ridge).sqrt()
                } else {
                    rest / self.products[j * n + j]
                };
            }
        }
        let l = &self.products;
        for right in &mut self.right {
            for i in 0..n {
                let inner: f64 = (0..i).map(|k| l[i * n + k] * right[k]).sum();
                right[i] = (right[i] - inner) / l[i * n + i];
            }
            for i in (0..n).rev() {
                let inner: f64 = (i + 1..n).map(|k| l[k * n + i] * right[k]).sum();
                right[i] = (right[i] - inner) / l[i * n + i];
            }
        }
        self.right
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::sin;
    use crate::sampling::{StreamKey, uniform_at};

    const ROWS: u64 = 20_000;

    fn draws(name: &str) -> Vec<f64> {
        let key = StreamKey::new(3, name);
        (0..ROWS).map(|trial| uniform_at(key, 0, trial)).collect()
    }

    fn column(values: &[f64]) -> Column {
        Column::new(values, &rank::shares(values))
    }

    #[test]
    fn a_curve_is_found_under_noise() {
        let (x, noise) = (draws("x"), draws("noise"));
        let y: Vec<f64> = x.iter().zip(&noise).map(|(x, e)| sin(4.0 * x) + 2.0 * e - 1.0).collect();
        let column = column(&x);
        let fit = Regression::new(&[&column], &[&y]);
        for p in [0.02, 0.1, 0.3, 0.5, 0.9, 0.98] {
            let found = fit.at(&[norm_quantile(p)])[0];
            assert!((found - sin(4.0 * p)).abs() < 0.06, "{p}: {found}");
        }
    }

    #[test]
    fn splines_sum_to_one_everywhere() {
        let column = column(&draws("x"));
        let functions = column.functions(&KNOTS);
        for z in [-9.0, -3.0, -2.9, -0.75, 0.1, 2.25, 3.5, 9.0] {
            let mut sum = 0.0;
            functions.at(z, |i, value| {
                assert!(i < functions.count() && value >= -1e-15);
                sum += value;
            });
            assert!((sum - 1.0).abs() < 1e-12, "{z}: {sum}");
        }
    }

    #[test]
    fn levels_have_their_own_means() {
        let x: Vec<f64> = draws("x").iter().map(|u| (3.0 * u).floor()).collect();
        let y: Vec<f64> = x.iter().map(|x| [5.0, -1.0, 2.0][*x as usize]).collect();
        let column = column(&x);
        let fit = Regression::new(&[&column], &[&y]);
        for (row, expected) in y.iter().enumerate().take(50) {
            let (mut terms, mut means) = (Vec::new(), Vec::new());
            fit.at_row(row, &mut terms, &mut means);
            assert!((means[0] - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn two_inputs_have_their_product() {
        let scores: Vec<Column> = ["x", "y"].map(|name| column(&draws(name))).into();
        let z: Vec<f64> =
            scores[0].scores.iter().zip(&scores[1].scores).map(|(x, y)| x * y).collect();
        let fit = Regression::new(&[&scores[0], &scores[1]], &[&z]);
        assert!((fit.at(&[1.0, 2.0])[0] - 2.0).abs() < 1e-3);
    }
}
