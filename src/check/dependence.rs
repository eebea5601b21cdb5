//! Correlations: which inputs are drawn together, and with which parameters of their copula.
//!
//! Pairs join inputs to groups. Each stated coefficient becomes the correlation of the copula's own normal numbers,
//! solved for the two distributions as they are (after scenario and `--set`); the matrix of those is tested and
//! factored. Members of a group stand in the order of their names, so that the order of the file says nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::checked::{Correlation, DependenceGroup, InputRule, Rule};
use super::define::Definition;
use super::distributions::instantiate;
use super::infer::{Inference, Place};
use super::scope::Scope;
use super::{constant, contradiction};
use crate::dependence::{
    Coefficient, Copula, CorrelationMatrix, LEAST_DF, MOST_DF, Marginal, Relation, Scores,
};
use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::distribution::{Distribution, Family, Kind, build};
use crate::expr::Expr;
use crate::model::{
    Address, CopulaDefinition, CopulaKind, CorrelationDefinition, ParsedModel, Replaced,
};
use crate::source::Span;

/// The largest group: its matrix is dense.
const MOST_MEMBERS: usize = 300;

/// A random input that is drawn with others.
struct Member {
    marginal: Marginal,
    is_by_step: bool,
    span: Span,
}

/// A pair with the solution for it.
pub(super) struct Pair {
    pub(super) inputs: [String; 2],
    pub(super) span: Span,
    pub(super) measure: Coefficient,
    pub(super) coefficient: f64,
    pub(super) coefficient_span: Span,
}

struct Resolver<'a> {
    definitions: &'a [Definition<'a>],
    rules: &'a [Option<Rule>],
    replaced: &'a [Replaced],
    scope: &'a Scope<'a>,
    diagnostics: &'a mut Diagnostics,
    members: BTreeMap<String, Member>,
    /// Those that are not random, told of once.
    fixed: BTreeSet<String>,
}

/// The groups of inputs that are drawn together.
pub(super) fn groups(
    parsed: &ParsedModel,
    definitions: &[Definition<'_>],
    rules: &[Option<Rule>],
    replaced: &[Replaced],
    scope: &Scope<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<DependenceGroup> {
    let (members, fixed) = (BTreeMap::new(), BTreeSet::new());
    let mut resolver =
        Resolver { definitions, rules, replaced, scope, diagnostics, members, fixed };
    let pairs = resolver.pairs(&parsed.correlations);
    let copulas: Vec<_> =
        parsed.copulas.iter().filter_map(|copula| resolver.copula(copula)).collect();
    resolver.joined(&pairs, &copulas)
}

/// A copula with the names of the inputs that it joins.
struct JointCopula<'a> {
    definition: &'a CopulaDefinition,
    copula: Copula,
    over: Option<Vec<String>>,
}

impl<'a> Resolver<'a> {
    /// A random input by its address: its name where it is one, after a report or a warning `None`.
    fn member(&mut self, address: &Address) -> Option<String> {
        let name = address.name.text.as_str();
        let Some(id) = self.scope.quantity(name) else {
            let error = self.scope.unknown_name(&address.name);
            self.diagnostics.push(error);
            return None;
        };
        let position = id.0 as usize;
        let Definition::Input(input) = self.definitions[position] else {
            let error = Diagnostic::new(
                Code::E505,
                format!("`{name}` is calculated, and only random inputs are correlated"),
                address.span,
                "not an input",
            );
            self.diagnostics.push(error.help("correlate the inputs that it is made of"));
            return None;
        };
        // An input with a mistake of its own has been told of.
        let Some(Rule::Input { cells, each_step, .. }) = &self.rules[position] else { return None };
        let text = address.text();
        let Some(cell) = cells.iter().find(|cell| cell.name == text) else {
            let error = self.wrong_labels(address, cells.iter().map(|cell| cell.name.as_str()));
            self.diagnostics.push(error);
            return None;
        };
        if let InputRule::Random(law) = &cell.value
            && law.is_compound()
        {
            let message =
                format!("`{text}` is a sum of many draws, and its ranks follow none of them");
            let error = Diagnostic::new(Code::E505, message, address.span, "a compound");
            self.diagnostics.push(error.help(format!(
                "give its count an input of its own, `{name} = \"compound(count, …)\"`, and correlate that"
            )));
            return None;
        }
        let (marginal, is_process) = match &cell.value {
            InputRule::Process(_) => (Some(Marginal::Known(shock())), true),
            InputRule::Random(law) => {
                let scope = self.scope;
                match instantiate(law, &mut |parameter| constant::value(parameter, scope)) {
                    Some(Ok(law)) if law.constant().is_none() => {
                        (Some(Marginal::Known(law)), false)
                    }
                    None => (Some(Marginal::Varying), false),
                    Some(_) => (None, false),
                }
            }
            InputRule::Fixed(_) | InputRule::Plan(_) => (None, false),
        };
        let Some(marginal) = marginal else {
            if !self.fixed.insert(text.clone()) {
                return None;
            }
            let change = self.replaced.iter().find(|change| change.input == position);
            self.diagnostics.push(match change {
                Some(change) => Diagnostic::new(
                    Code::W501,
                    format!("`{text}` is fixed now, and its correlations are without effect"),
                    address.span,
                    "correlated here",
                )
                .label(change.span, "fixed here"),
                None => Diagnostic::new(
                    Code::E505,
                    format!("`{text}` is not random, and nothing can be correlated with it"),
                    address.span,
                    "",
                )
                .label(input.name.span, "a fixed value")
                .help(format!("give `{name}` a distribution, or delete its correlations")),
            });
            return None;
        };
        let is_by_step = *each_step || is_process;
        let member = Member { marginal, is_by_step, span: input.name.span };
        self.members.insert(text.clone(), member);
        Some(text)
    }

    fn wrong_labels<'n>(
        &self,
        address: &Address,
        cells: impl Iterator<Item = &'n str> + Clone,
    ) -> Diagnostic {
        let (text, name) = (address.text(), &address.name.text);
        let is_indexed = cells.clone().any(|cell| cell.ends_with(']'));
        let message = match (address.labels.is_empty(), is_indexed) {
            (true, _) => format!("`{name}` has one number a label: which of them?"),
            (false, true) => format!("there is no `{text}`"),
            (false, false) => format!("`{name}` does not vary by any index"),
        };
        let error = Diagnostic::new(Code::E307, message, address.span, "");
        let shown: Vec<String> = cells.clone().take(6).map(|cell| format!("`{cell}`")).collect();
        match nearest(&text, cells) {
            Some(near) if !address.labels.is_empty() => {
                error.help(format!("did you mean `{near}`?"))
            }
            _ => error.help(format!("write {}", shown.join(" or "))),
        }
    }

    /// The value of a plain constant in [correlations] or [copula].
    fn number(&mut self, expr: &Expr, what: &str) -> Option<f64> {
        let place = Place::default();
        let mut inference =
            Inference { scope: self.scope, place, diagnostics: &mut *self.diagnostics };
        let typed = inference.infer(expr);
        let typed = inference.plain(typed, what)?;
        let value = constant::value(&typed.expr, self.scope);
        if value.is_none() {
            let error = Diagnostic::new(
                Code::E411,
                format!("{what} must be the same in every trial"),
                expr.span,
                "not a constant",
            );
            self.diagnostics.push(error.help("write a number, or the name of a fixed input"));
        }
        value
    }

    fn pairs(&mut self, correlations: &'a [CorrelationDefinition]) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = Vec::new();
        for correlation in correlations {
            let [a, b] = correlation.inputs.each_ref().map(|address| self.member(address));
            let coefficient = self.number(&correlation.coefficient, "a correlation");
            let (Some(a), Some(b), Some(coefficient)) = (a, b, coefficient) else { continue };
            if let Some(pair) = self.pair(correlation, [a, b], coefficient, &pairs) {
                pairs.push(pair);
            }
        }
        pairs
    }

    fn pair(
        &mut self,
        correlation: &CorrelationDefinition,
        inputs: [String; 2],
        coefficient: f64,
        known: &[Pair],
    ) -> Option<Pair> {
        let span = correlation.span;
        let [a, b] = &inputs;
        if a == b {
            let error =
                Diagnostic::new(Code::E505, format!("`{a}` is correlated with itself"), span, "");
            self.diagnostics.push(error.help("name two inputs"));
            return None;
        }
        let is_same =
            |pair: &&Pair| pair.inputs == inputs || (&pair.inputs[0], &pair.inputs[1]) == (b, a);
        if let Some(first) = known.iter().find(is_same) {
            let message = format!("the correlation of `{a}` and `{b}` is given twice");
            let error = Diagnostic::new(Code::E505, message, span, "a second time");
            self.diagnostics
                .push(error.label(first.span, "first given here").help("delete one of them"));
            return None;
        }
        self.check_same_rate(a, b, span)?;
        if !(-1.0..=1.0).contains(&coefficient) {
            let error = Diagnostic::new(
                Code::E506,
                format!("a correlation lies between -1 and 1, not at {coefficient}"),
                correlation.coefficient.span,
                "",
            );
            let text = self.scope.sources.text(correlation.coefficient.span).trim();
            let percent = coefficient / 100.0;
            let is_percent = !text.contains(['%', '％']) && coefficient.abs() > 2.0;
            self.diagnostics.push(if is_percent && percent.abs() <= 1.0 {
                error.help(format!("{coefficient} % is {percent}"))
            } else {
                error
            });
            return None;
        }
        let coefficient_span = correlation.coefficient.span;
        Some(Pair { inputs, span, measure: correlation.measure, coefficient, coefficient_span })
    }

    /// Refuses a number of the trial beside numbers drawn at each step.
    fn check_same_rate(&mut self, a: &str, b: &str, span: Span) -> Option<()> {
        let [(a, first), (b, second)] = [a, b].map(|name| (name, &self.members[name]));
        if first.is_by_step == second.is_by_step {
            return Some(());
        }
        let ((step, by_step), (trial, of_trial)) =
            if first.is_by_step { ((a, first), (b, second)) } else { ((b, second), (a, first)) };
        let message = format!("`{step}` is drawn at every step, and `{trial}` once a trial");
        let error = Diagnostic::new(Code::E505, message, span, "one number beside many")
            .label(by_step.span, "at every step")
            .label(of_trial.span, "once a trial")
            .note("correlations of what is drawn at every step hold step by step");
        self.diagnostics.push(error.help(format!(
            "give `{trial}` `each = \"step\"` too, or let a parameter of `{step}` depend on it"
        )));
        None
    }

    fn copula(&mut self, definition: &'a CopulaDefinition) -> Option<JointCopula<'a>> {
        let copula = match (definition.kind, &definition.df) {
            (CopulaKind::StudentT, Some(df)) => {
                let value = self.number(df, "`df`")?;
                if !(LEAST_DF..=MOST_DF).contains(&value) {
                    let message = format!(
                        "`df` of a copula lies between {LEAST_DF} and {MOST_DF}, not at {value}"
                    );
                    let error = Diagnostic::new(Code::E508, message, df.span, "");
                    self.diagnostics.push(if value > MOST_DF {
                        error.help("with so many it is `kind = \"gaussian\"`")
                    } else {
                        error.help("3 to 6 are usual for prices")
                    });
                    return None;
                }
                Copula::StudentT { df: value }
            }
            _ => Copula::Gaussian,
        };
        let over = definition.over.as_ref().map(|over| {
            let names: Vec<Option<String>> =
                over.iter().map(|address| self.member(address)).collect();
            names.into_iter().flatten().collect::<Vec<String>>()
        });
        for pair in over.iter().flat_map(|over| over.windows(2)) {
            let place = definition.over.as_ref().and_then(|over| over.first());
            let span = place.map_or(definition.span, |address| address.span);
            self.check_same_rate(&pair[0], &pair[1], span)?;
        }
        Some(JointCopula { definition, copula, over })
    }

    /// Members to groups: by pairs, and by copulas that name theirs.
    fn joined(&mut self, pairs: &[Pair], copulas: &[JointCopula<'a>]) -> Vec<DependenceGroup> {
        let names: Vec<String> = self.members.keys().cloned().collect();
        let place: BTreeMap<&str, usize> =
            names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
        let mut root: Vec<usize> = (0..names.len()).collect();
        let mut join = |a: &str, b: &str| {
            let (a, b) = (root[place[a]], root[place[b]]);
            root.iter_mut().filter(|root| **root == b).for_each(|root| *root = a);
        };
        pairs.iter().for_each(|pair| join(&pair.inputs[0], &pair.inputs[1]));
        let mut copula_of: BTreeMap<&str, usize> = BTreeMap::new();
        for (number, copula) in copulas.iter().enumerate() {
            let over = copula.over.as_deref().unwrap_or_default();
            over.windows(2).for_each(|pair| join(&pair[0], &pair[1]));
            for name in over {
                if copula_of.insert(name, number).is_some_and(|other| other != number) {
                    let message = format!("`{name}` belongs to two copulas");
                    let span = copula.definition.span;
                    let error = Diagnostic::new(Code::E508, message, span, "the second one");
                    self.diagnostics.push(error.help("an input belongs to one copula"));
                }
            }
        }
        for pair in pairs {
            let [a, b] = pair.inputs.each_ref().map(|name| copula_of.get(name.as_str()).copied());
            if a != b {
                let outside = if a.is_some() { &pair.inputs[1] } else { &pair.inputs[0] };
                let message = format!(
                    "`{}` and `{}` are correlated across copulas",
                    pair.inputs[0], pair.inputs[1]
                );
                let number = a.or(b).unwrap_or(0);
                let error = Diagnostic::new(Code::E508, message, pair.span, "").label(
                    copulas[number].definition.span,
                    format!("this copula leaves `{outside}` out"),
                );
                self.diagnostics.push(error.help(format!("add `{outside}` to its `over`")));
            }
        }
        let rest = copulas.iter().position(|copula| copula.over.is_none());
        if let Some(second) = copulas.iter().filter(|copula| copula.over.is_none()).nth(1) {
            let span = second.definition.span;
            let error =
                Diagnostic::new(Code::E508, "two copulas without `over`", span, "the second one");
            self.diagnostics.push(error.help("say which inputs each of them joins: `over = […]`"));
        }
        let mut groups = Vec::new();
        for first in 0..names.len() {
            let members: Vec<&str> = (first..names.len())
                .filter(|&i| root[i] == root[first])
                .map(|i| names[i].as_str())
                .collect();
            let is_first = (0..first).all(|before| root[before] != root[first]);
            if !is_first || members.len() < 2 || self.diagnostics.has_errors() {
                continue;
            }
            let number = members.iter().find_map(|name| copula_of.get(name).copied()).or(rest);
            groups.extend(self.group(&members, pairs, number.map(|number| &copulas[number])));
        }
        groups
    }

    /// One group, solved.
    fn group(
        &mut self,
        members: &[&str],
        pairs: &[Pair],
        joint: Option<&JointCopula<'_>>,
    ) -> Option<DependenceGroup> {
        let own: Vec<&Pair> =
            pairs.iter().filter(|pair| members.contains(&pair.inputs[0].as_str())).collect();
        if members.len() > MOST_MEMBERS {
            let span = own.first().map_or(self.members[members[0]].span, |pair| pair.span);
            let message =
                format!("more than {MOST_MEMBERS} inputs are correlated with one another");
            self.diagnostics.push(Diagnostic::new(Code::E109, message, span, ""));
            return None;
        }
        let copula = joint.map_or(Copula::Gaussian, |joint| joint.copula);
        let mut solver = Solver::new(copula);
        let mut matrix = CorrelationMatrix::identity(members.len());
        let place = |name: &str| members.iter().position(|known| *known == name).unwrap_or(0);
        let mut solved = Vec::new();
        let mut is_right = true;
        for pair in &own {
            match self.solve(&mut solver, pair) {
                Some(parameter) => {
                    let [a, b] = pair.inputs.each_ref().map(|name| place(name));
                    matrix.set(a, b, parameter);
                    solved.push(Correlation {
                        inputs: pair.inputs.clone(),
                        measure: pair.measure,
                        coefficient: pair.coefficient,
                        parameter,
                    });
                }
                None => is_right = false,
            }
        }
        if !is_right {
            return None;
        }
        let Some(factor) = matrix.factor() else {
            let mut relation = |a: usize, b: usize, measure: Coefficient| {
                let [a, b] = [a, b].map(|i| &self.members[members[i]].marginal);
                solver.relation(a, b, measure)
            };
            let error = contradiction::report(members, &own, &matrix, &mut relation);
            self.diagnostics.push(error);
            return None;
        };
        let site = match copula {
            Copula::Gaussian => None,
            Copula::StudentT { .. } => Some(match joint.map(|joint| joint.definition) {
                Some(CopulaDefinition { name: Some(name), over: Some(_), .. }) => {
                    format!("[copula.{}]", name.text)
                }
                Some(CopulaDefinition { over: Some(_), .. }) => "[copula]".to_owned(),
                _ => format!("[copula over {}]", members[0]),
            }),
        };
        Some(DependenceGroup {
            copula,
            mixing_site: site,
            members: members.iter().map(|&name| name.to_owned()).collect(),
            factor,
            is_by_step: self.members[members[0]].is_by_step,
            pairs: solved,
        })
    }

    /// The copula's parameter of a pair.
    fn solve(&mut self, solver: &mut Solver, pair: &Pair) -> Option<f64> {
        let [a, b] = pair.inputs.each_ref().map(|name| &self.members[name]);
        let Some(relation) = solver.relation(&a.marginal, &b.marginal, pair.measure) else {
            let culprit = pair.inputs.iter().find(|name| {
                Scores::new(&self.members[name.as_str()].marginal, pair.measure).is_err()
            });
            let culprit = culprit.unwrap_or(&pair.inputs[0]);
            let why = match self.members[culprit.as_str()].marginal {
                Marginal::Varying => "its parameters differ from trial to trial",
                Marginal::Known(_) => "its standard deviation is infinite",
            };
            let error = Diagnostic::new(
                Code::E506,
                format!("`{culprit}` has no Pearson correlation that could be solved for"),
                pair.coefficient_span,
                "",
            );
            let key = pair.inputs.join(", ");
            self.diagnostics.push(error.note(why).help(format!(
                "state the correlation of ranks: `\"{key}\" = {}`",
                pair.coefficient
            )));
            return None;
        };
        match relation.solve(pair.coefficient) {
            Ok(parameter) => Some(parameter),
            Err(range) => {
                let [a, b] = &pair.inputs;
                let kind = match pair.measure {
                    Coefficient::Spearman => "a rank correlation",
                    Coefficient::Pearson => "a Pearson correlation",
                };
                // Rounded inwards: what is offered is attainable.
                let (least, most) =
                    (libm::ceil(range.least * 1e3) / 1e3, libm::floor(range.most * 1e3) / 1e3);
                let (bound, offered) =
                    if pair.coefficient > 0.0 { ("at most", most) } else { ("at least", least) };
                let error = Diagnostic::new(
                    Code::E506,
                    format!("`{a}` and `{b}` cannot have {kind} of {}", pair.coefficient),
                    pair.coefficient_span,
                    format!("attainable: {least} to {most}"),
                );
                let error = error.note(
                    "two numbers are correlated perfectly only where one distribution is a copy of the other",
                );
                self.diagnostics.push(error.help(format!("write {bound} `{offered}`")));
                None
            }
        }
    }
}

/// What a process moves by: of it the correlation is.
fn shock() -> Distribution {
    build(Family::Normal, 0, &[0.0, 1.0]).expect("the standard normal distribution")
}

/// Solves pairs under one copula; what all continuous pairs share is prepared once.
struct Solver {
    copula: Copula,
    of_ranks: Option<Relation>,
}

impl Solver {
    fn new(copula: Copula) -> Solver {
        Solver { copula, of_ranks: None }
    }

    /// `None` where a marginal has no such coefficient.
    fn relation(&mut self, a: &Marginal, b: &Marginal, measure: Coefficient) -> Option<Relation> {
        let is_of_ranks = |marginal: &Marginal| match marginal {
            Marginal::Varying => true,
            Marginal::Known(law) => law.kind() == Kind::Continuous,
        };
        let are_ranks = measure == Coefficient::Spearman && is_of_ranks(a) && is_of_ranks(b);
        if let (true, Some(known)) = (are_ranks, &self.of_ranks) {
            return Some(known.clone());
        }
        let (x, y) = (Scores::new(a, measure).ok()?, Scores::new(b, measure).ok()?);
        let relation = Relation::new(&x, &y, self.copula);
        if are_ranks {
            self.of_ranks = Some(relation.clone());
        }
        Some(relation)
    }
}
