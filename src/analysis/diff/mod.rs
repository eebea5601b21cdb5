//! Two versions of a model: what changed, and what each change does to the figures.
//!
//! What comes in: two models. What goes out: a [`Difference`]: the changes by name, and for every output that both have
//! the mean, percentiles and probabilities of the old and of the new version, with what each change contributes. The
//! contributions add up to the whole difference exactly. With few changes they are the shares of Shapley over all
//! hybrids of the two versions, with many the steps from one version to the other (`shares`). All hybrids run on the
//! same random numbers, so that they differ by what was changed alone.

mod changes;
mod definition;
mod figures;
mod groups;
mod hybrid;
mod rename;
mod shares;

use std::collections::BTreeSet;

pub use figures::{Figure, FigureDifference, OutputDifference};

use super::Unanswerable;
use super::watch::Part;
use crate::accumulate::ChannelKind;
use crate::check::{self, CheckedModel, Plans};
use crate::diagnostic::Diagnostics;
use crate::expr::{self, Purpose, Sentence, StringText};
use crate::model::ParsedModel;
use crate::results::{Provenance, StatisticResult};
use crate::source::Sources;
use crate::{Asked, Compiled, Draft, Monitor, ReadFile, Request, RunSettings, Watched};
use definition::{Place, Writer, reachable};
use hybrid::Pair;
use shares::Set;

/// One of the two versions.
pub struct Version<'a> {
    /// What was asked for, with the text of the model.
    pub request: &'a Request,
    /// The model that came of it.
    pub model: &'a Compiled,
    /// Brings in its data files.
    pub read_file: ReadFile<'a>,
}

/// What a change is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// A unit of the model's own.
    Unit,
    /// The timeline.
    Timeline,
    /// An index.
    Index,
    /// An input.
    Input,
    /// A formula.
    Formula,
    /// A series.
    Series,
    /// A pair of correlated inputs.
    Correlation,
    /// A copula.
    Copula,
    /// An output.
    Output,
    /// A check: no figure depends on it.
    Check,
    /// A scenario: no figure depends on it.
    Scenario,
    /// The name of an input, a formula, a series or an output: no figure depends on it.
    Rename,
    /// The base case of an input: the plan depends on it, and no drawn figure.
    Base,
    /// What is said about something, or how it is shown: no figure depends on it.
    Text,
}

impl ChangeKind {
    /// `input`.
    pub fn name(self) -> &'static str {
        match self {
            ChangeKind::Unit => "unit",
            ChangeKind::Timeline => "timeline",
            ChangeKind::Index => "index",
            ChangeKind::Input => "input",
            ChangeKind::Formula => "formula",
            ChangeKind::Series => "series",
            ChangeKind::Correlation => "correlation",
            ChangeKind::Copula => "copula",
            ChangeKind::Output => "output",
            ChangeKind::Check => "check",
            ChangeKind::Scenario => "scenario",
            ChangeKind::Rename => "rename",
            ChangeKind::Base => "base",
            ChangeKind::Text => "text",
        }
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What changed: `rent`; of a rename the new name.
    pub name: String,
    /// What it is.
    pub kind: ChangeKind,
    /// What it was, of parts those that changed; `None` where there was nothing.
    pub old: Option<String>,
    /// What it is now; `None` where there is nothing any more.
    pub new: Option<String>,
    place: Place,
}

/// How a difference is divided among the changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribution {
    /// Over all orders of making the changes.
    Shapley,
    /// In the order in which they are listed.
    InOrder,
}

/// Two versions of a model, compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// What reproduces the old version's figures.
    pub old: Provenance,
    /// What reproduces the new one's.
    pub new: Provenance,
    /// Changes on which figures of the outputs depend, in groups that are made as a whole.
    pub groups: Vec<Vec<Change>>,
    /// All other changes.
    pub idle: Vec<Change>,
    /// How the difference is divided.
    pub attribution: Attribution,
    /// Models that were run.
    pub n_runs: usize,
    /// The outputs that both versions have.
    pub outputs: Vec<OutputDifference>,
    /// Outputs without figures here, each with the reason.
    pub left_out: Vec<(String, &'static str)>,
    /// What the reader should know.
    pub warnings: Vec<String>,
}

/// Why there is no difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffFailure {
    /// There is nothing to compare.
    Unanswerable(Unanswerable),
    /// Whoever watches stopped it.
    Stopped,
}

/// An output to follow.
struct Followed {
    /// As it is called in hybrids, and in the new version.
    name: String,
    shown: String,
    about: Option<String>,
    unit: Option<String>,
    kind: ChannelKind,
    figures: Vec<Figure>,
}

impl Followed {
    /// Its name without labels.
    fn output(&self) -> &str {
        self.name.split('[').next().unwrap_or_default()
    }
}

/// Compares two versions of a model; `only` names the outputs, none for all that both have. `percentiles` are
/// probabilities.
///
/// # Errors
/// See [`DiffFailure`].
pub fn diff(
    old: Version<'_>,
    new: Version<'_>,
    only: &[String],
    settings: &RunSettings,
    monitor: &dyn Monitor,
) -> Result<Difference, DiffFailure> {
    let (mut sources, mut ignored) = (Sources::new(), Diagnostics::new());
    let mut read = |version: &mut Version<'_>, sources: &mut Sources| {
        Draft::read(version.request, version.read_file, sources, &mut ignored)
            .expect("it was compiled")
    };
    let (mut old, mut new) = (old, new);
    let old_draft = read(&mut old, &mut sources);
    let mut new_draft = read(&mut new, &mut sources);
    let writers =
        [&old_draft.plans, &new_draft.plans].map(|plans| Writer { sources: &sources, plans });
    let renames = rename::undo(&old_draft.model, &mut new_draft.model, [&writers[0], &writers[1]]);
    let all = changes::between(
        &writers[0].definitions(&old_draft.model),
        &writers[1].definitions(&new_draft.model),
    );
    let plans = changes::joined_plans(&old_draft.plans, &new_draft.plans, &mut new_draft.model);
    let models = [&old_draft.model, &new_draft.model];
    let ends = models.map(|model| checked(without_checks(model), &sources, &plans));
    let [Some(old_end), Some(new_end)] = ends else { unreachable!("both versions were compiled") };
    let (followed, left_out) =
        followed([&old_end, &new_end], only, &renames, &settings.percentiles);
    let is_series = |(_, reason): &&(String, &'static str)| *reason == SERIES;
    if followed.is_empty() {
        let reason = match left_out.iter().find(is_series) {
            Some((name, _)) => Unanswerable::Series(name.clone()),
            None => Unanswerable::NothingInCommon,
        };
        return Err(DiffFailure::Unanswerable(reason));
    }
    let roots: BTreeSet<String> = followed.iter().map(|f| f.output().to_owned()).collect();
    let mut kept = reachable(models[0], &roots);
    kept.extend(reachable(models[1], &roots));
    // What an output without a value reports is the quantity of its name: that one is meant where it is named.
    let is_quantity = |name: &String| models.iter().any(|model| has_quantity(model, name));
    let mut kept_outputs = kept.clone();
    kept_outputs.retain(|name| roots.contains(name) || !is_quantity(name));
    let (changes, mut idle): (Vec<Change>, Vec<Change>) =
        all.into_iter().partition(|change| changes::matters(change, &kept, &kept_outputs));
    idle.splice(0..0, renames);
    let statistics = sentences(&followed, &mut sources);
    let pair = Pair { old: models[0], new: models[1], kept: &kept, kept_outputs: &kept_outputs };
    let hybrids = Hybrids {
        pair,
        changes: &changes,
        followed: &followed,
        statistics,
        sources: &sources,
        plans,
    };
    let groups = groups::groups(changes.len(), &mut |made| hybrids.checked(made).is_some());
    let sets = sets(&groups);
    let n_runs = sets.len();
    monitor.planned(n_runs as u64 * settings.trials);
    let mut runs: Vec<Vec<StatisticResult>> = Vec::new();
    for (position, made) in sets.iter().enumerate() {
        let checked = hybrids.checked(&hybrids.members(&groups, made)).expect("groups are valid");
        let model = new.model.variant(checked).expect("as large as the two versions");
        let part = Part { monitor, before: position as u64 * settings.trials };
        let result = crate::run(&model, settings, &part);
        if result.provenance.trials < settings.trials {
            return Err(DiffFailure::Stopped);
        }
        runs.push(hybrids.in_units(&model, result.statistics));
    }
    let attribution = if groups.len() <= groups::MOST_EXACT {
        Attribution::Shapley
    } else {
        Attribution::InOrder
    };
    let outputs = figures::outputs(&followed, &runs, groups.len(), attribution);
    let provenance = |model: &Compiled| Provenance {
        trials: settings.trials,
        trials_asked: settings.trials,
        seed: settings.seed,
        ..crate::base_case(model).provenance
    };
    let warnings = figures::warnings(&followed, &runs);
    let of_group = |group: &Vec<usize>| group.iter().map(|&c| changes[c].clone()).collect();
    Ok(Difference {
        old: provenance(old.model),
        new: provenance(new.model),
        groups: groups.iter().map(of_group).collect(),
        idle,
        attribution,
        n_runs,
        outputs,
        left_out,
        warnings,
    })
}

/// The sets of groups to run: all of few, one more each time of many.
fn sets(groups: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let count = groups.len();
    if count <= groups::MOST_EXACT {
        let members = |set: Set| (0..count).filter(|i| (set >> i) & 1 == 1).collect();
        return (0..1 << count).map(members).collect();
    }
    (0..=count).map(|made| (0..made).collect()).collect()
}

fn has_quantity(model: &ParsedModel, name: &str) -> bool {
    model.inputs.iter().any(|input| input.name.text == name)
        || model.formulas.iter().any(|formula| formula.name.text == name)
        || model.series.iter().any(|series| series.name.text == name)
}

/// Checks hang on no figure, and no figure on them.
fn without_checks(model: &ParsedModel) -> ParsedModel {
    ParsedModel { checks: Vec::new(), scenarios: Vec::new(), ..model.clone() }
}

fn checked(model: ParsedModel, sources: &Sources, plans: &Plans) -> Option<CheckedModel> {
    check::check(&model, &[], sources, plans, &mut Diagnostics::new())
}

const SERIES: &str = "is a series";

/// The outputs to follow, and those that are not, with the reason.
fn followed(
    [old, new]: [&CheckedModel; 2],
    only: &[String],
    renames: &[Change],
    percentiles: &[f64],
) -> (Vec<Followed>, Vec<(String, &'static str)>) {
    let (mut found, mut left_out) = (Vec::new(), Vec::new());
    let olds = crate::watched_outputs(old);
    let news = crate::watched_outputs(new);
    let new_name = |name: &str| -> String {
        let renamed = renames.iter().find(|change| {
            let base = name.split('[').next();
            change.old.as_deref() == base
                && new.outputs.iter().any(|o| Some(o.name.as_str()) == base)
        });
        match renamed {
            Some(change) => name.replacen(change.old.as_deref().unwrap_or(""), &change.name, 1),
            None => name.to_owned(),
        }
    };
    let is_wanted = |watched: &Watched| {
        let base = |name: &str| name.split('[').next().unwrap_or_default().to_owned();
        let names = [watched.name.clone(), base(&watched.name)];
        let shown = names.clone().map(|name| new_name(&name));
        only.is_empty() || only.iter().any(|name| names.contains(name) || shown.contains(name))
    };
    for own in news.iter().filter(|own| is_wanted(own)) {
        let shown = new_name(&own.name);
        let Some(other) = olds.iter().find(|other| other.name == own.name) else {
            left_out.push((shown, "is new"));
            continue;
        };
        let output = own.name.split('[').next().unwrap_or_default();
        let is_condition = |watched: &Watched| watched.kind == ChannelKind::Condition;
        if own.is_series() || other.is_series() {
            left_out.push((shown, SERIES));
            continue;
        }
        let factor = crate::unit_factor(old, output, own.unit.as_deref());
        if is_condition(own) != is_condition(other) || factor.is_none() {
            left_out.push((shown, "is something else now"));
            continue;
        }
        let is_time = [own, other].iter().any(|watched| watched.kind == ChannelKind::Time);
        let kind = if is_time { ChannelKind::Time } else { own.kind };
        let known = new.outputs.iter().find(|known| known.name == output);
        found.push(Followed {
            name: own.name.clone(),
            shown,
            about: known.and_then(|known| known.about.clone()),
            unit: own.unit.clone(),
            kind,
            figures: Figure::all(kind, percentiles),
        });
    }
    // In the order asked for.
    found.sort_by_key(|own: &Followed| {
        let is_it = |name: &String| {
            let shown = own.shown.split('[').next().unwrap_or_default();
            [own.output(), &own.name, shown, &own.shown].contains(&name.as_str())
        };
        only.iter().position(is_it)
    });
    for other in olds.iter().filter(|other| is_wanted(other)) {
        if news.iter().all(|own| own.name != other.name) {
            left_out.push((other.name.clone(), "is gone"));
        }
    }
    (found, left_out)
}

/// The figures of all outputs, as sentences.
fn sentences(followed: &[Followed], sources: &mut Sources) -> Vec<Sentence> {
    let mut ignored = Diagnostics::new();
    let mut parse = |text: String| {
        let asked = Asked::figure(text);
        let id = sources.add(asked.option, &asked.text);
        let text = StringText::plain(sources, id);
        expr::parse_sentence(&text, Purpose::Report, &mut ignored).expect("a figure of an output")
    };
    let all = followed.iter().flat_map(|own| own.figures.iter().map(|f| f.sentence(&own.name)));
    let texts: Vec<String> = all.collect();
    texts.into_iter().map(&mut parse).collect()
}

/// All models that are old in some changes and new in others.
struct Hybrids<'a> {
    pair: Pair<'a>,
    changes: &'a [Change],
    followed: &'a [Followed],
    statistics: Vec<Sentence>,
    sources: &'a Sources,
    plans: Plans,
}

impl Hybrids<'_> {
    /// The changes of some groups.
    fn members(&self, groups: &[Vec<usize>], which: &[usize]) -> Vec<bool> {
        let mut made = vec![false; self.changes.len()];
        which.iter().flat_map(|&group| &groups[group]).for_each(|&change| made[change] = true);
        made
    }

    /// The model with some changes made; `None` where it is none, or its outputs are of other dimensions.
    fn checked(&self, made: &[bool]) -> Option<CheckedModel> {
        let is_new = |place: &Place| {
            let position = self.changes.iter().position(|change| change.place == *place);
            position.is_some_and(|position| made[position])
        };
        let mut model = self.pair.hybrid(&is_new);
        model.statistics.clone_from(&self.statistics);
        let checked = checked(model, self.sources, &self.plans)?;
        let fits = |own: &Followed| {
            crate::unit_factor(&checked, own.output(), own.unit.as_deref()).is_some()
        };
        self.followed.iter().all(fits).then_some(checked)
    }

    /// The statistics in the units of the new version.
    fn in_units(&self, model: &Compiled, found: Vec<StatisticResult>) -> Vec<StatisticResult> {
        let factors = self.followed.iter().flat_map(|own| {
            let factor = model.unit_factor(own.output(), own.unit.as_deref()).unwrap_or(1.0);
            own.figures.iter().map(move |figure| if figure.is_share() { 1.0 } else { factor })
        });
        found
            .into_iter()
            .zip(factors)
            .map(|(found, factor)| figures::scaled(found, factor))
            .collect()
    }
}
