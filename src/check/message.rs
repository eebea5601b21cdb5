//! The words for mistakes of units and shapes, with the fix computed.

use std::collections::BTreeSet;

use super::checked::{Index, QuantityId, Shape, Timeline, TypedExpr};
use super::scope::Scope;
use super::typed::{Typed, UnitState};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::expr::Name;
use crate::source::Span;
use crate::unit::{Dimension, Exponent, TIME, Unit, UnitTable};

/// A unit in backticks; `a plain number` where there is none.
pub(super) fn unit_words(unit: &Unit, units: &UnitTable) -> String {
    let tidy = unit.tidy(units);
    if tidy.is_none() { "a plain number".to_owned() } else { format!("`{}`", tidy.text(units)) }
}

pub(super) fn unit_label(unit: &Unit, units: &UnitTable) -> String {
    let tidy = unit.tidy(units);
    if tidy.is_none() { "a plain number".to_owned() } else { tidy.text(units) }
}

/// What something is in: `in CNY/month`, or `a plain number`.
pub(super) fn is_words(unit: &Unit, units: &UnitTable) -> String {
    let tidy = unit.tidy(units);
    if tidy.is_none() { "a plain number".to_owned() } else { format!("in `{}`", tidy.text(units)) }
}

/// A number with a unit that it lacks, for pasting: `5 CNY`, `10% / year`.
pub(super) fn with_unit(number: &str, unit: &str) -> String {
    match unit.strip_prefix("1/") {
        Some(below) => format!("{number} / {below}"),
        None => format!("{number} {unit}"),
    }
}

/// Two operands of different dimension.
pub(super) struct Mismatch<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) left: &'a Typed,
    pub(super) right: &'a Typed,
}

impl Mismatch<'_> {
    /// Cannot add, subtract, compare …: `headline` gets the two units, left first.
    pub(super) fn diagnostic(
        &self,
        place: Span,
        headline: impl Fn(&str, &str) -> String,
    ) -> Diagnostic {
        let units = &self.scope.units;
        let (a, b) = (self.left.known_unit(), self.right.known_unit());
        let (a_dimension, b_dimension) = (units.dimension(&a), units.dimension(&b));
        let message = headline(&unit_words(&a, units), &unit_words(&b, units));
        let mut note = format!(
            "left:  {}\nright: {}",
            units.dimension_text(&a_dimension),
            units.dimension_text(&b_dimension)
        );
        for typed in [self.left, self.right] {
            if let Some(declaration) = self.declaration(typed, place) {
                note = format!("{note}\n{declaration}");
            }
        }
        // An operator stands between its sides; elsewhere the right side itself is the place.
        let mut diagnostic = if place == self.right.span {
            Diagnostic::new(Code::E402, message, place, unit_label(&b, units))
        } else {
            Diagnostic::new(Code::E402, message, place, "")
                .label(self.right.span, unit_label(&b, units))
        };
        diagnostic = diagnostic.label(self.left.span, unit_label(&a, units)).note(note);
        if let Some(product) = self.as_product(place) {
            return diagnostic.help(format!("units are not joined by `-`: write `{product}`"));
        }
        match self.fix(&a_dimension, &b_dimension) {
            Some(help) => diagnostic.help(match self.as_range(place) {
                Some(range) => format!("{help}; a range is written `{range}`"),
                None => help,
            }),
            None => diagnostic,
        }
    }

    /// Where the one quantity that a side is made of was declared, and in what.
    fn declaration(&self, typed: &Typed, place: Span) -> Option<String> {
        let mut found = BTreeSet::new();
        quantities(&typed.expr, &mut found);
        let [id] = found.into_iter().collect::<Vec<_>>()[..] else { return None };
        let entry = &self.scope.entries[id.0 as usize];
        let unit = match &entry.ty.unit {
            UnitState::Known(unit) if unit.tidy(&self.scope.units).is_none() => {
                "as a plain number".to_owned()
            }
            UnitState::Known(unit) => {
                format!("in {}", unit.tidy(&self.scope.units).text(&self.scope.units))
            }
            UnitState::Unknown | UnitState::Zero | UnitState::Poisoned => return None,
        };
        let (line, _) = self.scope.sources.line_column(entry.span);
        let file = if entry.span.source == place.source {
            String::new()
        } else {
            format!(" of {}", self.scope.sources.get(entry.span.source).name)
        };
        Some(format!("`{}` is declared {unit} at line {line}{file}", entry.name))
    }

    /// The product of units for which `GPU-hour` and `CNY/GPU-hour` stand elsewhere.
    fn as_product(&self, place: Span) -> Option<String> {
        let text = |span: Span| self.scope.sources.text(span).trim();
        let (left, right) = (text(self.left.span), text(self.right.span));
        let last = left.rsplit([' ', '*', '/']).next()?;
        let is_unit = |name: &str| self.scope.units.plural_or_exact(name).is_some();
        let sign = if left.contains('/') { '/' } else { '*' };
        (text(place) == "-" && is_unit(last) && is_unit(right))
            .then(|| format!("{left}{sign}{right}"))
    }

    /// The range for which `5-10 CNY` stands elsewhere.
    fn as_range(&self, place: Span) -> Option<String> {
        let text = |span: Span| self.scope.sources.text(span).trim();
        let (TypedExpr::Constant(low), TypedExpr::Constant(high)) =
            (&self.left.expr, &self.right.expr)
        else {
            return None;
        };
        let (left, right) = (text(self.left.span), text(self.right.span));
        let are_literals = is_number(left) && right.starts_with(|c: char| c.is_ascii_digit());
        (text(place) == "-" && are_literals && 0.0 < *low && low < high)
            .then(|| format!("{left} to {right}"))
    }

    /// What to do about it, computed from the two dimensions.
    fn fix(&self, left: &Dimension, right: &Dimension) -> Option<String> {
        let units = &self.scope.units;
        // A literal is missing its unit: the cheapest repair.
        for (plain, other, side) in [(left, self.right, self.left), (right, self.left, self.right)]
        {
            if plain.is_none()
                && let TypedExpr::Constant(value) = side.expr
            {
                let number = self.scope.sources.text(side.span).trim();
                let unit = other.known_unit().tidy(units).text(units);
                if !is_number(number) || unit.is_empty() {
                    continue;
                }
                return Some(if value == 0.0 {
                    "write `0`: a bare 0 fits every dimension".to_owned()
                } else {
                    format!("give the number its unit: `{}`", with_unit(number, &unit))
                });
            }
            if plain.is_none() && matches!(side.expr, TypedExpr::OwnPrevious(_)) {
                let other = unit_words(&other.known_unit(), units);
                return Some(format!("give `first` of this series a value in {other}"));
            }
        }
        let sides = [
            ("right", self.right, left.times(right, Exponent::ONE.negated())),
            ("left", self.left, right.times(left, Exponent::ONE.negated())),
        ];
        // A duration or an exchange rate is what is forgotten; any other quantity is a guess.
        let fixes: Vec<_> = sides
            .iter()
            .filter_map(|(name, side, missing)| Some((*name, *side, self.factor(side, missing)?)))
            .collect();
        let is_price = |text: &str| {
            text.split('/').next().is_some_and(|above| {
                above.split('*').any(|unit| {
                    units.exact(unit).is_some_and(|unit| {
                        units
                            .dimension_of(unit)
                            .powers()
                            .iter()
                            .any(|&(base, _)| units.is_money(base))
                    })
                })
            })
        };
        let (name, side, factor) = (fixes.iter())
            .find(|(_, _, factor)| !matches!(factor, Factor::Other(..)))
            .or_else(|| {
                fixes.iter().find(
                    |(_, _, factor)| matches!(factor, Factor::Other(unit, _) if is_price(unit)),
                )
            })
            .or_else(|| fixes.first())?;
        let text = as_factor(self.scope.sources.text(side.span));
        Some(match factor {
            Factor::Duration(unit) => {
                format!("multiply the {name} side by a duration, for example `{text} * 1 {unit}`")
            }
            Factor::Exchange(_, Some(known)) => format!(
                "convert the {name} side with the exchange rate `{known}`: `{text} * {known}`"
            ),
            Factor::Exchange(unit, None) => format!(
                "convert the {name} side with an exchange rate: an input such as `fx = \"7 {unit}\"`, then `{text} * fx`"
            ),
            Factor::Other(unit, known) => {
                let by = known.clone().unwrap_or_else(|| format!("(1 {unit})"));
                format!(
                    "multiply the {name} side by a quantity in {unit}, for example `{text} * {by}`"
                )
            }
        })
    }

    fn factor(&self, side: &Typed, missing: &Dimension) -> Option<Factor> {
        let units = &self.scope.units;
        let powers = missing.powers();
        let time = self.time_unit(side);
        if let [(TIME, exponent)] = powers
            && *exponent == Exponent::ONE
        {
            return Some(Factor::Duration(time));
        }
        if powers.iter().all(|&(_, exponent)| !exponent.is_positive()) {
            return None;
        }
        let is_money = powers.iter().all(|&(base, _)| units.is_money(base));
        let text = Unit::unscaled(missing, units.exact(&time)?, units).text(units);
        // What is known already cannot depend on what is being checked.
        let known = self.scope.entries.iter().find(|entry| match &entry.ty.unit {
            UnitState::Known(unit) => {
                entry.ty.shape == Shape::TRIAL && units.dimension(unit) == *missing
            }
            UnitState::Unknown | UnitState::Zero | UnitState::Poisoned => false,
        });
        let known = known.map(|entry| entry.name.clone());
        Some(if is_money && powers.len() == 2 {
            Factor::Exchange(text, known)
        } else {
            Factor::Other(text, known)
        })
    }

    /// The unit of time that a side speaks of, or the step, or the month.
    fn time_unit(&self, side: &Typed) -> String {
        let units = &self.scope.units;
        let named = side.known_unit().tidy(units).powers().iter().find_map(|&(id, _)| {
            (*units.dimension_of(id) == Dimension::base(TIME)).then(|| units.name(id).to_owned())
        });
        let step = self.scope.timeline.as_ref().map_or("month", Timeline::unit_name);
        named.unwrap_or_else(|| step.to_owned())
    }
}

/// What is missing: its unit, and a quantity of the model that would do.
enum Factor {
    Duration(String),
    Exchange(String, Option<String>),
    Other(String, Option<String>),
}

/// The quantities that an expression reads.
fn quantities(expr: &TypedExpr, found: &mut BTreeSet<QuantityId>) {
    let mut all = |parts: &[&TypedExpr]| parts.iter().for_each(|part| quantities(part, found));
    match expr {
        TypedExpr::Quantity { id, .. } => {
            found.insert(*id);
        }
        TypedExpr::Constant(_) | TypedExpr::Elapsed | TypedExpr::OwnPrevious(_) => {}
        TypedExpr::Unary(_, x)
        | TypedExpr::Power(x, _)
        | TypedExpr::Previous(x)
        | TypedExpr::CumulativeSum(x)
        | TypedExpr::RunningProduct(x)
        | TypedExpr::OverTime(_, x)
        | TypedExpr::OverIndex(_, _, x) => all(&[x]),
        TypedExpr::Binary(_, a, b) | TypedExpr::Discounted(_, a, b) | TypedExpr::At(a, b) => {
            all(&[a, b]);
        }
        TypedExpr::NeverIf { value, .. } => all(&[value]),
        TypedExpr::Select(a, b, c) => all(&[a, b, c]),
    }
}

/// Whether a text is one literal.
pub(super) fn is_number(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c.is_ascii_digit())
        && !text.contains(|c: char| " +-*/^()".contains(c))
}

/// A text as the left side of `*` or `/`, in brackets where it needs them.
pub(super) fn as_factor(text: &str) -> String {
    let text = text.trim();
    let mut depth = 0_i32;
    let mut is_tight = true;
    for c in text.chars() {
        match c {
            '(' | '[' | '（' => depth += 1,
            ')' | ']' | '）' => depth -= 1,
            '+' | '-' | '<' | '>' | '=' | '!' | '@' => is_tight &= depth > 0,
            _ => {}
        }
    }
    let words = ["if ", " to ", " and ", " or ", "not "];
    if is_tight && words.iter().all(|word| !text.contains(word)) {
        text.to_owned()
    } else {
        format!("({text})")
    }
}

/// A number was needed and a unit came.
pub(super) fn plain_needed(what: &str, typed: &Typed, scope: &Scope<'_>) -> Diagnostic {
    let units = &scope.units;
    let unit = typed.known_unit().tidy(units);
    let words = unit_words(&unit, units);
    let diagnostic = Diagnostic::new(
        Code::E403,
        format!("{what} needs a plain number, not {words}"),
        typed.span,
        unit_label(&unit, units),
    );
    let (verb, by, text) = made_plain(scope.sources.text(typed.span), &unit, units);
    let text = if what == "an exponent" { format!("({text})") } else { text };
    diagnostic.help(format!("{verb} it by a quantity in {by}, for example `{text}`"))
}

/// How a quantity becomes a plain number: what to do, by a quantity in which unit, and an example.
pub(super) fn made_plain(
    text: &str,
    unit: &Unit,
    units: &UnitTable,
) -> (&'static str, String, String) {
    let text = as_factor(text);
    if unit.powers().iter().all(|(_, exponent)| !exponent.is_positive()) {
        let unit = unit.power(Exponent::ONE.negated()).text(units);
        let example = format!("{text} * (1 {unit})");
        return ("multiply", unit, example);
    }
    let unit = unit.text(units);
    let example = format!("{text} / (1 {unit})");
    ("divide", unit, example)
}

/// An override of another dimension than what it replaces.
pub(super) fn replaced(
    input: &Name,
    place: Span,
    (was, is): (&Unit, &Unit),
    scope: &Scope<'_>,
) -> Diagnostic {
    let (units, name) = (&scope.units, &input.text);
    let (old, new) = (is_words(was, units), is_words(is, units));
    let error = Diagnostic::new(
        Code::E309,
        format!("`{name}` is {old}, and its new value {new}"),
        place,
        unit_label(is, units),
    )
    .label(input.span, unit_label(was, units));
    let unit = was.tidy(units).text(units);
    let text = scope.sources.text(place).trim();
    if unit.is_empty() {
        return error.help("give a plain number");
    }
    if is.tidy(units).is_none() {
        let is_whole = is_number(text) || text.ends_with(')');
        let text = if is_whole { text.to_owned() } else { format!("({text})") };
        return error.help(format!("give it the unit: `{}`", with_unit(&text, &unit)));
    }
    error.help(format!("give a value in `{unit}`"))
}

/// `by firm × step`, in words.
pub(super) fn shape_words(shape: Shape, indexes: &[Index]) -> String {
    let mut parts: Vec<&str> =
        shape.indexes().map(|index| indexes[usize::from(index.0)].name.as_str()).collect();
    if shape.step {
        parts.push("step");
    }
    if parts.is_empty() {
        "one value a trial".to_owned()
    } else {
        format!("one value by {}", parts.join(" × "))
    }
}

/// Whether this is known to have a dimension other than that of plain numbers.
pub(super) fn has_dimension(typed: &Typed, units: &UnitTable) -> bool {
    matches!(&typed.unit, UnitState::Known(unit) if !units.dimension(unit).is_none())
}

/// Steps without a timeline: told once a model, however many quantities have steps.
pub(super) fn no_timeline(what: &str, span: Span, diagnostics: &mut Diagnostics) {
    if diagnostics.iter().any(|known| known.code == Code::E407) {
        return;
    }
    let error = Diagnostic::new(Code::E407, format!("{what} needs a timeline"), span, "");
    diagnostics.push(error.help("add a table:\n[timeline]\nstep = \"month\"\nsteps = 60"));
}
