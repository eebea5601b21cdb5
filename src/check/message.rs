//! The words for mistakes of units and shapes, with the fix computed.

use super::checked::{Index, Shape};
use super::typed::{Typed, UnitState};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Sources, Span};
use crate::unit::{Dimension, Exponent, TIME, Unit, UnitTable};

/// A unit in backticks; `a plain number` where there is none.
pub(super) fn unit_words(unit: &Unit, units: &UnitTable) -> String {
    let tidy = unit.tidy(units);
    if tidy.is_none() { "a plain number".to_owned() } else { format!("`{}`", tidy.text(units)) }
}

fn unit_label(unit: &Unit, units: &UnitTable) -> String {
    let tidy = unit.tidy(units);
    if tidy.is_none() { "a plain number".to_owned() } else { tidy.text(units) }
}

/// Two operands of different dimension. `verb` is `add CNY/month to CNY` in words.
pub(super) struct Mismatch<'a> {
    pub(super) units: &'a UnitTable,
    pub(super) sources: &'a Sources,
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
        let (a, b) = (self.left.known_unit(), self.right.known_unit());
        let (a_dimension, b_dimension) = (self.units.dimension(&a), self.units.dimension(&b));
        let message = headline(&unit_words(&a, self.units), &unit_words(&b, self.units));
        let sides = format!(
            "left:  {}\nright: {}",
            self.units.dimension_text(&a_dimension),
            self.units.dimension_text(&b_dimension)
        );
        let mut diagnostic = Diagnostic::new(Code::E402, message, place, "")
            .label(self.left.span, unit_label(&a, self.units))
            .label(self.right.span, unit_label(&b, self.units))
            .note(sides);
        if let Some(help) = self.fix(&a_dimension, &b_dimension) {
            diagnostic = diagnostic.help(help);
        }
        diagnostic
    }

    /// What to multiply one side with, computed from the two dimensions.
    fn fix(&self, left: &Dimension, right: &Dimension) -> Option<String> {
        // A literal is missing its unit: the cheapest repair.
        for (plain, other, side) in [(left, self.right, self.left), (right, self.left, self.right)]
        {
            if plain.is_none() && matches!(side.expr, super::checked::TypedExpr::Constant(_)) {
                let number = self.sources.text(side.span).trim();
                let unit = other.known_unit().tidy(self.units).text(self.units);
                if !number.is_empty() && !unit.is_empty() && is_number(number) {
                    return Some(format!("give the number its unit: `{number} {unit}`"));
                }
            }
        }
        let missing = left.times(right, Exponent::ONE.negated());
        let (factor, target, name) = match self.factor(&missing) {
            Some(factor) => (factor, self.right, "right"),
            None => (self.factor(&right.times(left, Exponent::ONE.negated()))?, self.left, "left"),
        };
        let text = self.sources.text(target.span).trim();
        let text = if is_simple(text) { text.to_owned() } else { format!("({text})") };
        Some(match factor {
            Factor::Duration(unit) => {
                format!("multiply the {name} side by a duration, for example `{text} * 1 {unit}`")
            }
            Factor::Rate(unit) => {
                format!("divide the {name} side by a duration, for example `{text} / (1 {unit})`")
            }
            Factor::Exchange(unit) => format!(
                "convert the {name} side with an exchange rate: an input such as `fx = \"7 {unit}\"`, then `{text} * fx`"
            ),
            Factor::Other(unit) => {
                format!("multiply the {name} side by a quantity in {unit}: `{text} * (1 {unit})`")
            }
        })
    }

    fn factor(&self, missing: &Dimension) -> Option<Factor> {
        let powers = missing.powers();
        let [first, rest @ ..] = powers else { return None };
        let time = self.time_unit();
        if rest.is_empty() && first.0 == TIME && first.1 == Exponent::ONE {
            return Some(Factor::Duration(time));
        }
        if rest.is_empty() && first.0 == TIME && first.1 == Exponent::ONE.negated() {
            return Some(Factor::Rate(time));
        }
        if powers.iter().all(|&(_, exponent)| !exponent.is_positive()) {
            return None;
        }
        let is_money = powers.iter().all(|&(base, _)| self.units.is_money(base));
        let month = self.units.exact(&time)?;
        let text = Unit::unscaled(missing, month, self.units).text(self.units);
        Some(if is_money && powers.len() == 2 {
            Factor::Exchange(text)
        } else {
            Factor::Other(text)
        })
    }

    /// The unit of time that either side speaks of, or the month.
    fn time_unit(&self) -> String {
        let units = [self.right.known_unit(), self.left.known_unit()];
        let named = units.iter().flat_map(|unit| unit.powers().to_vec()).find_map(|(id, _)| {
            (*self.units.dimension_of(id) == Dimension::base(TIME))
                .then(|| self.units.name(id).to_owned())
        });
        named.unwrap_or_else(|| "month".to_owned())
    }
}

enum Factor {
    Duration(String),
    Rate(String),
    Exchange(String),
    Other(String),
}

fn is_number(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c.is_ascii_digit())
        && !text.contains(|c: char| " +-*/^()".contains(c))
}

fn is_simple(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// A number was needed and a unit came.
pub(super) fn plain_needed(what: &str, typed: &Typed, units: &UnitTable) -> Diagnostic {
    let unit = typed.known_unit().tidy(units);
    let words = unit_words(&unit, units);
    let diagnostic = Diagnostic::new(
        Code::E403,
        format!("{what} needs a plain number, not {words}"),
        typed.span,
        unit_label(&unit, units),
    );
    diagnostic.help(format!(
        "divide by a quantity of the same dimension, for example by `(1 {})`",
        unit.text(units)
    ))
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
