//! The correlation of scores as a function of the copula's ρ, and its inverse.
//!
//! Of two functions of correlated normal numbers, E[f(Z₁) g(Z₂)] = Σ aₖ bₖ ρᵏ with their coefficients on the
//! normalized Hermite polynomials (Mehler 1866). For a staircase the coefficients are sums over its steps, because
//! ∫ hₖ φ from x on is hₖ₋₁(x) φ(x) / √k. Students's copula is Gaussian given its chi-square number, so its series is
//! the mean of those. What the series leaves out after its last term is known at ρ = ±1, where the coupling is exact,
//! and is laid under the terms that follow in the proportion k^(−3/2) of two jumps.
//!
//! Solving such an equation for given marginals is the NORTA method: M. C. Cario and B. L. Nelson, "Modeling and
//! generating random vectors with arbitrary marginal distributions and correlation matrix", 1997.

use super::Copula;
use super::scores::{Scores, between};
use crate::distribution::{Family, build};
use crate::math::{norm_cdf, norm_pdf};

/// The correlation of two marginals' scores as a function of the copula's ρ.
#[derive(Debug, Clone)]
pub struct Relation {
    /// The coefficient of ρᵏ from k = 0 on, over the product of standard deviations.
    series: Vec<f64>,
    /// What the series leaves out, of even and of odd powers.
    rest: [f64; 2],
    /// The correlation at ρ = −1 and at ρ = 1.
    range: (f64, f64),
    /// Whether it is (6/π) asin(ρ/2).
    is_closed: bool,
}

/// A coefficient that the marginals do not allow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unattainable {
    /// The least that they allow.
    pub least: f64,
    /// The most.
    pub most: f64,
}

/// Terms of the series under the Gaussian copula, and under Student's.
const TERMS: [usize; 2] = [160, 96];
/// Values of the chi-square number that stand for all.
const MIXING_NODES: usize = 24;
/// A coefficient may be off the attainable range by its own rounding.
const SLACK: f64 = 5e-7;

impl Relation {
    /// Between two marginals.
    pub fn new(a: &Scores, b: &Scores, copula: Copula) -> Relation {
        let range = (coupled(a, b, false), coupled(a, b, true));
        let is_closed = a.is_uniform && b.is_uniform && copula == Copula::Gaussian;
        let series = if is_closed { Vec::new() } else { series(a, b, copula) };
        let (mut even, mut odd) = (0.0, 0.0);
        for (k, c) in series.iter().enumerate() {
            *if k % 2 == 0 { &mut even } else { &mut odd } += c;
        }
        let rest = [0.5 * (range.1 + range.0) - even, 0.5 * (range.1 - range.0) - odd];
        Relation { series, rest, range, is_closed }
    }

    /// The correlation of the scores at the copula's ρ, in [−1, 1].
    pub fn at(&self, rho: f64) -> f64 {
        if self.is_closed {
            return 6.0 / std::f64::consts::PI * libm::asin(rho / 2.0);
        }
        if rho.abs() >= 1.0 {
            return if rho > 0.0 { self.range.1 } else { self.range.0 };
        }
        let (mut sum, mut power) = (0.0, 1.0);
        for c in &self.series {
            sum += c * power;
            power *= rho;
        }
        sum + self.tail(rho, power)
    }

    /// What the terms behind the series add; `power` is that of the first of them.
    fn tail(&self, rho: f64, power: f64) -> f64 {
        const LONGEST: usize = 4000;
        if self.rest.iter().all(|rest| rest.abs() < 1e-9) || power.abs() < 1e-12 {
            return 0.0;
        }
        let (mut sum, mut weights, mut power) = ([0.0; 2], [0.0; 2], power);
        for k in self.series.len()..self.series.len() + LONGEST {
            let weight = 1.0 / (k as f64 * libm::sqrt(k as f64));
            sum[k % 2] += weight * power;
            weights[k % 2] += weight;
            power *= rho;
        }
        // What follows still, as an integral, at a power that lies well within it.
        let end = (self.series.len() + LONGEST) as f64;
        for parity in 0..2 {
            let weight = 1.0 / libm::sqrt(end);
            sum[parity] += weight * power * libm::pow(rho.abs(), 2.0 * end);
            weights[parity] += weight;
        }
        self.rest[0] * sum[0] / weights[0] + self.rest[1] * sum[1] / weights[1]
    }

    /// The lowest and the highest correlation that the marginals allow.
    pub fn range(&self) -> (f64, f64) {
        self.range
    }

    /// The copula's ρ at which the scores have this correlation.
    ///
    /// # Errors
    /// No copula of its kind gives as much.
    pub fn solve(&self, target: f64) -> Result<f64, Unattainable> {
        let (least, most) = self.range;
        if target > most + SLACK || target < least - SLACK {
            return Err(Unattainable { least, most });
        }
        if self.is_closed {
            return Ok((2.0 * libm::sin(std::f64::consts::PI / 6.0 * target)).clamp(-1.0, 1.0));
        }
        if target >= most {
            return Ok(1.0);
        }
        if target <= least {
            return Ok(-1.0);
        }
        // The correlation rises with ρ. Steps of the secant, bisections where they creep (Illinois).
        let (mut low, mut high) = ((-1.0, least - target), (1.0, most - target));
        for _ in 0..100 {
            let guess = low.0 - low.1 * (high.0 - low.0) / (high.1 - low.1);
            let value = self.at(guess) - target;
            if value.abs() < 1e-13 || high.0 - low.0 < 1e-13 {
                return Ok(guess);
            }
            if value < 0.0 {
                low = (guess, value);
                high.1 *= 0.5;
            } else {
                high = (guess, value);
                low.1 *= 0.5;
            }
        }
        Ok(0.5 * (low.0 + high.0))
    }
}

/// The correlation where both scores rise with one number, or one with its opposite.
fn coupled(a: &Scores, b: &Scores, is_rising: bool) -> f64 {
    if a.is_uniform && b.is_uniform {
        return if is_rising { 1.0 } else { -1.0 };
    }
    // In each other's order: of the second the steps as they come along the first one's number.
    let second: Vec<(f64, f64)> = if is_rising {
        b.steps.clone()
    } else {
        b.steps.iter().rev().map(|&(g, jump)| (-g, -jump)).collect()
    };
    let mut y = b.lowest - b.mean;
    if !is_rising {
        y += b.steps.iter().map(|step| step.1).sum::<f64>();
    }
    let (mut x, mut sum, mut from) = (a.lowest - a.mean, 0.0, f64::NEG_INFINITY);
    let (mut i, mut j) = (0, 0);
    loop {
        let next_a = a.steps.get(i).map_or(f64::INFINITY, |step| step.0);
        let next_b = second.get(j).map_or(f64::INFINITY, |step| step.0);
        let place = next_a.min(next_b);
        sum += between(from, place) * x * y;
        if place == f64::INFINITY {
            break;
        }
        if next_a <= next_b {
            x += a.steps[i].1;
            i += 1;
        } else {
            y += second[j].1;
            j += 1;
        }
        from = place;
    }
    (sum / (a.sd * b.sd)).clamp(-1.0, 1.0)
}

fn series(a: &Scores, b: &Scores, copula: Copula) -> Vec<f64> {
    let scale = a.sd * b.sd;
    match copula {
        Copula::Gaussian => {
            let (x, y) = (coefficients(a, None, TERMS[0]), coefficients(b, None, TERMS[0]));
            // The means are taken out, and with them the first term.
            let mut series: Vec<f64> = x.iter().zip(&y).map(|(x, y)| x * y / scale).collect();
            series[0] = 0.0;
            series
        }
        Copula::StudentT { df } => {
            let mut series = vec![0.0; TERMS[1]];
            let places = [a, b].map(|scores| student_places(scores, df));
            for (weight, factor) in mixing(df) {
                let x = coefficients(a, Some((&places[0], factor)), TERMS[1]);
                let y = coefficients(b, Some((&places[1], factor)), TERMS[1]);
                for (sum, (x, y)) in series.iter_mut().zip(x.iter().zip(&y)) {
                    *sum += weight * x * y / scale;
                }
            }
            series
        }
    }
}

/// The Hermite coefficients of a staircase less its mean: from k = 0 on. Steps lie elsewhere where places are given.
fn coefficients(scores: &Scores, places: Option<(&[f64], f64)>, terms: usize) -> Vec<f64> {
    let mut sums = vec![0.0; terms];
    sums[0] = scores.lowest - scores.mean;
    for (i, &(g, jump)) in scores.steps.iter().enumerate() {
        let x = places.map_or(g, |(places, factor)| places[i] * factor);
        sums[0] += jump * norm_cdf(-x);
        // hₖ₊₁ = (x hₖ − √k hₖ₋₁) / √(k + 1), each times the density.
        let (mut before, mut now) = (0.0, norm_pdf(x) * jump);
        for (k, sum) in sums.iter_mut().enumerate().skip(1) {
            let k = k as f64;
            let root = libm::sqrt(k);
            *sum += now / root;
            (before, now) = (now, (x * now - libm::sqrt(k - 1.0) * before) / root);
        }
    }
    sums
}

/// Where the steps of a staircase lie for a number of Student's distribution.
fn student_places(scores: &Scores, df: f64) -> Vec<f64> {
    let law = student(df);
    let place =
        |g: f64| if g < 0.0 { law.quantile(norm_cdf(g)) } else { law.quantile_upper(norm_cdf(-g)) };
    scores.steps.iter().map(|&(g, _)| place(g)).collect()
}

fn student(df: f64) -> crate::distribution::Distribution {
    build(Family::StudentT, 0, &[df, 0.0, 1.0]).expect("degrees of freedom are positive")
}

/// Values of √(chi-square / df) with their weights: Gauss's nodes in the probability.
fn mixing(df: f64) -> Vec<(f64, f64)> {
    let law = build(Family::ChiSquare, 0, &[df]).expect("degrees of freedom are positive");
    let nodes = gauss_legendre(MIXING_NODES);
    nodes
        .into_iter()
        .map(|(x, weight)| {
            // x = 3s² − 2s³ flattens the ends, where the root of the quantile is steep.
            let (u, slope) = (x * x * (3.0 - 2.0 * x), 6.0 * x * (1.0 - x));
            let chi_square = if u < 0.5 { law.quantile(u) } else { law.quantile_upper(1.0 - u) };
            (weight * slope, libm::sqrt(chi_square / df))
        })
        .collect()
}

/// Gauss–Legendre nodes and weights on (0, 1), by Newton's method on the polynomial.
fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    let mut nodes = Vec::with_capacity(n);
    for i in 0..n {
        let mut x = libm::cos(std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5));
        let mut slope = 1.0;
        for _ in 0..20 {
            let (mut before, mut now) = (1.0, x);
            for k in 2..=n {
                let k = k as f64;
                (before, now) = (now, ((2.0 * k - 1.0) * x * now - (k - 1.0) * before) / k);
            }
            slope = n as f64 * (x * now - before) / (x * x - 1.0);
            let step = now / slope;
            x -= step;
            if step.abs() < 1e-15 {
                break;
            }
        }
        nodes.push((0.5 - 0.5 * x, 1.0 / ((1.0 - x * x) * slope * slope)));
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::super::{Coefficient, Marginal};
    use super::*;

    fn law(family: Family, form: usize, parameters: &[f64]) -> Marginal {
        Marginal::Known(build(family, form, parameters).expect("possible parameters"))
    }

    fn relation(a: &Marginal, b: &Marginal, measure: Coefficient, copula: Copula) -> Relation {
        let scores = [a, b].map(|law| Scores::new(law, measure).expect("it has moments"));
        Relation::new(&scores[0], &scores[1], copula)
    }

    #[track_caller]
    fn check_near(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} instead of {expected}");
    }

    fn lognormal(sigma: f64) -> Marginal {
        law(Family::LogNormal, 1, &[0.0, sigma])
    }

    #[test]
    fn continuous_ranks_are_in_closed_form_and_by_the_series_alike() {
        let uniform = law(Family::Uniform, 0, &[0.0, 1.0]);
        let spearman = relation(&uniform, &uniform, Coefficient::Spearman, Copula::Gaussian);
        // The values of a uniform are its ranks.
        let pearson = relation(&uniform, &uniform, Coefficient::Pearson, Copula::Gaussian);
        for rho in [-0.99, -0.5, 0.1, 0.7, 0.999] {
            check_near(pearson.at(rho), spearman.at(rho), 5e-5);
            check_near(spearman.solve(spearman.at(rho)).expect("attainable"), rho, 1e-12);
            check_near(pearson.solve(pearson.at(rho)).expect("attainable"), rho, 1e-9);
        }
        check_near(spearman.solve(0.5).expect("attainable"), 0.517_638_090_205_041_5, 1e-14);
    }

    #[test]
    fn lognormal_pairs_are_in_closed_form() {
        for (s, t) in [(0.25, 0.25), (1.0, 1.0), (0.5, 1.2)] {
            let relation =
                relation(&lognormal(s), &lognormal(t), Coefficient::Pearson, Copula::Gaussian);
            let exact = |rho: f64| {
                libm::expm1(rho * s * t) / libm::sqrt(libm::expm1(s * s) * libm::expm1(t * t))
            };
            for rho in [-1.0, -0.6, 0.0, 0.3, 0.9, 1.0] {
                check_near(relation.at(rho), exact(rho), 4e-4);
            }
        }
    }

    #[test]
    fn two_coins_have_the_quadrant_law_of_sheppard() {
        let coin = law(Family::Bernoulli, 0, &[0.5]);
        for measure in [Coefficient::Spearman, Coefficient::Pearson] {
            let relation = relation(&coin, &coin, measure, Copula::Gaussian);
            for rho in [-0.98, -0.5, 0.2, 0.9, 0.99, 0.999, 0.9999] {
                check_near(relation.at(rho), 2.0 / std::f64::consts::PI * libm::asin(rho), 4e-4);
            }
            check_near(
                relation.solve(0.5).expect("attainable"),
                libm::sin(std::f64::consts::FRAC_PI_4),
                1e-9,
            );
        }
    }

    #[test]
    fn a_coin_and_a_continuous_number_end_below_one() {
        let (coin, normal) =
            (law(Family::Bernoulli, 0, &[0.5]), law(Family::Normal, 0, &[0.0, 1.0]));
        let ranks = relation(&coin, &normal, Coefficient::Spearman, Copula::Gaussian);
        check_near(ranks.range().1, libm::sqrt(0.75), 3e-5);
        assert_eq!(ranks.solve(0.9).map_err(|error| error.most < 0.867), Err(true));
        // E[Φ(Z₂); Z₁ > 0] = 1/4 + asin(ρ/√2) / 2π.
        for rho in [-0.8, 0.3, 0.95] {
            let exact = libm::sqrt(12.0) / std::f64::consts::PI
                * libm::asin(rho / std::f64::consts::SQRT_2);
            check_near(ranks.at(rho), exact, 1e-6);
        }
        let values = relation(&coin, &normal, Coefficient::Pearson, Copula::Gaussian);
        check_near(values.at(0.6), 0.6 * libm::sqrt(2.0 / std::f64::consts::PI), 2e-5);
    }

    /// P(X ≤ i, Y ≤ j) of normal numbers, by Plackett's integral over the correlation.
    fn quadrant(h: f64, k: f64, rho: f64) -> f64 {
        let density = |r: f64| {
            let rest = 1.0 - r * r;
            libm::exp(-(h * h - 2.0 * r * h * k + k * k) / (2.0 * rest))
                / (std::f64::consts::TAU * libm::sqrt(rest))
        };
        let integral: f64 =
            gauss_legendre(64).iter().map(|&(x, w)| w * rho * density(rho * x)).sum();
        norm_cdf(h) * norm_cdf(k) + integral
    }

    #[test]
    fn discrete_pairs_are_their_direct_sums() {
        let pair = [law(Family::Poisson, 0, &[2.0]), law(Family::Binomial, 0, &[5.0, 0.3])];
        let atoms = pair.each_ref().map(|marginal| match marginal {
            Marginal::Known(law) => law.atoms(1000).expect("discrete"),
            Marginal::Varying => Vec::new(),
        });
        for measure in [Coefficient::Spearman, Coefficient::Pearson] {
            let scores = pair.each_ref().map(|law| Scores::new(law, measure).expect("moments"));
            for rho in [-0.7, 0.4, 0.9] {
                // Hoeffding: the covariance is the sum of H(i, j) − F(i) G(j) over the steps.
                let mut covariance = 0.0;
                for &(h, dx) in &scores[0].steps {
                    for &(k, dy) in &scores[1].steps {
                        covariance += dx * dy * (quadrant(h, k, rho) - norm_cdf(h) * norm_cdf(k));
                    }
                }
                let exact = covariance / (scores[0].sd * scores[1].sd);
                let relation = Relation::new(&scores[0], &scores[1], Copula::Gaussian);
                check_near(relation.at(rho), exact, 2e-8);
            }
            if measure == Coefficient::Pearson {
                check_near(scores[0].sd, libm::sqrt(2.0), 1e-9);
                check_near(scores[1].mean, 1.5, 1e-12);
            } else {
                // (1 − Σ p³) / 12, the variance of shared ranks.
                let cubes: f64 = (0..atoms[1].len())
                    .map(|i| atoms[1][i].cdf - if i == 0 { 0.0 } else { atoms[1][i - 1].cdf })
                    .map(|p| p * p * p)
                    .sum();
                check_near(scores[1].sd, libm::sqrt((1.0 - cubes) / 12.0), 1e-9);
            }
        }
    }

    #[test]
    fn a_mixture_with_an_atom_lies_between() {
        let zero = crate::distribution::Constant::of(0.0);
        let one = build(Family::Uniform, 0, &[1.0, 2.0]).expect("possible");
        let law = crate::distribution::mixture(vec![(0.4, zero), (0.6, one)]).expect("possible");
        let scores = Scores::new(&Marginal::Known(law), Coefficient::Spearman).expect("moments");
        check_near(scores.sd, libm::sqrt((1.0 - 0.064) / 12.0), 1e-5);
        check_near(scores.mean, 0.5, 1e-5);
    }

    #[test]
    fn students_copula_has_the_ranks_that_integration_gives() {
        let uniform = law(Family::Uniform, 0, &[0.0, 1.0]);
        for (df, rho, exact) in STUDENT {
            let relation =
                relation(&uniform, &uniform, Coefficient::Spearman, Copula::StudentT { df });
            check_near(relation.at(rho), exact, 2e-4);
            check_near(relation.at(0.0), 0.0, 1e-12);
            assert_eq!(relation.range(), (-1.0, 1.0));
        }
        // Kendall's tau of coins at the median is Sheppard's for every elliptical copula.
        let coin = law(Family::Bernoulli, 0, &[0.5]);
        let relation = relation(&coin, &coin, Coefficient::Pearson, Copula::StudentT { df: 3.0 });
        check_near(relation.at(0.6), 2.0 / std::f64::consts::PI * libm::asin(0.6), 1e-5);
    }

    /// df, ρ, and Spearman's rho of the t copula: by adaptive integration of the bivariate t distribution in SciPy.
    const STUDENT: [(f64, f64, f64); 6] = [
        (1.0, 0.5, 0.432_094_217),
        (2.0, -0.7, -0.651_450_081),
        (4.0, 0.5, 0.469_020_170),
        (4.0, 0.95, 0.939_622_082),
        (10.0, 0.3, 0.284_054_148),
        (100.0, 0.8, 0.785_488_016),
    ];

    #[test]
    fn weights_of_the_mixing_number_are_a_probability() {
        for df in [1.0, 4.0, 300.0] {
            let nodes = mixing(df);
            check_near(nodes.iter().map(|node| node.0).sum(), 1.0, 1e-12);
            check_near(nodes.iter().map(|&(w, s)| w * s * s).sum(), 1.0, 2e-4);
        }
    }
}
