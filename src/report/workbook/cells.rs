//! Cells and sheets: texts stay texts, numbers keep every bit.

use rust_xlsxwriter::{Chart, Format, FormatAlign, FormatBorder, Url, Worksheet};

use super::super::visible;
use super::format::SHARE;
use crate::results::{NumberSummary, Point};

/// A cell holds 32,767 characters.
const MOST_TEXT: usize = 32_000;

/// A cell of a table.
pub(super) enum Cell {
    Empty,
    Text(String),
    Number(f64, String),
    /// The date of a step, apart from the number before it.
    Date(String),
    /// A text that leads to a sheet.
    Link(String, String),
}

impl Cell {
    pub(super) fn text(text: Option<&str>) -> Cell {
        text.filter(|text| !text.is_empty()).map_or(Cell::Empty, |text| Cell::Text(text.to_owned()))
    }

    pub(super) fn number(value: Option<f64>, format: &str) -> Cell {
        let finite = value.filter(|value| value.is_finite());
        finite.map_or(Cell::Empty, |value| Cell::Number(value + 0.0, format.to_owned()))
    }

    pub(super) fn point(point: Point, format: &str) -> Cell {
        match point {
            Point::Value(value) => Cell::number(Some(value), format),
            Point::Never => Cell::Text("never".to_owned()),
            Point::Undefined => Cell::Text("undefined".to_owned()),
        }
    }

    /// Where a chart reads: nothing but numbers.
    pub(super) fn drawn(point: Point, format: &str) -> Cell {
        if let Point::Value(value) = point {
            Cell::number(Some(value), format)
        } else {
            Cell::Empty
        }
    }
}

/// A sheet that is filled from above.
pub(super) struct Sheet<'a> {
    pub(super) sheet: &'a mut Worksheet,
}

/// What of a sheet's limits cannot be exceeded here: a million rows, 16,384 columns, 32,767 characters.
pub(super) const FITS: &str = "a cell within a sheet";

impl Sheet<'_> {
    pub(super) fn put(&mut self, row: u32, column: u16, cell: &Cell) {
        let sheet = &mut *self.sheet;
        match cell {
            Cell::Empty => {}
            Cell::Text(text) => {
                let format = match text.as_str() {
                    "never" | "undefined" | "true" | "false" => {
                        Format::new().set_align(FormatAlign::Right)
                    }
                    _ => Format::new(),
                };
                sheet.write_string_with_format(row, column, cut(text), &format).expect(FITS);
            }
            Cell::Date(text) => {
                let format = Format::new().set_indent(1);
                sheet.write_string_with_format(row, column, cut(text), &format).expect(FITS);
            }
            Cell::Number(value, format) => {
                let format = Format::new().set_num_format(format);
                sheet.write_number_with_format(row, column, *value, &format).expect(FITS);
            }
            Cell::Link(text, to) => {
                let link = Url::new(format!("internal:'{to}'!A1")).set_text(cut(text));
                sheet.write_url(row, column, link).expect(FITS);
            }
        }
    }

    pub(super) fn row(&mut self, row: u32, first: u16, cells: impl IntoIterator<Item = Cell>) {
        for (column, cell) in (first..).zip(cells) {
            self.put(row, column, &cell);
        }
    }

    pub(super) fn head<T: AsRef<str>>(&mut self, row: u32, first: u16, names: &[T]) {
        let format = Format::new()
            .set_bold()
            .set_border_bottom(FormatBorder::Thin)
            .set_align(FormatAlign::Bottom)
            .set_text_wrap();
        let lines = names.iter().map(|name| lines_of(name.as_ref())).max().unwrap_or(1);
        self.sheet.set_row_height(row, LINE * f64::from(lines)).expect(FITS);
        for (column, name) in (first..).zip(names) {
            let name = name.as_ref();
            let format = match name {
                "date" => format.clone().set_indent(1),
                _ if OF_TEXTS.contains(&name) => format.clone(),
                _ => format.clone().set_align(FormatAlign::Right),
            };
            self.sheet.write_string_with_format(row, column, cut(name), &format).expect(FITS);
        }
        // The first head of a sheet is that of its table.
        if first == 0 && row <= super::HEAD {
            self.sheet.set_repeat_rows(row, row).expect(FITS);
        }
    }

    pub(super) fn title(&mut self, title: &str, below: &str) {
        let bold = Format::new().set_bold().set_font_size(14);
        let gray = Format::new().set_font_color(0x60_60_60);
        self.sheet.write_string_with_format(0, 0, cut(title), &bold).expect(FITS);
        self.sheet.write_string_with_format(1, 0, cut(below), &gray).expect(FITS);
    }

    pub(super) fn widths(&mut self, widths: &[f64]) {
        for (column, width) in (0..).zip(widths) {
            self.sheet.set_column_width(column, *width).expect(FITS);
        }
    }

    pub(super) fn chart(&mut self, row: u32, column: u16, chart: &Chart) {
        self.sheet.insert_chart(row, column, chart).expect(FITS);
    }
}

/// Heads of columns that hold texts, which stand to the left; all others stand over numbers.
const OF_TEXTS: [&str; 24] = [
    "about",
    "as written",
    "condition or statistic",
    "confidence",
    "design",
    "index",
    "input",
    "kind",
    "meaning",
    "model",
    "name",
    "output",
    "percentile",
    "region",
    "scenario",
    "source",
    "statistic",
    "unit",
    "verdict",
    "a",
    "b",
    "alternative",
    "family",
    "parameter",
];
/// The height of a line of a head, in points.
const LINE: f64 = 15.0;
/// Letters of a line of a head, in the narrower columns.
const LETTERS: usize = 11;

/// Lines that a head takes, wrapped between its words.
fn lines_of(name: &str) -> u8 {
    let mut lines = 1;
    let mut letters = 0;
    for word in name.split(' ') {
        let more = word.chars().count() + usize::from(letters > 0);
        if letters > 0 && letters + more > LETTERS {
            lines += 1;
            letters = word.chars().count();
        } else {
            letters += more;
        }
    }
    lines.min(3)
}

/// What is seen of a text, as much as a cell holds.
pub(super) fn cut(text: &str) -> String {
    visible(text).chars().take(MOST_TEXT).collect()
}

/// The share of trials below zero, where there are some.
pub(super) fn below_zero(number: &NumberSummary) -> Cell {
    Cell::number(number.below_zero.filter(|share| *share > 0.0), SHARE)
}
