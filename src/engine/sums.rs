//! Sums of draws, `compound(count, d)`: as many draws of one distribution as a lane's count says.
//!
//! The j-th draw of a trial comes from part j of the input's stream, so that it is the same whatever the count is,
//! and more draws only add to fewer. Lanes that have enough drop out, and the rest are drawn together. Designs lay out
//! the count; the draws are random under every design.

use super::prepared::{Sampler, solve};
use super::varying::{Varying, WIDTH};
use crate::check::MOST_DRAWS;
use crate::distribution::Distribution;
use crate::math::simd::{Kernel, Path, SimdPath};
use crate::sampling::{BLOCK, StreamKey, fill_uniform, uniform_at};

/// Parts of a stream that sums use, apart from the parts of designs.
const DRAWS: u64 = 0x636F_6D70_6F75_6E64;

/// The stream that the draws of an input's sum are parts of.
pub(super) fn stream(seed: u64, name: &str) -> StreamKey {
    StreamKey::new(seed, name).part(DRAWS)
}

/// What one draw is of.
#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    /// Of the same distribution in every trial.
    Sampler(&'a Sampler),
    /// Of one with these parameters, lane by lane.
    Law(&'a Varying, &'a [[f64; BLOCK]]),
    /// Of a distribution a lane; `None` where its parameters are impossible.
    Lanes(&'a [Option<Distribution>]),
}

/// Whether a sum of so many draws can be made.
fn is_count(count: f64) -> bool {
    (0.0..=MOST_DRAWS).contains(&count) && count.trunc() == count
}

/// Where the draws of a block come from.
#[derive(Clone, Copy)]
pub(super) struct Source {
    pub(super) key: StreamKey,
    pub(super) step: u32,
    pub(super) block: u64,
}

/// The sums of a block. Undefined where a count is not whole, negative, or too large.
pub(super) fn fill(
    path: SimdPath,
    part: Part<'_>,
    source: Source,
    counts: &[f64; BLOCK],
    out: &mut [f64; BLOCK],
) {
    let mut active = Vec::with_capacity(BLOCK);
    for (lane, (&count, out)) in counts.iter().zip(out.iter_mut()).enumerate() {
        *out = if is_count(count) { 0.0 } else { f64::NAN };
        if count > 0.0 && !out.is_nan() {
            active.push(lane);
        }
    }
    let (mut uniforms, mut chosen, mut draws) = ([0.0; BLOCK], [0.5; BLOCK], [0.0; BLOCK]);
    let mut of_lanes = match part {
        Part::Law(_, arguments) => vec![[0.0; WIDTH]; arguments.len()],
        Part::Sampler(_) | Part::Lanes(_) => Vec::new(),
    };
    let mut number = 0_u64;
    let mut n_drawn = 0.0;
    while !active.is_empty() {
        let key = source.key.part(number);
        path.run(Uniforms { key, source, out: &mut uniforms });
        for (chosen, &lane) in chosen.iter_mut().zip(&active) {
            *chosen = uniforms[lane];
        }
        let (chosen, draws) = (&chosen[..active.len()], &mut draws[..active.len()]);
        match part {
            Part::Sampler(sampler) => path.run(Draws { sampler, uniforms: chosen, out: draws }),
            Part::Law(law, arguments) => {
                let parts = active.chunks(WIDTH).zip(chosen.chunks(WIDTH));
                for ((lanes, u), draws) in parts.zip(draws.chunks_mut(WIDTH)) {
                    // What is left of the last lanes is drawn like the last.
                    let last = lanes.len() - 1;
                    let uniforms = std::array::from_fn(|i| u[i.min(last)]);
                    for (of_lanes, argument) in of_lanes.iter_mut().zip(arguments) {
                        *of_lanes = std::array::from_fn(|i| argument[lanes[i.min(last)]]);
                    }
                    let drawn = law.draw(path, &mut of_lanes, &uniforms);
                    draws.copy_from_slice(&drawn[..lanes.len()]);
                }
            }
            Part::Lanes(laws) => {
                for ((draw, &u), &lane) in draws.iter_mut().zip(chosen).zip(&active) {
                    *draw = laws[lane].as_ref().map_or(f64::NAN, |law| solve(law, u));
                }
            }
        }
        for (&draw, &lane) in draws.iter().zip(&active) {
            out[lane] += draw;
        }
        number += 1;
        n_drawn += 1.0;
        active.retain(|&lane| counts[lane] > n_drawn);
    }
}

/// The sum of one trial: the bits of [`fill`].
pub(super) fn at(
    draw: impl Fn(f64) -> f64,
    key: StreamKey,
    step: u32,
    trial: u64,
    count: f64,
) -> f64 {
    if !is_count(count) {
        return f64::NAN;
    }
    let (mut sum, mut number, mut n_drawn) = (0.0, 0, 0.0);
    while n_drawn < count {
        sum += draw(uniform_at(key.part(number), step, trial));
        number += 1;
        n_drawn += 1.0;
    }
    sum
}

struct Uniforms<'a> {
    key: StreamKey,
    source: Source,
    out: &'a mut [f64; BLOCK],
}

impl Kernel for Uniforms<'_> {
    type Output = ();

    #[inline(always)]
    fn run<P: Path>(self, path: P) {
        fill_uniform(path, self.key, self.source.step, self.source.block, self.out);
    }
}

struct Draws<'a> {
    sampler: &'a Sampler,
    uniforms: &'a [f64],
    out: &'a mut [f64],
}

impl Kernel for Draws<'_> {
    type Output = ();

    #[inline(always)]
    fn run<P: Path>(self, path: P) {
        self.sampler.fill(path, self.uniforms, self.out);
    }
}
