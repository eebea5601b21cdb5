//! Whatever is typed into a model, the answer is a model or a message: the shipped models, damaged at
//! random, never panic, never take long, and are never refused without a reason.

use std::time::{Duration, Instant};

use outlay::Request;
use outlay::diagnostic::{Severity, render};
use outlay::shipped::SHIPPED;

/// Damaged models of one test; `OUTLAY_MUTATIONS` sets another number.
const MUTATIONS: u64 = 300;

/// What one compilation may take at most, in a build that is not for speed.
const LONGEST: Duration = Duration::from_secs(1);

/// Text that stands where something else stood.
const WORDS: &[&str] = &[
    "",
    "0",
    "1",
    "-1",
    "0%",
    "1e308",
    "1e-308",
    "99999999999",
    "CNY",
    "USD",
    "GPU",
    "month",
    "/ year",
    "亿",
    "万 CNY",
    "t",
    "prev",
    "pi",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "=",
    "\"",
    "'",
    "+",
    "-",
    "*",
    "/",
    "^",
    " to ",
    "@ 50%",
    "<=",
    "and",
    "not",
    "if ",
    "then",
    "else",
    "normal(0, 1)",
    "uniform(2, 1)",
    "poisson(1e30)",
    "truncate(",
    "mixture(",
    "0x to 2x",
    "cumsum(",
    "sum(",
    "npv(",
    "irr(",
    "payback(",
    "at(",
    "prev(",
    "capex",
    "capex[alibaba]",
    "firm",
    "\n",
    "\n[inputs]\n",
    "[series]",
    "steps = 100000",
    "by = \"firm\"",
    "each = \"step\"",
    "\\u0000",
    "，",
    "显卡",
    "#",
    "extends = \"a800-10k\"",
];

/// Numbers that look random and are the same every time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count.max(1) as u64).expect("below a usize")
    }

    fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }
}

/// Where words, numbers and signs of a text begin, and its end.
fn tokens(text: &str) -> Vec<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut starts = vec![0];
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if !(is_word(before) && is_word(c)) {
            starts.push(at);
        }
        before = c;
    }
    starts.push(text.len());
    starts
}

/// One change: a token deleted, replaced, doubled or swapped, or a line doubled or deleted.
fn damage(text: &str, dice: &mut Dice) -> String {
    let starts = tokens(text);
    let token = |dice: &mut Dice| {
        let at = dice.below(starts.len() - 1);
        starts[at]..starts[at + 1]
    };
    let (here, there) = (token(dice), token(dice));
    let mut changed = text.to_owned();
    match dice.below(7) {
        0 => changed.replace_range(here, ""),
        1 => changed.replace_range(here, &text[there]),
        2 | 3 => changed.replace_range(here, dice.pick(WORDS)),
        4 => changed.insert_str(here.start, dice.pick(WORDS)),
        kind => {
            let mut lines: Vec<&str> = text.lines().collect();
            let (from, to) = (dice.below(lines.len()), dice.below(lines.len()));
            let line = if kind == 5 { lines[from] } else { lines.remove(from) };
            lines.insert(to.min(lines.len()), line);
            changed = lines.join("\n");
        }
    }
    changed
}

#[test]
fn damaged_models_are_answered_with_messages() {
    let count = std::env::var("OUTLAY_MUTATIONS").ok().and_then(|count| count.parse().ok());
    for number in 0..count.unwrap_or(MUTATIONS) {
        let mut dice = Dice(number);
        let shipped = &SHIPPED[dice.below(SHIPPED.len())];
        let mut text = shipped.text.to_owned();
        for _ in 0..=dice.below(3) {
            text = damage(&text, &mut dice);
        }
        let request = Request { name: "damaged.toml".into(), text, ..Request::default() };
        let start = Instant::now();
        let answer = outlay::compile(&request, &mut outlay::no_files);
        let elapsed = start.elapsed();
        assert!(elapsed < LONGEST, "mutation {number} takes {elapsed:?}");
        let Err(failure) = answer else { continue };
        let told = render(&failure.diagnostics, &failure.sources, false);
        assert!(failure.diagnostics.has_errors(), "mutation {number} is refused without a reason");
        for error in failure.diagnostics.iter().filter(|d| d.severity() == Severity::Error) {
            let has_reason = error.primary.is_some() || !error.helps.is_empty();
            assert!(has_reason, "mutation {number} has an error without a place:\n{told}");
        }
    }
}
