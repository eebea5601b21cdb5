//! All distinct roots of h where signs change more than once: cut until every interval is settled.
//!
//! In: the two sides and a ceiling for s. Out: roots, to the count. Not here: evaluation (see `value`). What settles an
//! interval, and why, stands at the head of `irr`.

use super::value::{Point, PresentValue, Side};
use super::{Found, LANES};

/// Accept a Newton step towards an extremum when it is this small against 1/n: the error left is its square.
const EXTREMUM_TOLERANCE: f64 = 1e-8;
/// An interval this short against 1/n is not cut further.
const SHORTEST: f64 = 1e-11;
/// Where in an interval to cut, in order of preference: the first where h is certainly not zero.
const CUTS: [f64; 3] = [0.5, 0.381_966, 0.618_034];

impl PresentValue<'_> {
    /// Finds the distinct roots with s up to `s_max` until there are two.
    pub(super) fn isolate(&self, s_max: f64, pending: &mut Vec<(Point, Point)>, found: &mut Found) {
        let (low, high) = self.limits();
        let mut high = self.at(high.min(s_max + margin(s_max)));
        while self.is_flat(&high) && high.s < 2.0 * s_max {
            high = self.at(high.s + margin(s_max));
        }
        pending.clear();
        pending.push((self.at(low), high));
        while let Some((a, b)) = pending.pop() {
            let is_settled = self.settle(&a, &b, found);
            if found.count > 1 {
                return;
            }
            if is_settled {
                continue;
            }
            let width = b.s - a.s;
            let cut = CUTS
                .iter()
                .map(|cut| self.at(a.s + cut * width))
                .find(|point| !self.is_flat(point));
            match cut {
                Some(middle) if width * self.span > SHORTEST => {
                    pending.push((middle, b));
                    pending.push((a, middle));
                }
                _ => self.settle_cluster(&a, &b, found),
            }
        }
    }

    /// Values of s below and above which one flow outweighs all those of the other side (Cauchy's bound).
    fn limits(&self) -> (f64, f64) {
        let (inflow, outflow) = (&self.inflow, &self.outflow);
        let (side, other) =
            if inflow.first < outflow.first { (inflow, outflow) } else { (outflow, inflow) };
        let above = (libm::log(other.total()) - libm::log(side.from_first[0][0]))
            / (other.first - side.first);
        let (side, other) =
            if inflow.last > outflow.last { (inflow, outflow) } else { (outflow, inflow) };
        let at_last = side.to_last[side.to_last.len() - 1][LANES - 1];
        let below = (libm::log(other.total()) - libm::log(at_last)) / (side.last - other.last);
        let (above, below) = (above.max(0.0), below.max(0.0));
        (-below - margin(below), above + margin(above))
    }

    /// Counts the roots between two points where h is certainly not zero, or gives up on so long an interval.
    fn settle(&self, a: &Point, b: &Point, found: &mut Found) -> bool {
        let is_crossing = (a.h > 0.0) != (b.h > 0.0);
        if !is_crossing && self.is_clear_by_chord(a, b) {
            return true;
        }
        let width = b.s - a.s;
        let (curve_low, curve_high) = self.curvature_between(a, b);
        let (rise, fall) = (curve_high.max(0.0) * width, curve_low.min(0.0) * width);
        let slope_low = (b.mean_out - a.mean_in).max(a.slope + fall).max(b.slope - rise);
        let slope_high = (a.mean_out - b.mean_in).min(a.slope + rise).min(b.slope - fall);
        let slope_noise = self.noise * self.span;
        // Where h′ keeps its sign there is one root or none; where h″ does and h changes sign, one.
        let is_monotone = slope_low > slope_noise || slope_high < -slope_noise;
        let is_curved = curve_low > 0.0 || curve_high < 0.0;
        if is_monotone || (is_curved && is_crossing) {
            if is_crossing {
                found.add(self.root_between(a, b));
            }
            return true;
        }
        if is_crossing {
            return false;
        }
        let side = a.h.signum();
        if is_curved {
            // Towards zero and back: the sign of h″ is that of h.
            if (curve_low > 0.0) == (side > 0.0) && side * a.slope < 0.0 && side * b.slope > 0.0 {
                self.settle_extremum(a, b, found);
            }
            return true;
        }
        // Taylor's bound from either end to the middle.
        let half = 0.5 * width;
        let curve = if side > 0.0 { curve_low } else { -curve_high };
        let from_a = side * (a.h + a.slope * half) + 0.5 * curve * half * half;
        let from_b = side * (b.h - b.slope * half) + 0.5 * curve * half * half;
        from_a.min(from_b) > 16.0 * self.noise
    }

    /// The side that is larger at both ends stays so: it is above its tangents, the other below its chord.
    fn is_clear_by_chord(&self, a: &Point, b: &Point) -> bool {
        let width = b.s - a.s;
        let (ln_in_a, ln_in_b) = (a.ln_in(), b.ln_in());
        let (ln_out_a, ln_out_b) = (ln_in_a - a.h, ln_in_b - b.h);
        let (lift, mean_a, mean_b, above_a, above_b, below_a, below_b) = if a.h > 0.0 {
            (1.0, a.mean_in, b.mean_in, ln_in_a, ln_in_b, ln_out_a, ln_out_b)
        } else {
            (-1.0, a.mean_out, b.mean_out, ln_out_a, ln_out_b, ln_in_a, ln_in_b)
        };
        let chord = (below_b - below_a) / width;
        // Where the tangents meet; any other point gives a weaker bound, none a wrong one.
        let meeting = (above_a - above_b - mean_b * width) / (mean_a - mean_b);
        let x = if meeting >= 0.0 && meeting <= width { meeting } else { 0.5 * width };
        let from_a = lift * a.h - x * (mean_a + chord);
        let from_b = lift * b.h + (width - x) * (mean_b + chord);
        let size = ln_in_a.abs() + ln_in_b.abs() + ln_out_a.abs() + ln_out_b.abs();
        let slack = 1e-12 + 8.0 * f64::EPSILON * size;
        from_a.min(from_b) > slack
    }

    /// Bounds of h″ between two points.
    fn curvature_between(&self, a: &Point, b: &Point) -> (f64, f64) {
        let width = b.s - a.s;
        let rounding = self.noise * self.span * self.span;
        let bounds = |side: &Side<'_>, at_a: f64, at_b: f64| {
            let x = side.span() * width;
            // No variance exceeds (span/2)², and exp(x) ≤ 1 + x + x² for x ≤ 1.
            let largest = 0.25 * side.span() * side.span();
            if x < 1.0 {
                let high = at_a.min(at_b) * (1.0 + x + x * x) + rounding;
                (at_a.max(at_b) * (1.0 - x) - rounding, high.min(largest))
            } else {
                (0.0, largest)
            }
        };
        let (in_low, in_high) = bounds(&self.inflow, a.variance_in, b.variance_in);
        let (out_low, out_high) = bounds(&self.outflow, a.variance_out, b.variance_out);
        (in_low - out_high, in_high - out_low)
    }

    /// The root between two points of opposite sign.
    fn root_between(&self, a: &Point, b: &Point) -> f64 {
        let start = if a.h.abs() < b.h.abs() { a } else { b };
        self.root(a.s, b.s, a.h > 0.0, *start)
    }

    /// Two roots, one double root or none about the one extremum between two points.
    fn settle_extremum(&self, a: &Point, b: &Point, found: &mut Found) {
        let (mut low, mut high) = (a.s, b.s);
        let is_positive_low = a.slope > 0.0;
        let mut point = if a.slope.abs() < b.slope.abs() { *a } else { *b };
        let mut last_step = f64::INFINITY;
        let extremum = loop {
            // Certain before the extremum is: h has crossed to the other side.
            if (point.h > 0.0) != (a.h > 0.0) && !self.is_flat(&point) {
                break point;
            }
            if (point.slope > 0.0) == is_positive_low {
                low = point.s;
            } else {
                high = point.s;
            }
            let step = -point.slope / point.curvature;
            let middle = low + 0.5 * (high - low);
            let next = point.s + step;
            if step.abs() * self.span <= EXTREMUM_TOLERANCE || middle <= low || middle >= high {
                break self.at(next.clamp(low, high));
            }
            let is_good = next > low && next < high && step.abs() < 0.75 * last_step;
            last_step = if is_good { step.abs() } else { 0.5 * (high - low) };
            point = self.at(if is_good { next } else { middle });
        };
        if extremum.h.abs() <= self.noise {
            found.add(extremum.s);
        } else if (extremum.h > 0.0) != (a.h > 0.0) {
            found.add(self.root_between(a, &extremum));
            found.add(self.root_between(&extremum, b));
        }
    }

    /// An interval in which h, h′ and h″ vanish together as far as floats can tell: a root of multiplicity three or more,
    /// or roots that rounding of the flows cannot keep apart. The derivative that crosses zero places it best.
    fn settle_cluster(&self, a: &Point, b: &Point, found: &mut Found) {
        let is_crossing = (a.h > 0.0) != (b.h > 0.0);
        let derivative = |point: &Point| if is_crossing { point.curvature } else { point.slope };
        let (mut low, mut high) = (*a, *b);
        loop {
            let middle = self.at(low.s + 0.5 * (high.s - low.s));
            if middle.s <= low.s || middle.s >= high.s {
                break;
            }
            if (derivative(&middle) > 0.0) == (derivative(a) > 0.0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        if self.is_flat(&low) {
            found.add(low.s);
        } else if is_crossing {
            found.add(self.root_between(a, b));
        } else {
            // The middle of what is flat.
            let cut = CUTS
                .iter()
                .map(|cut| self.at(a.s + cut * (b.s - a.s)))
                .find(|point| self.is_flat(point));
            if let Some(point) = cut {
                found.add(point.s);
            }
        }
    }
}

/// How far beyond a bound to look, so that a root at the bound is inside.
fn margin(s: f64) -> f64 {
    1e-3 * (1.0 + s)
}
