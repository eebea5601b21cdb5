//! All channels of a run, as one worker has recorded them.

use std::sync::Arc;

use super::channel::{Cause, Channel};
use super::plan::ChannelPlan;

/// All channels of a run, as one worker has recorded them; merged in any order at the end.
#[derive(Debug, Clone)]
pub struct Tally {
    plans: Arc<[ChannelPlan]>,
    channels: Vec<Channel>,
}

impl Tally {
    /// Nothing recorded.
    pub fn new(plans: &Arc<[ChannelPlan]>) -> Tally {
        todo!()
    }

    /// Records one channel's values of one block: one value a lane, at most [`super::MAX_LANES`].
    /// Each (channel, block) is recorded exactly once in all.
    pub fn record(&mut self, channel: usize, block: u64, values: &[f64]) {
        self.record_inline(channel, block, values);
    }

    /// As [`Tally::record`], to be inlined into code that is compiled for wider registers.
    #[inline(always)]
    pub fn record_inline(&mut self, channel: usize, block: u64, values: &[f64]) {
        todo!()
    }

    /// Says why `count` of a channel's undefined trials have no value; the rest are [`Cause::Arithmetic`].
    pub fn record_cause(&mut self, channel: usize, cause: Cause, count: u64) {
        todo!()
    }

    /// Adds what another worker has recorded of other blocks.
    pub fn merge(&mut self, other: Tally) {
        todo!()
    }

    /// The channels, in the order of the plans.
    pub fn channels(&self) -> &[Channel] {
        &self.channels
    }

    /// What the channels were set up with.
    pub fn plans(&self) -> &[ChannelPlan] {
        &self.plans
    }
}
