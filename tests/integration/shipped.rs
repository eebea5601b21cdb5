//! The models that ship: each runs, says what the article says, and prints the page that its snapshot shows.

use outlay::report::{Look, memo, table};
use outlay::results::{Point, Statistics};
use outlay::shipped::SHIPPED;
use outlay::{RunSettings, Unwatched, base_case, run};

use crate::figures::{base, check_base, compiled, holds, number, output, probability, simulated};

#[test]
fn every_shipped_model_runs_and_prints_its_page() {
    for shipped in SHIPPED {
        let result = simulated(shipped.name, None, 20_000);
        let page = table(&memo(&result), Look { width: 100, is_colored: false });
        let page = page.replace(concat!("outlay ", env!("CARGO_PKG_VERSION")), "outlay VERSION");
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("page@{}", shipped.name), page);
        });
    }
}

/// Million CNY of the document in 亿 CNY of the model.
const MILLION: f64 = 0.01;

#[test]
fn the_base_case_of_a800_10k_is_the_plan() {
    let plan = base_case(&compiled("a800-10k", None));
    for (name, millions) in [
        ("gpu_purchase", 1_000.0),
        ("cluster_bottom_up", 2_318.71),
        ("training", 800.0),
        ("data_cost", 100.0),
        ("power", 45.83),
        ("opex", 514.42),
        ("programme", 6_599.62),
        ("peak_funding", 5_017.17),
        ("npv", -4_570.76),
    ] {
        check_base(&plan, name, millions * MILLION);
    }
    check_base(&plan, "cluster_article", 100.0 / 3.0);
    assert_eq!(base(&plan, "go_live"), 9.0);
    assert_eq!(base(&plan, "firms_that_can"), 2.0);
    for name in ["break_even", "sustained_break_even", "discounted_break_even"] {
        let value = number(&plan, name).base.map(|base| base.value);
        assert_eq!(value, Some(Point::Never), "{name}");
    }
    let larger = base_case(&compiled("a800-10k", Some("gpus_20k")));
    check_base(&larger, "programme", 10_376.74 * MILLION);
}

#[test]
fn the_checks_of_the_article_hold_in_the_plan() {
    let plan = base_case(&compiled("a800-10k", None));
    assert!(holds(&plan, "c08_opex_in_hundreds_of_millions"));
    assert!(holds(&plan, "c09_cluster_in_billions"));
    assert!(holds(&plan, "c10_later_cost_in_billions"));
    assert!(!holds(&plan, "c11_programme_reaches_10_billion"));
    assert!(!holds(&plan, "c15_pays_back_in_three_years"));
    let larger = base_case(&compiled("a800-10k", Some("gpus_20k")));
    assert!(holds(&larger, "c11_programme_reaches_10_billion"));
}

#[test]
fn percentiles_of_a800_10k_are_where_another_program_found_them() {
    let result = simulated("a800-10k", None, 200_000);
    // From 400 000 trials elsewhere, in million CNY; the largest differences of its own seeds are 1.5 %.
    for (name, millions) in
        [("programme", [5_180.0, 6_755.0, 8_661.0]), ("peak_funding", [3_683.0, 5_336.0, 7_501.0])]
    {
        let quantiles = &number(&result, name).quantiles;
        for (p, expected) in [0.05, 0.5, 0.95].into_iter().zip(millions) {
            let found = quantiles.iter().find(|quantile| quantile.p == p).expect("asked for");
            let Point::Value(value) = found.value else { panic!("`{name}` at {p} is no number") };
            let ratio = value / (expected * MILLION);
            assert!((ratio - 1.0).abs() < 0.015, "`{name}` at {p}: {value}, expected {expected}");
        }
    }
    let Statistics::Time(break_even) = &output(&result, "break_even").statistics else {
        panic!("a time")
    };
    let never = break_even.never.expect("trials").value;
    assert!((never - 0.930).abs() < 0.003, "P(never) is {never}");
    assert!(probability(&result, "c11_programme_reaches_10_billion", None) < 0.01);
    assert!(probability(&result, "c15_pays_back_in_three_years", None) < 0.05);
    // C7: two of the three can, the third cannot.
    for (firm, least, most) in
        [("alibaba", 0.95, 1.0), ("tencent", 0.95, 1.0), ("baidu", 0.0, 0.10)]
    {
        for name in ["can_build", "can_finance"] {
            let share = probability(&result, name, Some(firm));
            assert!((least..=most).contains(&share), "{name} of {firm}: {share}");
        }
    }
}

#[test]
fn the_arithmetic_of_the_article_is_exact() {
    let plan = base_case(&compiled("article-arithmetic", None));
    for (name, value) in [
        ("c01_gpu_purchase", 10.0),
        ("c02_server_over_its_gpus", 1.0),
        ("c03_times_ordinary_server_at_most", 10.0),
        ("c03_times_ordinary_server_least", 8.0),
        ("c04_cluster", 100.0 / 3.0),
        ("c05_one_run", 8_000.0),
        ("c06_ten_runs", 8.0),
        ("c12_cloud_profit_over_spend", 1.6),
        ("c12_profit_over_spend", 3.312),
    ] {
        let found = base(&plan, name);
        assert!((found - value).abs() <= 1e-12 * value, "`{name}` is {found}, not {value}");
    }
    for name in
        ["c02_server_covers_its_gpus", "c04_cluster_above_3_billion", "c12_cloud_pays_for_itself"]
    {
        assert!(holds(&plan, name), "{name}");
    }
}

#[test]
fn every_scenario_of_every_shipped_model_runs() {
    let mut n_scenarios = 0;
    for shipped in SHIPPED {
        for line in shipped.text.lines() {
            let Some(name) =
                line.strip_prefix("[scenarios.").and_then(|rest| rest.strip_suffix(']'))
            else {
                continue;
            };
            let model = compiled(shipped.name, Some(name));
            let settings = RunSettings { trials: 2_000, ..RunSettings::default() };
            let result = run(&model, &settings, &Unwatched);
            assert_eq!(result.provenance.scenario.as_deref(), Some(name));
            n_scenarios += 1;
        }
    }
    assert!(n_scenarios >= 6, "only {n_scenarios} scenarios");
}
