//! Draws against their distributions by Kolmogorov and Smirnov's distance, every family and corner of its parameters.
//!
//! Ten million draws of each law would take minutes; their distance follows from that of the uniform numbers that they
//! are made of. Let D be the distance of U₁ … Uₙ from the uniform law, Q the sampler and ε its error in probability:
//! F(Q(u)−) − ε ≤ u ≤ F(Q(u)) + ε. From Q(u) ≤ x follows u ≤ F(x) + ε, and from Q(u) > x follows u ≥ F(x) − ε. Hence
//!
//! > #{Q(Uᵢ) ≤ x} / n ≤ #{Uᵢ ≤ F(x) + ε} / n ≤ F(x) + ε + D,
//!
//! and from below likewise: the draws are within D + ε of F, atoms or not. D is counted here for ten million numbers, ε
//! (at most 10⁻⁹) is looked at draw by draw, and the distance of some hundred thousand draws of each law is what both
//! allow. `cargo bench --bench accuracy` takes the ten million draws of each.

use std::collections::BTreeSet;

use outlay::check::{InputRule, Rule};
use outlay::distribution::{Distribution, Family, Kind};
use outlay::engine::{self, Prepared};
use outlay::math::simd::{Kernel, Path, SimdPath};
use outlay::program::constant_distribution;
use outlay::sampling::{BLOCK, StreamKey, fill_uniform};
use outlay::{Compiled, Request, compile, no_files};

/// Families and corners of their parameters, a line each.
const LAWS: &str = include_str!("../fixtures/laws.txt");

/// Largest error in probability that is claimed of draws.
const CLAIM: f64 = 1e-9;
/// Kolmogorov and Smirnov's distance that ten million numbers exceed once in a million times.
const CRITICAL: f64 = 8.5e-4;
/// Draws of each law.
const DRAWS: u64 = 1 << 17;
/// Of a hundred samples √n times the distance of one exceeds this.
const USUAL: f64 = 1.63;
/// Every so many draws in their order the distribution function is evaluated.
const STRIDE: usize = 128;
/// Draws of each law whose error in probability is looked at.
const CHECKED: usize = 2048;

fn compiled(call: &str) -> Compiled {
    let text = format!("outlay = 1\n[inputs]\nx = \"{call}\"\n[outputs]\nx = {{}}\n");
    let request = Request { name: "law.toml".into(), text, ..Request::default() };
    compile(&request, &mut no_files).unwrap_or_else(|failure| {
        panic!("{}", outlay::diagnostic::render(&failure.diagnostics, &failure.sources, false))
    })
}

/// Draws of the input `x`, as a run makes them.
fn draws(model: &Compiled, seed: u64, trials: u64) -> Vec<f64> {
    engine::collect(&Prepared::new(model.program(), seed), 1, trials).swap_remove(0)
}

fn law_of(model: &Compiled) -> Distribution {
    let Rule::Input { cells, .. } = &model.model().quantities[0].rule else {
        panic!("x is an input")
    };
    let InputRule::Random(expr) = &cells[0].value else { panic!("x is random") };
    constant_distribution(model.model(), expr, &[]).expect("constant parameters")
}

/// How far a draw at u is off, in probability: 0 for the quantile itself, up to four last digits of its value.
fn error(law: &Distribution, u: f64, x: f64) -> f64 {
    let low = (0..4).fold(x, |x, _| x.next_down());
    let high = (0..4).fold(x, |x, _| x.next_up());
    let (below, up_to, v) = if u <= 0.5 {
        (law.cdf_below(low), law.cdf(high), u)
    } else {
        (law.sf(high), law.sf_from(low), 1.0 - u)
    };
    (below - v).max(v - up_to).max(0.0)
}

/// The distance of a sample from a law, at most `STRIDE / n` too large.
fn distance(law: &Distribution, sample: &[f64]) -> f64 {
    let mut values = sample.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len() as f64;
    let mut largest = 0.0_f64;
    for (i, &x) in values.iter().enumerate().step_by(STRIDE) {
        // at an atom the empirical function jumps too
        let up_to = values.partition_point(|&other| other <= x);
        let before = if values[..i].last() == Some(&x) {
            values.partition_point(|&other| other < x)
        } else {
            i
        };
        largest = largest
            .max((law.cdf(x) - up_to as f64 / n).abs())
            .max((law.cdf_below(x) - before as f64 / n).abs());
    }
    largest + if law.kind() == Kind::Discrete { 0.0 } else { STRIDE as f64 / n }
}

/// Uniform numbers of a stream, counted in cells of one width.
struct Counts<'a> {
    key: StreamKey,
    step: u32,
    blocks: u64,
    cells: &'a mut [u32],
}

impl Kernel for Counts<'_> {
    type Output = ();

    #[inline(always)]
    fn run<P: Path>(self, path: P) {
        let mut uniforms = [0.0; BLOCK];
        for block in 0..self.blocks {
            fill_uniform(path, self.key, self.step, block, &mut uniforms);
            for u in uniforms {
                self.cells[(u * self.cells.len() as f64) as usize] += 1;
            }
        }
    }
}

/// The distance of ten million uniform numbers of a stream, at most a cell's width too large: a distribution function
/// and the empirical one rise between the ends of a cell.
fn uniform_distance(seed: u64, name: &str, step: u32) -> f64 {
    const CELLS: usize = 1 << 18;
    let blocks = 10_000_000_u64.div_ceil(BLOCK as u64);
    let mut cells = vec![0; CELLS];
    let key = StreamKey::new(seed, name);
    SimdPath::detect().run(Counts { key, step, blocks, cells: &mut cells });
    let n = (blocks * BLOCK as u64) as f64;
    let (mut up_to, mut largest) = (0_u32, 0.0_f64);
    for (cell, count) in cells.iter().enumerate() {
        up_to += count;
        largest = largest.max((f64::from(up_to) / n - (cell + 1) as f64 / CELLS as f64).abs());
    }
    assert_eq!(f64::from(up_to), n);
    largest + 1.0 / CELLS as f64
}

#[test]
fn ten_million_uniform_numbers_of_a_stream_lie_evenly() {
    for (seed, name, step) in [(1, "x", 0), (2, "x", 0), (1, "gpu_price", 0), (1, "shock", 60)] {
        let distance = uniform_distance(seed, name, step);
        assert!(distance + CLAIM < CRITICAL, "{name}, seed {seed}, step {step}: {distance:e}");
    }
}

#[test]
fn draws_of_every_law_are_as_even_as_their_uniform_numbers() {
    let families: BTreeSet<&str> = Family::ALL.iter().map(|family| family.name()).collect();
    let called: BTreeSet<&str> = LAWS.lines().filter_map(|line| line.split('(').next()).collect();
    let missing: Vec<&&str> = families.difference(&called).collect();
    assert!(missing.is_empty(), "not one line of tests/fixtures/laws.txt for {missing:?}");
    let plain = compiled("uniform(0, 1)");
    let uniforms = draws(&plain, 1, DRAWS);
    let n = DRAWS as f64;
    let even = distance(&law_of(&plain), &uniforms);
    assert!(even < USUAL / n.sqrt(), "{even:e}");
    for call in LAWS.lines() {
        let model = compiled(call);
        let (law, draws) = (law_of(&model), draws(&model, 1, DRAWS));
        let off = distance(&law, &draws);
        let allowed = even + CLAIM + STRIDE as f64 / n;
        assert!(off <= allowed, "{call}: distance {off:e} of {allowed:e}");
        for (&u, &x) in uniforms.iter().zip(&draws).take(CHECKED) {
            let off = error(&law, u, x);
            assert!(off <= CLAIM, "{call}: {x:e} at {u:e} is off by {off:e}");
        }
    }
}

#[test]
fn draws_that_are_off_by_two_hundredths_are_noticed() {
    for (drawn, meant) in [
        ("gamma(2, 1)", "gamma(2.04, 1)"),
        ("beta(2, 5)", "beta(2, 5.2)"),
        ("normal(0, 1)", "normal(0.02, 1)"),
        ("poisson(10)", "poisson(10.1)"),
        ("weibull(1.5, 3)", "weibull(1.5, 3.06)"),
    ] {
        let draws = draws(&compiled(drawn), 1, DRAWS);
        let (off, limit) =
            (distance(&law_of(&compiled(meant)), &draws), USUAL / (DRAWS as f64).sqrt());
        assert!(off > limit, "{drawn} for {meant}: {off:e}");
    }
}
