//! `signpost customer`: links handles, merges customers, and shows what a customer came for.

use super::Session;
use super::at_least::AtLeast;
use super::failure::Failure;
use super::form::FormArgs;
use super::render::{self, words};
use super::write::Change;
use signpost_client::{Client, v1};

/// Shows a customer, by key or by a verified handle.
pub(super) async fn get(
    customer: Option<&String>,
    identity: Option<v1::Identity>,
    AtLeast { min_revision }: AtLeast,
    session: &Session,
) -> Result<(), Failure> {
    let client = session.client()?;
    if identity.is_some() {
        let request = v1::LookUpCustomerRequest {
            identity,
            min_revision,
        };
        let found = client.look_up_customer(request).await?;
        return session.timed().await.answer(&found, |paint| {
            render::customer(&found.customer.clone().unwrap_or_default(), paint)
        });
    }
    let request = v1::GetCustomerRequest {
        by: customer
            .cloned()
            .map(v1::get_customer_request::By::CustomerId),
        min_revision,
    };
    let found = client.get_customer(request).await?;
    session.timed().await.answer(&found, |paint| {
        render::customer(&found.customer.clone().unwrap_or_default(), paint)
    })
}

/// Links a handle. Also prints a warning if a verified handle is no longer verified because of that.
pub(super) async fn link(
    customer: String,
    identity: v1::Identity,
    change: Change,
    session: &Session,
) -> Result<(), Failure> {
    let request = v1::LinkIdentityRequest {
        request_id: change.key.or_fresh(),
        customer_id: customer,
        identity: Some(identity.clone()),
        etag: change.etag,
        event_time: change.event_time,
    };
    let answer = session.write(request, Client::link_identity).await?;
    if answer.verification_lost {
        session.out.say(&verification_lost(&identity));
    }
    say_as_written(&answer.findings, session);
    session
        .out
        .written(&answer, answer.receipt.as_ref(), |paint| {
            let goes_on = render::customer_receipt(answer.customer_receipt.as_ref(), "", paint);
            let merged = answer.duplicate.as_ref();
            goes_on + &render::customer_receipt(merged, "merged: both are one customer now", paint)
        })
}

/// Warns of identities that are found only by the same text.
fn say_as_written(findings: &[v1::Finding], session: &Session) {
    let all = findings.iter();
    for finding in all.filter(|it| it.kind() == v1::FindingKind::IdentityAsWritten) {
        session.out.say(&format!(
            "{} is kept as it was written, because it cannot be read as its kind: only the same text finds it",
            finding.subject
        ));
    }
}

fn verification_lost(identity: &v1::Identity) -> String {
    let v1::Identity {
        kind,
        value,
        verified: _,
        shared,
        value_state: _,
    } = identity;
    let (now, again) = match shared {
        true => (
            "is shared now, which identifies nobody",
            "when it is no longer shared",
        ),
        false => (
            "is not any more, because it was sent without :verified",
            "if it is still verified",
        ),
    };
    format!("{kind}={value} was verified and {now}; link {kind}={value}:verified again {again}")
}

/// Erases a customer, or shows what would be erased.
pub(super) async fn erase(
    request: v1::EraseCustomerRequest,
    session: &Session,
) -> Result<(), Failure> {
    let only_asks = request.validate_only;
    let answer = session.write(request, Client::erase_customer).await?;
    let said = erased(&answer, only_asks);
    session
        .out
        .written(&answer, answer.receipt.as_ref(), |_| said)
}

fn erased(answer: &v1::EraseCustomerResponse, only_asks: bool) -> String {
    let v1::EraseCustomerResponse {
        receipt: _,
        erased_customer_ids: ids,
        contact_count,
        case_count,
        clear_until_sequence,
    } = answer;
    let what = format!(
        "customers {}, contacts {contact_count}, cases {case_count}",
        ids.len()
    );
    let mut words = match only_asks {
        true => format!("would erase {what}; --yes erases them, and it cannot be undone\n"),
        false => format!("erased {what}; what is left of them is {}\n", ids.join(" ")),
    };
    if *clear_until_sequence > 0 {
        words += &format!(
            "not reached: what events up to {clear_until_sequence} hold of them, which an earlier version wrote in clear; \
             signpostd encrypt makes a folder without it\n"
        );
    }
    words
}

/// Creates or changes a customer. Also prints a warning if verified handles are no longer verified because of that.
pub(super) async fn upsert(
    request: v1::UpsertCustomerRequest,
    session: &Session,
) -> Result<(), Failure> {
    let answer = session.write(request, Client::upsert_customer).await?;
    for v1::Identity { kind, value, .. } in &answer.unverified_identities {
        session.out.say(&format!(
            "{kind}={value} was verified and is not any more; if it still is, send --identity {kind}={value}:verified"
        ));
    }
    say_as_written(&answer.findings, session);
    let customer = answer.customer.clone().unwrap_or_default();
    if let (Some(value), false) = (customer.value_micros, session.out.json) {
        let code = &customer.currency_code;
        let more = words::more_decimals(value, code);
        if let Some(digits) = more {
            session.out.say(&format!(
                "--value: {} is kept as it was told, though amounts in {code} have {}",
                words::amount_exact(value, code),
                words::counted(digits, "decimal")
            ));
        }
    }
    let text = |paint| render::customer(&customer, paint);
    let out = session.timed().await;
    out.written(&answer, answer.receipt.as_ref(), text)
}

/// Removes a handle from a customer.
pub(super) async fn unlink(
    customer: String,
    identity: v1::Identity,
    change: Change,
    session: &Session,
) -> Result<(), Failure> {
    let request = v1::UnlinkIdentityRequest {
        request_id: change.key.or_fresh(),
        customer_id: customer,
        identity: Some(identity),
        etag: change.etag,
        event_time: change.event_time,
    };
    let answer = session.write(request, Client::unlink_identity).await?;
    session
        .out
        .written(&answer, answer.receipt.as_ref(), |paint| {
            render::customer_receipt(answer.customer_receipt.as_ref(), "", paint)
        })
}

/// Merges two customers.
pub(super) async fn merge(
    customer: String,
    merged: String,
    note: String,
    change: Change,
    session: &Session,
) -> Result<(), Failure> {
    let request = v1::MergeCustomersRequest {
        request_id: change.key.or_fresh(),
        customer_id: customer,
        duplicate_customer_id: merged,
        note,
        etag: change.etag,
        event_time: change.event_time,
    };
    let answer = session.write(request, Client::merge_customers).await?;
    session
        .out
        .written(&answer, answer.receipt.as_ref(), |paint| {
            let goes_on = answer.customer_receipt.as_ref();
            let goes_on = render::customer_receipt(goes_on, "survives", paint);
            goes_on + &render::customer_receipt(answer.duplicate.as_ref(), "merged", paint)
        })
}

/// Undoes a merge.
pub(super) async fn unmerge(
    customer: String,
    note: String,
    change: Change,
    session: &Session,
) -> Result<(), Failure> {
    let request = v1::UnmergeCustomerRequest {
        request_id: change.key.or_fresh(),
        customer_id: customer,
        note,
        etag: change.etag,
        event_time: change.event_time,
    };
    let answer = session.write(request, Client::unmerge_customer).await?;
    session
        .out
        .written(&answer, answer.receipt.as_ref(), |paint| {
            let its_own = answer.customer_receipt.as_ref();
            let its_own = render::customer_receipt(its_own, "its own again", paint);
            let surviving = answer.surviving.as_ref();
            its_own + &render::customer_receipt(surviving, "survived the merge", paint)
        })
}

/// Shows what a customer came for.
pub(super) async fn history(
    (customer, identity): (Option<String>, Option<v1::Identity>),
    AtLeast { min_revision }: AtLeast,
    form: &FormArgs,
    session: &Session,
) -> Result<(), Failure> {
    use v1::get_customer_history_request::By;
    let by_identity = identity.map(By::Identity);
    let request = v1::GetCustomerHistoryRequest {
        by: customer.map(By::CustomerId).or(by_identity),
        min_revision,
    };
    let answer = session.client()?.get_customer_history(request).await?;
    let text = |_wide, paint| render::history(&answer, paint);
    let listing = |_| render::history_listing(&answer);
    form.show_timed(session, &answer, text, listing).await
}
