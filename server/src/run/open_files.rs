//! The files that the process may have open: every connection is one.

use crate::limits::Limits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Open files that are kept for the store, the log and the system.
const KEPT_OPEN_FILES: u64 = 512;

/// Lets the process open as many files as the system allows it. The limits of connections become smaller where that is
/// not enough, so that the store never lacks a file.
pub(super) fn fitting(limits: Limits) -> Limits {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    let allowed = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        Err(error) => {
            tracing::debug!(%error, "the limit of open files stays");
            current
        }
    };
    let (fitting, is_less) = within(limits, allowed);
    if is_less {
        tracing::warn!(
            "the process may have {} files open, so at most {} connections are taken instead of {}: raise the limit of open \
             files (LimitNOFILE in systemd), or set max-connections",
            allowed.unwrap_or_default(),
            fitting.connections,
            limits.connections,
        );
    }
    fitting
}

/// The limits, where so many files may be open; `None` for no limit. Also whether they are smaller than asked.
fn within(limits: Limits, allowed: Option<u64>) -> (Limits, bool) {
    let room = allowed.map(|allowed| allowed.saturating_sub(KEPT_OPEN_FILES).max(1));
    let most = room.map_or(usize::MAX, |room| {
        usize::try_from(room).unwrap_or(usize::MAX)
    });
    let fitting = Limits {
        connections: limits.connections.min(most),
        connections_per_address: limits.connections_per_address.min(most),
        ..limits
    };
    (fitting, fitting.connections < limits.connections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_the_store() {
        let limits = Limits::default();
        assert_eq!(within(limits, None), (limits, false));
        assert_eq!(within(limits, Some(100_000)), (limits, false));
        let (fewer, is_less) = within(limits, Some(1_024));
        assert_eq!((fewer.connections, is_less), (512, true));
        assert_eq!(fewer.connections_per_address, 512);
        assert_eq!(within(limits, Some(10)).0.connections, 1);
    }
}
