//! Uniform numbers of inputs that are drawn together, from the independent ones of their draw sites.
//!
//! The normal numbers of all members up to this one, times a row of the group's factor, are its own normal number;
//! Φ makes a uniform one of it again, and the quantile function that follows is the same as without a copula. The
//! first member of a Gaussian group, in the order of names, keeps its uniform numbers.

use super::graph::NodeId;
use super::lower::{Lowering, Phase};
use crate::check::DependenceGroup;
use crate::dependence::Copula;
use crate::distribution::{Family, StudentScores, build};
use crate::math::operation::{Binary, Unary};

impl<'a> Lowering<'a> {
    /// The uniform number of an input's cell: of the trial, or of the step.
    pub(super) fn uniform(&mut self, name: &str, each_step: bool, phase: Phase) -> NodeId {
        match self.group_of.get(name) {
            Some(&(group, member)) => {
                let model = self.model;
                self.dependent(&model.dependence[group], member, phase)
            }
            None => self.independent(name, each_step, phase),
        }
    }

    /// A draw site's own uniform number.
    fn independent(&mut self, name: &str, each_step: bool, phase: Phase) -> NodeId {
        let site = self.graph.site(name);
        match (each_step, phase) {
            (true, Phase::Later) => self.graph.step_draw(site),
            _ => self.graph.draw(site),
        }
    }

    fn dependent(&mut self, group: &'a DependenceGroup, member: usize, phase: Phase) -> NodeId {
        let each_step = group.is_by_step;
        let row = &group.factor[member];
        let mut sum: Option<NodeId> = None;
        for (name, &weight) in group.members.iter().zip(row) {
            if weight == 0.0 {
                continue;
            }
            let uniform = self.independent(name, each_step, phase);
            let normal = self.graph.normal(uniform);
            let weight = self.graph.constant(weight);
            let term = self.graph.binary(Binary::Multiply, weight, normal);
            sum = Some(match sum {
                None => term,
                Some(sum) => self.graph.binary(Binary::Add, sum, term),
            });
        }
        let normal = sum.expect("a row of length 1 has an entry");
        match (group.copula, &group.mixing_site) {
            (Copula::StudentT { df }, Some(site)) => {
                let uniform = self.independent(site, each_step, phase);
                let shared = build(Family::ChiSquare, 0, &[df]).expect("`df` is positive");
                let shared = self.graph.sample(shared, uniform);
                let df_node = self.graph.constant(df);
                let shared = self.graph.binary(Binary::Divide, shared, df_node);
                let root = self.graph.unary(Unary::SquareRoot, shared);
                let t = self.graph.binary(Binary::Divide, normal, root);
                let score = self.graph.unary(Unary::StudentTwo, t);
                match StudentScores::of(df) {
                    Some(law) => self.graph.sample(law, score),
                    None => score,
                }
            }
            _ => self.graph.uniform(normal),
        }
    }
}
