//! Processes over the timeline: exact from step to step, one normal number each.

use super::graph::NodeId;
use super::lower::{Labels, Lowering, Mode, Phase};
use crate::check::{Jumps, Motion, Process};
use crate::distribution::{Family, build};
use crate::math::operation::{Binary, Ternary, Unary};

/// Jumps beyond this many in one step would need another draw site each; a step has more with this probability at most.
const SURPLUS: f64 = 1e-12;

impl<'a> Lowering<'a> {
    /// A process at step 0, or at the later steps.
    pub(super) fn process(
        &mut self,
        name: &str,
        process: &'a Process,
        labels: &Labels,
        phase: Phase,
    ) -> NodeId {
        let start = self.lower(&process.start, labels, Phase::First);
        let start = self.graph.unary(Unary::Positive, start);
        if phase == Phase::First {
            return start;
        }
        let shock = match self.mode {
            Mode::Sample => {
                let uniform = self.uniform(name, true, phase);
                Some(self.graph.normal(uniform))
            }
            Mode::Base => None,
        };
        let jumps = match self.mode {
            Mode::Sample => self.jumps(name, &process.jumps, labels),
            Mode::Base => None,
        };
        match &process.motion {
            Motion::Geometric { drift, volatility } => {
                let drift = self.lower(drift, labels, Phase::First);
                let volatility = self.lower(volatility, labels, Phase::First);
                let volatility = self.graph.unary(Unary::NonNegative, volatility);
                let half = self.graph.constant(0.5);
                let square = self.graph.binary(Binary::Multiply, volatility, volatility);
                let lost = self.graph.binary(Binary::Multiply, half, square);
                let trend = self.graph.binary(Binary::Subtract, drift, lost);
                let log = self.moved(trend, volatility, shock);
                let mut factor = self.graph.unary(Unary::Exp, log);
                if let Some(jumps) = jumps {
                    factor = self.graph.binary(Binary::Multiply, factor, jumps);
                }
                let slot = self.graph.slot();
                let state = self.graph.state(slot);
                let next = self.graph.binary(Binary::Multiply, state, factor);
                self.graph.carry(slot, start, next);
                next
            }
            Motion::MeanReverting { level, speed, volatility } => {
                let level = self.lower(level, labels, Phase::First);
                let level = self.graph.unary(Unary::Positive, level);
                let speed = self.lower(speed, labels, Phase::First);
                let speed = self.graph.unary(Unary::Positive, speed);
                let volatility = self.lower(volatility, labels, Phase::First);
                let volatility = self.graph.unary(Unary::NonNegative, volatility);
                // The distance d = ln x − ln level: d ← d e^(−κ) + σ √((1 − e^(−2κ)) / 2κ) z.
                let faded = self.graph.unary(Unary::Negate, speed);
                let kept = self.graph.unary(Unary::Exp, faded);
                let (one, two) = (self.graph.constant(1.0), self.graph.constant(2.0));
                let square = self.graph.binary(Binary::Multiply, kept, kept);
                let spent = self.graph.binary(Binary::Subtract, one, square);
                let twice = self.graph.binary(Binary::Multiply, two, speed);
                let share = self.graph.binary(Binary::Divide, spent, twice);
                let share = self.graph.unary(Unary::SquareRoot, share);
                let spread = self.graph.binary(Binary::Multiply, volatility, share);
                let ratio = self.graph.binary(Binary::Divide, start, level);
                let first = self.graph.unary(Unary::Ln, ratio);
                let slot = self.graph.slot();
                let state = self.graph.state(slot);
                let distance = self.graph.binary(Binary::Multiply, state, kept);
                let mut next = self.moved(distance, spread, shock);
                if let Some(jumps) = jumps {
                    let jumps = self.graph.unary(Unary::Factor, jumps);
                    let log = self.graph.unary(Unary::Ln, jumps);
                    next = self.graph.binary(Binary::Add, next, log);
                }
                self.graph.carry(slot, first, next);
                let ratio = self.graph.unary(Unary::Exp, next);
                self.graph.binary(Binary::Multiply, level, ratio)
            }
        }
    }

    /// `center + spread · shock`; the center alone on the median path.
    fn moved(&mut self, center: NodeId, spread: NodeId, shock: Option<NodeId>) -> NodeId {
        let Some(shock) = shock else {
            // An impossible spread is undefined here too.
            let zero = self.graph.constant(0.0);
            let nothing = self.graph.binary(Binary::Multiply, spread, zero);
            return self.graph.binary(Binary::Add, center, nothing);
        };
        let moved = self.graph.binary(Binary::Multiply, spread, shock);
        self.graph.binary(Binary::Add, center, moved)
    }

    /// What the jumps of a step multiply the value by; `None` without jumps.
    fn jumps(&mut self, name: &str, kinds: &'a [Jumps], labels: &Labels) -> Option<NodeId> {
        let one = self.graph.constant(1.0);
        let mut product: Option<NodeId> = None;
        for (kind, jumps) in kinds.iter().enumerate() {
            let law = build(Family::Poisson, 0, &[jumps.rate]).expect("the rate is positive");
            let most = law.quantile_upper(SURPLUS);
            let site = self.graph.site(&format!("{name}: jumps {}", kind + 1));
            let uniform = self.graph.step_draw(site);
            let count = self.graph.sample(law, uniform);
            let mut number = 1.0;
            while number <= most {
                let site = self.graph.site(&format!("{name}: jump {number} of {}", kind + 1));
                let uniform = self.graph.step_draw(site);
                let size = self.sample(&jumps.size, uniform, labels, Phase::First);
                let factor = self.graph.binary(Binary::Add, one, size);
                let factor = self.graph.unary(Unary::Factor, factor);
                let order = self.graph.constant(number);
                let happens = self.graph.binary(Binary::LessEqual, order, count);
                let factor = self.graph.ternary(Ternary::Select, happens, factor, one);
                product = Some(match product {
                    None => factor,
                    Some(product) => self.graph.binary(Binary::Multiply, product, factor),
                });
                number += 1.0;
            }
        }
        product
    }
}
