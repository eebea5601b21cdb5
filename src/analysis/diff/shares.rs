//! What each of several changes contributes to a difference.
//!
//! In: the figure with any of the changes made. Out: one share a change; they add up to the whole difference.
//! The shares of Shapley give each change the mean of what it does over all orders of making the changes: the only
//! shares that add up, treat equals equally, give nothing to what does nothing and are linear in the figure
//! (L. S. Shapley, "A value for n-person games", Contributions to the Theory of Games II, 1953; for differences of
//! models E. Song, B. L. Nelson, J. Staum, SIAM/ASA J. Uncertainty Quantification 4, 2016).

/// A set of changes, a bit each.
pub(super) type Set = u32;

/// The shares of Shapley. `figure` has the value for every set of `count` changes.
pub(super) fn shapley(count: usize, figure: &[f64]) -> Vec<f64> {
    debug_assert_eq!(figure.len(), 1 << count, "a value for every set");
    let weights: Vec<f64> = (0..count).map(|size| weight(count, size)).collect();
    (0..count)
        .map(|own| {
            let bit = 1_usize << own;
            let without = (0..figure.len()).filter(|set| set & bit == 0);
            without
                .map(|set| weights[set.count_ones() as usize] * (figure[set | bit] - figure[set]))
                .sum()
        })
        .collect()
}

/// The share of the orders in which just the `size` changes of a set come before a change: s! (n − s − 1)! / n!.
fn weight(count: usize, size: usize) -> f64 {
    // 1 / (n · C(n − 1, s)).
    let binomial = (0..size).fold(1.0, |c, i| c * (count - 1 - i) as f64 / (i + 1) as f64);
    1.0 / (count as f64 * binomial)
}

/// What each change does when they are made one after the other.
pub(super) fn in_order(figure: &[f64]) -> Vec<f64> {
    figure.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// Bits that all partial sums together may take: none of them is rounded then.
const BITS: i32 = 52;

/// Rounds the parts in their last bits so that they add up to the total, in whatever order they are added; gives the
/// total rounded likewise.
pub(super) fn made_to_add_up(parts: &mut [f64], total: f64) -> f64 {
    let most = parts.iter().fold(total.abs(), |most, part| most.max(part.abs()));
    if most == 0.0 || !most.is_finite() {
        return total;
    }
    // A partial sum is at most so many times the largest part: in whole units it fits a double.
    let carry = i32::try_from(parts.len().max(2).ilog2()).expect("at most 64 bits") + 2;
    let unit = libm::ldexp(1.0, libm::ilogb(most) + carry - BITS);
    if unit < f64::MIN_POSITIVE {
        return total;
    }
    let rounded = |value: f64| (value / unit).round() * unit;
    parts.iter_mut().for_each(|part| *part = rounded(*part));
    let total = rounded(total);
    let rest = total - parts.iter().sum::<f64>();
    let largest = parts.iter_mut().max_by(|a, b| a.abs().total_cmp(&b.abs()));
    if let Some(largest) = largest {
        *largest += rest;
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_a_sum_are_its_parts() {
        let effect = [3.0, -1.0, 0.5];
        let figure: Vec<f64> = (0..8_usize)
            .map(|set| (0..3).filter(|i| (set >> i) & 1 == 1).map(|i| effect[i]).sum())
            .collect();
        for (share, effect) in shapley(3, &figure).into_iter().zip(effect) {
            assert!((share - effect).abs() < 1e-15, "{share}");
        }
    }

    #[test]
    fn an_interaction_is_shared_evenly() {
        // x y: from 2 · 3 to 5 · 7.
        let shares = shapley(2, &[6.0, 15.0, 14.0, 35.0]);
        assert_eq!(shares, [15.0, 14.0]);
        // x y z from 1 to 2 each: a third of 7 for each.
        let figure: Vec<f64> = (0..8_u32).map(|set| f64::from(1 << set.count_ones())).collect();
        for share in shapley(3, &figure) {
            assert!((share - 7.0 / 3.0).abs() < 1e-15, "{share}");
        }
    }

    #[test]
    fn the_glove_game_is_shapleys() {
        // A left glove and two right ones: a pair is worth 1.
        let figure: Vec<f64> =
            (0..8_u32).map(|set| if set & 1 == 1 && set > 1 { 1.0 } else { 0.0 }).collect();
        let shares = shapley(3, &figure);
        for (share, expected) in shares.into_iter().zip([2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0]) {
            assert!((share - expected).abs() < 1e-15, "{share}");
        }
    }

    #[test]
    fn steps_are_differences() {
        assert_eq!(in_order(&[1.0, 4.0, 2.0]), [3.0, -2.0]);
    }

    #[test]
    fn what_is_made_to_add_up_does_in_any_order() {
        let mut parts = [0.1, 0.2, 1e9 / 3.0, -1e9 / 7.0, 1e-9];
        let total = made_to_add_up(&mut parts, 0.1 + 0.2 + 1e9 / 3.0 - 1e9 / 7.0 + 1e-9);
        let forwards: f64 = parts.iter().sum();
        let backwards: f64 = parts.iter().rev().sum();
        assert_eq!(forwards.to_bits(), total.to_bits());
        assert_eq!(backwards.to_bits(), total.to_bits());
        assert!((parts[0] - 0.1).abs() < 1e-6, "{}", parts[0]);
        assert_eq!(made_to_add_up(&mut [0.0, 0.0], 0.0).to_bits(), 0.0_f64.to_bits());
    }
}
