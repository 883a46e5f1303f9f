//! Data that callers store with a case or a contact for their own use: references to other systems, labels and links.
//! Signpost decides nothing by this data.

use std::collections::BTreeMap;
use std::sync::Arc;

/// The largest number of external references of one case or contact.
pub const REFERENCES_MAX: usize = 8;
/// The largest number of characters in the system of an external reference, and in its id.
pub const REFERENCE_CHARS_MAX: usize = 128;
/// The largest number of labels of one case or contact.
pub const LABELS_MAX: usize = 16;
/// The largest number of characters in the key of a label.
pub const LABEL_KEY_CHARS_MAX: usize = 63;
/// The largest number of characters in the value of a label.
pub const LABEL_VALUE_CHARS_MAX: usize = 255;
/// The largest number of links of one contact.
pub const CONTACT_LINKS_MAX: usize = 16;
/// The largest number of characters in the address of a link.
pub const LINK_URI_CHARS_MAX: usize = 2_048;
/// The largest number of characters in the title of a link.
pub const LINK_TITLE_CHARS_MAX: usize = 128;

/// Why a text cannot be stored. The message says which text would be valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// The text is empty.
    #[error("must not be empty")]
    Empty,
    /// The text is longer than its limit.
    #[error("must be at most {max} characters, is {len}")]
    TooLong {
        /// The number of characters given.
        len: usize,
        /// The number of characters allowed.
        max: usize,
    },
    /// The text has a character that is not allowed, or spaces at its ends.
    #[error("must be {0}")]
    Shape(&'static str),
    /// The text is not the address of a link.
    #[error("must be an http or https URL with a host, such as https://example.com/calls/1")]
    NoUrl,
    /// The address contains a user or a password, so anybody who sees the address could log in with it.
    #[error("must be a URL without a user or a password in it")]
    Credentials,
}

const PRINTABLE: &str = "printable, without spaces at its ends";

fn printable(text: &str, max: usize) -> Result<Arc<str>, TagError> {
    let len = text.chars().count();
    if len > max {
        return Err(TagError::TooLong { len, max });
    }
    if !crate::text::is_key(text) {
        return Err(TagError::Shape(PRINTABLE));
    }
    Ok(text.into())
}

/// The id that another system uses for the same case or contact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExternalReference {
    /// The name of the other system.
    pub system: Arc<str>,
    /// The id in the other system.
    pub id: Arc<str>,
}

impl ExternalReference {
    /// Checks the system or the id of a reference.
    ///
    /// # Errors
    /// If the text is empty, too long or not printable.
    pub fn part(text: &str) -> Result<Arc<str>, TagError> {
        match text {
            "" => Err(TagError::Empty),
            text => printable(text, REFERENCE_CHARS_MAX),
        }
    }
}

/// Labels: the value by the key.
pub type Labels = BTreeMap<Arc<str>, Arc<str>>;

/// Checks the key of a label.
///
/// # Errors
/// If the key is empty, is too long, or has a character that a key may not have.
pub fn label_key(text: &str) -> Result<Arc<str>, TagError> {
    let len = text.chars().count();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._/-".contains(c);
    match len {
        0 => Err(TagError::Empty),
        len if len > LABEL_KEY_CHARS_MAX => Err(TagError::TooLong {
            len,
            max: LABEL_KEY_CHARS_MAX,
        }),
        _ if !text.chars().all(fits) => Err(TagError::Shape("of a-z 0-9 . _ / - alone")),
        _ => Ok(text.into()),
    }
}

/// Checks the value of a label. The value may be empty.
///
/// # Errors
/// If the value is too long or not printable.
pub fn label_value(text: &str) -> Result<Arc<str>, TagError> {
    printable(text, LABEL_VALUE_CHARS_MAX)
}

/// References and labels that callers store with a case or a contact for their own use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tags {
    /// The ids of this case or contact in other systems, each once.
    pub references: Vec<ExternalReference>,
    /// The callers' own labels.
    pub labels: Labels,
}

impl Tags {
    /// These tags, amended with `later`: the parts that are set in `later` replace the parts of `self`.
    #[must_use]
    pub fn amended(self, later: Tags) -> Tags {
        Tags {
            references: match later.references.is_empty() {
                true => self.references,
                false => later.references,
            },
            labels: match later.labels.is_empty() {
                true => self.labels,
                false => later.labels,
            },
        }
    }
}

/// New values for parts of [`Tags`]. `None` leaves a part as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TagsUpdate {
    /// The new references.
    pub references: Option<Vec<ExternalReference>>,
    /// The new labels.
    pub labels: Option<Labels>,
}

impl TagsUpdate {
    /// The present values, in `tags`, of the parts that this update changes.
    #[must_use]
    pub fn before(&self, tags: &Tags) -> TagsUpdate {
        let TagsUpdate { references, labels } = self;
        TagsUpdate {
            references: references.as_ref().map(|_| tags.references.clone()),
            labels: labels.as_ref().map(|_| tags.labels.clone()),
        }
    }

    /// Writes the new values into `tags`.
    pub fn apply(&self, tags: &mut Tags) {
        let TagsUpdate { references, labels } = self;
        if let Some(references) = references {
            tags.references.clone_from(references);
        }
        if let Some(labels) = labels {
            tags.labels.clone_from(labels);
        }
    }
}

/// The kind of content that a link leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContactLinkKind {
    /// A text of the conversation.
    Transcript,
    /// A recording of the conversation.
    Recording,
    /// Any other content.
    Other,
}

/// A link to content that belongs to a contact and is stored in another system.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContactLink {
    /// The kind of content.
    pub kind: ContactLinkKind,
    /// The address of the content.
    pub uri: Arc<str>,
    /// The title that people see; may be empty.
    pub title: Arc<str>,
}

impl ContactLink {
    /// Checks the address of a link.
    ///
    /// # Errors
    /// If the address is too long, is not an HTTP URL, or contains a user or a password.
    pub fn address(text: &str) -> Result<Arc<str>, TagError> {
        let (len, max) = (text.chars().count(), LINK_URI_CHARS_MAX);
        if len > max {
            return Err(TagError::TooLong { len, max });
        }
        let is_odd = |c: char| crate::text::is_unseen(c) || c.is_whitespace() || c == '\\';
        let (scheme, rest) = text.split_once("://").ok_or(TagError::NoUrl)?;
        let is_http = ["http", "https"]
            .iter()
            .any(|it| scheme.eq_ignore_ascii_case(it));
        if !is_http || text.chars().any(is_odd) {
            return Err(TagError::NoUrl);
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(TagError::Credentials);
        }
        match is_host(authority) {
            true => Ok(text.into()),
            false => Err(TagError::NoUrl),
        }
    }

    /// Checks the title of a link.
    ///
    /// # Errors
    /// If the title is too long or not printable.
    pub fn name(text: &str) -> Result<Arc<str>, TagError> {
        printable(text, LINK_TITLE_CHARS_MAX)
    }
}

/// Whether the text is a host, with or without a port.
fn is_host(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let Some((address, rest)) = rest.split_once(']') else {
                return false;
            };
            let is_address = address.parse::<core::net::Ipv6Addr>().is_ok();
            (
                is_address,
                rest.strip_prefix(':').or((rest.is_empty()).then_some("")),
            )
        }
        None => {
            let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
            let fits = |c: char| c.is_alphanumeric() || "-._".contains(c);
            (
                host.chars().any(char::is_alphanumeric) && host.chars().all(fits),
                Some(port),
            )
        }
    };
    let is_port = |port: &str| {
        port.is_empty() || (port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok())
    };
    host && port.is_some_and(is_port)
}

/// New values for the data that callers store with a contact. `None` leaves a part as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ContactUpdate {
    /// The new references and labels.
    pub tags: TagsUpdate,
    /// The new links to the transcript, the recording and other content.
    pub links: Option<Vec<ContactLink>>,
}

/// The references and labels that a list is filtered by. An empty part filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagsFilter {
    /// The item must have at least one of these references.
    pub references: Vec<ExternalReference>,
    /// The item must have all of these labels.
    pub labels: Labels,
}

impl TagsFilter {
    /// Whether `tags` has everything that the filter requires.
    pub fn holds(&self, tags: &Tags) -> bool {
        let has = |wanted: &ExternalReference| tags.references.contains(wanted);
        let is_there = |(key, value)| tags.labels.get(key) == Some(value);
        (self.references.is_empty() || self.references.iter().any(has))
            && self.labels.iter().all(is_there)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_link_is_a_url_of_http_without_credentials() {
        for good in [
            "https://example.com",
            "HTTP://example.com:8080/calls/1?at=2#x",
            "https://rec.example/a@b?mail=a@b.c",
            "https://[2001:db8::1]:443/x",
            "http://127.0.0.1/x",
            "https://bücher.example/ü",
        ] {
            assert_eq!(ContactLink::address(good).as_deref(), Ok(good));
        }
        for bad in [
            "",
            "call-1",
            "ftp://example.com/x",
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "https://:443/x",
            "https://example.com:70000/",
            "https://example.com:8a/",
            "https://exa mple.com/",
            "https://example.com/a\nb",
            "https://evil.example\\@example.com/",
            "https://a%40b.example/",
            "https://[::1/x",
            "https://[host]/x",
            "https://[::1]x/",
        ] {
            assert_eq!(ContactLink::address(bad), Err(TagError::NoUrl), "{bad}");
        }
        for bad in [
            "https://user@example.com/",
            "https://u:p@example.com",
            "http://:@x/",
        ] {
            let refused = ContactLink::address(bad);
            assert_eq!(refused, Err(TagError::Credentials), "{bad}");
        }
        let long = |len: usize| format!("https://example.com/{}", "x".repeat(len - 20));
        assert!(ContactLink::address(&long(LINK_URI_CHARS_MAX)).is_ok());
        let (len, max) = (LINK_URI_CHARS_MAX + 1, LINK_URI_CHARS_MAX);
        let too_long = Err(TagError::TooLong { len, max });
        assert_eq!(ContactLink::address(&long(len)), too_long);
    }

    #[test]
    fn keys_and_values_of_labels_and_parts_of_references_have_their_limits() {
        for good in ["a", "team/a.b_c-9", &"k".repeat(LABEL_KEY_CHARS_MAX)] {
            assert_eq!(label_key(good).as_deref(), Ok(good));
        }
        for bad in [
            "",
            "A",
            "a b",
            "ä",
            "a=b",
            &"k".repeat(LABEL_KEY_CHARS_MAX + 1),
        ] {
            assert!(label_key(bad).is_err(), "{bad}");
        }
        for good in ["", "x y", &"é".repeat(LABEL_VALUE_CHARS_MAX)] {
            assert_eq!(label_value(good).as_deref(), Ok(good));
        }
        for bad in [" x", "a\tb", &"é".repeat(LABEL_VALUE_CHARS_MAX + 1)] {
            assert!(label_value(bad).is_err(), "{bad}");
        }
        for good in ["crm", "a:b", &"é".repeat(REFERENCE_CHARS_MAX)] {
            assert_eq!(ExternalReference::part(good).as_deref(), Ok(good));
        }
        for bad in ["", " ", "a\0b", &"é".repeat(REFERENCE_CHARS_MAX + 1)] {
            assert!(ExternalReference::part(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_amendment_replaces_what_it_sets_and_an_update_what_it_names() {
        let reference = |id: &str| ExternalReference {
            system: "crm".into(),
            id: id.into(),
        };
        let labels = |value: &str| Labels::from([("team".into(), value.into())]);
        let tags = |id: &str, value: &str| Tags {
            references: vec![reference(id)],
            labels: labels(value),
        };
        let before = tags("1", "a");
        assert_eq!(before.clone().amended(Tags::default()), before);
        assert_eq!(before.clone().amended(tags("2", "b")), tags("2", "b"));
        let mut after = before.clone();
        TagsUpdate::default().apply(&mut after);
        assert_eq!(after, before);
        let cleared = TagsUpdate {
            references: Some(Vec::new()),
            labels: None,
        };
        cleared.apply(&mut after);
        let left = Tags {
            references: Vec::new(),
            labels: labels("a"),
        };
        assert_eq!(after, left);
    }

    #[test]
    fn a_filter_asks_for_one_of_the_references_and_for_all_labels() {
        let reference = |system: &str, id: &str| ExternalReference {
            system: system.into(),
            id: id.into(),
        };
        let labels = |all: &[(&str, &str)]| -> Labels {
            let pairs = all.iter().map(|&(key, value)| (key.into(), value.into()));
            pairs.collect()
        };
        let tags = Tags {
            references: vec![reference("crm", "1"), reference("erp", "2")],
            labels: labels(&[("team", "a"), ("vip", "")]),
        };
        let holds = |references: &[(&str, &str)], wanted: &[(&str, &str)]| {
            let references = references.iter();
            let filter = TagsFilter {
                references: references
                    .map(|&(system, id)| reference(system, id))
                    .collect(),
                labels: labels(wanted),
            };
            filter.holds(&tags)
        };
        assert!(holds(&[], &[]));
        assert!(holds(
            &[("crm", "9"), ("erp", "2")],
            &[("team", "a"), ("vip", "")]
        ));
        assert!(
            !holds(&[("crm", "2"), ("erp", "1")], &[]),
            "both parts count"
        );
        assert!(!holds(&[], &[("team", "a"), ("vip", "x")]));
        assert!(!holds(&[("crm", "1")], &[("gone", "")]));
    }
}
