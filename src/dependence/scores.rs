//! What a correlation is a correlation of: the score of a marginal, as a rising function of a normal number.
//!
//! For Pearson's coefficient the score of a value is the value; for Spearman's it is the mean of P(X < x) and
//! P(X ≤ x), which ranks with ties shared tend to. Either is kept as a staircase over the normal number g of which
//! the value is the quantile at Φ(g): exactly so for discrete distributions, on a fine grid for smooth ones, on a
//! grid that closes in on the jumps where both kinds are mixed.

use super::Coefficient;
use crate::distribution::{Distribution, Kind};
use crate::math::{norm_cdf, norm_pdf, norm_quantile};

/// A member of a copula.
#[derive(Debug, Clone, PartialEq)]
pub enum Marginal {
    /// With the same distribution in every trial.
    Known(Distribution),
    /// Whose parameters differ from trial to trial: its ranks are those of its uniform numbers.
    Varying,
}

/// A marginal has no finite standard deviation, or none that is known, and no Pearson coefficient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoMoments;

/// Draws end at ±8.2 standard deviations: the staircase does.
const END: f64 = 8.25;
/// Steps of the grid of a smooth function.
const GRID: usize = 768;
/// More atoms than this are as good as a smooth function.
const MOST_ATOMS: usize = 4096;
/// Jumps are closed in on to this width.
const NARROWEST: f64 = 1e-7;

/// The score of a marginal as a staircase.
#[derive(Debug, Clone)]
pub struct Scores {
    /// Where it rises, ascending, and by how much.
    pub(super) steps: Vec<(f64, f64)>,
    /// Its lowest value.
    pub(super) lowest: f64,
    /// Its mean.
    pub(super) mean: f64,
    /// Its standard deviation.
    pub(super) sd: f64,
    /// Whether it is Φ itself: Spearman's coefficient of a continuous marginal.
    pub(super) is_uniform: bool,
}

impl Scores {
    /// The scores of a marginal.
    ///
    /// # Errors
    /// Pearson's coefficient of a marginal without a finite standard deviation.
    pub fn new(marginal: &Marginal, measure: Coefficient) -> Result<Scores, NoMoments> {
        let law = match (marginal, measure) {
            (Marginal::Varying, Coefficient::Spearman) => return Ok(Scores::uniform()),
            (Marginal::Varying, Coefficient::Pearson) => return Err(NoMoments),
            (Marginal::Known(law), Coefficient::Spearman) if law.kind() == Kind::Continuous => {
                return Ok(Scores::uniform());
            }
            (Marginal::Known(law), Coefficient::Pearson)
                if law.sd().is_none_or(|sd| !sd.is_finite()) =>
            {
                return Err(NoMoments);
            }
            (Marginal::Known(law), _) => law,
        };
        if let Some(atoms) = law.atoms(MOST_ATOMS) {
            let score = |i: usize| match measure {
                Coefficient::Pearson => atoms[i].value,
                Coefficient::Spearman => {
                    let below = if i == 0 { 0.0 } else { atoms[i - 1].cdf };
                    0.5 * (below + atoms[i].cdf)
                }
            };
            let steps = (1..atoms.len()).map(|i| {
                let before = &atoms[i - 1];
                let place = if before.cdf < before.sf {
                    norm_quantile(before.cdf)
                } else {
                    -norm_quantile(before.sf)
                };
                (place, score(i) - score(i - 1))
            });
            return Ok(Scores::measured(steps.collect(), score(0)));
        }
        let at = |g: f64| {
            let x =
                if g < 0.0 { law.quantile(norm_cdf(g)) } else { law.quantile_upper(norm_cdf(-g)) };
            match measure {
                Coefficient::Pearson => x,
                Coefficient::Spearman => 0.5 * (law.cdf_below(x) + law.cdf(x)),
            }
        };
        Ok(Scores::of_function(&at, law.kind() != Kind::Continuous))
    }

    /// Φ: what the ranks of continuous numbers tend to.
    fn uniform() -> Scores {
        let width = 2.0 * END / GRID as f64;
        let place = |i: usize| -END + width * (i as f64 + 0.5);
        let steps = (0..GRID).map(|i| (place(i), norm_pdf(place(i)) * width)).collect();
        let sd = libm::sqrt(1.0 / 12.0);
        Scores { steps, lowest: 0.0, mean: 0.5, sd, is_uniform: true }
    }

    fn of_function(at: &dyn Fn(f64) -> f64, has_jumps: bool) -> Scores {
        let width = 2.0 * END / GRID as f64;
        let edges: Vec<(f64, f64)> =
            (0..=GRID).map(|i| -END + width * i as f64).map(|g| (g, at(g))).collect();
        let range = edges[GRID * 3 / 4].1 - edges[GRID / 4].1;
        let mut steps = Vec::with_capacity(GRID);
        for pair in edges.windows(2) {
            refine(
                at,
                pair[0],
                pair[1],
                if has_jumps { 1e-3 * range } else { f64::INFINITY },
                &mut steps,
            );
        }
        Scores::measured(steps, edges[0].1)
    }

    /// A staircase with its moments.
    fn measured(steps: Vec<(f64, f64)>, lowest: f64) -> Scores {
        // E[S] = lowest + Σ jump · P(g above the step); E[(S − c)²] by summation over the flat parts.
        let mean = lowest + steps.iter().map(|&(g, jump)| jump * norm_cdf(-g)).sum::<f64>();
        let (mut square, mut value, mut from) = (0.0, lowest, f64::NEG_INFINITY);
        for &(g, jump) in &steps {
            square += between(from, g) * (value - mean) * (value - mean);
            value += jump;
            from = g;
        }
        square += between(from, f64::INFINITY) * (value - mean) * (value - mean);
        Scores { steps, lowest, mean, sd: libm::sqrt(square), is_uniform: false }
    }
}

/// P(a < Z ≤ b), from whichever tail is smaller.
pub(super) fn between(a: f64, b: f64) -> f64 {
    if a > 0.0 { norm_cdf(-a) - norm_cdf(-b) } else { norm_cdf(b) - norm_cdf(a) }
}

/// A step for the rise between two edges, or several where it is steeper than a grid can place it.
fn refine(
    at: &dyn Fn(f64) -> f64,
    low: (f64, f64),
    high: (f64, f64),
    most: f64,
    steps: &mut Vec<(f64, f64)>,
) {
    let rise = high.1 - low.1;
    if rise <= 0.0 {
        return;
    }
    let middle = 0.5 * (low.0 + high.0);
    if rise * norm_pdf(middle) <= most || high.0 - low.0 <= NARROWEST {
        steps.push((middle, rise));
        return;
    }
    let middle = (middle, at(middle));
    refine(at, low, middle, most, steps);
    refine(at, middle, high, most, steps);
}
