//! What the parser makes of texts: trees written with all their brackets, mistakes by code and place.

use proptest::prelude::*;

use super::*;
use crate::diagnostic::{Code, Diagnostics};
use crate::source::{Sources, Span};

fn parse_text(text: &str) -> (Expr, Diagnostics, Sources) {
    let mut sources = Sources::new();
    let id = sources.add("expression", text);
    let mut diagnostics = Diagnostics::new();
    let expr = parse(&StringText::plain(&sources, id), &mut diagnostics);
    (expr, diagnostics, sources)
}

fn parse_right(text: &str) -> Expr {
    let (expr, diagnostics, _) = parse_text(text);
    assert!(diagnostics.is_empty(), "{text}: {diagnostics:?}");
    expr
}

/// The tree with brackets around every operator, `·` for a name tied to the value before it.
fn bracketed(expr: &Expr) -> String {
    let b = bracketed;
    let list = |items: &[String]| items.join(", ");
    match &expr.kind {
        ExprKind::Unary { operator: UnaryOperator::Negate, operand } => {
            format!("(-{})", b(operand))
        }
        ExprKind::Unary { operator: UnaryOperator::Not, operand } => {
            format!("(not {})", b(operand))
        }
        ExprKind::Binary { operator, left, right, .. } => {
            let name = Expr { kind: ExprKind::Error, span: expr.span };
            let kind = ExprKind::Binary {
                operator: *operator,
                operator_span: expr.span,
                left: Box::new(name.clone()),
                right: Box::new(name),
            };
            let symbol = print(&Expr { kind, span: expr.span }).replace(['?', ' '], "");
            format!("({} {symbol} {})", b(left), b(right))
        }
        ExprKind::Juxtaposed { left, right } => format!("({}·{})", b(left), b(right)),
        ExprKind::Range { low, high, level: None } => format!("[{} to {}]", b(low), b(high)),
        ExprKind::Range { low, high, level: Some(level) } => {
            format!("[{} to {} @ {}]", b(low), b(high), b(level))
        }
        ExprKind::If { condition, then, otherwise } => {
            format!("if {{{}; {}; {}}}", b(condition), b(then), b(otherwise))
        }
        ExprKind::Call { function, arguments } => {
            let arguments: Vec<String> = arguments
                .iter()
                .map(|a| {
                    let name = a.name.as_ref().map(|n| format!("{}=", n.text)).unwrap_or_default();
                    let weight =
                        a.weight.as_ref().map(|w| format!(":{}", b(w))).unwrap_or_default();
                    format!("{name}{}{weight}", b(&a.value))
                })
                .collect();
            format!("{}({})", function.text, list(&arguments))
        }
        ExprKind::Index { base, labels } => {
            let labels: Vec<String> = labels.iter().map(|l| l.text.clone()).collect();
            format!("{}[{}]", b(base), list(&labels))
        }
        ExprKind::List(items) => format!("[{}]", list(&items.iter().map(b).collect::<Vec<_>>())),
        ExprKind::Number(_)
        | ExprKind::Factor(_)
        | ExprKind::Name(_)
        | ExprKind::Text(_)
        | ExprKind::Error => print(expr),
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(bracketed(&parse_right(text)), expected, "{text}");
}

/// The mistakes of a text, each as its code and the part of the text its caret is under.
#[track_caller]
fn check_errors(text: &str, expected: &[(Code, &str)]) {
    let (_, diagnostics, sources) = parse_text(text);
    let found: Vec<(Code, &str)> = diagnostics
        .iter()
        .map(|d| (d.code, sources.text(d.primary.as_ref().expect("a mistake has its place").span)))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn precedence_is_that_of_the_language() {
    check("1 + 2 * 3", "(1 + (2 * 3))");
    check("a - b - c", "((a - b) - c)");
    check("a / b * c", "((a / b) * c)");
    check("-x^2", "(-(x ^ 2))");
    check("-a * b", "((-a) * b)");
    check("a * -b", "(a * (-b))");
    check("a - -b", "(a - (-b))");
    check("x^-1", "(x ^ (-1))");
    check("x^(1/2)", "(x ^ (1 / 2))");
    check("2 * x^2 / y", "((2 * (x ^ 2)) / y)");
    check("a or b and not c < d + 1", "(a or (b and (not (c < (d + 1)))))");
    check("not a == b", "(not (a == b))");
    check("a + b <= c * d", "((a + b) <= (c * d))");
    check("(a + b) * c", "((a + b) * c)");
    check("(a < b) + (c < d)", "((a < b) + (c < d))");
}

#[test]
fn a_name_behind_a_value_binds_tighter_than_a_written_operator() {
    check("cost / 30 day", "(cost / (30·day))");
    check("10 meter^2", "(10·(meter ^ 2))");
    check("10^6 GPU", "((10 ^ 6)·GPU)");
    check("normal(10, 1.5) CNY/GPU/hour", "(((normal(10, 1.5)·CNY) / GPU) / hour)");
    check("(a + b) CNY", "((a + b)·CNY)");
    check("capex[alibaba] CNY", "(capex[alibaba]·CNY)");
    check("-5 CNY", "(-(5·CNY))");
    check("5kW", "(5·kW)");
    check("-8万元", "(-(80000·元))");
    check("gpus * 730 hour * price", "((gpus * (730·hour)) * price)");
}

#[test]
fn a_unit_behind_a_range_stays_at_its_upper_end() {
    check("1亿 to 10亿 CNY/GPU", "[100000000 to ((1000000000·CNY) / GPU)]");
    check("2 to 5 USD/month", "[2 to ((5·USD) / month)]");
    check("0.5x to 2x", "[0.5x to 2x]");
    check("1 to 5 @ 80%", "[1 to 5 @ 80%]");
    check("-5 to 3 + 1", "[(-5) to (3 + 1)]");
    check("(2 to 5) * x", "([2 to 5] * x)");
    check("5to 6", "[5 to 6]");
    check("mixture(1 to 2: 30%, 5: 70%)", "mixture([1 to 2]:30%, 5:70%)");
}

#[test]
fn both_forms_of_if_are_one() {
    check("if a < b then c else d + 1", "if {(a < b); c; (d + 1)}");
    check("if(a < b, c, d) + 1", "(if {(a < b); c; d} + 1)");
    check("if (a) < b then c else d", "if {(a < b); c; d}");
    check("if (a < b) then (c) else if d then e else f", "if {(a < b); c; if {d; e; f}}");
    check("if(a, b, c) CNY", "(if {a; b; c}·CNY)");
}

#[test]
fn calls_take_positions_names_weights_lists_and_texts() {
    check(
        "lognormal(mean = 8_000万, sd = 2_000万) CNY/run",
        "((lognormal(mean=80000000, sd=20000000)·CNY) / run)",
    );
    check("discrete(1: 30%, 2: 70%,)", "discrete(1:30%, 2:70%)");
    check("quantiles(p2.5 = 3, p50 = 5, p97.5 = 12)", "quantiles(p2.5=3, p50=5, p97.5=12)");
    check(
        "histogram(edges = [0, 1, 2], weights = [1, 2])",
        "histogram(edges=[0, 1, 2], weights=[1, 2])",
    );
    check(
        "sample(file = \"prices.csv\", column = 'usd')",
        "sample(file='prices.csv', column='usd')",
    );
    check("price[tokyo, h100]", "price[tokyo, h100]");
    check("prev(price)[tokyo]", "prev(price)[tokyo]");
    check("f()", "f()");
}

#[test]
fn numbers_are_read_as_people_write_them() {
    #[track_caller]
    fn check_value(text: &str, expected: f64) {
        let ExprKind::Number(literal) = parse_right(text).kind else {
            panic!("{text} is no number")
        };
        assert_eq!(literal.value.to_bits(), expected.to_bits(), "{text}");
    }
    check_value("10_000", 1e4);
    check_value("1e6", 1e6);
    check_value("1.5E-3", 1.5e-3);
    check_value("30%", 0.3);
    check_value("0.7 %", 0.007);
    check_value("8_000万", 8e7);
    check_value("1.2bn", 1.2e9);
    check_value("5k", 5e3);
    check_value("3M", 3e6);
    check_value("2tn", 2e12);
    check_value("3百万", 3e6);
    check_value("3千万", 3e7);
    check_value("1.1亿", 1.1e8);
    check_value("2万亿", 2e12);
    check_value("10 亿", 1e9);
    check_value("１０．５％", 0.105);
    assert!(matches!(parse_right("0").kind, ExprKind::Number(Literal { is_bare_zero: true, .. })));
    for not_bare in ["0%", "0.0", "00", "0万"] {
        assert!(
            matches!(
                parse_right(not_bare).kind,
                ExprKind::Number(Literal { is_bare_zero: false, .. })
            ),
            "{not_bare}"
        );
    }
}

#[test]
fn names_may_be_glued_to_digits_and_full_width_forms_count_as_ascii() {
    check("10亿元", "(1000000000·元)");
    check("8_000万元/枚", "((80000000·元) / 枚)");
    check("10亿CNY", "(1000000000·CNY)");
    check("10 万卡", "(100000·卡)");
    check("（显卡 ＋ １） ＊ ２ ％", "((显卡 + 1) * 2%)");
    check("ｎｏｒｍａｌ（1，2）", "normal(1, 2)");
    check("a\u{3000}<\u{a0}b", "(a < b)");
    check("e\u{301}", "é");
}

#[test]
fn a_span_covers_what_it_should() {
    let text = "  (a + b) * 显卡 ";
    let (expr, _, sources) = parse_text(text);
    assert_eq!(sources.text(expr.span), "(a + b) * 显卡");
    let ExprKind::Binary { operator_span, left, .. } = expr.kind else { panic!("a product") };
    assert_eq!(sources.text(operator_span), "*");
    assert_eq!(sources.text(left.span), "a + b");
}

#[test]
fn each_mistake_is_told_once_and_in_its_place() {
    use Code as C;
    check_errors("", &[(C::E210, "")]);
    check_errors(" \u{3000}", &[(C::E210, " \u{3000}")]);
    check_errors("a # b", &[(C::E201, "#")]);
    check_errors("a && b || !c", &[(C::E201, "&&"), (C::E201, "||"), (C::E201, "!")]);
    check_errors(
        "a ** 2 × b ÷ c ≤ d",
        &[(C::E201, "**"), (C::E201, "×"), (C::E201, "÷"), (C::E201, "≤")],
    );
    check_errors("$5", &[(C::E201, "$5")]);
    check_errors("30% + x %", &[(C::E201, "%")]);
    check_errors("a\u{200b}", &[(C::E201, "\u{200b}")]);
    check_errors("a = b", &[(C::E202, "=")]);
    check_errors("if(a = b, 1, 2)", &[(C::E202, "=")]);
    check_errors("a +", &[(C::E202, "")]);
    check_errors("a + * b", &[(C::E202, "*")]);
    check_errors("f(a,, b)", &[(C::E202, ",")]);
    check_errors("2 (a)", &[(C::E202, "(")]);
    check_errors("2 sqrt(a)", &[(C::E202, "sqrt")]);
    check_errors("CNY 5", &[(C::E202, "5")]);
    check_errors("10,000 GPU", &[(C::E203, "10,000")]);
    check_errors("~10万", &[(C::E201, "~")]);
    check_errors("1 to 2 to 3", &[(C::E202, "to")]);
    check_errors("if a then b", &[(C::E202, "")]);
    check_errors("a then b", &[(C::E202, "then")]);
    check_errors("x[2]", &[(C::E202, "2")]);
    check_errors("[1, 2]", &[(C::E202, "[")]);
    check_errors("1 + not a", &[(C::E202, "not")]);
    check_errors("if(a, b)", &[(C::E202, "if(a, b)")]);
    check_errors("1.2.3", &[(C::E203, "1.2.3")]);
    check_errors("10_", &[(C::E203, "10_")]);
    check(".5", "0.5");
    check_errors("5.", &[(C::E203, "5.")]);
    check_errors("3万5", &[(C::E203, "3万5")]);
    check_errors("1e999", &[(C::E203, "1e999")]);
    check_errors("exp(a * (b + c)", &[(C::E204, "(")]);
    check_errors("((a", &[(C::E204, "(")]);
    check_errors("a) + b", &[(C::E204, ")")]);
    check_errors("f(a]", &[(C::E204, "]")]);
    check_errors("2^3^2", &[(C::E206, "^")]);
    check_errors("2x", &[(C::E209, "2x")]);
    check_errors("3 * (2x + 1)", &[(C::E209, "2x")]);
    check_errors("0.5x to 3", &[(C::E209, "0.5x")]);
    check_errors("5 GPU hour", &[(C::E207, "GPU hour")]);
    check_errors("a < b < c", &[(C::E208, "<")]);
    check_errors("f(2^3^2, a < b < c, g h)", &[(C::E206, "^"), (C::E208, "<"), (C::E207, "g h")]);
}

#[test]
fn what_is_nested_or_chained_too_deeply_is_refused_and_no_stack_overflows() {
    let nested =
        |open: &str, close: &str, n: usize| format!("{}a{}", open.repeat(n), close.repeat(n));
    for (open, close) in
        [("(", ")"), ("f(", ")"), ("-", ""), ("not ", ""), ("if(a, b, ", ")"), ("a^-", "")]
    {
        let (_, diagnostics, _) = parse_text(&nested(open, close, 1000));
        let codes: Vec<Code> = diagnostics.iter().map(|d| d.code).collect();
        assert!(codes.contains(&Code::E205) || codes == [Code::E206], "{open}: {codes:?}");
    }
    parse_right(&nested("(", ")", MAX_NESTING - 1));
    check_errors(&format!("a{}", " + a".repeat(400)), &[]);
    let (_, diagnostics, _) = parse_text(&format!("a{}", "+a".repeat(40_000)));
    assert_eq!(diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::E205]);
    let (_, diagnostics, _) = parse_text(&"(".repeat(MAX_LENGTH + 1));
    assert_eq!(diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::E109]);
}

/// The tree with all places the same.
fn without_spans(mut expr: Expr) -> Expr {
    fn clear(expr: &mut Expr) {
        let nowhere = Span::new(crate::source::SourceId(0), 0, 0);
        expr.span = nowhere;
        match &mut expr.kind {
            ExprKind::Number(_) | ExprKind::Factor(_) | ExprKind::Text(_) | ExprKind::Error => {}
            ExprKind::Name(name) => name.span = nowhere,
            ExprKind::Unary { operand, .. } => clear(operand),
            ExprKind::Binary { operator_span, left, right, .. } => {
                *operator_span = nowhere;
                clear(left);
                clear(right);
            }
            ExprKind::Juxtaposed { left, right } => {
                clear(left);
                clear(right);
            }
            ExprKind::Range { low, high, level } => {
                clear(low);
                clear(high);
                level.iter_mut().for_each(|level| clear(level));
            }
            ExprKind::If { condition, then, otherwise } => {
                clear(condition);
                clear(then);
                clear(otherwise);
            }
            ExprKind::Call { function, arguments } => {
                function.span = nowhere;
                for argument in arguments {
                    argument.name.iter_mut().for_each(|name| name.span = nowhere);
                    clear(&mut argument.value);
                    argument.weight.iter_mut().for_each(clear);
                }
            }
            ExprKind::Index { base, labels } => {
                clear(base);
                labels.iter_mut().for_each(|label| label.span = nowhere);
            }
            ExprKind::List(items) => items.iter_mut().for_each(clear),
        }
    }
    clear(&mut expr);
    expr
}

/// Texts that are likely to be close to an expression.
fn fragments() -> impl Strategy<Value = String> {
    let fragment = prop::sample::select(vec![
        "a", "b1", "显卡", "元", "x", "p97.5", "if", "then", "else", "and", "or", "not", "to", "1",
        "0", "0.5", "30%", "8_000万", "2x", "1e300", "1e-320", "5kW", "0.0", "(", ")", "[", "]",
        ",", ":", "=", "==", "<", ">=", "!=", "+", "-", "*", "/", "^", "@", "f(", "if(", "'t'",
        "[1, 2]", "$", "&&", "。", "\n", "３", "亿", "k",
    ]);
    prop::collection::vec((fragment, prop::bool::weighted(0.7)), 0..40).prop_map(|parts| {
        parts
            .into_iter()
            .map(|(part, is_apart)| if is_apart { format!("{part} ") } else { part.to_owned() })
            .collect()
    })
}

/// Expressions without a mistake.
fn right_expressions() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a", "显卡", "0", "0.0", "12.5", "30%", "8_000万", "1e300", "3 CNY", "2 m^2",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(6, 60, 3, |inner| {
        let i = || inner.clone();
        let operator = prop::sample::select(vec!["+", "-", "*", "/", "<", "==", "and", "or", "to"]);
        prop_oneof![
            (i(), operator, i()).prop_map(|(a, o, b)| format!("({a}) {o} ({b})")),
            (i(), i(), i())
                .prop_map(|(a, b, c)| format!("{a} + {b} * -({c})").replace(" to ", " + ")),
            i().prop_map(|a| format!("-({a})")),
            i().prop_map(|a| format!("not ({a})")),
            i().prop_map(|a| format!("({a})^-2")),
            i().prop_map(|a| format!("({a}) CNY")),
            (i(), i()).prop_map(|(a, b)| format!("f({a}, n = {b}, w: 2, [{a}], 'x')")),
            (i(), i(), i()).prop_map(|(a, b, c)| format!("if {a} then {b} else {c}")),
            i().prop_map(|a| format!("({a})[l, m]")),
            (i(), i()).prop_map(|(a, b)| format!("({a}) to ({b}) @ 80%")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic_and_no_broken_one_goes_unreported(text in prop_oneof![fragments(), "\\PC*", any::<String>()]) {
        let (expr, diagnostics, _) = parse_text(&text);
        let is_broken = print(&expr).contains('?') && !text.contains('?');
        prop_assert!(!is_broken || diagnostics.has_errors());
        if !diagnostics.has_errors() {
            let printed = print(&expr);
            prop_assert_eq!(without_spans(parse_right(&printed)), without_spans(expr), "{} as {}", text, printed);
        }
    }

    #[test]
    fn what_is_printed_reads_back_as_the_same_tree(text in right_expressions()) {
        let (expr, diagnostics, _) = parse_text(&text);
        if !diagnostics.has_errors() {
            let printed = print(&expr);
            prop_assert_eq!(without_spans(parse_right(&printed)), without_spans(expr), "{} as {}", text, printed);
        }
    }
}

/// The only message of a text, and its help; what is offered for pasting must parse.
#[track_caller]
fn check_help(text: &str, expected: &str) {
    let (_, diagnostics, _) = parse_text(text);
    let found: Vec<_> = diagnostics.iter().collect();
    let [only] = found.as_slice() else { panic!("{text}: {found:?}") };
    assert_eq!(only.helps, [expected], "{text}");
    // Words in prose are no offers: those hold no space, digit or bracket.
    let offers = expected.split('`').skip(1).step_by(2);
    for offer in offers.filter(|offer| offer.contains(|c: char| c.is_ascii_digit() || c == '+')) {
        parse_right(offer);
    }
}

#[test]
fn numbers_of_spreadsheets_and_newspapers_are_offered_as_they_are_written_here() {
    check_help("10,000 GPU", "write `10_000 GPU`");
    check_help("10,000,000.50 CNY", "write `10_000_000.50 CNY`");
    check_help("10.000,00 GPU", "write `10_000 GPU`; the decimal sign is a point");
    check_help("10.000,25 GPU", "write `10_000.25 GPU`; the decimal sign is a point");
    check_help("10.000.000 GPU", "write `10_000_000 GPU`");
    check_help("5,10", "write `5.10` or `5 to 10`");
    check_help("0,5", "write `0.5`; the decimal sign is a point");
    check_help("3,5万 CNY", "write `3.5万 CNY`; the decimal sign is a point");
    check_help("10 000 GPU", "write `10_000 GPU`");
    check_help("10\u{202f}000 GPU", "write `10_000 GPU`");
    check_help("10'000", "write `10_000`");
    check_help("10,000 to 20,000 GPU", "write `10_000 to 20_000 GPU`");
    check_help("0.1 million CNY", "write `0.1M CNY`");
    check_help("5 million", "write `5M`");
    check_help("5 billion", "write `5bn`");
    check_help("2 thousand", "write `2k`");
    check_help("25 percent", "write `25%`");
    check_help("3 mio EUR", "write `3M EUR`");
    check_help("5mn USD", "write `5M USD`");
    check_help("10B USD", "write `10bn USD`");
    check_help("10K USD", "write `10k USD`");
    check_help("5 bn USD", "write `5bn USD`");
}

#[test]
fn money_is_offered_with_its_code_behind_it() {
    check_help("$10", "write `10 USD`");
    check_help("$10/hour", "write `10 USD/hour`");
    check_help("$10,000", "write `10_000 USD`");
    check_help("$5 million", "write `5M USD`");
    check_help("US$10bn", "write `10bn USD`");
    check_help("¥10万", "write `10万 CNY`");
    check_help("￥10万/GPU", "write `10万 CNY/GPU`");
    check_help("€5", "write `5 EUR`");
    check_help("5 €", "write `5 EUR`");
    check_help("USD 10", "a unit stands behind its number: `10 USD`");
    check_help("RMB 5万", "a unit stands behind its number: `5万 CNY`");
    check_help("10万 CNY per GPU", "write `10万 CNY/GPU`");
    check_help("10 USD per GPU per hour", "write `10 USD/GPU/hour`");
}

#[test]
fn ranges_of_prose_are_offered_as_ranges() {
    check_help("8万–15万", "a range is written `8万 to 15万`");
    check_help("8万 — 15万 CNY/GPU", "a range is written `8万 to 15万 CNY/GPU`");
    check_help("$10–$15", "write `10 USD to 15 USD`");
    check_help("5 ~ 10", "a range is written `5 to 10`");
    check_help("8万元~15万元", "a range is written `8万元 to 15万元`");
    check_help("5..10", "a range is written `5 to 10`");
    check_help("between 5 and 10", "a range is written `5 to 10`");
    check_help("from 5 to 10 CNY", "a range is written `5 to 10 CNY`");
    check_help("10–5", "write `10 - 5`");
    check_help("a – b", "write `-`");
    check_help("10万 ± 1万", "write `normal(10万, 1万)`");
    check_help("10万 ± 1万 CNY", "write `normal(10万, 1万) CNY`");
    check_help("10 CNY ± 1 CNY", "write `normal(10 CNY, 1 CNY)`");
    check_help("10万 ± 10%", "write `normal(10万, 10% * 10万)`");
    check_help("10 +/- 1", "write `normal(10, 1)`");
    check_help("normal 5 3", "write `normal(5, 3)`");
    check_help("normal 5, 3 CNY", "write `normal(5, 3) CNY`");
    check_help("3 years 2 months", "write `3 years + 2 months`");
    check_help("~10万", "leave `~` out, or say how wide: a range is written `2 to 5`");
}

#[test]
fn formulas_of_spreadsheets_are_offered_as_formulas() {
    check_help("=10000 GPU", "a formula begins without `=`: `10000 GPU`");
    check_help("=SUM(a,b)", "a formula begins without `=`: `a + b`");
    check_help("SUM(a, b, c)", "write `a + b + c`");
    check_help("SUM(a, b)", "write `a + b` or `sum(a, b)`");
    check_help("2 * SUM(a, b, c)", "write `2 * (a + b + c)`");
    check_help("IF(a>b;1;2)", "write `if(a>b, 1, 2)`");
    check_help("RAND()", "a random input: `uniform(0, 1)` in [inputs]");
    check_help("NORM.INV(RAND(), 10, 2)", "a random input: `normal(10, 2)` in [inputs]");
    check_help("NORMINV(RAND(); 10; 2)", "a random input: `normal(10, 2)` in [inputs]");
}

#[test]
fn what_may_be_meant_as_it_stands_is_not_rewritten() {
    for text in ["5 M", "10 K", "normal(5,10)", "f(1,000)", "sum(a, b)", "million * 2", "5 to 10"] {
        parse_right(text);
    }
}
