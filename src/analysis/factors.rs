//! Which random inputs are varied together: the labels of one input, and inputs that are correlated.

use crate::{Compiled, WatchedInput};

/// Inputs that are varied together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Factor {
    /// The names of its inputs, in the order of the model: `rent`, `rent, vol`.
    pub(super) name: String,
    /// Its inputs, by label.
    pub(super) members: Vec<WatchedInput>,
    /// Draw sites that its inputs share besides their own.
    shared_sites: Vec<String>,
}

impl Factor {
    /// Whether a draw site is of this factor: that of an input, or of a part of one (`rent/jumps`).
    pub(super) fn owns(&self, site: &str) -> bool {
        let is_of = |name: &str| {
            site.strip_prefix(name).is_some_and(|rest| {
                !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '[')
            })
        };
        self.members.iter().any(|member| is_of(&member.site))
            || self.shared_sites.iter().any(|shared| shared == site)
    }
}

/// The factors of a model, in the order of their first inputs.
pub(super) fn factors(model: &Compiled) -> Vec<Factor> {
    let inputs = model.watched_inputs();
    // Which factor each input is of: first the labels of one input, then what is correlated.
    let mut group: Vec<usize> = (0..inputs.len()).collect();
    for position in 1..inputs.len() {
        if inputs[position].input == inputs[position - 1].input {
            group[position] = group[position - 1];
        }
    }
    let dependence = model.dependent_sites();
    for (members, _) in &dependence {
        let joined: Vec<usize> = inputs
            .iter()
            .zip(&group)
            .filter(|(input, _)| members.contains(&input.site))
            .map(|(_, &group)| group)
            .collect();
        if let Some(&first) = joined.iter().min() {
            group.iter_mut().filter(|own| joined.contains(own)).for_each(|own| *own = first);
        }
    }
    let mut factors: Vec<(usize, Factor)> = Vec::new();
    for (input, group) in inputs.into_iter().zip(group) {
        match factors.iter_mut().find(|(known, _)| *known == group) {
            Some((_, factor)) => factor.members.push(input),
            None => factors.push((
                group,
                Factor { name: String::new(), members: vec![input], shared_sites: Vec::new() },
            )),
        }
    }
    let named = |(_, mut factor): (usize, Factor)| {
        let mut names: Vec<&str> = factor.members.iter().map(|member| &*member.input).collect();
        names.dedup();
        factor.name = names.join(", ");
        factor.shared_sites = dependence
            .iter()
            .filter(|(sites, _)| factor.members.iter().any(|member| sites.contains(&member.site)))
            .flat_map(|(_, shared)| shared.iter().cloned())
            .collect();
        factor
    };
    factors.into_iter().map(named).collect()
}
