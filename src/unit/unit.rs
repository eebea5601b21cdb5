//! Units as products of named units, kept as the user wrote them: `CNY/GPU/hour` stays that.
//!
//! A value is stored in its own unit, and a product multiplies the names alone, so that
//! `10_000 GPU * 10 CNY/GPU/hour * 730 hour` is exactly 73,000,000 CNY: no factor is ever rounded
//! unless two different units of one dimension meet.

use super::dimension::{Dimension, Exponent, greatest_common_divisor, multiply_in};
use super::table::{POWER, TIME, UnitTable};

/// One named unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(pub u32);

/// A product of powers of named units, in the order in which they were written.
#[derive(Debug, Clone, Default)]
pub struct Unit {
    powers: Vec<(UnitId, Exponent)>,
}

impl PartialEq for Unit {
    /// The same powers, in whatever order.
    fn eq(&self, other: &Unit) -> bool {
        self.powers.len() == other.powers.len()
            && self.powers.iter().all(|power| other.powers.contains(power))
    }
}

impl Unit {
    /// Of plain numbers.
    pub fn none() -> Unit {
        Unit::default()
    }

    /// One named unit.
    pub fn of(id: UnitId) -> Unit {
        Unit { powers: vec![(id, Exponent::ONE)] }
    }

    /// Whether no unit is left.
    pub fn is_none(&self) -> bool {
        self.powers.is_empty()
    }

    /// The factors.
    pub fn powers(&self) -> &[(UnitId, Exponent)] {
        &self.powers
    }

    /// `self × other^exponent`.
    #[must_use]
    pub fn times(&self, other: &Unit, exponent: Exponent) -> Unit {
        let mut powers = self.powers.clone();
        for &(id, power) in &other.powers {
            multiply_in(&mut powers, id, power.times(exponent));
        }
        Unit { powers }
    }

    /// `self^exponent`.
    #[must_use]
    pub fn power(&self, exponent: Exponent) -> Unit {
        Unit::none().times(self, exponent)
    }

    /// `CNY/GPU/hour`, `kW*hour`, `1/year`; empty for plain numbers. The parser reads it back.
    pub fn text(&self, table: &UnitTable) -> String {
        let factor = |&(id, exponent): &(UnitId, Exponent)| {
            let name = table.name(id);
            if exponent == Exponent::ONE {
                name.to_owned()
            } else {
                format!("{name}^{}", exponent.text())
            }
        };
        let (above, below): (Vec<_>, Vec<_>) =
            self.powers.iter().partition(|(_, e)| e.is_positive());
        let mut text = above.into_iter().map(factor).collect::<Vec<_>>().join("*");
        if text.is_empty() && !below.is_empty() {
            text.push('1');
        }
        for &(id, exponent) in below {
            text.push('/');
            text.push_str(&factor(&(id, exponent.negated())));
        }
        text
    }

    /// The same dimension with each of its parts in one unit only: `CNY*month/hour` becomes `CNY`.
    ///
    /// A unit stays as it is where no two of its factors share a base dimension.
    #[must_use]
    pub fn tidy(&self, table: &UnitTable) -> Unit {
        let shares = |a: UnitId, b: UnitId| {
            let bases = table.dimension_of(b).powers();
            table
                .dimension_of(a)
                .powers()
                .iter()
                .any(|(base, _)| bases.iter().any(|(other, _)| other == base))
        };
        let is_redundant = self
            .powers
            .iter()
            .enumerate()
            .any(|(i, &(a, _))| self.powers[i + 1..].iter().any(|&(b, _)| shares(a, b)));
        // `dozen = "12"` is a plain number: it adds nothing to what a unit says.
        let has_plain = self.powers.iter().any(|&(id, _)| table.dimension_of(id).is_none());
        if !is_redundant && !has_plain {
            return self.clone();
        }
        let dimension = table.dimension(self);
        let mut tidy = Unit::none();
        for &(base, exponent) in dimension.powers() {
            let is_pure =
                |&&(id, _): &&(UnitId, Exponent)| *table.dimension_of(id) == Dimension::base(base);
            let id = self
                .powers
                .iter()
                .find(is_pure)
                .map_or_else(|| table.base_unit(base), |&(id, _)| id);
            multiply_in(&mut tidy.powers, id, exponent);
        }
        tidy.powers.sort_by_key(|&(id, _)| self.powers.iter().position(|&(known, _)| known == id));
        tidy
    }

    /// The unscaled base units of a dimension, with `time` for its time and `Wh` for energy.
    pub fn unscaled(dimension: &Dimension, time: UnitId, table: &UnitTable) -> Unit {
        let (hours, watts) = (dimension.exponent(TIME), dimension.exponent(POWER));
        let is_energy = !watts.is_zero() && hours == watts;
        let mut unit = Unit::none();
        for &(base, exponent) in dimension.powers() {
            match base {
                TIME if is_energy => {}
                POWER if is_energy => {
                    multiply_in(&mut unit.powers, table.named("Wh").powers[0].0, exponent);
                }
                TIME => multiply_in(&mut unit.powers, time, exponent),
                _ => multiply_in(&mut unit.powers, table.base_unit(base), exponent),
            }
        }
        unit.powers.sort_by_key(|&(id, _)| {
            let bases = table.dimension_of(id).powers();
            (
                bases.iter().any(|&(base, _)| base == TIME),
                !bases.iter().any(|&(base, _)| table.is_money(base)),
            )
        });
        unit
    }

    /// What turns a value in `self` into one in `target`; `None` where the dimensions differ.
    pub fn conversion(&self, target: &Unit, table: &UnitTable) -> Option<Conversion> {
        self.conversion_scaled(target, 1.0, table)
    }

    /// As [`Unit::conversion`], into multiples of `magnitude` (`1e8` for 亿, 0.01 for %).
    pub fn conversion_scaled(
        &self,
        target: &Unit,
        magnitude: f64,
        table: &UnitTable,
    ) -> Option<Conversion> {
        if table.dimension(self) != table.dimension(target) {
            return None;
        }
        let target = if magnitude < 1.0 {
            Scale::ONE
                .times_value((1.0 / magnitude).round())
                .power(Exponent::ONE.negated())
                .times(&table.scale(target), Exponent::ONE)
        } else {
            table.scale(target).times_value(magnitude)
        };
        Some(table.scale(self).times(&target, Exponent::ONE.negated()).conversion())
    }
}

/// What turns a value in one unit into a value in another: one operation, exact where that is possible.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Conversion {
    /// Nothing to do.
    Same,
    /// Times this.
    Multiply(f64),
    /// Divided by this.
    Divide(f64),
}

impl Conversion {
    /// The converted value.
    pub fn apply(self, value: f64) -> f64 {
        match self {
            Conversion::Same => value,
            Conversion::Multiply(factor) => value * factor,
            Conversion::Divide(divisor) => value / divisor,
        }
    }
}

/// The worth of a unit in base units: an exact ratio of integers as long as they fit, times a float.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    numerator: u64,
    denominator: u64,
    rest: f64,
}

impl Scale {
    pub(super) const ONE: Scale = Scale { numerator: 1, denominator: 1, rest: 1.0 };

    pub(super) fn ratio(numerator: u64, denominator: u64) -> Scale {
        let divisor = greatest_common_divisor(numerator, denominator).max(1);
        Scale { numerator: numerator / divisor, denominator: denominator / divisor, rest: 1.0 }
    }

    /// Decimal fractions with up to nine places stay exact.
    pub(super) fn times_value(&self, value: f64) -> Scale {
        let mut denominator = 1_u64;
        for _ in 0..10 {
            #[expect(clippy::cast_precision_loss, reason = "a power of ten up to 10^9 is exact")]
            let scaled = value * denominator as f64;
            if scaled == scaled.trunc() && (1.0..9.0e15).contains(&scaled) {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a whole number below 2^53"
                )]
                return self.times(&Scale::ratio(scaled as u64, denominator), Exponent::ONE);
            }
            denominator *= 10;
        }
        Scale { rest: self.rest * value, ..*self }
    }

    pub(super) fn times(&self, other: &Scale, exponent: Exponent) -> Scale {
        let other = other.power(exponent);
        let reduce = |a: u64, b: u64| {
            let divisor = greatest_common_divisor(a, b).max(1);
            (a / divisor, b / divisor)
        };
        let (a, d) = reduce(self.numerator, other.denominator);
        let (c, b) = reduce(other.numerator, self.denominator);
        match (a.checked_mul(c), b.checked_mul(d)) {
            (Some(numerator), Some(denominator)) => {
                Scale { numerator, denominator, rest: self.rest * other.rest }
            }
            _ => Scale { numerator: 1, denominator: 1, rest: self.value() * other.value() },
        }
    }

    fn power(&self, exponent: Exponent) -> Scale {
        match exponent.as_integer() {
            Some(1) => *self,
            Some(-1) => Scale {
                numerator: self.denominator,
                denominator: self.numerator,
                rest: 1.0 / self.rest,
            },
            Some(integer) if integer.unsigned_abs() <= 64 => {
                let factor = self
                    .power(Exponent::new(i64::from(integer.signum()), 1).unwrap_or(Exponent::ONE));
                (0..integer.unsigned_abs())
                    .fold(Scale::ONE, |all, _| all.times(&factor, Exponent::ONE))
            }
            _ => Scale { rest: libm::pow(self.value(), exponent.to_f64()), ..Scale::ONE },
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "worth beyond 2^53 is rounded, as every float is"
    )]
    fn value(&self) -> f64 {
        self.rest * self.numerator as f64 / self.denominator as f64
    }

    fn conversion(&self) -> Conversion {
        let is_exact = self.rest.to_bits() == 1.0_f64.to_bits();
        #[expect(clippy::cast_precision_loss, reason = "below 2^53 by the guard")]
        match (self.numerator, self.denominator) {
            (1, 1) if is_exact => Conversion::Same,
            (1, denominator) if is_exact && denominator < 1 << 53 => {
                Conversion::Divide(denominator as f64)
            }
            _ => Conversion::Multiply(self.value()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(table: &UnitTable, factors: &[(&str, i64)]) -> Unit {
        factors.iter().fold(Unit::none(), |all, &(name, exponent)| {
            all.times(&table.named(name), Exponent::new(exponent, 1).expect("valid"))
        })
    }

    #[track_caller]
    fn check_conversion(from: &[(&str, i64)], to: &[(&str, i64)], expected: Option<Conversion>) {
        let table = UnitTable::built_in();
        assert_eq!(unit(&table, from).conversion(&unit(&table, to), &table), expected);
    }

    #[test]
    fn conversions_are_single_exact_operations() {
        check_conversion(&[("year", 1)], &[("month", 1)], Some(Conversion::Multiply(12.0)));
        check_conversion(&[("month", 1)], &[("year", 1)], Some(Conversion::Divide(12.0)));
        check_conversion(&[("month", 1), ("hour", -1)], &[], Some(Conversion::Multiply(730.5)));
        check_conversion(&[("kW", 1), ("hour", 1)], &[("kWh", 1)], Some(Conversion::Same));
        check_conversion(&[("byte", 1)], &[("bit", 1)], Some(Conversion::Multiply(8.0)));
        check_conversion(&[("CNY", 1)], &[("USD", 1)], None);
    }

    #[test]
    fn a_unit_reads_as_written() {
        let table = UnitTable::built_in();
        assert_eq!(
            unit(&table, &[("CNY", 1), ("kWh", -1), ("hour", -1)]).text(&table),
            "CNY/kWh/hour"
        );
        assert_eq!(unit(&table, &[("year", -1)]).text(&table), "1/year");
        assert_eq!(unit(&table, &[("year", -2), ("kW", 2)]).text(&table), "kW^2/year^2");
    }

    #[test]
    fn tidying_merges_units_of_one_dimension() {
        let table = UnitTable::built_in();
        let tidy = |factors: &[(&str, i64)]| unit(&table, factors).tidy(&table).text(&table);
        assert_eq!(tidy(&[("CNY", 1), ("hour", -1), ("month", 1)]), "CNY");
        assert_eq!(tidy(&[("MW", 1), ("hour", 1), ("CNY", 1), ("kWh", -1)]), "CNY");
        assert_eq!(tidy(&[("CNY", 1), ("kWh", -1)]), "CNY/kWh");
        assert_eq!(tidy(&[("day", 2), ("hour", -1)]), "day");
    }

    #[test]
    fn magnitudes_divide() {
        let table = UnitTable::built_in();
        let yuan = table.named("CNY");
        assert_eq!(yuan.conversion_scaled(&yuan, 1e8, &table), Some(Conversion::Divide(1e8)));
        let plain = Unit::none();
        assert_eq!(
            plain.conversion_scaled(&plain, 0.01, &table),
            Some(Conversion::Multiply(100.0))
        );
        let rate = unit(&table, &[("year", -1)]);
        assert_eq!(rate.conversion_scaled(&rate, 0.01, &table), Some(Conversion::Multiply(100.0)));
    }

    #[test]
    fn energy_is_shown_in_watt_hours() {
        let table = UnitTable::built_in();
        let month = table.exact("month").expect("built in");
        let shown = |factors: &[(&str, i64)]| {
            Unit::unscaled(&table.dimension(&unit(&table, factors)), month, &table).text(&table)
        };
        assert_eq!(shown(&[("MW", 1), ("year", 1)]), "Wh");
        assert_eq!(shown(&[("CNY", 1), ("kWh", -1)]), "CNY/Wh");
        assert_eq!(shown(&[("year", 1)]), "month");
        assert_eq!(shown(&[("hour", -1), ("CNY", 1)]), "CNY/month");
    }
}
