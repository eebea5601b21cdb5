//! Whole runs: reference models S and T and the shipped a800-10k, on one thread and on all cores.
//!
//! `cargo bench --bench end_to_end`. A run here is all but the reading of the model: building tables, the
//! pilot, the trials, the summary. Elements are trials; `compile` is the reading, one element a model.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use outlay::{Compiled, Request, RunSettings, Unwatched};

const TRIALS: u64 = 1 << 18;

const MODELS: [(&str, &str); 3] = [
    ("S", include_str!("models/s.toml")),
    ("T", include_str!("models/t.toml")),
    ("a800-10k", include_str!("../models/a800-10k.toml")),
];

fn compiled(name: &str, text: &str) -> Compiled {
    let request = Request { name: name.into(), text: text.into(), ..Request::default() };
    match outlay::compile(&request, &mut outlay::no_files) {
        Ok(model) => model,
        Err(failure) => panic!("{name} is a valid model: {failure:?}"),
    }
}

fn end_to_end(criterion: &mut Criterion) {
    for (name, text) in MODELS {
        let model = compiled(name, text);
        let mut group = criterion.benchmark_group(format!("run/{name}"));
        group.throughput(Throughput::Elements(TRIALS));
        for (threads, label) in [(Some(1), "one thread"), (None, "all cores")] {
            let settings = RunSettings { trials: TRIALS, threads, ..RunSettings::default() };
            group.bench_function(BenchmarkId::from_parameter(label), |bencher| {
                bencher.iter(|| outlay::run(black_box(&model), &settings, &Unwatched));
            });
        }
        group.finish();
    }
    let mut group = criterion.benchmark_group("compile");
    group.throughput(Throughput::Elements(1));
    for (name, text) in MODELS {
        group.bench_function(name, |bencher| bencher.iter(|| compiled(name, black_box(text))));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(1500));
    targets = end_to_end
}
criterion_main!(benches);
