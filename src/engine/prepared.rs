//! A program made ready for one seed: sources of uniform numbers, tables of quantiles.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::bent::Bent;
use super::sums;
use crate::distribution::{Distribution, Kind};
use crate::math::simd::{Path, SimdPath};
use crate::program::Program;
use crate::sampling::{
    DiscretePoint, DiscreteTable, Layout, QuantileTable, Replicate, Site, Source, SourcePlan,
    StreamKey, Tail,
};

/// Discrete laws with more values than this are solved draw by draw.
const MOST_ATOMS: usize = 1 << 16;

/// What turns uniform numbers into draws of one distribution with constant parameters.
#[derive(Debug)]
pub enum Sampler {
    /// By a table of cubic pieces.
    Table(QuantileTable),
    /// By a table of its logarithm.
    Bent(Bent),
    /// By a table of atoms, exactly.
    Discrete(DiscreteTable),
    /// The triangular distribution in closed form: a kink would cost a table its accuracy.
    Triangular {
        /// The lowest value.
        low: f64,
        /// The highest value.
        high: f64,
        /// P(X ≤ mode).
        at_mode: f64,
        /// (high − low) (mode − low).
        below: f64,
        /// (high − low) (high − mode).
        above: f64,
    },
    /// Draw by draw.
    Solved(Distribution),
}

/// A sampler, shared between workers.
pub type PreparedSampler = Arc<Sampler>;

impl Sampler {
    /// The sampler of a distribution.
    pub fn new(distribution: &Distribution) -> Sampler {
        if let Distribution::Triangular(law) = distribution {
            let width = law.high - law.low;
            return Sampler::Triangular {
                low: law.low,
                high: law.high,
                at_mode: (law.mode - law.low) / width,
                below: width * (law.mode - law.low),
                above: width * (law.high - law.mode),
            };
        }
        if let Some(bent) = Bent::of(distribution) {
            return Sampler::Bent(bent);
        }
        match distribution.kind() {
            Kind::Discrete => match distribution.atoms(MOST_ATOMS) {
                Some(atoms) => {
                    let points: Vec<DiscretePoint> = atoms
                        .iter()
                        .map(|atom| DiscretePoint {
                            value: atom.value,
                            lower: atom.cdf,
                            upper: atom.sf,
                        })
                        .collect();
                    Sampler::Discrete(DiscreteTable::new(&points))
                }
                None => Sampler::Solved(distribution.clone()),
            },
            Kind::Continuous | Kind::Mixed => {
                let law = distribution.clone();
                let quantile = move |u: f64, tail: Tail| match tail {
                    Tail::Lower => law.quantile(u),
                    Tail::Upper => law.quantile_upper(u),
                };
                Sampler::Table(QuantileTable::build(Box::new(quantile), &|x| distribution.pdf(x)))
            }
        }
    }

    /// The draw of one uniform number.
    pub fn at(&self, u: f64) -> f64 {
        match self {
            Sampler::Table(table) => table.at(u),
            Sampler::Bent(bent) => bent.at(u),
            Sampler::Discrete(table) => table.at(u),
            Sampler::Triangular { low, high, at_mode, below, above } => {
                triangular(u, *low, *high, *at_mode, *below, *above)
            }
            Sampler::Solved(distribution) => solve(distribution, u),
        }
    }

    /// The draws of a column of uniform numbers, with the bits of [`Sampler::at`].
    #[inline(always)]
    pub fn fill<P: Path>(&self, path: P, u: &[f64], out: &mut [f64]) {
        match self {
            Sampler::Table(table) => table.fill(path, u, out),
            Sampler::Bent(bent) => bent.fill(path, u, out),
            Sampler::Discrete(table) => table.fill(path, u, out),
            Sampler::Triangular { low, high, at_mode, below, above } => {
                let (low, high, at_mode, below, above) = (*low, *high, *at_mode, *below, *above);
                for (out, &u) in out.iter_mut().zip(u) {
                    *out = triangular(u, low, high, at_mode, below, above);
                }
            }
            Sampler::Solved(distribution) => fill_solved(distribution, u, out),
        }
    }
}

#[inline(never)]
fn fill_solved(distribution: &Distribution, u: &[f64], out: &mut [f64]) {
    for (out, &u) in out.iter_mut().zip(u) {
        *out = solve(distribution, u);
    }
}

#[inline(always)]
fn triangular(u: f64, low: f64, high: f64, at_mode: f64, below: f64, above: f64) -> f64 {
    let is_below = u < at_mode;
    let area = if is_below { u * below } else { (1.0 - u) * above };
    let distance = area.sqrt();
    if is_below { low + distance } else { high - distance }
}

/// The quantile from the accurate tail.
pub(super) fn solve(distribution: &Distribution, u: f64) -> f64 {
    if u <= 0.5 { distribution.quantile(u) } else { distribution.quantile_upper(1.0 - u) }
}

/// A program made ready to run.
#[derive(Debug)]
pub struct Prepared<'a> {
    /// The program.
    pub program: &'a Program,
    /// One sampler for each of the program's.
    pub samplers: Vec<PreparedSampler>,
    /// One source for each draw site.
    pub sources: Vec<Source>,
    /// One key for each stream that sums take their draws from.
    pub streams: Vec<StreamKey>,
    /// The instructions to run with.
    pub path: SimdPath,
}

impl<'a> Prepared<'a> {
    /// Builds the tables, on all threads of the pool. Draws are independent, until it is laid out otherwise.
    pub fn new(program: &'a Program, seed: u64) -> Prepared<'a> {
        let samplers = program.samplers.par_iter().map(|law| Arc::new(Sampler::new(law))).collect();
        let (sources, streams) = (random(program, seed), streams(program, seed));
        Prepared { program, samplers, sources, streams, path: SimdPath::detect() }
    }

    /// The same tables for another seed.
    #[must_use]
    pub fn reseeded(&self, seed: u64) -> Prepared<'a> {
        let (sources, streams) = (random(self.program, seed), streams(self.program, seed));
        let samplers = self.samplers.clone();
        Prepared { samplers, sources, streams, ..*self }
    }

    /// The same tables for one replicate of a design. Sums go on taking random draws: replicates have blocks of
    /// their own.
    #[must_use]
    pub fn laid_out(&self, plan: &SourcePlan, replicate: Replicate) -> Prepared<'a> {
        let (samplers, streams) = (self.samplers.clone(), self.streams.clone());
        Prepared { samplers, sources: plan.sources(replicate), streams, ..*self }
    }

    /// The same tables and draws, but for some draw sites, chosen by name, the draws of another seed.
    #[must_use]
    pub fn with_draws_of(&self, seed: u64, is_chosen: &dyn Fn(&str) -> bool) -> Prepared<'a> {
        let other = random(self.program, seed);
        let pairs = self.program.sites.iter().zip(self.sources.iter().zip(other));
        let sources = pairs
            .map(|(site, (own, other))| if is_chosen(&site.name) { other } else { own.clone() })
            .collect();
        let other = streams(self.program, seed);
        let pairs = self.program.streams.iter().zip(self.streams.iter().zip(other));
        let streams =
            pairs.map(|(name, (&own, other))| if is_chosen(name) { other } else { own }).collect();
        Prepared { samplers: self.samplers.clone(), sources, streams, ..*self }
    }

    /// The same, run with other instructions; the bits stay.
    #[must_use]
    pub fn with_path(self, path: SimdPath) -> Prepared<'a> {
        Prepared { path, ..self }
    }
}

/// The keys of a program's streams: those that sums take their draws from.
pub fn streams(program: &Program, seed: u64) -> Vec<StreamKey> {
    program.streams.iter().map(|name| sums::stream(seed, name)).collect()
}

fn random(program: &Program, seed: u64) -> Vec<Source> {
    program.sites.iter().map(|site| Source::random(StreamKey::new(seed, &site.name))).collect()
}

/// Where the uniform numbers of a program come from in a run of this layout.
pub fn plan_sources(program: &Program, layout: Layout, seed: u64) -> SourcePlan {
    plan_common_sources(&[program], layout, seed).swap_remove(0)
}

/// Where the uniform numbers of several programs come from, so that what they draw under one name has the same numbers
/// in all. Those of the first are its own, unless another has more steps.
pub fn plan_common_sources(programs: &[&Program], layout: Layout, seed: u64) -> Vec<SourcePlan> {
    let mut all: Vec<Site<'_>> = Vec::new();
    let mut known: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    let (mut positions, mut ends) = (Vec::new(), Vec::new());
    for program in programs {
        let of_program = program.sites.iter().map(|site| {
            let last_step = if site.by_step { program.last_step } else { 0 };
            let at = *known.entry((&site.name, site.by_step)).or_insert(all.len());
            match all.get_mut(at) {
                Some(shared) => {
                    shared.last_step = shared.last_step.max(last_step);
                    shared.is_normal |= site.is_normal;
                }
                None => all.push(Site { name: &site.name, last_step, is_normal: site.is_normal }),
            }
            at
        });
        positions.push(of_program.collect::<Vec<usize>>());
        ends.push(all.len());
    }
    let mut start = 0;
    let group = |&end: &usize| &all[std::mem::replace(&mut start, end)..end];
    let groups: Vec<&[Site<'_>]> = ends.iter().map(group).collect();
    let plan = SourcePlan::in_groups(layout, seed, &groups);
    positions.iter().map(|own| plan.of(own)).collect()
}
