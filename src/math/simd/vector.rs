//! Vectors of the three instruction sets under one name, for loops that keep their values in registers.
//!
//! In: eight, four or two numbers from memory. Out: their sums, products, comparisons and exponentials, with the bits
//! of the operations on one number. Not here: loops over memory, which the compiler vectorizes by itself.
//!
//! A vector is made by [`Vector::all`] or [`Vector::load`] alone, which are unsafe: who has one runs on a CPU with
//! its instructions, and everything else is safe.

use std::arch::x86_64::*;
use std::ops::{Add, Div, Mul, Sub};

use crate::math::elementary::{EXP_NEAR, ROUND_TO_INTEGER, SIXTEENTHS, exp_parts};

/// Some numbers in a register.
pub(super) trait Vector:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// A truth for each number.
    type Mask: Copy;
    /// How many.
    const LANES: usize;

    /// The same number in all lanes.
    ///
    /// # Safety
    /// The CPU has the instructions.
    unsafe fn all(x: f64) -> Self;

    /// Reads [`Vector::LANES`] numbers.
    ///
    /// # Safety
    /// The CPU has the instructions, and the numbers are there.
    unsafe fn load(from: *const f64) -> Self;

    /// Writes [`Vector::LANES`] numbers.
    ///
    /// # Safety
    /// There is room for them.
    unsafe fn store(self, to: *mut f64);

    /// Another number in all lanes.
    #[inline(always)]
    fn spread(self, x: f64) -> Self {
        // SAFETY: there is a vector already.
        unsafe { Self::all(x) }
    }

    /// Its size.
    fn abs(self) -> Self;

    /// With the other sign.
    fn negate(self) -> Self;

    /// The smaller one; the other where they are equal or either is NaN.
    fn smaller_or(self, other: Self) -> Self;

    /// The larger one; the other where they are equal or either is NaN.
    fn larger_or(self, other: Self) -> Self;

    /// Where it is less.
    fn is_below(self, other: Self) -> Self::Mask;

    /// Where they are equal.
    fn is_equal(self, other: Self) -> Self::Mask;

    /// Where either is NaN.
    fn is_undefined_with(self, other: Self) -> Self::Mask;

    /// The first where the mask holds, else the second.
    fn select(mask: Self::Mask, then: Self, otherwise: Self) -> Self;

    /// Where both masks hold.
    fn both(a: Self::Mask, b: Self::Mask) -> Self::Mask;

    /// Whether the mask holds everywhere.
    fn holds_everywhere(mask: Self::Mask) -> bool;

    /// 2^(j/16), j being the lowest four bits of the float.
    fn sixteenth_of_bits(self) -> Self;

    /// Times 2^(k/16 rounded down), k being the lowest bits of `shifted`, by adding to the exponent.
    fn scaled_by_bits(self, shifted: Self) -> Self;

    /// `elementary::min`.
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self::select(other.is_undefined_with(other), other, other.smaller_or(self))
    }

    /// `elementary::max`.
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self::select(other.is_undefined_with(other), other, other.larger_or(self))
    }

    /// The quotient, NaN where the divisor is 0.
    #[inline(always)]
    fn quotient(self, divisor: Self) -> Self {
        let is_zero = divisor.is_equal(self.spread(0.0));
        Self::select(is_zero, self.spread(f64::NAN), self / divisor)
    }

    /// Where [`Vector::exp_near`] does.
    #[inline(always)]
    fn is_near(self) -> Self::Mask {
        self.abs().is_below(self.spread(EXP_NEAR))
    }

    /// Operation by operation what `elementary::exp_near` does.
    #[inline(always)]
    fn exp_near(self) -> Self {
        use exp_parts::{HIGH, LOW, PER_LN_2, Q};
        let all = |x: f64| self.spread(x);
        let shifted = self * all(PER_LN_2) + all(ROUND_TO_INTEGER);
        let k = shifted - all(ROUND_TO_INTEGER);
        let r = (self - k * all(HIGH)) - k * all(LOW);
        let r2 = r * r;
        let q01 = all(Q[0]) + r * all(Q[1]);
        let q234 = (all(Q[2]) + r * all(Q[3])) + r2 * all(Q[4]);
        let p = r + r2 * (q01 + r2 * q234);
        let power = shifted.sixteenth_of_bits();
        (power + power * p).scaled_by_bits(shifted)
    }
}

/// Operators by intrinsics.
macro_rules! operators {
    ($vector:ident: $($op:ident $method:ident $intrinsic:ident),*) => {$(
        impl $op for $vector {
            type Output = $vector;

            #[inline(always)]
            fn $method(self, other: $vector) -> $vector {
                // SAFETY: there is a vector already.
                $vector(unsafe { $intrinsic(self.0, other.0) })
            }
        }
    )*};
}

/// Methods of two vectors by one intrinsic each.
macro_rules! methods {
    ($wrap:expr => $output:ty: $($method:ident $intrinsic:expr),*) => {$(
        #[inline(always)]
        fn $method(self, other: Self) -> $output {
            // SAFETY: there is a vector already.
            $wrap(unsafe { $intrinsic(self.0, other.0) })
        }
    )*};
}

/// The ways into and out of memory, by the intrinsics of a width.
macro_rules! memory {
    ($vector:ident: $set1:ident $loadu:ident $storeu:ident) => {
        #[inline(always)]
        unsafe fn all(x: f64) -> $vector {
            // SAFETY: as the caller says.
            $vector(unsafe { $set1(x) })
        }

        #[inline(always)]
        unsafe fn load(from: *const f64) -> $vector {
            // SAFETY: as the caller says.
            $vector(unsafe { $loadu(from) })
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f64) {
            // SAFETY: as the caller says.
            unsafe { $storeu(to, self.0) };
        }
    };
}

/// Adding to the exponent, by the intrinsics of a width.
macro_rules! scaling {
    ($vector:ident: $to_bits:ident $set1:ident $andnot:ident $shift:ident $add:ident $from_bits:ident) => {
        #[inline(always)]
        fn scaled_by_bits(self, shifted: $vector) -> $vector {
            // SAFETY: there is a vector already.
            unsafe {
                let whole = $andnot($set1(15), $to_bits(shifted.0));
                $vector($from_bits($add($to_bits(self.0), $shift::<48>(whole))))
            }
        }
    };
}

/// Signs by the operations on bits that a width has for floats.
macro_rules! signs {
    ($vector:ident: $set1:ident $andnot:ident $xor:ident) => {
        #[inline(always)]
        fn abs(self) -> $vector {
            // SAFETY: there is a vector already.
            $vector(unsafe { $andnot($set1(-0.0), self.0) })
        }

        #[inline(always)]
        fn negate(self) -> $vector {
            // SAFETY: there is a vector already.
            $vector(unsafe { $xor($set1(-0.0), self.0) })
        }
    };
}

/// Eight numbers, AVX-512.
#[derive(Clone, Copy)]
pub(super) struct Eight(__m512d);

/// Four numbers, AVX2.
#[derive(Clone, Copy)]
pub(super) struct Four(__m256d);

/// Two numbers, SSE2.
#[derive(Clone, Copy)]
pub(super) struct Two(__m128d);

operators!(Eight: Add add _mm512_add_pd, Sub sub _mm512_sub_pd, Mul mul _mm512_mul_pd, Div div _mm512_div_pd);
operators!(Four: Add add _mm256_add_pd, Sub sub _mm256_sub_pd, Mul mul _mm256_mul_pd, Div div _mm256_div_pd);
operators!(Two: Add add _mm_add_pd, Sub sub _mm_sub_pd, Mul mul _mm_mul_pd, Div div _mm_div_pd);

impl Vector for Eight {
    type Mask = __mmask8;
    const LANES: usize = 8;

    memory!(Eight: _mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd);
    scaling!(Eight: _mm512_castpd_si512 _mm512_set1_epi64 _mm512_andnot_si512 _mm512_slli_epi64 _mm512_add_epi64 _mm512_castsi512_pd);
    signs!(Eight: _mm512_set1_pd _mm512_andnot_pd _mm512_xor_pd);
    methods!(Eight => Eight: smaller_or _mm512_min_pd, larger_or _mm512_max_pd);
    methods!(|mask| mask => __mmask8:
        is_below _mm512_cmp_pd_mask::<_CMP_LT_OQ>,
        is_equal _mm512_cmp_pd_mask::<_CMP_EQ_OQ>,
        is_undefined_with _mm512_cmp_pd_mask::<_CMP_UNORD_Q>
    );

    #[inline(always)]
    fn select(mask: __mmask8, then: Eight, otherwise: Eight) -> Eight {
        // SAFETY: there is a vector already.
        Eight(unsafe { _mm512_mask_blend_pd(mask, otherwise.0, then.0) })
    }

    #[inline(always)]
    fn both(a: __mmask8, b: __mmask8) -> __mmask8 {
        a & b
    }

    #[inline(always)]
    fn holds_everywhere(mask: __mmask8) -> bool {
        mask == 0xFF
    }

    /// The table of sixteen lies in two registers, where a shuffle looks it up.
    #[inline(always)]
    fn sixteenth_of_bits(self) -> Eight {
        // SAFETY: there is a vector already; eight numbers from the first and from the ninth of sixteen.
        unsafe {
            let low = _mm512_loadu_pd(SIXTEENTHS.as_ptr());
            let high = _mm512_loadu_pd(SIXTEENTHS.as_ptr().add(8));
            Eight(_mm512_permutex2var_pd(low, _mm512_castpd_si512(self.0), high))
        }
    }
}

impl Vector for Four {
    type Mask = __m256d;
    const LANES: usize = 4;

    memory!(Four: _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd);
    scaling!(Four: _mm256_castpd_si256 _mm256_set1_epi64x _mm256_andnot_si256 _mm256_slli_epi64 _mm256_add_epi64 _mm256_castsi256_pd);
    signs!(Four: _mm256_set1_pd _mm256_andnot_pd _mm256_xor_pd);
    methods!(Four => Four: smaller_or _mm256_min_pd, larger_or _mm256_max_pd);
    methods!(|mask| mask => __m256d:
        is_below _mm256_cmp_pd::<_CMP_LT_OQ>,
        is_equal _mm256_cmp_pd::<_CMP_EQ_OQ>,
        is_undefined_with _mm256_cmp_pd::<_CMP_UNORD_Q>
    );

    #[inline(always)]
    fn select(mask: __m256d, then: Four, otherwise: Four) -> Four {
        // SAFETY: there is a vector already.
        Four(unsafe { _mm256_blendv_pd(otherwise.0, then.0, mask) })
    }

    #[inline(always)]
    fn both(a: __m256d, b: __m256d) -> __m256d {
        // SAFETY: there is a vector already.
        unsafe { _mm256_and_pd(a, b) }
    }

    #[inline(always)]
    fn holds_everywhere(mask: __m256d) -> bool {
        // SAFETY: there is a vector already.
        unsafe { _mm256_movemask_pd(mask) == 0xF }
    }

    #[inline(always)]
    fn sixteenth_of_bits(self) -> Four {
        // SAFETY: there is a vector already.
        unsafe {
            let index = _mm256_and_si256(_mm256_castpd_si256(self.0), _mm256_set1_epi64x(15));
            let low = sixteenths_at(_mm256_castsi256_si128(index));
            let high = sixteenths_at(_mm256_extracti128_si256::<1>(index));
            Four(_mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(low), high))
        }
    }
}

impl Vector for Two {
    type Mask = __m128d;
    const LANES: usize = 2;

    memory!(Two: _mm_set1_pd _mm_loadu_pd _mm_storeu_pd);
    scaling!(Two: _mm_castpd_si128 _mm_set1_epi64x _mm_andnot_si128 _mm_slli_epi64 _mm_add_epi64 _mm_castsi128_pd);
    signs!(Two: _mm_set1_pd _mm_andnot_pd _mm_xor_pd);
    methods!(Two => Two: smaller_or _mm_min_pd, larger_or _mm_max_pd);
    methods!(|mask| mask => __m128d:
        is_below _mm_cmplt_pd,
        is_equal _mm_cmpeq_pd,
        is_undefined_with _mm_cmpunord_pd
    );

    #[inline(always)]
    fn select(mask: __m128d, then: Two, otherwise: Two) -> Two {
        // SAFETY: there is a vector already.
        Two(unsafe { _mm_or_pd(_mm_and_pd(mask, then.0), _mm_andnot_pd(mask, otherwise.0)) })
    }

    #[inline(always)]
    fn both(a: __m128d, b: __m128d) -> __m128d {
        // SAFETY: there is a vector already.
        unsafe { _mm_and_pd(a, b) }
    }

    #[inline(always)]
    fn holds_everywhere(mask: __m128d) -> bool {
        // SAFETY: there is a vector already.
        unsafe { _mm_movemask_pd(mask) == 3 }
    }

    #[inline(always)]
    fn sixteenth_of_bits(self) -> Two {
        // SAFETY: there is a vector already.
        unsafe { Two(sixteenths_at(_mm_and_si128(_mm_castpd_si128(self.0), _mm_set1_epi64x(15)))) }
    }
}

/// The numbers of the table at two places below sixteen.
#[inline(always)]
fn sixteenths_at(index: __m128i) -> __m128d {
    // SAFETY: SSE2 is the baseline.
    let [low, high] =
        unsafe { [_mm_cvtsi128_si64(index), _mm_cvtsi128_si64(_mm_unpackhi_epi64(index, index))] };
    let number = |at: i64| SIXTEENTHS[(at & 15) as usize];
    // SAFETY: SSE2 is the baseline.
    unsafe { _mm_set_pd(number(high), number(low)) }
}
