//! A tree to text, with as few brackets as will do: parsing the text gives the same tree again.

use super::ast::{Argument, BinaryOperator, Expr, ExprKind, Literal, UnaryOperator};
use super::parser::{Binding, binding};

/// The expression as text. A part that could not be read is shown as `?`.
pub fn print(expr: &Expr) -> String {
    let mut text = String::new();
    write(expr, Binding::Loosest, &mut text);
    text
}

/// How tightly an expression holds together.
fn binding_of(kind: &ExprKind) -> Binding {
    match kind {
        ExprKind::Number(_)
        | ExprKind::Factor(_)
        | ExprKind::Name(_)
        | ExprKind::Call { .. }
        | ExprKind::Index { .. }
        | ExprKind::List(_)
        | ExprKind::Text(_)
        | ExprKind::Error => Binding::Postfix,
        ExprKind::Unary { operator: UnaryOperator::Negate, .. } => Binding::Unary,
        ExprKind::Unary { operator: UnaryOperator::Not, .. } => Binding::Not,
        ExprKind::Binary { operator, .. } => binding(*operator),
        ExprKind::Juxtaposed { .. } => Binding::Juxtaposed,
        ExprKind::Range { .. } => Binding::Range,
        ExprKind::If { .. } => Binding::Loosest,
    }
}

/// Writes an expression where only operators that bind at least as tightly as `least` may stand bare.
fn write(expr: &Expr, least: Binding, text: &mut String) {
    if binding_of(&expr.kind) < least {
        write_in_brackets(expr, text);
    } else {
        write_bare(expr, text);
    }
}

/// Writes what a name or an index stands behind.
fn write_operand(expr: &Expr, is_bare: bool, text: &mut String) {
    if is_bare {
        write_bare(expr, text);
    } else {
        write_in_brackets(expr, text);
    }
}

fn write_in_brackets(expr: &Expr, text: &mut String) {
    text.push('(');
    write_bare(expr, text);
    text.push(')');
}

fn write_bare(expr: &Expr, text: &mut String) {
    match &expr.kind {
        ExprKind::Number(literal) => *text += &print_literal(*literal),
        ExprKind::Factor(value) => {
            *text += &print_number(*value);
            text.push('x');
        }
        ExprKind::Name(name) => *text += &name.text,
        ExprKind::Unary { operator: UnaryOperator::Negate, operand } => {
            text.push('-');
            write(operand, Binding::Unary, text);
        }
        ExprKind::Unary { operator: UnaryOperator::Not, operand } => {
            *text += "not ";
            write(operand, Binding::Not, text);
        }
        ExprKind::Binary { operator: BinaryOperator::Power, left, right, .. } => {
            write_power(left, right, text);
        }
        ExprKind::Binary { operator, left, right, .. } => {
            let own = binding(*operator);
            // Comparisons do not chain; all other operators group to the left.
            let left_least = if own == Binding::Comparison { own.tighter() } else { own };
            write(left, left_least, text);
            *text += &format!(" {} ", symbol(*operator));
            write(right, own.tighter(), text);
        }
        ExprKind::Juxtaposed { left, right } => {
            let is_bare = matches!(
                left.kind,
                ExprKind::Number(_) | ExprKind::Call { .. } | ExprKind::Index { .. }
            );
            write_operand(left, is_bare, text);
            text.push(' ');
            write(right, Binding::Power, text);
        }
        ExprKind::Range { low, high, level } => {
            write(low, Binding::Sum, text);
            *text += " to ";
            write(high, Binding::Sum, text);
            if let Some(level) = level {
                *text += " @ ";
                write(level, Binding::Product, text);
            }
        }
        ExprKind::If { condition, then, otherwise } => {
            *text += "if ";
            write(condition, Binding::Or, text);
            *text += " then ";
            write(then, Binding::Or, text);
            *text += " else ";
            write(otherwise, Binding::Loosest, text);
        }
        ExprKind::Call { function, arguments } => {
            *text += &function.text;
            text.push('(');
            write_list(arguments, text, write_argument);
            text.push(')');
        }
        ExprKind::Index { base, labels } => {
            let is_bare = matches!(
                base.kind,
                ExprKind::Name(_) | ExprKind::Call { .. } | ExprKind::Index { .. }
            );
            write_operand(base, is_bare, text);
            text.push('[');
            write_list(labels, text, |label, text| *text += &label.text);
            text.push(']');
        }
        ExprKind::List(items) => {
            text.push('[');
            write_list(items, text, |item, text| write(item, Binding::Loosest, text));
            text.push(']');
        }
        ExprKind::Text(contents) => {
            let quote = if contents.contains('\'') { '"' } else { '\'' };
            text.push(quote);
            *text += contents;
            text.push(quote);
        }
        ExprKind::Error => text.push('?'),
    }
}

/// `base^exponent`: an exponent is a value, or minus a value.
fn write_power(base: &Expr, exponent: &Expr, text: &mut String) {
    write(base, Binding::Postfix, text);
    text.push('^');
    let mut exponent = exponent;
    while let ExprKind::Unary { operator: UnaryOperator::Negate, operand } = &exponent.kind {
        text.push('-');
        exponent = operand;
    }
    write(exponent, Binding::Postfix, text);
}

fn write_argument(argument: &Argument, text: &mut String) {
    if let Some(name) = &argument.name {
        *text += &name.text;
        *text += " = ";
    }
    write(&argument.value, Binding::Loosest, text);
    if let Some(weight) = &argument.weight {
        *text += ": ";
        write(weight, Binding::Loosest, text);
    }
}

fn write_list<T>(items: &[T], text: &mut String, mut write_item: impl FnMut(&T, &mut String)) {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            *text += ", ";
        }
        write_item(item, text);
    }
}

/// The operator as it is written.
fn symbol(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::Power => "^",
        BinaryOperator::Less => "<",
        BinaryOperator::LessEqual => "<=",
        BinaryOperator::Greater => ">",
        BinaryOperator::GreaterEqual => ">=",
        BinaryOperator::Equal => "==",
        BinaryOperator::NotEqual => "!=",
        BinaryOperator::And => "and",
        BinaryOperator::Or => "or",
    }
}

fn print_literal(literal: Literal) -> String {
    if literal.is_percent {
        return format!("{}%", shifted(literal.value, 2));
    }
    if literal.value == 0.0 && !literal.is_bare_zero {
        return "0.0".to_owned();
    }
    print_number(literal.value)
}

/// The shortest number that reads back as the same value, with an exponent where it is very long.
pub fn print_number(value: f64) -> String {
    shifted(value, 0)
}

/// `value` × 10^`places`, exactly, from the shortest decimal digits of `value`.
fn shifted(value: f64, places: i32) -> String {
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent =
        exponent.parse::<i32>().expect("an exponent as the standard library prints it") + places;
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let digits = digits.replace('.', "");
    let n_digits = i32::try_from(digits.len()).expect("at most 17 digits");
    if !(-6..=15).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        return format!("{sign}{first}{point}{rest}e{exponent}");
    }
    if exponent < 0 {
        let zeros = "0".repeat(usize::try_from(-exponent - 1).expect("the exponent is negative"));
        return format!("{sign}0.{zeros}{digits}");
    }
    if n_digits <= exponent + 1 {
        let zeros = "0".repeat(
            usize::try_from(exponent + 1 - n_digits).expect("not negative, as just compared"),
        );
        return format!("{sign}{digits}{zeros}");
    }
    let (whole, fraction) =
        digits.split_at(usize::try_from(exponent + 1).expect("the exponent is not negative"));
    format!("{sign}{whole}.{fraction}")
}
