//! Batches: several customers to write, or several customers or cases to read.

use super::field_path::FieldPath;
use super::{Caller, Fresh, Validator, content};
use signpost_domain::case::CaseNumbers;
use signpost_domain::command::{Command, CommandBody};
use signpost_domain::event::Method;
use signpost_domain::ids::{CaseId, CustomerId, REQUEST_ID_BYTES_MAX};
use signpost_domain::playbook::Playbook;
use signpost_domain::refusal::{Faults, Refusal};
use signpost_proto::v1;
use std::collections::HashMap;
use std::hash::Hash;

/// The maximum number of items of a batch.
pub(crate) const BATCH_ITEMS_MAX: usize = 500;
/// The maximum number of bytes of the request id of a batch. The position of an item is added to it.
pub(crate) const BATCH_REQUEST_ID_BYTES_MAX: usize = REQUEST_ID_BYTES_MAX - "/499".len();

/// An item of a batch to write: the id of its customer as given, and the command or its faults.
pub(crate) type BatchItem = (String, Result<Command, Faults>);

/// The customers to write. Each item is the same write as UpsertCustomer with the request id `request_id/POSITION`;
/// positions start at 0.
///
/// # Errors
/// The faults of the whole batch.
pub(crate) fn upsert(
    request: v1::BatchUpsertCustomersRequest,
    caller: &Caller,
    live: &Playbook,
) -> Result<Vec<BatchItem>, Faults> {
    let v1::BatchUpsertCustomersRequest {
        request_id,
        upserts,
        event_time,
    } = request;
    let mut validator = Validator::default();
    let checked = validator.stamp(&request_id, Method::UpsertCustomer, [0; 16]);
    if checked.is_some() && request_id.len() > BATCH_REQUEST_ID_BYTES_MAX {
        let len = request_id.len();
        let what = format_args!("must be at most {BATCH_REQUEST_ID_BYTES_MAX} bytes, is {len}");
        validator.fault(FieldPath::top("request_id"), what);
    }
    let at = FieldPath::top("upserts");
    let ids = upserts.iter().map(|message| {
        let customer = message.customer.as_ref();
        customer.map_or("", |customer| customer.customer_id.as_str())
    });
    validator.batch(
        at,
        "customer.customer_id",
        ids.map(|id| Some(id).filter(|id| !id.is_empty())),
    );
    let happened = validator.event_time(event_time, caller);
    validator.done(Some(()))?;
    let items = upserts.into_iter().enumerate();
    let items = items.map(|(index, message)| {
        let customer = message.customer.as_ref();
        let customer_id =
            customer.map_or_else(String::new, |customer| customer.customer_id.clone());
        let mut validator = Validator::default();
        let same = v1::UpsertCustomerRequest {
            customer: message.customer.clone(),
            update_mask: message.update_mask.clone(),
            etag: message.etag.clone(),
            event_time,
            ..Default::default()
        };
        let content = content(Method::UpsertCustomer, &same);
        let id = format!("{request_id}/{index}");
        let stamp = validator.stamp(&id, Method::UpsertCustomer, content);
        let upsert = validator.upsert(Some(at.item(index)), live, message);
        let body = upsert.map(|upsert| CommandBody::Upsert(Box::new(upsert)));
        let command = validator.command(caller.clone(), stamp, happened, body);
        (customer_id, command)
    });
    Ok(items.collect())
}

/// The refusal of an item, with the paths that its fields have in the batch. Faults that were found here already have
/// these paths; the domain reports faults as for a single customer.
pub(crate) fn of_item(index: usize, refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Faulty(faults) => {
            Refusal::Faulty(faults.placed(|field| match field.starts_with("customer.") {
                true => format!("upserts[{index}].{field}"),
                false => field.to_owned(),
            }))
        }
        refusal => refusal,
    }
}

/// The customers to read.
pub(crate) fn customers(
    request: v1::BatchGetCustomersRequest,
) -> Result<Fresh<Vec<CustomerId>>, Faults> {
    let v1::BatchGetCustomersRequest {
        customer_ids,
        min_revision,
    } = request;
    let mut validator = Validator::default();
    let at = FieldPath::top("customer_ids");
    let ids = validator.each(at, customer_ids, |validator, at, id| {
        validator.check(at, CustomerId::new(id))
    });
    validator.fresh(Some(ids), &min_revision)
}

/// The cases to read, each with the name that the caller gave.
pub(crate) fn cases(
    request: v1::BatchGetCasesRequest,
    numbers: &CaseNumbers,
) -> Result<Fresh<Vec<(String, CaseId)>>, Faults> {
    let v1::BatchGetCasesRequest {
        case_ids,
        min_revision,
    } = request;
    let mut validator = Validator::default();
    let at = FieldPath::top("case_ids");
    let named = case_ids.clone();
    let ids = validator.each(at, case_ids, |validator, at, id| {
        validator.case(at, numbers, &id)
    });
    validator.fresh(Some(named.into_iter().zip(ids).collect()), &min_revision)
}

impl Validator {
    /// The parsed names of a batch. A name that is there twice is a fault.
    fn each<T: Clone + Eq + Hash>(
        &mut self,
        at: FieldPath<'_>,
        names: Vec<String>,
        parse: impl Fn(&mut Validator, FieldPath<'_>, String) -> Option<T>,
    ) -> Vec<T> {
        if !self.fits_a_batch(at, names.len()) {
            return Vec::new();
        }
        let names = names.into_iter().enumerate();
        let parsed: Vec<Option<T>> = names
            .map(|(index, text)| parse(self, at.item(index), text))
            .collect();
        self.once(at, None, parsed.iter().map(Option::as_ref));
        parsed.into_iter().flatten().collect()
    }

    /// Checks a batch whose items have these names in the field `field`. `None` stands for an item without a name.
    fn batch<'t>(
        &mut self,
        at: FieldPath<'_>,
        field: &'static str,
        names: impl ExactSizeIterator<Item = Option<&'t str>>,
    ) {
        if self.fits_a_batch(at, names.len()) {
            self.once(at, Some(field), names);
        }
    }

    fn fits_a_batch(&mut self, at: FieldPath<'_>, len: usize) -> bool {
        if len == 0 {
            self.fault(at, "must not be empty");
        }
        self.within(at, len, BATCH_ITEMS_MAX) && len > 0
    }

    /// Notes a fault for each name that occurred before.
    fn once<N: Eq + Hash>(
        &mut self,
        at: FieldPath<'_>,
        field: Option<&'static str>,
        names: impl Iterator<Item = Option<N>>,
    ) {
        let mut seen: HashMap<N, usize> = HashMap::new();
        for (index, name) in names.enumerate() {
            let Some(name) = name else { continue };
            if let Some(first) = seen.get(&name) {
                let item = at.item(index);
                let at = match field {
                    Some(field) => item.field(field),
                    None => item,
                };
                self.fault(
                    at,
                    format_args!("is the same as item {first}: name each only once"),
                );
                continue;
            }
            seen.insert(name, index);
        }
    }
}
