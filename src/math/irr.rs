//! The internal rate of return of a series of flows: how many there are, and which it is when there is one.
//!
//! In: flows at equal steps and the length of a step in years. Out: the one rate a year, or the fact that there is none
//! or that there are several. Not here: discounting at a given rate, undefined trials and their counters.
//!
//! With s = ln(1 + rate per step) the present value is P(s) − N(s): what comes in and what goes out, both sums of
//! positive terms c·exp(−s·t). Their logarithms are cumulant generating functions of the time of a flow, so the mean time
//! is −(ln P)′, falls with s, and the variance of the time is (ln P)″ ≥ 0. The roots of the present value are those of
//! h = ln P − ln N, which is free of scale and much straighter than the polynomial.
//!
//! - All of one side before all of the other (one change of sign): h is strictly monotone, |h′| ≥ 1 at every s, and
//!   Halley's iteration from s = 0 needs two to five evaluations.
//! - Otherwise the line is cut into intervals until each is settled, with certainty up to rounding, by one of: ln P lies
//!   above its tangents and ln N below its chord (no root); h′ keeps its sign, because mean times are monotone (one root
//!   or none, by the signs at the ends); h″ keeps its sign, because |d variance/ds| ≤ span · variance (at most two roots,
//!   by the signs at the ends and at the extremum, where a double root is found to full precision).
//!
//! This isolates roots as the Vincent–Collins–Akritas method does, without its change of basis, which costs O(n²) and
//! digits at the degrees of monthly and daily series. Every evaluation is O(n), the same for 3 flows as for 3,000.
//!
//! References: for cumulants P. McCullagh, *Tensor Methods in Statistics*, 1987, chapter 2; for Halley's iteration
//! J. F. Traub, *Iterative Methods for the Solution of Equations*, 1964; for isolation by bisection G. E. Collins and
//! A. G. Akritas, "Polynomial real root isolation using Descartes' rule of signs", SYMSAC 1976.

/// How many internal rates of return there are in (−100 %, 10⁶], and which.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Irr {
    /// Exactly one distinct root, as an annual effective rate. A root closer to −100 % than a float can tell is −1.
    Rate(f64),
    /// No root: all flows zero or of one sign, roots outside the range, or no crossing.
    NoRoot,
    /// At least two distinct roots.
    SeveralRoots,
}

/// Memory that calls of [`irr`] share, so that none allocates once the longest series has been seen.
#[derive(Debug, Clone, Default)]
pub struct IrrScratch {
    inflow: Vec<f64>,
    outflow: Vec<f64>,
    pending: Vec<(Point, Point)>,
}

impl IrrScratch {
    /// Empty.
    pub fn new() -> IrrScratch {
        IrrScratch::default()
    }
}

/// Rates above this are not looked for.
const MAX_RATE: f64 = 1e6;
/// A root computed this much (relatively) above [`MAX_RATE`] is one at it.
const MAX_RATE_SLACK: f64 = 1e-12;
/// Terms summed at a time; zeros of this number stand before and after the flows.
const LANES: usize = 4;
/// Flows are scaled so that the largest has this binary exponent: high, so that small ones do not underflow, yet below
/// 1023 by enough for sums of t² times them over a million steps.
const SCALED_EXPONENT: i64 = 960;
/// Accept a Halley step when it is this small against 1/n and against h′/h″: the error left is its cube.
const STEP_TOLERANCE: f64 = 1e-5;
/// The same for Newton's iteration towards an extremum, whose error is the square.
const EXTREMUM_TOLERANCE: f64 = 1e-8;
/// An interval this short against 1/n is not cut further.
const SHORTEST: f64 = 1e-11;
/// Where in an interval to cut, in order of preference: the first where h is certainly not zero.
const CUTS: [f64; 3] = [0.5, 0.381_966, 0.618_034];

/// The internal rate of return of `cash[t]` at time `t * years_per_step`, as an annual effective rate: the root r of
/// Σ `cash[t]` (1 + r)^(−t·`years_per_step`) in (−100 %, 10⁶], if there is exactly one distinct one.
///
/// A multiple root counts once. Roots of which flows rounded to floats cannot tell whether they are one or two (nearer to
/// each other than about 10⁻⁷ in ln(1 + rate per step)) count as one. The relative error of 1 + r at a simple, well
/// separated root is a few rounding errors of ln(1 + r per step) divided by `years_per_step`: below 10⁻¹³ for steps of a
/// day or more. The result depends on the flows' ratios alone.
///
/// `years_per_step` is positive and finite. A flow that is NaN or infinite gives [`Irr::NoRoot`]: who calls tells such
/// flows from finite ones beforehand. Flows smaller than 10⁻⁶⁰⁰ of the largest count as zero.
pub fn irr(cash: &[f64], years_per_step: f64, scratch: &mut IrrScratch) -> Irr {
    let IrrScratch { inflow, outflow, pending } = scratch;
    if !split(cash, inflow, outflow) {
        return Irr::NoRoot;
    }
    let (Some(inflow), Some(outflow)) = (Side::new(inflow), Side::new(outflow)) else {
        return Irr::NoRoot;
    };
    let span = inflow.last.max(outflow.last) - inflow.first.min(outflow.first);
    // Rounding of ln of a sum of n terms: a few for the logarithm, a random walk for the terms.
    let noise = f64::EPSILON * (16.0 + 2.0 * span.sqrt());
    let value = PresentValue { inflow, outflow, span, noise };
    let mut found = Found { years_per_step, count: 0, rate: 0.0 };
    if value.inflow.last < value.outflow.first || value.outflow.last < value.inflow.first {
        found.add(value.only_root());
    } else {
        value.isolate(years_per_step * libm::log1p(MAX_RATE), pending, &mut found);
    }
    match found.count {
        0 => Irr::NoRoot,
        1 => Irr::Rate(found.rate),
        _ => Irr::SeveralRoots,
    }
}

/// Roots in the range so far.
struct Found {
    years_per_step: f64,
    count: usize,
    rate: f64,
}

impl Found {
    fn add(&mut self, s: f64) {
        let rate = libm::expm1(s / self.years_per_step);
        if rate <= MAX_RATE * (1.0 + MAX_RATE_SLACK) {
            self.count += 1;
            self.rate = rate.min(MAX_RATE);
        }
    }
}

/// 2^exponent for a normal number.
fn power_of_two(exponent: i64) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

/// The binary exponent of a positive normal number.
fn exponent_of(x: f64) -> i64 {
    (x.to_bits() >> 52) as i64 - 1023
}

/// Fills in what comes in and what goes out, scaled by a power of two, with zeros around. False if a flow is not finite.
fn split(cash: &[f64], inflow: &mut Vec<f64>, outflow: &mut Vec<f64>) -> bool {
    let mut largest = 0.0_f64;
    let mut is_finite = true;
    for &c in cash {
        let size = c.abs();
        is_finite &= size <= f64::MAX;
        largest = if size > largest { size } else { largest };
    }
    if !is_finite {
        return false;
    }
    // In two factors: 2^1534 is none, and the exponent of a subnormal number shows only once it is normal.
    let first = if largest < power_of_two(-500) { power_of_two(574) } else { 1.0 };
    let second = power_of_two(
        (SCALED_EXPONENT - exponent_of((largest * first).max(f64::MIN_POSITIVE))).min(1023),
    );
    let length = cash.len() + 2 * LANES;
    for side in [&mut *inflow, &mut *outflow] {
        side.clear();
        side.resize(length, 0.0);
    }
    let (inflow, outflow) =
        (&mut inflow[LANES..][..cash.len()], &mut outflow[LANES..][..cash.len()]);
    for ((&c, inflow), outflow) in cash.iter().zip(inflow).zip(outflow) {
        let scaled = c * first * second;
        *inflow = if scaled > 0.0 { scaled } else { 0.0 };
        *outflow = if scaled < 0.0 { -scaled } else { 0.0 };
    }
    true
}

/// What comes in, or what goes out.
struct Side<'a> {
    /// From the first flow on, in whole groups of lanes.
    from_first: &'a [[f64; LANES]],
    /// To the last flow, in whole groups of lanes.
    to_last: &'a [[f64; LANES]],
    /// Index of the first flow.
    first: f64,
    /// Index of the last flow.
    last: f64,
}

/// A side at one s, as a distribution of time.
struct Moments {
    /// Present value at `reference`.
    sum: f64,
    /// The step that dominates: the first for s ≥ 0, the last for s < 0.
    reference: f64,
    mean: f64,
    variance: f64,
}

impl Side<'_> {
    fn new(flows: &[f64]) -> Option<Side<'_>> {
        let first = flows.iter().position(|&c| c > 0.0)?;
        let last = flows.iter().rposition(|&c| c > 0.0)?;
        let padded = (last - first + 1).next_multiple_of(LANES);
        Some(Side {
            from_first: flows[first..first + padded].as_chunks().0,
            to_last: flows[last + 1 - padded..=last].as_chunks().0,
            first: first as f64,
            last: last as f64,
        })
    }

    fn span(&self) -> f64 {
        self.last - self.first
    }

    /// At discount factor `x` ≤ 1 a step, away from the first flow or, backwards, from the last.
    fn moments(&self, x: f64, is_backward: bool) -> Moments {
        let [sum, first, second] = if is_backward {
            power_sums::<true>(self.to_last, x)
        } else {
            power_sums::<false>(self.from_first, x)
        };
        let lag = first / sum;
        let (reference, mean) =
            if is_backward { (self.last, self.last - lag) } else { (self.first, self.first + lag) };
        Moments { sum, reference, mean, variance: (second / sum - lag * lag).max(0.0) }
    }

    /// Undiscounted.
    fn total(&self) -> f64 {
        self.from_first.iter().flatten().sum()
    }
}

/// Σ c·xⁱ, Σ i·c·xⁱ, Σ i²·c·xⁱ; i counts from the first term, or from the last.
fn power_sums<const IS_BACKWARD: bool>(groups: &[[f64; LANES]], x: f64) -> [f64; 3] {
    let mut power = [1.0, x, x * x, x * x * x];
    let mut index = [0.0, 1.0, 2.0, 3.0];
    if IS_BACKWARD {
        power.reverse();
        index.reverse();
    }
    let stride = (x * x) * (x * x);
    let mut sums = [[0.0; LANES]; 3];
    for k in 0..groups.len() {
        let group = &groups[if IS_BACKWARD { groups.len() - 1 - k } else { k }];
        for lane in 0..LANES {
            let term = group[lane] * power[lane];
            let first = term * index[lane];
            sums[0][lane] += term;
            sums[1][lane] += first;
            sums[2][lane] += first * index[lane];
            power[lane] *= stride;
            index[lane] += LANES as f64;
        }
    }
    sums.map(|s| (s[0] + s[1]) + (s[2] + s[3]))
}

/// h and what is known of it at one s.
#[derive(Debug, Clone, Copy)]
struct Point {
    s: f64,
    /// h = ln P − ln N.
    h: f64,
    /// h′, the mean time of what goes out less that of what comes in.
    slope: f64,
    /// h″.
    curvature: f64,
    /// Present value of what comes in at `reference_in`.
    sum_in: f64,
    reference_in: f64,
    mean_in: f64,
    mean_out: f64,
    variance_in: f64,
    variance_out: f64,
}

impl Point {
    fn ln_in(&self) -> f64 {
        libm::log(self.sum_in) - self.s * self.reference_in
    }
}

/// Flows on both sides.
struct PresentValue<'a> {
    inflow: Side<'a>,
    outflow: Side<'a>,
    /// Steps from the first flow to the last.
    span: f64,
    /// What h may be off by rounding.
    noise: f64,
}

impl PresentValue<'_> {
    fn at(&self, s: f64) -> Point {
        let is_backward = s < 0.0;
        let x = libm::exp(-s.abs());
        let inflow = self.inflow.moments(x, is_backward);
        let outflow = self.outflow.moments(x, is_backward);
        let ratio = inflow.sum / outflow.sum;
        let ln_ratio = if ratio.is_normal() {
            libm::log(ratio)
        } else {
            libm::log(inflow.sum) - libm::log(outflow.sum)
        };
        Point {
            s,
            h: ln_ratio - s * (inflow.reference - outflow.reference),
            slope: outflow.mean - inflow.mean,
            curvature: inflow.variance - outflow.variance,
            sum_in: inflow.sum,
            reference_in: inflow.reference,
            mean_in: inflow.mean,
            mean_out: outflow.mean,
            variance_in: inflow.variance,
            variance_out: outflow.variance,
        }
    }

    /// Whether h may be zero at a point, with a margin; the ends of intervals never are.
    fn is_flat(&self, point: &Point) -> bool {
        point.h.abs() <= 16.0 * self.noise
    }

    /// The root when all of one side comes before all of the other.
    fn only_root(&self) -> f64 {
        let origin = self.at(0.0);
        // The means differ by at least one step at every s, so that the root is no farther than |h|.
        let reach = origin.h * (1.0 + 1e-9);
        let end = if self.inflow.first > self.outflow.last { reach } else { -reach };
        self.root(end.min(0.0), end.max(0.0), self.inflow.last > self.outflow.last, origin)
    }

    /// The root in a bracket at whose lower end h is positive or not, from a point in it (ends included): Halley's
    /// iteration, bisection where it leaves the bracket or slows down.
    fn root(&self, mut low: f64, mut high: f64, is_positive_low: bool, start: Point) -> f64 {
        let mut point = start;
        let mut last_step = f64::INFINITY;
        loop {
            if point.h == 0.0 {
                return point.s;
            }
            if (point.h > 0.0) == is_positive_low {
                low = point.s;
            } else {
                high = point.s;
            }
            let newton = -point.h / point.slope;
            let bend = point.curvature / point.slope;
            let step = newton / (1.0 + 0.5 * newton * bend).max(0.5);
            let middle = low + 0.5 * (high - low);
            if step.abs() * self.span.max(bend.abs()) <= STEP_TOLERANCE {
                return (point.s + step).clamp(low, high);
            }
            if middle <= low || middle >= high || high - low < f64::MIN_POSITIVE {
                return middle;
            }
            let next = point.s + step;
            let is_good = next > low && next < high && step.abs() < 0.75 * last_step;
            last_step = if is_good { step.abs() } else { 0.5 * (high - low) };
            point = self.at(if is_good { next } else { middle });
        }
    }

    /// Finds the distinct roots with s up to `s_max` until there are two.
    fn isolate(&self, s_max: f64, pending: &mut Vec<(Point, Point)>, found: &mut Found) {
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
        let slope_noise = 16.0 * f64::EPSILON * self.span;
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
        let slack = 1e-12
            + 8.0
                * f64::EPSILON
                * (ln_in_a.abs() + ln_in_b.abs() + ln_out_a.abs() + ln_out_b.abs());
        from_a.min(from_b) > slack
    }

    /// Bounds of h″ between two points.
    fn curvature_between(&self, a: &Point, b: &Point) -> (f64, f64) {
        let width = b.s - a.s;
        let rounding = 16.0 * f64::EPSILON * self.span * self.span;
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

#[cfg(test)]
mod tests {
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
            &[-1.0, 1.5e6, -1.5e6 * 0.9],
            &[f64::NAN, 1.0],
            &[-1.0, f64::INFINITY],
        ] {
            let expected =
                if cash == [-1.0, 1.5e6, -1.5e6 * 0.9] { Irr::Rate(-0.1) } else { Irr::NoRoot };
            match expected {
                Irr::Rate(rate) => check_rate(cash, 1.0, rate, 1e-6),
                Irr::NoRoot | Irr::SeveralRoots => check(cash, expected),
            }
        }
    }

    #[test]
    fn ends_of_the_range() {
        check_rate(&[-1.0, 1e6 + 1.0], 1.0, 1e6, 1e-13);
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
            match (of(&cash, 1.0), of(&padded, 1.0)) {
                (Irr::Rate(a), Irr::Rate(b)) => {
                    assert!((a - b).abs() <= 1e-11 * (1.0 + a), "{a} {b} {cash:?}")
                }
                (a, b) => assert_eq!(a, b, "{cash:?}"),
            }
        }
    }

    #[test]
    fn the_scale_of_flows_does_not_matter() {
        let mut random = Random(8);
        for _ in 0..300 {
            let cash: Vec<f64> = (0..9).map(|_| random.between(-1.0, 1.3)).collect();
            for scale in [2e-300, 1e-3, 3e12, 1e300, -1.0] {
                let scaled: Vec<f64> = cash.iter().map(|c| c * scale).collect();
                match (of(&cash, 1.0), of(&scaled, 1.0)) {
                    (Irr::Rate(a), Irr::Rate(b)) => {
                        assert!((a - b).abs() <= 1e-11 * (1.0 + a), "{a} {b} {cash:?}")
                    }
                    (a, b) => assert_eq!(a, b, "{cash:?}"),
                }
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
            let values: Vec<f64> = (1..20_000)
                .map(|i| horner(&cash, libm::exp(8.0 - f64::from(i) * 1e-3)).0)
                .collect();
            let crossings =
                values.windows(2).filter(|pair| (pair[0] > 0.0) != (pair[1] > 0.0)).count();
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
        let alternating: Vec<f64> =
            (0..3650).map(|t| if t % 2 == 0 { -1.0 } else { 1.0 }).collect();
        check_rate(&alternating, 1.0 / 365.0, 0.0, 1e-12);
        let alternating: Vec<f64> =
            (0..3651).map(|t| if t % 2 == 0 { -1.0 } else { 1.0 }).collect();
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
}
