//! The metalog: a distribution through any percentiles, by a linear system for its quantile function.
//!
//! T. W. Keelin, "The metalog distributions", Decision Analysis 13 (2016). With t = ln(y/(1−y)) and s = y − ½ the
//! quantile function is M(y) = A(s) + B(s) t, two polynomials with one coefficient a percentile. Three percentiles make
//! the three-term metalog A = a₁, B = a₂ + a₃ s. Bounds are taken in ln(x − low), −ln(high − x) or their difference.
//!
//! Not every set of percentiles has a metalog: M must rise. Three terms do if and only if |a₃| is below 1.66711 a₂
//! (Keelin's closed form); more are looked at on a grid of t, refined where the slope is least.

use super::constant::Constant;
use super::family::percentile_name;
use super::law::Law;
use super::parameter::{self, ParameterError};
use super::{Distribution, MetalogBounds};

/// A quantile function A(s) + B(s) t, s = y − ½, t = ln(y/(1−y)), of x or of its distance to the bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Metalog {
    /// Coefficients of A, constant first.
    level: Vec<f64>,
    /// Coefficients of B, constant first.
    spread: Vec<f64>,
    bounds: MetalogBounds,
}

/// More percentiles than this determine their coefficients too badly.
const MOST_POINTS: usize = 16;

/// See [`Metalog::REACH`].
const REACH: f64 = Metalog::REACH;

/// Percentiles as (probability, value), in any order, and the ends of the support, where there are some.
///
/// # Errors
/// The index of the offending pair; that of `low` is the number of pairs, that of `high` follows.
pub(super) fn build(
    points: &[(f64, f64)],
    low: Option<f64>,
    high: Option<f64>,
) -> Result<Distribution, ParameterError> {
    let count = points.len();
    if count < 2 {
        return Err(ParameterError::new(0, "`quantiles` needs two percentiles or more"));
    }
    if count > MOST_POINTS {
        let message = format!("`quantiles` takes at most {MOST_POINTS} percentiles, not {count}");
        return Err(ParameterError::new(MOST_POINTS, message));
    }
    for (index, (name, bound)) in [("low", low), ("high", high)].into_iter().enumerate() {
        if let Some(bound) = bound {
            parameter::finite(count + index, name, bound)?;
        }
    }
    if let (Some(low), Some(high)) = (low, high)
        && low >= high
    {
        let message = format!("`low` must be below `high`, but {low} is not below {high}");
        return Err(ParameterError::new(count, message));
    }
    let bounds = MetalogBounds { low, high };
    let order = super::family::ascending(points)?;
    for &index in &order {
        let (p, value) = points[index];
        let name = percentile_name(p);
        if let Some(low) = low.filter(|&low| value <= low) {
            let message = format!("`{name}` must lie above `low`, but {value} is not above {low}");
            return Err(ParameterError::new(index, message));
        }
        if let Some(high) = high.filter(|&high| value >= high) {
            let message =
                format!("`{name}` must lie below `high`, but {value} is not below {high}");
            return Err(ParameterError::new(index, message));
        }
    }
    let sorted: Vec<(f64, f64)> = order.iter().map(|&index| points[index]).collect();
    if sorted[0].1 == sorted[count - 1].1 {
        return Ok(Constant::of(sorted[0].1));
    }
    for (pair, index) in sorted.windows(2).zip(&order[1..]) {
        if pair[0].1 == pair[1].1 {
            let (low, high) = (percentile_name(pair[0].0), percentile_name(pair[1].0));
            let message = format!("`{low}` and `{high}` must differ, both are {}", pair[0].1);
            return Err(ParameterError::new(*index, message));
        }
    }
    let heights: Vec<f64> = sorted.iter().map(|&(_, x)| bounds.to_line(x)).collect();
    let probabilities: Vec<f64> = sorted.iter().map(|&(p, _)| p).collect();
    let law = Metalog::through(&probabilities, &heights, bounds)
        .ok_or_else(|| ParameterError::new(order[count - 1], "these percentiles lie too close"))?;
    if let Some(at) = law.falls_at() {
        return Err(infeasible(&sorted, &order, &heights, bounds, at));
    }
    let ends = [-REACH, REACH].map(|t| bounds.of_line(law.height(&Place::new(t))));
    if !ends.iter().all(|x| x.is_finite()) {
        return Err(ParameterError::new(order[count - 1], "these percentiles lie too far apart"));
    }
    Ok(Distribution::Metalog(law))
}

/// Why no metalog runs through these percentiles, with what would do.
fn infeasible(
    sorted: &[(f64, f64)],
    order: &[usize],
    heights: &[f64],
    bounds: MetalogBounds,
    at: f64,
) -> ParameterError {
    let names: Vec<String> = sorted.iter().map(|&(p, _)| percentile_name(p)).collect();
    if let ([first, _, last], [left, middle, right]) = (sorted, &*names)
        && let Some((from, to)) = middle_range(sorted, heights)
    {
        let [from, to] = [from, to].map(|z| bounds.of_line(z));
        let message = format!(
            "`{middle}` lies too far to one side of `{left}` and `{right}` for a smooth distribution, it is {}",
            sorted[1].1
        );
        let help = format!(
            "with {left} = {} and {right} = {} a metalog needs `{middle}` between {} and {}",
            first.1,
            last.1,
            rounded_inward(from, to - from),
            rounded_inward(to, from - to),
        );
        return ParameterError::new(order[1], message).with_help(help);
    }
    let after = sorted.iter().position(|&(p, _)| p > at).unwrap_or(sorted.len());
    let (place, index) = if after == 0 {
        (format!("below `{}`", names[0]), order[0])
    } else if after == sorted.len() {
        (format!("above `{}`", names[after - 1]), order[after - 1])
    } else {
        (format!("between `{}` and `{}`", names[after - 1], names[after]), order[after])
    };
    let message = format!("the curve through these percentiles would fall {place}");
    let help = "leave a percentile out, or move one: a metalog must rise everywhere, and the more percentiles it is given the less smooth it gets";
    ParameterError::new(index, message).with_help(help)
}

/// Between which heights the middle one of three percentiles may lie: a₂ and a₃ are linear in it.
fn middle_range(sorted: &[(f64, f64)], heights: &[f64]) -> Option<(f64, f64)> {
    let probabilities: Vec<f64> = sorted.iter().map(|&(p, _)| p).collect();
    let of = |middle: f64| {
        let heights = [heights[0], middle, heights[2]];
        let bounds = MetalogBounds { low: None, high: None };
        let law = Metalog::through(&probabilities, &heights, bounds)?;
        Some((law.spread[0], law.spread[1]))
    };
    let (at_left, at_right) = (of(heights[0])?, of(heights[2])?);
    let edge = |sign: f64| {
        let excess = |(a2, a3): (f64, f64)| a3 - sign * Metalog::STEEPEST * a2;
        let (left, right) = (excess(at_left), excess(at_right));
        let z = heights[0] + (heights[2] - heights[0]) * (left / (left - right));
        (heights[0]..=heights[2]).contains(&z).then_some(z)
    };
    let (a, b) = (edge(-1.0)?, edge(1.0)?);
    Some((a.min(b), a.max(b)))
}

/// Four significant digits, rounded toward where `inward` points.
fn rounded_inward(x: f64, inward: f64) -> f64 {
    if x == 0.0 {
        return 0.0;
    }
    let unit = libm::exp10(libm::floor(libm::log10(x.abs())) - 3.0);
    let steps = x / unit;
    let steps = if inward > 0.0 { libm::ceil(steps) } else { libm::floor(steps) };
    // by division a decimal comes out as it is written
    if unit < 1.0 { steps / libm::round(1.0 / unit) } else { steps * unit }
}

/// A place of the distribution: t = ln(y/(1−y)), y − ½, and y (1 − y).
struct Place {
    t: f64,
    s: f64,
    product: f64,
}

impl Place {
    fn new(t: f64) -> Place {
        let e_minus_1 = libm::expm1(-t.abs());
        let s = 0.5 * (-e_minus_1 / (2.0 + e_minus_1));
        let e = libm::exp(-t.abs());
        Place { t, s: if t < 0.0 { -s } else { s }, product: e / ((1.0 + e) * (1.0 + e)) }
    }
}

fn polynomial(coefficients: &[f64], s: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * s + c)
}

fn derivative(coefficients: &[f64], s: f64) -> f64 {
    let (mut sum, mut power) = (0.0, coefficients.len() as f64);
    for c in coefficients.iter().skip(1).rev() {
        power -= 1.0;
        sum = sum * s + power * c;
    }
    sum
}

/// The terms of a metalog at a place: 1, t, s t, …
fn terms_at(place: &Place, count: usize) -> Vec<f64> {
    let term = |term: usize| {
        let (is_spread, power) = term_of(term);
        let power = (0..power).fold(1.0, |product, _| product * place.s);
        if is_spread { power * place.t } else { power }
    };
    (0..count).map(term).collect()
}

impl Metalog {
    /// 1 / max |s + y (1 − y) t|: Keelin's bound on |a₃| / a₂, which decides whether three terms rise.
    pub const STEEPEST: f64 = 1.667_113_119_201_929_4;

    /// Beyond this |t| no uniform reaches: ln of 2⁵⁴ is 37.4.
    pub const REACH: f64 = 38.0;

    /// Which of the two polynomials a term belongs to (true: the spread), and its power.
    pub fn term_of(term: usize) -> (bool, usize) {
        term_of(term)
    }

    /// The first `count` terms at t.
    pub fn terms_at(t: f64, count: usize) -> Vec<f64> {
        terms_at(&Place::new(t), count)
    }

    /// What each of the first `count` terms contributes to dM/dt at t, by its coefficient.
    pub fn slopes_at(t: f64, count: usize) -> Vec<f64> {
        let place = Place::new(t);
        let of = |term: usize| {
            let (is_spread, power) = term_of(term);
            let mut list = vec![0.0; power + 1];
            list[power] = 1.0;
            let inner = derivative(&list, place.s) * place.product;
            if is_spread { inner * place.t + polynomial(&list, place.s) } else { inner }
        };
        (0..count).map(of).collect()
    }

    /// What each percentile contributes to each coefficient a₁, a₂, …: they are linear in the heights on the line. Row
    /// by coefficient, number by percentile; `None` where two percentiles are one.
    pub fn coefficients(probabilities: &[f64]) -> Option<Vec<Vec<f64>>> {
        let count = probabilities.len();
        let mut columns = Vec::with_capacity(count);
        for unit in 0..count {
            let rows = probabilities.iter().enumerate().map(|(index, &p)| {
                let mut row = terms_at(&Place::new(libm::log(p) - libm::log1p(-p)), count);
                row.push(if index == unit { 1.0 } else { 0.0 });
                row
            });
            columns.push(solve(rows.collect())?);
        }
        Some((0..count).map(|term| columns.iter().map(|column| column[term]).collect()).collect())
    }

    /// The metalog with as many terms as points, whether it rises or not; `None` where the system is singular.
    fn through(probabilities: &[f64], heights: &[f64], bounds: MetalogBounds) -> Option<Metalog> {
        let count = heights.len();
        // heights in units of their range: a system of plain numbers
        let (origin, unit) = (heights[count / 2], heights[count - 1] - heights[0]);
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(count);
        for (&p, &z) in probabilities.iter().zip(heights) {
            let place = Place::new(libm::log(p) - libm::log1p(-p));
            let mut row = terms_at(&place, count);
            row.push((z - origin) / unit);
            rows.push(row);
        }
        let solution = solve(rows)?;
        let (mut level, mut spread) = (Vec::new(), Vec::new());
        for (term, value) in solution.into_iter().enumerate() {
            let (is_spread, power) = term_of(term);
            let list = if is_spread { &mut spread } else { &mut level };
            debug_assert_eq!(list.len(), power, "terms of a polynomial come in order");
            list.push(value * unit);
        }
        level[0] += origin;
        let law = Metalog { level, spread, bounds };
        let is_through = probabilities.iter().zip(heights).all(|(&p, &z)| {
            let t = libm::log(p) - libm::log1p(-p);
            (law.height(&Place::new(t)) - z).abs() <= 1e-9 * unit
        });
        is_through.then_some(law)
    }

    /// M at a place: x, or what the bounds make of it.
    fn height(&self, place: &Place) -> f64 {
        polynomial(&self.level, place.s) + polynomial(&self.spread, place.s) * place.t
    }

    /// dM/dt, above 0 everywhere.
    fn slope(&self, place: &Place) -> f64 {
        let inner = derivative(&self.level, place.s) + derivative(&self.spread, place.s) * place.t;
        inner * place.product + polynomial(&self.spread, place.s)
    }

    /// A probability at which M does not rise, if there is one.
    fn falls_at(&self) -> Option<f64> {
        /// Nodes a unit of t.
        const FINE: f64 = 32.0;
        let probability = |t: f64| 1.0 / (1.0 + libm::exp(-t));
        if let ([_], [a2, a3]) = (&*self.level, &*self.spread) {
            let falls = a3.abs() >= Metalog::STEEPEST * a2;
            return falls.then(|| probability(if *a3 > 0.0 { -2.4 } else { 2.4 }));
        }
        if polynomial(&self.spread, -0.5) <= 0.0 {
            return Some(0.0);
        }
        if polynomial(&self.spread, 0.5) <= 0.0 {
            return Some(1.0);
        }
        let slope = |t: f64| self.slope(&Place::new(t));
        let n = (REACH * FINE) as i32;
        let mut before = (slope(-REACH), slope(-REACH));
        for k in -n..=n {
            let t = f64::from(k) / FINE;
            let (earlier, here) = (before.1, slope(t));
            if earlier <= before.0 && earlier <= here {
                // a local minimum: golden sections
                let (mut a, mut b) = (t - 2.0 / FINE, t);
                for _ in 0..40 {
                    let width = 0.381_966_011_250_105 * (b - a);
                    let (c, d) = (a + width, b - width);
                    if slope(c) <= slope(d) { b = d } else { a = c }
                }
                let t = f64::midpoint(a, b);
                if slope(t) <= 0.0 {
                    return Some(probability(t));
                }
            }
            if here <= 0.0 {
                return Some(probability(t));
            }
            before = (earlier, here);
        }
        None
    }

    /// The t at which x is reached: Newton's method in a bracket.
    fn place_of(&self, x: f64) -> f64 {
        /// Where a tail is no number any more.
        const NOTHING: f64 = 750.0;
        let z = self.bounds.to_line(x);
        let height = |t: f64| self.height(&Place::new(t));
        let (mut low, mut high) = (-1.0, 1.0);
        while height(low) > z && low > -NOTHING {
            (low, high) = (2.0 * low, low);
        }
        while height(high) < z && high < NOTHING {
            (low, high) = (high, 2.0 * high);
        }
        let mut t = f64::midpoint(low, high);
        for _ in 0..200 {
            let place = Place::new(t);
            let excess = self.height(&place) - z;
            if excess < 0.0 {
                low = t;
            } else {
                high = t;
            }
            let step = excess / self.slope(&place);
            // before the bracket is asked: the last step may lead onto its end
            if step.abs() <= 2e-16 * t.abs().max(0.25) {
                break;
            }
            let next = t - step;
            t = if next > low && next < high { next } else { f64::midpoint(low, high) };
            if t <= low || t >= high {
                break;
            }
        }
        t
    }

    /// ∫ f(x) dy by the trapezoidal rule in t, which is exact to rounding for integrands analytic about the line.
    /// `grow` is how fast f grows in t at either end, below 1.
    fn expectation(&self, grow: f64, f: impl Fn(f64, f64) -> f64) -> f64 {
        const STEP: f64 = 0.125;
        /// Nodes to either side at most.
        const MOST: i32 = 400_000;
        let n = ((42.0 / (1.0 - grow) / STEP) as i32).min(MOST);
        let mut sum = 0.0;
        for k in -n..=n {
            let place = Place::new(f64::from(k) * STEP);
            // ln of y (1 − y), which may be below any number
            let e = libm::exp(-place.t.abs());
            let log_weight = -place.t.abs() - 2.0 * libm::log1p(e);
            sum += f(self.height(&place), log_weight);
        }
        sum * STEP
    }

    /// How fast the distance to the one bound grows, in t: moments below its reciprocal exist.
    fn tail(&self) -> f64 {
        match (self.bounds.low, self.bounds.high) {
            (Some(_), None) => polynomial(&self.spread, 0.5),
            (None, Some(_)) => polynomial(&self.spread, -0.5),
            _ => 0.0,
        }
    }

    /// Mean of the distance to the one bound, or of x.
    fn raw_mean(&self) -> Option<f64> {
        let tail = self.tail();
        if tail >= 1.0 {
            return None;
        }
        Some(match (self.bounds.low, self.bounds.high) {
            (Some(_), None) => self.expectation(tail, |z, w| libm::exp(z + w)),
            (None, Some(_)) => self.expectation(tail, |z, w| libm::exp(w - z)),
            _ => self.expectation(0.0, |z, w| self.bounds.of_line(z) * libm::exp(w)),
        })
    }
}

/// Which polynomial a term belongs to, and its power: 1, t, s t, s, s², s² t, s³, s³ t, …
fn term_of(term: usize) -> (bool, usize) {
    match term {
        0 => (false, 0),
        1 => (true, 0),
        2 => (true, 1),
        3 => (false, 1),
        _ => (term % 2 == 1, term / 2),
    }
}

/// Gauss's elimination with partial pivoting of a square system with its right side behind.
fn solve(mut rows: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let count = rows.len();
    for column in 0..count {
        let pivot = (column..count)
            .max_by(|&i, &j| rows[i][column].abs().total_cmp(&rows[j][column].abs()))?;
        rows.swap(column, pivot);
        if rows[column][column] == 0.0 {
            return None;
        }
        let (above, below) = rows.split_at_mut(column + 1);
        let pivot = &above[column];
        for row in below {
            let factor = row[column] / pivot[column];
            for (value, &p) in row.iter_mut().zip(pivot).skip(column) {
                *value -= factor * p;
            }
        }
    }
    let mut solution = vec![0.0; count];
    for i in (0..count).rev() {
        let known: f64 = (i + 1..count).map(|j| rows[i][j] * solution[j]).sum();
        solution[i] = (rows[i][count] - known) / rows[i][i];
    }
    solution.iter().all(|value| value.is_finite()).then_some(solution)
}

impl MetalogBounds {
    /// x on the whole line: itself, the logarithm of its distance to the bound, or the logit between both.
    fn to_line(self, x: f64) -> f64 {
        match (self.low, self.high) {
            (None, None) => x,
            (Some(low), None) => libm::log(x - low),
            (None, Some(high)) => -libm::log(high - x),
            (Some(low), Some(high)) => libm::log((x - low) / (high - x)),
        }
    }

    /// The x of a place on the line.
    fn of_line(self, z: f64) -> f64 {
        match (self.low, self.high) {
            (None, None) => z,
            (Some(low), None) => low + libm::exp(z),
            (None, Some(high)) => high - libm::exp(-z),
            (Some(low), Some(high)) if z <= 0.0 => low + (high - low) / (1.0 + libm::exp(-z)),
            (Some(low), Some(high)) => high - (high - low) / (1.0 + libm::exp(z)),
        }
    }

    /// Derivative of [`MetalogBounds::to_line`].
    fn stretch(self, x: f64) -> f64 {
        match (self.low, self.high) {
            (None, None) => 1.0,
            (Some(low), None) => 1.0 / (x - low),
            (None, Some(high)) => 1.0 / (high - x),
            (Some(low), Some(high)) => 1.0 / (x - low) + 1.0 / (high - x),
        }
    }
}

impl Law for Metalog {
    fn support(&self) -> (f64, f64) {
        (self.bounds.low.unwrap_or(f64::NEG_INFINITY), self.bounds.high.unwrap_or(f64::INFINITY))
    }
    fn cdf(&self, x: f64) -> f64 {
        1.0 / (1.0 + libm::exp(-self.place_of(x)))
    }
    fn sf(&self, x: f64) -> f64 {
        1.0 / (1.0 + libm::exp(self.place_of(x)))
    }
    fn pdf(&self, x: f64) -> f64 {
        if self.bounds.low == Some(x) || self.bounds.high == Some(x) {
            return 0.0;
        }
        let place = Place::new(self.place_of(x));
        place.product / self.slope(&place) * self.bounds.stretch(x)
    }
    fn quantile(&self, u: f64) -> f64 {
        self.bounds.of_line(self.height(&Place::new(libm::log(u) - libm::log1p(-u))))
    }
    fn quantile_upper(&self, q: f64) -> f64 {
        self.bounds.of_line(self.height(&Place::new(libm::log1p(-q) - libm::log(q))))
    }
    fn mean(&self) -> Option<f64> {
        let mean = self.raw_mean()?;
        Some(match (self.bounds.low, self.bounds.high) {
            (Some(low), None) => low + mean,
            (None, Some(high)) => high - mean,
            _ => mean,
        })
    }
    fn sd(&self) -> Option<f64> {
        let tail = self.tail();
        if tail >= 0.5 {
            return None;
        }
        let mean = self.raw_mean()?;
        // (distance − mean)² as the square of the distance times a factor below 1 where the distance is large
        let square = |log_distance: f64, w: f64| {
            let rest = 1.0 - mean * libm::exp(-log_distance);
            if rest.abs() < 2.0 {
                libm::exp(2.0 * log_distance + w) * (rest * rest)
            } else {
                let difference = libm::exp(log_distance) - mean;
                libm::exp(w) * (difference * difference)
            }
        };
        let variance = match (self.bounds.low, self.bounds.high) {
            (Some(_), None) => self.expectation(2.0 * tail, square),
            (None, Some(_)) => self.expectation(2.0 * tail, |z, w| square(-z, w)),
            _ => self.expectation(0.0, |z, w| {
                let difference = self.bounds.of_line(z) - mean;
                libm::exp(w) * (difference * difference)
            }),
        };
        Some(libm::sqrt(variance))
    }
}
