//! Sentences about trials: `P(peak <= 100亿 CNY) >= 95%`, `p95(investment) +- 0.5%`, `mean(npv)`.
//!
//! The outermost call is over trials, and what stands in its brackets is an ordinary expression.
//!
//! ```text
//! sentence    = measure "(" expression [ "," level ] ")" [ end ]
//! measure     = "mean" | "sd" | "p" number | "P" | "shortfall"     the level only of `shortfall`
//! end         = comparison expression | "+-" precision
//! comparison  = "<" | "<=" | ">" | ">=" | "="
//! precision   = number "%" | number "pt" | expression
//! ```
//!
//! What comes in: the text and what it is for. What goes out: a [`Sentence`]; what its expressions mean is the
//! checker's.

use std::ops::Range;

use super::ast::{Expr, ExprKind, Literal, Name};
use super::parser::parse;
use super::text::StringText;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;

/// What is asked of all trials together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measure {
    /// The mean.
    Mean,
    /// The standard deviation.
    Sd,
    /// The percentile with this probability of not being exceeded, in (0, 1).
    Percentile(f64),
    /// The share of trials in which a condition holds.
    Probability,
    /// The mean of this share of the trials, the worst ones; in (0, 1).
    Shortfall(f64),
}

/// How a statistic is compared with its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `=`, of what is to be solved.
    Equal,
}

impl Comparison {
    /// `<=`.
    pub fn symbol(self) -> &'static str {
        match self {
            Comparison::Less => "<",
            Comparison::AtMost => "<=",
            Comparison::Greater => ">",
            Comparison::AtLeast => ">=",
            Comparison::Equal => "=",
        }
    }
}

/// How far the 95 % interval of an estimate may reach to either side.
#[derive(Debug, Clone, PartialEq)]
pub enum Precision {
    /// `0.5%`: a share of the estimate.
    Relative(f64),
    /// `0.2pt`: percentage points of a probability, as a probability.
    Points(f64),
    /// `1亿 CNY`.
    Absolute(Expr),
}

/// What stands behind the statistic.
#[derive(Debug, Clone, PartialEq)]
pub enum SentenceEnd {
    /// Nothing.
    Nothing,
    /// A comparison.
    Compared(Comparison, Expr),
    /// A precision.
    Precise(Precision, Span),
}

/// A statistic, and what is said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    /// All of it as written.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// The statistic.
    pub measure: Measure,
    /// The name of the statistic, `p95`.
    pub name: Name,
    /// What it is of.
    pub argument: Expr,
    /// What stands behind it.
    pub end: SentenceEnd,
}

/// What a sentence is for, which decides how it may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A figure to report: alone, or compared.
    Report,
    /// A check: compared.
    Check,
    /// A run's end: with a precision.
    Until,
    /// An equation: with `=`.
    Solve,
}

impl Purpose {
    fn example(self) -> &'static str {
        match self {
            Purpose::Report => "p95(investment)",
            Purpose::Check => "P(npv > 0) >= 80%",
            Purpose::Until => "p95(investment) +- 0.5%",
            Purpose::Solve => "P(npv > 0) = 50%",
        }
    }
}

/// Which measures there are, for messages.
const MEASURES: &str = "`mean(x)`, `sd(x)`, `p95(x)`, `P(condition)` and `shortfall(x, 5%)`";
/// The share of `shortfall(x)`.
const SHORTFALL: f64 = 0.05;

/// Parses a sentence; `None` after a report.
pub fn parse_sentence(
    text: &StringText,
    purpose: Purpose,
    diagnostics: &mut Diagnostics,
) -> Option<Sentence> {
    Reader { text, purpose, diagnostics }.sentence()
}

struct Reader<'a> {
    text: &'a StringText,
    purpose: Purpose,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn refuse(&mut self, code: Code, message: String, range: Range<usize>, help: String) {
        let span = self.text.span(range);
        self.diagnostics.push(Diagnostic::new(code, message, span, "").help(help));
    }

    fn sentence(&mut self) -> Option<Sentence> {
        let text = self.text.text();
        let start = text.len() - text.trim_start().len();
        let name_end = start + name_length(&text[start..]);
        let open = name_end + (text[name_end..].len() - text[name_end..].trim_start().len());
        let word = &text[start..name_end];
        if word.is_empty() || !text[open..].starts_with(['(', '（']) {
            self.not_a_call(start);
            return None;
        }
        let inside = open + text[open..].chars().next().map_or(1, char::len_utf8);
        let Some(Brackets { close, comma }) = brackets(text, inside) else {
            let help = format!("write for example `{}`", self.purpose.example());
            let message = format!("the bracket behind `{word}` is not closed");
            self.refuse(Code::E204, message, open..inside, help);
            return None;
        };
        let behind = close + text[close..].chars().next().map_or(1, char::len_utf8);
        let measure = self.measure(start..name_end, inside..close)?;
        let (argument_end, level) = match comma {
            Some(comma) => {
                let next = comma + text[comma..].chars().next().map_or(1, char::len_utf8);
                (comma, Some(next..close))
            }
            None => (close, None),
        };
        let measure = self.with_level(measure, word, level)?;
        let argument = parse(&self.text.part(inside..argument_end), self.diagnostics);
        if argument.kind == ExprKind::Error {
            return None;
        }
        let end = self.end(behind, start..behind)?;
        Some(Sentence {
            text: text.trim().to_owned(),
            span: self.text.span(start..text.trim_end().len()),
            measure,
            name: Name { text: word.to_owned(), span: self.text.span(start..name_end) },
            argument,
            end,
        })
    }

    /// What does not begin with a call: a condition, an expression, nothing.
    fn not_a_call(&mut self, start: usize) {
        let text = self.text.text();
        let trimmed = text.trim();
        let whole = start..start + trimmed.len();
        if trimmed.is_empty() {
            let help = format!("write for example `{}`", self.purpose.example());
            self.refuse(Code::E210, "an empty sentence".to_owned(), whole, help);
            return;
        }
        let help = if trimmed.contains(['<', '>']) && self.purpose != Purpose::Until {
            let end = match self.purpose {
                Purpose::Report | Purpose::Until => "",
                Purpose::Check => " >= 95%",
                Purpose::Solve => " = 50%",
            };
            format!("a condition holds in some trials and not in others: `P({trimmed}){end}`")
        } else {
            format!("the statistics are {MEASURES}, as in `{}`", self.purpose.example())
        };
        self.refuse(Code::E211, format!("`{trimmed}` is not a statistic"), whole, help);
    }

    fn measure(&mut self, name: Range<usize>, inside: Range<usize>) -> Option<Measure> {
        let text = self.text.text();
        let word = &text[name.clone()];
        match word {
            "mean" => return Some(Measure::Mean),
            "sd" => return Some(Measure::Sd),
            "P" => return Some(Measure::Probability),
            "shortfall" => return Some(Measure::Shortfall(SHORTFALL)),
            _ => {}
        }
        let digits = word.strip_prefix(['p', 'P']).unwrap_or_default();
        if digits.starts_with(|c: char| c.is_ascii_digit()) {
            // By way of the decimal text: 99.9 / 100 is not the nearest number to 0.999.
            let percent = digits.parse::<f64>().ok().filter(|p| *p > 0.0 && *p < 100.0);
            if let Some(p) = percent.and_then(|_| format!("{digits}e-2").parse().ok()) {
                return Some(Measure::Percentile(p));
            }
            let help = "write for example `p5(x)`, `p95(x)` or `p99.5(x)`".to_owned();
            let message = format!("`{word}` is no percentile: they lie between 0 and 100");
            self.refuse(Code::E211, message, name, help);
            return None;
        }
        let argument = text[inside].trim();
        let meant = match word.to_ascii_lowercase().as_str() {
            "average" | "avg" | "e" | "expected" | "expectation" => format!("`mean({argument})`"),
            "std" | "stdev" | "stddev" | "sigma" => format!("`sd({argument})`"),
            "median" => format!("`p50({argument})`"),
            "prob" | "probability" | "pr" | "p" | "chance" => format!("`P({argument})`"),
            "percentile" | "quantile" | "var" => format!(
                "`p95({})`: the percentile is part of the name",
                argument.split([',', '，']).next().unwrap_or(argument).trim()
            ),
            "cvar" | "tvar" | "es" | "cte" => format!("`shortfall({argument})`"),
            _ => {
                let is_compared = text.contains(['<', '>']);
                let example = match (self.purpose, is_compared) {
                    (Purpose::Check, true) => format!("P({}) >= 95%", text.trim()),
                    (Purpose::Solve, true) => format!("P({}) = 50%", text.trim()),
                    (Purpose::Report, true) => format!("P({})", text.trim()),
                    _ => format!("p95({word}({argument}))"),
                };
                let help = format!(
                    "`{word}` is of one trial; over trials there are {MEASURES}, for example `{example}`"
                );
                let message = format!("`{word}` is not a statistic");
                self.refuse(Code::E211, message, name, help);
                return None;
            }
        };
        let message = format!("`{word}` is not a statistic");
        self.refuse(Code::E211, message, name, format!("write {meant}"));
        None
    }

    /// The level behind the comma, of the one statistic that has one.
    fn with_level(
        &mut self,
        measure: Measure,
        word: &str,
        level: Option<Range<usize>>,
    ) -> Option<Measure> {
        let Some(level) = level else { return Some(measure) };
        let text = &self.text.text()[level.clone()];
        let start = level.start + (text.len() - text.trim_start().len());
        let level = start..start + text.trim().len();
        let Measure::Shortfall(_) = measure else {
            let message = format!("`{word}` takes one argument");
            let help = match measure {
                Measure::Percentile(_) => "the percentile is part of the name: `p95(x)`",
                Measure::Mean => {
                    "a mean of several quantities is of one trial: `mean((a + b) / 2)`"
                }
                Measure::Sd | Measure::Probability | Measure::Shortfall(_) => {
                    "leave out what stands behind the comma"
                }
            };
            self.refuse(Code::E306, message, level, help.to_owned());
            return None;
        };
        let expr = parse(&self.text.part(level.clone()), self.diagnostics);
        if let ExprKind::Number(Literal { value, .. }) = expr.kind
            && value > 0.0
            && value < 1.0
        {
            return Some(Measure::Shortfall(value));
        }
        if expr.kind != ExprKind::Error {
            let message = "the share of the worst trials lies between 0 % and 100 %".to_owned();
            let help = "write for example `shortfall(npv, 5%)`".to_owned();
            self.refuse(Code::E306, message, level, help);
        }
        None
    }

    /// What stands behind the statistic, which takes `statistic`.
    fn end(&mut self, behind: usize, statistic: Range<usize>) -> Option<SentenceEnd> {
        let text = self.text.text();
        let at = behind + (text[behind..].len() - text[behind..].trim_start().len());
        let rest = &text[at..];
        let written = &text[statistic];
        if rest.is_empty() {
            let (lacking, example) = match self.purpose {
                Purpose::Report => return Some(SentenceEnd::Nothing),
                Purpose::Check => ("a check without a limit", format!("{written} >= …")),
                Purpose::Until => ("a precision is missing", format!("{written} +- 0.5%")),
                Purpose::Solve => ("an equation without its right side", format!("{written} = …")),
            };
            let help = format!("write `{example}`, as in `{}`", self.purpose.example());
            self.refuse(Code::E211, lacking.to_owned(), at..at, help);
            return None;
        }
        if let Some(length) = prefix(rest, &["+-", "+/-", "±"]) {
            if self.purpose != Purpose::Until {
                let message = "a precision stands only behind `--until`".to_owned();
                let help = format!("write for example `{}`", self.purpose.example());
                self.refuse(Code::E212, message, at..at + length, help);
                return None;
            }
            let blank = text[at + length..].len() - text[at + length..].trim_start().len();
            let start = at + length + blank;
            let precision = self.precision(start)?;
            let span = self.text.span(start..text.trim_end().len().max(start));
            return Some(SentenceEnd::Precise(precision, span));
        }
        let symbols = [
            (&["<=", "≤", "＜="][..], Comparison::AtMost),
            (&[">=", "≥", "＞="], Comparison::AtLeast),
            (&["==", "=", "＝"], Comparison::Equal),
            (&["<", "＜"], Comparison::Less),
            (&[">", "＞"], Comparison::Greater),
        ];
        let found = symbols
            .iter()
            .find_map(|(symbols, comparison)| Some((prefix(rest, symbols)?, *comparison)));
        let Some((length, comparison)) = found else {
            let message = "something else was expected behind the statistic".to_owned();
            let help = if rest.starts_with(['+', '-', '*', '/', '^']) {
                format!(
                    "arithmetic stands inside the brackets; write for example `{}`",
                    self.purpose.example()
                )
            } else if rest.starts_with("and") || rest.starts_with("or") {
                "one sentence says one thing: write two".to_owned()
            } else {
                format!("write for example `{}`", self.purpose.example())
            };
            self.refuse(Code::E202, message, at..text.trim_end().len(), help);
            return None;
        };
        let operator = at..at + length;
        let target = text[at + length..].trim();
        let wrong = match (self.purpose, comparison) {
            (Purpose::Until, _) => Some((
                "a run ends with a precision, not with a comparison",
                format!("write `{written} +- 0.5%`: how far its 95 % interval may reach"),
            )),
            (Purpose::Solve, Comparison::Equal) => None,
            (Purpose::Solve, _) => {
                Some(("an equation has one `=`", format!("write `{written} = {target}`")))
            }
            (Purpose::Report | Purpose::Check, Comparison::Equal) => Some((
                "an estimate is never exactly a number",
                format!("write `{written} >= {target}` or `{written} <= {target}`"),
            )),
            (Purpose::Report | Purpose::Check, _) => None,
        };
        if let Some((message, help)) = wrong {
            self.refuse(Code::E211, message.to_owned(), operator, help);
            return None;
        }
        let target = parse(&self.text.part(at + length..text.len()), self.diagnostics);
        (target.kind != ExprKind::Error).then_some(SentenceEnd::Compared(comparison, target))
    }

    fn precision(&mut self, start: usize) -> Option<Precision> {
        let trimmed = self.text.text()[start..].trim();
        let range = start..start + trimmed.len();
        let positive = |number: &str| {
            let number = number.trim().replace('_', "");
            let starts_well = number.starts_with(|c: char| c.is_ascii_digit() || c == '.');
            number.parse::<f64>().ok().filter(|_| starts_well).filter(|x| x.is_finite())
        };
        let example = "write `0.5%` of the estimate, `0.2pt` (percentage points) of a probability, or an amount such as `1亿 CNY`";
        let share = match (trimmed.strip_suffix(['%', '％']), trimmed.strip_suffix("pt")) {
            (Some(number), _) => positive(number).map(|x| Precision::Relative(x / 100.0)),
            (_, Some(number)) => positive(number).map(|x| Precision::Points(x / 100.0)),
            (None, None) => {
                let expr = parse(&self.text.part(range), self.diagnostics);
                if expr.kind == ExprKind::Error {
                    return None;
                }
                return Some(Precision::Absolute(expr));
            }
        };
        match share {
            Some(Precision::Relative(x) | Precision::Points(x)) if x > 0.0 => share,
            _ => {
                let message = format!("`{trimmed}` is not a precision");
                self.refuse(Code::E212, message, range, example.to_owned());
                None
            }
        }
    }
}

/// The length of the first of `symbols` that a text begins with.
fn prefix(text: &str, symbols: &[&str]) -> Option<usize> {
    symbols.iter().find(|symbol| text.starts_with(**symbol)).map(|symbol| symbol.len())
}

/// The length of the name at the start; that of a percentile may have a point: `p99.5`.
fn name_length(text: &str) -> usize {
    let is_percentile =
        text.starts_with(['p', 'P']) && text[1..].starts_with(|c: char| c.is_ascii_digit());
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || (is_percentile && c == '.');
    text.find(|c| !is_part(c)).unwrap_or(text.len())
}

/// Where a call ends, and its first comma that is not inside other brackets.
struct Brackets {
    close: usize,
    comma: Option<usize>,
}

fn brackets(text: &str, inside: usize) -> Option<Brackets> {
    let (mut depth, mut comma, mut quote) = (0_usize, None, None);
    for (at, c) in text[inside..].char_indices() {
        match (quote, c) {
            (Some(open), _) => quote = (c != open).then_some(open),
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '（' | '[') => depth += 1,
            (None, ')' | '）') if depth == 0 => {
                return Some(Brackets { close: inside + at, comma });
            }
            (None, ')' | '）' | ']') => depth = depth.saturating_sub(1),
            (None, ',' | '，') if depth == 0 && comma.is_none() => comma = Some(inside + at),
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::print;
    use crate::source::Sources;

    fn read(text: &str, purpose: Purpose) -> (Option<Sentence>, Vec<(Code, String)>) {
        let mut sources = Sources::new();
        let id = sources.add("test", text);
        let mut diagnostics = Diagnostics::new();
        let text = StringText::plain(&sources, id);
        let sentence = parse_sentence(&text, purpose, &mut diagnostics);
        let place = |d: &Diagnostic| d.primary.as_ref().map(|label| sources.text(label.span));
        let told =
            diagnostics.iter().map(|d| (d.code, place(d).unwrap_or_default().to_owned())).collect();
        (sentence, told)
    }

    #[track_caller]
    fn check(text: &str, purpose: Purpose, measure: Measure, argument: &str) -> SentenceEnd {
        let (sentence, told) = read(text, purpose);
        let sentence = sentence.unwrap_or_else(|| panic!("{told:?}"));
        assert_eq!((sentence.measure, print(&sentence.argument)), (measure, argument.to_owned()));
        assert!(told.is_empty(), "{told:?}");
        sentence.end
    }

    #[track_caller]
    fn check_wrong(text: &str, purpose: Purpose, code: Code, place: &str) {
        let (sentence, told) = read(text, purpose);
        assert_eq!(told, [(code, place.to_owned())]);
        assert_eq!(sentence, None);
    }

    #[test]
    fn every_measure_is_read() {
        let report = Purpose::Report;
        check("mean(npv)", report, Measure::Mean, "npv");
        check(" sd ( a + b ) ", report, Measure::Sd, "a + b");
        check("p5(x)", report, Measure::Percentile(0.05), "x");
        check("P95(x)", report, Measure::Percentile(0.95), "x");
        check("p99.9(x)", report, Measure::Percentile(0.999), "x");
        check("P(a < max(b, c))", report, Measure::Probability, "a < max(b, c)");
        check("shortfall(max(a, b), 1%)", report, Measure::Shortfall(0.01), "max(a, b)");
        check("shortfall(x)", report, Measure::Shortfall(0.05), "x");
        check("P（a > 1）", report, Measure::Probability, "a > 1");
    }

    #[test]
    fn ends_are_read() {
        let compared = |end| match end {
            SentenceEnd::Compared(comparison, target) => (comparison.symbol(), print(&target)),
            other @ (SentenceEnd::Nothing | SentenceEnd::Precise(..)) => panic!("{other:?}"),
        };
        let check_end = |text, purpose| compared(check(text, purpose, Measure::Probability, "a"));
        assert_eq!(check_end("P(a) >= 95%", Purpose::Check), (">=", "95%".to_owned()));
        assert_eq!(check_end("P(a)<0.5", Purpose::Check), ("<", "0.5".to_owned()));
        assert_eq!(check_end("P(a) ≤ 1", Purpose::Report), ("<=", "1".to_owned()));
        assert_eq!(check_end("P(a) = 50%", Purpose::Solve), ("=", "50%".to_owned()));
        let precise = |text| match check(text, Purpose::Until, Measure::Probability, "a") {
            SentenceEnd::Precise(precision, _) => precision,
            other @ (SentenceEnd::Nothing | SentenceEnd::Compared(..)) => panic!("{other:?}"),
        };
        assert_eq!(precise("P(a) +- 0.5%"), Precision::Relative(0.005));
        assert_eq!(precise("P(a) ± 0.2pt"), Precision::Points(0.002));
        assert!(matches!(precise("P(a) +/- 1亿 CNY"), Precision::Absolute(_)));
    }

    #[test]
    fn mistakes_point_at_their_place() {
        use Purpose as U;
        check_wrong("", U::Report, Code::E210, "");
        check_wrong("npv", U::Report, Code::E211, "npv");
        check_wrong("npv > 0", U::Check, Code::E211, "npv > 0");
        check_wrong("median(npv)", U::Report, Code::E211, "median");
        check_wrong("payback(cash) <= 48 month", U::Check, Code::E211, "payback");
        check_wrong("p100(x)", U::Report, Code::E211, "p100");
        check_wrong("p1.2.3(x)", U::Report, Code::E211, "p1.2.3");
        check_wrong("mean(a, b)", U::Report, Code::E306, "b");
        check_wrong("shortfall(a, 5)", U::Report, Code::E306, "5");
        check_wrong("mean(npv", U::Report, Code::E204, "(");
        check_wrong("mean(a) - 1 > 3", U::Check, Code::E202, "- 1 > 3");
        check_wrong("P(a) = 1", U::Check, Code::E211, "=");
        check_wrong("P(a) >= 1", U::Solve, Code::E211, ">=");
        check_wrong("P(a)", U::Check, Code::E211, "");
        check_wrong("P(a) >= 1", U::Until, Code::E211, ">=");
        check_wrong("P(a) +- 1%", U::Check, Code::E212, "+-");
        check_wrong("P(a) +- -1%", U::Until, Code::E212, "-1%");
        check_wrong("P(a) +- 0pt", U::Until, Code::E212, "0pt");
    }

    #[test]
    fn places_are_right_behind_escapes() {
        let file = r#"x = "P(\u4ebf > b +) > 1""#;
        let mut sources = Sources::new();
        let id = sources.add("m", file);
        let text = StringText::from_toml(file, id, 4..file.len(), "P(亿 > b +) > 1");
        let part = text.part(2..text.text().find(" +").expect("there"));
        assert_eq!(sources.text(part.whole()), "\\u4ebf > b");
        assert_eq!(sources.text(part.span(6..7)), "b");
    }
}
