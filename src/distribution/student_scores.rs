//! The way from a power-tailed score to Student's probability: a law on (0, 1) for copulas.
//!
//! Student's distribution function has no short closed form; with two degrees of freedom it has one
//! ([`student_two`](crate::math::normal::student_two)). What leads from that probability to the wanted one is the
//! quantile function of this law, smooth and with powers for tails, so that a table serves.

use super::Distribution;
use super::law::Law;
use super::student_t::StudentT;
use crate::math::normal::student_two;

/// F(T), with F Student's distribution function of `df` degrees of freedom and T a number with two of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StudentScores {
    /// Degrees of freedom, above 0.
    pub df: f64,
}

impl StudentScores {
    /// The law, or `None` with two degrees of freedom, where the probabilities are the same.
    pub fn of(df: f64) -> Option<Distribution> {
        (df != 2.0).then_some(Distribution::StudentScores(StudentScores { df }))
    }

    fn student(self) -> StudentT {
        StudentT { df: self.df, location: 0.0, scale: 1.0 }
    }

    /// F at −t, where t ≥ 0 is exceeded with probability v ≤ ½ under two degrees of freedom.
    fn lower(self, v: f64) -> f64 {
        self.student().cdf(-exceeded_of_two(v))
    }

    /// The probability under two degrees of freedom that belongs to a lower tail x ≤ ½.
    fn inverse_lower(self, x: f64) -> f64 {
        let t = self.student().quantile(x);
        // Beyond the range of uniforms the power alone is left.
        if t < -1e8 { 0.5 / (t * t) } else { student_two(t) }
    }
}

/// The t ≥ 0 that is exceeded with probability v ≤ ½ under two degrees of freedom.
fn exceeded_of_two(v: f64) -> f64 {
    (1.0 - 2.0 * v) / libm::sqrt(2.0 * v * (1.0 - v))
}

impl Law for StudentScores {
    fn support(&self) -> (f64, f64) {
        (0.0, 1.0)
    }
    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.5 { self.inverse_lower(x) } else { 1.0 - self.inverse_lower(1.0 - x) }
    }
    fn sf(&self, x: f64) -> f64 {
        if x <= 0.5 { 1.0 - self.inverse_lower(x) } else { self.inverse_lower(1.0 - x) }
    }
    fn pdf(&self, x: f64) -> f64 {
        let t = self.student().quantile(x.min(1.0 - x));
        let two = StudentT { df: 2.0, location: 0.0, scale: 1.0 };
        two.pdf(t) / self.student().pdf(t)
    }
    fn quantile(&self, u: f64) -> f64 {
        if u <= 0.5 { self.lower(u) } else { 1.0 - self.lower(1.0 - u) }
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        if q <= 0.5 { 1.0 - self.lower(q) } else { self.lower(1.0 - q) }
    }
    fn mean(&self) -> Option<f64> {
        Some(0.5)
    }
    fn sd(&self) -> Option<f64> {
        // E[(F(T) − ½)²] by the midpoint rule in the probability.
        const CELLS: u32 = 1000;
        let square = |i: u32| {
            let d = 0.5 - self.lower(0.5 * (f64::from(i) + 0.5) / f64::from(CELLS));
            d * d
        };
        Some(libm::sqrt((0..CELLS).map(square).sum::<f64>() / f64::from(CELLS)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_steps_are_students_distribution_function() {
        for df in [1.0, 3.0, 4.5, 30.0, 300.0] {
            let (law, student) = (StudentScores { df }, StudentT { df, location: 0.0, scale: 1.0 });
            for t in [-30.0, -8.0, -2.5, -0.3, 0.0, 0.7, 4.0] {
                let (found, exact) = (law.quantile(student_two(t)), student.cdf(t));
                assert!((found / exact - 1.0).abs() < 1e-12 * df, "{df} {t}: {found} {exact}");
                let back = law.cdf(exact);
                assert!((back - student_two(t)).abs() < 1e-11, "{df} {t}: {back}");
            }
        }
        assert_eq!(StudentScores::of(2.0), None);
    }
}
