//! How often the 95 % intervals of many runs hold the truth.

use outlay::results::{Estimate, Point, Quantile, SimulationResult, Statistics};
use outlay::sampling::{Design, REPLICATES};
use outlay::{Compiled, Unwatched};

use super::{DESIGNS, compiled, number, settings};

/// Trials of the run whose results are taken for the truth: its errors are far below those of the others.
const TRIALS_OF_TRUTH: u64 = 1 << 24;

/// Smooth and skewed sums, a product, a time that may be never, conditions frequent and rare, a count.
const MODEL: &str = r#"
outlay = 1
timeline = { step = "month", steps = 12 }
[inputs]
a = "normal(1, 1)"
b = "lognormal(mean = 2, sd = 1)"
c = "uniform(0, 1)"
d = "gamma(2, 1)"
k = "poisson(3)"
shock = { value = "normal(0, 1)", each = "step" }
[series]
walk = { first = "a", next = "prev + shock" }
[outputs]
sum = { value = "a + b + c" }
product = { value = "b * d + c" }
count = { value = "k + if(c < 0.3, 2, 0)" }
hit = { value = "first_time(walk > 4)" }
frequent = { value = "a + b > 3" }
rare = { value = "a + b + d > 11" }
"#;

/// Smooth sums with a part that is skewed to either side or has a heavy tail, products, a larger of two, a short walk.
/// How much is added to the skewness of replicates was chosen by it.
const SUMS: &str = r#"
outlay = 1
timeline = { step = "month", steps = 12 }
[inputs]
even = "uniform(0, 1)"
bell = "normal(0, 1)"
wide = "lognormal(mu = 0, sigma = 1)"
wait = "exponential(1)"
small = "gamma(0.3, 1)"
tail = "pareto(1, 4)"
fat = "student_t(5)"
slow = "weibull(0.6, 1)"
shock = { value = "exponential(1)", each = "step" }
[series]
walk = { first = "0", next = "prev + shock" }
[outputs]
with_wide = { value = "bell + wide" }
without_wide = { value = "bell - wide" }
with_wait = { value = "even + wait" }
with_small = { value = "even + small" }
with_tail = { value = "even + tail" }
with_fat = { value = "even + fat" }
with_slow = { value = "bell + slow" }
with_all = { value = "even + bell + wide + wait + small + tail + fat" }
product = { value = "wide * wait + bell" }
larger = { value = "max(wait, 1 + bell)" }
last = { value = "last(walk) + wide" }
"#;

/// Held out: written down after that choice, and nothing chosen by it.
const HELD_OUT: &str = r#"
outlay = 1
[inputs]
even = "triangular(0, 1, 5)"
bell = "logistic(0, 1)"
wave = "frechet(5, 1)"
gain = "loglogistic(1, 6)"
passage = "inverse_gaussian(1, 2)"
square = "chi_square(1)"
surge = "gumbel(0, 1)"
loss = "pareto(1, 5)"
[outputs]
with_wave = { value = "even + wave" }
without_gain = { value = "bell - gain" }
with_passage = { value = "even + passage" }
with_square = { value = "bell + square" }
with_surge = { value = "even + surge" }
without_loss = { value = "even - loss" }
with_all = { value = "even + bell + wave + gain + passage + square + surge + loss" }
product = { value = "passage * even + loss" }
smaller = { value = "min(even, surge + 2)" }
ratio = { value = "square / (1 + even)" }
"#;

/// An interval and how often it has held.
struct Watched {
    name: String,
    held: [u64; 3],
    printed: [u64; 3],
}

pub(crate) fn print(trials: u64, runs: u64) {
    let s = compiled("S", include_str!("../models/s.toml"), None, &["mean(total)"]);
    let mixed = ["mean(sum)", "mean(product)", "mean(count)"];
    let mixed = compiled("mixed", MODEL, None, &mixed);
    let sums = [
        "mean(with_wide)",
        "mean(without_wide)",
        "mean(with_wait)",
        "mean(with_small)",
        "mean(with_tail)",
        "mean(with_fat)",
        "mean(with_slow)",
        "mean(with_all)",
        "mean(product)",
        "mean(larger)",
        "mean(last)",
    ];
    let held_out = [
        "mean(with_wave)",
        "mean(without_gain)",
        "mean(with_passage)",
        "mean(with_square)",
        "mean(with_surge)",
        "mean(without_loss)",
        "mean(with_all)",
        "mean(product)",
        "mean(smaller)",
        "mean(ratio)",
    ];
    let sums = compiled("sums", SUMS, None, &sums);
    let held_out = compiled("held out", HELD_OUT, None, &held_out);
    println!("achieved coverage of 95 % intervals: {runs} runs of {trials} trials, in percent");
    println!("{:32} {:>10} {:>10} {:>10}", "", "random", "latin", "sobol");
    let models = [("S", &s), ("mixed", &mixed), ("sums", &sums), ("held out", &held_out)];
    for (name, model) in models {
        for watched in watch(model, trials, runs) {
            let share = |at: usize| {
                let (held, printed) = (watched.held[at] as f64, watched.printed[at]);
                let share = 100.0 * held / printed as f64;
                match runs - printed {
                    0 => format!("{share:.1}"),
                    withheld => {
                        format!("{share:.1} ({:.0})", 100.0 * withheld as f64 / runs as f64)
                    }
                }
            };
            let name = format!("{name}: {}", watched.name);
            println!("{name:32} {:>10} {:>10} {:>10}", share(0), share(1), share(2));
        }
    }
}

fn watch(model: &Compiled, trials: u64, runs: u64) -> Vec<Watched> {
    let threads = None;
    let truth = outlay::run(
        model,
        &outlay::RunSettings { threads, ..settings(Design::Sobol, TRIALS_OF_TRUTH, 987_654_321) },
        &Unwatched,
    );
    let mut all: Vec<Watched> = intervals(&truth)
        .into_iter()
        .map(|(name, ..)| Watched { name, held: [0; 3], printed: [0; 3] })
        .collect();
    let truths: Vec<f64> = intervals(&truth).into_iter().map(|(_, value, ..)| value).collect();
    for seed in 0..runs {
        for (at, design) in DESIGNS.into_iter().enumerate() {
            let result = outlay::run(model, &settings(design, trials, seed), &Unwatched);
            for ((watched, truth), (_, _, low, high)) in
                all.iter_mut().zip(&truths).zip(intervals(&result))
            {
                watched.printed[at] += u64::from(!low.is_nan());
                watched.held[at] += u64::from(low <= *truth && *truth <= high);
            }
        }
    }
    debug_assert_eq!(REPLICATES, 16, "the quantile of t is of 15 degrees of freedom");
    all
}

/// Every interval of a result: name, estimate, bounds. Never is infinite; what is withheld is not a number.
fn intervals(result: &SimulationResult) -> Vec<(String, f64, f64, f64)> {
    let mut all = Vec::new();
    for output in &result.outputs {
        let name = &output.name;
        let share = |what: &str, estimate: Option<Estimate>| {
            let Estimate { value, low, high } = estimate.expect("trials");
            (format!("{what} {name}"), value, low, high)
        };
        match &output.statistics {
            Statistics::Probability(summary) => all.push(share("P", summary.probability)),
            Statistics::Time(time) => all.push(share("P(never)", time.never)),
            Statistics::Number(_) | Statistics::Series(_) => {}
        }
        if let Statistics::Probability(_) = output.statistics {
            continue;
        }
        let summary = number(result, name);
        for statistic in result.statistics.iter().filter(|s| s.text == format!("mean({name})")) {
            let (low, high) = statistic
                .interval
                .map_or((f64::NAN, f64::NAN), |(low, high)| (plain(low), plain(high)));
            all.push((format!("mean {name}"), plain(statistic.value), low, high));
        }
        for Quantile { p, value, low, high } in &summary.quantiles {
            let [value, low, high] = [value, low, high].map(|point| plain(*point));
            all.push((format!("P{} {name}", (p * 100.0).round()), value, low, high));
        }
    }
    all
}

fn plain(point: Point) -> f64 {
    match point {
        Point::Value(value) => value,
        Point::Never => f64::INFINITY,
        Point::Undefined => f64::NAN,
    }
}
