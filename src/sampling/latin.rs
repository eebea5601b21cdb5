//! Latin hypercubes, streamed: the stratum of every trial by a keyed permutation that is computed, not stored.
//!
//! In: a key, a step, a block of a replicate of n trials. Out: the block's uniforms; over the replicate exactly one
//! lies in each of the strata [k/n, (k + 1)/n) (M. D. McKay, R. J. Beckman, W. J. Conover, Technometrics 21, 1979).
//!
//! The permutation is a Feistel network over Z_a × Z_2^k with a 2^k hardly above n, whose results beyond n are
//! sent through it again until they are below (cycle walking: J. Black, P. Rogaway, "Ciphers with arbitrary finite
//! domains", CT-RSA 2002). It is a bijection whatever its round functions are; they are hashes of 32 bits.

use super::stream::{BLOCK, StreamKey, fill_uniform, uniform_at};
use crate::math::simd::{Kernel, Path, SimdPath};

/// Rounds of the network: half of them move either part.
const ROUNDS: usize = 6;
/// The lower half of a word.
const LOW: u64 = 0xFFFF_FFFF;
/// The smallest and the largest uniform, those of streams.
const SMALLEST: f64 = f64::EPSILON / 2.0;
const LARGEST: f64 = 1.0 - f64::EPSILON / 2.0;

/// The numbers 0..n in a grid of rows, each of a power of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Grid {
    n: u64,
    n_rows: u64,
    row_bits: u32,
}

impl Grid {
    fn new(n: u64) -> Grid {
        let row_bits = (u64::BITS - n.leading_zeros()) / 2;
        Grid { n, n_rows: n.div_ceil(1 << row_bits), row_bits }
    }
}

/// A hash of 32 bits: two multiplications of 32 bits, which every vector unit has.
#[inline(always)]
fn round_hash(x: u64, key: u64) -> u64 {
    let product = ((x ^ key) & LOW) * 0x9E37_79B1;
    let sum = product.wrapping_add(key);
    let product = ((sum ^ (sum >> 32)) & LOW) * 0x85EB_CA77;
    (product ^ (product >> 32)) & LOW
}

/// The network once: a bijection of the grid.
#[inline(always)]
fn network(grid: Grid, keys: &[u64; ROUNDS], x: u64) -> u64 {
    let mask = (1_u64 << grid.row_bits) - 1;
    let (mut row, mut column) = (x >> grid.row_bits, x & mask);
    for pair in keys.as_chunks::<2>().0 {
        // n is below 2^50, so that rows are below 2^26 and the product is in range.
        row += (round_hash(column, pair[0]) * grid.n_rows) >> 32;
        row -= if row as i64 >= grid.n_rows as i64 { grid.n_rows } else { 0 };
        column = (column + round_hash(row, pair[1])) & mask;
    }
    (row << grid.row_bits) | column
}

/// Sends a number that the network has left beyond n through it until it is below.
#[inline(always)]
fn walk(grid: Grid, keys: &[u64; ROUNDS], mut x: u64) -> u64 {
    while x >= grid.n {
        x = network(grid, keys, x);
    }
    x
}

/// A point of a stratum: `jitter` in (0, 1) is the place in it.
#[inline(always)]
fn point(stratum: u64, jitter: f64, width: f64) -> f64 {
    // A whole number below 2^52 as a float, without an instruction that narrow vectors lack.
    const TWO_52: f64 = (1_u64 << 52) as f64;
    let stratum = f64::from_bits(TWO_52.to_bits() | stratum) - TWO_52;
    let u = (stratum + jitter) * width;
    let u = if u > SMALLEST { u } else { SMALLEST };
    if u < LARGEST { u } else { LARGEST }
}

/// A draw site in one replicate.
#[derive(Debug, Clone, Copy)]
pub(super) struct LatinSite {
    key: StreamKey,
    first_block: u64,
    grid: Grid,
    width: f64,
}

impl LatinSite {
    /// The site with this key (of the replicate) in a replicate of so many trials.
    pub(super) fn new(key: StreamKey, first_block: u64, trials: u64) -> LatinSite {
        LatinSite { key, first_block, grid: Grid::new(trials), width: 1.0 / trials as f64 }
    }

    /// The uniforms of a block.
    pub(super) fn fill(&self, path: SimdPath, step: u32, block: u64, out: &mut [f64]) {
        path.run(Fill { site: self, step, block: block - self.first_block, out });
    }

    /// The uniform of one trial.
    pub(super) fn at(&self, step: u32, block: u64, lane: usize) -> f64 {
        let index = (block - self.first_block) * BLOCK as u64 + lane as u64;
        let keys = self.key.words(step);
        let index = index.min(self.grid.n - 1);
        let stratum = walk(self.grid, &keys, network(self.grid, &keys, index));
        let trial = (block - self.first_block) * BLOCK as u64 + lane as u64;
        point(stratum, uniform_at(self.key, step, trial), self.width)
    }
}

struct Fill<'a> {
    site: &'a LatinSite,
    step: u32,
    /// Counted in the replicate.
    block: u64,
    out: &'a mut [f64],
}

impl Kernel for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run<P: Path>(self, path: P) {
        let Fill { site, step, block, out } = self;
        let LatinSite { key, grid, width, .. } = *site;
        fill_uniform(path, key, step, block, out);
        let keys = key.words(step);
        let first = block * BLOCK as u64;
        let mut strata = [0; BLOCK];
        let mut all_bits_beyond = 0;
        for (lane, stratum) in strata.iter_mut().enumerate() {
            // Lanes behind the last trial are nobody's; any number will do.
            let index = (first + lane as u64) as i64;
            let last = grid.n as i64 - 1;
            let index = if index < last { index } else { last } as u64;
            *stratum = network(grid, &keys, index);
            // Below 0 where it is beyond n.
            all_bits_beyond |= (grid.n as i64 - 1) - *stratum as i64;
        }
        if all_bits_beyond < 0 {
            for stratum in &mut strata {
                *stratum = walk(grid, &keys, *stratum);
            }
        }
        for (u, &stratum) in out.iter_mut().zip(&strata) {
            *u = point(stratum, *u, width);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_of(site: &LatinSite, path: SimdPath, step: u32, block: u64) -> Vec<f64> {
        let mut out = vec![0.0; BLOCK];
        site.fill(path, step, block, &mut out);
        out
    }

    #[test]
    fn the_network_is_a_permutation_for_awkward_numbers() {
        for n in (1..=70).chain([255, 256, 257, 1000, 4095, 65_521, 65_537, 100_003]) {
            let grid = Grid::new(n);
            assert!(grid.n_rows << grid.row_bits >= n);
            for seed in 0..3 {
                let keys = StreamKey::new(seed, "permutation").words(2);
                let mut is_met = vec![false; n as usize];
                for index in 0..n {
                    let place = walk(grid, &keys, network(grid, &keys, index));
                    assert!(!std::mem::replace(&mut is_met[place as usize], true), "{n}: {place}");
                }
            }
        }
    }

    #[test]
    fn every_stratum_has_one_point_of_each_step() {
        for n in [1, 2, 7, 500, 512, 513, 1300, 4096] {
            let site = LatinSite::new(StreamKey::new(3, "strata").part(5), 40, n);
            for step in [0, 1, 9] {
                let mut is_met = vec![false; n as usize];
                for index in 0..n {
                    let lane = (index % BLOCK as u64) as usize;
                    let u = site.at(step, 40 + index / BLOCK as u64, lane);
                    assert!(u > 0.0 && u < 1.0);
                    assert!(!std::mem::replace(&mut is_met[(u * n as f64) as usize], true));
                }
            }
        }
    }

    #[test]
    fn every_path_gives_the_bits_of_the_scalar() {
        for n in [3, 700, 62_500, 1 << 20, 1_000_003] {
            let site = LatinSite::new(StreamKey::new(7, "paths").part(2), 100, n);
            for (step, block) in [(0, 100), (3, 100 + n / BLOCK as u64)] {
                let expected: Vec<f64> =
                    (0..BLOCK).map(|lane| site.at(step, block, lane)).collect();
                for path in SimdPath::available() {
                    assert_eq!(block_of(&site, path, step, block), expected, "{path} {n} {step}");
                }
            }
        }
    }

    /// Correlations of the orders of two sites, over many pairs: mean 0 and variance 1 / (n − 1), those of
    /// independent permutations, and so for neighboring trials of one site.
    #[test]
    fn orders_of_two_sites_are_unrelated() {
        const PAIRS: u64 = 2000;
        for n in [16_u64, 61, 1024] {
            let ranks = |number: u64, step: u32| -> Vec<f64> {
                let keys = StreamKey::new(11, "order").part(number).words(step);
                let grid = Grid::new(n);
                (0..n).map(|index| walk(grid, &keys, network(grid, &keys, index)) as f64).collect()
            };
            let center = (n - 1) as f64 / 2.0;
            let scale = (n * n - 1) as f64 / 12.0 * n as f64;
            let (mut sum, mut squares, mut neighbors) = (0.0, 0.0, 0.0);
            for pair in 0..PAIRS {
                let (a, b) = (ranks(pair, 0), ranks(pair, 1));
                let product = |x: &[f64], y: &[f64]| -> f64 {
                    x.iter().zip(y).map(|(x, y)| (x - center) * (y - center)).sum::<f64>() / scale
                };
                let r = product(&a, &b);
                sum += r;
                squares += r * r;
                neighbors += product(&a[1..], &a);
            }
            let n = n as f64;
            let pairs = PAIRS as f64;
            let standard_error = 1.0 / (pairs * (n - 1.0)).sqrt();
            assert!((sum / pairs).abs() < 4.0 * standard_error, "{n}: mean {}", sum / pairs);
            let variance = squares / pairs * (n - 1.0);
            assert!((variance - 1.0).abs() < 4.0 * (2.0 / pairs).sqrt(), "{n}: {variance}");
            // Of a permutation's neighbors the expected product is −1/n.
            let expected = -1.0 / n;
            assert!((neighbors / pairs - expected).abs() < 5.0 * standard_error, "{n}");
        }
    }

    #[test]
    fn ten_draws_are_pinned() {
        let site = LatinSite::new(StreamKey::new(1, "pinned").part(0), 0, 62_500);
        let draws: Vec<f64> = (0..10).map(|lane| site.at(0, 0, lane)).collect();
        insta::assert_debug_snapshot!(draws);
    }
}
