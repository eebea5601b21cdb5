//! Parameters that differ from trial to trial: every draw is the quantile of its own trial's distribution.

use outlay::distribution::{Distribution, Family, Kind, build};
use outlay::engine::{self, Prepared};
use outlay::sampling::{StreamKey, uniform_at};
use outlay::{Request, compile, no_files};

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
    ("inverse_gaussian", &[P, Fixed(2.0)], Solved),
    ("chi_square", &[P], Closed),
    ("poisson", &[Drawn(20.0, 0.0)], Solved),
    ("binomial", &[Fixed(20.0), Drawn(0.3, 0.0)], Solved),
    ("negative_binomial", &[P, Fixed(0.3)], Solved),
    ("geometric", &[Drawn(0.3, 0.0)], Solved),
    ("bernoulli", &[Drawn(0.4, 0.0)], Solved),
];

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
    const TRIALS: u64 = 512;
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
        let text = format!(
            "outlay = 1\n[inputs]\np = \"uniform(1, 2)\"\nx = \"{call}\"\n[outputs]\np = {{}}\nx = {{}}\n"
        );
        let request = Request { name: "hierarchy.toml".into(), text, ..Request::default() };
        let model = compile(&request, &mut no_files).unwrap_or_else(|failure| {
            panic!("{}", outlay::diagnostic::render(&failure.diagnostics, &failure.sources, false))
        });
        let seed = number as u64;
        let prepared = Prepared::new(model.program(), seed);
        let lists = engine::collect(&prepared, 2, TRIALS);
        let key = StreamKey::new(seed, "x");
        for (trial, (&p, &x)) in (0..TRIALS).zip(lists[0].iter().zip(&lists[1])) {
            check(&law(name, arguments, p), uniform_at(key, 0, trial), x, *accuracy, &call);
        }
    }
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
    }
}
