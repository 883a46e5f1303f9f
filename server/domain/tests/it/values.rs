//! Values by themselves: how they are written and read.

use crate::script::slug;
use signpost_domain::case::{CaseKey, CaseNumbers};
use signpost_domain::customer::IdentityKey;
use signpost_domain::ids::{CaseId, Seq};
use signpost_domain::state::{EVENT_CASES_MAX, EVENT_ROWS_MAX};

/// Whatever prints a state, a log line among it, must not print whom it is about.
#[test]
fn a_handle_is_printed_by_its_kind_alone() {
    let key = IdentityKey {
        kind: slug("phone"),
        value: "+31201234567".into(),
    };
    assert_eq!(format!("{key:?}"), "phone:***");
    assert_eq!(format!("{:?}", CaseKey([0xa5; 16])), "a5".repeat(16));
}

/// The first ten thousand million cases have eleven digits, the others nineteen.
#[test]
fn a_case_number_grows_with_the_ten_thousand_millionth_case() {
    let numbers = CaseNumbers::new([7; 32]);
    let digits = |seq: u64| {
        let number = numbers.of(CaseId(Seq(seq)));
        assert_eq!(numbers.read(&number), Ok(CaseId(Seq(seq))));
        number.bytes().filter(u8::is_ascii_digit).count()
    };
    assert_eq!(digits(1), 11);
    assert_eq!(digits(9_999_999_999), 11);
    assert_eq!(digits(10_000_000_000), 19);
}

/// What is applied at once is reckoned from these: they change only with what an event can hold.
#[test]
fn an_event_changes_at_most_so_many_cases_and_rows() {
    assert_eq!((EVENT_CASES_MAX, EVENT_ROWS_MAX), (20, 151));
}
