//! x to the power y, for blocks.
//!
//! Scalars in, scalar out: branch-free like [`exp`](super::exp), so that a loop over a slice is
//! vectorized, and the same bits on every CPU. The logarithm is carried in two parts of together 65
//! good bits, since e^(y ln x) magnifies its relative error by y ln x, up to 709.
//!
//! Method: as in Sun's fdlibm (1993), `e_pow`: leading parts are cut to 26 bits, so that their
//! products are exact without a fused multiplication. In place of its table the logarithm's whole
//! range is covered by the series of [`ln`](super::ln).

use super::elementary::{LN_2_HIGH, LN_2_LOW, exp_of_parts};

/// The leading 26 bits: products of two such numbers are exact.
#[inline(always)]
fn head(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & 0xFFFF_FFFF_F800_0000)
}

/// x^y. Error below 1 ulp. 1 where y is 0; NaN where either is NaN, and for a negative x unless y is
/// whole; 0 and ∞ at the ends as limits, with the sign of x where y is odd.
#[inline(always)]
pub fn pow(x: f64, y: f64) -> f64 {
    // Powers beyond 2^1000 are 0, 1 or ∞ all the same. NaN goes on.
    const LARGE: f64 = f64::from_bits((1023 + 1000) << 52);
    let y_cut = if y > LARGE { LARGE } else { y };
    let y_cut = if y_cut < -LARGE { -LARGE } else { y_cut };
    let (log_head, log_tail) = ln_in_two_parts(x.abs());
    let y_head = head(y_cut);
    let high = y_head * log_head;
    let low = (y_cut - y_head) * log_head + y_cut * log_tail;
    let sum = high + low;
    let (high, low) = if sum > 710.0 { (710.0, 0.0) } else { (high, low) };
    let (high, low) = if sum < -746.0 { (-746.0, 0.0) } else { (high, low) };
    let magnitude = exp_of_parts(high + low, high, low);

    let is_falling = y < 0.0;
    let at_zero = if is_falling { f64::INFINITY } else { 0.0 };
    let at_infinity = if is_falling { 0.0 } else { f64::INFINITY };
    let magnitude = if x == 0.0 { at_zero } else { magnitude };
    let magnitude = if x.abs() == f64::INFINITY { at_infinity } else { magnitude };
    let magnitude = if y == 0.0 { 1.0 } else { magnitude };

    let is_whole = y.floor() == y;
    let half = 0.5 * y;
    let is_odd = is_whole & (half.floor() != half);
    let signed = if is_odd & x.is_sign_negative() { -magnitude } else { magnitude };
    let is_undefined = ((x < 0.0) & !is_whole & (x != f64::NEG_INFINITY)) | x.is_nan() | y.is_nan();
    if is_undefined { f64::NAN } else { signed }
}

/// ln x of a positive finite x: its leading 26 bits, and the rest; relative error 2^-64.
#[inline(always)]
fn ln_in_two_parts(x: f64) -> (f64, f64) {
    const SQRT_HALF_BITS: u64 = 0x3FE6_A09E_667F_3BCD;
    const ONE_BITS: u64 = 0x3FF0_0000_0000_0000;
    const MANTISSA: u64 = 0x000F_FFFF_FFFF_FFFF;
    const TWO_52_BITS: u64 = 0x4330_0000_0000_0000;
    const TWO_52: f64 = 4_503_599_627_370_496.0;
    let is_subnormal = x < f64::MIN_POSITIVE;
    let lifted = if is_subnormal { x * TWO_52 } else { x };
    let bias = if is_subnormal { TWO_52 + (1023.0 + 52.0) } else { TWO_52 + 1023.0 };
    // x = 2^k m, m in [sqrt(1/2), sqrt(2)).
    let offset = lifted.to_bits().wrapping_add(ONE_BITS - SQRT_HALF_BITS);
    let k = f64::from_bits((offset >> 52) | TWO_52_BITS) - bias;
    let m = f64::from_bits((offset & MANTISSA).wrapping_add(SQRT_HALF_BITS));

    // s = (m - 1) / (m + 1) as head + tail.
    let f = m - 1.0;
    let reciprocal = 1.0 / (m + 1.0);
    let s = f * reciprocal;
    let s_head = head(s);
    let g_head = head(m + 1.0);
    let g_tail = m - (g_head - 1.0);
    let s_tail = reciprocal * ((f - s_head * g_head) - s_head * g_tail);

    // ln m = 2/3 s (3 + s² + series), the series being 3/2 (2/5 s⁴ + 2/7 s⁶ + …).
    let z = s * s;
    let w = z * z;
    let even = 0.600_000_000_000_033_5
        + w * (0.333_333_337_780_752_6
            + w * (0.230_801_302_057_365_82 + w * 0.197_934_434_292_061_73));
    let odd =
        0.428_571_428_551_611_3 + w * (0.272_726_766_905_053_6 + w * 0.198_853_494_828_954_42);
    let series = w * (even + z * odd);
    let small = series + s_tail * (s_head + s);
    let square = s_head * s_head;
    let p_head = head(3.0 + square + small);
    let p_tail = small - ((p_head - 3.0) - square);
    let product = s_head * p_head;
    let rest = s_tail * p_head + p_tail * s;
    let q_head = head(product + rest);
    let q_tail = rest - (q_head - product);
    let ln_m = TWO_THIRDS_HEAD * q_head;
    let ln_m_rest = TWO_THIRDS_TAIL * q_head + (2.0 / 3.0) * q_tail;

    // Plus k ln 2; the first product is exact and larger than ln m, or 0.
    let k_ln_2 = k * LN_2_HIGH;
    let sum = k_ln_2 + ln_m;
    let rest = (ln_m - (sum - k_ln_2)) + (ln_m_rest + k * LN_2_LOW);
    let sum_head = head(sum + rest);
    (sum_head, rest - (sum_head - sum))
}

const TWO_THIRDS_HEAD: f64 = f64::from_bits(0x3FE5_5555_5000_0000);
const TWO_THIRDS_TAIL: f64 = 9.934_107_462_565_104e-9;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::simd::{Kernel, Path, SimdPath};
    use crate::math::tests::spread;
    use crate::math::{exp, sign};

    /// Distance in units of the last place.
    fn ulps(a: f64, b: f64) -> u64 {
        if a == b || (a.is_nan() && b.is_nan()) {
            0
        } else if sign(a) == sign(b) && a.is_finite() && b.is_finite() {
            a.to_bits().abs_diff(b.to_bits())
        } else {
            u64::MAX
        }
    }

    #[track_caller]
    fn check_near(x: f64, y: f64) {
        let (actual, expected) = (pow(x, y), libm::pow(x, y));
        assert!(ulps(actual, expected) <= 1, "{x:e}^{y:e} is {actual:e}, not {expected:e}");
    }

    #[test]
    fn powers_agree_with_libm_over_the_whole_range() {
        let mut n_other = 0;
        for trial in 0..100_000 {
            let [a, b, c] = [0, 1, 2].map(|step| spread(step, trial) * 2.0 - 1.0);
            // Results of every size, bases of every size and near 1.
            let x = exp(a * if trial % 2 == 0 { 700.0 } else { 1.0 });
            let y = b * 740.0 / libm::log(x);
            check_near(x, y);
            check_near(1.0 + a * 1e-6, c * 1e8);
            check_near(x, c * 5.0);
            n_other += u32::from(pow(x, y) != libm::pow(x, y));
        }
        // Both are off by little more than half a last digit: they rarely differ.
        assert!(n_other < 10_000, "{n_other}");
    }

    #[test]
    fn powers_of_small_whole_numbers_are_exact() {
        for (x, y, expected) in [
            (2.0, 10.0, 1024.0),
            (3.0, 4.0, 81.0),
            (10.0, 15.0, 1e15),
            (7.0, 2.0, 49.0),
            (1.5, 3.0, 3.375),
        ] {
            assert_eq!(pow(x, y), expected);
            assert_eq!(pow(-x, y), if y == 3.0 || y == 15.0 { -expected } else { expected });
        }
        assert_eq!([pow(4.0, 0.5), pow(2.0, -1.0), pow(8.0, -2.0)], [2.0, 0.5, 0.015_625]);
        assert_eq!(
            (-1074..1024).find(|&n| pow(2.0, f64::from(n)) != libm::exp2(f64::from(n))),
            None
        );
    }

    #[test]
    fn special_arguments_give_what_ieee_754_says() {
        let numbers = [
            0.0,
            1.0,
            2.0,
            3.0,
            0.5,
            2.5,
            1e-320,
            1e300,
            9_007_199_254_740_993.0,
            f64::MAX,
            f64::INFINITY,
        ];
        for x in numbers.into_iter().flat_map(|x| [x, -x]) {
            for y in numbers.into_iter().flat_map(|y| [y, -y]) {
                let (actual, expected) = (pow(x, y), libm::pow(x, y));
                assert!(ulps(actual, expected) <= 1, "{x:e}^{y:e} is {actual:e}, not {expected:e}");
                let have_one_sign = actual.is_sign_negative() == expected.is_sign_negative();
                assert!(actual.is_nan() || have_one_sign, "{x:e}^{y:e}");
            }
        }
    }

    #[test]
    fn what_is_undefined_stays_so() {
        for (x, y) in [(f64::NAN, 0.0), (1.0, f64::NAN), (f64::NAN, f64::INFINITY), (-2.0, 0.5)] {
            assert!(pow(x, y).is_nan(), "{x}^{y}");
        }
    }

    struct Powers<'a>(&'a [f64], &'a [f64]);

    impl Kernel for Powers<'_> {
        type Output = Vec<f64>;

        #[inline(always)]
        fn run<P: Path>(self, _: P) -> Vec<f64> {
            let mut out = vec![0.0; self.0.len()];
            for (out, (&x, &y)) in out.iter_mut().zip(self.0.iter().zip(self.1)) {
                *out = pow(x, y);
            }
            out
        }
    }

    #[test]
    fn every_path_gives_the_same_bits() {
        let column =
            |step| -> Vec<f64> { (0..3000).map(|trial| 20.0 * spread(step, trial)).collect() };
        let (x, y) = (column(0), column(1));
        let expected: Vec<f64> = x.iter().zip(&y).map(|(&x, &y)| pow(x, y)).collect();
        for path in SimdPath::available() {
            assert_eq!(path.run(Powers(&x, &y)), expected, "{path}");
        }
    }
}
