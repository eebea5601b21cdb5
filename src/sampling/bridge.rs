//! The Brownian bridge: independent normals in the order of their importance to a path.
//!
//! In: uniforms of T coordinates. Out: uniforms of the steps 1 … T, as independent as those that came in, in such
//! order that the first coordinate settles where a random walk driven by them ends, the second where it is halfway,
//! and so on. The coordinates that Sobol' points fill best then carry most of what adds up over time. R. E. Caflisch,
//! W. Morokoff, A. B. Owen, "Valuation of mortgage backed securities using Brownian bridges to reduce effective
//! dimension", Journal of Computational Finance 1 (1997).
//!
//! The path is built from the coordinates' normal quantiles; its increments are independent standard normals again,
//! and Φ of them are the uniforms of the steps: so no draw downstream knows of it. Φ is a table of cubics here.

use std::sync::LazyLock;

use super::cells::{SMALLEST, cubic, fill_from_rows, hermite};
use super::normal::{fill_normal, normal_at};
use super::stream::BLOCK;
use crate::math::simd::{Kernel, Path, Row, RowTable, SimdPath};
use crate::math::{norm_cdf, norm_pdf};

/// One number a lane.
pub(super) type Column = [f64; BLOCK];

/// How the path of so many steps is built, a coordinate after the other.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bridge {
    pieces: Vec<Piece>,
}

/// The path at step `at`, given two steps where it is known: step 0, where it is 0, and others.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    at: usize,
    left: usize,
    left_weight: f64,
    right: usize,
    right_weight: f64,
    sd: f64,
}

impl Bridge {
    /// The bridge over this many steps.
    pub(super) fn new(n_steps: u32) -> Bridge {
        let last = n_steps as usize;
        let end = Piece {
            at: last,
            left: 0,
            left_weight: 0.0,
            right: 0,
            right_weight: 0.0,
            sd: f64::from(n_steps).sqrt(),
        };
        let mut pieces = vec![end];
        // Breadth first: the coarse path before the fine one.
        let mut gaps = std::collections::VecDeque::from([(0, last)]);
        while let Some((left, right)) = gaps.pop_front() {
            if right - left < 2 {
                continue;
            }
            let at = usize::midpoint(left, right);
            let (before, behind) = ((at - left) as f64, (right - at) as f64);
            let length = before + behind;
            pieces.push(Piece {
                at,
                left,
                left_weight: behind / length,
                right,
                right_weight: before / length,
                sd: (before * behind / length).sqrt(),
            });
            gaps.extend([(left, at), (at, right)]);
        }
        Bridge { pieces }
    }

    /// Turns a block of uniforms of the coordinates, which `coordinate` fills in, into uniforms of the steps;
    /// `paths` takes one column for each of the steps 0 … T, of which that of step 0 means nothing afterwards.
    pub(super) fn fill(
        &self,
        path: SimdPath,
        coordinate: impl Fn(usize, &mut Column),
        paths: &mut Vec<Column>,
    ) {
        paths.resize(self.pieces.len() + 1, [0.0; BLOCK]);
        paths[0].fill(0.0);
        let mut uniforms = [0.0; BLOCK];
        for (number, &piece) in self.pieces.iter().enumerate() {
            coordinate(number, &mut uniforms);
            path.run(Settle { piece, uniforms: &uniforms, paths });
        }
        for step in (1..paths.len()).rev() {
            path.run(Increment { step, paths });
        }
    }

    /// The same for one trial: the uniform of one of the steps 1 … T.
    pub(super) fn at(&self, coordinate: impl Fn(usize) -> f64, step: usize) -> f64 {
        let mut walk = vec![0.0; self.pieces.len() + 1];
        for (number, piece) in self.pieces.iter().enumerate() {
            let normal = normal_at(coordinate(number));
            walk[piece.at] = piece.value(walk[piece.left], walk[piece.right], normal);
        }
        cdf_at(walk[step] - walk[step - 1])
    }
}

impl Piece {
    #[inline(always)]
    fn value(&self, left: f64, right: f64, normal: f64) -> f64 {
        self.left_weight * left + self.right_weight * right + self.sd * normal
    }
}

struct Settle<'a> {
    piece: Piece,
    uniforms: &'a Column,
    paths: &'a mut [Column],
}

impl Kernel for Settle<'_> {
    type Output = ();

    #[inline(always)]
    fn run<P: Path>(self, path: P) {
        let Settle { piece, uniforms, paths } = self;
        let mut normals = [0.0; BLOCK];
        fill_normal(path, uniforms, &mut normals);
        let [left, right, at] = [piece.left, piece.right, piece.at];
        // Both neighbors are known before: the column is neither of them.
        let (left, right) = (paths[left], paths[right]);
        for (lane, at) in paths[at].iter_mut().enumerate() {
            *at = piece.value(left[lane], right[lane], normals[lane]);
        }
    }
}

struct Increment<'a> {
    step: usize,
    paths: &'a mut [Column],
}

impl Kernel for Increment<'_> {
    type Output = ();

    #[inline(always)]
    fn run<P: Path>(self, path: P) {
        let (before, rest) = self.paths.split_at_mut(self.step);
        let (before, here) = (&before[self.step - 1], &mut rest[0]);
        let mut increments = [0.0; BLOCK];
        for (lane, increment) in increments.iter_mut().enumerate() {
            *increment = here[lane] - before[lane];
        }
        fill_from_rows(path, &CDF, &increments, here, locate, cdf);
    }
}

/// Cells of Φ(−x) a unit of x.
const CELLS: f64 = 64.0;
/// From here on Φ(−x) is below the smallest uniform.
const FARTHEST: f64 = 8.25;

/// Cubics of Φ(−x) over x ≥ 0: off by at most 1e-10, and 1e-6 of the value.
static CDF: LazyLock<RowTable> = LazyLock::new(|| {
    let row = |cell: u32| {
        let at = [f64::from(cell) / CELLS, f64::from(cell + 1) / CELLS];
        Row(hermite(1.0 / CELLS, at.map(|x| norm_cdf(-x)), at.map(|x| -norm_pdf(x))))
    };
    RowTable::new((0..=(FARTHEST * CELLS) as u32).map(row).collect())
});

#[inline(always)]
fn locate(x: f64) -> (u64, f64) {
    const TWO_52: f64 = (1_u64 << 52) as f64;
    let x = x.abs();
    let x = if x < FARTHEST { x } else { FARTHEST };
    // The nearest whole number of cells from the middle of one is its own, but for ties.
    let shifted = x * CELLS + (TWO_52 - 0.5);
    let cell = shifted - TWO_52;
    let cell = if cell > 0.0 { cell } else { 0.0 };
    ((cell + TWO_52).to_bits() & ((1 << 52) - 1), x - cell / CELLS)
}

#[inline(always)]
fn cdf(x: f64, place: f64, row: [f64; 4]) -> f64 {
    let tail = cubic(place, row);
    let tail = if tail > SMALLEST { tail } else { SMALLEST };
    if x > 0.0 { 1.0 - tail } else { tail }
}

/// Φ(x) as a uniform number.
fn cdf_at(x: f64) -> f64 {
    let (cell, place) = locate(x);
    cdf(x, place, *CDF.row(cell))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::{StreamKey, uniform_at};

    #[test]
    fn the_table_is_the_distribution_function() {
        for i in -90_000..=90_000 {
            let x = f64::from(i) * 1e-4 + 3.3e-6;
            let (found, expected) = (cdf_at(x), norm_cdf(x));
            assert!((found - expected).abs() < 1e-10, "{x}: {found} {expected}");
            if (-8.0..0.0).contains(&x) {
                assert!((found / expected - 1.0).abs() < 1e-6, "{x}: {found} {expected}");
            }
            assert!(found > 0.0 && found < 1.0);
        }
    }

    #[test]
    fn every_step_is_settled_once_and_from_known_ones() {
        for n_steps in [1, 2, 3, 7, 60, 61, 64, 1000] {
            let bridge = Bridge::new(n_steps);
            let mut is_known = vec![false; n_steps as usize + 1];
            is_known[0] = true;
            for piece in &bridge.pieces {
                assert!(is_known[piece.left] && is_known[piece.right]);
                assert!(!std::mem::replace(&mut is_known[piece.at], true));
            }
            assert!(is_known.iter().all(|&is_known| is_known));
        }
    }

    /// The map from coordinates to increments is orthogonal: its rows have length 1 and are at right angles.
    #[test]
    fn increments_are_independent_standard_normals() {
        for n_steps in [1, 5, 60, 61] {
            let bridge = Bridge::new(n_steps);
            let mut walk = vec![vec![0.0; n_steps as usize]; n_steps as usize + 1];
            for (number, piece) in bridge.pieces.iter().enumerate() {
                let (left, right) = (walk[piece.left].clone(), walk[piece.right].clone());
                for (column, (at, (left, right))) in
                    walk[piece.at].iter_mut().zip(left.into_iter().zip(right)).enumerate()
                {
                    *at = piece.value(left, right, f64::from(u8::from(column == number)));
                }
            }
            let rows: Vec<Vec<f64>> = walk
                .windows(2)
                .map(|pair| pair[1].iter().zip(&pair[0]).map(|(b, a)| b - a).collect())
                .collect();
            for (i, a) in rows.iter().enumerate() {
                for (j, b) in rows.iter().enumerate() {
                    let product: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                    let expected = f64::from(u8::from(i == j));
                    assert!((product - expected).abs() < 1e-12, "{i} {j}: {product}");
                }
            }
        }
    }

    #[test]
    fn every_path_gives_the_bits_of_the_scalar() {
        let bridge = Bridge::new(13);
        let uniform = |number: usize, lane: u64| {
            uniform_at(StreamKey::new(1, "bridge").part(number as u64), 0, lane)
        };
        for path in SimdPath::available() {
            let mut paths = Vec::new();
            let fill = |number: usize, out: &mut Column| {
                (0..).zip(out).for_each(|(lane, out)| *out = uniform(number, lane));
            };
            bridge.fill(path, fill, &mut paths);
            for (step, column) in paths.iter().enumerate().skip(1) {
                for lane in [0, 1, 300, 511] {
                    let expected = bridge.at(|number| uniform(number, lane), step);
                    assert_eq!(column[lane as usize], expected, "{path} {step} {lane}");
                }
            }
        }
    }
}
