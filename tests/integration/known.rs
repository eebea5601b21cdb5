//! Models with published or exactly known answers give those answers.
//!
//! The format of the files is told in `tests/fixtures/known/README.md`. Tolerances there are of a million trials;
//! fewer run here, and what is statistical may then differ by more, as the square root of the ratio says.

use std::fs;
use std::path::Path;

use outlay::results::{Point, Quantile, SimulationResult, Statistics};
use outlay::{Compiled, Request, RunSettings, Unwatched, base_case, compile, no_files, run};
use serde_json::Value;

/// Enough to see a wrong law, few enough for all models to take seconds. Whole-number percentiles are exact
/// at a million trials alone, and models without a timeline are cheap: those run in full.
const TRIALS: u64 = 100_000;
/// The trials that the files' tolerances are of.
const FULL: f64 = 1e6;
/// Relative tolerances of values that no trial moves: rounding alone, and it does not shrink with trials.
const ROUNDING: std::ops::Range<f64> = 0.9e-9..1.1e-9;

/// One entry of a file.
struct Entry<'a>(&'a Value);

impl Entry<'_> {
    fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_else(|| panic!("`{key}` is a text in {}", self.0))
    }

    fn statistic(&self) -> &str {
        self.text("statistic")
    }

    /// The percentile that the statistic is, as a probability.
    fn percentile(&self) -> Option<f64> {
        let number: f64 = self.statistic().strip_prefix('p')?.parse().ok()?;
        Some(number / 100.0)
    }

    /// The largest difference at the number of trials that are run.
    #[expect(clippy::cast_precision_loss, reason = "a few million trials")]
    fn tolerance(&self, trials: u64) -> f64 {
        let stated = self.0["tolerance"].as_f64().expect("a tolerance is a number");
        let relative =
            stated / self.0["value"].as_f64().map_or(1.0, |value| value.abs().max(1e-300));
        if stated == 0.0 || ROUNDING.contains(&relative) || self.statistic() == "base" {
            return stated;
        }
        stated * (FULL / trials as f64).sqrt()
    }

    /// The statistics that the entry is about.
    fn find<'r>(&self, result: &'r SimulationResult) -> Option<&'r Statistics> {
        let labels = |output: &outlay::results::OutputResult| match self.0["index"].as_object() {
            Some(index) => {
                index.len() == output.index.len()
                    && index.iter().all(|(name, label)| {
                        output.index.get(name).map(String::as_str) == label.as_str()
                    })
            }
            None => output.index.is_empty(),
        };
        let output = result
            .outputs
            .iter()
            .find(|output| output.name == self.text("output") && labels(output))?;
        match (self.0["step"].as_u64(), &output.statistics) {
            (Some(step), Statistics::Series(series)) => {
                series.steps.get(usize::try_from(step).ok()?).map(|step| &step.statistics)
            }
            (None, Statistics::Series(_)) | (Some(_), _) => None,
            (None, statistics) => Some(statistics),
        }
    }

    /// What the run found, as the files write it.
    fn found(&self, result: &SimulationResult) -> Option<Value> {
        let statistics = self.find(result)?;
        let trials = result.provenance.trials;
        let (number, time, condition) = match statistics {
            Statistics::Number(number) => (Some(number), None, None),
            Statistics::Time(time) => (Some(&time.number), Some(time), None),
            Statistics::Probability(condition) => (None, None, Some(condition)),
            Statistics::Series(_) => return None,
        };
        let undefined =
            number.map(|n| &n.undefined).or(condition.map(|condition| &condition.undefined))?;
        let at = |p: f64| {
            let quantiles: &[Quantile] = &number?.quantiles;
            quantiles.iter().find(|quantile| quantile.p == p).map(|quantile| point(quantile.value))
        };
        if let Some(p) = self.percentile() {
            return at(p);
        }
        #[expect(clippy::cast_precision_loss, reason = "a few million trials")]
        let share = |count: u64| count as f64 / trials as f64;
        match self.statistic() {
            "base" => match condition {
                Some(condition) => Some(match condition.base {
                    Some(holds) => Value::from(f64::from(u8::from(holds))),
                    None => Value::from("undefined"),
                }),
                None => number?.base.map(|base| point(base.value)),
            },
            "mean" => number?.mean.map(Value::from),
            "sd" => number?.sd.map(Value::from),
            "min" => number?.min.map(Value::from),
            "max" => number?.max.map(Value::from),
            "probability" => condition?.probability.map(|estimate| Value::from(estimate.value)),
            "never" => Some(Value::from(
                time.map_or(0.0, |time| time.never.map_or(0.0, |never| never.value)),
            )),
            "undefined" => Some(Value::from(share(undefined.count))),
            other => panic!("unknown statistic `{other}`"),
        }
    }
}

fn point(point: Point) -> Value {
    match point {
        Point::Value(value) => Value::from(value),
        Point::Never => Value::from("never"),
        Point::Undefined => Value::from("undefined"),
    }
}

fn compiled(path: &Path) -> Compiled {
    let text = fs::read_to_string(path).expect("a fixture is readable");
    let request = Request { name: path.display().to_string(), text, ..Request::default() };
    compile(&request, &mut no_files).unwrap_or_else(|failure| {
        panic!("{}", outlay::diagnostic::render(&failure.diagnostics, &failure.sources, false))
    })
}

/// What a model gets wrong.
fn wrong(path: &Path) -> Vec<String> {
    let expected = path.with_extension("expected.json");
    let expected = fs::read_to_string(expected).expect("each model has its answers");
    let entries: Vec<Value> = serde_json::from_str(&expected).expect("a list of entries");
    assert!(!entries.is_empty(), "{} says nothing", path.display());
    let mut percentiles: Vec<f64> =
        entries.iter().filter_map(|entry| Entry(entry).percentile()).collect();
    percentiles.sort_unstable_by(f64::total_cmp);
    percentiles.dedup();
    let model = compiled(path);
    let trials = if model.model().timeline.is_none() { 1_000_000 } else { TRIALS };
    let settings = RunSettings { trials, percentiles, ..RunSettings::default() };
    let (result, base) = (run(&model, &settings, &Unwatched), base_case(&model));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    entries
        .iter()
        .map(Entry)
        .filter_map(|entry| {
            let source = if entry.statistic() == "base" { &base } else { &result };
            let (found, value) = (entry.found(source), &entry.0["value"]);
            let tolerance = entry.tolerance(trials);
            let is_right = match (&found, value.as_f64()) {
                (Some(found), Some(value)) => {
                    found.as_f64().is_some_and(|found| (found - value).abs() <= tolerance)
                }
                (Some(found), None) => found == value,
                (None, _) => false,
            };
            (!is_right).then(|| format!("{name}: {found:?} within {tolerance:e} of {}", entry.0))
        })
        .collect()
}

#[test]
fn known_answers_come_out() {
    let folder = format!("{}/tests/fixtures/known", env!("CARGO_MANIFEST_DIR"));
    let files = fs::read_dir(folder).expect("the folder of known answers");
    let mut models: Vec<_> = files
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    models.sort();
    assert!(models.len() >= 43, "only {} models", models.len());
    let wrong: Vec<String> = models.iter().flat_map(|path| wrong(path)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
