//! Several customers or cases by name, in as few calls as the server allows.

use super::Session;
use super::failure::Failure;
use super::out::Paint;
use super::render::{self, json::Named};
use signpost_client::v1;

/// The maximum number of items in one call. Even large items fit into one answer.
const AT_ONCE: usize = 50;

/// Prints customers in the order of `ids`.
///
/// # Errors
/// [`Failure::Missing`] if some do not exist, after the others are printed.
pub(super) async fn customers(
    ids: &[String],
    min_revision: &str,
    session: &Session,
) -> Result<(), Failure> {
    let client = session.client()?;
    let mut all = v1::BatchGetCustomersResponse::default();
    for some in ids.chunks(AT_ONCE) {
        let request = v1::BatchGetCustomersRequest {
            customer_ids: some.to_vec(),
            min_revision: min_revision.to_owned(),
        };
        let found = client.batch_get_customers(request).await?;
        all.customers.extend(found.customers);
        if all.revision.is_empty() {
            all.revision = found.revision;
        }
    }
    let found = all.customers.iter();
    let found = found.map(|it| (it.customer_id.as_str(), it.customer.as_ref()));
    print(&all, "customer", found, render::customer, session).await
}

/// Prints cases in the order of `ids`.
///
/// # Errors
/// [`Failure::Missing`] if some do not exist, after the others are printed.
pub(super) async fn cases(
    ids: &[String],
    min_revision: &str,
    session: &Session,
) -> Result<(), Failure> {
    let client = session.client()?;
    let mut all = v1::BatchGetCasesResponse::default();
    for some in ids.chunks(AT_ONCE) {
        let request = v1::BatchGetCasesRequest {
            case_ids: some.to_vec(),
            min_revision: min_revision.to_owned(),
        };
        let found = client.batch_get_cases(request).await?;
        all.cases.extend(found.cases);
        if all.revision.is_empty() {
            all.revision = found.revision;
        }
    }
    let found = all.cases.iter();
    let found = found.map(|it| (it.case_id.as_str(), it.case.as_ref()));
    let text = |case: &v1::Case, paint| render::case(case, "", paint);
    print(&all, "case", found, text, session).await
}

/// Prints what was found. With `--json` it prints the whole answer `all`. What was not found is named in the error.
async fn print<'r, T: 'r>(
    all: &impl Named,
    kind: &'static str,
    found: impl Iterator<Item = (&'r str, Option<&'r T>)>,
    text: impl Fn(&T, Paint) -> String,
    session: &Session,
) -> Result<(), Failure> {
    let (mut there, mut names) = (Vec::new(), Vec::new());
    for (name, item) in found {
        match item {
            Some(item) => there.push(item),
            None => names.push(name.to_owned()),
        }
    }
    if session.out.json || !there.is_empty() {
        session.timed().await.answer(all, |paint| {
            let texts = there.iter().map(|item| text(item, paint));
            texts.collect::<Vec<_>>().join("\n")
        })?;
    }
    match names.is_empty() {
        true => Ok(()),
        false => Err(Failure::Missing { kind, names }),
    }
}
