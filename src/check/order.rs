//! Who depends on whom: the order of inference, and cycles with their whole path.

use super::checked::QuantityId;
use super::scope::Scope;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::expr::{Expr, ExprKind};
use crate::source::Span;

/// How one quantity reads another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// At the same step.
    Same,
    /// A step ago.
    Earlier,
    /// All steps together.
    Whole,
}

/// One place where a quantity reads another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reference {
    pub(super) to: QuantityId,
    pub(super) reading: Reading,
    /// Whether it stands in what defines step 0.
    pub(super) at_first: bool,
    /// Whether it stands in what defines the later steps.
    pub(super) at_later: bool,
    pub(super) span: Span,
}

/// What an expression reads.
pub(super) struct Reader<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) own: Option<QuantityId>,
    pub(super) at_first: bool,
    pub(super) at_later: bool,
}

impl Reader<'_> {
    /// Appends every reference of an expression.
    pub(super) fn read(&self, expr: &Expr, reading: Reading, found: &mut Vec<Reference>) {
        let mut push = |to: QuantityId, reading: Reading, span: Span| {
            found.push(Reference {
                to,
                reading,
                at_first: self.at_first,
                at_later: self.at_later,
                span,
            });
        };
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::Factor(_) | ExprKind::Text(_) | ExprKind::Error => {}
            ExprKind::Name(name) if name.text == "prev" => {
                if let Some(own) = self.own {
                    push(own, Reading::Earlier, expr.span);
                }
            }
            ExprKind::Name(name) => {
                if let Some(id) = self.scope.quantity(&name.text) {
                    push(id, reading, expr.span);
                }
            }
            ExprKind::Unary { operand, .. } => self.read(operand, reading, found),
            ExprKind::Binary { left, right, .. } | ExprKind::Juxtaposed { left, right } => {
                self.read(left, reading, found);
                self.read(right, reading, found);
            }
            ExprKind::Range { low, high, level } => {
                self.read(low, reading, found);
                self.read(high, reading, found);
                if let Some(level) = level {
                    self.read(level, reading, found);
                }
            }
            ExprKind::If { condition, then, otherwise } => {
                for part in [condition, then, otherwise] {
                    self.read(part, reading, found);
                }
            }
            ExprKind::Index { base, .. } => self.read(base, reading, found),
            ExprKind::List(items) => items.iter().for_each(|item| self.read(item, reading, found)),
            ExprKind::Call { function, arguments } => {
                let reading = match function.text.as_str() {
                    "prev" if reading == Reading::Same => Reading::Earlier,
                    "lowest" | "highest" | "first" | "last" | "at" | "first_time" | "payback"
                    | "sustained_payback" | "npv" | "irr" => Reading::Whole,
                    "sum" | "mean" if arguments.len() == 1 => Reading::Whole,
                    _ => reading,
                };
                for argument in arguments {
                    self.read(&argument.value, reading, found);
                    if let Some(weight) = &argument.weight {
                        self.read(weight, reading, found);
                    }
                }
            }
        }
    }
}

/// Groups of quantities that depend on each other, dependencies first (Tarjan 1972, without recursion).
pub(super) fn groups(references: &[Vec<Reference>]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let count = references.len();
    let (mut number, mut low) = (vec![NEW; count], vec![0; count]);
    let (mut on_stack, mut stack, mut next) = (vec![false; count], Vec::new(), 0);
    let mut groups = Vec::new();
    for root in 0..count {
        if number[root] != NEW {
            continue;
        }
        let mut work = vec![(root, 0)];
        while let Some(&mut (node, ref mut edge)) = work.last_mut() {
            if *edge == 0 {
                number[node] = next;
                low[node] = next;
                next += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            if let Some(reference) = references[node].get(*edge) {
                *edge += 1;
                let target = reference.to.0 as usize;
                if number[target] == NEW {
                    work.push((target, 0));
                } else if on_stack[target] {
                    low[node] = low[node].min(number[target]);
                }
                continue;
            }
            // A node without references passes here with edge 0 and must not be entered twice.
            work.pop();
            if let Some(&(parent, _)) = work.last() {
                low[parent] = low[parent].min(low[node]);
            }
            if low[node] == number[node] {
                let start = stack
                    .iter()
                    .rposition(|&member| member == node)
                    .expect("the root is on the stack");
                let mut group = stack.split_off(start);
                group.iter().for_each(|&member| on_stack[member] = false);
                group.sort_unstable();
                groups.push(group);
            }
        }
    }
    groups
}

/// Reports cycles within one step, and reductions that feed what they reduce.
pub(super) fn report_cycles(
    references: &[Vec<Reference>],
    groups: &[Vec<usize>],
    scope: &Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<bool> {
    let mut is_cyclic = vec![false; references.len()];
    let mut group_of = vec![0; references.len()];
    for (position, group) in groups.iter().enumerate() {
        group.iter().for_each(|&member| group_of[member] = position);
    }
    for (position, group) in groups.iter().enumerate() {
        let inside = |reference: &&Reference| group_of[reference.to.0 as usize] == position;
        let within_a_step = |reference: &&Reference| {
            inside(reference) && reference.at_later && reference.reading != Reading::Earlier
        };
        let at_step_0 = |reference: &&Reference| inside(reference) && reference.at_first;
        let path = find_cycle(references, group, within_a_step)
            .map(|path| (path, false))
            .or_else(|| find_cycle(references, group, at_step_0).map(|path| (path, true)))
            .or_else(|| reduction_cycle(references, group, inside).map(|path| (path, false)));
        let Some((path, is_first)) = path else { continue };
        group.iter().for_each(|&member| is_cyclic[member] = true);
        diagnostics.push(cycle_message(&path, is_first, scope));
    }
    is_cyclic
}

/// A closed path of references that pass the filter.
fn find_cycle<'a>(
    references: &'a [Vec<Reference>],
    group: &[usize],
    passes: impl Fn(&&'a Reference) -> bool,
) -> Option<Vec<(usize, &'a Reference)>> {
    let edges = |node: usize| references[node].iter().filter(|reference| passes(reference));
    group.iter().find_map(|&start| shortest_path(start, start, edges))
}

/// A closed path through a reduction over time.
fn reduction_cycle<'a>(
    references: &'a [Vec<Reference>],
    group: &[usize],
    inside: impl Fn(&&'a Reference) -> bool,
) -> Option<Vec<(usize, &'a Reference)>> {
    let edges = |node: usize| references[node].iter().filter(|reference| inside(reference));
    group.iter().find_map(|&node| {
        let reduction = edges(node).find(|reference| reference.reading == Reading::Whole)?;
        let target = reduction.to.0 as usize;
        let mut path = vec![(node, reduction)];
        if target != node {
            path.extend(shortest_path(target, node, edges)?);
        }
        Some(path)
    })
}

/// The shortest path of at least one reference from one quantity to another.
fn shortest_path<'a, I: Iterator<Item = &'a Reference>>(
    start: usize,
    end: usize,
    edges: impl Fn(usize) -> I,
) -> Option<Vec<(usize, &'a Reference)>> {
    let mut came_from: std::collections::BTreeMap<usize, (usize, &'a Reference)> =
        std::collections::BTreeMap::new();
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for reference in edges(node) {
            let target = reference.to.0 as usize;
            if came_from.contains_key(&target) {
                continue;
            }
            came_from.insert(target, (node, reference));
            if target == end {
                let mut path = Vec::new();
                let mut at = end;
                loop {
                    let &(from, reference) = &came_from[&at];
                    path.push((from, reference));
                    at = from;
                    if at == start {
                        path.reverse();
                        return Some(path);
                    }
                }
            }
            queue.push_back(target);
        }
    }
    None
}

fn cycle_message(path: &[(usize, &Reference)], is_first: bool, scope: &Scope<'_>) -> Diagnostic {
    let name = |node: usize| scope.name(QuantityId(u32::try_from(node).unwrap_or(u32::MAX)));
    let start = name(path[0].0);
    let mut names: Vec<&str> = path.iter().map(|&(node, _)| name(node)).collect();
    names.push(start);
    let when = if is_first { " at step 0" } else { "" };
    let whole = if path.len() > 1 { format!(": {}", names.join(" → ")) } else { String::new() };
    let reads = |node: usize, reference: &Reference| {
        let target = reference.to.0 as usize;
        let read = if target == node { "itself".to_owned() } else { format!("`{}`", name(target)) };
        let what = if reference.reading == Reading::Whole { "all steps of " } else { "" };
        format!("`{}` reads {what}{read}", name(node))
    };
    let mut diagnostic = Diagnostic::new(
        Code::E304,
        format!("`{start}` depends on itself{when}{whole}"),
        path[0].1.span,
        reads(path[0].0, path[0].1),
    );
    for &(node, reference) in path.iter().skip(1).take(8) {
        diagnostic = diagnostic.label(reference.span, reads(node, reference));
    }
    let is_reduction = path.iter().any(|(_, reference)| reference.reading == Reading::Whole);
    let is_of_steps = path.iter().any(|&(node, _)| scope.entries[node].ty.shape.step);
    diagnostic.help(if is_reduction {
        "what is made of all steps together cannot feed the same steps: use a running value such as `cumsum(x)` or `prev(x)`".to_owned()
    } else if is_first {
        format!("`prev(x)` at step 0 is x at step 0: give one of them a value to begin with, `{start} = {{ first = \"…\", next = \"…\" }}`")
    } else if is_of_steps {
        "read one of them a step ago: `prev(x)`".to_owned()
    } else {
        "take one of the references out; only in [series] may a circle go through an earlier step, `prev(x)`".to_owned()
    })
}
