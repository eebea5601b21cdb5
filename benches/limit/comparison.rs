//! The engine and the fused loops in turns, their medians, and whether they have found the same.

use std::sync::Arc;
use std::time::Instant;

use outlay::accumulate::{ChannelKind, ChannelPlan, Resolution, Tally};
use outlay::engine::{self, Pilot, Prepared};
use outlay::results::{NumberSummary, Point, Statistics};
use outlay::sampling::BLOCK;
use outlay::{Compiled, Request, Unwatched};
use rayon::ThreadPool;

use crate::fused::{Fused, SEED};

/// Fused loops by name.
pub(crate) type Rows<'a> = &'a [(&'static str, &'a (dyn Fn(Fused<'_>) + Sync))];

/// Prints the speed of the engine and of every fused loop, and checks their results.
///
/// # Panics
/// Where they differ by more than rounding explains: a benchmark of different computations is worthless.
pub(crate) fn compare(name: &str, text: &str, trials: u64, rounds: usize, rows: Rows<'_>) {
    let request = Request { name: name.into(), text: text.into(), ..Request::default() };
    let model = outlay::compile(&request, &mut outlay::no_files)
        .unwrap_or_else(|failure| panic!("{name} is a valid model: {failure:?}"));
    let blocks = trials.div_ceil(BLOCK as u64);
    let trials = blocks * BLOCK as u64;
    let [one, two] = [1, 2].map(|threads| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool of threads")
    });
    let prepared = Prepared::new(model.program(), SEED);
    let plans = engine::pilot(&prepared, &channels(&model));

    let mut seconds = vec![Vec::new(); rows.len() + 1];
    for round in 0..rounds {
        let start = Instant::now();
        let (expected, _) = one.install(|| engine::run(&prepared, &plans, trials, &Unwatched));
        seconds[0].push(start.elapsed().as_secs_f64());
        for ((row, fused), seconds) in rows.iter().zip(&mut seconds[1..]) {
            let mut tally = Tally::new(&plans);
            let start = Instant::now();
            fused(Fused { blocks: 0..blocks, tally: &mut tally });
            seconds.push(start.elapsed().as_secs_f64());
            if round == 0 {
                check(&format!("{name} {row}"), &plans, &expected, &tally);
            }
        }
    }

    let gains = (0..rounds).map(|_| {
        // Each side on one thread and on two, one after the other.
        let gain = |run: &dyn Fn(&ThreadPool)| {
            let time = |pool: &ThreadPool| {
                let start = Instant::now();
                run(pool);
                start.elapsed().as_secs_f64()
            };
            time(&one) / time(&two)
        };
        let engine = gain(&|pool| {
            pool.install(|| engine::run(&prepared, &plans, trials, &Unwatched));
        });
        let fused = gain(&|pool| {
            let parts = pool.current_num_threads() as u64;
            pool.scope(|scope| {
                for part in 0..parts {
                    let plans = &plans;
                    scope.spawn(move |_| {
                        let blocks = blocks * part / parts..blocks * (part + 1) / parts;
                        (rows[0].1)(Fused { blocks, tally: &mut Tally::new(plans) });
                    });
                }
            });
        });
        [engine, fused, engine / fused]
    });
    let gains: Vec<[f64; 3]> = gains.collect();

    let engine = median(&seconds[0]);
    println!("{name}, {trials} trials on one thread:");
    let speed = |seconds: f64| trials as f64 / seconds / 1e6;
    println!("  engine   {:8.2} M trials/s", speed(engine));
    for ((row, _), times) in rows.iter().zip(&seconds[1..]) {
        let ratios: Vec<f64> =
            seconds[0].iter().zip(times).map(|(engine, fused)| engine / fused).collect();
        let [low, middle, high] = spread(&ratios);
        let speed = speed(median(times));
        println!(
            "  {row:8} {speed:8.2} M trials/s   {middle:.2} times the engine ({low:.2} to {high:.2})"
        );
    }
    let [engine, fused, share] =
        [0, 1, 2].map(|at| spread(&gains.iter().map(|gain| gain[at]).collect::<Vec<f64>>()));
    println!(
        "  two threads gain {:.2} times, fused {:.2}: {:.2} of it ({:.2} to {:.2})",
        engine[1], fused[1], share[1], share[0], share[2]
    );
}

/// The channels of a model, one an output.
fn channels(model: &Compiled) -> Vec<Pilot> {
    let base = |number: &NumberSummary| match number.base.as_ref().map(|base| base.value) {
        Some(Point::Value(value)) => value,
        Some(Point::Never) => f64::INFINITY,
        Some(Point::Undefined) | None => f64::NAN,
    };
    let channel = |statistics: &Statistics| match statistics {
        Statistics::Number(number) => (ChannelKind::Number, base(number), Vec::new()),
        Statistics::Time(time) => (ChannelKind::Time, base(&time.number), vec![24.0, 36.0, 60.0]),
        Statistics::Probability(_) | Statistics::Series(_) => {
            unreachable!("the reference models have numbers and times")
        }
    };
    let outputs = outlay::base_case(model).outputs;
    let pilots = outputs.iter().map(|output| {
        let (kind, base, thresholds) = channel(&output.statistics);
        Pilot { kind, resolution: Resolution::Fine, base, thresholds }
    });
    pilots.collect()
}

/// The same draws through the same formulas: results agree but for last digits.
fn check(name: &str, plans: &Arc<[ChannelPlan]>, expected: &Tally, found: &Tally) {
    let close = |what: &str, a: f64, b: f64, tolerance: f64| {
        let scale = a.abs().max(b.abs()).max(1e-300);
        assert!((a - b).abs() <= tolerance * scale, "{name}: {what} is {b}, the engine has {a}");
    };
    for channel in 0..plans.len() {
        let (a, b) = (expected.channel(channel), found.channel(channel));
        close("P(never)", a.never() as f64, b.never() as f64, 1e-4);
        let (a, b) = (expected.spread(channel), found.spread(channel));
        if let (Some(a), Some(b)) = (a.mean, b.mean) {
            close("a mean", a, b, 1e-9);
        }
        let (a, b) = (expected.distribution(channel), found.distribution(channel));
        for rank in [a.count() / 2, a.count() * 95 / 100] {
            if rank > 0 && rank <= b.count() {
                close("a percentile", a.at_rank(rank), b.at_rank(rank), 1e-6);
            }
        }
    }
}

fn spread(values: &[f64]) -> [f64; 3] {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    [sorted[0], sorted[sorted.len() / 2], sorted[sorted.len() - 1]]
}

fn median(values: &[f64]) -> f64 {
    spread(values)[1]
}
