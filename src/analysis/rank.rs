//! Statistics of ranks: Spearman's coefficient, normal scores, the probability of superiority.
//!
//! Equal values share the mean of their ranks. What is no number takes no part; never (+∞) ranks above all.

use crate::math::norm_quantile;
use crate::results::mean_error_of_replicates;

/// The positions of the values from the lowest to the highest; NaN is left out.
pub(super) fn order(values: &[f64]) -> Vec<u32> {
    let count = u32::try_from(values.len()).expect("fewer than 2^32 values are kept");
    let mut order: Vec<u32> = (0..count).filter(|&at| !values[at as usize].is_nan()).collect();
    order.sort_unstable_by(|&a, &b| {
        values[a as usize].total_cmp(&values[b as usize]).then(a.cmp(&b))
    });
    order
}

/// Runs of equal values of an order, as ranges of positions in it.
fn runs(values: &[f64], order: &[u32]) -> Vec<std::ops::Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for end in 1..=order.len() {
        let is_end =
            end == order.len() || values[order[end] as usize] > values[order[start] as usize];
        if is_end {
            runs.push(start..end);
            start = end;
        }
    }
    runs
}

/// How many different values there are, counted up to `most + 1`.
pub(super) fn n_distinct(values: &[f64], order: &[u32], most: usize) -> usize {
    let changes =
        order.windows(2).filter(|pair| values[pair[1] as usize] > values[pair[0] as usize]);
    order.len().min(1) + changes.take(most).count()
}

/// The rank of each value as a share in (0, 1): (rank − 1/2) / n, the mean one where values are equal; NaN stays.
pub(super) fn shares(values: &[f64]) -> Vec<f64> {
    let order = order(values);
    let mut shares = vec![f64::NAN; values.len()];
    let count = order.len() as f64;
    for run in runs(values, &order) {
        let middle = (run.start + run.end) as f64 / 2.0;
        for &at in &order[run] {
            shares[at as usize] = middle / count;
        }
    }
    shares
}

/// The standard normal quantile of each rank (van der Waerden's scores).
pub(super) fn normal_scores(shares: &[f64]) -> Vec<f64> {
    shares.iter().map(|&share| norm_quantile(share)).collect()
}

/// Pearson's coefficient of the pairs in which both are numbers; `None` where one of them does not vary.
pub(super) fn correlation(x: &[f64], y: &[f64]) -> Option<f64> {
    let pairs = || x.iter().zip(y).filter(|(x, y)| x.is_finite() && y.is_finite());
    let count = pairs().count() as f64;
    let (sum_x, sum_y) = pairs().fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
    let (mean_x, mean_y) = (sum_x / count, sum_y / count);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs() {
        let (x, y) = (x - mean_x, y - mean_y);
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    (xx > 0.0 && yy > 0.0).then(|| (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0))
}

/// The smallest value with at least that share of the values at or below it; `order` is that of the values.
pub(super) fn quantile(values: &[f64], order: &[u32], p: f64) -> Option<f64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank below the number of values"
    )]
    let rank = (p * order.len() as f64).ceil() as usize;
    order.get(rank.clamp(1, order.len().max(1)) - 1).map(|&at| values[at as usize])
}

/// How the values inside a region compare with those outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Superiority {
    /// P(inside > outside) + P(inside = outside) / 2: the statistic of Mann and Whitney, scaled.
    pub(super) value: f64,
    /// Its standard error (DeLong, DeLong and Clarke-Pearson 1988).
    pub(super) se: f64,
}

/// The probability of superiority of the inside; `None` where either side is empty.
pub(super) fn superiority(
    values: &[f64],
    order: &[u32],
    is_inside: &[bool],
) -> Option<Superiority> {
    let n_inside = order.iter().filter(|&&at| is_inside[at as usize]).count();
    let n_outside = order.len() - n_inside;
    if n_inside == 0 || n_outside == 0 {
        return None;
    }
    let (inside, outside) = (n_inside as f64, n_outside as f64);
    // The share of the other side below a value: a sum and a sum of squares for each side.
    let (mut below_inside, mut below_outside) = (0.0, 0.0);
    let mut of_inside = [0.0; 2];
    let mut of_outside = [0.0; 2];
    for run in runs(values, order) {
        let here = order[run.clone()].iter().filter(|&&at| is_inside[at as usize]).count() as f64;
        let there = run.len() as f64 - here;
        let for_inside = (below_outside + 0.5 * there) / outside;
        let for_outside = (below_inside + 0.5 * here) / inside;
        of_inside[0] += here * for_inside;
        of_inside[1] += here * for_inside * for_inside;
        of_outside[0] += there * for_outside;
        of_outside[1] += there * for_outside * for_outside;
        below_inside += here;
        below_outside += there;
    }
    let value = of_inside[0] / inside;
    let variance =
        |[sum, squares]: [f64; 2], n: f64| (squares / n - (sum / n) * (sum / n)).max(0.0) / n;
    Some(Superiority {
        value,
        se: (variance(of_inside, inside) + variance(of_outside, outside)).sqrt(),
    })
}

/// The standard error of a probability of superiority whose trials come in replicates, by what each trial adds to it (its
/// influence, which the error of [`superiority`] sums up for independent trials); `replicate` tells a trial's own.
pub(super) fn superiority_error(
    values: &[f64],
    order: &[u32],
    is_inside: &[bool],
    value: f64,
    replicate: impl Fn(u32) -> usize,
    n_replicates: usize,
) -> Option<f64> {
    let inside = order.iter().filter(|&&at| is_inside[at as usize]).count() as f64;
    let all = order.len() as f64;
    let outside = all - inside;
    let mut parts = vec![(0.0, 0); n_replicates];
    let (mut below_inside, mut below_outside) = (0.0, 0.0);
    for run in runs(values, order) {
        let own = &order[run];
        let here = own.iter().filter(|&&at| is_inside[at as usize]).count() as f64;
        let there = own.len() as f64 - here;
        let for_inside = (below_outside + 0.5 * there) / outside - value;
        let for_outside = 1.0 - (below_inside + 0.5 * here) / inside - value;
        for &at in own {
            let part = &mut parts[replicate(at)];
            part.0 += if is_inside[at as usize] {
                for_inside * all / inside
            } else {
                for_outside * all / outside
            };
            part.1 += 1;
        }
        below_inside += here;
        below_outside += there;
    }
    mean_error_of_replicates(&parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_their_rank() {
        assert_eq!(shares(&[3.0, 1.0, 3.0, f64::INFINITY])[..3], [0.5, 0.125, 0.5]);
        assert!(shares(&[f64::NAN, 1.0])[0].is_nan());
    }

    #[test]
    fn quantiles_are_values() {
        let values = [4.0, 1.0, 3.0, 2.0];
        let order = order(&values);
        assert_eq!(quantile(&values, &order, 0.5), Some(2.0));
        assert_eq!(quantile(&values, &order, 0.51), Some(3.0));
        assert_eq!(quantile(&values, &order, 1.0), Some(4.0));
        assert_eq!(quantile(&[], &[], 0.5), None);
    }

    #[test]
    fn different_values_are_counted() {
        let values = [1.0, 2.0, 1.0, 2.0, 3.0, f64::NAN];
        assert_eq!(n_distinct(&values, &order(&values), 10), 3);
        assert_eq!(n_distinct(&values, &order(&values), 1), 2);
    }

    #[test]
    fn superiority_counts_pairs() {
        let values = [1.0, 2.0, 3.0, 3.0, 5.0];
        let inside = [false, true, false, true, true];
        // Pairs won: 2 over 1; 3 over 1, half of 3; 5 over 1 and 3.
        let found = superiority(&values, &order(&values), &inside).expect("both sides");
        assert!((found.value - 4.5 / 6.0).abs() < 1e-15);
        assert!(superiority(&values, &order(&values), &[true; 5]).is_none());
    }

    #[test]
    fn a_monotone_relation_has_rank_correlation_one() {
        let x: Vec<f64> = (0..100).map(f64::from).collect();
        let y: Vec<f64> = x.iter().map(|x| x * x * x).collect();
        assert_eq!(correlation(&shares(&x), &shares(&y)), Some(1.0));
        assert_eq!(correlation(&x, &[1.0; 100]), None);
    }
}
