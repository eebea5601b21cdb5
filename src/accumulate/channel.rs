//! One channel of a run: what is counted of its values.
//!
//! What comes in: a column of a block. What goes out: exact counters, moments, a histogram. What is not here:
//! which channels there are (`tally`), what the counts mean (`results`).
//!
//! A block is worked through in passes over its lanes, each a plain loop that the compiler turns into wide
//! instructions: sanitize, key, compare; only the counting itself goes lane by lane.

use std::collections::BTreeMap;

use super::distribution::Distribution;
use super::histogram::Histogram;
use super::moments::{MomentTree, Moments, PARTIALS};
use super::plan::{ChannelKind, ChannelPlan, Resolution};
use super::refine::taken_apart;

/// Lanes of the longest block.
pub const MAX_LANES: usize = 512;

/// Why a trial has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A cash flow without an internal rate of return.
    IrrNone,
    /// A cash flow with several.
    IrrSeveral,
    /// A division by exactly 0.
    DivisionByZero,
    /// A function where it has no value: the logarithm of a negative number.
    OutOfDomain,
    /// A number beyond the range of floats.
    Overflow,
    /// A value asked for beyond the last step.
    BeyondHorizon,
    /// A distribution whose parameters are impossible in this trial.
    ImpossibleParameters,
    /// Undefined arithmetic that nobody looked into, or of another kind.
    Arithmetic,
}

impl Cause {
    /// `irr_none`.
    pub fn name(self) -> &'static str {
        match self {
            Cause::IrrNone => "irr_none",
            Cause::IrrSeveral => "irr_several",
            Cause::DivisionByZero => "division_by_zero",
            Cause::OutOfDomain => "out_of_domain",
            Cause::Overflow => "overflow",
            Cause::BeyondHorizon => "beyond_horizon",
            Cause::ImpossibleParameters => "impossible_parameters",
            Cause::Arithmetic => "arithmetic",
        }
    }
}

/// How often a cause was found, and where first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explained {
    /// Trials.
    pub count: u64,
    /// The first of them.
    pub first_trial: u64,
}

/// Columns that one worker's channels share while a block is recorded.
#[derive(Debug, Clone)]
pub(super) struct Scratch {
    /// The values; NaN for undefined.
    clean: [f64; MAX_LANES],
    /// (value − center) / scale; NaN where not finite.
    scaled: [f64; MAX_LANES],
    keys: [u32; MAX_LANES],
}

impl Scratch {
    pub(super) const fn new() -> Scratch {
        Scratch { clean: [0.0; MAX_LANES], scaled: [0.0; MAX_LANES], keys: [0; MAX_LANES] }
    }
}

/// What is counted of one channel's values.
#[derive(Debug, Clone)]
pub struct Channel {
    trials: u64,
    finite: u64,
    never: u64,
    holds: u64,
    irr_none: u64,
    irr_several: u64,
    /// What a second look found, by cause; empty before it.
    explained: BTreeMap<Cause, Explained>,
    at_or_below: Vec<u64>,
    atoms: Vec<u64>,
    is_whole: bool,
    moments: MomentTree,
    histogram: Histogram,
}

impl Channel {
    pub(super) fn new(plan: &ChannelPlan) -> Channel {
        Channel {
            trials: 0,
            finite: 0,
            never: 0,
            holds: 0,
            irr_none: 0,
            irr_several: 0,
            explained: BTreeMap::new(),
            at_or_below: vec![0; plan.limits().len()],
            atoms: vec![0; plan.atoms().len()],
            is_whole: true,
            moments: MomentTree::default(),
            histogram: Histogram::new(plan.resolution()),
        }
    }

    #[inline(always)]
    pub(super) fn record(
        &mut self,
        plan: &ChannelPlan,
        scratch: &mut Scratch,
        block: u64,
        values: &[f64],
    ) {
        self.trials += values.len() as u64;
        match plan.kind() {
            ChannelKind::Condition => {
                self.holds += count(values, |x| x == 1.0);
                self.finite += count(values, |x| !x.is_nan());
            }
            ChannelKind::Number | ChannelKind::Time => match plan.resolution() {
                Resolution::Fine => {
                    self.record_numbers::<{ Resolution::FINE_BITS }>(plan, scratch, block, values);
                }
                Resolution::Coarse => {
                    self.record_numbers::<{ Resolution::COARSE_BITS }>(
                        plan, scratch, block, values,
                    );
                }
            },
        }
    }

    #[inline(always)]
    fn record_numbers<const BITS: u32>(
        &mut self,
        plan: &ChannelPlan,
        scratch: &mut Scratch,
        block: u64,
        values: &[f64],
    ) {
        let finite = count(values, f64::is_finite);
        // What is nearly always the case needs no second look at any lane; the bits are the same.
        if finite == values.len() as u64 && values.len().is_multiple_of(PARTIALS) {
            let (scaled, keys) = (&mut scratch.scaled, &mut scratch.keys);
            self.record_clean::<BITS, false>(plan, scaled, keys, block, values, finite);
            return;
        }
        let clean = &mut scratch.clean[..values.len().next_multiple_of(PARTIALS)];
        if plan.kind() == ChannelKind::Time {
            let never = count(values, |x| x == f64::INFINITY);
            self.never += never;
            for (clean, &x) in clean.iter_mut().zip(values) {
                *clean = if x == f64::NEG_INFINITY { f64::NAN } else { x };
            }
        } else {
            for (clean, &x) in clean.iter_mut().zip(values) {
                *clean = if x.is_finite() { x } else { f64::NAN };
            }
        }
        clean[values.len()..].fill(f64::NAN);
        let (scaled, keys) = (&mut scratch.scaled, &mut scratch.keys);
        self.record_clean::<BITS, true>(plan, scaled, keys, block, clean, finite);
    }

    /// Records a column without other infinities than never; without `HAS_GAPS` all of it is finite.
    #[inline(always)]
    fn record_clean<const BITS: u32, const HAS_GAPS: bool>(
        &mut self,
        plan: &ChannelPlan,
        scaled: &mut [f64; MAX_LANES],
        keys: &mut [u32; MAX_LANES],
        block: u64,
        clean: &[f64],
        finite: u64,
    ) {
        let scaled = &mut scaled[..clean.len()];
        let keys = &mut keys[..clean.len()];
        let center = plan.center();
        let (first, second) = plan.divisors();
        let mut sums = [0.0; PARTIALS];
        let rows = clean.as_chunks::<PARTIALS>().0;
        let scaled_rows = scaled.as_chunks_mut::<PARTIALS>().0;
        let key_rows = keys.as_chunks_mut::<PARTIALS>().0;
        for ((row, scaled), keys) in rows.iter().zip(scaled_rows).zip(key_rows) {
            for i in 0..PARTIALS {
                let y = (row[i] - center) * first * second;
                let is_value = !HAS_GAPS || row[i].is_finite();
                sums[i] += if is_value { y } else { 0.0 };
                scaled[i] = if is_value { y } else { f64::NAN };
                let key = Histogram::key::<BITS>(y);
                keys[i] = if is_value { key } else { Histogram::sink::<BITS>(i) };
            }
        }

        self.finite += finite;
        for (sum, &limit) in self.at_or_below.iter_mut().zip(plan.limits()) {
            *sum += count(clean, |x| x <= limit);
        }
        if self.is_whole {
            self.is_whole = count(clean, |x| is_whole(x) & (!HAS_GAPS || x.is_finite())) == finite;
        }
        self.moments.insert(block, Moments::of_column::<HAS_GAPS>(scaled, finite, sums));

        let mut in_buckets = finite;
        for (sum, &atom) in self.atoms.iter_mut().zip(plan.atoms()) {
            let hits = count(clean, |x| x == atom);
            *sum += hits;
            in_buckets -= hits;
            if hits > 0 {
                for (lane, (key, &x)) in keys.iter_mut().zip(clean).enumerate() {
                    *key = if x == atom { Histogram::sink::<BITS>(lane) } else { *key };
                }
            }
        }
        if in_buckets > 0 {
            self.histogram.record::<BITS>(keys, clean);
        }
    }

    pub(super) fn record_cause(&mut self, cause: Cause, count: u64) {
        match cause {
            Cause::IrrNone => self.irr_none += count,
            Cause::IrrSeveral => self.irr_several += count,
            // What no other cause claims is arithmetic, until somebody looks into it.
            Cause::DivisionByZero
            | Cause::OutOfDomain
            | Cause::Overflow
            | Cause::BeyondHorizon
            | Cause::ImpossibleParameters
            | Cause::Arithmetic => {}
        }
    }

    pub(super) fn merge(&mut self, other: &Channel) {
        self.trials += other.trials;
        self.finite += other.finite;
        self.never += other.never;
        self.holds += other.holds;
        self.irr_none += other.irr_none;
        self.irr_several += other.irr_several;
        self.is_whole &= other.is_whole;
        for (sum, count) in self.at_or_below.iter_mut().zip(&other.at_or_below) {
            *sum += count;
        }
        for (sum, count) in self.atoms.iter_mut().zip(&other.atoms) {
            *sum += count;
        }
        self.moments.merge(&other.moments);
        self.histogram.merge(&other.histogram);
    }

    /// Trials recorded.
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// Trials with a value; never is one.
    pub fn defined(&self) -> u64 {
        self.finite + self.never
    }

    /// Trials with a finite value.
    pub fn finite(&self) -> u64 {
        self.finite
    }

    /// Trials in which it never happens.
    pub fn never(&self) -> u64 {
        self.never
    }

    /// Trials in which the condition holds.
    pub fn holds(&self) -> u64 {
        self.holds
    }

    /// Trials without a value.
    pub fn undefined(&self) -> u64 {
        self.trials - self.defined()
    }

    /// Why they have none: cause, count and the first such trial where one is known. The counts add up to
    /// [`Channel::undefined`], and none is 0.
    pub fn causes(&self) -> Vec<(Cause, u64, Option<u64>)> {
        let all = self.undefined();
        let seen: u64 = self.explained.values().map(|explained| explained.count).sum();
        let first = |cause| self.explained.get(&cause).map(|explained| explained.first_trial);
        let mut found: Vec<(Cause, u64, Option<u64>)> = if seen == all {
            let of = |(&cause, explained): (&Cause, &Explained)| {
                (cause, explained.count, Some(explained.first_trial))
            };
            self.explained.iter().map(of).collect()
        } else {
            // Rates of return were counted on the way; of the rest only some were looked into.
            let none = self.irr_none.min(all);
            let several = self.irr_several.min(all - none);
            let mut rest = all - none - several;
            let counted = [(Cause::IrrNone, none), (Cause::IrrSeveral, several)];
            let mut list: Vec<_> =
                counted.into_iter().map(|(cause, count)| (cause, count, first(cause))).collect();
            for (&cause, explained) in &self.explained {
                if !matches!(cause, Cause::IrrNone | Cause::IrrSeveral | Cause::Arithmetic) {
                    let count = explained.count.min(rest);
                    rest -= count;
                    list.push((cause, count, Some(explained.first_trial)));
                }
            }
            list.push((Cause::Arithmetic, rest, first(Cause::Arithmetic)));
            list
        };
        found.retain(|&(_, count, _)| count > 0);
        found
    }

    pub(super) fn explain(&mut self, cause: Cause, explained: Explained) {
        self.explained.insert(cause, explained);
    }

    /// Defined trials at or below the base case, which is defined.
    pub fn at_or_below_base(&self) -> u64 {
        self.at_or_below[0]
    }

    /// Defined trials at or below each threshold of the plan.
    pub fn within(&self) -> &[u64] {
        &self.at_or_below[1..]
    }

    /// Moments of (value − center) / scale over the finite values: bounded, whatever the output's unit.
    pub(super) fn scaled_moments(&self) -> Moments {
        self.moments.total()
    }

    /// The finite values in ascending order, as far as buckets tell them apart; buckets of which `collected` holds
    /// every value, in ascending order, are taken apart.
    pub(super) fn distribution(&self, plan: &ChannelPlan, collected: &[f64]) -> Distribution {
        let atoms = plan.atoms().iter().copied().zip(self.atoms.iter().copied());
        let buckets = self.histogram.ascending().flat_map(|bucket| {
            let parts =
                (!collected.is_empty()).then(|| taken_apart(bucket, collected, plan.atoms()));
            parts.flatten().unwrap_or_else(|| vec![bucket])
        });
        Distribution::new(buckets, atoms, self.is_whole)
    }

    /// Bytes held by the histogram.
    pub fn bytes(&self) -> usize {
        self.histogram.bytes()
    }
}

/// How many values a claim holds for.
#[inline(always)]
fn count(values: &[f64], claim: impl Fn(f64) -> bool) -> u64 {
    values.iter().map(|&x| u64::from(claim(x))).sum()
}

/// Whether a value is a whole number below 2⁵¹. Adding 1.5 · 2⁵² leaves no fraction; unlike `round`, it
/// is no library call on any processor.
#[inline(always)]
fn is_whole(x: f64) -> bool {
    const SHIFT: f64 = 1.5 * (1_u64 << 52) as f64;
    (x + SHIFT) - SHIFT == x
}
