//! Runs of sequences in one order: read in chunks, united, and intersected.

use super::blocks::Blocks;
use super::budget::{ScanBudget, Span};
use crate::store::StoreError;
use signpost_domain::ids::Seq;
use signpost_domain::list::Order;
use std::collections::VecDeque;

/// Half the rows that a run reads at first.
const CHUNK_FIRST: usize = 16;
/// Rows that a run reads after a jump.
const CHUNK_MIN: usize = 4;
/// Rows that a run reads at once when they are used one after another.
const CHUNK_MAX: usize = 256;

/// The sequences under one prefix, each with its value.
pub(crate) struct EntryCursor {
    prefix: Vec<u8>,
    ahead: VecDeque<(Seq, Vec<u8>)>,
    /// Whether there is nothing behind `ahead`.
    has_ended: bool,
    chunk: usize,
    /// How many of the last chunk were stopped at.
    used: usize,
    /// How often it read.
    reads: usize,
}

impl EntryCursor {
    /// Of what is under `prefix`.
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

    /// The same, of which often the first row is all that is wanted, and of which there may be hundreds.
    pub(crate) fn sparing(prefix: Vec<u8>) -> EntryCursor {
        EntryCursor {
            chunk: 1,
            used: 1,
            ..EntryCursor::new(prefix)
        }
    }

    /// Of these, in any order.
    pub(crate) fn of_all(look: &ScanBudget<'_>, mut sequences: Vec<Seq>) -> EntryCursor {
        sequences.sort_unstable();
        sequences.dedup();
        if look.order() == Order::NewestFirst {
            sequences.reverse();
        }
        EntryCursor::of(sequences.into_iter().map(|seq| (seq, Vec::new())).collect())
    }

    /// Of these, which are in the order of the page.
    pub(crate) fn of(sequences: Vec<(Seq, Vec<u8>)>) -> EntryCursor {
        EntryCursor {
            ahead: sequences.into(),
            has_ended: true,
            ..EntryCursor::new(Vec::new())
        }
    }

    /// Goes to the first sequence that is not before `from`.
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
        // A chunk of which little was used was jumped over: the next may be, too.
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

    /// What was read is read again from where it is sought next.
    pub(crate) fn forget(&mut self) {
        self.ahead.clear();
        self.has_ended = false;
    }

    /// The sequence where it is.
    fn at(&self) -> Option<Seq> {
        self.ahead.front().map(|(seq, _)| *seq)
    }

    /// The value at the sequence where it is.
    pub(crate) fn value(&self) -> &[u8] {
        self.ahead.front().map_or(&[], |(_, value)| value)
    }
}

/// The sequences of some items.
pub(crate) enum Sequences {
    /// One under each key.
    Run(EntryCursor),
    /// The same, where what is under each key is the row itself.
    Rows(EntryCursor),
    /// In blocks.
    Blocks(Blocks),
}

/// All sequences of several kinds. Rows come first, and with each chunk of them that is read the blocks are read again:
/// so what goes from the rows to the blocks meanwhile is in one of them. It never leaves a block.
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

/// Where the sequences of several unions meet.
pub(crate) struct Intersection(pub(crate) Vec<Union>);

/// What comes next.
pub(crate) enum Step {
    /// All have this one.
    At(Seq),
    /// The page looked at all that it may; nothing before this one is left out.
    Spent(Seq),
    /// There is no more.
    End,
}

impl Intersection {
    /// The first sequence from `from` on, within the span, that all have.
    pub(crate) fn next(
        &mut self,
        look: &mut ScanBudget<'_>,
        from: Seq,
        span: Span,
    ) -> Result<Step, StoreError> {
        let unions = self.0.len();
        let (mut at, mut agreed) = (from, 0);
        // Around and around, until all agree one after another.
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

    /// The row at `seq`, which all have, if it was read with the sequences.
    pub(crate) fn row(&self, seq: Seq) -> Option<&[u8]> {
        let mut all = self.0.iter().flat_map(|union| &union.0);
        all.find_map(|sequences| match sequences {
            Sequences::Rows(run) if run.at() == Some(seq) => Some(run.value()),
            Sequences::Rows(_) | Sequences::Run(_) | Sequences::Blocks(_) => None,
        })
    }
}
