//! Contacts that really happened, from public tables. There are four sources, each with its own columns, words and
//! format of times. If the tables are not there, small ones of our own with the same difficulties are used.

mod csv;
mod tree;

pub use csv::Table;
pub use tree::Tree;

use crate::Outcome;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::path::{Path, PathBuf};

/// The variable that names the folder of the tables.
pub const DATA_VARIABLE: &str = "SIGNPOST_DATA";

/// A table of contacts: its file, and what its columns mean to us.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The file's name.
    pub file: &'static str,
    /// The column with the primary reason.
    pub primary: &'static str,
    /// The column with the secondary reason.
    pub secondary: &'static str,
    /// The column with the channel.
    pub channel: &'static str,
    /// The column with the customer, if there is one.
    pub customer: Option<&'static str>,
    /// The column with the time at which the contact began.
    pub began: &'static str,
    /// The column with the time at which the contact ended.
    pub ended: &'static str,
    /// The format of times, for `strptime`.
    pub time: &'static str,
    /// The time zone of times.
    pub time_zone: &'static str,
}

/// San Francisco's 311: years, a few a day.
pub const SF311: Source = Source {
    file: "sf311_sample.csv",
    primary: "category",
    secondary: "complaint_type",
    channel: "source",
    customer: None,
    began: "created_date",
    ended: "closed_date",
    time: "%Y-%m-%d %H:%M:%S+00:00",
    time_zone: "UTC",
};

/// New York's 311: one burst of some hours.
pub const NYC311: Source = Source {
    file: "nyc311_2024-04-15_1000.csv",
    primary: "complaint_type",
    secondary: "descriptor",
    channel: "open_data_channel_type",
    customer: None,
    began: "created_date",
    ended: "closed_date",
    time: "%Y-%m-%dT%H:%M:%S%.f",
    time_zone: "America/New_York",
};

/// Complaints of consumers: dates without a time of day.
pub const CFPB: Source = Source {
    file: "cfpb_codes_sample.csv",
    primary: "Product",
    secondary: "Issue",
    channel: "Submitted via",
    customer: None,
    began: "Date received",
    ended: "Date sent to company",
    time: "%m/%d/%Y",
    time_zone: "America/New_York",
};

/// A service desk: callers who come back.
pub const UCI: Source = Source {
    file: "uci_incidents.csv",
    primary: "category",
    secondary: "subcategory",
    channel: "contact_type",
    customer: Some("caller_id"),
    began: "opened_at",
    ended: "resolved_at",
    time: "%d/%m/%Y %H:%M",
    time_zone: "Europe/London",
};

/// One contact, as the table has it.
#[derive(Clone, Debug)]
pub struct Row {
    /// The line of the contact in the table, from 1.
    pub number: usize,
    /// The channel.
    pub channel: String,
    /// The primary reason; `None` if the table does not have it.
    pub primary: Option<String>,
    /// The secondary reason; `None` if the table does not have it.
    pub secondary: Option<String>,
    /// The customer; `None` if the table does not have one.
    pub customer: Option<String>,
    /// When it began, in seconds since 1970.
    pub began_unix_s: i64,
    /// When it ended, in seconds since 1970; `None` if it has not.
    pub ended_unix_s: Option<i64>,
}

impl Source {
    /// The folder of the real tables, or the folder of our own tables.
    pub fn folder() -> PathBuf {
        match std::env::var_os(DATA_VARIABLE) {
            Some(folder) => folder.into(),
            None => Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/real"),
        }
    }

    /// The contacts in the order of their beginnings. Contacts with the same beginning are in the order of the table.
    ///
    /// # Errors
    /// When the file does not exist, or is not as this source describes it.
    pub fn rows(&self, folder: &Path) -> Outcome<Vec<Row>> {
        let table = Table::read(&folder.join(self.file))?;
        let zone = TimeZone::get(self.time_zone)?;
        let column = |name: &str| table.column(name);
        let [began, ended] = [column(self.began)?, column(self.ended)?];
        let [primary, secondary] = [column(self.primary)?, column(self.secondary)?];
        let channel = column(self.channel)?;
        let customer = self.customer.map(column).transpose()?;
        let told = |text: &str| -> Option<String> {
            let text = text.trim();
            // The texts that a table has where nothing is known.
            (!matches!(text, "" | "?" | "N/A" | "-")).then(|| text.to_owned())
        };
        let mut rows = Vec::with_capacity(table.rows.len());
        for (number, row) in (1..).zip(&table.rows) {
            let over = told(&row[ended]);
            let over = over.map(|text| self.unix_s(&text, &zone)).transpose()?;
            rows.push(Row {
                number,
                channel: told(&row[channel]).unwrap_or_else(|| "unknown".to_owned()),
                primary: told(&row[primary]),
                secondary: told(&row[secondary]),
                customer: customer.and_then(|at| told(&row[at])),
                began_unix_s: self.unix_s(row[began].trim(), &zone)?,
                ended_unix_s: over,
            });
        }
        rows.sort_by_key(|row| row.began_unix_s);
        Ok(rows)
    }

    fn unix_s(&self, text: &str, zone: &TimeZone) -> Outcome<i64> {
        let time = DateTime::strptime(self.time, text);
        let time = time.or_else(|error| match jiff::civil::Date::strptime(self.time, text) {
            Ok(date) => Ok(date.at(0, 0, 0, 0)),
            Err(_) => Err(error),
        });
        let time = time.map_err(|error| format!("{}: {text}: {error}", self.file))?;
        Ok(time.to_zoned(zone.clone())?.timestamp().as_second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_ways_to_write_a_time() -> Outcome {
        for (source, text, unix_s) in [
            (SF311, "2008-07-02 15:08:46+00:00", 1_215_011_326),
            (NYC311, "2024-04-15T22:51:53.000", 1_713_235_913),
            (CFPB, "6/4/2013", 1_370_318_400),
            (UCI, "1/3/2016 09:52", 1_456_825_920),
        ] {
            let zone = TimeZone::get(source.time_zone)?;
            assert_eq!(source.unix_s(text, &zone)?, unix_s, "{text}");
        }
        Ok(())
    }
}
