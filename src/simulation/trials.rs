//! The trials of a run as a table: which columns it has, and their values chunk by chunk.
//!
//! In: a [`Compiled`] model and what is wanted ([`TrialColumns`]). Out: a [`TrialTable`], whose rows [`trials`] hands
//! over in the order of the trials, those of the run bit for bit, under every design. Nothing grows with the number of
//! trials. Not here: what becomes of the values (`report`).

use std::collections::BTreeSet;

use super::observe::{Observation, Watched, watched_cells};
use super::{Compiled, RunSettings, in_pool};
use crate::accumulate::ChannelKind;
use crate::check::{Quantity, QuantityKind, Rule};
use crate::diagnostic::suggest::nearest;
use crate::engine::{self, Chunk, Monitor};
use crate::sampling::Replicate;

/// More columns are no table.
const MOST_COLUMNS: usize = 10_000;

/// Which inputs stand beside the outputs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum InputColumns {
    /// None.
    #[default]
    None,
    /// Every random input that is drawn once a trial.
    Random,
    /// These: `rent`, `capex[alibaba]`, `capex` for all labels; one that varies by step has a column a step.
    Named(Vec<String>),
}

/// What the columns of a table of trials are to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrialColumns {
    /// These outputs only; all but series where it is empty. A series that is named has a column a step.
    pub only: Vec<String>,
    /// The inputs beside them.
    pub inputs: InputColumns,
}

/// Why there is no such table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoTable {
    /// Nothing of the sort in the model.
    #[error("the model has no input `{name}`")]
    UnknownInput {
        /// What was asked for.
        name: String,
        /// What was probably meant.
        nearest: Option<String>,
    },
    /// A formula, a series.
    #[error("`{0}` is no input")]
    NoInput(String),
    /// Every output is a series.
    #[error("every output of the model is a series")]
    Series(String),
    /// More than a table can have.
    #[error("the table of trials would have {0} columns, and has at most {MOST_COLUMNS}")]
    TooWide(usize),
    /// The program is too large.
    #[error("the model needs more values at once than outlay can hold")]
    TooLarge,
}

/// A column of a table of trials.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TrialColumn {
    /// Its name: `npv`, `budget[alibaba]`, `funding[12]` for step 12; of an input that is called like an output
    /// `rent (input)`. No two columns have the same.
    pub name: String,
    /// What it means.
    pub about: Option<String>,
    /// What its values are in; `None` for plain numbers and conditions.
    pub unit: Option<String>,
    /// What its values are. A time that is never is `+inf`, a condition 1 or 0.
    pub kind: ChannelKind,
    /// Whether it is an input.
    pub is_input: bool,
    /// The step of the timeline.
    pub step: Option<u32>,
}

/// Columns of trials, and the program that fills them.
#[derive(Debug)]
pub struct TrialTable {
    /// The columns, outputs first, in the order of the model; each is a channel of a [`Chunk`]. The number of the
    /// trial is not among them.
    pub columns: Vec<TrialColumn>,
    /// Series that have no columns: they were not named.
    pub left_out: Vec<String>,
    observation: Observation,
}

/// Something to watch, with what the model says about it.
struct Wanted {
    watched: Watched,
    about: Option<String>,
    is_input: bool,
}

impl TrialTable {
    /// The table of a model.
    ///
    /// # Errors
    /// [`NoTable`] where an input is unknown, nothing is left, or too much is.
    pub fn new(model: &Compiled, asked: &TrialColumns) -> Result<TrialTable, NoTable> {
        let (mut wanted, left_out) = outputs(model, &asked.only);
        if wanted.is_empty()
            && let Some(series) = left_out.first()
        {
            return Err(NoTable::Series(series.clone()));
        }
        wanted.extend(inputs(model, &asked.inputs)?);
        let steps = model.model().timeline.as_ref().map_or(1, |timeline| timeline.steps + 1);
        let n_columns = |one: &Wanted| if one.watched.is_series() { steps as usize } else { 1 };
        let all = wanted.iter().map(n_columns).sum();
        if all > MOST_COLUMNS {
            return Err(NoTable::TooWide(all));
        }
        let watched: Vec<Watched> = wanted.iter().map(|one| one.watched.clone()).collect();
        let observation = Observation::new(model, &watched).map_err(|_| NoTable::TooLarge)?;
        let mut columns: Vec<TrialColumn> = Vec::with_capacity(all);
        let mut names = BTreeSet::from([TRIAL.to_owned()]);
        for Wanted { watched, about, is_input } in wanted {
            let series = watched.is_series();
            for step in 0..if series { steps } else { 1 } {
                let name = match series {
                    true => format!("{}[{step}]", watched.name),
                    false => watched.name.clone(),
                };
                columns.push(TrialColumn {
                    name: free(name, is_input, &mut names),
                    about: about.clone(),
                    unit: watched.unit.clone(),
                    kind: watched.kind,
                    is_input,
                    step: series.then_some(step),
                });
            }
        }
        Ok(TrialTable { columns, left_out, observation })
    }
}

/// The name of the column of trial numbers.
pub const TRIAL: &str = "trial";

/// A name that no column has yet.
fn free(name: String, is_input: bool, names: &mut BTreeSet<String>) -> String {
    let word = if is_input { "input" } else { "output" };
    let name = if names.contains(&name) { format!("{name} ({word})") } else { name };
    names.insert(name.clone());
    name
}

/// The outputs, and the names of the series that are left out.
fn outputs(model: &Compiled, only: &[String]) -> (Vec<Wanted>, Vec<String>) {
    let (mut wanted, mut left_out) = (Vec::new(), Vec::new());
    for output in &model.model().outputs {
        let is_named = only.contains(&output.name);
        if !is_named && !only.is_empty() {
            continue;
        }
        let cells = watched_cells(model.model(), output);
        if !is_named && cells.iter().any(Watched::is_series) {
            left_out.push(output.name.clone());
            continue;
        }
        let about = &output.about;
        let cell = |watched| Wanted { watched, about: about.clone(), is_input: false };
        wanted.extend(cells.into_iter().map(cell));
    }
    (wanted, left_out)
}

fn inputs(model: &Compiled, asked: &InputColumns) -> Result<Vec<Wanted>, NoTable> {
    let quantities = &model.model().quantities;
    let find = |name: &str| {
        let of_name = || quantities.iter().filter(|quantity| quantity.name == name);
        of_name().find(|quantity| is_input(quantity)).or_else(|| of_name().next())
    };
    let wanted = |watched: Watched, quantity: Option<&Quantity>| Wanted {
        watched,
        about: quantity.and_then(|quantity| quantity.about.clone()),
        is_input: true,
    };
    let names = match asked {
        InputColumns::None => return Ok(Vec::new()),
        InputColumns::Random => {
            let random = model.watched_inputs().into_iter();
            let once = random.filter(|input| !input.values.is_series());
            return Ok(once.map(|input| wanted(input.values, find(&input.input))).collect());
        }
        InputColumns::Named(names) => names,
    };
    let all = model.watched_quantities();
    let mut found: Vec<Wanted> = Vec::new();
    for name in names {
        let base = name.split('[').next().unwrap_or_default().trim();
        let quantity = find(base).filter(|quantity| is_input(quantity));
        let Some(quantity) = quantity else {
            return Err(match find(base) {
                Some(_) => NoTable::NoInput(base.to_owned()),
                None => unknown(name, quantities.iter().filter(|q| is_input(q))),
            });
        };
        let of = |watched: &&Watched| match name.contains('[') {
            true => same_but_blanks(&watched.name, name),
            false => watched.name.split('[').next() == Some(base),
        };
        let cells: Vec<&Watched> = all.iter().filter(of).collect();
        if cells.is_empty() {
            return Err(NoTable::UnknownInput { name: name.clone(), nearest: None });
        }
        for cell in cells {
            if found.iter().all(|known| known.watched.name != cell.name) {
                found.push(wanted(cell.clone(), Some(quantity)));
            }
        }
    }
    Ok(found)
}

fn is_input(quantity: &Quantity) -> bool {
    quantity.kind == QuantityKind::Input && matches!(quantity.rule, Rule::Input { .. })
}

fn unknown<'a>(name: &str, inputs: impl Iterator<Item = &'a Quantity>) -> NoTable {
    let nearest = nearest(name, inputs.map(|quantity| quantity.name.as_str()));
    NoTable::UnknownInput { name: name.to_owned(), nearest }
}

fn same_but_blanks(a: &str, b: &str) -> bool {
    let shown = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    shown(a) == shown(b)
}

/// Hands over the first `trials` trials of the run with these settings, of complete replicates.
///
/// `digest` is called with every chunk, on any thread; `take` with what it made, in the order of the trials. Gives how
/// many trials there were: fewer where the monitor stopped it.
pub fn trials<T: Send>(
    table: &TrialTable,
    settings: &RunSettings,
    trials: u64,
    monitor: &dyn Monitor,
    digest: impl Fn(&Chunk) -> T + Sync + Send,
    mut take: impl FnMut(T) + Send,
) -> u64 {
    in_pool(settings.threads, || {
        let prepared = table.observation.prepare(settings.seed);
        let layout = settings.layout();
        let sources = engine::plan_sources(prepared.program, layout, settings.seed);
        let mut done = 0;
        for replicate in layout.replicates() {
            let own = prepared.laid_out(&sources, replicate);
            let replicate = Replicate { trials: replicate.trials.min(trials - done), ..replicate };
            let watch = Behind { monitor, before: done };
            let runs = std::slice::from_ref(&own);
            let seen = engine::observe_replicate(runs, replicate, done, &watch, &digest, &mut take);
            done += seen;
            if seen < replicate.trials || done == trials {
                break;
            }
        }
        done
    })
}

/// Watches a part of a run.
struct Behind<'a> {
    monitor: &'a dyn Monitor,
    before: u64,
}

impl Monitor for Behind<'_> {
    fn progress(&self, done: u64) {
        self.monitor.progress(self.before + done);
    }

    fn is_stopped(&self) -> bool {
        self.monitor.is_stopped()
    }
}
