//! One channel.

/// Why a trial has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A cash flow without an internal rate of return.
    IrrNone,
    /// A cash flow with several.
    IrrSeveral,
    /// Undefined arithmetic: 0/0, the logarithm of a negative number, an overflow.
    Arithmetic,
}

/// Lanes of the longest block.
pub const MAX_LANES: usize = 512;
