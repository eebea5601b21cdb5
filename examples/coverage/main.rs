//! How often the printed 95 % intervals hold: repetitions of a run of laws whose statistics are known exactly.
//!
//! `cargo run --release --example coverage [REPETITIONS [TRIALS]]`; 2,000 and 10,000 where nothing is said. Each cell
//! is the share of the repetitions whose interval holds the exact value, among those that print one; in brackets
//! the share that withholds it. The tables stand in docs/statistics.md: the laws that the rule for withholding was made by,
//! and those that were held out.

#![expect(clippy::print_stdout, reason = "the table is what the program is for")]

mod laws;

use std::env;

use outlay::results::Point;
use outlay::{Asked, Request, RunSettings, Unwatched};

use laws::{HELD_OUT, LAWS, Law};

/// Repetitions whose interval holds the value, that print one, and all.
#[derive(Clone, Copy, Default)]
struct Count {
    held: u32,
    printed: u32,
    all: u32,
}

impl Count {
    fn add(&mut self, exact: f64, interval: Option<(f64, f64)>) {
        self.all += 1;
        if let Some((low, high)) = interval {
            self.printed += 1;
            self.held += u32::from(low <= exact && exact <= high);
        }
    }

    fn text(self) -> String {
        let percent = |part: u32, whole: u32| 100.0 * f64::from(part) / f64::from(whole.max(1));
        match (self.all, self.printed) {
            (0, _) => "–".to_owned(),
            (all, 0) => format!("({all} withheld)").replace(&all.to_string(), "all"),
            (all, printed) if printed < all => {
                format!("{:.1} ({:.0})", percent(self.held, printed), percent(all - printed, all))
            }
            (_, printed) => format!("{:.1}", percent(self.held, printed)),
        }
    }
}

fn bounds(interval: (Point, Point)) -> Option<(f64, f64)> {
    match interval {
        (Point::Value(low), Point::Value(high)) => Some((low, high)),
        _ => None,
    }
}

fn main() {
    let number = |at: usize, default: u64| {
        env::args().nth(at).and_then(|text| text.replace('_', "").parse().ok()).unwrap_or(default)
    };
    let (repetitions, trials) = (number(1, 2_000), number(2, 10_000));
    println!("{repetitions} repetitions of {trials} trials; in percent");
    for (name, laws) in [("laws of the rule", LAWS), ("laws held out", HELD_OUT)] {
        println!("\n{name}\n");
        println!(
            "| law | mean | mean, no warning | sd | P5 | P50 | P95 | P(x ≤ P5) | P(x ≤ P95) |"
        );
        println!("|---|---|---|---|---|---|---|---|---|");
        for law in laws {
            let cells: Vec<String> = counts(law, repetitions, trials).map(Count::text).into();
            println!("| `{}` | {} |", law.text, cells.join(" | "));
        }
    }
}

/// How often the intervals of a law's statistics hold.
fn counts(law: &Law, repetitions: u64, trials: u64) -> [Count; 8] {
    let [p5, p50, p95] = law.quantiles;
    let sentences = [
        ("mean(x)".to_owned(), law.mean),
        ("sd(x)".to_owned(), law.sd),
        ("p5(x)".to_owned(), Some(p5)),
        ("p50(x)".to_owned(), Some(p50)),
        ("p95(x)".to_owned(), Some(p95)),
        (format!("P(x <= {p5})"), Some(0.05)),
        (format!("P(x <= {p95})"), Some(0.95)),
    ];
    let inputs: Vec<String> =
        law.inputs.iter().map(|(name, law)| format!("{name} = \"{law}\"")).collect();
    let request = Request {
        name: "coverage.toml".into(),
        text: format!(
            "outlay = 1\n[inputs]\n{}\n[formulas]\nx = \"{}\"\n[outputs]\nx = {{}}\n",
            inputs.join("\n"),
            law.value,
        ),
        statistics: sentences.iter().map(|(text, _)| Asked::figure(text)).collect(),
        ..Request::default()
    };
    let model = outlay::compile(&request, &mut outlay::no_files).expect("a valid model");
    let mut counts = [Count::default(); 8];
    for seed in 1..=repetitions {
        let settings = RunSettings { trials, seed, threads: None, ..RunSettings::default() };
        let result = outlay::run(&model, &settings, &Unwatched);
        // The second column is of means, too.
        let columns = counts.iter_mut().enumerate().filter(|(at, _)| *at != 1);
        for (((_, count), (_, exact)), statistic) in columns.zip(&sentences).zip(&result.statistics)
        {
            if let Some(exact) = exact {
                count.add(*exact, statistic.interval.ok().and_then(bounds));
            }
        }
        let is_flagged =
            result.warnings.iter().any(|warning| warning.english.contains("heavy tail"));
        if let Some(exact) = law.mean {
            let interval = result.statistics[0].interval.ok().and_then(bounds);
            counts[1].add(exact, interval.filter(|_| !is_flagged));
        }
    }
    counts
}
