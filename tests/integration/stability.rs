//! Literal draws and function values. A snapshot here that changes is a change of format: `outlay::FORMAT` must
//! change with it, and the CHANGELOG say so.

use std::fmt::Write;

use outlay::distribution::Family;
use outlay::engine::{self, Prepared};
use outlay::{Request, compile, no_files};

/// The name of an input, which addresses its draws, and its distribution: every family, and every combination.
const LAWS: &[(&str, &str)] = &[
    ("uniform", "uniform(2, 6)"),
    ("normal", "normal(10, 2)"),
    ("lognormal", "lognormal(mean = 3, sd = 1)"),
    ("lognormal_log", "lognormal(mu = 0.5, sigma = 0.4)"),
    ("lognormal_pinned", "lognormal(p5 = 1, p95 = 9)"),
    ("range", "2 to 7"),
    ("range_80", "2 to 7 @ 80%"),
    ("triangular", "triangular(1, 2, 5)"),
    ("pert", "pert(1, 2, 5)"),
    ("pert_flat", "pert(1, 2, 5, shape = 2)"),
    ("beta", "beta(2, 3)"),
    ("beta_arc", "beta(0.5, 0.5, low = -1, high = 1)"),
    ("gamma", "gamma(2.5, 0.4)"),
    ("exponential", "exponential(4)"),
    ("weibull", "weibull(1.5, 3)"),
    ("poisson", "poisson(4)"),
    ("poisson_large", "poisson(100_000)"),
    ("binomial", "binomial(20, 0.3)"),
    ("bernoulli", "bernoulli(0.4)"),
    ("uniform_int", "uniform_int(-3, 8)"),
    ("pareto", "pareto(2, 3)"),
    ("student_t", "student_t(5)"),
    ("logistic", "logistic(1, 2)"),
    ("gumbel", "gumbel(1, 2)"),
    ("cauchy", "cauchy(1, 2)"),
    ("negative_binomial", "negative_binomial(3, 0.4)"),
    ("geometric", "geometric(0.3)"),
    ("hypergeometric", "hypergeometric(50, 20, 10)"),
    ("laplace", "laplace(1, 2)"),
    ("rayleigh", "rayleigh(2)"),
    ("chi_square", "chi_square(3)"),
    ("inverse_gaussian", "inverse_gaussian(2, 5)"),
    ("loglogistic", "loglogistic(2, 4)"),
    ("frechet", "frechet(3, 2)"),
    ("gev", "gev(1, 2, 0.2)"),
    ("kumaraswamy", "kumaraswamy(2, 3)"),
    ("trapezoidal", "trapezoidal(0, 1, 3, 4)"),
    ("discrete", "discrete(1: 0.5, 2: 0.3, 7: 0.2)"),
    ("quantiles", "quantiles(p10 = 3, p50 = 5, p90 = 12)"),
    ("quantiles_low", "quantiles(p10 = 3, p50 = 5, p90 = 12, low = 0)"),
    ("quantiles_high", "quantiles(p10 = 3, p50 = 9, p90 = 12, high = 20)"),
    ("quantiles_both", "quantiles(p10 = 3, p50 = 5, p90 = 12, low = 0, high = 20)"),
    ("quantiles_of_five", "quantiles(p5 = 1, p25 = 2, p50 = 3, p75 = 5, p95 = 12)"),
    ("histogram", "histogram(edges = [0, 10, 30, 40], weights = [1, 2, 1])"),
    ("sample", "sample(file = 'sample.csv', column = 'usd')"),
    ("compound", "compound(poisson(4), gamma(2, 3))"),
    ("compound_of_count", "10 + 2 * compound(poisson, exponential(5))"),
    ("mixture", "mixture(0: 1, normal(5, 1): 2, exponential(3): 1)"),
    ("truncated", "truncate(normal(0, 1), low = 0.5, high = 2)"),
    ("affine", "3 * gamma(2, 1) - 1"),
    ("falling", "1 - exponential(2)"),
    ("gamma_steep", "gamma(0.1, 2)"),
    ("beta_steep", "beta(0.05, 20)"),
    ("pareto_without_mean", "pareto(1, 0.5)"),
    // parameters that differ from trial to trial
    ("p", "uniform(1, 2)"),
    ("gamma_p", "gamma(p, 2)"),
    ("beta_p", "beta(p, 2)"),
    ("pert_p", "pert(0, p, 3)"),
    ("student_p", "student_t(3 * p)"),
    ("chi_square_p", "chi_square(p)"),
    ("poisson_p", "poisson(10 * p)"),
    ("binomial_p", "binomial(20, 0.3 * p)"),
    ("negative_binomial_p", "negative_binomial(3 * p, 0.3)"),
    ("inverse_gaussian_p", "inverse_gaussian(p, 2)"),
    ("triangular_p", "triangular(0, p, 3)"),
    ("trapezoidal_p", "trapezoidal(0, p, 2, 3)"),
    ("gev_p", "gev(p, 1, 0.1 * p)"),
    ("lognormal_p", "lognormal(mean = p, sd = 1)"),
    ("truncated_p", "truncate(normal(p, 1), low = 0)"),
    ("truncated_gamma_p", "truncate(gamma(p, 1), low = 1, high = 4)"),
    ("quantiles_of_four_p", "quantiles(p10 = -p, p40 = 1, p60 = 2, p90 = 5)"),
    ("list_of_seven_p", "discrete(1: p, 2: 1, 3: p, 5: 1, 4: 2, 6: p, p: 3)"),
    ("histogram_p", "histogram(edges = [0, p, 3], weights = [p, 1])"),
    ("mixture_p", "mixture(0: 1, normal(5, p): p, gamma(p, 2): 1)"),
];

/// Inputs that are drawn together, and processes: name and value; the two tables that join them.
const JOINED: &str = r#"
outlay = 1
[timeline]
step = "month"
steps = 4
[inputs]
a = "normal(10, 2)"
b = "lognormal(mean = 3, sd = 1)"
c = "poisson(4)"
d = "exponential(1)"
f = "beta(2, 3)"
moving = "gbm(10, -5% / year, 30% / sqrt(year))"
reverting = "mean_reverting(2, 1, 1 / year, 20% / sqrt(year)) + jumps(6 / year, uniform(-50%, 20%))"
[correlations]
"a, b" = 0.5
"b, c" = { pearson = 0.3 }
"d, f" = -0.4
"moving, reverting" = 0.6
[copula]
kind = "student_t"
df = 4
over = ["d", "f"]
[outputs]
a = {}
b = {}
c = {}
d = {}
f = {}
moving = {}
reverting = {}
"#;

#[test]
fn joint_draws_stay_what_they_are() {
    let request = Request { name: "joined.toml".into(), text: JOINED.into(), ..Request::default() };
    let model = compile(&request, &mut no_files).unwrap_or_else(|failure| {
        panic!("{}", outlay::diagnostic::render(&failure.diagnostics, &failure.sources, false))
    });
    let prepared = Prepared::new(model.program(), 1);
    let mut lines = format!("format {}\n", outlay::FORMAT);
    for values in engine::collect(&prepared, model.program().n_channels, 4) {
        let _ = writeln!(lines, "{values:?}");
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("stability@joint_draws", lines);
    });
}

/// The first draws of each input at seed 1, a line an input.
fn draws(inputs: &[(&str, &str)]) -> String {
    let mut text = "outlay = 1\n[inputs]\n".to_owned();
    let mut outputs = "[outputs]\n".to_owned();
    for (name, law) in inputs {
        let _ = writeln!(text, "{name} = \"{law}\"");
        let _ = writeln!(outputs, "{name} = {{}}");
    }
    text += &outputs;
    let request = Request { name: "laws.toml".into(), text, ..Request::default() };
    let mut sample = |_: &str| Ok(b"usd\n1.5\n4\n2.25\n-3\n4\n".to_vec());
    let model = compile(&request, &mut sample).unwrap_or_else(|failure| {
        panic!("{}", outlay::diagnostic::render(&failure.diagnostics, &failure.sources, false))
    });
    let prepared = Prepared::new(model.program(), 1);
    let values = engine::collect(&prepared, inputs.len(), 5);
    let mut lines = format!("format {}\n", outlay::FORMAT);
    for ((name, law), values) in inputs.iter().zip(values) {
        let _ = writeln!(lines, "{name} = {law}: {values:?}");
    }
    lines
}

#[test]
fn draws_stay_what_they_are() {
    for family in Family::ALL {
        let is_drawn = |(_, law): &(&str, &str)| law.starts_with(&format!("{}(", family.name()));
        assert!(LAWS.iter().any(is_drawn), "`{}` is not pinned", family.name());
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("stability@draws", draws(LAWS));
    });
}

/// Every function of numbers, at a number of no special kind.
const FUNCTIONS: &[&str] = &[
    "exp(x)",
    "ln(x)",
    "log10(x)",
    "sqrt(x)",
    "x ^ 3",
    "x ^ 17",
    "x ^ -0.3",
    "y ^ x",
    "sin(y)",
    "cos(y)",
    "tan(y)",
    "atan(y)",
    "atan2(y, x)",
    "tanh(x)",
    "erf(x)",
    "normal_cdf(-y)",
    "normal_quantile(x)",
    "mod(-y, x)",
    "round(y)",
    "floor(-y)",
    "ceil(y)",
    "sin(1e6 * y)",
    "exp(-40 * y)",
    "normal_cdf(-12 * y)",
];

#[test]
fn functions_stay_what_they_are() {
    let mut text = "outlay = 1\n[inputs]\nx = 0.7316\ny = 2.4183\n[outputs]\n".to_owned();
    for (number, function) in FUNCTIONS.iter().enumerate() {
        let _ = writeln!(text, "f{number} = {{ value = \"{function}\" }}");
    }
    let request = Request { name: "functions.toml".into(), text, ..Request::default() };
    let model = compile(&request, &mut no_files).unwrap_or_else(|failure| {
        panic!("{}", outlay::diagnostic::render(&failure.diagnostics, &failure.sources, false))
    });
    let prepared = Prepared::new(model.program(), 1);
    let values = engine::collect(&prepared, FUNCTIONS.len(), 1);
    let mut lines = format!("format {}\n", outlay::FORMAT);
    for (function, values) in FUNCTIONS.iter().zip(values) {
        let _ = writeln!(lines, "{function}: {:?}", values[0]);
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("stability@functions", lines);
    });
}
