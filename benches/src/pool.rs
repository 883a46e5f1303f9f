//! Stores contacts in tables of PostgreSQL, over a pool of connections, one transaction for each contact. The tables
//! and the statements are those of [`crate::tables`]. Nothing is decided here.

use crate::postgres::NAME;
use deadpool_postgres::{ManagerConfig, Pool, RecyclingMethod, Runtime, Transaction};
use prost::Message;
use signpost_proto::v1;
use std::error::Error;
use std::path::Path;
use tokio_postgres::NoTls;
use tokio_postgres::types::ToSql;

/// The number of connections, and so of transactions at the same time.
const CONNECTIONS: usize = 16;
const TABLES: &str = "
CREATE TABLE contact (id TEXT PRIMARY KEY, customer TEXT, case_id BIGINT, told BYTEA, answer BYTEA);
CREATE TABLE request (id TEXT PRIMARY KEY, contact TEXT);
CREATE TABLE customer (id TEXT PRIMARY KEY, tier TEXT, contacts BIGINT);
CREATE TABLE cases (id BIGSERIAL PRIMARY KEY, customer TEXT, reason TEXT, state TEXT);
CREATE INDEX cases_by_customer ON cases (customer, reason);
CREATE INDEX cases_by_reason ON cases (reason, state);
";
const REQUEST: &str = "INSERT INTO request VALUES ($1, $2)";
const CUSTOMER: &str = "INSERT INTO customer VALUES ($1, $2, 1)
    ON CONFLICT (id) DO UPDATE SET contacts = customer.contacts + 1";
const CASE: &str = "INSERT INTO cases (customer, reason, state) VALUES ($1, $2, 'open')";
/// With the case that the same transaction has just inserted.
const CONTACT: &str =
    "INSERT INTO contact VALUES ($1, $2, currval('cases_id_seq'), $3::bytea, $4::bytea)";

pub(crate) struct PooledTables {
    pool: Pool,
}

impl PooledTables {
    /// Makes the tables on the server whose socket is in `folder`.
    pub(crate) async fn create(folder: &Path) -> Result<PooledTables, Box<dyn Error>> {
        let folder = folder.canonicalize()?;
        let mut config = deadpool_postgres::Config::new();
        config.host = Some(
            folder
                .to_str()
                .ok_or("a folder whose name is no text")?
                .into(),
        );
        config.user = Some(NAME.into());
        config.dbname = Some("postgres".into());
        config.manager = Some(ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        });
        config.pool = Some(deadpool_postgres::PoolConfig::new(CONNECTIONS));
        let pool = config.create_pool(Some(Runtime::Tokio1), NoTls)?;
        pool.get().await?.batch_execute(TABLES).await?;
        Ok(PooledTables { pool })
    }

    /// Stores a contact with its answer. Returns when both are on disk.
    pub(crate) async fn keep(
        &self,
        request: &v1::RouteContactRequest,
        answer: &v1::RouteContactResponse,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let mut connection = self.pool.get().await?;
        let transaction = connection.transaction().await?;
        insert(&transaction, request, answer).await?;
        transaction.commit().await?;
        Ok(())
    }
}

async fn insert(
    transaction: &Transaction<'_>,
    request: &v1::RouteContactRequest,
    answer: &v1::RouteContactResponse,
) -> Result<(), tokio_postgres::Error> {
    let told = request.context.clone().unwrap_or_default();
    let customer = told.customer.clone().unwrap_or_default();
    let contact = &request.contact_id;
    let (told_bytes, answer_bytes) = (told.encode_to_vec(), answer.encode_to_vec());
    // A connection prepares each text once.
    let prepared = |text| transaction.prepare_cached(text);
    let (for_request, for_customer) = (prepared(REQUEST).await?, prepared(CUSTOMER).await?);
    let (for_case, for_contact) = (prepared(CASE).await?, prepared(CONTACT).await?);
    type Values<'a> = &'a [&'a (dyn ToSql + Sync)];
    let id = &customer.customer_id;
    let request_values: Values = &[&request.request_id, contact];
    let customer_values: Values = &[id, &customer.tier];
    let case_values: Values = &[id, &told.stated_reason];
    let contact_values: Values = &[contact, id, &told_bytes, &answer_bytes];
    // Sent all at once, in this order, and answered in one round trip.
    tokio::try_join!(
        biased;
        transaction.execute(&for_request, request_values),
        transaction.execute(&for_customer, customer_values),
        transaction.execute(&for_case, case_values),
        transaction.execute(&for_contact, contact_values),
    )?;
    Ok(())
}
