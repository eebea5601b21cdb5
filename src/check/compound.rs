//! `compound(count, d)`: the sum of as many independent draws of one distribution as another one says.

use super::checked::{DistributionExpr, MOST_DRAWS};
use super::constant;
use super::distributions::{TypedDistribution, instantiate, is_random};
use super::infer::Inference;
use super::message;
use super::typed::UnitState;
use crate::diagnostic::{Code, Diagnostic};
use crate::distribution::{Distribution, Kind, TABLE_TAIL};
use crate::expr::Argument;
use crate::source::Span;
use crate::unit::{Exponent, TIME};

const USAGE: &str = "write `compound(count, d)`: how many, and the distribution of each";

impl Inference<'_> {
    pub(super) fn compound(
        &mut self,
        arguments: &[Argument],
        span: Span,
    ) -> Option<TypedDistribution> {
        let [count, part] =
            self.two_arguments(arguments, ["count", "d"], "compound", USAGE, span)?;
        let counted = if is_random(count) {
            self.distribution(count)?
        } else {
            let typed = self.infer(count);
            if typed.is_poisoned() {
                return None;
            }
            TypedDistribution {
                unit: typed.unit,
                shape: typed.shape,
                expr: DistributionExpr::Value(typed.expr),
                span: count.span,
            }
        };
        self.of_one_draw(&counted, "the count of `compound`")?;
        self.check_count(&counted)?;
        let drawn = self.distribution(part)?;
        self.of_one_draw(&drawn, "`compound`")?;
        let unit = self.unit_of_sum(&counted, &drawn.unit)?;
        let shape = counted.shape.union(drawn.shape);
        let expr = DistributionExpr::Compound {
            count: Box::new(counted.expr),
            part: Box::new(drawn.expr),
        };
        let sum = TypedDistribution { expr, unit, shape, span };
        // runs of a hundred GPUs each and a cost per GPU: the sum in CNY
        match &sum.unit {
            UnitState::Known(unit) => {
                let tidy = unit.tidy(&self.scope.units);
                self.distribution_in(sum, &tidy, "the count and the draws of `compound`")
            }
            UnitState::Unknown | UnitState::Zero | UnitState::Poisoned => Some(sum),
        }
    }

    /// Refuses what is made of several draws where one is needed.
    pub(super) fn of_one_draw(
        &mut self,
        distribution: &TypedDistribution,
        around: &str,
    ) -> Option<()> {
        if !distribution.expr.is_compound() {
            return Some(());
        }
        let error = Diagnostic::new(
            Code::E504,
            format!("a sum of draws cannot stand inside {around}"),
            distribution.span,
            "many draws, not one",
        );
        self.report(error.help(
            "give the compound an input of its own; in a formula `clamp`, `min` and `max` cut it off",
        ));
        None
    }

    /// The count is a whole number, not negative, and not too many to draw one by one.
    fn check_count(&mut self, count: &TypedDistribution) -> Option<()> {
        let scope = self.scope;
        let law = match instantiate(&count.expr, &mut |value| constant::value(value, scope)) {
            Some(Ok(law)) => law,
            // told already, or known only in a trial
            Some(Err(_)) | None => return Some(()),
        };
        let (low, _) = law.support();
        let most = law.quantile_upper(TABLE_TAIL);
        let is_whole =
            law.constant().map_or_else(|| is_whole(&law), |value| libm::floor(value) == value);
        let (message, help) = if !is_whole {
            let message = "the count of `compound` must be a whole number";
            let help = "counts are `poisson`, `binomial`, `geometric`, `uniform_int`, `discrete`, or an input with such a distribution";
            (message.to_owned(), Some(help))
        } else if low < 0.0 {
            (format!("the count of `compound` must not be negative, it may be {low}"), None)
        } else if most > MOST_DRAWS {
            let message = format!("`compound` takes at most {MOST_DRAWS} draws, not {most}");
            (
                message,
                Some(
                    "a sum of so many draws is as good as normal: `normal(n * mean, sqrt(n) * sd)`",
                ),
            )
        } else {
            return Some(());
        };
        let error = Diagnostic::new(Code::E502, message, count.span, "");
        self.report(match help {
            Some(help) => error.help(help),
            None => error,
        });
        None
    }

    /// The unit of the sum: a count of runs times a cost per run; where the draws say nothing of runs, their own.
    fn unit_of_sum(&mut self, count: &TypedDistribution, part: &UnitState) -> Option<UnitState> {
        let (UnitState::Known(counted), UnitState::Known(unit)) = (&count.unit, part) else {
            return Some(part.clone());
        };
        let units = &self.scope.units;
        let (of_count, of_part) = (units.dimension(counted), units.dimension(unit));
        let cancels = !of_count.is_none()
            && of_count
                .powers()
                .iter()
                .all(|&(base, exponent)| of_part.exponent(base) == exponent.negated());
        if cancels {
            return Some(UnitState::Known(unit.times(counted, Exponent::ONE)));
        }
        let is_amount =
            of_count.powers().iter().any(|&(base, _)| units.is_money(base) || base == TIME);
        if is_amount {
            let words = message::unit_words(counted, units);
            let error = Diagnostic::new(
                Code::E403,
                format!("the count of `compound` is a plain number or counted things, not {words}"),
                count.span,
                words.replace('`', ""),
            );
            self.report(error);
            return None;
        }
        Some(part.clone())
    }
}

fn is_whole(law: &Distribution) -> bool {
    /// Values that are looked at.
    const FEW: usize = 100_000;
    law.kind() == Kind::Discrete
        && law
            .atoms(FEW)
            .is_none_or(|atoms| atoms.iter().all(|atom| libm::floor(atom.value) == atom.value))
}
