//! Sobol' points with Owen's scrambling, a block at a time.
//!
//! In: a dimension, a key, a block of a replicate of 2^m points. Out: the block's uniforms, of all 52 bits. The
//! points 0 … 2^m − 1 are used from the first on, so that every replicate is a digital net, and scrambling keeps it
//! one: every dimension has one point in each interval [k 2^-m, (k + 1) 2^-m), and so on for boxes.
//!
//! I. M. Sobol', USSR Comp. Math. Math. Phys. 7 (1967); direction numbers of S. Joe and F. Y. Kuo, "Constructing
//! Sobol' sequences with better two-dimensional projections", SIAM J. Sci. Comput. 30 (2008), file
//! `new-joe-kuo-6.21201`, here the first 1,867 dimensions (primitive polynomials up to degree 14).
//! Scrambling: A. B. Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences" (1995), by a keyed hash in which
//! no bit depends on a lower one, after S. Laine, T. Karras, "Stratified sampling for stochastic transparency",
//! EGSR 2011, and B. Burley, "Practical hash-based Owen scrambling", JCGT 9 (2020). Theirs takes 32 bits of key,
//! which leaves few of the possible permutations of the first digits; this one takes 576, all permutations of
//! the first four digits have the same probability, and the digits behind the first in which two points differ are
//! independent of each other (tests).
//!
//! Everything is done with the bits reversed, the first digit in the lowest bit, since sums and products carry
//! upwards.

use std::sync::Arc;

use super::stream::{BLOCK, StreamKey, uniform_from_bits};
use crate::math::simd::{Kernel, Path, SimdPath};

/// Dimensions of the table.
pub const DIMENSIONS: usize = 1867;

/// For each dimension from the second on: the primitive polynomial with all its bits, then as many initial
/// direction numbers as its degree; each in 16 bits, the lower byte first.
static TABLE: &[u8] = include_bytes!("sobol_directions.bin");

/// Bits of an index within a block.
const BLOCK_BITS: usize = BLOCK.trailing_zeros() as usize;

/// Direction numbers with their bits reversed, of all dimensions of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Directions {
    bits: usize,
    numbers: Vec<u64>,
}

impl Directions {
    /// Those of the first dimensions, for replicates of so many points.
    ///
    /// # Panics
    /// Beyond [`DIMENSIONS`].
    pub(super) fn new(n_dimensions: usize, points: u64) -> Directions {
        assert!(n_dimensions <= DIMENSIONS, "dimensions of the table");
        // Lanes behind the last point are computed too, and thrown away.
        let bits = (points.next_power_of_two().trailing_zeros() as usize).max(BLOCK_BITS);
        let mut numbers = Vec::with_capacity(n_dimensions * bits);
        let mut words = TABLE.as_chunks::<2>().0.iter().map(|&bytes| u16::from_le_bytes(bytes));
        for dimension in 0..n_dimensions {
            let own = if dimension == 0 {
                (0..bits).map(|bit| 1 << (63 - bit)).collect()
            } else {
                of_dimension(&mut words, bits)
            };
            numbers.extend(own.into_iter().map(u64::reverse_bits));
        }
        Directions { bits, numbers }
    }

    #[inline(always)]
    fn of(&self, dimension: usize) -> &[u64] {
        &self.numbers[dimension * self.bits..][..self.bits]
    }

    /// The point of this index, not scrambled, its bits reversed.
    #[inline(always)]
    fn point(&self, dimension: usize, index: u64) -> u64 {
        let numbers = self.of(dimension).iter().enumerate();
        numbers
            .fold(0, |sum, (bit, number)| sum ^ (0_u64.wrapping_sub((index >> bit) & 1) & number))
    }
}

/// The direction numbers of the next dimension of the table: Sobol's recurrence over its polynomial.
fn of_dimension(words: &mut impl Iterator<Item = u16>, bits: usize) -> Vec<u64> {
    let mut word = || u64::from(words.next().expect("the table has as many dimensions as it says"));
    let polynomial = word();
    let degree = polynomial.ilog2() as usize;
    let mut numbers: Vec<u64> = (0..degree).map(|bit| word() << (63 - bit)).collect();
    for bit in degree..bits {
        let before = numbers[bit - degree];
        let inner = (1..degree).filter(|&k| (polynomial >> (degree - k)) & 1 == 1);
        let number = inner.fold(before ^ (before >> degree), |sum, k| sum ^ numbers[bit - k]);
        numbers.push(number);
    }
    numbers.truncate(bits);
    numbers
}

/// Keys of a scrambling.
type Scrambling = [u64; 9];

/// A bijection of words in which a bit of the result depends on the same and lower bits of x alone. The first line
/// gives each of the four subtrees of the first two digits a word of its own; the rest mixes what follows.
#[inline(always)]
fn scrambled(x: u64, keys: &Scrambling) -> u64 {
    const EVEN: u64 = 0x9E37_79B9_7F4A_7C16;
    let [k0, k1, k2, k3, m0, a0, m1, m2, a2] = *keys;
    let (first, second) = (0_u64.wrapping_sub(x & 1), 0_u64.wrapping_sub((x >> 1) & 1));
    let own = (first & k1 & !1) ^ (second & k2 & !3) ^ (first & second & k3 & !3);
    let x = x ^ k0 ^ own;
    let x = x.wrapping_mul(m0 | 1).wrapping_add(a0);
    let x = x ^ x.wrapping_mul(m1 & !1);
    let x = x.wrapping_mul(m2 | 1).wrapping_add(a2);
    x ^ x.wrapping_mul(EVEN)
}

/// A draw site at one step in one replicate.
#[derive(Debug, Clone)]
pub(super) struct Coordinate<'a> {
    pub(super) directions: &'a Arc<Directions>,
    pub(super) dimension: usize,
    /// Of the site in the replicate.
    pub(super) key: StreamKey,
    /// Tells scramblings of one site apart.
    pub(super) number: u32,
}

impl Coordinate<'_> {
    /// The uniforms of a block, which is counted in the replicate.
    pub(super) fn fill(&self, path: SimdPath, block: u64, out: &mut [f64; BLOCK]) {
        let first = self.directions.point(self.dimension, block * BLOCK as u64);
        let numbers = self.directions.of(self.dimension);
        path.run(Fill { first, numbers, keys: &self.key.words(self.number), out });
    }

    /// The uniform of one point.
    pub(super) fn at(&self, index: u64) -> f64 {
        let x = self.directions.point(self.dimension, index);
        uniform_from_bits(scrambled(x, &self.key.words(self.number)).reverse_bits())
    }
}

struct Fill<'a> {
    /// The block's first point.
    first: u64,
    numbers: &'a [u64],
    keys: &'a Scrambling,
    out: &'a mut [f64; BLOCK],
}

impl Kernel for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run<P: Path>(self, _path: P) {
        let Fill { first, numbers, keys, out } = self;
        // The lower bits of the index run through the same pattern in every block.
        let mut points = [0_u64; BLOCK];
        points[0] = first;
        for (bit, number) in numbers[..BLOCK_BITS].iter().enumerate() {
            let (done, next) = points.split_at_mut(1 << bit);
            for (next, done) in next.iter_mut().zip(done) {
                *next = *done ^ number;
            }
        }
        for (u, &point) in out.iter_mut().zip(&points) {
            *u = uniform_from_bits(scrambled(point, keys).reverse_bits());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directions(n_dimensions: usize, points: u64) -> Arc<Directions> {
        Arc::new(Directions::new(n_dimensions, points))
    }

    fn coordinate(directions: &Arc<Directions>, dimension: usize, seed: u64) -> Coordinate<'_> {
        let key = StreamKey::new(seed, "site").part(dimension as u64);
        Coordinate { directions, dimension, key, number: 0 }
    }

    /// `scipy.stats.qmc.Sobol(1867, scramble=False, bits=30)` of SciPy 1.17, whose n-th point is ours of n's Gray code.
    #[test]
    fn points_are_those_of_joe_and_kuo() {
        let directions = Directions::new(DIMENSIONS, 1 << 30);
        for (index, dimension, expected) in [
            (1, 0, 0.5),
            (7, 1, 0.875),
            (86, 2, 0.7734375),
            (653, 6, 0.1904296875),
            (512, 39, 0.6982421875),
            (769, 999, 0.8818359375),
            (540, 1866, 0.7548828125),
            (884, 1500, 0.4697265625),
        ] {
            let bits = directions.point(dimension, index).reverse_bits();
            assert_eq!((bits >> 12) as f64 / (1_u64 << 52) as f64, expected, "{index} {dimension}");
        }
    }

    #[test]
    fn the_table_is_read_to_its_end() {
        let words = TABLE.as_chunks::<2>().0;
        let mut at = 0;
        for _ in 1..DIMENSIONS {
            let degree = u16::from_le_bytes(words[at]).ilog2() as usize;
            for bit in 0..degree {
                let number = u16::from_le_bytes(words[at + 1 + bit]);
                assert!(
                    number % 2 == 1 && u32::from(number) < 2 << bit,
                    "odd and below 2^(bit + 1)"
                );
            }
            at += 1 + degree;
        }
        assert_eq!(at, words.len());
    }

    #[test]
    fn every_path_gives_the_bits_of_the_scalar() {
        let directions = directions(1000, 1 << 20);
        for (dimension, block) in [(0, 0), (1, 7), (999, 2047)] {
            let coordinate = coordinate(&directions, dimension, 1);
            let first = block * BLOCK as u64;
            let expected: Vec<f64> =
                (first..).take(BLOCK).map(|index| coordinate.at(index)).collect();
            for path in SimdPath::available() {
                let mut out = [0.0; BLOCK];
                coordinate.fill(path, block, &mut out);
                assert_eq!(out.as_slice(), expected, "{path} {dimension} {block}");
            }
        }
    }

    /// Boxes of volume 2^(t − m) hold 2^t points each: t = 0 for the first two dimensions, and a one-dimensional
    /// net in every dimension (Sobol' 1967).
    #[test]
    fn scrambled_points_are_nets() {
        const M: u32 = 12;
        let directions = directions(DIMENSIONS, 1 << M);
        let column = |dimension: usize| -> Vec<f64> {
            let coordinate = coordinate(&directions, dimension, 9);
            (0..1 << M).map(|index| coordinate.at(index)).collect()
        };
        let (x, y, z) = (column(0), column(1), column(2));
        for bits in 0..=M {
            let (a, b) = (f64::from(1 << bits), f64::from(1 << (M - bits)));
            let mut counts = vec![0; 1 << M];
            for (x, y) in x.iter().zip(&y) {
                counts[(x * a) as usize * (1 << (M - bits)) + (y * b) as usize] += 1;
            }
            assert!(counts.iter().all(|&count| count == 1), "{bits} digits of x");
        }
        for dimension in [2, 5, 77, 500, DIMENSIONS - 1] {
            let mut counts = vec![0; 1 << M];
            column(dimension).iter().for_each(|u| counts[(u * f64::from(1 << M)) as usize] += 1);
            assert!(counts.iter().all(|&count| count == 1), "dimension {dimension}");
        }
        // t is the sum of the polynomials' degrees less one: 1 for three dimensions, so that boxes hold 2 points.
        for (i, j) in [(4, 4), (3, 5), (9, 1), (2, 2), (0, 6)] {
            let k = M - 1 - i - j;
            let mut counts = vec![0; 1 << (M - 1)];
            for ((x, y), z) in x.iter().zip(&y).zip(&z) {
                let cell = |u: f64, bits: u32| (u * f64::from(1 << bits)) as usize;
                counts[(((cell(*x, i) << j) | cell(*y, j)) << k) | cell(*z, k)] += 1;
            }
            assert!(counts.iter().all(|&count| count == 2), "{i} {j} {k}");
        }
    }

    /// Chi-square per degree of freedom over keys: 1 where all outcomes have the same probability.
    fn unevenness(counts: &[u32]) -> f64 {
        let total: f64 = counts.iter().map(|&count| f64::from(count)).sum();
        let expected = total / counts.len() as f64;
        let difference = |&count: &u32| f64::from(count) - expected;
        counts.iter().map(difference).map(|d| d * d / expected).sum::<f64>()
            / (counts.len() - 1) as f64
    }

    #[test]
    fn all_permutations_of_the_first_three_digits_are_equally_probable() {
        let mut counts = vec![0; 128];
        for number in 0..40_000 {
            let keys = StreamKey::new(1, "permutations").part(number).words(0);
            let mut flips = 0;
            for digit in 0..3 {
                for before in 0..1_u64 << digit {
                    flips = 2 * flips + ((scrambled(before, &keys) >> digit) & 1);
                }
            }
            counts[flips as usize] += 1;
        }
        // The standard deviation is √(2 / 127) = 0.125.
        assert!((unevenness(&counts) - 1.0).abs() < 0.5, "{}", unevenness(&counts));
    }

    /// Owen's condition: of two points that first differ in one digit, all digits behind it are independent.
    #[test]
    fn digits_behind_the_first_difference_are_independent() {
        for digit in [0, 1, 2, 3, 4, 6, 9, 12, 20] {
            let x = 0x1234_5678_9ABC_DEF1_u64;
            let behind = 0xF0E1_D2C3_B4A5_9687_u64 & !((2 << digit) - 1);
            let y = x ^ (1 << digit) ^ behind;
            let mut counts = vec![0; 256];
            for number in 0..40_000 {
                let keys = StreamKey::new(2, "pairs").part(number).words(0);
                let after = |x: u64| (scrambled(x, &keys) >> (digit + 1)) & 15;
                counts[(16 * after(x) + after(y)) as usize] += 1;
            }
            // The standard deviation is √(2 / 255) = 0.089.
            assert!((unevenness(&counts) - 1.0).abs() < 0.45, "{digit}: {}", unevenness(&counts));
        }
    }

    /// ∫ Π (1 + (u_j − 1/2) / j²) = 1 over eight dimensions: the error falls faster than that of random points.
    #[test]
    fn a_smooth_integral_is_found() {
        let directions = directions(8, 1 << 12);
        let mut errors = 0.0;
        for seed in 0..8 {
            let product = |index: u64| {
                (0..8).fold(1.0, |product, dimension| {
                    let u = coordinate(&directions, dimension, seed).at(index);
                    product * (1.0 + (u - 0.5) / ((dimension + 1) * (dimension + 1)) as f64)
                })
            };
            let mean = (0..1 << 12).map(product).sum::<f64>() / f64::from(1 << 12);
            errors += (mean - 1.0) * (mean - 1.0) / 8.0;
        }
        // Of random points the variance is (Π (1 + 1/(12 j⁴)) − 1) / n = 2.2e-5.
        assert!(errors < 2.2e-5 / 1000.0, "{errors:e}");
    }

    #[test]
    fn ten_draws_are_pinned() {
        let directions = directions(3, 1 << 16);
        let draws = |dimension: usize| -> Vec<f64> {
            let key = StreamKey::new(1, "pinned").part(0);
            let coordinate = Coordinate { directions: &directions, dimension, key, number: 0 };
            (0..10).map(|index| coordinate.at(index)).collect()
        };
        insta::assert_debug_snapshot!([draws(0), draws(2)]);
    }
}
