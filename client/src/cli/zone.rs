//! The zone in which people read and write times: that of the live playbook, or UTC with `--utc`.

use super::Session;
use super::failure::Failure;
use super::out::Out;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use signpost_client::v1::{self, ErrorReason};

/// The zone in which times are written for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    /// UTC.
    Utc,
    /// Any other zone.
    Of(&'static TimeZone),
}

impl Zone {
    /// The zone with this IANA name, such as `Europe/Amsterdam`. `None` if this client does not know it.
    pub(crate) fn named(name: &str) -> Option<Zone> {
        match name {
            "" | "UTC" => Some(Zone::Utc),
            name => TimeZone::get(name).ok().map(Zone::of),
        }
    }

    /// This zone. It is kept until the process ends, which reads one playbook.
    pub(crate) fn of(zone: TimeZone) -> Zone {
        match zone == TimeZone::UTC {
            true => Zone::Utc,
            false => Zone::Of(Box::leak(Box::new(zone))),
        }
    }

    /// The offset from UTC at this time; `None` for UTC itself.
    pub(crate) fn offset_at(self, at: jiff::Timestamp) -> Option<Offset> {
        match self {
            Zone::Utc => None,
            Zone::Of(zone) => Some(zone.to_offset(at)),
        }
    }

    /// The day of this time.
    pub(crate) fn date_at(self, at: jiff::Timestamp) -> Date {
        at.to_zoned(self.time_zone()).date()
    }

    /// The IANA name, such as `Europe/Amsterdam`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Zone::Utc => "UTC",
            Zone::Of(zone) => zone.iana_name().unwrap_or("UTC"),
        }
    }

    fn time_zone(self) -> TimeZone {
        match self {
            Zone::Utc => TimeZone::UTC,
            Zone::Of(zone) => zone.clone(),
        }
    }
}

/// A time on a command line, as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A point in time.
    At(prost_types::Timestamp),
    /// A day, which stands for its start in the zone of the playbook.
    Day(Date),
}

impl Moment {
    /// Reads a time as RFC 3339, or a day as `2026-03-02`.
    pub(crate) fn parse(text: &str) -> Result<Moment, String> {
        match text.parse::<Date>() {
            Ok(day) if !text.contains(['T', 't', ' ']) => Ok(Moment::Day(day)),
            _ => super::values::time(text).map(Moment::At),
        }
    }

    /// The point in time that is meant, in a zone.
    fn within(self, zone: Zone) -> Result<prost_types::Timestamp, Failure> {
        match self {
            Moment::At(time) => Ok(time),
            Moment::Day(day) => {
                let start = day.to_zoned(zone.time_zone());
                let start = start.map_err(|_| {
                    Failure::Fix(format!("{day} is not a day of the years -9999 to 9999"))
                })?;
                Ok(super::values::timestamp(start.timestamp()))
            }
        }
    }
}

impl Session {
    /// The output, which prints times in the zone of the live playbook. Only if people read it the server is asked for
    /// the zone, once. If it does not answer, times are in UTC, which they then show.
    pub(crate) async fn timed(&self) -> Out {
        let zone = match self.out.json {
            true => Zone::Utc,
            false => self.zone().await.unwrap_or(Zone::Utc),
        };
        Out {
            paint: self.out.paint.within(zone),
            ..self.out
        }
    }

    /// The zone in which people write days and read times.
    ///
    /// # Errors
    /// If the server cannot be asked. No error if it has no playbook: then the zone is UTC.
    pub(crate) async fn zone(&self) -> Result<Zone, Failure> {
        if self.globals.utc {
            return Ok(Zone::Utc);
        }
        self.zone
            .get_or_try_init(|| self.zone_of_live())
            .await
            .copied()
    }

    async fn zone_of_live(&self) -> Result<Zone, Failure> {
        let request = v1::GetPlaybookRequest {
            omit_document: true,
            ..Default::default()
        };
        match self.client()?.get_playbook(request).await {
            Ok(live) => Ok(Zone::named(&live.time_zone).unwrap_or(Zone::Utc)),
            Err(error) if error.reason() == ErrorReason::NoPlaybook => Ok(Zone::Utc),
            Err(error) => Err(error.into()),
        }
    }

    /// The point in time that somebody wrote. A day begins at midnight in the zone of the live playbook.
    ///
    /// # Errors
    /// If a day was written and the server cannot be asked for the zone.
    pub(crate) async fn moment(
        &self,
        written: Option<Moment>,
    ) -> Result<Option<prost_types::Timestamp>, Failure> {
        match written {
            None => Ok(None),
            Some(Moment::At(time)) => Ok(Some(time)),
            Some(day) => day.within(self.zone().await?).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_the_zone() {
        let seconds = |text: &str, zone: &str| {
            let zone = Zone::named(zone).unwrap();
            Moment::parse(text).unwrap().within(zone).unwrap().seconds
        };
        assert_eq!(seconds("1970-01-02", "UTC"), 86_400);
        assert_eq!(seconds("1970-01-02", "Europe/Amsterdam"), 86_400 - 3_600);
        assert_eq!(seconds("1970-01-02", "Asia/Tokyo"), 86_400 - 9 * 3_600);
        // Midnight does not exist on the day on which summer time begins in Beirut.
        assert_eq!(
            seconds("2026-03-29", "Asia/Beirut"),
            seconds("2026-03-28T22:00:00Z", "Asia/Beirut")
        );
        assert_eq!(seconds("1970-01-01T00:00:07Z", "Asia/Tokyo"), 7);
        assert!(Moment::parse("1970-13-01").is_err());
        assert!(Moment::parse("yesterday").is_err());
    }
}
