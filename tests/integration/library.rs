//! The figures of the shipped models besides the article's two: each reproduces its plan, and its distributions are
//! where an independent program found them.
//!
//! The plans were recomputed elsewhere, month by month; so were the percentiles, with a million trials of another
//! generator. Where a figure of a plan is written with fewer digits, it is the one that the documentation prints.

use outlay::base_case;
use outlay::results::{Point, SimulationResult, Statistics};
use outlay::shipped::{SHIPPED, find};

use crate::figures::{base, compiled, holds, number, output, probability, set, simulated};

const TRIALS: u64 = 100_000;

/// A figure of the plan, as exact as it is written.
#[track_caller]
fn check_plan(plan: &SimulationResult, figures: &[(&str, f64, f64)]) {
    for &(name, expected, tolerance) in figures {
        let value = base(plan, name);
        assert!((value - expected).abs() <= tolerance, "`{name}` is {value}, not {expected}");
    }
}

/// The plan never pays back.
#[track_caller]
fn check_never(plan: &SimulationResult, name: &str) {
    assert_eq!(number(plan, name).base.map(|base| base.value), Some(Point::Never), "{name}");
}

/// P5, P50 and P95, each within `tolerance` of what another program found.
#[track_caller]
fn check_percentiles(result: &SimulationResult, name: &str, tolerance: f64, expected: [f64; 3]) {
    for (p, expected) in [0.05, 0.5, 0.95].into_iter().zip(expected) {
        let quantiles = &number(result, name).quantiles;
        let found = quantiles.iter().find(|quantile| quantile.p == p).expect("asked for").value;
        let value = match found {
            Point::Value(value) => value,
            Point::Never => f64::INFINITY,
            other => panic!("`{name}` at {p} is {other:?}"),
        };
        let is_near = value == expected || (value - expected).abs() <= tolerance;
        assert!(is_near, "`{name}` at {p} is {value}, not {expected}");
    }
}

/// A probability, within half a percentage point of what another program found.
#[track_caller]
fn check_probability(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 0.005, "{found}, not {expected}");
}

/// How often it pays back within the horizon.
#[track_caller]
fn pays_back(result: &SimulationResult) -> f64 {
    let Statistics::Time(time) = &output(result, "break_even").statistics else { panic!("a time") };
    1.0 - time.never.expect("trials").value
}

#[test]
fn rent_or_buy() {
    let plan = base_case(&compiled("rent-or-buy", None));
    check_plan(
        &plan,
        &[
            ("purchase", 20.48, 1e-9),
            ("own_cost", 2.516_992, 1e-9),
            ("npv", -6.062_54, 5e-6),
            ("break_even_utilization", 86.743, 5e-4),
        ],
    );
    assert!(!holds(&plan, "buying_is_better"));
    let result = simulated("rent-or-buy", None, TRIALS);
    check_percentiles(&result, "npv", 0.15, [-17.4, -6.55, 8.80]);
    check_percentiles(&result, "break_even_utilization", 0.6, [62.3, 84.9, 115.6]);
    check_probability(probability(&result, "buying_is_better", None), 0.221);
    // At the rents of 2023 it would have been better in four cases of five.
    let dear = set("rent-or-buy", &["rent=4.25 USD/GPU/hour"], TRIALS);
    check_probability(probability(&dear, "buying_is_better", None), 0.818);
}

#[test]
fn buying_is_better_exactly_where_the_rent_exceeds_that_of_break_even() {
    for rent in [3.0, 3.1] {
        let model = set("rent-or-buy", &[&format!("rent={rent} USD/GPU/hour")], 1);
        assert_eq!(holds(&model, "buying_is_better"), rent > base(&model, "break_even_rent"));
    }
}

#[test]
fn industry_small_model() {
    let plan = base_case(&compiled("industry-small-model", None));
    // In 万 CNY: 109.08, 39.08 and -11.17 million.
    check_plan(
        &plan,
        &[
            ("programme", 10_908.130, 5e-3),
            ("peak_funding", 3_908.225, 5e-3),
            ("npv", -1_117.489, 5e-3),
        ],
    );
    check_never(&plan, "break_even");
    let result = simulated("industry-small-model", None, TRIALS);
    check_percentiles(&result, "programme", 150.0, [7_700.0, 12_520.0, 19_550.0]);
    check_percentiles(&result, "peak_funding", 150.0, [2_820.0, 5_630.0, 12_350.0]);
    check_probability(pays_back(&result), 0.441);
}

#[test]
fn the_small_model_ties_up_a_hundredth_of_the_large_one() {
    let small = base_case(&compiled("industry-small-model", None));
    let large = base_case(&compiled("a800-10k", None));
    let ratio = 1e-4 * base(&small, "peak_funding") / base(&large, "peak_funding");
    assert!((ratio - 0.0078).abs() < 1e-4, "{ratio}");
    // The file has the large model's peak as a number; it is that model's.
    assert!((base(&small, "share_of_a800_10k") - 100.0 * ratio).abs() < 1e-4);
    let [small, large] = ["industry-small-model", "a800-10k"].map(|name| {
        let result = simulated(name, None, 20_000);
        let Point::Value(median) = number(&result, "peak_funding").quantiles[2].value else {
            panic!("a number")
        };
        median
    });
    let ratio = 1e-4 * small / large;
    assert!((0.009..0.012).contains(&ratio), "of the medians: {ratio}");
}

#[test]
fn consumer_chatbot() {
    let plan = base_case(&compiled("consumer-chatbot", None));
    check_plan(
        &plan,
        &[
            ("margin_month_12", -1.538_12, 5e-6),
            ("peak_funding", 36.791_43, 5e-6),
            ("npv", -28.345_09, 5e-6),
            ("contributions", -6.791_43, 5e-6),
        ],
    );
    check_never(&plan, "break_even");
    let result = simulated("consumer-chatbot", None, TRIALS);
    check_percentiles(&result, "margin_month_12", 0.15, [-8.65, -1.27, 0.595]);
    check_percentiles(&result, "peak_funding", 1.8, [17.2, 38.9, 121.8]);
    check_probability(probability(&result, "loses_per_user", None), 0.828);
    check_probability(pays_back(&result), 0.0107);
}

/// C14, "the more users, the larger the loss": not always, but in every trial in which a user costs more than he
/// brings, and in no other.
#[test]
fn more_users_lose_more_exactly_where_a_user_loses() {
    let scenarios =
        [None, Some("cheap_answers"), Some("paying_like_chatgpt"), Some("lean_research")];
    let often = scenarios.map(|scenario| {
        let result = simulated("consumer-chatbot", scenario, TRIALS);
        assert_eq!(probability(&result, "c14_is_a_matter_of_margin", None), 1.0, "{scenario:?}");
        probability(&result, "c14_more_users_more_loss", None)
    });
    check_probability(often[0], 0.699);
    assert!(often[1] < 0.1 && often[2] < 0.35, "{often:?}");
    assert_eq!(often[3], often[0], "research does not grow with the users");
}

#[test]
fn gpu_cloud() {
    let plan = base_case(&compiled("gpu-cloud", None));
    check_plan(
        &plan,
        &[
            ("cluster", 23.187_132, 5e-7),
            ("peak_funding", 23.294_98, 5e-6),
            ("npv", -6.191_44, 5e-6),
        ],
    );
    check_never(&plan, "break_even");
    let large = base_case(&compiled("a800-10k", None));
    assert_eq!(base(&plan, "cluster"), base(&large, "cluster_bottom_up"), "the same hardware");
    let result = simulated("gpu-cloud", None, TRIALS);
    check_percentiles(&result, "npv", 0.3, [-18.9, -9.54, 2.45]);
    check_percentiles(&result, "break_even", 1.0, [52.0, f64::INFINITY, f64::INFINITY]);
    check_probability(pays_back(&result), 0.289);
    // The same hardware, at a third of the hours.
    let merchant = simulated("gpu-cloud", Some("cn_merchant"), TRIALS);
    check_percentiles(&merchant, "npv", 0.3, [-26.7, -19.3, -11.0]);
    check_probability(pays_back(&merchant), 0.006);
}

#[test]
fn rental_h200() {
    let plan = base_case(&compiled("rental-h200", Some("entry_2025")));
    check_plan(
        &plan,
        &[
            ("capex", 614.275_66, 5e-6),
            ("capex_per_gpu", 61.427_566, 5e-7),
            ("npv", -208.804_55, 5e-6),
        ],
    );
    check_never(&plan, "break_even");
    let early = base_case(&compiled("rental-h200", Some("entry_2023")));
    check_plan(&early, &[("break_even", 56.0, 0.0), ("npv", -49.703_09, 5e-6)]);
    let result = simulated("rental-h200", None, TRIALS);
    check_percentiles(&result, "npv", 4.0, [-429.0, -255.4, -34.5]);
    check_probability(pays_back(&result), 0.2225);
    let early = simulated("rental-h200", Some("entry_2023"), TRIALS);
    check_percentiles(&early, "npv", 4.0, [-325.6, -103.6, 177.2]);
    check_percentiles(&early, "break_even", 0.0, [38.0, 83.0, f64::INFINITY]);
    check_probability(pays_back(&early), 0.577);
    // "Below 1.65 never, above 2.85 good": the first holds, the second is half true at these costs.
    let [low, high] = ["1.65", "2.85"].map(|rent| {
        let result = set("rental-h200", &[&format!("rent={rent} USD/GPU/hour")], 20_000);
        pays_back(&result)
    });
    assert!(low < 0.01 && high > 0.4, "{low}, {high}");
}

#[test]
fn deepseek_style() {
    let plan = base_case(&compiled("deepseek-style", None));
    // The published figures, exactly.
    check_plan(
        &plan,
        &[
            ("final_run", 5.576, 1e-12),
            ("service_day", 87_072.0, 1e-9),
            ("list_margin", 100.0 * (562_027.0 / 87_072.0 - 1.0), 1e-9),
            ("needed_share", 100.0 * 87_072.0 / 562_027.0, 1e-9),
        ],
    );
    // And as they are quoted: 545.5 % and 0.1549.
    check_plan(&plan, &[("list_margin", 545.5, 0.05), ("needed_share", 15.49, 0.005)]);
    check_plan(
        &plan,
        &[
            ("research_compute", 55.76, 1e-9),
            ("programme", 274.902_71, 5e-6),
            ("headline_share", 2.03, 0.005),
            ("peak_funding", 144.827_44, 5e-6),
        ],
    );
    check_never(&plan, "break_even");
    let result = simulated("deepseek-style", None, TRIALS);
    check_percentiles(&result, "peak_funding", 2.5, [63.8, 159.4, 307.1]);
    check_probability(pays_back(&result), 0.0575);
    assert!(probability(&result, "headline_is_small", None) > 0.999);
}

#[test]
fn bank_antifraud() {
    let plan = base_case(&compiled("bank-antifraud", None));
    check_plan(
        &plan,
        &[
            ("first_gpu_bill", 1_051.92, 5e-3),
            ("full_benefit", 4_950.0, 1e-6),
            ("programme", 10_171.777, 5e-3),
            ("peak_funding", 2_958.461, 5e-3),
            ("break_even", 24.0, 0.0),
            ("npv", 5_962.328, 5e-3),
        ],
    );
    let result = simulated("bank-antifraud", None, TRIALS);
    check_percentiles(&result, "peak_funding", 150.0, [2_478.0, 4_330.0, 9_480.0]);
    check_percentiles(&result, "break_even", 1.0, [14.0, 35.0, f64::INFINITY]);
    check_probability(pays_back(&result), 0.654);
}

#[test]
fn consultant_10bn() {
    let plan = base_case(&compiled("consultant-10bn", None));
    check_plan(&plan, &[("programme", 103.767_4, 5e-5)]);
    assert!(holds(&plan, "c11_programme_reaches_10_billion"));
    // So many cards, and the programme is ten billion exactly; here and in the model that it extends.
    let cards = 1e4 * base(&plan, "cards_for_10_billion");
    for name in ["consultant-10bn", "a800-10k"] {
        let model = set(name, &[&format!("gpus={cards} GPU")], 1);
        check_plan(&model, &[("programme", 100.0, 1e-9)]);
    }
    let result = simulated("consultant-10bn", None, 20_000);
    let reaches = probability(&result, "c11_programme_reaches_10_billion", None);
    assert!((0.45..0.6).contains(&reaches), "{reaches}");
}

/// Models that do not extend one another may need the same fact. It is the same in all of them.
#[test]
fn a_fact_that_two_models_state_is_one_fact() {
    let shared: [(&[&str], &[&str]); 3] = [
        (
            &["a800-10k", "gpu-cloud"],
            &[
                "gpus",
                "gpu_price",
                "server_overhead",
                "network_share",
                "installation",
                "gpu_power",
                "other_power",
                "facility_cost",
                "overrun",
                "build",
                "delay",
                "pue",
                "power_price",
            ],
        ),
        (&["a800-10k", "rental-h200"], &["network_share", "overrun", "delay", "other_power"]),
        (
            &["industry-small-model", "bank-antifraud"],
            &["rent", "rent_decline", "pay", "development", "delay"],
        ),
    ];
    for (models, inputs) in shared {
        for input in inputs {
            let [first, second] = [models[0], models[1]].map(|model| value_of(model, input));
            assert_eq!(first, second, "`{input}` of {models:?}");
        }
    }
}

/// What stands behind `value = ` in `[inputs.NAME]` of a shipped file.
fn value_of(model: &str, input: &str) -> String {
    let text = find(model).expect("a shipped model").text;
    let table = format!("[inputs.{input}]\n");
    let (_, rest) = text.split_once(&table).unwrap_or_else(|| panic!("{model} has no {table}"));
    let value = rest.lines().next().and_then(|line| line.split_once('=')).expect("a value");
    value.1.trim().to_owned()
}

/// Every input says what it is, and whoever states a figure says where it is from, of when, and how sure it is.
#[test]
fn every_input_is_documented() {
    for shipped in SHIPPED {
        for table in shipped.text.split("\n[").filter(|table| table.starts_with("inputs.")) {
            let name = table.lines().next().expect("a header");
            let states = |key: &str| {
                table.lines().any(|line| line.split_once('=').is_some_and(|(k, _)| k.trim() == key))
            };
            assert!(states("about"), "{}: [{name} lacks `about`", shipped.name);
            let is_switch = table.contains("Switch: ");
            for key in ["source", "date", "confidence"] {
                assert!(is_switch || states(key), "{}: [{name} lacks `{key}`", shipped.name);
            }
        }
    }
}

/// What can only be warned about without anything to be done has no place in a shipped model.
#[test]
fn no_shipped_model_warns() {
    for shipped in SHIPPED {
        let model = compiled(shipped.name, None);
        assert!(model.warnings.is_empty(), "{}", shipped.name);
        let result = simulated(shipped.name, None, 100_000);
        assert!(result.warnings.is_empty(), "{}: {:?}", shipped.name, result.warnings);
    }
}
