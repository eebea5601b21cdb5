//! A bracketing root finder for functions that cost a run a value.
//!
//! ITP: a step of the secant, truncated towards the middle and projected onto what keeps the worst case of
//! bisection (I. F. D. Oliveira, R. H. C. Takahashi, "An enhancement of the bisection method average performance
//! preserving minmax optimality", ACM Transactions on Mathematical Software 47, 2020), with κ₁ = 0.2 / (b − a),
//! κ₂ = 2 and n₀ = 1 as its authors propose. Where an end is not finite it bisects.

/// Finds where a function that has opposite signs at both ends of a bracket crosses 0, to `tolerance` on either
/// side. Gives `None` where the function does. A value of 0 counts as positive.
pub(super) fn root(
    mut bracket: [(f64, f64); 2],
    tolerance: f64,
    mut f: impl FnMut(f64) -> Option<f64>,
) -> Option<f64> {
    let [(a, fa), (b, fb)] = bracket;
    debug_assert!((fa < 0.0) != (fb < 0.0), "opposite signs");
    let width = b - a;
    let kappa = 0.2 / width;
    let halvings = libm::log2((width / (2.0 * tolerance)).max(1.0)).ceil() as i32 + 1;
    for step in 0..=halvings {
        let [(a, fa), (b, fb)] = bracket;
        if b - a <= 2.0 * tolerance {
            break;
        }
        let x = next([(a, fa), (b, fb)], kappa, tolerance * libm::exp2(f64::from(halvings - step)));
        let fx = f(x)?;
        if (fx < 0.0) == (fa < 0.0) {
            bracket[0] = (x, fx);
        } else {
            bracket[1] = (x, fx);
        }
    }
    let [(a, fa), (b, fb)] = bracket;
    // Inside what is left, a straight line.
    let x = (fb * a - fa * b) / (fb - fa);
    Some(if x.is_finite() { x.clamp(a, b) } else { a + (b - a) / 2.0 })
}

/// The next point: interpolated, truncated, projected.
fn next([(a, fa), (b, fb)]: [(f64, f64); 2], kappa: f64, reach: f64) -> f64 {
    let middle = a + (b - a) / 2.0;
    let secant = (fb * a - fa * b) / (fb - fa);
    if !secant.is_finite() {
        return middle;
    }
    let radius = (reach - (b - a) / 2.0).max(0.0);
    let truncation = kappa * (b - a) * (b - a);
    let sign = if middle >= secant { 1.0 } else { -1.0 };
    let truncated =
        if truncation <= (middle - secant).abs() { secant + sign * truncation } else { middle };
    if (truncated - middle).abs() <= radius { truncated } else { middle - sign * radius }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(a: f64, b: f64, expected: f64, most: usize, f: impl Fn(f64) -> f64) {
        let mut count = 0;
        let found = root([(a, f(a)), (b, f(b))], 1e-9, |x| {
            count += 1;
            Some(f(x))
        });
        let found = found.expect("a root");
        assert!((found - expected).abs() < 3e-9, "{found}");
        assert!(count <= most, "{count}");
    }

    #[test]
    fn finds_roots_in_few_steps() {
        check(0.0, 2.0, 2_f64.sqrt(), 10, |x| x * x - 2.0);
        check(-1.0, 3.0, 1.0, 34, |x| (x - 1.0) * (x - 1.0) * (x - 1.0));
        check(0.0, 1.0, 0.3, 34, |x| if x < 0.3 { -1.0 } else { 1.0 });
        check(0.0, 1.0, 0.3, 34, |x| if x < 0.3 { -0.5 } else { f64::INFINITY });
        check(0.0, 1.0, 0.7, 34, |x| 0.7 - x);
    }

    #[test]
    fn gives_up_where_there_is_no_value() {
        assert_eq!(root([(0.0, -1.0), (1.0, 1.0)], 1e-6, |_| None), None);
    }
}
