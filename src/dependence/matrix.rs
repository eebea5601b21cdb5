//! Correlation matrices: whether one is possible, the factor that makes normal numbers correlated, the nearest
//! possible one. Small and dense; everything happens once a model, never in the trial path.

/// A symmetric matrix with a unit diagonal, of order n ≥ 1.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrelationMatrix {
    order: usize,
    entries: Vec<f64>,
}

/// What rounding may take below zero.
const TOLERANCE: f64 = 1e-9;

impl CorrelationMatrix {
    /// Of independent numbers.
    pub fn identity(order: usize) -> CorrelationMatrix {
        let mut matrix = CorrelationMatrix { order, entries: vec![0.0; order * order] };
        for i in 0..order {
            matrix.entries[i * order + i] = 1.0;
        }
        matrix
    }

    /// How many numbers.
    pub fn order(&self) -> usize {
        self.order
    }

    /// The correlation of two of them.
    pub fn get(&self, i: usize, j: usize) -> f64 {
        self.entries[i * self.order + j]
    }

    /// Sets the correlation of two different ones, in [−1, 1].
    pub fn set(&mut self, i: usize, j: usize, value: f64) {
        self.entries[i * self.order + j] = value;
        self.entries[j * self.order + i] = value;
    }

    /// The same for a choice of them.
    pub fn part(&self, members: &[usize]) -> CorrelationMatrix {
        let mut part = CorrelationMatrix::identity(members.len());
        for (i, &a) in members.iter().enumerate() {
            for (j, &b) in members.iter().enumerate().take(i) {
                part.set(i, j, self.get(a, b));
            }
        }
        part
    }

    /// The lower triangular L with L Lᵀ = this, row by row; `None` where the matrix is not positive semidefinite.
    ///
    /// Cholesky's method. Rows have length 1, so that each normal number made by one is standard; where a pivot
    /// vanishes (a correlation of ±1) the column below it does.
    pub fn factor(&self) -> Option<Vec<Vec<f64>>> {
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(self.order);
        for i in 0..self.order {
            let mut row = vec![0.0; i + 1];
            for j in 0..i {
                let known: f64 = (0..j).map(|k| row[k] * rows[j][k]).sum();
                let (rest, pivot) = (self.get(i, j) - known, rows[j][j]);
                if pivot > 0.0 {
                    row[j] = rest / pivot;
                } else if rest.abs() > libm::sqrt(TOLERANCE) {
                    return None;
                }
            }
            let square = 1.0 - row.iter().map(|x| x * x).sum::<f64>();
            if square < -TOLERANCE {
                return None;
            }
            row[i] = if square > TOLERANCE { libm::sqrt(square) } else { 0.0 };
            let length = libm::sqrt(row.iter().map(|x| x * x).sum());
            row.iter_mut().for_each(|x| *x /= length);
            rows.push(row);
        }
        Some(rows)
    }

    /// Eigenvalues, and eigenvectors as columns: Jacobi's rotations, cyclic.
    fn eigen(&self) -> (Vec<f64>, Vec<f64>) {
        const SWEEPS: usize = 60;
        let n = self.order;
        let (mut a, mut vectors) = (self.entries.clone(), CorrelationMatrix::identity(n).entries);
        for _ in 0..SWEEPS {
            let off: f64 = (0..n)
                .flat_map(|i| (0..i).map(move |j| (i, j)))
                .map(|(i, j)| a[i * n + j] * a[i * n + j])
                .sum();
            if off < 1e-28 {
                break;
            }
            for p in 0..n {
                for q in p + 1..n {
                    let apq = a[p * n + q];
                    if apq == 0.0 {
                        continue;
                    }
                    let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
                    let t = theta.signum() / (theta.abs() + libm::sqrt(theta * theta + 1.0));
                    let c = 1.0 / libm::sqrt(t * t + 1.0);
                    let s = t * c;
                    for k in 0..n {
                        let (x, y) = (a[k * n + p], a[k * n + q]);
                        a[k * n + p] = c * x - s * y;
                        a[k * n + q] = s * x + c * y;
                    }
                    for k in 0..n {
                        let (x, y) = (a[p * n + k], a[q * n + k]);
                        a[p * n + k] = c * x - s * y;
                        a[q * n + k] = s * x + c * y;
                    }
                    for k in 0..n {
                        let (x, y) = (vectors[k * n + p], vectors[k * n + q]);
                        vectors[k * n + p] = c * x - s * y;
                        vectors[k * n + q] = s * x + c * y;
                    }
                }
            }
        }
        ((0..n).map(|i| a[i * n + i]).collect(), vectors)
    }

    /// Which of the numbers contradict one another: three that already do, where there are three, else those that
    /// weigh in the combination of negative variance.
    pub fn offenders(&self) -> Vec<usize> {
        let n = self.order;
        let mut worst = (-TOLERANCE, Vec::new());
        for i in 0..n {
            for j in 0..i {
                for k in 0..j {
                    let (a, b, c) = (self.get(i, j), self.get(i, k), self.get(j, k));
                    let determinant = 1.0 + 2.0 * a * b * c - a * a - b * b - c * c;
                    if determinant < worst.0 {
                        worst = (determinant, vec![k, j, i]);
                    }
                }
            }
        }
        if !worst.1.is_empty() {
            return worst.1;
        }
        let (values, vectors) = self.eigen();
        let Some(least) = (0..n).min_by(|&a, &b| values[a].total_cmp(&values[b])) else {
            return Vec::new();
        };
        let weight = |i: usize| vectors[i * n + least].abs();
        let largest = (0..n).map(weight).fold(0.0, f64::max);
        (0..n).filter(|&i| weight(i) > 0.1 * largest).collect()
    }

    /// The nearest matrix that is possible, in the Frobenius norm, its eigenvalues at least `least`.
    ///
    /// Alternating projections on the cone of such matrices and on those of unit diagonal, with Dykstra's
    /// correction: N. J. Higham, "Computing the nearest correlation matrix: a problem from finance", IMA Journal
    /// of Numerical Analysis 22 (2002).
    #[must_use]
    pub fn nearest(&self, least: f64) -> CorrelationMatrix {
        let n = self.order;
        let rounds = if n <= 30 { 200 } else { 20 };
        let mut y = self.clone();
        let mut correction = vec![0.0; n * n];
        for _ in 0..rounds {
            let r: Vec<f64> = y.entries.iter().zip(&correction).map(|(y, c)| y - c).collect();
            let (values, vectors) = CorrelationMatrix { order: n, entries: r.clone() }.eigen();
            let mut x = vec![0.0; n * n];
            for (k, &value) in values.iter().enumerate() {
                let value = value.max(least);
                for i in 0..n {
                    for j in 0..n {
                        x[i * n + j] += value * vectors[i * n + k] * vectors[j * n + k];
                    }
                }
            }
            correction = x.iter().zip(&r).map(|(x, r)| x - r).collect();
            let before = y.entries.clone();
            y.entries = x;
            for i in 0..n {
                y.entries[i * n + i] = 1.0;
            }
            let moved: f64 = before.iter().zip(&y.entries).map(|(a, b)| (a - b).abs()).sum();
            if moved < 1e-9 {
                break;
            }
        }
        y
    }

    /// This one and the identity, mixed: `share` of the latter.
    #[must_use]
    pub fn toward_identity(&self, share: f64) -> CorrelationMatrix {
        let mut mixed = CorrelationMatrix::identity(self.order);
        for i in 0..self.order {
            for j in 0..i {
                mixed.set(i, j, (1.0 - share) * self.get(i, j));
            }
        }
        mixed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(order: usize, pairs: &[(usize, usize, f64)]) -> CorrelationMatrix {
        let mut matrix = CorrelationMatrix::identity(order);
        pairs.iter().for_each(|&(i, j, value)| matrix.set(i, j, value));
        matrix
    }

    #[test]
    fn the_factor_gives_the_matrix_back() {
        let matrix = of(3, &[(0, 1, 0.5), (0, 2, -0.3), (1, 2, 0.4)]);
        let rows = matrix.factor().expect("positive definite");
        for i in 0..3 {
            for j in 0..=i {
                let product: f64 = (0..=j).map(|k| rows[i][k] * rows[j][k]).sum();
                assert!((product - matrix.get(i, j)).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn perfect_correlation_needs_no_second_number() {
        let rows = of(2, &[(0, 1, -1.0)]).factor().expect("semidefinite");
        assert_eq!(rows[1], [-1.0, 0.0]);
        let rows = of(3, &[(0, 1, 1.0), (0, 2, 0.6), (1, 2, 0.6)]).factor().expect("semidefinite");
        assert_eq!(rows[2], [0.6, 0.0, 0.8]);
        assert!(of(3, &[(0, 1, 1.0), (0, 2, 0.6), (1, 2, 0.5)]).factor().is_none());
    }

    #[test]
    fn contradictions_are_found_and_named() {
        let matrix = of(4, &[(0, 1, 0.9), (1, 2, 0.9), (0, 2, -0.9), (2, 3, 0.1)]);
        assert!(matrix.factor().is_none());
        assert_eq!(matrix.offenders(), [0, 1, 2]);
        // No three of these four contradict one another, all four do.
        let pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)].map(|(i, j)| (i, j, -0.4));
        let matrix = of(4, &pairs);
        assert!(matrix.factor().is_none());
        assert_eq!(matrix.offenders(), [0, 1, 2, 3]);
    }

    #[test]
    fn the_nearest_matrix_is_highams() {
        // His example, section 4: three numbers, 1 and 1 beside 0.
        let matrix = of(3, &[(0, 1, 1.0), (1, 2, 1.0)]);
        let nearest = matrix.nearest(0.0);
        assert!((nearest.get(0, 1) - 0.760_689_9).abs() < 1e-6, "{}", nearest.get(0, 1));
        assert!((nearest.get(0, 2) - 0.157_298_3).abs() < 1e-6, "{}", nearest.get(0, 2));
        assert!(nearest.factor().is_some());
    }
}
