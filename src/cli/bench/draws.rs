//! Time a draw of each distribution, beside `rand_distr` where it has the family.
//!
//! Ours are what a run does: a model of one input, compiled, block after block, its values looked at and dropped.
//! The peer draws with `SmallRng`, the fastest generator of `rand`.

use std::hint::black_box;

use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand_distr as peer;

use super::{Effort, measured, timed};
use crate::Request;
use crate::engine::{Prepared, Selection, Sink, Worker};
use crate::report::DrawSpeed;
use crate::sampling::BLOCK;

/// A column of the peer's draws.
type Fill = Box<dyn FnMut(&mut [f64])>;

/// A distribution as a model writes it, and the peer's of the same law.
type Family = (&'static str, fn() -> Option<Fill>);

const POSSIBLE: &str = "possible parameters";

fn fill(law: impl peer::Distribution<f64> + 'static) -> Option<Fill> {
    let mut rng = SmallRng::seed_from_u64(1);
    Some(Box::new(move |out| out.iter_mut().for_each(|out| *out = law.sample(&mut rng))))
}

/// As [`fill`], of whole numbers.
fn fill_whole(law: impl peer::Distribution<u64> + 'static) -> Option<Fill> {
    let mut rng = SmallRng::seed_from_u64(1);
    Some(Box::new(move |out| out.iter_mut().for_each(|out| *out = law.sample(&mut rng) as f64)))
}

fn none() -> Option<Fill> {
    None
}

/// Every family of the language.
pub(super) const FAMILIES: &[Family] = &[
    ("uniform(0, 1)", || fill(peer::Uniform::new(0.0, 1.0).expect(POSSIBLE))),
    ("normal(0, 1)", || fill(peer::Normal::new(0.0, 1.0).expect(POSSIBLE))),
    ("lognormal(mu = 0, sigma = 0.5)", || fill(peer::LogNormal::new(0.0, 0.5).expect(POSSIBLE))),
    ("triangular(0, 1, 3)", || fill(peer::Triangular::new(0.0, 3.0, 1.0).expect(POSSIBLE))),
    ("pert(0, 1, 3)", || fill(peer::Pert::new(0.0, 3.0).with_mode(1.0).expect(POSSIBLE))),
    ("trapezoidal(0, 1, 2, 4)", none),
    ("beta(8, 3)", || fill(peer::Beta::new(8.0, 3.0).expect(POSSIBLE))),
    ("kumaraswamy(2, 3)", none),
    ("gamma(4, 0.05)", || fill(peer::Gamma::new(4.0, 0.05).expect(POSSIBLE))),
    ("exponential(2)", || fill(peer::Exp::new(0.5).expect(POSSIBLE))),
    ("weibull(1.5, 2)", || fill(peer::Weibull::new(2.0, 1.5).expect(POSSIBLE))),
    ("rayleigh(2)", none),
    ("chi_square(5)", || fill(peer::ChiSquared::new(5.0).expect(POSSIBLE))),
    ("inverse_gaussian(2, 3)", || fill(peer::InverseGaussian::new(2.0, 3.0).expect(POSSIBLE))),
    ("loglogistic(1, 3)", none),
    ("pareto(1, 3)", || fill(peer::Pareto::new(1.0, 3.0).expect(POSSIBLE))),
    ("student_t(4)", || fill(peer::StudentT::new(4.0).expect(POSSIBLE))),
    ("logistic(0, 1)", none),
    ("laplace(0, 1)", none),
    ("gumbel(0, 1)", || fill(peer::Gumbel::new(0.0, 1.0).expect(POSSIBLE))),
    ("frechet(3, 1)", || fill(peer::Frechet::new(0.0, 1.0, 3.0).expect(POSSIBLE))),
    ("gev(0, 1, 0.1)", none),
    ("cauchy(0, 1)", || fill(peer::Cauchy::new(0.0, 1.0).expect(POSSIBLE))),
    ("poisson(10)", || fill(peer::Poisson::new(10.0).expect(POSSIBLE))),
    ("binomial(100, 0.2)", || fill_whole(peer::Binomial::new(100, 0.2).expect(POSSIBLE))),
    ("negative_binomial(3, 0.3)", none),
    ("geometric(0.2)", || fill_whole(peer::Geometric::new(0.2).expect(POSSIBLE))),
    ("hypergeometric(500, 60, 100)", || {
        fill_whole(peer::Hypergeometric::new(500, 60, 100).expect(POSSIBLE))
    }),
    ("bernoulli(0.3)", none),
    ("uniform_int(1, 6)", none),
    ("discrete(1: 0.2, 2: 0.5, 5: 0.3)", none),
    ("quantiles(p10 = 3, p50 = 5, p90 = 12)", none),
    ("histogram(edges = [0, 1, 3], weights = [1, 2])", none),
    ("compound(poisson(5), lognormal(mu = 0, sigma = 0.5))", none),
    ("mixture(normal(0, 1): 0.7, normal(5, 2): 0.3)", none),
    ("truncate(normal(0, 1), low = -1, high = 2)", none),
];

/// Measures all of them.
pub(super) fn measure(effort: Effort) -> Vec<DrawSpeed> {
    FAMILIES.iter().map(|&(text, peer)| one(text, peer(), effort)).collect()
}

fn one(text: &str, mut peer: Option<Fill>, effort: Effort) -> DrawSpeed {
    let request = Request {
        name: "draw".to_owned(),
        text: format!("outlay = 1\ninputs = {{ x = \"{text}\" }}\noutputs = {{ x = {{}} }}\n"),
        ..Request::default()
    };
    let model = crate::compile(&request, &mut crate::no_files).expect("a valid model of one input");
    let prepared = Prepared::new(model.program(), 1);
    let mut worker = Worker::new(&prepared);
    let trials = effort.blocks * BLOCK as u64;
    let mut ours = || {
        let mut sink = Selection::new(model.program().n_channels, &[]);
        worker.run(0, trials, &mut Sink::Selection(&mut sink));
        black_box(&sink);
    };
    ours();
    let mut column = vec![0.0; BLOCK];
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        own.push(timed(&mut ours) * 1e9 / trials as f64);
        if let Some(fill) = &mut peer {
            let seconds = timed(|| {
                for _ in 0..effort.blocks {
                    fill(black_box(&mut column));
                }
            });
            others.push(seconds * 1e9 / trials as f64);
        }
    }
    DrawSpeed {
        distribution: text.to_owned(),
        nanoseconds: measured(own),
        rand_distr: peer.map(|_| measured(others)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::Family as Declared;

    #[test]
    fn every_family_of_the_language_is_measured() {
        for family in Declared::ALL {
            let call = format!("{}(", family.name());
            assert!(
                FAMILIES.iter().any(|(text, _)| text.starts_with(&call)),
                "{} is not measured",
                family.name()
            );
        }
    }
}
