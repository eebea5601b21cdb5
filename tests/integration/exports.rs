//! Files for other programs: every trial and the table as Parquet, read back by another reader than the writer.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;
use snapbox::str;

use crate::cli::outlay;

/// Numbers, times that may be never, what is undefined, labels, conditions, draws of a step, an output called as an input.
pub(crate) const MODEL: &str = r#"
outlay = 1
model = { title = "Exports", units = ["GPU"] }
timeline = { step = "month", steps = 6, start = "2024-01" }
index = { firm = ["a", "b"] }
[inputs]
price = "normal(10, 2) CNY"
shock = { value = "normal(0, 1)", each = "step" }
budget = { by = "firm", value = { a = "11 CNY", b = "uniform(5, 15) CNY" } }
count = "poisson(3) GPU"
[formulas]
twice = "2 * price"
[series]
cash = { first = "-price", next = "2 CNY + shock * 1 CNY" }
[outputs]
price = { unit = "CNY", about = "=1+1, what it costs" }
back = { value = "payback(cash)", unit = "month" }
can = { value = "price <= budget", about = "Can be afforded" }
root = { value = "ln(price / (1 CNY) - 9)" }
bought = { value = "count", unit = "GPU" }
cash = { unit = "CNY" }
"#;

pub(crate) fn folder_with_model() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("m.toml"), MODEL).expect("the folder is writable");
    folder
}

/// `outlay run m.toml` in a folder.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> snapbox::cmd::OutputAssert {
    outlay(["run", "m.toml"]).current_dir(folder).args(arguments).assert()
}

pub(crate) fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, arguments).code(0).get_output().stdout.clone();
    serde_json::from_slice(&output).expect("JSON")
}

/// The columns of a file by name: `None` for null.
fn columns(path: &Path) -> BTreeMap<String, Vec<Option<Field>>> {
    let file = fs::File::open(path).expect("the file is there");
    let reader = SerializedFileReader::new(file).expect("a Parquet file");
    let mut columns: BTreeMap<String, Vec<Option<Field>>> = BTreeMap::new();
    for row in reader.get_row_iter(None).expect("rows") {
        for (name, field) in row.expect("a row").get_column_iter() {
            let value = (*field != Field::Null).then(|| field.clone());
            columns.entry(name.clone()).or_default().push(value);
        }
    }
    columns
}

fn metadata(path: &Path) -> BTreeMap<String, String> {
    let file = fs::File::open(path).expect("the file is there");
    let reader = SerializedFileReader::new(file).expect("a Parquet file");
    let pairs = reader.metadata().file_metadata().key_value_metadata().expect("metadata");
    pairs.iter().map(|pair| (pair.key.clone(), pair.value.clone().unwrap_or_default())).collect()
}

fn number(field: &Option<Field>) -> Option<f64> {
    match field {
        Some(Field::Double(value)) => Some(*value),
        Some(Field::Bool(value)) => Some(f64::from(u8::from(*value))),
        Some(Field::Long(value)) => Some(*value as f64),
        Some(other) => panic!("{other:?} is no number"),
        None => None,
    }
}

/// The same cells in CSV: never is `inf`, undefined nothing.
fn shown(field: &Option<Field>) -> String {
    match field {
        Some(Field::Double(value)) => value.to_string(),
        Some(Field::Bool(value)) => value.to_string(),
        Some(Field::Long(value)) => value.to_string(),
        Some(other) => panic!("{other:?} is no cell"),
        None => String::new(),
    }
}

#[test]
fn every_trial_of_a_run_is_there_under_every_design() {
    for design in ["random", "latin", "sobol"] {
        let folder = folder_with_model();
        let options = ["-n", "20_011", "--design", design, "--seed", "3", "-f", "json"];
        let files = ["--trials-out", "t.parquet", "--trials-inputs", "all"];
        let result = json(folder.path(), &[&options[..], &files[..]].concat());
        let columns = columns(&folder.path().join("t.parquet"));
        let names: Vec<&str> = columns.keys().map(String::as_str).collect();
        let expected = [
            "back",
            "bought",
            "budget[b]",
            "can[a]",
            "can[b]",
            "count",
            "price",
            "price (input)",
            "root",
            "trial",
        ];
        assert_eq!(names, expected);
        let trials = result["trials"].as_u64().expect("trials") as usize;
        let counted: Vec<f64> = columns["trial"].iter().filter_map(number).collect();
        assert_eq!(counted, (0..trials).map(|trial| trial as f64).collect::<Vec<f64>>());
        assert_eq!(columns["price"], columns["price (input)"]);
        for output in result["outputs"].as_array().expect("outputs") {
            let index = output["index"]["firm"].as_str();
            let name = output["name"].as_str().expect("a name").to_owned();
            let name = index.map_or(name.clone(), |label| format!("{name}[{label}]"));
            if name == "cash" {
                continue;
            }
            let cells = &columns[&name];
            let missing = cells.iter().filter(|cell| cell.is_none()).count() as u64;
            assert_eq!(output["undefined"].as_u64(), Some(missing), "{design} {name}");
            let values: Vec<f64> = cells.iter().filter_map(number).collect();
            let share = |count: usize| count as f64 / values.len() as f64;
            if let Some(probability) = output["probability"].as_f64() {
                let held = values.iter().filter(|value| **value == 1.0).count();
                assert!((share(held) - probability).abs() < 1e-12, "{design} {name}");
                continue;
            }
            if let Some(never) = output["never"].as_f64() {
                let seen = values.iter().filter(|value| **value == f64::INFINITY).count();
                assert!(seen > 0 && (share(seen) - never).abs() < 1e-12, "{design} {name}");
            }
            // Our reader of JSON may be off by one unit in the last place.
            let is_same = |seen: Option<f64>, told: &Value| {
                let (seen, told) = (seen.expect("values"), told.as_f64().expect("a number"));
                (seen - told).abs() <= f64::EPSILON * told.abs()
            };
            if output["kind"] == "number" {
                let min = values.iter().copied().min_by(f64::total_cmp);
                let max = values.iter().copied().max_by(f64::total_cmp);
                assert!(is_same(min, &output["min"]) && is_same(max, &output["max"]), "{name}");
            }
        }
        assert!(result["outputs"].as_array().expect("outputs").iter().any(|o| o["undefined"] != 0));
    }
}

#[test]
fn the_csv_of_trials_has_the_same_cells() {
    let folder = folder_with_model();
    let common =
        ["-q", "-n", "9_000", "--only", "back,root,can,cash", "--trials-inputs", "shock,budget"];
    run(folder.path(), &[&common[..], &["--trials-out", "t.parquet"]].concat()).code(0);
    run(folder.path(), &[&common[..], &["--trials-out", "t.csv"]].concat()).code(0);
    let columns = columns(&folder.path().join("t.parquet"));
    assert_eq!(columns.len(), 1 + 2 + 2 + 7 + 7 + 2, "trial, back, root, can, cash, shock, budget");
    let mut reader =
        csv::Reader::from_path(folder.path().join("t.csv")).expect("the file is there");
    let head = reader.headers().expect("a head").clone();
    assert_eq!(head.iter().take(3).collect::<Vec<_>>(), ["trial", "back", "can[a]"]);
    let (mut rows, mut never) = (0, 0);
    for (at, record) in reader.records().enumerate() {
        for (name, cell) in head.iter().zip(record.expect("a row").iter()) {
            assert_eq!(cell, shown(&columns[name][at]), "{name} of trial {at}");
            never += usize::from(cell == "inf");
        }
        rows += 1;
    }
    assert!(rows == 9_000 && never > 100);
    let metadata = metadata(&folder.path().join("t.parquet"));
    assert_eq!(metadata["outlay.trials"], "9000");
    assert_eq!(metadata["outlay.file"], "m.toml");
    assert_eq!(metadata["outlay.digest"].len(), 64);
    let units: Value = serde_json::from_str(&metadata["outlay.units"]).expect("JSON");
    assert_eq!(units["cash[3]"], "CNY");
    assert!(units.get("root").is_none() && units["back"] == "month");
}

#[test]
fn trials_are_the_same_bytes_for_any_number_of_threads() {
    let folder = folder_with_model();
    let bytes = |threads: &str, file: &str| {
        let options =
            ["-q", "-n", "70_001", "--design", "latin", "-j", threads, "--trials-out", file];
        run(folder.path(), &options).code(0);
        fs::read(folder.path().join(file)).expect("written")
    };
    assert_eq!(bytes("1", "a.parquet"), bytes("3", "b.parquet"));
    assert_eq!(bytes("1", "a.csv"), bytes("3", "b.csv"));
}

#[test]
fn a_table_as_parquet_is_the_csv_with_types() {
    let folder = folder_with_model();
    run(
        folder.path(),
        &["-q", "-n", "3k", "--seed", "18446744073709551615", "-o", "r.csv", "-o", "r.parquet"],
    )
    .code(0);
    let columns = columns(&folder.path().join("r.parquet"));
    let mut reader =
        csv::Reader::from_path(folder.path().join("r.csv")).expect("the file is there");
    let head = reader.headers().expect("a head").clone();
    for (at, record) in reader.records().enumerate() {
        for (name, cell) in head.iter().zip(record.expect("a row").iter()) {
            match &columns[name][at] {
                None => assert_eq!(cell, "", "{name}"),
                Some(Field::Str(text)) => assert_eq!(cell, text, "{name}"),
                Some(Field::Double(value)) => assert_eq!(cell.parse(), Ok(*value), "{name}"),
                Some(Field::Long(value)) => assert_eq!(cell.parse(), Ok(*value), "{name}"),
                Some(Field::ULong(value)) => assert_eq!(cell.parse(), Ok(*value), "{name}"),
                Some(other) => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(columns["seed"][0], Some(Field::ULong(u64::MAX)));
    assert_eq!(metadata(&folder.path().join("r.parquet"))["outlay.seed"], "18446744073709551615");
}

#[test]
fn other_commands_write_parquet_as_well() {
    let folder = folder_with_model();
    let arguments = ["--output", "price", "-n", "2k", "-q", "-o", "s.parquet"];
    outlay(["sensitivity", "m.toml"]).current_dir(folder.path()).args(arguments).assert().code(0);
    let sensitivity = columns(&folder.path().join("s.parquet"));
    assert!(sensitivity.len() > 3);
    let arguments =
        ["--vary", "price=8,9,10", "--statistic", "p50(root)", "-n", "2k", "-q", "-o", "w.parquet"];
    outlay(["sweep", "m.toml"]).current_dir(folder.path()).args(arguments).assert().code(0);
    let sweep = columns(&folder.path().join("w.parquet"));
    assert_eq!(sweep["price"].iter().map(number).collect::<Vec<_>>()[0], Some(8.0));
}

#[test]
fn what_cannot_be_a_table_of_trials_is_told_before_the_run() {
    let folder = folder_with_model();
    let check = |arguments: &[&str], code: i32, expected: snapbox::data::Inline| {
        run(folder.path(), arguments).code(code).stdout_eq("").stderr_eq(expected);
    };
    let with = |inputs| ["--trials-out", "t.parquet", "--trials-inputs", inputs];
    check(
        &with("prise"),
        2,
        str![[r#"
error: the model has no input `prise`
  = help: did you mean `price`?

"#]],
    );
    check(
        &with("twice"),
        2,
        str![[r#"
error: `twice` is no input
  = help: make it an output of the model to have it as a column: twice = {}

"#]],
    );
    check(
        &with("budget[c]"),
        2,
        str![[r#"
error: the model has no input `budget[c]`
  = help: `outlay check MODEL` lists the inputs; --trials-inputs all takes the random ones

"#]],
    );
    check(
        &["--trials-out", "t.xlsx"],
        2,
        str![[r#"
error: trials are not written as `.xlsx`
  = help: write .parquet or .csv

"#]],
    );
    check(
        &["--trials-out", "t.csv", "-o", "t.csv"],
        2,
        str![[r#"
error: `t.csv` cannot hold both the result and the trials

"#]],
    );
    check(
        &["--trials-inputs", "price"],
        2,
        str![[r#"
error: the following required arguments were not provided:
  --trials-out <FILE>
...
"#]],
    );
    check(
        &["--base", "--trials-out", "t.csv"],
        2,
        str![[r#"
error: the argument '--base' cannot be used with '--trials-out <FILE>'
...
"#]],
    );
    fs::write(folder.path().join("old.parquet"), "old").expect("the folder is writable");
    check(
        &["--trials-out", "old.parquet"],
        1,
        str![[r#"
error: `old.parquet` exists
  = help: --force overwrites it

"#]],
    );
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2, "nothing is left behind");
    run(folder.path(), &["-n", "1k", "--trials-out", "old.parquet", "--force"]).code(0).stderr_eq(
        str![[r#"
note: cash is a series and not in old.parquet: with --only cash it has a column a step
...
wrote old.parquet: 1,000 rows, 7 columns
...
"#]],
    );
    assert_eq!(columns(&folder.path().join("old.parquet"))["trial"].len(), 1000);
}

/// `outlay run m.toml` with a file, which is read back.
fn written(folder: &Path, file: &str, arguments: &[&str]) -> Vec<u8> {
    run(folder, &[&["-q", "-n", "9_000", "--force", "-o", file], arguments].concat()).code(0);
    fs::read(folder.join(file)).expect("written")
}

#[test]
fn a_workbook_is_the_same_bytes_for_any_number_of_threads() {
    let folder = folder_with_model();
    let one = written(folder.path(), "a.xlsx", &["-j", "1"]);
    assert_eq!(one, written(folder.path(), "b.xlsx", &["-j", "3"]));
    assert!(one.starts_with(b"PK"));
}

#[test]
fn percentile_text_is_in_the_unit_of_the_output() {
    let folder = folder_with_model();
    let bytes = written(folder.path(), "price.hgrm", &["--only", "price"]);
    let text = String::from_utf8(bytes).expect("text");
    let result = json(folder.path(), &["-q", "-n", "9_000", "--only", "price", "-f", "json"]);
    let lines: Vec<Vec<f64>> = text
        .lines()
        .skip(2)
        .take_while(|line| !line.starts_with('#'))
        .map(|line| line.split_whitespace().map(|cell| cell.parse().expect("a number")).collect())
        .collect();
    assert!(lines.windows(2).all(|pair| pair[0][0] <= pair[1][0] && pair[0][1] < pair[1][1]));
    let output = &result["outputs"][0];
    let near = |value: f64, told: &Value| (value - told.as_f64().expect("a number")).abs() < 1e-3;
    assert!(near(lines[0][0], &output["min"]));
    let last = lines.last().expect("a line");
    assert!(near(last[0], &output["max"]) && last[1..] == [1.0, 9000.0]);
    let median = lines.iter().find(|line| line[1] == 0.5).expect("a line for the median");
    assert!(near(median[0], &output["quantiles"][2]["value"]) && median[2..] == [4500.0, 2.0]);
    assert!(text.contains("#[price (CNY): =1+1, what it costs]"));
    // Of a time that may be never the curve ends where never begins.
    let bytes = written(folder.path(), "back.hgrm", &["--only", "back,can"]);
    let text = String::from_utf8(bytes).expect("text");
    assert!(text.contains("#[Never   = ") && !text.contains(" 1.000000000000 "), "{text}");
}

#[test]
fn a_log_holds_what_is_never_negative() {
    let folder = folder_with_model();
    let options = ["-n", "9_000", "-o", "r.hlog"];
    run(folder.path(), &options).code(0).stderr_eq(str![[r#"
note: r.hlog is without root, which can be negative
...
"#]]);
    let text = fs::read_to_string(folder.path().join("r.hlog")).expect("written");
    let tags: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("Tag=")?.split(',').next()).collect();
    assert_eq!(tags, ["price*1e-4_CNY", "back_month_if_ever", "bought_GPU"]);
    assert!(text.contains("#[Histogram log format version 1.3]"));
    run(folder.path(), &["-n", "1k", "--only", "root", "-o", "s.hlog"]).code(1).stderr_eq(str![[
        r#"
error: s.hlog cannot hold negative values: root
  = help: .hgrm can, one output a file

"#
    ]]);
    assert!(!folder.path().join("s.hlog").exists());
}

#[test]
fn a_distribution_is_of_one_output() {
    let folder = folder_with_model();
    run(folder.path(), &["-o", "x.hgrm"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: a .hgrm is of one number or time, and there are 4
  = help: choose one: --only price

"#]]);
    run(folder.path(), &["-o", "x.hgrm", "--only", "can"]).code(2).stderr_eq(str![[r#"
error: a .hgrm is of one number or time, and there is none
  = help: a figure of a series can be one: make it an output, for example last(NAME)

"#]]);
    run(folder.path(), &["--base", "-o", "x.hgrm"]).code(2).stderr_eq(str![[r#"
error: the base case has no distribution for .hgrm and .hlog

"#]]);
    let arguments = ["--output", "price", "-o", "x.hgrm"];
    outlay(["tail", "m.toml"])
        .current_dir(folder.path())
        .args(arguments)
        .assert()
        .code(2)
        .stderr_eq(str![[r#"
error: .hgrm and .hlog hold the distributions of a model's outputs
  = help: `outlay run MODEL -o FILE` writes them

"#]]);
}

/// A Python that has the readers people use, or a reason why there is none. In CI there must be one: OUTLAY_READERS
/// is `required` there, and OUTLAY_PYTHON says where it is.
fn python() -> Option<String> {
    let python = std::env::var("OUTLAY_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let imports = "import duckdb, pandas, pyarrow, polars, openpyxl, hdrh, jsonschema";
    let found = std::process::Command::new(&python).args(["-c", imports]).output();
    if found.as_ref().is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    let is_required = std::env::var_os("OUTLAY_READERS").is_some_and(|value| value == "required");
    assert!(!is_required, "OUTLAY_READERS is `required`, and `{python}` lacks a reader: {found:?}");
    None
}

/// What DuckDB, pandas, Polars, PyArrow, openpyxl and HdrHistogram's Python find in the files is what the JSON says.
#[test]
fn the_programs_that_people_use_read_the_same_figures() {
    let Some(python) = python() else {
        eprintln!("SKIPPED: there is no Python here with all the readers of exports");
        return;
    };
    let folder = folder_with_model();
    let options = [
        "-n",
        "50_000",
        "-f",
        "json",
        "-o",
        "r.json",
        "-o",
        "r.xlsx",
        "-o",
        "r.parquet",
        "-o",
        "r.hlog",
    ];
    let trials = ["--trials-out", "t.parquet", "--trials-inputs", "all"];
    run(folder.path(), &[&options[..], &trials[..]].concat()).code(0);
    let shipped = ["-q", "-n", "5k", "-o", "big.xlsx", "-f", "json", "-o", "big.json"];
    outlay(["run", "a800-10k"]).current_dir(folder.path()).args(shipped).assert().code(0);
    let schema = outlay(["schema"]).output().expect("it runs").stdout;
    fs::write(folder.path().join("schema.json"), schema).expect("the folder is writable");
    let root = env!("CARGO_MANIFEST_DIR");
    let output = std::process::Command::new(python)
        .arg(format!("{root}/tests/fixtures/readers.py"))
        .arg(format!("{root}/models"))
        .current_dir(folder.path())
        .output()
        .expect("Python runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(String::from_utf8_lossy(&output.stdout).ends_with("all read the same\n"));
}
