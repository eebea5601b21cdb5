//! The command line as scripts see it: exit code, stdout and stderr in full.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{self, Stdio};
use std::time::Duration;

use snapbox::cmd::{Command, OutputAssert};
use snapbox::str;

pub(crate) fn outlay<const N: usize>(args: [&str; N]) -> Command {
    Command::cargo_bin("outlay")
        .args(args)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("RUST_BACKTRACE")
}

fn run<const N: usize>(args: [&str; N]) -> OutputAssert {
    outlay(args).assert()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("the folder is writable");
    path.display().to_string()
}

#[test]
fn alone_it_explains_itself() {
    run([]).code(0).stderr_eq(str![]).stdout_eq(str![[r#"
Monte Carlo simulation of AI-compute investments: what it costs, and when it pays back

Usage: outlay [OPTIONS] [COMMAND]

Commands:
  run          Simulate a model and report percentiles
  report       Simulate a model and write a page to hand on
  sensitivity  Find what drives an output, and what knowing an input is worth
  tail         Find what the tail of an output is made of
  replay       Print every quantity of one trial
  solve        Find the value of an input at which a statistic meets a target
  fit          Fit distributions to a column of data
  new          Write a model to start from
  verify       Run again what a result is of, and compare
  compare      Compare alternatives side by side on the same random numbers
  diff         Find what changed between two versions of a model, and what each change does
  sweep        Compute statistics while one or two inputs vary
  check        Check models and list their inputs; simulate nothing unless asked to
  bench        Measure speed on this machine, and the accuracy of designs
  models       List the models that ship with outlay, or print one
  explain      Say what an error or a warning means, with an example
  schema       Print the JSON Schema of model files, for editors
  completions  Print completions for a shell
  man          Print a manual page, or write them all
  help         Print this message or the help of the given subcommand(s)
...
"#]]);
}

#[test]
fn help_ends_with_the_exit_codes() {
    for args in [
        ["--help", ""],
        ["run", "--help"],
        ["sensitivity", "--help"],
        ["tail", "--help"],
        ["replay", "--help"],
        ["compare", "--help"],
        ["sweep", "--help"],
        ["check", "--help"],
    ] {
        let args: Vec<&str> = args.into_iter().filter(|arg| !arg.is_empty()).collect();
        Command::cargo_bin("outlay").args(args).assert().code(0).stderr_eq(str![]).stdout_eq(str![
            [r#"
...
Exit codes:
    0  done
    1  failed while running, reading or writing
    2  wrong command line
    3  the model has errors
    4  a declared check failed
    5  the result is partial or has not converged
   70  internal error
  130  interrupted; what was done is reported

"#]
        ]);
    }
}

#[test]
fn the_version_is_one_line() {
    run(["--version"]).code(0).stderr_eq(str![]).stdout_eq(str![[r#"
outlay [..]

"#]]);
}

#[test]
fn an_unknown_command_is_a_wrong_command_line() {
    run(["runn"]).code(2).stdout_eq(str![]).stderr_eq(str![[r#"
error: unrecognized subcommand 'runn'

  tip: [..]
...
"#]]);
}

#[test]
fn options_with_impossible_values_are_a_wrong_command_line() {
    for option in [
        ["--trials", "0"],
        ["--trials", "many"],
        ["--runs", "1.5"],
        ["--seed", "-1"],
        ["--percentiles", "5,100"],
        ["--set", "gpus"],
        ["--threads", "0"],
        ["--format", "xlsx"],
        ["--color", "blue"],
        ["--design", "halton"],
        ["--all", "--quiet"],
        ["--no-such-option", "1"],
    ] {
        let [option, value] = option;
        run(["run", "a800-10k", option, value]).code(2).stdout_eq(str![]);
    }
    run(["run", "a800-10k", "--base", "-n", "10"]).code(2).stdout_eq(str![]);
    run(["run"]).code(2).stdout_eq(str![]);
    run(["check"]).code(2).stdout_eq(str![]);
}

#[test]
fn a_bad_number_of_trials_says_how_to_write_one() {
    run(["run", "a800-10k", "-n", "5m"]).code(2).stdout_eq(str![]).stderr_eq(str![[r#"
error: invalid value '5m' for '--trials <N>': write a number such as 250000, 250_000, 250k, 2.5M or 1e6

For more information, try '--help'.

"#]]);
}

#[test]
fn a_design_is_named_and_a_power_of_two_is_noted() {
    run(["run", "article-arithmetic", "-n", "1000", "--design", "sobol", "-q"])
        .code(0)
        .stderr_eq(str![])
        .stdout_eq(str![[r#"
...
note: 1,000 trials were asked for; Sobol' points come in powers of two, so that 1,024 are planned

outlay run article-arithmetic -n 1_024 --seed 1 --design sobol
outlay [..] · seed 1 · sobol · 1,024 trials

"#]]);
}

#[test]
fn the_shipped_models_are_listed_and_shown() {
    run(["models"]).code(0).stderr_eq(str![]).stdout_eq(str![[r#"
article-arithmetic  [..]
a800-10k            [..]
...
"#]]);
    let file = fs::read_to_string("models/a800-10k.toml").expect("the shipped model's file");
    let shown = outlay(["models", "show", "a800-10k"]).output().expect("it runs");
    assert_eq!(String::from_utf8(shown.stdout).expect("text"), file);
}

#[test]
fn an_unknown_model_gets_a_suggestion() {
    run(["run", "a800-10"]).code(1).stdout_eq(str![]).stderr_eq(str![[r#"
error: there is no file and no shipped model `a800-10`
  = help: did you mean the shipped model `a800-10k`?

"#]]);
    run(["models", "show", "zzz"]).code(1).stdout_eq(str![]);
    run(["check", "none/my.toml"]).code(1).stdout_eq(str![]).stderr_eq(str![[r#"
error: there is no file `none/my.toml`
  = help: `outlay models` lists the models that ship with outlay

"#]]);
}

#[test]
fn a_folder_is_no_model() {
    run(["run", "models"]).code(1).stdout_eq(str![]).stderr_eq(str![[r#"
error: `models` is a folder, not a model
  = help: name a file in it, for example a .toml file

"#]]);
}

#[test]
fn standard_input_without_a_model_is_an_empty_model() {
    outlay(["run", "-"]).stdin("").assert().code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error[E107]: nothing came in on standard input
...
error: 1 error in <stdin>

"#]]);
}

#[test]
fn a_file_that_is_no_text_is_an_error_of_the_model() {
    let folder = folder();
    let latin = write(folder.path(), "latin.toml", b"outlay = 1\ntitle = \"caf\xe9\"\n");
    run(["check", &latin]).code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error[E101]: `[..]latin.toml` is not UTF-8 text: line 2 has the byte 0xe9
 |
 = help: save the file as UTF-8
...
"#]]);
    let utf16 = write(folder.path(), "utf16.toml", b"\xff\xfeo\0u\0");
    run(["check", &utf16]).code(3).stderr_eq(str![[r#"
error[E101]: [..]
 |
 = help: it looks like UTF-16: save the file as UTF-8
...
"#]]);
}

#[test]
fn messages_can_be_data() {
    let assert = run(["run", "a800-10", "--message-format", "json"]).code(1).stdout_eq(str![]);
    let line = String::from_utf8(assert.get_output().stderr.clone()).expect("text");
    let message: serde_json::Value = serde_json::from_str(&line).expect("one JSON object");
    assert_eq!(message["severity"], "error");
}

#[test]
fn files_are_refused_before_anything_runs() {
    let folder = folder();
    let path = write(folder.path(), "result.csv", b"old");
    run(["run", "a800-10k", "-o", &path]).code(1).stdout_eq(str![]).stderr_eq(str![[r#"
error: `[..]result.csv` exists
  = help: --force overwrites it

"#]]);
    assert_eq!(fs::read(&path).expect("it is still there"), b"old");
    run(["run", "a800-10k", "-o", "none/result.csv"]).code(1).stdout_eq(str![]).stderr_eq(str![[
        r#"
error: cannot write `none/result.csv`: no folder `none`
  = help: mkdir -p 'none'

"#
    ]]);
    run(["run", "a800-10k", "-o", "result"]).code(2).stdout_eq(str![]);
    run(["run", "a800-10k", "-o", "a.csv", "-o", "a.csv"]).code(2).stdout_eq(str![]);
}

#[test]
fn color_follows_the_options_and_the_environment() {
    let red = |command: Command| {
        let output = command.args(["run", "a800-10"]).output().expect("it runs");
        output.stderr.contains(&0x1b)
    };
    assert!(!red(outlay([])));
    assert!(red(outlay(["--color", "always"])));
    assert!(red(outlay([]).env("CLICOLOR_FORCE", "1")));
    assert!(!red(outlay([]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1")));
    assert!(!red(outlay(["--color", "never"]).env("CLICOLOR_FORCE", "1")));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let program = snapbox::cmd::cargo_bin("outlay");
    let mut child = process::Command::new(program)
        .args(["models", "show", "a800-10k"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    let mut told = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut told).expect("text");
    assert_eq!(told, "");
}

/// A small model with a number, a time that may be never, a condition and a series by firm.
const SMALL: &str = r#"
outlay = 1
model = { title = "Small", units = ["GPU"] }
timeline = { step = "month", steps = 24 }
index = { firm = ["a", "b"] }
[inputs]
price = "pert(8万, 10万, 15万) CNY/GPU"
rent = { value = "normal(6_000, 2_000) CNY/GPU/month", by = "firm" }
[series]
cash = { first = "-10 GPU * price", next = "10 GPU * rent * 1 month" }
[outputs]
cost = { value = "10 GPU * price", unit = "万 CNY" }
back = { value = "payback(cash)", unit = "month" }
cheap = { value = "cost < 100万 CNY" }
cash = { unit = "万 CNY" }
"#;

#[test]
fn a_model_comes_in_on_standard_input() {
    let output = outlay(["run", "-", "-n", "1000", "-f", "json", "-q"])
        .stdin(SMALL)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(0));
    let result: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(result["model"]["title"], "Small");
    assert_eq!(result["trials"], 1000);
    assert_eq!(output.stderr, b"");
}

#[test]
fn files_hold_what_standard_output_would() {
    let folder = folder();
    let model = write(folder.path(), "small.toml", SMALL.as_bytes());
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (csv, json, md) = (path("r.csv"), path("r.json"), path("r.md"));
    let table = outlay(["run", &model, "-n", "2000", "-q"]).output().expect("it runs").stdout;
    let all = ["run", &model, "-n", "2000", "-q", "-o", &csv, "-o", &json, "-o", &md];
    let output = outlay(all).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stdout, table, "the table is printed as well");
    for (file, format) in [(&csv, "csv"), (&md, "markdown")] {
        let printed = outlay(["run", &model, "-n", "2000", "-q", "-f", format]).output();
        assert_eq!(fs::read(file).expect("written"), printed.expect("it runs").stdout, "{format}");
    }
    let written: serde_json::Value =
        serde_json::from_slice(&fs::read(&json).expect("written")).expect("JSON");
    assert_eq!(written["schema"], "outlay.result/1");
    assert_eq!(written["outputs"].as_array().map(Vec::len), Some(6));
    // Every row of the CSV has the fields of its head.
    let mut rows = csv::Reader::from_path(&csv).expect("a table");
    let head: Vec<String> = rows.headers().expect("a head").iter().map(str::to_owned).collect();
    let contract = "model scenario output index step unit statistic p value low high trials seed";
    assert_eq!(head.join(" "), contract);
    let rows: Result<Vec<csv::StringRecord>, csv::Error> = rows.records().collect();
    assert!(rows.expect("rows of that length").len() > 100);
    // Once more: nothing is overwritten, nothing is left behind; with --force it is.
    let before = fs::read(&csv).expect("written");
    outlay(["run", &model, "-n", "3000", "-q", "-o", &csv]).assert().code(1).stdout_eq(str![]);
    assert_eq!(fs::read(&csv).expect("still there"), before);
    outlay(["run", &model, "-n", "3000", "-q", "-o", &csv, "--force"]).assert().code(0);
    assert_ne!(fs::read(&csv).expect("still there"), before);
    assert_eq!(
        fs::read_dir(folder.path()).expect("a folder").count(),
        4,
        "no temporary file stays"
    );
}

#[test]
fn a_reader_that_goes_away_from_a_result_is_no_failure() {
    let mut child = process::Command::new(snapbox::cmd::cargo_bin("outlay"))
        .args(["run", "a800-10k", "-n", "2000", "-q", "-f", "csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()));
}

/// The JSON of a run of a billion trials that gets Ctrl-C after a while.
#[cfg(unix)]
fn interrupted_after(wait: Duration) -> serde_json::Value {
    let child = process::Command::new(snapbox::cmd::cargo_bin("outlay"))
        .args(["run", "a800-10k", "-n", "1000M", "-f", "json", "--only", "programme,break_even"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    std::thread::sleep(wait);
    let interrupt = process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupt.expect("kill runs").success(), "the run was still going on");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    serde_json::from_slice(&output.stdout).expect("whole JSON")
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_reports_what_is_done() {
    // On a busy machine the first moments may pass before the first trial.
    let waits = [1, 4, 16].map(Duration::from_secs);
    let result = waits.into_iter().map(interrupted_after).find(|result| result["trials"] != 0);
    let result = result.expect("some trials in sixteen seconds");
    let trials = result["trials"].as_u64().expect("a number of trials");
    assert!(trials < 1_000_000_000 && trials % 512 == 0, "whole blocks, not {trials}");
    assert_eq!(result["trials_asked"], 1_000_000_000_u64, "labelled as a part of what was asked");
    // It is the shorter run, to the byte.
    let again = outlay(["run", "a800-10k", "-f", "json", "-q", "--only", "programme,break_even"])
        .args(["-n", &trials.to_string()])
        .output()
        .expect("it runs");
    let again: serde_json::Value = serde_json::from_slice(&again.stdout).expect("JSON");
    assert_eq!(result["outputs"], again["outputs"]);
}

#[test]
fn numbers_out_of_range_say_what_is_possible() {
    for (option, value, wanted) in [
        ("--seed", "-1", "a whole number from 0 to 18446744073709551615"),
        ("--trials", "-5", "write a number such as"),
        ("--threads", "-2", "a whole number from 1 to 1024"),
        ("--percentiles", "-5", "numbers between 0 and 100"),
    ] {
        let output = outlay(["run", "a800-10k", option, value]).output().expect("it runs");
        let told = String::from_utf8(output.stderr).expect("text");
        assert!(told.contains(wanted) && !told.contains("tip:"), "{told}");
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn wrong_commands_and_formats_say_what_there_is() {
    run(["rn"]).code(2).stderr_eq(str![[r#"
error: unrecognized subcommand 'rn'

  tip: a similar subcommand exists: 'run'
...
"#]]);
    run(["run", "a800-10k", "-o", "r.docx"]).code(2).stderr_eq(str![[r#"
error: `.docx` is not a format outlay writes
...
"#]]);
    let assert = run(["run", "a800-10k", "--seed", "x", "--message-format", "json"]).code(2);
    let line = String::from_utf8(assert.get_output().stderr.clone()).expect("text");
    let message: serde_json::Value = serde_json::from_str(&line).expect("one JSON object");
    assert!(message["message"].as_str().is_some_and(|text| text.contains("--seed")));
    assert!(message["labels"].is_array() && message["notes"].is_array());
}

#[test]
fn nothing_that_steers_a_terminal_gets_through() {
    let folder = folder();
    let text = "outlay = 1\nmodel = { title = \"a\\u001b]0;x\\u0007\\u202eb\" }\n\
                inputs = { a = \"normal(3, 1)\" }\noutputs = { a = { about = \"x\\ny\\u001b[31m\" } }\n";
    let model = write(folder.path(), "m.toml", text.as_bytes());
    for arguments in [["-f", "table"], ["-f", "markdown"]] {
        let output = outlay(["run", &model, "-n", "1k"]).args(arguments).output().expect("it runs");
        let page = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
        assert!(page.contains("a␛") && page.contains("0;x␇"), "{page}");
        assert!(!page.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{page}");
    }
    run(["run", "\u{1b}[31mx"]).code(1).stderr_eq(str![[r#"
error: there is no file and no shipped model `␛[31mx`
...
"#]]);
}

#[test]
fn warnings_of_a_result_reach_who_reads_no_table() {
    let folder = folder();
    let text =
        b"outlay = 1\ninputs = { a = \"normal(0, 1)\" }\noutputs = { b = { value = \"ln(a)\" } }\n";
    let model = write(folder.path(), "m.toml", text);
    let told = |arguments: [&str; 3]| {
        let output = outlay(["run", &model, "-n", "1k"]).args(arguments).output().expect("it runs");
        String::from_utf8(output.stderr).expect("text")
    };
    assert!(told(["-f", "csv", "--color=never"]).contains("warning: `b`: "));
    assert_eq!(told(["-f", "csv", "-q"]), "");
}

#[cfg(unix)]
#[test]
fn a_stream_without_end_is_too_long() {
    run(["check", "/dev/zero"]).code(3).stdout_eq(str![]).stderr_eq(str![[r#"
error[E109]: `/dev/zero` is larger than 10 MB
...
"#]]);
}
