//! Metalogs and histograms: against references, and what is refused.

use super::*;

const TRIPLE: [(f64, f64); 3] = [(0.1, 3.0), (0.5, 5.0), (0.9, 12.0)];

#[track_caller]
fn check_close(computed: f64, reference: f64) {
    let error = (computed - reference).abs();
    assert!(error <= 2e-13 * reference.abs(), "{computed} instead of {reference}");
}

/// Quantiles at 1 %, 30 %, 95 % and 2⁻⁵³, mean and standard deviation: 250 digits with mpmath 1.3.
#[track_caller]
fn check_metalog(
    points: &[(f64, f64)],
    low: Option<f64>,
    high: Option<f64>,
    [q1, q30, q95, least, mean, sd]: [f64; 6],
) {
    let law = quantiles(points, low, high).unwrap();
    for &(p, x) in points {
        check_close(law.quantile(p), x);
        check_close(law.cdf(x), p);
    }
    check_close(law.quantile(0.01), q1);
    check_close(law.quantile(0.3), q30);
    check_close(law.quantile_upper(0.05), q95);
    check_close(law.quantile(1.0 / (1_u64 << 53) as f64), least);
    check_close(law.mean().unwrap(), mean);
    check_close(law.sd().unwrap(), sd);
}

#[test]
fn metalogs_match_references() {
    check_metalog(
        &TRIPLE,
        None,
        None,
        [
            1.993_714_319_099_526,
            3.746_728_907_612_688_6,
            14.799_275_985_369_56,
            -17.989_502_895_759_99,
            6.422_248_791_604_433,
            4.085_550_850_570_478,
        ],
    );
    check_metalog(
        &TRIPLE,
        Some(0.0),
        None,
        [
            1.871_845_088_472_657_4,
            3.964_179_062_253_579,
            16.662_646_750_166_12,
            0.002_092_712_496_508_665_4,
            6.920_073_896_415_07,
            9.229_032_539_111_566,
        ],
    );
    check_metalog(
        &[(0.1, 3.0), (0.5, 9.0), (0.9, 12.0)],
        None,
        Some(20.0),
        [
            -8.100_401_262_273_481,
            7.135_171_923_328_591,
            12.750_501_596_820_332,
            -20_323.103_379_737_084,
            8.007_490_390_614_855,
            4.469_069_441_615_742,
        ],
    );
    check_metalog(
        &TRIPLE,
        Some(0.0),
        Some(20.0),
        [
            1.951_551_545_908_123,
            3.869_608_075_379_270_8,
            14.580_438_668_413_42,
            0.000_985_693_065_394_976_3,
            6.321_042_302_263_428,
            3.715_544_328_561_169_3,
        ],
    );
    let five = [(0.05, 1.0), (0.25, 2.0), (0.5, 3.0), (0.75, 5.0), (0.95, 12.0)];
    check_metalog(
        &five,
        None,
        None,
        [
            0.079_503_127_470_237_59,
            2.184_182_754_454_782_5,
            12.0,
            -23.401_323_797_191_022,
            4.244_749_452_558_828,
            3.907_625_964_975_591,
        ],
    );
    check_metalog(
        &[(0.9, 12.0), (0.1, 3.0)],
        None,
        None,
        [
            -1.910_981_261_949_310_7,
            5.764_701_564_386_8,
            13.530_323_683_304_346,
            -67.738_373_113_396_29,
            7.5,
            3.714_730_493_752_808_7,
        ],
    );
}

#[test]
fn three_percentiles_have_a_metalog_just_where_keelin_says() {
    // k = (1 − 1.66711 (1/2 − 0.1)) / 2 of the range, from either end
    let k = 0.5 * (1.0 - 1.667_113_119_201_929_5 * 0.4);
    for (share, is_feasible) in
        [(k * 0.999, false), (k * 1.001, true), (1.0 - k * 1.001, true), (1.0 - k * 0.999, false)]
    {
        let points = [(0.1, 10.0), (0.5, 10.0 + 90.0 * share), (0.9, 100.0)];
        let built = quantiles(&points, None, None);
        assert_eq!(built.is_ok(), is_feasible, "p50 at {share} of the range: {built:?}");
    }
    // the slope of the general case, by looking: the same border
    for (share, is_feasible) in [(k * 0.999, false), (k * 1.001, true)] {
        let three = quantiles(&[(0.1, 0.0), (0.5, share), (0.9, 1.0)], None, None);
        assert_eq!(three.is_ok(), is_feasible);
    }
}

#[test]
fn heavy_tails_of_metalogs_have_no_moments() {
    let law = quantiles(&[(0.1, 1.0), (0.5, 10.0), (0.9, 300.0)], Some(0.0), None).unwrap();
    assert_eq!((law.mean(), law.sd()), (None, None));
    let cut = truncated(law, None, Some(1e4)).unwrap();
    assert!(cut.mean().is_some_and(|mean| (10.0..1e4).contains(&mean)));
}

#[track_caller]
fn check_refused(
    built: Result<Distribution, ParameterError>,
    parameter: usize,
    message: &str,
    help: Option<&str>,
) {
    let error = built.unwrap_err();
    assert_eq!(
        (error.parameter, &*error.message, error.help.as_deref()),
        (parameter, message, help)
    );
}

#[test]
fn impossible_percentiles_are_refused_with_a_reason() {
    check_refused(
        quantiles(&[(0.1, 3.0), (0.5, 4.0), (0.9, 12.0)], None, None),
        1,
        "`p50` lies too far to one side of `p10` and `p90` for a smooth distribution, it is 4",
        Some("with p10 = 3 and p90 = 12 a metalog needs `p50` between 4.5 and 10.5"),
    );
    let six = [(0.05, 1.0), (0.2, 1.1), (0.4, 5.0), (0.5, 5.1), (0.8, 9.0), (0.9, 9.05)];
    let error = quantiles(&six, None, None).unwrap_err();
    assert!(error.message.starts_with("the curve through these percentiles would fall"), "{error}");
    let ends = (Some(0.0), Some(10.0));
    check_refused(
        quantiles(&TRIPLE, ends.0, ends.1),
        2,
        "`p90` must lie below `high`, but 12 is not below 10",
        None,
    );
    check_refused(
        quantiles(&TRIPLE, Some(20.0), Some(1.0)),
        3,
        "`low` must be below `high`, but 20 is not below 1",
        None,
    );
    check_refused(
        quantiles(&[(0.1, 3.0), (0.5, 2.0)], None, None),
        1,
        "`p10` must not exceed `p50`, but 3 is above 2",
        None,
    );
    assert_eq!(quantiles(&[(0.1, 3.0), (0.5, 3.0)], None, None), constant(3.0));
}

#[test]
fn a_histogram_is_uniform_in_its_bins() {
    let law = histogram(&[0.0, 10.0, 30.0, 40.0, 50.0], &[1.0, 2.0, 0.0, 1.0]).unwrap();
    assert_eq!(
        [0.125, 0.25, 0.5, 0.75, 0.875].map(|u| law.quantile(u)),
        [5.0, 10.0, 20.0, 30.0, 45.0]
    );
    assert_eq!([0.875, 0.5, 0.25, 0.125].map(|q| law.quantile_upper(q)), [5.0, 20.0, 30.0, 45.0]);
    assert_eq!([-1.0, 5.0, 35.0, 45.0].map(|x| law.cdf(x)), [0.0, 0.125, 0.75, 0.875]);
    assert_eq!(law.pdf(35.0), 0.0);
    // (5 + 2·20 + 45) / 4
    assert_eq!(law.mean(), Some(22.5));
    let variance: f64 = (17.5 * 17.5 + 100.0 / 12.0) / 4.0 * 1.0
        + (2.5 * 2.5 + 400.0 / 12.0) / 2.0
        + (22.5 * 22.5 + 100.0 / 12.0) / 4.0;
    check_close(law.sd().unwrap(), variance.sqrt());
    // ends of no weight are no part of it
    assert_eq!(histogram(&[0.0, 1.0, 2.0, 3.0], &[0.0, 5.0, 0.0]).unwrap().support(), (1.0, 2.0));
    check_refused(
        histogram(&[0.0, 2.0, 2.0], &[1.0, 1.0]),
        2,
        "edges must ascend, but 2 is not above 2",
        None,
    );
    check_refused(
        histogram(&[0.0, 1.0, 2.0], &[1.0, -1.0]),
        4,
        "a weight must not be negative, it is -1",
        None,
    );
    assert_eq!(histogram(&[0.0, 1.0, 2.0], &[0.0, 0.0]).unwrap_err().parameter, 5);
}
