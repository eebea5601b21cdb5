//! The command line as scripts see it: exit code, stdout and stderr in full.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{self, Stdio};

use snapbox::cmd::{Command, OutputAssert};
use snapbox::str;

fn outlay<const N: usize>(args: [&str; N]) -> Command {
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
  run     Simulate a model and report percentiles
  check   Check models and list their inputs; simulate nothing
  models  List the models that ship with outlay, or print one
  help    Print this message or the help of the given subcommand(s)
...
"#]]);
}

#[test]
fn help_ends_with_the_exit_codes() {
    for args in [["--help", ""], ["run", "--help"], ["check", "--help"]] {
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
fn designs_of_later_versions_say_so() {
    for design in ["latin", "sobol"] {
        run(["run", "a800-10k", "--design", design]).code(2).stdout_eq(str![]).stderr_eq(str![[
            r#"
error: --design [..] is not available in this version
  = help: leave it out: `random` is the default

"#
        ]]);
    }
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
  = help: save the file as UTF-8
...
"#]]);
    let utf16 = write(folder.path(), "utf16.toml", b"\xff\xfeo\0u\0");
    run(["check", &utf16]).code(3).stderr_eq(str![[r#"
error[E101]: [..]
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
error: cannot write `none/result.csv`: no such file or directory[..]

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
