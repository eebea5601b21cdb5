//! Sums of draws: their moments, whose draw the count is, units, and the base case.

use outlay::engine::{self, Prepared};
use outlay::{Compiled, Request, compile, no_files};

#[track_caller]
fn compiled(inputs: &str, outputs: &str) -> Compiled {
    let text = format!(
        "outlay = 1\n[model]\nunits = [\"run\"]\n[units]\nbatch = \"5 run\"\n[inputs]\n{inputs}\n[outputs]\n{outputs}\n"
    );
    let request = Request { name: "compound.toml".into(), text, ..Request::default() };
    compile(&request, &mut no_files).unwrap_or_else(|failure| {
        panic!("{}", outlay::diagnostic::render(&failure.diagnostics, &failure.sources, false))
    })
}

/// The values of the model's outputs, a list an output.
#[track_caller]
fn values(inputs: &str, outputs: &str, n_outputs: usize) -> Vec<Vec<f64>> {
    let model = compiled(inputs, outputs);
    let prepared = Prepared::new(model.program(), 1);
    engine::collect(&prepared, n_outputs, 1 << 17)
}

fn moments(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    (mean, values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count)
}

#[test]
fn moments_are_walds() {
    // E N E X and E N Var X + Var N (E X)²
    for (law, mean, variance) in [
        ("compound(poisson(4), gamma(2, 3))", 24.0, 4.0 * 54.0),
        ("compound(10, normal(3, 2))", 30.0, 40.0),
        ("compound(binomial(20, 0.3), uniform(0, 1))", 3.0, 6.0 / 12.0 + 4.2 / 4.0),
        ("5 - 2 * compound(geometric(0.5), exponential(1))", 3.0, 4.0 * (1.0 + 2.0)),
        ("compound(uniform_int(0, 4), bernoulli(0.5))", 1.0, 2.0 / 4.0 + 2.0 / 4.0),
    ] {
        let lists = values(&format!("x = \"{law}\""), "x = {}", 1);
        let (found, spread) = moments(&lists[0]);
        let error = (variance / lists[0].len() as f64).sqrt();
        assert!((found - mean).abs() < 5.0 * error, "{law}: mean {found}, not {mean}");
        assert!((spread / variance - 1.0).abs() < 0.05, "{law}: variance {spread}, not {variance}");
    }
}

#[test]
fn an_input_as_count_shares_its_draw() {
    let inputs = "n = \"poisson(6)\"\nx = \"compound(n, normal(1, 1e-9))\"\ny = \"compound(n, 3)\"";
    let lists = values(inputs, "n = {}\nx = {}\ny = {}", 3);
    for ((n, x), y) in lists[0].iter().zip(&lists[1]).zip(&lists[2]) {
        assert!((n - x).abs() < 1e-6 && *y == 3.0 * n, "{n} draws: {x}, {y}");
    }
}

#[test]
fn parameters_of_a_draw_may_be_inputs() {
    let inputs = "m = \"uniform(1, 5)\"\nx = \"compound(100, normal(m, 0.1))\"";
    let lists = values(inputs, "m = {}\nx = {}", 2);
    for (m, x) in lists[0].iter().zip(&lists[1]) {
        assert!((x - 100.0 * m).abs() < 6.0, "a hundred draws of {m}: {x}");
    }
}

#[test]
fn a_count_that_is_none_is_undefined() {
    let inputs = "n = \"uniform(0, 2)\"\nx = \"compound(n, 1 to 2)\"\nk = \"discrete(-1: 1, 2: 1)\"\ny = \"compound(k, 1 to 2)\"";
    let lists = values(inputs, "n = {}\nx = {}\nk = {}\ny = {}", 4);
    assert!(lists[1].iter().all(|x| x.is_nan()));
    assert!(lists[2].iter().zip(&lists[3]).all(|(k, y)| (*k < 0.0) == y.is_nan()));
}

#[test]
fn the_unit_is_that_of_the_sum_and_the_base_a_product() {
    let inputs = "rounds = \"poisson(10) run\"
each = \"compound(rounds, triangular(1, 2, 6) CNY/run)\"
all = \"compound(rounds, triangular(1, 2, 6) CNY)\"
plain = \"compound(poisson(10), triangular(1, 2, 6) CNY)\"
batches = \"compound(3 batch, triangular(1, 2, 6) CNY/run)\"";
    let names = ["each", "all", "plain", "batches"];
    let outputs: Vec<String> =
        names.iter().map(|name| format!("{name} = {{ unit = \"CNY\" }}")).collect();
    let model = compiled(inputs, &outputs.join("\n"));
    let rows = outlay::inputs(&model);
    for (name, mean, base) in
        [("each", 30.0, 20.0), ("all", 30.0, 20.0), ("plain", 30.0, 20.0), ("batches", 45.0, 30.0)]
    {
        let row = rows.iter().find(|row| row.name == name).expect("an input");
        assert_eq!(row.unit.as_deref(), Some("CNY"), "{name}");
        assert!((row.mean.expect("a mean") / mean - 1.0).abs() < 0.01, "{name}: {:?}", row.mean);
        assert_eq!(row.base, outlay::results::Point::Value(base));
    }
}

/// Laws whose parameters differ from trial to trial have code of their own: with a parameter that hardly differs, the
/// draws are those of the same law with a constant one, of the same uniform numbers.
#[test]
fn a_law_that_varies_draws_as_the_constant_one() {
    for law in [
        "gamma(p, 3)",
        "gamma(2, p)",
        "lognormal(mean = p, sd = 1)",
        "normal(p, 1)",
        "pert(0, p, 3)",
        "beta(p, 3)",
        "uniform(0, p)",
        "triangular(0, p, 5)",
        "weibull(1.5, p)",
        "student_t(p)",
        "inverse_gaussian(p, 3)",
        "1 to p",
        "5 - 2 * exponential(p)",
        "truncate(normal(p, 1), low = 1)",
        "mixture(0: 1, gamma(p, 1): 3)",
        "quantiles(p10 = 1, p50 = p, p90 = 5)",
        "normal(p5 = 1, p95 = p)",
        "poisson(p)",
    ] {
        let sum = |p: &str| {
            values(&format!("p = \"{p}\"\nx = \"compound(poisson(3), {law})\""), "x = {}", 1)
                .swap_remove(0)
        };
        let (varying, constant) = (sum("uniform(2, 2.0000000001)"), sum("2"));
        let size = constant.iter().map(|x| x.abs()).sum::<f64>() / constant.len() as f64;
        let is_near = |(x, y): &(&f64, &f64)| (**x - **y).abs() <= 1e-6 * (y.abs() + size);
        let n_near = varying.iter().zip(&constant).filter(is_near).count();
        // A count that lies on an edge may be another one.
        assert!(n_near >= constant.len() - 2, "{law}: {n_near} of {} agree", constant.len());
    }
}
