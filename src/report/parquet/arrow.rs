//! The schema of Arrow that a Parquet file carries along, so that what is known of a field (unit, meaning) is found
//! where readers look for it: `schema.field("npv").metadata` in PyArrow.
//!
//! In: the fields. Out: the value of the key `ARROW:schema`: an encapsulated message of Arrow's IPC format
//! (<https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format>) in base64. The message is a
//! FlatBuffer (<https://flatbuffers.dev/internals/>): tables behind their vtables, and offsets that point forwards.

use super::{Field, Kind};

/// `MetadataVersion.V5` of Schema.fbs.
const VERSION: i16 = 4;
/// `MessageHeader.Schema` of Message.fbs.
const SCHEMA: u8 = 1;
/// Members of the union `Type` of Schema.fbs.
const INT: u8 = 2;
const FLOATING_POINT: u8 = 3;
const UTF8: u8 = 5;
const BOOL: u8 = 6;
/// `Precision.DOUBLE`.
const DOUBLE: i16 = 2;

/// The fields as a schema; `metadata` is said of the whole.
pub(super) fn schema(fields: &[Field], metadata: &[(String, String)]) -> String {
    let mut flat = Flat::default();
    // Where the root is: the first of its offsets is patched once it is written.
    flat.bytes.extend([0; 4]);
    let message =
        flat.table(&[Slot::Short(VERSION), Slot::Byte(SCHEMA), Slot::Offset, Slot::Long(0)]);
    flat.patch(0, message.at);
    let schema = flat.table(&[Slot::Short(0), Slot::Offset, Slot::Offset]);
    flat.patch(message.offsets[0], schema.at);
    let (at, places) = flat.offsets(fields.len());
    flat.patch(schema.offsets[0], at);
    for (field, place) in fields.iter().zip(places) {
        let at = flat.field(field);
        flat.patch(place, at);
    }
    let pairs: Vec<(&str, &str)> =
        metadata.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let at = flat.pairs(&pairs);
    flat.patch(schema.offsets[1], at);
    flat.align(8);
    let length = u32::try_from(flat.bytes.len()).expect("a schema is no gigabytes");
    let mut message = vec![0xff; 4];
    message.extend(length.to_le_bytes());
    message.extend(&flat.bytes);
    base64(&message)
}

/// What stands in a table.
enum Slot {
    Byte(u8),
    Short(i16),
    Int(i32),
    Long(i64),
    /// An offset, to be patched.
    Offset,
    /// Nothing.
    Absent,
}

/// Where a table is, and where its offsets are, in their order.
struct Table {
    at: usize,
    offsets: Vec<usize>,
}

/// A FlatBuffer that grows at its end.
#[derive(Default)]
struct Flat {
    bytes: Vec<u8>,
}

impl Flat {
    fn align(&mut self, to: usize) {
        self.bytes.resize(self.bytes.len().next_multiple_of(to), 0);
    }

    fn patch(&mut self, place: usize, target: usize) {
        let offset = u32::try_from(target - place).expect("offsets point forwards, not far");
        self.bytes[place..place + 4].copy_from_slice(&offset.to_le_bytes());
    }

    /// A table behind its vtable; all its slots in their order.
    fn table(&mut self, slots: &[Slot]) -> Table {
        // The fields behind the offset to the vtable, each at a multiple of its size.
        let mut body: Vec<u8> = vec![0; 4];
        let (mut places, mut offsets) = (Vec::new(), Vec::new());
        for slot in slots {
            let (bytes, size): (Vec<u8>, usize) = match slot {
                Slot::Byte(value) => (vec![*value], 1),
                Slot::Short(value) => (value.to_le_bytes().into(), 2),
                Slot::Int(value) => (value.to_le_bytes().into(), 4),
                Slot::Long(value) => (value.to_le_bytes().into(), 8),
                Slot::Offset => (vec![0; 4], 4),
                Slot::Absent => {
                    places.push(0);
                    continue;
                }
            };
            body.resize(body.len().next_multiple_of(size), 0);
            places.push(body.len());
            if matches!(slot, Slot::Offset) {
                offsets.push(body.len());
            }
            body.extend(bytes);
        }
        let short = |length: usize| u16::try_from(length).expect("tables are small").to_le_bytes();
        self.align(2);
        let vtable = self.bytes.len();
        self.bytes.extend(short(4 + 2 * slots.len()));
        self.bytes.extend(short(body.len()));
        for place in places {
            self.bytes.extend(short(place));
        }
        self.align(8);
        let at = self.bytes.len();
        let back = i32::try_from(at - vtable).expect("a vtable is right before its table");
        body[..4].copy_from_slice(&back.to_le_bytes());
        self.bytes.extend(body);
        Table { at, offsets: offsets.into_iter().map(|offset| at + offset).collect() }
    }

    /// A vector of so many offsets: where it is, and where they are.
    fn offsets(&mut self, count: usize) -> (usize, Vec<usize>) {
        self.align(4);
        let at = self.bytes.len();
        self.bytes.extend(u32::try_from(count).expect("not that many").to_le_bytes());
        self.bytes.resize(at + 4 + 4 * count, 0);
        (at, (0..count).map(|n| at + 4 + 4 * n).collect())
    }

    fn string(&mut self, text: &str) -> usize {
        self.align(4);
        let at = self.bytes.len();
        self.bytes.extend(u32::try_from(text.len()).expect("not that long").to_le_bytes());
        self.bytes.extend(text.as_bytes());
        self.bytes.push(0);
        at
    }

    fn pairs(&mut self, pairs: &[(&str, &str)]) -> usize {
        let (at, places) = self.offsets(pairs.len());
        for ((key, value), place) in pairs.iter().zip(places) {
            let pair = self.table(&[Slot::Offset, Slot::Offset]);
            self.patch(place, pair.at);
            let key = self.string(key);
            self.patch(pair.offsets[0], key);
            let value = self.string(value);
            self.patch(pair.offsets[1], value);
        }
        at
    }

    fn field(&mut self, field: &Field) -> usize {
        let (member, slots) = match field.kind {
            Kind::Text => (UTF8, vec![]),
            Kind::Number => (FLOATING_POINT, vec![Slot::Short(DOUBLE)]),
            Kind::Whole => (INT, vec![Slot::Int(64), Slot::Byte(1)]),
            Kind::Unsigned => (INT, vec![Slot::Int(64), Slot::Byte(0)]),
            Kind::Condition => (BOOL, vec![]),
        };
        let table = self.table(&[
            Slot::Offset,
            Slot::Byte(u8::from(!field.is_required)),
            Slot::Byte(member),
            Slot::Offset,
            // The dictionary.
            Slot::Absent,
            Slot::Offset,
            Slot::Offset,
        ]);
        let name = self.string(&field.name);
        self.patch(table.offsets[0], name);
        let kind = self.table(&slots);
        self.patch(table.offsets[1], kind.at);
        let (children, _) = self.offsets(0);
        self.patch(table.offsets[2], children);
        let notes: Vec<(&str, &str)> =
            field.notes.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let notes = self.pairs(&notes);
        self.patch(table.offsets[3], notes);
        table.at
    }
}

/// Base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let word = (0..3).fold(0, |word, at| word << 8 | u32::from(*three.get(at).unwrap_or(&0)));
        for digit in 0..4 {
            let is_padding = digit > three.len();
            let value = (word >> (18 - 6 * digit)) as usize & 63;
            out.push(if is_padding { '=' } else { char::from(DIGITS[value]) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::base64;

    /// The examples of RFC 4648, section 10.
    #[test]
    fn base64_is_that_of_the_standard() {
        let cases = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (text, expected) in cases {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }
}
