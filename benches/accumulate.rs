//! What it costs to record a value: time per value for several shapes, as compiled for the baseline and, where the
//! machine has it, for AVX-512.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use outlay::accumulate::{ChannelKind, ChannelPlan, MAX_LANES, Resolution, Tally};

const BLOCKS: usize = 256;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(self.uniform())).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.uniform())
    }
}

type Shape = (&'static str, ChannelKind, fn(&mut Random) -> f64);

const SHAPES: [Shape; 6] = [
    ("normal", ChannelKind::Number, |random| 100.0 + 9.0 * random.normal()),
    ("lognormal", ChannelKind::Number, |random| libm::exp(random.normal())),
    ("cauchy", ChannelKind::Number, |random| random.normal() / random.normal()),
    ("constant", ChannelKind::Number, |_| 7.0),
    ("payoff", ChannelKind::Number, |random| random.normal().max(0.0)),
    ("months", ChannelKind::Time, |random| {
        let month = (36.0 + 20.0 * random.normal()).round();
        if month > 60.0 { f64::INFINITY } else { month.max(0.0) }
    }),
];

fn record_all(tally: &mut Tally, first: &mut u64, values: &[f64]) {
    for column in values.chunks(MAX_LANES) {
        tally.record(0, *first, column);
        *first += 1;
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
fn record_all_wide(tally: &mut Tally, first: &mut u64, values: &[f64]) {
    for column in values.chunks(MAX_LANES) {
        tally.record_inline(0, *first, column);
        *first += 1;
    }
}

fn accumulate(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("accumulate");
    group.throughput(Throughput::Elements((BLOCKS * MAX_LANES) as u64));
    group.sample_size(20).warm_up_time(std::time::Duration::from_millis(300));
    group.measurement_time(std::time::Duration::from_millis(1200));
    for (name, kind, shape) in SHAPES {
        let mut random = Random(1);
        let mut column = |length| (0..length).map(|_| shape(&mut random)).collect::<Vec<f64>>();
        let pilot = column(4096);
        let values = column(BLOCKS * MAX_LANES);
        let plan = ChannelPlan::from_pilot(kind, Resolution::Fine, &pilot, 50.0, vec![24.0, 36.0]);
        let plans: Arc<[ChannelPlan]> = Arc::from([plan]);
        group.bench_function(BenchmarkId::new("baseline", name), |bencher| {
            let (mut tally, mut block) = (Tally::new(&plans), 0);
            bencher.iter(|| record_all(black_box(&mut tally), &mut block, &values));
        });
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512bw")
        {
            group.bench_function(BenchmarkId::new("avx512", name), |bencher| {
                let (mut tally, mut block) = (Tally::new(&plans), 0);
                bencher.iter(|| {
                    let tally = black_box(&mut tally);
                    #[expect(unsafe_code, reason = "the features are there: checked above")]
                    // SAFETY: all features that the function is compiled for were detected.
                    unsafe {
                        record_all_wide(tally, &mut block, &values);
                    }
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, accumulate);
criterion_main!(benches);
