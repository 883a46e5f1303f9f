//! Runs of sequences in the order of the page. They are read in chunks, united, and intersected.

use super::blocks::Blocks;
use super::budget::{ScanBudget, Span};
use crate::store::StoreError;
use signpost_domain::ids::Seq;
use signpost_domain::list::Order;
use std::collections::VecDeque;

/// Half the number of rows in the first read of a run.
const CHUNK_FIRST: usize = 16;
/// The number of rows in a read after a jump.
const CHUNK_MIN: usize = 4;
/// The maximum number of rows in one read, reached when the rows are used one after another.
const CHUNK_MAX: usize = 256;

/// A cursor over the sequences under one prefix, each with its value.
pub(crate) struct EntryCursor {
    prefix: Vec<u8>,
    ahead: VecDeque<(Seq, Vec<u8>)>,
    /// Whether there are no more rows after `ahead`.
    has_ended: bool,
    chunk: usize,
    /// How many rows of the last chunk a seek stopped at.
    used: usize,
    /// The number of chunks read so far.
    reads: usize,
}

impl EntryCursor {
    /// A cursor over the entries under `prefix`.
    pub(crate) fn new(prefix: Vec<u8>) -> EntryCursor {
        EntryCursor {
            prefix,
            ahead: VecDeque::new(),
            has_ended: false,
            chunk: CHUNK_FIRST,
            used: CHUNK_FIRST,
            reads: 0,
        }
    }

    /// Like [`EntryCursor::new`], but the first read takes few rows. It is for cursors that often need only their first
    /// row, and that may number in the hundreds.
    pub(crate) fn sparing(prefix: Vec<u8>) -> EntryCursor {
        EntryCursor {
            chunk: 1,
            used: 1,
            ..EntryCursor::new(prefix)
        }
    }

    /// A cursor over these sequences, which may be in any order.
    pub(crate) fn of_all(look: &ScanBudget<'_>, mut sequences: Vec<Seq>) -> EntryCursor {
        sequences.sort_unstable();
        sequences.dedup();
        if look.order() == Order::NewestFirst {
            sequences.reverse();
        }
        EntryCursor::of(sequences.into_iter().map(|seq| (seq, Vec::new())).collect())
    }

    /// A cursor over these sequences, which must be in the order of the page.
    pub(crate) fn of(sequences: Vec<(Seq, Vec<u8>)>) -> EntryCursor {
        EntryCursor {
            ahead: sequences.into(),
            has_ended: true,
            ..EntryCursor::new(Vec::new())
        }
    }

    /// Moves to the first sequence that is not before `from` in the order of the page. `None` if there is no more.
    pub(crate) fn seek(
        &mut self,
        look: &mut ScanBudget<'_>,
        from: Seq,
    ) -> Result<Option<Seq>, StoreError> {
        while let Some((seq, _)) = self.ahead.front() {
            if !look.is_before(*seq, from) {
                self.used += 1;
                return Ok(Some(*seq));
            }
            self.ahead.pop_front();
        }
        if self.has_ended {
            return Ok(None);
        }
        // If less than half of a chunk was used, the seek jumped over most of it. The next seek may jump, too.
        self.chunk = match self.used * 2 >= self.chunk {
            true => (self.chunk * 2).min(CHUNK_MAX),
            false => CHUNK_MIN,
        };
        self.ahead = look.read(&self.prefix, from, self.chunk)?.into();
        self.has_ended = self.ahead.len() < self.chunk;
        self.used = 1;
        self.reads += 1;
        Ok(self.at())
    }

    /// As [`EntryCursor::seek`], within the span.
    pub(crate) fn next(
        &mut self,
        look: &mut ScanBudget<'_>,
        from: Seq,
        span: Span,
    ) -> Result<Step, StoreError> {
        let found = self.seek(look, from)?;
        let within = found.filter(|seq| !look.is_before(span.last, *seq));
        Ok(within.map_or(Step::End, Step::At))
    }

    /// Drops what was read. The next seek reads again.
    pub(crate) fn forget(&mut self) {
        self.ahead.clear();
        self.has_ended = false;
    }

    /// The current sequence; `None` if the cursor is not at one.
    fn at(&self) -> Option<Seq> {
        self.ahead.front().map(|(seq, _)| *seq)
    }

    /// The value of the current sequence; empty if the cursor is not at one.
    pub(crate) fn value(&self) -> &[u8] {
        self.ahead.front().map_or(&[], |(_, value)| value)
    }
}

/// The sequences of some items, by the way they are stored.
pub(crate) enum Sequences {
    /// One sequence under each key.
    Run(EntryCursor),
    /// One sequence under each key, and the value is the row itself.
    Rows(EntryCursor),
    /// Many sequences in each block.
    Blocks(Blocks),
}

/// The union of several runs of sequences. Runs of rows come before blocks. After each read of a chunk of rows, the
/// blocks are read again. So a sequence that moves from the rows to a block in the meantime is in at least one of them.
/// A sequence never leaves a block.
pub(crate) struct Union(pub(crate) Vec<Sequences>);

impl Union {
    pub(crate) fn seek(
        &mut self,
        look: &mut ScanBudget<'_>,
        from: Seq,
    ) -> Result<Option<Seq>, StoreError> {
        let mut first: Option<Seq> = None;
        let mut is_stale = false;
        for run in &mut self.0 {
            let found = match run {
                Sequences::Rows(run) => {
                    let reads = run.reads;
                    let found = run.seek(look, from)?;
                    is_stale |= run.reads > reads;
                    found
                }
                Sequences::Blocks(blocks) => {
                    if is_stale {
                        blocks.forget();
                    }
                    blocks.seek(look, from)?
                }
                Sequences::Run(run) => run.seek(look, from)?,
            };
            let Some(seq) = found else {
                continue;
            };
            if first.is_none_or(|first| look.is_before(seq, first)) {
                first = Some(seq);
            }
        }
        Ok(first)
    }
}

/// The intersection of several unions: the sequences that all unions have.
pub(crate) struct Intersection(pub(crate) Vec<Union>);

/// The next step of a search.
pub(crate) enum Step<T = Seq> {
    /// What was found.
    At(T),
    /// The budget is used up. No match before this sequence is missing.
    Spent(Seq),
    /// There is no more.
    End,
}

impl<T> Step<T> {
    /// The same step, with what `read` makes of what was found.
    pub(crate) fn try_map<U>(
        self,
        read: impl FnOnce(T) -> Result<U, StoreError>,
    ) -> Result<Step<U>, StoreError> {
        Ok(match self {
            Step::At(found) => Step::At(read(found)?),
            Step::Spent(at) => Step::Spent(at),
            Step::End => Step::End,
        })
    }
}

impl Intersection {
    /// The first sequence from `from` on, within the span, that all unions have.
    pub(crate) fn next(
        &mut self,
        look: &mut ScanBudget<'_>,
        from: Seq,
        span: Span,
    ) -> Result<Step, StoreError> {
        let unions = self.0.len();
        let (mut at, mut agreed) = (from, 0);
        // Goes around until all unions in turn are at the same sequence.
        for place in (0..unions).cycle() {
            if look.is_spent() && at != span.first {
                return Ok(Step::Spent(at));
            }
            match self.0[place].seek(look, at)? {
                None => return Ok(Step::End),
                Some(seq) if look.is_before(span.last, seq) => return Ok(Step::End),
                Some(seq) if seq == at => agreed += 1,
                Some(seq) => (at, agreed) = (seq, 1),
            }
            if agreed == unions {
                return Ok(Step::At(at));
            }
        }
        Ok(Step::End)
    }

    /// The row at `seq`, a sequence that all unions have. `None` if the row was not read together with the sequences.
    pub(crate) fn row(&self, seq: Seq) -> Option<&[u8]> {
        let mut all = self.0.iter().flat_map(|union| &union.0);
        all.find_map(|sequences| match sequences {
            Sequences::Rows(run) if run.at() == Some(seq) => Some(run.value()),
            Sequences::Rows(_) | Sequences::Run(_) | Sequences::Blocks(_) => None,
        })
    }
}
