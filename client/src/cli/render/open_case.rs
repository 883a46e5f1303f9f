//! Open cases of a customer, as they are shown to a caller.

use super::words;
use crate::cli::out::Paint;
use crate::cli::zone::Zone;
use signpost_client::v1;

/// The cases to choose from.
pub(super) fn open_cases(cases: &[v1::OpenCase], paint: Paint) -> String {
    let line = |case: &v1::OpenCase| {
        let about = match case.key_facts.is_empty() {
            true => String::new(),
            false => about_key(&case.key_facts, paint.zone()),
        };
        let number = paint.dim(&case.case_number);
        format!("      {} {about}  {number}\n", case.stated_reason)
    };
    cases.iter().map(line).collect()
}

/// `order_id = 3348917502`, or `the open case without order_id` for a case that was opened without its key.
pub(super) fn about_key(key: &[v1::Fact], zone: Zone) -> String {
    let (unknown, known): (Vec<&v1::Fact>, Vec<&v1::Fact>) = key
        .iter()
        .partition(|fact| matches!(fact.value, Some(v1::fact::Value::Declined(_)) | None));
    match (known.is_empty(), unknown.is_empty()) {
        (true, true) => "the open case of this reason".to_owned(),
        (true, false) => {
            let unknown = words::listed(unknown.iter().map(|fact| fact.fact_id.clone()));
            format!("the open case for which {unknown} was not given")
        }
        (false, _) => words::listed(known.into_iter().map(|fact| words::fact(fact, zone))),
    }
}
