//! Checks scalars and labels, and converts texts to values.

use super::Compiler;
use super::names::NameKind;
use crate::ids::Slug;
use crate::money::{Money, MoneyError, parse_scaled};
use crate::playbook::fault::{At, right_names};
use crate::playbook::format::parts::{Decimal, Entries, Id, Span};
use crate::playbook::limits::{LABEL_BYTES_MAX, NEED_MAX, NEED_MIN};
use crate::playbook::tree::echo;
use crate::playbook::{Label, Need, calendar};
use crate::time::Millis;
use jiff::tz::TimeZone;
use std::ops::RangeInclusive;
use std::sync::Arc;

impl Compiler<'_> {
    /// Adds a fault for a text that is not valid.
    pub(super) fn is_wrong(&mut self, at: At<'_>, text: &str, right: impl Into<String>) {
        self.faults
            .add(at, || (format!("is \"{}\"", echo(text)), right.into()));
    }

    /// Adds a fault if `count` is larger than `max`. `what` is the noun for the things that are counted, in the plural.
    pub(super) fn limit(&mut self, at: At<'_>, count: usize, max: usize, what: &str) {
        if count > max {
            self.faults.add(at, || {
                (
                    format!("has {count} {what}"),
                    format!("must have at most {max}"),
                )
            });
        }
    }

    pub(super) fn slug(&mut self, at: At<'_>, text: &str) -> Option<Slug> {
        match Slug::new(text) {
            Ok(slug) => Some(slug),
            Err(error) => {
                self.is_wrong(at, text, error.to_string());
                None
            }
        }
    }

    /// A list of ids. Adds a fault for an id that is listed twice.
    pub(super) fn slugs(&mut self, at: At<'_>, ids: &[Id], max: usize) -> Option<Vec<Slug>> {
        self.limit(at, ids.len(), max, "entries");
        self.refuse_twice(at, super::texts(ids));
        let slugs: Vec<Option<Slug>> = ids
            .iter()
            .enumerate()
            .map(|(place, id)| self.slug(at.item(place), &id.0))
            .collect();
        slugs.into_iter().collect()
    }

    /// An amount that must not be negative.
    pub(super) fn cost(&mut self, at: At<'_>, written: &Decimal) -> Option<Money> {
        let money = self.money(at, written)?;
        if money < Money::ZERO {
            self.is_wrong(at, &written.0, "must not be negative");
        }
        Some(money)
    }

    /// An amount that may be negative.
    pub(super) fn money(&mut self, at: At<'_>, written: &Decimal) -> Option<Money> {
        match Money::parse(&written.0) {
            Ok(money) => Some(money),
            Err(error @ (MoneyError::NotDecimal | MoneyError::OutOfRange)) => {
                self.is_wrong(at, &written.0, error.to_string());
                None
            }
        }
    }

    /// Reads a decimal as an integer: the number times ten to the power of `decimals`. The result must be within the
    /// range.
    pub(super) fn scaled(
        &mut self,
        at: At<'_>,
        written: &Decimal,
        decimals: u32,
        range: RangeInclusive<u32>,
        right: &str,
    ) -> Option<u32> {
        let scaled = parse_scaled(&written.0, decimals)
            .and_then(|scaled| u32::try_from(scaled).ok())
            .filter(|scaled| range.contains(scaled));
        if scaled.is_none() {
            self.is_wrong(at, &written.0, right);
        }
        scaled
    }

    /// A need. A value above the limit adds a fault, but still compiles, because the limit was higher for earlier
    /// versions.
    pub(super) fn need(&mut self, at: At<'_>, written: &Decimal) -> Option<Need> {
        const RIGHT: &str = "must be a decimal from 0.1 to 20 with at most 3 decimals";
        let need = self.scaled(at, written, 3, NEED_MIN..=u32::MAX, RIGHT)?;
        if need > NEED_MAX {
            self.is_wrong(at, &written.0, RIGHT);
        }
        Some(Need(need))
    }

    pub(super) fn span(&mut self, at: At<'_>, written: &Span, max: Millis) -> Option<Millis> {
        match Millis::parse(&written.0) {
            Some(span) if span <= max => Some(span),
            Some(_) => {
                self.is_wrong(at, &written.0, format!("must be at most {max}"));
                None
            }
            None => {
                let right = "must be a span such as 20s, 4m, 1h30m or 7d";
                self.is_wrong(at, &written.0, right);
                None
            }
        }
    }

    /// A time zone of the bundled database. Adds a fault if there is none with this name.
    pub(super) fn time_zone(&mut self, at: At<'_>, name: &str) -> Option<TimeZone> {
        let zone = calendar::zone(name);
        if zone.is_none() {
            self.faults.add(at, || {
                let names = calendar::zone_names();
                (
                    format!("there is no time zone {}", echo(name)),
                    match right_names(name, "time zone", names.iter().map(String::as_str)) {
                        near if near.starts_with("did you mean") => near,
                        _ => "must be an IANA name such as Europe/Amsterdam".to_owned(),
                    },
                )
            });
        }
        zone
    }

    /// A text in the playbook's locales.
    pub(super) fn label(&mut self, at: At<'_>, written: &Entries<String, String>) -> Label {
        if written.0.is_empty() {
            self.faults.add(at, || {
                (
                    "has no text".to_owned(),
                    "must have a text for at least one locale, such as {en: Change date}"
                        .to_owned(),
                )
            });
        }
        let mut texts = Vec::with_capacity(written.0.len());
        for (locale, text) in &written.0 {
            let at = at.key(locale);
            self.find(at, locale, NameKind::Locale);
            let fits = !text.trim().is_empty()
                && text.len() <= LABEL_BYTES_MAX
                && crate::text::is_one_line(text);
            if !fits {
                let right =
                    format!("must be one line of 1 to {LABEL_BYTES_MAX} bytes, not only spaces");
                self.is_wrong(at, text, right);
            }
            texts.push((Arc::from(locale.as_str()), Arc::from(text.as_str())));
        }
        Label(texts)
    }

    /// A label. If it is left out, the id is used, written as words.
    pub(super) fn label_or_id(
        &mut self,
        at: At<'_>,
        written: Option<&Entries<String, String>>,
        id: &str,
    ) -> Label {
        match written {
            Some(written) => self.label(at, written),
            None => {
                let locale = self
                    .names
                    .of(NameKind::Locale)
                    .names
                    .first()
                    .copied()
                    .unwrap_or("en");
                Label(vec![(locale.into(), id.replace('_', " ").into())])
            }
        }
    }
}
