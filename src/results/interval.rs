//! Confidence intervals of estimates, at 95 %: ranks of order statistics for percentiles, Wilson's for probabilities.
//!
//! The interval between two order statistics holds the percentile whatever the distribution, with at least the
//! stated confidence (H. A. David, H. N. Nagaraja, *Order Statistics*, 3rd ed., 2003, 7.1): what is above and below is
//! binomial. For probabilities: E. B. Wilson, JASA 22 (1927); its coverage near 0 and 1 is compared in L. D. Brown,
//! T. T. Cai, A. DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16 (2001).
//!
//! The interval of a mean reaches further on the side that skewness makes it miss: the two terms in the skewness of the
//! Cornish–Fisher expansion of a studentized mean (P. Hall, *The Bootstrap and Edgeworth Expansion*, 1992, 2.6), on that
//! side alone, so that no bound lies nearer than it would without.

use super::Estimate;

/// Probability left out on either side.
const TAIL: f64 = 0.025;
/// Φ⁻¹(0.975).
pub(super) const Z: f64 = 1.959_963_984_540_054;
/// The skewness of a sample falls short of that of its law, whose largest values it lacks; so much is added. The share of a
/// third was chosen by simulation, of samples of 10,000.
const SKEWNESS_LACKING: f64 = 1.3;
/// Above this variance of the binomial law, its normal approximation, widened by a rank and a half, is used.
const VARIANCE_FOR_NORMAL: f64 = 10_000.0;

/// Ranks of order statistics, from 1; `None` where none is low or high enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ranks {
    pub(super) low: Option<u64>,
    pub(super) high: Option<u64>,
}

/// The rank of the smallest value with at least the share `p` of `count` values at or below it.
pub(super) fn quantile_rank(count: u64, p: f64) -> u64 {
    let rank = count as f64 * p;
    // 0.07 × 100 is a hair above 7.
    let hair = rank * (4.0 * f64::EPSILON);
    ((rank - hair).ceil() as u64).clamp(1, count)
}

/// Ranks between which the `p`-quantile lies with 95 % confidence, for `count` values.
pub(super) fn quantile_ranks(count: u64, p: f64) -> Ranks {
    let low = rank_below(count, p);
    // As seen from above, ranks run from the largest value down.
    let high = (count + 1) - rank_below(count, 1.0 - p);
    Ranks { low: (low >= 1).then_some(low), high: (high <= count).then_some(high) }
}

/// The largest l with P(B < l) ≤ 2.5 % for B ~ binomial(count, p), or at most two less; 0 for none.
fn rank_below(count: u64, p: f64) -> u64 {
    let n = count as f64;
    let variance = n * p * (1.0 - p);
    if variance > VARIANCE_FOR_NORMAL {
        // The Cornish–Fisher term is below 1/2, the continuity correction is 1/2.
        return (n * p - Z * variance.sqrt() - 1.0).floor().max(0.0) as u64;
    }
    // What lies more than ten standard deviations and ten below the mean weighs nothing.
    let first = (n * p - 10.0 * variance.sqrt() - 10.0).floor().max(0.0);
    let mut k = first;
    let mut weight = libm::exp(
        libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0)
            + k * libm::log(p)
            + (n - k) * libm::log1p(-p),
    );
    let mut sum = weight;
    while sum <= TAIL && k < n {
        weight *= (n - k) / (k + 1.0) * (p / (1.0 - p));
        k += 1.0;
        sum += weight;
    }
    k as u64
}

/// How far the 95 % interval of a mean of n values reaches below and above it, in standard errors: as far as `point`, the
/// quantile of Student's t, and on the side of the long tail further. `skewness` is that of the values.
pub(super) fn reach(point: f64, skewness: f64, n: f64) -> (f64, f64) {
    reach_under(point, SKEWNESS_LACKING * skewness, n)
}

/// How far it reaches under a law of this skewness.
pub(super) fn reach_under(point: f64, skewness: f64, n: f64) -> (f64, f64) {
    let squared = Z * Z;
    let first = (2.0 * squared + 1.0) / 6.0;
    let second = first * 2.0 * Z / 3.0 - Z * first * first / 2.0
        + Z * (squared * squared + 2.0 * squared - 3.0) / 18.0;
    let per_root = skewness.abs() / n.sqrt();
    let further = point + first * per_root + second * per_root * per_root;
    if skewness < 0.0 { (further, point) } else { (point, further) }
}

/// Values needed for both bounds of the `p`-quantile's interval to be order statistics.
pub(super) fn values_needed(p: f64) -> u64 {
    let rarer = p.min(1.0 - p);
    (libm::log(TAIL) / libm::log1p(-rarer)).ceil() as u64
}

/// The probability of what happened in `hits` of `count` trials, count ≥ 1, with Wilson's 95 % interval.
pub fn probability(hits: u64, count: u64) -> Estimate {
    let value = hits as f64 / count as f64;
    let (low, high) = wilson(value, count as f64, Z);
    let low = if hits == 0 { 0.0 } else { low };
    let high = if hits == count { 1.0 } else { high };
    Estimate { value, low, high }
}

/// Wilson's bounds of a share found in n trials; z is the quantile of the confidence level.
pub(super) fn wilson(value: f64, n: f64, z: f64) -> (f64, f64) {
    let z2 = z * z;
    let middle = (value + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = z / (1.0 + z2 / n) * (value * (1.0 - value) / n + z2 / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_ranks(count: u64, p: f64, low: Option<u64>, high: Option<u64>) {
        assert_eq!(quantile_ranks(count, p), Ranks { low, high });
    }

    /// Against published tables (David & Nagaraja; W. J. Conover, *Practical Nonparametric Statistics*).
    #[test]
    fn ranks_are_the_binomial_ones() {
        check_ranks(10, 0.5, Some(2), Some(9));
        check_ranks(100, 0.5, Some(40), Some(61));
        check_ranks(20, 0.05, None, Some(4));
        check_ranks(5, 0.5, None, None);
        check_ranks(6, 0.5, Some(1), Some(6));
    }

    #[test]
    fn approximate_ranks_are_at_most_two_wider() {
        for (count, p) in [(39_000, 0.5), (200_000, 0.05), (200_000, 0.95), (900_000, 0.011)] {
            let n = count as f64;
            let variance = n * p * (1.0 - p);
            assert!(variance < VARIANCE_FOR_NORMAL, "exact ranks to compare with");
            let exact = rank_below(count, p);
            let approximate = (n * p - Z * variance.sqrt() - 1.0).floor() as u64;
            assert!((exact - 2..=exact).contains(&approximate), "{exact} {approximate}");
        }
    }

    /// The terms at z = 1.96 worked by hand: 1.447 and 1.955 for each unit of skewness over the root of n.
    #[test]
    fn a_skewed_mean_reaches_further_on_one_side() {
        assert_eq!(reach(Z, 0.0, 100.0), (Z, Z));
        let (low, high) = reach(Z, 2.0, 400.0);
        assert!(low == Z && (high - Z - 0.13 * 1.447_3 - 0.0169 * 1.955).abs() < 1e-4, "{high}");
        let (below, above) = reach(2.0, -2.0, 400.0);
        assert!((below - (high - Z + 2.0)).abs() < 1e-12 && above == 2.0, "{below}");
    }

    #[test]
    fn enough_values_are_just_enough() {
        for p in [0.5, 0.05, 0.95, 0.001] {
            let is_enough = |count| {
                let ranks = quantile_ranks(count, p);
                ranks.low.is_some() && ranks.high.is_some()
            };
            assert!(is_enough(values_needed(p)) && !is_enough(values_needed(p) - 1), "{p}");
        }
    }

    #[test]
    fn ranks_of_percentiles_do_not_stumble_over_rounding() {
        assert_eq!(quantile_rank(100, 0.07), 7);
        assert_eq!(quantile_rank(1_000_000, 0.95), 950_000);
        assert_eq!(quantile_rank(3, 0.5), 2);
        assert_eq!(quantile_rank(1, 0.001), 1);
    }

    /// The example of Brown, Cai and DasGupta's formula worked by hand: 8 of 10.
    #[test]
    fn wilson_bounds() {
        let estimate = probability(8, 10);
        assert!((estimate.low - 0.490_16).abs() < 1e-4 && (estimate.high - 0.943_31).abs() < 1e-4);
        assert_eq!((probability(0, 10).low, probability(10, 10).high), (0.0, 1.0));
        assert!(probability(0, 10).high > 0.2 && probability(10, 10).low < 0.8);
    }
}
