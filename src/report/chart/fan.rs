//! A quantity over time: bands between percentiles, the median, the plan.

use super::svg::{Anchor, Svg};
use super::{Axis, LINE, Ticks, WIDTH};

const LEFT: f64 = 58.0;
const RIGHT: f64 = 42.0;
const TOP: f64 = 22.0;
const HEIGHT: f64 = 210.0;
/// The least distance between two names at the right.
const APART: f64 = 13.0;
/// The median's, the plan's and the outer two names may stand so far from their lines.
const KEPT: usize = 4;
const MOST_ASIDE: f64 = 30.0;

/// The values of one percentile, one a step; `None` where it is never or undefined.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::report) struct Band {
    /// `P5`.
    pub(in crate::report) name: String,
    /// As a probability.
    pub(in crate::report) p: f64,
    /// One a step.
    pub(in crate::report) values: Vec<Option<f64>>,
}

/// What is drawn.
#[derive(Clone)]
pub(in crate::report) struct FanChart<'a> {
    /// For who does not see it.
    pub(in crate::report) title: &'a str,
    /// The figures in words.
    pub(in crate::report) description: &'a str,
    /// In ascending order of p.
    pub(in crate::report) bands: &'a [Band],
    /// The plan.
    pub(in crate::report) base: Vec<Option<f64>>,
    /// What the plan is called.
    pub(in crate::report) base_name: &'a str,
    /// What its values are shown in.
    pub(in crate::report) unit: &'a str,
    /// Steps to name, with their names.
    pub(in crate::report) steps: Vec<(usize, String)>,
    /// What its steps are counted in, where their names do not say so.
    pub(in crate::report) step_unit: &'a str,
    /// Numbers along the vertical axis.
    pub(in crate::report) ticks: &'a dyn Fn((f64, f64), usize) -> Ticks,
    /// The range that is shown at least.
    pub(in crate::report) least: Option<(f64, f64)>,
}

/// Draws it.
pub(in crate::report) fn fan(chart: &FanChart<'_>) -> String {
    let mut svg = Svg::new(WIDTH, TOP + HEIGHT + 2.0 * LINE + 6.0, chart.title, chart.description);
    let n_steps = chart.bands.iter().map(|band| band.values.len()).max().unwrap_or(0);
    let all = chart.bands.iter().flat_map(|band| &band.values).chain(&chart.base).flatten();
    let ends = chart.least.unwrap_or((f64::INFINITY, f64::NEG_INFINITY));
    let (low, high) = all.fold(ends, |(low, high), &value| (low.min(value), high.max(value)));
    if low > high {
        return svg.finish();
    }
    // Zero is shown where it is not far: money that is tied up is tied up below it.
    let room = 0.3 * (high - low);
    let low = if low > 0.0 && low < room { 0.0 } else { low };
    let high = if high < 0.0 && -high < room { 0.0 } else { high };
    let (floor, right) = (TOP + HEIGHT, WIDTH - RIGHT);
    let y = Axis::new((low, high), (floor, TOP));
    let x = Axis::new((0.0, n_steps.saturating_sub(1) as f64), (LEFT, right));
    let at = |step: usize, value: f64| (x.at(step as f64), y.at(value));
    for (value, name) in (chart.ticks)(y.range(), 6).0 {
        let class = if value == 0.0 { "zero" } else { "grid" };
        svg.line(class, (LEFT, y.at(value)), (right, y.at(value)));
        svg.text("tick", (LEFT - 6.0, y.at(value) + 4.0), Anchor::End, &name);
    }
    let n = chart.bands.len();
    for depth in 0..n / 2 {
        let (low, high) = (&chart.bands[depth].values, &chart.bands[n - 1 - depth].values);
        let class = if depth == 0 { "band outer" } else { "band inner" };
        for (first, last) in runs(low, high) {
            let upper = (first..=last).filter_map(|step| high[step].map(|v| at(step, v)));
            let lower = (first..=last).rev().filter_map(|step| low[step].map(|v| at(step, v)));
            svg.area(class, &upper.chain(lower).collect::<Vec<_>>());
        }
    }
    let points = |values: &[Option<f64>]| -> Vec<Option<(f64, f64)>> {
        values.iter().enumerate().map(|(step, value)| value.map(|value| at(step, value))).collect()
    };
    if n % 2 == 1 {
        svg.path("line", &points(&chart.bands[n / 2].values));
    }
    svg.path("plan", &points(&chart.base));
    svg.line("axis", (LEFT, floor), (right, floor));
    names(&mut svg, chart, &y, right);
    for (step, name) in &chart.steps {
        let place = x.at(*step as f64);
        svg.line("axis", (place, floor), (place, floor + 4.0));
        svg.text("tick", (place, floor + LINE + 2.0), Anchor::Middle, name);
    }
    svg.text("unit", (LEFT - 6.0, TOP - 8.0), Anchor::Start, chart.unit);
    svg.text("unit", (right, floor + 2.0 * LINE + 2.0), Anchor::End, chart.step_unit);
    svg.finish()
}

/// Names of the lines at their right ends: the median's, the plan's and the outer ones' in any case, a little beside
/// their line where another stands there, the others where there is room.
fn names(svg: &mut Svg, chart: &FanChart<'_>, y: &Axis, right: f64) {
    let end = |values: &[Option<f64>]| values.iter().rev().find_map(|value| *value);
    let n = chart.bands.len();
    let of_band = |at: usize| {
        let band = chart.bands.get(at)?;
        Some((end(&band.values)?, band.name.as_str(), "name"))
    };
    let plan = end(&chart.base).map(|value| (value, chart.base_name, "plan-name"));
    let mut order: Vec<usize> = (0..n).filter(|at| *at != n / 2).collect();
    order.sort_by_key(|&at| at.min(n - 1 - at));
    let lines = [of_band(n / 2), plan].into_iter().chain(order.into_iter().map(of_band));
    let mut taken: Vec<f64> = Vec::new();
    for (rank, (value, name, class)) in lines.enumerate().filter_map(|(at, line)| Some((at, line?)))
    {
        // Letters below the axis would stand among the names of steps.
        let wanted = y.at(value).clamp(TOP, TOP + HEIGHT - 6.0);
        let most = if rank < KEPT { MOST_ASIDE } else { 0.0 };
        if let Some(place) = free(wanted, most, &taken) {
            taken.push(place);
            svg.text(class, (right + 6.0, place + 4.0), Anchor::Start, name);
        }
    }
}

/// The place nearest to the wanted one, at most so far from it, that is far enough from all that are taken.
fn free(wanted: f64, most: f64, taken: &[f64]) -> Option<f64> {
    let beside = taken.iter().flat_map(|other| [other - APART, other + APART]);
    let is_free = |place: &f64| {
        let range = TOP - 6.0..=TOP + HEIGHT - 6.0;
        taken.iter().all(|other| (other - place).abs() > APART - 0.01)
            && (place - wanted).abs() <= most
            && range.contains(place)
    };
    let distance = |place: &f64| (place - wanted).abs();
    [wanted]
        .into_iter()
        .chain(beside)
        .filter(is_free)
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// Stretches of steps in which both lines have values.
fn runs(low: &[Option<f64>], high: &[Option<f64>]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (step, pair) in low.iter().zip(high).enumerate() {
        if pair.0.is_none() || pair.1.is_none() {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.1 + 1 == step => run.1 = step,
            _ => runs.push((step, step)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_apart() {
        assert_eq!(free(100.0, 0.0, &[]), Some(100.0));
        assert_eq!(free(100.0, 0.0, &[95.0]), None);
        assert_eq!(free(100.0, 30.0, &[95.0]), Some(108.0));
        assert_eq!(free(100.0, 30.0, &[95.0, 108.0]), Some(82.0));
    }

    #[test]
    fn bands_are_drawn_where_both_lines_are() {
        let low = [Some(1.0), Some(1.0), None, Some(1.0)];
        let high = [Some(2.0), Some(2.0), Some(2.0), Some(2.0)];
        assert_eq!(runs(&low, &high), [(0, 1), (3, 3)]);
    }
}
