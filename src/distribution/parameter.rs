//! Parameters of distributions: what a call may be given, and what is wrong with a value.
//!
//! In: the names, roles and defaults that a family's file states, and values in base units.
//! Out: [`Form`]s for the checker, [`ParameterError`]s for the user.
//! Not here: units, spans; the checker adds both.

/// What a parameter measures, hence which unit it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A value of the distribution's own unit.
    Quantity,
    /// A plain number.
    Plain,
    /// A plain number in [0, 1].
    Probability,
    /// A plain whole number, not negative.
    Count,
}

/// One parameter of a call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Its name in the language.
    pub name: &'static str,
    /// What it measures.
    pub role: Role,
    /// Its value where a call leaves it out; `None`: it must be given.
    pub default: Option<f64>,
    /// Whether it may be given by name only.
    pub keyword_only: bool,
}

impl Parameter {
    const fn new(name: &'static str, role: Role) -> Parameter {
        Parameter { name, role, default: None, keyword_only: false }
    }

    pub(super) const fn quantity(name: &'static str) -> Parameter {
        Parameter::new(name, Role::Quantity)
    }

    pub(super) const fn plain(name: &'static str) -> Parameter {
        Parameter::new(name, Role::Plain)
    }

    pub(super) const fn probability(name: &'static str) -> Parameter {
        Parameter::new(name, Role::Probability)
    }

    pub(super) const fn count(name: &'static str) -> Parameter {
        Parameter::new(name, Role::Count)
    }

    pub(super) const fn or(self, default: f64) -> Parameter {
        Parameter { default: Some(default), ..self }
    }

    pub(super) const fn keyword(self) -> Parameter {
        Parameter { keyword_only: true, ..self }
    }
}

/// One way to call a family: its parameters in positional order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Form {
    /// The parameters.
    pub parameters: &'static [Parameter],
}

/// A value that a distribution cannot have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParameterError {
    /// Index of the offending argument.
    pub parameter: usize,
    /// The mistake, as a headline.
    pub message: String,
    /// What to do instead.
    pub help: Option<String>,
}

impl ParameterError {
    pub(super) fn new(parameter: usize, message: impl Into<String>) -> ParameterError {
        ParameterError { parameter, message: message.into(), help: None }
    }

    pub(super) fn with_help(self, help: impl Into<String>) -> ParameterError {
        ParameterError { help: Some(help.into()), ..self }
    }
}

/// `value` is finite.
pub(super) fn finite(index: usize, name: &str, value: f64) -> Result<(), ParameterError> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(ParameterError::new(index, format!("`{name}` must be a finite number, it is {value}")))
    }
}

/// `value` is not negative.
pub(super) fn not_negative(index: usize, name: &str, value: f64) -> Result<(), ParameterError> {
    if value >= 0.0 {
        Ok(())
    } else {
        Err(ParameterError::new(index, format!("`{name}` must not be negative, it is {value}")))
    }
}

/// `value` is above 0.
pub(super) fn positive(index: usize, name: &str, value: f64) -> Result<(), ParameterError> {
    if value > 0.0 {
        Ok(())
    } else {
        Err(ParameterError::new(index, format!("`{name}` must be positive, it is {value}")))
    }
}

/// `value` lies in [0, 1].
pub(super) fn probability(index: usize, name: &str, value: f64) -> Result<(), ParameterError> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    let error = ParameterError::new(
        index,
        format!("`{name}` is a probability and must lie between 0 and 1, it is {value}"),
    );
    // 30 written where 30 % was meant
    Err(if (2.0..=100.0).contains(&value) {
        error.with_help(format!("write `{value}%`"))
    } else {
        error
    })
}

/// `value` is a whole number that `f64` holds exactly.
pub(super) fn whole(index: usize, name: &str, value: f64) -> Result<(), ParameterError> {
    /// 2⁵³: above it, neighbors of a whole number are lost.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.abs() > EXACT {
        return Err(ParameterError::new(
            index,
            format!("`{name}` must not exceed 2^53, it is {value}"),
        ));
    }
    if libm::floor(value) == value {
        Ok(())
    } else {
        Err(ParameterError::new(index, format!("`{name}` must be a whole number, it is {value}")))
    }
}

/// `low` does not exceed `high`, and their distance is a finite number. `index` is that of `low`.
pub(super) fn ordered(
    index: usize,
    low: (&str, f64),
    high: (&str, f64),
) -> Result<(), ParameterError> {
    if low.1 > high.1 {
        let message =
            format!("`{}` must not exceed `{}`, but {} is above {}", low.0, high.0, low.1, high.1);
        return Err(ParameterError::new(index, message));
    }
    if (high.1 - low.1).is_finite() {
        Ok(())
    } else {
        Err(ParameterError::new(index, format!("`{}` and `{}` are too far apart", low.0, high.0)))
    }
}
