//! Laws that rise like a steep power from an end of their support: a table of the logarithm, which is straight there.
//!
//! A gamma law of shape a has quantiles like u^(1/a), and below a = 0.3 no cubic over a sixty-fourth of an octave follows
//! them to 10⁻⁹. Of the gamma law ln X is tabulated, of the beta law ln(X / (1 − X)), and bent back draw by draw.

use crate::distribution::{Beta, Distribution, Gamma};
use crate::math::exp;
use crate::math::simd::Path;
use crate::math::special::{
    beta_density, beta_inverse, gamma_density, gamma_p_inverse, gamma_q_inverse, ln_beta,
    ln_gamma_1p,
};
use crate::sampling::{BLOCK, QuantileTable, Tail};

/// Below this shape a law is bent.
const STEEP: f64 = 0.3;
/// Below this the leading term of the power series is exact, and tells logarithms where values underflow.
const TINY: f64 = 1e-290;

/// A table of a logarithm, and the way back.
#[derive(Debug)]
pub struct Bent {
    table: QuantileTable,
    back: Back,
}

#[derive(Debug, Clone, Copy)]
enum Back {
    /// e^t times the scale.
    Power { scale: f64 },
    /// The share e^t / (1 + e^t) of an interval, from its nearer end.
    Odds { low: f64, high: f64 },
}

impl Bent {
    /// The table of a law that is steep at an end.
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other law is steep")]
    pub(super) fn of(law: &Distribution) -> Option<Bent> {
        match *law {
            Distribution::Gamma(law) if law.shape < STEEP => Some(Bent::gamma(law)),
            Distribution::Beta(law) if law.alpha.min(law.beta) < STEEP => Some(Bent::beta(law)),
            _ => None,
        }
    }

    fn gamma(Gamma { shape, scale }: Gamma) -> Bent {
        let rest = ln_gamma_1p(shape);
        let quantile = move |v: f64, tail: Tail| match tail {
            Tail::Lower => {
                let x = gamma_p_inverse(shape, v);
                if x > TINY { libm::log(x) } else { (libm::log(v) + rest) / shape }
            }
            Tail::Upper => libm::log(gamma_q_inverse(shape, v)),
        };
        let density = move |t: f64| {
            let x = libm::exp(t);
            let leading = || shape * libm::exp(shape * t - rest);
            if x > TINY { x * gamma_density(shape, x) } else { leading() }
        };
        let table = QuantileTable::build(Box::new(quantile), &density);
        Bent { table, back: Back::Power { scale } }
    }

    fn beta(Beta { alpha, beta, low, high, .. }: Beta) -> Bent {
        let log = ln_beta(alpha, beta);
        // ln of the nearer share, of a law that starts with this shape
        let near = move |share: f64, v: f64, shape: f64| {
            let leading = || (libm::log(v) + libm::log(shape) + log) / shape;
            if share > TINY { libm::log(share) } else { leading() }
        };
        let quantile = move |v: f64, tail: Tail| match tail {
            Tail::Lower => {
                let (below, above) = beta_inverse(alpha, beta, v, 1.0 - v);
                near(below, v, alpha) - near(above, 1.0 - v, beta)
            }
            Tail::Upper => {
                let (below, above) = beta_inverse(alpha, beta, 1.0 - v, v);
                near(below, 1.0 - v, alpha) - near(above, v, beta)
            }
        };
        let density = move |t: f64| {
            let small = libm::exp(-t.abs());
            let (near, far) = (small / (1.0 + small), 1.0 / (1.0 + small));
            let (below, above) = if t < 0.0 { (near, far) } else { (far, near) };
            let shape = if t < 0.0 { alpha } else { beta };
            let leading = || libm::exp(-shape * t.abs() - log);
            if near > TINY {
                below * above * beta_density(alpha, beta, below, above)
            } else {
                leading()
            }
        };
        let table = QuantileTable::build(Box::new(quantile), &density);
        Bent { table, back: Back::Odds { low, high } }
    }

    /// The draw of one uniform number.
    pub(super) fn at(&self, u: f64) -> f64 {
        let t = self.table.at(u);
        match self.back {
            Back::Power { scale } => scale * exp(t),
            Back::Odds { low, high } => share(t, exp(-t.abs()), low, high),
        }
    }

    /// The draws of a column, with the bits of [`Bent::at`].
    #[inline(always)]
    pub(super) fn fill<P: Path>(&self, path: P, u: &[f64], out: &mut [f64]) {
        self.table.fill(path, u, out);
        let mut power = [0.0; BLOCK];
        for (t, u) in out.chunks_mut(BLOCK).zip(u.chunks(BLOCK)) {
            let power = &mut power[..u.len()];
            match self.back {
                Back::Power { scale } => {
                    path.exp(t, power);
                    for (t, &power) in t.iter_mut().zip(&*power) {
                        *t = scale * power;
                    }
                }
                Back::Odds { low, high } => {
                    let mut size = [0.0; BLOCK];
                    for (size, &t) in size.iter_mut().zip(&*t) {
                        *size = -t.abs();
                    }
                    path.exp(&size[..u.len()], power);
                    for (t, &power) in t.iter_mut().zip(&*power) {
                        *t = share(*t, power, low, high);
                    }
                }
            }
        }
    }
}

/// The place in an interval at these log odds, with e^(−|t|) given.
#[inline(always)]
fn share(t: f64, power: f64, low: f64, high: f64) -> f64 {
    let distance = (high - low) * (power / (1.0 + power));
    if t < 0.0 { low + distance } else { high - distance }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::{Family, build};
    use crate::math::simd::{Kernel, SimdPath};

    struct Fill<'a>(&'a Bent, &'a [f64]);

    impl Kernel for Fill<'_> {
        type Output = Vec<f64>;

        #[inline(always)]
        fn run<P: Path>(self, path: P) -> Vec<f64> {
            let mut out = vec![0.0; self.1.len()];
            self.0.fill(path, self.1, &mut out);
            out
        }
    }

    #[test]
    fn steep_laws_are_accurate_in_both_tails() {
        let cases: [(Family, &[f64]); 5] = [
            (Family::Gamma, &[0.1, 2.0]),
            (Family::Gamma, &[0.002, 1.0]),
            (Family::Beta, &[0.05, 20.0, 0.0, 1.0]),
            (Family::Beta, &[3.0, 0.1, -2.0, 5.0]),
            (Family::Beta, &[0.2, 0.02, 0.0, 1.0]),
        ];
        let mut u: Vec<f64> = (0..4096).map(|i| (f64::from(i) + 0.5) / 4096.0).collect();
        u.extend((1..=53).map(|e| libm::exp2(-f64::from(e))));
        u.extend((1..=53).map(|e| 1.0 - libm::exp2(-f64::from(e))));
        for (family, parameters) in cases {
            let law = build(family, 0, parameters).expect("possible parameters");
            let bent = Bent::of(&law).expect("a steep law");
            assert_eq!(bent.table.n_exact_cells(), 0, "{family:?} {parameters:?}");
            let draws: Vec<f64> = u.iter().map(|&u| bent.at(u)).collect();
            for path in SimdPath::available() {
                assert_eq!(path.run(Fill(&bent, &u)), draws, "{path}");
            }
            for (&u, &x) in u.iter().zip(&draws) {
                let (tail, exact) = if u <= 0.5 {
                    (u, law.quantile(u))
                } else {
                    (1.0 - u, law.quantile_upper(1.0 - u))
                };
                // where numbers end, gradually, the value says it all
                let error = (x - exact).abs() * law.pdf(exact);
                let allowed =
                    f64::min(1e-9, 1e-7 * tail) + 8.0 * f64::EPSILON * exact.abs() * law.pdf(exact);
                assert!(
                    x == exact || error < allowed || (x - exact).abs() < f64::MIN_POSITIVE,
                    "{family:?} {parameters:?} at {u:e}: {x:e}, not {exact:e}"
                );
            }
        }
    }
}
