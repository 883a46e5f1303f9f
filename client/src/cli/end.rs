//! `signpost end`: ends a contact, and prints the result.

use super::Session;
use super::failure::Failure;
use super::write::{Key, quoted};
use super::{render, values};
use clap::Args;
use signpost_client::{Client, v1};
use signpost_domain::playbook::nearest;

/// The arguments of `signpost end`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost end call-4711 --outcome resolved
  signpost end call-4711 resolved --outcome refunded --cost 12.50 \\
      --confirmed-reason order_issue/status_mystery_fee")]
pub(crate) struct EndArgs {
    /// Your key of the contact.
    contact: String,
    /// How the contact ended.
    #[arg(value_parser = values::outcome(), required_unless_present = "outcome")]
    ended: Option<v1::ContactOutcome>,
    /// The outcome of the contact's own case, which resolves the case: one of those that the playbook declares for the
    /// case's reason. Where it declares none, any lower-case letters, digits and _. Without the word before it, how the
    /// contact ended.
    #[arg(long)]
    outcome: Option<String>,
    /// What the case cost, in the playbook's currency: 0 or more.
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true, value_parser = values::cost_micros,
          requires = "outcome")]
    cost: Option<i64>,
    /// A note for the timeline.
    #[arg(long, default_value = "", hide_default_value = true)]
    note: String,
    /// The language of the feedback question and of the outcome [default: the playbook's first].
    #[arg(long, default_value = "", hide_default_value = true)]
    language: String,
    /// Another matter of the contact that is settled, with its outcome if you want to give one.
    #[arg(long, value_name = "MATTER[=OUTCOME]", value_parser = values::matter_end)]
    resolved: Vec<v1::MatterEnd>,
    /// Another matter of the contact, settled or not, with its reason as the agent or the flow found it.
    #[arg(long, value_name = "MATTER=REASON", value_parser = values::matter_reason)]
    matter_reason: Vec<v1::MatterEnd>,
    /// The reason as the agent or the flow found it, if it is not the stated one.
    #[arg(long, value_name = "REASON")]
    confirmed_reason: Option<String>,
    /// When the contact ended, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    event_time: Option<prost_types::Timestamp>,
    #[command(flatten)]
    key: Key,
}

/// The other matters, settled ones and those with a confirmed reason: one item for each matter, as far as it has one
/// reason.
fn matters(resolved: Vec<v1::MatterEnd>, confirmed: Vec<v1::MatterEnd>) -> Vec<v1::MatterEnd> {
    let mut matters = resolved;
    for end in confirmed {
        let same = |it: &&mut v1::MatterEnd| {
            it.matter_id == end.matter_id && it.confirmed_reason.is_empty()
        };
        match matters.iter_mut().find(same) {
            Some(matter) => matter.confirmed_reason = end.confirmed_reason,
            None => matters.push(end),
        }
    }
    matters
}

/// How the contact ended, and the outcome of its case. A lone `--outcome` says how the contact ended.
fn ended(args: &EndArgs) -> Result<(v1::ContactOutcome, Option<String>), Failure> {
    let word = args.outcome.as_deref().unwrap_or_default();
    match args.ended {
        Some(ended) => Ok((ended, args.outcome.clone())),
        None if args.cost.is_some() => Err(Failure::Fix(format!(
            "--cost is what the case cost, which needs the outcome of the case: signpost end {} resolved --outcome OUTCOME --cost AMOUNT",
            quoted(&args.contact)
        ))),
        None => match values::outcome_of(word) {
            Some(ended) => Ok((ended, None)),
            None => {
                let near = nearest(word, values::OUTCOMES.iter().copied());
                let near = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
                Err(Failure::Argument {
                    name: "--outcome",
                    what: format!("{word} is not how a contact ends{near}"),
                    help: format!(
                        "how a contact ends: {}\nif it is the outcome of the case: signpost end {} resolved --outcome {}",
                        values::OUTCOMES.join(", "),
                        quoted(&args.contact),
                        quoted(word),
                    ),
                })
            }
        },
    }
}

/// Ends the contact and prints the result.
pub(crate) async fn run(args: EndArgs, session: &Session) -> Result<(), Failure> {
    let (ended, outcome) = ended(&args)?;
    let cost_micros = args.cost;
    let resolution = outcome.map(|outcome| v1::CaseResolution {
        outcome,
        cost_micros,
        ..Default::default()
    });
    let request = v1::EndContactRequest {
        request_id: args.key.or_fresh(),
        contact_id: args.contact,
        outcome: ended.into(),
        confirmed_reason: args.confirmed_reason.unwrap_or_default(),
        event_time: args.event_time,
        resolution,
        note: args.note,
        matters: matters(args.resolved, args.matter_reason),
        language_code: args.language,
    };
    let response = session.write(request, Client::end_contact).await?;
    let receipt = response.receipt.as_ref();
    let text = |paint| render::ended(&response, paint);
    session.out.written(&response, receipt, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::values::{matter_end, matter_reason};

    #[test]
    fn a_matter_is_sent_once_with_all_that_came_of_it() -> Result<(), String> {
        let resolved = ["m1=explained", "m2"].map(matter_end);
        let resolved = resolved.into_iter().collect::<Result<_, _>>()?;
        let confirmed = ["m2=a/b", "m3=c/d", "m3=e/f"].map(matter_reason);
        let confirmed = confirmed.into_iter().collect::<Result<_, _>>()?;
        let sent = matters(resolved, confirmed);
        let sent = sent.iter().map(|it| {
            let outcome = it.resolution.as_ref().map_or("", |it| it.outcome.as_str());
            (
                it.matter_id.as_str(),
                it.resolved,
                outcome,
                it.confirmed_reason.as_str(),
            )
        });
        let sent: Vec<_> = sent.collect();
        // A matter that has two reasons stays in two items: the server refuses it.
        let expected = [
            ("m1", true, "explained", ""),
            ("m2", true, "", "a/b"),
            ("m3", false, "", "c/d"),
            ("m3", false, "", "e/f"),
        ];
        assert_eq!(sent, expected);
        assert!(matter_reason("m1").is_err() && matter_reason("m1=").is_err());
        Ok(())
    }
}
