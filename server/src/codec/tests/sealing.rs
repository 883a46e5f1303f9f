//! What is sealed opens as it was, and what is erased reads as nothing.

use super::arbitrary::event::recorded;
use super::arbitrary::row::row;
use super::frozen::sample::event::events as samples;
use crate::codec::rows::RowKind;
use crate::codec::{events, rows};
use crate::keys::{KeyError, KeyNumber, KeyOf, Keys};
use proptest::{prop_assert, prop_assert_eq, proptest};
use signpost_domain::event::{Event, Recorded};
use signpost_domain::ids::Seq;

fn numbers(seqs: impl IntoIterator<Item = u64>) -> Vec<KeyNumber> {
    let kinds = [KeyOf::Customer, KeyOf::Contact, KeyOf::Case];
    let all = seqs.into_iter();
    all.flat_map(|seq| kinds.map(|of| KeyNumber::new(of, seq)))
        .collect()
}

/// The numbers of everything that the sealed bytes name.
fn all_numbers(bytes: &[u8]) -> Vec<KeyNumber> {
    crate::codec::seal::numbers(bytes)
}

proptest! {
    #[test]
    fn a_sealed_event_opens_as_it_was(event in recorded(), contact in 1_u64..1_000) {
        let Ok(keys) = Keys::in_memory() else {
            return Err(proptest::test_runner::TestCaseError::fail("no random bytes"));
        };
        let plain = events::encode(&event);
        let sealed = events::sealed(&event, Some(Seq(contact)), &keys).unwrap_or_default();
        prop_assert_eq!(events::opened(sealed.clone(), &keys), Ok(plain));
        // The same event under the same keys always has the same bytes.
        let again = events::sealed(&event, Some(Seq(contact)), &keys).unwrap_or_default();
        prop_assert_eq!(&again, &sealed);
        // Whatever of it is erased, the rest reads; and so it does without any key.
        prop_assert!(events::decode(&sealed).is_ok(), "{:?}", events::decode(&sealed));
        for number in all_numbers(&sealed) {
            prop_assert!(keys.destroy(&[number]).is_ok());
            let opened = events::opened(sealed.clone(), &keys);
            let read = opened.as_ref().map(|bytes| events::decode(bytes));
            prop_assert!(matches!(read, Ok(Ok(_))), "{:?}", read);
        }
    }

    #[test]
    fn a_sealed_row_opens_as_it_was((key, row) in row()) {
        let Ok(keys) = Keys::in_memory() else {
            return Err(proptest::test_runner::TestCaseError::fail("no random bytes"));
        };
        let kind = RowKind::of(&key);
        let sealed = rows::sealed(&row, &keys).unwrap_or_default();
        prop_assert_eq!(rows::opened(sealed.clone(), &keys), Ok(rows::encode(&row)));
        for number in all_numbers(&sealed) {
            prop_assert!(keys.destroy(&[number]).is_ok());
            let opened = rows::opened(sealed.clone(), &keys);
            let read = opened.as_ref().map(|bytes| rows::decode(kind, bytes));
            prop_assert!(matches!(read, Ok(Ok(_))), "{:?}", read);
        }
    }
}

/// Every event of the frozen samples: nothing that a caller told of a person is in the sealed bytes, and nothing is
/// left of it once the keys are gone.
#[test]
fn nothing_personal_is_in_the_bytes() -> Result<(), KeyError> {
    let told = ["PNR123", "cust_42", "+31600000001", "nl-NL"];
    let keys = Keys::in_memory()?;
    let mut found = 0;
    for (_, event) in samples() {
        let event = with_records(event);
        let plain = events::encode(&event);
        let has =
            |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|it| it == text.as_bytes());
        found += told.iter().filter(|text| has(&plain, text)).count();
        let sealed = events::sealed(&event, Some(Seq(7)), &keys)?;
        for text in told {
            assert!(!has(&sealed, text), "{text} is in {event:?}");
        }
    }
    assert!(found > 10, "{found}");
    keys.destroy(&numbers([7]))
}

fn with_records(mut event: Recorded) -> Recorded {
    let id = match &mut event.event {
        Event::ContactRouted(routed) => routed.customer.as_mut().map(|join| &mut join.id),
        Event::CustomerUpserted(saved) => Some(&mut saved.customer.id),
        Event::CustomerActionTaken(worked) => Some(&mut worked.customer),
        _ => None,
    };
    if let Some(id) = id {
        *id = id.clone().of_record(Seq(7));
    }
    event
}
