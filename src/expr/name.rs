//! What a name is: a Unicode identifier (UAX #31, `_` may begin it), compared in NFC and with
//! full-width letters taken as their usual forms.

use unicode_normalization::UnicodeNormalization;

/// Words of the expression language that cannot be names.
pub const KEYWORDS: [&str; 7] = ["if", "then", "else", "and", "or", "not", "to"];

/// Names that the language itself gives a meaning.
const BUILT_IN: [&str; 4] = ["t", "prev", "e", "pi"];

/// The form in which names are compared: full-width characters folded, then NFC.
pub fn normal_name(text: &str) -> String {
    text.chars().map(fold_width).nfc().collect()
}

/// Whether a text, as it stands, can be a name in an expression.
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(is_name_start) && chars.all(is_name_continue)
}

/// Whether a name is taken by the language: a keyword, `t`, `prev`, `e` or `pi`.
pub fn is_reserved(name: &str) -> bool {
    KEYWORDS.contains(&name) || BUILT_IN.contains(&name)
}

/// Whether a name may begin with this character.
pub(super) fn is_name_start(c: char) -> bool {
    c == '_' || unicode_ident::is_xid_start(c)
}

/// Whether a name may go on with this character.
pub(super) fn is_name_continue(c: char) -> bool {
    unicode_ident::is_xid_continue(c)
}

/// A full-width form as the character it stands for (`（` as `(`), the ideographic space as a space.
pub(super) fn fold_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - 0xfee0).expect("the block mirrors ASCII")
        }
        '\u{3000}' => ' ',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_script_are_names_and_numbers_are_not() {
        for name in ["gpu_price", "显卡单价", "_x", "é", "H100"] {
            assert!(is_name(name), "{name}");
        }
        for text in ["", "7B", "gpu-price", "a b", "a.b", "¥"] {
            assert!(!is_name(text), "{text}");
        }
    }

    #[test]
    fn one_name_typed_two_ways_is_one_name() {
        assert_eq!(normal_name("e\u{301}"), "é");
        assert_eq!(normal_name("ＧＰＵ"), "GPU");
    }
}
