//! How near realised correlations are to those that are stated, and what correlation costs.
//!
//! `cargo run --release --example dependence [TRIALS]`; 1,048,576 where nothing is said. Four inputs, six pairs: a cut
//! normal number, a whole one, a metalog and a lognormal one. Each cell is the realised coefficient less the stated one, in
//! ten-thousandths. Below: nanoseconds a trial of six inputs that are added up, on one thread. Both stand in
//! docs/dependence.md.

#![expect(clippy::print_stdout, reason = "the tables are what the program is for")]

use std::env;
use std::fmt::Write;
use std::time::Instant;

use outlay::engine::{self, Prepared};
use outlay::sampling::{Design, Layout};
use outlay::{Compiled, Request, RunSettings, Unwatched};

const DESIGNS: [Design; 3] = [Design::Random, Design::Latin, Design::Sobol];

const LAWS: [(&str, &str); 4] = [
    ("cut", "truncate(normal(0, 1), low = -0.5, high = 2)"),
    ("whole", "poisson(3)"),
    ("metalog", "quantiles(p10 = 3, p50 = 5, p90 = 12)"),
    ("lognormal", "lognormal(mu = 0, sigma = 0.5)"),
];

/// By pair: positions of the two, and the coefficient.
const PAIRS: [(usize, usize, f64); 6] =
    [(0, 1, 0.55), (0, 2, -0.3), (0, 3, 0.5), (1, 2, -0.25), (1, 3, 0.4), (2, 3, -0.25)];

const COPULAS: [(&str, &str); 2] =
    [("Gaussian", ""), ("Student's t, df 4", "[copula]\nkind = \"student_t\"\ndf = 4\n")];

fn main() {
    let trials = env::args().nth(1).and_then(|text| text.replace('_', "").parse().ok());
    realised(trials.unwrap_or(1 << 20));
    cost();
}

fn compiled(text: String) -> Compiled {
    let request = Request { name: "dependence.toml".into(), text, ..Request::default() };
    match outlay::compile(&request, &mut outlay::no_files) {
        Ok(model) => model,
        Err(failure) => panic!("a valid model: {failure:?}"),
    }
}

fn realised(trials: u64) {
    let names: Vec<String> =
        PAIRS.iter().map(|&(a, b, c)| format!("{}, {} {c}", LAWS[a].0, LAWS[b].0)).collect();
    println!("{trials} trials; realised less stated, in ten-thousandths");
    println!("| copula | coefficient | design | {} |", names.join(" | "));
    println!("|---|---|---|{}", "---|".repeat(PAIRS.len()));
    for (copula, table) in COPULAS {
        for kind in ["Spearman", "Pearson"] {
            let model = compiled(model(kind, table));
            for design in DESIGNS {
                let columns = columns(&model, design, trials);
                let columns = if kind == "Spearman" {
                    columns.iter().map(|column| ranks(column)).collect()
                } else {
                    columns
                };
                let off = PAIRS.iter().map(|&(a, b, coefficient)| {
                    let found = correlation(&columns[a], &columns[b]);
                    format!("{:.0}", 1e4 * (found - coefficient))
                });
                let cells: Vec<String> = off.collect();
                println!("| {copula} | {kind} | {} | {} |", design.name(), cells.join(" | "));
            }
        }
    }
}

fn model(kind: &str, copula: &str) -> String {
    let mut text = "outlay = 1\n[inputs]\n".to_owned();
    for (name, law) in LAWS {
        let _ = writeln!(text, "{name} = \"{law}\"");
    }
    text.push_str("[correlations]\n");
    for (a, b, coefficient) in PAIRS {
        let key = if kind == "Spearman" { "spearman" } else { "pearson" };
        let _ = writeln!(text, "\"{}, {}\" = {{ {key} = {coefficient} }}", LAWS[a].0, LAWS[b].0);
    }
    let outputs: String = LAWS.iter().map(|(name, _)| format!("{name} = {{}}\n")).collect();
    format!("{text}{copula}[outputs]\n{outputs}")
}

fn columns(model: &Compiled, design: Design, trials: u64) -> Vec<Vec<f64>> {
    let prepared = Prepared::new(model.program(), 1);
    let sources = engine::plan_sources(model.program(), Layout::new(design, trials), 1);
    engine::collect_all(&prepared, &sources, model.program().n_channels)
}

/// Ranks; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for run in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = start as f64 + (run.len() + 1) as f64 / 2.0;
        run.iter().for_each(|&at| ranks[at] = rank);
        start += run.len();
    }
    ranks
}

fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (a, b) = (mean(x), mean(y));
    let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        x.iter().zip(y).map(|(&x, &y)| of(x - a, y - b)).sum()
    };
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}

/// Rounds of which the median counts.
const ROUNDS: usize = 9;
const TRIALS: u64 = 1 << 21;

/// Six inputs that are added up: independent, and all fifteen pairs correlated.
fn cost() {
    let inputs = [
        "normal(0, 1)",
        "lognormal(mu = 0, sigma = 0.5)",
        "gamma(2, 1)",
        "pert(1, 2, 5)",
        "uniform(0, 1)",
        "normal(3, 2)",
    ];
    let named: String = (0..6).map(|at| format!("x{at} = \"{}\"\n", inputs[at])).collect();
    let pairs: String =
        (0..6).flat_map(|a| (a + 1..6).map(move |b| format!("\"x{a}, x{b}\" = 0.3\n"))).collect();
    let model = |tables: &str| {
        compiled(format!(
            "outlay = 1\n[inputs]\n{named}{tables}[outputs]\ny = {{ value = \"x0 + x1 + x2 + x3 + x4 + x5\" }}\n"
        ))
    };
    let correlated = format!("[correlations]\n{pairs}");
    let cases = [
        ("independent", model("")),
        ("Gaussian, 15 pairs", model(&correlated)),
        ("Student's t, 15 pairs", model(&format!("{correlated}{}", COPULAS[1].1))),
    ];
    let settings = RunSettings { trials: TRIALS, threads: Some(1), ..RunSettings::default() };
    let mut times = vec![Vec::new(); cases.len()];
    for _ in 0..ROUNDS {
        for (list, (_, model)) in times.iter_mut().zip(&cases) {
            let start = Instant::now();
            outlay::run(model, &settings, &Unwatched);
            list.push(start.elapsed().as_secs_f64() / TRIALS as f64 * 1e9);
        }
    }
    println!(
        "\nnanoseconds a trial, six inputs added up, one thread; median of {ROUNDS} rounds in turns (least)"
    );
    for (mut list, (name, _)) in times.into_iter().zip(&cases) {
        list.sort_unstable_by(f64::total_cmp);
        println!("  {name:24} {:6.1} ({:.1})", list[ROUNDS / 2], list[0]);
    }
}
