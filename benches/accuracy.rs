//! How close draws are to their distributions, family by family: the tables of docs/accuracy.md.
//!
//! `cargo bench --bench accuracy` prints them; it takes a few minutes, and fails where a claim of that page does not hold.
//! In probability: |F(x) − u| over 200,000 draws of the engine. In the tails: |F(x) / v − 1| at probabilities v down to
//! 2⁻⁵³ from either end, for what is drawn from a table. Kolmogorov–Smirnov: sup |Fₙ − F| of ten million draws.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints its figures")]

use std::process::ExitCode;
use std::time::Instant;

use outlay::check::{InputRule, Rule};
use outlay::distribution::{Distribution, Kind};
use outlay::engine::{self, Prepared, Sampler};
use outlay::program::{Op, constant_distribution};
use outlay::sampling::{StreamKey, uniform_at};
use outlay::{Compiled, Request, compile, no_files};

/// Families and corners of their parameters.
const LAWS: &str = include_str!("../tests/fixtures/laws.txt");

/// Calls with a parameter `p` drawn from (1, 2).
const VARYING: &[&str] = &[
    "normal(p, 1)",
    "lognormal(mean = p, sd = 1)",
    "uniform(0, p)",
    "triangular(0, p, 3)",
    "trapezoidal(0, p, 3, 4)",
    "exponential(p)",
    "weibull(p, 2)",
    "pareto(1, p)",
    "loglogistic(1, p)",
    "frechet(p, 1)",
    "logistic(p, 1)",
    "gumbel(p, 1)",
    "laplace(p, 1)",
    "cauchy(p, 1)",
    "gev(0, 1, 0.1 * p)",
    "kumaraswamy(p, 2)",
    "rayleigh(p)",
    "gamma(2, p)",
    "student_t(5, scale = p)",
    "beta(2, 3, low = 0, high = p)",
    "gamma(p, 1)",
    "beta(p, 2)",
    "pert(0, p, 3)",
    "student_t(3 * p)",
    "inverse_gaussian(p, 2)",
    "poisson(10 * p)",
    "binomial(20, 0.3 * p)",
    "geometric(0.2 * p)",
    "truncate(normal(p, 1), low = 0)",
    "quantiles(p10 = p, p50 = 3, p90 = 5)",
    "quantiles(p10 = -p, p40 = 1, p60 = 2, p90 = 5)",
    "discrete(1: p, 2: 1, 3: p, 4: 1, 5: 2, 6: p, 7: 3, 8: 1)",
    "discrete(7: p, 2: 1, p: 3, 4: 1, 5: 2, 6: p, 1: 3, 8: 1)",
    "histogram(edges = [0, p, 3, 4, 7], weights = [p, 1, 0, 2])",
    "truncate(exponential(p), high = 3)",
    "truncate(gamma(p, 2), low = 1, high = 5)",
    "truncate(pert(0, p, 3), high = 2.5)",
    "mixture(0: 9, gamma(2, p): 1)",
    "mixture(normal(0, 1): 7, normal(8, p): 3)",
    "mixture(gamma(p, 1): 1, beta(p, 2): 1)",
    "hypergeometric(50, floor(10 * p), 10)",
    "compound(poisson(10), gamma(2, 3))",
    "compound(poisson(10), gamma(2, p))",
];

/// Largest error in probability that is claimed for tables.
const CLAIM: f64 = 1e-9;
/// Draws whose error in probability is looked at.
const CHECKED: u64 = 200_000;
/// Critical value of Kolmogorov and Smirnov at ten million draws, exceeded once in a million times.
const CRITICAL: f64 = 8.5e-4;

fn compiled(inputs: &str) -> Compiled {
    let text = format!("outlay = 1\n[inputs]\n{inputs}\n[outputs]\nx = {{}}\n");
    let request = Request { name: "accuracy.toml".into(), text, ..Request::default() };
    compile(&request, &mut no_files)
        .unwrap_or_else(|failure| panic!("{inputs}: {:?}", failure.diagnostics))
}

fn law_of(model: &Compiled) -> Distribution {
    let Rule::Input { cells, .. } = &model.model().quantities[0].rule else {
        panic!("x is an input")
    };
    let InputRule::Random(expr) = &cells[0].value else { panic!("x is random") };
    constant_distribution(model.model(), expr, &[]).expect("constant parameters")
}

/// How far a draw at u is off, in probability: 0 for the quantile itself, up to a few last digits of its value.
fn error(law: &Distribution, u: f64, x: f64) -> f64 {
    const DIGITS: usize = 4;
    let low = (0..DIGITS).fold(x, |x, _| x.next_down());
    let high = (0..DIGITS).fold(x, |x, _| x.next_up());
    let (below, up_to) = if u <= 0.5 {
        (law.cdf_below(low), law.cdf(high))
    } else {
        (law.sf(high), law.sf_from(low))
    };
    let v = if u <= 0.5 { u } else { 1.0 - u };
    (below - v).max(v - up_to).max(0.0)
}

/// sup |F_n − F|, from every `STRIDE`th of the sorted draws and what may lie between two of them.
fn kolmogorov(law: &Distribution, mut values: Vec<f64>) -> f64 {
    const STRIDE: usize = 64;
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len() as f64;
    let mut largest = 0.0_f64;
    for (i, x) in values.iter().enumerate().step_by(STRIDE) {
        // at an atom the empirical function jumps too
        let up_to = values[i..].partition_point(|other| other <= x) + i;
        let before = values[..i].partition_point(|other| other < x);
        largest = largest
            .max((law.cdf(*x) - up_to as f64 / n).abs())
            .max((law.cdf_below(*x) - before as f64 / n).abs());
    }
    largest + if law.kind() == Kind::Discrete { 0.0 } else { STRIDE as f64 / n }
}

fn accuracy() -> bool {
    let mut holds = true;
    println!("| distribution | drawn by | in probability | in the tails | KS at 10⁷ |");
    println!("|---|---|---|---|---|");
    for call in LAWS.lines() {
        let model = compiled(&format!("x = \"{call}\""));
        let law = law_of(&model);
        let prepared = Prepared::new(model.program(), 1);
        let how = match prepared.samplers.first().map(|sampler| &**sampler) {
            Some(Sampler::Table(table)) if table.n_exact_cells() > 0 => {
                "table, some cells in pieces"
            }
            Some(Sampler::Table(_)) => "table",
            Some(Sampler::Discrete(_)) => "exact table",
            Some(Sampler::Bent(_)) => "table of the logarithm",
            Some(Sampler::Triangular { .. }) => "closed form",
            Some(Sampler::Solved(_)) => "solved",
            None if model.program().ops.iter().any(|op| matches!(op, Op::Normal { .. })) => {
                "normal table"
            }
            None => "closed form",
        };
        let key = StreamKey::new(1, "x");
        let draws = engine::collect(&prepared, 1, 10_000_000).swap_remove(0);
        let worst = (0..CHECKED)
            .zip(&draws)
            .map(|(trial, &x)| error(&law, uniform_at(key, 0, trial), x))
            .fold(0.0, f64::max);
        let tails = prepared.samplers.first().map(|sampler| {
            let at = |v: f64| {
                let from_above = error(&law, 1.0 - v, sampler.at(1.0 - v));
                error(&law, v, sampler.at(v)).max(from_above) / v
            };
            (2..=53)
                .flat_map(|k| [1.0, 1.37].map(|share| share / (1_u64 << k) as f64))
                // only what a uniform can be
                .filter(|v| 1.0 - (1.0 - v) == *v)
                .map(at)
                .fold(0.0, f64::max)
        });
        let distance = kolmogorov(&law, draws);
        holds &= worst <= CLAIM && distance <= CRITICAL;
        let tails = tails.map_or_else(|| "–".to_owned(), |tails| format!("{tails:.0e}"));
        println!("| `{call}` | {how} | {worst:.0e} | {tails} | {distance:.1e} |");
    }
    holds
}

fn speed() {
    println!("\n| parameters that vary | ns a draw |\n|---|---|");
    const TRIALS: u64 = 1 << 18;
    let time = |inputs: &str| {
        let model = compiled(inputs);
        let prepared = Prepared::new(model.program(), 1);
        let mut best = f64::INFINITY;
        for _ in 0..5 {
            let start = Instant::now();
            std::hint::black_box(engine::collect(&prepared, 1, TRIALS));
            best = best.min(start.elapsed().as_secs_f64());
        }
        best * 1e9 / TRIALS as f64
    };
    let before = time("p = \"uniform(1, 2)\"\nx = \"2 * p\"");
    for call in VARYING {
        let all = time(&format!("p = \"uniform(1, 2)\"\nx = \"{call}\""));
        println!("| `{call}` | {:.1} |", all - before);
    }
}

fn main() -> ExitCode {
    let holds = accuracy();
    speed();
    if holds {
        ExitCode::SUCCESS
    } else {
        eprintln!("a claim of docs/accuracy.md does not hold");
        ExitCode::FAILURE
    }
}
