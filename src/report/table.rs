//! A page in monospaced text: terminal, `.txt`.
//!
//! In: a [`Memo`], the width in cells and whether to decorate. Out: text whose columns stand under
//! each other in a terminal that gives CJK characters two cells (Unicode Standard Annex #11).
//! Color is decoration: the text is the same without it.

use unicode_width::UnicodeWidthStr;

use super::page::{Align, Column, Grid, Memo};
use super::wrap::{cut, wrapped, wrapped_at, wrapped_label};

/// What the labels get before other columns are left out, and what they get in any case.
const WANTED_LABEL: usize = 24;
const NARROWEST_LABEL: usize = 10;
/// Cells that a column may gain by lining up decimal points; beyond, numbers stand to the right.
const MOST_OVERHANG: usize = 2;
/// A column of texts that gives way is cut to so many cells, and to fewer where there is less room.
const MOST_SPARE_TEXT: usize = 48;
const LEAST_SPARE_TEXT: usize = 12;
/// Cells between two columns.
const GAP: usize = 2;

pub(super) const BOLD: &str = "\x1b[1m";
pub(super) const DIM: &str = "\x1b[2m";
const YELLOW: &str = "\x1b[1;33m";
const RESET: &str = "\x1b[0m";

/// What the page is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Cells of a line.
    pub width: usize,
    /// Whether headings are set off by terminal codes.
    pub is_colored: bool,
}

impl Default for Look {
    /// 120 cells, no color: what a file or a pipe gets.
    fn default() -> Look {
        Look { width: 120, is_colored: false }
    }
}

impl Look {
    pub(super) fn paint(self, style: &str, text: &str) -> String {
        if self.is_colored && !text.is_empty() {
            format!("{style}{text}{RESET}")
        } else {
            text.to_owned()
        }
    }
}

/// The page as text, ending with a line break.
pub fn table(memo: &Memo, look: Look) -> String {
    table_with(memo, "", look)
}

/// The page with drawings of the same look between the tables and what is said of them.
pub fn table_with(memo: &Memo, drawings: &str, look: Look) -> String {
    let memo = &memo.visible();
    let mut lines = Vec::new();
    let paragraph = |text: &str, style: &str, lines: &mut Vec<String>| {
        lines.extend(wrapped(text, look.width).iter().map(|line| look.paint(style, line)));
    };
    paragraph(&memo.title, BOLD, &mut lines);
    for line in &memo.assumptions {
        paragraph(line, "", &mut lines);
    }
    if let Some(alert) = &memo.alert {
        paragraph(alert, YELLOW, &mut lines);
    }
    for grid in &memo.grids {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(grid_lines(grid, look));
        for note in &grid.notes {
            paragraph(note, DIM, &mut lines);
        }
    }
    lines.extend(drawings.lines().map(str::to_owned));
    if !memo.warnings.is_empty() {
        lines.push(String::new());
    }
    for warning in &memo.warnings {
        let text = wrapped(&format!("warning: {warning}"), look.width);
        for (position, line) in text.iter().enumerate() {
            lines.push(match line.strip_prefix("warning:").filter(|_| position == 0) {
                Some(rest) => format!("{}{rest}", look.paint(YELLOW, "warning:")),
                None => line.clone(),
            });
        }
    }
    if !memo.notes.is_empty() {
        lines.push(String::new());
    }
    for note in &memo.notes {
        paragraph(&format!("note: {note}"), "", &mut lines);
    }
    if !memo.provenance.is_empty() {
        lines.push(String::new());
    }
    if !memo.command.is_empty() {
        // One line, however long: it is copied as a whole.
        lines.push(look.paint(DIM, &memo.command));
    }
    for line in memo.provenance.lines() {
        paragraph(line, DIM, &mut lines);
    }
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

/// A cell in its column: what stands before the decimal point, and the rest.
struct Split<'a> {
    before: &'a str,
    after: &'a str,
}

/// Splits a number at its decimal point; `None` for words.
fn split_number(cell: &str) -> Option<Split<'_>> {
    cell.starts_with(|c: char| c.is_ascii_digit() || c == '-').then(|| {
        let end = cell.find(['.', ' ', 'e']).unwrap_or(cell.len());
        Split { before: &cell[..end], after: &cell[end..] }
    })
}

/// The widths of a column: all of it, and of what stands before and behind its decimal points.
#[derive(Debug, Clone, Copy, Default)]
struct Widths {
    all: usize,
    before: usize,
    after: usize,
}

fn widths(column: &Column, cells: &[&str]) -> Widths {
    let mut widths = Widths::default();
    let mut words = column.head.width();
    for cell in cells {
        match split_number(cell).filter(|_| column.align == Align::Decimal) {
            Some(split) => {
                widths.before = widths.before.max(split.before.width());
                widths.after = widths.after.max(split.after.width());
            }
            None => words = words.max(cell.width()),
        }
    }
    let numbers = cells
        .iter()
        .filter(|cell| split_number(cell).is_some())
        .map(|cell| cell.width())
        .max()
        .unwrap_or(0);
    // Behind a magnitude word (`6.60 bn`) there is no point to line up with others.
    let has_words =
        cells.iter().any(|cell| split_number(cell).is_some_and(|split| split.after.contains(' ')));
    if has_words || widths.before + widths.after > numbers + MOST_OVERHANG {
        (widths.before, widths.after) = (numbers, 0);
    }
    widths.all = words.max(widths.before + widths.after);
    if is_spare_text(column) {
        widths.all = widths.all.min(MOST_SPARE_TEXT);
    }
    widths
}

fn is_spare_text(column: &Column) -> bool {
    column.align == Align::Left && column.spare > 0
}

fn placed(cell: &str, align: Align, widths: Widths) -> String {
    let pad = |n: usize| " ".repeat(n);
    match (align, split_number(cell)) {
        (Align::Left | Align::Joined, _) => {
            format!("{cell}{}", pad(widths.all.saturating_sub(cell.width())))
        }
        (Align::Decimal, Some(split)) => {
            let behind = widths.after.saturating_sub(split.after.width());
            let ahead = widths.all.saturating_sub(cell.width() + behind);
            format!("{}{cell}{}", pad(ahead), pad(behind))
        }
        (Align::Right, _) | (Align::Decimal, None) => {
            format!("{}{cell}", pad(widths.all.saturating_sub(cell.width())))
        }
    }
}

/// Cells from a column to the one before it.
fn gap(column: &Column) -> usize {
    if column.align == Align::Joined { 1 } else { GAP }
}

/// Lays a table out; with its shorter labels where a label would not fit beside its figures.
fn grid_lines(grid: &Grid, look: Look) -> Vec<String> {
    let (lines, is_fitting) = laid_out(grid, look);
    if is_fitting || grid.short_labels.is_empty() {
        return lines;
    }
    let mut short = grid.clone();
    for (row, label) in std::mem::take(&mut short.short_labels) {
        short.rows[row][0] = label;
    }
    laid_out(&short, look).0
}

/// The lines of a table, and whether every label stands beside its figures.
fn laid_out(grid: &Grid, look: Look) -> (Vec<String>, bool) {
    let mut is_fitting = true;
    let mut shown: Vec<usize> = (0..grid.columns.len()).collect();
    let mut left_out: Vec<Vec<usize>> = Vec::new();
    let mut column_widths: Vec<Widths> = grid
        .columns
        .iter()
        .enumerate()
        .map(|(position, column)| {
            let cells: Vec<&str> = grid.rows.iter().map(|row| row[position].as_str()).collect();
            widths(column, &cells)
        })
        .collect();
    let label = column_widths.first().map_or(0, |widths| widths.all);
    let others = |shown: &[usize], widths: &[Widths]| -> usize {
        shown.iter().skip(1).map(|&column| widths[column].all + gap(&grid.columns[column])).sum()
    };
    loop {
        let needed = others(&shown, &column_widths) + label.min(WANTED_LABEL);
        if needed <= look.width {
            break;
        }
        let too_much = needed - look.width;
        let text = shown.iter().copied().find(|&column| {
            is_spare_text(&grid.columns[column])
                && column_widths[column].all >= too_much + LEAST_SPARE_TEXT
        });
        if let Some(column) = text {
            column_widths[column].all -= too_much;
            break;
        }
        let spare = |column: &usize| grid.columns[*column].spare;
        let most = shown.iter().map(spare).max().unwrap_or(0);
        if most == 0 {
            break;
        }
        // What belongs together goes together: P25 and P75.
        let (gone, rest) = shown.iter().partition(|&column| spare(column) == most);
        shown = rest;
        left_out.push(gone);
    }
    // What gave way for a wider one comes back where it fits beside what is left.
    let mut still_out: Vec<usize> = Vec::new();
    for group in left_out.into_iter().rev() {
        let has_partner = |column: usize| {
            grid.columns[column].align != Align::Joined || shown.contains(&(column - 1))
        };
        let mut with: Vec<usize> = shown.iter().copied().chain(group.iter().copied()).collect();
        with.sort_unstable();
        if group.iter().all(|&column| has_partner(column))
            && others(&with, &column_widths) + label.min(WANTED_LABEL) <= look.width
        {
            shown = with;
        } else {
            still_out.extend(group);
        }
    }
    let mut left_out = still_out;
    left_out.sort_unstable();
    let others = others(&shown, &column_widths);
    let label = label.min(look.width.saturating_sub(others).max(NARROWEST_LABEL));
    let total = label + others;

    let line = |cells: &[String]| -> String {
        let mut text = String::new();
        for (&column, cell) in shown.iter().zip(cells) {
            if column > 0 {
                text.push_str(&" ".repeat(gap(&grid.columns[column])));
            }
            text.push_str(cell);
        }
        text.trim_end().to_owned()
    };
    let label_widths = Widths { all: label, ..Widths::default() };
    let width_of = |column: usize| if column == 0 { label_widths } else { column_widths[column] };
    // A caption takes the empty corner above the labels where there is one.
    let is_corner_free = grid.columns.first().is_some_and(|column| column.head.is_empty());
    let fits_corner = is_corner_free && grid.caption.width() <= label;
    let heads: Vec<String> = shown
        .iter()
        .map(|&column| {
            let Column { head, align, .. } = &grid.columns[column];
            let head = if column == 0 && fits_corner { &grid.caption } else { head };
            let align = if *align == Align::Decimal { Align::Right } else { *align };
            placed(head, align, width_of(column))
        })
        .collect();

    let mut lines = Vec::new();
    if !fits_corner && !grid.caption.is_empty() {
        let caption = wrapped(&grid.caption, look.width);
        lines.extend(caption.iter().map(|line| look.paint(BOLD, line)));
    }
    lines.push(look.paint(BOLD, &line(&heads)));
    lines.push(look.paint(DIM, &"─".repeat(total)));
    let folded = left_out.iter().copied().filter(|&column| grid.columns[column].is_folded);
    for row in &grid.rows {
        let align = grid.columns.first().map_or(Align::Left, |column| column.align);
        let behind = folded.clone().map(|column| &row[column]).filter(|cell| !cell.is_empty());
        let text = behind.fold(row[0].clone(), |text, cell| format!("{text}, {cell}"));
        let mut labels = wrapped_label(&text, label);
        if row.iter().skip(1).all(String::is_empty) {
            lines.extend(wrapped_label(&text, look.width));
            continue;
        }
        // A label that does not fit beside its figures stands above them.
        if labels.len() > 1 {
            is_fitting = false;
            lines.extend(wrapped_label(&text, look.width));
            labels.clear();
        }
        let mut cells = vec![placed(&labels.concat(), align, label_widths)];
        cells.extend(shown.iter().skip(1).map(|&c| {
            let cell = cut(&row[c], column_widths[c].all);
            placed(&cell, grid.columns[c].align, column_widths[c])
        }));
        lines.push(line(&cells));
    }
    let meanings: Vec<&str> = shown
        .iter()
        .map(|&column| grid.columns[column].meaning.as_str())
        .filter(|meaning| !meaning.is_empty())
        .collect();
    let mut legend = wrapped_at(&meanings, " · ", look.width);
    if !left_out.is_empty() {
        let heads = left_out.iter().map(|&column| &grid.columns[column]);
        let mut heads: Vec<&str> =
            heads.filter(|column| !column.is_folded).map(|column| column.head.trim()).collect();
        // A second column of errors has the head of the first.
        let mut known = std::collections::BTreeSet::new();
        heads.retain(|head| known.insert(*head));
        if !heads.is_empty() {
            legend.push(format!("No room for: {}.", heads.join(", ")));
        }
    }
    lines.extend(legend.iter().map(|line| look.paint(DIM, line)));
    (lines, is_fitting)
}

#[cfg(test)]
mod tests {
    use super::super::{fixture, memo};
    use super::*;

    fn page(width: usize) -> String {
        table(&memo(&fixture::full()), Look { width, is_colored: false })
    }

    #[test]
    fn a_full_page() {
        insta::assert_snapshot!(page(120));
    }

    #[test]
    fn a_page_in_a_hundred_cells() {
        insta::assert_snapshot!(page(100));
    }

    #[test]
    fn a_page_in_a_narrow_terminal() {
        insta::assert_snapshot!(page(80));
    }

    #[test]
    fn a_page_in_a_very_narrow_terminal() {
        insta::assert_snapshot!(page(60));
    }

    #[test]
    fn a_page_of_an_interrupted_run() {
        insta::assert_snapshot!(table(&memo(&fixture::partial()), Look::default()));
    }

    #[test]
    fn a_page_of_the_base_case() {
        insta::assert_snapshot!(table(&memo(&fixture::base()), Look::default()));
    }

    #[test]
    fn color_is_decoration() {
        let colored = table(&memo(&fixture::full()), Look { width: 100, is_colored: true });
        let mut plain = colored.clone();
        for style in [BOLD, DIM, YELLOW, RESET] {
            plain = plain.replace(style, "");
        }
        assert_ne!(colored, plain);
        assert_eq!(plain, page(100));
    }

    #[test]
    fn no_line_but_the_last_is_wider_than_asked() {
        for width in [60, 70, 80, 100, 120, 140] {
            let page = page(width);
            let lines: Vec<&str> = page.lines().collect();
            assert!(lines[..lines.len() - 1].iter().all(|line| line.width() <= width), "{page}");
        }
    }

    #[test]
    fn decimal_points_stand_under_each_other() {
        let column = Column::new("x", Align::Decimal);
        let cells = ["1,234", "0.2", "-3", "never", "31"];
        let widths = widths(&column, &cells);
        let placed = cells.map(|cell| placed(cell, Align::Decimal, widths));
        assert_eq!(placed, ["1,234  ", "    0.2", "   -3  ", "  never", "   31  "]);
    }

    #[test]
    fn numbers_of_very_different_size_stand_to_the_right() {
        let column = Column::new("x", Align::Decimal);
        let cells = ["12,345", "0.0213"];
        let widths = widths(&column, &cells);
        assert_eq!(cells.map(|cell| placed(cell, Align::Decimal, widths)), ["12,345", "0.0213"]);
    }

    #[test]
    fn wide_characters_take_two_cells() {
        let column = Column::new("", Align::Left);
        let widths = widths(&column, &["显卡单价", "abc"]);
        assert_eq!(placed("显卡", Align::Left, widths), "显卡    ");
        assert_eq!(placed("abc", Align::Left, widths), "abc     ");
    }
}
