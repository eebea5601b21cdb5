//! The range over which an input is varied: `utilisation=10%..100%`, `gpus=1000..20000`, `price=5万..15万 CNY/GPU`.
//!
//! What comes in: the text behind `--vary`. What goes out: two numbers in one unit as written, and the expression
//! that sets the input to any number between them. What the unit means is the model's to say.

use crate::check::{CheckedModel, QuantityKind};

/// An input and the range of its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Vary {
    /// The input, with labels where it has them: `capex[alibaba]`.
    pub name: String,
    /// The lowest value, in the unit as written.
    pub low: f64,
    /// The highest.
    pub high: f64,
    /// What stands behind the number, a blank included: `%`, `万 CNY/GPU`, ` GPU`.
    suffix: String,
}

const EXAMPLE: &str =
    "write NAME=LOW..HIGH, for example 'utilisation=10%..100%' or 'gpus=1000..20000 GPU'";

impl Vary {
    /// Reads `NAME=LOW..HIGH`; a unit behind the range belongs to both ends.
    ///
    /// # Errors
    /// What is wrong with the text, in a sentence.
    pub fn parse(text: &str) -> Result<Vary, String> {
        let (name, range) = text.split_once('=').ok_or_else(|| EXAMPLE.to_owned())?;
        let (low, high) = range.split_once("..").ok_or_else(|| EXAMPLE.to_owned())?;
        if name.trim().is_empty() {
            return Err(EXAMPLE.to_owned());
        }
        let (low, low_suffix) = number(low)?;
        let (high, suffix) = number(high)?;
        if !low_suffix.trim().is_empty() && low_suffix.trim() != suffix.trim() {
            return Err(format!(
                "both ends are written in one unit, not `{}` and `{}`",
                low_suffix.trim(),
                suffix.trim()
            ));
        }
        if low >= high {
            return Err("the low end comes first".to_owned());
        }
        Ok(Vary { name: name.trim().to_owned(), low, high, suffix })
    }

    /// Values of an input in one unit, which may be written behind any of them.
    pub(super) fn of_values(name: &str, values: &[f64], suffix: String) -> Vary {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Vary { name: name.to_owned(), low, high, suffix }
    }

    /// The same with the input's own unit, where plain numbers were written.
    #[must_use]
    pub fn in_units_of(self, model: &CheckedModel) -> Vary {
        let name = self.name.split('[').next().unwrap_or_default().trim();
        let own = model
            .quantities
            .iter()
            .find(|quantity| quantity.kind == QuantityKind::Input && quantity.name == name)
            .map(|quantity| quantity.ty.unit.text(&model.units))
            .filter(|unit| self.suffix.is_empty() && !unit.is_empty());
        match own {
            Some(unit) => Vary { suffix: format!(" {unit}"), ..self },
            None => self,
        }
    }

    /// The unit as written; empty for plain numbers.
    pub fn unit(&self) -> &str {
        self.suffix.trim()
    }

    /// The range as it may be written: `utilisation=10..100%`.
    pub fn range(&self) -> String {
        format!("{}={}..{}{}", self.name, self.low + 0.0, self.high + 0.0, self.suffix)
    }

    /// What sets the input to a value: `utilisation=62.5%`.
    pub fn at(&self, value: f64) -> String {
        format!("{}={}{}", self.name, value + 0.0, self.suffix)
    }
}

/// A number, and what stands behind it.
pub(super) fn number(text: &str) -> Result<(f64, String), String> {
    let text = text.trim();
    let is_part = |c: char| c.is_ascii_digit() || "_.-".contains(c);
    let mut end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    // `1e6`, but not `1 e`.
    let rest = &text[end..];
    if let Some(power) = rest.strip_prefix(['e', 'E']) {
        let sign = usize::from(power.starts_with(['+', '-']));
        let digits =
            power[sign..].find(|c: char| !c.is_ascii_digit()).unwrap_or(power.len() - sign);
        if digits > 0 {
            end += 1 + sign + digits;
        }
    }
    let value = text[..end].replace('_', "").parse::<f64>().ok().filter(|value| value.is_finite());
    let value = value.ok_or_else(|| format!("`{text}` does not begin with a number; {EXAMPLE}"))?;
    Ok((value, text[end..].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_they_are_written() {
        let vary = Vary::parse("utilisation=10%..100%").expect("a range");
        assert_eq!((vary.low, vary.high, vary.unit()), (10.0, 100.0, "%"));
        assert_eq!(vary.at(62.5), "utilisation=62.5%");
        let vary = Vary::parse("price = 5万 .. 15万 CNY/GPU");
        assert!(vary.is_err(), "two units");
        let vary = Vary::parse("price = 50_000..1.5e5 CNY/GPU").expect("a range");
        assert_eq!((vary.low, vary.high, vary.unit()), (5e4, 1.5e5, "CNY/GPU"));
        assert_eq!(vary.at(1e-7), "price=0.0000001 CNY/GPU");
        assert_eq!(Vary::parse("x=-2..3").expect("a range").at(-0.0), "x=0");
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "x", "x=1", "x=1..", "x=a..b", "=1..2", "x=2..1", "x=1..1", "x=1 kW..2 MW"]
        {
            assert!(Vary::parse(text).is_err(), "{text}");
        }
    }
}
