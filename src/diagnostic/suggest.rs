//! "Did you mean": what other tools call it, else the nearest known name.
//!
//! Reference: F. J. Damerau, "A technique for computer detection and correction of spelling errors",
//! CACM 7(3), 1964.

/// Longer names are compared no further: the distance takes quadratic time.
const MAX_CHARS: usize = 64;
/// So many candidates that look alike are compared in full.
const MAX_COMPARED: usize = 1_000;

/// What spreadsheets, other languages and price lists write, in lower case, and what it is called here. A
/// name stands for its alias only where that is among the names that may stand there.
const ALIASES: &[(&str, &str)] = &[
    // Functions.
    ("average", "mean"),
    ("avg", "mean"),
    ("expected", "mean"),
    ("maximum", "max"),
    ("minimum", "min"),
    ("ceiling", "ceil"),
    ("roundup", "ceil"),
    ("rounddown", "floor"),
    ("trunc", "floor"),
    ("int", "floor"),
    ("iif", "if"),
    ("ifs", "if"),
    ("lag", "prev"),
    ("previous", "prev"),
    ("cumulative", "cumsum"),
    ("running_total", "cumsum"),
    ("xnpv", "npv"),
    ("xirr", "irr"),
    ("normsdist", "normal_cdf"),
    ("normsinv", "normal_quantile"),
    ("countif", "count"),
    // Distributions.
    ("rand", "uniform"),
    ("random", "uniform"),
    ("u", "uniform"),
    ("unif", "uniform"),
    ("runif", "uniform"),
    ("randbetween", "uniform_int"),
    ("randint", "uniform_int"),
    ("n", "normal"),
    ("norm", "normal"),
    ("rnorm", "normal"),
    ("gauss", "normal"),
    ("gaussian", "normal"),
    ("norminv", "normal"),
    ("norm_inv", "normal"),
    ("logn", "lognormal"),
    ("lognorm", "lognormal"),
    ("rlnorm", "lognormal"),
    ("loginv", "lognormal"),
    ("tri", "triangular"),
    ("triang", "triangular"),
    ("triangle", "triangular"),
    ("betapert", "pert"),
    ("expon", "exponential"),
    ("binom", "binomial"),
    ("nbinom", "negative_binomial"),
    ("bern", "bernoulli"),
    ("choice", "discrete"),
    ("categorical", "discrete"),
    ("trapezoid", "trapezoidal"),
    // Money.
    ("rmb", "CNY"),
    ("yuan", "CNY"),
    ("人民币", "CNY"),
    ("块", "CNY"),
    ("usd$", "USD"),
    ("dollar", "USD"),
    ("dollars", "USD"),
    ("美元", "USD"),
    ("euro", "EUR"),
    ("euros", "EUR"),
    ("欧元", "EUR"),
    ("pound", "GBP"),
    ("pounds", "GBP"),
    ("英镑", "GBP"),
    ("yen", "JPY"),
    ("日元", "JPY"),
    ("港元", "HKD"),
    ("港币", "HKD"),
    // Time.
    ("s", "second"),
    ("sec", "second"),
    ("secs", "second"),
    ("秒", "second"),
    ("min", "minute"),
    ("mins", "minute"),
    ("分钟", "minute"),
    ("h", "hour"),
    ("hr", "hour"),
    ("hrs", "hour"),
    ("小时", "hour"),
    ("d", "day"),
    ("天", "day"),
    ("wk", "week"),
    ("wks", "week"),
    ("周", "week"),
    ("mo", "month"),
    ("mos", "month"),
    ("mth", "month"),
    ("月", "month"),
    ("个月", "month"),
    ("qtr", "quarter"),
    ("季度", "quarter"),
    ("y", "year"),
    ("yr", "year"),
    ("yrs", "year"),
    ("年", "year"),
    ("annum", "year"),
    // Power, energy, data.
    ("kw", "kW"),
    ("mw", "MW"),
    ("gw", "GW"),
    ("kwh", "kWh"),
    ("mwh", "MWh"),
    ("gwh", "GWh"),
    ("千瓦", "kW"),
    ("兆瓦", "MW"),
    ("吉瓦", "GW"),
    ("度", "kWh"),
    ("千瓦时", "kWh"),
    ("千瓦時", "kWh"),
    ("兆瓦时", "MWh"),
    ("兆瓦時", "MWh"),
    ("bytes", "byte"),
    // Tables of a model.
    ("assumptions", "inputs"),
    ("parameters", "inputs"),
    ("variables", "inputs"),
    ("constants", "inputs"),
    ("calculations", "formulas"),
    ("results", "outputs"),
    ("time", "timeline"),
    ("horizon", "timeline"),
];

/// Words for powers of ten, in lower case, and what is glued to digits instead.
const MAGNITUDES: &[(&str, &str)] = &[
    ("thousand", "k"),
    ("thousands", "k"),
    ("k", "k"),
    ("million", "M"),
    ("millions", "M"),
    ("mio", "M"),
    ("mln", "M"),
    ("mn", "M"),
    ("mm", "M"),
    ("billion", "bn"),
    ("billions", "bn"),
    ("mrd", "bn"),
    ("bln", "bn"),
    ("b", "bn"),
    ("trillion", "tn"),
    ("trillions", "tn"),
    ("percent", "%"),
    ("pct", "%"),
];

/// What this language calls what `name` is called elsewhere.
pub fn alias(name: &str) -> Option<&'static str> {
    found(ALIASES, name)
}

/// The magnitude or the `%` for which `word` stands behind a number elsewhere.
pub fn magnitude(word: &str) -> Option<&'static str> {
    found(MAGNITUDES, word)
}

fn found(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    let lower = folded(name);
    table.iter().find(|(known, _)| *known == lower).map(|(_, meant)| *meant)
}

/// The candidate that was probably meant by `name`: its alias, or the nearest; none where nothing is near.
/// Differences of case count little; among equally near candidates the first wins.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let lower = folded(name);
    let n_chars = lower.chars().count();
    let alias = alias(name).filter(|meant| *meant != name);
    let magnitude = magnitude(name).filter(|meant| *meant != name);
    let letters = letters(name);
    // One slip in a short name, one more for every four characters; a name of one character fits any other,
    // and two letters are the beginning of the one that was meant.
    let is_beginning = n_chars == 2 && name.is_ascii();
    let mut most = if n_chars < 2 { 0 } else { (1 + n_chars / 4).min(n_chars - 1) };
    let mut best: Option<&str> = None;
    let mut is_settled = n_chars == 0 || n_chars > MAX_CHARS;
    let mut n_compared = 0;
    for candidate in candidates {
        if alias == Some(candidate) {
            return Some(candidate.to_owned());
        }
        // Where money may stand, a number may.
        if candidate == "CNY"
            && let Some(magnitude) = magnitude
        {
            return Some(magnitude.to_owned());
        }
        // A character is at most four bytes, and a slip changes one of them or all.
        let n_bytes = if name.is_ascii() && candidate.is_ascii() { 1 } else { 4 };
        let is_sifted = candidate.len().abs_diff(name.len()) > n_bytes * most;
        if is_settled || is_sifted || n_compared == MAX_COMPARED || candidate == name {
            continue;
        }
        // Each letter that one has and the other lacks takes a slip of its own.
        let theirs = self::letters(candidate);
        let n_lacking = (letters & !theirs).count_ones().max((theirs & !letters).count_ones());
        if n_lacking as usize > n_bytes * most {
            continue;
        }
        n_compared += 1;
        let folded = folded(candidate);
        let distance = strsim::osa_distance(&lower, &folded);
        if distance <= most && (distance == 0 || !is_beginning || folded.starts_with(&lower)) {
            best = Some(candidate);
            is_settled = distance == 0;
            most = distance.saturating_sub(1);
        }
    }
    best.map(str::to_owned)
}

/// Lower case, one character more than is compared.
fn folded(name: &str) -> String {
    if name.is_ascii() {
        return name[..name.len().min(MAX_CHARS + 1)].to_ascii_lowercase();
    }
    name.chars().take(MAX_CHARS + 1).flat_map(char::to_lowercase).collect()
}

/// The bytes of a name as a set in which letters have no case and some bytes count as one.
fn letters(name: &str) -> u64 {
    name.bytes().fold(0, |set, byte| set | 1 << (byte.to_ascii_lowercase() % 64))
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
        check_nearest("mu", &["MB"], None);
        check_nearest("us", &["usd"], Some("usd"));
        check_nearest("", &["b"], None);
    }

    #[test]
    fn what_is_called_otherwise_elsewhere_is_known_where_it_may_stand() {
        let units = ["CHF", "CNY", "EUR", "USD", "hour", "kWh", "minute", "month", "year"];
        for (name, meant) in [
            ("RMB", "CNY"),
            ("yuan", "CNY"),
            ("euro", "EUR"),
            ("hrs", "hour"),
            ("min", "minute"),
            ("yr", "year"),
            ("mo", "month"),
            ("kwh", "kWh"),
            ("mn", "M"),
            ("B", "bn"),
            ("K", "k"),
            ("billion", "bn"),
            ("percent", "%"),
        ] {
            check_nearest(name, &units, Some(meant));
        }
        let functions = ["max", "mean", "min", "normal", "uniform", "uniform_int"];
        for (name, meant) in [
            ("AVERAGE", "mean"),
            ("unif", "uniform"),
            ("RAND", "uniform"),
            ("RANDBETWEEN", "uniform_int"),
        ] {
            check_nearest(name, &functions, Some(meant));
        }
        check_nearest("yr", &["rent"], None);
        check_nearest("B", &["alibaba"], None);
    }

    #[test]
    fn the_same_letters_in_another_case_come_first_and_ties_go_to_the_first() {
        check_nearest("Rent", &["rents", "rent"], Some("rent"));
        check_nearest("rend", &["rent", "rand"], Some("rent"));
    }
}
