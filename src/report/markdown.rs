//! A page in GitHub-flavored Markdown, to paste into a document.
//!
//! In: a [`Memo`]. Out: the same content as the text table, with every column; padded by terminal
//! cells so that the source reads as a table too.
//! Format: <https://github.github.com/gfm/#tables-extension->.

use unicode_width::UnicodeWidthStr;

use super::page::{Align, Grid, Memo};

/// The page as Markdown, ending with a line break.
pub fn markdown(memo: &Memo) -> String {
    let memo = &memo.visible();
    let mut blocks = Vec::new();
    if !memo.title.is_empty() {
        blocks.push(format!("## {}", inline(&memo.title)));
    }
    blocks.extend(memo.assumptions.iter().map(|line| inline(line)));
    blocks.extend(memo.alert.iter().map(|alert| format!("**{}**", inline(alert))));
    for grid in &memo.grids {
        if !grid.caption.is_empty() {
            blocks.push(format!("### {}", inline(&grid.caption)));
        }
        blocks.push(grid_block(grid));
        let meanings: Vec<&str> = grid
            .columns
            .iter()
            .map(|column| column.meaning.as_str())
            .filter(|text| !text.is_empty())
            .collect();
        if !meanings.is_empty() {
            blocks.push(inline(&meanings.join(" · ")));
        }
        blocks.extend(grid.notes.iter().map(|note| inline(note)));
    }
    if !memo.warnings.is_empty() {
        let lines: Vec<String> =
            memo.warnings.iter().map(|line| format!("> **warning:** {}", inline(line))).collect();
        blocks.push(lines.join("\n>\n"));
    }
    blocks.extend(memo.notes.iter().map(|line| format!("Note: {}", inline(line))));
    if !memo.command.is_empty() {
        blocks.push(code(&memo.command));
    }
    if !memo.provenance.is_empty() {
        let lines: Vec<String> = memo.provenance.lines().map(inline).collect();
        blocks.push(lines.join("\n"));
    }
    let mut text = blocks.join("\n\n");
    text.push('\n');
    text
}

/// Text that no character of which is taken for markup.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '|' | '*' | '`' | '[' | ']' | '#' => out.extend(['\\', character]),
            '<' => out.push_str("&lt;"),
            '\n' | '\r' => out.push(' '),
            _ => out.push(character),
        }
    }
    // An underscore inside a word is no markup in this dialect; at a word's edge it is.
    out.replace(" _", " \\_").replace("_ ", "\\_ ")
}

/// Text as it is typed; between more backticks than it has in a row.
fn code(text: &str) -> String {
    let most = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let (fence, blank) = ("`".repeat(most + 1), if most > 0 { " " } else { "" });
    format!("{fence}{blank}{text}{blank}{fence}")
}

fn grid_block(grid: &Grid) -> String {
    // The second half of a joined pair goes into the cell of the first: `66.1 ± 0.2`.
    let joined = |cells: &[String]| -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for (cell, column) in cells.iter().zip(&grid.columns) {
            match out.last_mut().filter(|_| column.align == Align::Joined) {
                Some(_) if cell.is_empty() => {}
                Some(last) => *last = format!("{last} {cell}"),
                None => out.push(cell.clone()),
            }
        }
        out
    };
    let cell = |text: &String| {
        let indent = text.len() - text.trim_start().len();
        format!("{}{}", "&nbsp;".repeat(indent), inline(text.trim_start()))
    };
    let heads: Vec<String> = grid.columns.iter().map(|column| column.head.clone()).collect();
    let heads: Vec<String> = joined(&heads).iter().map(cell).collect();
    let rows: Vec<Vec<String>> =
        grid.rows.iter().map(|row| joined(row).iter().map(cell).collect()).collect();
    let is_left: Vec<bool> = grid
        .columns
        .iter()
        .filter(|column| column.align != Align::Joined)
        .map(|column| column.align == Align::Left)
        .collect();
    let widths: Vec<usize> = (0..heads.len())
        .map(|column| {
            rows.iter().chain([&heads]).map(|row| row[column].width()).max().unwrap_or(0).max(3)
        })
        .collect();
    let line = |cells: &[String]| {
        let padded: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(column, cell)| {
                let pad = " ".repeat(widths[column].saturating_sub(cell.width()));
                if is_left[column] { format!("{cell}{pad}") } else { format!("{pad}{cell}") }
            })
            .collect();
        format!("| {} |", padded.join(" | "))
    };
    let rule: Vec<String> = widths
        .iter()
        .zip(&is_left)
        .map(
            |(width, is_left)| {
                if *is_left { "-".repeat(*width) } else { format!("{}:", "-".repeat(width - 1)) }
            },
        )
        .collect();
    let mut lines = vec![line(&heads), line(&rule)];
    lines.extend(rows.iter().map(|row| line(row)));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::{fixture, memo};
    use super::*;

    #[test]
    fn a_full_page() {
        insta::assert_snapshot!(markdown(&memo(&fixture::full())));
    }

    #[test]
    fn every_row_has_as_many_cells_as_the_head() {
        let mut result = fixture::full();
        result.outputs[0].about = Some("a | b\nc".to_owned());
        let text = markdown(&memo(&result));
        assert!(text.contains("a \\| b c"));
        for block in text.split("\n\n").filter(|block| block.starts_with('|')) {
            let cells: Vec<usize> =
                block.lines().map(|line| line.replace("\\|", "").matches('|').count()).collect();
            assert!(cells.windows(2).all(|pair| pair[0] == pair[1]), "{block}");
        }
    }
}
