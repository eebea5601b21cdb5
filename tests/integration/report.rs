//! The page of `outlay report`: one file that asks for nothing, with the result's own numbers, whatever a model says.
//!
//! The browser test needs Chromium. Where there is none it says so and passes; with `OUTLAY_BROWSER=required`, as in
//! CI, it fails instead.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::cli::outlay;

const TRIALS: &str = "20k";

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// The page of a model, from standard output.
fn page(arguments: &[&str]) -> String {
    let output =
        outlay(["report", "-n", TRIALS]).args(arguments).output().expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a page is UTF-8 text")
}

/// Every tag of a page: its name, and all between the name and `>`.
fn tags(page: &str) -> Vec<(&str, &str)> {
    let head_end = page.find("</style>").expect("a page has a style sheet");
    let style = page.find("<style>").expect("a page has a style sheet") + "<style>".len();
    let without_style = [&page[..style], &page[head_end..]];
    let mut tags = Vec::new();
    for part in without_style {
        for (at, _) in part.match_indices('<') {
            let rest = &part[at + 1..];
            let end = rest.find('>').expect("every tag ends");
            let name_end = rest.find(|c: char| {
                c.is_whitespace() || c == '>' || (c == '/' && !rest.starts_with('/'))
            });
            let name_end = name_end.unwrap_or(end).min(end);
            tags.push((&rest[..name_end], &rest[name_end..end]));
        }
    }
    tags
}

/// What a page consists of, and nothing else.
const TAGS: [&str; 50] = [
    "!DOCTYPE",
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "header",
    "nav",
    "main",
    "section",
    "article",
    "figure",
    "figcaption",
    "h1",
    "h2",
    "h3",
    "p",
    "ul",
    "li",
    "a",
    "div",
    "span",
    "bdi",
    "strong",
    "small",
    "code",
    "pre",
    "data",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "dl",
    "dt",
    "dd",
    "svg",
    "desc",
    "rect",
    "line",
    "path",
    "circle",
    "text",
    "g",
    "br",
    "wbr",
    "hr",
    "aside",
];

/// That a page runs nothing, loads nothing and hides nothing.
#[track_caller]
fn check_harmless(page: &str) {
    for (name, attributes) in tags(page) {
        let name = name.trim_start_matches('/');
        assert!(TAGS.contains(&name), "<{name}{attributes}>");
        for attribute in attributes.split_whitespace() {
            let is_bad = attribute.starts_with("on") || attribute.starts_with("style=");
            assert!(!is_bad && !attribute.starts_with("src="), "<{name}{attributes}>");
            let leaves = attribute.starts_with("href=") && !attribute.starts_with("href=\"#");
            assert!(!leaves, "<{name}{attributes}>");
        }
    }
    assert!(page.contains("content=\"default-src 'none'; style-src 'sha256-"));
    let is_hidden = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{200e}' | '\u{200f}')
    };
    assert!(!page.contains(is_hidden));
}

#[test]
fn a_page_is_one_harmless_file_in_both_languages() {
    for model in ["a800-10k", "article-arithmetic"] {
        for language in ["en", "zh"] {
            let page = page(&[model, "--lang", language]);
            check_harmless(&page);
            let tag = if language == "en" { "<html lang=\"en\">" } else { "<html lang=\"zh-CN\">" };
            assert!(page.contains(tag) && page.ends_with("</html>"), "{model} {language}");
        }
    }
}

/// All numbers of a JSON text, read as exactly as they are written.
fn numbers(json: &str) -> BTreeSet<String> {
    let parts = json.split([',', ':', '[', ']', '{', '}', '\n', ' ']);
    parts.filter_map(|part| part.parse::<f64>().ok()).map(|number| number.to_string()).collect()
}

#[test]
fn every_figure_of_a_page_is_one_of_the_result() {
    let run =
        outlay(["run", "a800-10k", "-q", "-n", TRIALS, "-f", "json"]).output().expect("it runs");
    let text = String::from_utf8(run.stdout).expect("JSON is text");
    let mut known = numbers(&text);
    // The tornados are those of another command, with as many trials.
    for output in ["npv", "programme"] {
        let run = outlay(["sensitivity", "a800-10k", "-q", "-n", TRIALS, "-f", "json"])
            .args(["--output", output])
            .output()
            .expect("it runs");
        known.extend(numbers(&String::from_utf8(run.stdout).expect("JSON is text")));
    }
    let json: Value = serde_json::from_str(&text).expect("JSON");
    let page = page(&["a800-10k"]);
    let figures: Vec<&str> = page
        .split("<data")
        .skip(1)
        .filter_map(|rest| rest.split("value=\"").nth(1)?.split('"').next())
        .collect();
    assert!(figures.len() > 200, "{}", figures.len());
    for figure in &figures {
        let number: f64 = figure.parse().expect("a number");
        assert!(known.contains(&number.to_string()), "{figure}");
    }
    // And none of the table is missing.
    for output in json["outputs"].as_array().expect("outputs") {
        for quantile in output["quantiles"].as_array().into_iter().flatten() {
            if let Some(value) = quantile["value"].as_f64() {
                let is_same = |figure: &&str| {
                    let figure: f64 = figure.parse().expect("a number");
                    (figure - value).abs() <= 1e-12 * value.abs()
                };
                assert!(figures.iter().any(is_same), "{quantile}");
            }
        }
    }
}

/// The curve of a payback passes through the probabilities that the result states.
#[test]
fn the_curve_of_a_payback_meets_its_probabilities() {
    let request = outlay::Request {
        name: "a800-10k".into(),
        text: outlay::shipped::find("a800-10k").expect("it ships").text.into(),
        ..outlay::Request::default()
    };
    let settings = outlay::RunSettings {
        trials: 20_000,
        has_outlines: true,
        ..outlay::RunSettings::default()
    };
    let result =
        outlay::simulate(&request, &mut outlay::no_files, &settings).expect("a valid model");
    let mut seen = 0;
    for output in &result.outputs {
        let outlay::results::Statistics::Time(time) = &output.statistics else { continue };
        let outline = output.outline.as_ref().expect("times have outlines");
        for within in &time.within {
            let read = outline.at_or_below(within.limit);
            let stated = within.probability.value;
            assert!((read - stated).abs() < 1e-12, "{} {read} {stated}", output.name);
            seen += 1;
        }
        let never = time.never.expect("it was run").value;
        assert!((outline.never - never).abs() < 1e-12);
    }
    assert!(seen >= 6);
}

const BAD: &str = "</script></title></style></text><img src=x onerror=alert(1)><svg onload=alert(2)> '\\\" {{ 7*7 }} \
                   {% raw %} &lt; \\u202Etxt\\u202C \\u200B ]]> javascript:alert(3) --><a href='x'>";

/// A model that says it wherever a model may say anything.
fn hostile() -> String {
    format!(
        r#"outlay = 1
model = {{ title = "{BAD}", about = "{BAD}", source = "{BAD}", units = ["GPU"] }}
timeline = {{ step = "month", steps = 6, start = "2023-06" }}
index = {{ firm = ["甲", "乙"] }}
scenarios = {{ s = {{ about = "{BAD}", set = {{ n = "3 GPU" }} }} }}
[inputs]
n = {{ value = "2 GPU", about = "{BAD}", source = "{BAD}", date = "{BAD}", confidence = "low" }}
price = {{ value = "normal(10, 1) CNY/GPU", about = "{BAD}", source = "{BAD}" }}
shock = {{ value = "normal(0, 1)", each = "step" }}
budget = {{ by = "firm", value = {{ "甲" = "25 CNY", "乙" = "15 CNY" }}, about = "{BAD}" }}
[series]
cash = {{ first = "-n * price", next = "5 CNY + shock * 1 CNY", about = "{BAD}" }}
[outputs]
cost = {{ value = "n * price", unit = "CNY", about = "{BAD}" }}
back = {{ value = "payback(cash)", unit = "month", about = "{BAD}" }}
can = {{ value = "cost <= budget", about = "{BAD}" }}
does = {{ value = "cost <= 20 CNY", about = "{BAD}" }}
funds = {{ value = "cumsum(cash)", unit = "CNY", about = "{BAD}" }}
odd = {{ value = "ln(price / (1 CNY/GPU) - 9)", about = "{BAD}" }}
"#
    )
}

#[test]
fn nothing_that_a_model_says_gets_out_of_its_place() {
    let folder = folder();
    let path = folder.path().join("<img src=x onerror=alert(4)>.toml");
    fs::write(&path, hostile()).expect("the folder is writable");
    let path = path.display().to_string();
    for language in ["en", "zh"] {
        let page = page(&[&path, "--lang", language, "--scenario", "s", "--set", "n=4 GPU"]);
        check_harmless(&page);
        assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"));
        assert!(page.contains("{{ 7*7 }}") && page.contains("\\u{202e}"), "it is shown as it is");
    }
}

#[test]
fn a_page_tells_limits_drivers_causes_and_correlations() {
    let folder = folder();
    let path = folder.path().join("model.toml");
    let text = "outlay = 1\ntimeline = { step = \"year\", steps = 3 }\n\
                inputs = { rent = \"normal(4, 3) CNY/year\", cost = \"normal(10, 2) CNY\" }\n\
                correlations = { \"rent, cost\" = 0.5 }\n\
                series = { cash = { first = \"-cost\", next = \"rent * 1 year\" } }\n\
                outputs = { npv = { value = \"npv(cash, 5% / year)\" }, irr = { value = \"irr(cash)\" } }\n\
                [checks]\ngood = \"P(npv > 0) >= 1%\"\nbad = \"P(npv > 0) >= 99%\"\n";
    fs::write(&path, text).expect("the folder is writable");
    let path = path.display().to_string();
    let run = |language: &str| {
        let output = outlay(["report", "-n", "2k", "-q", "--lang", language]).arg(&path).output();
        let output = output.expect("the binary runs");
        assert_eq!(output.status.code(), Some(4), "a limit is broken");
        String::from_utf8(output.stdout).expect("a page is text")
    };
    let page = run("en");
    for expected in [
        "class=\"left verdict holds\">holds<",
        "class=\"left verdict fails\">fails<",
        "id=\"drivers\"",
        "no internal rate of return",
        "<bdi>rent</bdi> · <bdi>cost</bdi>",
        "ranks (Spearman)",
        "Gaussian",
        "outlay sensitivity model.toml -n 2_000 --seed 1 --output npv",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    let page = run("zh");
    for expected in [">满足<", ">不满足<", "没有内部收益率", "秩（Spearman）", "什么决定结果？"]
    {
        assert!(page.contains(expected), "{expected}");
    }
}

#[test]
fn a_page_is_the_same_bytes_for_any_number_of_threads() {
    assert_eq!(page(&["a800-10k", "-j", "1"]), page(&["a800-10k", "-j", "3"]));
}

#[test]
fn a_page_is_not_overwritten_without_force() {
    let folder = folder();
    let path = folder.path().join("page.html").display().to_string();
    let report = |arguments: &[&str]| {
        let fixed = ["report", "article-arithmetic", "-n", "1k", "-q", "-o"];
        outlay(fixed).arg(&path).args(arguments).assert()
    };
    report(&[]).code(0).stdout_eq("");
    report(&[]).code(1);
    report(&["--force"]).code(0);
    assert!(fs::read_to_string(&path).expect("a page").starts_with("<!DOCTYPE html>"));
    outlay(["run", "article-arithmetic", "-o", "x.html"]).assert().code(2).stderr_eq(
        snapbox::str![[r#"
error: `run` writes no pages
  = help: `outlay report MODEL -o report.html` does

"#]],
    );
    outlay(["report", "article-arithmetic", "-o", "x.csv"]).assert().code(2).stderr_eq(
        snapbox::str![[r#"
error: `report` writes HTML, not `.csv`
  = help: name a .html file, or let `outlay run MODEL -o FILE.csv` write it

"#]],
    );
}

#[test]
fn a_page_tells_what_check_warns_of_and_shows_inputs_as_they_are_written() {
    let folder = folder();
    let model = folder.path().join("m.toml");
    let text = "outlay = 1\n[model]\ntitle = \"m\"\n[inputs]\nrate = \"pert(1%, 2%, 4%) / year\"\n\
                stray = \"pert(-10%, 10%, 30%)\"\n[formulas]\nx = \"rate * 1 year\"\n[outputs]\nx = {}\n";
    fs::write(&model, text).expect("a file");
    let found = outlay(["report", "-n", "2k", "-q"]).arg(&model).assert().code(0);
    let page = String::from_utf8(found.get_output().stdout.clone()).expect("text");
    assert!(page.contains("no output depends on input `stray`"), "{page}");
    assert!(page.contains("<td class=\"unit\">%&#x2f;year</td>"), "{page}");
    assert!(page.contains("<td class=\"unit\">%</td>"), "{page}");
    assert!(page.contains("data-label=\"Plan\">10</td>"), "{page}");
}

/// A browser on this machine.
fn browser() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    names.into_iter().find(|name| Command::new(name).arg("--version").output().is_ok())
}

/// What the browser makes of a page: the document, and what it had to say on its console.
fn shown(browser: &str, path: &Path) -> (String, String) {
    let profile = folder();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--enable-logging=stderr", "--log-level=0", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", path.display()))
        .output()
        .expect("the browser runs");
    let console = String::from_utf8_lossy(&output.stderr);
    let console: Vec<&str> = console.lines().filter(|line| line.contains("CONSOLE")).collect();
    (String::from_utf8_lossy(&output.stdout).into_owned(), console.join("\n"))
}

/// A page renders, and the browser has nothing to complain of: what the page's policy forbids (a script, a request,
/// a style of another's) it would say on its console.
#[test]
fn a_browser_shows_a_page_and_complains_of_nothing() {
    let Some(browser) = browser() else {
        let is_required =
            std::env::var_os("OUTLAY_BROWSER").is_some_and(|value| value == "required");
        assert!(!is_required, "OUTLAY_BROWSER is `required`, and there is no Chromium");
        eprintln!("SKIPPED: there is no Chromium here to show a page in");
        return;
    };
    let folder = folder();
    let model = folder.path().join("hostile.toml");
    fs::write(&model, hostile()).expect("the folder is writable");
    let model = model.display().to_string();
    for (name, arguments) in
        [("a", vec!["a800-10k"]), ("zh", vec!["a800-10k", "--lang", "zh"]), ("bad", vec![&model])]
    {
        let path = folder.path().join(format!("{name}.html"));
        let text = page(&arguments);
        fs::write(&path, &text).expect("the folder is writable");
        let (document, console) = shown(browser, &path);
        assert_eq!(console, "", "{name}");
        assert_eq!(document.matches("<svg").count(), text.matches("<svg").count(), "{name}");
        assert!(
            document.contains("</figure>") && document.contains("id=\"certificate\""),
            "{name}"
        );
    }
    // The console is heard: what is forbidden is told.
    let path = folder.path().join("forbidden.html");
    let text = page(&["article-arithmetic"])
        .replace("</main>", "<img src=\"http://localhost:1/\"></main>");
    fs::write(&path, text).expect("the folder is writable");
    assert!(shown(browser, &path).1.contains("Content Security Policy"));
}
