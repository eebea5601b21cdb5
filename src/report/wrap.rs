//! Texts in lines of so many cells: broken at blanks, between parts, or between wide characters; or cut.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The second line of a label starts so many cells to the right.
const HANGING: usize = 2;

/// Parts in lines of at most `width` cells, broken between parts only.
pub(super) fn wrapped_at(parts: &[&str], separator: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if line.width() + separator.width() + part.width() <= width => {
                line.push_str(separator);
                line.push_str(part);
            }
            _ => lines.extend(wrapped(part, width)),
        }
    }
    lines
}

/// A text of at most that many cells.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used > width {
            break;
        }
        out.push(character);
    }
    format!("{}…", out.trim_end())
}

/// A label in lines that keep its indent, all but the first further to the right.
pub(super) fn wrapped_label(text: &str, width: usize) -> Vec<String> {
    if text.width() <= width {
        return vec![text.to_owned()];
    }
    let indent = text.len() - text.trim_start().len();
    let parts = wrapped(text.trim_start(), width.saturating_sub(indent + HANGING).max(1));
    let line = |(position, part): (usize, &String)| {
        let ahead = if position > 0 { indent + HANGING } else { indent };
        format!("{}{part}", " ".repeat(ahead))
    };
    parts.iter().enumerate().map(line).collect()
}

/// Breaks a text at blanks, and between wide characters, into lines of at most `width` cells.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    if text.width() <= width {
        return vec![text.to_owned()];
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    // Where the line may be broken: the byte behind the last blank or wide character.
    let mut break_at = 0;
    for character in text.chars() {
        let cells = character.width().unwrap_or(0);
        if used + cells > width && !line.is_empty() {
            let rest = if break_at > 0 && character != ' ' {
                line.split_off(break_at)
            } else {
                String::new()
            };
            lines.push(line.trim_end().to_owned());
            used = rest.width();
            line = rest;
            break_at = 0;
        }
        if line.is_empty() && character == ' ' && !lines.is_empty() {
            continue;
        }
        line.push(character);
        used += cells;
        if (character == ' ' && !line.trim().is_empty()) || cells > 1 {
            break_at = line.len();
        }
    }
    lines.push(line.trim_end().to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_by_cells() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("显卡单价", 6), "显卡…");
    }

    #[test]
    fn texts_break_at_blanks_and_between_wide_characters() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("显卡单价与电价", 6), ["显卡单", "价与电", "价"]);
        assert_eq!(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrapped("  if ever", 20), ["  if ever"]);
    }
}
