//! All channels of a run, as one worker has recorded them.
//!
//! What comes in: columns of blocks, any block to any worker in any order. What goes out: for each channel what
//! `results` asks for, the same bits whoever recorded what.

use std::sync::Arc;

use super::channel::{Cause, Channel, Explained, MAX_LANES, Scratch};
use super::distribution::Distribution;
use super::moments::Moments;
use super::plan::ChannelPlan;
use super::refine::Stretch;

/// All channels of a run, as one worker has recorded them; merged in any order at the end.
#[derive(Debug, Clone)]
pub struct Tally {
    plans: Arc<[ChannelPlan]>,
    channels: Vec<Channel>,
    scratch: Box<Scratch>,
    /// Values collected in a second pass, a list a channel, ascending; empty before it.
    collected: Vec<Vec<f64>>,
}

/// Mean, spread and shape of a channel's finite values, in the output's unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The mean; `None` where it is beyond the range of floats.
    pub mean: Option<f64>,
    /// The standard deviation, with n − 1; `None` below two values or beyond the range of floats.
    pub sd: Option<f64>,
    /// The skewness; `None` where the values do not spread or its sum overflows.
    pub skewness: Option<f64>,
    /// The kurtosis; `None` where the values do not spread or its sum overflows.
    pub kurtosis: Option<f64>,
}

impl Tally {
    /// Nothing recorded.
    pub fn new(plans: &Arc<[ChannelPlan]>) -> Tally {
        Tally {
            plans: Arc::clone(plans),
            channels: plans.iter().map(Channel::new).collect(),
            scratch: Box::new(Scratch::new()),
            collected: vec![Vec::new(); plans.len()],
        }
    }

    /// Records one channel's values of one block: one value a lane, at most [`super::MAX_LANES`].
    /// Each (channel, block) is recorded exactly once in all.
    pub fn record(&mut self, channel: usize, block: u64, values: &[f64]) {
        self.record_inline(channel, block, values);
    }

    /// As [`Tally::record`], to be inlined into code that is compiled for wider registers.
    #[inline(always)]
    pub fn record_inline(&mut self, channel: usize, block: u64, values: &[f64]) {
        assert!(values.len() <= MAX_LANES, "a block of at most {MAX_LANES} lanes");
        self.channels[channel].record(&self.plans[channel], &mut self.scratch, block, values);
    }

    /// Says why `count` of a channel's undefined trials have no value; the rest are [`Cause::Arithmetic`].
    pub fn record_cause(&mut self, channel: usize, cause: Cause, count: u64) {
        self.channels[channel].record_cause(cause, count);
    }

    /// Says what a second look found about a channel's undefined trials: how many have a cause, and the first.
    pub fn explain(&mut self, channel: usize, cause: Cause, explained: Explained) {
        self.channels[channel].explain(cause, explained);
    }

    /// Adds what another worker has recorded of other blocks, with the same plans.
    pub fn merge(&mut self, other: &Tally) {
        for (channel, other) in self.channels.iter_mut().zip(&other.channels) {
            channel.merge(other);
        }
    }

    /// What the channels were set up with.
    pub fn plans(&self) -> &[ChannelPlan] {
        &self.plans
    }

    /// A channel's counters.
    pub fn channel(&self, channel: usize) -> &Channel {
        &self.channels[channel]
    }

    /// A channel's finite values in ascending order, as far as buckets tell them apart.
    pub fn distribution(&self, channel: usize) -> Distribution {
        self.channels[channel].distribution(&self.plans[channel], &self.collected[channel])
    }

    /// The buckets of a channel that are too coarse for its ranks: for each rank the probability whose quantile it
    /// stands for, among `count` values, never included.
    pub fn doubtful(&self, channel: usize, count: u64, ranks: &[(u64, f64)]) -> Vec<Stretch> {
        let distribution = self.distribution(channel);
        let finite = ranks.iter().filter(|(rank, _)| *rank <= distribution.count());
        let buckets = finite.filter_map(|&(rank, p)| distribution.doubtful(rank, p, count));
        buckets
            .map(|bucket| Stretch {
                channel,
                low: bucket.min,
                high: bucket.max,
                count: bucket.count,
            })
            .collect()
    }

    /// Takes in the values of stretches, collected from the same trials, each list in any order.
    pub fn refine(&mut self, stretches: &[Stretch], values: Vec<Vec<f64>>) {
        for (stretch, values) in stretches.iter().zip(values) {
            self.collected[stretch.channel].extend(values);
        }
        for list in &mut self.collected {
            list.sort_unstable_by(f64::total_cmp);
        }
    }

    /// Mean, spread and shape of a channel's finite values.
    pub fn spread(&self, channel: usize) -> Spread {
        let plan = &self.plans[channel];
        let moments = self.channels[channel].scaled_moments();
        let mean = (moments.count > 0).then(|| plan.center() + plan.unscaled(moments.mean));
        let sd = moments.variance().map(|variance| plan.unscaled(variance.sqrt()));
        Spread {
            mean: mean.filter(|mean| mean.is_finite()),
            sd: sd.filter(|sd| sd.is_finite()),
            skewness: moments.skewness().filter(|skewness| skewness.is_finite()),
            kurtosis: moments.kurtosis().filter(|kurtosis| kurtosis.is_finite()),
        }
    }

    /// Moments of a channel's values in units of its histogram's scale, from its center.
    pub fn scaled_moments(&self, channel: usize) -> Moments {
        self.channels[channel].scaled_moments()
    }

    /// Bytes held by the histograms.
    pub fn bytes(&self) -> usize {
        self.channels.iter().map(Channel::bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::SplitMix;
    use super::super::{ChannelKind, Resolution};
    use super::*;
    use proptest::prelude::*;

    fn plans() -> Arc<[ChannelPlan]> {
        let pilot: Vec<f64> = column(999, 2000);
        let plan = |kind, resolution| {
            ChannelPlan::from_pilot(kind, resolution, &pilot, 1.0, vec![0.5, 2.0])
        };
        Arc::from([
            plan(ChannelKind::Number, Resolution::Fine),
            plan(ChannelKind::Time, Resolution::Coarse),
        ])
    }

    /// All that a column may hold: an atom, both zeros, a continuum, tails, NaN and infinities.
    fn column(block: u64, lanes: usize) -> Vec<f64> {
        let mut random = SplitMix(block);
        let mut value = || match random.bits() % 16 {
            0..4 => 3.0,
            4 => 0.0,
            5 => -0.0,
            6 => f64::NAN,
            7 => f64::INFINITY,
            8 => f64::NEG_INFINITY,
            9 => 1e200 * random.normal(),
            _ => random.normal(),
        };
        (0..lanes).map(|_| value()).collect()
    }

    fn record(tally: &mut Tally, block: u64) {
        let column = column(block, if block == 40 { 77 } else { MAX_LANES });
        for channel in 0..2 {
            tally.record(channel, block, &column);
        }
        tally.record_cause(0, Cause::IrrSeveral, block % 3);
    }

    /// All that can be read off, as text: other than by comparison, -0 differs from 0 there.
    fn read(tally: &Tally) -> String {
        let channel = |at: usize| {
            let seen = tally.channel(at);
            let counts =
                (seen.trials(), seen.finite(), seen.never(), seen.causes(), seen.within().to_vec());
            let base = seen.at_or_below_base();
            format!("{counts:?} {base} {:?} {:?}", tally.spread(at), tally.distribution(at))
        };
        channel(0) + &channel(1)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// No assignment of blocks to workers and no order moves a bit.
        #[test]
        fn what_is_read_is_a_function_of_the_set_of_blocks(
            order in Just((0..41_u64).collect::<Vec<_>>()).prop_shuffle(),
            workers in prop::collection::vec(0..4_usize, 41),
            first in 0..4_usize,
        ) {
            let plans = plans();
            let mut alone = Tally::new(&plans);
            for block in 0..41 {
                record(&mut alone, block);
            }
            let mut tallies = vec![Tally::new(&plans); 4];
            for block in order {
                record(&mut tallies[workers[block as usize]], block);
            }
            let mut merged = tallies.remove(first);
            for tally in &tallies {
                merged.merge(tally);
            }
            prop_assert_eq!(read(&merged), read(&alone));
        }
    }

    #[test]
    fn a_series_stays_small() {
        let mut random = SplitMix(1);
        let column: Vec<f64> = (0..512 * 400).map(|_| random.normal()).collect();
        let plan = ChannelPlan::from_pilot(
            ChannelKind::Number,
            Resolution::Coarse,
            &column[..4096],
            0.0,
            Vec::new(),
        );
        let mut tally = Tally::new(&Arc::from([plan]));
        for (block, column) in column.chunks(512).enumerate() {
            tally.record(0, block as u64, column);
        }
        // 61 steps of 5 outputs for 2 workers are 610 channels: 30 MB.
        assert!(tally.bytes() < 50_000, "{}", tally.bytes());
    }

    #[test]
    fn short_blocks_are_recorded_in_full() {
        let plans = plans();
        let mut tally = Tally::new(&plans);
        tally.record(0, 0, &[1.0, 2.0, 3.0]);
        tally.record(0, 1, &[]);
        tally.record(0, 2, &[6.0]);
        assert_eq!(tally.channel(0).trials(), 4);
        assert_eq!(tally.spread(0).mean, Some(3.0));
        assert_eq!(
            (1..=4).map(|rank| tally.distribution(0).at_rank(rank)).collect::<Vec<_>>(),
            [1.0, 2.0, 3.0, 6.0]
        );
    }
}
