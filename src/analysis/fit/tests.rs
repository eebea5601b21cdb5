//! Likelihoods and distances against SciPy 1.16, estimates and errors against closed forms and generated data.

use super::*;
use crate::distribution::build;

const POSITIVE: [f64; 40] = [
    1.02, 1.461, 1.63, 1.575, 1.44, 1.371, 1.449, 1.711, 2.145, 2.624, 2.911, 2.849, 2.543, 2.237,
    2.109, 2.239, 2.65, 3.281, 3.899, 4.163, 3.94, 3.459, 3.061, 2.955, 3.226, 3.89, 4.818, 5.63,
    5.869, 5.465, 4.814, 4.374, 4.408, 5.044, 6.321, 8.035, 9.58, 10.334, 10.45, 11.564,
];
const LINE: [f64; 40] = [
    -9.641, -6.525, -5.031, -4.265, -4.087, -3.96, -3.477, -2.855, -2.587, -2.708, -2.735, -2.346,
    -1.838, -1.693, -1.889, -1.924, -1.535, -1.074, -1.0, -1.22, -1.223, -0.809, -0.374, -0.344,
    -0.559, -0.506, -0.048, 0.38, 0.395, 0.22, 0.367, 0.908, 1.378, 1.453, 1.424, 1.807, 2.642,
    3.526, 4.427, 7.091,
];
const UNIT: [f64; 40] = [
    0.0406, 0.0594, 0.0831, 0.0879, 0.1126, 0.1106, 0.1378, 0.1313, 0.1605, 0.1514, 0.1814, 0.1715,
    0.2009, 0.192, 0.2196, 0.2133, 0.2376, 0.2353, 0.2554, 0.2583, 0.2734, 0.2821, 0.2921, 0.307,
    0.3121, 0.333, 0.3338, 0.3603, 0.3581, 0.3894, 0.3859, 0.4212, 0.4186, 0.4573, 0.4585, 0.5011,
    0.5108, 0.5613, 0.5926, 0.6863,
];

/// Family, estimates, ln L, KS, A²; the last two are NaN where they were not computed.
type Reference = (&'static str, &'static [f64], f64, f64, f64);

/// From scipy.stats: `logpdf` maximized by Nelder and Mead to 1e-13, `kstest`, and A² by its formula. Laws with ends
/// beyond the data, chi-square and Kumaraswamy (which SciPy lacks): the same maxima by mpmath at 40 digits, of triangles
/// the best of those with a mode at each datum.
const OF_POSITIVE: &[Reference] = &[
    ("normal", &[4.0636, 2.6441004], -95.650777847, 0.148183436, 1.949713966),
    ("lognormal", &[1.2148071, 0.60718239], -85.392781483, 0.06782893858, 0.2368510317),
    ("exponential", &[4.0636], -96.0827712094, 0.2613663704, 3.233442961),
    ("gamma", &[2.8256727, 1.4381], -86.9154619397, 0.08236965198, 0.5205875055),
    ("weibull", &[1.6721776, 4.5874184], -88.6625786488, 0.09927765879, 0.7869880051),
    ("rayleigh", &[3.4281272], -89.9688462423, 0.1575453924, 1.778648399),
    ("inverse_gaussian", &[4.0636, 9.3219214], -84.9985893934, 0.06697769325, 0.219487636),
    ("loglogistic", &[3.3276983, 2.8220804], -86.326004736, 0.06729562558, 0.2390486027),
    ("frechet", &[1.8184518, 2.5016897], -86.3372188689, 0.08884181339, 0.3972779084),
    ("pareto", &[1.02, 0.8368169835840267], -95.718277773497, f64::NAN, f64::NAN),
    ("chi_square", &[4.3218572133], -87.818360318038, 0.098481884307, 0.71409819091),
    ("triangular", &[1.02, 1.02, 12.2531073795], -85.921481051988, f64::NAN, f64::NAN),
    ("pert", &[1.02, 1.02, 19.3950542385], -84.00577772939, f64::NAN, f64::NAN),
];
const OF_LINE: &[Reference] = &[
    ("normal", &[-1.005875, 2.9179886], -99.5933224489, 0.09058439951, 0.3820407011),
    ("logistic", &[-0.99867383, 1.5486545], -98.160190893, 0.06406578436, 0.1341449174),
    ("cauchy", &[-1.0008052, 1.4427716], -101.644335138, 0.05942715258, 0.3376893306),
    (
        "student_t",
        &[3.7502117, -0.9985494, 2.1127832],
        -97.9189807625,
        0.04890822887,
        0.07571190578,
    ),
    ("gumbel", &[-2.4905682, 3.2177001], -105.203250239, 0.1513054485, 1.497818649),
    ("gev", &[-2.0671591, 3.0178208, -0.25774381], -100.45288319, 0.1047668381, 0.589496632),
    ("laplace", &[-1.037, 2.124775], -97.87252379909808, f64::NAN, f64::NAN),
    ("uniform", &[-9.641, 7.091], -112.69292214319807, f64::NAN, f64::NAN),
    (
        "triangular",
        &[-10.2248615437, -1.0, 7.71655534476],
        -102.59299512433,
        0.153172406975,
        1.46104606337,
    ),
    (
        "pert",
        &[-10.8387797054, -0.846503561794, 8.07990064291],
        -103.51034067409,
        0.144999187804,
        1.50070694739,
    ),
];
const OF_UNIT: &[Reference] = &[
    ("beta", &[2.2448489, 5.5748392], 20.8570878479, 0.02948320847, 0.04816620558),
    ("kumaraswamy", &[1.80120114617, 6.83224248826], 20.697072971117, 0.036512117, 0.066121036531),
    ("triangular", &[0.0406, 0.0406, 0.741265783319], 21.118018092482, f64::NAN, f64::NAN),
    (
        "pert",
        &[0.0268418922741, 0.190679511415, 0.920293717292],
        21.190558800456,
        0.032055553074,
        0.05699828626,
    ),
];

fn one(values: &[f64], family: &str) -> Fit {
    let fits = fit(values, &[family]).expect("values that vary");
    fits.fits.into_iter().next().unwrap_or_else(|| panic!("{family}: {:?}", fits.inapplicable))
}

#[track_caller]
fn close(what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance * expected.abs().max(1e-3),
        "{what}: {found} instead of {expected}"
    );
}

#[test]
fn likelihoods_and_distances_agree_with_scipy() {
    for (values, references) in [(&POSITIVE, OF_POSITIVE), (&LINE, OF_LINE), (&UNIT, OF_UNIT)] {
        for &(family, estimates, log_likelihood, ks, ad) in references {
            let fit = one(values, family);
            close(family, fit.log_likelihood.expect("a likelihood"), log_likelihood, 1e-10);
            for (found, &expected) in fit.parameters.iter().zip(estimates) {
                close(&format!("{family} {}", found.name), found.value, expected, 1e-6);
            }
            if !ks.is_nan() {
                close(&format!("{family} ks"), fit.ks.expect("a distance"), ks, 1e-5);
                close(&format!("{family} ad"), fit.ad.expect("a distance"), ad, 1e-4);
            }
        }
    }
}

#[test]
fn errors_are_those_of_the_closed_forms() {
    let n = POSITIVE.len() as f64;
    type Errors = fn(&[f64], f64) -> Vec<f64>;
    let expected: [(&str, Errors); 5] = [
        ("normal", |p, n| vec![p[1] / n.sqrt(), p[1] / (2.0 * n).sqrt()]),
        ("lognormal", |p, n| vec![p[1] / n.sqrt(), p[1] / (2.0 * n).sqrt()]),
        ("exponential", |p, n| vec![p[0] / n.sqrt()]),
        ("rayleigh", |p, n| vec![p[0] / (4.0 * n).sqrt()]),
        ("inverse_gaussian", |p, n| {
            vec![(p[0] * p[0] * p[0] / p[1] / n).sqrt(), p[1] * (2.0 / n).sqrt()]
        }),
    ];
    for (family, errors) in expected {
        let fit = one(&POSITIVE, family);
        let values: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.value).collect();
        for (parameter, expected) in fit.parameters.iter().zip(errors(&values, n)) {
            close(family, parameter.se.expect("regular"), expected, 1e-7);
        }
    }
}

/// Numbers in (0, 1) of a Weyl sequence, shuffled by nothing: `n` of them fill the interval as random ones would not,
/// so that estimates are closer to the truth than their errors.
fn draws(family: Family, form: usize, parameters: &[f64], n: u32) -> Vec<f64> {
    let law = build(family, form, parameters).expect("valid parameters");
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    (0..n)
        .map(|_| {
            // SplitMix64 (G. Steele et al., 2014).
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            law.quantile(((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0 + 1e-17)
        })
        .collect()
}

use crate::distribution::Family;

#[test]
fn known_parameters_are_recovered_within_their_errors() {
    let cases: &[(&str, Family, usize, &[f64])] = &[
        ("normal", Family::Normal, 0, &[1e6, 3.0]),
        ("lognormal", Family::LogNormal, 1, &[12.0, 0.8]),
        ("exponential", Family::Exponential, 0, &[3e-7]),
        ("gamma", Family::Gamma, 0, &[0.7, 5e8]),
        ("weibull", Family::Weibull, 0, &[0.6, 40.0]),
        ("rayleigh", Family::Rayleigh, 0, &[2.0]),
        ("inverse_gaussian", Family::InverseGaussian, 0, &[2.0, 5.0]),
        ("loglogistic", Family::LogLogistic, 0, &[30.0, 1.5]),
        ("logistic", Family::Logistic, 0, &[-5.0, 2.0]),
        ("laplace", Family::Laplace, 0, &[100.0, 7.0]),
        ("cauchy", Family::Cauchy, 0, &[-3.0, 0.2]),
        ("student_t", Family::StudentT, 0, &[4.0, 10.0, 3.0]),
        ("gumbel", Family::Gumbel, 0, &[5.0, 2.0]),
        ("frechet", Family::Frechet, 0, &[2.5, 3.0]),
        ("chi_square", Family::ChiSquare, 0, &[3.5]),
        ("kumaraswamy", Family::Kumaraswamy, 0, &[2.0, 5.0]),
        ("gev", Family::Gev, 0, &[10.0, 2.0, 0.3]),
        ("gev", Family::Gev, 0, &[10.0, 2.0, -0.2]),
    ];
    for &(name, family, form, parameters) in cases {
        let fit = one(&draws(family, form, parameters, 2000), name);
        for (found, &truth) in fit.parameters.iter().zip(parameters) {
            let se = found.se.expect("a regular parameter");
            assert!(
                (found.value - truth).abs() < 3.5 * se && se < 0.2 * truth.abs().max(1.0),
                "{name} {}: {} ± {se} instead of {truth}",
                found.name,
                found.value
            );
        }
    }
}

#[test]
fn ends_beyond_the_data_are_found() {
    for (name, family, parameters) in [
        ("triangular", Family::Triangular, &[2.0, 3.0, 8.0][..]),
        ("triangular", Family::Triangular, &[-5.0, -5.0, 1.0]),
        ("pert", Family::Pert, &[10.0, 13.0, 20.0, 4.0]),
        ("pert", Family::Pert, &[0.0, 1e6, 1.2e6, 4.0]),
    ] {
        let fit = one(&draws(family, 0, parameters, 4000), name);
        let width = parameters[2] - parameters[0];
        for (found, &truth) in fit.parameters.iter().zip(parameters) {
            let error = (found.value - truth).abs() / width;
            assert!(error < 0.04, "{name} {}: {} instead of {truth}", found.name, found.value);
            assert_eq!(found.se, None);
        }
        assert_eq!(fit.covariance, None);
    }
}

#[test]
fn fits_follow_the_unit_of_the_data() {
    let large: Vec<f64> = POSITIVE.iter().map(|x| x * 1e9).collect();
    for family in families().filter(|&family| ![SAMPLE, "beta", "chi_square"].contains(&family)) {
        let Some(small_fit) = fit(&POSITIVE, &[family]).expect("values").fits.pop() else {
            continue;
        };
        let fit = one(&large, family);
        close(family, fit.ks.expect("a distance"), small_fit.ks.expect("a distance"), 1e-6);
        for (a, b) in fit.parameters.iter().zip(&small_fit.parameters) {
            let factor = if a.coordinate.is_quantity() { 1e9 } else { 1.0 };
            if a.coordinate != Coordinate::LogLocation {
                close(&format!("{family} {}", a.name), a.value, b.value * factor, 1e-6);
            }
        }
    }
}

#[test]
fn the_best_comes_first_and_the_data_last() {
    let all: Vec<&str> = families().collect();
    let fits = fit(&POSITIVE, &all).expect("values that vary");
    let aic: Vec<f64> = fits.fits.iter().filter_map(|fit| fit.aic).collect();
    assert!(aic.is_sorted());
    assert_eq!(fits.fits[0].family, "inverse_gaussian");
    assert_eq!(fits.fits.last().map(|fit| fit.family), Some(SAMPLE));
    assert_eq!(fits.fits.len() + fits.inapplicable.len(), all.len());
}

#[test]
fn what_data_rule_out_is_told() {
    let reasons = |values: &[f64], family: &str| {
        let fits = fit(values, &[family]).expect("values that vary");
        fits.inapplicable.into_iter().map(|found| found.reason).collect::<Vec<_>>().concat()
    };
    assert!(reasons(&LINE, "lognormal").contains("above 0, and the smallest here is -9.641"));
    assert!(reasons(&LINE, "exponential").contains("not negative"));
    assert!(reasons(&POSITIVE, "beta").contains("between 0 and 1"));
    let normal: Vec<f64> = draws(Family::Uniform, 0, &[0.0, 1.0], 500);
    assert!(reasons(&normal, "student_t").contains("normal"));
}

#[test]
fn there_may_be_nothing_to_fit() {
    assert_eq!(fit(&[1.0, 2.0], &["normal"]), Err(FitError::TooFew(2)));
    assert_eq!(fit(&[3.0; 9], &["normal"]), Err(FitError::Constant(3.0)));
    assert_eq!(fit(&[1.0, 2.0, 3.0, 4.0, f64::NAN], &["normal"]), Err(FitError::NotFinite));
}

#[test]
fn columns_are_read_as_samples_are() {
    let read = |text: &str, name: Option<&str>| column(text.as_bytes(), name);
    let found = read("day, usd\n1, 4_000\n2,3e3\n", Some("usd")).expect("two numbers");
    assert_eq!(found.values, [4000.0, 3000.0]);
    assert_eq!(read("usd\n1\n2\n", None).expect("one column").name, "usd");
    for (text, name, message) in [
        ("a,b\n1,2\n", None, "several columns"),
        ("a,b\n1,2\n", Some("c"), "no column `c`"),
        ("a\n1\nx\n", Some("a"), "`x` in line 3"),
        ("a,b\n1,\n", Some("b"), "no `b` in line 2"),
        ("a\n", Some("a"), "no rows"),
        ("1\n2\n", None, "where its head"),
        ("", None, "empty"),
    ] {
        let error = read(text, name).expect_err(text);
        assert!(error.message.contains(message), "{text:?}: {}", error.message);
    }
}
