//! A result is a function of model, seed and trials alone: of nothing that a machine or an editor may change.

use std::fs;

use outlay::engine::{self, Prepared};
use outlay::math::simd::SimdPath;
use outlay::{Compiled, Request, RunSettings, Unwatched, compile, no_files, report, run, shipped};

/// Not a multiple of a block, and several chunks of blocks, so that threads share the work.
const TRIALS: u64 = 40_007;

fn request(text: &str) -> Request {
    Request { name: "model.toml".into(), text: text.into(), ..Request::default() }
}

#[track_caller]
fn compiled(request: &Request) -> Compiled {
    compile(request, &mut no_files).unwrap_or_else(|failure| {
        panic!("{}", outlay::diagnostic::render(&failure.diagnostics, &failure.sources, false))
    })
}

/// The shipped models, and models with step draws, rates of return, solved distributions and several indexes.
fn models() -> Vec<Compiled> {
    let mut texts: Vec<String> =
        shipped::SHIPPED.iter().map(|shipped| shipped.text.to_owned()).collect();
    for name in
        ["random-walk", "irr-table", "hierarchies", "two-indices", "undefined", "discrete-laws"]
    {
        let path = format!("{}/tests/fixtures/known/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        texts.push(fs::read_to_string(path).expect("a fixture is readable"));
    }
    texts.iter().map(|text| compiled(&request(text))).collect()
}

#[test]
fn threads_do_not_change_a_byte() {
    for model in models() {
        let json = |threads: usize| {
            let settings =
                RunSettings { trials: TRIALS, threads: Some(threads), ..RunSettings::default() };
            report::json(&run(&model, &settings, &Unwatched), None)
        };
        let one = json(1);
        for threads in [2, 3, 7] {
            assert!(
                json(threads) == one,
                "{threads} threads: {}",
                model.model().title.clone().unwrap_or_default()
            );
        }
    }
}

/// The values of the first trials, one list a channel.
fn values(model: &Compiled, seed: u64, trials: u64, path: SimdPath) -> Vec<Vec<f64>> {
    let prepared = Prepared::new(model.program(), seed).with_path(path);
    engine::collect(&prepared, model.program().n_channels, trials)
}

fn bits(lists: &[Vec<f64>]) -> Vec<Vec<u64>> {
    let bits = |list: &Vec<f64>| list.iter().map(|value| value.to_bits()).collect();
    lists.iter().map(bits).collect()
}

#[test]
fn instructions_do_not_change_a_bit() {
    for model in models() {
        let baseline = bits(&values(&model, 1, 1_500, SimdPath::Baseline));
        for path in SimdPath::available() {
            assert!(bits(&values(&model, 1, 1_500, path)) == baseline, "{path}");
        }
    }
}

#[test]
fn the_environment_picks_instructions_and_no_values() {
    let json = |path: &str| {
        let output = std::process::Command::new(snapbox::cmd::cargo_bin("outlay"))
            .args(["run", "a800-10k", "-n", "5000", "-f", "json", "-q"])
            .env("OUTLAY_SIMD", path)
            .output()
            .expect("it runs");
        let text = String::from_utf8(output.stdout).expect("text");
        let lines = text.lines().filter(|line| !line.contains("\"elapsed_seconds\""));
        lines.collect::<Vec<_>>().join("\n")
    };
    let baseline = json("baseline");
    assert!(baseline.contains("\"programme\""));
    for path in ["avx2", "avx512"] {
        assert!(json(path) == baseline, "{path}");
    }
}

#[test]
fn the_first_trials_of_a_long_run_are_the_short_run() {
    for model in models() {
        let long = values(&model, 1, 3_000, SimdPath::detect());
        let short = bits(&values(&model, 1, 700, SimdPath::detect()));
        let first: Vec<Vec<f64>> = long.iter().map(|list| list[..700].to_vec()).collect();
        assert!(bits(&first) == short);
    }
}

#[test]
fn another_seed_is_another_run() {
    let model = compiled(&request("outlay = 1\n[inputs]\nx = \"normal(0, 1)\"\n[outputs]\nx = {}"));
    assert_ne!(
        bits(&values(&model, 1, 100, SimdPath::detect())),
        bits(&values(&model, 2, 100, SimdPath::detect()))
    );
}

const HEAD: &str =
    "outlay = 1\n[timeline]\nstep = \"month\"\nsteps = 4\n[index]\nfirm = [\"a\", \"b\"]\n";

/// The outputs of a model whose inputs are these.
fn outputs(inputs: &[&str], set: &[&str]) -> Vec<Vec<u64>> {
    let text = format!(
        "{HEAD}[inputs]\n{}\n[series]\nwalk = {{ first = \"price\", next = \"prev + shock\" }}\n\
         [outputs]\nprice = {{}}\nshare = {{}}\nwalk = {{}}\nlaw = {{}}\n",
        inputs.join("\n")
    );
    let set = set.iter().map(|text| (*text).to_owned()).collect();
    let model = compiled(&Request { set, ..request(&text) });
    bits(&values(&model, 1, 600, SimdPath::detect()))
}

const PRICE: &str = "price = \"pert(1, 2, 5)\"";
const SHARE: &str = "share = { value = \"beta(2, 3)\", by = \"firm\" }";
const SHOCK: &str = "shock = { value = \"normal(0, 1)\", each = \"step\" }";
const LAW: &str = "law = \"poisson(4)\"";

#[test]
fn adding_moving_and_renaming_inputs_leaves_the_others() {
    let as_written = outputs(&[PRICE, SHARE, SHOCK, LAW], &[]);
    assert_eq!(outputs(&[LAW, SHOCK, SHARE, PRICE], &[]), as_written, "reordered");
    let other = "other = \"gamma(2, 1)\"";
    assert_eq!(outputs(&[other, PRICE, SHARE, SHOCK, LAW], &[]), as_written, "added");
    let renamed = "another = \"gamma(2, 1)\"";
    assert_eq!(outputs(&[renamed, PRICE, SHARE, SHOCK, LAW], &[]), as_written, "renamed");
}

#[test]
fn an_override_moves_only_what_depends_on_it() {
    let as_written = outputs(&[PRICE, SHARE, SHOCK, LAW], &[]);
    let changed = outputs(&[PRICE, SHARE, SHOCK, LAW], &["law=poisson(5)"]);
    let law = as_written.len() - 1;
    assert_eq!(changed[..law], as_written[..law]);
    assert_ne!(changed[law], as_written[law]);
    // One label alone: the other one keeps its draws.
    let changed = outputs(&[PRICE, SHARE, SHOCK, LAW], &["share[a]=beta(3, 2)"]);
    assert_ne!(changed[1], as_written[1]);
    assert_eq!(changed[2], as_written[2]);
    assert_eq!(changed[3..], as_written[3..]);
}

#[test]
fn a_renamed_input_is_drawn_anew() {
    let draw = |name: &str| {
        let text =
            format!("outlay = 1\n[inputs]\n{name} = \"uniform(0, 1)\"\n[outputs]\n{name} = {{}}");
        bits(&values(&compiled(&request(&text)), 1, 10, SimdPath::detect()))
    };
    assert_ne!(draw("x"), draw("y"));
}
