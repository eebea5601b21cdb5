//! Laws whose parameters stand in columns and that are more than arithmetic, over many lanes at once.
//!
//! In: a declared distribution, once; then its parameters (in the order in which [`instantiate`] asks for them) and a
//! uniform number, lane by lane. Out: the draws: metalogs, lists, histograms, windows and mixtures of families, and
//! families alone for sums of draws ([`Varying::of_sum`]); elsewhere these are operations of the program. A lane
//! never sees its neighbors, so that one lane alone ([`Varying::at`]) has the bits of a column. Lanes that are in doubt are
//! left to the scalar law, and what has nothing here is solved draw by draw.

mod family;
mod list;
mod metalog;
mod mixture;
mod standard;
mod window;

use super::prepared::solve;
use crate::check::{DistributionExpr, instantiate};
use crate::math::simd::{Kernel, Path, SimdPath};

use family::{Part, Written};
use metalog::Percentiles;
use mixture::Component;
use window::Window;

/// Lanes that are worked on together.
pub(super) const WIDTH: usize = 16;

/// A law over lanes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Varying {
    kind: Kind,
    declared: DistributionExpr,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Metalog(Box<Percentiles>),
    List,
    Histogram,
    Window(Window),
    Mixture(Vec<Component>),
    Family(Part),
}

/// The draws of some lanes as a kernel, so that its code, which is long, is there but once.
struct Draws<'a> {
    law: &'a Varying,
    arguments: &'a mut [[f64; WIDTH]],
    u: &'a [f64; WIDTH],
}

impl Kernel for Draws<'_> {
    type Output = [f64; WIDTH];

    #[inline(always)]
    fn run<P: Path>(self, _: P) -> [f64; WIDTH] {
        let mut out = [0.0; WIDTH];
        self.law.fill(P::PATH, self.arguments, self.u, &mut out);
        out
    }
}

impl Varying {
    /// The law of a declaration, if it has one.
    pub(super) fn of(declared: &DistributionExpr) -> Option<Varying> {
        let kind = if let DistributionExpr::Quantiles { points, low, high } = declared {
            let probabilities: Vec<f64> = points.iter().map(|&(p, _)| p).collect();
            let law = Percentiles::new(&probabilities, low.is_some(), high.is_some())?;
            Kind::Metalog(Box::new(law))
        } else if let DistributionExpr::Discrete(_) = declared {
            Kind::List
        } else if let DistributionExpr::Histogram { edges, weights } = declared
            && edges.len() == weights.len() + 1
        {
            Kind::Histogram
        } else if let DistributionExpr::Truncated { inner, low, high } = declared {
            let (inner, _) = part(inner)?;
            Kind::Window(Window { has_low: low.is_some(), has_high: high.is_some(), inner })
        } else if let DistributionExpr::Mixture(components) = declared {
            let component = |(declared, _): &(DistributionExpr, _)| {
                if let DistributionExpr::Value(_) = declared {
                    return Some(Component::Atom);
                }
                part(declared).map(|(part, count)| Component::Part(part, count))
            };
            Kind::Mixture(components.iter().map(component).collect::<Option<_>>()?)
        } else {
            return None;
        };
        Some(Varying { kind, declared: declared.clone() })
    }

    /// The law of a declaration, families among them: what a sum draws from.
    pub(super) fn of_sum(declared: &DistributionExpr) -> Option<Varying> {
        let family = || {
            let (part, _) = part(declared)?;
            Some(Varying { kind: Kind::Family(part), declared: declared.clone() })
        };
        Varying::of(declared).or_else(family)
    }

    /// The draws of [`WIDTH`] lanes. The arguments may be rearranged.
    pub(super) fn draw(
        &self,
        path: SimdPath,
        arguments: &mut [[f64; WIDTH]],
        u: &[f64; WIDTH],
    ) -> [f64; WIDTH] {
        path.run(Draws { law: self, arguments, u })
    }

    #[inline(always)]
    fn fill<const W: usize>(
        &self,
        path: SimdPath,
        arguments: &mut [[f64; W]],
        u: &[f64; W],
        out: &mut [f64; W],
    ) {
        let is_sure = match &self.kind {
            Kind::Metalog(law) => law.fill(arguments, u, out),
            Kind::List => list::fill_list(arguments, u, out),
            Kind::Histogram => list::fill_histogram(arguments, u, out),
            Kind::Window(law) => law.fill(path, arguments, u, out),
            Kind::Mixture(components) => mixture::fill(components, path, arguments, u, out),
            Kind::Family(part) => {
                let law = part.law(path, arguments);
                let mut upper = [0.0; W];
                for i in 0..W {
                    upper[i] = 1.0 - u[i];
                }
                *out = law.inverse(u, &upper);
                law.is_possible
            }
        };
        for i in 0..W {
            if !is_sure[i] {
                out[i] = self.alone(arguments.iter().map(|argument| argument[i]), u[i]);
            }
        }
    }

    /// The draw of one lane.
    #[inline(never)]
    pub(super) fn at(&self, arguments: impl Iterator<Item = f64>, u: f64) -> f64 {
        let mut arguments: Vec<[f64; 1]> = arguments.map(|argument| [argument]).collect();
        let mut out = [0.0];
        self.fill(SimdPath::Baseline, &mut arguments, &[u], &mut out);
        out[0]
    }

    /// A lane that is in doubt, or impossible.
    #[cold]
    #[inline(never)]
    fn alone(&self, mut arguments: impl Iterator<Item = f64>, u: f64) -> f64 {
        match instantiate(&self.declared, &mut |_| arguments.next()) {
            Some(Ok(law)) => solve(&law, u),
            Some(Err(_)) | None => f64::NAN,
        }
    }
}

/// A family, scaled and shifted perhaps, and how many arguments it has.
fn part(declared: &DistributionExpr) -> Option<(Part, usize)> {
    let (written, count) = if let DistributionExpr::Family { family, form, arguments } = declared {
        let first = family.forms()[*form].parameters[0].name;
        (Written::Family(*family, first), arguments.len())
    } else if let DistributionExpr::Range { level, .. } = declared {
        (Written::Range(*level), 2)
    } else if let DistributionExpr::Affine { inner, .. } = declared {
        let (inner, count) = part(inner).filter(|(inner, _)| !inner.is_scaled)?;
        return Some((Part { is_scaled: true, ..inner }, count + 2));
    } else {
        return None;
    };
    Some((Part { is_scaled: false, written, standard: written.standard()? }, count))
}
