//! When the program is asked to end.

use std::io;

/// Waits until somebody presses Ctrl-C or the system asks the program to end (SIGTERM). Both stop a long command in the
/// same way.
///
/// # Errors
/// If the signals cannot be waited for.
pub(crate) async fn asked_to_stop() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
