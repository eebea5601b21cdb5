//! Intervals from independent replicates, for designs inside which trials depend on each other.
//!
//! In: the tally of each replicate of a run, in order, reduced at once to its own estimates. Out: for an estimate of
//! the whole run, whose trials are pooled, its standard error and 95 % bounds, with t quantiles for R − 1 degrees of
//! freedom. Estimates are ratios (the defined trials of a replicate are random in number), so that a replicate
//! counts by its trials: W. G. Cochran, *Sampling Techniques*, 3rd ed. (1977), 6.4 and 10.3.
//!
//! - Means: the spread of the replicates' means; the interval reaches further on the side to which these are skewed
//!   (`reach_under` in `interval`), and the standard error is wider for it (`widening`).
//! - Probabilities: Wilson's interval for an effective number of trials, p (1 − p) / variance, with the t quantile (the
//!   idea of E. L. Korn, B. I. Graubard, Survey Methodology 24, 1998); where fewer than five trials a replicate are on
//!   one side, never for more trials than there are.
//! - Percentiles: how many trials of each replicate lie below the percentile of all, and how many do not exceed it; the
//!   spread of these counts gives the ranks between which the percentile lies (the interval of R. S. Woodruff, JASA 47,
//!   1952, its variance by replicates). Bounds are order statistics, whatever the distribution, and *never* ranks above
//!   every time.
//!
//! A count of trials is a whole number: no spread of counts is taken for less than the half trial that rounding alone
//! may spread.

use super::Estimate;
use super::interval::{Ranks, Z, probability, quantile_rank, reach_under, wilson};
use crate::accumulate::{Around, ChannelKind, Distribution, Tally};
use crate::distribution::{Distribution as Law, StudentT};

/// Probability left out above.
const TAIL: f64 = 0.025;
/// The standard deviation of a count that is rounded at random to one of two neighbors, at most.
const ROUNDING: f64 = 0.5;
/// The skewness of 16 means falls short of that of their law; by so much, as simulation of sums with a skewed part says.
const SKEWNESS_LACKING: f64 = 1.6;
/// With fewer trials a replicate on one side, its spread tells little.
const FEW: u64 = 5;
/// So many standard deviations of independent trials around a replicate's percentile are kept; that of all trials is
/// hardly further away.
const KEPT: f64 = 5.0;

/// What the replicates of a run have found, each for itself. Empty for a run without replicates.
#[derive(Debug, Clone, Default)]
pub struct Replicates {
    percentiles: Vec<f64>,
    /// By replicate, then by channel.
    list: Vec<Vec<Found>>,
}

/// What one replicate has found of one channel.
#[derive(Debug, Clone, Default)]
struct Found {
    finite: u64,
    never: u64,
    holds: u64,
    within: Vec<u64>,
    mean: f64,
    /// By percentile of all defined trials, the finite values around it; none without finite values.
    around: Vec<Around>,
    /// By percentile of the finite values.
    around_if_ever: Vec<Around>,
}

/// What is estimated of a channel's trials, of which only defined ones count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Share {
    /// The condition holds.
    Holds,
    /// It never happens.
    Never,
    /// It happens within the threshold of this number.
    Within(usize),
}

/// The replicates' findings of one channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfChannel<'a> {
    replicates: &'a Replicates,
    channel: usize,
}

impl Replicates {
    /// None yet, of a run that reports these percentiles (as probabilities).
    pub fn new(percentiles: impl IntoIterator<Item = f64>) -> Replicates {
        Replicates { percentiles: percentiles.into_iter().collect(), list: Vec::new() }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Takes in the tally of the next replicate.
    pub fn add(&mut self, tally: &Tally) {
        let found = (0..tally.plans().len()).map(|channel| self.found(tally, channel)).collect();
        self.list.push(found);
    }

    fn found(&self, tally: &Tally, at: usize) -> Found {
        let channel = tally.channel(at);
        let found = Found {
            finite: channel.finite(),
            never: channel.never(),
            holds: channel.holds(),
            within: channel.within().to_vec(),
            ..Found::default()
        };
        if tally.plans()[at].kind() == ChannelKind::Condition {
            return found;
        }
        let distribution = tally.distribution(at);
        let around = |count: u64| -> Vec<Around> {
            let one = |&p: &f64| {
                let reach = KEPT * (count as f64 * p * (1.0 - p)).sqrt().max(1.0);
                distribution.around(quantile_rank(count, p), reach as u64)
            };
            if found.finite > 0 { self.percentiles.iter().map(one).collect() } else { Vec::new() }
        };
        Found {
            mean: tally.spread(at).mean.unwrap_or(f64::NAN),
            around: around(found.finite + found.never),
            around_if_ever: around(found.finite),
            ..found
        }
    }

    /// Those of a channel; `None` where they are too few to tell a spread.
    pub(super) fn of_channel(&self, channel: usize) -> Option<OfChannel<'_>> {
        (self.len() >= 2).then_some(OfChannel { replicates: self, channel })
    }
}

/// The t quantile of 95 % bounds for so many replicates, two or more.
pub fn t_of_replicates(replicates: usize) -> f64 {
    let law = StudentT { df: (replicates - 1) as f64, location: 0.0, scale: 1.0 };
    Law::StudentT(law).quantile_upper(TAIL)
}

/// The standard deviation of the sum of the replicates' deviations, which are estimates times their trials.
fn sd_of_sum(deviations: &[f64]) -> f64 {
    let n = deviations.len() as f64;
    let mean = deviations.iter().sum::<f64>() / n;
    let squares = deviations.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>();
    (n * squares / (n - 1.0)).sqrt()
}

/// How much wider t's interval must be where deviations are skewed, as when one extreme draw makes most of the
/// error of a smooth sum: the second-order term in the skewness of P. Hall, *The Bootstrap and Edgeworth
/// Expansion* (1992), 2.6.
fn widening(deviations: &[f64]) -> f64 {
    let n = deviations.len() as f64;
    let skewness = skewness(deviations);
    let squared_skewness = skewness * skewness;
    let term = Z * (Z * Z * Z * Z + 2.0 * Z * Z - 3.0) / (18.0 * n);
    let widening = 1.0 + squared_skewness * term / t_of_replicates(deviations.len());
    // Without any spread there is no skewness.
    if widening.is_finite() { widening } else { 1.0 }
}

/// The skewness of the deviations; not a number without any spread.
fn skewness(deviations: &[f64]) -> f64 {
    let n = deviations.len() as f64;
    let mean = deviations.iter().sum::<f64>() / n;
    let moment = |power: fn(f64) -> f64| {
        deviations.iter().map(|deviation| power(deviation - mean)).sum::<f64>() / n
    };
    let (m2, m3) = (moment(|d| d * d), moment(|d| d * d * d));
    m3 / (m2 * m2.sqrt())
}

/// The least that the standard deviation of a count over so many replicates is taken for.
fn rounding(replicates: usize) -> f64 {
    ROUNDING * (replicates as f64).sqrt()
}

/// A share of trials, and its standard error, from the hits and the trials of each replicate; `None` without any
/// trial. Of two or more replicates; hits may be counted in parts.
pub fn share_of_replicates(parts: &[(f64, u64)]) -> Option<(Estimate, f64)> {
    let count: u64 = parts.iter().map(|(_, count)| count).sum();
    let sum: f64 = parts.iter().map(|(hits, _)| hits).sum();
    if count == 0 {
        return None;
    }
    let n = count as f64;
    let p = sum / n;
    let deviations: Vec<f64> = parts.iter().map(|&(hits, count)| hits - p * count as f64).collect();
    let se = sd_of_sum(&deviations).max(rounding(parts.len())) / n;
    let rarer = sum.min(n - sum);
    if rarer < 0.5 {
        return Some((Estimate { value: p, ..probability(sum.round() as u64, count) }, se));
    }
    let effective = p * (1.0 - p) / (se * se);
    let is_rare = rarer < (FEW * parts.len() as u64) as f64;
    let effective = if is_rare { effective.min(n) } else { effective };
    let (low, high) = wilson(p, effective, t_of_replicates(parts.len()));
    Some((Estimate { value: p, low, high }, se))
}

/// The standard error of a mean, so widened that t bounds hold, from the sum of the values and the trials of each
/// replicate; `None` where it is beyond the range of floats. Of two or more replicates.
pub fn mean_error_of_replicates(parts: &[(f64, u64)]) -> Option<f64> {
    let count: u64 = parts.iter().map(|(_, count)| count).sum();
    let mean = parts.iter().map(|(sum, _)| sum).sum::<f64>() / count as f64;
    let deviations: Vec<f64> =
        parts.iter().map(|&(sum, count)| sum - mean * count as f64).collect();
    let se = sd_of_sum(&deviations) * widening(&deviations) / count as f64;
    (count > 0 && se.is_finite()).then_some(se)
}

impl OfChannel<'_> {
    fn found(&self) -> impl Iterator<Item = &Found> {
        self.replicates.list.iter().map(|channels| &channels[self.channel])
    }

    /// The standard error of the mean of all finite values, so widened that t bounds hold.
    pub(super) fn mean_se(&self, mean: f64) -> Option<f64> {
        let (deviations, count) = self.mean_deviations(mean);
        let se = sd_of_sum(&deviations) * widening(&deviations) / count as f64;
        (count > 0 && se.is_finite()).then_some(se)
    }

    /// How far the 95 % interval of the mean of all finite values reaches below and above it.
    pub(super) fn mean_reach(&self, mean: f64) -> Option<(f64, f64)> {
        let (deviations, count) = self.mean_deviations(mean);
        let n = deviations.len() as f64;
        // R. A. Fisher's, which is not biased for a normal law; none of two values.
        let adjusted = (n * (n - 1.0)).sqrt() / (n - 2.0);
        let skewness = skewness(&deviations) * adjusted;
        let skewness = if skewness.is_finite() { skewness } else { 0.0 };
        let (below, above) = reach_under(self.t(), SKEWNESS_LACKING * skewness, n);
        let se = sd_of_sum(&deviations) / count as f64;
        (count > 0 && se.is_finite()).then_some((below * se, above * se))
    }

    /// The replicates' means less that of all, times their trials; and the trials of all.
    fn mean_deviations(&self, mean: f64) -> (Vec<f64>, u64) {
        let weighted = |found: &Found| match found.finite {
            0 => 0.0,
            count => count as f64 * (found.mean - mean),
        };
        (self.found().map(weighted).collect(), self.found().map(|found| found.finite).sum())
    }

    /// A share of the defined trials, and its standard error; `None` without any.
    pub(super) fn share(&self, what: Share) -> Option<(Estimate, f64)> {
        let hits = |found: &Found| match what {
            Share::Holds => found.holds,
            Share::Never => found.never,
            Share::Within(threshold) => found.within[threshold],
        };
        let part = |found: &Found| (hits(found) as f64, found.finite + found.never);
        share_of_replicates(&self.found().map(part).collect::<Vec<_>>())
    }

    /// The quantile of Student's t for 95 % bounds.
    pub(super) fn t(&self) -> f64 {
        t_of_replicates(self.replicates.len())
    }

    /// The ranks, among all trials of `finite` and above them `never` that never happen, between which a
    /// percentile lies; of the times that happen, where `if_ever`. `None` for one that the replicates do not tell.
    pub(super) fn quantile_ranks(
        &self,
        finite: &Distribution,
        never: u64,
        if_ever: bool,
        p: f64,
    ) -> Option<Ranks> {
        let number = self.replicates.percentiles.iter().position(|&known| known == p)?;
        let never = if if_ever { 0 } else { never };
        let count = finite.count() + never;
        let rank = quantile_rank(count, p);
        let own = if rank > finite.count() { f64::INFINITY } else { finite.at_rank(rank) };
        let counts = self.found().map(|found| {
            let (around, of) = if if_ever {
                (&found.around_if_ever, found.finite)
            } else {
                (&found.around, found.finite + found.never)
            };
            let (below, up_to) = match around.get(number) {
                _ if own == f64::INFINITY => (found.finite as f64, of as f64),
                Some(around) => around.counts(own),
                None => (0.0, 0.0),
            };
            (below, up_to, of as f64)
        });
        let counts: Vec<(f64, f64, f64)> = counts.collect();
        let half = |hits: fn(&(f64, f64, f64)) -> f64| {
            let share = counts.iter().map(hits).sum::<f64>() / count as f64;
            let deviations: Vec<f64> =
                counts.iter().map(|counts| hits(counts) - share * counts.2).collect();
            self.t() * sd_of_sum(&deviations).max(rounding(self.replicates.len()))
        };
        // The percentile is at least the value of a rank where so many trials do not exceed it …
        let low = (count as f64 * p - half(|counts| counts.0)).ceil();
        // … and at most that of one where fewer lie below it.
        let high = (count as f64 * p + half(|counts| counts.1)).floor() + 1.0;
        Some(Ranks {
            low: (low >= 1.0).then_some(low as u64),
            high: (high <= count as f64).then_some(high as u64),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Run;
    use super::*;
    use crate::accumulate::MAX_LANES;
    use crate::accumulate::testing::SplitMix;

    /// A run of one output in replicates of these values.
    fn of(run: &Run<'_>, replicates: &[Vec<f64>]) -> (Tally, Replicates) {
        let plans = run.plans();
        let (mut all, mut found) =
            (Tally::new(&plans), Replicates::new(run.percentiles.iter().copied()));
        let mut block = 0;
        for values in replicates {
            let mut own = Tally::new(&plans);
            for column in values.chunks(MAX_LANES) {
                own.record(0, block, column);
                block += 1;
            }
            found.add(&own);
            all.merge(&own);
        }
        (all, found)
    }

    fn near(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-9, "{found} {expected}");
    }

    #[test]
    fn the_error_of_a_mean_is_that_of_the_replicates() {
        let replicates = [vec![1.0, 3.0], vec![3.0, 5.0], vec![2.0, 4.0], vec![2.0, 4.0]];
        let (_, found) = of(&Run::default(), &replicates);
        let channel = found.of_channel(0).expect("replicates");
        // Means 2, 4, 3, 3: standard deviation √(2/3), not skewed.
        near(channel.mean_se(3.0).expect("an error"), (2.0_f64 / 3.0).sqrt() / 2.0);
    }

    #[test]
    fn replicates_count_by_their_defined_trials() {
        let replicates = [vec![1.0, 1.0, 1.0], vec![5.0, f64::NAN, f64::NAN]];
        let (_, found) = of(&Run::default(), &replicates);
        let channel = found.of_channel(0).expect("replicates");
        // Mean 2; sums of deviations −3 and 3, of four values.
        near(channel.mean_se(2.0).expect("an error"), 6.0 / 4.0);
    }

    #[test]
    fn t_quantiles_are_those_of_the_tables() {
        assert!((t_of_replicates(16) - 2.131_449_546).abs() < 1e-8);
        assert!((t_of_replicates(2) - 12.706_204_736).abs() < 1e-8);
    }

    #[test]
    fn skewed_deviations_widen() {
        assert_eq!(widening(&[-1.0, 1.0, -1.0, 1.0]), 1.0);
        assert_eq!(widening(&[0.0; 16]), 1.0);
        let mut skewed = [0.0; 16];
        skewed[3] = 1.0;
        assert!((1.5..2.0).contains(&widening(&skewed)), "{}", widening(&skewed));
    }

    #[test]
    fn the_interval_of_a_mean_reaches_further_to_the_skewed_side() {
        let mut replicates = vec![vec![1.0]; 16];
        replicates[3][0] = 17.0;
        let (_, found) = of(&Run::default(), &replicates);
        let (below, above) =
            found.of_channel(0).expect("replicates").mean_reach(2.0).expect("an error");
        // One of 16 values has a standard error of 1 and, after Fisher, a skewness of 4.
        near(below, t_of_replicates(16));
        near(above, reach_under(t_of_replicates(16), 1.6 * 4.0, 16.0).1);
        let (_, found) = of(&Run::default(), &vec![vec![1.0]; 16]);
        assert_eq!(found.of_channel(0).expect("replicates").mean_reach(1.0), Some((0.0, 0.0)));
    }

    /// Replicates of independent trials: about the intervals of independent trials.
    #[test]
    fn independent_trials_have_their_usual_intervals() {
        let mut random = SplitMix(5);
        let mut draw = || (0..4000).map(|_| random.normal()).collect::<Vec<f64>>();
        let replicates: Vec<Vec<f64>> = (0..16).map(|_| draw()).collect();
        let run = Run { percentiles: &[0.05, 0.5, 0.9], ..Run::default() };
        let (all, found) = of(&run, &replicates);
        let channel = found.of_channel(0).expect("replicates");
        let se = channel.mean_se(all.spread(0).mean.expect("a mean")).expect("an error");
        let usual = 1.0 / 64_000_f64.sqrt();
        assert!((0.6..1.6).contains(&(se / usual)), "{se}");
        for &p in run.percentiles {
            let Ranks { low, high } =
                channel.quantile_ranks(&all.distribution(0), 0, false, p).expect("told");
            let width = (high.expect("inside") - low.expect("inside")) as f64;
            let usual = 2.0 * t_of_replicates(16) * (64_000.0 * p * (1.0 - p)).sqrt();
            assert!((0.5..1.7).contains(&(width / usual)), "{p}: {width} {usual}");
        }
    }

    #[test]
    fn shares_are_bounded_even_where_replicates_agree() {
        let run = Run { kind: ChannelKind::Condition, ..Run::default() };
        let replicate = |hits: usize| -> Vec<f64> {
            (0..100).map(|trial| f64::from(u8::from(trial < hits))).collect()
        };
        let share = |hits: &[usize]| {
            let replicates: Vec<Vec<f64>> = hits.iter().map(|&hits| replicate(hits)).collect();
            let (_, found) = of(&run, &replicates);
            found.of_channel(0).expect("replicates").share(Share::Holds).expect("trials").0
        };
        let none = share(&[0; 16]);
        assert!(none.low == 0.0 && none.high > 0.002, "as of 1,600 independent trials: {none:?}");
        let agreeing = share(&[40; 16]);
        // Half a trial a replicate: 2.13 · 0.5 / 4 / 100.
        assert!((agreeing.high - 0.4 - 0.002_67).abs() < 1e-4, "{agreeing:?}");
        let rare = share(&[1; 16]);
        let as_random = probability(16, 1600);
        assert!(rare.low < as_random.low + 1e-3 && rare.high > as_random.high, "{rare:?}");
    }

    #[test]
    fn a_percentile_that_some_replicates_never_reach_may_be_never() {
        let run = Run { kind: ChannelKind::Time, percentiles: &[0.5], ..Run::default() };
        let replicate = |ever: usize| -> Vec<f64> {
            (0..100).map(|trial| if trial < ever { trial as f64 } else { f64::INFINITY }).collect()
        };
        let replicates: Vec<Vec<f64>> =
            (0..16).map(|number| replicate(if number % 2 == 0 { 40 } else { 62 })).collect();
        let (all, found) = of(&run, &replicates);
        let channel = found.of_channel(0).expect("replicates");
        let (finite, never) = (all.distribution(0), all.channel(0).never());
        let ranks = channel.quantile_ranks(&finite, never, false, 0.5).expect("told");
        assert!(ranks.high.is_none_or(|high| high > finite.count()), "{ranks:?}");
        assert!(ranks.low.is_some_and(|low| low < finite.count()));
    }
}
