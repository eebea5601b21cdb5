//! Parameters that differ from trial to trial: every draw is the quantile of its own trial's distribution.

use outlay::distribution::{
    Distribution, Family, Kind, affine, build, build_pinned, constant, discrete, histogram,
    mixture, quantiles, range, truncated,
};
use outlay::engine::reference::{Draws, Trial};
use outlay::engine::{self, Prepared};
use outlay::math::simd::SimdPath;
use outlay::program::{Mode, lower_outputs};
use outlay::results::{NumberSummary, Statistics};
use outlay::sampling::{Design, Layout, StreamKey, uniform_at};
use outlay::{Request, RunSettings, Unwatched, compile, no_files};

/// An argument of a family.
#[derive(Clone, Copy)]
enum Argument {
    Fixed(f64),
    /// `p`, drawn from (1, 2), times and plus.
    Drawn(f64, f64),
}

use Argument::{Drawn, Fixed};

const P: Argument = Drawn(1.0, 0.0);

/// How close a draw is to the quantile.
#[derive(Clone, Copy, PartialEq)]
enum Accuracy {
    /// Arithmetic or an iteration: 1e-12 of the value, or of what a last digit of the uniform moves.
    Closed,
    /// From a table: 1e-9 in probability.
    Table,
    /// The quantile itself.
    Solved,
}

use Accuracy::{Closed, Solved, Table};

const CASES: &[(&str, &[Argument], Accuracy)] = &[
    ("uniform", &[P, Fixed(5.0)], Closed),
    ("normal", &[P, P], Table),
    ("lognormal", &[P, Fixed(0.5)], Table),
    ("exponential", &[P], Closed),
    ("weibull", &[Fixed(1.5), P], Closed),
    ("weibull", &[P, Fixed(3.0)], Closed),
    ("rayleigh", &[P], Closed),
    ("pareto", &[P, P], Closed),
    ("loglogistic", &[Fixed(2.0), P], Closed),
    ("frechet", &[P, P], Closed),
    ("logistic", &[P, P], Closed),
    ("gumbel", &[P, P], Closed),
    ("cauchy", &[P, P], Closed),
    ("laplace", &[P, P], Closed),
    ("gev", &[P, P, Drawn(0.2, 0.0)], Closed),
    ("gev", &[Fixed(0.0), P, Drawn(-0.2, 0.0)], Closed),
    ("gev", &[P, Fixed(1.0), Drawn(1e-9, 0.0)], Closed),
    ("kumaraswamy", &[P, Fixed(3.0)], Closed),
    ("triangular", &[Fixed(0.0), P, Fixed(2.5)], Closed),
    ("triangular", &[Drawn(-1.0, 0.0), Fixed(0.0), P], Closed),
    ("trapezoidal", &[Fixed(-1.0), Fixed(0.0), P, Drawn(1.0, 2.0)], Closed),
    ("gamma", &[Fixed(2.5), P], Table),
    ("student_t", &[Fixed(4.0), P, P], Table),
    ("beta", &[Fixed(2.0), Fixed(3.0), Drawn(-1.0, 0.0), P], Table),
    ("gamma", &[P, Fixed(2.0)], Closed),
    ("beta", &[P, Fixed(2.0), Fixed(0.0), Fixed(1.0)], Closed),
    ("pert", &[Fixed(0.0), P, Fixed(3.0), Fixed(4.0)], Closed),
    ("student_t", &[P, Fixed(0.0), Fixed(1.0)], Closed),
    ("inverse_gaussian", &[P, Fixed(2.0)], Closed),
    ("inverse_gaussian", &[Fixed(2.0), Drawn(0.1, 0.0)], Closed),
    ("inverse_gaussian", &[P, Fixed(1e4)], Closed),
    ("chi_square", &[P], Closed),
    ("poisson", &[Drawn(20.0, 0.0)], Solved),
    ("binomial", &[Fixed(20.0), Drawn(0.3, 0.0)], Solved),
    ("negative_binomial", &[P, Fixed(0.3)], Solved),
    ("geometric", &[Drawn(0.3, 0.0)], Solved),
    ("geometric", &[Drawn(1e-9, 0.0)], Solved),
    ("bernoulli", &[Drawn(0.4, 0.0)], Solved),
];

/// Laws that are no plain call of a family: how they are written with a parameter p in (1, 2), and what they are.
type Written = (&'static str, fn(f64) -> Distribution, Accuracy);

const WRITTEN: &[Written] = &[
    (
        "uniform_int(floor(p * 3) - 7, 2)",
        |p| plain("uniform_int", &[(p * 3.0).floor() - 7.0, 2.0]),
        Solved,
    ),
    (
        "normal(p10 = p, p75 = 3 * p)",
        |p| pinned(Family::Normal, &[(0.1, p), (0.75, 3.0 * p)]),
        Table,
    ),
    ("normal(p95 = 5, p20 = p)", |p| pinned(Family::Normal, &[(0.2, p), (0.95, 5.0)]), Table),
    ("lognormal(p5 = p, p50 = 5)", |p| pinned(Family::LogNormal, &[(0.05, p), (0.5, 5.0)]), Table),
    ("p to 10", |p| range(p, 10.0, 0.9).expect("a range"), Table),
    (
        "truncate(normal(p, 1), low = 0)",
        |p| window(plain("normal", &[p, 1.0]), Some(0.0), None),
        Closed,
    ),
    (
        "truncate(normal(0, p), high = -p)",
        |p| window(plain("normal", &[0.0, p]), None, Some(-p)),
        Closed,
    ),
    (
        "truncate(normal(p, 2), low = -1, high = 1.5 * p)",
        |p| window(plain("normal", &[p, 2.0]), Some(-1.0), Some(1.5 * p)),
        Closed,
    ),
    // far out, to either side: relative to the inner tail
    (
        "truncate(normal(0, 1), low = 9 * p, high = 40)",
        |p| window(plain("normal", &[0.0, 1.0]), Some(9.0 * p), Some(40.0)),
        Closed,
    ),
    (
        "truncate(normal(0, 1), low = -20, high = -5 * p)",
        |p| window(plain("normal", &[0.0, 1.0]), Some(-20.0), Some(-5.0 * p)),
        Closed,
    ),
    (
        "truncate(lognormal(mean = p, sd = 1), low = 0.5, high = 4)",
        |p| window(plain("lognormal", &[p, 1.0]), Some(0.5), Some(4.0)),
        Closed,
    ),
    (
        "truncate(lognormal(mean = p, sd = 1), low = -1, high = 2)",
        |p| window(plain("lognormal", &[p, 1.0]), Some(-1.0), Some(2.0)),
        Closed,
    ),
    (
        "truncate(p to 10, low = p)",
        |p| window(range(p, 10.0, 0.9).expect("a range"), Some(p), None),
        Closed,
    ),
    (
        "truncate(exponential(p), high = 3)",
        |p| window(plain("exponential", &[p]), None, Some(3.0)),
        Closed,
    ),
    (
        "truncate(gamma(p, 2), low = 1, high = 5 * p)",
        |p| window(plain("gamma", &[p, 2.0]), Some(1.0), Some(5.0 * p)),
        Closed,
    ),
    // far out in the upper tail
    (
        "truncate(gamma(2, p), low = 30)",
        |p| window(plain("gamma", &[2.0, p]), Some(30.0), None),
        Closed,
    ),
    (
        "truncate(pert(0, p, 3), high = 2.5)",
        |p| window(plain("pert", &[0.0, p, 3.0, 4.0]), None, Some(2.5)),
        Closed,
    ),
    (
        "truncate(beta(2, 3, low = p, high = 3 * p), low = 2.2, high = 2.8)",
        |p| window(plain("beta", &[2.0, 3.0, p, 3.0 * p]), Some(2.2), Some(2.8)),
        Closed,
    ),
    (
        "truncate(student_t(3 * p, location = 1, scale = p), low = 0)",
        |p| window(plain("student_t", &[3.0 * p, 1.0, p]), Some(0.0), None),
        Closed,
    ),
    (
        "truncate(inverse_gaussian(p, 2), low = 0.5, high = 9)",
        |p| window(plain("inverse_gaussian", &[p, 2.0]), Some(0.5), Some(9.0)),
        Closed,
    ),
    (
        "truncate(weibull(1.5, p), low = p)",
        |p| window(plain("weibull", &[1.5, p]), Some(p), None),
        Closed,
    ),
    (
        "truncate(triangular(0, p, 3), low = 0.2, high = 2.9)",
        |p| window(plain("triangular", &[0.0, p, 3.0]), Some(0.2), Some(2.9)),
        Closed,
    ),
    (
        "truncate(chi_square(4), high = 3 * p)",
        |p| window(plain("chi_square", &[4.0]), None, Some(3.0 * p)),
        Closed,
    ),
    (
        "truncate(poisson(5 * p), low = 1)",
        |p| window(plain("poisson", &[5.0 * p]), Some(1.0), None),
        Solved,
    ),
    ("quantiles(p10 = -p, p90 = 4)", |p| smooth(&[(0.1, -p), (0.9, 4.0)], None, None), Closed),
    (
        "quantiles(p10 = -p, p50 = 1, p90 = 4)",
        |p| smooth(&[(0.1, -p), (0.5, 1.0), (0.9, 4.0)], None, None),
        Closed,
    ),
    (
        "quantiles(p50 = 3, p5 = p, p80 = 5, low = 0)",
        |p| smooth(&[(0.05, p), (0.5, 3.0), (0.8, 5.0)], Some(0.0), None),
        Closed,
    ),
    (
        "quantiles(p10 = 1, p50 = p + 1, p90 = 4, high = 9)",
        |p| smooth(&[(0.1, 1.0), (0.5, p + 1.0), (0.9, 4.0)], None, Some(9.0)),
        Closed,
    ),
    (
        "quantiles(p10 = 0.2, p50 = 0.35 + 0.1 * p, p90 = 0.9, low = 0, high = 1)",
        |p| smooth(&[(0.1, 0.2), (0.5, 0.35 + 0.1 * p), (0.9, 0.9)], Some(0.0), Some(1.0)),
        Closed,
    ),
    (
        "quantiles(p10 = -p, p40 = 1, p60 = 2, p90 = 5)",
        |p| smooth(&[(0.1, -p), (0.4, 1.0), (0.6, 2.0), (0.9, 5.0)], None, None),
        Closed,
    ),
    (
        "quantiles(p5 = 1, p25 = p + 1, p50 = 3 * p, p75 = 4 * p, p95 = 12, low = 0)",
        |p| {
            let points =
                [(0.05, 1.0), (0.25, p + 1.0), (0.5, 3.0 * p), (0.75, 4.0 * p), (0.95, 12.0)];
            smooth(&points, Some(0.0), None)
        },
        Closed,
    ),
    (
        "quantiles(p90 = 8, p10 = p, p60 = 3 + p, p30 = 1.5 + p, high = 20)",
        |p| smooth(&[(0.9, 8.0), (0.1, p), (0.6, 3.0 + p), (0.3, 1.5 + p)], None, Some(20.0)),
        Closed,
    ),
    (
        "quantiles(p10 = 2, p30 = 2 + p, p60 = 5, p90 = 8, low = 1 - p, high = 10 * p)",
        |p| {
            let points = [(0.1, 2.0), (0.3, 2.0 + p), (0.6, 5.0), (0.9, 8.0)];
            smooth(&points, Some(1.0 - p), Some(10.0 * p))
        },
        Closed,
    ),
    (
        "discrete(7: 1, 1: p, 5: 2, -3: 0.7, 2: 0, 4: p - 1, 2: 1, p: 0.5)",
        |p| {
            let early = [(7.0, 1.0), (1.0, p), (5.0, 2.0), (-3.0, 0.7)];
            let late = [(2.0, 0.0), (4.0, p - 1.0), (2.0, 1.0), (p, 0.5)];
            list(&[early, late].concat())
        },
        Solved,
    ),
    (
        "discrete(1: 0, 2: p, 3: 1, 4: 1, 5: p, 6: 1, 7: 1, 8: 0)",
        |p| {
            let early = [(1.0, 0.0), (2.0, p), (3.0, 1.0), (4.0, 1.0)];
            let late = [(5.0, p), (6.0, 1.0), (7.0, 1.0), (8.0, 0.0)];
            list(&[early, late].concat())
        },
        Solved,
    ),
    (
        "histogram(edges = [-1, p, 3, 10 * p, 30], weights = [1, p, 0, 2 * p])",
        |p| bins(&[-1.0, p, 3.0, 10.0 * p, 30.0], &[1.0, p, 0.0, 2.0 * p]),
        Solved,
    ),
    (
        "histogram(edges = [0, 1, 2, 3], weights = [0, p, 1])",
        |p| bins(&[0.0, 1.0, 2.0, 3.0], &[0.0, p, 1.0]),
        Solved,
    ),
    ("discrete(1: p, 5: 2, -3: 0.7)", |p| list(&[(1.0, p), (5.0, 2.0), (-3.0, 0.7)]), Solved),
    (
        "discrete(p: 1, 1.5: 2, 3 - p: 0.5)",
        |p| list(&[(p, 1.0), (1.5, 2.0), (3.0 - p, 0.5)]),
        Solved,
    ),
    (
        "discrete(1: p - 1, 2: 0, 7: 2 - p)",
        |p| list(&[(1.0, p - 1.0), (2.0, 0.0), (7.0, 2.0 - p)]),
        Solved,
    ),
    (
        "mixture(p: 1, normal(0, p): 3)",
        |p| mix(vec![(1.0, constant(p).expect("a number")), (3.0, plain("normal", &[0.0, p]))]),
        Closed,
    ),
    (
        "mixture(0: 2 - p, gamma(2, 10 * p): 1, 5: p)",
        |p| {
            let [none, five] = [0.0, 5.0].map(|x| constant(x).expect("a number"));
            mix(vec![(2.0 - p, none), (1.0, plain("gamma", &[2.0, 10.0 * p])), (p, five)])
        },
        Closed,
    ),
    (
        "mixture(normal(0, 1): 7, normal(8, 0.1 * p): 3)",
        |p| mix(vec![(7.0, plain("normal", &[0.0, 1.0])), (3.0, plain("normal", &[8.0, 0.1 * p]))]),
        Closed,
    ),
    (
        "mixture(1 to 3: p, 5 * uniform(0, p) + 1: 1, weibull(2, 3): 1)",
        |p| {
            let uniform = affine(5.0, 1.0, plain("uniform", &[0.0, p])).expect("a scale");
            let low_to_high = range(1.0, 3.0, 0.9).expect("a range");
            mix(vec![(p, low_to_high), (1.0, uniform), (1.0, plain("weibull", &[2.0, 3.0]))])
        },
        Closed,
    ),
    (
        "mixture(poisson(3 * p): 1, uniform_int(2, 20): 1)",
        |p| {
            mix(vec![
                (1.0, plain("poisson", &[3.0 * p])),
                (1.0, plain("uniform_int", &[2.0, 20.0])),
            ])
        },
        Solved,
    ),
];

fn plain(name: &str, values: &[f64]) -> Distribution {
    build(Family::from_name(name).expect("a family"), 0, values).expect("possible parameters")
}

fn pinned(family: Family, points: &[(f64, f64)]) -> Distribution {
    build_pinned(family, points).expect("possible percentiles")
}

fn window(inner: Distribution, low: Option<f64>, high: Option<f64>) -> Distribution {
    truncated(inner, low, high).expect("a window with something in it")
}

fn smooth(points: &[(f64, f64)], low: Option<f64>, high: Option<f64>) -> Distribution {
    quantiles(points, low, high).expect("a metalog")
}

fn mix(parts: Vec<(f64, Distribution)>) -> Distribution {
    mixture(parts).expect("a mixture")
}

fn bins(edges: &[f64], weights: &[f64]) -> Distribution {
    histogram(edges, weights).expect("a histogram")
}

fn list(pairs: &[(f64, f64)]) -> Distribution {
    discrete(pairs).expect("a list")
}

fn text(argument: Argument) -> String {
    match argument {
        Fixed(value) => format!("{value:?}"),
        Drawn(factor, shift) => format!("{factor:?} * p + {shift:?}"),
    }
}

fn law(name: &str, arguments: &[Argument], p: f64) -> Distribution {
    let values: Vec<f64> = arguments
        .iter()
        .map(|argument| match *argument {
            Fixed(value) => value,
            Drawn(factor, shift) => factor * p + shift,
        })
        .collect();
    build(Family::from_name(name).expect("a family"), 0, &values).expect("possible parameters")
}

#[track_caller]
fn check(law: &Distribution, u: f64, x: f64, accuracy: Accuracy, what: &str) {
    let (tail, exact) =
        if u <= 0.5 { (u, law.quantile(u)) } else { (1.0 - u, law.quantile_upper(1.0 - u)) };
    let is_close = match accuracy {
        _ if law.kind() == Kind::Discrete => x == exact,
        Solved => x == exact,
        Closed => {
            let digits = 4.0 * f64::EPSILON * tail / law.pdf(exact);
            (x - exact).abs() <= 1e-12 * exact.abs() + digits + 1e-15
        }
        Table => {
            let probability = if u <= 0.5 { law.cdf(x) } else { law.sf(x) };
            (probability - tail).abs() <= 1e-9
        }
    };
    assert!(is_close, "{what}: {x:e} at {u:e}, not {exact:e}");
}

#[test]
fn every_draw_is_the_quantile_of_its_own_distribution() {
    for (number, (name, arguments, accuracy)) in CASES.iter().enumerate() {
        let list: Vec<String> = arguments.iter().map(|&argument| text(argument)).collect();
        let mut list = list;
        // keywords of the longer forms
        match (*name, list.len()) {
            ("student_t", 3) => {
                list[1] = format!("location = {}", list[1]);
                list[2] = format!("scale = {}", list[2]);
            }
            ("pert", 4) => list[3] = format!("shape = {}", list[3]),
            _ => {}
        }
        let call = format!("{name}({})", list.join(", "));
        check_draws(&call, number as u64, |p| law(name, arguments, p), *accuracy);
    }
}

#[test]
fn windows_percentiles_and_lists_are_drawn_from_what_they_are_in_the_trial() {
    for (number, (call, law, accuracy)) in WRITTEN.iter().enumerate() {
        check_draws(call, 100 + number as u64, law, *accuracy);
    }
}

/// Draws a law with a parameter p that is itself drawn from (1, 2), and compares every draw.
#[track_caller]
fn check_draws(call: &str, seed: u64, law: impl Fn(f64) -> Distribution, accuracy: Accuracy) {
    const TRIALS: u64 = 512;
    let text = format!(
        "outlay = 1\n[inputs]\np = \"uniform(1, 2)\"\nx = \"{call}\"\n[outputs]\np = {{}}\nx = {{}}\n"
    );
    let request = Request { name: "hierarchy.toml".into(), text, ..Request::default() };
    let model = compile(&request, &mut no_files).unwrap_or_else(|failure| {
        panic!("{}", outlay::diagnostic::render(&failure.diagnostics, &failure.sources, false))
    });
    let prepared = Prepared::new(model.program(), seed);
    let lists = engine::collect(&prepared, 2, TRIALS);
    let key = StreamKey::new(seed, "x");
    for (trial, (&p, &x)) in (0..TRIALS).zip(lists[0].iter().zip(&lists[1])) {
        check(&law(p), uniform_at(key, 0, trial), x, accuracy, call);
    }
    let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<u64>>();
    for path in SimdPath::available() {
        let own = engine::collect(&Prepared::new(model.program(), seed).with_path(path), 2, TRIALS);
        assert!(bits(&own[1]) == bits(&lists[1]), "{call}: other draws on {path}");
    }
    let (graph, cells) = lower_outputs(model.model(), &model.model().outputs, Mode::Sample);
    let layout = Layout::new(Design::Random, TRIALS);
    for trial in (0..TRIALS).step_by(37) {
        let (place, Prepared { sources, streams, samplers, .. }) = (layout.place(trial), &prepared);
        let draws = Draws::Trial { sources, streams, samplers, place };
        let alone = Trial::new(&graph, draws, 1.0).values(cells[1][0].nodes);
        let x = lists[1][usize::try_from(trial).expect("a few hundred")];
        assert!(alone == [x], "{call}, trial {trial} alone: {alone:?}, not {x:e}");
    }
}

#[test]
fn a_metalog_has_draws_in_the_trials_in_which_it_rises() {
    const TRIALS: u64 = 512;
    let text = "outlay = 1\n[inputs]\np = \"uniform(1, 2)\"\n\
        x = \"quantiles(p10 = 0, p40 = 1, p60 = p, p90 = 3)\"\n[outputs]\np = {}\nx = {}\n";
    let request = Request { name: "rises.toml".into(), text: text.into(), ..Request::default() };
    let Ok(model) = compile(&request, &mut no_files) else { panic!("it compiles") };
    let lists = engine::collect(&Prepared::new(model.program(), 1), 2, TRIALS);
    let mut n_rising = 0;
    for (&p, &x) in lists[0].iter().zip(&lists[1]) {
        let law = quantiles(&[(0.1, 0.0), (0.4, 1.0), (0.6, p), (0.9, 3.0)], None, None);
        assert_eq!(law.is_ok(), !x.is_nan(), "p = {p}: {x}");
        n_rising += u32::from(law.is_ok());
    }
    assert!((50..450).contains(&n_rising), "{n_rising}");
}

#[test]
fn an_impossible_parameter_makes_the_draw_undefined() {
    for call in [
        "weibull(1.5, p)",
        "pareto(1, p)",
        "logistic(0, p)",
        "cauchy(0, p)",
        "laplace(0, p)",
        "gumbel(0, p)",
        "gev(0, p, 0)",
        "kumaraswamy(p, 2)",
        "triangular(0, p, 1)",
        "trapezoidal(0, p, 1, 2)",
        "gamma(2, p)",
        "student_t(4, location = 0, scale = p)",
        "beta(2, 3, low = 0, high = p)",
        "frechet(p, 1)",
        "loglogistic(p, 1)",
        "rayleigh(p)",
        "geometric(p)",
        "normal(p10 = 0, p90 = p)",
        "lognormal(p10 = p, p90 = 2)",
        "truncate(normal(0, p), low = 0)",
        "truncate(normal(1, 1), low = 0, high = p)",
        "truncate(lognormal(mean = 1, sd = 1), high = p)",
        "quantiles(p10 = 0, p90 = p)",
        "quantiles(p10 = p, p90 = 2, low = 0)",
        "discrete(0: p, 1: 2)",
        "bernoulli(p)",
        "gamma(p, 1)",
        "beta(p, 2)",
        "student_t(p)",
        "inverse_gaussian(p, 2)",
        "inverse_gaussian(2, p)",
        "poisson(p)",
        "binomial(3, p)",
        "negative_binomial(p, 0.5)",
        "quantiles(p10 = 0, p50 = 1, p90 = 2 + if(p < 0, 50, 0))",
        "quantiles(p10 = 0, p40 = 1, p60 = 1.5, p90 = 2.5 + if(p < 0, 50, 0))",
        "quantiles(p10 = p, p40 = 1.5, p60 = 2, p90 = 4, low = if(p < 0, 0, -5))",
        "discrete(0: p, 1: 2, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1)",
        "histogram(edges = [0, 1, 2], weights = [1, p])",
        "histogram(edges = [0, p, 2], weights = [1, 1])",
        "uniform_int(0, if(p < 0, 0.5, 2))",
        "truncate(normal(if(p < 0, -60, 1), 1), low = 0)",
        "truncate(gamma(p, 1), low = 0.1)",
        "truncate(uniform(0, 1), low = 0, high = p)",
        "truncate(exponential(p), high = 1)",
        "mixture(normal(0, p): 1, 3: 1)",
        "mixture(normal(0, 1): p, exponential(2): 1)",
    ] {
        let text = format!(
            "outlay = 1\n[inputs]\np = \"uniform(-1, 1)\"\nx = \"{call}\"\n[outputs]\np = {{}}\nx = {{}}\n"
        );
        let request = Request { name: "impossible.toml".into(), text, ..Request::default() };
        let Ok(model) = compile(&request, &mut no_files) else { panic!("{call} compiles") };
        let prepared = Prepared::new(model.program(), 1);
        let lists = engine::collect(&prepared, 2, 256);
        for (p, x) in lists[0].iter().zip(&lists[1]) {
            assert_eq!(*p < 0.0, x.is_nan(), "{call} with p = {p}: {x}");
        }
        let settings = RunSettings { trials: 256, ..RunSettings::default() };
        let result = outlay::run(&model, &settings, &Unwatched);
        let Statistics::Number(NumberSummary { undefined, .. }) = &result.outputs[1].statistics
        else {
            panic!("{call} is a number")
        };
        let causes: Vec<&String> = undefined.causes.keys().collect();
        assert_eq!(causes, ["impossible_parameters"], "{call}");
    }
}
