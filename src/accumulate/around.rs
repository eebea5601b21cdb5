//! A stretch of a distribution around one rank: how many values lie below a value that is known only later.
//!
//! What comes in: a distribution, a rank, how many ranks to either side. What goes out: the pieces that hold these
//! ranks, few enough to keep for every percentile, and counts read off them.

use super::distribution::Distribution;
use super::histogram::Bucket;

/// The pieces of a distribution around a rank.
#[derive(Debug, Clone, PartialEq)]
pub struct Around {
    /// How many values lie below the first piece.
    before: u64,
    pieces: Vec<Bucket>,
}

impl Distribution {
    /// The pieces that hold the ranks from `rank − reach` to `rank + reach`, as far as there are values.
    ///
    /// # Panics
    /// Without any value.
    pub fn around(&self, rank: u64, reach: u64) -> Around {
        let at = |rank: u64| self.position(rank.clamp(1, self.count()));
        let (first, last) = (at(rank.saturating_sub(reach)), at(rank.saturating_add(reach)));
        let before = self.pieces()[..first].iter().map(|piece| piece.count).sum();
        Around { before, pieces: self.pieces()[first..=last].to_vec() }
    }
}

impl Around {
    /// How many values lie below one, and how many at or below it: exact where no bucket lies on both sides of it,
    /// else as if that bucket's values were spread evenly. Of a value outside the stretch, the counts at its edge.
    pub fn counts(&self, value: f64) -> (f64, f64) {
        let at = self.pieces.partition_point(|piece| piece.max < value);
        let before = self.before + self.pieces[..at].iter().map(|piece| piece.count).sum::<u64>();
        let before = before as f64;
        let Some(piece) = self.pieces.get(at).filter(|piece| piece.min <= value) else {
            return (before, before);
        };
        let count = piece.count as f64;
        if piece.min == piece.max {
            return (before, before + count);
        }
        // Halved, so that extremes of both signs do not overflow.
        let share = (value / 2.0 - piece.min / 2.0) / (piece.max / 2.0 - piece.min / 2.0);
        let inside = before + 0.5 + (count - 1.0) * share;
        (inside, inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Distribution {
        let bucket = |count, min, max| Bucket { count, min, max };
        let buckets = [
            bucket(2, -9.0, -8.0),
            bucket(3, 1.0, 1.0),
            bucket(5, 2.0, 4.0),
            bucket(1, 5.0, 5.0),
            bucket(7, 8.0, 9.0),
        ];
        Distribution::new(buckets.into_iter(), std::iter::empty(), false)
    }

    #[test]
    fn counts_are_those_below_and_up_to() {
        let around = all().around(7, 100);
        for (value, below, up_to) in [
            (-10.0, 0.0, 0.0),
            (0.0, 2.0, 2.0),
            (1.0, 2.0, 5.0),
            (1.5, 5.0, 5.0),
            (3.0, 7.5, 7.5),
            (4.0, 9.5, 9.5),
            (5.0, 10.0, 11.0),
            (10.0, 18.0, 18.0),
        ] {
            assert_eq!(around.counts(value), (below, up_to), "{value}");
        }
    }

    #[test]
    fn a_stretch_holds_its_ranks_and_no_more() {
        let around = all().around(7, 2);
        assert_eq!((around.before, around.pieces.len()), (2, 2));
        assert_eq!(around.counts(3.0), all().around(7, 100).counts(3.0));
        assert_eq!((around.counts(-9.0), around.counts(8.5)), ((2.0, 2.0), (10.0, 10.0)));
        assert_eq!(all().around(0, 0).pieces, all().around(1, 1).pieces);
        assert_eq!(all().around(40, 0).pieces.len(), 1);
    }

    #[test]
    fn extremes_of_both_signs_do_not_overflow() {
        let bucket = Bucket { count: 3, min: f64::MIN, max: f64::MAX };
        let all = Distribution::new([bucket].into_iter(), std::iter::empty(), false);
        assert_eq!(all.around(2, 1).counts(0.0), (1.5, 1.5));
    }
}
