//! Expected shortfall: the mean of the worst share of the trials, and its standard error.
//!
//! What comes in: values in ascending order, as far as buckets tell them apart. The estimate is
//! q − mean((q − x)⁺) / share with q the quantile of that share, which counts the trial on the edge in part
//! (C. Acerbi, D. Tasche, "On the coherence of expected shortfall", Journal of Banking & Finance 26, 2002). The
//! quantile's own error has no part in it to first order, so that its variance is that of (q − x)⁺ over
//! n · share² (B. J. Manistre, G. H. Hancock, "Variance of the CTE estimator", North American Actuarial
//! Journal 9, 2005). Within a bucket values are taken as spread evenly: a bucket is at most a 1024th of its
//! distance from the center wide, and exact where it holds one or two values.

use super::statistics::Worse;
use crate::accumulate::{Bucket, Distribution};

/// The mean of the worst trials.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shortfall {
    pub(super) value: f64,
    pub(super) standard_error: f64,
    /// The skewness of (q − x)⁺; 0 where it does not spread.
    pub(super) skewness: f64,
}

/// The shortfall of a share of `count` values; those that are not in `finite` lie on the good side.
/// `None` where the share reaches beyond the finite values.
pub(super) fn shortfall(
    finite: &Distribution,
    count: u64,
    share: f64,
    worse: Worse,
) -> Option<Shortfall> {
    let n = count as f64;
    let mass = share * n;
    if mass > finite.count() as f64 || count == 0 {
        return None;
    }
    let rank = super::interval::quantile_rank(count, share).min(finite.count());
    let edge = match worse {
        Worse::Low => finite.at_rank(rank),
        Worse::High => finite.at_rank(finite.count() + 1 - rank),
    };
    // Distances from the edge of what lies beyond it.
    let mut sums = [0.0; 3];
    let mut add = |bucket: &Bucket| {
        let (near, far) = match worse {
            Worse::Low => (edge - bucket.max, edge - bucket.min),
            Worse::High => (bucket.min - edge, bucket.max - edge),
        };
        if far <= 0.0 {
            return false;
        }
        // The bucket that the edge lies in counts by its part beyond.
        let (near, part) = if near < 0.0 { (0.0, far / (far - near)) } else { (near, 1.0) };
        let k = bucket.count as f64 * part;
        // Mean, mean square and mean cube over an even spread between near and far.
        let width = far - near;
        let middle = near + width / 2.0;
        let (m2, w2) = (middle * middle, width * width / 12.0);
        // One value has no spread, two lie at both ends.
        let w2 = match bucket.count {
            1 => 0.0,
            2 => width * width / 4.0,
            _ => w2,
        };
        sums[0] += k * middle;
        sums[1] += k * (m2 + w2);
        sums[2] += k * (m2 + 3.0 * w2) * middle;
        true
    };
    let pieces = finite.pieces();
    match worse {
        Worse::Low => {
            let _last = pieces.iter().take_while(|piece| add(piece)).count();
        }
        Worse::High => {
            let _last = pieces.iter().rev().take_while(|piece| add(piece)).count();
        }
    }
    let [mean, square, cube] = sums.map(|sum| sum / n);
    let variance = (square - mean * mean).max(0.0);
    let third = cube - 3.0 * mean * square + 2.0 * mean * mean * mean;
    let depth = mean / share;
    Some(Shortfall {
        value: match worse {
            Worse::Low => edge - depth,
            Worse::High => edge + depth,
        },
        standard_error: (variance / n).sqrt() / share,
        skewness: if variance > 0.0 { third / (variance * variance.sqrt()) } else { 0.0 },
    })
}
