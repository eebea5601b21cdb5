//! `outlay verify`: what a result says it is of is run again, and the first difference is told.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::args::VerifyArgs;
use super::exit::Exit;
use super::failure::{Failure, Stop};
use super::load;
use super::progress::Watch;
use super::terminal::Terminal;
use crate::report;
use crate::sampling::Design;
use crate::{Asked, Request, RunSettings, shipped};

/// What does not belong to the figures: how long it took, and how many trials were wanted.
const NOT_COMPARED: [&str; 3] = ["elapsed_seconds", "partial", "trials_asked"];

/// Runs again and compares.
pub(super) fn verify(args: &VerifyArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    let path = args.result.as_path();
    let text = fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
    let result: Value = serde_json::from_str(&text).map_err(|error| {
        Failure::failed(format!("`{}` is not JSON: {error}", path.display()))
            .help("a result is written by outlay run MODEL -f json")
    })?;
    let told = Told { path, result: &result };
    let schema = told.text("/schema")?;
    if schema != report::SCHEMA {
        return Err(Failure::failed(format!(
            "`{}` is of the schema {schema}: only {} can be verified",
            path.display(),
            report::SCHEMA
        ))
        .into());
    }
    let file = told.text("/model/file")?;
    let request = Request {
        name: model(args, path, file)?,
        scenario: result.pointer("/scenario").and_then(Value::as_str).map(str::to_owned),
        set: told.overrides(),
        only: told.outputs()?,
        statistics: told.statistics()?,
        ..Request::default()
    };
    let design = told.design()?;
    if design.is_replicated() && result.get("partial") == Some(&Value::Bool(true)) {
        let message =
            format!("an interrupted run of the design {} cannot be verified", design.name());
        return Err(Failure::failed(message)
            .help("how many replicates were complete is a matter of the clock")
            .into());
    }
    let model = load::compile(&request, terminal)?;
    let provenance = crate::base_case(&model).provenance;
    let digest = told.text("/model/digest")?;
    if provenance.digest != digest {
        return Err(Failure::failed(format!(
            "`{}` is not the model of the result: its digest is {}, the result's {}",
            request.name,
            short(&provenance.digest),
            short(digest)
        ))
        .help("give the model as it was then with --model")
        .into());
    }
    let trials = told.number("/trials")?;
    let seed = told.text("/seed")?;
    let seed = seed.parse().map_err(|_| told.broken("/seed"))?;
    let again = if trials == 0 {
        crate::base_case(&model)
    } else {
        let settings = RunSettings {
            trials,
            seed,
            design,
            percentiles: told.percentiles(),
            threads: args.threads.map(usize::from),
            ..RunSettings::default()
        };
        let watch =
            Watch::start(settings.layout().trials(), terminal.is_watched && !terminal.is_quiet);
        let again = crate::run(&model, &settings, &watch);
        watch.finish();
        again
    };
    let again: Value = serde_json::from_str(&report::json(&again, None))
        .map_err(|error| Failure::failed(format!("the new result is not JSON: {error}")))?;
    match difference(&result, &again, "") {
        None => {
            let n = count(&again);
            let trials = report::grouped(trials);
            terminal.print(&format!(
                "the same: {n} figures of {file}, {trials} trials, seed {seed}\n"
            ))?;
            Ok(Exit::Done)
        }
        Some(difference) => {
            terminal.print(&format!(
                "different at {}\n  in {}: {}\n  run again: {}\n",
                difference.path,
                path.display(),
                difference.old,
                difference.new
            ))?;
            let version = |value: &Value| value.get("outlay").map(Value::to_string);
            if version(&result) != version(&again) {
                terminal.note("the result was written by another version of outlay");
            }
            Ok(Exit::Failed)
        }
    }
}

fn short(digest: &str) -> String {
    digest.chars().take(12).collect()
}

/// Where the model is: as told, among those that ship, or beside the result.
fn model(args: &VerifyArgs, path: &Path, file: &str) -> Result<String, Failure> {
    if let Some(model) = &args.model {
        return Ok(model.clone());
    }
    if shipped::find(file).is_some() {
        return Ok(file.to_owned());
    }
    let beside = path.parent().unwrap_or(Path::new("")).join(file);
    if beside.is_file() {
        return Ok(beside.to_string_lossy().into_owned());
    }
    Err(Failure::failed(format!("the result is of `{file}`, which is not beside it"))
        .help("--model says where it is"))
}

/// The result's provenance, read at the border.
struct Told<'a> {
    path: &'a Path,
    result: &'a Value,
}

impl Told<'_> {
    fn broken(&self, pointer: &str) -> Failure {
        let name = pointer.trim_start_matches('/').replace('/', ".");
        Failure::failed(format!("`{}` has no valid `{name}`", self.path.display()))
            .help("a result is written by outlay run MODEL -f json")
    }

    fn text(&self, pointer: &str) -> Result<&str, Failure> {
        let value = self.result.pointer(pointer).and_then(Value::as_str);
        value.ok_or_else(|| self.broken(pointer))
    }

    fn number(&self, pointer: &str) -> Result<u64, Failure> {
        let value = self.result.pointer(pointer).and_then(Value::as_u64);
        value.ok_or_else(|| self.broken(pointer))
    }

    fn design(&self) -> Result<Design, Failure> {
        let name = self.text("/design")?;
        let mut designs = [Design::Random, Design::Latin, Design::Sobol].into_iter();
        designs.find(|design| design.name() == name).ok_or_else(|| self.broken("/design"))
    }

    fn list(&self, pointer: &str) -> &[Value] {
        self.result.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn overrides(&self) -> Vec<String> {
        let set = self.result.pointer("/set").and_then(Value::as_object);
        let pairs = set.into_iter().flatten();
        pairs.filter_map(|(name, value)| Some(format!("{name}={}", value.as_str()?))).collect()
    }

    /// The outputs by name, each once: those of an index have one entry a label.
    fn outputs(&self) -> Result<Vec<String>, Failure> {
        let mut names: Vec<String> = Vec::new();
        for output in self.list("/outputs") {
            let name = output.get("name").and_then(Value::as_str);
            let name = name.ok_or_else(|| self.broken("/outputs"))?;
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        if names.is_empty() { Err(self.broken("/outputs")) } else { Ok(names) }
    }

    /// Those of `--statistic`, and those of `--until`, which end where they ended.
    fn statistics(&self) -> Result<Vec<Asked>, Failure> {
        let asked = |statistic: &Value| {
            let text = statistic.get("statistic").and_then(Value::as_str)?;
            let is_until = text.contains("+-") || text.contains('±');
            Some(if is_until { Asked::until(text) } else { Asked::figure(text) })
        };
        let all = self.list("/statistics").iter();
        all.map(|statistic| asked(statistic).ok_or_else(|| self.broken("/statistics"))).collect()
    }

    /// Of the first quantity that has some; where none has any they do not matter.
    fn percentiles(&self) -> Vec<f64> {
        let quantiles = |holder: &Value| -> Option<Vec<f64>> {
            let list = holder.get("quantiles")?.as_array()?;
            let found: Option<Vec<f64>> =
                list.iter().map(|quantile| quantile.get("p")?.as_f64()).collect();
            found.filter(|found| found.iter().all(|p| *p > 0.0 && *p < 1.0))
        };
        let of = |output: &Value| {
            quantiles(output).or_else(|| {
                let steps = output.get("steps")?.as_array()?;
                steps.iter().find_map(quantiles)
            })
        };
        let found = self.list("/outputs").iter().find_map(of).filter(|found| !found.is_empty());
        found.unwrap_or(RunSettings::default().percentiles)
    }
}

/// The first place at which two values differ.
struct Difference {
    path: String,
    old: String,
    new: String,
}

fn difference(old: &Value, new: &Value, path: &str) -> Option<Difference> {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let keys = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key)));
            keys.filter(|key| !(path.is_empty() && NOT_COMPARED.contains(&key.as_str()))).find_map(
                |key| {
                    let dot = if path.is_empty() { "" } else { "." };
                    let of = |object: &serde_json::Map<String, Value>| {
                        object.get(key).cloned().unwrap_or(Value::Null)
                    };
                    difference(&of(old), &of(new), &format!("{path}{dot}{key}"))
                },
            )
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            let pairs = old.iter().zip(new).enumerate();
            pairs
                .map(|(at, (old, new))| {
                    // An entry by its name, where it has one.
                    let label = match old.get("name").and_then(Value::as_str) {
                        Some(name) => name.to_owned(),
                        None => at.to_string(),
                    };
                    difference(old, new, &format!("{path}[{label}]"))
                })
                .find_map(|found| found)
        }
        _ if old == new => None,
        _ => Some(Difference { path: path.to_owned(), old: shown(old), new: shown(new) }),
    }
}

/// A value in a line.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("{} entries", items.len()),
        Value::Object(_) => "an object".to_owned(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// How many numbers there are.
fn count(value: &Value) -> usize {
    match value {
        Value::Number(_) => 1,
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(items) => items.values().map(count).sum(),
        Value::Null | Value::Bool(_) | Value::String(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_difference_has_its_path() {
        let old = json!({"elapsed_seconds": 1.0, "outputs": [{"name": "npv", "mean": 1.0, "quantiles": [{"p": 0.5, "value": 2.0}]}]});
        let mut new = old.clone();
        new["elapsed_seconds"] = json!(2.0);
        assert!(difference(&old, &new, "").is_none());
        new["outputs"][0]["quantiles"][0]["value"] = json!(3.0);
        let found = difference(&old, &new, "").expect("another figure");
        assert_eq!(found.path, "outputs[npv].quantiles[0].value");
        assert_eq!((found.old.as_str(), found.new.as_str()), ("2.0", "3.0"));
    }

    #[test]
    fn what_is_missing_differs() {
        let (old, new) = (json!({"a": 1, "b": [1, 2]}), json!({"a": 1, "b": [1]}));
        assert_eq!(difference(&old, &new, "").expect("a shorter list").new, "1 entries");
        assert_eq!(difference(&json!({}), &json!({"c": 1}), "").expect("one more").path, "c");
    }
}
