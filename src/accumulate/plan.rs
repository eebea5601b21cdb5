//! What a channel is set up with before a run: its kind, where its histogram is centered and how it is scaled.
//!
//! The pilot is a few thousand trials that depend on the model alone, so that a result stays a function of
//! (model, seed, design, trials). The histogram covers every magnitude: a pilot that saw no tail does no harm.

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

/// What a channel is set up with.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelPlan {
    pub(super) kind: ChannelKind,
    pub(super) resolution: Resolution,
    pub(super) center: f64,
    pub(super) exponent: i32,
    pub(super) atoms: Vec<f64>,
    pub(super) base: f64,
    pub(super) thresholds: Vec<f64>,
}

impl ChannelPlan {
    /// A plan from a pilot's values (in the output's own unit; NaN and infinities as in a run).
    /// `base` is the base case (NaN where undefined, `+inf` where never); values at most each of
    /// `thresholds` are counted exactly.
    pub fn from_pilot(
        kind: ChannelKind,
        resolution: Resolution,
        pilot: &[f64],
        base: f64,
        thresholds: Vec<f64>,
    ) -> ChannelPlan {
        todo!()
    }

    /// What the channel's values are.
    pub fn kind(&self) -> ChannelKind {
        self.kind
    }
}
