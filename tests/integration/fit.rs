//! `outlay fit` as a user meets it: what it prints, what it refuses.

use std::fs;
use std::path::Path;

use serde_json::Value;
use snapbox::str;

use crate::cli::outlay;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).expect("the folder is writable");
    path.display().to_string()
}

/// Fifty positive numbers with a right tail.
fn prices() -> String {
    let rows: String =
        (1..=50).map(|i| format!("{i},{}\n", f64::from(i * i % 53 + i) + 0.5)).collect();
    format!("day,usd\n{rows}")
}

fn stdout(arguments: &[&str]) -> String {
    let mut command = outlay(["fit"]);
    command = command.args(arguments);
    let output = command.assert().code(0).get_output().stdout.clone();
    String::from_utf8(output).expect("UTF-8")
}

#[test]
fn json_is_as_the_contract_says() {
    let folder = folder();
    let file = write(folder.path(), "prices.csv", &prices());
    let text = stdout(&[&file, "--column", "usd", "--unit", "USD", "-f", "json"]);
    let found: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(found["schema"], "outlay.fit/1");
    let fits = found["fits"].as_array().expect("a list");
    let aic: Vec<f64> = fits.iter().filter_map(|fit| fit["aic"].as_f64()).collect();
    assert!(aic.len() > 12 && aic.is_sorted());
    let lognormal = fits.iter().find(|fit| fit["family"] == "lognormal").expect("data above 0");
    let mu = &lognormal["parameters"]["mu"];
    assert!(mu["value"].is_f64() && mu["se"].is_f64());
    let line = lognormal["line"].as_str().expect("text");
    assert!(line.starts_with("lognormal(mu = ") && line.ends_with(") USD"), "{line}");
    let ruled_out = found["inapplicable"].as_array().expect("a list");
    assert!(ruled_out.iter().any(|family| family["family"] == "beta"));
}

#[test]
fn what_is_printed_to_paste_runs() {
    let folder = folder();
    let file = write(folder.path(), "prices.csv", &prices());
    for extra in [&[][..], &["--with-uncertainty"]] {
        let page = stdout(
            &[
                &[file.as_str(), "--column", "usd", "--unit", "USD", "--families", "gamma,normal"],
                extra,
            ]
            .concat(),
        );
        let inputs = page.find("[inputs]").expect("lines to paste");
        let model =
            format!("outlay = 1\n{}[outputs]\nusd = {{ unit = \"USD\" }}\n", &page[inputs..]);
        let model = write(folder.path(), "m.toml", &model);
        outlay(["run", &model, "-n", "1000", "-q"]).assert().code(0).stderr_eq(str![]);
        assert!(page.contains("Quantiles of the data"));
    }
}

#[test]
fn csv_has_one_statistic_a_row() {
    let folder = folder();
    let file = write(folder.path(), "prices.csv", &prices());
    let text = stdout(&[&file, "--column", "usd", "--families", "exponential", "-f", "csv"]);
    let statistics: Vec<&str> = text.lines().filter_map(|line| line.rsplit(',').nth(2)).collect();
    assert_eq!(statistics, ["statistic", "log_likelihood", "aic", "ks", "ad", "mean"]);
}

#[track_caller]
fn refused(text: &str, arguments: &[&str], code: i32, expected: &str) {
    let folder = folder();
    let file = write(folder.path(), "d.csv", text);
    let output = outlay(["fit", &file]).args(arguments).assert().code(code).get_output().clone();
    let message = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(message.contains(expected), "{message}");
    assert!(output.stdout.is_empty());
}

#[test]
fn mistakes_are_told_with_what_to_do() {
    let data = prices();
    refused(&data, &["--column", "usdd"], 1, "did you mean `usd`?");
    refused(&data, &[], 1, "its columns are day, usd");
    refused("usd\n1\nmany\n", &[], 1, "has `many` in line 3, which is not a number");
    refused("usd\n1\n2\n", &[], 1, "too few values to fit a distribution: 2");
    refused("usd\n7\n7\n7\n7\n7\n7\n", &[], 1, "all values are 7");
    refused(&data, &["--families", "lognormall"], 2, "did you mean `lognormal`?");
    refused(&data, &["--column", "usd", "--unit", "USD)"], 2, "--unit `USD)`");
    refused("x\n-1\n2\n3\n4\n5\n", &["--families", "lognormal"], 1, "none of these families");
    outlay(["fit", "nothing.csv"]).assert().code(1).stdout_eq(str![]).stderr_eq(str![[r#"
error: there is no file `nothing.csv`

"#]]);
}
