//! The pieces of a draw: nanoseconds an item, on every path of this CPU.
//!
//! `cargo bench --bench sampling`. Yardsticks beside them: `rand_distr` driven by the same stream.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use outlay::math::simd::{Kernel, Path, SimdPath};
use outlay::math::{exp, ln, norm_pdf, norm_quantile, pow};
use outlay::sampling::{
    BLOCK, DiscreteTable, QuantileTable, StreamKey, StreamRng, Tail, fill_normal, fill_uniform,
    uniform_at,
};
use rand_distr::Distribution;

/// What is measured.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Uniform(StreamKey),
    Exp,
    Ln,
    Pow,
    Normal,
    Table(&'a QuantileTable),
    Discrete(&'a DiscreteTable),
}

struct Work<'a> {
    piece: Piece<'a>,
    input: &'a [f64],
    out: &'a mut [f64],
}

impl Kernel for Work<'_> {
    type Output = ();

    #[inline(always)]
    fn run<P: Path>(self, path: P) {
        let Work { piece, input, out } = self;
        match piece {
            Piece::Uniform(key) => fill_uniform(path, key, 0, black_box(7), out),
            Piece::Exp => out.iter_mut().zip(input).for_each(|(out, &x)| *out = exp(x)),
            Piece::Ln => out.iter_mut().zip(input).for_each(|(out, &x)| *out = ln(x)),
            Piece::Pow => {
                out.iter_mut().zip(input).for_each(|(out, &x)| *out = pow(1.0 + x, 2.5 - x));
            }
            Piece::Normal => fill_normal(path, input, out),
            Piece::Table(table) => table.fill(path, input, out),
            Piece::Discrete(table) => table.fill(path, input, out),
        }
    }
}

fn logistic_table() -> QuantileTable {
    let quantile = |u: f64, tail: Tail| {
        let x = ln(u / (1.0 - u));
        if tail == Tail::Lower { x } else { -x }
    };
    let density = |x: f64| {
        let e = exp(-x.abs());
        e / ((1.0 + e) * (1.0 + e))
    };
    QuantileTable::build(Box::new(quantile), &density)
}

/// Poisson masses by the recurrence from the mode; weights need not sum to 1.
fn poisson_table(mean: f64) -> DiscreteTable {
    let mode = mean.floor();
    let log_mass = |k: f64| k * libm::log(mean) - libm::lgamma(k + 1.0) - mean;
    DiscreteTable::from_law(mode, [0.0, f64::INFINITY], 1 << 22, &|k| exp(log_mass(k)))
        .expect("a small window")
}

fn pieces(c: &mut Criterion) {
    let key = StreamKey::new(1, "bench");
    let uniforms: Vec<f64> = (0..BLOCK as u64).map(|trial| uniform_at(key, 0, trial)).collect();
    let exponents: Vec<f64> = uniforms.iter().map(|u| 20.0 * u - 10.0).collect();
    let (logistic, poisson_10, poisson_1e6) =
        (logistic_table(), poisson_table(10.0), poisson_table(1e6));
    let cases = [
        ("uniform", Piece::Uniform(key), &uniforms),
        ("exp", Piece::Exp, &exponents),
        ("ln", Piece::Ln, &uniforms),
        ("pow", Piece::Pow, &uniforms),
        ("normal", Piece::Normal, &uniforms),
        ("table", Piece::Table(&logistic), &uniforms),
        ("poisson 10", Piece::Discrete(&poisson_10), &uniforms),
        ("poisson 1e6", Piece::Discrete(&poisson_1e6), &uniforms),
    ];
    let mut out = vec![0.0; BLOCK];
    for (name, piece, input) in cases {
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(BLOCK as u64));
        for path in SimdPath::available() {
            group.bench_function(BenchmarkId::from_parameter(path), |b| {
                b.iter(|| {
                    path.run(Work { piece, input: black_box(input), out: black_box(&mut out) });
                });
            });
        }
    }
}

fn building(c: &mut Criterion) {
    let mut group = c.benchmark_group("build");
    group.bench_function("logistic", |b| b.iter(logistic_table));
    group.bench_function("poisson 10", |b| b.iter(|| poisson_table(10.0)));
    group.bench_function("poisson 1e6", |b| b.iter(|| poisson_table(1e6)));
    group.bench_function("normal", |b| {
        let quantile = |u: f64, tail: Tail| {
            if tail == Tail::Lower { norm_quantile(u) } else { -norm_quantile(u) }
        };
        b.iter(|| QuantileTable::build(Box::new(quantile), &norm_pdf));
    });
}

fn yardsticks(c: &mut Criterion) {
    let mut group = c.benchmark_group("rand_distr");
    group.throughput(Throughput::Elements(1));
    let mut rng = StreamRng::new(StreamKey::new(1, "bench"));
    group.bench_function("normal", |b| {
        b.iter(|| -> f64 { rand_distr::StandardNormal.sample(&mut rng) });
    });
    let poisson = rand_distr::Poisson::new(10.0).expect("a positive mean");
    group.bench_function("poisson 10", |b| b.iter(|| -> f64 { poisson.sample(&mut rng) }));
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(500));
    targets = pieces, building, yardsticks
}
criterion_main!(benches);
