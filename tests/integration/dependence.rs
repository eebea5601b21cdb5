//! Correlations and processes as they come out of a run, against what was stated and against closed forms.

use std::fmt::Write;

use outlay::engine::{self, Prepared};
use outlay::sampling::{Design, Layout};
use outlay::{Compiled, Request, compile, no_files};
use proptest::prelude::*;
use proptest::test_runner::Config;

const TRIALS: u64 = 1 << 17;
const DESIGNS: [Design; 3] = [Design::Random, Design::Latin, Design::Sobol];
/// The spacing of floats above 1, twice.
const TWO_ULPS: f64 = 2.0 * f64::EPSILON;
/// Laws of positive numbers that reach over the stretch that they are cut to.
const POSITIVE: &[&str] = &[
    "lognormal(mean = 3, sd = 2)",
    "1 + poisson(3)",
    "gamma(2, 1)",
    "uniform(0.01, 12)",
    "quantiles(p10 = 1, p50 = 3, p90 = 8, low = 0)",
    "0.5 + discrete(1: 0.5, 2: 0.3, 7: 0.2)",
    "weibull(1.5, 3)",
    "mixture(1: 1, exponential(3): 2)",
];

fn request(text: &str) -> Request {
    Request { name: "model.toml".into(), text: text.into(), ..Request::default() }
}

#[track_caller]
fn compiled(request: &Request) -> Compiled {
    compile(request, &mut no_files).unwrap_or_else(|failure| {
        panic!("{}", outlay::diagnostic::render(&failure.diagnostics, &failure.sources, false))
    })
}

/// The values of a model's channels.
#[track_caller]
fn columns(text: &str, trials: u64) -> Vec<Vec<f64>> {
    let model = compiled(&request(text));
    let prepared = Prepared::new(model.program(), 1);
    engine::collect(&prepared, model.program().n_channels, trials)
}

/// The same under a design.
fn columns_under(model: &Compiled, design: Design, trials: u64) -> Vec<Vec<f64>> {
    let prepared = Prepared::new(model.program(), 1);
    let sources = engine::plan_sources(model.program(), Layout::new(design, trials), 1);
    engine::collect_all(&prepared, &sources, model.program().n_channels)
}

/// A model of these inputs, each of them an output, and of further tables.
fn model(inputs: &[&str], tables: &str) -> String {
    let mut text = "outlay = 1\n[inputs]\n".to_owned();
    let mut outputs = String::new();
    for (number, input) in inputs.iter().enumerate() {
        let _ = writeln!(text, "x{number:02} = \"{input}\"");
        let _ = writeln!(outputs, "x{number:02} = {{}}");
    }
    format!("{text}{tables}\n[outputs]\n{outputs}")
}

/// Ranks from 1 on; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let mut to = from + 1;
        while to < order.len() && values[order[to]] == values[order[from]] {
            to += 1;
        }
        order[from..to].iter().for_each(|&i| ranks[i] = 0.5 * (from + 1 + to) as f64);
        from = to;
    }
    ranks
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn covariance(x: &[f64], y: &[f64]) -> f64 {
    let (a, b) = (mean(x), mean(y));
    x.iter().zip(y).map(|(x, y)| (x - a) * (y - b)).sum::<f64>() / x.len() as f64
}

fn pearson(x: &[f64], y: &[f64]) -> f64 {
    covariance(x, y) / (covariance(x, x) * covariance(y, y)).sqrt()
}

fn spearman(x: &[f64], y: &[f64]) -> f64 {
    pearson(&ranks(x), &ranks(y))
}

#[track_caller]
fn check_near(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found} instead of {expected}");
}

/// Every kind of marginal: families, combinations, atoms, both tails, finite ends.
const LAWS: &[&str] = &[
    "normal(10, 2)",
    "poisson(4)",
    "lognormal(mean = 3, sd = 1)",
    "binomial(20, 0.3)",
    "pert(1, 2, 5)",
    "discrete(1: 0.5, 2: 0.3, 7: 0.2)",
    "truncate(normal(0, 1), low = 0.5, high = 2)",
    "mixture(0: 1, normal(5, 1): 2, exponential(3): 1)",
    "3 * gamma(2, 1) - 1",
    "1 - exponential(2)",
    "cauchy(1, 2)",
    "uniform_int(-3, 8)",
    "triangular(1, 2, 5)",
    "geometric(0.3)",
    "pareto(2, 3)",
    "truncate(poisson(6), low = 3)",
    "student_t(5)",
    "bernoulli(0.4)",
    "weibull(1.5, 3)",
    "hypergeometric(50, 20, 10)",
    "quantiles(p10 = 3, p50 = 5, p90 = 12)",
    "negative_binomial(3, 0.4)",
];

/// Pairs of neighbors among the laws, with coefficients in turn.
fn pairs() -> Vec<(usize, usize, f64)> {
    let coefficients = [0.5, -0.4, 0.7, 0.2];
    (0..LAWS.len() / 2).map(|i| (2 * i, 2 * i + 1, coefficients[i % 4])).collect()
}

fn stated(pairs: &[(usize, usize, f64)]) -> String {
    let mut text = "[correlations]\n".to_owned();
    for (a, b, coefficient) in pairs {
        let _ = writeln!(text, "\"x{a:02}, x{b:02}\" = {coefficient}");
    }
    text
}

/// Five standard errors of a rank correlation: at a million trials a third of it, below 0.005.
const FIVE_ERRORS: f64 = 0.0138;

#[test]
fn ranks_are_correlated_as_stated_whatever_the_marginals() {
    let pairs = pairs();
    for copula in ["", "[copula]\nkind = \"student_t\"\ndf = 4\n"] {
        let columns = columns(&model(LAWS, &format!("{}{copula}", stated(&pairs))), TRIALS);
        for &(a, b, coefficient) in &pairs {
            let what = format!("{} and {}{copula}", LAWS[a], LAWS[b]);
            check_near(spearman(&columns[a], &columns[b]), coefficient, FIVE_ERRORS, &what);
        }
    }
}

#[test]
fn designs_keep_what_is_stated() {
    let pairs = pairs();
    for copula in ["", "[copula]\nkind = \"student_t\"\ndf = 4\n"] {
        let model = compiled(&request(&model(LAWS, &format!("{}{copula}", stated(&pairs)))));
        for design in [Design::Latin, Design::Sobol] {
            let columns = columns_under(&model, design, TRIALS);
            for &(a, b, coefficient) in &pairs {
                let what = format!("{} and {} {design:?}{copula}", LAWS[a], LAWS[b]);
                check_near(spearman(&columns[a], &columns[b]), coefficient, FIVE_ERRORS, &what);
            }
        }
    }
}

#[test]
fn marginals_stay_what_they_are() {
    let independent = columns(&model(LAWS, ""), TRIALS);
    for copula in ["", "[copula]\nkind = \"student_t\"\ndf = 1.5\n"] {
        let joined = columns(&model(LAWS, &format!("{}{copula}", stated(&pairs()))), TRIALS);
        for (law, (a, b)) in LAWS.iter().zip(independent.iter().zip(&joined)) {
            let (mut a, mut b) = (a.clone(), b.clone());
            a.sort_by(f64::total_cmp);
            b.sort_by(f64::total_cmp);
            // The largest difference of two empirical distribution functions (Smirnov): 5e-4 that it is above 2.0 / √(n/2).
            let most = 2.2 / (TRIALS as f64 / 2.0).sqrt();
            for share in 1..200 {
                let x = a[a.len() * share / 200];
                let at = |values: &[f64]| {
                    values.partition_point(|&value| value <= x) as f64 / values.len() as f64
                };
                check_near(at(&b), at(&a), most, law);
            }
        }
    }
}

#[test]
fn values_are_correlated_as_stated() {
    let laws = [
        "normal(10, 2)",
        "lognormal(mean = 3, sd = 1)",
        "poisson(4)",
        "gamma(2, 1)",
        "uniform(0, 1)",
        "bernoulli(0.4)",
        "truncate(normal(0, 1), low = 0.5, high = 2)",
        "mixture(0: 1, normal(5, 1): 2)",
    ];
    let pairs = [(0, 1, 0.6), (2, 3, -0.5), (4, 5, 0.4), (6, 7, 0.3)];
    let mut text = "[correlations]\n".to_owned();
    for (a, b, coefficient) in pairs {
        let _ = writeln!(text, "\"x{a:02}, x{b:02}\" = {{ pearson = {coefficient} }}");
    }
    for copula in ["", "[copula]\nkind = \"student_t\"\ndf = 5\n"] {
        let columns = columns(&model(&laws, &format!("{text}{copula}")), TRIALS);
        for (a, b, coefficient) in pairs {
            let what = format!("{} and {}{copula}", laws[a], laws[b]);
            check_near(pearson(&columns[a], &columns[b]), coefficient, 0.016, &what);
        }
    }
}

#[test]
fn all_pairs_of_a_group_hold_at_once_and_what_is_left_out_is_zero() {
    let laws = ["normal(0, 1)", "exponential(1)", "uniform(0, 1)", "poisson(3)"];
    let pairs = [(0, 1, 0.6), (0, 2, 0.5), (1, 2, 0.4), (0, 3, -0.3)];
    let columns = columns(&model(&laws, &stated(&pairs)), TRIALS);
    for (a, b, coefficient) in pairs.into_iter().chain([(1, 3, 0.0), (2, 3, 0.0)]) {
        check_near(spearman(&columns[a], &columns[b]), coefficient, FIVE_ERRORS, "a pair");
    }
}

#[test]
fn the_first_of_a_group_and_all_outside_keep_their_draws() {
    let laws = ["normal(0, 1)", "exponential(1)", "gamma(2, 1)", "beta(2, 3)"];
    let independent = columns(&model(&laws, ""), 1000);
    let joined = columns(&model(&laws, "[correlations]\n\"x03, x01\" = 0.5\n"), 1000);
    for kept in [0, 1, 2] {
        assert_eq!(joined[kept], independent[kept], "x{kept:02}");
    }
    assert_ne!(joined[3], independent[3]);
    // Neither the order of a pair nor that of the file says anything.
    let turned = columns(&model(&laws, "[correlations]\n\"x01, x03\" = 0.5\n"), 1000);
    assert_eq!(joined, turned);
}

#[test]
fn perfect_correlation_is_one_number() {
    let laws = ["uniform(0, 1)", "uniform(0, 1)", "uniform(0, 1)"];
    let columns = columns(
        &model(&laws, "[correlations]\n\"x00, x01\" = 1\n\"x00, x02\" = -1\n\"x01, x02\" = -1\n"),
        5000,
    );
    for (first, (same, opposite)) in columns[0].iter().zip(columns[1].iter().zip(&columns[2])) {
        check_near(*same, *first, 1e-9, "the same");
        check_near(*opposite, 1.0 - first, 1e-9, "the opposite");
    }
}

#[test]
fn students_copula_has_its_share_of_joint_extremes() {
    // P(both above the 99 % point) / 1 %, of the bivariate normal and t distributions by quadrature in SciPy, at the ρ
    // that belongs to the rank correlation.
    const JOINT: [(&str, f64); 3] = [("", 0.129_4), ("3", 0.340_5), ("10", 0.199_7)];
    for (df, share) in JOINT {
        // A Pearson coefficient of two normal numbers is the copula's own under the Gaussian one.
        let copula = if df.is_empty() {
            String::new()
        } else {
            format!("[copula]\nkind = \"student_t\"\ndf = {df}\nover = [\"x00\", \"x01\"]\n")
        };
        let coefficient = match df {
            "" => "{ pearson = 0.5 }".to_owned(),
            _ => "0.4825837395309974".to_owned(),
        };
        let text = model(
            &["uniform(0, 1)", "normal(0, 1)"],
            &format!("[correlations]\n\"x00, x01\" = {coefficient}\n{copula}"),
        );
        let columns = columns(&text, 1 << 19);
        let both =
            columns[0].iter().zip(&columns[1]).filter(|(u, z)| **u > 0.99 && **z > 2.326_347_874);
        let found = both.count() as f64 / columns[0].len() as f64 / 0.01;
        // Five standard errors of some 5200 · share counts.
        check_near(found, share, 5.0 * (share / 5243.0).sqrt(), &format!("df {df}"));
    }
}

#[test]
fn dependence_survives_truncation_discreteness_and_scenarios() {
    let text = r#"
outlay = 1
[inputs]
x = "truncate(lognormal(mean = 3, sd = 2), low = 0.5, high = 9)"
y = "truncate(poisson(5), low = 1)"
z = "gamma(2, 1)"
[correlations]
"x, y" = 0.6
"x, z" = -0.3
[outputs]
x = {}
y = {}
z = {}
one = { value = "x / (x + y) + y / (x + y)" }
[scenarios.wide]
set = { x = "truncate(cauchy(3, 1), low = 0.1)", y = "uniform_int(1, 40)" }
[scenarios.fixed]
set = { z = "2" }
"#;
    for copula in ["", "[copula]\nkind = \"student_t\"\ndf = 4\n"] {
        let text = text.replace("[outputs]", &format!("{copula}[outputs]"));
        for scenario in [None, Some("wide"), Some("fixed")] {
            let request = Request { scenario: scenario.map(str::to_owned), ..request(&text) };
            for design in DESIGNS {
                let columns = columns_under(&compiled(&request), design, 1 << 16);
                // Five standard errors of fewer trials.
                let near = std::f64::consts::SQRT_2 * FIVE_ERRORS;
                check_near(spearman(&columns[0], &columns[1]), 0.6, near, "x and y");
                if scenario != Some("fixed") {
                    check_near(spearman(&columns[0], &columns[2]), -0.3, near, "x and z");
                }
                let most = columns[3].iter().map(|one| (one - 1.0).abs()).fold(0.0, f64::max);
                assert!(most <= TWO_ULPS, "{scenario:?} {design:?}{copula}: {most:e}");
            }
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 48, ..Config::default() })]

    /// A name is one draw wherever it stands: whatever it is cut to, drawn together with, laid out by or replaced by.
    #[test]
    fn a_name_is_one_draw(
        laws in (0..POSITIVE.len(), 0..POSITIVE.len(), 0..POSITIVE.len()),
        ends in (0.05..1.0_f64, 3.0..9.0_f64),
        coefficient in -0.5..0.5_f64,
        is_student in any::<bool>(),
        is_replaced in any::<bool>(),
        design in 0..DESIGNS.len(),
    ) {
        let (x, y, other) = (POSITIVE[laws.0], POSITIVE[laws.1], POSITIVE[laws.2]);
        let cut = |law| format!("truncate({law}, low = {}, high = {})", ends.0, ends.1);
        let copula = if is_student { "[copula]\nkind = \"student_t\"\ndf = 3\n" } else { "" };
        let text = format!(
            "outlay = 1\n[inputs]\nx = \"{}\"\ny = \"{y}\"\n[correlations]\n\"x, y\" = {coefficient}\n{copula}\
             [outputs]\none = {{ value = \"x / (x + y) + y / (x + y)\" }}\n[scenarios.other]\nset = {{ y = \"{}\" }}\n",
            cut(x),
            cut(other),
        );
        let scenario = is_replaced.then(|| "other".to_owned());
        let model = compiled(&Request { scenario, ..request(&text) });
        let columns = columns_under(&model, DESIGNS[design], 4096);
        let most = columns[0].iter().map(|one| (one - 1.0).abs()).fold(0.0, f64::max);
        prop_assert!(most <= TWO_ULPS, "{most:e} of\n{text}");
    }
}

#[test]
fn step_inputs_are_correlated_step_by_step() {
    let text = r#"
outlay = 1
[timeline]
step = "month"
steps = 3
[inputs]
a = { value = "exponential(1)", each = "step" }
b = { value = "poisson(3)", each = "step" }
[correlations]
"a, b" = 0.5
[outputs]
a = {}
b = {}
"#;
    let columns = columns(text, TRIALS);
    for i in 0..4 {
        for j in 0..4 {
            let expected = if i == j { 0.5 } else { 0.0 };
            let what = format!("a at step {i}, b at step {j}");
            check_near(spearman(&columns[i], &columns[4 + j]), expected, FIVE_ERRORS, &what);
        }
    }
}

/// The logarithms of a channel.
fn logs(values: &[f64]) -> Vec<f64> {
    values.iter().map(|&value| libm::log(value)).collect()
}

#[test]
fn geometric_brownian_motion_has_its_moments() {
    let text = r#"
outlay = 1
[timeline]
step = "quarter"
steps = 8
[inputs]
price = "gbm(10, -20% / year, 40% / sqrt(year))"
[outputs]
price = {}
"#;
    let columns = columns(text, TRIALS);
    assert!(columns[0].iter().all(|&start| start == 10.0));
    for step in [1, 4, 8] {
        let years = step as f64 / 4.0;
        let (log_mean, variance) = ((-0.2 - 0.08) * years, 0.16 * years);
        let exact = 10.0 * libm::exp(-0.2 * years);
        let error = exact * (libm::exp(variance) - 1.0).sqrt() / (TRIALS as f64).sqrt();
        check_near(mean(&columns[step]), exact, 5.0 * error, "mean");
        let log = logs(&columns[step]);
        let error = (variance / TRIALS as f64).sqrt();
        check_near(mean(&log), libm::log(10.0) + log_mean, 5.0 * error, "mean of the logarithm");
        check_near(covariance(&log, &log) / variance, 1.0, 0.02, "variance of the logarithm");
    }
    // Cov(ln X₄, ln X₈) = σ² t₄.
    check_near(covariance(&logs(&columns[4]), &logs(&columns[8])), 0.16, 0.004, "autocovariance");
}

#[test]
fn mean_reversion_has_its_moments() {
    let text = r#"
outlay = 1
[timeline]
step = "month"
steps = 24
[inputs]
price = "mean_reverting(4, 2, 1.5 / year, 60% / sqrt(year))"
[outputs]
price = {}
"#;
    let columns = columns(text, TRIALS);
    let (kappa, sigma) = (1.5, 0.6);
    for step in [1, 12, 24] {
        let years = step as f64 / 12.0;
        let exact = libm::log(2.0) + libm::log(2.0) * libm::exp(-kappa * years);
        let variance = sigma * sigma * (1.0 - libm::exp(-2.0 * kappa * years)) / (2.0 * kappa);
        let log = logs(&columns[step]);
        check_near(mean(&log), exact, 5.0 * (variance / TRIALS as f64).sqrt(), "mean");
        check_near(covariance(&log, &log) / variance, 1.0, 0.02, "variance");
    }
    // Cov(ln Xₛ, ln Xₜ) = e^(−κ (t − s)) Var(ln Xₛ).
    let (s, t) = (logs(&columns[12]), logs(&columns[24]));
    let exact = libm::exp(-kappa) * sigma * sigma * (1.0 - libm::exp(-2.0 * kappa)) / (2.0 * kappa);
    check_near(covariance(&s, &t), exact, 0.002, "autocovariance");
}

#[test]
fn jumps_multiply_and_come_as_often_as_stated() {
    let text = r#"
outlay = 1
[timeline]
step = "year"
steps = 4
[inputs]
drift = "uniform(-10%, 20%) / year"
calm = "gbm(1, drift, 10% / sqrt(year))"
price = "gbm(1, 5% / year, 0) + jumps(rate = 0.7 / year, size = uniform(-50%, 20%))"
steps = "mean_reverting(1, 1, 0.5 / year, 0) + jumps(rate = 0.7 / year, size = -20%)"
[outputs]
calm_end = { value = "last(calm)" }
price_end = { value = "last(price)" }
first_step = { value = "at(steps, 1 year)" }
"#;
    let columns = columns(text, TRIALS);
    // An uncertain drift: E[e^(4 d)].
    let exact = (libm::exp(0.8) - libm::exp(-0.4)) / (4.0 * 0.3);
    check_near(mean(&columns[0]), exact, 0.012, "mean with an uncertain drift");
    // E = e^((μ + λ E[J]) t).
    check_near(mean(&columns[1]), libm::exp((0.05 - 0.7 * 0.15) * 4.0), 0.006, "mean with jumps");
    // The number of jumps in the first year is Poisson: none with probability e^(−λ).
    let none =
        columns[2].iter().filter(|&&x| (x - 1.0).abs() < 1e-12).count() as f64 / TRIALS as f64;
    check_near(none, libm::exp(-0.7), 0.007, "no jump");
    let one =
        columns[2].iter().filter(|&&x| (x - 0.8).abs() < 1e-12).count() as f64 / TRIALS as f64;
    check_near(one, 0.7 * libm::exp(-0.7), 0.007, "one jump");
}

#[test]
fn processes_move_together() {
    let text = r#"
outlay = 1
[timeline]
step = "month"
steps = 6
[inputs]
gpu = "gbm(10, 0, 30% / sqrt(year))"
power = "mean_reverting(1, 1, 1 / year, 20% / sqrt(year))"
news = { value = "normal(0, 1)", each = "step" }
[correlations]
"gpu, power" = { pearson = 0.6 }
"gpu, news" = { pearson = -0.5 }
[series]
gain = "ln(gpu / prev(gpu))"
drag = "ln(power) - exp(-1 / 12) * prev(ln(power))"
[outputs]
gain = {}
drag = {}
news = {}
"#;
    let columns = columns(text, TRIALS);
    for step in 1..=6 {
        let (gain, drag, news) = (&columns[step], &columns[7 + step], &columns[14 + step]);
        check_near(pearson(gain, drag), 0.6, 0.012, "two processes");
        check_near(pearson(gain, news), -0.5, 0.012, "a process and a step input");
        check_near(
            pearson(&columns[step % 6 + 1], drag),
            if step % 6 + 1 == step { 0.6 } else { 0.0 },
            0.014,
            "steps apart",
        );
    }
}

#[test]
fn the_base_is_the_median_path() {
    let text = r#"
outlay = 1
[timeline]
step = "year"
steps = 2
[inputs]
a = "gbm(10, 8% / year, 40% / sqrt(year)) + jumps(rate = 0.1 / year, size = -50%)"
b = "mean_reverting(4, 1, 50% / year, 40% / sqrt(year))"
[outputs]
a = {}
b = {}
"#;
    let rows = outlay::quantities(&compiled(&request(text)));
    let last = |name: &str| {
        let row = rows.iter().find(|row| row.name == name).expect("an input");
        match row.values.last() {
            Some(outlay::results::Point::Value(value)) => *value,
            other => panic!("{other:?}"),
        }
    };
    check_near(last("a"), 10.0, 1e-12, "8 % less half of 40 % squared is nothing");
    check_near(last("b"), libm::pow(4.0, libm::exp(-1.0)), 1e-12, "the distance decays");
}
