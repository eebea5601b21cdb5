//! A result drawn in a terminal: histogram and cumulative curve of each figure, fans of series, bars of conditions.
//!
//! In: a result with outlines, and the width of the page. Out: lines of block characters that say the same without
//! color. Labels are measured in cells, so that wide characters keep everything in its place.

mod canvas;
mod fan;
mod figure;

use unicode_width::UnicodeWidthStr;

use super::number;
use super::table::{BOLD, DIM, Look};
use super::visible;
use super::wrap::cut;
use crate::results::{OutputResult, SimulationResult, Statistics};
use canvas::padded;

/// From this width on, histogram and curve stand side by side.
const WIDE: usize = 100;
/// Cells between them.
const GAP: usize = 4;
/// A label of a bar takes at most this share of the width.
const LABEL_SHARE: usize = 3;

/// All outputs drawn, each below its name.
pub fn plot(result: &SimulationResult, look: Look) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut heading: Option<&str> = None;
    for output in &result.outputs {
        let drawn = match &output.statistics {
            Statistics::Number(_) | Statistics::Time(_) => drawn_figure(output, look),
            Statistics::Series(series) => fan::fan(series, look.width),
            Statistics::Probability(summary) => {
                let Some(probability) = summary.probability else { continue };
                if output.index.is_empty() {
                    if heading != Some("") {
                        lines.push(String::new());
                    }
                    heading = Some("");
                } else if heading != Some(&output.name) {
                    heading = Some(&output.name);
                    lines.extend([String::new(), look.paint(BOLD, &title(output, look.width))]);
                }
                lines.push(bar(output, probability.value, &result.outputs, look.width));
                continue;
            }
        };
        heading = None;
        if !drawn.is_empty() {
            lines.extend([String::new(), look.paint(BOLD, &title(output, look.width))]);
            lines.extend(drawn);
        }
    }
    if lines.is_empty() {
        return String::new();
    }
    let last = "▲ base: all inputs at their base";
    let has_figures = result.outputs.iter().any(|output| output.outline.is_some());
    if has_figures {
        lines.extend([String::new(), look.paint(DIM, last)]);
    }
    lines.join("\n") + "\n"
}

/// `programme: Total outlay, five years, 亿 CNY`.
fn title(output: &OutputResult, width: usize) -> String {
    let is_condition = matches!(output.statistics, Statistics::Probability(_));
    let labels: Vec<&str> = output.index.values().map(String::as_str).collect();
    let mut text = output.name.clone();
    if !labels.is_empty() && !is_condition {
        text = format!("{text}[{}]", labels.join(", "));
    }
    if let Some(about) = &output.about {
        text = format!("{text}: {about}");
    }
    if let Some(unit) = &output.unit {
        text = format!("{text}, {unit}");
    }
    cut(&visible(&text), width)
}

/// Histogram and cumulative curve; one below the other where there is no room.
fn drawn_figure(output: &OutputResult, look: Look) -> Vec<String> {
    let Some(outline) = &output.outline else { return Vec::new() };
    let (summary, never) = match &output.statistics {
        Statistics::Number(number) => (number, None),
        Statistics::Time(time) => (&time.number, time.never.map(|never| never.value)),
        Statistics::Probability(_) | Statistics::Series(_) => return Vec::new(),
    };
    if outline.low >= outline.high {
        let value = number::exact(outline.low);
        let share = outline.atoms.first().map_or(0.0, |atom| atom.1);
        let mut line = format!("{value} in {} of trials", number::percent(share));
        line.extend(never.filter(|p| *p > 0.0).map(|p| format!(" · never {}", number::percent(p))));
        return vec![line];
    }
    let is_wide = look.width >= WIDE;
    let width = if is_wide { (look.width - GAP) / 2 } else { look.width };
    let histogram = figure::histogram(outline, summary, never, width);
    let curve = figure::cumulative(outline, width);
    if !is_wide {
        return [histogram, curve].concat();
    }
    let height = histogram.len().max(curve.len());
    let line = |lines: &[String], at: usize| lines.get(at).cloned().unwrap_or_default();
    (0..height)
        .map(|at| {
            let left = padded(&line(&histogram, at), width + GAP);
            format!("{left}{}", line(&curve, at)).trim_end().to_owned()
        })
        .collect()
}

/// `alibaba  ███████▌    98 %`.
fn bar(output: &OutputResult, share: f64, outputs: &[OutputResult], width: usize) -> String {
    let label = |output: &OutputResult| match output.index.is_empty() {
        true => title(output, width),
        false => {
            let labels: Vec<&str> = output.index.values().map(String::as_str).collect();
            format!("  {}", visible(&labels.join(", ")))
        }
    };
    let is_condition = |o: &&OutputResult| matches!(o.statistics, Statistics::Probability(_));
    let widest = outputs.iter().filter(is_condition).map(|o| label(o).width()).max().unwrap_or(0);
    let room = widest.min(width / LABEL_SHARE);
    let value = number::percent(share);
    let cells = width.saturating_sub(room + 2 + 10).clamp(10, 60);
    let drawn = canvas::horizontal(share, cells);
    format!("{}  {}  {value:>8}", padded(&cut(&label(output), room), room), padded(&drawn, cells))
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use crate::results::Outline;

    fn drawn() -> SimulationResult {
        let mut result = fixture::full();
        for output in &mut result.outputs {
            let values: Vec<f64> = match output.name.as_str() {
                "break_even" => (0..700).map(|k| f64::from(31 + k % 30)).collect(),
                "investment" | "npv" => (1..2000)
                    .map(|k| 66.0 + 9.8 * crate::math::norm_quantile(f64::from(k) / 2000.0))
                    .collect(),
                _ => continue,
            };
            output.outline = Outline::of_sample(&values);
        }
        result
    }

    #[test]
    fn a_page_of_eighty_cells() {
        insta::assert_snapshot!(plot(&drawn(), Look { width: 80, is_colored: false }));
    }

    #[test]
    fn a_page_of_a_hundred_and_twenty_cells() {
        insta::assert_snapshot!(plot(&drawn(), Look { width: 120, is_colored: false }));
    }

    #[test]
    fn no_line_is_wider_than_the_page() {
        let mut result = drawn();
        result.outputs[0].about = Some("全部投资(含电力、带宽与算法工程师)".repeat(9));
        for width in [60, 80, 99, 100, 120, 160] {
            let page = plot(&result, Look { width, is_colored: false });
            assert!(page.lines().all(|line| line.width() <= width), "{width}\n{page}");
        }
    }

    #[test]
    fn color_is_decoration() {
        let colored = plot(&drawn(), Look { width: 80, is_colored: true });
        assert!(colored.contains('\x1b'));
        let plain = plot(&drawn(), Look { width: 80, is_colored: false });
        assert!(!plain.contains('\x1b'));
    }
}
