//! Text of a model or of a command line on its way to a reader: nothing in it steers a terminal, breaks a
//! line or turns the order of the letters around (CVE-2021-42574, "Trojan Source").

use std::borrow::Cow;

use super::page::{Grid, Memo};

/// The text with every character that would not be seen made visible: `␛`, `\u{202e}`; line breaks as blanks.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => out.push(' '),
            // The pictures of the control characters stand in their order from U+2400 on.
            '\0'..='\u{1f}' => {
                out.extend(char::from_u32(0x2400 + u32::from(character)));
            }
            '\u{7f}' => out.push('␡'),
            _ if is_hidden(character) => out.extend(character.escape_unicode()),
            _ => out.push(character),
        }
    }
    Cow::Owned(out)
}

/// The same of a text of several lines.
pub(crate) fn visible_lines(text: &str) -> String {
    let lines: Vec<Cow<'_, str>> = text.split('\n').map(visible).collect();
    lines.join("\n")
}

/// Controls, separators of lines, marks and overrides of direction, and what has no width and joins nothing.
pub(crate) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
}

impl Memo {
    /// The page with nothing hidden in it.
    pub(super) fn visible(&self) -> Memo {
        let one = |text: &String| visible(text).into_owned();
        let all = |texts: &[String]| texts.iter().map(one).collect::<Vec<String>>();
        let grid = |grid: &Grid| {
            let mut columns = grid.columns.clone();
            for column in &mut columns {
                column.head = one(&column.head);
                column.meaning = one(&column.meaning);
            }
            Grid {
                caption: one(&grid.caption),
                columns,
                rows: grid.rows.iter().map(|row| all(row)).collect(),
                short_labels: grid
                    .short_labels
                    .iter()
                    .map(|(row, text)| (*row, one(text)))
                    .collect(),
                notes: all(&grid.notes),
            }
        };
        Memo {
            title: one(&self.title),
            assumptions: all(&self.assumptions),
            alert: self.alert.as_ref().map(one),
            grids: self.grids.iter().map(grid).collect(),
            warnings: all(&self.warnings),
            notes: all(&self.notes),
            provenance: visible_lines(&self.provenance),
            command: one(&self.command),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Look, fixture, markdown, memo, table};

    #[test]
    fn what_steers_a_terminal_is_shown() {
        assert_eq!(visible("a\x1b[31mb\x07\x7f"), "a␛[31mb␇␡");
        assert_eq!(visible("a\nb\tc\r\n"), "a b c  ");
        assert_eq!(visible("\u{9b}x\u{202e}y\u{2066}"), "\\u{9b}x\\u{202e}y\\u{2066}");
        assert!(matches!(visible("显卡 ≤ 24 🙂"), Cow::Borrowed(_)));
        assert_eq!(visible_lines("a\nb\x1b"), "a\nb␛");
    }

    #[test]
    fn no_page_hides_anything() {
        let bad = "x\x1b]0;t\x07\u{202e}\ny".to_owned();
        let mut result = fixture::partial();
        result.provenance.title.clone_from(&bad);
        result.provenance.file.clone_from(&bad);
        result.provenance.scenario = Some(bad.clone());
        result.provenance.set.insert(bad.clone(), bad.clone());
        for output in &mut result.outputs {
            output.name.clone_from(&bad);
            output.about = Some(bad.clone());
            output.unit = Some(bad.clone());
            output.index.insert(bad.clone(), bad.clone());
        }
        result
            .warnings
            .push(crate::results::Warning { english: bad.clone(), chinese: bad.clone() });
        let page = memo(&result);
        for text in [table(&page, Look::default()), markdown(&page)] {
            assert!(!text.chars().any(|c| c != '\n' && is_hidden(c)), "{text:?}");
        }
    }
}
