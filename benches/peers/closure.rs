//! Reference models S and T the usual way in Rust: `rand`, `rand_distr`, `rayon` and `hdrhistogram`, one closure a trial.
//!
//! A peer of outlay, run by `compare.py`: `closure --model S|T [--trials N] [--rent 10]` prints one line of JSON. It uses
//! nothing of outlay, draws by the laws' usual samplers, and takes exp and ln from the platform.

#![expect(clippy::print_stdout, reason = "its result is what it prints")]
#![expect(clippy::disallowed_methods, reason = "what anyone would write first: the platform's exp")]

use std::process::ExitCode;
use std::time::Instant;

use hdrhistogram::Histogram;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{
    Beta, Distribution, Gamma, LogNormal, Normal, Pert, Poisson, StandardNormal, Triangular,
    Uniform,
};
use rayon::prelude::*;

const MONTHS: u32 = 60;
/// 亿 CNY.
const UNIT: f64 = 1e8;
const PERCENTILES: [f64; 9] = [0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99];
const POSSIBLE: &str = "possible parameters";
/// Trials of one generator.
const CHUNK: u64 = 1 << 13;

/// The laws of both models.
struct Laws {
    gpu_price: Pert<f64>,
    gpu_share: Uniform<f64>,
    server_share: Triangular<f64>,
    run_cost: LogNormal<f64>,
    runs: Poisson<f64>,
    soft_ratio: LogNormal<f64>,
    overrun: Gamma<f64>,
    ops: Normal<f64>,
    rent: Normal<f64>,
    decline: Beta<f64>,
    vol: Uniform<f64>,
    util_max: Beta<f64>,
    ramp_up: Uniform<f64>,
    opex: LogNormal<f64>,
    wacc: Triangular<f64>,
}

fn lognormal(mean: f64, sd: f64) -> LogNormal<f64> {
    LogNormal::from_mean_cv(mean, sd / mean).expect(POSSIBLE)
}

impl Laws {
    fn new(rent: f64) -> Laws {
        // P5 and P95 of a lognormal: 1.645 standard deviations of the logarithm from its median
        const Z_95: f64 = 1.644_853_626_951_472_2;
        let (low, high) = (0.2_f64.ln(), 1.0_f64.ln());
        Laws {
            gpu_price: Pert::new(80e3, 150e3).with_mode(100e3).expect(POSSIBLE),
            gpu_share: Uniform::new(0.6, 0.8).expect(POSSIBLE),
            server_share: Triangular::new(0.25, 0.40, 0.30).expect(POSSIBLE),
            run_cost: lognormal(80e6, 20e6),
            runs: Poisson::new(10.0).expect(POSSIBLE),
            soft_ratio: LogNormal::new((low + high) / 2.0, (high - low) / (2.0 * Z_95))
                .expect(POSSIBLE),
            overrun: Gamma::new(4.0, 0.05).expect(POSSIBLE),
            ops: Normal::new(300e6, 50e6).expect(POSSIBLE),
            rent: Normal::new(rent, 1.5).expect(POSSIBLE),
            decline: Beta::new(2.0, 5.0).expect(POSSIBLE),
            vol: Uniform::new(0.02, 0.08).expect(POSSIBLE),
            util_max: Beta::new(8.0, 3.0).expect(POSSIBLE),
            ramp_up: Uniform::new(6.0, 24.0).expect(POSSIBLE),
            opex: lognormal(25e6, 5e6),
            wacc: Triangular::new(0.08, 0.14, 0.10).expect(POSSIBLE),
        }
    }

    /// A trial of S, in CNY.
    fn total(&self, rng: &mut SmallRng) -> f64 {
        let hardware = 10_000.0 * self.gpu_price.sample(rng)
            / self.gpu_share.sample(rng)
            / self.server_share.sample(rng);
        let rounds = self.runs.sample(rng).max(1.0);
        let training = self.run_cost.sample(rng) * rounds * (1.0 + self.soft_ratio.sample(rng));
        hardware * (1.0 + self.overrun.sample(rng)) + training + self.ops.sample(rng)
    }

    /// A trial of T: total, net present value, both paybacks in months (infinite: never), peak funding.
    fn timeline(&self, rng: &mut SmallRng) -> [f64; 5] {
        let total = self.total(rng);
        let mut price = self.rent.sample(rng);
        let drift = -0.05 * self.decline.sample(rng);
        let vol = self.vol.sample(rng);
        let util_max = self.util_max.sample(rng);
        let ramp_up = self.ramp_up.sample(rng);
        let opex = self.opex.sample(rng);
        let factor = (1.0 + self.wacc.sample(rng)).powf(-1.0 / 12.0);
        let (mut sum, mut npv, mut lowest, mut discount) = (-total, -total, -total, 1.0);
        let (mut break_even, mut discounted) = (f64::INFINITY, f64::INFINITY);
        for month in 1..=MONTHS {
            let time = f64::from(month);
            let shock: f64 = rng.sample(StandardNormal);
            price *= (drift - vol * vol / 2.0 + vol * shock).exp();
            let util = util_max * (1.0 - (-3.0 * time / ramp_up).exp());
            let cash = 10_000.0 * 730.0 * util * price - opex;
            discount *= factor;
            sum += cash;
            npv += cash * discount;
            lowest = lowest.min(sum);
            if sum >= 0.0 && break_even.is_infinite() {
                break_even = time;
            }
            if npv >= 0.0 && discounted.is_infinite() {
                discounted = time;
            }
        }
        [total / UNIT, npv / UNIT, break_even, discounted, -lowest / UNIT]
    }
}

/// What is kept of one output. `hdrhistogram` counts whole numbers ≥ 0: values are scaled, negative ones counted apart.
struct Statistics {
    scale: f64,
    count: u64,
    never: u64,
    sum: f64,
    squares: f64,
    negative: Histogram<u64>,
    positive: Histogram<u64>,
}

impl Statistics {
    fn new(scale: f64) -> Statistics {
        let histogram = || Histogram::new(3).expect("three digits are allowed");
        Statistics {
            scale,
            count: 0,
            never: 0,
            sum: 0.0,
            squares: 0.0,
            negative: histogram(),
            positive: histogram(),
        }
    }

    fn record(&mut self, value: f64) {
        self.count += 1;
        if value == f64::INFINITY {
            self.never += 1;
            return;
        }
        self.sum += value;
        self.squares += value * value;
        let histogram = if value < 0.0 { &mut self.negative } else { &mut self.positive };
        histogram.record((value.abs() * self.scale) as u64).expect("a value in its range");
    }

    fn merge(mut self, other: &Statistics) -> Statistics {
        self.count += other.count;
        self.never += other.never;
        self.sum += other.sum;
        self.squares += other.squares;
        self.negative.add(&other.negative).expect("histograms of one kind");
        self.positive.add(&other.positive).expect("histograms of one kind");
        self
    }

    /// The percentile; `None` for never.
    fn quantile(&self, p: f64) -> Option<f64> {
        let (negative, positive) = (self.negative.len(), self.positive.len());
        let rank = ((p * self.count as f64).ceil() as u64).max(1);
        let at = |histogram: &Histogram<u64>, rank: u64| {
            let share = (rank as f64 - 0.5) / histogram.len() as f64;
            histogram.median_equivalent(histogram.value_at_quantile(share)) as f64 / self.scale
        };
        if rank <= negative {
            Some(-at(&self.negative, negative + 1 - rank))
        } else if rank <= negative + positive {
            Some(at(&self.positive, rank - negative))
        } else {
            None
        }
    }

    fn report(&self) -> serde_json::Value {
        let count = (self.count - self.never) as f64;
        let mean = self.sum / count;
        let is_number = self.never == 0;
        serde_json::json!({
            "mean": is_number.then_some(mean),
            "sd": is_number.then(|| ((self.squares - count * mean * mean) / (count - 1.0)).sqrt()),
            "never": self.never as f64 / self.count as f64,
            "percentiles": PERCENTILES.map(|p| self.quantile(p)),
        })
    }
}

/// All trials of a model, on all threads of the pool: a closure gives the outputs of one.
fn simulate<const N: usize>(
    trials: u64,
    scales: [f64; N],
    trial: impl Fn(&mut SmallRng) -> [f64; N] + Sync,
) -> [Statistics; N] {
    let empty = || scales.map(Statistics::new);
    (0..trials.div_ceil(CHUNK))
        .into_par_iter()
        .fold(empty, |mut statistics, chunk| {
            let mut rng = SmallRng::seed_from_u64(chunk);
            for _ in chunk * CHUNK..trials.min((chunk + 1) * CHUNK) {
                for (statistics, value) in statistics.iter_mut().zip(trial(&mut rng)) {
                    statistics.record(value);
                }
            }
            statistics
        })
        .reduce(empty, |a, b| {
            let mut others = b.iter();
            a.map(|statistics| statistics.merge(others.next().expect("as many outputs")))
        })
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let value_of = |name: &str| {
        let position = arguments.iter().position(|argument| argument == name)?;
        arguments.get(position + 1).cloned()
    };
    let number_of = |name: &str| value_of(name).and_then(|text| text.parse::<f64>().ok());
    let model = value_of("--model").unwrap_or_else(|| "S".to_owned());
    let trials = number_of("--trials").unwrap_or(1e5) as u64;
    let threads = number_of("--threads").unwrap_or(1.0) as usize;
    let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(threads).build() else {
        return ExitCode::FAILURE;
    };

    let start = Instant::now();
    let laws = Laws::new(number_of("--rent").unwrap_or(10.0));
    // money in 亿 CNY, counted in 万; months
    let (money, month) = (1e4, 1.0);
    let (names, statistics): (&[&str], Vec<Statistics>) = pool.install(|| match model.as_str() {
        "S" => (&["total"][..], simulate(trials, [money], |rng| [laws.total(rng) / UNIT]).into()),
        _ => (
            &["total", "npv", "break_even", "discounted_break_even", "peak"][..],
            simulate(trials, [money, money, month, month, money], |rng| laws.timeline(rng)).into(),
        ),
    });
    let outputs: serde_json::Map<String, serde_json::Value> = names
        .iter()
        .zip(&statistics)
        .map(|(name, statistics)| ((*name).to_owned(), statistics.report()))
        .collect();
    let seconds = start.elapsed().as_secs_f64();
    println!("{}", serde_json::json!({ "seconds": seconds, "trials": trials, "outputs": outputs }));
    ExitCode::SUCCESS
}
