//! How the text of a table is encoded, and the text itself, a part after the other.

use super::lines::Lines;
use super::quotes::{Began, Quotes};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::fs::File;
use std::io::{self, Read, Seek};

/// How many bytes are read at once: 64 KiB.
const PART_BYTES: usize = 64 << 10;
/// The maximum length of a line, in bytes of UTF-8: 64 MiB.
const LINE_BYTES_MAX: usize = 64 << 20;
/// The maximum length of a word that is shown, in characters.
const WORD_CHARS_MAX: usize = 30;

/// How a text is encoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coding {
    /// The encoding.
    pub(super) encoding: &'static Encoding,
    /// Whether the text begins with a byte order mark.
    pub(super) is_marked: bool,
    /// Whether nothing in the file says the encoding for certain.
    pub(super) is_guess: bool,
}

/// The encoding with this name.
pub(super) fn named(name: &str) -> Result<&'static Encoding, String> {
    Encoding::for_label(name.trim().as_bytes()).ok_or_else(|| {
        format!("`{name}` is no encoding such as utf-8, utf-16le, windows-1252 or shift_jis")
    })
}

/// Finds out how a text is encoded. `told` is what the command line says.
///
/// # Errors
/// What is wrong, with the line.
pub(super) fn find(file: &mut File, told: Option<&'static Encoding>) -> Result<Coding, String> {
    let words = |error: io::Error| error.to_string();
    file.rewind().map_err(words)?;
    let mut part = vec![0; PART_BYTES];
    let mut len = fill(file, &mut part).map_err(words)?;
    if part[..len].starts_with(b"\xff\xfe\0\0") {
        return Err("is UTF-32: save it as UTF-8".to_owned());
    }
    let mark = Encoding::for_bom(&part[..len]).map(|(encoding, _)| encoding);
    if let Some(encoding) = told.or(mark) {
        return Ok(Coding {
            encoding,
            is_marked: mark == Some(encoding),
            is_guess: false,
        });
    }
    let guess = |encoding| Coding {
        encoding,
        is_marked: false,
        is_guess: true,
    };
    if let Some(encoding) = without_mark(&part[..len]) {
        return Ok(guess(encoding));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut looked = Looked::new();
    while len > 0 {
        detector.feed(&part[..len], false);
        looked.feed(&part[..len]);
        len = fill(file, &mut part).map_err(words)?;
    }
    detector.feed(&[], true);
    match looked.end() {
        Utf8::Whole => Ok(Coding {
            encoding: UTF_8,
            is_marked: false,
            is_guess: false,
        }),
        Utf8::Nearly { line, byte } => Err(format!(
            "line {line}: byte 0x{byte:02x} is not UTF-8, as the rest of the file is; correct this line, or name the \
             encoding with --encoding"
        )),
        Utf8::No => Ok(guess(detector.guess(None, Utf8Detection::Deny))),
    }
}

fn fill(file: &mut File, part: &mut [u8]) -> io::Result<usize> {
    let mut len = 0;
    while len < part.len() {
        match file.read(&mut part[len..])? {
            0 => break,
            read => len += read,
        }
    }
    Ok(len)
}

/// UTF-16 without a mark: every second byte of Latin letters, digits and delimiters is 0.
fn without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let zeros = |odd: usize| {
        let bytes = head.iter().skip(odd).step_by(2);
        bytes.filter(|byte| **byte == 0).count()
    };
    let few = head.len() / 2 / 4;
    match (zeros(0), zeros(1)) {
        (0, zeros) if zeros > few => Some(UTF_16LE),
        (zeros, 0) if zeros > few => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether a text is UTF-8.
enum Utf8 {
    Whole,
    /// Some bytes are not, but more characters show that it is meant to be.
    Nearly {
        line: u64,
        byte: u8,
    },
    No,
}

/// Looks whether a text is UTF-8, a part after the other.
struct Looked {
    /// The beginning of a character whose end comes with the next part.
    open: Vec<u8>,
    line: u64,
    /// Characters that take more than one byte.
    wide: u64,
    bad: u64,
    first: Option<(u64, u8)>,
}

impl Looked {
    fn new() -> Looked {
        Looked {
            open: Vec::new(),
            line: 1,
            wide: 0,
            bad: 0,
            first: None,
        }
    }

    fn feed(&mut self, part: &[u8]) {
        let mut bytes = std::mem::take(&mut self.open);
        bytes.extend(part);
        let open = open_character(&bytes);
        self.open = bytes.split_off(bytes.len() - open);
        self.look(&bytes);
    }

    fn look(&mut self, bytes: &[u8]) {
        for chunk in bytes.utf8_chunks() {
            let valid = chunk.valid();
            self.line += valid.bytes().filter(|byte| *byte == b'\n').count() as u64;
            self.wide += valid.chars().filter(|c| !c.is_ascii()).count() as u64;
            if let Some(byte) = chunk.invalid().first() {
                self.bad += 1;
                self.first.get_or_insert((self.line, *byte));
            }
        }
    }

    fn end(mut self) -> Utf8 {
        let open = std::mem::take(&mut self.open);
        self.look(&open);
        match self.first {
            None => Utf8::Whole,
            Some((line, byte)) if self.wide >= self.bad => Utf8::Nearly { line, byte },
            Some(_) => Utf8::No,
        }
    }
}

/// How many bytes at the end begin a character of UTF-8 that does not end there.
fn open_character(bytes: &[u8]) -> usize {
    for (back, &byte) in bytes.iter().rev().take(3).enumerate() {
        let needs = match byte {
            0x00..=0x7f => return 0,
            0x80..=0xbf => continue,
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xff => 4,
        };
        return if needs > back + 1 { back + 1 } else { 0 };
    }
    0
}

/// The text of a file, in UTF-8 and without a mark.
#[derive(Debug)]
pub(super) struct Text {
    file: File,
    coding: Coding,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    raw_used: usize,
    raw_ended: bool,
    text: Vec<u8>,
    text_used: usize,
    ended: bool,
    hash: blake3::Hasher,
    line_bytes: usize,
    /// The lines of the text.
    pub(super) lines: Lines,
    /// The check that quotes are closed; `None` before the delimiter is known.
    quotes: Option<Quotes>,
    /// The cell whose quote is not closed, once one is found.
    pub(super) unclosed: Option<Began>,
    /// The first word with a character beyond ASCII, and its line.
    pub(super) word: Option<(u64, String)>,
}

impl Text {
    /// Begins at the start of the file.
    pub(super) fn new(file: &File, coding: Coding, quotes: Option<Quotes>) -> Result<Text, String> {
        let words = |error: io::Error| error.to_string();
        let mut file = file.try_clone().map_err(words)?;
        file.rewind().map_err(words)?;
        Ok(Text {
            file,
            coding,
            decoder: coding.encoding.new_decoder_with_bom_removal(),
            raw: Vec::new(),
            raw_used: 0,
            raw_ended: false,
            text: Vec::new(),
            text_used: 0,
            ended: false,
            hash: blake3::Hasher::new(),
            line_bytes: 0,
            lines: Lines::new(),
            quotes,
            unclosed: None,
            word: None,
        })
    }

    /// The hash of the text so far.
    pub(super) fn hash(&self) -> blake3::Hash {
        self.hash.finalize()
    }

    /// The first bytes of the text, at most about `bytes`, and whether that is all.
    pub(super) fn start(mut self, bytes: usize) -> Result<(String, bool), String> {
        let mut start = Vec::new();
        while start.len() < bytes && !self.ended {
            self.more().map_err(|error| error.to_string())?;
            start.extend(&self.text);
        }
        let all = self.ended;
        Ok((String::from_utf8_lossy(&start).into_owned(), all))
    }

    /// Makes `text` the next part of the text.
    fn more(&mut self) -> io::Result<()> {
        if self.raw_used == self.raw.len() && !self.raw_ended {
            self.raw.resize(PART_BYTES, 0);
            let len = fill(&mut self.file, &mut self.raw)?;
            self.raw.truncate(len);
            self.raw_used = 0;
            self.raw_ended = len < PART_BYTES;
        }
        let raw = &self.raw[self.raw_used..];
        let room = self
            .decoder
            .max_utf8_buffer_length_without_replacement(raw.len());
        self.text.resize(room.unwrap_or(PART_BYTES * 3), 0);
        self.text_used = 0;
        let (result, read, written) =
            self.decoder
                .decode_to_utf8_without_replacement(raw, &mut self.text, self.raw_ended);
        let bad = match result {
            DecoderResult::Malformed(len, after) => {
                let from = read.saturating_sub(usize::from(len) + usize::from(after));
                Some(raw.get(from).copied().unwrap_or_default())
            }
            _ => None,
        };
        self.raw_used += read;
        self.ended = matches!(result, DecoderResult::InputEmpty) && self.raw_ended;
        self.text.truncate(written);
        self.look().map_err(io::Error::other)?;
        match bad {
            None => Ok(()),
            Some(byte) => Err(io::Error::other(self.malformed(byte))),
        }
    }

    fn malformed(&self, byte: u8) -> String {
        let (line, name) = (self.lines.current(), self.coding.encoding.name());
        match self.raw_ended && self.raw_used == self.raw.len() {
            true => {
                format!(
                    "line {line}: the file ends in the middle of a character of {name}; is it whole?"
                )
            }
            false => format!(
                "line {line}: byte 0x{byte:02x} is not {name}; save the table as UTF-8, or name its encoding with \
                 --encoding"
            ),
        }
    }

    /// Checks the next part of the text, and takes from it what is asked for later.
    fn look(&mut self) -> Result<(), String> {
        self.hash.update(&self.text);
        if self.word.is_none() {
            let text = String::from_utf8_lossy(&self.text);
            self.word = wide_word(&text).map(|(lines, word)| (self.lines.current() + lines, word));
        }
        if let Some(at) = self.text.iter().position(|byte| *byte == 0) {
            self.lines.feed(&self.text[..at]);
            let line = self.lines.current();
            return Err(format!(
                "line {line}: has a character with the number 0; this is no table of text"
            ));
        }
        self.look_at_quotes()?;
        self.lines.feed(&self.text);
        let line_end = self
            .text
            .iter()
            .rposition(|byte| matches!(byte, b'\n' | b'\r'));
        self.line_bytes = match line_end {
            Some(at) => self.text.len() - at,
            None => self.line_bytes + self.text.len(),
        };
        if self.line_bytes > LINE_BYTES_MAX {
            let line = self.lines.current();
            return Err(format!(
                "line {line}: has over {LINE_BYTES_MAX} bytes, the most that are read"
            ));
        }
        Ok(())
    }

    /// Checks the quotes of the next part of the text, and adds those that are to be added.
    fn look_at_quotes(&mut self) -> Result<(), String> {
        let Some(quotes) = &mut self.quotes else {
            return Ok(());
        };
        let looked = quotes.feed(&self.text).and_then(|mended| {
            self.text = mended.unwrap_or_else(|| std::mem::take(&mut self.text));
            let adds = self.ended && quotes.end()?;
            self.text.extend(adds.then_some(b'"'));
            Ok(())
        });
        looked.map_err(|unclosed| {
            self.unclosed = Some(unclosed.began);
            unclosed.what
        })
    }
}

impl Read for Text {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.text_used == self.text.len() && !self.ended {
            self.more()?;
        }
        let left = &self.text[self.text_used..];
        let len = left.len().min(into.len());
        into[..len].copy_from_slice(&left[..len]);
        self.text_used += len;
        Ok(len)
    }
}

/// The first word with a character beyond ASCII, and how many line ends are before it.
fn wide_word(text: &str) -> Option<(u64, String)> {
    let at = text.find(|c: char| !c.is_ascii())?;
    let ends = |c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && c != '-';
    let start = text[..at].rfind(ends).map_or(0, |end| end + 1);
    let word = text[start..].split(ends).next().unwrap_or_default();
    let lines = text[..at].matches('\n').count() as u64;
    Some((lines, word.chars().take(WORD_CHARS_MAX).collect()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::io::Write;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    /// The name of the encoding that is found, and the text.
    fn read(bytes: &[u8]) -> Result<(&'static str, String), String> {
        let mut file = file(bytes);
        let coding = find(&mut file, None)?;
        let mut text = String::new();
        let mut reader = Text::new(&file, coding, None)?;
        let read = reader.read_to_string(&mut text);
        read.map_err(|error| error.to_string())?;
        Ok((coding.encoding.name(), text))
    }

    #[test]
    fn a_text_is_the_same_in_each_encoding() {
        const WORDS: &str = "Catégorie;Créé\r\nTéléphone;Livré à midi\r\n";
        let utf_16 =
            |to: fn(u16) -> [u8; 2]| WORDS.encode_utf16().flat_map(to).collect::<Vec<u8>>();
        let latin: Vec<u8> = WORDS.chars().map(|c| c as u8).collect();
        let marked = |mark: &[u8], text: Vec<u8>| [mark, &text].concat();
        let (little, big) = (utf_16(u16::to_le_bytes), utf_16(u16::to_be_bytes));
        for (bytes, name) in [
            (WORDS.as_bytes().to_vec(), "UTF-8"),
            (marked(b"\xef\xbb\xbf", WORDS.into()), "UTF-8"),
            (marked(b"\xff\xfe", little.clone()), "UTF-16LE"),
            (marked(b"\xfe\xff", big.clone()), "UTF-16BE"),
            (little, "UTF-16LE"),
            (big, "UTF-16BE"),
            (latin, "windows-1252"),
        ] {
            let (found, text) = read(&bytes).unwrap();
            assert_eq!((found, text.as_str()), (name, WORDS));
        }
    }

    #[test]
    fn what_is_cut_or_half_of_something_else_is_named_with_its_line() {
        let utf_16: Vec<u8> = "\u{feff}a,b\n1,ü\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let cut = read(&utf_16[..utf_16.len() - 1]).unwrap_err();
        assert_eq!(
            cut,
            "line 2: the file ends in the middle of a character of UTF-16LE; is it whole?"
        );
        let nearly = read("a,b\n1,üé\n2,caf\u{e9}\n".as_bytes()).unwrap();
        assert_eq!(nearly.0, "UTF-8");
        let nearly = read(b"a,b\n1,\xc3\xbc\xc3\xa9\n2,caf\xe9\n").unwrap_err();
        assert!(
            nearly.starts_with("line 3: byte 0xe9 is not UTF-8, as the rest"),
            "{nearly}"
        );
        let marked = read(b"\xef\xbb\xbfa,b\n1,caf\xe9,\n").unwrap_err();
        assert!(
            marked.starts_with("line 2: byte 0xe9 is not UTF-8"),
            "{marked}"
        );
        let binary = read(b"a,b\n1,\0\0\0,\n").unwrap_err();
        assert!(
            binary.starts_with("line 2: has a character with the number 0"),
            "{binary}"
        );
    }

    #[test]
    fn a_character_over_the_border_of_two_parts_is_whole() {
        for shift in 0..4 {
            let text = "x".repeat(PART_BYTES - shift) + "üé日本" + &"y".repeat(PART_BYTES);
            assert_eq!(read(text.as_bytes()).unwrap(), ("UTF-8", text));
        }
    }

    #[test]
    fn the_word_that_shows_the_encoding_is_found() {
        let found = wide_word("Channel;Cat\u{e9}gorie\nx").unwrap();
        assert_eq!(found, (0, "Catégorie".to_owned()));
        assert_eq!(wide_word("a,b\n1,2"), None);
    }
}
