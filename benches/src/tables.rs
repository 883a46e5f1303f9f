//! Stores contacts in tables of SQLite, one transaction for each, as one would otherwise write such a service. Nothing
//! is decided here.

use prost::Message;
use rusqlite::{Connection, params};
use signpost_proto::v1;
use std::error::Error;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The tables of such a service: contacts by their id, the request ids that were answered, customers and their cases,
/// and the indexes by which lists of cases are read.
const TABLES: &str = "
CREATE TABLE contact (id TEXT PRIMARY KEY, customer TEXT, case_id INTEGER, told BLOB, answer BLOB) WITHOUT ROWID;
CREATE TABLE request (id TEXT PRIMARY KEY, contact TEXT) WITHOUT ROWID;
CREATE TABLE customer (id TEXT PRIMARY KEY, tier TEXT, contacts INTEGER) WITHOUT ROWID;
CREATE TABLE cases (id INTEGER PRIMARY KEY, customer TEXT, reason TEXT, state TEXT);
CREATE INDEX cases_by_customer ON cases (customer, reason);
CREATE INDEX cases_by_reason ON cases (reason, state);
";
/// A write-ahead log that is synced at every commit, so that answered contacts survive a power cut.
const DURABLE: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";

/// One connection: SQLite has one writer at a time.
pub(crate) struct Tables {
    connection: Arc<Mutex<Connection>>,
}

impl Tables {
    pub(crate) fn create(path: &Path) -> Result<Tables, Box<dyn Error>> {
        let connection = Connection::open(path)?;
        connection.execute_batch(DURABLE)?;
        connection.execute_batch(TABLES)?;
        Ok(Tables {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// Stores a contact with its answer. Returns when both are on disk.
    pub(crate) async fn keep(
        &self,
        request: v1::RouteContactRequest,
        answer: v1::RouteContactResponse,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let connection = Arc::clone(&self.connection);
        tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            insert(&mut connection, &request, &answer)
        })
        .await??;
        Ok(())
    }
}

fn insert(
    connection: &mut Connection,
    request: &v1::RouteContactRequest,
    answer: &v1::RouteContactResponse,
) -> rusqlite::Result<()> {
    let told = request.context.clone().unwrap_or_default();
    let customer = told.customer.clone().unwrap_or_default();
    let contact = &request.contact_id;
    let transaction = connection.transaction()?;
    let run = |text: &str, values: &[&dyn rusqlite::ToSql]| -> rusqlite::Result<()> {
        transaction.prepare_cached(text)?.execute(values).map(drop)
    };
    run(
        "INSERT INTO request VALUES (?, ?)",
        params![request.request_id, contact],
    )?;
    run(
        "INSERT INTO customer VALUES (?, ?, 1) ON CONFLICT (id) DO UPDATE SET contacts = contacts + 1",
        params![customer.customer_id, customer.tier],
    )?;
    run(
        "INSERT INTO cases (customer, reason, state) VALUES (?, ?, 'open')",
        params![customer.customer_id, told.stated_reason],
    )?;
    let case = transaction.last_insert_rowid();
    run(
        "INSERT INTO contact VALUES (?, ?, ?, ?, ?)",
        params![
            contact,
            customer.customer_id,
            case,
            told.encode_to_vec(),
            answer.encode_to_vec()
        ],
    )?;
    transaction.commit()
}
