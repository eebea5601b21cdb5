//! Mean and central moments up to the fourth: of a block in a fixed number of interleaved partial sums, of a run
//! along one fixed dyadic tree over block numbers, so that no schedule of blocks moves a single bit.
//!
//! Two passes over a block (mean first, then deviations) and pairwise merging keep the sums right where the mean
//! is much larger than the spread: T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample
//! variance", The American Statistician 37 (1983); the third and fourth moments after P. Pébay, "Formulas for
//! robust, one-pass parallel computation of covariances and arbitrary-order statistical moments", Sandia report
//! SAND2008-6212 (2008).

/// Partial sums of a block: lane `i` goes into sum `i % PARTIALS`.
pub(super) const PARTIALS: usize = 16;

/// Count, mean and sums of powers of deviations from the mean.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moments {
    /// How many values.
    pub count: u64,
    /// Their mean; 0 for none.
    pub mean: f64,
    /// Σ (x − mean)².
    pub m2: f64,
    /// Σ (x − mean)³.
    pub m3: f64,
    /// Σ (x − mean)⁴.
    pub m4: f64,
}

impl Moments {
    /// The moments of a column in which NaN stands for no value and of which `count` lanes have one; `sums` are the
    /// lanes' partial sums. The length is a multiple of 16 (pad with NaN). `HAS_GAPS` may be false where no lane
    /// is NaN: the same bits, sooner.
    #[inline(always)]
    pub(super) fn of_column<const HAS_GAPS: bool>(
        column: &[f64],
        count: u64,
        sums: [f64; PARTIALS],
    ) -> Moments {
        if count == 0 {
            return Moments::default();
        }
        let (rows, rest) = column.as_chunks::<PARTIALS>();
        debug_assert!(rest.is_empty(), "a padded column");
        let mean = total(sums) / count as f64;
        let (mut s2, mut s3, mut s4) = ([0.0; PARTIALS], [0.0; PARTIALS], [0.0; PARTIALS]);
        for row in rows {
            // One operation at a time over all partial sums: each becomes one or two wide instructions.
            let d = row.map(|y| if HAS_GAPS && y.is_nan() { 0.0 } else { y - mean });
            let square = product(&d, &d);
            add(&mut s2, &square);
            add(&mut s3, &product(&square, &d));
            add(&mut s4, &product(&square, &square));
        }
        Moments { count, mean, m2: total(s2), m3: total(s3), m4: total(s4) }
    }

    /// The moments of both sets of values together.
    #[must_use]
    pub fn merged(self, other: Moments) -> Moments {
        if self.count == 0 {
            return other;
        }
        if other.count == 0 {
            return self;
        }
        let (a, b) = (self, other);
        let count = a.count + b.count;
        let n = count as f64;
        let (share_a, share_b) = (a.count as f64 / n, b.count as f64 / n);
        let d = b.mean - a.mean;
        let d2 = d * d;
        let cross = n * share_a * share_b;
        Moments {
            count,
            mean: a.mean + d * share_b,
            m2: a.m2 + b.m2 + d2 * cross,
            m3: a.m3
                + b.m3
                + d2 * d * cross * (share_a - share_b)
                + 3.0 * d * (share_a * b.m2 - share_b * a.m2),
            m4: a.m4
                + b.m4
                + d2 * d2 * cross * (share_a * share_a - share_a * share_b + share_b * share_b)
                + 6.0 * d2 * (share_a * share_a * b.m2 + share_b * share_b * a.m2)
                + 4.0 * d * (share_a * b.m3 - share_b * a.m3),
        }
    }

    /// The variance with n − 1; `None` below two values.
    pub fn variance(&self) -> Option<f64> {
        (self.count >= 2).then(|| self.m2 / (self.count - 1) as f64)
    }

    /// The skewness m₃/m₂^(3/2) (0 for a symmetric law); `None` where the values do not spread.
    pub fn skewness(&self) -> Option<f64> {
        let spread = (self.m2 / self.count as f64).sqrt();
        let ratio = self.m3 / self.m2 / spread;
        (self.m2 > 0.0).then_some(ratio)
    }

    /// The kurtosis m₄/m₂² (3 for a normal law); `None` where the values do not spread.
    pub fn kurtosis(&self) -> Option<f64> {
        let ratio = self.m4 / self.m2 / self.m2 * self.count as f64;
        (self.m2 > 0.0).then_some(ratio)
    }
}

#[inline(always)]
fn product(a: &[f64; PARTIALS], b: &[f64; PARTIALS]) -> [f64; PARTIALS] {
    std::array::from_fn(|i| a[i] * b[i])
}

#[inline(always)]
fn add(sums: &mut [f64; PARTIALS], row: &[f64; PARTIALS]) {
    for (sum, y) in sums.iter_mut().zip(row) {
        *sum += y;
    }
}

/// The partial sums' total, halving.
#[inline(always)]
fn total(mut sums: [f64; PARTIALS]) -> f64 {
    let mut half = PARTIALS / 2;
    while half > 0 {
        for i in 0..half {
            sums[i] += sums[i + half];
        }
        half /= 2;
    }
    sums[0]
}

/// Moments of blocks, merged along the dyadic tree over block numbers: node (level, index) covers the blocks
/// `index << level .. (index + 1) << level`, and only ever is the merger of its two complete halves.
/// A contiguous run of n blocks takes O(log n) nodes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MomentTree {
    /// Disjoint, ascending by first block, and no two of them siblings.
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    start: u64,
    level: u32,
    moments: Moments,
}

impl Node {
    fn is_sibling_before(&self, next: &Node) -> bool {
        self.level == next.level
            && (self.start >> self.level) & 1 == 0
            && next.start == self.start + (1 << self.level)
    }
}

impl MomentTree {
    /// Adds a block that has not been added yet.
    pub fn insert(&mut self, block: u64, moments: Moments) {
        self.insert_node(Node { start: block, level: 0, moments });
    }

    /// Adds another tree's blocks, none of which has been added yet.
    pub fn merge(&mut self, other: &MomentTree) {
        for &node in &other.nodes {
            self.insert_node(node);
        }
    }

    fn insert_node(&mut self, node: Node) {
        let mut at = match self.nodes.last() {
            Some(last) if last.start > node.start => {
                self.nodes.partition_point(|other| other.start < node.start)
            }
            Some(_) | None => self.nodes.len(),
        };
        self.nodes.insert(at, node);
        loop {
            if at > 0 && self.nodes[at - 1].is_sibling_before(&self.nodes[at]) {
                at -= 1;
            } else if at + 1 >= self.nodes.len()
                || !self.nodes[at].is_sibling_before(&self.nodes[at + 1])
            {
                return;
            }
            let right = self.nodes.remove(at + 1);
            let left = &mut self.nodes[at];
            left.moments = left.moments.merged(right.moments);
            left.level += 1;
        }
    }

    /// The moments of all blocks: what could not be merged along the tree is folded from left to right.
    pub fn total(&self) -> Moments {
        self.nodes.iter().fold(Moments::default(), |sum, node| sum.merged(node.moments))
    }

    /// How many nodes are held.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether no block has been added.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accumulate::testing::SplitMix;
    use proptest::prelude::*;

    fn of_column(column: &[f64], count: u64) -> Moments {
        let mut sums = [0.0; PARTIALS];
        for (lane, y) in column.iter().enumerate().filter(|(_, y)| !y.is_nan()) {
            sums[lane % PARTIALS] += y;
        }
        Moments::of_column::<true>(column, count, sums)
    }

    fn block_moments(block: u64) -> Moments {
        let mut random = SplitMix(block);
        let column: Vec<f64> = (0..64).map(|_| random.normal() * 3.0 + 1e6).collect();
        of_column(&column, 64)
    }

    proptest! {
        /// No assignment of blocks to workers and no order moves a bit.
        #[test]
        fn total_is_a_function_of_the_set_of_blocks(
            order in Just((0..97_u64).collect::<Vec<_>>()).prop_shuffle(),
            workers in prop::collection::vec(0..5_usize, 97),
            last in 1..97_u64,
        ) {
            let mut in_order = MomentTree::default();
            for block in 0..last {
                in_order.insert(block, block_moments(block));
            }
            let mut trees = vec![MomentTree::default(); 5];
            for block in order.into_iter().filter(|&block| block < last) {
                trees[workers[block as usize]].insert(block, block_moments(block));
            }
            let mut merged = trees.remove(2);
            for tree in &trees {
                merged.merge(tree);
            }
            prop_assert_eq!(merged.total(), in_order.total());
            prop_assert_eq!(&merged, &in_order);
        }
    }

    #[test]
    fn contiguous_runs_take_few_nodes() {
        let mut tree = MomentTree::default();
        for block in 1000..101_000 {
            tree.insert(block, Moments::default());
            assert!(tree.len() <= 40);
        }
    }

    /// Against two passes over all values, with a mean 10⁹ standard deviations away from 0.
    #[test]
    fn moments_are_those_of_the_values() {
        let values: Vec<f64> = {
            let mut random = SplitMix(7);
            (0..64 * 64).map(|_| 1e9 + random.normal().abs()).collect()
        };
        let mut tree = MomentTree::default();
        for (block, column) in values.chunks(64).enumerate() {
            tree.insert(block as u64, of_column(column, 64));
        }
        let n = values.len() as f64;
        let shift = |x: f64| x - 1e9;
        let mean = values.iter().map(|&x| shift(x)).sum::<f64>() / n;
        let power = |k: i32| {
            values.iter().map(|&x| (0..k).fold(1.0, |p, _| p * (shift(x) - mean))).sum::<f64>()
        };
        let total = tree.total();
        let near =
            |a: f64, b: f64, tolerance: f64| assert!((a / b - 1.0).abs() < tolerance, "{a} {b}");
        near(total.mean, mean + 1e9, 1e-15);
        near(total.m2, power(2), 1e-6);
        near(total.m3, power(3), 1e-5);
        near(total.m4, power(4), 1e-5);
    }

    #[test]
    fn lanes_without_a_value_do_not_count() {
        let mut column = [f64::NAN; 16];
        column[3] = 2.0;
        column[11] = 4.0;
        let moments = of_column(&column, 2);
        assert_eq!((moments.count, moments.mean, moments.m2), (2, 3.0, 2.0));
        assert_eq!(moments.variance(), Some(2.0));
    }
}
