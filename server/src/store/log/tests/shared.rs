//! Tests of one segment that several threads want.

use super::{Failure, Outcome, filled, open, segments};
use crate::store::database::Database;
use crate::store::open_segment::{Lending, Segment};
use crate::store::segment::LOG_FAN_OUT;
use std::sync::mpsc;
use std::thread;

const CACHE_BYTES: usize = 1024 * 1024;

type Opened = (
    crate::store::database::Handle<LOG_FAN_OUT>,
    Database<LOG_FAN_OUT>,
);

fn opened(path: &std::path::Path) -> Result<Opened, crate::store::StoreError> {
    let database = Database::open(path, CACHE_BYTES)?;
    Ok((database.handle()?, database))
}

fn first_of(path: &std::path::Path) -> Result<Segment, Failure> {
    let first = segments(path)?.into_iter().next();
    Ok(Segment::new(first.ok_or("no segment")?, 1))
}

#[test]
fn readers_of_one_segment_read_beside_each_other_and_it_is_closed_after_the_last() -> Outcome {
    let temporary = filled(30)?;
    let segment = first_of(temporary.path())?;
    let (Lending::Lent(one, true), Lending::Lent(other, false)) =
        (segment.lend(opened)?, segment.lend(opened)?)
    else {
        return Err("it is opened once".into());
    };
    for lent in [&one, &other] {
        let last = lent.handle().ok_or("no handle")?.last_key()?;
        assert!(last.is_some());
    }
    assert!(segment.is_open() && !segment.close_if_idle());
    drop(one);
    // A thread that closes the segment for good waits for the last reader and lets no new reader in.
    thread::scope(|scope| {
        let (ended, waits) = mpsc::channel();
        let segment = &segment;
        scope.spawn(move || {
            segment.remove();
            ended.send(()).ok();
        });
        while segment.is_open() {
            thread::yield_now();
        }
        assert!(waits.try_recv().is_err());
        drop(other);
        waits.recv().ok();
    });
    assert!(matches!(segment.lend(opened)?, Lending::Gone));
    Ok(())
}

#[test]
fn while_a_segment_is_opened_nobody_else_waits_but_for_that_one() -> Outcome {
    let temporary = filled(30)?;
    let segment = first_of(temporary.path())?;
    let (go, gate) = mpsc::channel::<()>();
    let (begun, has_begun) = mpsc::channel();
    let gate = std::sync::Mutex::new((begun, gate));
    thread::scope(|scope| -> Outcome {
        let gate = &gate;
        let slow = move |path: &std::path::Path| {
            if let Ok(gate) = gate.lock() {
                gate.0.send(()).ok();
                gate.1.recv().ok();
            }
            opened(path)
        };
        let segment = &segment;
        let opens = scope.spawn(move || {
            let lent = segment.lend(slow);
            matches!(lent, Ok(Lending::Lent(_, true)))
        });
        has_begun.recv()?;
        // `is_open` takes no time, and an idle segment can be closed.
        assert!(!segment.is_open());
        assert!(segment.close_if_idle());
        let waits = scope.spawn(|| {
            let lent = segment.lend(|_| Err(crate::store::StoreError::Closed));
            matches!(lent, Ok(Lending::Lent(_, false)))
        });
        go.send(())?;
        assert!(opens.join().unwrap_or_default() && waits.join().unwrap_or_default());
        Ok(())
    })
}

#[test]
fn a_segment_that_does_not_open_is_closed_as_before() -> Outcome {
    let temporary = filled(30)?;
    let segment = first_of(temporary.path())?;
    let refused = segment.lend(|_| Err(crate::store::StoreError::Closed));
    assert!(refused.is_err() && !segment.is_open());
    assert!(matches!(segment.lend(opened)?, Lending::Lent(_, true)));
    assert!(segment.close_if_idle() && !segment.is_open());
    Ok(())
}

#[test]
fn events_of_several_segments_are_read_in_one_go() -> Outcome {
    let temporary = filled(100)?;
    let (_log, reader) = open(temporary.path())?;
    let wanted = [1, 2, 50, 99, 3, 100, 101, 0];
    assert!(!reader.are_open(&wanted));
    let found = reader.get_all(&wanted)?;
    for (sequence, found) in wanted.iter().zip(found) {
        assert_eq!(found, reader.get(*sequence)?, "event {sequence}");
    }
    assert!(reader.are_open(&[1, 2, 3, 50, 100]));
    Ok(())
}
