//! Quantiles of families whose shape differs from lane to lane: incomplete gamma and beta functions inverted for
//! columns.
//!
//! A column is worked on [`WIDTH`] lanes at a time by loops that the compiler vectorizes. An iteration goes on until the
//! slowest lane has settled; a lane that has settled is left alone, so that its bits never depend on its neighbours, and
//! a single number ([`one`]) has those of a column. Lanes that are out of the ordinary (shapes below 0.05 or above 10⁶,
//! an iteration that does not settle) are left to the scalar functions of [`special`](super::special), which cover
//! every shape.
//!
//! Stated errors are relative, of the smaller of the two tails: 10⁻¹².

mod beta;
mod count;
mod gamma;
mod inverse_gaussian;
mod normal;

pub use beta::{Beta, StudentT};
pub use count::{Binomial, NegativeBinomial, Poisson};
pub use gamma::Gamma;
pub use inverse_gaussian::InverseGaussian;
pub use normal::Normal;

use super::elementary::exp_of_parts;

pub(crate) use super::elementary::ln;

/// Lanes that are worked on together.
pub const WIDTH: usize = 16;

/// Shapes that the loops over lanes cover.
const ORDINARY: std::ops::RangeInclusive<f64> = 0.05..=1e6;

/// Steps of an iteration before a lane is left to the scalar function.
const MOST_STEPS: usize = 12;

/// A standard law of at most two parameters, as a type: its quantile over lanes is compiled for each width.
pub trait Quantile: Copy {
    /// The quantile of u in (0, 1) for the parameters `a` and `b` (unused where there is one). NaN where a parameter is
    /// NaN or impossible.
    fn fill<const W: usize>(a: &[f64; W], b: &[f64; W], u: &[f64; W], out: &mut [f64; W]);
}

/// A law of which both tails are known over lanes too: what windows and mixtures are made of.
pub trait Law: Quantile {
    /// P(X ≤ x), P(X > x) and the density. `rest` is 1 − x, for laws between 0 and 1.
    fn tails<const W: usize>(
        a: &[f64; W],
        b: &[f64; W],
        x: &[f64; W],
        rest: &[f64; W],
    ) -> [[f64; W]; 3];

    /// The x with these tails, which add up to 1, by the smaller; and 1 − x, for laws between 0 and 1.
    fn inverse<const W: usize>(
        a: &[f64; W],
        b: &[f64; W],
        lower: &[f64; W],
        upper: &[f64; W],
    ) -> [[f64; W]; 2];
}

/// 1 − u
#[inline(always)]
fn complement<const W: usize>(u: &[f64; W]) -> [f64; W] {
    let mut upper = [0.0; W];
    for i in 0..W {
        upper[i] = 1.0 - u[i];
    }
    upper
}

/// The quantile of one number.
#[inline(never)]
pub fn one<Q: Quantile>(a: f64, b: f64, u: f64) -> f64 {
    let mut out = [0.0];
    Q::fill(&[a], &[b], &[u], &mut out);
    out[0]
}

/// The quantiles of columns of one length.
///
/// # Panics
/// Where the lengths differ.
#[inline(always)]
pub fn fill<Q: Quantile>(a: &[f64], b: &[f64], u: &[f64], out: &mut [f64]) {
    assert!(a.len() == u.len() && b.len() == u.len() && out.len() == u.len(), "one length");
    let columns = (a.as_chunks::<WIDTH>(), b.as_chunks::<WIDTH>(), u.as_chunks::<WIDTH>());
    let (out, out_rest) = out.as_chunks_mut::<WIDTH>();
    let ((a, a_rest), (b, b_rest), (u, u_rest)) = columns;
    for (((a, b), u), out) in a.iter().zip(b).zip(u).zip(out) {
        Q::fill(a, b, u, out);
    }
    for (((a, b), u), out) in a_rest.iter().zip(b_rest).zip(u_rest).zip(out_rest) {
        *out = one::<Q>(*a, *b, *u);
    }
}

/// A distribution function below and above some places, with the density's weight there.
struct Tails<const W: usize> {
    lower: [f64; W],
    upper: [f64; W],
    /// What the density is in the logarithm or the log odds of the place: see the law's `weight`.
    weight: [f64; W],
}

impl<const W: usize> Tails<W> {
    #[inline(always)]
    fn unknown() -> Tails<W> {
        Tails { lower: [0.0; W], upper: [0.0; W], weight: [0.0; W] }
    }
}

/// √(2π).
const SQRT_2PI: f64 = super::special::SQRT_2PI;
/// ½ ln 2π.
const HALF_LN_2PI: f64 = 0.918_938_533_204_672_7;

/// Whether some lane goes on.
#[inline(always)]
pub(crate) fn any(lanes: &[bool]) -> bool {
    lanes.iter().fold(false, |any, &lane| any | lane)
}

/// e^x, 0 far below and huge far above.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    let x = if x < -745.0 { -745.0 } else { x };
    let x = if x > 709.0 { 709.0 } else { x };
    exp_of_parts(x, x, 0.0)
}

/// ln(1 + t): what the sum has lost to rounding is put right by a factor (W. Kahan).
#[inline(always)]
pub(crate) fn ln_1p(t: f64) -> f64 {
    let sum = 1.0 + t;
    let kept = sum - 1.0;
    let value = ln(sum) * (t / kept);
    if kept == 0.0 { t } else { value }
}

/// e^x − 1, likewise.
#[inline(always)]
pub(crate) fn exp_m1(x: f64) -> f64 {
    let power = exp(x);
    let value = (power - 1.0) * (x / ln(power));
    let value = if power == 1.0 { x } else { value };
    if x < -40.0 { -1.0 } else { value }
}

/// ln(1 + t) − t for |t| ≤ ¼, without cancellation: with r = t / (2 + t) it is 2 artanh r − t and t − 2r = r t.
#[inline(always)]
fn log1p_minus(t: f64) -> f64 {
    let r = t / (2.0 + t);
    let square = r * r;
    let mut sum = 1.0 / 21.0;
    for k in [19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0] {
        sum = sum * square + 1.0 / k;
    }
    r * (2.0 * square * sum - t)
}

/// a ln(value / a) − shift, where value = a + shift.
#[inline(always)]
fn deviance(a: f64, shift: f64, value: f64) -> f64 {
    let t = shift / a;
    let is_near = t.abs() < 0.25;
    let near = a * log1p_minus(if is_near { t } else { 0.0 });
    let far = a * ln(value / a) - shift;
    if is_near { near } else { far }
}

/// ln Γ(a) − ((a − ½) ln a − a + ½ ln 2π) for a ≥ 10 (DLMF 5.11.1).
#[inline(always)]
fn stirling_series(a: f64) -> f64 {
    let inverse = 1.0 / a;
    let square = inverse * inverse;
    let mut sum = super::special_gamma::STIRLING[8];
    for k in (0..8).rev() {
        sum = sum * square + super::special_gamma::STIRLING[k];
    }
    sum * inverse
}

/// The same for a > 0.04, absolute error a few 10⁻¹⁵: small arguments are shifted up by ten.
#[inline(always)]
fn stirling_error(a: f64) -> f64 {
    let is_large = a >= 10.0;
    let shifted = if is_large { a } else { a + 10.0 };
    let series = stirling_series(shifted);
    let mut product = a;
    for k in 1..10 {
        product *= a + f64::from(k);
    }
    let product = if is_large { 1.0 } else { product };
    // ln Γ(a) by way of the shifted argument, less the leading terms at a
    let leading = |a: f64| (a - 0.5) * ln(a) - a;
    let rest = leading(shifted) - ln(product) - leading(a);
    if is_large { series } else { series + rest }
}

/// ln Γ(1 + a) for 0 < a ≤ 1, of full relative accuracy as a tends to 0 (DLMF 5.7.3, about the nearer whole number).
#[inline(always)]
fn ln_gamma_1p(a: f64) -> f64 {
    let is_far = a > 0.5;
    let b = if is_far { a - 1.0 } else { a };
    let mut sum = 0.0;
    for k in (0..27).rev() {
        sum = sum * -b + super::special_gamma::ZETA_MINUS_1[k] / (k as f64 + 2.0);
    }
    let smooth = b * super::special_gamma::ONE_MINUS_EULER + b * b * sum;
    // ln Γ(2 + b) has no pole's logarithm
    if is_far { smooth } else { smooth - ln_1p(b) }
}

/// ln Γ(1 + a) for a ≥ 0.05.
#[inline(always)]
fn ln_gamma_of_next(a: f64, small: f64, stirling: f64) -> f64 {
    let large = (a + 0.5) * ln(a) - a + HALF_LN_2PI + stirling;
    if a <= 1.0 { small } else { large }
}

/// Roughly (to 5e-4) the standard normal number with this upper tail ≤ ½ (Abramowitz & Stegun 26.2.23), from its
/// logarithm.
#[inline(always)]
fn rough_normal(ln_tail: f64) -> f64 {
    let t = (-2.0 * ln_tail).sqrt();
    let numerator = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let denominator = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    t - numerator / denominator
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::simd::{Kernel, Path, SimdPath};
    use crate::math::special::{
        beta_density, beta_inverse, gamma_density, gamma_p_inverse, gamma_q_inverse,
    };

    pub(super) const N: usize = 4096;

    struct Fill<'a, Q>(Q, [&'a [f64; N]; 3]);

    impl<Q: Quantile> Kernel for Fill<'_, Q> {
        type Output = Vec<u64>;

        #[inline(always)]
        fn run<P: Path>(self, _: P) -> Vec<u64> {
            let mut found = vec![0.0; N];
            let [a, b, u] = self.1;
            fill::<Q>(a, b, u, &mut found);
            found.into_iter().map(f64::to_bits).collect()
        }
    }

    /// Shapes from `low` to `high` evenly in their logarithm, and uniform numbers with many in both tails.
    pub(super) fn arguments(low: f64, high: f64) -> [[f64; N]; 3] {
        use crate::math::tests::spread;
        let shape = |axis: usize| {
            std::array::from_fn(|i| {
                libm::exp(libm::log(low) + libm::log(high / low) * spread(axis, i as u64))
            })
        };
        let u = std::array::from_fn(|i| {
            let v = spread(2, i as u64);
            match i % 4 {
                0 => libm::exp2(-53.0 * v),
                1 => 1.0 - libm::exp2((-53.0 * v).floor()),
                _ => v,
            }
        });
        [shape(0), shape(1), u]
    }

    pub(super) fn on_every_path<Q: Quantile>(law: Q, [a, b, u]: &[[f64; N]; 3]) -> Vec<f64> {
        let alone: Vec<u64> = (0..N).map(|i| one::<Q>(a[i], b[i], u[i]).to_bits()).collect();
        for path in SimdPath::available() {
            assert!(path.run(Fill(law, [a, b, u])) == alone, "{path}");
        }
        alone.into_iter().map(f64::from_bits).collect()
    }

    /// What an error of x means for the probability of the nearer tail, and what of it the last digits of x excuse.
    #[track_caller]
    fn check(what: &str, u: f64, x: f64, expected: f64, density: f64) {
        let tail = u.min(1.0 - u);
        let error = (x - expected).abs() * density / tail;
        let allowed = 1e-12 + 8.0 * f64::EPSILON * expected.abs() * density / tail;
        assert!(
            error < allowed || x == expected,
            "{what}, u = {u:e}: {x:e} for {expected:e}, {error:e}"
        );
    }

    #[test]
    fn gamma_quantiles_are_those_of_the_scalar_function() {
        for (low, high) in [(0.05, 3.0), (0.5, 100.0), (1e-3, 1e8)] {
            let arguments = arguments(low, high);
            let [a, _, u] = &arguments;
            for (i, x) in on_every_path(Gamma, &arguments).into_iter().enumerate() {
                let (a, u) = (a[i], u[i]);
                let expected =
                    if u <= 0.5 { gamma_p_inverse(a, u) } else { gamma_q_inverse(a, 1.0 - u) };
                check(&format!("gamma({a})"), u, x, expected, gamma_density(a, expected));
            }
        }
    }

    #[test]
    fn beta_quantiles_are_those_of_the_scalar_function() {
        for (low, high) in [(0.05, 3.0), (0.5, 100.0), (1e-3, 1e8)] {
            let arguments = arguments(low, high);
            let [a, b, u] = &arguments;
            for (i, x) in on_every_path(Beta, &arguments).into_iter().enumerate() {
                let (a, b, u) = (a[i], b[i], u[i]);
                let (near, far) = beta_inverse(a, b, u, 1.0 - u);
                let expected = if near > 0.5 { -far } else { near };
                let density = beta_density(a, b, near, far);
                check(&format!("beta({a}, {b})"), u, x, expected, density);
            }
        }
    }

    #[test]
    fn student_quantiles_are_those_of_the_scalar_function() {
        for (low, high) in [(0.2, 3.0), (2.0, 100.0), (1e-2, 1e7)] {
            let arguments = arguments(low, high);
            let [df, _, u] = &arguments;
            for (i, t) in on_every_path(StudentT, &arguments).into_iter().enumerate() {
                let (df, u) = (df[i], u[i]);
                let tail = u.min(1.0 - u);
                let (below, above) = beta_inverse(0.5 * df, 0.5, 2.0 * tail, 1.0 - 2.0 * tail);
                let size = libm::sqrt(df) * (libm::sqrt(above) / libm::sqrt(below));
                let expected = if u <= 0.5 { -size } else { size };
                // of the tail by t
                let density = beta_density(0.5 * df, 0.5, below, above) * below * above / size;
                check(&format!("student_t({df})"), u, t, expected, density);
            }
        }
    }

    /// The distribution function reaches u at k and not before, in the nearer tail.
    fn check_counts(
        what: &str,
        k: f64,
        u: f64,
        lower: impl Fn(f64) -> f64,
        upper: impl Fn(f64) -> f64,
    ) {
        let allowed = 1e-12 * u.min(1.0 - u);
        let (q, below) = (1.0 - u, k - 1.0);
        let (is_reached, is_first) = if u <= 0.5 {
            (lower(k) >= u - allowed, k == 0.0 || lower(below) < u + allowed)
        } else {
            (upper(k) <= q + allowed, k == 0.0 || upper(below) > q - allowed)
        };
        assert!(k >= 0.0 && is_reached && is_first, "{what}, u = {u:e}: {k}");
    }

    #[test]
    fn counts_are_where_the_distribution_function_reaches_u() {
        use crate::math::special::{beta_lower, beta_upper, gamma_p, gamma_q};
        for (low, high) in [(1e-3, 10.0), (5.0, 400.0), (100.0, 1e7)] {
            let [mean, other, u] = arguments(low, high);
            let found = on_every_path(Poisson, &[mean, other, u]);
            for (i, k) in found.into_iter().enumerate() {
                let mean = mean[i];
                let upper = |k: f64| gamma_p(k + 1.0, mean);
                let lower = |k: f64| gamma_q(k + 1.0, mean);
                check_counts(&format!("poisson({mean})"), k, u[i], lower, upper);
            }
            let n: [f64; N] = std::array::from_fn(|i| libm::ceil(other[i]));
            let p: [f64; N] =
                std::array::from_fn(|i| crate::math::tests::spread(1, 3 * i as u64 + 1));
            let found = on_every_path(Binomial, &[n, p, u]);
            for (i, k) in found.into_iter().enumerate() {
                let (n, p) = (n[i], p[i]);
                let upper =
                    |k: f64| if k >= n { 0.0 } else { beta_lower(k + 1.0, n - k, p, 1.0 - p) };
                let lower =
                    |k: f64| if k >= n { 1.0 } else { beta_upper(k + 1.0, n - k, p, 1.0 - p) };
                check_counts(&format!("binomial({n}, {p})"), k, u[i], lower, upper);
            }
            let found = on_every_path(NegativeBinomial, &[mean, p, u]);
            for (i, k) in found.into_iter().enumerate() {
                let (r, p) = (mean[i], p[i]);
                let lower = |k: f64| beta_lower(r, k + 1.0, p, 1.0 - p);
                let upper = |k: f64| beta_upper(r, k + 1.0, p, 1.0 - p);
                check_counts(&format!("negative_binomial({r}, {p})"), k, u[i], lower, upper);
            }
        }
    }

    #[test]
    fn impossible_parameters_have_no_quantile_and_certain_counts_are_known() {
        for a in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(one::<Gamma>(a, 0.0, 0.3).is_nan(), "gamma({a})");
            assert!(one::<Beta>(a, 2.0, 0.3).is_nan() && one::<Beta>(2.0, a, 0.3).is_nan());
            assert!(one::<StudentT>(a, 0.0, 0.3).is_nan(), "student_t({a})");
            assert!(one::<InverseGaussian>(a, 0.0, 0.3).is_nan(), "inverse_gaussian({a})");
            assert!(one::<NegativeBinomial>(a, 0.5, 0.3).is_nan(), "negative_binomial({a})");
        }
        for a in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(one::<Poisson>(a, 0.0, 0.3).is_nan(), "poisson({a})");
            assert!(one::<Binomial>(a, 0.5, 0.3).is_nan(), "binomial({a})");
        }
        assert!(one::<Binomial>(2.5, 0.5, 0.3).is_nan() && one::<Binomial>(2.0, 1.5, 0.3).is_nan());
        assert_eq!(one::<Poisson>(0.0, 0.0, 0.3), 0.0);
        assert_eq!(one::<Binomial>(7.0, 1.0, 0.3), 7.0);
        assert_eq!(one::<Binomial>(0.0, 0.4, 0.3), 0.0);
        assert_eq!(one::<NegativeBinomial>(3.0, 1.0, 0.3), 0.0);
        assert!(one::<NegativeBinomial>(3.0, 0.0, 0.3).is_nan());
    }
}
