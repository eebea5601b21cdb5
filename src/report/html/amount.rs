//! Figures as a page writes them: with a true minus, with the magnitudes of its language, with their unit.

use super::prose::{Piece, Prose};
use super::words::Language;
use crate::report::number::{self, Figure, Scale};
use crate::results::{BaseCase, NumberSummary, Point, Quantile};

/// How the figures of one output are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amounts<'a> {
    pub(super) scale: Scale,
    pub(super) unit: Option<&'a str>,
    pub(super) language: Language,
}

impl<'a> Amounts<'a> {
    /// From an output's percentiles, or from the plan where there are none.
    pub(super) fn of(
        quantiles: &[Quantile],
        base: Option<BaseCase>,
        unit: Option<&'a str>,
        language: Language,
    ) -> Amounts<'a> {
        let mut figures: Vec<Figure> = quantiles.iter().filter_map(figure).collect();
        if figures.is_empty()
            && let Some(BaseCase { value: Point::Value(value), .. }) = base
        {
            figures.push(Figure::plan(value));
        }
        Amounts { scale: Scale::of(&figures), unit, language }
    }

    /// A number's amounts.
    pub(super) fn of_number(
        summary: &NumberSummary,
        unit: Option<&'a str>,
        language: Language,
    ) -> Amounts<'a> {
        Amounts::of(&summary.quantiles, summary.base, unit, language)
    }

    /// A percentile, without its unit.
    pub(super) fn quantile(&self, quantile: &Quantile) -> Piece {
        match (figure(quantile), quantile.value) {
            (Some(figure), Point::Value(value)) => {
                Piece::figure(self.language.number(&self.scale.write(figure)), value)
            }
            (_, at) => self.point(at),
        }
    }

    /// The plan's own figure, without its unit.
    pub(super) fn point(&self, at: Point) -> Piece {
        let words = self.language.words();
        match at {
            Point::Value(value) => {
                let text = self.scale.write(Figure::plan(value));
                Piece::figure(self.language.number(&text), value)
            }
            Point::Never => Piece::strong(words.never),
            Point::Undefined => Piece::strong(words.undefined),
        }
    }

    /// A piece with the unit behind it, where it is a number.
    pub(super) fn with_unit(&self, piece: Piece) -> Prose {
        let is_number = !piece.value.is_empty();
        let is_one = piece.text == "1";
        match self.unit {
            Some(unit) if is_number => {
                let unit = self.language.unit(unit, !is_one);
                vec![piece, Piece::text(&format!("\u{a0}{unit}"))]
            }
            Some(_) | None => vec![piece],
        }
    }
}

/// What is known of a percentile.
fn figure(quantile: &Quantile) -> Option<Figure> {
    let interval = match (quantile.low, quantile.high) {
        (Point::Value(low), Point::Value(high)) => Some((low, high)),
        (Point::Value(_) | Point::Never | Point::Undefined, _) => None,
    };
    match quantile.value {
        Point::Value(value) => Some(Figure::estimate(value, interval)),
        Point::Never | Point::Undefined => None,
    }
}

impl Language {
    /// A number's text with a true minus and the language's own magnitudes: `6.600 bn` is `66.00 亿`.
    pub(super) fn number(self, text: &str) -> String {
        let text = text.replacen('-', "\u{2212}", usize::from(text.starts_with('-')));
        if self == Language::English {
            return text.replace(' ', "\u{a0}");
        }
        for (suffix, places, word) in [(" bn", 1, "亿"), (" M", 2, "万"), (" tn", 0, "万亿")] {
            if let Some(digits) = text.strip_suffix(suffix) {
                return format!("{}\u{a0}{word}", point_moved(digits, places));
            }
        }
        text.replace(' ', "\u{a0}")
    }

    /// A share of the trials.
    pub(super) fn share(self, share: f64) -> Piece {
        let value = if share.is_finite() { share } else { 0.0 };
        Piece::figure(number::percent(value).replace(' ', "\u{a0}"), value)
    }

    /// A unit as it is read in a sentence: `months`, `个月`.
    pub(super) fn unit(self, unit: &str, is_plural: bool) -> String {
        const TIMES: [(&str, &str); 6] = [
            ("month", "个月"),
            ("quarter", "个季度"),
            ("year", "年"),
            ("week", "周"),
            ("day", "天"),
            ("hour", "小时"),
        ];
        let time = TIMES.iter().find(|time| time.0 == unit);
        match (time, self) {
            (Some((_, chinese)), Language::Chinese) => (*chinese).to_owned(),
            (Some((english, _)), Language::English) if is_plural => format!("{english}s"),
            _ => crate::report::visible(unit).into_owned(),
        }
    }
}

/// The decimal point so many places further right: `6.600` by one is `66.00`.
fn point_moved(digits: &str, places: usize) -> String {
    let plain = digits.replace(',', "");
    let sign = if plain.starts_with('\u{2212}') { "\u{2212}" } else { "" };
    let plain = plain.trim_start_matches('\u{2212}');
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let moved = fraction.len().min(places);
    let whole = format!("{whole}{}{}", &fraction[..moved], "0".repeat(places - moved));
    let whole: String = whole.trim_start_matches('0').to_owned();
    let whole = if whole.is_empty() { "0".to_owned() } else { whole };
    let grouped = whole.parse::<u64>().map_or(whole, number::grouped);
    let rest = &fraction[moved..];
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{grouped}{point}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_counts_in_ten_thousands() {
        let number = |text: &str| Language::Chinese.number(text).replace('\u{a0}', " ");
        assert_eq!(number("6.600 bn"), "66.00 亿");
        assert_eq!(number("-12.35 M"), "−1,235 万");
        assert_eq!(number("2.000 tn"), "2.000 万亿");
        assert_eq!(number("0.050 bn"), "0.50 亿");
        assert_eq!(number("31.6 M"), "3,160 万");
        assert_eq!(number("66.1"), "66.1");
        assert_eq!(number("1.5e-6"), "1.5e-6");
    }

    #[test]
    fn english_keeps_its_words_and_gets_a_minus() {
        assert_eq!(Language::English.number("-6.6 bn"), "−6.6\u{a0}bn");
        assert_eq!(Language::English.unit("month", true), "months");
        assert_eq!(Language::Chinese.unit("month", true), "个月");
        assert_eq!(Language::English.unit("亿 CNY", true), "亿 CNY");
    }
}
