//! What the columns of a table seem to be that nobody named yet: times, customers, keys of contacts. It is only told,
//! so that the command that sends the table can be copied, and looked at before.

use super::times::forms::{since_midnight, slashed};
use super::times::{Format, Order};
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::table_file::Table;
use jiff::Timestamp;
use jiff::civil::DateTime;
use std::collections::HashSet;

/// The maximum number of rows that are looked at.
const ROWS_LOOKED_AT_MAX: usize = 100_000;
/// Of this many cells of a column, one may be something else.
const CELLS_OF_ANOTHER_KIND: u64 = 20;
/// The maximum number of bytes of a cell that can be a key of a contact.
const KEY_BYTES_MAX: usize = 128;
/// The fewest rows whose different cells show that a column has keys.
const KEY_ROWS_MIN: usize = 2;

/// Words of names of columns of customers, in plain letters. The other words of such a name are [`KEY_WORDS`].
const CUSTOMER_WORDS: [&str; 22] = [
    "customer",
    "customers",
    "kunde",
    "kunden",
    "client",
    "cliente",
    "klant",
    "caller",
    "anrufer",
    "member",
    "mitglied",
    "account",
    "subscriber",
    "user",
    "kundennr",
    "kundennummer",
    "kundenid",
    "klantnummer",
    "customerid",
    "clientid",
    "callerid",
    "userid",
];
/// Words that say that a column has keys.
const KEY_WORDS: [&str; 12] = [
    "id", "nr", "no", "num", "number", "nummer", "key", "numero", "code", "ref", "of", "contract",
];
/// Names of columns of tiers, in plain letters.
const TIER_NAMES: [&str; 16] = [
    "tier",
    "segment",
    "kundengruppe",
    "kundensegment",
    "kundenklasse",
    "customer_group",
    "customer_tier",
    "customer_segment",
    "customer_class",
    "membership",
    "membership_level",
    "loyalty_level",
    "groupe_client",
    "segment_client",
    "grupo_cliente",
    "klantgroep",
];

/// What a cell can be read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A date with a time of day.
    Moment,
    /// A date.
    Day,
    /// A time of day.
    Clock,
    /// Something else.
    Other,
}

/// What was seen of a column.
#[derive(Debug, Default)]
struct Seen {
    filled: u64,
    moments: u64,
    days: u64,
    clocks: u64,
    order: Order,
    /// The hashes of the cells; `None` once the column cannot have keys of contacts.
    keys: Option<HashSet<u64>>,
}

impl Seen {
    fn is_all(&self, of: u64) -> bool {
        self.filled > 0 && (self.filled - of) * CELLS_OF_ANOTHER_KIND <= self.filled
    }
}

/// What the columns seem to be, by their names.
#[derive(Debug, Default)]
pub(crate) struct Guess {
    /// The column of times; beside a date only the time of day.
    pub(crate) time: Option<String>,
    /// The column of dates.
    pub(crate) date: Option<String>,
    /// `dmy` or `mdy`, with a date that could be both, if the column does not show the order.
    pub(crate) order: Option<(&'static str, String)>,
    /// The column of the customers' keys.
    pub(crate) customer: Option<String>,
    /// The column of the contacts' keys.
    pub(crate) id: Option<String>,
    /// The column of the tiers.
    pub(crate) tier: Option<String>,
}

impl Guess {
    /// Looks at the columns that are not in `used`. In a language that is not English, the day comes first where
    /// nothing else shows it.
    ///
    /// # Errors
    /// [`Failure::Other`] if the rows cannot be read again.
    pub(crate) fn of(table: &Table, used: &[usize], locale: &str) -> Result<Guess, Failure> {
        let mut seen = looked(table, used)?;
        let names: Vec<String> = table
            .header
            .iter()
            .map(|name| names::slug(name, "c"))
            .collect();
        let free = |column: &usize| !used.contains(column) && is_own_name(table, *column);
        let columns = || (0..table.header.len()).filter(free);
        let first = |is: &dyn Fn(&Seen) -> bool| columns().find(|column| is(&seen[*column]));
        let moment = first(&|it| it.is_all(it.moments));
        let day = first(&|it| it.is_all(it.days));
        let clock = first(&|it| it.is_all(it.clocks));
        let (date, time) = match (moment, day, clock) {
            (Some(moment), ..) => (None, Some(moment)),
            (None, Some(day), Some(clock)) => (Some(day), Some(clock)),
            (None, day, _) => (None, day),
        };
        let customer = columns().find(|column| is_customer(&names[*column]));
        let tier = columns().find(|column| TIER_NAMES.contains(&names[*column].as_str()));
        let others = [date, time, customer, tier];
        let id = columns().find(|column| {
            let keys = seen[*column].keys.as_ref();
            !others.contains(&Some(*column)) && keys.is_some_and(|it| it.len() >= KEY_ROWS_MIN)
        });
        let dated = date
            .or(time)
            .map(|column| std::mem::take(&mut seen[column].order));
        let name = |column: usize| table.header[column].clone();
        Ok(Guess {
            time: time.map(name),
            date: date.map(name),
            order: dated.and_then(|order| unclear(order, locale)),
            customer: customer.map(name),
            id: id.map(name),
            tier: tier.map(name),
        })
    }
}

/// Whether a command line can name this column: it has a name that no other has.
fn is_own_name(table: &Table, column: usize) -> bool {
    let name = &table.header[column];
    !name.is_empty() && table.header.iter().filter(|other| *other == name).count() == 1
}

fn looked(table: &Table, used: &[usize]) -> Result<Vec<Seen>, Failure> {
    let one = |_: &String| Seen {
        keys: Some(HashSet::new()),
        ..Seen::default()
    };
    let mut seen: Vec<Seen> = table.header.iter().map(one).collect();
    for row in table.rows().take(ROWS_LOOKED_AT_MAX) {
        let row = row?;
        for (column, seen) in seen.iter_mut().enumerate() {
            if !used.contains(&column) {
                see(seen, row.cells.get(column).unwrap_or_default().trim());
            }
        }
    }
    Ok(seen)
}

fn see(seen: &mut Seen, cell: &str) {
    let is_key = cell.len() <= KEY_BYTES_MAX
        && cell.contains(|c: char| c.is_ascii_digit())
        && !cell.contains(char::is_whitespace);
    let is_new = is_key
        && seen
            .keys
            .as_mut()
            .is_some_and(|keys| keys.insert(hash(cell)));
    if !is_new {
        seen.keys = None;
    }
    if cell.is_empty() {
        return;
    }
    seen.filled += 1;
    let kind = kind(cell);
    seen.moments += u64::from(kind == Kind::Moment);
    seen.days += u64::from(kind == Kind::Day);
    seen.clocks += u64::from(kind == Kind::Clock);
    seen.order.see(cell);
}

fn hash(cell: &str) -> u64 {
    let hash = blake3::hash(cell.as_bytes());
    let bytes = hash.as_bytes().first_chunk::<8>();
    bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

fn kind(cell: &str) -> Kind {
    let iso = cell.replacen('/', "-", if cell.find('/') == Some(4) { 2 } else { 0 });
    let is_dated = slashed(cell).is_some()
        || iso.parse::<DateTime>().is_ok()
        || cell.parse::<Timestamp>().is_ok();
    match (is_dated, cell.contains(':')) {
        (true, true) => Kind::Moment,
        (true, false) => Kind::Day,
        (false, true) if since_midnight(cell).is_some() => Kind::Clock,
        (false, _) => Kind::Other,
    }
}

fn is_customer(name: &str) -> bool {
    let words = || name.split('_');
    let is_of = |word: &str| CUSTOMER_WORDS.contains(&word);
    words().any(is_of) && words().all(|word| is_of(word) || KEY_WORDS.contains(&word))
}

/// The order that is taken, if the column does not show it, with a date that shows why not.
fn unclear(order: Order, locale: &str) -> Option<(&'static str, String)> {
    let example = order.example()?.to_owned();
    let is_clear = matches!(order.format(), Ok(Format::DayFirst | Format::MonthFirst));
    let american = ["en", "en-US"].contains(&locale);
    let taken = if american { "mdy" } else { "dmy" };
    (!is_clear).then_some((taken, example))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::cli::out::{Out, Paint};
    use crate::cli::table_file::TableArgs;

    fn guessed(text: &str, used: &[usize], locale: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("t.csv");
        std::fs::write(&file, text).unwrap();
        let out = Out {
            json: false,
            paint: Paint::PLAIN,
        };
        let table = Table::read(&TableArgs::of(file), out).unwrap();
        let Guess {
            time,
            date,
            order,
            customer,
            id,
            tier,
        } = Guess::of(&table, used, locale).unwrap();
        let order = order.map(|(order, example)| format!("{order} for {example}"));
        let all = [
            ("date", date),
            ("time", time),
            ("order", order),
            ("customer", customer),
            ("id", id),
            ("tier", tier),
        ];
        let all = all.into_iter();
        let all = all.filter_map(|(name, found)| Some(format!("{name}={}", found?)));
        all.collect::<Vec<_>>().join(",")
    }

    #[test]
    fn columns_that_nobody_named_are_told_by_their_cells_and_names() {
        let export = "Vorgang;Datum;Uhrzeit;Kundennr;Kanal;Grund;Kundengruppe;Bemerkung\n\
                      V1;02/03/2026;08:21;K-1;Telefon;Umzug;Privat;ruft 2 mal an\n\
                      V2;03/03/2026;09:05;K-2;Telefon;Umzug;Privat;\n\
                      V3;03/03/2026;09:07;K-1;Telefon;Umzug;Privat;x1\n";
        let found = guessed(export, &[4, 5], "de");
        assert_eq!(
            found,
            "date=Datum,time=Uhrzeit,order=dmy for 02/03/2026,customer=Kundennr,id=Vorgang,tier=Kundengruppe"
        );
        let incidents = "number,opened_at,caller_id,why,resolved_at\n\
                         I1,29/2/2016 01:16,c1,a,1/3/2016 01:00\nI2,1/3/2016 02:00,c1,b,2/3/2016 01:00\n";
        assert_eq!(
            guessed(incidents, &[3], "en"),
            "time=opened_at,customer=caller_id,id=number"
        );
        assert_eq!(
            guessed("why,day\na,2026-03-01\nb,2026-03-02\n", &[0], "en"),
            "time=day"
        );
        assert_eq!(guessed("why,note\na,b\nc,d\n", &[0], "en"), "");
        // Two columns of one name cannot be named.
        assert_eq!(guessed("why,id,id\na,1,3\nb,2,4\n", &[0], "en"), "");
    }
}
