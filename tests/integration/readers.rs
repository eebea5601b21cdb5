//! Exports opened by the programs that people use, beside those of Python (`exports`): LibreOffice, and HdrHistogram's readers in
//! Java and JavaScript. Each is skipped where its program is not installed. In CI it must be: OUTLAY_READERS is `required` there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::cli::outlay;
use crate::exports::{folder_with_model, json, run};

/// Where Debian's libhdrhistogram-java has it; OUTLAY_HDRHISTOGRAM_JAR may say otherwise.
const JAR: &str = "/usr/share/java/hdrhistogram.jar";

/// What a command says, where it succeeds; `None`, unless it is required, where it is not there or fails.
fn probed(program: &str, arguments: &[&str]) -> Option<String> {
    let found = Command::new(program).args(arguments).output();
    if let Ok(output) = &found
        && output.status.success()
    {
        return Some(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let is_required = std::env::var_os("OUTLAY_READERS").is_some_and(|value| value == "required");
    assert!(
        !is_required,
        "OUTLAY_READERS is `required`, and {program} {arguments:?} fails: {found:?}"
    );
    None
}

#[track_caller]
fn succeeded(output: std::io::Result<Output>) -> String {
    let output = output.expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr);
    let found = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{found}{told}");
    found
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// LibreOffice opens workbooks: every cell and every chart is there when it writes them again, and pages come out.
#[test]
fn libreoffice_opens_workbooks() {
    if probed("soffice", &["--version"]).is_none() || probed("python3", &["--version"]).is_none() {
        eprintln!("SKIPPED: there is no LibreOffice here, or no Python to compare with");
        return;
    }
    let folder = folder_with_model();
    let path = folder.path();
    run(path, &["-q", "-n", "20_000", "-o", "r.xlsx"]).code(0);
    let shipped = ["run", "a800-10k", "-q", "-n", "2k", "-o", "big.xlsx"];
    outlay(shipped).current_dir(path).assert().code(0);
    // A profile of its own: LibreOffice runs once a profile.
    let profile = format!("-env:UserInstallation=file://{}/profile", path.display());
    for format in ["xlsx", "pdf"] {
        let convert = [&profile, "--headless", "--convert-to", format, "--outdir", "office"];
        let mut office = Command::new("soffice");
        succeeded(office.args(convert).args(["r.xlsx", "big.xlsx"]).current_dir(path).output());
    }
    let mut python = Command::new("python3");
    python.arg(fixture("office.py")).args(["r", "big"]).current_dir(path);
    assert!(succeeded(python.output()).ends_with("all read the same\n"));
}

/// The log processor that comes with HdrHistogram in Java lists the tags of a log and finds the percentiles of the JSON.
#[test]
fn java_reads_logs() {
    let jar = std::env::var("OUTLAY_HDRHISTOGRAM_JAR").unwrap_or_else(|_| JAR.to_owned());
    let class = "org.HdrHistogram.HistogramLogProcessor";
    let folder = folder_with_model();
    let result = json(folder.path(), &["-q", "-n", "50_000", "-f", "json", "-o", "r.hlog"]);
    let log = folder.path().join("r.hlog").display().to_string();
    let java = |arguments: &[&str]| {
        probed("java", &[&["-cp", &jar, class, "-i", &log], arguments].concat())
    };
    let Some(tags) = java(&["-listtags"]) else {
        eprintln!("SKIPPED: there is no Java here with HdrHistogram");
        return;
    };
    let mut tags: Vec<&str> = tags.lines().skip(1).filter(|tag| !tag.is_empty()).collect();
    tags.sort_unstable();
    assert_eq!(tags, ["back_month_if_ever", "bought_GPU", "price*1e-4_CNY"]);
    let output = |name: &str| {
        let mut outputs = result["outputs"].as_array().expect("outputs").iter();
        outputs.find(|output| output["name"] == name).expect("an output of that name")
    };
    for (name, tag, scale) in [("price", "price*1e-4_CNY", 1e-4), ("bought", "bought_GPU", 1.0)] {
        let table = java(&["-tag", tag, "-outputValueUnitRatio", "1"]).expect("it ran before");
        let rows: Vec<Vec<f64>> = table
            .lines()
            .map(|line| line.split_whitespace().map_while(|cell| cell.parse().ok()).collect())
            .filter(|row: &Vec<f64>| row.len() >= 3)
            .collect();
        for (at, p) in [(2, 0.5), (3, 0.75), (4, 0.95)] {
            let told = output(name)["quantiles"][at]["value"].as_f64().expect("a number");
            let row = rows.iter().find(|row| row[1] == p).expect("a row for the percentile");
            assert!((row[0] * scale - told).abs() <= 2e-3 * told, "{tag} {p}: {row:?} for {told}");
        }
        assert_eq!(rows.last().expect("rows")[1..], [1.0, 50_000.0]);
    }
}

/// HdrHistogram's JavaScript decodes logs, and the parser of its plotter reads percentile texts. OUTLAY_NODE_MODULES is the
/// folder in which `npm install hdr-histogram-js` was run.
#[test]
fn javascript_reads_logs_and_percentile_texts() {
    let modules = std::env::var("OUTLAY_NODE_MODULES").unwrap_or_else(|_| ".".to_owned());
    let package = format!("{modules}/node_modules/hdr-histogram-js");
    let script = "process.exit(require('fs').existsSync(process.argv[1]) ? 0 : 1)";
    if probed("node", &["-e", script, &package]).is_none() {
        eprintln!("SKIPPED: there is no Node here with hdr-histogram-js");
        return;
    }
    let folder = folder_with_model();
    let common = ["-q", "-n", "50_000"];
    run(folder.path(), &[&common[..], &["-o", "r.json", "-o", "r.hlog"]].concat()).code(0);
    for name in ["price", "root", "back"] {
        let file = format!("{name}.hgrm");
        run(folder.path(), &[&common[..], &["--only", name, "-o", &file]].concat()).code(0);
    }
    assert!(fs::exists(folder.path().join("back.hgrm")).is_ok_and(|exists| exists));
    let mut node = Command::new("node");
    node.arg(fixture("readers.mjs")).arg(&modules).current_dir(folder.path());
    assert!(succeeded(node.output()).ends_with("all read the same\n"));
}
