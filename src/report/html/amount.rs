//! Figures as a page writes them: with a true minus, with the magnitudes that it counts in, with their unit.

use super::prose::{Piece, Prose};
use super::words::{Language, Words};
use crate::report::chart::Ticks;
use crate::report::number::{self, Counting, Figure, Scale};
use crate::results::{BaseCase, NumberSummary, Point, Quantile};

/// How a page speaks: its language, and how it counts large numbers, which is one way on a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Voice {
    pub(super) language: Language,
    pub(super) counting: Counting,
}

/// How the figures of one output are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amounts<'a> {
    pub(super) scale: Scale,
    pub(super) unit: Option<&'a str>,
    pub(super) voice: Voice,
}

impl<'a> Amounts<'a> {
    /// From an output's percentiles, or from the plan where there are none.
    pub(super) fn of(
        quantiles: &[Quantile],
        base: Option<BaseCase>,
        unit: Option<&'a str>,
        voice: Voice,
    ) -> Amounts<'a> {
        let mut figures: Vec<Figure> = quantiles.iter().filter_map(figure).collect();
        if figures.is_empty()
            && let Some(BaseCase { value: Point::Value(value), .. }) = base
        {
            figures.push(Figure::plan(value));
        }
        Amounts { scale: Scale::of(&figures).by(voice.counting), unit, voice }
    }

    /// A number's amounts.
    pub(super) fn of_number(
        summary: &NumberSummary,
        unit: Option<&'a str>,
        voice: Voice,
    ) -> Amounts<'a> {
        Amounts::of(&summary.quantiles, summary.base, unit, voice)
    }

    /// A percentile, without its unit.
    pub(super) fn quantile(&self, quantile: &Quantile) -> Piece {
        match (figure(quantile), quantile.value) {
            (Some(figure), Point::Value(value)) => {
                Piece::figure(self.voice.number(&self.scale.write(figure)), value)
            }
            (_, at) => self.point(at),
        }
    }

    /// The plan's own figure, without its unit.
    pub(super) fn point(&self, at: Point) -> Piece {
        let words = self.voice.words();
        match at {
            Point::Value(value) => {
                let text = self.scale.write(Figure::plan(value));
                Piece::figure(self.voice.number(&text), value)
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
                let unit = self.voice.unit(unit, !is_one);
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

impl Voice {
    /// The page's own words.
    pub(super) fn words(self) -> &'static Words {
        self.language.words()
    }

    /// A number's text with a true minus, and no line break inside.
    pub(super) fn number(self, text: &str) -> String {
        text.replacen('-', "\u{2212}", usize::from(text.starts_with('-'))).replace(' ', "\u{a0}")
    }

    /// A number without an error.
    pub(super) fn exact(self, value: f64) -> String {
        self.number(&number::exact_by(value, self.counting))
    }

    /// Numbers along an axis.
    pub(super) fn ticks(self, ticks: Ticks) -> Ticks {
        let texts = ticks.by(self.counting).0.into_iter();
        Ticks(texts.map(|(at, text)| (at, self.number(&text))).collect())
    }

    /// A share of the trials.
    pub(super) fn share(self, share: f64) -> Piece {
        let value = if share.is_finite() { share } else { 0.0 };
        Piece::figure(number::percent(value).replace(' ', "\u{a0}"), value)
    }

    /// A unit as it is read behind a number: `months`, `个月`; inside of another as a part of it, `CNY/GPU/小时`.
    pub(super) fn unit(self, unit: &str, is_plural: bool) -> String {
        let unit = crate::report::visible(unit);
        match self.language {
            Language::English if is_plural && is_counted(&unit) => plural(&unit),
            Language::English => unit.into_owned(),
            Language::Chinese => match TIMES.iter().find(|time| time.0 == unit) {
                Some((_, alone, _)) => (*alone).to_owned(),
                None => {
                    let part = |part: &str| {
                        let time = TIMES.iter().find(|time| time.0 == part);
                        time.map_or_else(|| part.to_owned(), |time| time.2.to_owned())
                    };
                    unit.split('/').map(part).collect::<Vec<_>>().join("/")
                }
            },
        }
    }

    /// A step of the timeline that has no name of its own: `month 83`, `第 83 个月`.
    pub(super) fn step(self, step: usize, length: Option<&str>) -> String {
        match (length, self.language) {
            (None, _) => step.to_string(),
            (Some(length), Language::English) => {
                let mut letters = length.chars();
                let first = letters.next().map(|letter| letter.to_ascii_uppercase());
                format!(
                    "{}{} {step}",
                    first.map_or_else(String::new, String::from),
                    letters.as_str()
                )
            }
            (Some(length), Language::Chinese) => format!("第 {step} {}", self.unit(length, true)),
        }
    }
}

/// Units of time: by themselves and inside of another unit.
const TIMES: [(&str, &str, &str); 8] = [
    ("month", "个月", "月"),
    ("quarter", "个季度", "季度"),
    ("year", "年", "年"),
    ("week", "周", "周"),
    ("day", "天", "天"),
    ("hour", "小时", "小时"),
    ("minute", "分钟", "分钟"),
    ("second", "秒", "秒"),
];

/// Whether a unit is a word that is counted: `engineer`, not `CNY`, `kWh` or `GPU/node`.
fn is_counted(unit: &str) -> bool {
    unit.len() > 2 && unit.chars().all(|c| c.is_ascii_lowercase())
}

fn plural(word: &str) -> String {
    let is_vowel = |c: char| "aeiou".contains(c);
    match word.strip_suffix('y') {
        Some(stem) if !stem.ends_with(is_vowel) => format!("{stem}ies"),
        _ if ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end)) => {
            format!("{word}es")
        }
        _ => format!("{word}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: Voice = Voice { language: Language::English, counting: Counting::Thousands };
    const CHINESE: Voice = Voice { language: Language::Chinese, counting: Counting::TenThousands };

    #[test]
    fn a_minus_is_a_minus() {
        assert_eq!(ENGLISH.number("-6.6 bn"), "−6.6\u{a0}bn");
        assert_eq!(CHINESE.number("-12.35 万"), "−12.35\u{a0}万");
        assert_eq!(CHINESE.exact(-6.6e9), "−66\u{a0}亿");
        assert_eq!(CHINESE.exact(1.5e-6), "1.500e-6");
    }

    #[test]
    fn units_are_read_in_the_language_of_the_page() {
        let check = |unit: &str, english: &str, chinese: &str| {
            assert_eq!(ENGLISH.unit(unit, true), english);
            assert_eq!(CHINESE.unit(unit, true), chinese);
        };
        check("month", "months", "个月");
        check("亿 CNY", "亿 CNY", "亿 CNY");
        check("engineer", "engineers", "engineer");
        check("query", "queries", "query");
        check("GPU", "GPU", "GPU");
        check("kWh", "kWh", "kWh");
        check("CNY/GPU/hour", "CNY/GPU/hour", "CNY/GPU/小时");
        check("%/year", "%/year", "%/年");
        assert_eq!(ENGLISH.unit("month", false), "month");
    }

    #[test]
    fn a_step_is_told_with_its_length() {
        assert_eq!(ENGLISH.step(83, Some("month")), "Month 83");
        assert_eq!(CHINESE.step(83, Some("month")), "第 83 个月");
        assert_eq!(CHINESE.step(5, Some("year")), "第 5 年");
        assert_eq!(ENGLISH.step(83, None), "83");
    }
}
