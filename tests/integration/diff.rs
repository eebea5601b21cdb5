//! `outlay diff`: what is found, what each change contributes, and its mistakes.

use std::fs;
use std::path::Path;

use outlay::analysis::diff::{self, Difference, Version};
use outlay::report::{self, Look};
use outlay::{Request, RunSettings, Unwatched};
use serde_json::Value;

use crate::cli::outlay;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder is writable");
        fs::write(path, text).expect("the folder is writable");
    }
    folder
}

/// Exit code, standard output, and what was told.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = outlay(["diff"]).current_dir(folder).args(arguments).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[track_caller]
fn json_in(folder: &Path, arguments: &[&str]) -> Value {
    let all = [arguments, &["-f", "json", "-n", "20k"]].concat();
    let (code, text, told) = run(folder, &all);
    assert_eq!(code, Some(0), "{told}");
    serde_json::from_str(&text).expect("JSON")
}

#[track_caller]
fn json(old: &str, new: &str) -> Value {
    let folder = folder(&[("old.toml", old), ("new.toml", new)]);
    json_in(folder.path(), &["old.toml", "new.toml"])
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("a number, not {value}"))
}

fn changes(json: &Value) -> &[Value] {
    json["changes"].as_array().expect("a list")
}

fn change<'a>(json: &'a Value, name: &str) -> &'a Value {
    let found = changes(json).iter().find(|change| change["name"] == name);
    found.unwrap_or_else(|| panic!("no change of {name} in {}", json["changes"]))
}

/// Every figure's effects add up to its total: to the last bit but for how the numbers are read here.
#[track_caller]
fn check_sums(json: &Value) {
    let mut n_checked = 0;
    for output in json["outputs"].as_array().expect("a list") {
        for (key, total) in output["total"].as_object().expect("an object") {
            let effects = output["effects"].as_array().expect("a list");
            let effects: Vec<Option<f64>> =
                effects.iter().map(|effect| effect["effect"][key].as_f64()).collect();
            let Some(effects) = effects.into_iter().collect::<Option<Vec<f64>>>() else { continue };
            let forwards: f64 = effects.iter().sum();
            let backwards: f64 = effects.iter().rev().sum();
            let most =
                effects.iter().fold(number(total).abs(), |most, effect| most.max(effect.abs()));
            for sum in [forwards, backwards] {
                assert!((sum - number(total)).abs() <= 1e-15 * most, "{} {key}", output["name"]);
            }
            let moved = number(&output["new"][key]) - number(&output["old"][key]);
            let level = number(&output["old"][key]).abs().max(1.0);
            assert!((moved - number(total)).abs() <= 1e-12 * level, "{} {key}", output["name"]);
            n_checked += 1;
        }
    }
    let sum: f64 = changes(json).iter().map(|change| number(&change["effect"]["p50"])).sum();
    let total = number(&json["total"]["p50"]);
    assert!((sum - total).abs() <= 1e-15 * sum.abs().max(1.0), "{sum} {total}");
    assert!(n_checked > 2);
}

fn near(value: &Value, expected: f64, error: f64) {
    let value = number(value);
    assert!((value - expected).abs() < error, "{value} for {expected}");
}

/// A sum and a product of inputs.
fn model(a: &str, b: &str, c: &str) -> String {
    format!(
        "outlay = 1\n[inputs]\na = \"{a}\"\nb = \"{b}\"\nc = \"{c}\"\nx = \"normal(0, 1)\"\n\
         [outputs]\nsum = {{ value = \"a + b + c + x\" }}\nproduct = {{ value = \"a * b * c + 0 * x\" }}\n\
         lost = {{ value = \"a + b + c + x < 6\" }}\n"
    )
}

#[test]
fn shares_of_a_sum_are_its_parts() {
    let old = model("normal(1, 1)", "2", "5");
    let new = model("normal(4, 1)", "2.5", "4");
    let json = json(&old, &new);
    assert_eq!(json["schema"], "outlay.diff/1");
    assert_eq!(json["attribution"], "shapley");
    assert_eq!(json["models_run"], 8);
    assert_eq!(json["output"], "sum");
    for (name, expected) in [("a", 3.0), ("b", 0.5), ("c", -1.0)] {
        let change = change(&json, name);
        assert_eq!(change["kind"], "input");
        near(&change["effect"]["mean"], expected, 1e-9);
        near(&change["effect"]["p50"], expected, 0.01);
        near(&change["effect"]["p90"], expected, 0.01);
    }
    assert_eq!(change(&json, "a")["old"], "normal(1, 1)");
    assert_eq!(change(&json, "a")["new"], "normal(4, 1)");
    near(&json["total"]["mean"], 2.5, 1e-9);
    check_sums(&json);
}

#[test]
fn interactions_are_shared_evenly() {
    let json = json(&model("2", "3", "1"), &model("5", "7", "1"));
    let product = &json["outputs"][1];
    assert_eq!(product["name"], "product");
    // 2 · 3 → 5 · 7: a alone is worth 9, on top of b 21; b alone 8, on top of a 20.
    near(&product["effects"][0]["effect"]["mean"], 15.0, 1e-9);
    near(&product["effects"][1]["effect"]["mean"], 14.0, 1e-9);
    check_sums(&json);
}

#[test]
fn the_ends_are_those_of_runs() {
    let (old, new) = (model("normal(1, 1)", "2", "5"), model("normal(4, 1)", "2", "0"));
    let folder = folder(&[("old.toml", &old), ("new.toml", &new)]);
    let found = json_in(folder.path(), &["old.toml", "new.toml"]);
    for (end, file) in [("old", "old.toml"), ("new", "new.toml")] {
        let run = outlay(["run"])
            .current_dir(folder.path())
            .args([file, "-n", "20k", "-f", "json", "--percentiles", "50,90"])
            .args(["--statistic", "P(sum < 0)"])
            .output()
            .expect("it runs");
        let run: Value = serde_json::from_slice(&run.stdout).expect("JSON");
        let sum = &found["outputs"][0][end];
        assert_eq!(sum["mean"], run["outputs"][0]["mean"]);
        assert_eq!(sum["p50"], run["outputs"][0]["quantiles"][0]["value"]);
        assert_eq!(sum["p90"], run["outputs"][0]["quantiles"][1]["value"]);
        assert_eq!(sum["p_loss"], run["statistics"][0]["value"]);
        assert_eq!(found["outputs"][2][end]["probability"], run["outputs"][2]["probability"]);
    }
}

#[test]
fn many_changes_are_made_one_after_the_other() {
    let names = ["a", "b", "c", "d", "f", "g", "h"];
    let model = |value: &str| {
        let inputs: Vec<String> =
            names.iter().map(|name| format!("{name} = \"{value}\"")).collect();
        format!(
            "outlay = 1\n[inputs]\n{}\nx = \"normal(0, 1)\"\n[outputs]\n\
             y = {{ value = \"{} + 0 * x\" }}\nz = {{ value = \"x + a\" }}\n",
            inputs.join("\n"),
            names.join(" * ")
        )
    };
    let json = json(&model("1"), &model("2"));
    assert_eq!(json["attribution"], "in_order");
    assert_eq!(json["models_run"], 8);
    for (at, name) in names.into_iter().enumerate() {
        assert_eq!(changes(&json)[at]["name"], name);
        near(&changes(&json)[at]["effect"]["mean"], f64::from(1 << at), 1e-9);
    }
    check_sums(&json);
}

const PLAIN: &str = r#"
outlay = 1
[model]
title = "A plan"
units = ["GPU"]
[timeline]
step = "month"
steps = 24
[inputs]
gpus  = "10 GPU"
price = { value = "normal(100, 10) CNY/GPU", source = "an offer" }
rent  = "normal(6, 1) CNY/GPU/month"
level = "normal(0, 1)"
[formulas]
cost = "gpus * price"
[series]
cash = { first = "-cost", next = "gpus * rent * 1 month" }
[outputs]
cost = { unit = "CNY" }
gain = { value = "sum(cash)", unit = "CNY" }
back = { value = "payback(cash)", unit = "month" }
cash = {}
"#;

#[test]
fn what_is_written_otherwise_is_no_change() {
    let new = PLAIN
        .replace("\"10 GPU\"", "\"10.0  GPU\"  # as many")
        .replace("gpus * rent * 1 month", "(gpus * rent) * 1 month")
        .replace("normal(6, 1)", "normal( 6,1 )");
    let found = json(PLAIN, &new);
    assert!(changes(&found).is_empty(), "{}", found["changes"]);
    assert_eq!(found["models_run"], 1);
    assert_eq!(number(&found["total"]["mean"]), 0.0);
    let folder = folder(&[("old.toml", PLAIN), ("new.toml", &new)]);
    let (code, page, _) = run(folder.path(), &["old.toml", "new.toml", "-n", "1k"]);
    assert_eq!(code, Some(0));
    assert!(page.contains("\nNothing changed.\n"), "{page}");
}

#[test]
fn texts_are_changes_without_effect() {
    let new = PLAIN.replace("an offer", "two offers").replace("A plan", "Our plan");
    let found = json(PLAIN, &new);
    let price = change(&found, "price");
    assert_eq!(price["kind"], "text");
    assert_eq!(price["old"], "source: an offer");
    assert_eq!(price["new"], "source: two offers");
    assert_eq!(number(&price["effect"]["mean"]), 0.0);
    assert_eq!(change(&found, "model")["new"], "title: Our plan");
    let folder = folder(&[("old.toml", PLAIN), ("new.toml", &new)]);
    let (_, page, _) = run(folder.path(), &["old.toml", "new.toml", "-n", "1k"]);
    assert!(page.contains("Nothing changed that a figure depends on."), "{page}");
}

#[test]
fn what_is_renamed_moves_nothing() {
    let new = PLAIN
        .replace("rent  =", "rental =")
        .replace("gpus * rent", "gpus * rental")
        .replace("\ncost = \"", "\noutlays = \"")
        .replace("-cost", "-outlays")
        .replace("cost = { unit", "outlays = { unit");
    let found = json(PLAIN, &new);
    let kinds: Vec<&Value> = changes(&found).iter().map(|change| &change["kind"]).collect();
    assert!(kinds.iter().all(|kind| **kind == "rename"), "{}", found["changes"]);
    assert_eq!(change(&found, "rental")["old"], "rent");
    assert_eq!(change(&found, "outlays")["old"], "cost");
    assert_eq!(found["output"], "outlays");
    assert_eq!(found["left_out"].as_array().map(Vec::len), Some(1), "{}", found["left_out"]);
    assert_eq!(number(&found["total"]["mean"]), 0.0);
    // A new name beside a new value is another input, and whatever names it changed with it.
    let other = new.replace("normal(6, 1)", "normal(7, 1)");
    let found = json(PLAIN, &other);
    let joined = change(&found, "rental + cash + rent");
    assert_eq!(joined["kind"], "several");
    assert_eq!(joined["members"].as_array().map(Vec::len), Some(3));
}

#[test]
fn changes_that_need_each_other_are_one() {
    let new = PLAIN
        .replace("level =", "discount = \"uniform(0%, 10%)\"\nlevel =")
        .replace("\"gpus * price\"", "\"gpus * price * (1 - discount)\"")
        .replace("normal(6, 1)", "normal(7, 1)");
    let found = json(PLAIN, &new);
    assert_eq!(changes(&found).len(), 2, "{}", found["changes"]);
    let joined = change(&found, "discount + cost");
    assert_eq!(joined["old"], "cost: gpus * price");
    assert_eq!(joined["members"][0]["kind"], "input");
    check_sums(&found);
    // Another dimension: the price needs a rate, and the formula both.
    let new = PLAIN
        .replace("normal(100, 10) CNY/GPU", "normal(14, 1.4) USD/GPU")
        .replace("level =", "fx = \"7 CNY/USD\"\nlevel =")
        .replace("\"gpus * price\"", "\"gpus * price * fx\"");
    let found = json(PLAIN, &new);
    assert_eq!(changes(&found)[0]["members"].as_array().map(Vec::len), Some(3));
    near(&found["total"]["mean"], -20.0, 1.0);
}

#[test]
fn units_timelines_and_correlations_are_told() {
    let old = PLAIN
        .replace("[timeline]", "[units]\nrack = \"4 GPU\"\n[timeline]")
        .replace("\"10 GPU\"", "\"2.5 rack\"")
        .replace("[formulas]", "[correlations]\n\"price, rent\" = 0.3\n[formulas]");
    let new =
        old.replace("4 GPU", "8 GPU").replace("steps = 24", "steps = 36").replace("= 0.3", "= 0.6");
    let found = json(&old, &new);
    for (name, kind, was, is) in [
        ("rack", "unit", "4 GPU", "8 GPU"),
        ("timeline", "timeline", "steps: 24", "steps: 36"),
        ("price, rent", "correlation", "0.3", "0.6"),
    ] {
        let change = change(&found, name);
        assert_eq!([&change["kind"], &change["old"], &change["new"]], [kind, was, is]);
    }
    check_sums(&found);
    // Twice the GPUs, and half as long again: 10 · 100 → 20 · 100.
    near(&found["total"]["mean"], 1000.0, 5.0);
    near(&change(&found, "timeline")["effect"]["mean"], 0.0, 1e-9);
}

#[test]
fn outputs_of_one_version_are_told() {
    let new = PLAIN
        .replace("cost = { unit = \"CNY\" }\n", "")
        .replace("cash = {}", "cash = {}\nnear = { value = \"at(cash, 3 month)\" }")
        .replace("normal(6, 1)", "normal(6, 2)")
        .replace("unit = \"CNY\" }\nback", "unit = \"k CNY\" }\nback");
    let found = json(PLAIN, &new);
    let left_out = |name: &str| {
        let all = found["left_out"].as_array().expect("a list");
        all.iter().find(|own| own["name"] == name).map(|own| own["reason"].clone())
    };
    assert_eq!(left_out("cost"), Some("is gone".into()));
    assert_eq!(left_out("near"), Some("is new".into()));
    assert_eq!(left_out("cash"), Some("is a series".into()));
    // In the new version's unit.
    assert_eq!(found["output"], "gain");
    assert_eq!(found["unit"], "k CNY");
    near(&found["outputs"][0]["old"]["mean"], 0.44, 0.01);
    assert_eq!(change(&found, "gain")["kind"], "text");
    // What no common output hangs on has no effect.
    assert_eq!(change(&found, "cost")["kind"], "output");
    assert_eq!(number(&change(&found, "cost")["effect"]["mean"]), 0.0);
}

#[test]
fn a_percentile_that_is_never_has_no_effects() {
    let found = json(PLAIN, &PLAIN.replace("normal(6, 1)", "normal(4, 1)"));
    let back = &found["outputs"][2];
    assert_eq!(back["name"], "back");
    assert!(back["new"]["p90"].is_null() && back["total"]["p90"].is_null());
    assert!(back["total"]["p_never"].as_f64() > Some(0.3));
    check_sums(&found);
}

#[test]
fn scenarios_and_overrides_are_of_both_versions() {
    let with = |old: &str| format!("{old}[scenarios.cheap]\nset = {{ price = \"50 CNY/GPU\" }}\n");
    let new = with(&PLAIN.replace("normal(6, 1)", "normal(7, 1)").replace("normal(100, 10)", "90"));
    let folder = folder(&[("old.toml", &with(PLAIN)), ("new.toml", &new)]);
    let files = ["old.toml", "new.toml"];
    let plain = json_in(folder.path(), &[&files[..], &["--output", "gain"]].concat());
    assert_eq!(changes(&plain).len(), 2);
    assert_eq!(plain["output"], "gain");
    let cheap = json_in(
        folder.path(),
        &[&files[..], &["--output", "gain", "--scenario", "cheap"]].concat(),
    );
    assert_eq!(changes(&cheap).len(), 1);
    assert_eq!(changes(&cheap)[0]["name"], "rent");
    assert_eq!(cheap["scenario"], "cheap");
    let set = ["--output", "gain", "--set", "rent=5 CNY/GPU/month"];
    let set = json_in(folder.path(), &[&files[..], &set].concat());
    assert_eq!(changes(&set).len(), 1);
    assert_eq!(changes(&set)[0]["name"], "price");
}

#[test]
fn data_files_count_by_their_contents() {
    let model = PLAIN.replace(
        "level = \"normal(0, 1)\"",
        "level = { by = \"step\", file = \"plan.csv\", column = \"n\" }\ndrawn = \"sample(file = 'drawn.csv', column = 'n')\"",
    );
    let model = model.replace(
        "gain = { value = \"sum(cash)\"",
        "gain = { value = \"sum(cash) + (sum(level) + drawn) * 1 CNY\"",
    );
    let folder = folder(&[
        ("old/m.toml", &model),
        ("old/plan.csv", "n\n1\n2\n"),
        ("old/drawn.csv", "n\n5\n7\n"),
        ("new/m.toml", &model),
        ("new/plan.csv", "n\n1\n9\n"),
        ("new/drawn.csv", "n\n6\n8\n"),
        ("same/m.toml", &model),
        ("same/plan.csv", "n\n1\n2\n"),
        ("same/drawn.csv", "n\n5\n7\n"),
    ]);
    let found = json_in(folder.path(), &["old/m.toml", "new/m.toml", "--output", "gain"]);
    near(&change(&found, "level")["effect"]["mean"], 7.0, 1e-6);
    near(&change(&found, "drawn")["effect"]["mean"], 1.0, 1e-6);
    assert_eq!(change(&found, "level")["new"], "file: plan.csv, with other contents");
    let found = json_in(folder.path(), &["old/m.toml", "same/m.toml"]);
    assert!(changes(&found).is_empty(), "{}", found["changes"]);
}

#[test]
fn shipped_models_and_what_extends_them() {
    let variant = "outlay = 1\n[model]\nextends = \"a800-10k\"\n[inputs]\ngpus = \"12_000 GPU\"\n";
    let folder = folder(&[("ours.toml", variant)]);
    let arguments = ["a800-10k", "ours.toml", "--output", "npv", "-n", "2k"];
    let (code, page, told) = run(folder.path(), &arguments);
    assert_eq!(code, Some(0), "{told}");
    assert!(page.starts_with("a800-10k → ours.toml\n"), "{page}");
    for line in ["gpus (input)", "  − 10_000 GPU", "  + 12_000 GPU"] {
        assert!(page.lines().any(|own| own == line), "{line} in {page}");
    }
}

#[test]
fn csv_is_tidy() {
    let (old, new) = (model("1", "2", "5"), model("4", "2.5", "4"));
    let folder = folder(&[("old.toml", &old), ("new.toml", &new)]);
    let (code, text, _) = run(folder.path(), &["old.toml", "new.toml", "-n", "1k", "-f", "csv"]);
    assert_eq!(code, Some(0));
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("output,unit,part,change,kind,statistic,p,value,low,high,trials,seed")
    );
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let is_mean = |row: &&Vec<&str>| row[0] == "sum" && row[5] == "mean";
    let of = |part: &str| -> Vec<f64> {
        let rows = rows.iter().filter(is_mean).filter(|row| row[2] == part);
        rows.map(|row| row[7].parse().expect("a number")).collect()
    };
    assert_eq!(of("effect").len(), 3);
    assert_eq!(of("effect").iter().sum::<f64>().to_bits(), of("total")[0].to_bits());
    assert!((of("new")[0] - of("old")[0] - of("total")[0]).abs() < 1e-12);
}

#[test]
fn the_result_does_not_depend_on_threads() {
    let new = PLAIN.replace("normal(6, 1)", "normal(7, 1)").replace("normal(100, 10)", "90");
    let folder = folder(&[("old.toml", PLAIN), ("new.toml", &new)]);
    let of = |threads: &str| {
        let arguments = ["old.toml", "new.toml", "-n", "20k", "-f", "csv", "-j", threads];
        run(folder.path(), &arguments).1
    };
    assert_eq!(of("1"), of("3"));
}

fn difference(old: &str, new: &str) -> Difference {
    let request = |name: &str, text: &str| Request {
        name: name.to_owned(),
        text: text.to_owned(),
        ..Request::default()
    };
    let requests = [request("old.toml", old), request("new.toml", new)];
    let models = [&requests[0], &requests[1]]
        .map(|request| outlay::compile(request, &mut outlay::no_files).expect("a valid model"));
    let (mut old_files, mut new_files) = (outlay::no_files, outlay::no_files);
    diff::diff(
        Version { request: &requests[0], model: &models[0], read_file: &mut old_files },
        Version { request: &requests[1], model: &models[1], read_file: &mut new_files },
        &[],
        &RunSettings { trials: 20_000, percentiles: vec![0.5, 0.9], ..RunSettings::default() },
        &Unwatched,
    )
    .expect("outputs in common")
}

#[test]
fn the_page_fits_narrow_and_wide_terminals() {
    let new = PLAIN
        .replace("normal(6, 1)", "normal(7, 1)")
        .replace("level =", "discount = \"uniform(0%, 10%)\"\nlevel =")
        .replace("\"gpus * price\"", "\"gpus * price * (1 - discount)\"")
        .replace("an offer", "two offers");
    let difference = difference(PLAIN, &new);
    let memo = report::diff_memo(&difference, &["old.toml".to_owned(), "new.toml".to_owned()]);
    insta::assert_snapshot!(report::table(&memo, Look { width: 80, is_colored: false }));
    for width in [60, 80, 120] {
        let page = report::table(&memo, Look { width, is_colored: false });
        for line in page.lines().filter(|line| !line.starts_with("outlay diff")) {
            assert!(line.chars().count() <= width, "{line}");
        }
    }
    assert!(report::markdown(&memo).contains("all changes"));
    // The figures that are shown add up as they stand, and those behind them to the last bit.
    for output in &difference.outputs {
        for figure in &output.figures {
            let (Some(total), Some(effects)) = (figure.total, &figure.effects) else { continue };
            for sum in [effects.iter().sum::<f64>(), effects.iter().rev().sum()] {
                assert_eq!((sum + 0.0).to_bits(), (total + 0.0).to_bits(), "{}", output.name);
            }
        }
    }
}

#[track_caller]
fn refused(arguments: &[&str], code: i32, expected: &str) {
    let folder = folder(&[
        ("old.toml", PLAIN),
        ("new.toml", &PLAIN.replace("normal(6, 1)", "normal(7, 1)")),
        ("broken.toml", &PLAIN.replace("gpus * price", "gpus * prices")),
        ("other.toml", "outlay = 1\n[inputs]\nx = \"normal(0, 1)\"\n[outputs]\nx = {}\n"),
    ]);
    let (found, stdout, told) = run(folder.path(), arguments);
    assert_eq!(found, Some(code), "{told}");
    assert!(told.contains(expected), "{told}");
    assert_eq!(stdout, "");
}

#[test]
fn mistakes_are_told() {
    refused(&["old.toml"], 2, "<NEW>");
    refused(&["old.toml", "none.toml"], 1, "there is no file `none.toml`");
    refused(&["-", "-"], 2, "both versions are to come from standard input");
    refused(&["old.toml", "broken.toml"], 3, "did you mean `price`?");
    refused(&["old.toml", "other.toml"], 2, "no output in common");
    refused(&["old.toml", "new.toml", "--output", "gian"], 2, "did you mean `gain`?");
    refused(&["old.toml", "new.toml", "--output", "cash"], 2, "`cash` is a series");
    refused(&["old.toml", "new.toml", "--scenario", "cheap"], 2, "no scenario `cheap`");
    refused(&["old.toml", "new.toml", "--set", "prize=1 CNY/GPU"], 2, "did you mean `price`?");
    refused(&["old.toml", "new.toml", "--percentiles", "0"], 2, "between 0 and 100");
    refused(&["old.toml", "new.toml", "-o", "a.doc"], 2, "`.doc` is not a format");
}
