//! Lists of values and histograms whose values, edges or weights differ from lane to lane.
//!
//! The place is looked up from the nearer end, in cumulative weights over their total, as the scalar laws do. What is
//! impossible in a lane (a negative weight, all of them zero, edges that do not ascend) has no draw; nothing is in doubt.

/// Pairs of a value and its weight. Values that do not ascend are sorted, with their weights, lane by lane.
#[inline(always)]
pub(super) fn fill_list<const W: usize>(
    pairs: &mut [[f64; W]],
    u: &[f64; W],
    out: &mut [f64; W],
) -> [bool; W] {
    let (pairs, _) = pairs.as_chunks_mut::<2>();
    let (mut total, mut is_possible) = ([0.0; W], [true; W]);
    for [value, weight] in pairs.iter() {
        add_weight(weight, &mut total, &mut is_possible);
        for i in 0..W {
            is_possible[i] &= value[i].abs() < f64::INFINITY;
        }
    }
    let mut is_sorted = true;
    for index in 1..pairs.len() {
        let ([before, _], [value, _]) = (&pairs[index - 1], &pairs[index]);
        for i in 0..W {
            is_sorted &= before[i] <= value[i];
        }
    }
    if !is_sorted {
        sort(pairs);
    }
    let (mut lowest, mut found) = ([false; W], [0.0; W]);
    let mut sum = [0.0; W];
    for [value, weight] in pairs.iter() {
        for i in 0..W {
            sum[i] += weight[i];
            let is_first = !lowest[i] & (sum[i] / total[i] >= u[i]);
            found[i] = if is_first { value[i] } else { found[i] };
            lowest[i] |= is_first;
        }
    }
    let (mut above, mut from_above) = ([0.0; W], [0.0; W]);
    for [value, weight] in pairs.iter().rev() {
        for i in 0..W {
            let is_reached = above[i] / total[i] <= 1.0 - u[i];
            from_above[i] = if is_reached { value[i] } else { from_above[i] };
            above[i] += weight[i];
        }
    }
    for i in 0..W {
        let value = if u[i] <= 0.5 { found[i] } else { from_above[i] };
        let is_possible = is_possible[i] & (total[i] > 0.0) & (total[i] < f64::INFINITY);
        out[i] = if is_possible { value } else { f64::NAN };
    }
    [true; W]
}

/// Edges, one more than weights, and these.
#[inline(always)]
pub(super) fn fill_histogram<const W: usize>(
    arguments: &[[f64; W]],
    u: &[f64; W],
    out: &mut [f64; W],
) -> [bool; W] {
    let n_bins = arguments.len() / 2;
    let (edges, weights) = arguments.split_at(n_bins + 1);
    let (mut total, mut is_possible) = ([0.0; W], [true; W]);
    for weight in weights {
        add_weight(weight, &mut total, &mut is_possible);
    }
    for pair in edges.windows(2) {
        for i in 0..W {
            is_possible[i] &= pair[0][i] < pair[1][i];
        }
    }
    for i in 0..W {
        let width = edges[n_bins][i] - edges[0][i];
        is_possible[i] &= (width < f64::INFINITY) & (total[i] > 0.0) & (total[i] < f64::INFINITY);
    }
    // a bin of positive weight, with the probabilities up to its ends, or beyond them
    let mut below = Bin::<W>::none();
    let (mut sum, mut is_found) = ([0.0; W], [false; W]);
    for bin in 0..n_bins {
        for i in 0..W {
            let before = sum[i] / total[i];
            sum[i] += weights[bin][i];
            let after = sum[i] / total[i];
            let is_first = !is_found[i] & (after >= u[i]);
            let found = [edges[bin][i], edges[bin + 1][i], before, after, weights[bin][i]];
            below.set(i, is_first, found);
            is_found[i] |= is_first;
        }
    }
    let mut above = Bin::<W>::none();
    let mut sum = [0.0; W];
    for bin in (0..n_bins).rev() {
        for i in 0..W {
            let after = sum[i] / total[i];
            sum[i] += weights[bin][i];
            let before = sum[i] / total[i];
            let is_reached = after <= 1.0 - u[i];
            let found = [edges[bin][i], edges[bin + 1][i], before, after, weights[bin][i]];
            above.set(i, is_reached, found);
        }
    }
    for i in 0..W {
        let is_lower = u[i] <= 0.5;
        let Bin([left, right, before, after, weight]) = if is_lower { &below } else { &above };
        let v = if is_lower { u[i] } else { 1.0 - u[i] };
        let mass = weight[i] / total[i];
        let (share, rest) = if is_lower {
            ((v - before[i]) / mass, (after[i] - v) / mass)
        } else {
            ((before[i] - v) / mass, (v - after[i]) / mass)
        };
        let (share, rest) = (within_unit(share), within_unit(rest));
        // which end is nearer is told by the share that the law's own side gives
        let is_left = if is_lower { share <= 0.5 } else { rest > 0.5 };
        let width = right[i] - left[i];
        let value = if is_left { left[i] + width * share } else { right[i] - width * rest };
        out[i] = if is_possible[i] { value } else { f64::NAN };
    }
    [true; W]
}

/// Left and right edge, the tail at both of them, the weight.
struct Bin<const W: usize>([[f64; W]; 5]);

impl<const W: usize> Bin<W> {
    #[inline(always)]
    fn none() -> Bin<W> {
        Bin([[1.0; W]; 5])
    }

    #[inline(always)]
    fn set(&mut self, lane: usize, is_it: bool, found: [f64; 5]) {
        for (part, value) in self.0.iter_mut().zip(found) {
            part[lane] = if is_it { value } else { part[lane] };
        }
    }
}

#[inline(always)]
fn within_unit(share: f64) -> f64 {
    let share = if share < 0.0 { 0.0 } else { share };
    if share > 1.0 { 1.0 } else { share }
}

#[inline(always)]
fn add_weight<const W: usize>(
    weight: &[f64; W],
    total: &mut [f64; W],
    is_possible: &mut [bool; W],
) {
    for i in 0..W {
        is_possible[i] &= weight[i] >= 0.0;
        total[i] += weight[i];
    }
}

/// Sorts the pairs of each lane by their values.
#[inline(never)]
fn sort<const W: usize>(pairs: &mut [[[f64; W]; 2]]) {
    for lane in 0..W {
        for end in 1..pairs.len() {
            let moved = pairs[end].map(|part| part[lane]);
            let mut at = end;
            while at > 0 && pairs[at - 1][0][lane] > moved[0] {
                let [value, weight] = pairs[at - 1].map(|part| part[lane]);
                (pairs[at][0][lane], pairs[at][1][lane]) = (value, weight);
                at -= 1;
            }
            (pairs[at][0][lane], pairs[at][1][lane]) = (moved[0], moved[1]);
        }
    }
}
