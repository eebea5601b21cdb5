//! Moments of a law that has no closed ones, by integrating its quantile function.
//!
//! E[f(X)] = ∫₀¹ f(Q(u)) du, in pieces by the double exponential rule of Takahasi and Mori (1974), which lets the
//! integrand grow at the ends. About 10⁻¹² where Q is smooth inside the pieces,
//! 10⁻⁶ where it has a kink (trapezoidal).

use super::Distribution;

/// Nodes run over ±RANGE: the outermost stands at a probability of 10⁻⁴⁵.
const RANGE: f64 = 4.2;
/// Their distance.
const STEP: f64 = 1.0 / 16.0;

/// Mean and standard deviation of `d`. The quantile function may have a kink at `kink`.
pub(super) fn moments(d: &Distribution, kink: Option<f64>) -> (f64, f64) {
    let (below, above) = kink.map_or((0.5, 0.5), |x| (d.cdf(x), d.sf(x)));
    let lower_cut = (below < 0.5).then_some(below);
    let upper_cut = (above < 0.5).then_some(above);
    let expectation = |f: &dyn Fn(f64) -> f64| {
        half(&|u| f(d.quantile(u)), lower_cut) + half(&|q| f(d.quantile_upper(q)), upper_cut)
    };
    let mean = expectation(&|x| x);
    let variance = expectation(&|x| (x - mean) * (x - mean));
    (mean, libm::sqrt(variance))
}

/// ∫ of f over (0, ½), in two pieces if there is a cut.
fn half(f: &dyn Fn(f64) -> f64, cut: Option<f64>) -> f64 {
    match cut {
        Some(cut) if cut > 0.0 => piece(f, 0.0, cut) + piece(f, cut, 0.5),
        _ => piece(f, 0.0, 0.5),
    }
}

fn piece(f: &dyn Fn(f64) -> f64, a: f64, b: f64) -> f64 {
    let mut sum = 0.0;
    let mut t = -RANGE;
    while t <= RANGE {
        let arm = std::f64::consts::PI * libm::sinh(t);
        // share = 1 / (1 + e^-arm), its derivative by t
        let share = 1.0 / (1.0 + libm::exp(-arm));
        let weight = share * (1.0 / (1.0 + libm::exp(arm))) * std::f64::consts::PI * libm::cosh(t);
        if weight > 0.0 {
            sum += weight * f(a + (b - a) * share);
        }
        t += STEP;
    }
    sum * STEP * (b - a)
}
