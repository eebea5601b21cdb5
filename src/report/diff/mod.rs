//! What changed between two versions of a model: page, CSV and JSON (`outlay.diff/1`).

mod bridge;
mod data;

pub use data::{diff_csv, diff_json};

use super::command;
use super::memo::{self, NOTHING};
use super::number;
use super::page::{Align, Column, Grid, Memo};
use crate::accumulate::ChannelKind;
use crate::analysis::diff::{
    Attribution, Change, ChangeKind, Difference, Figure, FigureDifference, OutputDifference,
};
use crate::results::Point;
use bridge::Bridge;

/// A text without effect is shown up to so many characters.
const MOST_TEXT: usize = 100;
/// The names of so many changes of one group are shown.
const MOST_NAMES: usize = 3;

/// The page; `asked` are the models and options, word by word.
pub fn diff_memo(difference: &Difference, asked: &[String]) -> Memo {
    let Difference { old, new, .. } = difference;
    let has_changed = !difference.groups.is_empty();
    let mut grids = vec![
        changes_grid(difference),
        figures_grid(difference),
        probabilities_grid(difference),
        idle_grid(difference),
    ];
    grids.retain(|grid| !grid.rows.is_empty());
    if let Some(grid) = grids.iter_mut().rev().find(|grid| is_of_figures(grid)) {
        grid.notes.push(attribution_words(difference));
    }
    let words: Vec<String> = asked.iter().map(|word| command::quoted(word)).collect();
    let trials = number::grouped(new.trials_asked).replace(',', "_");
    Memo {
        title: format!("{} → {}", old.file, new.file),
        assumptions: memo::assumptions(new),
        alert: (!has_changed).then(|| unchanged(&difference.idle).to_owned()),
        grids,
        warnings: difference.warnings.clone(),
        notes: notes(difference),
        provenance: [old, new].map(memo::provenance_line).join("\n"),
        command: format!("outlay diff {} -n {trials} --seed {}", words.join(" "), new.seed),
    }
}

/// What there is to say where no figure has changed.
fn unchanged(idle: &[Change]) -> &'static str {
    if idle.is_empty() {
        "Nothing changed."
    } else if idle.iter().any(|change| change.kind == ChangeKind::Base) {
        "Only the base case changed, and nothing that a figure here depends on."
    } else {
        "Nothing changed that a figure depends on."
    }
}

fn is_of_figures(grid: &Grid) -> bool {
    grid.columns.len() > 1
}

/// How the effects are to be read.
fn attribution_words(difference: &Difference) -> String {
    let count = difference.groups.len();
    match (count, difference.attribution) {
        (0, _) => String::new(),
        (1, _) => "One change: all of the difference is its effect.".to_owned(),
        (_, Attribution::Shapley) => format!(
            "Each change has its mean effect over all orders of making the {count} changes (Shapley), from {} models \
             on the same random numbers. The effects add up to the difference.",
            difference.n_runs
        ),
        (_, Attribution::InOrder) => format!(
            "The {count} changes are made one after the other, in the order listed: each has the effect that it has \
             upon those before it. Another order gives other effects. They add up to the difference."
        ),
    }
}

/// What a group is called: `rent`, `power + site`.
fn group_name(group: &[Change]) -> String {
    let names: Vec<&str> = group.iter().map(|change| change.name.as_str()).collect();
    names.join(" + ")
}

/// The same for a row of a table.
fn row_name(group: &[Change]) -> String {
    let names: Vec<&str> = group.iter().map(|change| change.name.as_str()).collect();
    match names.len() {
        0..=MOST_NAMES => names.join(" + "),
        count => {
            format!("{} + {} more", names[..MOST_NAMES - 1].join(" + "), count + 1 - MOST_NAMES)
        }
    }
}

fn texts_grid(caption: &str) -> Grid {
    Grid::new(caption, vec![Column::new("", Align::Left)])
}

/// Old and new text of every change that figures depend on.
fn changes_grid(difference: &Difference) -> Grid {
    let mut grid = texts_grid("Changes");
    for group in &difference.groups {
        for (position, change) in group.iter().enumerate() {
            let with = match position {
                0 if group.len() > 1 => ", together with the next",
                0 => "",
                _ if position + 1 == group.len() => ", the last of these",
                _ => ", and the next",
            };
            let is_new = if change.old.is_none() { "new " } else { "" };
            let is_gone = if change.new.is_none() { ", gone" } else { "" };
            grid.rows.push(vec![format!(
                "{} ({is_new}{}{is_gone}){with}",
                change.name,
                change.kind.name()
            )]);
            grid.rows.extend(change.old.iter().map(|text| vec![format!("  − {text}")]));
            grid.rows.extend(change.new.iter().map(|text| vec![format!("  + {text}")]));
        }
    }
    grid
}

/// Changes that no figure depends on, a line each.
fn idle_grid(difference: &Difference) -> Grid {
    let mut grid = texts_grid("Changes without effect on these figures");
    for change in &difference.idle {
        let old = change.old.as_deref().map(short);
        let new = change.new.as_deref().map(short);
        let name = &change.name;
        let kind = change.kind.name();
        let text = match (change.kind, old, new) {
            (ChangeKind::Rename, Some(old), _) => {
                format!("{name} (name): it was {old}, and is the same otherwise")
            }
            (_, Some(old), Some(new)) => format!("{name} ({kind}): {old} → {new}"),
            (_, None, Some(new)) => format!("{name} (new {kind}): {new}"),
            (_, Some(old), None) => format!("{name} ({kind}, gone): {old}"),
            (_, None, None) => format!("{name} ({kind})"),
        };
        grid.rows.push(vec![text]);
    }
    grid
}

fn short(text: &str) -> String {
    if text.chars().count() <= MOST_TEXT {
        return text.to_owned();
    }
    let kept: String = text.chars().take(MOST_TEXT - 1).collect();
    format!("{}…", kept.trim_end())
}

/// What a column of figures is called.
fn head(figure: Figure) -> String {
    match figure {
        Figure::Mean => "mean".to_owned(),
        Figure::Percentile(p) => number::percentile_name(p),
        Figure::Loss => "P(< 0)".to_owned(),
        Figure::Never => "P(never)".to_owned(),
        Figure::Holds => "probability".to_owned(),
    }
}

/// The cells of a figure: old, the groups, all together, new.
fn cells(figure: &FigureDifference, n_groups: usize) -> Vec<String> {
    let numbers = match (figure.old.value, figure.new.value) {
        (Point::Value(old), Point::Value(new)) => Some((old, new)),
        _ => None,
    };
    let Some((old, new)) = numbers else {
        // There is no mean of what may be never.
        let end = |point| match (point, figure.figure) {
            (Point::Never, Figure::Mean) | (Point::Undefined, _) => NOTHING.to_owned(),
            _ => memo::point(point, number::exact),
        };
        let middle = vec![NOTHING.to_owned(); n_groups + 1];
        let ends = [end(figure.old.value), end(figure.new.value)];
        let [first, last] = ends;
        return [first].into_iter().chain(middle).chain([last]).collect();
    };
    let is_still =
        [old, new] == [0.0; 2] && figure.effects.iter().flatten().all(|effect| *effect == 0.0);
    if figure.figure == Figure::Loss && is_still {
        return vec![String::new(); n_groups + 3];
    }
    let nothing = vec![0.0; n_groups];
    let steps = figure.effects.as_ref().unwrap_or(&nothing);
    let bridge = match figure.figure.is_share() {
        true => Bridge::of_shares(old, steps, new),
        false => Bridge::of_values(old, steps, new),
    };
    let steps = match figure.effects {
        Some(_) => bridge.steps,
        None => vec![NOTHING.to_owned(); n_groups],
    };
    let all = [bridge.old].into_iter().chain(steps);
    all.chain([bridge.total, bridge.new]).collect()
}

/// Rows of an output: old, each change, all together, new.
fn rows(output: &OutputDifference, names: &[String], figures: &[Figure], grid: &mut Grid) {
    let label = match &output.about {
        Some(about) => format!("{}: {about}", output.name),
        None => output.name.clone(),
    };
    let unit = output.unit.clone().unwrap_or_default();
    let mut heading = vec![label];
    heading.resize(grid.columns.len(), String::new());
    grid.rows.push(heading);
    let columns: Vec<Vec<String>> = figures
        .iter()
        .map(|wanted| {
            let own = output.figures.iter().find(|own| own.figure == *wanted);
            let count = names.len() + 3;
            own.map_or_else(|| vec![String::new(); count], |own| cells(own, names.len()))
        })
        .collect();
    let has_unit = grid.columns.iter().any(|column| column.is_folded);
    let labels = ["old"].into_iter().chain(names.iter().map(String::as_str));
    for (at, label) in labels.chain(["all changes", "new"]).enumerate() {
        // Of one change all of them are that one.
        if at == names.len() + 1 && names.len() == 1 {
            continue;
        }
        let mut row = vec![format!("  {label}")];
        row.extend(has_unit.then(|| unit.clone()));
        row.extend(columns.iter().map(|column| column[at].clone()));
        grid.rows.push(row);
    }
}

/// Numbers and times that moved.
fn figures_grid(difference: &Difference) -> Grid {
    let moved = difference
        .outputs
        .iter()
        .filter(|output| output.kind != ChannelKind::Condition && output.has_moved());
    let moved: Vec<&OutputDifference> = moved.collect();
    let mut figures: Vec<Figure> = Vec::new();
    for figure in moved.iter().flat_map(|output| &output.figures) {
        if !figures.contains(&figure.figure) {
            figures.push(figure.figure);
        }
    }
    figures.sort_by_key(|figure| figure.is_share());
    let mut columns = vec![Column::new("", Align::Left), Column::unit()];
    columns.extend(figures.iter().map(|&figure| Column::new(head(figure), Align::Right)));
    let mut grid = Grid::new("", columns);
    let names: Vec<String> = difference.groups.iter().map(|group| row_name(group)).collect();
    for output in moved {
        rows(output, &names, &figures, &mut grid);
    }
    grid.without_empty_columns()
}

/// Conditions that moved.
fn probabilities_grid(difference: &Difference) -> Grid {
    let columns = vec![Column::new("", Align::Left), Column::new("probability", Align::Right)];
    let mut grid = Grid::new("Probabilities", columns);
    let names: Vec<String> = difference.groups.iter().map(|group| row_name(group)).collect();
    let is_wanted =
        |output: &&OutputDifference| output.kind == ChannelKind::Condition && output.has_moved();
    for output in difference.outputs.iter().filter(is_wanted) {
        rows(output, &names, &[Figure::Holds], &mut grid);
    }
    grid
}

/// What is not in the tables, and why.
fn notes(difference: &Difference) -> Vec<String> {
    let mut told = Vec::new();
    let still = difference.outputs.iter().filter(|output| !output.has_moved());
    let still: Vec<&str> = still.map(|output| output.name.as_str()).collect();
    if !still.is_empty() && !difference.groups.is_empty() {
        told.push(format!("not moved: {}", still.join(", ")));
    }
    let mut reasons: Vec<&str> = difference.left_out.iter().map(|(_, reason)| *reason).collect();
    reasons.sort_unstable();
    reasons.dedup();
    for reason in reasons {
        let own = difference.left_out.iter().filter(|(_, other)| *other == reason);
        let names: Vec<String> = own.map(|(name, _)| format!("`{name}`")).collect();
        told.push(match reason {
            "is a series" => format!("series have no figures here: {}", names.join(", ")),
            "is new" => format!("outputs of the new version alone: {}", names.join(", ")),
            "is gone" => format!("outputs of the old version alone: {}", names.join(", ")),
            _ => format!("outputs that are something else now: {}", names.join(", ")),
        });
    }
    let open = difference.outputs.iter().filter(|output| {
        output
            .figures
            .iter()
            .any(|figure| figure.effects.is_none() && figure.old.value != figure.new.value)
    });
    let open: Vec<String> = open.map(|output| format!("`{}`", output.name)).collect();
    if !open.is_empty() {
        told.push(format!(
            "a mean or percentile that is never in some combination of the changes has no number to divide (–): see \
             P(never) of {}",
            open.join(", ")
        ));
    }
    if difference.idle.iter().any(|change| change.kind == ChangeKind::Rename) {
        told.push(
            "what is renamed keeps the random numbers of its old name here, so that it moves nothing; a run of the \
             new version alone draws others"
                .to_owned(),
        );
    }
    told
}
