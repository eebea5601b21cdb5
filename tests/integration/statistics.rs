//! Statistics over the trials, checks, and runs that end when they are precise enough.

use std::fs;

use outlay::results::{Point, SimulationResult, StatisticResult, Verdict, Withheld};
use outlay::{Asked, Request, RunSettings, Unwatched};
use snapbox::str;

use crate::cli::outlay;

const MODEL: &str = r#"
outlay = 1
[model]
units = ["GPU"]
[inputs]
x = "normal(10, 2) CNY"
wait = "exponential(3)"
heavy = "pareto(1, 1.5)"
gap = "uniform(-1, 9)"
[outputs]
x = { unit = "CNY" }
cost = { value = "x", unit = "CNY", better = "lower" }
wait = {}
heavy = {}
root = { value = "sqrt(gap)" }
"#;

fn result(text: &str, asked: Vec<Asked>, trials: u64, threads: usize) -> SimulationResult {
    let request = Request {
        name: "m.toml".into(),
        text: text.into(),
        statistics: asked,
        ..Request::default()
    };
    let model = outlay::compile(&request, &mut outlay::no_files).expect("a valid model");
    let settings = RunSettings { trials, threads: Some(threads), ..RunSettings::default() };
    outlay::run(&model, &settings, &Unwatched)
}

fn estimated(sentence: &str, trials: u64) -> StatisticResult {
    result(MODEL, vec![Asked::figure(sentence)], trials, 2).statistics.remove(0)
}

fn value(point: Point) -> f64 {
    match point {
        Point::Value(value) => value,
        Point::Never | Point::Undefined => panic!("a number"),
    }
}

/// The estimate lies within five standard errors of the exact value, and its interval is as wide as theory says.
#[track_caller]
fn check(sentence: &str, exact: f64, standard_error: f64) {
    const TRIALS: u64 = 100_000;
    let found = estimated(sentence, TRIALS);
    let (low, high) = found.interval.expect("an interval");
    let half_width = (value(high) - value(low)) / 2.0;
    let expected = 1.96 * standard_error / (TRIALS as f64).sqrt();
    assert!((value(found.value) - exact).abs() < 2.6 * expected, "{sentence}: {found:?}");
    // Percentiles are as much less sure as a bucket is wide.
    let most = if sentence.starts_with('p') { 1.3 } else { 1.1 };
    let ratio = half_width / expected;
    assert!((0.9..most).contains(&ratio), "{sentence}: {half_width} {expected}");
}

#[test]
fn estimates_and_intervals_are_those_of_theory() {
    // The normal density at the 95 % point, ln 0.001 and ln 0.1.
    let density = 0.103_135_640_375_371_28;
    let (ln_1000th, ln_10th) = (-6.907_755_278_982_137, -std::f64::consts::LN_10);
    let z95 = 1.644_853_626_951_472_2;
    check("mean(x)", 10.0, 2.0);
    check("sd(x)", 2.0, 2.0 * 0.5_f64.sqrt());
    check("p95(x)", 10.0 + 2.0 * z95, 2.0 * (0.05_f64 * 0.95).sqrt() / density);
    check("p99.9(wait)", -3.0 * ln_1000th, 3.0 * (0.999_f64 / 0.001).sqrt());
    check("P(x > 12 CNY)", 0.158_655_253_931_457, (0.158_655_f64 * 0.841_345).sqrt());
    check("mean(x <= 12 CNY)", 0.841_344_746_068_543, (0.158_655_f64 * 0.841_345).sqrt());
    // Mean and variance of (q − x)⁺ for a normal law: q − ES = depth; Acerbi & Tasche.
    let depth = 2.0 * density / 0.05;
    let below = {
        // E[(z − Z)⁺] and E[((z − Z)⁺)²] at z = −1.645, in standard units.
        let (z, p, d) = (-z95, 0.05, density);
        let (first, second) = (z * p + d, (z * z + 1.0) * p + z * d);
        2.0 * (second - first * first).sqrt() / 0.05
    };
    check("shortfall(x, 5%)", 10.0 - depth, below);
    check("shortfall(cost)", 10.0 + depth, below);
    // Exponential: beyond any point the mean excess is the mean itself.
    let excess = 3.0 * (2.0 * 0.1 - 0.01_f64).sqrt() / 0.1;
    check("shortfall(-wait, 10%)", 3.0 * ln_10th - 3.0, excess);
}

#[test]
fn a_tail_that_makes_an_interval_false_takes_it_away() {
    for sentence in ["mean(heavy)", "sd(heavy)", "shortfall(-heavy)"] {
        assert_eq!(estimated(sentence, 100_000).interval, Err(Withheld::HeavyTail), "{sentence}");
    }
    assert!(estimated("p99(heavy)", 100_000).interval.is_ok());
    assert!(matches!(estimated("p99(x)", 100).interval, Err(Withheld::TooFew(Some(368)))));
    assert!(matches!(estimated("mean(x > 18 CNY)", 10_000).interval, Err(Withheld::TooFew(_))));
}

/// Of 200 intervals of 95 % that hold by chance, 180 or fewer do once in a hundred times; seeds are fixed.
#[test]
fn intervals_of_skewed_means_are_printed_and_hold() {
    for (law, exact) in [
        ("lognormal(mu = 0, sigma = 1.5)", 3.080_216_848_918_031),
        ("pareto(1, 2.5)", 5.0 / 3.0),
        ("-pareto(1, 2.5)", -5.0 / 3.0),
    ] {
        let sign = if law.starts_with('-') { "-of" } else { "of" };
        let law = law.trim_start_matches('-');
        let text = format!("outlay = 1\n[inputs]\nof = \"{law}\"\n[outputs]\nx = \"{sign}\"\n");
        let request = Request {
            name: "m.toml".into(),
            text,
            statistics: vec![Asked::figure("mean(x)")],
            ..Request::default()
        };
        let model = outlay::compile(&request, &mut outlay::no_files).expect("a valid model");
        let (mut printed, mut held) = (0, 0);
        for seed in 1..=200 {
            let settings = RunSettings { trials: 10_000, seed, ..RunSettings::default() };
            let found = outlay::run(&model, &settings, &Unwatched).statistics.remove(0);
            let Ok((low, high)) = found.interval else { continue };
            printed += 1;
            held += u32::from(value(low) <= exact && exact <= value(high));
            // Further to the side of the long tail.
            let (below, above) =
                (value(found.value) - value(low), value(high) - value(found.value));
            assert_eq!(above > below, exact > 0.0, "{law} {seed}");
        }
        assert!(printed >= 175 && held + 20 > printed, "{law}: {held} of {printed}");
    }
}

#[test]
fn a_verdict_is_that_of_the_whole_interval() {
    let verdict = |sentence| estimated(sentence, 10_000).verdict;
    assert_eq!(verdict("P(x > 12 CNY) >= 10%"), Some(Verdict::Holds));
    assert_eq!(verdict("P(x > 12 CNY) >= 16%"), Some(Verdict::Unsure));
    assert_eq!(verdict("P(x > 12 CNY) <= 10%"), Some(Verdict::Fails));
    assert_eq!(verdict("p95(x) < 20 CNY"), Some(Verdict::Holds));
    assert_eq!(verdict("mean(heavy) <= 100"), Some(Verdict::Unsure), "no interval, no verdict");
    // A tenth of the trials has no root: it may be on either side.
    assert_eq!(verdict("P(root >= 0) >= 85%"), Some(Verdict::Holds));
    assert_eq!(verdict("P(root >= 0) >= 95%"), Some(Verdict::Unsure));
}

#[test]
fn a_run_ends_when_it_is_precise_whoever_runs_it() {
    let asked = || vec![Asked::until("p95(x) +- 0.5%"), Asked::until("P(x > 12 CNY) +- 0.3pt")];
    let [one, three] = [1, 3].map(|threads| result(MODEL, asked(), 1_000_000, threads));
    assert_eq!(one, three);
    assert!(one.is_converged());
    let trials = one.provenance.trials;
    assert!((16_384..200_000).contains(&trials), "{trials}");
    for statistic in &one.statistics {
        let precision = statistic.precision.expect("asked for");
        assert!(precision.half_width <= precision.wanted);
    }
    // It is the run of so many trials, no other.
    let plain = result(MODEL, Vec::new(), trials, 2);
    assert_eq!(plain.outputs, one.outputs);
}

#[test]
fn a_run_that_does_not_converge_says_how_many_trials_would_do() {
    let run = result(MODEL, vec![Asked::until("mean(x) +- 0.01 CNY")], 20_000, 2);
    assert!(!run.is_converged());
    assert_eq!(run.provenance.trials, 20_000);
    let told = run.warnings.iter().find(|one| one.english.contains("not converged")).expect("told");
    assert!(told.english.ends_with("about 170,000 would do"), "{told}");
    assert!(told.chinese.ends_with("大约需要 170,000 次"), "{}", told.chinese);
}

fn model_file(checks: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("m.toml");
    fs::write(&path, format!("{MODEL}[checks]\n{checks}\n")).expect("the folder is writable");
    let path = path.display().to_string();
    (folder, path)
}

#[test]
fn a_check_that_fails_is_exit_code_4() {
    let (_folder, model) = model_file(
        "rich = { value = \"P(x > 12 CNY) >= 50%\", about = \"Enough\" }\nsafe = \"p95(x) <= 20 CNY\"",
    );
    outlay(["run", &model, "-n", "20k", "-q", "-f", "csv"]).assert().code(4).stderr_eq(str![[r#"
error: check `rich` fails: `P(x > 12 CNY) >= 50%`, and it is 15.9 %

"#]]);
    outlay(["check", &model, "--run", "-n", "20k", "-q"]).assert().code(4).stdout_eq(str![[r#"
m.toml

Checks        must hold             estimate  95 % interval  unit  verdict
──────────────────────────────────────────────────────────────────────────
rich: Enough  P(x > 12 CNY) >= 50%    15.9 %  15.4 – 16.4 %        fails
safe          p95(x) <= 20 CNY         13.24  13.20 – 13.30  CNY   holds

outlay [..]

"#]]);
    let output =
        outlay(["run", &model, "-n", "20k", "-q", "-f", "json"]).output().expect("it runs");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["checks"][0]["verdict"], "fails");
    assert_eq!(json["checks"][1]["verdict"], "holds");
    assert_eq!(json["checks"][1]["target"], 20.0);
    outlay(["run", &model, "-n", "20k", "--set", "x=14 CNY", "-q"]).assert().code(0);
}

#[test]
fn a_model_without_checks_says_so() {
    let (_folder, model) = model_file("");
    outlay(["check", &model, "--run", "-n", "1k"]).assert().code(0).stdout_eq(str![[r#"
m.toml
The model declares no checks.
...
"#]]);
}

#[test]
fn a_run_that_is_not_precise_is_exit_code_5() {
    let (_folder, model) = model_file("");
    let run = |until: &str, most: &str| {
        outlay(["run", &model, "--until", until, "-n", most, "-f", "json"])
            .output()
            .expect("it runs")
    };
    let output = run("mean(x) +- 0.1%", "20k");
    assert_eq!(output.status.code(), Some(5));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["converged"], false);
    assert_eq!(json["trials"], 20_000);
    let output = run("mean(x) +- 1%", "1M");
    assert_eq!(output.status.code(), Some(0));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&json["converged"], &json["trials"]), (&true.into(), &16_384.into()));
    assert_eq!(run("p95(x) > 3", "1k").status.code(), Some(2));
    assert_eq!(run("p95(z) +- 1%", "1k").status.code(), Some(2));
}

#[test]
fn causes_are_told_with_the_first_trial_of_each() {
    let text = r#"
outlay = 1
[timeline]
step = "month"
steps = 3
[inputs]
a = "uniform(-1, 9)"
zero = "bernoulli(10%)"
when = "uniform(0, 4) month"
[series]
cash = "10 - a * t / (1 month)"
[outputs]
root = { value = "sqrt(a) + 1" }
ratio = { value = "1 / zero" }
both = { value = "ratio + root" }
late = { value = "at(cash, when)" }
big = { value = "exp(a * 100)" }
"#;
    let [one, three] = [1, 3].map(|threads| result(text, Vec::new(), 30_000, threads));
    assert_eq!(one, three);
    let causes = |name: &str| {
        let output = one.outputs.iter().find(|output| output.name == name).expect("an output");
        let outlay::results::Statistics::Number(number) = &output.statistics else {
            panic!("a number")
        };
        let undefined = number.undefined.clone();
        assert_eq!(undefined.causes.values().sum::<u64>(), undefined.count);
        assert_eq!(
            undefined.causes.keys().collect::<Vec<_>>(),
            undefined.first_trials.keys().collect::<Vec<_>>()
        );
        undefined
    };
    let names = |name: &str| causes(name).causes.into_keys().collect::<Vec<_>>();
    assert_eq!(names("root"), ["out_of_domain"]);
    assert_eq!(names("ratio"), ["division_by_zero"]);
    assert_eq!(names("both"), ["division_by_zero", "out_of_domain"]);
    assert_eq!(names("late"), ["beyond_horizon"]);
    assert_eq!(names("big"), ["overflow"]);
    // The first trial is one, and replays as such.
    let first = causes("root").first_trials["out_of_domain"];
    let request = Request { name: "m.toml".into(), text: text.into(), ..Request::default() };
    let model = outlay::compile(&request, &mut outlay::no_files).expect("a valid model");
    let value = |trial: u64, name: &str| {
        let rows = outlay::trial(&model, &RunSettings::default(), trial);
        rows.iter().find(|row| row.name == name).expect("a row").values[0]
    };
    assert!((0..first).all(|trial| value(trial, "root") != Point::Undefined));
    assert_eq!(value(first, "root"), Point::Undefined);
}

const SOLVED: &str = r#"
outlay = 1
[inputs]
share = "50%"
x = "normal(0, 1)"
[outputs]
gain = { value = "share * 10 - 4 + x" }
hump = { value = "share * (1 - share) + 0 * x" }
"#;

fn solved(arguments: &[&str]) -> (Option<i32>, serde_json::Value, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("m.toml");
    fs::write(&path, SOLVED).expect("the folder is writable");
    let output = outlay(["solve"])
        .arg(&path)
        .args(arguments)
        .args(["-n", "50k", "-f", "json"])
        .output()
        .expect("it runs");
    let json = serde_json::from_slice(&output.stdout).unwrap_or(serde_json::Value::Null);
    (output.status.code(), json, String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn an_equation_is_solved_with_its_error() {
    // P(gain > 0) = Φ(10 share − 4) = 84.1345 % at share = 50 %.
    let (code, json, _) =
        solved(&["--vary", "share=10%..100%", "--for", "P(gain > 0) = 84.134474606854%"]);
    assert_eq!(code, Some(0));
    let number = |key: &str| json[key].as_f64().expect("a number");
    let (value, low, high) = (number("value"), number("low"), number("high"));
    assert!((value - 0.5).abs() < 0.003 && low < value && value < high, "{value} {low} {high}");
    // The interval of the probability, 1.96 √(p q / n), over the slope 10 φ(1).
    let expected = 1.96 * (0.158_655_f64 * 0.841_345 / 50_000.0).sqrt() / (10.0 * 0.241_971);
    assert!(((high - low) / 2.0 / expected - 1.0).abs() < 0.1, "{low} {high} {expected}");
    assert_eq!((&json["unit"], &json["crossings"]), (&"%".into(), &1.into()));
}

#[test]
fn a_crossing_is_where_a_fine_sweep_crosses() {
    for (equation, statistic, target) in [
        ("P(gain > 0) = 70%", "P(gain > 0)", 0.7),
        ("p10(gain) = 1", "p10(gain)", 1.0),
        ("mean(hump) = 0.2", "mean(hump)", 0.2),
    ] {
        let (_, json, told) = solved(&["--vary", "share=0..1", "--for", equation]);
        let value = json["value"].as_f64().unwrap_or_else(|| panic!("{equation}: {told}"));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("m.toml");
        fs::write(&path, SOLVED).expect("the folder is writable");
        let range = format!("share={}..{}:0.0001", value - 0.00105, value + 0.00105);
        let output = outlay(["sweep"])
            .arg(&path)
            .args(["--vary", &range, "--statistic", statistic, "-n", "50k", "-f", "json"])
            .output()
            .expect("it runs");
        let sweep: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let points = sweep["points"].as_array().expect("a list");
        let number = |value: &serde_json::Value| value.as_f64().expect("a number");
        let is_below = |at: usize| number(&points[at]["statistics"][0]["value"]) < target;
        let crossings: Vec<usize> =
            (1..points.len()).filter(|&at| is_below(at - 1) != is_below(at)).collect();
        // The sweep, on the same random numbers, turns from one side to the other just around the value.
        assert_eq!(crossings, [11], "{equation}: {value}");
    }
}

#[test]
fn several_crossings_and_none_are_told() {
    let (code, json, told) = solved(&["--vary", "share=0..1", "--for", "mean(hump) = 0.16"]);
    assert_eq!((code, &json["crossings"]), (Some(0), &2.into()));
    let root = |at: usize| json["roots"][at]["value"].as_f64().expect("a number");
    assert!((root(0) - 0.2).abs() < 1e-6 && (root(1) - 0.8).abs() < 1e-6);
    assert!(told.contains("crosses its target 2 times"), "{told}");
    // Both between two points of the scan, where the statistic turns back.
    let (code, json, told) = solved(&["--vary", "share=0..1.02", "--for", "mean(hump) = 0.24999"]);
    assert_eq!((code, &json["crossings"]), (Some(0), &2.into()), "{told}");
    let off = 1e-5_f64.sqrt();
    for (root, expected) in [(0, 0.5 - off), (1, 0.5 + off)] {
        let found = json["roots"][root]["value"].as_f64().expect("a value");
        assert!((found - expected).abs() < 1e-6, "{found} for {expected}");
    }
    let (code, json, _) = solved(&["--vary", "share=0..1", "--for", "mean(hump) = 2"]);
    assert_eq!((code, &json["value"], &json["crossings"]), (Some(4), &().into(), &0.into()));
}

#[test]
fn what_cannot_be_solved_is_a_wrong_command_line() {
    for (vary, equation, wanted) in [
        ("share=1..0", "mean(gain) = 1", "the low end comes first"),
        ("share", "mean(gain) = 1", "NAME=LOW..HIGH"),
        ("shar=0..1", "mean(gain) = 1", "share"),
        ("gain=0..1", "mean(gain) = 1", "gain"),
        ("share=0..1 CNY", "mean(gain) = 1", "CNY"),
        ("share=0..1", "mean(gain) >= 1", "mean(gain) = 1"),
        ("share=0..1", "mean(gainn) = 1", "gain"),
    ] {
        let (code, _, told) = solved(&["--vary", vary, "--for", equation]);
        assert_eq!(code, Some(2), "{vary} {equation}: {told}");
        assert!(told.contains(wanted), "{told}");
    }
}
