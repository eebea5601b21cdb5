//! Percentiles read from the histogram against sorted values, for thirty shapes; what a result means, over
//! repetitions and against closed forms. (Tests.)

use super::interval::{Z, quantile_rank, quantile_ranks};
use super::testing::{Run, float};
use crate::accumulate::testing::SplitMix;
use crate::accumulate::{ChannelKind, Resolution};

/// How near the percentiles must be.
#[derive(Clone, Copy, PartialEq)]
enum Near {
    /// Not a bit off.
    Exact,
    /// Within a tenth of the interval of their Monte Carlo error.
    Smooth,
    /// Within 0.1 % of P95 − P5, for percentiles between these.
    Worst,
    /// Within 0.1 % of itself, above the median.
    Relative,
}
use Near::{Exact, Smooth, Worst};

type Draw = fn(&mut SplitMix) -> f64;

const PERCENTILES: [f64; 11] = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

/// A shape, by the tests' own generator.
#[track_caller]
fn check(n: usize, near: Near, draw: Draw) {
    check_as(ChannelKind::Number, Resolution::Fine, n, near, draw);
}

#[track_caller]
fn check_as(kind: ChannelKind, resolution: Resolution, n: usize, near: Near, draw: Draw) {
    let column = |seed, length| {
        let mut random = SplitMix(seed);
        (0..length).map(|_| draw(&mut random)).collect::<Vec<f64>>()
    };
    let pilot = column(1, 4096);
    let values = column(2, n);
    let base = values[0];
    let run =
        Run { kind, resolution, pilot: &pilot, base, percentiles: &PERCENTILES, ..Run::default() };
    let number = run.number(&values);

    let is_defined = |x: &f64| !x.is_nan() && (kind == ChannelKind::Time || x.is_finite());
    let mut sorted: Vec<f64> = values.iter().copied().filter(is_defined).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    assert_eq!(number.undefined.count, (values.len() - sorted.len()) as u64);
    if sorted.is_empty() {
        assert_eq!((number.quantiles.len(), number.min, number.mean), (0, None, None));
        return;
    }
    let finite = sorted.partition_point(|&x| x < f64::INFINITY);
    assert_eq!(number.min, sorted[..finite].first().copied(), "min");
    assert_eq!(number.max, sorted[..finite].last().copied(), "max");
    if !base.is_nan() {
        let rank = sorted.partition_point(|&x| x <= base) as f64 / sorted.len() as f64;
        assert_eq!(number.base.expect("always").rank, Some(rank));
    }

    let count = sorted.len() as u64;
    let at = |rank: u64| sorted[rank as usize - 1];
    let body = at(quantile_rank(count, 0.95)) - at(quantile_rank(count, 0.05));
    for quantile in &number.quantiles {
        let p = quantile.p;
        let ranks = quantile_ranks(count, p);
        let exact = at(quantile_rank(count, p));
        let (low, high) = (at(ranks.low.unwrap_or(1)), at(ranks.high.unwrap_or(count)));
        let value = float(quantile.value);
        let within = |error: f64, allowed: f64| {
            assert!(error <= allowed, "P{}: {value} for {exact}: {error} > {allowed}", 100.0 * p);
        };
        match near {
            Exact => {
                assert_eq!(
                    [value, float(quantile.low), float(quantile.high)],
                    [exact, low, high],
                    "P{}",
                    100.0 * p
                );
            }
            // A step of a series is coarser in its far tails.
            Smooth if resolution == Resolution::Coarse && !(0.01..=0.99).contains(&p) => {}
            Smooth => {
                within((value - exact).abs(), 0.1 * (high - low));
                let wider = (float(quantile.high) - float(quantile.low)) / (high - low);
                let is_fine = resolution == Resolution::Fine && (0.01..=0.99).contains(&p);
                assert!(!is_fine || wider < 1.2, "the interval of P{} × {wider}", 100.0 * p);
            }
            Worst if (0.05..=0.95).contains(&p) && value != exact => {
                within((value - exact).abs(), 0.001 * body);
            }
            Worst => {}
            Near::Relative => {
                let is_above = exact > at(quantile_rank(count, 0.5));
                within(if is_above { (value / exact - 1.0).abs() } else { 0.0 }, 0.001);
            }
        }
        // Bounds are order statistics, but for what a bucket hides.
        let off = if low < high && high < f64::INFINITY { 0.1 * (high - low) } else { 0.0 };
        let bounds = (float(quantile.low), float(quantile.high));
        assert!(
            bounds.0 <= low + off && high - off <= bounds.1,
            "bounds of P{}: {bounds:?} for {low} {high}",
            100.0 * p
        );
    }
}

const MILLION: usize = 1_000_000;
const SOME: usize = 150_000;

#[test]
fn smooth_shapes_at_a_million() {
    check(MILLION, Smooth, |r| 100.0 + 15.0 * r.normal());
    check(MILLION, Smooth, |r| r.lognormal(1.0));
    check_as(ChannelKind::Number, Resolution::Coarse, MILLION, Smooth, |r| r.lognormal(0.5));
    // Narrow: a relative spread of 3e-6.
    check(MILLION, Smooth, |r| 5.67e-8 * (1.0 + 3e-6 * r.normal()));
}

#[test]
fn shapes_far_from_zero_and_of_both_signs() {
    check(SOME, Smooth, |r| 1e12 + r.normal());
    check(SOME, Smooth, |r| -1e9 - r.lognormal(0.3));
    check(SOME, Smooth, |r| r.normal() - 0.01);
    check(SOME, Smooth, |r| r.uniform() - r.uniform());
    check(SOME, Smooth, |r| -r.lognormal(1.0));
}

#[test]
fn tails_light_and_heavy() {
    check(SOME, Smooth, |r| -libm::log(r.uniform()));
    check(SOME, Smooth, |r| r.lognormal(2.0));
    check(SOME, Smooth, |r| libm::pow(r.uniform(), -1.0 / 1.5));
    check(SOME, Smooth, |r| r.normal() / r.normal());
    // Its density has a pole at 0.
    check(SOME, Worst, |r| libm::pow(r.uniform(), 3.0));
    check(SOME, Smooth, SplitMix::uniform);
}

#[test]
fn kinks_and_modes() {
    // Two humps with nothing in between; a uniform law with a kink; a spike on a plain.
    check(SOME, Smooth, |r| if r.uniform() < 0.3 { r.normal() } else { 40.0 + r.normal() });
    check(SOME, Smooth, |r| if r.uniform() < 0.4 { r.uniform() } else { 1.0 + 9.0 * r.uniform() });
    check(SOME, Worst, |r| {
        if r.uniform() < 0.4 { 3.0 + 1e-5 * r.uniform() } else { 10.0 * r.uniform() }
    });
}

#[test]
fn every_magnitude() {
    check(SOME, Smooth, |r| 1e-300 * r.lognormal(0.5));
    check(SOME, Smooth, |r| 1e300 * r.normal());
    // Subnormal numbers, some two thousand of them.
    check(SOME, Worst, |r| 1e-320 * r.normal());
    check(SOME, Near::Relative, |r| libm::pow(10.0, 40.0 * r.uniform() - 20.0));
}

#[test]
fn atoms_and_whole_numbers_are_exact() {
    check(SOME, Exact, |_| 42.5);
    check(SOME, Exact, |r| if r.uniform() < 0.3 { -1.0 } else { 2.0 });
    check(SOME, Exact, |r| r.poisson(10.0));
    check(SOME, Exact, |r| (1000.0 * r.uniform()).floor());
    check(SOME, Exact, |r| (50.0 + 30.0 * r.normal()).round());
    // Signed zeros are one value.
    check(SOME, Exact, |r| if r.uniform() < 0.5 { -0.0 } else { 0.0 });
    // Rare, and unknown to the pilot.
    check(SOME, Exact, |r| if r.uniform() < 0.0005 { 1e6 } else { 0.0 });
}

#[test]
fn atoms_amid_a_continuum() {
    // A payoff: the atom is exact, the rest smooth.
    check(SOME, Worst, |r| r.normal().max(0.0));
    check(SOME, Worst, |r| if r.uniform() < 0.2 { 1.0 } else { 1.0 + 0.001 * r.normal() });
    // Twenty atoms, of which the pilot keeps four.
    check(SOME, Worst, |r| {
        if r.uniform() < 0.5 { (20.0 * r.uniform()).floor() / 7.0 } else { 3.0 * r.uniform() }
    });
    let mut random = SplitMix(3);
    let values: Vec<f64> = (0..SOME).map(|_| random.normal().max(0.0)).collect();
    let number =
        Run { pilot: &values[..4096], percentiles: &[0.3, 0.49], ..Run::default() }.number(&values);
    assert!(number.quantiles.iter().all(|q| float(q.high) == 0.0 && float(q.low) == 0.0));
}

#[test]
fn undefined_and_never() {
    check(2000, Exact, |_| f64::NAN);
    check(2000, Exact, |r| if r.uniform() < 0.5 { f64::INFINITY } else { f64::NEG_INFINITY });
    check(SOME, Smooth, |r| if r.uniform() < 0.2 { f64::NAN } else { r.normal() });
    let time = |n, draw| check_as(ChannelKind::Time, Resolution::Fine, n, Exact, draw);
    time(2000, |_| f64::INFINITY);
    time(SOME, |r| if r.uniform() < 0.3 { f64::INFINITY } else { (60.0 * r.uniform()).ceil() });
    time(SOME, |r| if r.uniform() < 0.999 { f64::INFINITY } else { f64::NAN });
}

/// A pilot of nothing but zeros, or of nothing at all, does no harm to relative precision.
#[test]
fn pilots_that_saw_nothing() {
    let mut random = SplitMix(4);
    let mut values: Vec<f64> = (0..SOME).map(|_| random.lognormal(1.0)).collect();
    for pilot in [&[][..], &[0.0; 4096], &[f64::NAN; 50]] {
        let number = Run { pilot, ..Run::default() }.number(&values);
        values.sort_unstable_by(f64::total_cmp);
        for quantile in &number.quantiles {
            let exact = values[quantile_rank(SOME as u64, quantile.p) as usize - 1];
            assert!((float(quantile.value) / exact - 1.0).abs() < 0.001);
        }
    }
}

/// How often intervals cover the truth, over repetitions: at least 95 %, and not always.
#[test]
fn intervals_cover_what_they_claim() {
    const REPETITIONS: u64 = 600;
    let truths = [(0.05, -1.644_854), (0.5, 0.0), (0.95, 1.644_854)];
    let mut random = SplitMix(5);
    let pilot: Vec<f64> = (0..4096).map(|_| random.lognormal(0.5)).collect();
    let (mut covered, mut mean_covered, mut share_covered) = ([0; 3], 0, 0);
    let true_mean = libm::exp(0.125);
    for _ in 0..REPETITIONS {
        let values: Vec<f64> = (0..700).map(|_| random.lognormal(0.5)).collect();
        let number = Run { pilot: &pilot, ..Run::default() }.number(&values);
        for (covered, (quantile, (_, z))) in
            covered.iter_mut().zip(number.quantiles.iter().zip(truths))
        {
            let truth = libm::exp(0.5 * z);
            *covered += u64::from(float(quantile.low) <= truth && truth <= float(quantile.high));
        }
        let (mean, se) = (number.mean.unwrap(), number.mean_se.unwrap());
        mean_covered += u64::from((mean - true_mean).abs() <= Z * se);
        let holds: Vec<f64> =
            (0..700).map(|_| f64::from(u8::from(random.uniform() < 0.03))).collect();
        let condition = Run { kind: ChannelKind::Condition, ..Run::default() }.probability(&holds);
        let share = condition.probability.unwrap();
        share_covered += u64::from(share.low <= 0.03 && 0.03 <= share.high);
    }
    // Five standard errors of a count with p = 95 % are 27.
    let least = REPETITIONS * 95 / 100 - 27;
    for covered in covered.into_iter().chain([mean_covered, share_covered]) {
        assert!((least..REPETITIONS).contains(&covered), "{covered} of {REPETITIONS}");
    }
}

/// Means and standard deviations against closed forms, within five standard errors.
#[test]
fn moments_are_those_of_the_law() {
    let cases: [(Draw, f64, f64, f64); 5] = [
        (|r| 1e9 + r.normal(), 1e9, 1.0, 3.0),
        (|r| r.uniform(), 0.5, 1.0 / 12.0, 1.8),
        (|r| -libm::log(r.uniform()), 1.0, 1.0, 9.0),
        (|r| r.poisson(10.0), 10.0, 10.0, 3.1),
        (|r| 1e-200 * r.lognormal(0.25), 1e-200 * libm::exp(0.031_25), 0.0, 0.0),
    ];
    for (draw, mean, variance, kurtosis) in cases {
        let mut random = SplitMix(6);
        let values: Vec<f64> = (0..SOME).map(|_| draw(&mut random)).collect();
        let number = Run { pilot: &values[..1000], ..Run::default() }.number(&values);
        let (seen, se, sd) = (number.mean.unwrap(), number.mean_se.unwrap(), number.sd.unwrap());
        assert!((seen - mean).abs() < 5.0 * se, "{seen} for {mean} ± {se}");
        if variance > 0.0 {
            let relative_se = ((kurtosis - 1.0) / SOME as f64).sqrt();
            assert!((sd * sd / variance - 1.0).abs() < 5.0 * relative_se, "{sd}² for {variance}");
        }
    }
}
