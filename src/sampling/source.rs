//! Where the uniform numbers of each draw site come from, under every design.
//!
//! In: the sites of a program, a seed, a [`Layout`]. Out: for each replicate one [`Source`] a site, which fills the
//! block of any step, and tells the number of any single trial, with the same bits. Streams and scramblings are
//! keyed by the site's name (and the replicate). Which dimensions of the Sobol' points a site gets depends on the
//! other sites too, in this order: first the inputs of the trial, as the model lists them; then, round after round,
//! the next coordinate of every input that is drawn by step. The coordinates of a normal one are those of a
//! Brownian bridge over the steps 1, 2, …; those of others are these steps in order; step 0 comes last. Coordinates
//! beyond the table of direction numbers are random.

use std::sync::Arc;

use super::bridge::{Bridge, Column};
use super::design::{Design, Layout, Place, Replicate};
use super::latin::LatinSite;
use super::sobol::{Coordinate, DIMENSIONS, Directions};
use super::stream::{BLOCK, StreamKey, fill_uniform_on, uniform_at};
use crate::math::simd::SimdPath;

/// A draw site, as a design sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site<'a> {
    /// Its name, which addresses its numbers.
    pub name: &'a str,
    /// The last step at which it is drawn; 0 where it is drawn once a trial.
    pub last_step: u32,
    /// Whether normal draws are made of its numbers.
    pub is_normal: bool,
}

/// The sources of a run, replicate by replicate.
#[derive(Debug, Clone)]
pub struct SourcePlan {
    layout: Layout,
    keys: Vec<StreamKey>,
    directions: Arc<Directions>,
    sobol: Vec<SobolPlan>,
}

/// What of a site is the same in all replicates.
#[derive(Debug, Clone)]
struct SobolPlan {
    /// By coordinate; `None` beyond the table.
    dimensions: Arc<[Option<u16>]>,
    bridge: Option<Arc<Bridge>>,
}

/// Where the uniform numbers of a site come from.
#[derive(Debug, Clone)]
pub struct Source(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Random(StreamKey),
    Latin(LatinSite),
    Sobol(SobolSite),
}

#[derive(Debug, Clone)]
struct SobolSite {
    key: StreamKey,
    first_block: u64,
    directions: Arc<Directions>,
    plan: SobolPlan,
}

/// The numbers of a block at all steps, where a source makes them together: memory of one worker for one site.
#[derive(Debug, Clone, Default)]
pub struct Paths {
    block: Option<u64>,
    steps: Vec<Column>,
}

impl SourcePlan {
    /// The plan of a run.
    pub fn new(layout: Layout, seed: u64, sites: &[Site<'_>]) -> SourcePlan {
        SourcePlan::in_groups(layout, seed, &[sites])
    }

    /// The plan for several groups of sites, one after the other: dimensions of Sobol' points that a group has do not
    /// depend on those that follow.
    pub fn in_groups(layout: Layout, seed: u64, groups: &[&[Site<'_>]]) -> SourcePlan {
        let sites = groups.iter().copied().flatten();
        let keys = sites.map(|site| StreamKey::new(seed, site.name)).collect();
        let (mut sobol, mut n_dimensions) = (Vec::new(), 0);
        if layout.design() == Design::Sobol {
            for group in groups {
                let (plans, next) = dimensions(group, n_dimensions);
                sobol.extend(plans);
                n_dimensions = next;
            }
        }
        let directions =
            Directions::new(n_dimensions.min(DIMENSIONS), layout.most_in_a_replicate());
        SourcePlan { layout, keys, directions: Arc::new(directions), sobol }
    }

    /// The plan for some of its sites, by their positions, with the numbers that they have here.
    #[must_use]
    pub fn of(&self, sites: &[usize]) -> SourcePlan {
        SourcePlan {
            keys: sites.iter().map(|&site| self.keys[site]).collect(),
            sobol: sites.iter().filter_map(|&site| self.sobol.get(site).cloned()).collect(),
            directions: Arc::clone(&self.directions),
            layout: self.layout,
        }
    }

    /// The layout.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// How many coordinates lie beyond the table of direction numbers, and are random.
    pub fn n_beyond(&self) -> usize {
        let coordinates = self.sobol.iter().flat_map(|site| site.dimensions.iter());
        coordinates.filter(|dimension| dimension.is_none()).count()
    }

    /// The sources of a replicate, one a site.
    pub fn sources(&self, replicate: Replicate) -> Vec<Source> {
        let source = |(number, &key): (usize, &StreamKey)| {
            let first_block = replicate.first_block;
            Source(match self.layout.design() {
                Design::Random => Kind::Random(key),
                Design::Latin => {
                    let key = key.part(replicate.number);
                    Kind::Latin(LatinSite::new(key, first_block, replicate.trials))
                }
                Design::Sobol => Kind::Sobol(SobolSite {
                    key: key.part(replicate.number),
                    first_block,
                    directions: Arc::clone(&self.directions),
                    plan: self.sobol[number].clone(),
                }),
            })
        };
        self.keys.iter().enumerate().map(source).collect()
    }
}

/// Gives every coordinate its dimension, from the first that is free; and which is free then.
fn dimensions(sites: &[Site<'_>], first: usize) -> (Vec<SobolPlan>, usize) {
    let mut all: Vec<Vec<Option<u16>>> = vec![Vec::new(); sites.len()];
    let mut next = first;
    let mut give = |to: &mut Vec<Option<u16>>| {
        to.push(u16::try_from(next).ok().filter(|_| next < DIMENSIONS));
        next += 1;
    };
    for (_, own) in sites.iter().zip(&mut all).filter(|(site, _)| site.last_step == 0) {
        give(own);
    }
    let most = sites.iter().map(|site| site.last_step).max().unwrap_or(0);
    for round in 0..=most {
        let by_step = sites.iter().zip(&mut all).filter(|(site, _)| site.last_step > 0);
        for (_, own) in by_step.filter(|(site, _)| round <= site.last_step) {
            give(own);
        }
    }
    let plan = |(site, own): (&Site<'_>, Vec<Option<u16>>)| SobolPlan {
        dimensions: own.into(),
        bridge: (site.last_step > 0 && site.is_normal)
            .then(|| Arc::new(Bridge::new(site.last_step))),
    };
    (sites.iter().zip(all).map(plan).collect(), next)
}

impl Source {
    /// The plain stream of this key.
    pub fn random(key: StreamKey) -> Source {
        Source(Kind::Random(key))
    }

    /// The key, where the numbers are those of the plain stream.
    #[inline(always)]
    pub fn as_random(&self) -> Option<StreamKey> {
        if let Kind::Random(key) = &self.0 { Some(*key) } else { None }
    }

    /// Fills `out` with the uniforms of the block's trials; of a step from 1 on, or of step 0 or the trial.
    /// `paths` is memory for this site, and no other's.
    pub fn fill(
        &self,
        path: SimdPath,
        step: u32,
        block: u64,
        paths: &mut Paths,
        out: &mut [f64; BLOCK],
    ) {
        match &self.0 {
            Kind::Random(key) => fill_uniform_on(path, *key, step, block, out),
            Kind::Latin(site) => site.fill(path, step, block, out),
            Kind::Sobol(site) => site.fill(path, step, block, paths, out),
        }
    }

    /// The uniform of one trial: the bits that [`Source::fill`] gives it. The place is in the source's replicate.
    pub fn at(&self, step: u32, place: Place) -> f64 {
        let Place { block, lane, .. } = place;
        match &self.0 {
            Kind::Random(key) => uniform_at(*key, step, block * BLOCK as u64 + lane as u64),
            Kind::Latin(site) => site.at(step, block, lane),
            Kind::Sobol(site) => site.at(step, block, lane),
        }
    }
}

impl SobolSite {
    /// The coordinate of step 0 or of the trial: the last one.
    fn first(&self) -> usize {
        self.plan.dimensions.len() - 1
    }

    fn fill(
        &self,
        path: SimdPath,
        step: u32,
        block: u64,
        paths: &mut Paths,
        out: &mut [f64; BLOCK],
    ) {
        let own_block = block - self.first_block;
        match (&self.plan.bridge, step.checked_sub(1)) {
            (_, None) => self.fill_coordinate(path, self.first(), own_block, out),
            (None, Some(number)) => self.fill_coordinate(path, number as usize, own_block, out),
            (Some(bridge), Some(_)) => {
                if paths.block != Some(block) {
                    let coordinate = |number: usize, out: &mut Column| {
                        self.fill_coordinate(path, number, own_block, out);
                    };
                    bridge.fill(path, coordinate, &mut paths.steps);
                    paths.block = Some(block);
                }
                out.copy_from_slice(&paths.steps[step as usize]);
            }
        }
    }

    fn at(&self, step: u32, block: u64, lane: usize) -> f64 {
        let index = (block - self.first_block) * BLOCK as u64 + lane as u64;
        match (&self.plan.bridge, step.checked_sub(1)) {
            (_, None) => self.coordinate_at(self.first(), index),
            (None, Some(number)) => self.coordinate_at(number as usize, index),
            (Some(bridge), Some(_)) => {
                bridge.at(|number| self.coordinate_at(number, index), step as usize)
            }
        }
    }

    /// The points of a coordinate; `None` beyond the table.
    fn coordinate(&self, number: usize) -> Option<Coordinate<'_>> {
        let dimension = usize::from(self.plan.dimensions[number]?);
        let (directions, key) = (&self.directions, self.key);
        Some(Coordinate { directions, dimension, key, number: number_of(number) })
    }

    fn fill_coordinate(&self, path: SimdPath, number: usize, block: u64, out: &mut [f64; BLOCK]) {
        match self.coordinate(number) {
            Some(coordinate) => coordinate.fill(path, block, out),
            None => fill_uniform_on(path, self.key, number_of(number), block, out),
        }
    }

    fn coordinate_at(&self, number: usize, index: u64) -> f64 {
        match self.coordinate(number) {
            Some(coordinate) => coordinate.at(index),
            None => uniform_at(self.key, number_of(number), index),
        }
    }
}

fn number_of(coordinate: usize) -> u32 {
    u32::try_from(coordinate).expect("steps are counted in 32 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIAL: Site<'_> = Site { name: "price", last_step: 0, is_normal: false };
    const SHOCK: Site<'_> = Site { name: "shock", last_step: 12, is_normal: true };
    const FIRE: Site<'_> = Site { name: "fire", last_step: 12, is_normal: false };

    fn column(source: &Source, path: SimdPath, step: u32, block: u64) -> Vec<f64> {
        let mut out = [0.0; BLOCK];
        source.fill(path, step, block, &mut Paths::default(), &mut out);
        out.to_vec()
    }

    #[test]
    fn any_block_alone_on_any_path_and_any_trial_alone_are_the_same() {
        for design in [Design::Random, Design::Latin, Design::Sobol] {
            let layout = Layout::new(design, 16 * 2048);
            let plan = SourcePlan::new(layout, 5, &[TRIAL, SHOCK, FIRE]);
            let trial = 3 * 2048 + 700;
            let place = layout.place(trial);
            let sources = plan.sources(layout.replicate(place.replicate));
            for (source, steps) in sources.iter().zip([0..1, 0..13, 0..13]) {
                let mut kept = Paths::default();
                for step in steps {
                    let expected: Vec<f64> =
                        (0..BLOCK).map(|lane| source.at(step, Place { lane, ..place })).collect();
                    for path in SimdPath::available() {
                        assert_eq!(column(source, path, step, place.block), expected, "{design:?}");
                        let mut out = [0.0; BLOCK];
                        source.fill(path, step, place.block, &mut kept, &mut out);
                        assert_eq!(out.as_slice(), expected, "{design:?} with memory");
                    }
                }
            }
        }
    }

    #[test]
    fn random_numbers_are_those_of_the_plain_stream() {
        let layout = Layout::new(Design::Random, 5000);
        let source = &SourcePlan::new(layout, 5, &[TRIAL]).sources(layout.replicate(0))[0];
        let place = layout.place(4321);
        assert_eq!(source.at(0, place), uniform_at(StreamKey::new(5, "price"), 0, 4321));
    }

    #[test]
    fn dimensions_are_given_in_the_stated_order() {
        let short = Site { last_step: 2, ..FIRE };
        let (plans, count) = dimensions(&[SHOCK, TRIAL, short, Site { name: "b", ..TRIAL }], 0);
        let own = |site: usize| -> Vec<u16> {
            plans[site].dimensions.iter().map(|dimension| dimension.expect("few")).collect()
        };
        assert_eq!((own(1), own(3)), (vec![0], vec![1]));
        assert_eq!(own(2), [3, 5, 7]);
        assert_eq!(own(0)[..4], [2, 4, 6, 8]);
        assert_eq!(count, 2 + 13 + 3);
        assert!(plans[0].bridge.is_some() && plans[2].bridge.is_none());
    }

    #[test]
    fn a_plan_for_some_sites_has_the_numbers_of_the_whole() {
        for design in [Design::Latin, Design::Sobol] {
            let layout = Layout::new(design, 16 * 2048);
            let alone = SourcePlan::new(layout, 5, &[TRIAL, SHOCK]);
            let whole = SourcePlan::in_groups(layout, 5, &[&[TRIAL, SHOCK], &[FIRE]]);
            let [first, second] = [whole.of(&[0, 1]), whole.of(&[2, 1])];
            let replicate = layout.replicate(3);
            let place = layout.place(3 * 2048 + 700);
            let of = |plan: &SourcePlan, site: usize, step| {
                plan.sources(replicate)[site].at(step, place)
            };
            assert_eq!([of(&alone, 0, 0), of(&alone, 1, 7)], [of(&first, 0, 0), of(&first, 1, 7)]);
            assert_eq!(
                [of(&second, 0, 7), of(&second, 1, 7)],
                [of(&whole, 2, 7), of(&whole, 1, 7)]
            );
        }
    }

    #[test]
    fn coordinates_beyond_the_table_are_random_and_counted() {
        let long = Site { last_step: 1900, ..FIRE };
        let layout = Layout::new(Design::Sobol, 1 << 14);
        let plan = SourcePlan::new(layout, 5, &[TRIAL, long]);
        assert_eq!(plan.n_beyond(), 1 + 1901 - DIMENSIONS);
        let sources = plan.sources(layout.replicate(2));
        let place = layout.place(2 * 1024 + 17);
        let expected: Vec<f64> =
            (0..BLOCK).map(|lane| sources[1].at(1900, Place { lane, ..place })).collect();
        assert_eq!(column(&sources[1], SimdPath::detect(), 1900, place.block), expected);
    }

    /// Over the replicates and their trials the numbers of every design are uniform: each step of each site.
    #[test]
    fn numbers_are_uniform() {
        for design in [Design::Latin, Design::Sobol] {
            let layout = Layout::new(design, 16 * 1024);
            let plan = SourcePlan::new(layout, 5, &[TRIAL, SHOCK, FIRE]);
            for (site, step) in [(0, 0), (1, 0), (1, 1), (1, 6), (1, 12), (2, 0), (2, 1), (2, 12)] {
                let mut counts = [0.0_f64; 64];
                for replicate in layout.replicates() {
                    let source = &plan.sources(replicate)[site];
                    for block in 0..2 {
                        let first_block = replicate.first_block;
                        column(source, SimdPath::detect(), step, first_block + block)
                            .iter()
                            .for_each(|u| counts[(u * 64.0) as usize] += 1.0);
                    }
                }
                let chi_square: f64 =
                    counts.iter().map(|n| (n - 256.0) * (n - 256.0) / 256.0).sum();
                // 63 degrees of freedom: standard deviation 11; stratified numbers have next to none.
                assert!(chi_square < 63.0 + 5.0 * 11.3, "{design:?} {site} {step}: {chi_square}");
            }
        }
    }
}
