//! What a channel is set up with before a run: its kind, where its histogram is centered and how it is scaled.
//!
//! What comes in: a pilot of a few thousand trials that depend on the model alone, so that a result stays a
//! function of (model, seed, design, trials). What goes out: a [`ChannelPlan`]. What is not here: recording.
//! The histogram covers every magnitude: a pilot that saw no tail does no harm.

/// A value that makes up this share of the pilot is counted apart, exactly.
const ATOM_SHARE: f64 = 0.01;
/// At least so often must a value repeat to be an atom.
const ATOM_REPEATS: usize = 4;
/// At most so many atoms: each costs a comparison a lane.
const MAX_ATOMS: usize = 4;
/// Values crowd at an edge where they lie so many times as dense as around the median.
const CROWDED: f64 = 4.0;
/// Fewer values than this apart from the atoms say nothing about a center.
const MIN_BODY: usize = 20;
/// Where the pilot does not spread: this many octaves below its value begins the linear middle.
const OCTAVES_BELOW_CONSTANT: i32 = 40;
/// The same where the pilot is constantly 0, or empty.
const EXPONENT_OF_NOTHING: i32 = -60;

/// What a channel's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    /// A number; whatever is not finite is undefined.
    Number,
    /// A time; `+inf` is never, and whatever else is not finite is undefined.
    Time,
    /// A condition: 1 (true), 0 (false), NaN (undefined).
    Condition,
}

/// How fine a channel's histogram is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// 1024 buckets an octave: an output of its own.
    Fine,
    /// 256 buckets an octave: a step of a series, of which there are hundreds.
    Coarse,
}

impl Resolution {
    pub(super) const FINE_BITS: u32 = 10;
    pub(super) const COARSE_BITS: u32 = 8;

    /// Buckets an octave, as a power of two.
    pub(super) fn bits(self) -> u32 {
        match self {
            Resolution::Fine => Resolution::FINE_BITS,
            Resolution::Coarse => Resolution::COARSE_BITS,
        }
    }
}

/// What a channel is set up with.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelPlan {
    kind: ChannelKind,
    resolution: Resolution,
    center: f64,
    exponent: i32,
    atoms: Vec<f64>,
    limits: Vec<f64>,
}

impl ChannelPlan {
    /// A plan from a pilot's values (in the output's own unit; NaN and infinities as in a run).
    /// `base` is the base case (NaN where undefined, `+inf` where never); values at most `base` and at most each
    /// of `thresholds` are counted exactly.
    pub fn from_pilot(
        kind: ChannelKind,
        resolution: Resolution,
        pilot: &[f64],
        base: f64,
        thresholds: Vec<f64>,
    ) -> ChannelPlan {
        // + 0.0 makes -0.0 a plain 0.
        let mut finite: Vec<f64> =
            pilot.iter().filter(|x| x.is_finite()).map(|&x| x + 0.0).collect();
        finite.sort_unstable_by(f64::total_cmp);
        let atoms = atoms(&finite);
        let body: Vec<f64> = finite.iter().copied().filter(|x| !atoms.contains(x)).collect();
        let fallback = if base.is_finite() { base } else { 0.0 };
        let (center, exponent) =
            center_and_exponent(if body.len() >= MIN_BODY { &body } else { &finite }, fallback);
        let mut limits = thresholds;
        limits.insert(0, base);
        ChannelPlan { kind, resolution, center, exponent, atoms, limits }
    }

    /// What the channel's values are.
    pub fn kind(&self) -> ChannelKind {
        self.kind
    }

    /// How fine its histogram is.
    pub fn resolution(&self) -> Resolution {
        self.resolution
    }

    /// The middle of the histogram.
    pub fn center(&self) -> f64 {
        self.center
    }

    /// Values that are counted apart.
    pub fn atoms(&self) -> &[f64] {
        &self.atoms
    }

    /// Limits at or below which values are counted, apart from the base case.
    pub fn thresholds(&self) -> &[f64] {
        &self.limits[1..]
    }

    /// The base case, then the thresholds.
    pub(super) fn limits(&self) -> &[f64] {
        &self.limits
    }

    /// Two factors that together divide by the scale: one alone may overflow.
    pub(super) fn divisors(&self) -> (f64, f64) {
        let half = -self.exponent / 2;
        (power_of_two(half), power_of_two(-self.exponent - half))
    }

    /// A length in units of the scale, in the output's unit.
    pub(super) fn unscaled(&self, length: f64) -> f64 {
        let half = self.exponent / 2;
        length * power_of_two(half) * power_of_two(self.exponent - half)
    }
}

/// The values that repeat, most frequent first; `sorted` ascends.
fn atoms(sorted: &[f64]) -> Vec<f64> {
    let least = ((sorted.len() as f64 * ATOM_SHARE).ceil() as usize).max(ATOM_REPEATS);
    let mut runs: Vec<(usize, f64)> = sorted
        .chunk_by(|a, b| a == b)
        .filter(|run| run.len() >= least)
        .map(|run| (run.len(), run[0]))
        .collect();
    runs.sort_by_key(|&(length, _)| std::cmp::Reverse(length));
    runs.truncate(MAX_ATOMS);
    runs.into_iter().map(|(_, value)| value).collect()
}

/// The center, and the exponent of the power of two at or below a length there.
///
/// The center is the median, unless the values crowd at an edge (a density with a pole there): then it is P5 or P95.
/// The length is the smallest of the center's distances from P5, P95 and, doubled, the quartiles; at an edge of those
/// from its neighbors. Then no bucket between P5 and P95 is wider than (P95 − P5) / 1024, skewed laws are finer
/// where they are denser, and outliers of any number below a quarter do not blur the rest.
fn center_and_exponent(sorted: &[f64], fallback: f64) -> (f64, i32) {
    let at = |share: f64| sorted[(share * (sorted.len() - 1) as f64) as usize];
    let (center, sides) = if sorted.is_empty() {
        (fallback, [0.0; 4])
    } else if let Some([below, edge, above]) = crowded_edge(at) {
        (edge, [edge - below, above - edge, 0.0, 0.0])
    } else {
        let middle = at(0.5);
        let quartiles = [2.0 * (middle - at(0.25)), 2.0 * (at(0.75) - middle)];
        (middle, [middle - at(0.05), at(0.95) - middle, quartiles[0], quartiles[1]])
    };
    let scale = sides.into_iter().filter(|&side| side > 0.0).fold(f64::INFINITY, f64::min);
    let exponent = if scale < f64::INFINITY || sides.contains(&f64::INFINITY) {
        // An infinite difference of finite values has the exponent of the largest.
        libm::ilogb(scale.min(f64::MAX))
    } else if center != 0.0 {
        libm::ilogb(center) - OCTAVES_BELOW_CONSTANT
    } else {
        EXPONENT_OF_NOTHING
    };
    (center, exponent.clamp(-1074, 1022))
}

/// Where the density at P5 or P95 is far above that around the median: the percentile and its neighbors.
fn crowded_edge(at: impl Fn(f64) -> f64) -> Option<[f64; 3]> {
    let width = |low: f64, high: f64| (at(high) - at(low)) / (high - low);
    let middle = width(0.4, 0.6);
    let is_crowded = |edge: f64| edge > 0.0 && edge * CROWDED < middle;
    if is_crowded(width(0.025, 0.1)) {
        Some([at(0.025), at(0.05), at(0.1)])
    } else if is_crowded(width(0.9, 0.975)) {
        Some([at(0.9), at(0.95), at(0.975)])
    } else {
        None
    }
}

/// 2ᵏ for a k whose power is a normal number.
fn power_of_two(k: i32) -> f64 {
    debug_assert!((-1022..=1023).contains(&k), "halves of exponents are small");
    f64::from_bits(((k + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(pilot: &[f64]) -> ChannelPlan {
        ChannelPlan::from_pilot(ChannelKind::Number, Resolution::Fine, pilot, 5.0, vec![])
    }

    #[test]
    fn centers_on_the_median_and_scales_by_the_smaller_side() {
        let pilot: Vec<f64> = (0..=100).map(f64::from).map(|x| 1000.0 + x * x.sqrt()).collect();
        let plan = plan(&pilot);
        assert_eq!(
            (plan.center, plan.exponent),
            (1000.0 + 50.0 * 50_f64.sqrt(), 8),
            "P5 is 342 below"
        );
    }

    #[test]
    fn a_crowded_edge_is_the_center() {
        let pilot: Vec<f64> =
            (0..=1000).map(|i| f64::from(i) / 1000.0).map(|u| u * u * u).collect();
        let low = plan(&pilot);
        assert_eq!((low.center, low.exponent), (0.05 * 0.05 * 0.05, -14), "P2.5 is 1.1e-4 below");
        let mirrored: Vec<f64> = pilot.iter().rev().map(|x| 1.0 - x).collect();
        assert!((plan(&mirrored).center - 1.0).abs() < 2e-4);
    }

    #[test]
    fn atoms_are_found_and_kept_out_of_the_scale() {
        let mut pilot = vec![0.0; 500];
        pilot.extend((0..500).map(|i| 1e6 + f64::from(i)));
        let plan = plan(&pilot);
        assert_eq!(plan.atoms, [0.0]);
        assert_eq!((plan.center, plan.exponent), (1e6 + 249.0, 7));
    }

    #[test]
    fn pilots_that_do_not_spread_have_a_plan() {
        assert_eq!((plan(&[]).center, plan(&[]).exponent), (5.0, 2 - 40));
        assert_eq!((plan(&[8.0; 9]).center, plan(&[8.0; 9]).exponent), (8.0, 3 - 40));
        assert_eq!(plan(&[f64::NAN, f64::INFINITY, -0.0]).exponent, -60);
    }

    #[test]
    fn scales_of_every_magnitude_divide_exactly() {
        for exponent in [-1074, -1000, -1, 0, 5, 1022] {
            let plan = ChannelPlan { exponent, ..plan(&[]) };
            let (a, b) = plan.divisors();
            assert_eq!(plan.unscaled(1.0) * a * b, 1.0, "2^{exponent}");
        }
    }
}
