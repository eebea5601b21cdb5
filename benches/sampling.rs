//! Draws of the laws that models use: time a draw, on every path of this CPU, beside `rand_distr` for the same law.
//!
//! `cargo bench --bench sampling`. A draw of ours is the inverse of a distribution function at a given uniform
//! number; what the uniform itself costs is the first group. `rand_distr` is driven by `SmallRng`, the fastest
//! generator of `rand`, and pays for its uniforms itself. The last group is what a table costs before the first draw.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use outlay::distribution::{Distribution, Family, build};
use outlay::engine::Sampler;
use outlay::math::simd::{Kernel, Path, SimdPath};
use outlay::sampling::{
    BLOCK, Design, Layout, Paths, Site, SourcePlan, StreamKey, fill_normal, fill_uniform,
    uniform_at,
};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand_distr as peer;

/// What is measured.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Uniform(StreamKey),
    Normal,
    Sampler(&'a Sampler),
}

/// One block of draws.
struct Draws<'a> {
    piece: Piece<'a>,
    uniforms: &'a [f64],
    out: &'a mut [f64],
}

impl Kernel for Draws<'_> {
    type Output = ();

    #[inline(always)]
    fn run<P: Path>(self, path: P) {
        let Draws { piece, uniforms, out } = self;
        match piece {
            Piece::Uniform(key) => fill_uniform(path, key, 0, black_box(7), out),
            Piece::Normal => fill_normal(path, uniforms, out),
            Piece::Sampler(sampler) => sampler.fill(path, uniforms, out),
        }
    }
}

/// A column of `rand_distr`'s draws of one law.
type PeerFill = Box<dyn FnMut(&mut [f64])>;

fn peer_fill(law: impl peer::Distribution<f64> + 'static) -> PeerFill {
    let mut rng = SmallRng::seed_from_u64(1);
    Box::new(move |out| out.iter_mut().for_each(|out| *out = law.sample(&mut rng)))
}

fn law(family: Family, parameters: &[f64]) -> Distribution {
    build(family, 0, parameters).expect("possible parameters")
}

fn draws(criterion: &mut Criterion) {
    const POSSIBLE: &str = "possible parameters";
    let pert = law(Family::Pert, &[80.0, 100.0, 150.0, 4.0]);
    let beta = law(Family::Beta, &[8.0, 3.0, 0.0, 1.0]);
    let gamma = law(Family::Gamma, &[4.0, 0.05]);
    let triangular = law(Family::Triangular, &[0.25, 0.3, 0.4]);
    let poisson_10 = law(Family::Poisson, &[10.0]);
    let poisson_10k = law(Family::Poisson, &[1e4]);
    let samplers = [&pert, &beta, &gamma, &triangular, &poisson_10, &poisson_10k].map(Sampler::new);
    let [pert, beta, gamma, triangular, poisson_10, poisson_10k] = samplers.each_ref();

    let peer_pert = peer::Pert::new(80.0, 150.0).with_mode(100.0).expect(POSSIBLE);
    let cases: [(&str, Piece<'_>, PeerFill); 8] = [
        (
            "uniform",
            Piece::Uniform(StreamKey::new(1, "bench")),
            peer_fill(peer::Uniform::new(0.0, 1.0).expect(POSSIBLE)),
        ),
        ("normal", Piece::Normal, peer_fill(peer::StandardNormal)),
        ("pert", Piece::Sampler(pert), peer_fill(peer_pert)),
        ("beta", Piece::Sampler(beta), peer_fill(peer::Beta::new(8.0, 3.0).expect(POSSIBLE))),
        ("gamma", Piece::Sampler(gamma), peer_fill(peer::Gamma::new(4.0, 0.05).expect(POSSIBLE))),
        (
            "triangular",
            Piece::Sampler(triangular),
            peer_fill(peer::Triangular::new(0.25, 0.4, 0.3).expect(POSSIBLE)),
        ),
        (
            "poisson 10",
            Piece::Sampler(poisson_10),
            peer_fill(peer::Poisson::new(10.0).expect(POSSIBLE)),
        ),
        (
            "poisson 10k",
            Piece::Sampler(poisson_10k),
            peer_fill(peer::Poisson::new(1e4).expect(POSSIBLE)),
        ),
    ];

    let key = StreamKey::new(1, "uniforms");
    let uniforms: Vec<f64> = (0..BLOCK as u64).map(|trial| uniform_at(key, 0, trial)).collect();
    let mut out = vec![0.0; BLOCK];
    for (name, piece, mut peer_fill) in cases {
        let mut group = criterion.benchmark_group(format!("draw/{name}"));
        group.throughput(Throughput::Elements(BLOCK as u64));
        for path in SimdPath::available() {
            group.bench_function(BenchmarkId::from_parameter(path), |bencher| {
                bencher.iter(|| {
                    let (uniforms, out) = (black_box(&*uniforms), black_box(&mut *out));
                    path.run(Draws { piece, uniforms, out });
                });
            });
        }
        group.bench_function("rand_distr", |bencher| {
            bencher.iter(|| peer_fill(black_box(&mut out)));
        });
        group.finish();
    }
}

/// Uniform numbers of each design: a coordinate of the trial, and one of sixty steps along a Brownian bridge.
fn designs(criterion: &mut Criterion) {
    const STEPS: u32 = 60;
    let sites = [
        Site { name: "price", last_step: 0, is_normal: false },
        Site { name: "shock", last_step: STEPS, is_normal: true },
    ];
    let mut out = [0.0; BLOCK];
    for design in [Design::Random, Design::Latin, Design::Sobol] {
        let layout = Layout::new(design, 1 << 20);
        let sources = SourcePlan::new(layout, 1, &sites).sources(layout.replicate(0));
        let mut group = criterion.benchmark_group(format!("uniform/{}", design.name()));
        for path in SimdPath::available() {
            group.throughput(Throughput::Elements(BLOCK as u64));
            group.bench_function(BenchmarkId::new("of the trial", path), |bencher| {
                let mut paths = Paths::default();
                bencher.iter(|| sources[0].fill(path, 0, black_box(7), &mut paths, &mut out));
            });
            group.throughput(Throughput::Elements(u64::from(STEPS) * BLOCK as u64));
            group.bench_function(BenchmarkId::new("of sixty steps", path), |bencher| {
                let (mut paths, mut block) = (Paths::default(), 0);
                bencher.iter(|| {
                    block = (block + 1) % 64;
                    for step in 1..=STEPS {
                        sources[1].fill(path, step, black_box(block), &mut paths, &mut out);
                    }
                });
            });
        }
        group.finish();
    }
}

fn tables(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("table");
    group.throughput(Throughput::Elements(1));
    for (name, law) in [
        ("pert", law(Family::Pert, &[80.0, 100.0, 150.0, 4.0])),
        ("gamma", law(Family::Gamma, &[4.0, 0.05])),
        ("poisson 10", law(Family::Poisson, &[10.0])),
        ("poisson 10k", law(Family::Poisson, &[1e4])),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| Sampler::new(black_box(&law))));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300));
    targets = draws, designs, tables
}
criterion_main!(benches);
