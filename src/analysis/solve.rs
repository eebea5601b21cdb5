//! Where a statistic crosses a target while an input is varied.
//!
//! What comes in: a model, the input and its range, an equation such as `P(payback(cash) <= 48 month) = 50%`. What
//! goes out: the crossings, each with its 95 % interval, and the scan that found them. Every point of the range is
//! run on the same random numbers, so that the statistic is a smooth function of the input and its root well
//! defined; the scan of a grid tells whether there is one crossing, several or none. Where the statistic turns back
//! before its target, golden sections look for a pair of crossings between the points (J. Kiefer, Proc. AMS 4 (1953)
//! 502). A bracketing root finder closes in on each. A crossing's interval is that of the statistic there over its slope, which is measured
//! over a step that moves the statistic by as much as its own error (the delta method; for a root of an estimated
//! function see P. W. Glynn, "Stochastic approximation for Monte Carlo optimization", Winter Simulation
//! Conference 1986).

use super::root::root;
use super::vary::Vary;
use crate::results::{Point, Provenance, StatisticResult};
use crate::{Asked, CompileFailure, Compiled, Monitor, ReadFile, Request, RunSettings};

/// Points of the scan.
const SCAN: u32 = 24;
/// The scan's trials at most: it looks for signs, not for digits.
const SCAN_TRIALS: u64 = 1 << 17;
/// Turning points of the scan that are looked at more closely, and sections of each: a thousandth of a cell.
const MOST_TURNS: usize = 6;
const MOST_SECTIONS: usize = 12;
/// A crossing is found to this share of the range.
const TOLERANCE: f64 = 1e-7;
/// The step over which the slope is measured, as shares of the range.
const LEAST_STEP: f64 = 1e-4;
const MOST_STEP: f64 = 0.1;
/// No more crossings are followed.
const MOST_CROSSINGS: usize = 8;

/// The crossings of an equation.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// What reproduces it.
    pub provenance: Provenance,
    /// The input and its range.
    pub vary: Vary,
    /// The equation as written.
    pub equation: String,
    /// The statistic's unit; `None` for plain numbers and probabilities.
    pub unit: Option<String>,
    /// The crossings, from the low end of the range.
    pub crossings: Vec<Crossing>,
    /// Crossings that the scan saw; more than `crossings` where there are too many to follow.
    pub n_crossings: usize,
    /// The scan, from the low end of the range.
    pub scan: Vec<Scanned>,
    /// What the reader should know.
    pub warnings: Vec<String>,
}

/// One crossing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossing {
    /// The input's value there, in the unit of the range.
    pub value: f64,
    /// Its 95 % interval, inside the range; `None` where the statistic has none or does not move.
    pub interval: Option<(f64, f64)>,
    /// Whether the statistic rises there.
    pub is_rising: bool,
}

/// The statistic at one value of the input.
#[derive(Debug, Clone, PartialEq)]
pub struct Scanned {
    /// The input's value, in the unit of the range.
    pub value: f64,
    /// The statistic there.
    pub statistic: StatisticResult,
}

/// Why there is no solution.
#[derive(Debug)]
pub enum SolveFailure {
    /// The model, the range or the equation is wrong.
    Wrong(CompileFailure),
    /// Whoever watches stopped it.
    Stopped,
}

impl From<CompileFailure> for SolveFailure {
    fn from(failure: CompileFailure) -> SolveFailure {
        SolveFailure::Wrong(failure)
    }
}

/// Solves an equation for an input.
///
/// # Errors
/// All mistakes of the model, the equation and the range; or that it was stopped.
pub fn solve(
    request: &Request,
    read_file: ReadFile<'_>,
    vary: Vary,
    equation: &str,
    settings: &RunSettings,
    monitor: &dyn Monitor,
) -> Result<Solution, SolveFailure> {
    let request = Request { statistics: vec![Asked::equation(equation)], ..request.clone() };
    let model = crate::compile(&request, read_file)?;
    let vary = vary.in_units_of(model.model());
    let trials = settings.layout().trials();
    let provenance = model.provenance(settings.seed, settings.design, trials, trials);
    let mut runs = Runs { request, read_file, vary, settings, monitor };
    let mut scan = scan(&mut runs)?;
    let touching = refine(&mut runs, &mut scan)?;
    let (crossings, n_crossings) = crossings(&mut runs, &scan)?;
    let Runs { vary, .. } = runs;
    let warnings = warnings(&crossings, n_crossings, &scan, &touching);
    Ok(Solution {
        provenance,
        vary,
        equation: equation.trim().to_owned(),
        unit: scan.first().and_then(|scanned| scanned.statistic.unit.clone()),
        crossings,
        n_crossings,
        scan,
        warnings,
    })
}

/// Runs of the model with the input at one value after the other.
struct Runs<'a> {
    request: Request,
    read_file: ReadFile<'a>,
    vary: Vary,
    settings: &'a RunSettings,
    monitor: &'a dyn Monitor,
}

impl Runs<'_> {
    fn compiled(&mut self, value: f64) -> Result<Compiled, SolveFailure> {
        let varied = vec![("--vary", self.vary.at(value))];
        let request = Request { varied, ..self.request.clone() };
        Ok(crate::compile(&request, self.read_file)?)
    }

    fn at(&mut self, value: f64, trials: u64) -> Result<StatisticResult, SolveFailure> {
        let model = self.compiled(value)?;
        let settings = RunSettings { trials, ..self.settings.clone() };
        let mut result = crate::run(&model, &settings, self.monitor);
        if result.provenance.trials < trials || self.monitor.is_stopped() {
            return Err(SolveFailure::Stopped);
        }
        Ok(result.statistics.swap_remove(0))
    }

    fn range(&self) -> f64 {
        self.vary.high - self.vary.low
    }
}

/// The statistic less its target; never is above all, and undefined has no sign.
fn excess(statistic: &StatisticResult) -> Option<f64> {
    let target = statistic.target()?;
    match statistic.value {
        Point::Value(value) => Some(value - target),
        Point::Never => Some(f64::INFINITY),
        Point::Undefined => None,
    }
}

fn scan(runs: &mut Runs<'_>) -> Result<Vec<Scanned>, SolveFailure> {
    let trials = runs.settings.trials.min(SCAN_TRIALS);
    // Both ends first: what is wrong with the range is told before anything runs.
    for end in [runs.vary.low, runs.vary.high] {
        runs.compiled(end)?;
    }
    let at = |runs: &mut Runs<'_>, point: u32| {
        let share = f64::from(point) / f64::from(SCAN);
        // By both ends, so that the last point is the high end itself.
        let value = runs.vary.low * (1.0 - share) + runs.vary.high * share;
        Ok(Scanned { value, statistic: runs.at(value, trials)? })
    };
    (0..=SCAN).map(|point| at(runs, point)).collect()
}

/// Looks between the points of the scan where the statistic comes nearest to its target and turns back: it may cross
/// it twice there. A point beyond the target joins the scan; gives values at which it comes within its own error only.
fn refine(runs: &mut Runs<'_>, scan: &mut Vec<Scanned>) -> Result<Vec<f64>, SolveFailure> {
    let gaps: Vec<Option<f64>> = scan.iter().map(|point| excess(&point.statistic)).collect();
    let mut touching = Vec::new();
    let mut found = Vec::new();
    for at in turning_points(&gaps).into_iter().take(MOST_TURNS) {
        let ends = [scan[at.saturating_sub(1)].value, scan[(at + 1).min(scan.len() - 1)].value];
        let Some(nearest) = nearest(runs, ends, gaps[at].is_some_and(|gap| gap < 0.0))? else {
            continue;
        };
        if excess(&nearest.statistic).map(|gap| gap < 0.0) != gaps[at].map(|gap| gap < 0.0) {
            found.push(nearest);
        } else if is_within_error(&nearest.statistic) {
            touching.push(nearest.value);
        }
    }
    for point in found {
        let at = scan.partition_point(|known| known.value < point.value);
        scan.insert(at, point);
    }
    Ok(touching)
}

/// Positions at which a statistic is nearer to its target than at the neighbors, on the same side of it.
fn turning_points(gaps: &[Option<f64>]) -> Vec<usize> {
    let is_turning = |&at: &usize| {
        let Some(own) = gaps[at].filter(|gap| gap.is_finite()) else { return false };
        let neighbors = [at.checked_sub(1), Some(at + 1).filter(|next| *next < gaps.len())];
        let mut is_nearer = false;
        for neighbor in neighbors.into_iter().flatten() {
            let Some(other) = gaps[neighbor] else { return false };
            if (other < 0.0) != (own < 0.0) || other.abs() < own.abs() {
                return false;
            }
            is_nearer |= other.abs() > own.abs();
        }
        is_nearer
    };
    (0..gaps.len()).filter(is_turning).collect()
}

/// Where between two values the statistic comes nearest to its target from one side, by golden sections; the first
/// value beyond it that is met.
fn nearest(
    runs: &mut Runs<'_>,
    [mut low, mut high]: [f64; 2],
    is_below: bool,
) -> Result<Option<Scanned>, SolveFailure> {
    /// (√5 − 1) / 2.
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let trials = runs.settings.trials.min(SCAN_TRIALS);
    let mut at = |value: f64| -> Result<(Scanned, f64), SolveFailure> {
        let statistic = runs.at(value, trials)?;
        let gap = excess(&statistic).unwrap_or(f64::INFINITY);
        // How far it is short of the target: negative beyond it.
        Ok((Scanned { value, statistic }, if is_below { -gap } else { gap }))
    };
    let mut left = at(high - GOLDEN * (high - low))?;
    let mut right = at(low + GOLDEN * (high - low))?;
    for _ in 0..MOST_SECTIONS {
        if left.1 < 0.0 || right.1 < 0.0 {
            break;
        }
        if left.1 <= right.1 {
            (high, right) = (right.0.value, left);
            left = at(high - GOLDEN * (high - low))?;
        } else {
            (low, left) = (left.0.value, right);
            right = at(low + GOLDEN * (high - low))?;
        }
    }
    let (nearest, short) = if left.1 <= right.1 { left } else { right };
    Ok(short.is_finite().then_some(nearest))
}

/// Whether the interval of a statistic holds its target.
fn is_within_error(statistic: &StatisticResult) -> bool {
    match (statistic.target(), statistic.interval) {
        (Some(target), Ok((Point::Value(low), Point::Value(high)))) => {
            low <= target && target <= high
        }
        _ => false,
    }
}

/// Follows every change of sign between neighbors of the scan.
fn crossings(
    runs: &mut Runs<'_>,
    scan: &[Scanned],
) -> Result<(Vec<Crossing>, usize), SolveFailure> {
    let signs = |pair: &[Scanned]| -> Option<bool> {
        let (a, b) = (excess(&pair[0].statistic)?, excess(&pair[1].statistic)?);
        Some((a < 0.0) != (b < 0.0))
    };
    let brackets: Vec<usize> =
        (0..scan.len() - 1).filter(|&at| signs(&scan[at..at + 2]) == Some(true)).collect();
    let mut found = Vec::new();
    for &at in brackets.iter().take(MOST_CROSSINGS) {
        found.extend(crossing(runs, scan, at)?);
    }
    Ok((found, brackets.len()))
}

/// One crossing, between a point of the scan and the next: at the full number of trials it may lie beyond these.
fn crossing(
    runs: &mut Runs<'_>,
    scan: &[Scanned],
    at: usize,
) -> Result<Option<Crossing>, SolveFailure> {
    let trials = runs.settings.trials;
    let (mut low, mut high) = (at, at + 1);
    let bracket = loop {
        let mut ends = [(scan[low].value, 0.0), (scan[high].value, 0.0)];
        for end in &mut ends {
            let Some(value) = excess(&runs.at(end.0, trials)?) else { return Ok(None) };
            end.1 = value;
        }
        if (ends[0].1 < 0.0) != (ends[1].1 < 0.0) {
            break ends;
        }
        let wider = (low.saturating_sub(1), (high + 1).min(scan.len() - 1));
        if wider == (low, high) || high - low > 4 {
            return Ok(None);
        }
        (low, high) = wider;
    };
    let mut failure = None;
    let tolerance = TOLERANCE * runs.range();
    let value = root(bracket, tolerance, |value| match runs.at(value, trials) {
        Ok(statistic) => excess(&statistic),
        Err(stopped) => {
            failure = Some(stopped);
            None
        }
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    let Some(value) = value else { return Ok(None) };
    let is_rising = bracket[0].1 < bracket[1].1;
    let interval = interval(runs, value, bracket)?;
    Ok(Some(Crossing { value, interval, is_rising }))
}

/// The statistic's interval at the crossing, over its slope there.
fn interval(
    runs: &mut Runs<'_>,
    value: f64,
    bracket: [(f64, f64); 2],
) -> Result<Option<(f64, f64)>, SolveFailure> {
    let trials = runs.settings.trials;
    let found = runs.at(value, trials)?;
    let (Point::Value(estimate), Ok((Point::Value(low), Point::Value(high)))) =
        (found.value, found.interval)
    else {
        return Ok(None);
    };
    let half_width = (high - estimate).max(estimate - low);
    let (vary_low, vary_high, range) = (runs.vary.low, runs.vary.high, runs.range());
    let rough = (bracket[1].1 - bracket[0].1) / (bracket[1].0 - bracket[0].0);
    let step = if rough.is_finite() && rough != 0.0 { (half_width / rough).abs() } else { 0.0 };
    let step = step.clamp(LEAST_STEP * range, MOST_STEP * range);
    let ends = [(value - step).max(vary_low), (value + step).min(vary_high)];
    let mut values = [0.0; 2];
    for (end, value) in ends.iter().zip(&mut values) {
        let Point::Value(found) = runs.at(*end, trials)?.value else { return Ok(None) };
        *value = found;
    }
    let slope = (values[1] - values[0]) / (ends[1] - ends[0]);
    if slope == 0.0 || !slope.is_finite() {
        return Ok(None);
    }
    // Where the statistic lies below its estimate the crossing lies to one side, and above it to the other.
    let shifts = [(estimate - high) / slope, (estimate - low) / slope];
    let bounds = [shifts[0].min(shifts[1]), shifts[0].max(shifts[1])];
    let inside = bounds.map(|shift| (value + shift).clamp(vary_low, vary_high));
    Ok(Some((inside[0], inside[1])))
}

fn warnings(
    crossings: &[Crossing],
    n_crossings: usize,
    scan: &[Scanned],
    touching: &[f64],
) -> Vec<String> {
    let mut told = Vec::new();
    for value in touching {
        told.push(format!(
            "near {value:.4} the statistic comes within its own error of the target and turns back: more trials tell \
             whether it crosses it"
        ));
    }
    if n_crossings > 1 {
        told.push(format!("the statistic crosses its target {n_crossings} times in this range"));
    }
    if crossings.len() < n_crossings.min(MOST_CROSSINGS) {
        told.push(
            "a crossing that a scan of fewer trials saw is none at the full number of trials"
                .to_owned(),
        );
    }
    let undefined = scan.iter().filter(|point| point.statistic.value == Point::Undefined).count();
    if undefined > 0 {
        told.push(format!(
            "the statistic has no value at {undefined} of {} points of the scan",
            scan.len()
        ));
    }
    if crossings.iter().any(|crossing| crossing.interval.is_none()) {
        told.push("the crossing has no interval: the statistic has none there".to_owned());
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turning_points_are_nearest_to_the_target() {
        let points = |gaps: &[f64]| {
            turning_points(&gaps.iter().map(|&gap| Some(gap)).collect::<Vec<Option<f64>>>())
        };
        assert_eq!(points(&[3.0, 1.0, 2.0, 5.0]), [1]);
        assert_eq!(points(&[-3.0, -1.0, -2.0]), [1]);
        // At an end; a crossing is none; a plateau has none but at its edge.
        assert_eq!(points(&[1.0, 2.0, 3.0]), [0]);
        assert_eq!(points(&[1.0, -2.0, -3.0]), Vec::<usize>::new());
        assert_eq!(points(&[2.0, 2.0, 2.0]), Vec::<usize>::new());
        assert_eq!(points(&[f64::INFINITY, 2.0, f64::INFINITY]), [1]);
    }
}
