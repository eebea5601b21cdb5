//! Counts of values in log-linear buckets, with each bucket's own smallest and largest value.
//!
//! What comes in: keys and values of a block. What goes out: buckets in ascending order, and an `hdrhistogram`
//! for interchange: this is the only file that knows that crate. What is not here: centering, scaling and atoms
//! (`plan`, `channel`), percentiles (`distribution`).
//!
//! The key of a value x is read off the bits of 1 + |y|, y = (x − center) / scale: buckets are `scale / 1024`
//! wide (256 for a coarse one) in the middle, and from there on grow with the distance, 1024 to the octave, over
//! every magnitude there is. The idea of an index read off a float's exponent and leading mantissa bits is that of
//! G. Tene's HdrHistogram; the 1 makes the middle linear, so that memory goes where the values are.
//!
//! Because a bucket knows its smallest and largest value, no edge is ever computed: a bucket that holds one
//! distinct value (a whole number, an atom) gives it back exactly.

use std::time::Duration;

use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};

use super::plan::Resolution;

/// Octaves of 1 + |y| on either side of the center.
const OCTAVES: u32 = 1024;
/// The octave that stands for lanes that are not to be counted.
const SINK: u32 = 2 * OCTAVES;
/// Lanes not to be counted are spread over so many buckets, lest one's stores wait for each other.
const SINKS: u32 = 64;
/// No page yet.
const NO_PAGE: u16 = u16::MAX;

/// What a bucket holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// How many values.
    pub count: u64,
    /// The smallest; `+inf` for none.
    pub min: f64,
    /// The largest; `-inf` for none.
    pub max: f64,
}

impl Bucket {
    const EMPTY: Bucket = Bucket { count: 0, min: f64::INFINITY, max: f64::NEG_INFINITY };

    #[inline(always)]
    fn widen(&mut self, min: f64, max: f64) {
        self.min = if min < self.min { min } else { self.min };
        self.max = if max > self.max { max } else { self.max };
    }
}

/// Why values cannot be handed over as an [`hdrhistogram::Histogram`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HdrError {
    /// It holds no negative values.
    #[error("the values are not all at least 0")]
    Negative,
    /// Scaled, a value is beyond 2⁶³.
    #[error("the values are too large at this scale")]
    TooLarge,
}

/// Counts in log-linear buckets. Memory is taken an octave at a time, where values fall.
#[derive(Debug, Clone)]
pub struct Histogram {
    bits: u32,
    pages: Box<[u16]>,
    buckets: Vec<Bucket>,
}

impl Histogram {
    /// Nothing counted.
    pub fn new(resolution: Resolution) -> Histogram {
        let pages = vec![NO_PAGE; SINK as usize + 1].into_boxed_slice();
        Histogram { bits: resolution.bits(), pages, buckets: Vec::new() }
    }

    /// The key of y = (x − center) / scale, which is not NaN.
    #[inline(always)]
    pub(super) fn key<const BITS: u32>(y: f64) -> u32 {
        let above_one = (1.0 + y.abs()).to_bits() - 1.0_f64.to_bits();
        // Only an overflow of y reaches beyond the last octave.
        let key = ((above_one >> (52 - BITS)) as u32).min((OCTAVES << BITS) - 1);
        if y < 0.0 { key | (OCTAVES << BITS) } else { key }
    }

    /// A key whose counts are dropped.
    #[inline(always)]
    pub(super) fn sink<const BITS: u32>(lane: usize) -> u32 {
        (SINK << BITS) | (lane as u32 & (SINKS - 1))
    }

    /// Counts a block: each value under its key.
    #[inline(always)]
    pub(super) fn record<const BITS: u32>(&mut self, keys: &[u32], values: &[f64]) {
        debug_assert_eq!(self.bits, BITS, "keys are of the histogram's resolution");
        let mut done = 0;
        loop {
            done += self.record_in_pages::<BITS>(&keys[done..], &values[done..]);
            let Some(key) = keys.get(done) else { return };
            self.take_page((key >> BITS) as usize);
        }
    }

    /// Counts values up to the first that lies in a page not yet taken; how many.
    #[inline(always)]
    fn record_in_pages<const BITS: u32>(&mut self, keys: &[u32], values: &[f64]) -> usize {
        let (pages, buckets) = (&*self.pages, &mut *self.buckets);
        for (lane, (&key, &value)) in keys.iter().zip(values).enumerate() {
            let page = usize::from(pages[(key >> BITS) as usize]);
            let at = (page << BITS) | (key & ((1 << BITS) - 1)) as usize;
            // NO_PAGE lies beyond all buckets: one check serves both.
            let Some(bucket) = buckets.get_mut(at) else { return lane };
            bucket.count += 1;
            // Seldom, after the first values: a branch costs less than a store.
            if value < bucket.min {
                bucket.min = value;
            }
            if value > bucket.max {
                bucket.max = value;
            }
        }
        keys.len().min(values.len())
    }

    #[cold]
    #[inline(never)]
    fn take_page(&mut self, octave: usize) -> u16 {
        let page = u16::try_from(self.buckets.len() >> self.bits).expect("at most 2049 octaves");
        self.pages[octave] = page;
        self.buckets.reserve_exact(1 << self.bits);
        self.buckets.resize(self.buckets.len() + (1 << self.bits), Bucket::EMPTY);
        page
    }

    /// Adds another histogram's counts, of the same resolution.
    pub fn merge(&mut self, other: &Histogram) {
        assert_eq!(self.bits, other.bits, "histograms of one channel");
        let length = 1 << self.bits;
        for octave in 0..SINK as usize {
            if other.pages[octave] == NO_PAGE {
                continue;
            }
            if self.pages[octave] == NO_PAGE {
                self.take_page(octave);
            }
            let from = usize::from(other.pages[octave]) << self.bits;
            let to = usize::from(self.pages[octave]) << self.bits;
            for (sum, bucket) in
                self.buckets[to..to + length].iter_mut().zip(&other.buckets[from..from + length])
            {
                sum.count += bucket.count;
                sum.widen(bucket.min, bucket.max);
            }
        }
    }

    /// The buckets that hold values, in ascending order.
    pub fn ascending(&self) -> impl Iterator<Item = Bucket> + '_ {
        let page = move |octave: u32| -> &[Bucket] {
            match self.pages[octave as usize] {
                NO_PAGE => &[],
                page => &self.buckets[usize::from(page) << self.bits..][..1 << self.bits],
            }
        };
        let below = (OCTAVES..2 * OCTAVES).rev().flat_map(move |octave| page(octave).iter().rev());
        let above = (0..OCTAVES).flat_map(page);
        below.chain(above).filter(|bucket| bucket.count > 0).map(|bucket| Bucket {
            // + 0.0 makes -0.0 a plain 0: which of them came first is no part of the result.
            min: bucket.min + 0.0,
            max: bucket.max + 0.0,
            ..*bucket
        })
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.pages) + self.buckets.capacity() * size_of::<Bucket>()
    }
}

/// The buckets as an `hdrhistogram` of three significant digits, for interchange: each value is multiplied by
/// `scale` (units of the histogram per unit of the output) and rounded; a bucket goes to its middle.
///
/// # Errors
/// Where a value is negative, or beyond 2⁶³ once scaled.
pub fn hdr_from_buckets(
    buckets: impl Iterator<Item = Bucket>,
    scale: f64,
) -> Result<hdrhistogram::Histogram<u64>, HdrError> {
    let mut hdr = hdrhistogram::Histogram::new(3).expect("three digits are allowed");
    for bucket in buckets {
        if bucket.min < 0.0 {
            return Err(HdrError::Negative);
        }
        let value = ((bucket.min + (bucket.max - bucket.min) / 2.0) * scale).round();
        if value >= i64::MAX as f64 {
            return Err(HdrError::TooLarge);
        }
        hdr.record_n(value as u64, bucket.count).map_err(|_| HdrError::TooLarge)?;
    }
    Ok(hdr)
}

/// A log of histograms, version 1.3, compressed as its readers in Java want it: each entry has a tag without blanks
/// and commas. A log is of times, of which a run has none that is part of its result: they are 0 and 1.
pub fn hdr_log(comment: &str, entries: &[(String, hdrhistogram::Histogram<u64>)]) -> String {
    let mut bytes = format!(
        "#[{comment}]\n#[Histogram log format version 1.3]\n#[StartTime: 0.000 (seconds since epoch)]\n\
         \"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n"
    )
    .into_bytes();
    let mut serializer = V2DeflateSerializer::new();
    let mut log = IntervalLogWriterBuilder::new()
        .with_max_value_divisor(1.0)
        .begin_log_with(&mut bytes, &mut serializer)
        .expect("memory takes everything");
    for (tag, histogram) in entries {
        let tag = Tag::new(tag).expect("a tag without blanks and commas");
        log.write_histogram(histogram, Duration::ZERO, Duration::from_secs(1), Some(tag))
            .expect("memory takes everything");
    }
    String::from_utf8(bytes).expect("a log is text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accumulate::testing::SplitMix;

    fn histogram(values: &[f64]) -> Histogram {
        let mut histogram = Histogram::new(Resolution::Fine);
        let keys: Vec<u32> = values.iter().map(|&y| Histogram::key::<10>(y)).collect();
        histogram.record::<10>(&keys, values);
        histogram
    }

    /// Over all magnitudes, up to an overflow of y.
    #[test]
    fn buckets_ascend_and_do_not_overlap() {
        let mut random = SplitMix(1);
        let mut values: Vec<f64> = (0..20_000)
            .map(|_| random.normal() * libm::pow(10.0, 620.0 * random.uniform() - 310.0))
            .collect();
        values.extend([0.0, f64::MAX, f64::MIN, f64::MIN_POSITIVE, -5e-324]);
        let buckets: Vec<Bucket> = histogram(&values).ascending().collect();
        assert!(buckets.iter().all(|bucket| bucket.min <= bucket.max));
        assert!(buckets.windows(2).all(|pair| pair[0].max < pair[1].min));
        assert_eq!(buckets.iter().map(|bucket| bucket.count).sum::<u64>(), 20_005);
        assert_eq!(Histogram::key::<10>(f64::INFINITY), (OCTAVES << 10) - 1);
    }

    /// In the middle 1/1024 of the scale, from there on 1/1024 of the distance.
    #[test]
    fn buckets_are_as_narrow_as_promised() {
        let mut random = SplitMix(2);
        let values: Vec<f64> = (0..200_000).map(|_| 3.0 * random.normal()).collect();
        for bucket in histogram(&values).ascending() {
            let distance = bucket.min.abs().max(bucket.max.abs());
            assert!(bucket.max - bucket.min <= (1.0 + distance) / 1024.0);
        }
    }

    #[test]
    fn dropped_lanes_are_nowhere() {
        let mut histogram = Histogram::new(Resolution::Fine);
        histogram
            .record::<10>(&[Histogram::sink::<10>(3), Histogram::key::<10>(1.0)], &[f64::NAN, 1.0]);
        let mut sum = Histogram::new(Resolution::Fine);
        sum.merge(&histogram);
        assert_eq!(sum.ascending().collect::<Vec<_>>(), [Bucket { count: 1, min: 1.0, max: 1.0 }]);
    }

    /// Through its own serialized form, within its three digits.
    #[test]
    fn hdr_gives_the_same_percentiles() {
        use hdrhistogram::serialization::{Deserializer, Serializer, V2Serializer};
        let mut random = SplitMix(3);
        let mut values: Vec<f64> = (0..50_000).map(|_| random.lognormal(1.0)).collect();
        let hdr = hdr_from_buckets(histogram(&values).ascending(), 1e6).expect("not negative");
        let mut bytes = Vec::new();
        V2Serializer::new().serialize(&hdr, &mut bytes).expect("into memory");
        let back: hdrhistogram::Histogram<u64> =
            Deserializer::new().deserialize(&mut &*bytes).expect("its own bytes");
        assert_eq!(back.len(), 50_000);
        values.sort_unstable_by(f64::total_cmp);
        for p in [0.01, 0.05, 0.5, 0.95, 0.99] {
            let seen = back.value_at_quantile(p) as f64 / 1e6;
            let exact = values[(p * 50_000.0) as usize - 1];
            // A bucket's half width, 1/2048 here, and three digits.
            assert!((seen - exact).abs() < 0.0005 + 0.002 * exact, "P{p}: {seen} for {exact}");
        }
    }

    #[test]
    fn hdr_takes_what_it_can_hold() {
        let one = |value| {
            hdr_from_buckets([Bucket { count: 1, min: value, max: value }].into_iter(), 1e3)
                .map(|hdr| hdr.max())
        };
        assert_eq!(one(2.0), Ok(2000));
        assert_eq!(one(-1.0), Err(HdrError::Negative));
        assert_eq!(one(1e17), Err(HdrError::TooLarge));
    }
}
