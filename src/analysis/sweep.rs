//! Statistics of a model while one or two inputs take one value after the other.
//!
//! What comes in: a model, what is varied ([`Grid`]), statistics. What goes out: every statistic at every point.
//! Every point is run on the same random numbers, so that curves are as smooth as the model is.

use super::vary::{self, Vary};
use crate::check::CheckedModel;
use crate::engine::Behind;
use crate::results::{Provenance, StatisticResult};
use crate::{Asked, CompileFailure, Monitor, ReadFile, Request, RunSettings};

/// The most points along one input, and in all.
const MOST_POINTS: usize = 10_000;

/// An input and the values that it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Steps {
    /// The input, its lowest and highest value, and the unit as written.
    pub vary: Vary,
    /// The values in that unit, in the order to run.
    pub values: Vec<f64>,
}

const EXAMPLE: &str = "write 'gpus=1000..20000:1000', 'gpus=100..10000:log:5' (so many points) or 'gpus=300,3000,10000'";

impl Steps {
    /// Reads `NAME=LOW..HIGH:STEP`, `NAME=LOW..HIGH:log:POINTS` or `NAME=VALUE,…`.
    ///
    /// # Errors
    /// What is wrong with the text, in a sentence.
    pub fn parse(text: &str) -> Result<Steps, String> {
        let (name, range) = text.split_once('=').ok_or_else(|| EXAMPLE.to_owned())?;
        if !range.contains("..") {
            return Steps::list(name.trim(), range);
        }
        let (range, step) = range.split_once(':').ok_or_else(|| EXAMPLE.to_owned())?;
        // A unit behind the step alone is meant for all three.
        let is_log = step.trim_start().starts_with("log");
        let (by, suffix) = if is_log { (0.0, String::new()) } else { vary::number(step)? };
        let has_unit =
            !vary::number(range.rsplit("..").next().unwrap_or_default())?.1.trim().is_empty();
        let unit = if has_unit { "" } else { suffix.as_str() };
        let vary = Vary::parse(&format!("{name}={range}{unit}"))?;
        if !suffix.trim().is_empty() && suffix.trim() != vary.unit() {
            return Err(format!(
                "the step is written in the unit of the range, `{}`, not in `{}`",
                vary.unit(),
                suffix.trim()
            ));
        }
        let values = if is_log { logarithmic(&vary, step)? } else { linear(&vary, by)? };
        Ok(Steps { vary, values })
    }

    fn list(name: &str, range: &str) -> Result<Steps, String> {
        if name.is_empty() {
            return Err(EXAMPLE.to_owned());
        }
        let items = range.split([',', '，']).map(vary::number);
        let items = items.collect::<Result<Vec<(f64, String)>, String>>()?;
        let units = items.iter().map(|(_, suffix)| suffix).filter(|unit| !unit.trim().is_empty());
        let mut units: Vec<&String> = units.collect();
        units.dedup_by(|a, b| a.trim() == b.trim());
        if let [first, second, ..] = units.as_slice() {
            return Err(format!(
                "all values are written in one unit, not in `{}` and `{}`",
                first.trim(),
                second.trim()
            ));
        }
        let suffix = units.first().map_or(String::new(), |unit| (*unit).clone());
        let values: Vec<f64> = items.iter().map(|(value, _)| *value).collect();
        Ok(Steps { vary: Vary::of_values(name, &values, suffix), values })
    }
}

/// From the low end by steps, up to the high end.
fn linear(vary: &Vary, step: f64) -> Result<Vec<f64>, String> {
    if step <= 0.0 {
        return Err("a step is above 0".to_owned());
    }
    // 0.1 to 0.5 by 0.1 has five points, whatever floats make of it.
    let count = ((vary.high - vary.low) / step + 1e-9).floor();
    if count >= MOST_POINTS as f64 {
        return Err(format!("more than {MOST_POINTS} points"));
    }
    let tidy = |value: f64| -> f64 { format!("{value:.12e}").parse().unwrap_or(value) };
    Ok((0..=count as u64).map(|at| tidy(vary.low + step * at as f64)).collect())
}

/// So many points, each the same factor above the last.
fn logarithmic(vary: &Vary, step: &str) -> Result<Vec<f64>, String> {
    let count = step.trim().strip_prefix("log").map(str::trim).unwrap_or_default();
    let count: usize = match count.strip_prefix(':') {
        None if count.is_empty() => 10,
        Some(count) => count.trim().parse().map_err(|_| EXAMPLE.to_owned())?,
        None => return Err(EXAMPLE.to_owned()),
    };
    if !(2..=MOST_POINTS).contains(&count) {
        return Err(format!("from 2 to {MOST_POINTS} points"));
    }
    if vary.low <= 0.0 {
        return Err("a logarithmic range begins above 0".to_owned());
    }
    let (low, high) = (libm::log(vary.low), libm::log(vary.high));
    let last = count - 1;
    let at = |step: usize| match step {
        0 => vary.low,
        _ if step == last => vary.high,
        _ => {
            let value = libm::exp(low + (high - low) * step as f64 / last as f64);
            // Six digits, so that a point can be typed again.
            format!("{value:.5e}").parse().unwrap_or(value)
        }
    };
    Ok((0..count).map(at).collect())
}

/// A sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// What reproduces it.
    pub provenance: Provenance,
    /// What was varied.
    pub steps: Vec<Steps>,
    /// The points, the last input fastest.
    pub points: Vec<SweepPoint>,
    /// How many points were asked for: more than there are where it was stopped.
    pub n_points: usize,
    /// What the reader should know.
    pub warnings: Vec<String>,
}

/// The statistics at one point.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepPoint {
    /// The value of each input, in the unit as written.
    pub values: Vec<f64>,
    /// The statistics, in the order asked for.
    pub statistics: Vec<StatisticResult>,
}

/// Runs a model at every point; `statistics` are sentences such as `p50(npv)`. Where it is stopped, the points
/// before are what there is.
///
/// # Errors
/// All mistakes of the model, the statistics and the points.
pub fn sweep(
    request: &Request,
    read_file: ReadFile<'_>,
    steps: Vec<Steps>,
    statistics: &[String],
    settings: &RunSettings,
    monitor: &dyn Monitor,
) -> Result<Sweep, CompileFailure> {
    let asked = statistics.iter().map(|text| Asked::figure(text.clone())).collect();
    let request = Request { statistics: asked, ..request.clone() };
    let model = crate::compile(&request, read_file)?;
    let steps = in_units_of(steps, model.model());
    let mut points: Vec<Vec<f64>> = vec![Vec::new()];
    for step in &steps {
        let with = |point: &Vec<f64>| {
            let point = point.clone();
            let next = |&value: &f64| point.iter().copied().chain([value]).collect();
            step.values.iter().map(next).collect::<Vec<Vec<f64>>>()
        };
        points = points.iter().flat_map(with).collect();
    }
    let n_points = points.len();
    let trials = settings.layout().trials();
    let provenance = model.provenance(settings.seed, settings.design, trials, trials);
    let (mut found, mut warnings) = (Vec::new(), Vec::new());
    for values in points {
        let varied = steps.iter().zip(&values);
        let varied = varied.map(|(step, &value)| ("--vary", step.vary.at(value))).collect();
        let model = crate::compile(&Request { varied, ..request.clone() }, read_file)?;
        let part = Behind { monitor, before: found.len() as u64 * trials };
        let result = crate::run(&model, settings, &part);
        if result.provenance.trials < trials {
            break;
        }
        let own = result.warnings.into_iter().map(|warning| warning.english);
        for warning in own.chain(result.notes) {
            if !warnings.contains(&warning) && warnings.len() < MOST_WARNINGS {
                warnings.push(warning);
            }
        }
        found.push(SweepPoint { values, statistics: result.statistics });
    }
    Ok(Sweep { provenance, steps, points: found, n_points, warnings })
}

/// More warnings than this say no more.
const MOST_WARNINGS: usize = 8;

fn in_units_of(steps: Vec<Steps>, model: &CheckedModel) -> Vec<Steps> {
    let own = |steps: Steps| Steps { vary: steps.vary.in_units_of(model), ..steps };
    steps.into_iter().map(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, values: &[f64], unit: &str) {
        let steps = Steps::parse(text).expect("steps");
        assert_eq!((steps.values.as_slice(), steps.vary.unit()), (values, unit));
    }

    #[test]
    fn steps_are_read_as_they_are_written() {
        check("gpus=1000..3000:1000", &[1e3, 2e3, 3e3], "");
        check("gpus=1000..3500:1000 GPU", &[1e3, 2e3, 3e3], "GPU");
        check("gpus=1000 GPU..2000 GPU:500 GPU", &[1e3, 1.5e3, 2e3], "GPU");
        check("share=10%..50%:10%", &[10.0, 20.0, 30.0, 40.0, 50.0], "%");
        check("x=0.1..0.5:0.1", &[0.1, 0.2, 0.3, 0.4, 0.5], "");
        check("x=1..100:log:3", &[1.0, 10.0, 100.0], "");
        check("x=1,2,5 GPU", &[1.0, 2.0, 5.0], "GPU");
        check("x=5", &[5.0], "");
    }

    #[test]
    fn what_are_no_steps_is_refused() {
        for text in [
            "x",
            "x=",
            "=1,2",
            "x=1..2",
            "x=1..2:0",
            "x=1..2:-1",
            "x=0..2:log:3",
            "x=1..2:log:1",
            "x=1..2:log3",
            "x=2..1:1",
            "x=1,b",
            "x=1 kW,2 MW",
            "x=1 kW..2 kW:1 MW",
            "x=0..1:1e-9",
        ] {
            assert!(Steps::parse(text).is_err(), "{text}");
        }
    }
}
