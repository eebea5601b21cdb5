//! The outline of a distribution, to draw it: bars of a histogram, atoms apart, and a cumulative curve.
//!
//! In: the ordered buckets of a channel, or the distribution that an input declares. Out: an [`Outline`] of some
//! hundred numbers, in the quantity's own unit. Percentiles are not read off it: those of the result are finer.
//! Plain runs do not pay for it: see [`outline`].

use super::SimulationResult;
use super::summary::OutputPlan;
use crate::accumulate::{Bucket, Channel, ChannelKind, Distribution, Tally};
use crate::distribution::{self, Kind};

/// The most bars.
const MOST_BARS: usize = 72;
/// The fewest bars.
const FEWEST_BARS: usize = 10;
/// With no more distinct values than this, each is drawn for itself.
const MOST_ATOMS: usize = 80;
/// A value of this share of the trials stands apart from the continuum around it.
const SHARE_OF_ATOM: f64 = 0.005;
/// The same among whole numbers, of which each has a share.
const SHARE_OF_WHOLE_ATOM: f64 = 0.05;
/// What lies beyond these probabilities is left out where it would stretch the drawing.
const TAIL: f64 = 0.002;
/// … by more than this share of its width.
const STRETCH: f64 = 0.15;
/// Points of the cumulative curve between two bars' edges.
const POINTS_A_BAR: usize = 2;

/// The outline of a distribution; shares are of the defined trials, never among them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outline {
    /// Where the drawing begins.
    pub low: f64,
    /// Where it ends: above `low` unless there is one value alone.
    pub high: f64,
    /// Share in each of the equally wide bars from `low` to `high`, atoms apart; empty where there are atoms alone.
    pub bars: Vec<f64>,
    /// Single values with their shares, in ascending order.
    pub atoms: Vec<(f64, f64)>,
    /// P(X ≤ x) at ascending x from `low` to `high`; two points at one x are a jump.
    pub curve: Vec<(f64, f64)>,
    /// Share below `low` and above `high`, without never.
    pub beyond: (f64, f64),
    /// Share of what never happens.
    pub never: f64,
    /// The values themselves, as far as they are told apart; `None` unless they are of a run.
    pub values: Option<Distribution>,
    /// Trials in which it never happens.
    pub n_never: u64,
}

/// Adds the outlines of all numbers and times to a result that was summarized from the same tally.
pub fn outline(plans: &[OutputPlan], tally: &Tally, result: &mut SimulationResult) {
    for (plan, output) in plans.iter().zip(&mut result.outputs) {
        if !plan.is_series && plan.kind != ChannelKind::Condition {
            let at = plan.channels.start;
            let values = tally.distribution(at);
            let channel = tally.channel(at);
            output.outline = of_pieces(values.pieces(), values.is_whole(), channel);
            if let Some(outline) = &mut output.outline {
                outline.n_never = channel.never();
                outline.values = Some(values);
            }
        }
    }
}

impl Outline {
    /// The outline of a sample; `None` where no value is finite.
    pub fn of_sample(values: &[f64]) -> Option<Outline> {
        let mut finite: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
        finite.sort_unstable_by(f64::total_cmp);
        let mut pieces: Vec<Bucket> = Vec::new();
        for value in finite {
            match pieces.last_mut() {
                Some(last) if last.min == value => last.count += 1,
                _ => pieces.push(Bucket { count: 1, min: value, max: value }),
            }
        }
        let is_whole = pieces.iter().all(|piece| piece.min.fract() == 0.0);
        let count = pieces.iter().map(|piece| piece.count).sum();
        of_counts(&pieces, is_whole, count, 0)
    }

    /// The outline of a declared distribution; `None` of a constant.
    pub fn of_distribution(law: &distribution::Distribution) -> Option<Outline> {
        let (first, last) = (law.quantile(TAIL), law.quantile_upper(TAIL));
        if law.constant().is_some() || !first.is_finite() || !last.is_finite() {
            return None;
        }
        if law.kind() == Kind::Discrete
            && let Some(atoms) = atoms_of(law, first, last)
        {
            return Some(of_atoms(atoms, (law.cdf_below(first), law.sf(last)), 0.0));
        }
        let (low, high) = widened(first, last, law.support());
        if low >= high {
            return None;
        }
        let mut outline = Outline { low, high, ..Outline::default() };
        let edge = |at: usize, n: usize| low + (high - low) * (at as f64 / n as f64);
        let n_bars = if law.kind() == Kind::Discrete { FEWEST_BARS * 2 } else { MOST_BARS };
        let below: Vec<f64> = (0..=n_bars).map(|at| law.cdf_below(edge(at, n_bars))).collect();
        outline.bars = below.windows(2).map(|pair| (pair[1] - pair[0]).max(0.0)).collect();
        if let Some(bar) = outline.bars.last_mut() {
            *bar += law.cdf(high) - below[n_bars];
        }
        let n_points = n_bars * POINTS_A_BAR;
        outline.curve =
            (0..=n_points).map(|at| (edge(at, n_points), law.cdf(edge(at, n_points)))).collect();
        outline.beyond = (below[0], law.sf(high));
        Some(outline)
    }

    /// The largest share of a bar or an atom.
    pub fn highest(&self) -> f64 {
        let atoms = self.atoms.iter().map(|atom| atom.1);
        self.bars.iter().copied().chain(atoms).fold(0.0, f64::max)
    }

    /// P(X ≤ x), read off the curve; 0 below it and constant above.
    pub fn at_or_below(&self, x: f64) -> f64 {
        let behind = self.curve.partition_point(|point| point.0 <= x);
        match (behind.checked_sub(1).map(|at| self.curve[at]), self.curve.get(behind)) {
            (None, _) => 0.0,
            (Some((_, share)), None) => share,
            (Some((left, from)), Some(&(right, to))) => {
                from + (to - from) * ((x - left) / (right - left))
            }
        }
    }
}

/// The values of a discrete law between two of them, where they are few.
fn atoms_of(law: &distribution::Distribution, first: f64, last: f64) -> Option<Vec<(f64, f64)>> {
    let mut atoms = Vec::new();
    let mut value = first;
    while atoms.len() < MOST_ATOMS {
        atoms.push((value, law.cdf(value) - law.cdf_below(value)));
        if value >= last {
            return Some(atoms);
        }
        let next = law.quantile(law.cdf(value).next_up().min(1.0 - f64::EPSILON));
        if next <= value {
            return Some(atoms);
        }
        value = next;
    }
    None
}

fn of_pieces(pieces: &[Bucket], is_whole: bool, channel: &Channel) -> Option<Outline> {
    of_counts(pieces, is_whole, channel.finite(), channel.never())
}

/// From buckets in ascending order.
fn of_counts(pieces: &[Bucket], is_whole: bool, finite: u64, never: u64) -> Option<Outline> {
    let all = (finite + never) as f64;
    let share = |count: f64| count / all;
    let never_share = share(never as f64);
    let (first, last) = (pieces.first()?, pieces.last()?);
    if pieces.len() <= MOST_ATOMS && pieces.iter().all(|piece| piece.min == piece.max) {
        // A few trials of something continuous are no atoms.
        let is_repeated = finite >= 4 * pieces.len() as u64;
        if is_whole || is_repeated || pieces.len() == 1 {
            let (low, high) = robust_ends(pieces, finite);
            let share_where = |is_there: &dyn Fn(f64) -> bool| {
                let there = pieces.iter().filter(|piece| is_there(piece.min));
                share(there.map(|piece| piece.count).sum::<u64>() as f64)
            };
            let beyond = (share_where(&|x| x < low), share_where(&|x| x > high));
            let inside = pieces.iter().filter(|piece| piece.min >= low && piece.min <= high);
            let atoms = inside.map(|piece| (piece.min, share(piece.count as f64))).collect();
            return Some(of_atoms(atoms, beyond, never_share));
        }
    }
    let least = if is_whole { SHARE_OF_WHOLE_ATOM } else { SHARE_OF_ATOM };
    let is_atom = |piece: &Bucket| {
        piece.min == piece.max && piece.count > 2 && share(piece.count as f64) >= least
    };
    let (mut low, mut high) = robust_ends(pieces, finite);
    if low >= high {
        (low, high) = (first.min, last.max);
    }
    let wanted = 2.0 * libm::cbrt(finite as f64);
    let mut n_bars = (wanted as usize).clamp(FEWEST_BARS, MOST_BARS);
    if is_whole {
        // Each bar holds equally many whole numbers.
        let numbers = high - low + 1.0;
        let each = (numbers / n_bars as f64).ceil().max(1.0);
        n_bars = ((numbers / each).ceil() as usize).max(1);
        low -= 0.5;
        high = low + each * n_bars as f64;
    }
    let mut outline = Outline {
        low,
        high,
        never: never_share,
        atoms: pieces
            .iter()
            .filter(|p| is_atom(p))
            .map(|p| (p.min, share(p.count as f64)))
            .collect(),
        ..Outline::default()
    };
    let edge = |at: usize, n: usize| low + (high - low) * (at as f64 / n as f64);
    let below = |x: f64, with_atoms: bool| -> f64 {
        let count: f64 = pieces
            .iter()
            .filter(|piece| with_atoms || !is_atom(piece))
            .map(|piece| piece.count as f64 * part_below(piece, x))
            .sum();
        share(count)
    };
    let edges: Vec<f64> = (0..=n_bars).map(|at| below(edge(at, n_bars), false)).collect();
    outline.bars = edges.windows(2).map(|pair| (pair[1] - pair[0]).max(0.0)).collect();
    // The largest value itself belongs to the last bar.
    let at_high: f64 = pieces
        .iter()
        .filter(|piece| piece.min == high && piece.max == high && !is_atom(piece))
        .map(|piece| share(piece.count as f64))
        .sum();
    if let Some(bar) = outline.bars.last_mut() {
        *bar += at_high;
    }
    let n_points = n_bars * POINTS_A_BAR;
    let mut jumps = outline.atoms.iter().filter(|atom| (low..=high).contains(&atom.0)).peekable();
    for at in 0..=n_points {
        let x = edge(at, n_points);
        while let Some(&(value, height)) = jumps.next_if(|atom| atom.0 <= x) {
            let before = below(value, true);
            outline.curve.extend([(value, before), (value, before + height)]);
        }
        if outline.curve.last().is_none_or(|point| point.0 < x) {
            outline.curve.push((x, below(x, true)));
        }
    }
    let above = share(finite as f64) - below(high, true) - at_high;
    outline.beyond = (below(low, true), above.max(0.0));
    if let Some(last) = outline.curve.last_mut() {
        last.1 += at_high;
    }
    Some(outline)
}

/// Where the drawing ends: at the extremes, or before them where they would stretch it.
fn robust_ends(pieces: &[Bucket], finite: u64) -> (f64, f64) {
    let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return (0.0, 0.0) };
    let rank = |p: f64| {
        let wanted = p * finite as f64;
        let mut sum = 0.0;
        pieces.iter().find(|piece| {
            sum += piece.count as f64;
            sum >= wanted
        })
    };
    let (low, high) = (rank(TAIL).unwrap_or(first).min, rank(1.0 - TAIL).unwrap_or(last).max);
    widened(low, high, (first.min, last.max))
}

fn of_atoms(atoms: Vec<(f64, f64)>, beyond: (f64, f64), never: f64) -> Outline {
    let mut sum = beyond.0;
    let mut curve = Vec::with_capacity(2 * atoms.len());
    for &(value, share) in &atoms {
        curve.push((value, sum));
        sum += share;
        curve.push((value, sum));
    }
    let end = |atom: Option<&(f64, f64)>| atom.map_or(0.0, |atom| atom.0);
    Outline {
        low: end(atoms.first()),
        high: end(atoms.last()),
        bars: Vec::new(),
        curve,
        atoms,
        beyond,
        never,
        values: None,
        n_never: 0,
    }
}

/// Which part of a bucket's values lies below `x`: its values are spread evenly.
fn part_below(piece: &Bucket, x: f64) -> f64 {
    if piece.max < x {
        1.0
    } else if piece.min >= x {
        0.0
    } else {
        (x / 2.0 - piece.min / 2.0) / (piece.max / 2.0 - piece.min / 2.0)
    }
}

/// The robust ends, or the very ends where these are not far.
fn widened(first: f64, last: f64, (least, most): (f64, f64)) -> (f64, f64) {
    let room = STRETCH * (last - first);
    let low = if first - least <= room { least } else { first };
    let high = if most - last <= room { most } else { last };
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accumulate::testing::SplitMix;

    fn normals(n: usize) -> Vec<f64> {
        let mut random = SplitMix(7);
        (0..n).map(|_| random.normal()).collect()
    }

    /// Whatever is drawn and left out adds up to one, and the curve ends where the bars do.
    #[track_caller]
    fn check(outline: &Outline) {
        let atoms: f64 = outline.atoms.iter().map(|atom| atom.1).sum();
        let bars: f64 = outline.bars.iter().sum();
        let beyond = outline.beyond.0 + outline.beyond.1;
        let inside = outline.atoms.iter().filter(|a| a.0 < outline.low || a.0 > outline.high);
        assert_eq!(inside.count(), 0, "{outline:?}");
        let sum = atoms + bars + beyond + outline.never;
        assert!((sum - 1.0).abs() < 1e-9, "{sum} {outline:?}");
        let end = outline.curve.last().expect("a point").1;
        assert!((end - (1.0 - outline.never - outline.beyond.1)).abs() < 1e-9, "{end}");
        assert!(outline.curve.is_sorted_by(|a, b| a.0 <= b.0 && a.1 <= b.1 + 1e-12));
    }

    #[test]
    fn a_normal_law_is_bars_around_its_middle() {
        let outline = Outline::of_sample(&normals(100_000)).expect("values");
        check(&outline);
        assert!(outline.atoms.is_empty() && outline.bars.len() == MOST_BARS);
        assert!((outline.at_or_below(0.0) - 0.5).abs() < 0.01);
        assert!((outline.at_or_below(1.0) - 0.8413).abs() < 0.01);
        assert_eq!((outline.at_or_below(-9.0), outline.at_or_below(9.0)), (0.0, 0.998_0 + 0.0));
    }

    #[test]
    fn whole_numbers_stand_for_themselves() {
        let values: Vec<f64> = (0..1000).map(|k| f64::from(k % 5)).collect();
        let outline = Outline::of_sample(&values).expect("values");
        check(&outline);
        assert_eq!(outline.atoms.len(), 5);
        assert_eq!((outline.at_or_below(1.0), outline.at_or_below(1.5)), (0.4, 0.4));
    }

    #[test]
    fn many_whole_numbers_share_bars_evenly() {
        let values: Vec<f64> = (0..10_000).map(|k| f64::from(k % 500)).collect();
        let outline = Outline::of_sample(&values).expect("values");
        check(&outline);
        let width = (outline.high - outline.low) / outline.bars.len() as f64;
        assert_eq!(width.fract(), 0.0);
    }

    #[test]
    fn an_atom_stands_apart_from_the_continuum() {
        let values: Vec<f64> = normals(10_000).into_iter().map(|x| x.max(0.5)).collect();
        let outline = Outline::of_sample(&values).expect("values");
        check(&outline);
        assert_eq!(outline.atoms.len(), 1);
        assert!((outline.atoms[0].1 - 0.69).abs() < 0.02);
    }

    #[test]
    fn a_heavy_tail_does_not_flatten_the_drawing() {
        let values: Vec<f64> = normals(20_000).iter().map(|x| libm::exp(3.0 * x)).collect();
        let outline = Outline::of_sample(&values).expect("values");
        check(&outline);
        assert!(outline.high < 2e4 && outline.beyond.1 > 0.001);
    }

    #[test]
    fn few_trials_make_few_bars_and_one_value_makes_none() {
        let few = Outline::of_sample(&normals(50)).expect("values");
        check(&few);
        assert_eq!(few.bars.len(), FEWEST_BARS);
        let one = Outline::of_sample(&[3.0; 9]).expect("values");
        assert_eq!((one.atoms, one.low, one.high), (vec![(3.0, 1.0)], 3.0, 3.0));
        assert_eq!(Outline::of_sample(&[f64::NAN]), None);
    }

    #[test]
    fn never_takes_its_share() {
        let pieces = [Bucket { count: 30, min: 12.0, max: 12.0 }];
        let outline = of_counts(&pieces, true, 30, 70).expect("values");
        check(&outline);
        assert_eq!((outline.never, outline.at_or_below(12.0)), (0.7, 0.3));
    }
}
