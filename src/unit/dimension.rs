//! Dimensions: what a quantity measures, as exponents of base dimensions.

/// A rational exponent, reduced, with a positive denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exponent {
    numerator: i32,
    denominator: i32,
}

impl Exponent {
    /// The exponent 0.
    pub const ZERO: Exponent = Exponent { numerator: 0, denominator: 1 };
    /// The exponent 1.
    pub const ONE: Exponent = Exponent { numerator: 1, denominator: 1 };

    /// `numerator / denominator`; `None` where the denominator is 0 or a part leaves the range.
    pub fn new(numerator: i64, denominator: i64) -> Option<Exponent> {
        if denominator == 0 {
            return None;
        }
        let divisor =
            greatest_common_divisor(numerator.unsigned_abs(), denominator.unsigned_abs()).max(1);
        let divisor = i64::try_from(divisor).ok()? * denominator.signum();
        Some(Exponent {
            numerator: i32::try_from(numerator / divisor).ok()?,
            denominator: i32::try_from(denominator / divisor).ok()?,
        })
    }

    /// The rational number with a small denominator that a float stands for: 0.5, 1/3 to rounding, -2.
    pub fn from_f64(value: f64) -> Option<Exponent> {
        (1..=12_i32).find_map(|denominator| {
            let scaled = value * f64::from(denominator);
            let near = scaled.round();
            let fits = near.abs() <= 1000.0 && (scaled - near).abs() <= 1e-12 * near.abs().max(1.0);
            #[expect(clippy::cast_possible_truncation, reason = "bounded by 1000 just above")]
            let numerator = near as i64;
            fits.then(|| Exponent::new(numerator, i64::from(denominator))).flatten()
        })
    }

    /// Whether it is 0.
    pub fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// Whether it is above 0.
    pub fn is_positive(self) -> bool {
        self.numerator > 0
    }

    /// The integer that it is, if it is one.
    pub fn as_integer(self) -> Option<i32> {
        (self.denominator == 1).then_some(self.numerator)
    }

    /// As a float.
    pub fn to_f64(self) -> f64 {
        f64::from(self.numerator) / f64::from(self.denominator)
    }

    /// The sum; saturates far outside of anything meaningful.
    #[must_use]
    pub fn plus(self, other: Exponent) -> Exponent {
        let (a, b) = (i64::from(self.numerator), i64::from(self.denominator));
        let (c, d) = (i64::from(other.numerator), i64::from(other.denominator));
        Exponent::new(a * d + c * b, b * d)
            .unwrap_or(Exponent { numerator: i32::MAX, denominator: 1 })
    }

    /// The product; saturates far outside of anything meaningful.
    #[must_use]
    pub fn times(self, other: Exponent) -> Exponent {
        let numerator = i64::from(self.numerator) * i64::from(other.numerator);
        let denominator = i64::from(self.denominator) * i64::from(other.denominator);
        Exponent::new(numerator, denominator)
            .unwrap_or(Exponent { numerator: i32::MAX, denominator: 1 })
    }

    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Exponent {
        Exponent { numerator: -self.numerator, denominator: self.denominator }
    }

    /// `2`, `-1`, `(1/2)`: as it stands behind `^`.
    pub fn text(self) -> String {
        match self.denominator {
            1 => self.numerator.to_string(),
            denominator => format!("({}/{denominator})", self.numerator),
        }
    }
}

pub(super) fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Multiplies the power of one factor into a list of powers, keeping the order in which factors came.
pub(super) fn multiply_in<Id: Copy + PartialEq>(
    powers: &mut Vec<(Id, Exponent)>,
    id: Id,
    exponent: Exponent,
) {
    match powers.iter_mut().find(|(known, _)| *known == id) {
        Some((_, present)) => *present = present.plus(exponent),
        None => powers.push((id, exponent)),
    }
    powers.retain(|(_, present)| !present.is_zero());
}

/// A base dimension: time, power, data, compute, each currency, each counted thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BaseId(pub u16);

/// Exponents over base dimensions, sorted by base; empty for plain numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dimension {
    powers: Vec<(BaseId, Exponent)>,
}

impl Dimension {
    /// Of plain numbers.
    pub fn none() -> Dimension {
        Dimension::default()
    }

    /// Of one base dimension.
    pub fn base(id: BaseId) -> Dimension {
        Dimension { powers: vec![(id, Exponent::ONE)] }
    }

    /// Whether it is that of plain numbers.
    pub fn is_none(&self) -> bool {
        self.powers.is_empty()
    }

    /// The base dimensions with their exponents, sorted.
    pub fn powers(&self) -> &[(BaseId, Exponent)] {
        &self.powers
    }

    /// The exponent of one base dimension.
    pub fn exponent(&self, id: BaseId) -> Exponent {
        self.powers
            .iter()
            .find(|(base, _)| *base == id)
            .map_or(Exponent::ZERO, |(_, exponent)| *exponent)
    }

    /// `self × other^exponent`.
    #[must_use]
    pub fn times(&self, other: &Dimension, exponent: Exponent) -> Dimension {
        let mut powers = self.powers.clone();
        for &(base, power) in &other.powers {
            multiply_in(&mut powers, base, power.times(exponent));
        }
        powers.sort_unstable();
        Dimension { powers }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_are_reduced() {
        assert_eq!(Exponent::new(2, -4), Exponent::new(-1, 2));
        assert_eq!(
            Exponent::new(1, 3).map(|third| third.plus(third).text()),
            Some("(2/3)".to_owned())
        );
        assert_eq!(Exponent::new(1, 0), None);
    }

    #[test]
    fn floats_become_small_rationals() {
        assert_eq!(Exponent::from_f64(0.5), Exponent::new(1, 2));
        assert_eq!(Exponent::from_f64(1.0 / 3.0), Exponent::new(1, 3));
        assert_eq!(Exponent::from_f64(-2.0), Exponent::new(-2, 1));
        assert_eq!(Exponent::from_f64(std::f64::consts::PI), None);
        assert_eq!(Exponent::from_f64(f64::NAN), None);
    }

    #[test]
    fn what_cancels_leaves_no_dimension() {
        let time = Dimension::base(BaseId(0));
        assert!(time.times(&time, Exponent::ONE.negated()).is_none());
    }
}
