//! Figures out of shipped models: what the tests of models ask of a compiled model and of a result.

use outlay::results::{NumberSummary, OutputResult, Point, SimulationResult, Statistics};
use outlay::shipped::find;
use outlay::{Compiled, Request, RunSettings, Unwatched, compile, no_files, run};

/// A shipped model, in one of its scenarios.
#[track_caller]
pub(crate) fn compiled(name: &str, scenario: Option<&str>) -> Compiled {
    compiled_with(name, scenario, &[])
}

#[track_caller]
fn compiled_with(name: &str, scenario: Option<&str>, set: &[&str]) -> Compiled {
    let shipped = find(name).expect("a shipped model");
    let request = Request {
        name: name.into(),
        text: shipped.text.into(),
        scenario: scenario.map(str::to_owned),
        set: set.iter().map(ToString::to_string).collect(),
        ..Request::default()
    };
    compile(&request, &mut no_files).unwrap_or_else(|failure| {
        panic!("{}", outlay::diagnostic::render(&failure.diagnostics, &failure.sources, false))
    })
}

/// A run of it.
#[track_caller]
pub(crate) fn simulated(name: &str, scenario: Option<&str>, trials: u64) -> SimulationResult {
    let settings = RunSettings { trials, ..RunSettings::default() };
    run(&compiled(name, scenario), &settings, &Unwatched)
}

/// A run of it with some inputs replaced.
#[track_caller]
pub(crate) fn set(name: &str, set: &[&str], trials: u64) -> SimulationResult {
    let settings = RunSettings { trials, ..RunSettings::default() };
    run(&compiled_with(name, None, set), &settings, &Unwatched)
}

#[track_caller]
pub(crate) fn output<'r>(result: &'r SimulationResult, name: &str) -> &'r OutputResult {
    result
        .outputs
        .iter()
        .find(|output| output.name == name)
        .unwrap_or_else(|| panic!("no `{name}`"))
}

#[track_caller]
pub(crate) fn number<'r>(result: &'r SimulationResult, name: &str) -> &'r NumberSummary {
    match &output(result, name).statistics {
        Statistics::Number(number) => number,
        Statistics::Time(time) => &time.number,
        Statistics::Probability(_) | Statistics::Series(_) => panic!("`{name}` is no number"),
    }
}

#[track_caller]
pub(crate) fn base(result: &SimulationResult, name: &str) -> f64 {
    match number(result, name).base.map(|base| base.value) {
        Some(Point::Value(value)) => value,
        other => panic!("the base case of `{name}` is {other:?}"),
    }
}

/// Whether a condition holds in the base case.
#[track_caller]
pub(crate) fn holds(result: &SimulationResult, name: &str) -> bool {
    let Statistics::Probability(condition) = &output(result, name).statistics else {
        panic!("`{name}` is no condition")
    };
    condition.base.expect("a base case")
}

/// How often a condition holds.
#[track_caller]
pub(crate) fn probability(result: &SimulationResult, name: &str, label: Option<&str>) -> f64 {
    let is_wanted = |output: &&OutputResult| {
        output.name == name && output.index.values().next().map(String::as_str) == label
    };
    let output = result.outputs.iter().find(is_wanted).expect("an output of that name");
    let Statistics::Probability(condition) = &output.statistics else {
        panic!("`{name}` is no condition")
    };
    condition.probability.expect("trials").value
}

/// A figure of a document, as exact as it is printed there.
#[track_caller]
pub(crate) fn check_base(result: &SimulationResult, name: &str, printed: f64) {
    let value = base(result, name);
    assert!((value - printed).abs() <= 0.5e-4 + 1e-9, "`{name}` is {value}, not {printed}");
}
