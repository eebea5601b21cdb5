//! Facts of the article and of the plans that stand in no other test of the shipped models; and the same models with
//! what moves together: the plan stays, the distribution moves the way the correlations say.

use outlay::results::{Point, SimulationResult, Statistics, Verdict};
use outlay::shipped::SHIPPED;
use outlay::{base_case, correlations};

use crate::figures::{base, check_base, compiled, number, probability, set, simulated};

/// Alibaba, Tencent, Baidu.
#[track_caller]
fn check_firms(plan: &SimulationResult, name: &str, expected: [f64; 3]) {
    let of_name = plan.outputs.iter().filter(|output| output.name == name);
    let values: Vec<f64> = of_name
        .map(|output| match &output.statistics {
            Statistics::Number(number) => match number.base.map(|base| base.value) {
                Some(Point::Value(value)) => value,
                other => panic!("`{name}` is {other:?}"),
            },
            Statistics::Time(_) | Statistics::Probability(_) | Statistics::Series(_) => {
                panic!("`{name}` is no number")
            }
        })
        .collect();
    assert_eq!(values.len(), 3, "{name}");
    for (value, expected) in values.iter().zip(expected) {
        assert!(
            (value - expected).abs() <= 1e-12 * expected,
            "`{name}` is {value}, not {expected}"
        );
    }
}

#[test]
fn the_budgets_of_the_firms_are_the_articles() {
    let plan = base_case(&compiled("article-arithmetic", None));
    let budgets = [266.5, 311.0, 56.0];
    check_firms(&plan, "c13_cloud_budget", budgets);
    let over = |amount: f64| budgets.map(|budget| 100.0 * amount / budget);
    check_firms(&plan, "c16_cluster_share_of_budget", over(100.0 / 3.0));
    check_firms(&plan, "c17_consultant_share_of_budget", over(100.0));
}

#[test]
fn what_follows_the_cluster_is_as_much_as_the_cluster() {
    check_base(&base_case(&compiled("a800-10k", None)), "later_cost", 32.6629);
}

/// Where nobody states a base, delay and overrun stand at their medians: a plan that knows of both.
#[test]
fn a_plan_with_delay_and_overrun_at_their_medians() {
    let plan = set("a800-10k", &["delay=0.378 * ln(2)", "overrun=15%"], 1);
    for (name, expected) in [("programme", 65.439), ("peak_funding", 50.472), ("npv", -45.631_14)] {
        let found = base(&plan, name);
        assert!((found - expected).abs() < 5e-4, "`{name}` is {found}, not {expected}");
    }
}

#[test]
fn the_best_twentieth_of_a800_10k_begins_just_below_zero() {
    let result = simulated("a800-10k", None, 200_000);
    let Point::Value(p95) = number(&result, "npv").quantiles[4].value else { panic!("a number") };
    assert!((p95 + 1.65).abs() < 0.3, "{p95}");
    let below = number(&result, "npv").below_zero.expect("trials");
    assert!((0.95..0.96).contains(&below), "{below}");
}

/// Models with what moves together, beside those without.
fn correlated() -> impl Iterator<Item = (&'static str, &'static str)> {
    SHIPPED
        .iter()
        .filter_map(|shipped| Some((shipped.name.strip_suffix("-correlated")?, shipped.name)))
}

#[test]
fn correlations_leave_the_plan_as_it_is() {
    let mut n_models = 0;
    for (without, with) in correlated() {
        let [without, with] = [without, with].map(|name| compiled(name, None));
        assert_eq!(base_case(&with).outputs, base_case(&without).outputs);
        assert!(correlations(&without).is_empty() && !correlations(&with).is_empty());
        n_models += 1;
    }
    assert_eq!(n_models, 5);
}

/// Standard deviation of an output without and with.
fn spreads(model: &str, name: &str) -> [f64; 2] {
    [model.to_owned(), format!("{model}-correlated")]
        .map(|model| number(&simulated(&model, None, 50_000), name).sd.expect("a spread"))
}

#[test]
fn what_moves_together_widens_what_it_adds_up_in() {
    // Rent and use multiply to income; many users who seldom pay make the largest losses.
    for (model, least) in [("rent-or-buy", 1.1), ("rental-h200", 1.03), ("consumer-chatbot", 1.01)]
    {
        let [without, with] = spreads(model, "npv");
        assert!(with > least * without, "{model}: {without}, {with}");
    }
    // Good markets are better than each of their parts: buying wins more often.
    let [independent, together] = ["rent-or-buy", "rent-or-buy-correlated"]
        .map(|model| probability(&simulated(model, None, 50_000), "buying_is_better", None));
    assert!(together > independent + 0.02, "{independent}, {together}");
}

/// The limits in the files hold as they stand, and one breaks where a scenario says that it should.
#[test]
fn limits_hold_by_default() {
    let mut n_checks = 0;
    for shipped in SHIPPED {
        for check in simulated(shipped.name, None, 100_000).checks {
            assert_eq!(check.verdict(), Verdict::Holds, "{} of {}", check.name, shipped.name);
            n_checks += 1;
        }
    }
    assert!(n_checks >= 6, "{n_checks}");
    let broken = simulated("industry-small-model", Some("one_client"), 100_000);
    assert!(broken.checks.iter().all(|check| check.verdict() == Verdict::Fails));
}
