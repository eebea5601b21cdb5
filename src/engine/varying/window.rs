//! Windows of laws whose parameters, or bounds, differ from lane to lane: `truncate`.

use super::family::Part;
use crate::math::simd::SimdPath;

/// A window of a law: its arguments are the bounds, then those of the law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Window {
    pub(super) has_low: bool,
    pub(super) has_high: bool,
    pub(super) inner: Part,
}

impl Window {
    /// The draws by whichever tail is smaller, and whether they are sure: what is impossible, has no spread or holds
    /// nothing of the law is left to the scalar law.
    #[inline(always)]
    pub(super) fn fill<const W: usize>(
        &self,
        path: SimdPath,
        arguments: &[[f64; W]],
        u: &[f64; W],
        out: &mut [f64; W],
    ) -> [bool; W] {
        let n_bounds = usize::from(self.has_low) + usize::from(self.has_high);
        let (bounds, rest) = arguments.split_at(n_bounds);
        let law = self.inner.law(path, rest);
        // P(X < low), P(X ≥ low), P(X ≤ high), P(X > high)
        let (mut below, mut from, mut up_to, mut above) = ([0.0; W], [1.0; W], [1.0; W], [0.0; W]);
        let (mut low, mut high) = ([f64::NEG_INFINITY; W], [f64::INFINITY; W]);
        if self.has_low {
            low = bounds[0];
            [below, from, _] = law.tails(&low);
        }
        if self.has_high {
            high = bounds[n_bounds - 1];
            [up_to, above, _] = law.tails(&high);
        }
        let (mut lower, mut upper) = ([0.5; W], [0.5; W]);
        let mut is_sure = law.is_possible;
        for i in 0..W {
            // by the tail that loses least
            let both = if from[i] <= 0.5 { from[i] - above[i] } else { 1.0 - below[i] - above[i] };
            let mass = if up_to[i] <= 0.5 { up_to[i] - below[i] } else { both };
            let (share, rest) = (below[i] + u[i] * mass, above[i] + (1.0 - u[i]) * mass);
            is_sure[i] &= (mass > 0.0) & (low[i] < high[i]) & (share > 0.0) & (rest > 0.0);
            lower[i] = if is_sure[i] { share } else { 0.5 };
            upper[i] = if is_sure[i] { rest } else { 0.5 };
        }
        let x = law.inverse(&lower, &upper);
        for i in 0..W {
            let x = if x[i] < low[i] { low[i] } else { x[i] };
            out[i] = if x > high[i] { high[i] } else { x };
            is_sure[i] &= x.abs() < f64::INFINITY;
        }
        is_sure
    }
}
