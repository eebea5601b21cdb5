//! Unit expressions: `[units]`, and the unit strings of outputs and data files.

use crate::diagnostic::suggest::{self, nearest};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::expr::{self, BinaryOperator, Expr, ExprKind, StringText, UnaryOperator, UnitText};
use crate::model::{ParsedModel, UnitDefinition};
use crate::source::SourceId;
use crate::unit::{Exponent, Unit, UnitTable};

/// The built-in units and those of the model.
pub(super) fn table(parsed: &ParsedModel, diagnostics: &mut Diagnostics) -> UnitTable {
    let mut table = UnitTable::built_in();
    let counted = &parsed.counted_units;
    for (place, name) in counted.iter().enumerate() {
        // One name twice is told already.
        if counted[..place].iter().any(|earlier| earlier.text == name.text) {
            continue;
        }
        if table.exact(&name.text).is_some() {
            let error = Diagnostic::new(
                Code::E303,
                format!("`{}` is a unit already", name.text),
                name.span,
                "",
            );
            diagnostics.push(error.help("leave it out of `units`, or choose another name"));
        } else if table.has_room() {
            table.count(&name.text);
        }
    }
    // Derived units may name each other in any order: what cannot be resolved yet waits for the next round.
    let mut waiting: Vec<_> = parsed.units.iter().collect();
    loop {
        let before = waiting.len();
        waiting.retain(|definition| {
            if table.exact(&definition.name.text).is_some() {
                let message = format!("`{}` is a unit already", definition.name.text);
                let error = Diagnostic::new(Code::E303, message, definition.name.span, "");
                diagnostics.push(error.help("leave it out of [units], or choose another name"));
                return false;
            }
            let Ok((value, unit)) = evaluate(&definition.value, &table) else { return true };
            if value > 0.0 && value.is_finite() {
                table.derive(&definition.name.text, value, &unit);
            } else {
                let message = format!(
                    "a unit is worth more than 0 and less than infinity, `{}` is not",
                    definition.name.text
                );
                diagnostics.push(Diagnostic::new(Code::E401, message, definition.value.span, ""));
                table.derive(&definition.name.text, 1.0, &unit);
            }
            false
        });
        if waiting.is_empty() || waiting.len() == before {
            break;
        }
    }
    let is_circle = report_circle(&waiting, diagnostics);
    for definition in waiting {
        if !is_circle && let Err(Some(error)) = evaluate(&definition.value, &table) {
            diagnostics.push(error);
        }
        // Known from here on, so that one mistake is one message.
        table.derive(&definition.name.text, 1.0, &Unit::none());
    }
    table
}

/// The number and the unit that a product of numbers and units is; `Err(None)` where it has been reported.
#[expect(clippy::result_large_err, reason = "the error is made once a model and moved once")]
pub(super) fn evaluate(expr: &Expr, table: &UnitTable) -> Result<(f64, Unit), Option<Diagnostic>> {
    let wrong =
        |label: &str| {
            let error = Diagnostic::new(Code::E401, "not a unit", expr.span, label);
            Err(Some(error.help(
                "a unit is a product of numbers and units, such as `72 GPU` or `CNY/GPU/hour`",
            )))
        };
    match &expr.kind {
        ExprKind::Error => Err(None),
        ExprKind::Number(literal) => Ok((literal.value, Unit::none())),
        ExprKind::Name(name) => match table.plural_or_exact(&name.text) {
            Some(unit) => Ok((1.0, Unit::of(unit))),
            None => Err(Some(unknown(&name.text, expr, table))),
        },
        ExprKind::Juxtaposed { left, right }
        | ExprKind::Binary { operator: BinaryOperator::Multiply, left, right, .. } => {
            let ((a, left), (b, right)) = (evaluate(left, table)?, evaluate(right, table)?);
            Ok((a * b, left.times(&right, Exponent::ONE)))
        }
        ExprKind::Binary { operator: BinaryOperator::Divide, left, right, .. } => {
            let ((a, left), (b, right)) = (evaluate(left, table)?, evaluate(right, table)?);
            Ok((a / b, left.times(&right, Exponent::ONE.negated())))
        }
        ExprKind::Binary { operator: BinaryOperator::Power, left, right, .. } => {
            let (value, unit) = evaluate(left, table)?;
            let Some(exponent) = exponent(right) else {
                return wrong("an exponent must be a number");
            };
            Ok((libm::pow(value, exponent.to_f64()), unit.power(exponent)))
        }
        ExprKind::Binary { .. }
        | ExprKind::Factor(_)
        | ExprKind::Unary { .. }
        | ExprKind::Range { .. }
        | ExprKind::If { .. }
        | ExprKind::Call { .. }
        | ExprKind::Index { .. }
        | ExprKind::Text(_)
        | ExprKind::List(_) => wrong(""),
    }
}

fn exponent(expr: &Expr) -> Option<Exponent> {
    match &expr.kind {
        ExprKind::Number(literal) => Exponent::from_f64(literal.value),
        ExprKind::Unary { operator: UnaryOperator::Negate, operand } => {
            exponent(operand).map(Exponent::negated)
        }
        ExprKind::Binary { operator: BinaryOperator::Divide, left, right, .. } => {
            let (above, below) = (exponent(left)?, exponent(right)?);
            Exponent::from_f64(above.to_f64() / below.to_f64())
        }
        ExprKind::Name(_)
        | ExprKind::Factor(_)
        | ExprKind::Text(_)
        | ExprKind::Unary { .. }
        | ExprKind::Binary { .. }
        | ExprKind::Juxtaposed { .. }
        | ExprKind::Range { .. }
        | ExprKind::If { .. }
        | ExprKind::Call { .. }
        | ExprKind::Index { .. }
        | ExprKind::List(_)
        | ExprKind::Error => None,
    }
}

fn unknown(name: &str, expr: &Expr, table: &UnitTable) -> Diagnostic {
    let error = Diagnostic::new(Code::E401, format!("unknown unit `{name}`"), expr.span, "");
    with_unit_help(error, name, table)
}

/// What to do about a unit that does not exist.
pub(super) fn with_unit_help(error: Diagnostic, name: &str, table: &UnitTable) -> Diagnostic {
    if let Some(unit) = name.strip_suffix('S').filter(|unit| unit.ends_with("FLOP")) {
        return error.help(format!("a rate of computing is written `{unit}/second`"));
    }
    let split = ["k", "M", "bn", "tn"].iter().find_map(|magnitude| {
        let unit = name.strip_prefix(magnitude)?;
        table.exact(unit).is_some().then_some((magnitude, unit))
    });
    if let Some((magnitude, unit)) = split {
        return error.help(format!(
            "the magnitude belongs to the number, `10{magnitude} {unit}`; as the unit of an output write `{magnitude} {unit}`"
        ));
    }
    match nearest_unit(name, table) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => {
            error.help(format!("a counted thing is declared in [model]: `units = [\"{name}\"]`"))
        }
    }
}

/// Of currencies that are equally near to what was written, one of these was meant.
const USUAL_CURRENCIES: [&str; 6] = ["CNY", "USD", "EUR", "GBP", "JPY", "HKD"];

/// The unit that was probably meant. Three letters are near to some currency always: one is offered
/// only where three capitals were written, nothing but they are missing, or it goes by that name.
pub(super) fn nearest_unit(name: &str, table: &UnitTable) -> Option<String> {
    let is_code = |text: &str| text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase());
    let is_currency = |unit: &str| {
        table.exact(unit).is_some_and(|id| {
            table.dimension_of(id).powers().iter().any(|&(base, _)| table.is_money(base))
        })
    };
    let candidates = USUAL_CURRENCIES.into_iter().chain(table.names()).filter(|unit| {
        is_code(name)
            || unit.eq_ignore_ascii_case(name)
            || suggest::alias(name) == Some(*unit)
            || !is_currency(unit)
    });
    nearest(name, candidates)
}

/// Derived units that are made of each other.
fn report_circle(waiting: &[&UnitDefinition], diagnostics: &mut Diagnostics) -> bool {
    let position = |name: &str| waiting.iter().position(|unit| unit.name.text == name);
    let next = |unit: usize| {
        let mut names = Vec::new();
        names_in(&waiting[unit].value, &mut names);
        names.into_iter().find_map(position)
    };
    for start in 0..waiting.len() {
        let mut path = vec![start];
        while let Some(unit) = next(path[path.len() - 1]) {
            if unit == start {
                path.push(start);
                let names: Vec<&str> =
                    path.iter().map(|&unit| waiting[unit].name.text.as_str()).collect();
                let message =
                    format!("the unit `{}` depends on itself: {}", names[0], names.join(" → "));
                let error = Diagnostic::new(Code::E304, message, waiting[start].value.span, "");
                let help =
                    "a counted thing is declared in [model], for example `units = [\"GPU\"]`";
                diagnostics.push(error.help(help));
                return true;
            }
            if path.contains(&unit) {
                break;
            }
            path.push(unit);
        }
    }
    false
}

fn names_in<'e>(expr: &'e Expr, names: &mut Vec<&'e str>) {
    if let ExprKind::Name(name) = &expr.kind {
        names.push(&name.text);
    }
    if let ExprKind::Juxtaposed { left, right } | ExprKind::Binary { left, right, .. } = &expr.kind
    {
        names_in(left, names);
        names_in(right, names);
    }
}

/// What a unit string that stands in no file stands for, as `text` has it; `None` where it is no unit.
pub fn unit_of(unit: &str, table: &UnitTable) -> Option<(Unit, f64)> {
    if unit.trim().is_empty() {
        return Some((Unit::none(), 1.0));
    }
    let mut mistakes = Diagnostics::new();
    let unit = StringText::verbatim(unit.to_owned(), SourceId(0), 0);
    let unit = expr::parse_unit_text(&unit, &mut mistakes);
    let found = text(&unit, table, &mut mistakes);
    found.filter(|_| !mistakes.has_errors())
}

/// What a unit string stands for: a unit, and what one of it is worth in multiples of that unit.
pub(super) fn text(
    text: &UnitText,
    table: &UnitTable,
    diagnostics: &mut Diagnostics,
) -> Option<(Unit, f64)> {
    let Some(expr) = &text.unit else { return Some((Unit::none(), text.magnitude)) };
    match evaluate(expr, table) {
        Ok((value, unit)) if value > 0.0 && value.is_finite() => {
            Some((unit, text.magnitude * value))
        }
        Ok(_) => {
            diagnostics.push(Diagnostic::new(Code::E401, "not a unit", text.span, ""));
            None
        }
        Err(error) => {
            if let Some(error) = error {
                diagnostics.push(error);
            }
            None
        }
    }
}
