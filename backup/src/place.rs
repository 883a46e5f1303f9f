//! Where a backup is kept, as people name it.

use crate::error::BackupError;
use std::fmt;
use std::path::PathBuf;

/// What the name of a place in a store of objects begins with.
const S3: &str = "s3://";

/// The name of a place for a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder.
    Folder(PathBuf),
    /// A part of a bucket.
    Bucket(BucketPlace),
}

/// A part of a bucket in a store of objects that speaks the protocol of S3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketPlace {
    /// The bucket.
    pub bucket: String,
    /// What the names of all objects of the backup begin with, without the slash after it; empty for the whole bucket.
    pub prefix: String,
    /// How the store is reached.
    pub options: BucketOptions,
}

/// How a store of objects is reached, beside what the variables of AWS say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BucketOptions {
    /// Its URL; `None`: what `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL` says, or else that of AWS.
    pub endpoint: Option<String>,
    /// Whether it may be reached without TLS from another machine, too.
    pub allow_http: bool,
}

impl Place {
    /// Reads `s3://BUCKET/PREFIX` or the path of a folder.
    ///
    /// # Errors
    /// [`BackupError::NoPlace`].
    pub fn parse(text: &str, options: BucketOptions) -> Result<Place, BackupError> {
        let wrong = |what: &'static str| BackupError::NoPlace {
            place: text.to_owned(),
            what,
        };
        let Some(named) = text.strip_prefix(S3) else {
            return match text {
                "" => Err(wrong("name a folder or s3://BUCKET/PREFIX")),
                _ if options != BucketOptions::default() => Err(wrong(
                    "what begins with --s3 is for s3://BUCKET/PREFIX alone",
                )),
                _ if text.contains("://") => Err(wrong(
                    "name a folder or s3://BUCKET/PREFIX; the URL of the store goes to --s3-endpoint",
                )),
                _ => Ok(Place::Folder(PathBuf::from(text))),
            };
        };
        let (bucket, prefix) = named.split_once('/').unwrap_or((named, ""));
        let prefix = prefix.trim_end_matches('/');
        let is_bucket = |of: char| of.is_ascii_alphanumeric() || matches!(of, '.' | '-' | '_');
        if bucket.is_empty() || !bucket.chars().all(is_bucket) {
            return Err(wrong(
                "the name of the bucket has letters, digits, dots and hyphens, such as s3://backups/signpost",
            ));
        }
        // A slash at the beginning is not seen by that.
        let is_path = object_store::path::Path::parse(prefix).is_ok() && !prefix.starts_with('/');
        if !is_path {
            return Err(wrong(
                "the prefix has parts between single slashes, none of them . or .., such as s3://backups/prod/signpost",
            ));
        }
        Ok(Place::Bucket(BucketPlace {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            options,
        }))
    }
}

impl From<PathBuf> for Place {
    fn from(path: PathBuf) -> Place {
        Place::Folder(path)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Folder(path) => path.display().fmt(f),
            Place::Bucket(place) => place.fmt(f),
        }
    }
}

impl fmt::Display for BucketPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix.as_str() {
            "" => write!(f, "{S3}{}", self.bucket),
            prefix => write!(f, "{S3}{}/{prefix}", self.bucket),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let place = Place::parse(text, BucketOptions::default());
        place.map(|it| it.to_string()).map_err(|it| it.to_string())
    }

    #[test]
    fn places_are_read_and_written() {
        for (text, shown) in [
            ("/backup/signpost", "/backup/signpost"),
            ("s3://b", "s3://b"),
            ("s3://b/", "s3://b"),
            ("s3://b/one/two/", "s3://b/one/two"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(shown));
        }
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in [
            "",
            "s3://",
            "s3:///p",
            "s3://a b/p",
            "s3://b/a//c",
            "s3://b/../c",
            "https://b/p",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        let options = BucketOptions {
            endpoint: Some("http://127.0.0.1:9000".to_owned()),
            allow_http: false,
        };
        let told = Place::parse("folder", options)
            .err()
            .map(|it| it.to_string());
        assert_eq!(
            told.as_deref(),
            Some("folder: what begins with --s3 is for s3://BUCKET/PREFIX alone")
        );
    }
}
