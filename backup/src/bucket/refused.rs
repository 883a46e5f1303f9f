//! What a store of objects refuses, in words.

use crate::error::BackupError;
use object_store::Error;
use std::io;

/// What was to be done.
#[derive(Clone, Copy, Debug)]
pub(super) enum Doing {
    Open,
    List,
    Read,
    Write,
    Delete,
}

/// The code of a store that has no such bucket.
const NO_BUCKET: &str = "NoSuchBucket";
/// The status of answers that let nobody in. A request to list has no error of its own for them.
const NOT_LET_IN: [&str; 2] = ["status code: 401", "status code: 403"];

/// Whether an object is not there, in a bucket that is.
pub(super) fn is_missing(error: &Error) -> bool {
    matches!(error, Error::NotFound { .. }) && !error.to_string().contains(NO_BUCKET)
}

/// The error of a backup.
pub(super) fn refused(doing: Doing, place: &str, bucket: &str, error: &Error) -> BackupError {
    let words = error.to_string();
    let place = place.to_owned();
    if words.contains(NO_BUCKET) {
        let bucket = bucket.to_owned();
        return BackupError::NoBucket { bucket };
    }
    let is_shut = matches!(
        error,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. }
    );
    if is_shut || NOT_LET_IN.iter().any(|status| words.contains(status)) {
        let told = answered(&words).unwrap_or(words);
        return BackupError::NoAccess {
            place,
            what: format!(
                "{told}; look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and at the policy of the bucket"
            ),
        };
    }
    BackupError::Io {
        doing: match doing {
            Doing::Open => "could not open",
            Doing::List => "could not list",
            Doing::Read => "could not read",
            Doing::Write => "could not write",
            Doing::Delete => "could not delete",
        },
        place,
        source: io::Error::other(answered(&words).unwrap_or(words)),
    }
}

/// What the store answers in the XML of an error: its code and its message.
fn answered(words: &str) -> Option<String> {
    let within = |name: &str| {
        let (_, rest) = words.split_once(&format!("<{name}>"))?;
        let (text, _) = rest.split_once(&format!("</{name}>"))?;
        Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let code = within("Code")?;
    Some(match within("Message") {
        Some(message) => format!("{code}: {}", message.trim_end_matches('.')),
        None => code,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generic(words: &str) -> Error {
        Error::Generic {
            store: "S3",
            source: words.into(),
        }
    }

    #[test]
    fn what_a_store_answers_is_told_in_a_line() {
        let told = |words: &str| refused(Doing::List, "s3://b/p", "b", &generic(words)).to_string();
        let xml = "<Error>\n<Code>SlowDown</Code>\n<Message>Please\nwait.</Message></Error>";
        assert_eq!(
            told(&format!("status code: 503: {xml}")),
            "could not list s3://b/p: SlowDown: Please wait"
        );
        assert!(
            told(&format!("status code: 403: {xml}"))
                .starts_with("no access to s3://b/p: SlowDown")
        );
        assert_eq!(
            told("<Code>NoSuchBucket</Code>"),
            "there is no bucket b; make it, or name another"
        );
        assert_eq!(told("x"), "could not list s3://b/p: Generic S3 error: x");
    }
}
