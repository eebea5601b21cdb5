//! What a user sees for each mistake: one wrong model a file, its rendered messages as a snapshot.
//!
//! A fixture may be run as by a command line: comments in front of it, `# set: gpus=3 CNY`,
//! `# scenario: small`, `# only: cost` and `# until: mean(cost) +- 1%`, stand for the options of these names. Data
//! files lie beside it.

use std::fs;
use std::path::Path;

use outlay::diagnostic::{Code, Diagnostics, render};
use outlay::source::Sources;
use outlay::{Asked, Request};

/// The folders of the fixtures, in the order of the stages.
const STAGES: [&str; 8] =
    ["file", "syntax", "names", "units", "shapes", "distributions", "statistics", "warnings"];

/// What a compilation has to say.
struct Told {
    sources: Sources,
    diagnostics: Diagnostics,
    is_usage: bool,
}

fn compile(request: &Request, folder: &Path) -> Told {
    let mut read = |wanted: &str| match wanted {
        "itself" => Ok(request.text.clone().into_bytes()),
        _ => fs::read(folder.join(wanted)),
    };
    match outlay::compile(request, &mut read) {
        Ok(compiled) => {
            Told { sources: compiled.sources, diagnostics: compiled.warnings, is_usage: false }
        }
        Err(failure) => Told {
            sources: failure.sources,
            diagnostics: failure.diagnostics,
            is_usage: failure.is_usage,
        },
    }
}

/// A fixture with the options that its first lines state.
fn request(path: &Path) -> Request {
    let text = fs::read_to_string(path).expect("a fixture is readable");
    let mut request = Request {
        name: path.file_name().expect("a file").to_string_lossy().into_owned(),
        ..Request::default()
    };
    for line in text.lines().take_while(|line| line.starts_with('#')) {
        match line.split_once(": ") {
            Some(("# set", set)) => request.set.push(set.to_owned()),
            Some(("# scenario", scenario)) => request.scenario = Some(scenario.to_owned()),
            Some(("# only", only)) => request.only = only.split(',').map(str::to_owned).collect(),
            Some(("# until", text)) => request.statistics.push(Asked::until(text)),
            Some(("# solve", text)) => request.statistics.push(Asked::equation(text)),
            _ => {}
        }
    }
    request.text = text;
    request
}

fn told(path: &Path) -> Told {
    compile(&request(path), path.parent().expect("a folder"))
}

#[test]
fn every_mistake_is_told_as_its_snapshot_says() {
    insta::glob!("../fixtures/errors", "*/*.toml", |path| {
        let told = told(path);
        let mut text = render(&told.diagnostics, &told.sources, false);
        if told.is_usage {
            text += "(the command line is wrong: exit code 2)\n";
        }
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!("message", text);
        });
    });
}

#[test]
fn every_code_of_a_compilation_has_a_wrong_model() {
    let mut told_codes = Vec::new();
    for stage in STAGES {
        let folder = format!("{}/tests/fixtures/errors/{stage}", env!("CARGO_MANIFEST_DIR"));
        for entry in fs::read_dir(folder).expect("the folder of a stage") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                told_codes.extend(told(&path).diagnostics.iter().map(|diagnostic| diagnostic.code));
            }
        }
    }
    // What a run finds out is told with its results.
    for code in Code::ALL.iter().filter(|code| !code.name()[1..].starts_with('6')) {
        assert!(told_codes.contains(code), "no wrong model for {}", code.name());
    }
}

/// The model of a fixture compiles once `wrong`, in its last place, is replaced by what the help offers.
#[track_caller]
fn check_help(fixture: &str, wrong: &str) {
    let path = format!("{}/tests/fixtures/errors/{fixture}.toml", env!("CARGO_MANIFEST_DIR"));
    let mut request = request(Path::new(&path));
    let told = compile(&request, Path::new("."));
    let help = told.diagnostics.iter().find_map(|diagnostic| diagnostic.helps.first());
    let help = help.expect("a help").clone();
    let offered = help.split('`').nth_back(1).expect("something to paste");
    let at = request.text.rfind(wrong).expect("the mistake");
    request.text.replace_range(at..at + wrong.len(), offered);
    let told = compile(&request, Path::new("."));
    let rendered = render(&told.diagnostics, &told.sources, false);
    assert!(!told.diagnostics.has_errors(), "{fixture}: {help}\n{rendered}");
}

#[test]
fn the_nearest_correlations_hold_themselves() {
    let path = "tests/fixtures/errors/distributions/e507_contradiction.toml";
    let mut request = request(&Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    let told = compile(&request, Path::new("."));
    let help = told.diagnostics.iter().find_map(|diagnostic| diagnostic.helps.first());
    let (_, lines) = help.and_then(|help| help.split_once('\n')).expect("lines to paste");
    let (from, to) = ("[correlations]\n", "\n[outputs]");
    let start = request.text.find(from).expect("the table") + from.len();
    let end = request.text.find(to).expect("the next table");
    request.text.replace_range(start..end, lines);
    let told = compile(&request, Path::new("."));
    let rendered = render(&told.diagnostics, &told.sources, false);
    assert!(!told.diagnostics.has_errors(), "{lines}\n{rendered}");
}

#[test]
fn what_help_offers_for_pasting_compiles() {
    check_help("distributions/e503_negative", "-10% to 30%");
    check_help("distributions/e503_zero", "0 to 10亿 CNY");
    check_help("distributions/e503_negative_with_a_unit", "-2亿 to 10亿 CNY");
    check_help("distributions/e503_compound_unit", "-2万 to 15万 CNY/GPU");
    check_help("distributions/e503_both_units", "-3 day to 2 month");
    check_help("distributions/e503_level", "-2 to 10 @ 80%");
    check_help("distributions/e503_order", "10亿 to 1亿 CNY");
    check_help("distributions/e402_parameters", "1万");
    check_help("distributions/e402_shift", "3");
    check_help("distributions/e502_bernoulli", "30");
    check_help("distributions/e404_volatility_per_time", "30% / year");
    check_help("distributions/e404_volatility_plain", "30%");
    check_help("distributions/e404_drift_plain", "5%");
    check_help("distributions/e506_ranks_with_ties", "0.9");
    check_help("distributions/e506_pearson", "0.95");
    check_help("names/e301_slip", "gpu_prise");
    check_help("names/e305_quantity", "gpus(1 + 5%)");
    check_help("names/e306_min_with_names", "max(a, low = 2)");
    check_help("units/e402_duration", "opex * 1.0");
    check_help("units/e402_duration_of_a_name", "opex");
    check_help("units/e402_duration_on_the_left", "opex");
    check_help("units/e402_duration_of_a_sum", "opex + fee");
    check_help("units/e402_literal_without_its_unit", "2_000万");
    check_help("units/e402_zero_percent", "0%");
    check_help("units/e402_zero_with_a_point", "0.0");
    check_help("units/e402_compared_with_a_number", "50亿");
    check_help("units/e402_counted_thing", "gpus");
    check_help("units/e402_price_for_its_amount", "price");
    check_help("units/e402_known_exchange_rate", "run_cost");
    check_help("units/e402_of_a_known_price", "gpus");
    check_help("units/e402_first_and_next", "rent * 2");
    check_help("units/e402_t_and_a_number", "9");
    check_help("units/e402_min", "budget");
    check_help("units/e402_rate_and_a_number", "10%");
    check_help("units/e402_range_with_a_dash", "5-10 CNY");
    check_help("units/e403_exp", "rate");
    check_help("units/e403_exponent", "gpus");
    check_help("units/e403_round", "round(build)");
    check_help("units/e404_output", "unit = \"亿 CNY/month\"");
    check_help("units/e404_output_of_a_number", "unit = \"CNY\"");
    check_help("units/e404_output_in_percent", "unit = \"%\"");
    check_help("units/e404_payback_in_money", "unit = \"CNY\"");
    check_help("units/e404_rate_without_time", "10%");
    check_help("units/e404_rate_input_without_time", "wacc");
    check_help("units/e404_time_of_at", "12");
    check_help("units/e404_ramp", "3");
    check_help("units/e404_plan", "6_000");
    check_help("units/e409_first_time", "cash");
    check_help("units/e409_quantity_for_a_condition", "cost");
    check_help("statistics/e211_condition", "investment <= 12亿 CNY");
    check_help("statistics/e211_of_one_trial", "payback(cash) <= 48 month");
    check_help("statistics/e211_median", "median(investment)");
    check_help("statistics/e402_inside", "12");
    check_help("statistics/e402_target_without_unit", "12亿");
    check_help("statistics/e406_by_step", "mean(cash)");
    check_help("statistics/e409_probability_of_a_number", "P(npv)");
    check_help("statistics/e412_probability", ">= 95");
    check_help("shapes/e406_sum_over_time_of_firms", "sum(capex)");
    check_help("shapes/e406_rate_first", "npv(10% / year, cash)");
    check_help("names/e305_earlier_step", "users(t - 1)");
    check_help("file/e105_unit_for_a_value", "cost = \"亿 CNY\"");
    check_help("shapes/e410_at_before_the_decision", "at(cash, -1 month)");
}
