//! How far a law is from the data: Kolmogorov and Smirnov's distance, Anderson and Darling's A².
//!
//! Both compare fits of the same data. They are no tests here: their tables are for laws that were not fitted to the data
//! (T. W. Anderson and D. A. Darling, J. Am. Stat. Assoc. 49 (1954) 765; M. A. Stephens, ibid. 69 (1974) 730).

use crate::distribution::Distribution;

/// Both distances of ascending values; A² is `None` where a value has no probability beyond it.
pub(super) fn distances(sorted: &[f64], law: &Distribution) -> (f64, Option<f64>) {
    let n = sorted.len() as f64;
    let tails: Vec<(f64, f64)> = sorted.iter().map(|&x| (law.cdf(x), law.sf(x))).collect();
    let mut ks = 0.0_f64;
    let mut squares = 0.0;
    for (i, &(below, above)) in tails.iter().enumerate() {
        let i_f = i as f64;
        let over = (i_f + 1.0) / n - below;
        let under = below - i_f / n;
        ks = ks.max(over).max(under);
        let mirrored = 2.0 * (n - i_f) - 1.0;
        squares += (2.0 * i_f + 1.0) * libm::log(below) + mirrored * libm::log(above);
    }
    let ad = -n - squares / n;
    (ks, ad.is_finite().then_some(ad))
}
