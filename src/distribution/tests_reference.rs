//! Distributions against values from elsewhere: mpmath in 40 digits, SciPy.

use super::tests::of;
use super::{Distribution, truncated};

#[track_caller]
fn check_close(computed: f64, reference: f64) {
    assert!((computed / reference - 1.0).abs() < 4e-14, "{computed:e} instead of {reference:e}");
}

/// Computed in 40 digits with mpmath 1.3; the truncated normal also with SciPy 1.16.
#[test]
fn reference_values() {
    let tail = 1.0 / (1_u64 << 53) as f64;
    check_close(of("gamma", 0, &[0.25, 1.0]).quantile(tail), 1.025_475_417_719_273_8e-64);
    check_close(of("gamma", 0, &[0.25, 1.0]).quantile_upper(tail), 32.808_783_835_930_82);
    check_close(of("gamma", 0, &[4.0, 1.0]).quantile(tail), 2.272_087_764_211_592_3e-4);
    check_close(of("gamma", 0, &[4.0, 1.0]).quantile_upper(0.125), 6.318_033_877_780_544);
    check_close(of("gamma", 0, &[150.0, 1.0]).quantile(tail), 70.340_009_829_684_2);
    check_close(of("gamma", 0, &[150.0, 1.0]).quantile_upper(tail), 273.693_666_281_283_6);
    check_close(of("beta", 0, &[0.5, 0.5, 0.0, 1.0]).quantile(tail), 3.041_306_664_850_247e-32);
    check_close(of("beta", 0, &[2.0, 5.0, 0.0, 1.0]).quantile(0.125), 0.105_375_579_462_954_07);
    check_close(of("beta", 0, &[5.0, 2.0, 0.0, 1.0]).quantile(0.125), 0.515_897_979_690_697);
    check_close(of("beta", 0, &[4.0, 76.0, 0.0, 1.0]).quantile(tail), 2.932_027_001_149_755e-6);
    check_close(of("beta", 0, &[300.0, 200.0, 0.0, 1.0]).quantile(tail), 0.417_335_076_540_459_5);
    check_close(of("poisson", 0, &[10.0]).cdf(4.0), 0.029_252_688_076_961_07);
    check_close(of("poisson", 0, &[10.0]).sf(25.0), 1.768_027_241_747_102_3e-5);
    check_close(of("binomial", 0, &[20.0, 0.3]).cdf(3.0), 0.107_086_804_503_731_02);
    check_close(of("binomial", 0, &[20.0, 0.3]).sf(15.0), 5.550_253_078_298_757e-6);
    check_close(of("weibull", 0, &[1.5, 1.0]).mean().unwrap(), 0.902_745_292_950_933_6);
    check_close(of("weibull", 0, &[1.5, 1.0]).sd().unwrap(), 0.612_935_791_754_676_4);
    check_close(of("hypergeometric", 0, &[50.0, 20.0, 10.0]).cdf(2.0), 0.139_038_657_380_906_97);
    check_close(of("hypergeometric", 0, &[50.0, 20.0, 10.0]).sf(7.0), 5.842_959_566_193_29e-3);
    check_close(of("negative_binomial", 0, &[3.0, 0.2]).cdf(5.0), 0.203_082_24);
    check_close(of("geometric", 0, &[0.3]).cdf(3.0), 0.7599);
    let normal = of("normal", 0, &[0.0, 1.0]);
    let half = truncated(normal.clone(), Some(0.0), Some(1.0)).unwrap();
    check_close(half.mean().unwrap(), 0.459_862_229_286_426_5);
    check_close(half.sd().unwrap(), 0.282_226_548_801_687_5);
    check_close(half.quantile(0.25), 0.215_563_990_886_238_54);
    check_close(
        truncated(normal, Some(8.0), Some(9.0)).unwrap().quantile(0.25),
        8.035_339_621_905_017,
    );
}

#[test]
fn moments_that_do_not_exist_are_none() {
    let heavy: &[(&str, &[f64], bool)] = &[
        ("pareto", &[1.0, 1.0], false),
        ("pareto", &[1.0, 2.0], true),
        ("student_t", &[1.0, 0.0, 1.0], false),
        ("student_t", &[2.0, 0.0, 1.0], true),
        ("cauchy", &[0.0, 1.0], false),
        ("loglogistic", &[1.0, 2.0], true),
        ("frechet", &[1.0, 1.0], false),
        ("gev", &[0.0, 1.0, 1.0], false),
        ("gev", &[0.0, 1.0, 0.5], true),
    ];
    for &(name, values, has_mean) in heavy {
        let law = of(name, 0, values);
        assert_eq!(
            (law.mean().is_some(), law.sd().is_some()),
            (has_mean, false),
            "{name}{values:?}"
        );
        let (low, high) = (law.quantile(0.1), law.quantile(0.9));
        let cut = truncated(law, Some(low), Some(high)).unwrap();
        assert!(
            cut.mean().is_some_and(|mean| low < mean && mean < high),
            "{name}{values:?} in a window"
        );
    }
}

/// A quantile, mean and standard deviation by SciPy 1.17.
#[test]
fn further_families_match_scipy() {
    let cases: &[(&str, &[f64], f64, [f64; 3])] = &[
        ("pareto", &[1.0, 3.0], 0.3, [1.126_247_880_443_606, 1.5, 0.866_025_403_784_438_4]),
        (
            "student_t",
            &[3.0, 0.0, 1.0],
            0.01,
            [-4.540_702_858_568_133_5, 0.0, 1.732_050_807_568_877_2],
        ),
        ("logistic", &[0.0, 1.0], 0.01, [-4.595_119_850_134_59, 0.0, 1.813_799_364_234_217_8]),
        (
            "gumbel",
            &[0.0, 1.0],
            0.01,
            [-1.527_179_625_807_901, 0.577_215_664_901_532_9, 1.282_549_830_161_864],
        ),
        ("laplace", &[0.0, 1.0], 0.01, [-3.912_023_005_428_146, 0.0, std::f64::consts::SQRT_2]),
        (
            "rayleigh",
            &[3.0],
            0.3,
            [2.533_801_292_701_775, 3.759_942_411_946_500_6, 1.965_409_132_686_100_7],
        ),
        ("chi_square", &[10.0], 0.3, [7.267_218_165_927_605, 10.0, 4.472_135_954_999_58]),
        (
            "loglogistic",
            &[2.0, 3.5],
            0.3,
            [1.569_978_739_568_123_3, 2.296_141_614_027_059_4, 1.446_784_060_077_286],
        ),
        (
            "frechet",
            &[3.0, 1.0],
            0.3,
            [0.939_999_828_384_81, 1.354_117_939_426_400_5, 0.919_403_687_632_014_4],
        ),
        (
            "gev",
            &[0.0, 1.0, 0.2],
            0.3,
            [-0.182_223_277_958_826, 0.821_148_568_626_516_4, 1.828_670_435_671_196],
        ),
        ("trapezoidal", &[0.0, 1.0, 2.0, 4.0], 0.3, [1.25, 1.8, 0.852_447_456_836_294_7]),
        (
            "inverse_gaussian",
            &[1.0, 2.0],
            0.3,
            [0.570_399_933_736_339_3, 1.0, std::f64::consts::FRAC_1_SQRT_2],
        ),
    ];
    for &(name, values, u, [quantile, mean, sd]) in cases {
        let law = of(name, 0, values);
        let is_close = |computed: f64, reference: f64| {
            (computed - reference).abs() <= 1e-13 * reference.abs().max(1.0)
        };
        assert!(is_close(law.quantile(u), quantile), "{name}: quantile {}", law.quantile(u));
        assert!(is_close(law.mean().unwrap(), mean), "{name}: mean {:?}", law.mean());
        assert!(is_close(law.sd().unwrap(), sd), "{name}: sd {:?}", law.sd());
    }
    assert!((of("cauchy", 0, &[0.0, 1.0]).quantile(0.01) + 31.820_515_953_773_956).abs() < 1e-12);
}

#[test]
fn counts_match_scipy() {
    let ppf = |law: &Distribution| [1e-9, 0.05, 0.5, 0.95].map(|u| law.quantile(u));
    let poisson = of("poisson", 0, &[10.0]);
    assert_eq!(ppf(&poisson), [0.0, 5.0, 10.0, 15.0]);
    assert_eq!(poisson.quantile_upper(1.0 / (1_u64 << 53) as f64), 45.0);
    assert_eq!(of("poisson", 0, &[1e6]).quantile(0.05), 998_355.0);
    let binomial = of("binomial", 0, &[20.0, 0.3]);
    assert_eq!(ppf(&binomial), [0.0, 3.0, 6.0, 9.0]);
    assert_eq!(binomial.quantile_upper(1e-9), 19.0);
}
