//! Counts: Poisson, binomial, negative binomial.
//!
//! The search starts at 0 where the mean is small and u not far out in the upper tail; else at a place guessed by the
//! expansion of Cornish and Fisher (1938), where the distribution function is an incomplete gamma or beta function. From
//! there on the probabilities of neighbours are added or taken away.

use super::{ORDINARY, Quantile, Tails, any, beta, exp, exp_m1, gamma, ln, ln_1p, rough_normal};
use crate::math::special::{beta_lower, beta_upper, gamma_p, gamma_q};
use crate::math::whole::first_whole;

/// Mean `a`.
#[derive(Debug, Clone, Copy)]
pub struct Poisson;

/// `a` attempts, each with probability `b`.
#[derive(Debug, Clone, Copy)]
pub struct Binomial;

/// Failures before success number `a`, each attempt with probability `b`.
#[derive(Debug, Clone, Copy)]
pub struct NegativeBinomial;

/// Steps of the search before a lane is left to the scalar functions.
const MOST_STEPS: usize = 64;
/// Up to this mean the search starts at 0,
const SMALL_MEAN: f64 = 8.0;
/// but for upper tails below this, of which taking away would lose digits.
const SMALL_TAIL: f64 = 1e-3;
/// Largest ratio of a tail at the start to the one that is looked for, where taking away leads from one to the other.
const MOST_TAKEN: f64 = 1e3;

/// The laws, in what a search asks of them.
trait Count {
    /// Whether there is something to search for; else [`Count::plain`] is the answer.
    fn is_random(a: f64, b: f64) -> bool;
    /// The only value, or NaN.
    fn plain(a: f64, b: f64) -> f64;
    /// Whether the functions over lanes cover these parameters.
    fn is_ordinary(a: f64, b: f64) -> bool;
    /// Mean, standard deviation and skewness.
    fn moments(a: f64, b: f64) -> (f64, f64, f64);
    /// The largest count at which [`Count::tails`] can be asked.
    fn top(a: f64, b: f64) -> f64;
    /// ln P(0).
    fn ln_none(a: f64, b: f64) -> f64;
    /// P(k + 1) / P(k).
    fn ratio(a: f64, b: f64, k: f64) -> f64;
    /// P(K ≤ k), P(K > k) and P(k), for the lanes that are asked for.
    fn tails<const W: usize>(
        a: &[f64; W],
        b: &[f64; W],
        k: &[f64; W],
        is_asked: &[bool; W],
    ) -> ([f64; W], [f64; W], [f64; W]);
    /// The answer for one lane, whatever the parameters.
    fn alone(a: f64, b: f64, u: f64) -> f64;
}

#[inline(always)]
fn quantile<C: Count, const W: usize>(
    a: &[f64; W],
    b: &[f64; W],
    u: &[f64; W],
    out: &mut [f64; W],
) {
    let (mut k, mut target) = ([0.0; W], [0.5; W]);
    let (mut tail, mut chance) = ([0.0; W], [0.0; W]);
    let (mut is_lower, mut is_known, mut goes_on) = ([true; W], [false; W], [false; W]);
    let mut is_guessed = [false; W];
    // parameters with which the loops do no harm where the lane's own are not for them
    let (mut p, mut r) = ([0.0; W], [0.0; W]);
    for i in 0..W {
        let is_inside = (u[i] > 0.0) & (u[i] < 1.0);
        is_known[i] = !C::is_random(a[i], b[i]);
        goes_on[i] = !is_known[i] & is_inside & C::is_ordinary(a[i], b[i]);
        (p[i], r[i]) = if goes_on[i] { (a[i], b[i]) } else { (1.0, 0.5) };
        is_lower[i] = u[i] <= 0.5;
        target[i] = if is_lower[i] { u[i] } else { 1.0 - u[i] };
        let (mean, sd, skewness) = C::moments(p[i], r[i]);
        let is_far = !is_lower[i] & (target[i] < SMALL_TAIL);
        is_guessed[i] = goes_on[i] & ((mean > SMALL_MEAN) | is_far);
        let z = rough_normal(ln(if goes_on[i] { target[i] } else { 0.5 }));
        let z = if is_lower[i] { -z } else { z };
        let guess = (mean + sd * (z + (z * z - 1.0) * skewness * (1.0 / 6.0))).floor();
        let guess = if guess < 0.0 { 0.0 } else { guess };
        let top = C::top(p[i], r[i]);
        let guess = if guess > top { top } else { guess };
        k[i] = if is_guessed[i] { guess } else { 0.0 };
        let none = C::ln_none(p[i], r[i]);
        chance[i] = exp(none);
        tail[i] = if is_lower[i] { chance[i] } else { -exp_m1(none) };
    }
    if any(&is_guessed) {
        let (lower, upper, at) = C::tails(&p, &r, &k, &is_guessed);
        for i in 0..W {
            let found = if is_lower[i] { lower[i] } else { upper[i] };
            tail[i] = if is_guessed[i] { found } else { tail[i] };
            chance[i] = if is_guessed[i] { at[i] } else { chance[i] };
        }
    }
    let mut is_ordinary = goes_on;
    let mut goes_up = [false; W];
    for i in 0..W {
        goes_up[i] = if is_lower[i] { tail[i] < target[i] } else { tail[i] > target[i] };
        // NaN is refused too
        is_ordinary[i] &= !is_guessed[i] | (tail[i] < MOST_TAKEN * target[i]);
        goes_on[i] &= is_ordinary[i];
    }
    for _ in 0..MOST_STEPS {
        if !any(&goes_on) {
            break;
        }
        for i in 0..W {
            let up = chance[i] * C::ratio(p[i], r[i], k[i]);
            let down = chance[i] / C::ratio(p[i], r[i], k[i] - 1.0);
            // what the lower tail gains
            let gain = if goes_up[i] { up } else { -chance[i] };
            let next = tail[i] + if is_lower[i] { gain } else { -gain };
            let is_reached = if is_lower[i] { next >= target[i] } else { next <= target[i] };
            let moves = goes_on[i] & (goes_up[i] | (is_reached & (k[i] > 0.0)));
            let neighbor = if goes_up[i] { k[i] + 1.0 } else { k[i] - 1.0 };
            k[i] = if moves { neighbor } else { k[i] };
            tail[i] = if moves { next } else { tail[i] };
            chance[i] = if moves { if goes_up[i] { up } else { down } } else { chance[i] };
            goes_on[i] &= if goes_up[i] { !is_reached } else { moves };
        }
    }
    for i in 0..W {
        let is_found = is_ordinary[i] & !goes_on[i];
        let known = C::plain(a[i], b[i]);
        let known = if u[i].is_nan() { u[i] } else { known };
        out[i] = if is_found {
            k[i]
        } else if is_known[i] {
            known
        } else {
            C::alone(a[i], b[i], u[i])
        };
    }
}

/// The beta law's tails at p, its shapes by lane.
#[inline(always)]
fn beta_tails<const W: usize>(
    shapes: impl Fn(usize) -> (f64, f64),
    p: &[f64; W],
    is_asked: &[bool; W],
) -> Tails<W> {
    let (mut all, mut q) = ([beta::Shapes::PLAIN; W], [0.5; W]);
    for i in 0..W {
        let (a, b) = shapes(i);
        all[i] = beta::Shapes::new(a, b);
        q[i] = 1.0 - p[i];
    }
    beta::tails(&all, p, &q, is_asked)
}

/// The scalar search from both tails.
fn search(
    (guess, top): (f64, f64),
    u: f64,
    lower: impl Fn(f64) -> f64,
    upper: impl Fn(f64) -> f64,
) -> f64 {
    if u.is_nan() {
        u
    } else if u <= 0.5 {
        first_whole(guess, (0.0, top), |k| lower(k) >= u)
    } else {
        first_whole(guess, (0.0, top), |k| upper(k) <= 1.0 - u)
    }
}

impl Count for Poisson {
    #[inline(always)]
    fn is_random(mean: f64, _: f64) -> bool {
        (mean > 0.0) & (mean < f64::INFINITY)
    }
    #[inline(always)]
    fn plain(mean: f64, _: f64) -> f64 {
        if mean == 0.0 { 0.0 } else { f64::NAN }
    }
    #[inline(always)]
    fn is_ordinary(mean: f64, _: f64) -> bool {
        mean <= *ORDINARY.end()
    }
    #[inline(always)]
    fn moments(mean: f64, _: f64) -> (f64, f64, f64) {
        let sd = mean.sqrt();
        (mean, sd, 1.0 / sd)
    }
    #[inline(always)]
    fn top(_: f64, _: f64) -> f64 {
        f64::INFINITY
    }
    #[inline(always)]
    fn ln_none(mean: f64, _: f64) -> f64 {
        -mean
    }
    #[inline(always)]
    fn ratio(mean: f64, _: f64, k: f64) -> f64 {
        mean / (k + 1.0)
    }
    /// P(K > k) = P(k + 1, mean), whose weight is P(k + 1).
    #[inline(always)]
    fn tails<const W: usize>(
        mean: &[f64; W],
        _: &[f64; W],
        k: &[f64; W],
        is_asked: &[bool; W],
    ) -> ([f64; W], [f64; W], [f64; W]) {
        let mut shape = [gamma::Shape::PLAIN; W];
        for i in 0..W {
            shape[i] = gamma::Shape::new(k[i] + 1.0);
        }
        let found = gamma::tails(&shape, mean, is_asked);
        let mut chance = [0.0; W];
        for i in 0..W {
            chance[i] = found.weight[i] * ((k[i] + 1.0) / mean[i]);
        }
        (found.upper, found.lower, chance)
    }
    #[cold]
    #[inline(never)]
    fn alone(mean: f64, _: f64, u: f64) -> f64 {
        let lower = |k: f64| gamma_q(k + 1.0, mean);
        search((mean, f64::INFINITY), u, lower, |k| gamma_p(k + 1.0, mean))
    }
}

impl Count for Binomial {
    #[inline(always)]
    fn is_random(n: f64, p: f64) -> bool {
        (n > 0.0) & (n < f64::INFINITY) & (n == n.floor()) & (p > 0.0) & (p < 1.0)
    }
    #[inline(always)]
    fn plain(n: f64, p: f64) -> f64 {
        let is_possible = (0.0..f64::INFINITY).contains(&n) & (n == n.floor());
        if is_possible & (0.0..=1.0).contains(&p) { n * p } else { f64::NAN }
    }
    #[inline(always)]
    fn is_ordinary(n: f64, _: f64) -> bool {
        n <= *ORDINARY.end()
    }
    #[inline(always)]
    fn moments(n: f64, p: f64) -> (f64, f64, f64) {
        let sd = (n * p * (1.0 - p)).sqrt();
        (n * p, sd, (1.0 - 2.0 * p) / sd)
    }
    #[inline(always)]
    fn top(n: f64, _: f64) -> f64 {
        n - 1.0
    }
    #[inline(always)]
    fn ln_none(n: f64, p: f64) -> f64 {
        n * ln_1p(-p)
    }
    #[inline(always)]
    fn ratio(n: f64, p: f64, k: f64) -> f64 {
        (n - k) * p / ((k + 1.0) * (1.0 - p))
    }
    /// P(K > k) = I_p(k + 1, n − k), whose weight is p (n − k) P(k).
    #[inline(always)]
    fn tails<const W: usize>(
        n: &[f64; W],
        p: &[f64; W],
        k: &[f64; W],
        is_asked: &[bool; W],
    ) -> ([f64; W], [f64; W], [f64; W]) {
        let found = beta_tails(|i| (k[i] + 1.0, n[i] - k[i]), p, is_asked);
        let mut chance = [0.0; W];
        for i in 0..W {
            chance[i] = found.weight[i] / (p[i] * (n[i] - k[i]));
        }
        (found.upper, found.lower, chance)
    }
    #[cold]
    #[inline(never)]
    fn alone(n: f64, p: f64, u: f64) -> f64 {
        let lower = |k: f64| if k >= n { 1.0 } else { beta_upper(k + 1.0, n - k, p, 1.0 - p) };
        let upper = |k: f64| if k >= n { 0.0 } else { beta_lower(k + 1.0, n - k, p, 1.0 - p) };
        search((n * p, n), u, lower, upper)
    }
}

impl Count for NegativeBinomial {
    #[inline(always)]
    fn is_random(r: f64, p: f64) -> bool {
        (r > 0.0) & (r < f64::INFINITY) & (p > 0.0) & (p < 1.0)
    }
    #[inline(always)]
    fn plain(r: f64, p: f64) -> f64 {
        if (r > 0.0) & (r < f64::INFINITY) & (p == 1.0) { 0.0 } else { f64::NAN }
    }
    #[inline(always)]
    fn is_ordinary(r: f64, p: f64) -> bool {
        ORDINARY.contains(&r) & (p >= 1e-5)
    }
    #[inline(always)]
    fn moments(r: f64, p: f64) -> (f64, f64, f64) {
        let root = (r * (1.0 - p)).sqrt();
        (r * (1.0 - p) / p, root / p, (2.0 - p) / root)
    }
    #[inline(always)]
    fn top(_: f64, _: f64) -> f64 {
        f64::INFINITY
    }
    #[inline(always)]
    fn ln_none(r: f64, p: f64) -> f64 {
        r * ln(p)
    }
    #[inline(always)]
    fn ratio(r: f64, p: f64, k: f64) -> f64 {
        (r + k) * (1.0 - p) / (k + 1.0)
    }
    /// P(K ≤ k) = I_p(r, k + 1), whose weight is (1 − p) (r + k) P(k).
    #[inline(always)]
    fn tails<const W: usize>(
        r: &[f64; W],
        p: &[f64; W],
        k: &[f64; W],
        is_asked: &[bool; W],
    ) -> ([f64; W], [f64; W], [f64; W]) {
        let found = beta_tails(|i| (r[i], k[i] + 1.0), p, is_asked);
        let mut chance = [0.0; W];
        for i in 0..W {
            chance[i] = found.weight[i] / ((1.0 - p[i]) * (r[i] + k[i]));
        }
        (found.lower, found.upper, chance)
    }
    #[cold]
    #[inline(never)]
    fn alone(r: f64, p: f64, u: f64) -> f64 {
        let lower = |k: f64| beta_lower(r, k + 1.0, p, 1.0 - p);
        search((r * (1.0 - p) / p, f64::INFINITY), u, lower, |k| beta_upper(r, k + 1.0, p, 1.0 - p))
    }
}

impl Quantile for Poisson {
    #[inline(always)]
    fn fill<const W: usize>(a: &[f64; W], b: &[f64; W], u: &[f64; W], out: &mut [f64; W]) {
        quantile::<Poisson, W>(a, b, u, out);
    }
}

impl Quantile for Binomial {
    #[inline(always)]
    fn fill<const W: usize>(a: &[f64; W], b: &[f64; W], u: &[f64; W], out: &mut [f64; W]) {
        quantile::<Binomial, W>(a, b, u, out);
    }
}

impl Quantile for NegativeBinomial {
    #[inline(always)]
    fn fill<const W: usize>(a: &[f64; W], b: &[f64; W], u: &[f64; W], out: &mut [f64; W]) {
        quantile::<NegativeBinomial, W>(a, b, u, out);
    }
}
