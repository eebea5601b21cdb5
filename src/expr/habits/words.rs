//! Formulas and ranges as spreadsheets and prose write them.

use super::super::lexer::TokenKind;
use super::{Edit, Habit, Scan, suggest};

/// Distributions whose parameters are numbers in a row.
const FAMILIES: [&str; 12] = [
    "normal",
    "lognormal",
    "uniform",
    "triangular",
    "pert",
    "exponential",
    "poisson",
    "beta",
    "gamma",
    "binomial",
    "bernoulli",
    "weibull",
];
/// Units of time that stand in a row: `3 years 2 months`.
const TIMES: [&str; 8] = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"];
/// What stands between the ends of a range elsewhere.
const RANGE_SIGNS: [&str; 7] = ["–", "—", "‒", "~", "～", "…", "〜"];

/// Functions of spreadsheets that name no function here and mean no other one.
pub(super) fn is_foreign_call(name: &str) -> bool {
    matches!(name, "SUM" | "Sum") || is_rand(name)
}

fn is_rand(name: &str) -> bool {
    matches!(name, "RAND" | "Rand" | "rand" | "RANDOM" | "random")
}

/// `=10_000 GPU`
pub(super) fn leading_equals(scan: &Scan<'_>) -> Option<Edit> {
    let is_first = scan.kind(0) == Some(&TokenKind::Assign);
    is_first.then(|| Edit::new(Habit::Formula, scan.range(0), ""))
}

/// `if(a > b; 1; 2)`
pub(super) fn semicolon(scan: &Scan<'_>) -> Option<Edit> {
    let at = (0..scan.tokens.len()).find(|at| matches!(scan.written(*at), ";" | "；"))?;
    let range = scan.range(at);
    let space = if scan.text[range.end..].starts_with(' ') { "" } else { " " };
    Some(Edit::new(Habit::Semicolon, range, format!(",{space}")))
}

/// `NORM.INV(RAND(), 10, 2)`
pub(super) fn inverse_of_random(scan: &Scan<'_>) -> Option<Edit> {
    (0..scan.tokens.len()).find_map(|at| {
        let first = scan.name(at)?.to_ascii_lowercase();
        let open = if scan.kind(at + 1) == Some(&TokenKind::Open) { at + 1 } else { at + 3 };
        if scan.kind(open) != Some(&TokenKind::Open) {
            return None;
        }
        let second =
            if open == at + 3 { scan.name(at + 2)?.to_ascii_lowercase() } else { String::new() };
        let family = match (first + &second).as_str() {
            "norminv" => "normal",
            "lognorminv" | "loginv" => "lognormal",
            "betainv" => "beta",
            "gammainv" => "gamma",
            _ => return None,
        };
        let (close, commas) = scan.call(open)?;
        let is_random = scan.name(open + 1).is_some_and(is_rand);
        let parameters = scan.range(*commas.first()?).end..scan.range(close).start;
        let with = match family {
            "lognormal" => {
                let [_, second] = commas.as_slice() else { return None };
                let mu = scan.text[parameters.start..scan.range(*second).start].trim();
                let sigma = scan.text[scan.range(*second).end..parameters.end].trim();
                format!("lognormal(mu = {mu}, sigma = {sigma})")
            }
            _ => format!("{family}({})", scan.text[parameters].trim()),
        };
        let range = scan.range(at).start..scan.range(close).end;
        is_random.then(|| Edit::new(Habit::Random, range, with))
    })
}

/// `RAND()`
pub(super) fn random(scan: &Scan<'_>) -> Option<Edit> {
    let is_call = |at: usize| {
        scan.name(at).is_some_and(is_rand)
            && scan.kind(at + 1) == Some(&TokenKind::Open)
            && scan.kind(at + 2) == Some(&TokenKind::Close)
    };
    let at = (0..scan.tokens.len()).find(|at| is_call(*at))?;
    Some(Edit::new(Habit::Random, scan.range(at).start..scan.range(at + 2).end, "uniform(0, 1)"))
}

/// `SUM(a, b)`
pub(super) fn spreadsheet_sum(scan: &Scan<'_>) -> Option<Edit> {
    let is_call = |at: usize| {
        matches!(scan.name(at), Some("SUM" | "Sum")) && scan.kind(at + 1) == Some(&TokenKind::Open)
    };
    let at = (0..scan.tokens.len()).find(|at| is_call(*at))?;
    let (close, commas) = scan.call(at + 1)?;
    let has_weights = (at..close).any(|inner| scan.kind(inner) == Some(&TokenKind::Colon));
    if commas.is_empty() || has_weights {
        return None;
    }
    let starts =
        [at + 1].into_iter().chain(commas.iter().copied()).map(|before| scan.range(before).end);
    let ends = commas.iter().copied().chain([close]).map(|behind| scan.range(behind).start);
    let terms: Vec<&str> =
        starts.zip(ends).map(|(start, end)| scan.text[start..end].trim()).collect();
    let is_alone = scan.kind(close + 1) == Some(&TokenKind::End)
        && (at == 0 || at == 1 && scan.kind(0) == Some(&TokenKind::Assign));
    let sum = terms.join(" + ");
    let range = scan.range(at).start..scan.range(close).end;
    let mut edit =
        Edit::new(Habit::Function, range, if is_alone { sum } else { format!("({sum})") });
    // The second argument may be an index.
    edit.or = (terms.len() == 2).then(|| format!("sum({})", terms.join(", ")));
    Some(edit)
}

/// `IF(a > b, 1, 2)`; asked only about a text with another mistake.
pub(super) fn spreadsheet_if(scan: &Scan<'_>) -> Option<Edit> {
    let is_call =
        |at: usize| scan.name(at) == Some("IF") && scan.kind(at + 1) == Some(&TokenKind::Open);
    let at = (0..scan.tokens.len()).find(|at| is_call(*at))?;
    Some(Edit::new(Habit::Function, scan.range(at), "if"))
}

/// `normal 5 3`
pub(super) fn call_without_brackets(scan: &Scan<'_>) -> Option<Edit> {
    (0..scan.tokens.len()).find_map(|at| {
        let family = scan.name(at).filter(|name| FAMILIES.contains(name))?;
        let mut numbers = Vec::new();
        let mut next = at + 1;
        loop {
            let sign = usize::from(scan.kind(next) == Some(&TokenKind::Minus));
            if !scan.is_number(next + sign) {
                break;
            }
            numbers.push(&scan.text[scan.range(next).start..scan.range(next + sign).end]);
            next += sign + 1;
            let is_comma = scan.kind(next) == Some(&TokenKind::Comma);
            next += usize::from(is_comma && scan.is_number(next + 1));
        }
        let range = scan.range(at).start..scan.range(next - 1).end;
        let with = format!("{family}({})", numbers.join(", "));
        (!numbers.is_empty()).then(|| Edit::new(Habit::NoBrackets, range, with))
    })
}

/// `10万 CNY per GPU`
pub(super) fn per(scan: &Scan<'_>) -> Option<Edit> {
    (1..scan.tokens.len()).find_map(|at| {
        let is_between = matches!(scan.name(at), Some("per" | "每"))
            && scan.name(at + 1).is_some()
            && (scan.name(at - 1).is_some()
                || scan.is_number(at - 1)
                || scan.kind(at - 1) == Some(&TokenKind::Close));
        let range = scan.range(at - 1).end..scan.tokens.get(at + 1)?.range.start;
        is_between.then(|| Edit::new(Habit::Operator, range, "/"))
    })
}

/// `3 years 2 months`
pub(super) fn durations(scan: &Scan<'_>) -> Option<Edit> {
    let is_time = |at: usize| {
        scan.name(at).is_some_and(|name| {
            TIMES.contains(&name.strip_suffix('s').unwrap_or(name))
                || suggest::alias(name).is_some_and(|meant| TIMES.contains(&meant))
        })
    };
    let is_here = |at: usize| {
        scan.is_number(at) && is_time(at + 1) && scan.is_number(at + 2) && is_time(at + 3)
    };
    let at = (0..scan.tokens.len()).find(|at| is_here(*at))?;
    Some(Edit::new(Habit::Sum, scan.range(at + 1).end..scan.range(at + 2).start, " + "))
}

/// Where the quantity that ends before token `end` begins: `15万 CNY/GPU`.
fn quantity_before(scan: &Scan<'_>, end: usize) -> Option<usize> {
    let mut at = end.checked_sub(1)?;
    while scan.name(at).is_some() {
        let before = at.checked_sub(1)?;
        let is_product = matches!(scan.kind(before), Some(TokenKind::Slash | TokenKind::Star));
        at = if is_product { before.checked_sub(1)? } else { before };
    }
    scan.is_number(at).then_some(at)
}

/// Behind which token the quantity that begins at token `start` ends.
fn quantity_behind(scan: &Scan<'_>, start: usize) -> Option<usize> {
    let mut at = start;
    if !scan.is_number(at) {
        return None;
    }
    while scan.name(at + 1).is_some()
        || at > start
            && matches!(scan.kind(at + 1), Some(TokenKind::Slash | TokenKind::Star))
            && scan.name(at + 2).is_some()
    {
        at += if scan.name(at + 1).is_some() { 1 } else { 2 };
    }
    Some(at + 1)
}

/// `10万 ± 1万`, `10 +/- 1`.
pub(super) fn plus_minus(scan: &Scan<'_>) -> Option<Edit> {
    (1..scan.tokens.len()).find_map(|at| {
        let len = match (scan.written(at), scan.kind(at + 1), scan.kind(at + 2)) {
            ("±", _, _) => 1,
            ("+", Some(TokenKind::Slash), Some(TokenKind::Minus)) => 3,
            ("+", Some(TokenKind::Minus), _) if scan.range(at).end == scan.range(at + 1).start => 2,
            _ => return None,
        };
        let start = quantity_before(scan, at)?;
        let end = quantity_behind(scan, at + len)?;
        let mean = &scan.text[scan.range(start).start..scan.range(at - 1).end];
        let range = scan.range(start).start..scan.range(end - 1).end;
        let (number, unit) = (scan.written(at + len), scan.range(at + len).end..range.end);
        let unit = &scan.text[unit];
        let with = if number.ends_with(['%', '％']) && unit.is_empty() {
            format!("normal({mean}, {number} * {mean})")
        } else if scan.is_number(at - 1) {
            format!("normal({mean}, {number}){unit}")
        } else {
            format!("normal({mean}, {number}{unit})")
        };
        Some(Edit::new(Habit::Operator, range, with))
    })
}

/// Whether a name is `到` or `至` and the number behind it.
pub(super) fn is_chinese_to(name: &str) -> bool {
    name.strip_prefix(['到', '至'])
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// `5万到10万`, `5 至 10`.
pub(super) fn chinese_range(scan: &Scan<'_>) -> Option<Edit> {
    let is_here = |at: usize| {
        let is_number_next = scan.written(at).chars().count() > 1 || scan.is_number(at + 1);
        scan.is_number(at - 1) && scan.name(at).is_some_and(is_chinese_to) && is_number_next
    };
    let at = (1..scan.tokens.len()).find(|at| is_here(*at))?;
    let high = scan.written(at).trim_start_matches(['到', '至']);
    let word = if high.is_empty() { " to".to_owned() } else { format!(" to {high}") };
    Some(Edit::new(Habit::Range, scan.range(at - 1).end..scan.range(at).end, word))
}

/// `7% p.a.`
pub(super) fn per_annum(scan: &Scan<'_>) -> Option<Edit> {
    let at = scan.text.find("p.a.").or_else(|| scan.text.find("p. a."))?;
    let end = at + scan.text[at..].rfind("a.")? + 2;
    Some(Edit::new(Habit::Operator, at..end, "/ year"))
}

/// `cash[t-1]`, `cash[-1]`
pub(super) fn earlier_step(scan: &Scan<'_>) -> Option<Edit> {
    let is_one = |at: usize| matches!(scan.kind(at), Some(TokenKind::Number(literal)) if literal.value.to_bits() == 1_f64.to_bits());
    (0..scan.tokens.len()).find_map(|at| {
        let name = scan.name(at)?;
        let is_open = scan.kind(at + 1) == Some(&TokenKind::OpenSquare);
        let minus = at + 2 + usize::from(scan.name(at + 2) == Some("t"));
        let is_earlier = scan.kind(minus) == Some(&TokenKind::Minus)
            && is_one(minus + 1)
            && scan.kind(minus + 2) == Some(&TokenKind::CloseSquare);
        let range = scan.range(at).start..scan.tokens.get(minus + 2)?.range.end;
        (is_open && is_earlier).then(|| Edit::new(Habit::Operator, range, format!("prev({name})")))
    })
}

/// `|a - b|`
pub(super) fn bars(scan: &Scan<'_>) -> Option<Edit> {
    let bars: Vec<usize> =
        (0..scan.tokens.len()).filter(|at| matches!(scan.written(*at), "|" | "｜")).collect();
    let [open, close] = bars[..] else { return None };
    let inner = scan.text[scan.range(open).end..scan.range(close).start].trim();
    let range = scan.range(open).start..scan.range(close).end;
    (!inner.is_empty()).then(|| Edit::new(Habit::Operator, range, format!("abs({inner})")))
}

/// `8万–15万`, `5 ~ 10`, `between 5 and 10`, `from 5 to 10`.
pub(super) fn range(scan: &Scan<'_>) -> Option<Edit> {
    (0..scan.tokens.len()).find_map(|at| {
        if matches!(scan.name(at), Some("between" | "from")) {
            let low_end = quantity_behind(scan, at + 1)?;
            let is_joint = matches!(scan.kind(low_end), Some(TokenKind::And | TokenKind::To))
                || RANGE_SIGNS.contains(&scan.written(low_end));
            let low = &scan.text[scan.range(at + 1).start..scan.range(low_end - 1).end];
            let range = scan.range(at).start..scan.range(low_end).end;
            return is_joint.then(|| Edit::new(Habit::Range, range, format!("{low} to")));
        }
        let is_sign = at > 0 && RANGE_SIGNS.contains(&scan.written(at));
        if !is_sign {
            return None;
        }
        let (low, high_end) = (quantity_before(scan, at)?, quantity_behind(scan, at + 1)?);
        let value = |token: usize| match scan.kind(token) {
            Some(TokenKind::Number(literal)) => literal.value,
            _ => f64::NAN,
        };
        // `10–5` can only be a difference.
        let word = if value(low) <= value(at + 1) || high_end - low > 3 { "to" } else { "-" };
        let behind = &scan.text[scan.range(at).end..scan.range(high_end - 1).end];
        let before = &scan.text[scan.range(low).start..scan.range(at - 1).end];
        let range = scan.range(low).start..scan.range(high_end - 1).end;
        let habit = if word == "to" { Habit::Range } else { Habit::Operator };
        Some(Edit::new(habit, range, format!("{before} {word} {}", behind.trim_start())))
    })
}
