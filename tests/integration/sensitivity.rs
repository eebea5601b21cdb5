//! Sensitivity and tails against exact results, at the default cost.

use outlay::analysis::{Alternative, Driver, Region, Sensitivity, Tail, sensitivity, tail};
use outlay::math::{norm_cdf, norm_pdf};
use outlay::{Compiled, Request, RunSettings, Unwatched, compile, no_files};

/// What every figure of the documentation is promised to be within at the default cost.
const WITHIN: f64 = 0.01;

#[track_caller]
fn compiled(text: &str, scenario: Option<&str>, expression: Option<&str>) -> Compiled {
    let request = Request {
        name: "model.toml".into(),
        text: text.into(),
        scenario: scenario.map(str::to_owned),
        expressions: expression.map(|text| ("--where", text.to_owned())).into_iter().collect(),
        ..Request::default()
    };
    compile(&request, &mut no_files).unwrap_or_else(|failure| {
        panic!("{}", outlay::diagnostic::render(&failure.diagnostics, &failure.sources, false))
    })
}

fn drivers_of(text: &str, output: &str, settings: &RunSettings) -> Sensitivity {
    let model = compiled(text, None, None);
    let output = model.watched_output(output).expect("an output");
    sensitivity(&model, &output, &[], false, settings, &Unwatched).expect("it varies")
}

#[track_caller]
fn driver<'a>(found: &'a Sensitivity, name: &str) -> &'a Driver {
    found.drivers.iter().find(|driver| driver.name == name).expect("an input of that name")
}

#[track_caller]
fn check_indices(found: &Sensitivity, name: &str, first: f64, total: f64) {
    let driver = driver(found, name);
    for (estimate, expected) in [(driver.first, first), (driver.total, total)] {
        let estimate = estimate.expect("the output varies");
        assert!((estimate.value - expected).abs() < WITHIN, "{name}: {estimate:?}, not {expected}");
        let half = (estimate.high - estimate.low) / 2.0;
        // 1.96 standard errors on either side; at a fixed seed nothing flickers.
        assert!(
            (estimate.value - expected).abs() < 2.0 * half + 1e-12,
            "{name}: {estimate:?}, not {expected}"
        );
        assert!(half < WITHIN, "{name}: {estimate:?}");
    }
}

const ISHIGAMI: &str = r#"
outlay = 1
[inputs]
x1 = "uniform(-3.141592653589793, 3.141592653589793)"
x2 = "uniform(-3.141592653589793, 3.141592653589793)"
x3 = "uniform(-3.141592653589793, 3.141592653589793)"
[outputs]
y = { value = "sin(x1) + 7 * sin(x2)^2 + 0.1 * x3^4 * sin(x1)" }
"#;

#[test]
fn ishigami() {
    // T. Ishigami and T. Homma, ISUMA '90; a = 7, b = 0.1.
    let found = drivers_of(ISHIGAMI, "y", &RunSettings::default());
    check_indices(&found, "x1", 0.313_905, 0.557_589);
    check_indices(&found, "x2", 0.442_411, 0.442_411);
    check_indices(&found, "x3", 0.0, 0.243_684);
    let names: Vec<&str> = found.drivers.iter().map(|driver| driver.name.as_str()).collect();
    assert_eq!(names, ["x1", "x2", "x3"], "by total");
    assert_eq!(found.evaluations, 5_000_000);
}

#[test]
fn g_function() {
    // I. Sobol', with a = 0, 1, 4.5, 9, 99: the product of (|4 x − 2| + a) / (1 + a).
    const A: [f64; 5] = [0.0, 1.0, 4.5, 9.0, 99.0];
    let inputs: String = (0..5).map(|i| format!("x{i} = \"uniform(0, 1)\"\n")).collect();
    let factors: Vec<String> = A
        .iter()
        .enumerate()
        .map(|(i, a)| format!("(abs(4 * x{i} - 2) + {a}) / (1 + {a})"))
        .collect();
    let text = format!(
        "outlay = 1\n[inputs]\n{inputs}[outputs]\ny = {{ value = \"{}\" }}\n",
        factors.join(" * ")
    );
    let found = drivers_of(&text, "y", &RunSettings::default());
    let parts = A.map(|a| 1.0 / (3.0 * (1.0 + a) * (1.0 + a)));
    let product: f64 = parts.iter().map(|part| 1.0 + part).product();
    for (i, part) in parts.iter().enumerate() {
        let total = part * product / (1.0 + part) / (product - 1.0);
        check_indices(&found, &format!("x{i}"), part / (product - 1.0), total);
    }
}

const LINEAR: &str = r#"
outlay = 1
[model]
units = ["widget"]
[inputs]
a = "normal(10, 2) USD"
b = "normal(5, 1) USD"
none = "uniform(0, 1)"
[outputs]
y = { value = "3 * a - 2 * b + 0 * none * 1 USD", unit = "k USD" }
"#;

#[test]
fn a_linear_model_has_the_shares_of_its_terms() {
    let found = drivers_of(LINEAR, "y", &RunSettings::default());
    check_indices(&found, "a", 0.9, 0.9);
    check_indices(&found, "b", 0.1, 0.1);
    check_indices(&found, "none", 0.0, 0.0);
    // Spearman's coefficient of two normal variables: 6/π asin(ρ/2).
    for (name, rho) in [("a", 0.9_f64.sqrt()), ("b", -0.1_f64.sqrt()), ("none", 0.0)] {
        let expected = 6.0 / std::f64::consts::PI * libm::asin(rho / 2.0);
        let member = &driver(&found, name).members[0];
        let spearman = member.spearman.expect("it varies");
        assert!((spearman - expected).abs() < WITHIN, "{name}: {spearman}, not {expected}");
    }
    let contributions: f64 =
        found.drivers.iter().filter_map(|driver| driver.members[0].contribution).sum();
    assert!((contributions - 1.0).abs() < 1e-12);
    // The mean given a is 3 a − 10, and a's P90 is 1.2816 sd above its mean.
    let swing = driver(&found, "a").members[0].swing.expect("it varies");
    let reach = 1.281_551_565_5;
    assert!((swing.low - (0.020 - 0.006 * reach)).abs() < 1e-4, "{swing:?}");
    assert!((swing.high - (0.020 + 0.006 * reach)).abs() < 1e-4, "{swing:?}");
    assert!((swing.input[1] - (10.0 + 2.0 * reach)).abs() < 0.02, "{swing:?}");
    let falling = driver(&found, "b").members[0].swing.expect("it varies");
    assert!(falling.low > falling.high, "{falling:?}");
}

const STEPS: &str = r#"
outlay = 1
[timeline]
step = "year"
steps = 3
[index]
site = ["north", "south"]
[inputs]
shock = { value = "normal(0, 1)", each = "step" }
size = { by = "site", value = "normal(0, 1)" }
[outputs]
y = { value = "sum(shock) + 2 * sum(size, site)" }
by_site = { value = "size + first(shock)" }
path = { value = "cumsum(shock)" }
"#;

/// y = a + 2 b + c with unit variances and cov(a, b) = 1/2: Var y = 1 + 4 + 2 + 1 = 8, of which 7 are of a and b
/// together, whatever copula ties them.
#[test]
fn correlated_inputs_are_one_factor() {
    for copula in ["", "[copula]\nkind = \"student_t\"\ndf = 4\n"] {
        let text = format!(
            r#"
outlay = 1
[inputs]
a = "normal(0, 1)"
b = "normal(3, 1)"
c = "normal(-1, 1)"
[correlations]
"a, b" = {{ pearson = 0.5 }}
{copula}
[outputs]
y = {{ value = "a + 2 * b + c" }}
"#
        );
        let found = drivers_of(&text, "y", &RunSettings::default());
        let names: Vec<&str> = found.drivers.iter().map(|driver| driver.name.as_str()).collect();
        assert_eq!(names, ["a, b", "c"], "{copula}");
        check_indices(&found, "a, b", 7.0 / 8.0, 7.0 / 8.0);
        check_indices(&found, "c", 1.0 / 8.0, 1.0 / 8.0);
    }
}

#[test]
fn step_draws_are_one_input_and_so_are_the_labels_of_an_index() {
    let settings = RunSettings { trials: 200_000, ..RunSettings::default() };
    let found = drivers_of(STEPS, "y", &settings);
    check_indices(&found, "shock", 1.0 / 3.0, 1.0 / 3.0);
    check_indices(&found, "size", 2.0 / 3.0, 2.0 / 3.0);
    let size = driver(&found, "size");
    let names: Vec<&str> = size.members.iter().map(|member| member.name.as_str()).collect();
    assert_eq!(names, ["size[north]", "size[south]"]);
    assert!(driver(&found, "shock").members[0].is_over_time);
    let found = drivers_of(STEPS, "by_site[ south ]", &settings);
    check_indices(&found, "size", 0.5, 0.5);
}

#[test]
fn a_series_has_no_single_driver() {
    let model = compiled(STEPS, None, None);
    let output = model.watched_output("path").expect("an output");
    let settings = RunSettings { trials: 1_000, ..RunSettings::default() };
    let failure = sensitivity(&model, &output, &[], false, &settings, &Unwatched);
    assert_eq!(failure.expect_err("a series").to_string(), "`path` is a series");
}

/// E max(X, 0) of a normal X.
fn option(mean: f64, sd: f64) -> f64 {
    sd * norm_pdf(mean / sd) + mean * norm_cdf(mean / sd)
}

fn decided(
    text: &str,
    scenarios: &[Option<&str>],
    nothing: bool,
    is_lower_better: bool,
) -> Sensitivity {
    let models: Vec<Compiled> =
        scenarios.iter().map(|scenario| compiled(text, *scenario, None)).collect();
    let mut alternatives: Vec<Alternative<'_>> = models
        .iter()
        .zip(scenarios)
        .map(|(model, scenario)| Alternative {
            name: scenario.unwrap_or("base").to_owned(),
            value: Some((model, model.watched_output("y").expect("an output"))),
        })
        .collect();
    if nothing {
        alternatives.push(Alternative { name: "nothing".to_owned(), value: None });
    }
    let output = models[0].watched_output("y").expect("an output");
    let settings = RunSettings { trials: 300_000, ..RunSettings::default() };
    sensitivity(&models[0], &output, &alternatives, is_lower_better, &settings, &Unwatched)
        .expect("it varies")
}

#[test]
fn information_before_an_investment_is_an_option() {
    let text = r#"
outlay = 1
[inputs]
a = "normal(2, 4)"
b = "lognormal(mean = 3, sd = 1)"
c = "discrete(-9: 1, 1: 3)"
idle = "normal(0, 1)"
[outputs]
y = { value = "a + b + c - 5 + 0 * idle" }
"#;
    let found = decided(text, &[None], true, false);
    let decision = found.decision.as_ref().expect("two alternatives");
    // E y = 2 + 3 - 1.5 - 5 = -1.5: nothing is the best choice.
    assert_eq!(decision.choices[decision.best].name, "nothing");
    let gain = |name: &str| driver(&found, name).evppi.expect("a decision");
    // About a: E max(a - 3.5, 0) with a - 3.5 ~ N(-1.5, 4).
    for (name, expected) in [("a", option(-1.5, 4.0)), ("c", 0.75), ("idle", 0.0)] {
        let gain = gain(name);
        assert!(
            (gain.value - expected).abs() < 4.0 * gain.se + 1e-9,
            "{name}: {gain:?}, not {expected}"
        );
        assert!(gain.se < 0.01, "{name}: {gain:?}");
    }
    assert!(decision.evpi.value > gain("a").value);
}

#[test]
fn two_scenarios_share_their_random_numbers() {
    // y is x in one and 3 − x / 2 in the other, x ~ N(1, 2): the difference is N(−1.5, 3).
    let text = r#"
outlay = 1
[inputs]
x = "normal(1, 2)"
noise = "normal(0, 5)"
plan = "0"
[outputs]
y = { value = "(if plan == 0 then x else 3 - x / 2) + noise" }
[scenarios.other]
set = { plan = "1" }
"#;
    let found = decided(text, &[None, Some("other")], false, false);
    let decision = found.decision.as_ref().expect("two alternatives");
    assert_eq!(decision.best, 1);
    let expected = option(-1.5, 3.0);
    for gain in [decision.evpi, driver(&found, "x").evppi.expect("a decision")] {
        assert!((gain.value - expected).abs() < 4.0 * gain.se, "{gain:?}, not {expected}");
        assert!(gain.se < 0.005, "{gain:?}");
    }
    assert_eq!(driver(&found, "noise").evppi.expect("a decision").value, 0.0);
    // P(x > 3 - x / 2) = P(x > 2).
    assert!((decision.choices[0].is_best - norm_cdf(-0.5)).abs() < 0.004);
    // Where less is better, the other is chosen; what there is to gain is the same.
    let found = decided(text, &[None, Some("other")], false, true);
    let decision = found.decision.as_ref().expect("two alternatives");
    assert_eq!(decision.best, 0);
    assert!((decision.evpi.value - (option(-1.5, 3.0))).abs() < 4.0 * decision.evpi.se);
    assert!((decision.choices[0].mean - 1.0).abs() < 0.05);
}

#[test]
fn never_counts_as_the_end_of_the_horizon() {
    let text = r#"
outlay = 1
[timeline]
step = "month"
steps = 24
[inputs]
rent = "uniform(2, 10) USD"
[series]
cash = { first = "-100 USD", next = "rent" }
[outputs]
back = { value = "payback(cash)", unit = "year" }
"#;
    let settings = RunSettings { trials: 50_000, ..RunSettings::default() };
    let found = drivers_of(text, "back", &settings);
    assert_eq!(found.horizon, Some(2.0));
    assert!((found.never - (100.0 / 24.0 - 2.0) / 8.0).abs() < 0.01);
    assert_eq!(found.undefined, 0);
    check_indices(&found, "rent", 1.0, 1.0);
    assert!(driver(&found, "rent").members[0].spearman.expect("it varies") < -0.9);
}

#[test]
fn a_result_is_the_same_for_any_number_of_threads() {
    let of = |threads: usize| {
        let settings =
            RunSettings { trials: 30_011, threads: Some(threads), ..RunSettings::default() };
        drivers_of(STEPS, "y", &settings)
    };
    let one = of(1);
    assert_eq!(one, of(2));
    assert_eq!(one, of(5));
}

fn tail_of(text: &str, region: impl FnOnce(&Compiled) -> Region, expression: Option<&str>) -> Tail {
    let model = compiled(text, None, expression);
    let settings = RunSettings { trials: 200_000, ..RunSettings::default() };
    tail(&model, &region(&model), &settings, &Unwatched).expect("both sides")
}

#[test]
fn a_tail_is_made_of_what_drives_it() {
    let beyond = |model: &Compiled| Region::Beyond {
        output: model.watched_output("y").expect("an output"),
        p: 0.9,
    };
    let found = tail_of(LINEAR, beyond, None);
    assert_eq!(found.region, "y ≥ P90");
    assert_eq!(found.inside, 20_001);
    let names: Vec<&str> = found.inputs.iter().map(|input| input.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "none"]);
    assert!(found.inputs[0].shift.expect("it varies") > 1.0);
    assert!(found.inputs[1].superiority.value < 0.45);
    let none = found.inputs[2].superiority;
    assert!(none.low < 0.5 && 0.5 < none.high, "{none:?}");
}

#[test]
fn a_region_may_be_any_condition() {
    // Inside a > 10 USD, a is half a normal: its median is 0.6745 sd above, outside as much below.
    let found = tail_of(
        LINEAR,
        |model| Region::Where(model.watched_output("a > 10 USD").expect("asked for")),
        Some("a > 10 USD"),
    );
    let a = &found.inputs[0];
    assert_eq!(a.name, "a");
    assert_eq!(a.superiority.value, 1.0);
    assert!((a.shift.expect("it varies") - 2.0 * 0.674_49).abs() < 0.02, "{a:?}");
    assert!((a.inside - 11.349).abs() < 0.02 && (a.outside - 8.651).abs() < 0.02, "{a:?}");
}

#[test]
fn the_typical_trial_is_in_the_region() {
    let beyond = |model: &Compiled| Region::Beyond {
        output: model.watched_output("y").expect("an output"),
        p: 0.05,
    };
    let found = tail_of(LINEAR, beyond, None);
    let model = compiled(LINEAR, None, None);
    let rows = outlay::trial(&model, &RunSettings::default(), found.typical);
    let threshold = found.threshold.expect("a percentile");
    let y = rows.iter().find(|row| row.name == "y").expect("a quantity");
    assert_eq!(y.values, [threshold.typical]);
    for input in &found.inputs {
        let row = rows.iter().find(|row| row.name == input.name).expect("a quantity");
        assert_eq!(row.values, [outlay::results::Point::Value(input.typical)], "{}", input.name);
    }
}

#[test]
fn a_region_has_two_sides() {
    let model = compiled(LINEAR, None, Some("a > 1000 USD"));
    let region = Region::Where(model.watched_output("a > 1000 USD").expect("asked for"));
    let settings = RunSettings { trials: 1_000, ..RunSettings::default() };
    let failure = tail(&model, &region, &settings, &Unwatched).expect_err("nobody is there");
    assert_eq!(failure.to_string(), "0 of 1000 trials lie in the region `a > 1000 USD`");
}
