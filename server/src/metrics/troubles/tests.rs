//! Tests of what is told of a server, and in which order.

use super::*;
use crate::audit::AuditFigures;
use crate::engine::{EngineHealth, LivePlaybook, MemoryFigures, SlowestStep, TimerFigures};
use crate::store::{DamagedSegment, StoredSizes};
use signpost_audit::Head;
use signpost_domain::ids::{PlaybookVersion, Seq, Slug};

const NOW: UnixMs = UnixMs(1_000_000_000);
const FLOOR: u64 = 1_000;

fn well() -> EngineFigures {
    EngineFigures {
        queue_tasks: 10,
        durable: Seq(100),
        applied: Seq(90),
        rows_held: 5,
        timers: TimerFigures {
            count: 3,
            due: 0,
            next_due: Some(NOW + signpost_domain::time::Millis(5)),
        },
        now: NOW,
        watchers: 0,
        memory: MemoryFigures {
            tail: 0,
            filters: 0,
            rows: 0,
        },
        live: Some(LivePlaybook {
            name: Slug::stored("air"),
            version: PlaybookVersion::stored("v"),
        }),
        room: Room::Enough,
        free_bytes: 10 * FLOOR,
        floor_bytes: FLOOR,
        stored: StoredSizes::default(),
        damaged: Vec::new(),
        slowest: SlowestStep {
            doing: "decides",
            since: Duration::from_millis(5),
        },
        health: EngineHealth::Serving,
    }
}

fn of(engine: EngineFigures, certificate_expires: Option<i64>) -> ServerFigures {
    ServerFigures {
        audit: None,
        is_ready: true,
        uptime: Duration::from_secs(5),
        certificate_expires,
        issuer: None,
        connections: 1,
        engine: Some(engine),
    }
}

#[test]
fn a_server_that_is_well_has_none_and_each_trouble_is_told_the_worst_first() {
    let seconds = NOW.0 / MS_PER_S;
    let far = Some(seconds + 31 * S_PER_DAY);
    assert_eq!(troubles(&of(well(), far), NOW), []);
    let ill = EngineFigures {
        queue_tasks: QUEUE_TASKS_MAX / 2,
        durable: Seq(ROWS_BEHIND_EVENTS_MAX + 91),
        timers: TimerFigures {
            count: 3,
            due: 2,
            next_due: Some(UnixMs(NOW.0 - 61_000)),
        },
        live: None,
        damaged: vec![DamagedSegment {
            folder: "00000000000000000641".to_owned(),
            first: 641,
            last: 1_280,
            what: "event 700 of the log is not readable: its checksum does not hold".to_owned(),
        }],
        free_bytes: 2 * FLOOR - 1,
        slowest: SlowestStep {
            doing: "writes the log",
            since: Duration::from_secs(31),
        },
        ..well()
    };
    let mut told = String::new();
    for trouble in troubles(&of(ill, Some(seconds + 2 * S_PER_DAY)), NOW) {
        let mark = if trouble.is_fault { "fault" } else { "warning" };
        told += &format!("{mark} {}: {}\n", trouble.kind, trouble.message);
    }
    let full = EngineFigures {
        room: Room::ReadOnly {
            folder: "/data".into(),
        },
        ..well()
    };
    let unwritten = ServerFigures {
        audit: Some(AuditFigures {
            failed: Some("/audit: No space left on device".to_owned()),
            head: Head::NONE,
            told: Head::NONE,
            damage: Some(
                "/audit/1.jsonl: line 3: its hash does not hold: it was changed".to_owned(),
            ),
            lost: 2,
        }),
        ..of(full, Some(seconds - 1))
    };
    for trouble in troubles(&unwritten, NOW) {
        told += &format!("{}: {}\n", trouble.kind, trouble.message);
    }
    let issuer = |got_at| IssuerFigures {
        source: "https://login.example.com/keys".to_owned(),
        keys: 2,
        got: 5,
        failed: 1,
        got_at,
        fault: Some("answered 503 Service Unavailable".to_owned()),
    };
    for got_at in [Some(UnixMs(NOW.0 - 90_000)), None] {
        let mut figures = of(well(), far);
        figures.issuer = Some(issuer(got_at));
        for trouble in troubles(&figures, NOW) {
            told += &format!("{}: {}\n", trouble.kind, trouble.message);
        }
        // It was mended.
        figures.issuer = figures.issuer.map(|of| IssuerFigures { fault: None, ..of });
        assert_eq!(troubles(&figures, NOW), []);
    }
    expect_test::expect![[r#"
        fault engine_stalled: the thread that writes the log has made no step for 31 s: start the server again, and look at the disk
        fault log_damaged: the segment 00000000000000000641 of the log, with the events 641 to 1280, does not read, so what needs these events is not answered: stop the server when you can, run signpost doctor, and restore the segment. event 700 of the log is not readable: its checksum does not hold
        fault timers_late: 2 timers are due and have not fired, the oldest for 61 s
        fault queue_full: 2048 of at most 4096 commands and reads wait to be decided: callers send faster than the server decides
        fault no_playbook: no playbook is live: nothing is routed until one is published
        warning disk_nearly_full: 1999 bytes are free on the disk; with less than 1000 writes are refused: make room
        warning rows_behind: the rows are 100001 events behind the log: lists may be refused after 5 s
        warning certificate_expires: a certificate expires in 2 days: renew it
        writes_refused: writes are refused, reads are answered: /data cannot be written, since its file system is read-only
        certificate_expired: a certificate has expired: clients refuse it; renew it
        audit_not_written: the audit file cannot be written, so personal fields are masked and administrative acts are refused: /audit: No space left on device
        audit_damaged: the end of the audit file did not hold at the start, and a new file goes on: run signpost audit verify. /audit/1.jsonl: line 3: its hash does not hold: it was changed
        issuer_keys_old: the keys of the identity provider could not be got again from https://login.example.com/keys, last 90 s ago: answered 503 Service Unavailable. The 2 keys of before stay in force: tokens with newer keys are refused
        issuer_keys_missing: there are no keys of the identity provider, so its tokens are refused: https://login.example.com/keys answered 503 Service Unavailable
    "#]].assert_eq(&told);
}
