//! Model S by hand: eight columns of draws, then one loop over the lanes.

use outlay::distribution::Family;
use outlay::engine::Sampler;
use outlay::math::simd::{Kernel, Path};
use outlay::sampling::{BLOCK, StreamKey};

use crate::fused::{Column, Fused, draw, key, log_moments, normal, sampler, uniform};

/// 亿.
const UNIT: f64 = 1e-8;

/// Streams and tables.
pub(crate) struct Model {
    keys: [StreamKey; 8],
    gpu_price: Sampler,
    server_share: Sampler,
    runs: Sampler,
    overrun: Sampler,
    run_cost: [f64; 2],
    soft_ratio: [f64; 2],
}

/// The draws of a block.
pub(crate) struct Draws {
    scratch: Column,
    gpu_price: Column,
    gpu_share: Column,
    server_share: Column,
    run_cost: Column,
    runs: Column,
    soft_ratio: Column,
    overrun: Column,
    ops: Column,
}

impl Draws {
    pub(crate) fn new() -> Box<Draws> {
        Box::new(Draws {
            scratch: Column::ZERO,
            gpu_price: Column::ZERO,
            gpu_share: Column::ZERO,
            server_share: Column::ZERO,
            run_cost: Column::ZERO,
            runs: Column::ZERO,
            soft_ratio: Column::ZERO,
            overrun: Column::ZERO,
            ops: Column::ZERO,
        })
    }
}

impl Model {
    pub(crate) fn new() -> Model {
        let names = [
            "gpu_price",
            "gpu_share",
            "server_share",
            "run_cost",
            "runs",
            "soft_ratio",
            "overrun",
            "ops",
        ];
        let z95 = outlay::math::norm_quantile(0.95);
        Model {
            keys: names.map(key),
            gpu_price: sampler(Family::Pert, &[80e3, 100e3, 150e3, 4.0]),
            server_share: sampler(Family::Triangular, &[0.25, 0.30, 0.40]),
            runs: sampler(Family::Poisson, &[10.0]),
            overrun: sampler(Family::Gamma, &[4.0, 0.05]),
            run_cost: log_moments(80e6, 20e6),
            soft_ratio: [libm::log(0.2) / 2.0, -libm::log(0.2) / (2.0 * z95)],
        }
    }

    /// The totals of a block, in CNY.
    #[inline(always)]
    pub(crate) fn totals<P: Path>(&self, path: P, block: u64, d: &mut Draws, out: &mut Column) {
        let [gpu_price, gpu_share, server_share, run_cost, runs, soft_ratio, overrun, ops] =
            self.keys;
        draw(path, &self.gpu_price, gpu_price, block, &mut d.scratch, &mut d.gpu_price);
        uniform(path, gpu_share, block, &mut d.gpu_share);
        draw(path, &self.server_share, server_share, block, &mut d.scratch, &mut d.server_share);
        normal(path, run_cost, 0, block, &mut d.scratch, &mut d.run_cost.0);
        draw(path, &self.runs, runs, block, &mut d.scratch, &mut d.runs);
        normal(path, soft_ratio, 0, block, &mut d.scratch, &mut d.soft_ratio.0);
        draw(path, &self.overrun, overrun, block, &mut d.scratch, &mut d.overrun);
        normal(path, ops, 0, block, &mut d.scratch, &mut d.ops.0);
        let ([cost_mu, cost_sigma], [soft_mu, soft_sigma]) = (self.run_cost, self.soft_ratio);
        exp_of(path, cost_mu, cost_sigma, &mut d.scratch, &mut d.run_cost);
        exp_of(path, soft_mu, soft_sigma, &mut d.scratch, &mut d.soft_ratio);
        for lane in 0..BLOCK {
            let gpu_share = 0.6 + 0.2 * d.gpu_share.0[lane];
            let run_cost = d.run_cost.0[lane];
            let soft_ratio = d.soft_ratio.0[lane];
            let ops = 300e6 + 50e6 * d.ops.0[lane];
            let runs = d.runs.0[lane];
            let rounds = if runs > 1.0 { runs } else { 1.0 };
            let hardware = 10_000.0 * d.gpu_price.0[lane] / gpu_share / d.server_share.0[lane];
            out.0[lane] =
                hardware * (1.0 + d.overrun.0[lane]) + run_cost * rounds * (1.0 + soft_ratio) + ops;
        }
    }
}

/// `column = exp(mu + sigma * column)`.
#[inline(always)]
fn exp_of<P: Path>(path: P, mu: f64, sigma: f64, scratch: &mut Column, column: &mut Column) {
    for (exponent, z) in scratch.0.iter_mut().zip(&column.0) {
        *exponent = mu + sigma * z;
    }
    path.exp(&scratch.0, &mut column.0);
}

/// The run as a kernel.
pub(crate) struct Blocks<'a> {
    pub(crate) model: &'a Model,
    pub(crate) run: Fused<'a>,
}

impl Kernel for Blocks<'_> {
    type Output = ();

    #[inline(always)]
    fn run<P: Path>(self, path: P) {
        let (mut draws, mut total) = (Draws::new(), Column::ZERO);
        for block in self.run.blocks {
            self.model.totals(path, block, &mut draws, &mut total);
            total.0.iter_mut().for_each(|total| *total *= UNIT);
            self.run.tally.record_inline(0, block, &total.0);
        }
    }
}
