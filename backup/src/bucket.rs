//! A backup in a bucket of a store of objects that speaks the protocol of S3.
//!
//! There is no lock. Instead the manifest is only replaced if it is still the one that was read, so of two backups that
//! are written at the same time one ends with an error, and the backup is one that the other wrote. Files that no
//! manifest names are kept for a day, since they may be those of a backup that is being written.

mod http;
mod refused;

use self::http::{Asking, unfit_endpoint};
use self::refused::{Doing, is_missing, refused};
use crate::error::BackupError;
use crate::manifest::MANIFEST;
use crate::place::BucketPlace;
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::{
    Attribute, AttributeValue, BackoffConfig, Error, GetOptions, ListResult, ObjectStore,
    ObjectStoreExt, PutMode, PutOptions, PutPayload, RetryConfig, UpdateVersion,
};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::timeout;

/// How long an operation with the store may take, with all its repetitions: 2 minutes.
pub const BUCKET_TIME_MAX: Duration = Duration::from_secs(120);
/// How often a request that failed is repeated.
const RETRIES_MAX: usize = 4;
/// How long a request is repeated.
const RETRIES_FOR: Duration = Duration::from_secs(60);
/// The longest time between two repetitions.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// How long files are kept that no manifest names.
const LEFT_OVER_KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// How old such a file may be to be taken for what is to be written, well before another backup deletes it.
const TAKEN_AGE_MAX: Duration = Duration::from_secs(12 * 60 * 60);
/// The field of an object that has the BLAKE3 hash of its bytes.
const HASH: Attribute = Attribute::Metadata(Cow::Borrowed("blake3"));
/// The variables that say how credentials are had. Without any of them nothing is asked.
const CREDENTIALS: [&str; 5] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_METADATA_ENDPOINT",
];

/// A bucket for a backup.
#[derive(Debug)]
pub struct Bucket {
    store: AmazonS3,
    place: String,
    bucket: String,
    prefix: Path,
    /// The objects that were there when it was opened, by name.
    there: Mutex<BTreeMap<String, Found>>,
    /// The version of the manifest that was read or written last; `None` if there was none.
    manifest: Mutex<Option<UpdateVersion>>,
}

/// An object that is there.
#[derive(Clone, Copy, Debug)]
struct Found {
    bytes: u64,
    age: Duration,
}

impl Bucket {
    /// A bucket that is only read.
    ///
    /// # Errors
    /// [`BackupError::NoAccess`] without credentials; [`BackupError::Io`] if the variables of AWS do not fit.
    pub fn to_read(place: &BucketPlace) -> Result<Bucket, BackupError> {
        let shown = place.to_string();
        if !CREDENTIALS
            .iter()
            .any(|name| std::env::var_os(name).is_some())
        {
            return Err(BackupError::NoAccess {
                place: shown,
                what: "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or another of the \
                       variables that AWS has for them"
                    .to_owned(),
            });
        }
        let mut builder = AmazonS3Builder::from_env()
            .with_http_connector(Asking::new(place.options.allow_http))
            .with_retry(RetryConfig {
                backoff: BackoffConfig {
                    max_backoff: PAUSE_MAX,
                    ..BackoffConfig::default()
                },
                max_retries: RETRIES_MAX,
                retry_timeout: RETRIES_FOR,
            })
            .with_bucket_name(&place.bucket);
        if let Some(endpoint) = &place.options.endpoint {
            builder = builder.with_config(AmazonS3ConfigKey::S3Endpoint, endpoint);
        }
        let named = [AmazonS3ConfigKey::S3Endpoint, AmazonS3ConfigKey::Endpoint];
        let endpoint = named.iter().find_map(|key| builder.get_config_value(key));
        if let Some(what) = endpoint.and_then(|it| unfit_endpoint(&it, place.options.allow_http)) {
            return Err(BackupError::NoPlace { place: shown, what });
        }
        let unfit = |error| refused(Doing::Open, &shown, &place.bucket, &error);
        let store = builder.build().map_err(unfit)?;
        Ok(Bucket {
            store,
            bucket: place.bucket.clone(),
            prefix: Path::from(place.prefix.as_str()),
            place: shown,
            there: Mutex::new(BTreeMap::new()),
            manifest: Mutex::new(None),
        })
    }

    /// A bucket that is written.
    ///
    /// # Errors
    /// As [`Bucket::to_read`]; [`BackupError::Foreign`] if the place holds anything but a backup; when the store
    /// refuses.
    pub async fn to_write(place: &BucketPlace) -> Result<Bucket, BackupError> {
        let bucket = Bucket::to_read(place)?;
        let listed = bucket.listed().await?;
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let mut there = BTreeMap::new();
        for object in &listed.objects {
            let written = u64::try_from(object.last_modified.timestamp()).unwrap_or(0);
            let found = Found {
                bytes: object.size,
                age: now.saturating_sub(Duration::from_secs(written)),
            };
            there.extend(
                object
                    .location
                    .filename()
                    .map(|name| (name.to_owned(), found)),
            );
        }
        if !there.contains_key(MANIFEST) {
            let folders = listed.common_prefixes.iter();
            let folders = folders.filter_map(|path| path.filename().map(ToOwned::to_owned));
            if let Some(found) = there.keys().cloned().chain(folders).next() {
                let place = bucket.place;
                return Err(BackupError::Foreign { place, found });
            }
        }
        *lock(&bucket.there) = there;
        Ok(bucket)
    }

    /// The place, for people.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The place of a file, for people.
    pub fn place_of(&self, name: &str) -> String {
        format!("{}/{name}", self.place)
    }

    /// The bytes of a file; `None` if there is none.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn read_if_there(&self, name: &str) -> Result<Option<Vec<u8>>, BackupError> {
        let place = self.place_of(name);
        let got = self.timed(Doing::Read, &place, async {
            let got = match self.store.get(&self.path_of(name)).await {
                Ok(got) => got,
                Err(error) if is_missing(&error) => return Ok(None),
                Err(error) => return Err(error),
            };
            let version = UpdateVersion {
                e_tag: got.meta.e_tag.clone(),
                version: got.meta.version.clone(),
            };
            Ok(Some((version, got.bytes().await?)))
        });
        let got = got.await?;
        let (version, bytes) = got.unzip();
        if name == MANIFEST {
            *lock(&self.manifest) = version;
        }
        Ok(bytes.map(Vec::from))
    }

    /// The size of a file, in bytes; `None` if there is none.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn size_if_there(&self, name: &str) -> Result<Option<u64>, BackupError> {
        let known = lock(&self.there).get(name).copied();
        if let Some(found) = known {
            return Ok(Some(found.bytes));
        }
        let place = self.place_of(name);
        let sized = self.timed(Doing::Read, &place, async {
            match self.store.head(&self.path_of(name)).await {
                Ok(found) => Ok(Some(found.size)),
                Err(error) if is_missing(&error) => Ok(None),
                Err(error) => Err(error),
            }
        });
        sized.await
    }

    /// Writes a file, whole or not at all, and gives the bytes that were sent: none, if it is there already. The
    /// manifest is only written if it is still the one that was read.
    ///
    /// # Errors
    /// When the store refuses. What was there before is still there. [`BackupError::InUse`] if somebody else wrote the
    /// manifest.
    pub async fn write(&self, name: &str, bytes: Vec<u8>) -> Result<u64, BackupError> {
        let sent = bytes.len() as u64;
        if name == MANIFEST {
            return self.write_manifest(bytes).await.map(|()| sent);
        }
        let hash = blake3::hash(&bytes).to_hex().to_string();
        if self.has(name, sent, &hash).await? {
            return Ok(0);
        }
        let mut options = PutOptions::default();
        options.attributes.insert(HASH, AttributeValue::from(hash));
        let place = self.place_of(name);
        let (path, payload) = (self.path_of(name), PutPayload::from(bytes));
        let put = async { self.store.put_opts(&path, payload, options).await };
        self.timed(Doing::Write, &place, put).await.map(|_| sent)
    }

    /// Deletes a file, if it is there.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn delete(&self, name: &str) -> Result<(), BackupError> {
        lock(&self.there).remove(name);
        let place = self.place_of(name);
        let deleted = self.timed(Doing::Delete, &place, async {
            match self.store.delete(&self.path_of(name)).await {
                Err(error) if is_missing(&error) => Ok(()),
                deleted => deleted,
            }
        });
        deleted.await
    }

    /// Whether a file that no manifest names is none of a backup that is being written.
    pub fn is_old(&self, name: &str) -> bool {
        let found = lock(&self.there).get(name).copied();
        found.is_none_or(|found| found.age > LEFT_OVER_KEPT)
    }

    /// The names of all files of the backup but the manifest, in their order.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn names(&self) -> Result<Vec<String>, BackupError> {
        let listed = self.listed().await?;
        let names = listed
            .objects
            .iter()
            .filter_map(|it| it.location.filename());
        let mut names: Vec<String> = names
            .filter(|it| *it != MANIFEST)
            .map(str::to_owned)
            .collect();
        names.sort();
        Ok(names)
    }

    async fn write_manifest(&self, bytes: Vec<u8>) -> Result<(), BackupError> {
        let before = lock(&self.manifest).clone();
        let mode = before.map_or(PutMode::Create, PutMode::Update);
        let (path, place) = (self.path_of(MANIFEST), self.place_of(MANIFEST));
        let put = self.timed(Doing::Write, &place, async {
            let payload = || PutPayload::from(bytes.clone());
            match self.store.put_opts(&path, payload(), mode.into()).await {
                // Some stores know no conditions.
                Err(Error::NotImplemented { .. }) => {
                    self.store.put(&path, payload()).await.map(Some)
                }
                Err(Error::Precondition { .. } | Error::AlreadyExists { .. }) => Ok(None),
                put => put.map(Some),
            }
        });
        if let Some(put) = put.await? {
            *lock(&self.manifest) = Some(UpdateVersion {
                e_tag: put.e_tag,
                version: put.version,
            });
            return Ok(());
        }
        // The answer to a request that was repeated may say no although the first of them was carried out.
        let there = self.read_if_there(MANIFEST).await?;
        match there.is_some_and(|there| there == bytes) {
            true => Ok(()),
            false => Err(BackupError::InUse {
                place: self.place.clone(),
            }),
        }
    }

    /// Whether a backup that broke off left this file.
    async fn has(&self, name: &str, bytes: u64, hash: &str) -> Result<bool, BackupError> {
        let found = lock(&self.there).get(name).copied();
        if found.is_none_or(|it| it.bytes != bytes || it.age > TAKEN_AGE_MAX) {
            return Ok(false);
        }
        let place = self.place_of(name);
        let headed = self.timed(Doing::Read, &place, async {
            let options = GetOptions {
                head: true,
                ..GetOptions::default()
            };
            match self.store.get_opts(&self.path_of(name), options).await {
                Err(error) if is_missing(&error) => Ok(None),
                got => got.map(|got| Some(got.attributes)),
            }
        });
        let fields = headed.await?;
        Ok(fields.is_some_and(|it| it.get(&HASH).is_some_and(|it| it.as_ref() == hash)))
    }

    /// What is there now.
    async fn listed(&self) -> Result<ListResult, BackupError> {
        let list = async { self.store.list_with_delimiter(Some(&self.prefix)).await };
        self.timed(Doing::List, &self.place, list).await
    }

    fn path_of(&self, name: &str) -> Path {
        self.prefix.clone().join(name)
    }

    async fn timed<T>(
        &self,
        doing: Doing,
        place: &str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, BackupError> {
        match timeout(BUCKET_TIME_MAX, work).await {
            Ok(done) => done.map_err(|error| refused(doing, place, &self.bucket, &error)),
            Err(_) => Err(BackupError::Late {
                place: place.to_owned(),
                most_s: BUCKET_TIME_MAX.as_secs(),
            }),
        }
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
