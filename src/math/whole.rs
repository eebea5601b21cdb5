//! Searching whole numbers.

/// The smallest whole number of the support for which `is_reached` holds; it holds from there on, and at the upper end.
///
/// Gallops away from the guess in doubling strides, then bisects.
pub fn first_whole(guess: f64, support: (f64, f64), is_reached: impl Fn(f64) -> bool) -> f64 {
    let (bottom, top) = support;
    let start = libm::floor(guess).max(bottom).min(top);
    let mut stride = 1.0;
    // invariant at the end: not reached at `low` (or `low` below the support), reached at `high`
    let (mut low, mut high) = (start, start);
    if start == top || is_reached(start) {
        loop {
            low = high - stride;
            if low < bottom {
                low = bottom - 1.0;
                break;
            }
            if !is_reached(low) {
                break;
            }
            high = low;
            stride *= 2.0;
        }
    } else {
        loop {
            high = low + stride;
            if high >= top {
                high = top;
                break;
            }
            if is_reached(high) {
                break;
            }
            low = high;
            stride *= 2.0;
        }
    }
    while high - low > 1.0 {
        let middle = libm::floor(low + (high - low) / 2.0);
        // beyond 2^53 whole numbers have no neighbors one apart
        if middle <= low || middle >= high {
            break;
        }
        if is_reached(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}
