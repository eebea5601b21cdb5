//! The writer of SVG: the only place where a drawing's text is put together, and where it is escaped.

use std::fmt::Write;

use crate::report::visible;

/// A drawing on its way to text.
pub(super) struct Svg {
    out: String,
}

/// Where a text stands from its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Svg {
    /// An empty drawing of that size; title and description are for who does not see it.
    pub(super) fn new(width: f64, height: f64, title: &str, description: &str) -> Svg {
        let (width, height) = (coordinate(width), coordinate(height));
        let (title, description) = (escaped(title), escaped(description));
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\"><title>{title}</title>"
        );
        if !description.is_empty() {
            write_to(&mut out, format_args!("<desc>{description}</desc>"));
        }
        Svg { out }
    }

    /// A rectangle; nothing where it has no extent.
    pub(super) fn rect(&mut self, class: &'static str, x: f64, y: f64, width: f64, height: f64) {
        if width > 0.0 && height > 0.0 {
            let [x, y, width, height] = [x, y, width, height].map(coordinate);
            self.write(format_args!(
                "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
            ));
        }
    }

    /// A line from point to point.
    pub(super) fn line(&mut self, class: &'static str, from: (f64, f64), to: (f64, f64)) {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(coordinate);
        self.write(format_args!(
            "<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>"
        ));
    }

    /// A line through points, in pieces where a point is missing.
    pub(super) fn path(&mut self, class: &'static str, points: &[Option<(f64, f64)>]) {
        let mut data = String::new();
        let mut is_down = false;
        for point in points {
            if let Some((x, y)) = point {
                let verb = if is_down { 'L' } else { 'M' };
                write_to(&mut data, format_args!("{verb}{} {}", coordinate(*x), coordinate(*y)));
            }
            is_down = point.is_some();
        }
        if !data.is_empty() {
            self.write(format_args!("<path class=\"{class}\" d=\"{data}\"/>"));
        }
    }

    /// The area that points enclose.
    pub(super) fn area(&mut self, class: &'static str, points: &[(f64, f64)]) {
        let mut data = String::new();
        for (position, &(x, y)) in points.iter().enumerate() {
            let verb = if position == 0 { 'M' } else { 'L' };
            write_to(&mut data, format_args!("{verb}{} {}", coordinate(x), coordinate(y)));
        }
        if !data.is_empty() {
            self.write(format_args!("<path class=\"{class}\" d=\"{data}Z\"/>"));
        }
    }

    /// A round mark.
    pub(super) fn dot(&mut self, class: &'static str, (x, y): (f64, f64), radius: f64) {
        let [x, y, radius] = [x, y, radius].map(coordinate);
        self.write(format_args!(
            "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>"
        ));
    }

    /// A text on one line.
    pub(super) fn text(
        &mut self,
        class: &'static str,
        (x, y): (f64, f64),
        anchor: Anchor,
        text: &str,
    ) {
        let [x, y] = [x, y].map(coordinate);
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let text = escaped(text);
        self.write(format_args!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\"{anchor}>{text}</text>"
        ));
    }

    /// A text that is cut to its room; the whole of it is told to who asks.
    pub(super) fn cut(
        &mut self,
        class: &'static str,
        (x, y): (f64, f64),
        text: &str,
        (room, size): (f64, f64),
    ) {
        let shown = fitted(text, room, size);
        if shown == visible(text) {
            return self.text(class, (x, y), Anchor::Start, &shown);
        }
        let ([x, y], whole, shown) = ([x, y].map(coordinate), escaped(text), escaped(&shown));
        self.write(format_args!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\"><title>{whole}</title>{shown}</text>"
        ));
    }

    /// The finished element.
    pub(super) fn finish(mut self) -> String {
        self.out.push_str("</svg>");
        self.out
    }

    fn write(&mut self, arguments: std::fmt::Arguments<'_>) {
        write_to(&mut self.out, arguments);
    }
}

fn write_to(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    out.write_fmt(arguments).expect("a string takes everything");
}

/// A coordinate with a tenth of a unit; never an exponent, never what is no number.
fn coordinate(value: f64) -> String {
    let text =
        if value.is_finite() { format!("{:.1}", value.clamp(-1e4, 1e4)) } else { "0".into() };
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A text as XML and HTML both read it back, with nothing hidden in it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
    out
}

/// The size of the style sheet's `tick` and `name`, and how much wider the latter is for being bold.
pub(super) const SIZE: f64 = 11.5;
pub(super) const BOLD: f64 = 1.1;
/// The size of its `label`.
pub(super) const LABEL_SIZE: f64 = 13.0;

/// About the width of a text at a size, rather more than less: fonts differ from reader to reader.
pub(super) fn width(text: &str, size: f64) -> f64 {
    use unicode_width::UnicodeWidthChar;
    let of = |character: char| match character {
        'i' | 'j' | 'l' | 't' | 'f' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '·'
        | '(' | ')' => 0.39,
        ' ' | '\u{a0}' | 'r' | '/' | '-' => 0.4,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 0.98,
        'A'..='Z' => 0.74,
        _ => match character.width() {
            Some(0) | None => 0.0,
            Some(1) => 0.63,
            Some(_) => 1.02,
        },
    };
    size * text.chars().map(of).sum::<f64>()
}

/// The text cut to about that width, with a mark where something is left out.
pub(super) fn fitted(text: &str, room: f64, size: f64) -> String {
    let shown = visible(text);
    if width(&shown, size) <= room {
        return shown.into_owned();
    }
    let mut out = String::new();
    for character in shown.chars() {
        out.push(character);
        if width(&out, size) + width("…", size) > room {
            out.pop();
            break;
        }
    }
    format!("{}…", out.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        let mut svg = Svg::new(10.0, 10.0, "</title><script>", "\"'&");
        svg.text("a", (1.0, 2.0), Anchor::End, "<b>\u{202e}\x00");
        let text = svg.finish();
        assert!(
            text.contains(
                "<title>&lt;/title&gt;&lt;script&gt;</title><desc>&quot;&#39;&amp;</desc>"
            )
        );
        assert!(text.contains(">&lt;b&gt;\\u{202e}\u{2400}</text>"), "{text}");
    }

    #[test]
    fn coordinates_are_plain_numbers() {
        assert_eq!([1.0, 1.25, -0.01, 1e30].map(coordinate), ["1", "1.2", "0", "10000"]);
        assert_eq!([f64::NAN, f64::INFINITY].map(coordinate), ["0", "0"]);
    }

    #[test]
    fn what_is_too_wide_is_cut() {
        assert_eq!(fitted("abc", 100.0, 12.0), "abc");
        assert_eq!(fitted("显卡单价与电价", 40.0, 12.0), "显卡…");
        assert!(width("illicit", 12.0) < width("lawful!", 12.0));
    }
}
