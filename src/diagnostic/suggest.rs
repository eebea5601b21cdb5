//! "Did you mean": the nearest known name.
//!
//! Reference: F. J. Damerau, "A technique for computer detection and correction of spelling errors",
//! CACM 7(3), 1964.

/// Longer names are cut here before they are compared: the distance takes quadratic time.
const MAX_CHARS: usize = 64;

/// The candidate that was probably meant by `name`; none where nothing is near. Differences of case
/// count little; among equally near candidates the first wins.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let lower = folded(name);
    let n_chars = lower.chars().count();
    // One slip in a short name, one more for every four characters; a name of one character fits any other.
    let most = if n_chars < 2 { 0 } else { 1 + n_chars / 4 };
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        let candidate_lower = folded(candidate);
        let distance = if candidate_lower.chars().count().abs_diff(n_chars) > most {
            usize::MAX
        } else {
            strsim::damerau_levenshtein(&lower, &candidate_lower)
        };
        let is_near = distance <= most && distance < n_chars;
        if is_near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate.to_owned())
}

fn folded(name: &str) -> String {
    name.chars().take(MAX_CHARS).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[track_caller]
    fn check_nearest(name: &str, candidates: &[&str], expected: Option<&str>) {
        assert_eq!(nearest(name, candidates.iter().copied()).as_deref(), expected, "{name}");
    }

    #[test]
    fn a_slip_finds_its_name_and_another_word_finds_none() {
        check_nearest("gpu_prise", &["gpus", "gpu_price", "rent"], Some("gpu_price"));
        check_nearest("rnet", &["rent", "net"], Some("rent"));
        check_nearest("cny", &["CHF", "CNY"], Some("CNY"));
        check_nearest("显卡价", &["显卡单价", "服务器"], Some("显卡单价"));
        check_nearest("training", &["rent", "cluster"], None);
        check_nearest("a", &["b"], None);
        check_nearest("ab", &["xy"], None);
        check_nearest("", &["b"], None);
    }

    #[test]
    fn the_same_letters_in_another_case_come_first_and_ties_go_to_the_first() {
        check_nearest("Rent", &["rents", "rent"], Some("rent"));
        check_nearest("rend", &["rent", "rand"], Some("rent"));
    }
}
