//! `sensitivity`, `tail` and `replay` as scripts see them.

use serde_json::Value;
use snapbox::cmd::OutputAssert;

use crate::cli::outlay;

const MODEL: &str = r#"
outlay = 1
[model]
title = "A small investment"
[timeline]
step = "year"
steps = 4
[index]
site = ["north", "south"]
[inputs]
price = "normal(10, 2) USD"
volume = "pert(50, 60, 80)"
cost = { by = "site", value = "lognormal(mean = 200, sd = 20) USD" }
plan = "0"
[formulas]
margin = "price * volume - sum(cost, site)"
by_site = "cost - 100 USD"
[series]
cash = { first = "-400 USD", next = "margin" }
[outputs]
npv = { value = "npv(cash, 10% / year)", unit = "k USD" }
back = { value = "payback(cash)" }
by_site = {}
cash = {}
loss = { value = "npv < 0" }
total = { value = "-npv", better = "lower" }
[scenarios.cheap]
set = { cost = "150 USD" }
"#;

fn asked<const N: usize>(args: [&str; N]) -> OutputAssert {
    outlay(args).stdin(MODEL).assert()
}

#[track_caller]
fn json<const N: usize>(args: [&str; N]) -> Value {
    let output = asked(args).code(0).get_output().stdout.clone();
    serde_json::from_slice(&output).expect("valid JSON")
}

#[track_caller]
fn refused<const N: usize>(args: [&str; N], code: i32, words: &[&str]) {
    let output = asked(args).code(code).get_output().clone();
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    for word in words {
        assert!(text.contains(word), "no `{word}` in:\n{text}");
    }
}

#[test]
fn sensitivity_has_the_fields_of_its_schema() {
    let answer = json(["sensitivity", "-", "--output", "npv", "-n", "20k", "-f", "json", "-q"]);
    assert_eq!(answer["schema"], "outlay.sensitivity/1");
    assert_eq!(answer["output"], "npv");
    assert_eq!(answer["unit"], "k USD");
    assert_eq!(answer["trials"], 20_000);
    let inputs = answer["inputs"].as_array().expect("a list");
    let names: Vec<&str> = inputs.iter().filter_map(|input| input["name"].as_str()).collect();
    assert_eq!(names, ["price", "volume", "cost"], "by total");
    for input in inputs {
        for index in ["first", "total"] {
            let value = |key: &str| input[index][key].as_f64().expect("a number");
            assert!(value("low") <= value("value") && value("value") <= value("high"));
        }
        assert!(input["evppi"]["value"].as_f64().expect("a number") >= 0.0);
    }
    assert!(inputs[0]["spearman"].as_f64().expect("a number") > 0.5);
    assert!(inputs[0]["swing"]["low"].as_f64() < inputs[0]["swing"]["high"].as_f64());
    assert_eq!(inputs[2]["members"][1]["name"], "cost[south]");
    assert_eq!(answer["decision"]["best"], "cheap");
    assert!(answer["evpi"]["se"].is_number());
}

#[test]
fn the_decision_may_be_stated() {
    let answer = json([
        "sensitivity",
        "-",
        "--output",
        "total",
        "--decide",
        "base,nothing",
        "-n",
        "5k",
        "-f",
        "json",
        "-q",
    ]);
    assert_eq!(answer["decision"]["better"], "lower");
    assert_eq!(answer["decision"]["alternatives"][1]["name"], "nothing");
    let answer = json(["sensitivity", "-", "--output", "back", "-n", "5k", "-f", "json", "-q"]);
    assert_eq!(answer["evpi"], Value::Null);
    assert!(answer["inputs"][0]["total"]["value"].is_number());
}

#[test]
fn any_expression_can_be_asked_about() {
    let answer = json([
        "sensitivity",
        "-",
        "--output",
        "at(cash, 2 year) / 1 USD",
        "-n",
        "5k",
        "-f",
        "json",
        "-q",
    ]);
    assert_eq!(answer["unit"], Value::Null);
    let answer =
        json(["sensitivity", "-", "--output", "by_site[north]", "-n", "5k", "-f", "json", "-q"]);
    assert_eq!(answer["inputs"][0]["name"], "cost");
    let answer = json(["sensitivity", "-", "--output", "loss", "-n", "5k", "-f", "json", "-q"]);
    assert_eq!(answer["output"], "loss");
}

#[test]
fn an_answer_is_the_same_bytes_every_time() {
    let bytes = |threads: &str| {
        let args = ["sensitivity", "-", "-n", "30k", "-f", "csv", "-q", "-j", threads];
        asked(args).code(0).get_output().stdout.clone()
    };
    assert_eq!(bytes("1"), bytes("3"));
    let table = |threads: &str| {
        let args = ["tail", "-", "-n", "30k", "-q", "-j", threads];
        asked(args).code(0).get_output().stdout.clone()
    };
    assert_eq!(table("1"), table("3"));
}

#[test]
fn a_page_shows_bars_and_what_they_mean() {
    let output = asked(["sensitivity", "-", "-n", "20k", "-q"]).code(0).get_output().clone();
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    for word in
        ["What drives npv (k USD)", "█", "EVPPI", "Swing of npv", "│", "EVPI", "cost[south]"]
    {
        assert!(text.contains(word), "no `{word}` in:\n{text}");
    }
}

#[test]
fn mistakes_in_questions_are_of_the_command_line() {
    refused(["sensitivity", "-", "--output", "nvp", "-n", "1k"], 2, &["--output", "nvp"]);
    refused(
        ["sensitivity", "-", "--output", "cash", "-n", "1k"],
        2,
        &["`cash` is a series", "last(cash)"],
    );
    refused(
        ["sensitivity", "-", "--output", "by_site", "-n", "1k"],
        2,
        &["varies by index", "by_site[north]"],
    );
    refused(
        ["sensitivity", "-", "--decide", "base,chep", "-n", "1k"],
        2,
        &["no scenario `chep`", "did you mean `cheap`?"],
    );
    refused(
        ["sensitivity", "-", "--decide", "cheap", "-n", "1k"],
        2,
        &["at least two", "cheap,nothing"],
    );
    refused(["sensitivity", "-", "--decide", "base,base", "-n", "1k"], 2, &["given twice"]);
    refused(["tail", "-", "--where", "npv", "-n", "1k"], 2, &["`npv` is no condition"]);
    refused(
        ["tail", "-", "--output", "loss", "-n", "1k"],
        2,
        &["is a condition", "--where 'loss'"],
    );
    refused(["tail", "-", "--where", "npv < 0 USD and", "-n", "1k"], 2, &["--where"]);
    refused(["tail", "-", "--where", "npv < -1e9 USD", "-n", "1k"], 1, &["0 of 1000 trials lie"]);
    refused(["tail", "-", "--at", "p0", "-n", "1k"], 2, &["between 0 and 100"]);
    refused(["replay", "-", "--trial", "-1"], 2, &["the first trial is 0"]);
    refused(["replay", "-"], 2, &["--trial"]);
}

#[test]
fn a_tail_names_a_trial_to_replay() {
    let tail =
        json(["tail", "-", "--output", "npv", "--at", "p5", "-n", "20k", "-f", "json", "-q"]);
    assert_eq!(tail["schema"], "outlay.tail/1");
    assert_eq!(tail["region"], "npv ≤ P5");
    assert_eq!(tail["inputs"][0]["name"], "price");
    assert!(tail["inputs"][0]["shift"].as_f64() < Some(-1.0));
    let number = tail["typical_trial"].to_string();
    let trial = json(["replay", "-", "--trial", &number, "-f", "json"]);
    assert_eq!(trial["schema"], "outlay.trial/1");
    assert_eq!(trial["quantities"]["npv"]["value"], tail["threshold"]["typical"]);
    assert_eq!(trial["quantities"]["npv"]["unit"], "k USD");
    assert_eq!(trial["quantities"]["price"]["value"], tail["inputs"][0]["typical"]);
    assert_eq!(trial["quantities"]["cash"]["steps"].as_array().map(Vec::len), Some(5));
    assert!(trial["quantities"]["loss"]["value"].is_boolean());
}

#[test]
fn the_only_trial_of_a_run_is_trial_0() {
    let run = json(["run", "-", "-n", "1", "--seed", "5", "-f", "json", "-q"]);
    let trial = json(["replay", "-", "--trial", "0", "--seed", "5", "-f", "json"]);
    assert_eq!(run["outputs"][0]["min"], trial["quantities"]["npv"]["value"]);
    assert!(trial["quantities"]["npv"]["value"].is_number());
}

#[test]
fn answers_are_written_to_files_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (command, option, name) in [
        ("sensitivity", "--seed=1", "a.csv"),
        ("tail", "--at=p80", "b.json"),
        ("replay", "--trial=3", "c.md"),
    ] {
        let path = folder.path().join(name).display().to_string();
        let trials = if command == "replay" { "--seed=1" } else { "-n=2k" };
        asked([command, "-", option, trials, "-q", "-o", &path]).code(0);
        let text = std::fs::read_to_string(&path).expect("written");
        assert!(text.contains("price"), "{text}");
    }
}
