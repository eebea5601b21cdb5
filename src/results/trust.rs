//! Whether an interval that rests on the central limit theorem holds: heavy tails, and skewness.
//!
//! Heavy tails are told by two signs together. The tail index of the largest distances from the center, estimated
//! after B. M. Hill, "A simple general approach to inference about the tail of a distribution", Annals of
//! Statistics 3 (1975), is below 2: as far as the trials reach, the variance does not settle and the central limit
//! theorem gives no interval for the mean. And few trials make the variance: the ratio of P. Embrechts,
//! C. Klüppelberg, T. Mikosch, *Modelling Extremal Events* (1997), 6.2.6, here as √(Σ d⁴) / Σ d², which is the
//! relative standard error of the variance, and tends to 0 if and only if the variance exists.
//!
//! Short of that, skewness decides how many trials the theorem takes: a 95 % interval of the mean is wrong in at
//! most 6 % of runs where n > 25 G₁², G₁ the skewness (W. G. Cochran, *Sampling Techniques*, 3rd ed., 1977, 2.15;
//! R. A. Sugden, T. M. F. Smith, R. P. Jones, "Cochran's rule for simple random sampling", Journal of the Royal
//! Statistical Society B 62, 2000). Where there are fewer, the interval is withheld and the number told.

use super::statistics::{Withheld, Worse};
use super::summary::Recorded;

/// Fewer values tell nothing about a tail: thirty of them would be more than a few percent.
const LEAST_FOR_TAIL: u64 = 1000;
/// The tail is the outermost hundredth of the values on a side, within these bounds.
const TAIL_COUNTS: (u64, u64) = (30, 3000);
/// How surely an index must lie below that.
const STANDARD_ERRORS: f64 = 2.0;
/// At or below this index the variance is infinite.
const INFINITE_VARIANCE: f64 = 2.0;
/// … and at or below this one the kurtosis.
const INFINITE_KURTOSIS: f64 = 4.0;
/// √(Σ d⁴) / Σ d² above which a low tail index matters: some 2500 trials make the variance.
const CONCENTRATION: f64 = 0.02;
/// … and above which nothing else is asked: some eight trials do.
const EXTREME_CONCENTRATION: f64 = 0.35;

/// … and above which it matters to the standard deviation: some 40,000 trials do.
const CONCENTRATION_FOR_SD: f64 = 0.005;

/// Trials needed for each unit of squared skewness.
const COCHRAN: f64 = 25.0;
/// The relative standard error of a variance above which its own estimate is not to be trusted.
const UNSURE_VARIANCE: f64 = 0.03;

/// Whether the mean's interval holds.
pub(super) fn of_mean(recorded: &Recorded<'_>) -> Result<(), Withheld> {
    if heavy_tail(recorded).is_some() || looks_heavy(recorded) {
        return Err(Withheld::HeavyTail);
    }
    if recorded.distribution.min() == recorded.distribution.max() {
        // What is rare may not have happened yet.
        return Err(Withheld::TooFew(None));
    }
    enough(recorded.spread.skewness.unwrap_or(f64::INFINITY), recorded.channel.finite())
}

/// Whether the tail index lies below 2 by one of its standard errors while few trials make the variance: too little to call
/// the tail heavy, too much to vouch for an interval. To ask for less would withhold most intervals of a lognormal law
/// with sigma 1.5, and print those alone that lack its largest values and fail.
fn looks_heavy(recorded: &Recorded<'_>) -> bool {
    recorded.distribution.count() >= LEAST_FOR_TAIL
        && concentration(recorded) > CONCENTRATION
        && tails_below(recorded, INFINITE_VARIANCE, 1.0).is_any()
}

/// The relative standard error of the variance: √(Σ d⁴) / Σ d².
fn concentration(recorded: &Recorded<'_>) -> f64 {
    // A kurtosis that overflows is as large as can be.
    let kurtosis = recorded.spread.kurtosis.unwrap_or(f64::INFINITY);
    ((kurtosis - 1.0) / recorded.distribution.count() as f64).sqrt()
}

/// Whether the interval of the standard deviation holds; then the kurtosis, on which it rests. Where the tail index lies
/// below 4 there is none as far as the trials reach, however small the one that they happen to have.
pub(super) fn of_sd(recorded: &Recorded<'_>) -> Result<f64, Withheld> {
    if heavy_tail(recorded).is_some() {
        return Err(Withheld::HeavyTail);
    }
    let count = recorded.distribution.count();
    let kurtosis = recorded.spread.kurtosis.ok_or(Withheld::TooFew(None))?;
    let needed = (kurtosis - 1.0) / (UNSURE_VARIANCE * UNSURE_VARIANCE);
    if needed > count as f64 {
        return Err(Withheld::TooFew(whole(needed)));
    }
    let is_doubtful = count >= LEAST_FOR_TAIL && concentration(recorded) > CONCENTRATION_FOR_SD;
    if is_doubtful && tails_below(recorded, INFINITE_KURTOSIS, 1.0).is_any() {
        return Err(Withheld::HeavyTail);
    }
    Ok(kurtosis)
}

/// Whether the interval of an expected shortfall holds, given the skewness of what it averages.
pub(super) fn of_shortfall(
    recorded: &Recorded<'_>,
    worse: Worse,
    skewness: f64,
) -> Result<(), Withheld> {
    let count = recorded.distribution.count();
    let infinite = count >= LEAST_FOR_TAIL && {
        let sides = tails_below(recorded, INFINITE_VARIANCE, STANDARD_ERRORS);
        match worse {
            Worse::Low => sides.below,
            Worse::High => sides.above,
        }
    };
    match enough(skewness, count) {
        Err(_) if infinite => Err(Withheld::HeavyTail),
        // Nothing lies beyond the edge: what is rare may not have happened yet.
        Ok(()) if skewness == 0.0 => Err(Withheld::TooFew(None)),
        other => other,
    }
}

/// Cochran's rule.
fn enough(skewness: f64, count: u64) -> Result<(), Withheld> {
    let needed = COCHRAN * skewness * skewness;
    if needed <= count as f64 { Ok(()) } else { Err(Withheld::TooFew(whole(needed))) }
}

/// A number of trials; `None` beyond what anybody would run.
fn whole(needed: f64) -> Option<u64> {
    (needed < 1e15).then(|| needed.ceil() as u64)
}

/// The relative standard error of the variance, where the tail is too heavy for a mean.
pub(super) fn heavy_tail(recorded: &Recorded<'_>) -> Option<f64> {
    let Recorded { channel, distribution, .. } = recorded;
    if channel.never() > 0 || distribution.count() < LEAST_FOR_TAIL {
        return None;
    }
    if distribution.min() == distribution.max() {
        return None;
    }
    let concentration = concentration(recorded);
    let is_heavy = concentration > EXTREME_CONCENTRATION
        || (concentration > CONCENTRATION
            && tails_below(recorded, INFINITE_VARIANCE, STANDARD_ERRORS).is_any());
    is_heavy.then_some(concentration)
}

/// On which sides the tail index lies below a limit.
struct Sides {
    below: bool,
    above: bool,
}

impl Sides {
    fn is_any(&self) -> bool {
        self.below || self.above
    }
}

/// Where the tail index lies below a limit by more than so many standard errors.
fn tails_below(recorded: &Recorded<'_>, limit: f64, standard_errors: f64) -> Sides {
    let (distribution, center) = (&recorded.distribution, recorded.center);
    let (least, most) = TAIL_COUNTS;
    let tail = (distribution.count() / 100).clamp(least, most);
    let doubt = 1.0 + standard_errors / (tail as f64).sqrt();
    let above = distribution.at_rank(distribution.count() - tail) - center;
    let below = center - distribution.at_rank(tail + 1);
    let pieces = distribution.pieces().iter().map(|piece| {
        let middle = (piece.min / 2.0 + piece.max / 2.0) - center;
        (piece.count, middle)
    });
    let is_below = |index: Option<f64>| index.is_some_and(|index| index * doubt < limit);
    Sides {
        above: is_below(tail_index(pieces.clone().rev(), above, tail)),
        below: is_below(tail_index(pieces.map(|(count, x)| (count, -x)), below, tail)),
    }
}

/// Hill's estimate from the `tail` outermost distances, which lie beyond `start`: counts and distances
/// from the outermost on inwards.
fn tail_index(distances: impl Iterator<Item = (u64, f64)>, start: f64, tail: u64) -> Option<f64> {
    if start <= 0.0 {
        return None;
    }
    let (mut left, mut sum) = (tail, 0.0);
    for (count, distance) in distances {
        let used = count.min(left);
        sum += used as f64 * libm::log(distance / start).max(0.0);
        left -= used;
        if left == 0 {
            break;
        }
    }
    (sum > 0.0).then(|| tail as f64 / sum)
}
