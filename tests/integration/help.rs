//! What outlay says about itself: explanations of codes, the schema of models, completions, manual pages.

use std::fs;

use outlay::diagnostic::Code;
use outlay::report::{Example, explanation};
use serde_json::Value;
use snapbox::str;

use crate::cli::outlay;
use crate::docs::words;

/// The arguments by which an example is run: as its first line says, else it is checked.
fn command(example: &Example) -> Vec<String> {
    let line = match example {
        Example::Command(line) => line.trim(),
        Example::Model(text) => match text.lines().next() {
            Some(first) if first.starts_with("# outlay ") => first.trim_start_matches("# "),
            Some(_) | None => "outlay check example.toml",
        },
    };
    words(line).into_iter().skip(1).collect()
}

/// Whether an example gets its code, and how it ends.
fn told(code: Code, example: &Example, paragraphs: &[String]) -> (bool, Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    if let Example::Model(text) = example {
        let text = text.replace('␀', "\0");
        fs::write(folder.path().join("example.toml"), text).expect("the folder is writable");
    }
    let output = outlay(["--message-format", "json"])
        .args(command(example))
        .current_dir(folder.path())
        .output()
        .expect("it runs");
    let errors = String::from_utf8(output.stderr).expect("text");
    let is_told = if code.name()[1..].starts_with('6') {
        // What a run finds out is told with the result, in words that the explanation quotes.
        let prose = paragraphs.join(" ");
        let quoted = prose.split('"').nth(1).expect("the words of the warning");
        errors.contains(quoted) || String::from_utf8_lossy(&output.stdout).contains(quoted)
    } else {
        let lines = errors.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let codes: Vec<String> =
            lines.filter_map(|line| Some(line["code"].as_str()?.to_owned())).collect();
        let others = codes.iter().any(|other| !other.is_empty() && other != code.name());
        assert!(!others, "{}: {codes:?}", code.name());
        codes.iter().any(|told| told == code.name())
    };
    (is_told, output.status.code(), errors)
}

#[test]
fn every_wrong_example_gets_its_code_and_no_right_one_does() {
    for &code in Code::ALL {
        let explanation = explanation(code);
        let (is_told, _, errors) = told(code, &explanation.wrong, &explanation.paragraphs);
        assert!(is_told, "{} wrong: {errors}", code.name());
        let (is_told, exit, errors) = told(code, &explanation.right, &explanation.paragraphs);
        assert!(!is_told && exit == Some(0), "{} right: {exit:?} {errors}", code.name());
    }
}

#[test]
fn a_code_is_explained_by_name_and_slips_are_understood() {
    outlay(["explain", "e402"]).assert().code(0).stderr_eq("").stdout_eq(str![[r#"
E402: quantities of different dimension

The two sides of a sum, a difference, a comparison, min, max or if are of different dimension: an
amount and an amount per month, yuan and dollars, servers and GPUs. The message takes both sides
apart and offers what would make them equal.

Wrong:

    outlay = 1
    inputs = { revenue = "20万 CNY", operation = "5万 CNY/month" }
    outputs = { margin = { value = "revenue - operation" } }

Right:

    outlay = 1
    inputs = { revenue = "20万 CNY", operation = "5万 CNY/month" }
    outputs = { margin = { value = "revenue - operation * 1 month" } }

"#]]);
    outlay(["explain"]).assert().code(0).stdout_eq(str![[r#"
E101  the file cannot be read as text
E102  the file is not valid TOML
...
W603  a heavy tail

"#]]);
    outlay(["explain", "E499"]).assert().code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no code `E499`
  = help: did you mean `[..]`? `outlay explain` lists all

"#]]);
    outlay(["explain", "npv"]).assert().code(2).stderr_eq(str![[r#"
error: there is no code `npv`
  = help: `outlay explain` lists all

"#]]);
}

fn schema() -> Value {
    let output = outlay(["schema"]).assert().code(0).get_output().stdout.clone();
    serde_json::from_slice(&output).expect("JSON")
}

/// The properties of every object of the schema that knows its keys: a place in a model, and the keys.
fn known_keys(schema: &Value) -> Vec<(&'static str, Vec<String>)> {
    let places = [
        ("", "/properties"),
        ("[model]\n", "/properties/model/properties"),
        ("[timeline]\n", "/properties/timeline/properties"),
        ("[inputs.x]\n", "/definitions/input/properties"),
        ("[copula]\n", "/definitions/copula/properties"),
        ("[formulas.x]\n", "/properties/formulas/additionalProperties/anyOf/1/properties"),
        ("[series.x]\n", "/properties/series/additionalProperties/anyOf/1/properties"),
        ("[outputs.x]\n", "/properties/outputs/additionalProperties/anyOf/1/properties"),
        ("[checks.x]\n", "/properties/checks/additionalProperties/anyOf/1/properties"),
        ("[scenarios.x]\n", "/properties/scenarios/additionalProperties/properties"),
        (
            "[correlations.\"a, b\"]\n",
            "/properties/correlations/additionalProperties/anyOf/1/properties",
        ),
    ];
    let keys = |pointer: &str| -> Vec<String> {
        let properties = schema.pointer(pointer).and_then(Value::as_object);
        properties.expect("an object of the schema").keys().cloned().collect()
    };
    places.into_iter().map(|(place, pointer)| (place, keys(pointer))).collect()
}

/// The messages that a text gets about keys that are not known.
fn unknown_keys(text: &str) -> Vec<String> {
    let request =
        outlay::Request { name: "m.toml".into(), text: text.into(), ..outlay::Request::default() };
    let Err(failure) = outlay::compile(&request, &mut outlay::no_files) else { return Vec::new() };
    let unknown = failure.diagnostics.iter().filter(|diagnostic| {
        diagnostic.code == Code::E103 && diagnostic.message.starts_with("unknown")
    });
    unknown.map(|diagnostic| diagnostic.message.clone()).collect()
}

#[test]
fn the_schema_and_the_reader_know_the_same_keys() {
    for (place, keys) in known_keys(&schema()) {
        assert!(keys.len() >= 2, "{place}");
        for key in &keys {
            let text = format!("{place}{key} = 1\n");
            assert!(unknown_keys(&text).is_empty(), "{text}");
            // And the reader knows no other: it lists them where one is unknown.
            let wrong = format!("{place}zzzzzz = 1\n");
            assert_eq!(unknown_keys(&wrong).len(), 1, "{wrong}");
        }
    }
    let listed = |text: &str| {
        let request = outlay::Request {
            name: "m.toml".into(),
            text: text.into(),
            ..outlay::Request::default()
        };
        let failure = outlay::compile(&request, &mut outlay::no_files).expect_err("a slip");
        let unknown = failure.diagnostics.iter().find(|diagnostic| diagnostic.code == Code::E103);
        let help = &unknown.expect("an unknown key").helps[0];
        help.split(" knows ").nth(1).expect("a list of keys").to_owned()
    };
    for (place, keys) in known_keys(&schema()).into_iter().skip(1) {
        let help = listed(&format!("{place}zzzzzz = 1\n"));
        assert_eq!(help.matches('`').count(), 2 * keys.len(), "{place}{help}");
        for key in keys {
            assert!(help.contains(&format!("`{key}`")), "{place}{key}: {help}");
        }
    }
}

#[test]
fn every_shell_gets_completions_with_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = outlay(["completions", shell]).assert().code(0).get_output().stdout.clone();
        let script = String::from_utf8(script).expect("text");
        for word in ["sensitivity", "trials-out", "completions", "percentiles"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        let has_models = script.contains("a800-10k");
        assert_eq!(has_models, ["bash", "fish"].contains(&shell), "{shell}");
    }
    outlay(["completions", "basch"]).assert().code(2).stderr_eq(str![[r#"
error: invalid value 'basch' for '<SHELL>'
...
  tip: a similar value exists: 'bash'
...
"#]]);
}

/// What bash offers behind a command line.
fn offered(script: &str, line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let list: String = words.iter().map(|word| format!("'{word}' ")).collect();
    let at = words.len() - 1;
    let run = format!(
        "source '{script}'; COMP_WORDS=({list}); COMP_CWORD={at}; _outlay_and_models outlay '{}' '{}'; echo \"${{COMPREPLY[*]}}\"",
        words[at],
        words[at - 1]
    );
    let output = std::process::Command::new("bash").args(["-c", &run]).output().expect("bash runs");
    String::from_utf8(output.stdout).expect("text")
}

#[cfg(unix)]
#[test]
fn bash_completes_shipped_models_and_options() {
    if std::process::Command::new("bash").arg("--version").output().is_err() {
        eprintln!("SKIPPED: there is no bash here");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("outlay.bash");
    let script = outlay(["completions", "bash"]).output().expect("it runs").stdout;
    fs::write(&path, script).expect("the folder is writable");
    let path = path.display().to_string();
    assert_eq!(offered(&path, "outlay run a8").trim(), "a800-10k a800-10k-correlated");
    assert_eq!(offered(&path, "outlay models show deep").trim(), "deepseek-style");
    assert!(offered(&path, "outlay run a800-10k --tri").contains("--trials-out"));
    assert!(offered(&path, "outlay sens").contains("sensitivity"));
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let man =
        |arguments: &[&str]| outlay(["man"]).current_dir(folder.path()).args(arguments).assert();
    man(&["-o", "."]).code(0).stdout_eq("");
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.contains(&"outlay.1".to_owned()) && names.contains(&"outlay-run.1".to_owned()));
    assert!(names.contains(&"outlay-models-show.1".to_owned()) && names.len() >= 19, "{names:?}");
    let page = fs::read_to_string(folder.path().join("outlay-run.1")).expect("written");
    assert!(page.contains(".TH outlay-run 1") && page.contains("trials\\-out"), "{page}");
    let printed = man(&["run"]).code(0).get_output().stdout.clone();
    assert_eq!(String::from_utf8(printed).expect("text"), page);
    man(&["-o", "."]).code(1);
    man(&["-o", ".", "--force"]).code(0);
    man(&["rnu"]).code(2).stderr_eq(str![[r#"
error: there is no command `rnu`
  = help: did you mean `run`?

"#]]);
}

/// The examples of `--help` that need nothing but shipped models run as they stand, with fewer trials.
#[test]
fn examples_of_help_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let commands = [
        "run",
        "report",
        "check",
        "models",
        "compare",
        "sweep",
        "solve",
        "sensitivity",
        "tail",
        "replay",
        "diff",
        "verify",
        "fit",
        "new",
        "explain",
        "schema",
        "bench",
        "completions",
        "man",
    ];
    let mut n_run = 0;
    for command in commands {
        let help = outlay([command, "--help"]).output().expect("it runs").stdout;
        let help = String::from_utf8(help).expect("text");
        for line in help.lines().filter_map(|line| line.strip_prefix("  outlay ")) {
            // What it does stands behind two blanks.
            let example = line.split("   ").next().expect("a first part");
            let is_complete = ![".toml", ".csv", ".json", "my_", ">", "|", "--quick", "~"]
                .iter()
                .any(|part| example.contains(part));
            if !is_complete {
                continue;
            }
            let mut words = words(example);
            match words.iter().position(|word| word == "-n") {
                Some(at) if words[at + 1] != "65_536" => words[at + 1] = "4096".to_owned(),
                None if matches!(
                    command,
                    "run" | "report" | "compare" | "sweep" | "solve" | "sensitivity" | "tail"
                ) =>
                {
                    words.extend(["-n".to_owned(), "4096".to_owned()]);
                }
                Some(_) | None => {}
            }
            let output =
                outlay([]).args(&words).current_dir(folder.path()).output().expect("it runs");
            let code = output.status.code();
            let is_until = words.iter().any(|word| word == "--until");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(code == Some(0) || (is_until && code == Some(5)), "{example}: {said}");
            n_run += 1;
        }
    }
    assert!(n_run >= 15, "{n_run} examples were run");
}
