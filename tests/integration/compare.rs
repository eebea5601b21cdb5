//! `outlay compare`: figures against closed forms of normal distributions, and its mistakes.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cli::outlay;

const TRIALS: &str = "200k";

/// x has sd 1; a gains 3 x + 2, b gains x + 1: what they share cancels, so that a − b = 2 x + 1.
const MODEL: &str = r#"
outlay = 1
[model]
units = ["GPU"]
[timeline]
step = "month"
steps = 12
[inputs]
slope = 3
shift = 2
x = "normal(0, 1)"
y = "normal(0, 1)"
gpus = "3 GPU"
[series]
cash = "if t < 1 month then 0 - 6 else slope * (1 + x)"
[outputs]
gain = { value = "slope * x + shift" }
pay  = { value = "gain * 1 GPU", unit = "GPU" }
won  = { value = "gain > 0" }
late = { value = "payback(cash)", unit = "month", better = "lower" }
sometimes = { value = "ln(x) + shift" }
cash = {}
[scenarios.b]
set = { slope = "1", shift = "1" }
[scenarios.c]
set = { slope = "-1", shift = "-3" }
"#;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("the folder is writable");
    }
    folder
}

/// Exit code, standard output, and what was told.
fn compare(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = outlay(["compare"])
        .current_dir(folder)
        .args(arguments)
        .args(["-n", TRIALS])
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[track_caller]
fn json(arguments: &[&str]) -> Value {
    let folder = folder(&[("m.toml", MODEL)]);
    let all: Vec<&str> = ["m.toml"].iter().chain(arguments).copied().collect();
    let (code, text, told) = compare(folder.path(), &[&all[..], &["-f", "json"]].concat());
    assert_eq!(code, Some(0), "{told}");
    serde_json::from_str(&text).expect("JSON")
}

fn pair<'a>(json: &'a Value, a: &str, b: &str, output: &str) -> &'a Value {
    let pairs = json["pairs"].as_array().expect("a list");
    let is_it = |pair: &&Value| pair["a"] == a && pair["b"] == b && pair["output"] == output;
    pairs.iter().find(is_it).expect("a pair")
}

fn best<'a>(json: &'a Value, name: &str, output: &str) -> &'a Value {
    let all = json["best"].as_array().expect("a list");
    all.iter().find(|best| best["name"] == name && best["output"] == output).expect("one")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("a number, not {value}"))
}

#[track_caller]
fn near(value: &Value, expected: f64, error: f64) {
    let value = number(value);
    assert!((value - expected).abs() < error, "{value} for {expected}");
}

#[test]
fn differences_are_those_of_the_same_trials() {
    let json = json(&["--scenario", "base", "--scenario", "b"]);
    assert_eq!(json["schema"], "outlay.compare/1");
    assert_eq!(json["alternatives"][1]["name"], "b");
    assert_eq!(json["alternatives"][1]["outputs"][0]["name"], "gain");
    let pair = pair(&json, "base", "b", "gain");
    // 2 x + 1: mean 1, sd 2, P95 = 1 + 2 · 1.644854; P(> 0) = Φ(1/2).
    let difference = &pair["difference"];
    near(&difference["mean"], 1.0, 5.0 * 2.0 / 200_000_f64.sqrt());
    near(&difference["sd"], 2.0, 0.02);
    let p95 = &difference["quantiles"][4];
    let (low, high) = (number(&p95["low"]), number(&p95["high"]));
    assert!(low < 4.289_707 && 4.289_707 < high && high - low < 0.06, "{low} {high}");
    near(&pair["probability_a_greater"]["value"], 0.691_462, 0.005);
    let (low, high) = (
        number(&pair["probability_a_greater"]["low"]),
        number(&pair["probability_a_greater"]["high"]),
    );
    // The interval is Wilson's: 1.96 √(p q / n).
    near(&Value::from((high - low) / 2.0), 1.96 * (0.6915_f64 * 0.3085 / 2e5).sqrt(), 1e-5);
    assert_eq!(number(&pair["probability_equal"]), 0.0);
    // Shortfall: mean of the worst 5 % of 3 x + 2 = 2 − 3 φ(1.644854) / 0.05 = 2 − 3 · 2.062713.
    near(&best(&json, "base", "gain")["expected_shortfall"]["value"], 2.0 - 6.188_139, 0.06);
    // Neither dominates: the greater mean has the greater spread.
    assert_eq!(
        (&pair["dominance"]["first"], &pair["dominance"]["second"]),
        (&().into(), &().into())
    );
}

#[test]
fn regret_and_the_probability_of_being_best_are_closed_forms() {
    let json = json(&[]);
    // Three lines in x: 3 x + 2, x + 1, −x − 3. The first is best above −1/2, the second between, the third below −2.
    let probability = |name: &str| best(&json, name, "gain")["probability"].clone();
    near(&probability("base"), 0.691_462, 0.005);
    near(&probability("b"), 0.308_538 - 0.022_750, 0.005);
    near(&probability("c"), 0.022_750, 0.002);
    // E(best) = ∫ max: below −2 E(−x − 3), between E(x + 1), above E(3 x + 2).
    let (phi2, phi5) = (0.053_990_97, 0.352_065_33);
    let below = phi2 - 3.0 * 0.022_750_13;
    let between = (phi2 - phi5) + (0.308_537_54 - 0.022_750_13);
    let above = 3.0 * phi5 + 2.0 * 0.691_462_46;
    let most = below + between + above;
    for (name, mean) in [("base", 2.0), ("b", 1.0), ("c", -3.0)] {
        let regret = best(&json, name, "gain");
        let error = 5.0 * number(&regret["expected_regret_se"]);
        near(&regret["expected_regret"], most - mean, error);
        assert!(error < 0.05, "{error}");
    }
}

#[test]
fn dominance_is_told_in_words() {
    let alternatives = ["--alternative", "more: shift=2.5", "--alternative", "calm: slope=2"];
    let json = json(&[&["--scenario", "base"], &alternatives[..]].concat());
    let words = |a: &str, b: &str| {
        pair(&json, a, b, "gain")["dominance"]["words"].as_str().expect("text").to_owned()
    };
    assert_eq!(
        words("base", "more"),
        "more is at least as good as base in every trial, and better in some"
    );
    assert!(
        words("base", "calm").starts_with("calm dominates base in the second order"),
        "{}",
        words("base", "calm")
    );
    // With draws of their own, first order is a matter of distributions.
    let text = MODEL.replace("slope * x + shift", "slope * y + shift");
    let folder =
        folder(&[("m.toml", MODEL), ("other.toml", &text.replace("shift = 2", "shift = 1"))]);
    let (_, text, _) =
        compare(folder.path(), &["m.toml", "other.toml", "--only", "gain", "-f", "json"]);
    let json: Value = serde_json::from_str(&text).expect("JSON");
    let dominance = &pair(&json, "m", "other", "gain")["dominance"];
    assert_eq!((&dominance["first"], &dominance["second"]), (&"m".into(), &"m".into()));
    assert!(dominance["words"].as_str().expect("text").contains("first order"));
}

#[test]
fn never_is_the_worst_time_and_undefined_trials_are_left_out() {
    let json = json(&["--scenario", "base", "--alternative", "steep: slope=6"]);
    // Cash 6 late by slope (1 + x): at steepness 6 it comes back sooner wherever it ever comes back within a year.
    let late = pair(&json, "base", "steep", "late");
    assert_eq!(
        (number(&late["probability_a_less"]["value"]), &late["better"]),
        (0.0, &"lower".into())
    );
    let never = |key: &str| late["never"][key].as_u64().expect("a count");
    assert!(never("a") > 0 && never("both") > 0 && never("b") == 0, "{late}");
    let difference = &late["difference"];
    assert_eq!(difference["undefined"].as_u64(), Some(never("a") + never("both")));
    assert!(number(&difference["min"]) >= 0.0);
    // Both are never in so many trials: half a win each.
    let shared = never("both") as f64 / 200_000.0;
    assert!(number(&best(&json, "base", "late")["probability"]) >= shared / 2.0);
    // ln(x) has no value where x < 0.
    let undefined =
        pair(&json, "base", "steep", "sometimes")["undefined"].as_u64().expect("a count");
    near(&Value::from(undefined as f64 / 200_000.0), 0.5, 0.006);
    let told = json["warnings"].to_string();
    assert!(
        told.contains("`sometimes` is undefined") && told.contains("`late` is never"),
        "{told}"
    );
}

#[test]
fn models_in_other_units_are_compared_in_those_of_the_first() {
    let other = r#"
outlay = 1
[model]
units = ["GPU"]
[units]
rack = "72 GPU"
[inputs]
x = "normal(0, 1)"
[outputs]
pay = { value = "(3 * x + 2) * 1 GPU", unit = "rack" }
gain = { value = "x * 1 GPU" }
"#;
    let folder = folder(&[("m.toml", MODEL), ("other.toml", other)]);
    let (code, text, told) = compare(folder.path(), &["m.toml", "other.toml", "-f", "json"]);
    assert_eq!(code, Some(0), "{told}");
    let json: Value = serde_json::from_str(&text).expect("JSON");
    let difference = &pair(&json, "m", "other", "pay")["difference"];
    near(&difference["mean"], 0.0, 1e-12);
    near(&difference["max"], 0.0, 1e-12);
    assert_eq!(json["pairs"].as_array().map(Vec::len), Some(1));
    assert!(told.contains("`gain` is something else in `other`"), "{told}");
    assert!(told.contains("`won` is no output of `other`"), "{told}");
}

#[test]
fn tables_and_csv_say_the_same() {
    let folder = folder(&[("m.toml", MODEL)]);
    let (_, text, _) = compare(folder.path(), &["m.toml", "-f", "csv"]);
    let head = "alternative,other,output,unit,statistic,p,value,low,high,trials,seed\n";
    assert!(text.starts_with(head), "{text}");
    assert!(
        text.lines().any(|line| line.starts_with("base,b,gain,,probability_greater,,0.69")),
        "{text}"
    );
    let (_, page, _) =
        compare(folder.path(), &["m.toml", "--scenario", "b", "--only", "gain,late"]);
    assert!(page.contains("base − b") && page.contains("P(first better)"), "{page}");
    assert!(page.contains("late (less is better)"), "{page}");
    assert!(
        page.contains("outlay compare m.toml --scenario b --only gain,late -n 200_000 --seed 1"),
        "{page}"
    );
    // The same bytes, whatever the threads.
    let of_threads =
        |threads: &str| compare(folder.path(), &["m.toml", "-f", "csv", "-j", threads]).1;
    assert_eq!(of_threads("1"), of_threads("3"));
}

#[test]
fn mistakes_are_told() {
    let folder = folder(&[
        ("m.toml", MODEL),
        ("plain.toml", "outlay = 1\n[inputs]\nz = 1\n[outputs]\nz = {}\n"),
    ]);
    for (arguments, wanted) in [
        (&["m.toml", "--scenario", "bb"][..], "the model has no scenario `bb`"),
        (&["plain.toml"], "nothing to compare it with"),
        (&["m.toml", "plain.toml"], "no output in common"),
        (&["m.toml", "plain.toml", "--scenario", "b"], "is of one model"),
        (&["m.toml", "--scenario", "b", "--scenario", "b"], "two alternatives `b`"),
        (&["m.toml", "--scenario", "b", "--alternative", "b: slope=2"], "two alternatives `b`"),
        (&["m.toml", "--alternative", "slope=2"], "NAME: INPUT=EXPRESSION"),
        (&["m.toml", "--alternative", "x: slop=2"], "slope"),
        (&["m.toml", "--alternative", "x: gpus=2 month"], "month"),
        (&["m.toml", "--only", "gains"], "did you mean `gain`?"),
    ] {
        let (code, _, told) = compare(folder.path(), arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {told}");
        assert!(told.contains(wanted), "{arguments:?}: {told}");
    }
}
