//! Several customers or cases by name, in as few calls as the server allows.

use super::Session;
use super::failure::Failure;
use super::out::Paint;
use super::render;
use signpost_client::v1;

/// The most items in one call. Even large items fit into one answer.
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
    let shown = |paint: Paint| {
        let found = all.customers.iter().filter_map(|it| it.customer.as_ref());
        let found = found.map(|customer| render::customer(customer, paint));
        found.collect::<Vec<_>>().join("\n")
    };
    if session.out.json || all.customers.iter().any(|it| it.customer.is_some()) {
        session.out.answer(&all, shown)?;
    }
    let missing = all.customers.iter().filter(|it| it.customer.is_none());
    all_there("customer", missing.map(|it| it.customer_id.as_str()))
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
    let shown = |paint: Paint| {
        let found = all.cases.iter().filter_map(|it| it.case.as_ref());
        let found = found.map(|case| render::case(case, "", paint));
        found.collect::<Vec<_>>().join("\n")
    };
    if session.out.json || all.cases.iter().any(|it| it.case.is_some()) {
        session.out.answer(&all, shown)?;
    }
    let missing = all.cases.iter().filter(|it| it.case.is_none());
    all_there("case", missing.map(|it| it.case_id.as_str()))
}

fn all_there<'n>(
    kind: &'static str,
    missing: impl Iterator<Item = &'n str>,
) -> Result<(), Failure> {
    let names: Vec<String> = missing.map(str::to_owned).collect();
    match names.is_empty() {
        true => Ok(()),
        false => Err(Failure::Missing { kind, names }),
    }
}
