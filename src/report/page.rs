//! A page for people: titles, tables of text cells, notes. Neither a result nor a layout is known here.

/// A page: everything that a rendering for people shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memo {
    /// The headline.
    pub title: String,
    /// The scenario and the overrides, where there are any.
    pub assumptions: Vec<String>,
    /// What must not be missed: the run was interrupted.
    pub alert: Option<String>,
    /// The tables.
    pub grids: Vec<Grid>,
    /// What the reader should know.
    pub warnings: Vec<String>,
    /// What was done otherwise than asked.
    pub notes: Vec<String>,
    /// What the figures are of.
    pub provenance: String,
    /// The command that gives them again.
    pub command: String,
}

/// One table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grid {
    /// What it shows; empty for the first table of a page.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with a cell a column.
    pub rows: Vec<Vec<String>>,
    /// Shorter labels of rows by their position, for where the labels do not fit beside the figures.
    pub short_labels: Vec<(usize, String)>,
    /// Explanations of its columns and rows.
    pub notes: Vec<String>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its head.
    pub head: String,
    /// Where its cells stand.
    pub align: Align,
    /// Columns above 0 are left out where there is no room, the greatest first; texts are cut before.
    pub spare: u8,
    /// Whether its cells go behind the labels where it is left out.
    pub is_folded: bool,
    /// What its head means; empty where that is plain.
    pub meaning: String,
}

/// Where the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// To the left.
    Left,
    /// Numbers by their decimal point, words to the right.
    Decimal,
    /// To the right.
    Right,
    /// To the left, one blank behind the column before: the second half of `66.1 ± 0.2`.
    Joined,
}

impl Column {
    /// A column that is always shown.
    pub(super) fn new(head: impl Into<String>, align: Align) -> Column {
        Column { head: head.into(), align, spare: 0, is_folded: false, meaning: String::new() }
    }

    /// A column that gives way where there is no room.
    pub(super) fn spare(head: impl Into<String>, align: Align, spare: u8) -> Column {
        Column { spare, ..Column::new(head, align) }
    }

    /// A column of units: in the labels where there is no room.
    pub(super) fn unit() -> Column {
        Column { is_folded: true, ..Column::spare("unit", Align::Left, 1) }
    }

    /// Explains its head.
    pub(super) fn meaning(mut self, meaning: impl Into<String>) -> Column {
        self.meaning = meaning.into();
        self
    }
}

impl Grid {
    /// A table without rows.
    pub(super) fn new(caption: impl Into<String>, columns: Vec<Column>) -> Grid {
        Grid {
            caption: caption.into(),
            columns,
            rows: Vec::new(),
            short_labels: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Leaves a column out where all its cells are empty.
    pub(super) fn without_empty_columns(mut self) -> Grid {
        for column in (1..self.columns.len()).rev() {
            if self.rows.iter().all(|row| row[column].is_empty()) {
                self.columns.remove(column);
                for row in &mut self.rows {
                    row.remove(column);
                }
            }
        }
        self
    }
}
