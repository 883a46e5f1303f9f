//! `signpost playbook diff`: how one playbook differs from another in meaning. Two files need no server.

use crate::cli::Session;
use crate::cli::failure::Failure;
use crate::cli::out::Paint;
use crate::cli::render::{self, words};
use signpost_client::v1;
use signpost_domain::playbook::Playbook;
use signpost_domain::playbook::diff::{Change, diff};
use std::path::Path;
use v1::PlaybookChangeKind as Kind;

/// The name that stands for the live version.
const LIVE: &str = "live";

/// One of the two playbooks: a document, or a version by name (empty for the live one).
#[derive(Debug)]
enum Side {
    Document(String),
    Version(String),
}

/// Compares the two playbooks and prints the differences.
///
/// # Errors
/// [`Failure::Fix`] if a file cannot be read or has faults; [`Failure::Call`] if the server is needed and does not
/// answer.
pub(super) async fn run(from: &str, to: &str, session: &Session) -> Result<(), Failure> {
    let response = match (side(from)?, side(to)?) {
        (Side::Document(from_source), Side::Document(to_source)) => {
            compare(&read(from, &from_source)?, &read(to, &to_source)?)?
        }
        (Side::Document(source), Side::Version(version)) => {
            let request = v1::GetPlaybookRequest {
                playbook_version: version,
                ..Default::default()
            };
            let response = session.client()?.get_playbook(request).await?;
            let published = Playbook::stored(&response.document)
                .map_err(|faults| Failure::Other(format!("{to}: {faults}")))?;
            compare(&read(from, &source)?, &published)?
        }
        (Side::Version(version), other) => {
            let mut request = v1::DiffPlaybooksRequest {
                from_playbook_version: version,
                ..Default::default()
            };
            match other {
                Side::Document(source) => request.to_document = source,
                Side::Version(version) => request.to_playbook_version = version,
            }
            session.client()?.diff_playbooks(request).await?
        }
    };
    session
        .out
        .answer(&response, |paint| text(&response, paint))
}

/// A name is a file if there is such a file. Any other name is a version.
fn side(name: &str) -> Result<Side, Failure> {
    let path = Path::new(name);
    if name == LIVE {
        return Ok(Side::Version(String::new()));
    }
    if name == "-" || path.exists() {
        return super::read(path).map(Side::Document);
    }
    let is_version = name.len() >= 8 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_version {
        true => Ok(Side::Version(name.to_owned())),
        false => Err(Failure::Fix(format!(
            "{name} must be a file, `live`, or 8 or more hexadecimal digits of a version"
        ))),
    }
}

fn read(name: &str, source: &str) -> Result<Playbook, Failure> {
    let read = Playbook::read(source);
    read.map(|(playbook, _)| playbook)
        .map_err(|faults| Failure::Fix(format!("{name}:\n{faults}")))
}

fn compare(before: &Playbook, after: &Playbook) -> Result<v1::DiffPlaybooksResponse, Failure> {
    let found = diff(before, after).map_err(|faults| Failure::Other(faults.to_string()))?;
    Ok(v1::DiffPlaybooksResponse {
        from_playbook_version: before.version.to_string(),
        to_playbook_version: after.version.to_string(),
        changes: found.changes.into_iter().map(change).collect(),
        omitted_change_count: u32::try_from(found.more).unwrap_or(u32::MAX),
        // Compared here, without a server.
        revision: String::new(),
        names_in_use: Vec::new(),
    })
}

/// The change as a message of the contract, whose enums have the same members in the same order, but count from 1.
fn change(change: Change) -> v1::PlaybookChange {
    v1::PlaybookChange {
        kind: change.kind as i32 + 1,
        part: change.part as i32 + 1,
        id: change.id,
        field: change.field,
        before: change.before,
        after: change.after,
    }
}

fn text(response: &v1::DiffPlaybooksResponse, paint: Paint) -> String {
    let mut text = String::new();
    if response.changes.is_empty() {
        text += "the two mean the same\n";
    }
    for change in &response.changes {
        text += &line(change, paint);
    }
    if response.omitted_change_count > 0 {
        text += &format!("and {} more\n", response.omitted_change_count);
    }
    if !response.names_in_use.is_empty() {
        text += &paint.bold("in use now, and gone then: `publish` refuses this unless `replaces` says where reasons go");
        text += &format!("\n{}", render::names_in_use(&response.names_in_use));
    }
    text
}

fn line(change: &v1::PlaybookChange, paint: Paint) -> String {
    let v1::PlaybookChange {
        kind: _,
        part: _,
        id,
        field,
        before,
        after,
    } = change;
    let part = words::playbook_part(change.part());
    let what = match id.as_str() {
        "" => part.to_owned(),
        id => format!("{part} {}", paint.bold(id)),
    };
    match change.kind() {
        Kind::Added => format!("+ {what}\n"),
        Kind::Removed => format!("- {what}\n"),
        Kind::Renamed => format!("~ {what} is now {after}\n"),
        Kind::Merged => format!("~ {what} is now part of {after}\n"),
        Kind::Split => format!("~ {what} became {after}\n"),
        Kind::Moved => format!("~ {what} moved from place {before} to {after}\n"),
        Kind::Changed | Kind::Unspecified => {
            let or_none = |value: &str| match value {
                "" => "nothing".to_owned(),
                value => value.to_owned(),
            };
            // The name of a part that the document has under `playbook` needs no field: the part says enough.
            let field = match field == part {
                true => String::new(),
                false => format!(" {field}"),
            };
            format!(
                "~ {what}{field}: {} → {}\n",
                or_none(before),
                or_none(after)
            )
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use signpost_domain::playbook::diff::{ChangeKind, ChangePart};

    #[test]
    fn the_contract_has_the_same_members() {
        for (kind, ours) in [
            (Kind::Added, ChangeKind::Added),
            (Kind::Removed, ChangeKind::Removed),
            (Kind::Renamed, ChangeKind::Renamed),
            (Kind::Merged, ChangeKind::Merged),
            (Kind::Moved, ChangeKind::Moved),
            (Kind::Changed, ChangeKind::Changed),
            (Kind::Split, ChangeKind::Split),
        ] {
            assert_eq!(kind as i32, ours as i32 + 1, "{ours:?}");
        }
        let parts = [
            ChangePart::Playbook,
            ChangePart::Locale,
            ChangePart::Tier,
            ChangePart::Stage,
            ChangePart::Persona,
            ChangePart::Brand,
            ChangePart::Consent,
            ChangePart::Channel,
            ChangePart::Calendar,
            ChangePart::Queue,
            ChangePart::Fact,
            ChangePart::PrimaryReason,
            ChangePart::Reason,
            ChangePart::Route,
            ChangePart::Rule,
            ChangePart::Split,
            ChangePart::Outcome,
            ChangePart::Test,
        ];
        for ours in parts {
            let theirs = v1::PlaybookPart::try_from(ours as i32 + 1).unwrap();
            assert_eq!(format!("{theirs:?}"), format!("{ours:?}"));
        }
    }

    #[test]
    fn what_changed_is_said_in_words() {
        let before = include_str!("../../../../playbooks/retail.yaml");
        let after = before
            .replacen("cost: 2.90", "cost: 3.10", 1)
            .replacen(
                "- id: status_due_date",
                "- id: due_on\n        replaces: [subscription_inquiry/status_due_date]",
                1,
            )
            .replacen("gift_buyer, ", "", 1)
            .replacen("playbook: retail", "playbook: shop", 1);
        let [before, after] = [before, after.as_str()].map(|text| read("x", text).unwrap());
        let response = compare(&before, &after).unwrap();
        expect_test::expect![[r#"
            ~ playbook: retail → shop
            - persona gift_buyer
            ~ reason subscription_inquiry/status_due_date is now subscription_inquiry/due_on
            ~ route subscription_inquiry/status_active/chat cost: 2.9 → 3.1
        "#]]
        .assert_eq(&text(&response, Paint::PLAIN));
        let same = compare(&before, &before).unwrap();
        assert_eq!(text(&same, Paint::PLAIN), "the two mean the same\n");
    }
}
