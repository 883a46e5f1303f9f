//! A contact that was put under another customer, as text.

use super::answer::answer;
use super::records::customer_or_nobody;
use super::words;
use crate::cli::explain::Explain;
use crate::cli::out::Paint;
use signpost_client::v1;
use v1::CaseCorrection;

/// Whose the contact is now, what became of its cases, and the new decision if there is one.
pub(crate) fn customer_corrected(
    corrected: &v1::CorrectContactCustomerResponse,
    explain: Explain,
    paint: Paint,
) -> String {
    let (contact, customer, former) = (
        &corrected.contact_id,
        customer_or_nobody(&corrected.customer_id),
        customer_or_nobody(&corrected.former_customer_id),
    );
    let head = format!("contact {contact} · of {customer}, not of {former}");
    let mut text = format!("{}\n", paint.bold(&head));
    for case in &corrected.cases {
        text += &format!("{}\n", corrected_case(case));
    }
    if let Some(decided) = &corrected.answer {
        text += &format!("\n{}", answer(decided, explain, paint));
    }
    text
}

/// What became of a case, in a line.
pub(super) fn corrected_case(case: &v1::CorrectedCase) -> String {
    let former = case.former_case_id.as_str();
    match case.correction() {
        CaseCorrection::Stayed => format!("stays with {former}"),
        CaseCorrection::Moved => format!("{former} goes with it"),
        CaseCorrection::Left | CaseCorrection::Unspecified => {
            let withdrawn = match case.former_case_withdrawn {
                true => ", which is withdrawn",
                false => "",
            };
            let left = match former {
                "" => None,
                former => Some(format!("left {former}{withdrawn}")),
            };
            let repeat = if case.repeat { ", a repeat" } else { "" };
            let joined = words::case_match(case.case_match)
                .map(|how| format!("{how} {}{repeat}", case.case_id));
            let parts: Vec<String> = left.into_iter().chain(joined).collect();
            parts.join("; ")
        }
    }
}
