//! Draws of percentiles, windows and lists that differ from trial to trial, as arithmetic.
//!
//! In: the nodes of what varies and of the uniform number. Out: the node of the draw, or `None` where no arithmetic is
//! known and the engine solves the law, over lanes or draw by draw. Here are normal and lognormal laws by any of their forms, also
//! inside a window; metalogs through two or three percentiles; short lists of values with weights. What is impossible in a
//! trial makes its draw undefined.

use super::graph::NodeId;
use super::lower::Lowering;
use crate::check::DistributionExpr;
use crate::distribution::{Family, Metalog};
use crate::math::norm_quantile;
use crate::math::operation::{Binary, Unary};

/// A normal law, of the number itself or of its logarithm.
#[derive(Debug, Clone, Copy)]
pub(super) struct NormalLine {
    mean: NodeId,
    sd: NodeId,
    is_log: bool,
}

/// Longer lists are looked up by the engine: sorting them takes the square of their length.
const MOST_LISTED: usize = 6;

impl Lowering<'_> {
    fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.binary(Binary::Add, a, b)
    }

    fn subtract(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.binary(Binary::Subtract, a, b)
    }

    fn multiply(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.binary(Binary::Multiply, a, b)
    }

    fn negate(&mut self, x: NodeId) -> NodeId {
        self.graph.unary(Unary::Negate, x)
    }

    fn ln(&mut self, x: NodeId) -> NodeId {
        self.graph.unary(Unary::Ln, x)
    }

    /// The normal law behind a distribution, where there is one.
    pub(super) fn normal_line(
        &mut self,
        expr: &DistributionExpr,
        arguments: &[NodeId],
    ) -> Option<NormalLine> {
        if let DistributionExpr::Range { level, .. } = expr {
            let z = norm_quantile(0.5 + 0.5 * level);
            let (low, high) = (self.positive(arguments[0]), self.positive(arguments[1]));
            let (low, high) = (self.ln(low), self.ln(high));
            let (half, width) = (self.number(0.5), self.number(2.0 * z));
            let sum = self.add(low, high);
            let mean = self.multiply(half, sum);
            let difference = self.subtract(high, low);
            let sd = self.binary(Binary::Divide, difference, width);
            let sd = self.not_negative(sd);
            return Some(NormalLine { mean, sd, is_log: true });
        }
        if let DistributionExpr::Pinned { family, points } = expr {
            let is_log = *family == Family::LogNormal;
            let is_normal = is_log || *family == Family::Normal;
            let probabilities: Vec<f64> = points.iter().map(|&(p, _)| p).collect();
            return match (&probabilities[..], arguments) {
                (&[p, q], &[a, b]) if is_normal => {
                    let points = if p < q { [(p, a), (q, b)] } else { [(q, b), (p, a)] };
                    Some(self.pinned_line(points, is_log))
                }
                _ => None,
            };
        }
        let DistributionExpr::Family { family, form, .. } = expr else { return None };
        let &[first, second] = arguments else { return None };
        match (family, family.forms()[*form].parameters[0].name) {
            (Family::Normal, "mean") => {
                Some(NormalLine { mean: first, sd: self.not_negative(second), is_log: false })
            }
            (Family::LogNormal, "mu") => {
                Some(NormalLine { mean: first, sd: self.not_negative(second), is_log: true })
            }
            (Family::LogNormal, "mean") => Some(self.line_of_moments(first, second)),
            _ => None,
        }
    }

    /// The line through two percentiles, the lower one first; it rises.
    fn pinned_line(&mut self, points: [(f64, NodeId); 2], is_log: bool) -> NormalLine {
        let [(p, a), (q, b)] = points;
        let (y, z) = (norm_quantile(p), norm_quantile(q));
        let mut height = |x: NodeId| {
            if !is_log {
                return x;
            }
            let x = self.positive(x);
            self.ln(x)
        };
        let (a, b) = (height(a), height(b));
        let width = self.number(z - y);
        let difference = self.subtract(b, a);
        let sd = self.binary(Binary::Divide, difference, width);
        let sd = self.positive(sd);
        // from the percentile nearer to the mean: the other one would cancel
        let (from, deviate) = if y.abs() <= z.abs() { (a, y) } else { (b, z) };
        let deviate = self.number(deviate);
        let distance = self.multiply(sd, deviate);
        NormalLine { mean: self.subtract(from, distance), sd, is_log }
    }

    /// The logarithm of a lognormal law with this mean and standard deviation.
    fn line_of_moments(&mut self, mean: NodeId, sd: NodeId) -> NormalLine {
        let (mean, sd) = (self.positive(mean), self.not_negative(sd));
        let ratio = self.binary(Binary::Divide, sd, mean);
        let (one, half) = (self.number(1.0), self.number(0.5));
        let square = self.multiply(ratio, ratio);
        let growth = self.add(one, square);
        let variance = self.ln(growth);
        let sd = self.graph.unary(Unary::SquareRoot, variance);
        let log_mean = self.ln(mean);
        let half_variance = self.multiply(half, variance);
        NormalLine { mean: self.subtract(log_mean, half_variance), sd, is_log: true }
    }

    /// A draw of it.
    pub(super) fn draw_on(&mut self, line: NormalLine, uniform: NodeId) -> NodeId {
        if line.is_log {
            return self.lognormal(line.mean, line.sd, uniform);
        }
        let standard = self.graph.normal(uniform);
        self.location_scale(line.mean, line.sd, standard)
    }

    /// Windows, metalogs and lists.
    pub(super) fn cut_or_listed(
        &mut self,
        expr: &DistributionExpr,
        arguments: &[NodeId],
        uniform: NodeId,
    ) -> Option<NodeId> {
        if let DistributionExpr::Truncated { inner, low, high } = expr {
            let mut rest = arguments.iter();
            let low = low.as_ref().and_then(|_| rest.next().copied());
            let high = high.as_ref().and_then(|_| rest.next().copied());
            let line = self.normal_line(inner, rest.as_slice())?;
            return Some(self.windowed(line, [low, high], uniform));
        }
        if let DistributionExpr::Quantiles { points, low, high } = expr {
            let probabilities: Vec<f64> = points.iter().map(|&(p, _)| p).collect();
            let (values, bounds) = arguments.split_at(points.len());
            let mut rest = bounds.iter();
            let low = low.as_ref().and_then(|_| rest.next().copied());
            let high = high.as_ref().and_then(|_| rest.next().copied());
            return self.metalog(&probabilities, values, [low, high], uniform);
        }
        if let DistributionExpr::Discrete(entries) = expr
            && entries.len() <= MOST_LISTED
        {
            let pairs = arguments.as_chunks::<2>().0;
            return Some(self.listed(pairs, uniform));
        }
        None
    }

    /// A normal law inside a window, on the same uniform number, by whichever tail is smaller.
    fn windowed(
        &mut self,
        line: NormalLine,
        [low, high]: [Option<NodeId>; 2],
        uniform: NodeId,
    ) -> NodeId {
        let zero = self.number(0.0);
        let NormalLine { mean, sd, is_log } = line;
        let standardized = |this: &mut Self, bound: Option<NodeId>, end: f64| {
            let Some(mut bound) = bound else { return this.number(end) };
            if is_log {
                // all of it lies above 0
                bound = this.binary(Binary::Max, bound, zero);
                bound = this.ln(bound);
            }
            let distance = this.subtract(bound, mean);
            this.binary(Binary::Divide, distance, sd)
        };
        let from = standardized(self, low, f64::NEG_INFINITY);
        let to = standardized(self, high, f64::INFINITY);
        let (minus_from, minus_to) = (self.negate(from), self.negate(to));
        let [below, up_to, above, from_on] = [from, to, minus_to, minus_from]
            .map(|deviate| self.graph.unary(Unary::NormalCdf, deviate));
        let (left, right) = (self.subtract(up_to, below), self.subtract(from_on, above));
        let is_right = self.binary(Binary::Less, above, below);
        let mass = self.select(is_right, right, left);
        let mass = self.positive(mass);
        let upper = self.upper(uniform);
        let (share, upper_share) = (self.multiply(uniform, mass), self.multiply(upper, mass));
        let (lower_tail, upper_tail) = (self.add(below, share), self.add(above, upper_share));
        let is_lower = self.binary(Binary::LessEqual, lower_tail, upper_tail);
        let tail = self.binary(Binary::Min, lower_tail, upper_tail);
        let deviate = self.graph.unary(Unary::NormalQuantile, tail);
        let mirrored = self.negate(deviate);
        let deviate = self.select(is_lower, deviate, mirrored);
        let mut draw = self.location_scale(mean, sd, deviate);
        if is_log {
            draw = self.graph.unary(Unary::Exp, draw);
        }
        if let Some(low) = low {
            draw = self.binary(Binary::Max, draw, low);
        }
        if let Some(high) = high {
            draw = self.binary(Binary::Min, draw, high);
        }
        // where there is no spread the draw is the one value, if the window holds it
        let is_point = self.binary(Binary::Equal, sd, zero);
        let mut point = if is_log { self.graph.unary(Unary::Exp, mean) } else { mean };
        let value = point;
        if let Some(low) = low {
            let is_inside = self.binary(Binary::LessEqual, low, value);
            point = self.required(is_inside, point);
        }
        if let Some(high) = high {
            let is_inside = self.binary(Binary::LessEqual, value, high);
            point = self.required(is_inside, point);
        }
        self.select(is_point, point, draw)
    }

    /// A metalog through two or three percentiles: its coefficients are linear in them.
    fn metalog(
        &mut self,
        probabilities: &[f64],
        values: &[NodeId],
        [low, high]: [Option<NodeId>; 2],
        uniform: NodeId,
    ) -> Option<NodeId> {
        if !matches!(probabilities.len(), 2 | 3) {
            return None;
        }
        let mut points: Vec<(f64, NodeId)> =
            probabilities.iter().copied().zip(values.iter().copied()).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let sorted: Vec<f64> = points.iter().map(|&(p, _)| p).collect();
        let weights = Metalog::coefficients(&sorted)?;
        let mut heights: Vec<NodeId> =
            points.iter().map(|&(_, x)| self.height_on_line(x, [low, high])).collect();
        for index in 1..heights.len() {
            // percentiles rise
            let rise = self.subtract(heights[index], heights[index - 1]);
            let rise = self.positive(rise);
            heights[index] = self.add(heights[index - 1], rise);
        }
        let origin = heights[heights.len() / 2];
        let mut terms = Vec::with_capacity(weights.len());
        for row in &weights {
            let mut sum = self.number(0.0);
            for (&weight, &height) in row.iter().zip(&heights) {
                if height == origin {
                    continue;
                }
                let (weight, distance) = (self.number(weight), self.subtract(height, origin));
                let term = self.multiply(weight, distance);
                sum = self.add(sum, term);
            }
            terms.push(sum);
        }
        let logit = self.standard_logistic(uniform);
        let mut slope = self.positive(terms[1]);
        if let Some(&bend) = terms.get(2) {
            let steepest = self.number(Metalog::STEEPEST);
            let most = self.multiply(steepest, slope);
            let size = self.graph.unary(Unary::Absolute, bend);
            let is_rising = self.binary(Binary::Less, size, most);
            let half = self.number(0.5);
            let from_median = self.subtract(uniform, half);
            let bent = self.multiply(bend, from_median);
            let sum = self.add(slope, bent);
            slope = self.required(is_rising, sum);
        }
        let level = self.add(origin, terms[0]);
        let spread = self.multiply(slope, logit);
        let height = self.add(level, spread);
        let draw = self.of_line(height, [low, high]);
        // where all are one the draw is that
        let (first, last) = (points[0].1, points[points.len() - 1].1);
        let is_point = self.binary(Binary::Equal, first, last);
        Some(self.select(is_point, first, draw))
    }

    /// A value on the whole line: itself, the logarithm of its distance to the bound, or the logit between both.
    fn height_on_line(&mut self, x: NodeId, bounds: [Option<NodeId>; 2]) -> NodeId {
        match bounds {
            [None, None] => x,
            [Some(low), None] => {
                let above = self.subtract(x, low);
                let above = self.positive(above);
                self.ln(above)
            }
            [None, Some(high)] => {
                let below = self.subtract(high, x);
                let below = self.positive(below);
                let log = self.ln(below);
                self.negate(log)
            }
            [Some(low), Some(high)] => {
                let (above, below) = (self.subtract(x, low), self.subtract(high, x));
                let (above, below) = (self.positive(above), self.positive(below));
                let odds = self.binary(Binary::Divide, above, below);
                self.ln(odds)
            }
        }
    }

    /// The value at a place of the line.
    fn of_line(&mut self, z: NodeId, bounds: [Option<NodeId>; 2]) -> NodeId {
        let exp = |this: &mut Self, z: NodeId| this.graph.unary(Unary::Exp, z);
        match bounds {
            [None, None] => z,
            [Some(low), None] => {
                let above = exp(self, z);
                self.add(low, above)
            }
            [None, Some(high)] => {
                let minus = self.negate(z);
                let below = exp(self, minus);
                self.subtract(high, below)
            }
            [Some(low), Some(high)] => {
                // from the nearer end
                let (one, zero) = (self.number(1.0), self.number(0.0));
                let size = self.graph.unary(Unary::Absolute, z);
                let minus = self.negate(size);
                let e = exp(self, minus);
                let whole = self.add(one, e);
                let share = self.binary(Binary::Divide, e, whole);
                let width = self.subtract(high, low);
                let distance = self.multiply(width, share);
                let (above, below) = (self.add(low, distance), self.subtract(high, distance));
                let is_low = self.binary(Binary::Less, z, zero);
                self.select(is_low, above, below)
            }
        }
    }

    /// One of a few values, by weight: sorted, and looked up from the smallest on.
    fn listed(&mut self, pairs: &[[NodeId; 2]], uniform: NodeId) -> NodeId {
        let mut pairs: Vec<[NodeId; 2]> = pairs.to_vec();
        for [_, weight] in &mut pairs {
            *weight = self.not_negative(*weight);
        }
        let all_known: Option<Vec<f64>> =
            pairs.iter().map(|&[value, _]| self.graph.constant_of(value)).collect();
        if let Some(values) = all_known {
            let mut order: Vec<usize> = (0..values.len()).collect();
            order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
            pairs = order.into_iter().map(|index| pairs[index]).collect();
        } else {
            for end in (1..pairs.len()).rev() {
                for index in 0..end {
                    self.put_in_order(&mut pairs, index);
                }
            }
        }
        let mut total = pairs[0][1];
        let mut up_to = vec![total];
        for &[_, weight] in &pairs[1..] {
            total = self.add(total, weight);
            up_to.push(total);
        }
        let total = self.positive(total);
        let place = self.multiply(uniform, total);
        let mut draw = pairs[pairs.len() - 1][0];
        for (&[value, _], &up_to) in pairs.iter().zip(&up_to).rev().skip(1) {
            let is_reached = self.binary(Binary::LessEqual, place, up_to);
            draw = self.select(is_reached, value, draw);
        }
        draw
    }

    /// Exchanges two neighbors of which the first is larger.
    fn put_in_order(&mut self, pairs: &mut [[NodeId; 2]], index: usize) {
        let ([a, weight_a], [b, weight_b]) = (pairs[index], pairs[index + 1]);
        let is_ordered = self.binary(Binary::LessEqual, a, b);
        pairs[index] = [(a, b), (weight_a, weight_b)]
            .map(|(first, second)| self.select(is_ordered, first, second));
        pairs[index + 1] = [(b, a), (weight_b, weight_a)]
            .map(|(first, second)| self.select(is_ordered, first, second));
    }
}
