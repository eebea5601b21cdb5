//! How the numbers of an input are written: in percent, in 万 and 亿. Whoever shows the input writes them likewise.
//!
//! In: the tree of its value and its text. Nothing here changes a value: `30%` is 0.3 wherever is reckoned.

use crate::expr::{Argument, BinaryOperator, Expr, ExprKind, UnaryOperator};

/// How the numbers of an input are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// In percent: `pert(-10%, 10%, 30%)`, or as so many in a hundred, a thousand, ten thousand: `pert(1, 2, 4) / 1_000`.
    pub is_percent: bool,
    /// In 万 or 亿: `8_000万 CNY`.
    pub is_by_ten_thousands: bool,
}

/// Distributions of counts and of what is true or false, and such whose parameters are of another kind than their values.
const OF_OTHER_KIND: [&str; 13] = [
    "bernoulli",
    "beta",
    "binomial",
    "chi_square",
    "exp",
    "geometric",
    "hypergeometric",
    "kumaraswamy",
    "ln",
    "log10",
    "negative_binomial",
    "poisson",
    "uniform_int",
];
/// Distributions whose first argument is a shape, the rest of the kind of their values.
const SHAPE_FIRST: [&str; 4] = ["frechet", "gamma", "student_t", "weibull"];
/// Arguments that are of another kind than the values, by name.
const OF_SHAPE: [&str; 7] = ["shape", "mu", "sigma", "df", "alpha", "beta", "over"];
/// What a rate is written over, at least.
const LEAST_OVER: f64 = 100.0;

impl Written {
    /// Of an input's value.
    pub(super) fn of(value: &Expr, text: &str) -> Written {
        Written {
            is_percent: is_percent(value) == Some(true),
            is_by_ten_thousands: text.contains(['万', '亿']),
        }
    }
}

/// Whether the numbers of a value are written in percent; `None` where nothing says so or otherwise: 0 may be both.
fn is_percent(expr: &Expr) -> Option<bool> {
    let first = |parts: &[&Expr]| parts.iter().find_map(|part| is_percent(part));
    match &expr.kind {
        ExprKind::Number(number) => {
            (number.is_percent || number.value != 0.0).then_some(number.is_percent)
        }
        ExprKind::Factor(_) => Some(false),
        ExprKind::Unary { operator: UnaryOperator::Negate, operand } => is_percent(operand),
        ExprKind::Binary { operator, left, right, .. } => match operator {
            BinaryOperator::Add | BinaryOperator::Subtract => {
                let parts = [is_percent(left), is_percent(right)];
                // 1 + 20 % is a factor.
                parts.into_iter().flatten().reduce(|a, b| a && b)
            }
            BinaryOperator::Multiply => {
                let parts = [is_percent(left), is_percent(right)];
                parts.into_iter().flatten().reduce(|a, b| a || b)
            }
            BinaryOperator::Divide => {
                let over =
                    if let ExprKind::Number(number) = right.kind { Some(number) } else { None };
                if over.is_some_and(|over| is_power_of_ten(over.value)) {
                    Some(true)
                } else if over.is_some_and(|over| over.is_percent) {
                    Some(false)
                } else {
                    is_percent(left)
                }
            }
            BinaryOperator::Power
            | BinaryOperator::Less
            | BinaryOperator::LessEqual
            | BinaryOperator::Greater
            | BinaryOperator::GreaterEqual
            | BinaryOperator::Equal
            | BinaryOperator::NotEqual
            | BinaryOperator::And
            | BinaryOperator::Or => Some(false),
        },
        ExprKind::Juxtaposed { left, .. } => is_percent(left),
        ExprKind::Range { low, high, .. } => first(&[low, high]),
        ExprKind::If { then, otherwise, .. } => first(&[then, otherwise]),
        ExprKind::Call { function, arguments } => of_call(&function.text, arguments),
        ExprKind::List(items) => items.iter().find_map(is_percent),
        ExprKind::Unary { operator: UnaryOperator::Not, .. } => Some(false),
        ExprKind::Name(_) | ExprKind::Index { .. } | ExprKind::Text(_) | ExprKind::Error => None,
    }
}

/// The first argument that is of the kind of the values and says something decides.
fn of_call(function: &str, arguments: &[Argument]) -> Option<bool> {
    let is_value = |at: usize, argument: &Argument| match &argument.name {
        Some(name) => !OF_SHAPE.contains(&name.text.as_str()),
        None => !OF_OTHER_KIND.contains(&function) && (at > 0 || !SHAPE_FIRST.contains(&function)),
    };
    // Bounds and condition of these stand behind and before what is drawn.
    let skipped = usize::from(matches!(function, "if" | "compound"));
    arguments
        .iter()
        .enumerate()
        .skip(skipped)
        .filter(|(at, argument)| is_value(*at, argument))
        .find_map(|(_, argument)| is_percent(&argument.value))
        .or_else(|| OF_OTHER_KIND.contains(&function).then_some(false))
}

/// 100, 1 000, 10 000, …
fn is_power_of_ten(value: f64) -> bool {
    value >= LEAST_OVER && format!("{value:e}").starts_with("1e")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::expr::{StringText, parse};
    use crate::source::SourceId;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        let source = StringText::verbatim(text.to_owned(), SourceId(0), 0);
        let expr = parse(&source, &mut Diagnostics::new());
        assert_eq!(Written::of(&expr, text).is_percent, expected, "{text}");
    }

    #[test]
    fn percent_is_told_from_what_the_values_are_written_in() {
        check("pert(-10%, 10%, 30%)", true);
        check("pert(0, 80%, 200%)", true);
        check("10% / year", true);
        check("triangular(8%, 10%, 14%) / year", true);
        check("5% to 30% @ 80%", true);
        check("truncate(normal(0.9, 5%), low = 0)", false);
        check("truncate(normal(90%, 5%), low = 0, high = 1)", true);
        check("normal(0, 15%)", true);
        check("mixture(5%: 0.9, uniform(10%, 20%): 0.1)", true);
        check("quantiles(p10 = 3%, p50 = 5%, p90 = 12%)", true);
        check("2 * uniform(1%, 2%)", true);
        check("student_t(4, 10%, 2%)", true);
        check("beta(2, 5, low = 10%, high = 30%)", true);
        check("pert(0.8, 1.5, 2.5) / 10_000", true);
    }

    #[test]
    fn a_percentage_of_another_kind_tells_nothing() {
        check("normal(1, 15%)", false);
        check("1 + normal(0%, 15%)", false);
        check("bernoulli(30%)", false);
        check("binomial(10, 30%)", false);
        check("discrete(1.2: 30%, 1.5: 70%)", false);
        check("lognormal(mu = 0, sigma = 20%)", false);
        check("0.5x to 2x @ 80%", false);
        check("2 to 5 @ 80%", false);
        check("beta(2, 5)", false);
        check("0", false);
        check("rate", false);
    }

    #[test]
    fn ten_thousands_are_told_from_the_text() {
        let of = |text| Written::of(&Expr { kind: ExprKind::Error, span: span() }, text);
        assert!(of("8_000万 CNY").is_by_ten_thousands && of("1亿").is_by_ten_thousands);
        assert!(!of("80M CNY").is_by_ten_thousands);
    }

    fn span() -> crate::source::Span {
        StringText::verbatim(String::new(), SourceId(0), 0).whole()
    }
}
