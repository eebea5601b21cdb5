//! The program that the engine runs: operations on columns, in sections, over registers.

use crate::math::operation::{Binary, Ternary, Unary};
use crate::math::simd::chain::Link;

pub use crate::math::simd::chain::Operand;

/// One operation on all lanes of a block, or a chain of them. The destination is never one of the operands, but in chains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the operands")]
pub enum Op<R> {
    /// One number for all lanes.
    Fill {
        dst: R,
        scalar: R,
    },
    /// Uniform numbers of a draw site: of the trial.
    Draw {
        dst: R,
        site: R,
    },
    /// Uniform numbers of a draw site: of trial and step.
    StepDraw {
        dst: R,
        site: R,
    },
    /// Standard normal quantiles.
    Normal {
        dst: R,
        x: R,
    },
    /// Quantiles of a distribution with constant parameters.
    Sample {
        dst: R,
        x: R,
        sampler: R,
    },
    /// Quantiles of a distribution with other parameters: an index into [`Program::calls`].
    Call {
        dst: R,
        call: R,
    },
    Unary {
        op: Unary,
        dst: R,
        x: R,
    },
    Binary {
        op: Binary,
        dst: R,
        a: Operand<R>,
        b: Operand<R>,
    },
    Ternary {
        op: Ternary,
        dst: R,
        a: Operand<R>,
        b: Operand<R>,
        c: Operand<R>,
    },
    Copy {
        dst: R,
        x: R,
    },
    /// Elementwise operations in a row: a range of [`Program::links`].
    Chain {
        start: u32,
        len: u32,
    },
    /// Keeps a column as the values of this step (or step 0) of a series.
    Store {
        series: R,
        x: R,
    },
    /// The internal rate of return of a stored series.
    Irr {
        dst: R,
        series: R,
    },
    /// Hands a column to the tally: an index into [`Program::records`].
    Record {
        record: R,
        x: R,
    },
}

/// Operations that run once a block, or once a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Section {
    /// Once a block.
    Trial(std::ops::Range<usize>),
    /// Once for each of the steps 1, 2, …
    Steps(std::ops::Range<usize>),
}

impl Section {
    /// Its operations.
    pub fn range(&self) -> std::ops::Range<usize> {
        let (Section::Trial(range) | Section::Steps(range)) = self;
        range.clone()
    }

    pub(super) fn range_mut(&mut self) -> &mut std::ops::Range<usize> {
        let (Section::Trial(range) | Section::Steps(range)) = self;
        range
    }
}

/// One number for all lanes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar {
    /// The same at every step.
    Constant(f64),
    /// By step: an index into [`Program::tables`].
    Table(u32),
}

/// A distribution with parameters in columns.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnCall {
    /// The distribution, its parameters left open.
    pub template: crate::check::DistributionExpr,
    /// The parameters.
    pub arguments: Vec<Operand<u16>>,
    /// The uniform numbers; `None` for the base, and for a sum.
    pub uniform: Option<Operand<u16>>,
    /// Where it stands for a sum of draws: the first argument is then how many.
    pub sum: Option<super::Sum>,
}

/// A place where numbers are drawn: an input, for one combination of labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawSite {
    /// Its name, which addresses its draws.
    pub name: String,
    /// Whether it is drawn at every step.
    pub by_step: bool,
    /// Whether the draws of its steps are made of standard normal quantiles.
    pub is_normal: bool,
}

/// Where a column goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The channel of the tally; of a series that of step 0.
    pub channel: usize,
    /// Whether the step is added to the channel.
    pub by_step: bool,
    /// The series whose internal rates of return the value depends on: they name the cause of what is undefined.
    pub rates_of_return: Vec<u16>,
}

/// What the engine runs on each block.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The operations.
    pub ops: Vec<Op<u16>>,
    /// What chains are made of.
    pub links: Vec<Link<u16>>,
    /// The order in which they run.
    pub sections: Vec<Section>,
    /// How many registers they use.
    pub n_registers: usize,
    /// The numbers that are the same for all lanes.
    pub scalars: Vec<Scalar>,
    /// Numbers by step.
    pub tables: Vec<Vec<f64>>,
    /// Draw sites.
    pub sites: Vec<DrawSite>,
    /// Names of streams that sums take their draws from.
    pub streams: Vec<String>,
    /// Distributions with constant parameters.
    pub samplers: Vec<crate::distribution::Distribution>,
    /// Distributions with parameters in columns.
    pub calls: Vec<ColumnCall>,
    /// Where columns go.
    pub records: Vec<Record>,
    /// How many series are stored.
    pub n_stored: usize,
    /// How many channels the tally has.
    pub n_channels: usize,
    /// The last step.
    pub last_step: u32,
    /// Length of a step in years.
    pub years_per_step: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_fits_two_words() {
        assert!(size_of::<Op<u16>>() <= 16);
    }
}
