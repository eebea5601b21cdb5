//! The maximum of a smooth function of a few variables: Newton's method on differences, Nelder and Mead's where it fails.
//!
//! Gradients are differences of the fourth order, Hessians of the second, with a step that suits functions and coordinates
//! of the order of 1 (J. Nocedal and S. Wright, Numerical Optimization, 2006, 3.5 and 8.1; J. A. Nelder and R. Mead,
//! Comput. J. 7 (1965) 308).

/// Step of the differences.
const STEP: f64 = 1e-3;
/// Newton's method ends where it moves less.
const CLOSE: f64 = 1e-9;
/// Most of Newton's steps.
const MOST_STEPS: usize = 60;
/// Halvings of a step that does not climb.
const MOST_HALVINGS: usize = 30;
/// Evaluations of a simplex, a variable.
const MOST_EVALUATIONS: usize = 400;
/// A gain of this is none: the rounding of a mean of logarithms.
const NOISE: f64 = 1e-13;

/// A point and the Hessian there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Maximum {
    /// Where it is.
    pub(super) at: Vec<f64>,
    /// The inverse of the Hessian of the function's negative.
    pub(super) inverse: Vec<Vec<f64>>,
}

type Function<'a> = &'a dyn Fn(&[f64]) -> f64;

/// The maximum near `start`; `None` where none is found.
pub(super) fn maximize(f: Function<'_>, start: &[f64]) -> Option<Maximum> {
    newton(f, start.to_vec()).or_else(|| newton(f, simplex(f, start)))
}

/// The inverse of the negative Hessian at a maximum that is known; `None` where it is none.
pub(super) fn information(f: Function<'_>, at: &[f64]) -> Option<Vec<Vec<f64>>> {
    inverse(&negative_hessian(f, at)?)
}

fn newton(f: Function<'_>, mut at: Vec<f64>) -> Option<Maximum> {
    let mut value = f(&at);
    if !value.is_finite() {
        return None;
    }
    for _ in 0..MOST_STEPS {
        let gradient = gradient(f, &at)?;
        let inverse = inverse(&negative_hessian(f, &at)?)?;
        let step: Vec<f64> = inverse.iter().map(|row| dot(row, &gradient)).collect();
        let length = step.iter().fold(0.0_f64, |most, part| most.max(part.abs()));
        // No parameter changes more than sevenfold at once.
        let mut factor = (2.0 / length).min(1.0);
        let mut next = moved(&at, &step, factor);
        let mut next_value = f(&next);
        if length < CLOSE {
            return Some(Maximum { at: if next_value >= value { next } else { at }, inverse });
        }
        let mut halvings = 0;
        while !(next_value.is_finite() && next_value >= value - NOISE * (1.0 + value.abs())) {
            halvings += 1;
            if halvings > MOST_HALVINGS {
                return None;
            }
            factor /= 2.0;
            next = moved(&at, &step, factor);
            next_value = f(&next);
        }
        (at, value) = (next, next_value);
    }
    None
}

fn moved(at: &[f64], step: &[f64], factor: f64) -> Vec<f64> {
    at.iter().zip(step).map(|(x, d)| x + factor * d).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn shifted(at: &[f64], shifts: &[(usize, f64)]) -> Vec<f64> {
    let mut out = at.to_vec();
    for &(variable, shift) in shifts {
        out[variable] += shift;
    }
    out
}

fn gradient(f: Function<'_>, at: &[f64]) -> Option<Vec<f64>> {
    let slope = |i: usize| {
        let value = |shift: f64| f(&shifted(at, &[(i, shift)]));
        let near = value(STEP) - value(-STEP);
        let far = value(2.0 * STEP) - value(-2.0 * STEP);
        (8.0 * near - far) / (12.0 * STEP)
    };
    let slopes: Vec<f64> = (0..at.len()).map(slope).collect();
    slopes.iter().all(|slope| slope.is_finite()).then_some(slopes)
}

fn negative_hessian(f: Function<'_>, at: &[f64]) -> Option<Vec<Vec<f64>>> {
    let n = at.len();
    let center = f(at);
    let curvature = |i: usize, j: usize| {
        let corner = |a: f64, b: f64| f(&shifted(at, &[(i, a * STEP), (j, b * STEP)]));
        let curvature = if i == j {
            // The fourth order, on which standard errors rest.
            let value = |a: f64| f(&shifted(at, &[(i, a * STEP)]));
            (16.0 * (value(1.0) + value(-1.0)) - (value(2.0) + value(-2.0)) - 30.0 * center) / 12.0
        } else {
            (corner(1.0, 1.0) - corner(1.0, -1.0) - corner(-1.0, 1.0) + corner(-1.0, -1.0)) / 4.0
        };
        -curvature / (STEP * STEP)
    };
    let lower: Vec<Vec<f64>> = (0..n).map(|i| (0..=i).map(|j| curvature(i, j)).collect()).collect();
    if lower.iter().flatten().any(|curvature| !curvature.is_finite()) {
        return None;
    }
    let whole = |i: usize| (0..n).map(|j| lower[i.max(j)][i.min(j)]).collect();
    Some((0..n).map(whole).collect())
}

/// The inverse of a symmetric matrix by Cholesky's decomposition; `None` if it is not positive definite.
fn inverse(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    /// A curvature of less is a ridge.
    const LEAST: f64 = 1e-9;
    let n = matrix.len();
    let mut root = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let rest = matrix[i][j] - dot(&root[i][..j], &root[j][..j]);
            root[i][j] = if i > j {
                rest / root[j][j]
            } else if rest > LEAST {
                libm::sqrt(rest)
            } else {
                return None;
            };
        }
    }
    let column = |k: usize| -> Vec<f64> {
        let mut x = vec![0.0; n];
        for i in 0..n {
            let unit = if i == k { 1.0 } else { 0.0 };
            x[i] = (unit - dot(&root[i][..i], &x[..i])) / root[i][i];
        }
        for i in (0..n).rev() {
            let above: f64 = (i + 1..n).map(|j| root[j][i] * x[j]).sum();
            x[i] = (x[i] - above) / root[i][i];
        }
        x
    };
    Some((0..n).map(column).collect())
}

/// Nelder and Mead's simplex, to a size from which Newton's method goes on.
fn simplex(f: Function<'_>, start: &[f64]) -> Vec<f64> {
    /// Edges at the beginning and at the end.
    const EDGES: (f64, f64) = (0.5, 1e-5);
    let n = start.len();
    let low = |at: &[f64]| {
        let value = f(at);
        if value.is_nan() { f64::INFINITY } else { -value }
    };
    let first =
        std::iter::once(start.to_vec()).chain((0..n).map(|i| shifted(start, &[(i, EDGES.0)])));
    let mut points: Vec<(f64, Vec<f64>)> = first.map(|at| (low(&at), at)).collect();
    for _ in 0..MOST_EVALUATIONS * n {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let size = (0..n).map(|i| (points[n].1[i] - points[0].1[i]).abs()).fold(0.0_f64, f64::max);
        if size < EDGES.1 {
            break;
        }
        let middle: Vec<f64> = (0..n)
            .map(|i| points[..n].iter().map(|(_, at)| at[i]).sum::<f64>() / n as f64)
            .collect();
        let towards = |factor: f64| -> (f64, Vec<f64>) {
            let worst = &points[n].1;
            let at: Vec<f64> =
                middle.iter().zip(worst).map(|(m, w)| m + factor * (m - w)).collect();
            (low(&at), at)
        };
        let reflected = towards(1.0);
        if reflected.0 < points[0].0 {
            let expanded = towards(2.0);
            points[n] = if expanded.0 < reflected.0 { expanded } else { reflected };
        } else if reflected.0 < points[n - 1].0 || (n == 1 && reflected.0 < points[n].0) {
            points[n] = reflected;
        } else {
            let contracted = towards(if reflected.0 < points[n].0 { 0.5 } else { -0.5 });
            if contracted.0 < points[n].0.min(reflected.0) {
                points[n] = contracted;
            } else {
                let best = points[0].1.clone();
                for (value, at) in &mut points[1..] {
                    *at = at.iter().zip(&best).map(|(x, b)| b + (x - b) / 2.0).collect();
                    *value = low(at);
                }
            }
        }
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points.swap_remove(0).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newton_finds_the_top_of_a_hill() {
        let f = |x: &[f64]| -(x[0] - 1.0) * (x[0] - 1.0) - 2.0 * (x[1] + x[0]) * (x[1] + x[0]);
        let maximum = maximize(&f, &[5.0, 5.0]).expect("a parabola has a top");
        assert!((maximum.at[0] - 1.0).abs() < 1e-9 && (maximum.at[1] + 1.0).abs() < 1e-9);
        // the inverse of [[6, 4], [4, 4]]
        for (found, expected) in maximum.inverse.concat().iter().zip([0.5, -0.5, -0.5, 0.75]) {
            assert!((found - expected).abs() < 1e-7, "{found} {expected}");
        }
    }

    #[test]
    fn the_simplex_crosses_rosenbrocks_valley() {
        let f = |x: &[f64]| {
            let bend = x[1] - x[0] * x[0];
            -100.0 * bend * bend - (1.0 - x[0]) * (1.0 - x[0])
        };
        let at = simplex(&f, &[-1.2, 1.0]);
        assert!((at[0] - 1.0).abs() < 1e-3 && (at[1] - 1.0).abs() < 1e-3, "{at:?}");
    }

    #[test]
    fn a_slope_without_end_has_no_maximum() {
        assert_eq!(maximize(&|x: &[f64]| -libm::exp(-x[0]), &[0.0]), None);
    }
}
