//! What every distribution must satisfy, checked on corners of every family, and the rules for parameters.

use super::family::{constant, mixture};
use super::*;

/// A member of a family that must be possible.
#[track_caller]
pub(super) fn of(name: &str, form: usize, values: &[f64]) -> Distribution {
    let family = Family::from_name(name).expect(name);
    build(family, form, values).unwrap_or_else(|error| panic!("{name}{values:?}: {error}"))
}

/// A distribution and the probability below which its tails lose relative accuracy (0: nowhere).
struct Specimen {
    name: String,
    law: Distribution,
    floor: f64,
}

fn specimens() -> Vec<Specimen> {
    let calls: &[(&str, usize, &[&[f64]])] = &[
        ("uniform", 0, &[&[0.0, 1.0], &[-3.0, 5.0], &[1e6, 1e6 + 1.0]]),
        ("normal", 0, &[&[0.0, 1.0], &[3e8, 5e7], &[-1.0, 1e-3]]),
        ("lognormal", 0, &[&[8e7, 2e7], &[1.0, 1e-3], &[1.0, 3.0]]),
        ("lognormal", 1, &[&[0.0, 1.0], &[-3.0, 2.0]]),
        ("triangular", 0, &[&[0.25, 0.3, 0.4], &[0.0, 0.0, 1.0], &[2.0, 4.0, 4.0]]),
        (
            "pert",
            0,
            &[
                &[8e4, 1e5, 1.5e5, 4.0],
                &[0.0, 0.0, 1.0, 4.0],
                &[-1.0, 1.0, 1.0, 10.0],
                &[0.0, 0.3, 1.0, 0.0],
            ],
        ),
        (
            "beta",
            0,
            &[
                &[2.0, 5.0, 0.0, 1.0],
                &[0.5, 0.5, -1.0, 1.0],
                &[0.05, 20.0, 0.0, 1.0],
                &[3000.0, 9000.0, 0.0, 2.0],
            ],
        ),
        (
            "gamma",
            0,
            &[&[4.0, 0.05], &[0.05, 1.0], &[1.0, 2.0], &[0.9, 1e6], &[300.0, 1.0], &[1e6, 1e-3]],
        ),
        ("exponential", 0, &[&[1.0], &[2e6]]),
        ("weibull", 0, &[&[1.5, 2.0], &[0.5, 1.0], &[40.0, 3.0]]),
        ("poisson", 0, &[&[0.01], &[1.0], &[10.0], &[5000.0]]),
        ("binomial", 0, &[&[1.0, 0.5], &[20.0, 0.3], &[1000.0, 0.001], &[40.0, 0.99]]),
        ("bernoulli", 0, &[&[0.5], &[1e-6], &[0.9]]),
        ("uniform_int", 0, &[&[1.0, 6.0], &[-2.0, -1.0], &[0.0, 999.0]]),
        ("pareto", 0, &[&[1.0, 3.0], &[5.0, 12.0]]),
        ("student_t", 0, &[&[3.0, 0.0, 1.0], &[40.0, 0.0, 2.0], &[5.0, 1.0, 1e-3]]),
        ("logistic", 0, &[&[0.0, 1.0], &[-5.0, 0.5]]),
        ("gumbel", 0, &[&[0.0, 1.0], &[100.0, 7.0]]),
        ("cauchy", 0, &[&[0.0, 1.0], &[3.0, 0.1]]),
        ("negative_binomial", 0, &[&[3.0, 0.2], &[0.5, 0.5], &[100.0, 0.9]]),
        ("geometric", 0, &[&[0.3], &[0.01], &[0.999]]),
        ("hypergeometric", 0, &[&[50.0, 20.0, 10.0], &[10.0, 9.0, 8.0], &[1000.0, 20.0, 990.0]]),
        ("laplace", 0, &[&[0.0, 1.0], &[10.0, 2.0]]),
        ("rayleigh", 0, &[&[3.0]]),
        ("chi_square", 0, &[&[1.0], &[10.0]]),
        ("inverse_gaussian", 0, &[&[1.0, 1.0], &[3.0, 40.0], &[2.0, 1e4], &[1.0, 0.2]]),
        ("loglogistic", 0, &[&[2.0, 3.5], &[1.0, 20.0]]),
        ("frechet", 0, &[&[3.0, 1.0], &[15.0, 7.0]]),
        ("gev", 0, &[&[0.0, 1.0, 0.2], &[5.0, 2.0, -0.3], &[0.0, 1.0, 0.0], &[0.0, 1.0, 1e-9]]),
        ("kumaraswamy", 0, &[&[2.0, 5.0], &[0.5, 0.5], &[8.0, 0.7]]),
        (
            "trapezoidal",
            0,
            &[
                &[0.0, 1.0, 2.0, 4.0],
                &[-1.0, -1.0, 0.0, 2.0],
                &[1.0, 3.0, 3.0, 3.0],
                &[0.0, 0.0, 0.0, 1.0],
            ],
        ),
    ];
    let mut all = Vec::new();
    let mut add =
        |name: String, law: Distribution, floor: f64| all.push(Specimen { name, law, floor });
    for &(name, form, cases) in calls {
        for &values in cases {
            let law = of(name, form, values);
            let (turned, moved) =
                (format!("-2 * {name}{values:?} + 1"), format!("3 * {name}{values:?} - 7"));
            // what lies near the shift loses its own digits in the sum
            let is_continuous = law.kind() == Kind::Continuous;
            if !is_continuous {
                add(turned, affine(-2.0, 1.0, law.clone()).unwrap(), 0.0);
                add(moved, affine(3.0, -7.0, law.clone()).unwrap(), 0.0);
            } else {
                add(format!("-2 * {name}{values:?}"), affine(-2.0, 0.0, law.clone()).unwrap(), 0.0);
            }
            add(format!("{name}{values:?}"), law, 0.0);
        }
    }
    let three = [(0.1, 3.0), (0.5, 5.0), (0.9, 12.0)];
    let five = [(0.05, 1.0), (0.25, 2.0), (0.5, 3.0), (0.75, 5.0), (0.95, 12.0)];
    for (low, high) in
        [(None, None), (Some(0.0), None), (None, Some(40.0)), (Some(0.0), Some(40.0))]
    {
        add(format!("metalog on {low:?} to {high:?}"), quantiles(&three, low, high).unwrap(), 0.0);
    }
    add("metalog of five".into(), quantiles(&five, None, None).unwrap(), 0.0);
    let bins = histogram(&[0.0, 10.0, 30.0, 40.0, 50.0], &[1.0, 2.0, 0.0, 1.0]).unwrap();
    add("histogram".into(), bins, 0.0);
    let normal = of("normal", 0, &[0.0, 1.0]);
    let two = mixture(vec![(7.0, normal.clone()), (3.0, of("normal", 0, &[8.0, 0.1]))]).unwrap();
    let window = |law: &Distribution, low, high| truncated(law.clone(), low, high).unwrap();
    add(
        "discrete".into(),
        discrete(&[(3.0, 1.0), (-1.0, 1.0), (2.5, 2.0), (3.0, 4.0)]).unwrap(),
        0.0,
    );
    add("normal below".into(), window(&normal, None, Some(1.0)), 0.0);
    add("normal in the middle".into(), window(&normal, Some(-1.0), Some(2.0)), 1e-15);
    add("normal far out".into(), window(&normal, Some(9.0), Some(30.0)), 1e-15);
    add("poisson above 0".into(), window(&of("poisson", 0, &[1.0]), Some(1.0), None), 0.0);
    add("mixture of normals".into(), two.clone(), 0.0);
    add("mixture in a window".into(), window(&two, Some(0.5), Some(8.0)), 1e-15);
    let atoms = [(0.9, constant(0.0).unwrap()), (0.1, of("gamma", 0, &[2.0, 100.0]))];
    add("mostly nothing".into(), mixture(atoms.to_vec()).unwrap(), 0.0);
    let inside = [(1.0, normal), (1.0, constant(0.5).unwrap()), (2.0, of("bernoulli", 0, &[0.25]))];
    add("atoms inside".into(), mixture(inside.to_vec()).unwrap(), 0.0);
    let whole = [(0.5, of("poisson", 0, &[3.0])), (0.5, of("uniform_int", 0, &[2.0, 20.0]))];
    add("two counts".into(), mixture(whole.to_vec()).unwrap(), 0.0);
    all
}

/// Probabilities of the smaller tail.
fn tail_probabilities() -> impl Iterator<Item = f64> {
    (1..=53).flat_map(|k| {
        let power = 1.0 / (1_u64 << k) as f64;
        [power, 0.7 * power]
    })
}

/// How much probability the rounding of x moves, and the stated error of the tail itself.
fn slack(specimen: &Specimen, x: f64, tail: f64) -> f64 {
    let density = specimen.law.pdf(x);
    // no digits are left of a subnormal x
    let rounding = if density.is_finite() && x.abs() > f64::MIN_POSITIVE {
        4.0 * f64::EPSILON * x.abs() * density
    } else {
        tail
    };
    if specimen.law.kind() == Kind::Discrete {
        1e-15 * tail
    } else {
        2e-13 * tail + rounding + specimen.floor
    }
}

#[test]
fn quantiles_invert_both_tails() {
    for specimen in &specimens() {
        let law = &specimen.law;
        for p in tail_probabilities() {
            let x = law.quantile(p);
            let (below, up_to, slack) = (law.cdf_below(x), law.cdf(x), slack(specimen, x, p));
            let is_end = x == law.support().0;
            assert!(
                below - slack <= p,
                "{}: cdf below quantile({p:e}) = {x:e} is {below:e}",
                specimen.name
            );
            assert!(
                is_end || p <= up_to + slack,
                "{}: cdf of quantile({p:e}) = {x:e} is {up_to:e}",
                specimen.name
            );
            let x = law.quantile_upper(p);
            let (above, from) = (law.sf(x), law.sf_from(x));
            let slack = self::slack(specimen, x, p);
            let is_end = x == law.support().1;
            assert!(
                above - slack <= p,
                "{}: sf of quantile_upper({p:e}) = {x:e} is {above:e}",
                specimen.name
            );
            assert!(
                is_end || p <= from + slack,
                "{}: sf from quantile_upper({p:e}) = {x:e} is {from:e}",
                specimen.name
            );
        }
    }
}

#[test]
fn quantiles_ascend_and_stay_in_the_support() {
    for Specimen { name, law, .. } in &specimens() {
        let (low, high) = law.support();
        let mut last = low;
        let lower = (1..=200).map(|k| law.quantile(f64::from(k) / 400.0));
        let upper = (1..=199).rev().map(|k| law.quantile_upper(f64::from(k) / 400.0));
        for x in lower.chain(upper) {
            assert!(x >= last - 1e-15 * last.abs(), "{name}: {x:e} after {last:e}");
            assert!((low..=high).contains(&x), "{name}: {x:e} outside the support");
            last = x;
        }
        assert_eq!((law.quantile(0.0), law.quantile(1.0)), (low, high), "{name}");
        assert_eq!((law.quantile_upper(1.0), law.quantile_upper(0.0)), (low, high), "{name}");
    }
}

#[test]
fn both_sides_of_the_distribution_function_agree() {
    for Specimen { name, law, .. } in &specimens() {
        for k in 1..40 {
            let x = law.quantile(f64::from(k) / 40.0);
            assert!((law.cdf(x) + law.sf(x) - 1.0).abs() < 1e-13, "{name} at {x:e}");
            assert!((law.cdf_below(x) + law.sf_from(x) - 1.0).abs() < 1e-13, "{name} at {x:e}");
        }
        for outside in [f64::NEG_INFINITY, law.support().0 - 1e300] {
            assert_eq!(
                (law.cdf(outside), law.sf(outside), law.pdf(outside)),
                (0.0, 1.0, 0.0),
                "{name}"
            );
        }
        assert_eq!((law.cdf(f64::INFINITY), law.sf(f64::INFINITY)), (1.0, 0.0), "{name}");
        assert!(
            law.cdf(f64::NAN).is_nan()
                && law.quantile(f64::NAN).is_nan()
                && law.pdf(f64::NAN).is_nan(),
            "{name}"
        );
    }
}

#[test]
fn the_density_is_the_derivative() {
    for Specimen { name, law, .. } in &specimens() {
        if law.kind() != Kind::Continuous {
            continue;
        }
        for u in [0.02, 0.11, 0.31, 0.52, 0.73, 0.9, 0.98] {
            let (x, density) = (law.quantile(u), law.pdf(law.quantile(u)));
            let h = 1e-5 * u.min(1.0 - u) / density;
            // not across a kink, not where x has too few digits left
            if law.base() == x || x.abs() * 1e-10 > h {
                continue;
            }
            let slope = if u < 0.5 {
                (law.cdf(x + h) - law.cdf(x - h)) / (2.0 * h)
            } else {
                (law.sf(x - h) - law.sf(x + h)) / (2.0 * h)
            };
            assert!(
                (slope / density - 1.0).abs() < 1e-4,
                "{name} at {u}: density {density:e}, slope {slope:e}"
            );
        }
    }
}

#[test]
fn moments_are_those_of_the_quantiles() {
    for Specimen { name, law, .. } in &specimens() {
        let (mean, sd) = match law.kind() {
            // their quantiles bend too sharply for the quadrature
            Kind::Continuous
                if ["mixture", "trapezoidal", "histogram"]
                    .iter()
                    .any(|bent| name.contains(bent)) =>
            {
                continue;
            }
            Kind::Continuous => quadrature::moments(law, law.law().planned()),
            Kind::Discrete => {
                let atoms = law.atoms(10_000).expect("few atoms");
                let mut below = 0.0;
                let mut sums = (0.0, 0.0);
                let center = law.mean().unwrap();
                for atom in atoms {
                    let p = atom.cdf - below;
                    below = atom.cdf;
                    sums.0 += p * (atom.value - center);
                    sums.1 += p * (atom.value - center) * (atom.value - center);
                }
                (center + sums.0, libm::sqrt(sums.1))
            }
            Kind::Mixed => continue,
        };
        let (Some(stated), Some(spread)) = (law.mean(), law.sd()) else {
            assert!(name.contains("cauchy"), "{name} has moments");
            continue;
        };
        assert!(
            (mean - stated).abs() <= 1e-8 * spread + 1e-14 * stated.abs(),
            "{name}: mean {stated}, integral {mean}"
        );
        assert!((sd / spread - 1.0).abs() <= 1e-7, "{name}: sd {spread}, integral {sd}");
    }
}

#[test]
fn moments_of_mixtures_are_those_of_their_parts() {
    for Specimen { name, law, .. } in
        specimens().iter().filter(|specimen| specimen.name.starts_with("mixture"))
    {
        let n = 10_000;
        let values: Vec<f64> =
            (0..n).map(|k| law.quantile((f64::from(k) + 0.5) / f64::from(n))).collect();
        let mean = values.iter().sum::<f64>() / f64::from(n);
        let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(n);
        assert!((law.mean().unwrap() - mean).abs() < 1e-3, "{name}: {mean}");
        assert!((law.sd().unwrap() - libm::sqrt(variance)).abs() < 2e-3, "{name}: {variance}");
    }
}

#[test]
fn atoms_carry_the_distribution_function() {
    for Specimen { name, law, .. } in &specimens() {
        let Some(atoms) = law.atoms(10_000) else {
            assert_ne!(law.kind(), Kind::Discrete, "{name}");
            continue;
        };
        for pair in atoms.windows(2) {
            let is_ascending = pair[0].cdf < pair[1].cdf || pair[0].sf > pair[1].sf;
            assert!(pair[0].value < pair[1].value && is_ascending, "{name}: {pair:?}");
            let between = f64::midpoint(pair[0].value, pair[1].value);
            assert_eq!(
                (law.cdf(between), law.sf(between)),
                (pair[0].cdf, pair[0].sf),
                "{name}: {pair:?}"
            );
        }
        assert!(law.cdf_below(atoms[0].value) <= TABLE_TAIL, "{name}");
        assert!(atoms[atoms.len() - 1].sf <= TABLE_TAIL, "{name}");
    }
    assert_eq!(of("poisson", 0, &[5000.0]).atoms(100), None);
}

#[test]
fn every_parameter_must_be_finite() {
    for &family in Family::ALL {
        assert_eq!(Family::from_name(family.name()), Some(family));
        for (form, Form { parameters }) in family.forms().iter().enumerate() {
            for (index, parameter) in parameters.iter().enumerate() {
                for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                    let mut values = vec![1.0; parameters.len()];
                    values[index] = bad;
                    let error = build(family, form, &values).expect_err(family.name());
                    assert_eq!(error.parameter, index, "{}", family.name());
                    assert!(error.message.contains(parameter.name), "{}", error.message);
                }
            }
        }
    }
}

#[track_caller]
fn check_refused(name: &str, form: usize, values: &[f64], parameter: usize, message: &str) {
    let error = build(Family::from_name(name).expect(name), form, values).expect_err(name);
    assert_eq!((error.parameter, error.message.as_str()), (parameter, message));
}

#[test]
fn impossible_parameters_are_refused() {
    check_refused("normal", 0, &[0.0, -3.0], 1, "`sd` must not be negative, it is -3");
    check_refused("uniform", 0, &[5.0, 3.0], 0, "`low` must not exceed `high`, but 5 is above 3");
    check_refused("uniform", 0, &[-1e308, 1e308], 0, "`low` and `high` are too far apart");
    check_refused(
        "triangular",
        0,
        &[1.0, 0.5, 3.0],
        1,
        "`mode` must not be below `low`, but 0.5 is below 1",
    );
    check_refused(
        "pert",
        0,
        &[1.0, 4.0, 3.0, 4.0],
        1,
        "`mode` must not exceed `high`, but 4 is above 3",
    );
    check_refused("pert", 0, &[1.0, 2.0, 3.0, -1.0], 3, "`shape` must not be negative, it is -1");
    check_refused("lognormal", 0, &[0.0, 1.0], 0, "`mean` must be positive, it is 0");
    check_refused("lognormal", 1, &[0.0, -1.0], 1, "`sigma` must not be negative, it is -1");
    check_refused("beta", 0, &[0.0, 1.0, 0.0, 1.0], 0, "`alpha` must be positive, it is 0");
    check_refused(
        "beta",
        0,
        &[1.0, 1.0, 2.0, 1.0],
        2,
        "`low` must not exceed `high`, but 2 is above 1",
    );
    check_refused("gamma", 0, &[1.0, 0.0], 1, "`scale` must be positive, it is 0");
    check_refused("weibull", 0, &[-1.0, 1.0], 0, "`shape` must be positive, it is -1");
    check_refused("exponential", 0, &[0.0], 0, "`mean` must be positive, it is 0");
    check_refused("poisson", 0, &[-0.5], 0, "`mean` must not be negative, it is -0.5");
    check_refused("binomial", 0, &[2.5, 0.5], 0, "`n` must be a whole number, it is 2.5");
    let range = "`p` is a probability and must lie between 0 and 1, it is 30";
    check_refused("binomial", 0, &[2.0, 30.0], 1, range);
    check_refused("bernoulli", 0, &[30.0], 0, range);
    check_refused("pareto", 0, &[1.0, 0.0], 1, "`shape` must be positive, it is 0");
    check_refused("student_t", 0, &[3.0, 0.0, -1.0], 2, "`scale` must be positive, it is -1");
    check_refused("geometric", 0, &[0.0], 0, "`p` must be positive, it is 0");
    check_refused(
        "trapezoidal",
        0,
        &[0.0, 2.0, 1.0, 4.0],
        1,
        "`b` must not exceed `c`, but 2 is above 1",
    );
    let crowd = "`draws` must not exceed `population`, but 60 is above 50";
    check_refused("hypergeometric", 0, &[50.0, 20.0, 60.0], 2, crowd);
    check_refused("uniform_int", 0, &[0.0, 1.5], 1, "`high` must be a whole number, it is 1.5");
}

#[test]
fn no_spread_is_a_constant() {
    let cases: &[(&str, usize, &[f64], f64)] = &[
        ("uniform", 0, &[2.0, 2.0], 2.0),
        ("normal", 0, &[-4.0, 0.0], -4.0),
        ("lognormal", 0, &[3.0, 0.0], 3.0),
        ("lognormal", 1, &[0.0, 0.0], 1.0),
        ("triangular", 0, &[1.0, 1.0, 1.0], 1.0),
        ("pert", 0, &[1.0, 1.0, 1.0, 4.0], 1.0),
        ("beta", 0, &[2.0, 3.0, 5.0, 5.0], 5.0),
        ("poisson", 0, &[0.0], 0.0),
        ("binomial", 0, &[0.0, 0.5], 0.0),
        ("binomial", 0, &[7.0, 0.0], 0.0),
        ("binomial", 0, &[7.0, 1.0], 7.0),
        ("bernoulli", 0, &[1.0], 1.0),
        ("uniform_int", 0, &[3.0, 3.0], 3.0),
        ("negative_binomial", 0, &[3.0, 1.0], 0.0),
        ("geometric", 0, &[1.0], 0.0),
        ("hypergeometric", 0, &[10.0, 10.0, 4.0], 4.0),
        ("trapezoidal", 0, &[2.0, 2.0, 2.0, 2.0], 2.0),
    ];
    for &(name, form, values, value) in cases {
        let law = of(name, form, values);
        assert_eq!(law, constant(value).unwrap(), "{name}");
        assert_eq!(
            (law.quantile(0.3), law.mean(), law.sd(), law.base()),
            (value, Some(value), Some(0.0), value)
        );
        assert_eq!(
            (law.cdf(value), law.cdf_below(value), law.sf(value), law.sf_from(value)),
            (1.0, 0.0, 0.0, 1.0)
        );
    }
}

#[test]
fn the_base_is_the_number_of_a_plan() {
    let pert = of("pert", 0, &[8.0, 10.0, 15.0, 4.0]);
    let triangle = of("triangular", 0, &[1.0, 1.0, 4.0]);
    let normal = of("normal", 0, &[5.0, 2.0]);
    assert_eq!(pert.base(), 10.0);
    assert_eq!(affine(-2.0, 1.0, pert.clone()).unwrap().base(), -19.0);
    assert_eq!(triangle.base(), 1.0);
    assert_eq!(truncated(pert.clone(), Some(9.0), None).unwrap().base(), 10.0);
    let cut = truncated(pert.clone(), Some(11.0), None).unwrap();
    assert_eq!(cut.base(), cut.quantile(0.5));
    assert_eq!(normal.base(), 5.0);
    assert_eq!(mixture(vec![(1.0, normal), (2.0, pert), (2.0, triangle)]).unwrap().base(), 10.0);
}

#[test]
fn percentiles_pin_a_distribution() {
    for &family in Family::ALL {
        let points: &[(f64, f64)] = match family.pins() {
            0 => {
                assert!(!family.can_pin() && build_pinned(family, &[(0.5, 1.0)]).is_err());
                continue;
            }
            1 => &[(0.9, 3.0)],
            2 if matches!(family, Family::Beta | Family::Kumaraswamy) => &[(0.9, 0.8), (0.2, 0.3)],
            // not in order
            _ => &[(0.9, 12.0), (0.2, 3.0)],
        };
        let law = build_pinned(family, points).unwrap();
        for &(p, x) in points {
            assert!((law.cdf(x) / p - 1.0).abs() < 1e-13, "{}: {}", family.name(), law.cdf(x));
        }
        let error =
            build_pinned(family, &[(0.1, 1.0), (0.2, 2.0), (0.3, 3.0)]).expect_err(family.name());
        assert_eq!(error.parameter, family.pins());
        if family.pins() == 2 {
            let error = build_pinned(family, &[(0.05, 4.0), (0.95, 3.0)]).expect_err(family.name());
            assert_eq!(
                (error.parameter, &*error.message),
                (1, "`p5` must not exceed `p95`, but 4 is above 3")
            );
            assert_eq!(
                build_pinned(family, &[(0.05, 4.0), (0.95, 4.0)]),
                constant(4.0),
                "{}",
                family.name()
            );
        }
    }
}

#[test]
fn a_range_is_a_lognormal_with_these_percentiles() {
    let law = range(1e8, 1e9, 0.9).unwrap();
    assert!((law.cdf(1e8) / 0.05 - 1.0).abs() < 1e-13 && (law.sf(1e9) / 0.05 - 1.0).abs() < 1e-13);
    assert!((law.base() / 316_227_766.016_837_93 - 1.0).abs() < 1e-15);
    let error = range(-1.0, 5.0, 0.8).unwrap_err();
    assert_eq!(error.parameter, 0);
    assert_eq!(error.help.as_deref(), Some("write `normal(p10 =, p90 =)`"));
    assert_eq!(range(5.0, 1.0, 0.8).unwrap_err().message, "a range must ascend, but 5 is above 1");
    assert_eq!(range(1.0, 5.0, 1.0).unwrap_err().parameter, 2);
    assert_eq!(range(2.0, 2.0, 0.9), constant(2.0));
}

#[test]
fn weights_are_relative_and_checked() {
    let law = discrete(&[(10.0, 30.0), (20.0, 0.0), (5.0, 10.0)]).unwrap();
    assert_eq!((law.cdf(5.0), law.mean(), law.support()), (0.25, Some(8.75), (5.0, 10.0)));
    // smallest value with at least that probability at or below it
    assert_eq!((law.quantile(0.25), law.quantile(0.25_f64.next_up())), (5.0, 10.0));
    assert_eq!(affine(-1.0, 0.0, law).unwrap().quantile(0.75), -10.0);
    assert_eq!(
        discrete(&[(1.0, 0.0), (2.0, 0.0)]).unwrap_err().message,
        "the weights must not all be zero"
    );
    assert_eq!(discrete(&[(1.0, 1.0), (2.0, -1.0)]).unwrap_err().parameter, 1);
    assert_eq!(mixture(vec![]).unwrap_err().parameter, 0);
    assert_eq!(discrete(&[(4.0, 0.1), (4.0, 3.0)]), constant(4.0));
}

#[test]
fn windows_are_checked() {
    let uniform = of("uniform", 0, &[0.0, 1.0]);
    let count = of("poisson", 0, &[2.0]);
    assert_eq!(
        truncated(uniform.clone(), Some(0.8), Some(0.2)).unwrap_err().message,
        "`low` must not exceed `high`, but 0.8 is above 0.2"
    );
    assert_eq!(truncated(uniform.clone(), Some(2.0), None).unwrap_err().parameter, 1);
    assert_eq!(truncated(uniform.clone(), None, Some(-2.0)).unwrap_err().parameter, 2);
    assert_eq!(truncated(uniform.clone(), Some(-5.0), Some(1.0)).unwrap(), uniform);
    assert!(truncated(count.clone(), Some(2.2), Some(2.8)).is_err());
    assert_eq!(truncated(count, Some(2.2), Some(3.8)), constant(3.0));
}

#[test]
fn mixtures_invert_atoms_exactly() {
    let law =
        mixture(vec![(0.5, constant(0.1).unwrap()), (0.5, of("uniform", 0, &[0.0, 1.0]))]).unwrap();
    // cdf rises to 0.05 before the atom, and to 0.55 with it
    for u in [0.051, 0.2, 0.5, 0.549] {
        assert_eq!(law.quantile(u), 0.1);
    }
    assert!((law.quantile(0.04) - 0.08).abs() < 1e-15 && (law.quantile(0.56) - 0.12).abs() < 1e-15);
    assert_eq!((law.kind(), law.mean(), law.base()), (Kind::Mixed, Some(0.3), 0.1));
}
