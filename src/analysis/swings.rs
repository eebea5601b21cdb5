//! How outputs move with each input, and nothing else: the tornados of several outputs from one pass.
//!
//! In: outputs of a model. Out: for each the mean where an input is at its P10 and at its P90, the widest swing first. They
//! are those of [`sensitivity`](super::sensitivity()) with as many trials, bit for bit; its indices, which take a run an input,
//! are left out, so that a page can afford them.

use rayon::prelude::*;

use super::regression::Column;
use super::sensitivity::{Swing, centre, swing};
use super::{Unanswerable, as_number, rank};
use crate::engine::{self, Monitor};
use crate::results::Shown;
use crate::{Compiled, Observation, RunSettings, Watched, WatchedInput};

/// The most trials: they leave a mean at a percentile open by one to three hundredths of the standard deviation.
const MOST_TRIALS: u64 = 1 << 16;

/// How outputs move with each input.
#[derive(Debug, Clone, PartialEq)]
pub struct Swings {
    /// Independent trials that they rest on.
    pub trials: u64,
    /// One entry an output that varies, in the order asked for.
    pub outputs: Vec<OutputSwings>,
}

/// How an output moves.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputSwings {
    /// Its name with its labels.
    pub output: String,
    /// What its values are in.
    pub unit: Option<String>,
    /// Its mean over these trials, never counting as the end of the horizon.
    pub mean: f64,
    /// Its standard deviation over them.
    pub sd: f64,
    /// Its inputs, the widest swing first.
    pub inputs: Vec<InputSwing>,
}

/// How an output moves with one input.
#[derive(Debug, Clone, PartialEq)]
pub struct InputSwing {
    /// The input's name with its labels.
    pub name: String,
    /// What its values are in.
    pub unit: Option<String>,
    /// How people see them.
    pub shown: Shown,
    /// Where it goes.
    pub swing: Swing,
}

/// The swings of outputs by every random input, from the first trials of a run, 65,536 at most.
///
/// # Errors
/// See [`Unanswerable`].
pub fn swings(
    model: &Compiled,
    outputs: &[Watched],
    settings: &RunSettings,
    monitor: &dyn Monitor,
) -> Result<Swings, Unanswerable> {
    if let Some(series) = outputs.iter().find(|output| output.is_series()) {
        return Err(Unanswerable::Series(series.name.clone()));
    }
    let inputs = model.watched_inputs();
    if inputs.is_empty() {
        return Err(Unanswerable::NothingRandom);
    }
    let of_inputs = inputs.iter().map(|input| input.values.clone().over_time());
    let watched: Vec<Watched> = outputs.iter().cloned().chain(of_inputs).collect();
    let whole = Observation::new(model, &watched)?;
    let alone = outputs
        .iter()
        .map(|output| Observation::new(model, std::slice::from_ref(output)))
        .collect::<Result<Vec<Observation>, _>>()?;
    Ok(crate::in_pool(settings.threads, || {
        let mut columns: Vec<Vec<f64>> = vec![Vec::new(); watched.len()];
        let trials = engine::observe(
            &[whole.prepare(settings.seed)],
            settings.trials.min(MOST_TRIALS),
            monitor,
            |chunk| chunk.runs[0].clone(),
            |part| columns.iter_mut().zip(part).for_each(|(own, list)| own.extend(list)),
        );
        let of_inputs = columns.split_off(outputs.len());
        let shares: Vec<Column> =
            of_inputs.par_iter().map(|values| Column::new(values, &rank::shares(values))).collect();
        let inputs: Vec<(&WatchedInput, &[f64], &Column)> = inputs
            .iter()
            .zip(&of_inputs)
            .zip(&shares)
            .map(|((input, values), column)| (input, &**values, column))
            .collect();
        let of_output = |((output, values), alone): ((&Watched, &Vec<f64>), &Observation)| {
            let centre = centre(&alone.prepare(settings.seed), output);
            let y: Vec<f64> =
                values.iter().map(|&value| as_number(value, output.horizon) - centre).collect();
            of_output(output, &y, centre, &inputs)
        };
        let outputs = outputs.iter().zip(&columns).zip(&alone).filter_map(of_output).collect();
        Swings { trials, outputs }
    }))
}

/// The swings of one output, whose values lie about a centre; `None` where it does not vary.
fn of_output(
    output: &Watched,
    y: &[f64],
    centre: f64,
    inputs: &[(&WatchedInput, &[f64], &Column)],
) -> Option<OutputSwings> {
    let defined: Vec<f64> = y.iter().copied().filter(|value| value.is_finite()).collect();
    let first = *defined.first()?;
    if defined.iter().all(|value| *value == first) {
        return None;
    }
    let count = defined.len() as f64;
    let mean = defined.iter().sum::<f64>() / count;
    let squares: f64 = defined.iter().map(|value| (value - mean) * (value - mean)).sum();
    let mut inputs: Vec<InputSwing> = inputs
        .par_iter()
        .filter_map(|(input, values, column)| {
            Some(InputSwing {
                name: input.values.name.clone(),
                unit: input.values.unit.clone(),
                shown: input.values.shown.clone(),
                swing: swing(values, column, y, centre)?,
            })
        })
        .collect();
    let reach = |input: &InputSwing| (input.swing.high - input.swing.low).abs();
    inputs.sort_by(|a, b| reach(b).total_cmp(&reach(a)));
    Some(OutputSwings {
        output: output.name.clone(),
        unit: output.unit.clone(),
        mean: mean + centre,
        sd: (squares / count).sqrt(),
        inputs,
    })
}
