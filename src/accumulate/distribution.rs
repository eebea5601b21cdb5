//! The values of a channel in ascending order, as far as buckets and atoms tell them apart: ranks to values.
//!
//! What comes in: buckets in ascending order and counted atoms. What goes out: order statistics, and the bounds that
//! they make. What is not here: which rank a percentile or an interval asks for (`results`).

use super::histogram::{Bucket, HdrError, hdr_from_buckets};

/// Values in ascending order.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// In ascending order, not overlapping; none is empty.
    pieces: Vec<Bucket>,
    /// Values up to and including each piece.
    up_to: Vec<u64>,
    is_whole: bool,
}

impl Distribution {
    /// Buckets in ascending order, with atoms sorted in. Where all values are whole numbers, so are those read off.
    pub(super) fn new(
        buckets: impl Iterator<Item = Bucket>,
        atoms: impl Iterator<Item = (f64, u64)>,
        is_whole: bool,
    ) -> Distribution {
        let mut pieces: Vec<Bucket> = buckets.collect();
        for (value, count) in atoms.filter(|&(_, count)| count > 0) {
            insert_atom(&mut pieces, Bucket { count, min: value, max: value });
        }
        let up_to = pieces
            .iter()
            .scan(0, |sum, piece| {
                *sum += piece.count;
                Some(*sum)
            })
            .collect();
        Distribution { pieces, up_to, is_whole }
    }

    /// How many values.
    pub fn count(&self) -> u64 {
        self.up_to.last().copied().unwrap_or(0)
    }

    /// The smallest value.
    pub fn min(&self) -> Option<f64> {
        self.pieces.first().map(|piece| piece.min)
    }

    /// The largest value.
    pub fn max(&self) -> Option<f64> {
        self.pieces.last().map(|piece| piece.max)
    }

    /// Whether all values are whole numbers.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The buckets and atoms that hold values, in ascending order.
    pub fn pieces(&self) -> &[Bucket] {
        &self.pieces
    }

    /// The `rank`-th smallest value, 1 ≤ rank ≤ count: exact where its bucket holds one distinct value, or where
    /// it is its bucket's smallest or largest; else interpolated between these.
    pub fn at_rank(&self, rank: u64) -> f64 {
        let (at, before) = self.find(rank);
        let value = self.interpolated(at, (rank - before - 1) as f64);
        if self.is_whole { value.round() } else { value }
    }

    /// The value so many ranks above the smallest of a piece, not beyond its extremes.
    fn interpolated(&self, at: usize, ranks: f64) -> f64 {
        let piece = &self.pieces[at];
        if piece.min == piece.max {
            return piece.min;
        }
        let share = (ranks / (piece.count - 1) as f64).clamp(0.0, 1.0);
        let width = piece.max - piece.min;
        let value = if width.is_finite() {
            piece.min + width * share
        } else {
            piece.min * (1.0 - share) + piece.max * share
        };
        value.clamp(piece.min, piece.max)
    }

    /// The share of the values below one: exact but for the bucket around it, which counts by how much of it lies below.
    pub fn share_below(&self, value: f64) -> f64 {
        let below = |piece: &Bucket| {
            let part = if piece.max < value {
                1.0
            } else if piece.min >= value {
                0.0
            } else {
                (value / 2.0 - piece.min / 2.0) / (piece.max / 2.0 - piece.min / 2.0)
            };
            piece.count as f64 * part
        };
        self.pieces.iter().map(below).sum::<f64>() / self.count() as f64
    }

    /// How many values are at or below the `rank`-th smallest, where it stands alone; else its rank.
    pub fn up_to_rank(&self, rank: u64) -> u64 {
        let at = self.position(rank);
        let piece = &self.pieces[at];
        if piece.min == piece.max { self.up_to[at] } else { rank }
    }

    /// The values as an `hdrhistogram`, each multiplied by `scale` and rounded.
    ///
    /// # Errors
    /// Where a value is negative, or too large once scaled.
    pub fn hdr(&self, scale: f64) -> Result<hdrhistogram::Histogram<u64>, HdrError> {
        hdr_from_buckets(self.pieces.iter().copied(), scale)
    }

    /// The lower bound that the `rank`-th smallest value makes: that value, as much lower as its bucket may hide
    /// (`hidden`). Where it is interpolated, it is not an order statistic, but as good a bound: the share of the values
    /// below a point of a bucket, interpolated between the shares at its edges, varies no more than the share itself.
    pub fn low_at_rank(&self, rank: u64) -> f64 {
        let (at, before) = self.find(rank);
        let value = self.interpolated(at, (rank - before - 1) as f64 - self.hidden(at));
        if self.is_whole { value.floor() } else { value }
    }

    /// The upper bound that the `rank`-th smallest value makes.
    pub fn high_at_rank(&self, rank: u64) -> f64 {
        let (at, before) = self.find(rank);
        let value = self.interpolated(at, (rank - before - 1) as f64 + self.hidden(at));
        if self.is_whole { value.ceil() } else { value }
    }

    /// The position of the piece that holds a rank.
    pub(super) fn position(&self, rank: u64) -> usize {
        assert!((1..=self.count()).contains(&rank), "a rank among the values");
        self.up_to.partition_point(|&sum| sum < rank)
    }

    /// The position of the piece that holds a rank, and how many values lie before it.
    fn find(&self, rank: u64) -> (usize, u64) {
        let at = self.position(rank);
        (at, self.up_to[at] - self.pieces[at].count)
    }
}

/// Sorts an atom in; a bucket that lies on both sides of it is split there, as interpolation would.
fn insert_atom(pieces: &mut Vec<Bucket>, atom: Bucket) {
    let at = pieces.partition_point(|piece| piece.max < atom.min);
    let Some(&piece) = pieces.get(at).filter(|piece| piece.min < atom.min) else {
        pieces.insert(at, atom);
        return;
    };
    // At least the smallest and the largest value lie on either side.
    let share = (atom.min / 2.0 - piece.min / 2.0) / (piece.max / 2.0 - piece.min / 2.0);
    let below = ((piece.count as f64 * share) as u64).clamp(1, piece.count - 1);
    let lower =
        Bucket { count: below, max: if below == 1 { piece.min } else { atom.min }, ..piece };
    let above = piece.count - below;
    let upper =
        Bucket { count: above, min: if above == 1 { piece.max } else { atom.min }, ..piece };
    pieces.splice(at..=at, [lower, atom, upper]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(count: u64, min: f64, max: f64) -> Bucket {
        Bucket { count, min, max }
    }

    #[test]
    fn ranks_run_between_a_buckets_own_extremes() {
        let buckets = [bucket(3, 1.0, 1.0), bucket(5, 2.0, 4.0)];
        let all = Distribution::new(buckets.into_iter(), [].into_iter(), false);
        let values: Vec<f64> = (1..=8).map(|rank| all.at_rank(rank)).collect();
        assert_eq!(values, [1.0, 1.0, 1.0, 2.0, 2.5, 3.0, 3.5, 4.0]);
        assert_eq!((all.low_at_rank(6), all.high_at_rank(6)), (2.0, 4.0));
        assert_eq!((all.min(), all.max(), all.count()), (Some(1.0), Some(4.0), 8));
    }

    #[test]
    fn whole_numbers_stay_whole() {
        let all = Distribution::new([bucket(5, 2.0, 4.0)].into_iter(), [].into_iter(), true);
        assert_eq!(all.at_rank(2), 3.0);
    }

    #[test]
    fn an_atom_splits_the_bucket_around_it() {
        let buckets = [bucket(10, -1.0, 1.0), bucket(1, 7.0, 7.0)];
        let atoms = [(0.0, 80), (7.5, 9), (9.0, 0)];
        let all = Distribution::new(buckets.into_iter(), atoms.into_iter(), false);
        assert_eq!(all.count(), 100);
        assert_eq!(
            [5, 6, 85, 86, 90, 91, 100].map(|rank| all.at_rank(rank)),
            [0.0, 0.0, 0.0, 0.0, 1.0, 7.0, 7.5]
        );
    }
}
