//! A workbook on its way: names of sheets, and the sheets of any result.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use super::super::tidy::{Column, Tidy};
use super::super::visible;
use super::HEAD;
use super::cells::{Cell, FITS, Sheet, cut};
use super::format::input_format;
use crate::results::{InputRow, Point};

/// A name of a sheet has at most so many characters.
const MOST_LETTERS: usize = 31;

/// The paper by its number in the format.
const A4: u8 = 9;

/// A workbook on its way.
pub(super) struct Book {
    pub(super) book: Workbook,
    pub(super) title: String,
    /// In lower case: to a spreadsheet `NPV` and `npv` are one name.
    pub(super) taken: Vec<String>,
}

impl Book {
    pub(super) fn new(title: &str) -> Book {
        let mut book = Workbook::new();
        // A fixed moment: the same result is the same bytes.
        let created = ExcelDateTime::from_ymd(2000, 1, 1).expect("a date");
        let properties = DocProperties::new()
            .set_title(cut(title))
            .set_author(concat!("outlay ", env!("CARGO_PKG_VERSION")))
            .set_creation_datetime(&created);
        book.set_properties(&properties);
        let own = ["summary", "probabilities", "figures", "inputs", "provenance", "history"];
        Book { book, title: title.to_owned(), taken: own.map(str::to_owned).into() }
    }

    /// A sheet's name for an output: without what may not stand in one, and unlike the others.
    pub(super) fn free_name(&mut self, wanted: &str) -> String {
        let plain: String = visible(wanted)
            .chars()
            .map(|c| if "[]:*?/\\'".contains(c) { ' ' } else { c })
            .collect();
        let plain = plain.trim();
        let plain = if plain.is_empty() { "output" } else { plain };
        for number in 1.. {
            let suffix = if number == 1 { String::new() } else { format!(" {number}") };
            let letters = MOST_LETTERS - suffix.len();
            // Characters beyond the Basic Multilingual Plane count twice.
            let mut room = letters;
            let kept = plain.chars().take_while(|c| {
                let fits = room >= c.len_utf16();
                room = room.saturating_sub(c.len_utf16());
                fits
            });
            let kept: String = kept.collect();
            let name = format!("{}{suffix}", kept.trim_end());
            if !self.taken.contains(&name.to_lowercase()) {
                self.taken.push(name.to_lowercase());
                return name;
            }
        }
        unreachable!("numbers do not end")
    }

    pub(super) fn sheet(&mut self, name: &str) -> Sheet<'_> {
        let sheet = self.book.add_worksheet();
        sheet.set_name(name).expect("a name that a sheet may have");
        sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
        Sheet { sheet }
    }

    /// The rows of the CSV.
    pub(super) fn figures(&mut self, table: &Tidy) {
        let mut sheet = self.sheet("Figures");
        sheet.head(0, 0, &table.head);
        for (column, values) in (0..).zip(&table.columns) {
            match values {
                Column::Text(texts) => {
                    for (row, text) in (1..).zip(texts) {
                        sheet.put(row, column, &Cell::text(text.as_deref()));
                    }
                }
                Column::Numbers(numbers) => {
                    for (row, number) in (1..).zip(numbers) {
                        sheet.put(row, column, &Cell::number(Some(*number), "General"));
                    }
                }
                Column::Whole(numbers) => {
                    for (row, number) in (1..).zip(numbers) {
                        sheet.put(
                            row,
                            column,
                            &Cell::number(number.map(|number| number as f64), "0"),
                        );
                    }
                }
                // Beyond 2⁵³ a cell has no whole numbers.
                Column::Unsigned(numbers) => {
                    for (row, number) in (1..).zip(numbers) {
                        sheet.put(
                            row,
                            column,
                            &Cell::text(number.map(|n| n.to_string()).as_deref()),
                        );
                    }
                }
            }
        }
        let last = u32::try_from(table.len).unwrap_or(u32::MAX - 1);
        let columns = u16::try_from(table.columns.len().max(1) - 1).unwrap_or(0);
        sheet.sheet.set_freeze_panes(1, 0).expect(FITS);
        sheet.sheet.autofilter(0, 0, last, columns).expect(FITS);
        sheet.widths(&vec![15.0; table.columns.len()]);
    }

    /// What the model was fed with.
    pub(super) fn inputs(&mut self, inputs: &[InputRow]) {
        if inputs.is_empty() {
            return;
        }
        let title = self.title.clone();
        let mut sheet = self.sheet("Inputs");
        sheet.title(&title, "Inputs as the model states them, each in its own unit");
        sheet.head(
            HEAD,
            0,
            &[
                "input",
                "as written",
                "unit",
                "base",
                "mean",
                "P5",
                "P50",
                "P95",
                "meaning",
                "source",
                "date",
                "confidence",
            ],
        );
        for (row, input) in (HEAD + 1..).zip(inputs) {
            let [p5, p50, p95] = input.percentiles;
            let base = if let Point::Value(value) = input.base { value.abs() } else { 0.0 };
            let most = [p5, p50, p95]
                .into_iter()
                .filter(|x| x.is_finite())
                .fold(base, |most, x| x.abs().max(most));
            let format = input_format(&input.shown, most);
            let random = |value: f64| match input.is_random {
                true => Cell::number(Some(value), &format),
                false => Cell::Empty,
            };
            sheet.row(
                row,
                0,
                [
                    Cell::text(Some(&input.name)),
                    Cell::text(Some(&input.text)),
                    Cell::text(input.shown.unit.as_deref()),
                    Cell::point(input.base, &format),
                    input.mean.filter(|_| input.is_random).map_or(Cell::Empty, random),
                    random(p5),
                    random(p50),
                    random(p95),
                    Cell::text(input.about.as_deref()),
                    Cell::text(input.source.as_deref()),
                    Cell::text(input.date.as_deref()),
                    Cell::text(input.confidence),
                ],
            );
        }
        sheet.widths(&[24.0, 40.0, 16.0, 12.0, 12.0, 12.0, 12.0, 12.0, 44.0, 44.0, 10.0, 11.0]);
        sheet.sheet.set_freeze_panes(HEAD + 1, 1).expect(FITS);
    }

    /// What reproduces the figures, and what to know of them.
    pub(super) fn provenance(&mut self, facts: &[(String, String)], notes: &[String]) {
        let title = self.title.clone();
        let mut sheet = self.sheet("Provenance");
        sheet.title(&title, "What reproduces these figures, bit for bit");
        let mut row = HEAD;
        for (key, value) in facts {
            sheet.row(
                row,
                0,
                [Cell::text(Some(key.trim_start_matches("outlay."))), Cell::text(Some(value))],
            );
            row += 1;
        }
        row += 1;
        for note in notes {
            sheet.row(row, 0, [Cell::text(Some("note")), Cell::text(Some(note))]);
            row += 1;
        }
        sheet.widths(&[14.0, 110.0]);
    }

    pub(super) fn bytes(mut self) -> Vec<u8> {
        self.book.save_to_buffer().expect("sheets and charts that belong together")
    }
}
