//! How a server is.

use super::words;
use crate::cli::out::Paint;
use prost_types::Timestamp;
use signpost_client::v1;

/// What is wrong first, then each part on a line.
pub(crate) fn server_status(
    status: &v1::GetServerStatusResponse,
    server: &str,
    paint: Paint,
) -> String {
    let up = between(status.start_time.as_ref(), status.server_time.as_ref());
    let mut text = format!(
        "{}, for {}\n",
        paint.bold(&format!("signpostd {} at {server}", status.version)),
        span(up)
    );
    for trouble in &status.troubles {
        let mark = match trouble.severity() {
            v1::TroubleSeverity::Fault => "FAULT",
            v1::TroubleSeverity::Warning | v1::TroubleSeverity::Unspecified => "warning",
        };
        text += &format!(
            "{} {}: {}\n",
            paint.bold(mark),
            trouble.kind,
            trouble.message
        );
    }
    if status.troubles.is_empty() {
        text += &format!("{}\n", paint.green("nothing is known to be wrong"));
    }
    text.push('\n');
    for (name, what) in parts(status, paint) {
        text += &format!("{}{what}\n", paint.dim(&format!("{name:<13}")));
    }
    text
}

fn parts(status: &v1::GetServerStatusResponse, paint: Paint) -> Vec<(&'static str, String)> {
    let next = match status.next_due_time.as_ref() {
        None => String::new(),
        Some(due) => match between(status.server_time.as_ref(), Some(due)) {
            late @ ..0 => format!(", the next is late by {}", span(-late)),
            left => format!(", the next is due in {}", span(left)),
        },
    };
    let taken = if status.takes_writes {
        "taken"
    } else {
        "refused"
    };
    let playbook = match status.playbook_name.as_str() {
        "" => "none is live".to_owned(),
        name => format!("{name} {}", words::version(&status.playbook_version)),
    };
    let certificate = match status.certificate_expire_time.as_ref() {
        None => "none: the port has no TLS".to_owned(),
        until => format!("until {}", words::time(until, paint.zone())),
    };
    let callers = match status.asks_for_credentials {
        true => "must show a credential",
        false => "need no credential",
    };
    let connections = u64::from(status.connection_count);
    let watches = u64::from(status.watch_count);
    let memory = match status.resident_memory_bytes {
        0 => "not known".to_owned(),
        bytes => words::size(bytes),
    };
    let audit = match status.audit_head_hash.as_str() {
        "" => "not told".to_owned(),
        hash => format!("{}:{hash}", status.audit_head_number),
    };
    vec![
        ("writes", taken.to_owned()),
        ("playbook", playbook),
        (
            "log",
            format!(
                "revision {}, {}",
                status.revision,
                words::size(status.log_bytes)
            ),
        ),
        (
            "rows",
            format!(
                "{} behind the log, {}",
                words::counted(status.rows_behind_event_count, "event"),
                words::size(status.rows_bytes)
            ),
        ),
        ("queue", format!("{} waiting", status.queued_task_count)),
        ("timers", format!("{} set{next}", status.timer_count)),
        (
            "disk",
            format!(
                "{} free; writes are refused below {}",
                words::size(status.disk_free_bytes),
                words::size(status.disk_floor_bytes)
            ),
        ),
        ("memory", memory),
        ("certificate", certificate),
        ("callers", callers.to_owned()),
        (
            "connections",
            format!("{connections}, with {}", words::counted(watches, "watch")),
        ),
        ("audit head", audit),
        ("store", status.store_id.clone()),
    ]
}

/// The seconds from one time to another; below 0 if the other is before it.
fn between(from: Option<&Timestamp>, to: Option<&Timestamp>) -> i64 {
    from.zip(to)
        .map_or(0, |(from, to)| to.seconds - from.seconds)
}

/// A span in its largest units.
fn span(seconds: i64) -> String {
    let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
    let (minutes, seconds) = (seconds / 60 % 60, seconds % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {seconds} s"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Option<Timestamp> {
        Some(Timestamp { seconds, nanos: 0 })
    }

    #[test]
    fn what_is_wrong_comes_first() {
        let mut status = v1::GetServerStatusResponse {
            version: "0.1.0".to_owned(),
            store_id: "5f0c6d0e7a1b4d5e9c3b2a1908f7e6d5".to_owned(),
            start_time: at(1_000_000),
            server_time: at(1_000_000 + 93_784),
            takes_writes: true,
            revision: "r".to_owned(),
            rows_behind_event_count: 1,
            timer_count: 7,
            next_due_time: at(1_000_000 + 93_784 + 200),
            disk_free_bytes: 12 << 30,
            disk_floor_bytes: 256 << 20,
            log_bytes: 1_500,
            rows_bytes: 900,
            resident_memory_bytes: 190 << 20,
            playbook_name: "airline".to_owned(),
            playbook_version: "4f3a".to_owned(),
            connection_count: 3,
            watch_count: 1,
            audit_head_number: 7,
            audit_head_hash: "5f0c".to_owned(),
            ..v1::GetServerStatusResponse::default()
        };
        let mut text = server_status(&status, "127.0.0.1:7100", Paint::PLAIN);
        status.takes_writes = false;
        status.next_due_time = at(1_000_000);
        status.certificate_expire_time = at(2_000_000);
        status.troubles = vec![
            v1::ServerTrouble {
                severity: v1::TroubleSeverity::Fault.into(),
                kind: "writes_refused".to_owned(),
                message: "the disk is full".to_owned(),
            },
            v1::ServerTrouble {
                severity: v1::TroubleSeverity::Warning.into(),
                kind: "certificate_expires".to_owned(),
                message: "a certificate expires in 11 days: renew it".to_owned(),
            },
        ];
        text += &server_status(&status, "127.0.0.1:7100", Paint::PLAIN);
        expect_test::expect![[r#"
            signpostd 0.1.0 at 127.0.0.1:7100, for 1 d 2 h
            nothing is known to be wrong

            writes       taken
            playbook     airline 4f3a
            log          revision r, 1.4 KiB
            rows         1 event behind the log, 900 bytes
            queue        0 waiting
            timers       7 set, the next is due in 3 min 20 s
            disk         12.0 GiB free; writes are refused below 256.0 MiB
            memory       190.0 MiB
            certificate  none: the port has no TLS
            callers      need no credential
            connections  3, with 1 watch
            audit head   7:5f0c
            store        5f0c6d0e7a1b4d5e9c3b2a1908f7e6d5
            signpostd 0.1.0 at 127.0.0.1:7100, for 1 d 2 h
            FAULT writes_refused: the disk is full
            warning certificate_expires: a certificate expires in 11 days: renew it

            writes       refused
            playbook     airline 4f3a
            log          revision r, 1.4 KiB
            rows         1 event behind the log, 900 bytes
            queue        0 waiting
            timers       7 set, the next is late by 1 d 2 h
            disk         12.0 GiB free; writes are refused below 256.0 MiB
            memory       190.0 MiB
            certificate  until 1970-01-24T03:33:20Z
            callers      need no credential
            connections  3, with 1 watch
            audit head   7:5f0c
            store        5f0c6d0e7a1b4d5e9c3b2a1908f7e6d5
        "#]]
        .assert_eq(&text);
    }

    #[test]
    fn sizes_and_spans_have_their_largest_unit() {
        let sizes = [0, 1_023, 1_024, 1_048_576, 3 << 40, u64::MAX].map(words::size);
        assert_eq!(
            sizes,
            [
                "0 bytes",
                "1023 bytes",
                "1.0 KiB",
                "1.0 MiB",
                "3.0 TiB",
                "16777215.9 TiB"
            ]
        );
        let spans = [0, 59, 61, 3_600, 90_000].map(span);
        assert_eq!(spans, ["0 s", "59 s", "1 min 1 s", "1 h 0 min", "1 d 1 h"]);
    }
}
