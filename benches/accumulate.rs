//! What it costs to record a value: time a value for several shapes of output, on every path of this CPU.
//!
//! `cargo bench --bench accumulate`. Elements are values; `hdrhistogram` records the first shape beside them.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use outlay::accumulate::{ChannelKind, ChannelPlan, MAX_LANES, Resolution, Tally};
use outlay::math::simd::{Kernel, Path, SimdPath};
use outlay::sampling::{StreamKey, StreamRng};
use rand_distr::{Distribution, StandardNormal};

const BLOCKS: usize = 256;

type Shape = (&'static str, ChannelKind, fn(&mut StreamRng) -> f64);

fn normal(rng: &mut StreamRng) -> f64 {
    StandardNormal.sample(rng)
}

const SHAPES: [Shape; 6] = [
    ("normal", ChannelKind::Number, |rng| 100.0 + 9.0 * normal(rng)),
    ("lognormal", ChannelKind::Number, |rng| libm::exp(normal(rng))),
    ("cauchy", ChannelKind::Number, |rng| normal(rng) / normal(rng)),
    ("constant", ChannelKind::Number, |_| 7.0),
    ("payoff", ChannelKind::Number, |rng| normal(rng).max(0.0)),
    ("months", ChannelKind::Time, |rng| {
        let month = (36.0 + 20.0 * normal(rng)).round();
        if month > 60.0 { f64::INFINITY } else { month.max(0.0) }
    }),
];

/// Records all values, block by block from `first` on.
struct RecordAll<'a> {
    tally: &'a mut Tally,
    first: u64,
    values: &'a [f64],
}

impl Kernel for RecordAll<'_> {
    type Output = u64;

    #[inline(always)]
    fn run<P: Path>(self, _path: P) -> u64 {
        let mut block = self.first;
        for column in self.values.chunks(MAX_LANES) {
            self.tally.record_inline(0, block, column);
            block += 1;
        }
        block
    }
}

fn accumulate(criterion: &mut Criterion) {
    for (name, kind, shape) in SHAPES {
        let mut rng = StreamRng::new(StreamKey::new(1, name));
        let mut column = |length| (0..length).map(|_| shape(&mut rng)).collect::<Vec<f64>>();
        let pilot = column(4096);
        let values = column(BLOCKS * MAX_LANES);
        let plan = ChannelPlan::from_pilot(kind, Resolution::Fine, &pilot, 50.0, vec![24.0, 36.0]);
        let plans: Arc<[ChannelPlan]> = Arc::from([plan]);
        let mut group = criterion.benchmark_group(format!("record/{name}"));
        group.throughput(Throughput::Elements(values.len() as u64));
        for path in SimdPath::available() {
            group.bench_function(BenchmarkId::from_parameter(path), |bencher| {
                let (mut tally, mut first) = (Tally::new(&plans), 0);
                bencher.iter(|| {
                    let tally = black_box(&mut tally);
                    first = path.run(RecordAll { tally, first, values: black_box(&values) });
                });
            });
        }
        if name == "normal" {
            let mut peer =
                hdrhistogram::Histogram::<u64>::new(3).expect("three digits are allowed");
            group.bench_function("hdrhistogram", |bencher| {
                bencher.iter(|| {
                    for &value in black_box(&values) {
                        // thousandths: its values are whole numbers
                        peer.record((value * 1000.0) as u64).expect("a value in its range");
                    }
                });
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300));
    targets = accumulate
}
criterion_main!(benches);
