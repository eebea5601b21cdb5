//! What decides the headline outputs: a tornado each, and the widest swing in a sentence.

use super::Dossier;
use super::amount::{Amounts, Voice};
use super::answers::{Answer, subject};
use super::drawings::Drawing;
use super::prose::{Piece, Prose, fill, text_of};
use crate::analysis::{InputSwing, OutputSwings};
use crate::report::chart::{Ticks, TornadoBar, TornadoChart, tornado};
use crate::report::number::{Ends, Figure, Scale};
use crate::report::visible;
use crate::results::OutputResult;
use unicode_width::UnicodeWidthStr;

/// Inputs in one tornado, at most.
const MOST_BARS: usize = 8;
/// An input that swings an output by less than this share of the widest swing is not drawn.
const LEAST_SWING: f64 = 0.02;
/// An input is called by so many cells, or by fewer where there is a comma.
const MOST_CELLS: usize = 40;
/// … but not by fewer than these.
const LEAST_CELLS: usize = 14;
/// A mean at a percentile is open by about this share of the standard deviation.
const OPEN: f64 = 0.01;

/// The tornados, in the order of the outputs that were asked for.
pub(super) fn drivers(dossier: &Dossier<'_>) -> Vec<Drawing> {
    drawn(dossier)
        .into_iter()
        .filter_map(|swings| Some(drawing(dossier, output_of(dossier, &swings.output)?, swings)))
        .collect()
}

/// The outputs that are worth a tornado: several inputs move them. The first where there is none.
pub(super) fn drawn<'a>(dossier: &Dossier<'a>) -> Vec<&'a OutputSwings> {
    let Some(swings) = dossier.swings else { return Vec::new() };
    let several: Vec<&OutputSwings> =
        swings.outputs.iter().filter(|swings| shown(swings).len() > 1).collect();
    if several.is_empty() { swings.outputs.iter().take(1).collect() } else { several }
}

/// The inputs in the tornado of an output.
fn shown(swings: &OutputSwings) -> &[InputSwing] {
    let reach = |input: &InputSwing| (input.swing.high - input.swing.low).abs();
    let widest = swings.inputs.first().map_or(0.0, reach);
    let count = swings
        .inputs
        .iter()
        .take(MOST_BARS)
        .take_while(|input| reach(input) > LEAST_SWING * widest)
        .count();
    &swings.inputs[..count]
}

/// What decides the first of them, for who reads no further.
pub(super) fn answer(dossier: &Dossier<'_>) -> Option<Answer> {
    let swings = dossier.swings?.outputs.first()?;
    let output = output_of(dossier, &swings.output)?;
    let widest = swings.inputs.first()?;
    Some(Answer {
        question: dossier.voice().words().question_driver,
        subject: subject(output),
        figure: vec![Piece::text(&called(dossier, &widest.name))],
        text: sentence(dossier, swings, widest),
    })
}

/// The output of that name with its labels.
fn output_of<'a>(dossier: &Dossier<'a>, name: &str) -> Option<&'a OutputResult> {
    dossier.result.outputs.iter().find(|output| super::tables::full_name(output) == visible(name))
}

/// The beginning of what an input is about; its name where it is about nothing.
fn called(dossier: &Dossier<'_>, name: &str) -> String {
    let row = dossier.inputs.iter().find(|row| row.name == name);
    let about = row.and_then(|row| row.about.as_deref()).map(gist);
    let text = match about.filter(|about| !about.is_empty()) {
        Some(about) => match name.split_once('[') {
            Some((_, label)) => format!("{about} · {}", label.trim_end_matches(']')),
            None => about.to_owned(),
        },
        None => name.to_owned(),
    };
    visible(&text).into_owned()
}

/// Up to the first mark that begins an explanation; where that is long, up to the first comma.
fn gist(about: &str) -> &str {
    let up_to = |marks: &[&str]| {
        let end = marks.iter().filter_map(|mark| about.find(mark)).min();
        about[..end.unwrap_or(about.len())].trim_end_matches('.')
    };
    let whole = up_to(&[". ", "; ", ": ", " (", "。", "；", "：", "（"]);
    if whole.width() <= MOST_CELLS {
        return whole;
    }
    let part = up_to(&[". ", "; ", ": ", " (", "。", "；", "：", "（", ", ", "，"]);
    if part.width() >= LEAST_CELLS { part } else { whole }
}

/// A figure of a tornado.
fn figure(swings: &OutputSwings, value: f64) -> Figure {
    let open = OPEN * swings.sd;
    Figure::estimate(value, Some((value - open, value + open)))
}

/// How the figures of a tornado are written.
fn amounts<'a>(dossier: &Dossier<'_>, swings: &'a OutputSwings) -> Amounts<'a> {
    let voice = dossier.voice();
    let ends = swings.inputs.iter().flat_map(|input| [input.swing.low, input.swing.high]);
    let figures: Vec<Figure> =
        ends.chain([swings.mean]).map(|value| figure(swings, value)).collect();
    Amounts {
        scale: Scale::of_table(&figures).by(voice.counting),
        unit: swings.unit.as_deref(),
        voice,
    }
}

/// P10 and P90 of an input as it is shown.
fn ends(voice: Voice, input: &InputSwing) -> Ends {
    Ends::of(input.swing.input.map(|end| input.shown.value(end)), voice.counting)
}

/// The unit of an input behind its figures.
fn unit_behind(voice: Voice, input: &InputSwing) -> String {
    let unit = input.shown.unit.as_ref();
    unit.map_or_else(String::new, |unit| format!("\u{a0}{}", voice.unit(unit, true)))
}

/// `0.285 – 3.5 亿 CNY/month`: the magnitude once where both ends have it.
fn range(voice: Voice, input: &InputSwing) -> String {
    let ends = ends(voice, input);
    let [low, high] = match ends.suffixes[0] == ends.suffixes[1] {
        true => [ends.digits[0].clone(), ends.end(1)],
        false => [ends.end(0), ends.end(1)],
    };
    format!("{} – {}{}", voice.number(&low), voice.number(&high), unit_behind(voice, input))
}

/// `Where it is at its P10 (20.4 M CNY/month) the mean is −66.2, at its P90 (122 M CNY/month) 5.6 亿 CNY.`
fn sentence(dossier: &Dossier<'_>, swings: &OutputSwings, input: &InputSwing) -> Prose {
    let voice = dossier.voice();
    let words = voice.words();
    let amounts = amounts(dossier, swings);
    let (ends, unit) = (ends(voice, input), unit_behind(voice, input));
    let [from, to] =
        [0, 1].map(|at| Piece::text(&format!("{}{unit}", voice.number(&ends.end(at)))));
    let [low, high] = [input.swing.low, input.swing.high].map(|value| {
        Piece::figure(voice.number(&amounts.scale.write(figure(swings, value))), value)
    });
    fill(words.swing, &[&[from], &[low], &[to], &amounts.with_unit(high)])
}

fn drawing(dossier: &Dossier<'_>, output: &OutputResult, swings: &OutputSwings) -> Drawing {
    let voice = dossier.voice();
    let words = voice.words();
    let amounts = amounts(dossier, swings);
    let write = |value: f64| voice.number(&amounts.scale.write(figure(swings, value)));
    let reach = |input: &InputSwing| (input.swing.high - input.swing.low).abs();
    let shown = shown(swings);
    let bars: Vec<TornadoBar> = shown
        .iter()
        .map(|input| TornadoBar {
            label: called(dossier, &input.name),
            range: range(voice, input),
            low: (input.swing.low, write(input.swing.low)),
            high: (input.swing.high, write(input.swing.high)),
        })
        .collect();
    let heading = subject(output);
    let mut text = shown.first().map_or_else(Prose::new, |input| {
        let mut text = vec![Piece::strong(&called(dossier, &input.name)), Piece::text(words.colon)];
        text.extend(sentence(dossier, swings, input));
        text
    });
    if let Some(next) = swings.inputs.get(shown.len()) {
        let others = (swings.inputs.len() - shown.len()).to_string();
        let width = Piece::text(&write(reach(next)));
        text.extend(fill(
            words.other_inputs,
            &[&[Piece::text(&others)], &amounts.with_unit(width)],
        ));
    }
    let description = bars
        .iter()
        .map(|bar| format!("{}: {} – {}", bar.label, bar.low.1, bar.high.1))
        .collect::<Vec<_>>()
        .join("; ");
    let mean = format!("{} {}", words.mean_lower, write(swings.mean));
    let drawing = tornado(&TornadoChart {
        title: &heading,
        description: &format!("{} {description}", text_of(&text)),
        bars: &bars,
        mean: (swings.mean, &mean),
        sides: [words.side_low, words.side_high],
        unit: &swings.unit.as_ref().map_or_else(String::new, |unit| voice.unit(unit, true)),
        ticks: &|range, most| voice.ticks(Ticks::new(range, most)),
    });
    Drawing { heading, drawing, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_input_is_called_ends_where_it_explains_itself() {
        assert_eq!(gist("Price of one A800; the long right side is the rule"), "Price of one A800");
        assert_eq!(gist("Cost of capital."), "Cost of capital");
        assert_eq!(gist("成熟期收入：市场最宽的猜测"), "成熟期收入");
        let long = "Share of the hours that is sold, once all of the customers are there";
        assert_eq!(gist(long), "Share of the hours that is sold");
        let list = "Space, power, cooling and remote hands in a hall of somebody else";
        assert_eq!(gist(list), list);
        assert_eq!(
            gist("A whole server over its GPUs (A100: 1.66)"),
            "A whole server over its GPUs"
        );
    }
}
