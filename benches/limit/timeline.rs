//! Model T by hand: the shocks of a block as a matrix in the second-level cache, then a few lanes at a time
//! through all months, their state in registers and the first-level cache.

use outlay::distribution::Family;
use outlay::engine::Sampler;
use outlay::math::operation::payback_step;
use outlay::math::simd::{Kernel, Path};
use outlay::math::{exp, pow};
use outlay::sampling::{BLOCK, StreamKey};

use crate::fused::{Column, Fused, draw, key, log_moments, normal, sampler, uniform};
use crate::scalar::{self, Draws};

const MONTHS: usize = 60;
/// Lanes that go through the months together.
const WIDTH: usize = 32;
/// GPU-hours a month.
const HOURS: f64 = 10_000.0 * 730.0;
/// 亿.
const UNIT: f64 = 1e-8;

/// Streams and tables.
pub(crate) struct Model {
    investment: scalar::Model,
    keys: [StreamKey; 8],
    decline: Sampler,
    util_max: Sampler,
    wacc: Sampler,
    opex: [f64; 2],
}

/// What does not change from month to month.
struct Setting {
    scratch: Column,
    rent: Column,
    decline: Column,
    vol: Column,
    util_max: Column,
    ramp_up: Column,
    opex: Column,
    wacc: Column,
    total: Column,
    shocks: [[f64; BLOCK]; MONTHS],
}

/// What a block gives.
struct Results {
    npv: Column,
    break_even: Column,
    discounted: Column,
    peak: Column,
}

impl Model {
    pub(crate) fn new() -> Model {
        let names = ["rent", "decline", "vol", "util_max", "ramp_up", "opex", "wacc", "shock"];
        Model {
            investment: scalar::Model::new(),
            keys: names.map(key),
            decline: sampler(Family::Beta, &[2.0, 5.0, 0.0, 1.0]),
            util_max: sampler(Family::Beta, &[8.0, 3.0, 0.0, 1.0]),
            wacc: sampler(Family::Triangular, &[0.08, 0.10, 0.14]),
            opex: log_moments(25e6, 5e6),
        }
    }

    #[inline(always)]
    fn draws<P: Path>(&self, path: P, block: u64, draws: &mut Draws, d: &mut Setting) {
        let [rent, decline, vol, util_max, ramp_up, opex, wacc, shock] = self.keys;
        self.investment.totals(path, block, draws, &mut d.total);
        normal(path, rent, 0, block, &mut d.scratch, &mut d.rent.0);
        draw(path, &self.decline, decline, block, &mut d.scratch, &mut d.decline);
        uniform(path, vol, block, &mut d.vol);
        draw(path, &self.util_max, util_max, block, &mut d.scratch, &mut d.util_max);
        uniform(path, ramp_up, block, &mut d.ramp_up);
        normal(path, opex, 0, block, &mut d.scratch, &mut d.opex.0);
        draw(path, &self.wacc, wacc, block, &mut d.scratch, &mut d.wacc);
        for (month, shocks) in (1..).zip(&mut d.shocks) {
            normal(path, shock, month, block, &mut d.scratch, shocks);
        }
    }

    /// All months for the lanes from `start` on.
    #[inline(always)]
    fn months<P: Path, const REDUCED: bool>(
        &self,
        path: P,
        d: &Setting,
        start: usize,
        results: &mut Results,
    ) {
        const ZERO: [f64; WIDTH] = [0.0; WIDTH];
        let (mut price, mut growth, mut vol, mut ramp) = (ZERO, ZERO, ZERO, ZERO);
        let (mut util_max, mut opex, mut factor, mut idle) = (ZERO, ZERO, ZERO, [1.0; WIDTH]);
        let (mut discount, mut sum, mut largest) = ([1.0; WIDTH], ZERO, ZERO);
        let (mut state, mut state_discounted) = ([f64::INFINITY; WIDTH], [f64::INFINITY; WIDTH]);
        for i in 0..WIDTH {
            let lane = start + i;
            price[i] = 10.0 + 1.5 * d.rent.0[lane];
            vol[i] = 0.02 + 0.06 * d.vol.0[lane];
            growth[i] = -0.05 * d.decline.0[lane] - vol[i] * vol[i] / 2.0;
            let ramp_up = 6.0 + 18.0 * d.ramp_up.0[lane];
            ramp[i] = if REDUCED { exp(-3.0 / ramp_up) } else { -3.0 / ramp_up };
            util_max[i] = d.util_max.0[lane];
            opex[i] = exp(self.opex[0] + self.opex[1] * d.opex.0[lane]);
            factor[i] = pow(1.0 + d.wacc.0[lane], -1.0 / 12.0);
            sum[i] = -d.total.0[lane];
        }
        // the cost is positive: every lane waits to be paid back
        for i in 0..WIDTH {
            largest[i] = sum[i].abs();
        }
        let (mut npv, mut lowest, mut largest_discounted) = (sum, sum, largest);
        for (month, shocks) in d.shocks.iter().enumerate() {
            let time = (month + 1) as f64;
            let (mut exponents, mut growths) = (ZERO, ZERO);
            for i in 0..WIDTH {
                exponents[i] = growth[i] + vol[i] * shocks[start + i];
            }
            path.exp(&exponents, &mut growths);
            if !REDUCED {
                for i in 0..WIDTH {
                    exponents[i] = ramp[i] * time;
                }
                path.exp(&exponents, &mut idle);
            }
            for i in 0..WIDTH {
                price[i] *= growths[i];
                if REDUCED {
                    idle[i] *= ramp[i];
                }
                let util = util_max[i] * (1.0 - idle[i]);
                let cash = HOURS * util * price[i] - opex[i];
                discount[i] *= factor[i];
                sum[i] += cash;
                npv[i] += cash * discount[i];
                lowest[i] = if sum[i] < lowest[i] { sum[i] } else { lowest[i] };
                let (size, size_discounted) = (sum[i].abs(), npv[i].abs());
                largest[i] = if size > largest[i] { size } else { largest[i] };
                largest_discounted[i] = if size_discounted > largest_discounted[i] {
                    size_discounted
                } else {
                    largest_discounted[i]
                };
                state[i] = payback_step(state[i], sum[i], largest[i], time);
                state_discounted[i] =
                    payback_step(state_discounted[i], npv[i], largest_discounted[i], time);
            }
        }
        for i in 0..WIDTH {
            let lane = start + i;
            results.npv.0[lane] = npv[i] * UNIT;
            results.break_even.0[lane] = state[i];
            results.discounted.0[lane] = state_discounted[i];
            results.peak.0[lane] = -lowest[i] * UNIT;
        }
    }
}

/// The run as a kernel.
pub(crate) struct Blocks<'a, const REDUCED: bool> {
    pub(crate) model: &'a Model,
    pub(crate) run: Fused<'a>,
}

impl<const REDUCED: bool> Kernel for Blocks<'_, REDUCED> {
    type Output = ();

    #[inline(always)]
    fn run<P: Path>(self, path: P) {
        let zero = || Column::ZERO;
        let mut draws = Draws::new();
        let mut d = Box::new(Setting {
            scratch: zero(),
            rent: zero(),
            decline: zero(),
            vol: zero(),
            util_max: zero(),
            ramp_up: zero(),
            opex: zero(),
            wacc: zero(),
            total: zero(),
            shocks: [[0.0; BLOCK]; MONTHS],
        });
        let mut results =
            Results { npv: zero(), break_even: zero(), discounted: zero(), peak: zero() };
        let tally = self.run.tally;
        for block in self.run.blocks {
            self.model.draws(path, block, &mut draws, &mut d);
            for start in (0..BLOCK).step_by(WIDTH) {
                self.model.months::<P, REDUCED>(path, &d, start, &mut results);
            }
            d.total.0.iter_mut().for_each(|total| *total *= UNIT);
            let columns =
                [&d.total, &results.npv, &results.break_even, &results.discounted, &results.peak];
            for (channel, column) in columns.into_iter().enumerate() {
                tally.record_inline(channel, block, &column.0);
            }
        }
    }
}
