//! `outlay new` and `outlay verify`: models that run, results that are the same again.

use std::fs;
use std::path::Path;

use snapbox::cmd::Command;

use crate::cli::outlay;

fn in_folder<const N: usize>(folder: &Path, arguments: [&str; N]) -> Command {
    outlay(arguments).current_dir(folder)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Runs a model in the folder into result.json.
fn result(folder: &Path, arguments: &[&str]) {
    let output = in_folder(folder, ["run", "-q", "-n", "2000", "-f", "json"])
        .args(arguments)
        .assert()
        .code(0)
        .get_output()
        .stdout
        .clone();
    fs::write(folder.join("result.json"), output).expect("the folder is writable");
}

#[track_caller]
fn stderr(command: Command, code: i32) -> String {
    String::from_utf8(command.assert().code(code).get_output().stderr.clone()).expect("UTF-8")
}

#[track_caller]
fn stdout(command: Command, code: i32) -> String {
    String::from_utf8(command.assert().code(code).get_output().stdout.clone()).expect("UTF-8")
}

#[test]
fn a_new_model_runs_without_a_warning() {
    let folder = folder();
    in_folder(folder.path(), ["new", "cluster"]).assert().code(0);
    let said = stderr(in_folder(folder.path(), ["run", "cluster.toml", "-q", "-n", "1000"]), 0);
    assert_eq!(said, "");
    assert!(stderr(in_folder(folder.path(), ["new", "cluster"]), 1).contains("--force"));
    in_folder(folder.path(), ["new", "cluster.toml", "--force"]).assert().code(0);
}

/// The figures of a model, without what they are of.
fn figures(folder: &Path, model: &str, options: &[&str]) -> serde_json::Value {
    let command = in_folder(folder, ["run", model, "-q", "-f", "json"]);
    let mut result: serde_json::Value =
        serde_json::from_str(&stdout(command.args(options), 0)).expect("JSON");
    result["outputs"].take()
}

#[test]
fn a_variant_gives_what_it_extends_until_it_is_changed() {
    let folder = folder();
    let path = folder.path().join("ours.toml");
    for model in ["a800-10k", "rental-h200", "consumer-chatbot", "gpu-cloud-correlated"] {
        in_folder(folder.path(), ["new", "ours", "--force", "--from", model]).assert().code(0);
        let text = fs::read_to_string(&path).expect("written");
        assert!(text.contains(&format!("extends = \"{model}\"")), "{text}");
        let same = |file: &str| {
            for options in [&["-n", "1000"][..], &["--base"]] {
                let [was, is] = [model, file].map(|file| figures(folder.path(), file, options));
                assert_eq!(is, was, "{file} {options:?}");
            }
        };
        same("ours.toml");
        // Every line that is shown may be switched on.
        let (head, inputs) = text.split_once("[inputs]\n").expect("a table of inputs");
        let lines = inputs.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
        let changed = format!("{head}[inputs]\n{}\n", lines.collect::<Vec<_>>().join("\n"));
        assert_ne!(changed, text);
        fs::write(&path, changed).expect("the folder is writable");
        same("ours.toml");
        in_folder(folder.path(), ["new", "third", "--force", "--from", "ours.toml"])
            .assert()
            .code(0);
        same("third.toml");
    }
}

#[test]
fn an_input_in_the_place_of_another_keeps_what_it_means_and_not_where_it_was_from() {
    let folder = folder();
    let variant = "outlay = 1\n[model]\nextends = \"rental-h200\"\n[inputs]\nserver_price = \"40k USD/GPU\"\n";
    fs::write(folder.path().join("ours.toml"), variant).expect("the folder is writable");
    let page = stdout(in_folder(folder.path(), ["report", "ours.toml", "-n", "1000"]), 0);
    let of_input = page.split("server_price").nth(1).expect("it is on the page");
    let of_input = of_input.split("network_share").next().expect("up to the next");
    assert!(of_input.contains("One H200"), "{of_input}");
    assert!(!of_input.contains("Epoch AI"), "{of_input}");
}

#[test]
fn a_misspelled_input_of_a_variant_is_suggested() {
    let folder = folder();
    let variant = "outlay = 1\n[model]\nextends = \"rental-h200\"\n[inputs]\nserver_prise = \"40k USD/GPU\"\n";
    fs::write(folder.path().join("ours.toml"), variant).expect("the folder is writable");
    let said = stderr(in_folder(folder.path(), ["check", "ours.toml"]), 0);
    assert!(said.contains("W101") && said.contains("did you mean `server_price`?"), "{said}");
}

#[test]
fn mistakes_of_new_are_told() {
    let folder = folder();
    assert!(
        stderr(in_folder(folder.path(), ["new", "x", "--from", "a800"]), 1).contains("`a800-10k`")
    );
    assert!(stderr(in_folder(folder.path(), ["new", ".toml"]), 2).contains("no name"));
    assert!(stderr(in_folder(folder.path(), ["new", "x", "--from", "-"]), 2).contains("--from -"));
    assert!(!folder.path().join("x.toml").exists());
}

#[test]
fn a_result_is_the_same_again() {
    let folder = folder();
    for arguments in [
        &["a800-10k"][..],
        &["a800-10k", "--only", "npv,break_even", "--percentiles", "1,50,99", "--seed", "7"],
        &["a800-10k", "--set", "gpus=20_000 GPU", "--only", "npv", "--statistic", "P(npv > 0)"],
    ] {
        result(folder.path(), arguments);
        let said = stdout(in_folder(folder.path(), ["verify", "result.json"]), 0);
        assert!(said.starts_with("the same: "), "{said}");
    }
}

#[test]
fn the_first_difference_is_told() {
    let folder = folder();
    in_folder(folder.path(), ["new", "m"]).assert().code(0);
    result(folder.path(), &["m.toml", "--only", "npv"]);
    in_folder(folder.path(), ["verify", "result.json"]).assert().code(0);
    let path = folder.path().join("result.json");
    let text = fs::read_to_string(&path).expect("written");
    let changed = text.replace("\"name\": \"npv\"", "\"name\": \"npv\", \"more\": 1");
    fs::write(&path, changed).expect("the folder is writable");
    let said = stdout(in_folder(folder.path(), ["verify", "result.json"]), 1);
    assert!(said.contains("different at outputs[npv].more"), "{said}");
    fs::write(&path, text).expect("the folder is writable");
    // Another model of that name.
    let model = folder.path().join("m.toml");
    let other = fs::read_to_string(&model).expect("written").replace("72 GPU", "73 GPU");
    fs::write(&model, other).expect("the folder is writable");
    assert!(stderr(in_folder(folder.path(), ["verify", "result.json"]), 1).contains("digest"));
    fs::remove_file(&model).expect("it is there");
    assert!(stderr(in_folder(folder.path(), ["verify", "result.json"]), 1).contains("--model"));
}

#[test]
fn what_is_no_result_is_refused() {
    let folder = folder();
    for (text, expected) in [
        ("{", "not JSON"),
        ("{}", "no valid `schema`"),
        ("{\"schema\": \"outlay.tail/1\"}", "outlay.tail/1"),
        ("{\"schema\": \"outlay.result/1\"}", "no valid `model.file`"),
    ] {
        fs::write(folder.path().join("r.json"), text).expect("the folder is writable");
        let said = stderr(in_folder(folder.path(), ["verify", "r.json"]), 1);
        assert!(said.contains(expected), "{said}");
    }
    assert!(stderr(in_folder(folder.path(), ["verify", "none.json"]), 1).contains("none.json"));
}
