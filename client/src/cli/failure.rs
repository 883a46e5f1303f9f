//! Why a command did not do what was asked, and the exit code that says so.

use super::flags::Flags;
use super::out::say;
use signpost_client::ClientError;
use std::io;
use std::process::ExitCode;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A call did not succeed.
    Call(ClientError),
    /// A write may or may not have happened; the same again is no second one.
    Unsure {
        /// Why nobody knows.
        error: ClientError,
        /// The flags that make the same command line the same write.
        again: String,
    },
    /// The command line, or a file that it names, must be mended.
    Fix(String),
    /// Stdout does not take what is printed.
    Output(io::Error),
    /// It stopped before its end, and can go on.
    Again(String),
    /// Something else that the caller cannot mend.
    Other(String),
}

impl Failure {
    /// 0 done, 1 try again, 2 fix the request or the command line, 3 other.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Failure::Call(ClientError::TryAgain(_) | ClientError::Unavailable(_))
            | Failure::Unsure { .. }
            | Failure::Again(_) => 1,
            Failure::Call(
                ClientError::Invalid(_)
                | ClientError::NotFound { .. }
                | ClientError::Conflict(_)
                | ClientError::WrongState(_),
            )
            | Failure::Fix(_) => 2,
            Failure::Call(ClientError::Other(_)) | Failure::Output(_) | Failure::Other(_) => 3,
        }
    }

    /// Says on stderr what happened, with the server that was asked where that may be the wrong one, with the flag of
    /// each field that is at fault, and gives the exit code.
    pub(crate) fn tell(&self, server: &str, flags: &Flags) -> ExitCode {
        let words = match self {
            Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => None,
            Failure::Output(error) => Some(format!("stdout: {error}")),
            Failure::Call(error) => Some(called(error, server, flags)),
            Failure::Unsure { error, again } => Some(format!(
                "{}\nthe same again: {again}",
                called(error, server, flags)
            )),
            Failure::Fix(words) | Failure::Again(words) | Failure::Other(words) => {
                Some(words.clone())
            }
        };
        for line in words.iter().flat_map(|words| words.lines()) {
            say(&format!("signpost: {line}"));
        }
        ExitCode::from(self.exit_code())
    }
}

fn called(error: &ClientError, server: &str, flags: &Flags) -> String {
    match error {
        ClientError::Unavailable(_) => format!("{error} (asked: {server})"),
        ClientError::Invalid(faults) => {
            let with_flag = |(field, what): &(String, String)| match flags.of_field(field) {
                Some(flag) => (format!("{field} ({flag})"), what.clone()),
                None => (field.clone(), what.clone()),
            };
            ClientError::Invalid(faults.iter().map(with_flag).collect()).to_string()
        }
        _ => error.to_string(),
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Failure {
        Failure::Call(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_say_what_to_do() {
        let table = [
            (Failure::Call(ClientError::TryAgain(None)), 1),
            (Failure::Call(ClientError::Unavailable(String::new())), 1),
            (Failure::Call(ClientError::Invalid(Vec::new())), 2),
            (Failure::Call(ClientError::Conflict(String::new())), 2),
            (Failure::Call(ClientError::WrongState(String::new())), 2),
            (Failure::Again(String::new()), 1),
            (
                Failure::Unsure {
                    error: ClientError::TryAgain(None),
                    again: String::new(),
                },
                1,
            ),
            (Failure::Fix(String::new()), 2),
            (Failure::Other(String::new()), 3),
            (Failure::Output(io::ErrorKind::BrokenPipe.into()), 0),
            (Failure::Output(io::ErrorKind::StorageFull.into()), 3),
        ];
        for (failure, code) in table {
            assert_eq!(failure.exit_code(), code, "{failure:?}");
        }
    }
}
