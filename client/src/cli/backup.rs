//! `signpost backup`: copies the events of a running server, and checks such a copy.

use super::Session;
use super::failure::Failure;
use super::out::{Paint, Progress};
use super::render::words;
use clap::{Args, Subcommand};
use serde_json::json;
use signpost_backup::{
    Ancestor, BackupError, BackupWriter, BucketOptions, Come, Manifest, Place, Target, Verified,
    verify,
};
use signpost_client::{BackupStream, v1};

const NANOS_A_MILLISECOND: i32 = 1_000_000;

/// The arguments of `signpost backup`.
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true,
    after_help = "\
Example:
  signpost backup /backup/signpost
  signpost backup verify /backup/signpost
  signpost backup s3://backups/signpost --s3-endpoint https://objects.example.com

The first backup copies everything, each later one to the same place what is new. One that broke
off is continued by the next. It needs a token of an administrator. What is personal is sealed in
it, and the keys are not in it: copy them to another place by signpostd keys backup. To restore:
signpostd restore --from /backup/signpost --to ./data --keys /backup-keys/signpost
A store of objects lets in by AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, or another
of the variables that AWS has."
)]
pub(crate) struct BackupArgs {
    /// The place: a folder, which is made if it is not there, or s3://BUCKET/PREFIX in a store of objects that speaks
    /// the protocol of S3. A backup of another store is never touched.
    #[arg(value_name = "PLACE")]
    place: Option<String>,
    #[command(flatten)]
    objects: ObjectsArgs,
    #[command(subcommand)]
    command: Option<BackupCommand>,
}

/// How a store of objects is reached.
#[derive(Args, Debug)]
pub(crate) struct ObjectsArgs {
    /// The URL of the store of objects [default: what AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL says, else that of AWS]
    #[arg(long, value_name = "URL")]
    s3_endpoint: Option<String>,
    /// Ask a store of objects on another machine without TLS, too: others can read what is sent, and change it
    #[arg(long)]
    s3_allow_http: bool,
}

impl ObjectsArgs {
    fn place(self, place: &str) -> Result<Place, Failure> {
        let options = BucketOptions {
            endpoint: self.s3_endpoint,
            allow_http: self.s3_allow_http,
        };
        Place::parse(place, options).map_err(refused)
    }
}

/// The subcommands of `signpost backup`.
#[derive(Subcommand, Debug)]
pub(crate) enum BackupCommand {
    /// Reads a backup to its end, and says which files and events are not as they were written. Needs no server.
    ///
    /// Exit codes: 0 it is whole, 1 it broke off and is to be run again, 2 there is no backup, 3 it is damaged.
    #[command(after_help = "Example:\n  signpost backup verify /backup/signpost")]
    Verify {
        /// The place of the backup: a folder, or s3://BUCKET/PREFIX.
        #[arg(value_name = "PLACE")]
        place: String,
        #[command(flatten)]
        objects: ObjectsArgs,
    },
}

/// Runs the command.
pub(crate) async fn run(args: BackupArgs, session: &Session) -> Result<(), Failure> {
    match (args.command, args.place) {
        (Some(BackupCommand::Verify { place, objects }), _) => {
            check(&objects.place(&place)?, session).await
        }
        (None, Some(place)) => back_up(&args.objects.place(&place)?, session).await,
        (None, None) => Err(Failure::Fix("name the place of the backup".to_owned())),
    }
}

async fn back_up(place: &Place, session: &Session) -> Result<(), Failure> {
    let client = session.client()?;
    let mut writer = BackupWriter::open(place).await.map_err(refused)?;
    let digest = writer.last_digest().await.map_err(refused)?;
    let before = writer.manifest().cloned();
    let request = v1::StreamBackupRequest {
        store_id: before
            .as_ref()
            .map_or_else(String::new, |it| it.store_id.clone()),
        after_sequence: before.as_ref().map_or(0, |it| it.last_sequence),
        after_digest: digest.map_or_else(Vec::new, |it| it.to_vec()),
        form: v1::BackupForm::Records.into(),
    };
    let mut stream = client.stream_backup(request).await?;
    let promised = stream.begin().last_sequence;
    writer.begin(begun(stream.begin())).await.map_err(refused)?;
    let begins_after = before.as_ref().map_or(0, |it| it.last_sequence);
    let copied = copy(&mut stream, &mut writer).await;
    if copied.is_err() {
        // What came is kept. If that fails, too, the next run begins a little earlier.
        drop(writer.pause().await);
    }
    copied?;
    let last = writer.manifest().map_or(0, |it| it.last_sequence);
    if last != promised {
        return Err(Failure::Again(format!(
            "the backup broke off after event {last} of {promised}; run it again, and it goes on from there"
        )));
    }
    writer.finish().await.map_err(refused)?;
    let Some(manifest) = writer.manifest() else {
        return Ok(());
    };
    let new = last - begins_after;
    if session.out.json {
        let told = json!({
            "place": writer.place(),
            "storeId": manifest.store_id,
            "newEventCount": new,
            "lastEvent": manifest.last_sequence,
            "writtenBytes": writer.written(),
            "backupBytes": manifest.bytes(),
        });
        return session.out.data(&told.to_string());
    }
    session.out.text(&format!(
        "{}: {} new, up to event {}; {} written, {} in all\n",
        writer.place(),
        words::counted(new, "event"),
        manifest.last_sequence,
        words::size(writer.written()),
        words::size(manifest.bytes()),
    ))
}

/// Takes all chunks.
async fn copy(stream: &mut BackupStream, writer: &mut BackupWriter) -> Result<(), Failure> {
    let mut progress = Progress::of("events");
    while let Some(chunk) = stream.next().await? {
        let come = Come {
            first: chunk.first_sequence,
            last: chunk.last_sequence,
            last_record_time_ms: millis(chunk.last_record_time.as_ref()),
            packed: chunk.packed_events,
        };
        let count = (come.last + 1).saturating_sub(come.first);
        writer.add(come).await.map_err(refused)?;
        progress.add(usize::try_from(count).unwrap_or(usize::MAX));
    }
    Ok(())
}

fn begun(begin: &v1::BackupBegin) -> Manifest {
    Manifest {
        store_id: begin.store_id.clone(),
        ancestors: ancestors(begin),
        schema: begin.schema.into(),
        layout: begin.layout.into(),
        server_version: begin.server_version.clone(),
        last_sequence: 0,
        last_record_time_ms: 0,
        is_complete: false,
        chunks: Vec::new(),
    }
}

/// The stores that the store of a backup was restored of.
pub(crate) fn ancestors(begin: &v1::BackupBegin) -> Vec<Ancestor> {
    let ancestors = begin.ancestors.iter();
    let ancestors = ancestors.map(|ancestor| Ancestor {
        store_id: ancestor.store_id.clone(),
        last_sequence: ancestor.last_sequence,
    });
    ancestors.collect()
}

async fn check(place: &Place, session: &Session) -> Result<(), Failure> {
    let target = Target::to_read(place).map_err(refused)?;
    let mut progress = Progress::of("events");
    let mut shown = 0;
    let verified = verify(&target, |events| {
        let new = events - shown;
        progress.add(usize::try_from(new).unwrap_or(usize::MAX));
        shown = events;
    });
    let verified = verified.await.map_err(refused)?;
    drop(progress);
    let (shown, out) = (place.to_string(), &session.out);
    match out.json {
        true => out.data(&verified_json(&shown, &verified).to_string())?,
        false => out.text(&verified_text(&shown, &verified, out.paint))?,
    }
    match verified.faults.len() as u64 {
        0 if verified.manifest.is_complete => Ok(()),
        0 => Err(Failure::Again(
            "the last backup broke off: run it again, and it goes on from here".to_owned(),
        )),
        count => Err(Failure::Other(format!(
            "{} damaged; make a new backup to another place while the store is there",
            words::counted(count, "file")
        ))),
    }
}

fn verified_json(place: &str, verified: &Verified) -> serde_json::Value {
    let faults = verified.faults.iter().map(|fault| {
        let (first, last) = fault.events;
        json!({"path": fault.place, "what": fault.what, "firstEvent": first, "lastEvent": last})
    });
    json!({
        "place": place,
        "storeId": verified.manifest.store_id,
        "isComplete": verified.manifest.is_complete,
        "lastEvent": verified.manifest.last_sequence,
        "eventCount": verified.events,
        "lastRecordTime": time(verified.manifest.last_record_time_ms),
        "faults": faults.collect::<Vec<_>>(),
        "leftOver": verified.left_over,
    })
}

fn verified_text(place: &str, verified: &Verified, paint: Paint) -> String {
    let manifest = &verified.manifest;
    let mut text = format!(
        "{}\nstore {}\n{} of {} read, the last of {}\n",
        paint.bold(place),
        manifest.store_id,
        verified.events,
        words::counted(manifest.last_sequence, "event"),
        time(manifest.last_record_time_ms),
    );
    for fault in &verified.faults {
        let (first, last) = fault.events;
        text += &format!(
            "events {first} to {last}: {}: {}\n",
            fault.place, fault.what
        );
    }
    if !verified.left_over.is_empty() {
        text += &format!(
            "{} of a backup that broke off; the next one deletes them\n",
            words::counted(verified.left_over.len() as u64, "file")
        );
    }
    if verified.faults.is_empty() {
        let whole = match (manifest.is_complete, manifest.last_sequence) {
            (true, 0) => paint.green("the backup is whole: the store had no events"),
            (true, _) => paint.green("the backup is whole"),
            (false, _) => "what is there reads, but it is not all that the store had".to_owned(),
        };
        text += &format!("{whole}\n");
    }
    text
}

/// Why a backup is not written or read.
pub(crate) fn refused(error: BackupError) -> Failure {
    let words = error.to_string();
    match error {
        BackupError::Damaged { .. } | BackupError::OutOfTurn { .. } => Failure::Other(words),
        BackupError::InUse { .. } | BackupError::Io { .. } | BackupError::Late { .. } => {
            Failure::Again(words)
        }
        BackupError::None { .. }
        | BackupError::NoPlace { .. }
        | BackupError::NoBucket { .. }
        | BackupError::NoAccess { .. }
        | BackupError::Foreign { .. }
        | BackupError::OtherStore { .. }
        | BackupError::Newer { .. } => Failure::Fix(words),
    }
}

fn millis(time: Option<&prost_types::Timestamp>) -> i64 {
    time.map_or(0, |time| {
        time.seconds * 1_000 + i64::from(time.nanos / NANOS_A_MILLISECOND)
    })
}

fn time(millis: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(millis);
    time.map_or_else(|_| String::new(), |time| time.to_string())
}
