//! Streams of uniform numbers, addressed rather than advanced.
//!
//! In: a seed, the name of a draw site, a step, a block. Out: the block's uniforms in (0, 1). No
//! state is carried from block to block, so any trial can be replayed alone, blocks are done in any
//! order, and a site's draws do not depend on which other sites there are.
//!
//! The seed and the name (in NFC) are hashed with SHA-256 into a key of 128 bits. Key, step and block
//! are mixed into the states of eight generators that take turns, whatever the width of the machine's
//! vectors. Generator: xoshiro256++ 1.0, D. Blackman and S. Vigna, "Scrambled linear pseudorandom
//! number generators", ACM TOMS 47 (2021). Mixing: the finalizer of SplitMix64 in D. Stafford's
//! variant 13, nested, and SplitMix64 itself for the words of a state (Steele, Lea and Flood 2014).
//! With 128 bits behind every state, two of 10^12 blocks share one with probability 1e-15.

use std::convert::Infallible;

use rand::TryRng;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::math::simd::{Kernel, Path, SimdPath};

/// Trials in a block: part of the format.
pub const BLOCK: usize = 512;

/// Generators that take turns in a block: draw i is of generator i mod 8.
const LANES: usize = 8;

/// Draws of a generator that are made in one go.
const ROUNDS: usize = 8;

/// ⌊2^64 / golden ratio⌋, odd: the increment of SplitMix64.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// What tells the stream of one draw site under one seed from all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamKey([u64; 2]);

impl StreamKey {
    /// The key of the draw site with this name. Names are compared in NFC.
    pub fn new(seed: u64, name: &str) -> StreamKey {
        let mut hash = Sha256::new();
        hash.update(b"outlay stream 1\0");
        hash.update(seed.to_le_bytes());
        for character in name.nfc() {
            hash.update(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        let digest = hash.finalize();
        let word = |at: usize| u64::from_le_bytes(std::array::from_fn(|byte| digest[at + byte]));
        StreamKey([word(0), word(8)])
    }

    /// A further stream of the same site: of the draw with this number inside one trial (the parts of
    /// a compound draw), of a replicate of a design.
    #[must_use]
    pub fn part(self, number: u64) -> StreamKey {
        let [a, b] = self.0;
        let a_next = mix(mix(a ^ number).wrapping_add(b));
        StreamKey([a_next, mix(mix(b ^ number.wrapping_mul(GOLDEN)).wrapping_add(a_next))])
    }

    /// Words for what a design does to the site's numbers at a step, unrelated to the numbers of any block.
    #[inline(always)]
    pub(super) fn words<const N: usize>(self, step: u32) -> [u64; N] {
        let seeds = seeds(self, step, u64::MAX);
        std::array::from_fn(|number| {
            let nth = (number / 2 + 1) as u64;
            mix(seeds[number % 2].wrapping_add(nth.wrapping_mul(GOLDEN)))
        })
    }
}

/// A bijection of 64 bits in which every bit of the input moves about half of the output.
#[inline(always)]
fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// Key, step and block, mixed.
#[inline(always)]
fn seeds(key: StreamKey, step: u32, block: u64) -> [u64; 2] {
    let [a, b] = key.0;
    let step = u64::from(step);
    [
        mix(mix(a ^ block).wrapping_add(step.wrapping_mul(GOLDEN))),
        mix(mix(b ^ step).wrapping_add(block.wrapping_mul(GOLDEN))),
    ]
}

/// Eight states of xoshiro256++, word by word.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct States([[u64; LANES]; 4]);

impl States {
    #[inline(always)]
    fn new(key: StreamKey, step: u32, block: u64) -> States {
        let seeds = seeds(key, step, block);
        // Words 0 and 1 from the first seed, 2 and 3 from the second; never all zero, since `mix` is
        // a bijection and words 0 and 1 are of different arguments.
        let mut words = [[0; LANES]; 4];
        for (number, word) in words.iter_mut().enumerate() {
            for (lane, word) in word.iter_mut().enumerate() {
                let nth = (2 * lane + number % 2 + 1) as u64;
                *word = mix(seeds[number / 2].wrapping_add(nth.wrapping_mul(GOLDEN)));
            }
        }
        States(words)
    }

    /// The next `ROUNDS` numbers of every generator. Generators outside and rounds inside: the loop
    /// over eight generators is then long enough to be vectorized, whatever the vectors' width.
    #[inline(always)]
    fn draw<const ROUNDS: usize, T>(
        &mut self,
        out: &mut [[T; LANES]; ROUNDS],
        from_bits: impl Fn(u64) -> T,
    ) {
        let [words_0, words_1, words_2, words_3] = &mut self.0;
        for lane in 0..LANES {
            let (mut s0, mut s1, mut s2, mut s3) =
                (words_0[lane], words_1[lane], words_2[lane], words_3[lane]);
            for out in out.iter_mut() {
                out[lane] = from_bits(s0.wrapping_add(s3).rotate_left(23).wrapping_add(s0));
                let t = s1 << 17;
                s2 ^= s0;
                s3 ^= s1;
                s1 ^= s2;
                s0 ^= s3;
                s2 ^= t;
                s3 = s3.rotate_left(45);
            }
            (words_0[lane], words_1[lane], words_2[lane], words_3[lane]) = (s0, s1, s2, s3);
        }
    }

    fn next(&mut self) -> [u64; LANES] {
        let mut out = [[0; LANES]];
        self.draw(&mut out, |bits| bits);
        out[0]
    }
}

/// (k + 1/2) 2^-52, k the upper 52 bits: exact, never 0, 1/2 or 1, symmetric about 1/2.
#[inline(always)]
pub(super) fn uniform_from_bits(bits: u64) -> f64 {
    const ONE_BITS: u64 = 0x3FF0_0000_0000_0000;
    f64::from_bits((bits >> 12) | ONE_BITS) - (1.0 - f64::EPSILON / 2.0)
}

/// Fills `out`, at most a block, with the uniforms of the block's first trials.
///
/// # Panics
/// Where `out` is longer than [`BLOCK`].
#[inline(always)]
pub fn fill_uniform<P: Path>(_path: P, key: StreamKey, step: u32, block: u64, out: &mut [f64]) {
    assert!(out.len() <= BLOCK, "at most a block");
    let mut states = States::new(key, step, block);
    let (rounds, _) = out.as_chunks_mut::<LANES>();
    let (whole, _) = rounds.as_chunks_mut::<ROUNDS>();
    let n_whole = whole.len() * ROUNDS * LANES;
    for out in whole {
        states.draw(out, uniform_from_bits);
    }
    let rest = &mut out[n_whole..];
    if !rest.is_empty() {
        let mut last = [[0.0; LANES]; ROUNDS];
        states.draw(&mut last, uniform_from_bits);
        rest.copy_from_slice(&last.as_flattened()[..rest.len()]);
    }
}

/// [`fill_uniform`] from outside of a kernel.
pub(super) fn fill_uniform_on(
    path: SimdPath,
    key: StreamKey,
    step: u32,
    block: u64,
    out: &mut [f64],
) {
    struct Fill<'a>(StreamKey, u32, u64, &'a mut [f64]);
    impl Kernel for Fill<'_> {
        type Output = ();

        #[inline(always)]
        fn run<P: Path>(self, path: P) {
            fill_uniform(path, self.0, self.1, self.2, self.3);
        }
    }
    path.run(Fill(key, step, block, out));
}

/// The uniform of one trial: the bits that [`fill_uniform`] gives it.
pub fn uniform_at(key: StreamKey, step: u32, trial: u64) -> f64 {
    let block = trial / BLOCK as u64;
    let lane = (trial % BLOCK as u64) as usize;
    let mut states = States::new(key, step, block);
    for _ in 0..lane / LANES {
        states.next();
    }
    uniform_from_bits(states.next()[lane % LANES])
}

/// A site's stream as a random number generator of the `rand` crate: the bits of step 0, block after
/// block. It drives other crates' samplers in tests and benches, never the trial path.
#[derive(Debug)]
pub struct StreamRng {
    key: StreamKey,
    next_block: u64,
    states: States,
    drawn: [u64; LANES],
    n_used: usize,
}

impl StreamRng {
    /// The generator at the beginning of block 0.
    pub fn new(key: StreamKey) -> StreamRng {
        StreamRng {
            key,
            next_block: 1,
            states: States::new(key, 0, 0),
            drawn: [0; LANES],
            n_used: 0,
        }
    }

    fn next_bits(&mut self) -> u64 {
        if self.n_used == BLOCK {
            self.states = States::new(self.key, 0, self.next_block);
            self.next_block += 1;
            self.n_used = 0;
        }
        if self.n_used.is_multiple_of(LANES) {
            self.drawn = self.states.next();
        }
        let bits = self.drawn[self.n_used % LANES];
        self.n_used += 1;
        bits
    }
}

impl TryRng for StreamRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        // The upper half: its bits are the better ones.
        Ok((self.next_bits() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next_bits())
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for bytes in out.chunks_mut(8) {
            bytes.copy_from_slice(&self.next_bits().to_le_bytes()[..bytes.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fill(StreamKey, u32, u64, usize);

    impl Kernel for Fill {
        type Output = Vec<f64>;

        #[inline(always)]
        fn run<P: Path>(self, path: P) -> Vec<f64> {
            let mut out = vec![0.0; self.3];
            fill_uniform(path, self.0, self.1, self.2, &mut out);
            out
        }
    }

    fn block_of(key: StreamKey, step: u32, block: u64) -> Vec<f64> {
        SimdPath::detect().run(Fill(key, step, block, BLOCK))
    }

    #[test]
    fn ten_draws_are_pinned() {
        let key = StreamKey::new(1, "pinned");
        let draws: Vec<f64> = (0..10).map(|trial| uniform_at(key, 0, trial)).collect();
        assert_eq!(
            draws,
            [
                0.15530311553206622,
                0.25279107496031095,
                0.7035078771795175,
                0.8064220851485043,
                0.6143727270267144,
                0.025492683402476568,
                0.5291991335352703,
                0.7001483847958948,
                0.5367004918726058,
                0.9862961483638234
            ]
        );
        let later = [
            uniform_at(key, 0, 1_000_000_007),
            uniform_at(key, 60, 0),
            uniform_at(key.part(3), 0, 0),
        ];
        assert_eq!(later, [0.5485212170148396, 0.5558736572077595, 0.9138858953336609]);
    }

    /// First outputs for the state 1, 2, 3, 4, from the authors' reference program.
    #[test]
    fn the_generator_is_xoshiro256_plus_plus() {
        let mut states = States([[1; LANES], [2; LANES], [3; LANES], [4; LANES]]);
        let expected = [
            41_943_041,
            58_720_359,
            3_588_806_011_781_223,
            3_591_011_842_654_386,
            9_228_616_714_210_784_205,
            9_973_669_472_204_895_162,
            14_011_001_112_246_962_877,
            12_406_186_145_184_390_807,
            15_849_039_046_786_891_736,
            10_450_023_813_501_588_000,
        ];
        for bits in expected {
            assert_eq!(states.next(), [bits; LANES]);
        }
    }

    #[test]
    fn every_path_and_length_gives_the_bits_of_the_scalar() {
        let key = StreamKey::new(7, "paths");
        for path in SimdPath::available() {
            for (step, block, len) in
                [(0, 0, BLOCK), (3, 9, BLOCK), (u32::MAX, 1 << 40, 100), (0, 1, 1), (0, 1, 0)]
            {
                let first = block * BLOCK as u64;
                let expected: Vec<f64> =
                    (first..).take(len).map(|trial| uniform_at(key, step, trial)).collect();
                assert_eq!(
                    path.run(Fill(key, step, block, len)),
                    expected,
                    "{path} {step} {block} {len}"
                );
            }
        }
    }

    #[test]
    fn the_ends_of_the_uniforms_are_half_a_step_inside() {
        assert_eq!(uniform_from_bits(0), f64::EPSILON / 2.0);
        assert_eq!(uniform_from_bits(u64::MAX), 1.0 - f64::EPSILON / 2.0);
        assert_eq!(uniform_from_bits(1 << 63), 0.5 + f64::EPSILON / 2.0);
    }

    #[test]
    fn a_name_typed_on_two_systems_is_one_name() {
        assert_eq!(StreamKey::new(1, "caf\u{e9}"), StreamKey::new(1, "cafe\u{301}"));
    }

    #[test]
    fn streams_of_neighbors_are_unrelated() {
        let key = StreamKey::new(1, "a");
        let here = block_of(key, 5, 5);
        let neighbors = [
            block_of(key, 5, 6),
            block_of(key, 6, 5),
            block_of(key, 6, 6),
            block_of(key.part(0), 5, 5),
            block_of(key.part(1), 5, 5),
            block_of(StreamKey::new(0, "a"), 5, 5),
            block_of(StreamKey::new(2, "a"), 5, 5),
            block_of(StreamKey::new(1, "b"), 5, 5),
            block_of(StreamKey::new(1, "a "), 5, 5),
        ];
        for (number, other) in neighbors.iter().enumerate() {
            assert!(correlation(&here, other).abs() < 0.2, "neighbor {number}");
        }
    }

    /// Correlation over a million draws, of each lane with the same lane next door.
    #[test]
    fn neighboring_blocks_steps_and_seeds_are_uncorrelated() {
        const N_BLOCKS: u64 = 400;
        let column = |seed: u64, step: u32, first: u64| -> Vec<f64> {
            let key = StreamKey::new(seed, "site");
            (first..first + N_BLOCKS).flat_map(|block| block_of(key, step, block)).collect()
        };
        let here = column(1, 0, 0);
        // The standard error is 1 / sqrt(204,800) = 0.0022.
        for (seed, step, first) in
            [(1, 0, 1), (1, 0, 2), (1, 1, 0), (1, 2, 0), (0, 0, 0), (2, 0, 0), (1 << 63, 0, 0)]
        {
            let r = correlation(&here, &column(seed, step, first));
            assert!(r.abs() < 0.01, "seed {seed}, step {step}, first {first}: {r}");
        }
        for lag in [1, 7, 8, 9, 16, 511, 512] {
            let r = correlation(&here[..here.len() - lag], &here[lag..]);
            assert!(r.abs() < 0.01, "lag {lag}: {r}");
        }
    }

    #[test]
    fn draws_are_equidistributed_within_and_across_blocks() {
        const CELLS: usize = 256;
        let key = StreamKey::new(1, "chi square");
        let (mut by_draw, mut by_pair, mut by_first) = ([0.0; CELLS], [0.0; CELLS], [0.0; CELLS]);
        let cell = |u: f64, cells: f64| (u * cells) as usize;
        for block in 0..1000 {
            let draws = block_of(key, 0, block);
            for pair in draws.chunks(2) {
                by_draw[cell(pair[0], 256.0)] += 1.0;
                by_pair[16 * cell(pair[0], 16.0) + cell(pair[1], 16.0)] += 1.0;
            }
        }
        // The first draw of every block shows how well blocks are seeded.
        for block in 0..100_000 {
            by_first[cell(uniform_at(key, 1, block * BLOCK as u64), 256.0)] += 1.0;
        }
        for (name, counts) in [("draws", by_draw), ("pairs", by_pair), ("first draws", by_first)] {
            let expected = counts.iter().sum::<f64>() / CELLS as f64;
            let chi_square: f64 =
                counts.iter().map(|n| (n - expected) * (n - expected) / expected).sum();
            // 255 degrees of freedom: standard deviation 22.6.
            assert!((chi_square - 255.0).abs() < 5.0 * 22.6, "{name}: {chi_square}");
        }
    }

    #[test]
    fn mixing_spreads_every_bit_of_key_step_and_block() {
        let key = StreamKey::new(1, "avalanche");
        let words = |key: StreamKey, step: u32, block: u64| States::new(key, step, block).0;
        let base = words(key, 0, 0);
        let flipped = (0..32)
            .map(|bit| words(key, 1 << bit, 0))
            .chain((0..64).map(|bit| words(key, 0, 1 << bit)))
            .chain((0..64).map(|bit| words(StreamKey([key.0[0] ^ (1 << bit), key.0[1]]), 0, 0)));
        for (number, words) in flipped.enumerate() {
            let pairs = base.as_flattened().iter().zip(words.as_flattened());
            let n_changed: u32 = pairs.map(|(a, b)| (a ^ b).count_ones()).sum();
            // Half a key reaches half of the state at least: 1024 of 2048 bits, half of them changed.
            assert!(n_changed > 400 && n_changed < 1200, "flip {number}: {n_changed}");
        }
    }

    #[test]
    fn the_generator_for_other_crates_gives_the_same_bits() {
        use rand::Rng;
        let key = StreamKey::new(1, "rand");
        let mut rng = StreamRng::new(key);
        for trial in 0..2 * BLOCK as u64 {
            assert_eq!(uniform_from_bits(rng.next_u64()), uniform_at(key, 0, trial));
        }
    }

    fn correlation(a: &[f64], b: &[f64]) -> f64 {
        assert_eq!(a.len(), b.len());
        let n = a.len() as f64;
        let mean = |x: &[f64]| x.iter().sum::<f64>() / n;
        let (mean_a, mean_b) = (mean(a), mean(b));
        let product = |x: &[f64], mean_x: f64, y: &[f64], mean_y: f64| -> f64 {
            x.iter().zip(y).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum()
        };
        product(a, mean_a, b, mean_b)
            / (product(a, mean_a, a, mean_a) * product(b, mean_b, b, mean_b)).sqrt()
    }
}
