//! On which line of a text a row begins.

use std::collections::VecDeque;

/// The places where lines begin, as far as they were read and not yet asked for. Empty lines are only counted.
#[derive(Debug)]
pub(super) struct Lines {
    starts: VecDeque<(u64, u64)>,
    bytes: u64,
    line: u64,
    is_empty: bool,
    after_cr: bool,
}

impl Lines {
    pub(super) fn new() -> Lines {
        Lines {
            starts: VecDeque::new(),
            bytes: 0,
            line: 1,
            is_empty: true,
            after_cr: false,
        }
    }

    /// Takes the next part of the text.
    pub(super) fn feed(&mut self, text: &[u8]) {
        for &byte in text {
            match byte {
                b'\n' if self.after_cr => {}
                b'\r' | b'\n' => {
                    self.line += 1;
                    self.is_empty = true;
                }
                _ if self.is_empty => {
                    self.starts.push_back((self.bytes, self.line));
                    self.is_empty = false;
                }
                _ => {}
            }
            self.after_cr = byte == b'\r';
            self.bytes += 1;
        }
    }

    /// The line that is being read.
    pub(super) fn current(&self) -> u64 {
        self.line
    }

    /// The line of the first byte at or after `byte` that is no line end. Later calls must ask for later bytes.
    pub(super) fn at(&mut self, byte: u64) -> u64 {
        while let Some(&(start, line)) = self.starts.front() {
            if start >= byte {
                return line;
            }
            self.starts.pop_front();
        }
        self.line
    }
}
