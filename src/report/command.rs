//! The command that gives a result again, quoted for a shell.

use super::{is_hidden, number};
use crate::results::Provenance;

/// Percentiles that need not be asked for.
const DEFAULT_PERCENTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// `outlay run a800-10k -n 1_000_000 --seed 1 --set 'gpus=20_000 GPU'`.
pub(super) fn line(provenance: &Provenance, percentiles: &[f64]) -> String {
    line_with(provenance, percentiles, &[])
}

/// The same with statistics that stand in no file.
pub(super) fn line_with(
    provenance: &Provenance,
    percentiles: &[f64],
    statistics: &[&str],
) -> String {
    let mut options = Vec::new();
    if provenance.trials_asked == 0 {
        options.push("--base".to_owned());
    } else if !percentiles.is_empty() && percentiles != DEFAULT_PERCENTILES {
        let list: Vec<String> =
            percentiles.iter().map(|p| number::shifted(*p, 2).to_string()).collect();
        options.push(format!("--percentiles {}", list.join(",")));
    }
    options.extend(statistics.iter().map(|text| format!("--statistic {}", quoted(text))));
    of(provenance, "run", options)
}

/// A command on a model with options of its own: `outlay sensitivity a800-10k -n 1_000_000 --seed 1 --output npv`.
pub(super) fn of(provenance: &Provenance, command: &str, options: Vec<String>) -> String {
    let file = match provenance.file.as_str() {
        "<stdin>" => "-".to_owned(),
        // A name that would be taken for an option.
        file if file.starts_with('-') => format!("./{file}"),
        file => file.to_owned(),
    };
    let mut parts = vec![format!("outlay {command}"), quoted(&file)];
    if provenance.trials_asked > 0 {
        let trials = number::grouped(provenance.trials_asked).replace(',', "_");
        parts.push(format!("-n {trials} --seed {}", provenance.seed));
        if provenance.design != "random" {
            parts.push(format!("--design {}", provenance.design));
        }
    }
    parts.extend(options);
    parts.extend(provenance.scenario.iter().map(|name| format!("--scenario {}", quoted(name))));
    parts.extend(
        provenance
            .set
            .iter()
            .map(|(name, value)| format!("--set {}", quoted(&format!("{name}={value}")))),
    );
    parts.join(" ")
}

/// The command that shows a trial of a run of so many.
pub(super) fn replay(provenance: &Provenance, trials: u64, trial: u64) -> String {
    let mut options = vec![format!("--trial {trial} --seed {}", provenance.seed)];
    if provenance.design != "random" {
        let trials = number::grouped(trials).replace(',', "_");
        options.push(format!("--design {} -n {trials}", provenance.design));
    }
    of(&Provenance { trials_asked: 0, ..provenance.clone() }, "replay", options)
}

/// A word as a POSIX shell reads it back; with `$'…'` (POSIX.1-2024) where it has characters that are not seen.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=+,:%@".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    if !text.chars().any(is_hidden) {
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    let mut out = "$'".to_owned();
    for character in text.chars() {
        match character {
            '\'' | '\\' => out.extend(['\\', character]),
            _ if is_hidden(character) => {
                let mut bytes = [0; 4];
                for byte in character.encode_utf8(&mut bytes).bytes() {
                    out.push_str(&format!("\\x{byte:02x}"));
                }
            }
            _ => out.push(character),
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn the_command_gives_the_run_again() {
        let mut provenance = fixture::provenance();
        let usual = DEFAULT_PERCENTILES;
        assert_eq!(line(&provenance, &usual), "outlay run a800-10k -n 1_000_000 --seed 1");
        provenance.scenario = Some("bottom_up".to_owned());
        provenance.set.insert("gpus".to_owned(), "20_000 GPU".to_owned());
        assert_eq!(
            line_with(&provenance, &[0.01, 0.5], &["p95(npv)"]),
            "outlay run a800-10k -n 1_000_000 --seed 1 --percentiles 1,50 --statistic 'p95(npv)' --scenario bottom_up \
             --set 'gpus=20_000 GPU'"
        );
    }

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("显卡.toml"), "显卡.toml");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("a\x1b'\n"), "$'a\\x1b\\'\\x0a'");
    }
}
