//! Which instructions a run may use, and what the compiler does not vectorize well: rows of tables, exponentials
//! and [chains](chain).
//!
//! In: a [`Kernel`], written once as generic code that is always inlined. Out: its result, computed
//! under AVX-512, AVX2 or the baseline of the target, whichever [`SimdPath`] names and the CPU has.
//! All three give the same bits: no instruction here rounds, and nobody fuses a multiplication with
//! an addition. Inside a kernel the token of the path (a [`Path`], which only this file can make)
//! proves that the CPU has its instructions, so [`Path::gather_rows`] is safe to call.
//!
//! Not here: other arithmetic. Loops over `f64` are left to the compiler.
#![expect(
    unsafe_code,
    reason = "the one home of calls that need a CPU's feature, each behind a check of it"
)]

pub mod chain;
#[cfg(target_arch = "x86_64")]
mod vector;

use std::fmt;

use chain::{Chain, Column};

use super::elementary::{EXP_NEAR, exp, exp_near};
#[cfg(target_arch = "x86_64")]
use vector::{Eight, Four, Two, Vector};

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    __m256d, _mm256_loadu_pd, _mm256_permute2f128_pd, _mm256_storeu_pd, _mm256_unpackhi_pd,
    _mm256_unpacklo_pd, _mm512_castpd256_pd512, _mm512_insertf64x4, _mm512_shuffle_f64x2,
    _mm512_storeu_pd, _mm512_unpackhi_pd, _mm512_unpacklo_pd,
};

/// An instruction set that kernels are compiled for, from the narrowest to the widest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SimdPath {
    /// What every CPU of the target has (SSE2 on x86-64, NEON on AArch64).
    Baseline,
    /// 256 bits.
    Avx2,
    /// 512 bits: the subsets F, DQ, VL and BW.
    Avx512,
}

impl SimdPath {
    /// The widest path of this CPU, or a narrower one that the environment variable `OUTLAY_SIMD`
    /// (`baseline`, `avx2`, `avx512`) asks for. Asks the system: the caller keeps the answer.
    pub fn detect() -> SimdPath {
        let widest = SimdPath::widest();
        let wish = std::env::var("OUTLAY_SIMD").ok().and_then(|name| SimdPath::from_name(&name));
        wish.map_or(widest, |wish| wish.min(widest))
    }

    /// The paths of this CPU, narrowest first: what tests and benches compare.
    pub fn available() -> impl Iterator<Item = SimdPath> {
        let widest = SimdPath::widest();
        [SimdPath::Baseline, SimdPath::Avx2, SimdPath::Avx512]
            .into_iter()
            .filter(move |&path| path <= widest)
    }

    fn widest() -> SimdPath {
        #[cfg(target_arch = "x86_64")]
        {
            let has_avx2 = is_x86_feature_detected!("avx2");
            let has_avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512bw");
            if has_avx2 && has_avx512 {
                return SimdPath::Avx512;
            }
            if has_avx2 {
                return SimdPath::Avx2;
            }
        }
        SimdPath::Baseline
    }

    /// The path of this name.
    pub fn from_name(name: &str) -> Option<SimdPath> {
        match name {
            "baseline" => Some(SimdPath::Baseline),
            "avx2" => Some(SimdPath::Avx2),
            "avx512" => Some(SimdPath::Avx512),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            SimdPath::Baseline => "baseline",
            SimdPath::Avx2 => "avx2",
            SimdPath::Avx512 => "avx512",
        }
    }

    /// Runs a kernel compiled for this path; for the widest that the CPU has, where this one is wider.
    #[inline]
    pub fn run<K: Kernel>(self, kernel: K) -> K::Output {
        #[cfg(target_arch = "x86_64")]
        {
            match self.min(SimdPath::widest()) {
                // SAFETY: `widest` is Avx512 only where the CPU has been seen to have every feature.
                SimdPath::Avx512 => return unsafe { run_avx512(kernel) },
                // SAFETY: `widest` is Avx2 or above only where the CPU has been seen to have AVX2.
                SimdPath::Avx2 => return unsafe { run_avx2(kernel) },
                SimdPath::Baseline => {}
            }
        }
        kernel.run(Baseline(()))
    }
}

impl fmt::Display for SimdPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Work over blocks, written once and compiled for every path.
///
/// `run`, and every function under it that shall profit, must be `#[inline(always)]`: only what is
/// inlined is compiled for the path.
pub trait Kernel {
    /// What the work gives.
    type Output;

    /// Does the work. The token goes on to what needs it.
    fn run<P: Path>(self, path: P) -> Self::Output;
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2")]
fn run_avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run(Avx512(()))
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn run_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run(Avx2(()))
}

/// Lanes that [`Path::gather_rows`] serves in one go: the scratch memory stays in the first-level cache.
pub const CHUNK: usize = 64;

/// Rows of four numbers, as many as a power of two, so that an index is checked by its bits alone.
#[derive(Clone, PartialEq)]
pub struct RowTable {
    rows: Vec<Row>,
}

/// Four numbers that are fetched together; within one cache line.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(32))]
pub struct Row(pub [f64; 4]);

impl RowTable {
    /// Takes the rows, and adds rows of zeros up to a power of two.
    pub fn new(mut rows: Vec<Row>) -> RowTable {
        rows.resize(rows.len().next_power_of_two(), Row([0.0; 4]));
        RowTable { rows }
    }

    /// The row at this index.
    ///
    /// # Panics
    /// Beyond the last row.
    #[inline(always)]
    pub fn row(&self, index: u64) -> &[f64; 4] {
        &self.rows[index as usize].0
    }

    /// Number of rows, a power of two.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row: never.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl fmt::Debug for RowTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RowTable({} rows)", self.rows.len())
    }
}

/// The row of every lane, transposed: column `c` holds number `c` of each lane's row.
#[derive(Debug, Clone, PartialEq)]
#[repr(C, align(64))]
pub struct Columns(pub [[f64; CHUNK]; 4]);

impl Columns {
    /// Scratch memory.
    #[inline(always)]
    pub fn zeroed() -> Columns {
        Columns([[0.0; CHUNK]; 4])
    }
}

mod sealed {
    pub trait Sealed {}
}

/// The token of a path. Only [`SimdPath::run`] hands one out, after it has looked at the CPU.
pub trait Path: Copy + 'static + sealed::Sealed {
    /// Which path it is.
    const PATH: SimdPath;

    /// Fetches for every lane the row at its index.
    ///
    /// # Panics
    /// Where an index is beyond the table.
    fn gather_rows(self, table: &RowTable, index: &[u64; CHUNK], columns: &mut Columns);

    /// e^x of a column, with the bits of `elementary::exp`.
    ///
    /// # Panics
    /// Where the lengths differ.
    #[inline(always)]
    fn exp(self, x: &[f64], out: &mut [f64]) {
        assert_eq!(x.len(), out.len(), "columns of one length");
        for (x, out) in x.chunks(CHUNK).zip(out.chunks_mut(CHUNK)) {
            // Nearly always; the loop is then free of branches.
            if x.iter().all(|x| x.abs() < EXP_NEAR) {
                for (x, out) in x.iter().zip(out) {
                    *out = exp_near(*x);
                }
            } else {
                for (x, out) in x.iter().zip(out) {
                    *out = exp(*x);
                }
            }
        }
    }

    /// Sends all lanes through a chain of operations at an elapsed time in steps.
    ///
    /// # Panics
    /// Where an operand is beyond the columns.
    #[inline(always)]
    fn chain<const N: usize>(self, chain: Chain<'_, N>, columns: &mut [Column<N>], time: f64) {
        chain::run(self, chain, columns, time);
    }
}

/// Token of [`SimdPath::Baseline`].
#[derive(Debug, Clone, Copy)]
pub struct Baseline(());

/// Token of [`SimdPath::Avx2`].
#[derive(Debug, Clone, Copy)]
pub struct Avx2(());

/// Token of [`SimdPath::Avx512`].
#[derive(Debug, Clone, Copy)]
pub struct Avx512(());

impl sealed::Sealed for Baseline {}
impl sealed::Sealed for Avx2 {}
impl sealed::Sealed for Avx512 {}

impl Path for Baseline {
    const PATH: SimdPath = SimdPath::Baseline;

    #[inline(always)]
    fn gather_rows(self, table: &RowTable, index: &[u64; CHUNK], columns: &mut Columns) {
        for (lane, &at) in index.iter().enumerate() {
            let row = table.row(at);
            for (column, &number) in columns.0.iter_mut().zip(row) {
                column[lane] = number;
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn exp(self, x: &[f64], out: &mut [f64]) {
        // SAFETY: SSE2 is the baseline.
        unsafe { exp_column::<Two>(x, out) }
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn chain<const N: usize>(self, chain: Chain<'_, N>, columns: &mut [Column<N>], time: f64) {
        // SAFETY: SSE2 is the baseline.
        unsafe { chain::run_in_registers::<Two, N>(chain, columns, time) }
    }
}

/// Panics unless all indices lie in the table: the length is a power of two, so that the bits of
/// all indices together are below it exactly when each index is.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn check_indices(table: &RowTable, index: &[u64; CHUNK]) {
    debug_assert!(table.len().is_power_of_two());
    let bits = index.iter().fold(0, |bits, &at| bits | at);
    assert!(bits < table.len() as u64, "a row beyond the table");
}

impl Path for Avx2 {
    const PATH: SimdPath = SimdPath::Avx2;

    #[inline(always)]
    fn gather_rows(self, table: &RowTable, index: &[u64; CHUNK], columns: &mut Columns) {
        #[cfg(target_arch = "x86_64")]
        {
            check_indices(table, index);
            // SAFETY: the token is made only on a CPU with AVX2; the indices have just been checked.
            unsafe { gather_rows_avx2(table, index, columns) }
        }
        #[cfg(not(target_arch = "x86_64"))]
        Baseline(()).gather_rows(table, index, columns);
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn exp(self, x: &[f64], out: &mut [f64]) {
        // SAFETY: the token is made only on a CPU with AVX2.
        unsafe { exp_column::<Four>(x, out) }
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn chain<const N: usize>(self, chain: Chain<'_, N>, columns: &mut [Column<N>], time: f64) {
        // SAFETY: the token is made only on a CPU with AVX2.
        unsafe { chain::run_in_registers::<Four, N>(chain, columns, time) }
    }
}

impl Path for Avx512 {
    const PATH: SimdPath = SimdPath::Avx512;

    #[inline(always)]
    fn gather_rows(self, table: &RowTable, index: &[u64; CHUNK], columns: &mut Columns) {
        #[cfg(target_arch = "x86_64")]
        {
            check_indices(table, index);
            // SAFETY: the token is made only on a CPU with AVX-512; the indices have just been checked.
            unsafe { gather_rows_avx512(table, index, columns) }
        }
        #[cfg(not(target_arch = "x86_64"))]
        Baseline(()).gather_rows(table, index, columns);
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn exp(self, x: &[f64], out: &mut [f64]) {
        // SAFETY: the token is made only on a CPU with AVX-512.
        unsafe { exp_column::<Eight>(x, out) }
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn chain<const N: usize>(self, chain: Chain<'_, N>, columns: &mut [Column<N>], time: f64) {
        // SAFETY: the token is made only on a CPU with AVX-512.
        unsafe { chain::run_in_registers::<Eight, N>(chain, columns, time) }
    }
}

// Whole rows are loaded and transposed in registers. That beats the gather instructions (four
// gathers would look every row up four times), most of all on CPUs whose microcode slows them down.

/// Four rows in, four columns of four lanes out.
///
/// # Safety
/// The CPU has AVX2, and every index lies in the table.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn gather_rows_avx2(table: &RowTable, index: &[u64; CHUNK], columns: &mut Columns) {
    let rows = table.rows.as_ptr();
    let [a, b, c, d] = &mut columns.0;
    for start in (0..CHUNK).step_by(4) {
        // SAFETY: the caller has checked the indices; a row is four numbers.
        let row = |lane: usize| -> __m256d {
            unsafe { _mm256_loadu_pd(rows.add(index[start + lane] as usize).cast()) }
        };
        let (r0, r1, r2, r3) = (row(0), row(1), row(2), row(3));
        let (even01, odd01) = (_mm256_unpacklo_pd(r0, r1), _mm256_unpackhi_pd(r0, r1));
        let (even23, odd23) = (_mm256_unpacklo_pd(r2, r3), _mm256_unpackhi_pd(r2, r3));
        // SAFETY: `start + 4 <= CHUNK`, the length of every column.
        unsafe {
            _mm256_storeu_pd(
                a.as_mut_ptr().add(start),
                _mm256_permute2f128_pd::<0x20>(even01, even23),
            );
            _mm256_storeu_pd(
                b.as_mut_ptr().add(start),
                _mm256_permute2f128_pd::<0x20>(odd01, odd23),
            );
            _mm256_storeu_pd(
                c.as_mut_ptr().add(start),
                _mm256_permute2f128_pd::<0x31>(even01, even23),
            );
            _mm256_storeu_pd(
                d.as_mut_ptr().add(start),
                _mm256_permute2f128_pd::<0x31>(odd01, odd23),
            );
        }
    }
}

/// Eight rows in, four columns of eight lanes out.
///
/// # Safety
/// The CPU has AVX-512, and every index lies in the table.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2")]
#[inline]
unsafe fn gather_rows_avx512(table: &RowTable, index: &[u64; CHUNK], columns: &mut Columns) {
    let rows = table.rows.as_ptr();
    let [a, b, c, d] = &mut columns.0;
    for start in (0..CHUNK).step_by(8) {
        // SAFETY: the caller has checked the indices; a row is four numbers.
        let row = |lane: usize| -> __m256d {
            unsafe { _mm256_loadu_pd(rows.add(index[start + lane] as usize).cast()) }
        };
        let pair = |low: usize, high: usize| {
            _mm512_insertf64x4::<1>(_mm512_castpd256_pd512(row(low)), row(high))
        };
        let (r02, r13, r46, r57) = (pair(0, 2), pair(1, 3), pair(4, 6), pair(5, 7));
        let (even03, odd03) = (_mm512_unpacklo_pd(r02, r13), _mm512_unpackhi_pd(r02, r13));
        let (even47, odd47) = (_mm512_unpacklo_pd(r46, r57), _mm512_unpackhi_pd(r46, r57));
        // SAFETY: `start + 8 <= CHUNK`, the length of every column.
        unsafe {
            _mm512_storeu_pd(
                a.as_mut_ptr().add(start),
                _mm512_shuffle_f64x2::<0x88>(even03, even47),
            );
            _mm512_storeu_pd(b.as_mut_ptr().add(start), _mm512_shuffle_f64x2::<0x88>(odd03, odd47));
            _mm512_storeu_pd(
                c.as_mut_ptr().add(start),
                _mm512_shuffle_f64x2::<0xDD>(even03, even47),
            );
            _mm512_storeu_pd(d.as_mut_ptr().add(start), _mm512_shuffle_f64x2::<0xDD>(odd03, odd47));
        }
    }
}

/// Columns of [`exp`].
///
/// # Safety
/// The CPU has the instructions of the vector.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn exp_column<V: Vector>(x: &[f64], out: &mut [f64]) {
    assert_eq!(x.len(), out.len(), "columns of one length");
    let (parts, out_parts) = (x.chunks(V::LANES), out.chunks_mut(V::LANES));
    for (part, out) in parts.zip(out_parts) {
        if part.len() == V::LANES {
            // SAFETY: as many numbers as a vector has; the caller knows the CPU.
            let x = unsafe { V::load(part.as_ptr()) };
            if V::holds_everywhere(x.is_near()) {
                // SAFETY: likewise.
                unsafe { x.exp_near().store(out.as_mut_ptr()) };
                continue;
            }
        }
        for (x, out) in part.iter().zip(out) {
            *out = exp(*x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Exp<'a>(&'a [f64]);

    impl Kernel for Exp<'_> {
        type Output = Vec<u64>;

        #[inline(always)]
        fn run<P: Path>(self, path: P) -> Vec<u64> {
            let mut out = vec![0.0; self.0.len()];
            path.exp(self.0, &mut out);
            out.into_iter().map(f64::to_bits).collect()
        }
    }

    #[test]
    fn every_path_has_the_bits_of_the_scalar_exponential() {
        let ends = [0.0, -0.0, 708.0, -708.0, 709.7, -745.0, 800.0, -800.0, 1e-300, f64::INFINITY];
        let mut x: Vec<f64> = (0..2003).map(|i| f64::from(i) * 0.707 - 707.0).collect();
        x.extend((0..1000).map(|i| f64::from(i) * 1e-3 - 0.5));
        for (at, end) in ends.into_iter().enumerate() {
            x[at * 37] = end;
        }
        x[1] = f64::NAN;
        x[2] = f64::NEG_INFINITY;
        let expected: Vec<u64> = x.iter().map(|&x| exp(x).to_bits()).collect();
        for path in SimdPath::available() {
            assert_eq!(path.run(Exp(&x)), expected, "{path}");
        }
    }

    struct Gather<'a>(&'a RowTable, &'a [u64; CHUNK]);

    impl Kernel for Gather<'_> {
        type Output = (SimdPath, Columns);

        #[inline(always)]
        fn run<P: Path>(self, path: P) -> (SimdPath, Columns) {
            let mut columns = Columns::zeroed();
            path.gather_rows(self.0, self.1, &mut columns);
            (P::PATH, columns)
        }
    }

    fn numbered(n_rows: u32) -> RowTable {
        let row = |i: u32| Row([0.0, 0.25, 0.5, 0.75].map(|part| f64::from(i) + part));
        RowTable::new((0..n_rows).map(row).collect())
    }

    #[test]
    fn every_path_gathers_the_same_rows() {
        let table = numbered(1000);
        let index: [u64; CHUNK] = std::array::from_fn(|lane| (lane as u64 * 613 + 17) % 1000);
        let (_, expected) = SimdPath::Baseline.run(Gather(&table, &index));
        for (lane, &at) in index.iter().enumerate() {
            assert_eq!(expected.0.map(|column| column[lane]), *table.row(at));
        }
        for path in SimdPath::available() {
            assert_eq!(path.run(Gather(&table, &index)), (path, expected.clone()));
        }
    }

    #[test]
    fn an_index_beyond_the_table_panics_on_every_path() {
        let table = numbered(1000);
        for path in SimdPath::available() {
            let mut index = [0; CHUNK];
            index[63] = 1024;
            assert!(
                std::panic::catch_unwind(|| path.run(Gather(&table, &index))).is_err(),
                "{path}"
            );
        }
    }

    #[test]
    fn a_table_is_filled_up_to_a_power_of_two() {
        assert_eq!(numbered(1000).len(), 1024);
        assert_eq!(numbered(1024).len(), 1024);
    }

    #[test]
    fn names_of_paths_are_read_back() {
        for path in [SimdPath::Baseline, SimdPath::Avx2, SimdPath::Avx512] {
            assert_eq!(SimdPath::from_name(path.name()), Some(path));
        }
        assert_eq!(SimdPath::from_name("neon"), None);
    }
}
