//! h = ln P − ln N of a series of flows at one s, with two derivatives, and its root in a bracket.
//!
//! In: the two sides. Out: points of h, roots. Not here: how many roots there are (see `isolate`).
//! P(s) and N(s) are each Σ c·exp(−s·t), summed from the flow that dominates them, so that nothing
//! overflows: from the first flow at discounting s ≥ 0, backwards from the last at s < 0.

use super::LANES;

/// Accept a Halley step when it is this small against 1/n and against h′/h″: the error left is its cube.
const STEP_TOLERANCE: f64 = 1e-5;

/// What comes in, or what goes out.
pub(super) struct Side<'a> {
    /// From the first flow on, in whole groups of lanes.
    pub(super) from_first: &'a [[f64; LANES]],
    /// To the last flow, in whole groups of lanes.
    pub(super) to_last: &'a [[f64; LANES]],
    /// Index of the first flow.
    pub(super) first: f64,
    /// Index of the last flow.
    pub(super) last: f64,
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
    /// Of flows ≥ 0 with [`LANES`] zeros around them; `None` if all are zero.
    pub(super) fn new(flows: &[f64]) -> Option<Side<'_>> {
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

    /// Steps from the first flow to the last.
    pub(super) fn span(&self) -> f64 {
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
    pub(super) fn total(&self) -> f64 {
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
pub(super) struct Point {
    pub(super) s: f64,
    /// h = ln P − ln N.
    pub(super) h: f64,
    /// h′, the mean time of what goes out less that of what comes in.
    pub(super) slope: f64,
    /// h″.
    pub(super) curvature: f64,
    /// Present value of what comes in at `reference_in`.
    pub(super) sum_in: f64,
    pub(super) reference_in: f64,
    pub(super) mean_in: f64,
    pub(super) mean_out: f64,
    pub(super) variance_in: f64,
    pub(super) variance_out: f64,
}

impl Point {
    /// ln P.
    pub(super) fn ln_in(&self) -> f64 {
        libm::log(self.sum_in) - self.s * self.reference_in
    }
}

/// Flows on both sides.
pub(super) struct PresentValue<'a> {
    pub(super) inflow: Side<'a>,
    pub(super) outflow: Side<'a>,
    /// Steps from the first flow to the last.
    pub(super) span: f64,
    /// What h may be off by rounding.
    pub(super) noise: f64,
}

impl PresentValue<'_> {
    /// h at any s.
    pub(super) fn at(&self, s: f64) -> Point {
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
    pub(super) fn is_flat(&self, point: &Point) -> bool {
        point.h.abs() <= 16.0 * self.noise
    }

    /// The root when all of one side comes before all of the other.
    pub(super) fn only_root(&self) -> f64 {
        let origin = self.at(0.0);
        // The means differ by at least one step at every s, so that the root is no farther than |h|.
        let reach = origin.h * (1.0 + 1e-9);
        let end = if self.inflow.first > self.outflow.last { reach } else { -reach };
        self.root(end.min(0.0), end.max(0.0), self.inflow.last > self.outflow.last, origin)
    }

    /// The root in a bracket at whose lower end h is positive or not, from a point in it (ends included): Halley's
    /// iteration, bisection where it leaves the bracket or slows down.
    pub(super) fn root(
        &self,
        mut low: f64,
        mut high: f64,
        is_positive_low: bool,
        start: Point,
    ) -> f64 {
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
}
