//! What both fused models share: blocks to run, columns of draws.

use std::ops::Range;

use outlay::accumulate::Tally;
use outlay::distribution::{Family, build};
use outlay::engine::Sampler;
use outlay::math::simd::Path;
use outlay::sampling::{BLOCK, StreamKey, fill_normal, fill_uniform};

/// The seed of both sides.
pub(crate) const SEED: u64 = 1;

/// One number a lane.
#[derive(Clone)]
#[repr(C, align(64))]
pub(crate) struct Column(pub(crate) [f64; BLOCK]);

impl Column {
    pub(crate) const ZERO: Column = Column([0.0; BLOCK]);
}

/// Blocks of trials, and where their results go.
pub(crate) struct Fused<'a> {
    pub(crate) blocks: Range<u64>,
    pub(crate) tally: &'a mut Tally,
}

/// The stream of an input.
pub(crate) fn key(name: &str) -> StreamKey {
    StreamKey::new(SEED, name)
}

/// The sampler of a law with possible parameters.
pub(crate) fn sampler(family: Family, parameters: &[f64]) -> Sampler {
    Sampler::new(&build(family, 0, parameters).expect("possible parameters"))
}

/// Parameters of the logarithm of a lognormal law with this mean and standard deviation.
pub(crate) fn log_moments(mean: f64, sd: f64) -> [f64; 2] {
    let variance = libm::log1p((sd / mean) * (sd / mean));
    [libm::log(mean) - variance / 2.0, variance.sqrt()]
}

#[inline(always)]
pub(crate) fn uniform<P: Path>(path: P, key: StreamKey, block: u64, out: &mut Column) {
    fill_uniform(path, key, 0, block, &mut out.0);
}

#[inline(always)]
pub(crate) fn normal<P: Path>(
    path: P,
    key: StreamKey,
    step: u32,
    block: u64,
    scratch: &mut Column,
    out: &mut [f64; BLOCK],
) {
    fill_uniform(path, key, step, block, &mut scratch.0);
    fill_normal(path, &scratch.0, out);
}

#[inline(always)]
pub(crate) fn draw<P: Path>(
    path: P,
    sampler: &Sampler,
    key: StreamKey,
    block: u64,
    scratch: &mut Column,
    out: &mut Column,
) {
    fill_uniform(path, key, 0, block, &mut scratch.0);
    sampler.fill(path, &scratch.0, &mut out.0);
}
