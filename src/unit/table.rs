//! The built-in units as data, and the table of all units of one model.

use std::collections::BTreeMap;

use super::dimension::{BaseId, Dimension, Exponent};
use super::unit::{Scale, Unit, UnitId};

/// Time, the first base dimension.
pub const TIME: BaseId = BaseId(0);
/// Power.
pub const POWER: BaseId = BaseId(1);
/// Data.
pub const DATA: BaseId = BaseId(2);
/// Compute.
pub const COMPUTE: BaseId = BaseId(3);

/// Seconds in a year of 365.25 days.
const YEAR: u64 = 31_557_600;

/// Name, worth in the base unit as numerator and denominator, exponents of time, power, data, compute.
const BUILT_IN: &[(&str, u64, u64, [i8; 4])] = &[
    ("second", 1, 1, [1, 0, 0, 0]),
    ("minute", 60, 1, [1, 0, 0, 0]),
    ("hour", 3_600, 1, [1, 0, 0, 0]),
    ("day", 86_400, 1, [1, 0, 0, 0]),
    ("week", 604_800, 1, [1, 0, 0, 0]),
    ("month", YEAR / 12, 1, [1, 0, 0, 0]),
    ("quarter", YEAR / 4, 1, [1, 0, 0, 0]),
    ("year", YEAR, 1, [1, 0, 0, 0]),
    ("W", 1, 1, [0, 1, 0, 0]),
    ("kW", 1_000, 1, [0, 1, 0, 0]),
    ("MW", 1_000_000, 1, [0, 1, 0, 0]),
    ("GW", 1_000_000_000, 1, [0, 1, 0, 0]),
    ("TW", 1_000_000_000_000, 1, [0, 1, 0, 0]),
    ("Wh", 3_600, 1, [1, 1, 0, 0]),
    ("kWh", 3_600_000, 1, [1, 1, 0, 0]),
    ("MWh", 3_600_000_000, 1, [1, 1, 0, 0]),
    ("GWh", 3_600_000_000_000, 1, [1, 1, 0, 0]),
    ("TWh", 3_600_000_000_000_000, 1, [1, 1, 0, 0]),
    ("byte", 1, 1, [0, 0, 1, 0]),
    ("kB", 1_000, 1, [0, 0, 1, 0]),
    ("MB", 1_000_000, 1, [0, 0, 1, 0]),
    ("GB", 1_000_000_000, 1, [0, 0, 1, 0]),
    ("TB", 1_000_000_000_000, 1, [0, 0, 1, 0]),
    ("PB", 1_000_000_000_000_000, 1, [0, 0, 1, 0]),
    ("EB", 1_000_000_000_000_000_000, 1, [0, 0, 1, 0]),
    ("bit", 1, 8, [0, 0, 1, 0]),
    ("kbit", 125, 1, [0, 0, 1, 0]),
    ("Mbit", 125_000, 1, [0, 0, 1, 0]),
    ("Gbit", 125_000_000, 1, [0, 0, 1, 0]),
    ("Tbit", 125_000_000_000, 1, [0, 0, 1, 0]),
    ("FLOP", 1, 1, [0, 0, 0, 1]),
    ("MFLOP", 1_000_000, 1, [0, 0, 0, 1]),
    ("GFLOP", 1_000_000_000, 1, [0, 0, 0, 1]),
    ("TFLOP", 1_000_000_000_000, 1, [0, 0, 0, 1]),
    ("PFLOP", 1_000_000_000_000_000, 1, [0, 0, 0, 1]),
    ("EFLOP", 1_000_000_000_000_000_000, 1, [0, 0, 0, 1]),
];

/// Active codes of ISO 4217 that stand for money in use.
const CURRENCIES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN \
    BWP BYN BZD CAD CDF CHF CLF CLP CNH CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP \
    GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK \
    LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB \
    PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB \
    TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XAG XAU XCD XCG XDR XOF XPD XPF XPT YER ZAR ZMW ZWG";

/// What a unit is worth.
#[derive(Debug, Clone)]
struct Definition {
    name: String,
    scale: Scale,
    dimension: Dimension,
}

/// Every unit that a model may name: the built-in ones and its own.
#[derive(Debug, Clone)]
pub struct UnitTable {
    units: Vec<Definition>,
    by_name: BTreeMap<String, UnitId>,
    bases: Vec<Base>,
}

/// A base dimension's name, and its unit of worth 1.
#[derive(Debug, Clone)]
struct Base {
    name: String,
    unit: UnitId,
    is_money: bool,
}

impl UnitTable {
    /// The built-in units and currencies.
    pub fn built_in() -> UnitTable {
        let mut table =
            UnitTable { units: Vec::new(), by_name: BTreeMap::new(), bases: Vec::new() };
        for name in ["time", "power", "data", "compute"] {
            table.bases.push(Base { name: name.to_owned(), unit: UnitId(0), is_money: false });
        }
        for &(name, numerator, denominator, exponents) in BUILT_IN {
            let mut dimension = Dimension::none();
            for (base, exponent) in [TIME, POWER, DATA, COMPUTE].into_iter().zip(exponents) {
                let exponent = Exponent::new(i64::from(exponent), 1).expect("a small integer");
                dimension = dimension.times(&Dimension::base(base), exponent);
            }
            table.define(name, Scale::ratio(numerator, denominator), dimension);
        }
        for (base, unit) in [(TIME, "second"), (POWER, "W"), (DATA, "byte"), (COMPUTE, "FLOP")] {
            table.bases[base.0 as usize].unit = table.by_name[unit];
        }
        for code in CURRENCIES.split_whitespace() {
            table.define_base(code, &format!("money({code})"), true);
        }
        let yuan = table.by_name["CNY"];
        table.by_name.insert("元".to_owned(), yuan);
        table
    }

    fn define(&mut self, name: &str, scale: Scale, dimension: Dimension) -> UnitId {
        let id = UnitId(u32::try_from(self.units.len()).expect("fewer than 2^32 units"));
        self.units.push(Definition { name: name.to_owned(), scale, dimension });
        self.by_name.insert(name.to_owned(), id);
        id
    }

    fn define_base(&mut self, name: &str, dimension_name: &str, is_money: bool) {
        let base =
            BaseId(u16::try_from(self.bases.len()).expect("fewer than 65,536 base dimensions"));
        let unit = self.define(name, Scale::ONE, Dimension::base(base));
        self.bases.push(Base { name: dimension_name.to_owned(), unit, is_money });
    }

    /// Whether there is room for another counted thing.
    pub fn has_room(&self) -> bool {
        self.bases.len() < usize::from(u16::MAX)
    }

    /// Takes in a counted thing: a dimension of its own.
    pub fn count(&mut self, name: &str) {
        self.define_base(name, name, false);
    }

    /// Takes in a unit worth `value` of another; `value` must be above 0.
    pub fn derive(&mut self, name: &str, value: f64, of: &Unit) {
        let scale = self.scale(of).times_value(value);
        let dimension = self.dimension(of);
        self.define(name, scale, dimension);
    }

    /// The unit of exactly this name.
    pub fn exact(&self, name: &str) -> Option<UnitId> {
        self.by_name.get(name).copied()
    }

    /// The unit of this name, or the one whose plural with a plain `s` it is.
    pub fn plural_or_exact(&self, name: &str) -> Option<UnitId> {
        self.exact(name)
            .or_else(|| name.strip_suffix('s').and_then(|singular| self.exact(singular)))
    }

    /// The unit of this name, which must exist.
    pub fn named(&self, name: &str) -> Unit {
        Unit::of(self.by_name[name])
    }

    /// Every name of a unit, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// The name of a unit.
    pub fn name(&self, id: UnitId) -> &str {
        &self.units[id.0 as usize].name
    }

    /// The dimension of one unit.
    pub fn dimension_of(&self, id: UnitId) -> &Dimension {
        &self.units[id.0 as usize].dimension
    }

    /// The dimension of a product of units.
    pub fn dimension(&self, unit: &Unit) -> Dimension {
        let start = Dimension::none();
        unit.powers()
            .iter()
            .fold(start, |all, &(id, exponent)| all.times(self.dimension_of(id), exponent))
    }

    /// The worth of a product of units, in base units.
    pub(super) fn scale(&self, unit: &Unit) -> Scale {
        let start = Scale::ONE;
        unit.powers().iter().fold(start, |all, &(id, exponent)| {
            all.times(&self.units[id.0 as usize].scale, exponent)
        })
    }

    /// The unit of worth 1 of a base dimension.
    pub fn base_unit(&self, base: BaseId) -> UnitId {
        self.bases[base.0 as usize].unit
    }

    /// Whether a base dimension is a currency.
    pub fn is_money(&self, base: BaseId) -> bool {
        self.bases[base.0 as usize].is_money
    }

    /// `money(CNY) × time⁻¹`, for messages; `a plain number` without one.
    pub fn dimension_text(&self, dimension: &Dimension) -> String {
        if dimension.is_none() {
            return "a plain number".to_owned();
        }
        let factor = |&(base, exponent): &(BaseId, Exponent)| {
            format!("{}{}", self.bases[base.0 as usize].name, superscript(exponent))
        };
        // Money first, and what divides last: `money(CNY) × time⁻¹`.
        let mut powers = dimension.powers().to_vec();
        powers.sort_by_key(|&(base, exponent)| (!exponent.is_positive(), !self.is_money(base)));
        powers.iter().map(factor).collect::<Vec<_>>().join(" × ")
    }
}

fn superscript(exponent: Exponent) -> String {
    if exponent == Exponent::ONE {
        return String::new();
    }
    let Some(integer) = exponent.as_integer() else {
        return format!("^{}", exponent.text());
    };
    let digit = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        other => char::from_u32('⁰' as u32 + other.to_digit(10).unwrap_or(0)).unwrap_or('⁰'),
    };
    integer.to_string().chars().map(digit).collect()
}
