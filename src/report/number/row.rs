//! How the figures of one row, or of a table, are written: in one magnitude, with the same decimals wherever that
//! makes sense.

use super::magnitude::MAGNITUDE_FROM;
use super::{
    Counting, ESTIMATE_DIGITS, EXACT_DIGITS, FEWEST_DIGITS, Magnitude, SCIENTIFIC_FROM, UNITS_OPEN,
    decimals_needed, decimals_open, exponent, fixed, is_scientific, is_short, scientific, shifted,
};

/// The last digit of any figure of a row may be off by so many units; else it loses digits of its own.
const UNITS_OPEN_AT_WORST: f64 = 12.0;

/// What is known of a figure besides its value.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Known {
    /// It is computed, without an error of its own.
    Computed,
    /// It is the plan's own figure: four digits of it are of interest, whatever the others' errors.
    Plan,
    /// An estimate that has met an atom: the model's own number.
    Atom,
    /// An estimate with half the width of its 95 % interval.
    Within(f64),
}

/// A figure of a row and what is known of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figure {
    value: f64,
    known: Known,
}

impl Figure {
    /// A figure without an error.
    pub(crate) fn computed(value: f64) -> Figure {
        Figure { value, known: Known::Computed }
    }

    /// A figure of the base case.
    pub(crate) fn plan(value: f64) -> Figure {
        Figure { value, known: Known::Plan }
    }

    /// An estimate; an interval without width is an atom, an interval with an end that is no number tells nothing.
    pub(crate) fn estimate(value: f64, interval: Option<(f64, f64)>) -> Figure {
        let known = match interval {
            Some((low, high)) if low == high => Known::Atom,
            Some((low, high)) => Known::Within((high - low) / 2.0),
            None => Known::Computed,
        };
        Figure { value, known }
    }

    fn half_width(self) -> Option<f64> {
        if let Known::Within(half_width) = self.known { Some(half_width) } else { None }
    }
}

/// How the figures of one row are written: in one magnitude, with the same decimals wherever that makes sense.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    decimals: i32,
    magnitude: Magnitude,
    largest: f64,
    counting: Counting,
    /// Whether the plan's own figures keep to the decimals of the others.
    is_table: bool,
}

impl Scale {
    /// From the figures of a row.
    pub(crate) fn of(figures: &[Figure]) -> Scale {
        let best = figures.iter().filter_map(|f| f.half_width()).min_by(f64::total_cmp);
        Scale::new(figures, best, false)
    }

    /// From the figures of a table whose columns are read as movements: the same decimals everywhere.
    pub(crate) fn of_table(figures: &[Figure]) -> Scale {
        let mut half_widths: Vec<f64> = figures.iter().filter_map(|f| f.half_width()).collect();
        half_widths.sort_by(f64::total_cmp);
        Scale::new(figures, half_widths.get(half_widths.len() / 2).copied(), true)
    }

    fn new(figures: &[Figure], half_width: Option<f64>, is_table: bool) -> Scale {
        let largest = figures.iter().map(|f| f.value.abs()).max_by(f64::total_cmp).unwrap_or(0.0);
        let is_whole = figures.iter().all(|f| f.value.fract() == 0.0);
        let most = ESTIMATE_DIGITS - 1 - exponent(largest, ESTIMATE_DIGITS);
        let decimals = match half_width {
            Some(half_width) => most.min(decimals_open(half_width, UNITS_OPEN)),
            None => without_common_zeros(figures, most),
        };
        Scale {
            decimals: if is_whole { decimals.min(0) } else { decimals },
            magnitude: Magnitude::of(largest),
            largest,
            counting: Counting::Thousands,
            is_table,
        }
    }

    /// The same with large numbers counted in this way.
    pub(crate) fn by(self, counting: Counting) -> Scale {
        Scale { magnitude: Magnitude::by(counting, self.largest), counting, ..self }
    }

    /// A figure without an error of its own beside those of the row: up to six digits, in their magnitude.
    pub(crate) fn exact(self, value: f64) -> String {
        self.magnitude.fitting(value, self.counting).exact(value)
    }

    /// One figure of the row.
    pub(crate) fn write(self, figure: Figure) -> String {
        let Figure { value, known } = figure;
        if value == 0.0 {
            return fixed(value, if self.is_table { self.decimals.max(0) } else { 0 });
        }
        // Never more digits than these, however much larger the others are.
        let own = ESTIMATE_DIGITS - 1 - exponent(value, ESTIMATE_DIGITS);
        let fewest = FEWEST_DIGITS - 1 - exponent(value, FEWEST_DIGITS);
        let shared = self.decimals.min(own);
        let magnitude = self.magnitude.fitting(value, self.counting);
        let needed = |digits: i32| {
            decimals_needed(shifted(value, -magnitude.power), digits) - magnitude.power
        };
        // Written in another way than its row, it need not keep to the row's decimals.
        let is_apart = magnitude != self.magnitude || is_scientific(value);
        let decimals = match known {
            Known::Within(half_width) if is_apart => own.min(decimals_open(half_width, UNITS_OPEN)),
            Known::Computed if is_apart => own.min(needed(ESTIMATE_DIGITS)),
            Known::Within(half_width) => {
                let at_worst =
                    decimals_open(half_width, UNITS_OPEN_AT_WORST).max(self.decimals - 2);
                shared.max(fewest.min(decimals_open(half_width, UNITS_OPEN))).min(at_worst)
            }
            Known::Computed => shared.max(fewest.min(needed(ESTIMATE_DIGITS))),
            Known::Plan if self.is_table => shared.max(fewest.min(needed(ESTIMATE_DIGITS))),
            Known::Plan => shared.max(needed(ESTIMATE_DIGITS)),
            Known::Atom if is_short(value, EXACT_DIGITS) => shared.max(needed(EXACT_DIGITS)),
            Known::Atom => own,
        };
        if is_scientific(value) {
            return scientific(value, decimals + 1 + exponent(value, ESTIMATE_DIGITS));
        }
        let is_exact = matches!(known, Known::Plan | Known::Atom);
        // A whole number keeps all its digits as long as they can be read.
        let is_cut = magnitude.power > 0 && !is_short(value, ESTIMATE_DIGITS);
        if is_exact && is_cut && value.fract() == 0.0 && value.abs() < MAGNITUDE_FROM {
            return fixed(value, 0);
        }
        magnitude.write(value, decimals)
    }
}

/// Decimals without those that are 0 in every figure.
fn without_common_zeros(figures: &[Figure], most: i32) -> i32 {
    let most_needed =
        figures.iter().filter(|figure| figure.value.abs() < SCIENTIFIC_FROM).map(|figure| {
            let text = format!("{:.*}", usize::try_from(most).unwrap_or(0), figure.value);
            let fraction =
                text.split_once('.').map_or("", |(_, fraction)| fraction.trim_end_matches('0'));
            i32::try_from(fraction.len()).unwrap_or(0)
        });
    if most <= 0 { most } else { most_needed.max().unwrap_or(most) }
}

#[cfg(test)]
mod tests {
    use super::super::{exact_by, mean_and_error, mean_and_error_by};
    use super::*;

    /// Figures with half the width of their intervals; 0 for what has no error.
    #[track_caller]
    fn check_row(figures: &[(f64, f64)], expected: &[&str]) {
        let figure = |&(value, half_width): &(f64, f64)| match half_width {
            0.0 => Figure::computed(value),
            _ => Figure { value, known: Known::Within(half_width) },
        };
        let figures: Vec<Figure> = figures.iter().map(figure).collect();
        check(&figures, expected);
    }

    #[track_caller]
    fn check(figures: &[Figure], expected: &[&str]) {
        let scale = Scale::of(figures);
        let written: Vec<String> = figures.iter().map(|figure| scale.write(*figure)).collect();
        assert_eq!(written, expected);
    }

    fn atom(value: f64) -> Figure {
        Figure::estimate(value, Some((value, value)))
    }

    #[test]
    fn whole_numbers_and_atoms_are_never_rounded() {
        check(&[Figure::plan(1234.0), atom(1234.0), atom(56_789.0)], &["1,234", "1,234", "56,789"]);
        check(&[17.0, 29.0, 41.0, 53.0].map(atom), &["17", "29", "41", "53"]);
        let wide = Figure::estimate(90_000.0, Some((1234.0, 123_456.0)));
        check(&[Figure::plan(6172.0), atom(0.0), wide, atom(3.0)], &["6,172", "0", "90,000", "3"]);
        check(&[atom(1_234_567.0), atom(12_345_678.0)], &["1,234,567", "12.35 M"]);
        check(&[atom(12.345), atom(1.0 / 3.0)], &["12.345", "0.3333"]);
    }

    #[test]
    fn the_plan_keeps_four_digits_beside_badly_known_percentiles() {
        let percentile = Figure::estimate(52.0, Some((40.0, 64.0)));
        check(&[Figure::plan(66.037), percentile], &["66.04", "52"]);
        check(&[Figure::plan(12_345.6), percentile], &["12,346", "52"]);
    }

    #[test]
    fn tiny_and_huge_numbers_have_a_power_of_ten_and_no_other_cell_does() {
        check_row(&[(6.234e-26, 0.0), (1.5, 0.0)], &["6.234e-26", "1.5"]);
        check_row(&[(5.67e-8, 2e-11), (5.68e-8, 2e-11)], &["5.670e-8", "5.680e-8"]);
        check_row(&[(1e3, 1.0), (31.6e6, 1e4), (2.5e17, 1e15)], &["1,000", "31.60 M", "2.50e17"]);
        check_row(&[(-1.234_567e-300, 0.0)], &["-1.23e-300"]);
        assert_eq!(mean_and_error(5.67e-8, Some(2.3e-11)), ("5.670e-8".into(), "2e-11".into()));
        assert_eq!(mean_and_error(5.0, Some(1e-9)), ("5.000".into(), "<0.001".into()));
    }

    #[test]
    fn a_figure_far_below_its_row_has_a_magnitude_of_its_own() {
        check_row(&[(1234.0, 0.0), (6.6e9, 0.0), (5e7, 0.0)], &["1,234", "6.600 bn", "0.050 bn"]);
        check_row(&[(1_500_000.0, 0.0), (2e12, 0.0)], &["1,500,000", "2.000 tn"]);
        check_row(&[(31_622_777.0, 0.0), (1.3e16, 0.0)], &["31.62 M", "1.300e16"]);
    }

    #[test]
    fn a_row_shows_four_digits_of_its_largest_figure_at_most() {
        check_row(&[(52.0123, 0.0), (66.1267, 0.0), (83.2, 0.0)], &["52.01", "66.13", "83.20"]);
        check_row(&[(-6547.4, 0.0), (15.2, 0.0)], &["-6,547", "15"]);
        check_row(&[(1_659_612.4, 0.0), (0.0, 0.0)], &["1,659,612", "0"]);
    }

    #[test]
    fn decimals_that_the_error_leaves_open_are_not_shown() {
        check_row(&[(52.013, 0.11), (66.127, 0.1), (83.27, 0.15)], &["52.0", "66.1", "83.3"]);
        check_row(&[(66.127, 0.1), (983.27, 40.0)], &["66.1", "983"]);
        check_row(&[(4571.0, 300.0), (6123.0, 150.0)], &["4,571", "6,123"]);
    }

    #[test]
    fn a_small_figure_beside_large_ones_keeps_two_digits() {
        check_row(&[(0.0213, 0.0), (51.27, 0.0)], &["0.021", "51.27"]);
    }

    #[test]
    fn long_numbers_are_written_with_a_magnitude() {
        check_row(
            &[(6_599_612_345.5, 0.0), (-812_000_000.0, 0.0), (0.0, 0.0)],
            &["6.600 bn", "-0.812 bn", "0"],
        );
        check_row(&[(12_345_678.0, 0.0)], &["12.35 M"]);
        assert_eq!(mean_and_error(6.6123e9, Some(9.8e5)), ("6.612 bn".into(), "0.001 bn".into()));
    }

    #[test]
    fn zeros_that_all_figures_share_are_left_out() {
        check_row(&[(0.35, 0.0), (0.4, 0.0)], &["0.35", "0.40"]);
    }

    #[test]
    fn a_small_figure_gets_no_digit_that_is_open() {
        check_row(&[(-45.01, 0.05), (0.154, 0.1)], &["-45.0", "0.2"]);
    }

    #[test]
    fn the_cells_of_a_table_share_their_decimals() {
        let figures = [(-52.361, 0.01), (0.0312, 0.09), (57.99, 0.2)]
            .map(|(value, half_width)| Figure { value, known: Known::Within(half_width) });
        let scale = Scale::of_table(&figures);
        assert_eq!(figures.map(|figure| scale.write(figure)), ["-52.4", "0.0", "58.0"]);
    }

    #[test]
    fn whole_numbers_stay_whole() {
        check_row(&[(2.0, 0.0), (3.0, 0.0), (54.0, 0.5)], &["2", "3", "54"]);
        assert_eq!(mean_and_error(2.0, None).0, "2");
    }

    #[test]
    fn numbers_are_counted_by_ten_thousands_too() {
        let by = |value| exact_by(value, Counting::TenThousands);
        assert_eq!([10_000.0, 100_000.0, 5e7].map(by), ["10,000", "10 万", "5,000 万"]);
        assert_eq!([5.33e10, 1.1e12, -2e8].map(by), ["533 亿", "1.1 万亿", "-2 亿"]);
        let figures = [5e6, 3.5e8].map(Figure::computed);
        let scale = Scale::of(&figures).by(Counting::TenThousands);
        assert_eq!(figures.map(|figure| scale.write(figure)), ["0.050 亿", "3.500 亿"]);
        assert_eq!(scale.exact(2.5e8), "2.5 亿");
        let (mean, error) = mean_and_error_by(6.6123e9, Some(9.8e5), Counting::TenThousands);
        assert_eq!((mean.as_str(), error.as_str()), ("66.12 亿", "0.01 亿"));
    }
}
