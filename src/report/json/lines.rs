//! How the JSON is broken into lines: stable, and short enough to read and to compare.

use std::io;

use serde_json::ser::Formatter;

/// One fact a line: the outermost object, the list of outputs, an output and its lists are broken
/// into lines; a percentile, a step or a base case stands in one.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// For every open bracket, whether its items have a line each.
    open: Vec<bool>,
    has_items: bool,
}

impl Lines {
    fn begin<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        bracket: &[u8],
        is_broken: bool,
    ) -> io::Result<()> {
        self.open.push(is_broken);
        self.has_items = false;
        writer.write_all(bracket)
    }

    fn end<W: io::Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        let is_broken = self.open.pop().unwrap_or(false);
        if is_broken && self.has_items {
            self.new_line(writer)?;
        }
        self.has_items = true;
        writer.write_all(bracket)
    }

    fn item<W: io::Write + ?Sized>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        let is_broken = self.open.last().copied().unwrap_or(false);
        writer.write_all(if is_first { b"" } else { b"," })?;
        if is_broken {
            self.new_line(writer)
        } else {
            writer.write_all(if is_first { b"" } else { b" " })
        }
    }

    fn new_line<W: io::Write + ?Sized>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\n")?;
        for _ in self.open.iter().filter(|is_broken| **is_broken) {
            writer.write_all(b"  ")?;
        }
        Ok(())
    }
}

impl Formatter for Lines {
    fn begin_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        let depth = self.open.len();
        self.begin(writer, b"{", depth == 0 || depth == 2)
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }

    fn begin_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        let depth = self.open.len();
        self.begin(writer, b"[", depth == 1 || depth == 3)
    }

    fn end_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.item(writer, first)
    }

    fn end_array_value<W: io::Write + ?Sized>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.has_items = true;
        Ok(())
    }

    fn begin_object_key<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.item(writer, first)
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: io::Write + ?Sized>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.has_items = true;
        Ok(())
    }
}
