//! All channels of a run, as one worker has recorded them.
//!
//! What comes in: columns of blocks, any block to any worker in any order. What goes out: for each channel what
//! `results` asks for, the same bits whoever recorded what.

use std::sync::Arc;

use super::channel::{Cause, Channel, Scratch};
use super::distribution::Distribution;
use super::moments::Moments;
use super::plan::ChannelPlan;

/// All channels of a run, as one worker has recorded them; merged in any order at the end.
#[derive(Debug, Clone)]
pub struct Tally {
    plans: Arc<[ChannelPlan]>,
    channels: Vec<Channel>,
    scratch: Box<Scratch>,
}

/// Mean, spread and shape of a channel's finite values, in the output's unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The mean; `None` where it is beyond the range of floats.
    pub mean: Option<f64>,
    /// The standard deviation, with n − 1; `None` below two values or beyond the range of floats.
    pub sd: Option<f64>,
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
        self.channels[channel].record(&self.plans[channel], &mut self.scratch, block, values);
    }

    /// Says why `count` of a channel's undefined trials have no value; the rest are [`Cause::Arithmetic`].
    pub fn record_cause(&mut self, channel: usize, cause: Cause, count: u64) {
        self.channels[channel].record_cause(cause, count);
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
        self.channels[channel].distribution(&self.plans[channel])
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
