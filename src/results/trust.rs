//! Whether an interval that rests on the central limit theorem holds: heavy tails, and skewness.
//!
//! To withhold an interval is not free: whether it is printed then depends on the same largest values as its error, and of a
//! law near the limit those samples print it that miss these values. So intervals are made to hold where the theorem does (they
//! reach further to the skewed side, `interval::reach`), and are withheld only where it surely does not, with a warning in between.
//!
//! Heavy tails are told by two signs together. The tail index is below 2 by four of its standard errors: as far as the trials
//! reach, the variance does not settle and the theorem gives no interval for the mean. It is the estimate of B. M. Hill, "A
//! simple general approach to inference about the tail of a distribution", Annals of Statistics 3 (1975), from the outermost
//! 2 √n distances from the center, a fortieth of all at most: more and more of them, of an ever smaller share, on which two conditions its consistency
//! rests (D. M. Mason, "Laws of large numbers for sums of extreme values", Annals of Probability 10, 1982); so that more
//! trials see both more sharply and further out. The outermost tenth of these have no part in it: their spacings are
//! independent of the others (A. Rényi, 1953), and they are what makes most of the error of the mean (such trimming: S.
//! Bhattacharya, M. Kallitsis, S. Stoev, "Data-adaptive trimming of the Hill estimator", Electronic Journal of
//! Statistics 13, 2019). And few trials make the variance: the ratio of P. Embrechts, C. Klüppelberg, T. Mikosch,
//! *Modelling Extremal Events* (1997), 6.2.6, here as √(Σ d⁴) / Σ d², which is the relative standard error of the
//! variance, and tends to 0 if and only if the variance exists.
//!
//! Where the index is below 2, but not by four standard errors, the interval is printed and a warning says that it may be too
//! short: of a law whose variance is infinite hardly any run prints one without that.
//!
//! Short of that, skewness says how many trials it takes: n / G₁², G₁ the skewness, is the number of trials that alone would
//! make as much of it. Where there are fewer than four the interval is withheld and the number told (W. G. Cochran,
//! *Sampling Techniques*, 3rd ed., 1977, 2.15, asks 25 of an interval without correction).
//!
//! A standard deviation is the root of a mean of squares. Their tail index is half that of the values, their skewness
//! is asked likewise. Their interval fails sooner, so that it is withheld sooner.

use super::statistics::{Withheld, Worse};
use super::summary::Recorded;

/// Fewer values tell nothing about a tail.
const LEAST_FOR_TAIL: u64 = 1000;
/// … and fewer do not tell it closely enough for a warning.
const LEAST_FOR_DOUBT: u64 = 4000;
/// Distances that the tail index is estimated from, for each root of the number of values.
const TAIL_PER_ROOT: f64 = 2.0;
/// … but one of so many values at most: of few, more would reach into the middle of the law.
const TAIL_SHARE: u64 = 40;
/// One of so many of them, the outermost, has no part in it.
const TRIMMED: u64 = 10;
/// How surely an index must lie below a limit, for a mean and for a standard deviation.
const STANDARD_ERRORS: f64 = 4.0;
const STANDARD_ERRORS_FOR_SD: f64 = 2.0;
/// At or below this index the variance is infinite.
const INFINITE_VARIANCE: f64 = 2.0;
/// … and at or below this one the kurtosis.
const INFINITE_KURTOSIS: f64 = 4.0;
/// √(Σ d⁴) / Σ d² above which a low tail index matters: some 2500 trials make the variance.
const CONCENTRATION: f64 = 0.02;
/// … and above which nothing else is asked: fewer than four trials do.
const EXTREME_CONCENTRATION: f64 = 0.5;
/// … and above which it matters to the standard deviation: some 40,000 trials do.
const CONCENTRATION_FOR_SD: f64 = 0.005;
/// Trials needed for each unit of squared skewness, of values and of squares.
const TRIALS_PER_SKEWNESS: f64 = 4.0;
const TRIALS_PER_SKEWNESS_OF_SQUARES: f64 = 11.0;

/// Whether the mean's interval holds; then the skewness, by which it is wider.
pub(super) fn of_mean(recorded: &Recorded<'_>) -> Result<f64, Withheld> {
    if heavy_tail(recorded).is_some() {
        return Err(Withheld::HeavyTail);
    }
    if recorded.distribution.min() == recorded.distribution.max() {
        // What is rare may not have happened yet.
        return Err(Withheld::TooFew(None));
    }
    let skewness = recorded.spread.skewness.unwrap_or(f64::INFINITY);
    enough(TRIALS_PER_SKEWNESS, skewness, recorded.channel.finite())?;
    Ok(skewness)
}

/// The relative standard error of the variance: √(Σ d⁴) / Σ d².
fn concentration(recorded: &Recorded<'_>) -> f64 {
    // A kurtosis that overflows is as large as can be.
    let kurtosis = recorded.spread.kurtosis.unwrap_or(f64::INFINITY);
    ((kurtosis - 1.0) / recorded.distribution.count() as f64).sqrt()
}

/// What the interval of a standard deviation rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Squares {
    /// Of the values: the spread of their squared deviations.
    pub(super) kurtosis: f64,
    /// Of the squared deviations.
    pub(super) skewness: f64,
}

/// Whether the interval of the standard deviation holds; then what it rests on.
pub(super) fn of_sd(recorded: &Recorded<'_>) -> Result<Squares, Withheld> {
    if heavy_tail(recorded).is_some() {
        return Err(Withheld::HeavyTail);
    }
    let count = recorded.distribution.count();
    let kurtosis = recorded.spread.kurtosis.ok_or(Withheld::TooFew(None))?;
    let is_doubtful = count >= LEAST_FOR_TAIL && concentration(recorded) > CONCENTRATION_FOR_SD;
    if is_doubtful && tails_below(recorded, INFINITE_KURTOSIS, STANDARD_ERRORS_FOR_SD).is_any() {
        return Err(Withheld::HeavyTail);
    }
    let skewness = skewness_of_squares(recorded);
    enough(TRIALS_PER_SKEWNESS_OF_SQUARES, skewness, count)?;
    Ok(Squares { kurtosis, skewness })
}

/// The skewness of the squared deviations from the mean, as far as the buckets tell: within half a percent. 0 where they do not
/// spread, as those of two values alike; infinite where it overflows.
fn skewness_of_squares(recorded: &Recorded<'_>) -> f64 {
    let (Some(mean), Some(sd)) = (recorded.spread.mean, recorded.spread.sd) else {
        return f64::INFINITY;
    };
    let count = recorded.distribution.count() as f64;
    let pieces = recorded.distribution.pieces();
    let square = |min: f64, max: f64| {
        let deviation = ((min / 2.0 + max / 2.0) - mean) / sd;
        deviation * deviation
    };
    let moment = |center: f64, power: i32| {
        let term = |piece: &crate::accumulate::Bucket| {
            let from_center = square(piece.min, piece.max) - center;
            (0..power).fold(piece.count as f64, |product, _| product * from_center)
        };
        pieces.iter().map(term).sum::<f64>() / count
    };
    let center = moment(0.0, 1);
    let (m2, m3) = (moment(center, 2), moment(center, 3));
    // Of values that are all as far from the mean rounding alone is left.
    if m2 <= 1e-12 * center * center {
        return 0.0;
    }
    let skewness = m3 / (m2 * m2.sqrt());
    if skewness.is_nan() { f64::INFINITY } else { skewness }
}

/// Whether the interval of an expected shortfall holds, given the skewness of what it averages.
pub(super) fn of_shortfall(
    recorded: &Recorded<'_>,
    worse: Worse,
    skewness: f64,
) -> Result<(), Withheld> {
    let count = recorded.distribution.count();
    let infinite = count >= LEAST_FOR_TAIL && concentration(recorded) > CONCENTRATION && {
        let sides = tails_below(recorded, INFINITE_VARIANCE, STANDARD_ERRORS);
        match worse {
            Worse::Low => sides.below,
            Worse::High => sides.above,
        }
    };
    if infinite {
        return Err(Withheld::HeavyTail);
    }
    // Nothing lies beyond the edge: what is rare may not have happened yet.
    if skewness == 0.0 {
        return Err(Withheld::TooFew(None));
    }
    enough(TRIALS_PER_SKEWNESS, skewness, count)
}

/// Whether so many trials for each unit of squared skewness are there.
fn enough(trials_each: f64, skewness: f64, count: u64) -> Result<(), Withheld> {
    let needed = trials_each * skewness * skewness;
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

/// The relative standard error of the variance, where the tail may be too heavy for a mean though its interval is printed.
pub(super) fn doubtful_tail(recorded: &Recorded<'_>) -> Option<f64> {
    let Recorded { channel, distribution, .. } = recorded;
    if channel.never() > 0 || distribution.count() < LEAST_FOR_DOUBT {
        return None;
    }
    if distribution.min() == distribution.max() || heavy_tail(recorded).is_some() {
        return None;
    }
    let concentration = concentration(recorded);
    let is_doubtful =
        concentration > CONCENTRATION && tails_below(recorded, INFINITE_VARIANCE, 0.0).is_any();
    is_doubtful.then_some(concentration)
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
    let count = distribution.count();
    let tail = ((TAIL_PER_ROOT * (count as f64).sqrt()) as u64).min(count / TAIL_SHARE);
    let first = (tail / TRIMMED).max(1);
    let spacings = (tail - first + 1) as f64;
    let doubt = 1.0 + standard_errors / spacings.sqrt();
    let above = |rank: u64| distribution.at_rank(count + 1 - rank) - center;
    let below = |rank: u64| center - distribution.at_rank(rank);
    let is_below = |index: Option<f64>| index.is_some_and(|index| index * doubt < limit);
    Sides {
        above: is_below(tail_index(above, first, tail)),
        below: is_below(tail_index(below, first, tail)),
    }
}

/// Hill's estimate from the spacings of the `first` to the `last` outermost distance, by rank from 1 on inwards: distances
/// further out count as the `first`. `None` where the tail does not reach beyond the center, or does not spread.
fn tail_index(distance: impl Fn(u64) -> f64, first: u64, last: u64) -> Option<f64> {
    let start = distance(last + 1);
    if start <= 0.0 {
        return None;
    }
    let log = |rank: u64| libm::log(distance(rank) / start).max(0.0);
    let sum = first as f64 * log(first) + (first + 1..=last).map(log).sum::<f64>();
    (sum > 0.0).then(|| (last - first + 1) as f64 / sum)
}
