//! The reasons and channels in the rows of a table. `playbook from-csv` makes a playbook from them. This also collects
//! all that the reader of the playbook should know.

use super::draft::{DraftChannel, Primary, Secondary};
use super::media::medium;
use super::tiers::{self, DraftTier};
use super::words::{Word, Words, cut};
use crate::cli::failure::Failure;
use crate::cli::names::{self, CHANNEL_PREFIX, Letters, OTHER, REASON_PREFIX, TIER_PREFIX};
use crate::cli::table_file::{Table, TableArgs};
use serde::Serialize;
use signpost_domain::playbook::limits::REPLACED_MAX;
use signpost_domain::route::Medium;
use std::collections::BTreeSet;

/// The maximum number of remarks of one kind that are printed. All remarks are counted.
const REMARKS_MAX: usize = 20;

/// The label of the primary reason that stands for those above the limit.
const OTHER_REASONS: &str = "Other reasons";

/// The places of the columns to read, from 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    /// Primary reasons.
    pub(super) primary: usize,
    /// Secondary reasons.
    pub(super) secondary: usize,
    /// Channels; `None` if the table has no such column.
    pub(super) channel: Option<usize>,
    /// Tiers; `None` if the table has no such column.
    pub(super) tier: Option<usize>,
}

/// The primary reasons, with the secondary reasons below each.
type Reasons = Words<Words<()>>;

/// What the rows of a table name.
#[derive(Debug, Default)]
pub(super) struct Harvest {
    reasons: Reasons,
    channels: Words<()>,
    tiers: Words<()>,
    found: Found,
}

/// The cells of a row that are read.
struct Cells<'r> {
    primary: &'r str,
    secondary: &'r str,
    channel: Option<&'r str>,
    tier: Option<&'r str>,
}

/// The parts of a draft that a table names.
#[derive(Debug)]
pub(super) struct NamedIds {
    /// The channels; empty if the table has no column of them.
    pub(super) channels: Vec<DraftChannel>,
    /// The tiers, the most valuable first; empty if the table has no column of them.
    pub(super) tiers: Vec<DraftTier>,
    /// The primary reasons, with those below each.
    pub(super) primaries: Vec<Primary>,
    /// What else was found.
    pub(super) found: Found,
}

/// What was found in the table, for people and programs.
#[derive(Debug, Default, Serialize)]
pub(super) struct Found {
    /// Rows of the table.
    pub(super) rows: u64,
    /// Rows that could not be read.
    pub(super) bad_rows: u64,
    /// Rows without a primary reason.
    pub(super) rows_without_primary: u64,
    /// Rows with a primary reason and without a secondary one.
    pub(super) rows_without_secondary: u64,
    /// Rows without a channel.
    pub(super) rows_without_channel: u64,
    /// Rows without a tier.
    pub(super) rows_without_tier: u64,
    /// Primary reasons.
    pub(super) primaries: usize,
    /// Secondary reasons.
    pub(super) secondaries: usize,
    /// Channels.
    pub(super) channels: usize,
    /// Tiers, the most valuable first as far as their names say so.
    pub(super) tiers: Vec<String>,
    /// Channels whose name does not show their medium.
    pub(super) guessed_channels: Vec<GuessedChannel>,
    /// Reasons that are counted with others, because there were too many.
    pub(super) folded: usize,
    /// The number of rows with these reasons.
    pub(super) folded_rows: u64,
    /// Remarks for the reader, one on each line.
    pub(super) remarks: Vec<String>,
    /// The number of further remarks that are not in `remarks`.
    pub(super) more_remarks: usize,
}

/// A channel whose name does not show its medium, with the medium that was taken.
#[derive(Debug, Serialize)]
pub(super) struct GuessedChannel {
    /// The id of the channel.
    pub(super) channel: String,
    /// The medium, as a playbook writes it.
    pub(super) medium: &'static str,
}

impl Found {
    fn remark(&mut self, kind: &mut usize, what: impl FnOnce() -> String) {
        *kind += 1;
        match *kind <= REMARKS_MAX {
            true => self.remarks.push(what()),
            false => self.more_remarks += 1,
        }
    }

    /// Adds remarks on spellings that count as one, and on ids that had to get a number.
    fn names<T>(&mut self, level: &str, words: &[Word<T>], kinds: &mut [usize; 2]) {
        let [merged, clashed] = kinds;
        for word in words {
            if !word.also.is_empty() {
                let also = word.also.join("`, `");
                self.remark(merged, || {
                    format!(
                        "{level} `{}` is also written `{also}`: they count as one",
                        word.label
                    )
                });
            }
            if let Some(other) = &word.clash {
                self.remark(clashed, || {
                    format!(
                        "{level} `{}` would have the same id as `{other}`: its id is {} instead",
                        word.label, word.id
                    )
                });
            }
        }
    }
}

impl Harvest {
    /// Reads the rows.
    ///
    /// # Errors
    /// [`Failure::Other`] if the rows cannot be read again.
    pub(super) fn of(
        table: &Table,
        args: &TableArgs,
        columns: Columns,
    ) -> Result<Harvest, Failure> {
        let mut harvest = Harvest::default();
        let mut bad = 0;
        for row in table.rows() {
            harvest.found.rows += 1;
            let row = row?;
            let cell = |column| table.cell(&row, column);
            let cells = || {
                Ok::<_, String>(Cells {
                    primary: cell(columns.primary)?,
                    secondary: cell(columns.secondary)?,
                    channel: columns.channel.map(cell).transpose()?,
                    tier: columns.tier.map(cell).transpose()?,
                })
            };
            let taken = cells().map(|cells| harvest.take(args, cells));
            if let Err(what) = taken {
                harvest.found.bad_rows += 1;
                let found = &mut harvest.found;
                found.remark(&mut bad, || format!("line {}: {what}", row.line));
            }
        }
        Ok(harvest)
    }

    fn take(&mut self, args: &TableArgs, cells: Cells<'_>) {
        let Cells {
            primary,
            secondary,
            channel,
            tier,
        } = cells;
        if let Some(cell) = tier {
            match args.filled(cell) {
                Some(tier) => {
                    self.tiers.meet(tier);
                }
                None => self.found.rows_without_tier += 1,
            }
        }
        if let Some(cell) = channel {
            let channel = args.filled(cell);
            self.found.rows_without_channel += u64::from(channel.is_none());
            self.channels
                .meet(channel.unwrap_or(names::UNKNOWN_CHANNEL));
        }
        let Some(primary) = args.filled(primary) else {
            self.found.rows_without_primary += 1;
            return;
        };
        let secondary = args.filled(secondary);
        self.found.rows_without_secondary += u64::from(secondary.is_none());
        self.reasons.meet(primary).meet(secondary.unwrap_or(OTHER));
    }

    /// What the rows name, and the remarks on it. At most `primaries_max` primary reasons, and at most
    /// `secondaries_max` under each.
    pub(super) fn draft(
        self,
        (primaries_max, secondaries_max): (usize, usize),
        letters: Letters,
    ) -> NamedIds {
        let Harvest {
            reasons,
            channels,
            tiers,
            mut found,
        } = self;
        let tiers = tiers.by_frequency(TIER_PREFIX, letters);
        found.names("tier", &tiers, &mut [0, 0]);
        let mut tiers: Vec<DraftTier> = tiers.into_iter().map(tier).collect();
        tiers::in_order(&mut tiers);
        found.tiers = tiers.iter().map(|tier| tier.id.clone()).collect();
        let channels = channels.by_frequency(CHANNEL_PREFIX, letters);
        found.names("channel", &channels, &mut [0, 0]);
        let mut words = reasons.by_frequency(REASON_PREFIX, letters);
        let mut kinds = [0, 0];
        found.names("primary reason", &words, &mut kinds);
        let other = names::key(OTHER_REASONS);
        let rest = cut(&mut words, primaries_max, &other);
        let mut primaries = Vec::with_capacity(words.len() + 1);
        for word in words {
            primaries.push(primary(word, secondaries_max, letters, &mut found));
        }
        if !rest.is_empty() {
            fold_primaries(&mut primaries, rest, letters, &mut found);
        }
        found.primaries = primaries.len();
        found.secondaries = primaries.iter().map(|it| it.secondary.len()).sum();
        found.channels = channels.len();
        let channels: Vec<DraftChannel> = channels.into_iter().map(channel).collect();
        let guessed = channels.iter().filter(|channel| channel.guessed);
        found.guessed_channels = guessed
            .map(|channel| GuessedChannel {
                channel: channel.id.clone(),
                medium: channel.medium.as_str(),
            })
            .collect();
        NamedIds {
            channels,
            tiers,
            primaries,
            found,
        }
    }
}

fn primary(
    word: Word<Words<()>>,
    secondaries_max: usize,
    letters: Letters,
    found: &mut Found,
) -> Primary {
    let mut below = word.below.by_frequency(REASON_PREFIX, letters);
    found.names(
        &format!("under `{}` secondary reason", word.label),
        &below,
        &mut [0, 0],
    );
    let rest = cut(&mut below, secondaries_max, &names::key(OTHER));
    let mut secondary: Vec<Secondary> = below.into_iter().map(plain).collect();
    if !rest.is_empty() {
        let count = rest.len();
        let old: Vec<String> = rest
            .iter()
            .map(|it| format!("{}/{}", word.id, it.id))
            .collect();
        let rows = rest.iter().map(|it| it.rows).sum();
        fold(&mut secondary, old, rows, found);
        found.remarks.push(format!(
            "the {count} rarest secondary reasons under `{}` count with {}/other: at most {secondaries_max} are allowed",
            word.label, word.id
        ));
    }
    Primary {
        id: word.id,
        label: word.label,
        stage: None,
        fact: None,
        rows: Some(word.rows),
        secondary,
    }
}

/// Makes the secondary reason `other` stand for all the reasons in `old`. Adds `other` if it is not there.
fn fold(secondary: &mut Vec<Secondary>, old: Vec<String>, rows: u64, found: &mut Found) {
    found.folded += old.len();
    found.folded_rows += rows;
    let id = names::slug(OTHER, REASON_PREFIX);
    let at = secondary.iter().position(|reason| reason.id == id);
    let at = at.unwrap_or_else(|| {
        secondary.push(plain(Word {
            key: names::key(OTHER),
            id,
            label: OTHER.to_owned(),
            also: Vec::new(),
            clash: None,
            rows: 0,
            below: (),
        }));
        secondary.len() - 1
    });
    let other = &mut secondary[at];
    other.rows = other.rows.map(|before| before + rows);
    other.replaces.extend(old);
}

fn fold_primaries(
    primaries: &mut Vec<Primary>,
    rest: Vec<Word<Words<()>>>,
    letters: Letters,
    found: &mut Found,
) {
    found.remarks.push(format!(
        "the {} rarest primary reasons count with other_reasons/other, because there are too many",
        rest.len()
    ));
    let rows: u64 = rest.iter().map(|word| word.rows).sum();
    let mut old = BTreeSet::new();
    for word in rest {
        for below in word.below.by_frequency(REASON_PREFIX, letters) {
            old.insert(format!("{}/{}", word.id, below.id));
        }
    }
    if old.len() > REPLACED_MAX {
        found.remarks.push(format!(
            "of {} reasons that count with others, only {REPLACED_MAX} are kept as retired ids; rows of the rest have an unknown reason",
            old.len()
        ));
    }
    let old = old.into_iter().take(REPLACED_MAX).collect();
    let id = names::slug(OTHER_REASONS, REASON_PREFIX);
    let at = primaries.iter().position(|primary| primary.id == id);
    let at = at.unwrap_or_else(|| {
        primaries.push(Primary {
            id,
            label: OTHER_REASONS.to_owned(),
            stage: None,
            fact: None,
            rows: Some(0),
            secondary: Vec::new(),
        });
        primaries.len() - 1
    });
    let other = &mut primaries[at];
    other.rows = other.rows.map(|before| before + rows);
    fold(&mut other.secondary, old, rows, found);
}

fn plain(word: Word<()>) -> Secondary {
    Secondary {
        id: word.id,
        label: word.label,
        rows: Some(word.rows),
        replaces: Vec::new(),
    }
}

fn tier(word: Word<()>) -> DraftTier {
    DraftTier {
        id: word.id,
        label: word.label,
        rows: Some(word.rows),
    }
}

fn channel(word: Word<()>) -> DraftChannel {
    let medium = medium(&names::slug(&word.label, CHANNEL_PREFIX));
    DraftChannel {
        id: word.id,
        label: word.label,
        medium: medium.unwrap_or(Medium::AsyncText),
        guessed: medium.is_none(),
    }
}
