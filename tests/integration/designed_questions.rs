//! Designs in what asks more than one run: until it is precise, comparisons, sweeps, equations, tails.

use std::sync::atomic::{AtomicU64, Ordering};

use outlay::analysis::{
    Candidate, Comparison, Region, Steps, Tail, Vary, compare, solve, sweep, tail,
};
use outlay::results::{Point, SimulationResult, Statistics};
use outlay::sampling::Design;
use outlay::{Asked, Compiled, Monitor, Request, RunSettings, Unwatched, compile, no_files, run};
use serde_json::Value;

use crate::cli::outlay;

const DESIGNS: [Design; 2] = [Design::Latin, Design::Sobol];
/// The 97.5 % quantile of Student's t with 15 degrees of freedom.
const T_15: f64 = 2.131_449_546;

/// A sum with mean 3 and standard deviation 1.
const SUM: &str = r#"
outlay = 1
[inputs]
share = "1"
a = "normal(1, 0.6)"
b = "normal(2, 0.8)"
[outputs]
total = { value = "share * a + b" }
"#;

fn request(text: &str, statistics: &[Asked]) -> Request {
    Request {
        name: "model.toml".into(),
        text: text.into(),
        statistics: statistics.to_vec(),
        ..Request::default()
    }
}

#[track_caller]
fn compiled(request: &Request) -> Compiled {
    compile(request, &mut no_files).unwrap_or_else(|failure| {
        panic!("{}", outlay::diagnostic::render(&failure.diagnostics, &failure.sources, false))
    })
}

fn settings(design: Design, trials: u64) -> RunSettings {
    RunSettings { design, trials, ..RunSettings::default() }
}

fn until(sentences: &[&str], settings: &RunSettings, monitor: &dyn Monitor) -> SimulationResult {
    let asked: Vec<Asked> = sentences.iter().copied().map(Asked::until).collect();
    run(&compiled(&request(SUM, &asked)), settings, monitor)
}

#[test]
fn a_design_is_doubled_until_it_is_precise() {
    for design in DESIGNS {
        let asked = ["p90(total) +- 0.2%", "mean(total) +- 0.1%"];
        let of = |threads| {
            let settings = RunSettings { threads: Some(threads), ..settings(design, 1 << 20) };
            until(&asked, &settings, &Unwatched)
        };
        let result = of(1);
        assert_eq!(result, of(3));
        assert!(result.is_converged(), "{design:?}");
        let trials = result.provenance.trials;
        assert!((32_768..1 << 20).contains(&trials) && trials.is_power_of_two(), "{trials}");
        // Half of them left no more than √2 times the error, a quarter was not enough, and it is the run of so many trials.
        let half = until(&asked, &settings(design, trials / 2), &Unwatched);
        for precision in half.statistics.iter().filter_map(|statistic| statistic.precision) {
            let (Some(found), Some(wanted)) = (precision.half_width, precision.wanted) else {
                panic!("{design:?}: a width is known")
            };
            assert!(found <= std::f64::consts::SQRT_2 * wanted, "{design:?}: {found} {wanted}");
        }
        let quarter = until(&asked, &settings(design, trials / 4), &Unwatched);
        assert!(!quarter.is_converged(), "{design:?}");
        let plain = run(&compiled(&request(SUM, &[])), &settings(design, trials), &Unwatched);
        assert_eq!(plain.outputs, result.outputs);
    }
}

#[test]
fn a_design_that_does_not_converge_ends_with_the_most_trials() {
    for (design, trials) in [(Design::Latin, 40_000), (Design::Sobol, 65_536)] {
        let result = until(&["p50(total) +- 0.0001%"], &settings(design, 40_000), &Unwatched);
        assert!(!result.is_converged());
        assert_eq!(result.provenance.trials, trials);
        assert_eq!(result.notes.len(), usize::from(design == Design::Sobol), "{:?}", result.notes);
    }
}

/// Stops a run once so many trials are done.
struct StopsAt(u64, AtomicU64);

impl Monitor for StopsAt {
    fn progress(&self, done: u64) {
        self.1.fetch_max(done, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.1.load(Ordering::Relaxed) >= self.0
    }
}

#[test]
fn an_interrupted_search_reports_the_last_layout_that_was_whole() {
    for design in DESIGNS {
        let monitor = StopsAt(20_000, AtomicU64::new(0));
        let result = until(&["p50(total) +- 0.0001%"], &settings(design, 1 << 20), &monitor);
        assert_eq!((result.provenance.trials, result.provenance.trials_asked), (16_384, 32_768));
        let plain = run(&compiled(&request(SUM, &[])), &settings(design, 16_384), &Unwatched);
        assert_eq!(plain.outputs, result.outputs);
    }
}

#[test]
fn a_run_is_extended_by_whole_replicates() {
    let model = compiled(&request(SUM, &[]));
    for design in DESIGNS {
        let short = settings(design, 16 * 256);
        let long = RunSettings { more_replicates: 16, ..short.clone() };
        let result = run(&model, &long, &Unwatched);
        assert_eq!(result.provenance.trials, 32 * 256);
        // Stopped where the shorter run ends it is that run.
        let cut = run(&model, &long, &StopsAt(16 * 256, AtomicU64::new(0)));
        assert_eq!(cut.outputs, run(&model, &short, &Unwatched).outputs);
        assert_eq!(cut.provenance.trials_asked, 32 * 256);
        let trials = [5, 16 * 256 - 1].map(|trial| {
            let of = |settings| outlay::trial(&model, settings, trial);
            (of(&short), of(&long))
        });
        assert!(trials.iter().all(|(short, long)| short == long));
        let Statistics::Number(number) = &result.outputs[0].statistics else { panic!("a number") };
        let error = number.mean.expect("a mean") - 3.0;
        // The 97.5 % quantile of Student's t with 31 degrees of freedom is 2.04.
        assert!(error.abs() < 4.0 * number.mean_se.expect("an error"), "{design:?}: {error}");
    }
}

/// In the alternative the first input is fixed, which would move the dimensions of those behind it.
const ALTERNATIVES: &str = r#"
outlay = 1
[timeline]
step = "month"
steps = 6
[inputs]
own = "normal(0, 1)"
shared = "lognormal(mean = 3, sd = 1)"
shock = { value = "normal(0, 1)", each = "step" }
[formulas]
noise = "shared * 10"
[series]
walk = { first = "noise", next = "prev + shock" }
[outputs]
y = { value = "own + last(walk)" }
[scenarios.fixed]
set = { own = "0.5" }
"#;

fn compared(design: Design, trials: u64, seed: u64) -> Comparison {
    let base = compiled(&request(ALTERNATIVES, &[]));
    let fixed = Request { scenario: Some("fixed".into()), ..request(ALTERNATIVES, &[]) };
    let fixed = compiled(&fixed);
    let candidates = [("base", &base), ("fixed", &fixed)]
        .map(|(name, model)| Candidate { name: name.to_owned(), model });
    let settings = RunSettings { seed, ..settings(design, trials) };
    compare(&candidates, &[], &settings, &Unwatched).expect("one output")
}

#[test]
fn alternatives_share_their_draws_under_every_design() {
    for design in DESIGNS {
        let found = compared(design, 1 << 14, 1);
        let pair = &found.outputs[0].pairs[0];
        // What is shared cancels: the difference is own − 1/2.
        let sd = pair.difference.sd.expect("it varies");
        assert!((sd - 1.0).abs() < 0.01, "{design:?}: {sd}");
        let mean = pair.difference.mean.expect("a mean");
        let se = pair.difference.mean_se.expect("an error");
        assert!((mean + 0.5).abs() < 1e-3 && se < 1e-3, "{design:?}: {mean} ± {se}");
        let greater = pair.greater.expect("trials");
        assert!(greater.low < 0.308_538 && 0.308_538 < greater.high, "{greater:?}");
        let random = compared(Design::Random, 1 << 14, 1).outputs[0].pairs[0].greater;
        let width = |estimate: outlay::results::Estimate| estimate.high - estimate.low;
        assert!(width(greater) < 0.3 * width(random.expect("trials")), "{design:?} {greater:?}");
        // The alternatives alone have the same figures, and the first is its own run.
        let model = compiled(&request(ALTERNATIVES, &[]));
        let plain = run(&model, &settings(design, 1 << 14), &Unwatched);
        assert_eq!(found.alternatives[0].1.outputs, plain.outputs);
        for ((_, alone), standing) in found.alternatives.iter().zip(&found.outputs[0].standings) {
            assert_eq!(alone.outputs[0].statistics, standing.statistics, "{design:?}");
        }
    }
}

/// How often the intervals of a comparison hold, over fifty seeds: the standard error of a share is 3 %.
#[test]
fn intervals_of_comparisons_hold() {
    for design in DESIGNS {
        let mut held = [0; 3];
        for seed in 0..50 {
            let output = &compared(design, 2048, seed).outputs[0];
            let (pair, standing) = (&output.pairs[0], &output.standings[0]);
            let greater = pair.greater.expect("trials");
            held[0] += u32::from(greater.low <= 0.308_538 && 0.308_538 <= greater.high);
            let best = standing.best.expect("trials");
            held[1] += u32::from(best.low <= 0.308_538 && 0.308_538 <= best.high);
            // E max(1/2 − X, 0) of a standard normal X.
            let regret = standing.regret.expect("trials");
            held[2] += u32::from((regret.value - 0.697_797).abs() <= T_15 * regret.se);
        }
        assert!(held.iter().all(|held| (42..=50).contains(held)), "{design:?}: {held:?}");
    }
}

#[test]
fn an_interrupted_comparison_is_of_whole_replicates() {
    let base = compiled(&request(ALTERNATIVES, &[]));
    let candidates = ["one", "other"].map(|name| Candidate { name: name.into(), model: &base });
    let monitor = StopsAt(2 * 3000, AtomicU64::new(0));
    let settings = RunSettings { threads: Some(2), ..settings(Design::Sobol, 1 << 14) };
    let found = compare(&candidates, &[], &settings, &monitor).expect("one output");
    let (_, alone) = &found.alternatives[0];
    let trials = alone.provenance.trials;
    assert_eq!(alone.provenance.trials_asked, 1 << 14);
    assert!(trials.is_multiple_of(1024) && (2048..1 << 14).contains(&trials), "{trials}");
    // Bounds of percentiles, for which a run looks at some values twice, only reach further without.
    let bounds = |statistics: &Statistics| {
        let Statistics::Number(number) = statistics else { panic!("a number") };
        let value = |point: Point| match point {
            Point::Value(value) => value,
            Point::Never | Point::Undefined => panic!("a number"),
        };
        number.quantiles.iter().map(|one| (value(one.low), value(one.high))).collect::<Vec<_>>()
    };
    let figures = |statistics: &Statistics| {
        let Statistics::Number(number) = statistics else { panic!("a number") };
        let values: Vec<Point> = number.quantiles.iter().map(|quantile| quantile.value).collect();
        (number.mean, number.mean_se, number.sd, values)
    };
    let standing = &found.outputs[0].standings[0].statistics;
    assert_eq!(figures(&alone.outputs[0].statistics), figures(standing));
    for ((low, high), (own_low, own_high)) in
        bounds(&alone.outputs[0].statistics).into_iter().zip(bounds(standing))
    {
        assert!(own_low <= low && high <= own_high, "{own_low} {low} {high} {own_high}");
    }
}

fn vary() -> Vary {
    Vary::parse("share=0..2").expect("a range")
}

/// Of so many seeds at least so many intervals of 95 % hold: fewer would happen once in five hundred times.
const SEEDS: u64 = 60;
const HOLD: u32 = 51;

#[test]
fn equations_are_solved_under_every_design() {
    let solved = |design, seed| {
        let found = solve(
            &request(SUM, &[]),
            &mut no_files,
            vary(),
            "mean(total) = 2.5",
            &RunSettings { seed, ..settings(design, 1000) },
            &Unwatched,
        )
        .expect("a solution");
        let trials = if design == Design::Sobol { 1024 } else { 1000 };
        assert_eq!((found.provenance.trials, found.provenance.design), (trials, design.name()));
        found.crossings[0].interval.expect("an interval")
    };
    let (low, high) = solved(Design::Random, 1);
    let random = high - low;
    for design in DESIGNS {
        let mut held = 0;
        for seed in 1..=SEEDS {
            let (low, high) = solved(design, seed);
            held += u32::from(low <= 0.5 && 0.5 <= high);
            assert!(high - low < random / 3.0, "{design:?} {seed}: {low} {high}");
        }
        assert!(held >= HOLD, "{design:?}: {held} of {SEEDS}");
    }
}

#[test]
fn sweeps_have_the_errors_of_their_design() {
    let steps = Steps::parse("share=0,1,2").expect("values");
    for design in DESIGNS {
        let mut held = [0; 3];
        for seed in 1..=SEEDS {
            let found = sweep(
                &request(SUM, &[]),
                &mut no_files,
                vec![steps.clone()],
                &["mean(total)".to_owned(), "p90(total)".to_owned()],
                &RunSettings { seed, ..settings(design, 5000) },
                &Unwatched,
            )
            .expect("a curve");
            assert_eq!((found.points.len(), found.provenance.design), (3, design.name()));
            for ((point, share), held) in found.points.iter().zip([0.0, 1.0, 2.0]).zip(&mut held) {
                let Ok((Point::Value(low), Point::Value(high))) = point.statistics[0].interval
                else {
                    panic!("an interval")
                };
                // Independent trials would have 0.044 and more.
                assert!(high - low < 0.01, "{design:?} {seed}: {low} {high}");
                *held += u32::from(low <= 2.0 + share && 2.0 + share <= high);
            }
            let is_told = found.warnings.iter().any(|text| text.contains("powers of two"));
            assert_eq!(is_told, design == Design::Sobol);
        }
        assert!(held.iter().all(|held| *held >= HOLD), "{design:?}: {held:?} of {SEEDS}");
    }
}

/// Of two independent normal numbers with a positive sum each is above one of those without with probability 5/6.
const HALF_PLANE: &str = r#"
outlay = 1
[inputs]
a = "normal(0, 1)"
b = "normal(0, 1)"
idle = "uniform(0, 1)"
[outputs]
sum = { value = "a + b" }
"#;

fn tail_of(settings: &RunSettings) -> Tail {
    let model = compiled(&request(HALF_PLANE, &[]));
    let output = model.watched_output("sum").expect("an output");
    tail(&model, &Region::Beyond { output, p: 0.5 }, settings, &Unwatched).expect("both sides")
}

#[test]
fn tails_are_told_under_every_design() {
    // Of the superiority of three inputs over forty seeds: the sum of widths, and how often the intervals hold.
    let of = |design| {
        let (mut held, mut widths) = (0, 0.0);
        for seed in 0..40 {
            let found = tail_of(&RunSettings { seed, ..settings(design, 1024) });
            for input in &found.inputs {
                let exact = if input.name == "idle" { 0.5 } else { 5.0 / 6.0 };
                let estimate = input.superiority;
                held += u32::from(estimate.low <= exact && exact <= estimate.high);
                widths += estimate.high - estimate.low;
            }
        }
        (held, widths)
    };
    let (_, usual) = of(Design::Random);
    // Strata of one input do little for what depends on two: of 16 replicates with the errors of independent trials an
    // interval is t (15) times the mean of their standard deviation in theirs, 2.131 · 0.983 / 1.960 = 1.069 as wide; by 120
    // of them, each uncertain by 18 %, within 5 % at three standard errors.
    for (design, most) in [(Design::Latin, 1.069 * 1.05), (Design::Sobol, 0.9)] {
        let (held, widths) = of(design);
        assert!((106..=120).contains(&held), "{design:?}: {held} of 120");
        assert!(widths < most * usual, "{design:?}: {}", widths / usual);
    }
}

#[test]
fn the_typical_trial_of_a_design_replays() {
    let model = compiled(&request(HALF_PLANE, &[]));
    for design in DESIGNS {
        let settings = settings(design, 4000);
        let found = tail_of(&settings);
        let rows = outlay::trial(&model, &settings, found.typical);
        for input in &found.inputs {
            let row = rows.iter().find(|row| row.name == input.name).expect("a quantity");
            assert_eq!(row.values, [Point::Value(input.typical)], "{design:?} {}", input.name);
        }
    }
}

#[test]
fn the_smallest_designs_have_an_answer() {
    for design in DESIGNS {
        for trials in [1, 17] {
            let found = compared(design, trials, 1);
            assert!(found.alternatives[0].1.provenance.trials >= trials);
            assert!(matches!(found.outputs[0].standings[0].statistics, Statistics::Number(_)));
        }
    }
}

fn stdout(arguments: &[&str], code: i32) -> String {
    let command = outlay([]).args(arguments).stdin(SUM);
    let output = command.output().expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{told}");
    if code == 0 { String::from_utf8_lossy(&output.stdout).into_owned() } else { told }
}

#[test]
fn commands_take_a_design_and_print_what_gives_the_answer_again() {
    let told = stdout(&["tail", "-", "--output", "total", "-n", "2048", "--design", "sobol"], 0);
    assert!(told.contains("--design sobol -n 2_048"), "{told}");
    assert!(told.contains("outlay tail - -n 2_048 --seed 1 --design sobol"), "{told}");
    let told =
        stdout(&["sweep", "-", "--vary", "share=1,2", "--design", "latin", "-n", "1k", "-q"], 0);
    assert!(told.contains("--design latin"), "{told}");
    let told = stdout(
        &[
            "compare",
            "-",
            "--alternative",
            "half: share=0.5",
            "--design",
            "sobol",
            "-n",
            "1000",
            "-f",
            "json",
        ],
        0,
    );
    let json: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!((&json["design"], &json["trials"]), (&"sobol".into(), &1024.into()));
    let json = stdout(
        &[
            "solve",
            "-",
            "--vary",
            "share=0..2",
            "--for",
            "mean(total) = 2.5",
            "--design",
            "sobol",
            "-n",
            "4096",
            "-f",
            "json",
        ],
        0,
    );
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["design"], &json["trials"]), (&"sobol".into(), &4096.into()));
    stdout(&["run", "-", "--until", "mean(total) +- 1%", "--design", "sobol", "-q"], 0);
    stdout(&["check", "-", "--run", "--design", "latin", "-n", "1k", "-q"], 0);
}

#[test]
fn sensitivity_says_why_it_takes_no_design() {
    let told = stdout(&["sensitivity", "-", "--output", "total", "--design", "sobol"], 2);
    assert!(told.contains("independent trials"), "{told}");
}
