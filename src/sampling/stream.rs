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

use crate::math::simd::Path;

/// Trials in a block: part of the format.
pub const BLOCK: usize = 512;

/// Generators that take turns in a block: draw i is of generator i mod 8.
const LANES: usize = 8;

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
}

/// A bijection of 64 bits in which every bit of the input moves about half of the output.
#[inline(always)]
fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// Eight states of xoshiro256++, word by word.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct States([[u64; LANES]; 4]);

impl States {
    #[inline(always)]
    fn new(key: StreamKey, step: u32, block: u64) -> States {
        let [a, b] = key.0;
        let step = u64::from(step);
        let seeds = [
            mix(mix(a ^ block).wrapping_add(step.wrapping_mul(GOLDEN))),
            mix(mix(b ^ step).wrapping_add(block.wrapping_mul(GOLDEN))),
        ];
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

    #[inline(always)]
    fn next(&mut self) -> [u64; LANES] {
        let [s0, s1, s2, s3] = &mut self.0;
        let mut out = [0; LANES];
        for lane in 0..LANES {
            out[lane] = s0[lane].wrapping_add(s3[lane]).rotate_left(23).wrapping_add(s0[lane]);
            let t = s1[lane] << 17;
            s2[lane] ^= s0[lane];
            s3[lane] ^= s1[lane];
            s1[lane] ^= s2[lane];
            s0[lane] ^= s3[lane];
            s2[lane] ^= t;
            s3[lane] = s3[lane].rotate_left(45);
        }
        out
    }
}

/// (k + 1/2) 2^-52, k the upper 52 bits: exact, never 0, 1/2 or 1, symmetric about 1/2.
#[inline(always)]
fn uniform_from_bits(bits: u64) -> f64 {
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
    let (whole, rest) = out.as_chunks_mut::<LANES>();
    for out in whole {
        *out = states.next().map(uniform_from_bits);
    }
    if !rest.is_empty() {
        let last = states.next().map(uniform_from_bits);
        rest.copy_from_slice(&last[..rest.len()]);
    }
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
