//! The one source of the bits of every elementary and special function.
//!
//! Numbers in, numbers out, with stated errors; nothing here knows a model, a distribution or a
//! stream. Functions of the trial path are branch-free per lane, so that a loop over a block is
//! vectorized by the compiler, and never fuse a multiplication with an addition, so that every
//! instruction set gives the same bits ([`simd`]).

pub mod elementary;
pub mod irr;
pub mod lanes;
pub mod normal;
pub mod operation;
pub mod power;
pub mod simd;
pub mod special;
mod special_beta;
mod special_gamma;
mod special_temme;
pub mod whole;

pub use elementary::{
    atan, atan2, ceil, cos, erf, exp, exp_m1, floor, ln, ln_1p, log10, max, min, modulo, powi,
    powi_block, round_half_away, sign, sin, sqrt, tan, tanh,
};
pub use normal::{norm_cdf, norm_pdf, norm_quantile, norm_uniform};
pub use power::pow;

#[cfg(test)]
mod tests {
    /// Numbers in (0, 1) that fill the unit cube evenly, `axis` being one of three (M. Roberts's
    /// additive recurrence, 2018).
    pub(super) fn spread(axis: usize, n: u64) -> f64 {
        const STEPS: [f64; 3] =
            [0.819_172_513_396_164_4, 0.671_043_606_703_789_3, 0.549_700_477_901_970_3];
        let x = (n as f64 + 0.5) * STEPS[axis];
        x - x.floor()
    }
}
