//! A sentence for the reader of a result, in both languages of its page: neither exists without the other.

use std::fmt;

/// What the reader of a result should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// In English, as everywhere but on a Chinese page.
    pub english: String,
    /// 简体中文.
    pub chinese: String,
}

impl Warning {
    /// From the two texts, which name the same numbers.
    pub(crate) fn new(english: String, chinese: String) -> Warning {
        debug_assert_eq!(numbers(&english), numbers(&chinese), "{english}\n{chinese}");
        Warning { english, chinese }
    }

    /// The same behind a subject in either language.
    pub(super) fn of(self, english: &str, chinese: &str) -> Warning {
        Warning::new(format!("{english}{}", self.english), format!("{chinese}{}", self.chinese))
    }
}

/// The English one.
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english)
    }
}

/// Runs of digits, in order of their size: the two languages put them in different places.
fn numbers(text: &str) -> Vec<&str> {
    let mut runs: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    runs.sort_unstable();
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_text_stand_in_no_order() {
        assert_eq!(numbers("12 of 3.5 (`x1`)"), numbers("`x1`：3.5 中的 12"));
        assert_ne!(numbers("12 trials"), numbers("13 次试验"));
    }

    #[test]
    #[should_panic(expected = "12 trials")]
    fn a_text_in_one_language_alone_is_refused() {
        Warning::new("12 trials".to_owned(), String::new());
    }
}
