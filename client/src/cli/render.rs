//! Answers of the server, as text for people and as JSON. Pure: messages in, text out.

mod answer;
mod case_memory;
mod case_work;
mod corrected;
pub(crate) mod feed;
mod history;
pub(crate) mod json;
pub(crate) mod lists;
mod menu;
mod open_case;
mod playbook;
mod records;
mod status;
pub(crate) mod table;
mod tokens;
pub(crate) mod visible;
mod vocabulary;
mod why;
pub(crate) mod words;

pub(crate) use answer::answer;
pub(crate) use case_work::{case_receipt, timeline, timeline_listing};
pub(crate) use corrected::customer_corrected;
pub(crate) use feed::event;
pub(crate) use history::{customer_receipt, history, history_listing};
pub(crate) use menu::{menu, menu_listing};
pub(crate) use playbook::{
    counts, counts_listing, findings, names_in_use, publication, publications, taking,
};
pub(crate) use records::{case, case_added, contact, customer, ended, selected};
pub(crate) use status::server_status;
pub(crate) use tokens::{created_token, tokens};
pub(crate) use vocabulary::{vocabulary, vocabulary_listing};

use super::out::Paint;
use signpost_client::v1;

/// A line that says that this is the stored answer of an earlier call; empty if it is not.
pub(crate) fn replayed(receipt: Option<&v1::WriteReceipt>, paint: Paint) -> String {
    if receipt.is_some_and(|receipt| receipt.replayed) {
        format!(
            "{}\n",
            paint.dim("replayed: the stored answer of an earlier call")
        )
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests;
