//! Where buckets are too coarse for a percentile, and what a second look at their values makes of them.
//!
//! What comes in: a distribution as buckets, and ranks that are asked for. What goes out: stretches of values that
//! should be collected one by one, and, from the collected values, the same distribution with those buckets taken
//! apart. Interpolation in a bucket supposes that values are spread evenly in it; where the density rises or falls
//! steeply (a pole at an edge, an atom that the pilot did not find) it is not so, and the neighbors tell; bounds
//! allow for as much.
//! A run is a function of its trials, so a second pass meets the same values.

use super::distribution::Distribution;
use super::histogram::Bucket;

/// The most values that are collected in all: 8 MB.
const MOST_VALUES: u64 = 1 << 20;
/// The error in rank that interpolation may make, in standard errors of the rank.
const TOLERATED: f64 = 0.2;
/// The difference of two counts that is taken for chance, in standard deviations.
const CHANCE: f64 = 2.0;

/// Values of a channel between two bounds, both included, to be collected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// The channel.
    pub channel: usize,
    /// The smallest value.
    pub low: f64,
    /// The largest value.
    pub high: f64,
    /// How many there are.
    pub count: u64,
}

/// Those of the stretches that fit the memory set apart for them: each once, in the order given.
pub fn affordable(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let mut chosen: Vec<Stretch> = Vec::new();
    let mut values = 0;
    for stretch in stretches {
        if !chosen.contains(&stretch) && values + stretch.count <= MOST_VALUES {
            values += stretch.count;
            chosen.push(stretch);
        }
    }
    chosen
}

impl Distribution {
    /// The bucket of a rank, where interpolation in it may be off by more than a fraction of the standard error of
    /// the rank of the `p`-quantile among `count` values.
    pub(super) fn doubtful(&self, rank: u64, p: f64, count: u64) -> Option<Bucket> {
        let at = self.position(rank);
        let bucket = self.pieces()[at];
        if bucket.min == bucket.max || bucket.count < 3 {
            return None;
        }
        // Without a neighbor to compare with, the bucket is at an edge: anything may happen in it.
        let slopes = self.neighbors(at).map(|near| slope(&bucket, near));
        let error = slopes.reduce(f64::max).unwrap_or(bucket.count as f64);
        let standard_error = (count as f64 * p * (1.0 - p)).sqrt().max(1.0);
        (error > TOLERATED * standard_error).then_some(bucket)
    }

    /// By how many ranks interpolation in a piece may be off: by the slope of the density, and by what its count has
    /// beyond chance that its neighbors have not, which may all stand in one place.
    pub(super) fn hidden(&self, at: usize) -> f64 {
        let bucket = self.pieces()[at];
        if bucket.min == bucket.max || bucket.count < 3 {
            return 0.0;
        }
        let off = self.neighbors(at).map(|near| slope(&bucket, near) + surplus(&bucket, near));
        off.reduce(f64::max).unwrap_or(f64::INFINITY)
    }

    /// The pieces beside one that have a width.
    fn neighbors(&self, at: usize) -> impl Iterator<Item = &Bucket> {
        let around = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
        around.filter_map(|at| self.pieces().get(at)).filter(|near| near.min < near.max)
    }
}

/// The error in rank at the middle of a bucket whose density changes evenly, by as much as it differs from its
/// neighbor's.
fn slope(bucket: &Bucket, near: &Bucket) -> f64 {
    let density = |bucket: &Bucket| bucket.count as f64 / (bucket.max - bucket.min);
    let ratio = density(near) / density(bucket);
    let change = (if ratio < 1.0 { 1.0 / ratio } else { ratio } - 1.0).min(8.0);
    bucket.count as f64 * change / 8.0
}

/// How many values of a bucket are neither explained by its neighbor's density nor by the chance of both counts.
fn surplus(bucket: &Bucket, near: &Bucket) -> f64 {
    let widths = (bucket.max - bucket.min) / (near.max - near.min);
    let (own, expected) = (bucket.count as f64, near.count as f64 * widths);
    let chance = CHANCE * (own + expected * widths).sqrt();
    ((own - expected).abs() - chance).max(0.0)
}

/// A bucket taken apart: one for each distinct value. `values` ascend; atoms among them are counted elsewhere.
pub(super) fn taken_apart(bucket: Bucket, values: &[f64], atoms: &[f64]) -> Option<Vec<Bucket>> {
    let start = values.partition_point(|&value| value < bucket.min);
    let end = values.partition_point(|&value| value <= bucket.max);
    let parts: Vec<Bucket> = values[start..end]
        .chunk_by(|a, b| a == b)
        .filter(|run| !atoms.contains(&run[0]))
        .map(|run| Bucket { count: run.len() as u64, min: run[0], max: run[0] })
        .collect();
    // A stretch of another bucket covers this one in part, or not at all.
    (parts.iter().map(|part| part.count).sum::<u64>() == bucket.count).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(count: u64, min: f64, max: f64) -> Bucket {
        Bucket { count, min, max }
    }

    #[test]
    fn a_steep_bucket_is_doubtful_and_an_even_one_is_not() {
        let even = Distribution::new(
            [bucket(500, 0.0, 1.0), bucket(510, 1.0, 2.0), bucket(495, 2.0, 3.0)].into_iter(),
            std::iter::empty(),
            false,
        );
        assert_eq!(even.doubtful(700, 0.5, 1505), None);
        let steep = Distribution::new(
            [bucket(5000, 0.0, 1.0), bucket(500, 1.0, 2.0)].into_iter(),
            std::iter::empty(),
            false,
        );
        assert_eq!(steep.doubtful(100, 0.02, 5500), Some(bucket(5000, 0.0, 1.0)));
        assert_eq!(steep.doubtful(5500, 0.999, 5500), Some(bucket(500, 1.0, 2.0)));
    }

    #[test]
    fn a_bucket_is_taken_apart_into_its_values() {
        let values = [0.1, 0.5, 0.5, 0.7, 2.0];
        let parts = taken_apart(bucket(4, 0.1, 0.7), &values, &[]).expect("all its values");
        assert_eq!(parts, [bucket(1, 0.1, 0.1), bucket(2, 0.5, 0.5), bucket(1, 0.7, 0.7)]);
        assert_eq!(
            taken_apart(bucket(2, 0.1, 0.7), &values, &[0.5]).map(|parts| parts.len()),
            Some(2)
        );
        assert_eq!(taken_apart(bucket(9, 0.1, 0.7), &values, &[]), None);
    }

    #[test]
    fn memory_for_values_is_bounded() {
        let stretch = |channel, count| Stretch { channel, low: 0.0, high: 1.0, count };
        let chosen = affordable(vec![
            stretch(0, 10),
            stretch(0, 10),
            stretch(1, MOST_VALUES),
            stretch(2, 20),
        ]);
        assert_eq!(chosen, [stretch(0, 10), stretch(2, 20)]);
    }
}
