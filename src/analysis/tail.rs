//! What a region of the trials is made of: how the inputs inside differ from those outside.

use super::{KEPT, Unanswerable, rank};
use crate::accumulate::ChannelKind;
use crate::engine::{self, Behind, Chunk, Monitor, Prepared};
use crate::results::{self, Estimate, Point, Provenance, Shown};
use crate::sampling::Layout;
use crate::{Compiled, Observation, RunSettings, Watched, WatchedInput};

/// Standard normal 97.5 %.
const Z_95: f64 = 1.959_963_984_540_054;
/// The normal distribution lies between these by one standard deviation on either side.
const ONE_SD: [f64; 2] = [0.158_655_253_931_457, 0.841_344_746_068_543];
/// A trial is near a percentile where no more than this share of the trials lies between.
const NEAR: f64 = 0.005;
/// At least so many trials are near.
const FEWEST_NEAR: usize = 25;

/// A region of the trials.
#[derive(Debug, Clone)]
pub enum Region {
    /// From a percentile of an output on: above it from the median on, else below it.
    Beyond {
        /// The output.
        output: Watched,
        /// The percentile as a probability.
        p: f64,
    },
    /// Where a condition holds.
    Where(Watched),
}

/// What a region is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Tail {
    /// What reproduces it.
    pub provenance: Provenance,
    /// The region in words: `break_even ≥ P90`, `npv < 0`.
    pub region: String,
    /// The output, its unit and the percentile; of a condition `None`.
    pub threshold: Option<Threshold>,
    /// Trials inside.
    pub inside: u64,
    /// Trials in which the region is defined.
    pub defined: u64,
    /// The inputs, those that differ most first.
    pub inputs: Vec<TailInput>,
    /// The number of a trial that is typical of the region (near the percentile, where there is one).
    pub typical: u64,
    /// What the reader should know.
    pub warnings: Vec<String>,
}

/// The percentile that bounds a region.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// The output.
    pub output: String,
    /// Its unit.
    pub unit: Option<String>,
    /// The percentile as a probability.
    pub p: f64,
    /// Its value.
    pub value: Point,
    /// The output in the typical trial.
    pub typical: Point,
}

/// One input inside and outside.
#[derive(Debug, Clone, PartialEq)]
pub struct TailInput {
    /// Its name with its labels.
    pub name: String,
    /// Its unit.
    pub unit: Option<String>,
    /// How people see its values.
    pub shown: Shown,
    /// Whether its mean over time stands for it.
    pub is_over_time: bool,
    /// The median inside.
    pub inside: f64,
    /// The median outside.
    pub outside: f64,
    /// The difference in standard units: half the distance of P15.9 and P84.1, which is sd for a normal distribution.
    pub shift: Option<f64>,
    /// P(a draw inside is above one outside), equal ones by half.
    pub superiority: Estimate,
    /// Its value in the typical trial.
    pub typical: f64,
}

/// Finds how the inputs inside a region differ from those outside.
///
/// # Errors
/// See [`Unanswerable`].
pub fn tail(
    model: &Compiled,
    region: &Region,
    settings: &RunSettings,
    monitor: &dyn Monitor,
) -> Result<Tail, Unanswerable> {
    let (Region::Beyond { output: shown, .. } | Region::Where(shown)) = region;
    if shown.is_series() {
        return Err(Unanswerable::Series(shown.name.clone()));
    }
    let inputs = model.watched_inputs();
    if inputs.is_empty() {
        return Err(Unanswerable::NothingRandom);
    }
    let watched: Vec<Watched> = std::iter::once(shown.clone())
        .chain(inputs.iter().map(|input| input.values.clone().over_time()))
        .collect();
    let observation = Observation::new(model, &watched)?;
    crate::in_pool(settings.threads, || {
        let run = observation.prepare(settings.seed);
        let mut columns = vec![Vec::new(); watched.len()];
        let (layout, done) = observed(&run, settings, &mut columns, monitor);
        let values = columns.remove(0);
        let is_replicated = settings.design.is_replicated();
        let whole = if is_replicated { layout.trials() } else { settings.trials };
        let asked = if done < layout.trials() { whole } else { done };
        let provenance = model.provenance(settings.seed, settings.design, done, asked);
        let layout = is_replicated.then_some(layout);
        let mut tail = described(region, &inputs, &values, &columns, provenance, layout)?;
        if settings.trials > MOST_KEPT {
            tail.warnings.push(format!(
                "{MOST_KEPT} of {} trials were looked at: more are not kept",
                settings.trials
            ));
        }
        Ok(tail)
    })
}

/// The trials, those of a design replicate by replicate; and how many are done.
fn observed(
    run: &Prepared<'_>,
    settings: &RunSettings,
    columns: &mut [Vec<f64>],
    monitor: &dyn Monitor,
) -> (Layout, u64) {
    let layout = Layout::new(settings.design, settings.trials.min(MOST_KEPT));
    let plan = engine::plan_sources(run.program, layout, settings.seed);
    let mut done = 0;
    for replicate in layout.replicates() {
        let own = run.laid_out(&plan, replicate);
        let trials = engine::observe_replicate(
            std::slice::from_ref(&own),
            replicate,
            done,
            &Behind { monitor, before: done },
            |chunk: &Chunk| chunk.runs[0].clone(),
            |lists| {
                for (own, list) in columns.iter_mut().zip(lists) {
                    own.extend(list);
                }
            },
        );
        if settings.design.is_replicated() && trials < replicate.trials {
            // What is behind the last whole replicate does not count.
            columns.iter_mut().for_each(|column| column.truncate(done as usize));
            break;
        }
        done += trials;
    }
    (layout, done)
}

/// The most trials that are looked at.
const MOST_KEPT: u64 = 4 * KEPT;

fn described(
    region: &Region,
    inputs: &[WatchedInput],
    values: &[f64],
    columns: &[Vec<f64>],
    provenance: Provenance,
    layout: Option<Layout>,
) -> Result<Tail, Unanswerable> {
    let order = rank::order(values);
    let (name, threshold, is_inside) = match region {
        Region::Where(condition) => {
            let holds = |&value: &f64| !value.is_nan() && value != 0.0;
            (condition.name.clone(), None, values.iter().map(holds).collect::<Vec<bool>>())
        }
        Region::Beyond { output, p } => {
            let bound = rank::quantile(values, &order, *p).unwrap_or(f64::NAN);
            let is_above = *p >= 0.5;
            let sign = if is_above { "≥" } else { "≤" };
            let is_beyond = |&value: &f64| if is_above { value >= bound } else { value <= bound };
            let name = format!("{} {sign} P{}", output.name, percent(*p));
            (name, Some((output, *p, bound)), values.iter().map(is_beyond).collect())
        }
    };
    let n_inside = is_inside.iter().filter(|&&inside| inside).count();
    if n_inside == 0 || n_inside == order.len() {
        return Err(Unanswerable::OneSided {
            region: name,
            inside: n_inside as u64,
            trials: order.len() as u64,
        });
    }
    // Undefined trials are on neither side: the columns are looked at without them.
    let rows: Vec<usize> = (0..values.len()).filter(|&row| !values[row].is_nan()).collect();
    let inside: Vec<bool> = rows.iter().map(|&row| is_inside[row]).collect();
    let candidates = candidates(values, &order, &is_inside, threshold.map(|(_, p, _)| p));
    let mut distances = vec![0.0; candidates.len()];
    let mut found = Vec::new();
    for (input, column) in inputs.iter().zip(columns) {
        let column: Vec<f64> = rows.iter().map(|&row| column[row]).collect();
        let replicates = layout.map(|layout| Replicated { layout, rows: &rows });
        let compared = compared(input, &column, &inside, replicates);
        let unlike = compared.as_ref().map_or(0.0, unlike);
        found.extend(compared);
        add_distances(&column, &rows, &candidates, unlike + LEAST_WEIGHT, &mut distances);
    }
    let mut nearest = 0;
    for (position, distance) in distances.iter().enumerate() {
        if *distance < distances[nearest] {
            nearest = position;
        }
    }
    let typical = candidates[nearest];
    for (input, column) in found.iter_mut().zip(columns) {
        input.typical = column[typical];
    }
    found.sort_by(|a, b| unlike(b).total_cmp(&unlike(a)));
    let threshold = threshold.map(|(output, p, bound)| Threshold {
        output: output.name.clone(),
        unit: output.unit.clone(),
        p,
        value: as_point(bound, output.kind),
        typical: as_point(values[typical], output.kind),
    });
    let mut warnings = Vec::new();
    let undefined = values.len() - order.len();
    if undefined > 0 {
        warnings.push(format!(
            "the region is undefined in {undefined} of {} trials: they are on neither side",
            values.len()
        ));
    }
    if n_inside < FEWEST_INSIDE || order.len() - n_inside < FEWEST_INSIDE {
        let (fewer, side) = if n_inside < FEWEST_INSIDE {
            (n_inside, "inside")
        } else {
            (order.len() - n_inside, "outside")
        };
        warnings.push(format!("only {fewer} trials lie {side}: take more with `-n`"));
    }
    Ok(Tail {
        provenance,
        region: name,
        threshold,
        inside: n_inside as u64,
        defined: order.len() as u64,
        inputs: found,
        typical: typical as u64,
        warnings,
    })
}

/// How much an input differs: the distance of the probability of superiority from 1/2.
fn unlike(input: &TailInput) -> f64 {
    (input.superiority.value - 0.5).abs()
}

/// What an input that does not differ at all weighs in the choice of the typical trial; others weigh that and what they differ.
const LEAST_WEIGHT: f64 = 0.02;

/// With fewer trials on a side, medians and probabilities say little.
const FEWEST_INSIDE: usize = 100;

/// `90`, `99.5`.
fn percent(p: f64) -> String {
    let text = format!("{:.6}", p * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn as_point(value: f64, kind: ChannelKind) -> Point {
    match kind {
        ChannelKind::Time if value == f64::INFINITY => Point::Never,
        ChannelKind::Time | ChannelKind::Number | ChannelKind::Condition if value.is_finite() => {
            Point::Value(value)
        }
        ChannelKind::Time | ChannelKind::Number | ChannelKind::Condition => Point::Undefined,
    }
}

/// Which trials of a design the rows of a column are.
#[derive(Clone, Copy)]
struct Replicated<'a> {
    layout: Layout,
    rows: &'a [usize],
}

impl Replicated<'_> {
    fn of_row(&self, row: u32) -> usize {
        self.layout.place(self.rows[row as usize] as u64).replicate as usize
    }

    /// How many replicates there are.
    fn count(&self) -> usize {
        self.rows.len().checked_sub(1).map_or(0, |last| self.of_row(last as u32) + 1)
    }
}

fn compared(
    input: &WatchedInput,
    column: &[f64],
    inside: &[bool],
    replicates: Option<Replicated<'_>>,
) -> Option<TailInput> {
    let order = rank::order(column);
    let of_side = |side: bool| -> Vec<u32> {
        order.iter().copied().filter(|&row| inside[row as usize] == side).collect()
    };
    let median = |order: &[u32]| rank::quantile(column, order, 0.5);
    let (here, there) = (median(&of_side(true))?, median(&of_side(false))?);
    let [low, high] = ONE_SD.map(|p| rank::quantile(column, &order, p));
    let spread = (high? - low?) / 2.0;
    let found = rank::superiority(column, &order, inside)?;
    let of_replicates = replicates.filter(|own| own.count() >= 2).and_then(|own| {
        let (value, count) = (found.value, own.count());
        let row = |row| own.of_row(row);
        let se = rank::superiority_error(column, &order, inside, value, row, count)?;
        Some(results::t_of_replicates(count) * se)
    });
    let half = of_replicates.unwrap_or(Z_95 * found.se);
    Some(TailInput {
        name: input.values.name.clone(),
        unit: input.values.unit.clone(),
        shown: input.values.shown.clone(),
        is_over_time: input.values.is_series(),
        inside: here,
        outside: there,
        shift: (spread > 0.0).then(|| (here - there) / spread),
        superiority: Estimate {
            value: found.value,
            low: (found.value - half).max(0.0),
            high: (found.value + half).min(1.0),
        },
        typical: f64::NAN,
    })
}

/// The trials among which the typical one is: inside, and near the percentile where there is one.
fn candidates(values: &[f64], order: &[u32], is_inside: &[bool], p: Option<f64>) -> Vec<usize> {
    let Some(p) = p else {
        return (0..values.len()).filter(|&row| is_inside[row] && !values[row].is_nan()).collect();
    };
    let count = order.len();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "ranks below the number of values"
    )]
    let (middle, reach) = ((p * count as f64) as usize, (NEAR * count as f64) as usize);
    let reach = reach.max(FEWEST_NEAR);
    let near = &order[middle.saturating_sub(reach)..(middle + reach).min(count)];
    let mut rows: Vec<usize> =
        near.iter().map(|&row| row as usize).filter(|&row| is_inside[row]).collect();
    rows.sort_unstable();
    rows
}

/// Adds how far each candidate is from the median of the candidates, in normal scores, squared, by weight.
fn add_distances(
    column: &[f64],
    rows: &[usize],
    candidates: &[usize],
    weight: f64,
    distances: &mut [f64],
) {
    let scores = rank::normal_scores(&rank::shares(column));
    let of: Vec<f64> = candidates
        .iter()
        .map(|row| scores[rows.binary_search(row).expect("candidates are defined trials")])
        .collect();
    let order = rank::order(&of);
    let Some(median) = rank::quantile(&of, &order, 0.5) else { return };
    for (distance, score) in distances.iter_mut().zip(of) {
        let away = score - median;
        // An input that is undefined in a trial makes it no typical one.
        *distance += if away.is_finite() { weight * away * away } else { f64::INFINITY };
    }
}
