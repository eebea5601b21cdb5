//! Distributions as nodes: which arithmetic turns a uniform number into a draw.
//!
//! Every draw is the inverse CDF of one uniform number, non-decreasing in it. Location, scale and
//! closed forms become arithmetic; constant parameters of any other shape become a table. Parameters
//! that differ from trial to trial become arithmetic or an iteration over many lanes (see `closed`); families and
//! combinations that neither is for are left to the engine, which solves them over lanes or one by one.

use super::graph::{Call, NodeId, Sum};
use super::lower::{Labels, Lowering, Phase};
use crate::check::{DistributionExpr, TypedExpr, instantiate};
use crate::distribution::{Constant, Distribution};
use crate::math::operation::{Binary, Unary};

impl<'a> Lowering<'a> {
    /// A draw of a distribution from a uniform number.
    pub(super) fn sample(
        &mut self,
        expr: &'a DistributionExpr,
        uniform: NodeId,
        labels: &Labels,
        phase: Phase,
    ) -> NodeId {
        let arguments = self.arguments(expr, labels, phase);
        match self.constant_distribution(expr, &arguments) {
            Some(distribution) => self.sample_constant(distribution, uniform),
            None => self.sample_varying(expr, arguments, uniform, labels, phase),
        }
    }

    /// The base of a distribution: mode or median, see [`Distribution::base`].
    pub(super) fn base(
        &mut self,
        expr: &'a DistributionExpr,
        labels: &Labels,
        phase: Phase,
    ) -> NodeId {
        if let DistributionExpr::Compound { count, part } = expr {
            let (count, part) = (self.base(count, labels, phase), self.base(part, labels, phase));
            return self.binary(Binary::Multiply, count, part);
        }
        if let DistributionExpr::Affine { scale, shift, inner } = expr
            && inner.is_compound()
        {
            let inner = self.base(inner, labels, phase);
            return self.scaled(scale, shift, inner, labels, phase);
        }
        let arguments = self.arguments(expr, labels, phase);
        match self.constant_distribution(expr, &arguments) {
            Some(distribution) => self.graph.constant(distribution.base()),
            None => {
                let call = Call { template: expr.clone(), arguments, uniform: None, sum: None };
                self.graph.call(call)
            }
        }
    }

    fn scaled(
        &mut self,
        scale: &'a TypedExpr,
        shift: &'a TypedExpr,
        inner: NodeId,
        labels: &Labels,
        phase: Phase,
    ) -> NodeId {
        let scale = self.lower(scale, labels, phase);
        let shift = self.lower(shift, labels, phase);
        let scaled = self.binary(Binary::Multiply, scale, inner);
        if self.graph.constant_of(shift) == Some(0.0) {
            return scaled;
        }
        self.binary(Binary::Add, scaled, shift)
    }

    /// A sum of draws: `uniform` is for the count where that is drawn too, the draws are of the stream `name`.
    pub(super) fn compound(
        &mut self,
        expr: &'a DistributionExpr,
        name: &str,
        uniform: NodeId,
        by_step: bool,
        labels: &Labels,
        phase: Phase,
    ) -> NodeId {
        if let DistributionExpr::Affine { scale, shift, inner } = expr {
            let inner = self.compound(inner, name, uniform, by_step, labels, phase);
            return self.scaled(scale, shift, inner, labels, phase);
        }
        let DistributionExpr::Compound { count, part } = expr else {
            return self.sample(expr, uniform, labels, phase);
        };
        let count = self.sample(count, uniform, labels, phase);
        let arguments = self.arguments(part, labels, phase);
        let law = self.constant_distribution(part, &arguments);
        if let Some(value) = law.as_ref().and_then(Distribution::constant) {
            let value = self.graph.constant(value);
            return self.binary(Binary::Multiply, count, value);
        }
        let stream = self.graph.stream(name);
        let sampler = law.map(|law| self.graph.sampler(law));
        let parameters = if sampler.is_some() { Vec::new() } else { arguments };
        self.graph.call(Call {
            template: DistributionExpr::clone(part),
            arguments: std::iter::once(count).chain(parameters).collect(),
            uniform: None,
            sum: Some(Sum { stream, by_step, sampler }),
        })
    }

    /// The parameters as nodes, in the order in which [`instantiate`] asks for them.
    fn arguments(
        &mut self,
        expr: &'a DistributionExpr,
        labels: &Labels,
        phase: Phase,
    ) -> Vec<NodeId> {
        let mut found = Vec::new();
        parameters(expr, &mut found);
        found.into_iter().map(|parameter| self.lower(parameter, labels, phase)).collect()
    }

    /// The distribution, where its parameters are the same in every trial.
    pub(super) fn constant(
        mut self,
        expr: &'a DistributionExpr,
        labels: &Labels,
    ) -> Option<Distribution> {
        let arguments = self.arguments(expr, labels, Phase::First);
        self.constant_distribution(expr, &arguments)
    }

    fn constant_distribution(
        &self,
        expr: &DistributionExpr,
        arguments: &[NodeId],
    ) -> Option<Distribution> {
        let mut values = arguments.iter();
        let result = instantiate(expr, &mut |_| {
            values.next().and_then(|&node| self.graph.constant_of(node))
        })?;
        // What is impossible was refused by the checker; a label that only exists here cannot be undefined silently.
        Some(result.unwrap_or_else(|_| Constant::of(f64::NAN)))
    }

    pub(super) fn binary(&mut self, operation: Binary, a: NodeId, b: NodeId) -> NodeId {
        self.graph.binary(operation, a, b)
    }

    /// `-ln(1 - u)`: the standard exponential.
    pub(super) fn exponential(&mut self, uniform: NodeId) -> NodeId {
        let one = self.graph.constant(1.0);
        let upper = self.binary(Binary::Subtract, one, uniform);
        let log = self.graph.unary(Unary::Ln, upper);
        self.graph.unary(Unary::Negate, log)
    }

    pub(super) fn location_scale(
        &mut self,
        location: NodeId,
        scale: NodeId,
        standard: NodeId,
    ) -> NodeId {
        let spread = self.binary(Binary::Multiply, scale, standard);
        if self.graph.constant_of(location) == Some(0.0) {
            return spread;
        }
        self.binary(Binary::Add, location, spread)
    }

    /// `exp(mu + sigma z)`.
    pub(super) fn lognormal(&mut self, mu: NodeId, sigma: NodeId, uniform: NodeId) -> NodeId {
        let standard = self.graph.normal(uniform);
        let log = self.location_scale(mu, sigma, standard);
        self.graph.unary(Unary::Exp, log)
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "what has no closed form here gets a table, new families too"
    )]
    fn sample_constant(&mut self, distribution: Distribution, uniform: NodeId) -> NodeId {
        match distribution {
            Distribution::Constant(law) => self.graph.constant(law.value),
            Distribution::Uniform(law) => {
                let (low, width) =
                    (self.graph.constant(law.low), self.graph.constant(law.high - law.low));
                self.location_scale(low, width, uniform)
            }
            Distribution::Normal(law) => {
                let (mean, sd) = (self.graph.constant(law.mean), self.graph.constant(law.sd));
                let standard = self.graph.normal(uniform);
                self.location_scale(mean, sd, standard)
            }
            Distribution::LogNormal(law) => {
                let (mu, sigma) = (self.graph.constant(law.mu), self.graph.constant(law.sigma));
                self.lognormal(mu, sigma, uniform)
            }
            Distribution::Exponential(law) => {
                let mean = self.graph.constant(law.mean);
                let standard = self.exponential(uniform);
                self.binary(Binary::Multiply, mean, standard)
            }
            Distribution::Weibull(law) => {
                let (scale, power) =
                    (self.graph.constant(law.scale), self.graph.constant(1.0 / law.shape));
                let standard = self.exponential(uniform);
                let log = self.graph.unary(Unary::Ln, standard);
                let log = self.binary(Binary::Multiply, power, log);
                let powered = self.graph.unary(Unary::Exp, log);
                self.binary(Binary::Multiply, scale, powered)
            }
            // Without a mean, the tail is too steep for a table.
            Distribution::Pareto(law) if law.shape <= 1.0 => {
                let (scale, shape) =
                    (self.graph.constant(law.scale), self.graph.constant(law.shape));
                let exponential = self.exponential(uniform);
                self.power_of(scale, shape, exponential)
            }
            // Two bends would cost a table its accuracy.
            Distribution::Trapezoidal(law) => {
                let corners = [law.low, law.b, law.c, law.high];
                let corners = corners.map(|corner| self.graph.constant(corner));
                self.trapezoidal(corners, uniform)
            }
            Distribution::UniformInt(law) => {
                let count = law.high - law.low + 1.0;
                let (low, count) = (self.graph.constant(law.low), self.graph.constant(count));
                let scaled = self.binary(Binary::Multiply, count, uniform);
                let whole = self.graph.unary(Unary::Floor, scaled);
                self.binary(Binary::Add, low, whole)
            }
            Distribution::Bernoulli(law) => {
                let probability = self.graph.constant(law.p);
                self.bernoulli(probability, uniform)
            }
            Distribution::Affine(law) if law.scale > 0.0 => {
                let inner = self.sample_constant(law.inner, uniform);
                let (scale, shift) =
                    (self.graph.constant(law.scale), self.graph.constant(law.shift));
                let scaled = self.binary(Binary::Multiply, scale, inner);
                if law.shift == 0.0 { scaled } else { self.binary(Binary::Add, scaled, shift) }
            }
            other => self.graph.sample(other, uniform),
        }
    }

    /// 1 where `1 - u` is below the probability.
    pub(super) fn bernoulli(&mut self, probability: NodeId, uniform: NodeId) -> NodeId {
        let one = self.graph.constant(1.0);
        let upper = self.binary(Binary::Subtract, one, uniform);
        self.binary(Binary::Less, upper, probability)
    }

    /// Parameters that differ from trial to trial. An impossible one makes the draw undefined.
    fn sample_varying(
        &mut self,
        expr: &'a DistributionExpr,
        arguments: Vec<NodeId>,
        uniform: NodeId,
        labels: &Labels,
        phase: Phase,
    ) -> NodeId {
        if let DistributionExpr::Value(_) = expr {
            return arguments[0];
        }
        if let DistributionExpr::Affine { inner, .. } = expr
            && let Some(scale) = self.graph.constant_of(arguments[0])
            && scale > 0.0
        {
            let inner = self.sample(inner, uniform, labels, phase);
            let scaled = self.binary(Binary::Multiply, arguments[0], inner);
            return self.binary(Binary::Add, scaled, arguments[1]);
        }
        if let Some(line) = self.normal_line(expr, &arguments) {
            return self.draw_on(line, uniform);
        }
        if let Some(draw) = self.cut_or_listed(expr, &arguments, uniform) {
            return draw;
        }
        if let DistributionExpr::Family { family, form, .. } = expr {
            let first = family.forms()[*form].parameters[0].name;
            if let Some(closed) = self.closed_form(*family, first, &arguments, uniform) {
                return closed;
            }
            if let Some(scaled) = self.of_fixed_shape(*family, &arguments, uniform) {
                return scaled;
            }
            if let Some(iterated) = self.iterated(*family, &arguments, uniform) {
                return iterated;
            }
        }
        let (template, uniform) = (expr.clone(), Some(uniform));
        self.graph.call(Call { template, arguments, uniform, sum: None })
    }
}

/// The parameters of a distribution, in the order in which [`instantiate`] asks for them.
fn parameters<'e>(expr: &'e DistributionExpr, found: &mut Vec<&'e TypedExpr>) {
    match expr {
        DistributionExpr::Value(value) => found.push(value),
        DistributionExpr::Family { arguments, .. } => found.extend(arguments),
        DistributionExpr::Pinned { points, .. } => {
            found.extend(points.iter().map(|(_, value)| value));
        }
        DistributionExpr::Range { low, high, .. } => found.extend([low, high]),
        DistributionExpr::Quantiles { points, low, high } => {
            found.extend(points.iter().map(|(_, value)| value).chain(low).chain(high));
        }
        DistributionExpr::Histogram { edges, weights } => {
            found.extend(edges.iter().chain(weights));
        }
        DistributionExpr::Sample(_) => {}
        DistributionExpr::Compound { count, part } => {
            parameters(count, found);
            parameters(part, found);
        }
        DistributionExpr::Discrete(entries) => {
            found.extend(entries.iter().flat_map(|(value, weight)| [value, weight]));
        }
        DistributionExpr::Mixture(components) => {
            for (component, weight) in components {
                found.push(weight);
                parameters(component, found);
            }
        }
        DistributionExpr::Truncated { inner, low, high } => {
            found.extend(low.iter().chain(high));
            parameters(inner, found);
        }
        DistributionExpr::Affine { scale, shift, inner } => {
            found.extend([scale, shift]);
            parameters(inner, found);
        }
    }
}
