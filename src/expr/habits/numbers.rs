//! Numbers and money as spreadsheets and newspapers write them.

use super::super::lexer::TokenKind;
use super::super::name::is_name_continue;
use super::super::unit_text;
use super::{Edit, Habit, Scan, suggest};

/// Signs that set thousands apart somewhere in the world, `,` and `.` left out.
const APART: [char; 6] = [' ', '\'', '’', '\u{a0}', '\u{202f}', '，'];
/// Signs of currencies and their codes.
const SIGNS: [(&str, &str); 8] = [
    ("$", "USD"),
    ("＄", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "CNY"),
    ("￥", "CNY"),
    ("₩", "KRW"),
    ("₹", "INR"),
];
/// What may stand in front of `$`.
const DOLLARS: [(&str, &str); 6] =
    [("US", "USD"), ("HK", "HKD"), ("A", "AUD"), ("C", "CAD"), ("S", "SGD"), ("NT", "TWD")];

/// `10,000`, `10 000`, `10'000`, `10.000,00`, `5,10`.
pub(super) fn separators(scan: &Scan<'_>) -> Option<Edit> {
    let text = scan.text;
    let mut depth = 0_i32;
    let mut before = ' ';
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        depth += i32::from(matches!(c, '(' | '[')) - i32::from(matches!(c, ')' | ']'));
        if c.is_ascii_digit() && !is_name_continue(before) && before != '.' {
            let (end, groups, signs) = grouped(&text[at..]);
            let range = at..at + end;
            // A comma inside brackets is most likely one between arguments.
            let has_comma = signs.iter().any(|sign| ",，".contains(*sign));
            let found = meant(&groups, &signs).filter(|_| depth == 0 || !has_comma);
            // `3,5万` has one magnitude and is one number.
            let is_tied = text[range.end..].starts_with(|c| is_name_continue(c) || c == '%');
            match found {
                Some((with, Some(_), _)) if is_tied => {
                    return Some(Edit::new(Habit::DecimalComma, range, with));
                }
                Some((with, or, habit)) => return Some(Edit { range, with, or, habit }),
                None => {}
            }
            before = '0';
            at += end;
            continue;
        }
        before = c;
        at += c.len_utf8();
    }
    None
}

/// The groups of digits at the front of a text with one sign between each two, and where they end.
fn grouped(text: &str) -> (usize, Vec<&str>, Vec<char>) {
    let digits = |from: usize| {
        let is_part = |c: char| !c.is_ascii_digit() && c != '_';
        text[from..].find(is_part).map_or(text.len(), |len| from + len)
    };
    let mut end = digits(0);
    let (mut groups, mut signs) = (vec![&text[..end]], Vec::new());
    while let Some(sign) = text[end..].chars().next() {
        let next = end + sign.len_utf8();
        let behind = digits(next);
        let is_sign = APART.contains(&sign) || matches!(sign, ',' | '.');
        // A space sets apart only thousands: `5 3` are two numbers.
        let is_loose = sign.is_whitespace()
            && (behind - next != 3 || text[behind..].starts_with(is_name_continue));
        if !is_sign
            || behind == next
            || is_loose
            || !text[next..].starts_with(|c: char| c.is_ascii_digit())
        {
            break;
        }
        signs.push(sign);
        groups.push(&text[next..behind]);
        end = behind;
    }
    (end, groups, signs)
}

/// What groups of digits mean, and what else they might; none where they are a number as they stand.
fn meant(groups: &[&str], signs: &[char]) -> Option<(String, Option<String>, Habit)> {
    let are_thousands = |groups: &[&str]| {
        (1..=3).contains(&groups[0].len())
            && groups[0] != "0"
            && groups[1..].iter().all(|group| group.len() == 3)
    };
    let are_same = |signs: &[char]| signs.iter().all(|sign| *sign == signs[0]);
    let (last_sign, rest) = signs.split_last()?;
    let (fraction, whole) = groups.split_last()?;
    if are_same(signs) && are_thousands(groups) && (*last_sign != '.' || signs.len() > 1) {
        return Some((groups.join("_"), None, Habit::Number));
    }
    let is_mixed =
        !rest.is_empty() && are_same(rest) && rest[0] != *last_sign && are_thousands(whole);
    if is_mixed && *last_sign == '.' {
        return Some((format!("{}.{fraction}", whole.join("_")), None, Habit::Number));
    }
    let is_comma = matches!(last_sign, ',' | '，');
    if is_comma && (is_mixed || rest.is_empty()) {
        let integer = whole.join("_");
        let is_whole = fraction.bytes().all(|digit| digit == b'0');
        let with = if is_whole { integer.clone() } else { format!("{integer}.{fraction}") };
        // `5,10` is 5.10, or a list of two ends.
        let is_rising =
            matches!((integer.parse::<f64>(), fraction.parse::<f64>()), (Ok(a), Ok(b)) if a < b);
        let is_range = rest.is_empty() && is_rising && !fraction.starts_with('0') && integer != "0";
        let or = is_range.then(|| format!("{integer} to {fraction}"));
        let habit = if or.is_some() { Habit::Number } else { Habit::DecimalComma };
        return Some((with, or, habit));
    }
    None
}

/// `5..10`, `5...10`.
pub(super) fn dots(scan: &Scan<'_>) -> Option<Edit> {
    let at = scan.text.find("..")?;
    let end = at + scan.text[at..].find(|c| c != '.')?;
    let is_digit = |c: char| c.is_ascii_digit();
    let is_between = scan.text[..at].ends_with(is_digit) && scan.text[end..].starts_with(is_digit);
    is_between.then(|| Edit::new(Habit::Range, at..end, " to "))
}

/// Words behind a number that can only be meant as part of it.
pub(super) fn is_certain(word: &str) -> bool {
    word.chars().count() > 2 && suggest::magnitude(word).is_some()
}

/// `5 million`, `25 percent`.
pub(super) fn magnitude_word(scan: &Scan<'_>) -> Option<Edit> {
    magnitude(scan, is_certain)
}

/// `10 K`, `5mn`, `3 bn`: may be names of the model, too.
pub(super) fn short_magnitude(scan: &Scan<'_>) -> Option<Edit> {
    magnitude(scan, |_| true)
}

fn magnitude(scan: &Scan<'_>, is_meant: impl Fn(&str) -> bool) -> Option<Edit> {
    (1..scan.tokens.len()).find_map(|at| {
        let word = scan.name(at).filter(|word| is_meant(word))?;
        let meant =
            suggest::magnitude(word).or_else(|| unit_text::magnitude(word).map(|_| word))?;
        let number = scan.range(at - 1);
        let is_bare = scan.is_number(at - 1)
            && scan.text[..number.end].ends_with(|c: char| c.is_ascii_digit());
        let with = format!("{}{meant}", &scan.text[number.clone()]);
        is_bare.then(|| Edit::new(Habit::Number, number.start..scan.range(at).end, with))
    })
}

/// `$10`, `US$10`, `¥10万`, `10 €`.
pub(super) fn currency_sign(scan: &Scan<'_>) -> Option<Edit> {
    (0..scan.tokens.len()).find_map(|at| {
        if scan.kind(at) != Some(&TokenKind::Bad) {
            return None;
        }
        let sign = scan.written(at);
        let mut code = SIGNS.iter().find(|(known, _)| *known == sign)?.1;
        let mut start = scan.range(at).start;
        let prefix = at.checked_sub(1).and_then(|before| scan.name(before));
        if let (Some(prefix), "USD") = (prefix, code)
            && let Some((_, of_prefix)) = DOLLARS.iter().find(|(known, _)| *known == prefix)
        {
            code = of_prefix;
            start = scan.range(at - 1).start;
        }
        if scan.is_number(at + 1) {
            let with = format!("{} {code}", scan.written(at + 1));
            return Some(Edit::new(Habit::Currency, start..scan.range(at + 1).end, with));
        }
        let before = at.checked_sub(1).filter(|before| scan.is_number(*before))?;
        let with = format!("{} {code}", scan.written(before));
        Some(Edit::new(Habit::Currency, scan.range(before).start..scan.range(at).end, with))
    })
}

/// `USD 10`, `RMB 5万`.
pub(super) fn currency_in_front(scan: &Scan<'_>) -> Option<Edit> {
    (1..scan.tokens.len()).find_map(|at| {
        let name = scan.name(at - 1).filter(|_| scan.is_number(at))?;
        let is_tied = at >= 2
            && matches!(
                scan.kind(at - 2),
                Some(
                    TokenKind::Number(_)
                        | TokenKind::Close
                        | TokenKind::CloseSquare
                        | TokenKind::Name(_)
                )
            );
        let is_code = name.len() == 3 && name.bytes().all(|b| b.is_ascii_uppercase());
        let code = suggest::alias(name).filter(|code| code.len() == 3).unwrap_or(name);
        let with = format!("{} {code}", scan.written(at));
        let range = scan.range(at - 1).start..scan.range(at).end;
        (is_code && !is_tied).then(|| Edit::new(Habit::UnitInFront, range, with))
    })
}

/// A word of a unit string with the codes of its currencies.
pub(super) fn signs_named(word: &str) -> String {
    SIGNS.iter().fold(word.to_owned(), |word, (sign, code)| word.replace(sign, code))
}
