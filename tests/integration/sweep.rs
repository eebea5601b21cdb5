//! `outlay sweep`: its points, its figures against closed forms, its mistakes.

use std::fs;

use crate::cli::outlay;

const MODEL: &str = r#"
outlay = 1
[model]
units = ["GPU"]
[timeline]
step = "month"
steps = 3
[inputs]
gpus = "3 GPU"
share = "50%"
x = "normal(0, 1)"
[series]
cash = "x * t / (1 month)"
[outputs]
gain = { value = "gpus * (share + x) * 1 CNY / (1 GPU)", unit = "CNY" }
won = { value = "gain > 0" }
cash = {}
"#;

fn sweep(arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("m.toml"), MODEL).expect("the folder is writable");
    let output = outlay(["sweep"])
        .current_dir(folder.path())
        .arg("m.toml")
        .args(arguments)
        .args(["-n", "20k"])
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// The rows of the CSV, its head first.
#[track_caller]
fn rows(arguments: &[&str]) -> Vec<Vec<String>> {
    let (code, text, told) = sweep(&[arguments, &["-f", "csv"]].concat());
    assert_eq!(code, Some(0), "{told}");
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn every_point_has_the_same_random_numbers() {
    let rows =
        rows(&["--vary", "gpus=1..3:1", "--statistic", "p50(gain)", "--statistic", "P(gain > 0)"]);
    assert_eq!(rows[0].join(","), "gpus,output,statistic,p,value,low,high");
    assert_eq!(rows.len(), 1 + 3 * 2);
    let value = |row: usize| rows[row][4].parse::<f64>().expect("a number");
    // gain = gpus (0.5 + x): the median is proportional to gpus, the sign does not depend on it.
    assert_eq!(
        (&*rows[1][0], &*rows[1][1], &*rows[1][2], &*rows[1][3]),
        ("1", "gain", "percentile", "0.5")
    );
    // Percentiles are read off buckets, to a tenth of their interval.
    let tolerance = 0.1 * 2.0 * 1.96 * 1.2533 / 20_000_f64.sqrt() / 0.5;
    assert!((value(3) / value(1) - 2.0).abs() < tolerance, "{} {}", value(1), value(3));
    assert!((value(5) / value(1) - 3.0).abs() < tolerance, "{} {}", value(1), value(5));
    assert!((value(1) - 0.5).abs() < 5.0 * 1.2533 / 20_000_f64.sqrt());
    assert_eq!((value(2), value(4)), (value(4), value(6)));
    assert_eq!((&*rows[2][1], &*rows[2][2], &*rows[2][3]), ("gain > 0", "probability", ""));
    // Φ(1/2).
    assert!((value(2) - 0.691_462).abs() < 0.015);
}

#[test]
fn two_inputs_make_a_grid_the_last_fastest() {
    let vary = ["--vary", "gpus=1,2 GPU", "--vary", "share=0%..100%:50%"];
    let rows = rows(&[&vary[..], &["--statistic", "mean(gain)"]].concat());
    assert_eq!(rows[0].join(","), "gpus,share,output,statistic,p,value,low,high");
    let points: Vec<String> = rows[1..].iter().map(|row| row[..2].join(" ")).collect();
    assert_eq!(points, ["1 0", "1 0.5", "1 1", "2 0", "2 0.5", "2 1"]);
    let value = |row: usize| rows[row][5].parse::<f64>().expect("a number");
    assert!((value(3) - value(1) - 1.0).abs() < 1e-9 && (value(6) - value(4) - 2.0).abs() < 1e-9);
}

#[test]
fn without_statistics_the_outputs_have_their_usual_ones() {
    let first = rows(&["--vary", "gpus=1,2"]);
    let names: Vec<&str> = first[1..5].iter().map(|row| row[2].as_str()).collect();
    assert_eq!(names, ["mean", "percentile", "percentile", "percentile"]);
    let won = rows(&["--vary", "gpus=1,2", "--only", "won"]);
    assert_eq!((won.len(), &*won[1][2]), (3, "probability"));
}

#[test]
fn a_page_has_a_chart_and_json_its_points() {
    let (code, page, _) = sweep(&["--vary", "gpus=1..4:1", "--only", "gain"]);
    assert_eq!(code, Some(0));
    assert!(page.contains("Chart") && page.contains("● mean(gain) · ○ p5(gain)"), "{page}");
    assert!(
        page.contains("outlay sweep m.toml -n 20_000 --seed 1 --vary 'gpus=1,2,3,4 GPU'"),
        "{page}"
    );
    let (_, text, _) = sweep(&["--vary", "share=10%..30%:10%", "-f", "json"]);
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(json["schema"], "outlay.sweep/1");
    assert_eq!(json["points"][1]["inputs"]["share"], 0.2);
    assert_eq!(json["points"][1]["statistics"][0]["statistic"], "mean(gain)");
}

#[test]
fn mistakes_are_told() {
    for (arguments, wanted) in [
        (&["--vary", "gpus=1..3"][..], "gpus=1000..20000:1000"),
        (&["--vary", "gpus=3..1:1"], "the low end comes first"),
        (&["--vary", "gpu=1..3:1"], "did you mean `gpus`?"),
        (&["--vary", "gain=1..3:1"], "cannot be set"),
        (&["--vary", "gpus=1..3:1 month"], "month"),
        (&["--vary", "gpus=1,2", "--vary", "gpus=3,4"], "given twice"),
        (&["--vary", "gpus=1,2", "--statistic", "p50(gains)"], "gain"),
        (&["--vary", "gpus=1,2", "--only", "cash"], "not a series"),
        (&["--vary", "gpus=1..1000:1", "--vary", "share=1..1000:1"], "more than 10000"),
    ] {
        let (code, _, told) = sweep(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {told}");
        assert!(told.contains(wanted), "{arguments:?}: {told}");
    }
}
