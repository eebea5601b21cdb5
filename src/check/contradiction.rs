//! Correlations that contradict one another: which, and the nearest that hold.

use super::dependence::Pair;
use crate::dependence::{Coefficient, CorrelationMatrix, Relation};
use crate::diagnostic::{Code, Diagnostic};

/// Coefficients are offered to a thousandth.
const GRAIN: f64 = 1e3;

/// What to say about a group whose matrix is not positive semidefinite.
pub(super) fn report(
    members: &[&str],
    pairs: &[&Pair],
    matrix: &CorrelationMatrix,
    relation: &mut dyn FnMut(usize, usize, Coefficient) -> Option<Relation>,
) -> Diagnostic {
    let offenders: Vec<&str> = matrix.offenders().into_iter().map(|i| members[i]).collect();
    let is_among =
        |pair: &&&Pair| pair.inputs.iter().all(|name| offenders.contains(&name.as_str()));
    let mut involved = pairs.iter().filter(is_among);
    let first = involved.next_back().unwrap_or(&pairs[0]);
    let quoted: Vec<String> = offenders.iter().map(|name| format!("`{name}`")).collect();
    let names = match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.join(""),
    };
    let message = format!("the correlations of {names} contradict one another");
    let mut error = Diagnostic::new(Code::E507, message, first.span, "does not go with the others");
    for pair in involved {
        error = error.label(pair.span, "");
    }
    let error = error.note(
        "pairs that are left out count as 0; the matrix of all pairs is not positive semidefinite",
    );
    match offer(members, pairs, matrix, relation) {
        Some(text) => error.help(format!("the nearest correlations that hold:\n{text}")),
        None => error,
    }
}

/// The nearest correlations as lines to paste; they hold themselves.
fn offer(
    members: &[&str],
    pairs: &[&Pair],
    matrix: &CorrelationMatrix,
    relation: &mut dyn FnMut(usize, usize, Coefficient) -> Option<Relation>,
) -> Option<String> {
    /// Rounding to a thousandth moves eigenvalues; they are kept this far from 0 at first.
    const LEAST: f64 = 1e-4;
    let n = members.len();
    let stated = |i: usize, j: usize| {
        pairs.iter().find(|pair| {
            let [a, b] = pair.inputs.each_ref().map(String::as_str);
            (a, b) == (members[i], members[j]) || (b, a) == (members[i], members[j])
        })
    };
    // One relation a pair, of the kind that its author chose.
    let mut relations = Vec::new();
    for i in 0..n {
        for j in 0..i {
            let measure = stated(i, j).map_or(Coefficient::Spearman, |pair| pair.measure);
            relations.push((i, j, measure, relation(i, j, measure)?));
        }
    }
    let nearest = matrix.nearest(LEAST);
    for share in [0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3] {
        let candidate = nearest.toward_identity(share);
        let mut solved = CorrelationMatrix::identity(n);
        let mut lines = Vec::new();
        for (i, j, measure, relation) in &relations {
            let coefficient = libm::round(relation.at(candidate.get(*i, *j)) * GRAIN) / GRAIN;
            if coefficient == 0.0 && stated(*i, *j).is_none() {
                continue;
            }
            let Ok(parameter) = relation.solve(coefficient) else { break };
            solved.set(*i, *j, parameter);
            let key = match stated(*i, *j) {
                Some(pair) => pair.inputs.join(", "),
                None => format!("{}, {}", members[*j], members[*i]),
            };
            lines.push(match measure {
                Coefficient::Spearman => format!("\"{key}\" = {coefficient}"),
                Coefficient::Pearson => format!("\"{key}\" = {{ pearson = {coefficient} }}"),
            });
        }
        if solved.factor().is_some() {
            return Some(lines.join("\n"));
        }
    }
    None
}
