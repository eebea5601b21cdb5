//! Known answers, exact counts, known roots, invariances.

use super::*;

fn of(cash: &[f64], years_per_step: f64) -> Irr {
    irr(cash, years_per_step, &mut IrrScratch::new())
}

#[track_caller]
fn check_rate(cash: &[f64], years_per_step: f64, expected: f64, tolerance: f64) {
    let Irr::Rate(rate) = of(cash, years_per_step) else {
        panic!("{:?} instead of {expected} for {cash:?}", of(cash, years_per_step));
    };
    assert!(
        (rate - expected).abs() <= tolerance * (1.0 + expected),
        "{rate} instead of {expected} for {cash:?}"
    );
}

#[track_caller]
fn check(cash: &[f64], expected: Irr) {
    assert_eq!(of(cash, 1.0), expected, "{cash:?}");
}

#[track_caller]
fn check_same(cash: &[f64], other: &[f64]) {
    match (of(cash, 1.0), of(other, 1.0)) {
        (Irr::Rate(a), Irr::Rate(b)) if (a - b).abs() <= 1e-11 * (1.0 + a) => {}
        (a, b) => assert_eq!(a, b, "{cash:?}"),
    }
}

/// Uniform numbers in [0, 1) for test data: SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.next()
    }
}

/// The product of two polynomials in w = 1 + rate per step; `cash[0]` belongs to the highest power.
fn product(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; a.len() + b.len() - 1];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            out[i + j] += x * y;
        }
    }
    out
}

fn with_roots(roots: &[f64], others: &[f64]) -> Vec<f64> {
    roots.iter().fold(others.to_vec(), |cash, root| product(&cash, &[1.0, -root]))
}

/// Σ cash·w^(n−t) and the sum of its absolute terms.
fn horner(cash: &[f64], w: f64) -> (f64, f64) {
    cash.iter().fold((0.0, 0.0), |(sum, size), c| (sum * w + c, size * w + c.abs()))
}

#[test]
fn textbook_cases() {
    check_rate(&[-100.0, 110.0], 1.0, 0.1, 1e-15);
    check_rate(&[100.0, -110.0], 1.0, 0.1, 1e-15);
    check_rate(&[-100.0, 0.0, 121.0], 1.0, 0.1, 1e-15);
    check_rate(&[-100.0, 0.0, 121.0], 0.5, 0.21, 1e-15);
    check_rate(&[-100.0, 50.0, 50.0], 1.0, 0.0, 0.0);
    check_rate(
        &[-1.0, 1.5],
        1.0 / 12.0,
        1.5_f64 * 1.5 * 1.5 * 1.5 * 11.390_625 * 2.25 - 1.0,
        1e-13,
    );
    check(&[-100.0, 230.0, -132.0], Irr::SeveralRoots);
}

#[test]
fn values_of_numpy_roots() {
    let after = |first: &[f64], level: f64, n: usize| [first, &vec![level; n]].concat();
    check_rate(&[-100.0, 39.0, 59.0, 55.0, 20.0], 1.0, 0.280_948_421_159_962, 1e-14);
    check_rate(&after(&[-1000.0], 12.0, 60), 1.0 / 12.0, -0.115_791_183_470_647_76, 1e-13);
    check_rate(&after(&[-1000.0], 12.0, 120), 1.0 / 12.0, 0.080_291_268_598_404_74, 1e-13);
    check_rate(&[-100.0, 50.0, 30.0], 1.0, -0.147_920_271_060_385_3, 1e-14);
    check_rate(&after(&[100.0], -30.0, 4), 0.25, 0.346_127_364_260_126_36, 1e-13);
    let refreshed =
        after(&[&after(&[-500.0, -300.0], 40.0, 22), [-200.0].as_slice()].concat(), 45.0, 20);
    check_rate(&refreshed, 1.0 / 12.0, 0.496_268_076_623_095_36, 1e-12);
    check(&[-5.0, 10.5, 1.0, -8.0, 1.0], Irr::SeveralRoots);
}

#[test]
fn none_without_a_crossing_or_out_of_range() {
    for cash in [
        &[][..],
        &[0.0],
        &[0.0, -0.0, 0.0],
        &[5.0],
        &[1.0, 1.0],
        &[-1.0, 0.0, 0.0],
        &[-1.0, 0.0, -2.0],
        &[1.0, -2.0, 1.5],
        &[-1.0, 1.1e6],
        &[f64::NAN, 1.0],
        &[-1.0, f64::INFINITY],
    ] {
        check(cash, Irr::NoRoot);
    }
}

#[test]
fn ends_of_the_range() {
    check_rate(&[-1.0, 1e6 + 1.0], 1.0, 1e6, 1e-13);
    check_rate(&[-1.0, 1.5e6, -1.35e6], 1.0, -0.1, 1e-6);
    check_rate(&[-1.0, 5e5], 1.0, 5e5 - 1.0, 1e-14);
    check_rate(&[-100.0, 1e-9], 1.0, 1e-11 - 1.0, 1e-9);
    check_rate(&[-1e300, 1e-300], 1.0 / 12.0, -1.0, 0.0);
    check_rate(&[-1.0, 1e-300, 0.0, 1e-300], 1.0, -1.0, 1e-15);
    check_rate(&with_roots(&[3e6, 1.25], &[1.0]), 1.0, 0.25, 1e-12);
    check(&with_roots(&[9e5, 1.25], &[1.0]), Irr::SeveralRoots);
    check(&with_roots(&[9e5, 1e-5], &[1.0]), Irr::SeveralRoots);
}

#[test]
fn zeros_around_change_nothing() {
    let mut random = Random(7);
    for _ in 0..200 {
        let cash: Vec<f64> = (0..12).map(|_| random.between(-1.0, 1.3)).collect();
        let padded = [&[0.0; 5], cash.as_slice(), &[0.0; 9]].concat();
        check_same(&cash, &padded);
    }
}

#[test]
fn the_scale_of_flows_does_not_matter() {
    let mut random = Random(8);
    for _ in 0..300 {
        let cash: Vec<f64> = (0..9).map(|_| random.between(-1.0, 1.3)).collect();
        for scale in [2e-300, 1e-3, 3e12, 1e300, -1.0] {
            let scaled: Vec<f64> = cash.iter().map(|c| c * scale).collect();
            check_same(&cash, &scaled);
        }
    }
    check_rate(&[-5e-324, 5e-324], 1.0, 0.0, 0.0);
    check_rate(&[-1e308, 0.5e308, 0.7e308, 0.0], 1.0, 0.123_212_459_828_649_56, 1e-14);
}

#[test]
fn multiple_roots_count_once() {
    check_rate(&[-1.0, 2.2, -1.21], 1.0, 0.1, 1e-14);
    check_rate(&[1.0, -2.0, 1.0], 1.0 / 12.0, 0.0, 1e-13);
    // Dyadic roots, so that the flows are exact.
    check_rate(&with_roots(&[1.125; 2], &[1.0, 3.0, 2.0, 7.0]), 1.0, 0.125, 1e-13);
    check_rate(&with_roots(&[1.125; 2], &[1.0, -1.0, 3.0, 4.0]), 1.0, 0.125, 1e-13);
    check_rate(&with_roots(&[0.5; 2], &[3.0, 0.0, 0.0, 1.0]), 1.0, -0.5, 1e-13);
    check_rate(&with_roots(&[1.125; 3], &[1.0, 2.0]), 1.0, 0.125, 1e-9);
    check_rate(&with_roots(&[1.125; 4], &[1.0, 2.0]), 1.0, 0.125, 1e-3);
    check_rate(&with_roots(&[1.25; 5], &[1.0]), 1.0, 0.25, 1e-2);
    check(&with_roots(&[1.125, 1.125, 1.25], &[1.0]), Irr::SeveralRoots);
    check(&with_roots(&[1.125, 1.125, 1.25, 1.25], &[1.0]), Irr::SeveralRoots);
    check(&with_roots(&[1.125, 1.125, 1.125, 1.25], &[1.0]), Irr::SeveralRoots);
}

#[test]
fn double_roots_of_long_series() {
    let mut random = Random(9);
    for _ in 0..200 {
        let others: Vec<f64> = (0..60).map(|_| random.between(1.0, 1000.0).floor()).collect();
        // Exact in floats: integers times dyadic numbers.
        check_rate(&with_roots(&[1.0625; 2], &others), 1.0, 0.0625, 1e-9);
        check_rate(&with_roots(&[0.875; 2], &others), 1.0, -0.125, 1e-9);
        check(&with_roots(&[0.875, 0.875, 1.0625], &others), Irr::SeveralRoots);
    }
}

#[test]
fn nearly_double_roots_are_told_apart() {
    for gap in [1e-2, 1e-4, 1e-6] {
        check(&[-1.0, 2.2, -1.21 + gap * gap], Irr::SeveralRoots);
        check(&[-1.0, 2.2, -1.21 - gap * gap], Irr::NoRoot);
    }
}

#[test]
fn polynomials_with_known_roots() {
    let mut random = Random(1);
    for trial in 0..3000 {
        let n_roots = trial % 4;
        let mut roots: Vec<f64> = Vec::new();
        while roots.len() < n_roots {
            let root = random.between(0.3, 2.0);
            if roots.iter().all(|other| (other - root).abs() > 0.05) {
                roots.push(root);
            }
        }
        // Further roots at negative w and in pairs off the real line, near it or not.
        let mut cash = with_roots(&roots, &[random.between(-1.0, 1.0)]);
        for _ in 0..trial % 3 {
            cash = product(&cash, &[1.0, random.between(0.1, 2.0)]);
        }
        for _ in 0..trial % 5 {
            let (re, im) = (random.between(-1.5, 1.5), random.between(0.05, 1.0));
            cash = product(&cash, &[1.0, -2.0 * re, re * re + im * im]);
        }
        match roots[..] {
            [] => check(&cash, Irr::NoRoot),
            [root] => check_rate(&cash, 1.0, root - 1.0, 1e-7),
            _ => check(&cash, Irr::SeveralRoots),
        }
    }
}

/// Distinct positive roots by Sturm's theorem in integers; the ends of `p` are not zero.
fn sturm_count(p: &[i128]) -> usize {
    let degree = p.len() - 1;
    let derivative: Vec<i128> = (0..degree).map(|i| p[i] * (degree - i) as i128).collect();
    let mut chain = vec![p.to_vec(), derivative];
    while let [.., a, b] = &chain[..] {
        let mut rest = a.clone();
        while rest.len() >= b.len() {
            let (lead, scale) = (rest[0] * b[0].signum(), b[0].abs());
            for (i, r) in rest.iter_mut().enumerate() {
                *r = *r * scale - lead * b.get(i).copied().unwrap_or(0);
            }
            rest.remove(0);
        }
        let rest: Vec<i128> = rest.into_iter().skip_while(|&c| c == 0).collect();
        if rest.is_empty() {
            break;
        }
        let content = rest.iter().fold(0_i128, |mut a, &b| {
            let mut b = b.abs();
            while b != 0 {
                (a, b) = (b, a % b);
            }
            a
        });
        chain.push(rest.iter().map(|c| -c / content).collect());
    }
    let changes = |ends: Vec<i128>| {
        let signs: Vec<i128> = ends.into_iter().map(i128::signum).filter(|&c| c != 0).collect();
        signs.windows(2).filter(|pair| pair[0] != pair[1]).count()
    };
    changes(chain.iter().map(|p| p[p.len() - 1]).collect())
        - changes(chain.iter().map(|p| p[0]).collect())
}

#[test]
fn all_small_integer_flows_agree_with_sturm() {
    for code in 0..5_i128.pow(7) {
        let flows: Vec<i128> = (0..7).map(|k| code / 5_i128.pow(k) % 5 - 2).collect();
        if flows[0] == 0 || flows[6] == 0 {
            continue;
        }
        let cash: Vec<f64> = flows.iter().map(|&c| c as f64).collect();
        let expected = sturm_count(&flows);
        match (expected, of(&cash, 1.0)) {
            (0, Irr::NoRoot) | (2.., Irr::SeveralRoots) => {}
            (1, Irr::Rate(rate)) => {
                let (value, size) = horner(&cash, 1.0 + rate);
                assert!(value.abs() <= 1e-14 * size, "{rate} for {cash:?}");
            }
            (expected, result) => panic!("{result:?}, but {expected} roots for {cash:?}"),
        }
    }
}

#[test]
fn random_flows_agree_with_a_fine_grid() {
    let mut random = Random(2);
    for trial in 0..400 {
        let n = 2 + trial % 40;
        let cash: Vec<f64> =
            (0..n).map(|_| random.between(-1.0, 1.0 + random.0 as f64 / 1e19)).collect();
        let values: Vec<f64> =
            (1..20_000).map(|i| horner(&cash, libm::exp(8.0 - f64::from(i) * 1e-3)).0).collect();
        let crossings = values.windows(2).filter(|pair| (pair[0] > 0.0) != (pair[1] > 0.0)).count();
        match (crossings, of(&cash, 1.0)) {
            (0, Irr::NoRoot) | (1, Irr::Rate(_)) | (2.., Irr::SeveralRoots) => {}
            (crossings, result) => panic!("{result:?}, but {crossings} crossings for {cash:?}"),
        }
    }
}

#[test]
fn the_present_value_changes_sign_at_the_rate() {
    let mut random = Random(3);
    let mut scratch = IrrScratch::new();
    for trial in 0..2000 {
        let n_out = 1 + trial % 7;
        let n_in = 1 + trial % 61;
        let level = random.between(0.01, 2.0) / n_in as f64;
        let mut cash: Vec<f64> = (0..n_out).map(|_| -random.next() - 1e-3).collect();
        cash.extend((0..n_in).map(|_| level * random.next() + 1e-9));
        let years_per_step = if trial % 2 == 0 { 1.0 } else { 1.0 / 12.0 };
        let rate = match irr(&cash, years_per_step, &mut scratch) {
            Irr::Rate(rate) => rate,
            Irr::NoRoot => {
                let at_most = libm::pow(1.0 + MAX_RATE, years_per_step);
                assert!(horner(&cash, at_most).0 > 0.0, "no rate for {cash:?}");
                continue;
            }
            Irr::SeveralRoots => panic!("several rates for {cash:?}"),
        };
        if rate < -0.999_999 {
            continue;
        }
        let w = libm::pow(1.0 + rate, years_per_step);
        // Next to −100 % a float has few digits of 1 + rate left.
        let digits = 1e-13 + f64::EPSILON / (1.0 + rate);
        let (below, above) =
            (horner(&cash, w * (1.0 - digits)).0, horner(&cash, w * (1.0 + digits)).0);
        assert!(below > 0.0 && above < 0.0, "{rate} for {cash:?}");
    }
}

#[test]
fn time_reversed_flows_have_the_inverse_factor() {
    let mut random = Random(4);
    for _ in 0..500 {
        let cash: Vec<f64> = (0..8).map(|_| random.between(-1.0, 1.5)).collect();
        let reversed: Vec<f64> = cash.iter().rev().copied().collect();
        if let (Irr::Rate(a), Irr::Rate(b)) = (of(&cash, 1.0), of(&reversed, 1.0)) {
            assert!(((1.0 + a) * (1.0 + b) - 1.0).abs() < 1e-10, "{a} {b} {cash:?}");
        }
    }
}

#[test]
fn long_series() {
    let mut daily = vec![0.4 + 0.1; 3650];
    daily[0] = -1000.0;
    let Irr::Rate(rate) = of(&daily, 1.0 / 365.0) else { panic!("no rate") };
    let w = libm::exp(libm::log1p(rate) / 365.0);
    let (value, size) = horner(&daily, w);
    assert!(value.abs() < 1e-12 * size, "{value} {size}");
    let alternating: Vec<f64> = (0..3650).map(|t| if t % 2 == 0 { -1.0 } else { 1.0 }).collect();
    check_rate(&alternating, 1.0 / 365.0, 0.0, 1e-12);
    let alternating: Vec<f64> = (0..3651).map(|t| if t % 2 == 0 { -1.0 } else { 1.0 }).collect();
    check(&alternating, Irr::NoRoot);
}

#[test]
fn scratch_does_not_show() {
    let mut random = Random(5);
    let mut scratch = IrrScratch::new();
    for trial in 0..300 {
        let cash: Vec<f64> = (0..1 + trial % 33).map(|_| random.between(-1.0, 1.3)).collect();
        assert_eq!(irr(&cash, 1.0, &mut scratch), of(&cash, 1.0));
    }
}
