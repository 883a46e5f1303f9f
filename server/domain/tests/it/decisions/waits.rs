//! Waits over all combinations of what is known and not known of a line.

use super::cases;
use crate::fixtures;
use crate::script::slug;
use proptest::option::of;
use proptest::prelude::*;
use signpost_domain::contact::QueueStats;
use signpost_domain::decision::{Wait, WaitBasis};
use signpost_domain::route::Route;
use signpost_domain::time::Millis;

fn stats() -> impl Strategy<Value = QueueStats> {
    let count = || prop_oneof![4 => 0..8_u32, 1 => any::<u32>()];
    let handle_time = of((0..3_600_000_i64).prop_map(Millis));
    (of(count()), of(count()), of(count()), handle_time).prop_map(
        |(staffed, available, waiting, handle_time)| QueueStats {
            queue: slug("desk"),
            staffed,
            available,
            waiting,
            handle_time,
            expected_wait: None,
        },
    )
}

fn wait(stats: &QueueStats) -> Wait {
    let playbook = fixtures::playbook("trips");
    Wait::expected(Route::Human, Some(&playbook.queues[0]), Some(stats))
}

fn longer(one: Wait, other: Wait) -> bool {
    one.expected >= other.expected && one.high >= other.high && one.low >= other.low
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    /// 8.
    #[test]
    fn more_people_never_make_it_longer_and_more_waiting_never_shorter(stats in stats(), more in 1..4_u32) {
        let now = wait(&stats);
        let raised = |count: Option<u32>| count.map(|count| count.saturating_add(more));
        let staffed = QueueStats { staffed: raised(stats.staffed), ..stats.clone() };
        let free = QueueStats { available: raised(stats.available), ..stats.clone() };
        let both = QueueStats { staffed: raised(stats.staffed), ..free.clone() };
        let waiting = QueueStats { waiting: raised(stats.waiting), ..stats.clone() };
        for better in [&staffed, &free, &both] {
            prop_assert!(longer(now, wait(better)), "{stats:?} {better:?}");
        }
        prop_assert!(longer(wait(&waiting), now));
        let unknown = QueueStats { staffed: None, ..stats.clone() };
        prop_assert!(longer(wait(&unknown), now) || stats.staffed == Some(0));
    }
}

#[test]
fn who_is_free_serves_at_once_and_the_others_wait() {
    let of_handling = |staffed, available, waiting, minutes: i64| {
        let stats = QueueStats {
            queue: slug("desk"),
            staffed,
            available,
            waiting,
            handle_time: Some(Millis(minutes * Millis::MINUTE.0)),
            expected_wait: None,
        };
        let wait = wait(&stats);
        (wait.basis, wait.expected.0 / Millis::SECOND.0)
    };
    let of = |staffed, available, waiting| of_handling(staffed, available, waiting, 4);
    use WaitBasis::{Estimated, Unknown};
    assert_eq!(of(Some(4), Some(1), Some(0)), (Estimated, 0));
    assert_eq!(of(Some(4), Some(0), Some(0)), (Estimated, 60));
    assert_eq!(of(Some(4), Some(2), Some(3)), (Estimated, 120));
    assert_eq!(of(None, Some(1), None), (Estimated, 0));
    assert_eq!(of(None, None, None), (Unknown, 120));
    // As with one, and never below what is assumed.
    assert_eq!(of(None, None, Some(2)), (Estimated, 720));
    assert_eq!(of(Some(0), None, Some(2)), (Estimated, 720));
    assert_eq!(of(Some(7), None, None), (Unknown, 120));
    // Enough are free, whether or not their number is reported.
    assert_eq!(of(None, Some(2), Some(0)), (Estimated, 0));
    assert_eq!(of(None, Some(2), Some(1)), (Estimated, 0));
    // The longer of both says what it was taken from; of equal ones the line does.
    assert_eq!(of_handling(None, None, Some(0), 1), (Unknown, 120));
    assert_eq!(of_handling(None, None, Some(0), 2), (Estimated, 120));
    assert_eq!(of_handling(None, None, Some(0), 3), (Estimated, 180));
}
