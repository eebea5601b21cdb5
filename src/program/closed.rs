//! Draws of families with parameters that differ from trial to trial, as arithmetic; windows, percentiles and lists are
//! in [`cut`](super::cut).
//!
//! Closed forms of the quantile function, and families that are a fixed shape scaled and shifted: a gamma with a constant
//! shape is a table times its scale. Shapes that vary without a closed form are an iteration over many lanes at once
//! ([`lanes`](crate::math::lanes)).
//! An impossible parameter makes the draw undefined. Both tails are accurate: 1 − u is exact for every uniform.

use super::graph::NodeId;
use super::lower::Lowering;
use crate::distribution::{Family, build};
use crate::math::operation::{Binary, Ternary, Unary};

impl Lowering<'_> {
    pub(super) fn number(&mut self, value: f64) -> NodeId {
        self.graph.constant(value)
    }

    /// Undefined unless above 0 and finite.
    pub(super) fn positive(&mut self, x: NodeId) -> NodeId {
        self.graph.unary(Unary::Positive, x)
    }

    /// Undefined unless at least 0 and finite.
    pub(super) fn not_negative(&mut self, x: NodeId) -> NodeId {
        self.graph.unary(Unary::NonNegative, x)
    }

    pub(super) fn select(&mut self, condition: NodeId, then: NodeId, otherwise: NodeId) -> NodeId {
        self.graph.ternary(Ternary::Select, condition, then, otherwise)
    }

    /// The value where a condition on parameters holds, else undefined, by reason of the parameters.
    pub(super) fn required(&mut self, condition: NodeId, value: NodeId) -> NodeId {
        let (holds, zero) = (self.positive(condition), self.number(0.0));
        self.select(holds, value, zero)
    }

    /// `1 - u`
    pub(super) fn upper(&mut self, uniform: NodeId) -> NodeId {
        let one = self.number(1.0);
        self.binary(Binary::Subtract, one, uniform)
    }

    /// `ln(u / (1 - u))`
    pub(super) fn standard_logistic(&mut self, uniform: NodeId) -> NodeId {
        let upper = self.upper(uniform);
        let odds = self.binary(Binary::Divide, uniform, upper);
        self.graph.unary(Unary::Ln, odds)
    }

    /// `-ln(-ln u)`
    fn standard_gumbel(&mut self, uniform: NodeId) -> NodeId {
        let log = self.graph.unary(Unary::Ln, uniform);
        let exponential = self.graph.unary(Unary::Negate, log);
        let log = self.graph.unary(Unary::Ln, exponential);
        self.graph.unary(Unary::Negate, log)
    }

    /// Which side of the median u lies on, -1 or 1, and its distance to the nearer end.
    fn side_and_tail(&mut self, uniform: NodeId) -> (NodeId, NodeId) {
        let half = self.number(0.5);
        let from_median = self.binary(Binary::Subtract, uniform, half);
        let side = self.graph.unary(Unary::Sign, from_median);
        let upper = self.upper(uniform);
        (side, self.binary(Binary::Min, uniform, upper))
    }

    /// `cot(π v)` on the side of u: tan would lose the tails' digits.
    fn standard_cauchy(&mut self, uniform: NodeId) -> NodeId {
        let (side, tail) = self.side_and_tail(uniform);
        let pi = self.number(std::f64::consts::PI);
        let angle = self.binary(Binary::Multiply, pi, tail);
        let tangent = self.graph.unary(Unary::Tan, angle);
        self.binary(Binary::Divide, side, tangent)
    }

    /// `-ln(2 v)` on the side of u.
    fn standard_laplace(&mut self, uniform: NodeId) -> NodeId {
        let (side, tail) = self.side_and_tail(uniform);
        let two = self.number(2.0);
        let share = self.binary(Binary::Multiply, two, tail);
        let log = self.graph.unary(Unary::Ln, share);
        let distance = self.graph.unary(Unary::Negate, log);
        self.binary(Binary::Multiply, side, distance)
    }

    /// `scale * exp(standard / shape)`
    pub(super) fn power_of(&mut self, scale: NodeId, shape: NodeId, standard: NodeId) -> NodeId {
        let (scale, shape) = (self.positive(scale), self.positive(shape));
        let log = self.binary(Binary::Divide, standard, shape);
        let power = self.graph.unary(Unary::Exp, log);
        self.binary(Binary::Multiply, scale, power)
    }

    /// The square root of a product.
    fn root_of_product(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let product = self.binary(Binary::Multiply, a, b);
        self.graph.unary(Unary::SquareRoot, product)
    }

    /// Low, mode and high: the sides are not negative. Where all are one the draw is that.
    fn triangular(&mut self, [low, mode, high]: [NodeId; 3], uniform: NodeId) -> NodeId {
        let rise = self.binary(Binary::Subtract, mode, low);
        let fall = self.binary(Binary::Subtract, high, mode);
        let (rise, fall) = (self.not_negative(rise), self.not_negative(fall));
        let width = self.binary(Binary::Add, rise, fall);
        let upper = self.upper(uniform);
        let (below, above) = (
            self.binary(Binary::Multiply, uniform, width),
            self.binary(Binary::Multiply, upper, width),
        );
        let is_rising = self.binary(Binary::Less, below, rise);
        let (up, down) = (self.root_of_product(below, rise), self.root_of_product(above, fall));
        let left = self.binary(Binary::Add, low, up);
        let right = self.binary(Binary::Subtract, high, down);
        self.select(is_rising, left, right)
    }

    /// Low, b, c, high. Areas are in units of half the plateau's height.
    pub(super) fn trapezoidal(
        &mut self,
        [low, b, c, high]: [NodeId; 4],
        uniform: NodeId,
    ) -> NodeId {
        let mut side = |from: NodeId, to: NodeId| {
            let length = self.binary(Binary::Subtract, to, from);
            self.not_negative(length)
        };
        let (rise, level, fall) = (side(low, b), side(b, c), side(c, high));
        let two = self.number(2.0);
        let plateau = self.binary(Binary::Multiply, two, level);
        let before = self.binary(Binary::Add, rise, plateau);
        let area = self.binary(Binary::Add, before, fall);
        let upper = self.upper(uniform);
        let (below, above) = (
            self.binary(Binary::Multiply, uniform, area),
            self.binary(Binary::Multiply, upper, area),
        );
        let (up, down) = (self.root_of_product(below, rise), self.root_of_product(above, fall));
        let left = self.binary(Binary::Add, low, up);
        let right = self.binary(Binary::Subtract, high, down);
        let on_plateau = self.binary(Binary::Subtract, below, rise);
        let half = self.number(0.5);
        let distance = self.binary(Binary::Multiply, half, on_plateau);
        let middle = self.binary(Binary::Add, b, distance);
        let is_rising = self.binary(Binary::Less, below, rise);
        let is_falling = self.binary(Binary::Less, above, fall);
        let rest = self.select(is_falling, right, middle);
        self.select(is_rising, left, rest)
    }

    /// `location + scale * (exp(shape g) - 1) / shape` with a standard Gumbel g; g itself at shape 0.
    fn gev(&mut self, [location, scale, shape]: [NodeId; 3], uniform: NodeId) -> NodeId {
        let scale = self.positive(scale);
        let gumbel = self.standard_gumbel(uniform);
        let exponent = self.binary(Binary::Multiply, shape, gumbel);
        let growth = self.graph.unary(Unary::ExpMinusOne, exponent);
        let bent = self.binary(Binary::Divide, growth, shape);
        let zero = self.number(0.0);
        let is_straight = self.binary(Binary::Equal, shape, zero);
        let standard = self.select(is_straight, gumbel, bent);
        self.location_scale(location, scale, standard)
    }

    /// `ceil(ln(1 - u) / ln(1 - p)) - 1`, failures before the first success; exact but where u is within 10⁻¹⁵ of a step.
    fn geometric(&mut self, p: NodeId, uniform: NodeId) -> NodeId {
        let (zero, one) = (self.number(0.0), self.number(1.0));
        let p = self.positive(p);
        let minus = self.graph.unary(Unary::Negate, p);
        let log_rest = self.graph.unary(Unary::LnOnePlus, minus);
        let upper = self.upper(uniform);
        let log_upper = self.graph.unary(Unary::Ln, upper);
        let ratio = self.binary(Binary::Divide, log_upper, log_rest);
        let whole = self.graph.unary(Unary::Ceil, ratio);
        let count = self.binary(Binary::Subtract, whole, one);
        let count = self.binary(Binary::Max, count, zero);
        let is_probability = self.binary(Binary::LessEqual, p, one);
        self.required(is_probability, count)
    }

    /// Equally likely whole numbers; undefined where an end is not whole or they are the wrong way round.
    fn whole_between(&mut self, [low, high]: [NodeId; 2], uniform: NodeId) -> NodeId {
        let (whole_low, whole_high) =
            (self.graph.unary(Unary::Floor, low), self.graph.unary(Unary::Floor, high));
        let is_low_whole = self.binary(Binary::Equal, whole_low, low);
        let is_high_whole = self.binary(Binary::Equal, whole_high, high);
        let are_whole = self.binary(Binary::And, is_low_whole, is_high_whole);
        let distance = self.binary(Binary::Subtract, high, low);
        let distance = self.not_negative(distance);
        let one = self.number(1.0);
        let count = self.binary(Binary::Add, distance, one);
        let place = self.binary(Binary::Multiply, count, uniform);
        let place = self.graph.unary(Unary::Floor, place);
        let draw = self.binary(Binary::Add, low, place);
        self.required(are_whole, draw)
    }

    /// Families whose draws are arithmetic; `first` is the first parameter of the form.
    pub(super) fn closed_form(
        &mut self,
        family: Family,
        first: &str,
        arguments: &[NodeId],
        uniform: NodeId,
    ) -> Option<NodeId> {
        let two_of = |this: &mut Self, standard: NodeId| {
            let scale = this.positive(arguments[1]);
            this.location_scale(arguments[0], scale, standard)
        };
        Some(match (family, first) {
            (Family::Uniform, "low") => {
                let width = self.binary(Binary::Subtract, arguments[1], arguments[0]);
                let width = self.not_negative(width);
                self.location_scale(arguments[0], width, uniform)
            }
            (Family::Exponential, "mean") => {
                let mean = self.not_negative(arguments[0]);
                let standard = self.exponential(uniform);
                self.binary(Binary::Multiply, mean, standard)
            }
            (Family::Bernoulli, _) => {
                let (zero, one) = (self.graph.constant(0.0), self.graph.constant(1.0));
                let above = self.binary(Binary::LessEqual, zero, arguments[0]);
                let below = self.binary(Binary::LessEqual, arguments[0], one);
                let is_probability = self.binary(Binary::And, above, below);
                let draw = self.bernoulli(arguments[0], uniform);
                self.required(is_probability, draw)
            }
            (Family::Geometric, _) => self.geometric(arguments[0], uniform),
            (Family::UniformInt, _) => self.whole_between([arguments[0], arguments[1]], uniform),
            (Family::Weibull, _) => {
                let exponential = self.exponential(uniform);
                let log = self.graph.unary(Unary::Ln, exponential);
                self.power_of(arguments[1], arguments[0], log)
            }
            (Family::Rayleigh, _) => {
                let scale = self.positive(arguments[0]);
                let (two, exponential) = (self.number(2.0), self.exponential(uniform));
                let root = self.root_of_product(two, exponential);
                self.binary(Binary::Multiply, scale, root)
            }
            (Family::Pareto, _) => {
                let exponential = self.exponential(uniform);
                self.power_of(arguments[0], arguments[1], exponential)
            }
            (Family::LogLogistic, _) => {
                let logistic = self.standard_logistic(uniform);
                self.power_of(arguments[0], arguments[1], logistic)
            }
            (Family::Frechet, _) => {
                let gumbel = self.standard_gumbel(uniform);
                self.power_of(arguments[1], arguments[0], gumbel)
            }
            (Family::Logistic, _) => {
                let standard = self.standard_logistic(uniform);
                two_of(self, standard)
            }
            (Family::Gumbel, _) => {
                let standard = self.standard_gumbel(uniform);
                two_of(self, standard)
            }
            (Family::Cauchy, _) => {
                let standard = self.standard_cauchy(uniform);
                two_of(self, standard)
            }
            (Family::Laplace, _) => {
                let standard = self.standard_laplace(uniform);
                two_of(self, standard)
            }
            (Family::Gev, _) => self.gev([arguments[0], arguments[1], arguments[2]], uniform),
            (Family::Kumaraswamy, _) => {
                // (1 - (1 - u)^(1/b))^(1/a)
                let (a, b) = (self.positive(arguments[0]), self.positive(arguments[1]));
                let exponential = self.exponential(uniform);
                let exponent = self.binary(Binary::Divide, exponential, b);
                let exponent = self.graph.unary(Unary::Negate, exponent);
                let rest = self.graph.unary(Unary::ExpMinusOne, exponent);
                let share = self.graph.unary(Unary::Negate, rest);
                let log = self.graph.unary(Unary::Ln, share);
                let log = self.binary(Binary::Divide, log, a);
                self.graph.unary(Unary::Exp, log)
            }
            (Family::Triangular, _) => {
                self.triangular([arguments[0], arguments[1], arguments[2]], uniform)
            }
            (Family::Trapezoidal, _) => {
                let parameters = [arguments[0], arguments[1], arguments[2], arguments[3]];
                self.trapezoidal(parameters, uniform)
            }
            _ => return None,
        })
    }

    /// Families of a constant shape, scaled and shifted by parameters that vary: one table serves.
    pub(super) fn of_fixed_shape(
        &mut self,
        family: Family,
        arguments: &[NodeId],
        uniform: NodeId,
    ) -> Option<NodeId> {
        let known = |this: &Self, index: usize| this.graph.constant_of(arguments[index]);
        let standard = |values: &[f64]| build(family, 0, values).ok();
        if family == Family::Beta {
            let law = standard(&[known(self, 0)?, known(self, 1)?, 0.0, 1.0])?;
            let width = self.binary(Binary::Subtract, arguments[3], arguments[2]);
            let width = self.not_negative(width);
            let draw = self.graph.sample(law, uniform);
            return Some(self.location_scale(arguments[2], width, draw));
        }
        let (law, location, scale) = if family == Family::Gamma {
            (standard(&[known(self, 0)?, 1.0])?, self.number(0.0), arguments[1])
        } else if family == Family::StudentT {
            (standard(&[known(self, 0)?, 0.0, 1.0])?, arguments[1], arguments[2])
        } else {
            return None;
        };
        let scale = self.positive(scale);
        let draw = self.graph.sample(law, uniform);
        Some(self.location_scale(location, scale, draw))
    }

    /// Families whose shape differs from trial to trial: an iteration over many lanes at once, scaled and shifted.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "what has no iteration here is solved lane by lane, new families too"
    )]
    pub(super) fn iterated(
        &mut self,
        family: Family,
        arguments: &[NodeId],
        uniform: NodeId,
    ) -> Option<NodeId> {
        let (zero, one) = (self.number(0.0), self.number(1.0));
        let standard = |this: &mut Self, law: Ternary, a: NodeId, b: NodeId| {
            this.graph.ternary(law, a, b, uniform)
        };
        let of_one = |this: &mut Self, law: Ternary| standard(this, law, arguments[0], zero);
        let of_two =
            |this: &mut Self, law: Ternary| standard(this, law, arguments[0], arguments[1]);
        Some(match family {
            Family::Gamma => {
                let scale = self.positive(arguments[1]);
                let draw = of_one(self, Ternary::GammaQuantile);
                self.binary(Binary::Multiply, scale, draw)
            }
            Family::ChiSquare => {
                let (half, two) = (self.number(0.5), self.number(2.0));
                let shape = self.binary(Binary::Multiply, half, arguments[0]);
                let draw = standard(self, Ternary::GammaQuantile, shape, zero);
                self.binary(Binary::Multiply, two, draw)
            }
            Family::Beta => {
                let [alpha, beta, low, high] = [0, 1, 2, 3].map(|index| arguments[index]);
                self.beta([alpha, beta], [low, high], uniform)
            }
            Family::Pert => {
                let [low, mode, high, shape] = [0, 1, 2, 3].map(|index| arguments[index]);
                let mut side = |from: NodeId, to: NodeId| {
                    let length = self.binary(Binary::Subtract, to, from);
                    self.not_negative(length)
                };
                let (rise, fall, width) = (side(low, mode), side(mode, high), side(low, high));
                let shape = self.not_negative(shape);
                let mut shape_of = |side: NodeId| {
                    let share = self.binary(Binary::Divide, side, width);
                    let more = self.binary(Binary::Multiply, shape, share);
                    self.binary(Binary::Add, one, more)
                };
                let shapes = [shape_of(rise), shape_of(fall)];
                let draw = self.beta(shapes, [low, high], uniform);
                // where all three are one the draw is that
                let is_point = self.binary(Binary::Equal, width, zero);
                self.select(is_point, low, draw)
            }
            Family::StudentT => {
                let scale = self.positive(arguments[2]);
                let draw = of_one(self, Ternary::StudentQuantile);
                self.location_scale(arguments[1], scale, draw)
            }
            Family::InverseGaussian => {
                let (mean, shape) = (self.positive(arguments[0]), self.positive(arguments[1]));
                let ratio = self.binary(Binary::Divide, shape, mean);
                let draw = standard(self, Ternary::InverseGaussianQuantile, ratio, zero);
                self.binary(Binary::Multiply, mean, draw)
            }
            Family::Poisson => of_one(self, Ternary::PoissonQuantile),
            Family::Binomial => of_two(self, Ternary::BinomialQuantile),
            Family::NegativeBinomial => of_two(self, Ternary::NegativeBinomialQuantile),
            _ => return None,
        })
    }

    /// From the end that the draw is told from.
    fn beta(&mut self, [a, b]: [NodeId; 2], [low, high]: [NodeId; 2], uniform: NodeId) -> NodeId {
        let width = self.binary(Binary::Subtract, high, low);
        let width = self.not_negative(width);
        let zero = self.number(0.0);
        let share = self.graph.ternary(Ternary::BetaQuantile, a, b, uniform);
        let is_above = self.binary(Binary::Less, share, zero);
        let end = self.select(is_above, high, low);
        self.location_scale(end, width, share)
    }
}
