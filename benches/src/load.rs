//! Sends requests to a server, a fixed number at a time, and measures the answers.

use crate::process::{Server, own_cpu};
use crate::requests;
use hdrhistogram::Histogram;
use signpost_proto::v1::contact_service_client::ContactServiceClient;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tonic::transport::Channel;

/// The maximum number of requests in flight on one connection. For more, more connections are used.
const IN_FLIGHT_A_CONNECTION: usize = 32;

/// The measurements of a round.
#[derive(Debug)]
pub struct Round {
    /// Requests answered.
    pub answered: u64,
    /// How long the round took.
    pub took: Duration,
    /// CPU time of the server.
    pub cpu: Duration,
    /// CPU time of the caller: this process. It does the same for each request, so it tells how fast the machine was.
    pub caller_cpu: Duration,
    /// The time from sending to the answer, in microseconds.
    pub latency: Histogram<u64>,
}

impl Round {
    /// Answers per second.
    pub fn rate(&self) -> f64 {
        self.answered as f64 / self.took.as_secs_f64()
    }

    /// The CPU time of the server for one request, in microseconds.
    pub fn cpu_each(&self) -> f64 {
        self.each(self.cpu)
    }

    /// The CPU time of the caller for one request, in microseconds.
    pub fn caller_cpu_each(&self) -> f64 {
        self.each(self.caller_cpu)
    }

    fn each(&self, cpu: Duration) -> f64 {
        cpu.as_secs_f64() * 1e6 / self.answered.max(1) as f64
    }
}

/// Which calls are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calls {
    /// Only RouteContact.
    Route,
    /// Only RouteContact, for one desk after another.
    RouteToDesks,
    /// RouteContact, then EndContact as resolved.
    RouteAndEnd,
    /// The same of customers who come again and again.
    ReturnAndEnd {
        /// How many there are.
        customers: u64,
    },
}

/// When a round ends.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// After this time.
    Elapsed(Duration),
    /// At the contact with this number.
    Number(u64),
}

/// Keeps `in_flight` requests in flight, with numbers from `next` on.
///
/// # Errors
/// The first call that fails ends the round.
pub async fn drive(
    server: &Server,
    in_flight: usize,
    calls: Calls,
    until: Until,
    next: &Arc<AtomicU64>,
) -> Result<Round, Box<dyn Error>> {
    let connections = in_flight.div_ceil(IN_FLIGHT_A_CONNECTION);
    let mut clients = Vec::new();
    for _ in 0..connections {
        clients.push(ContactServiceClient::new(server.connect().await?));
    }
    let (cpu, caller_cpu, start) = (server.cpu()?, own_cpu()?.0, Instant::now());
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..in_flight {
        let client = clients[worker % connections].clone();
        workers.spawn(work(client, calls, until, start, Arc::clone(next)));
    }
    let mut latency = Histogram::new(3)?;
    let mut answered = 0;
    while let Some(done) = workers.join_next().await {
        let done = done?.map_err(|status| format!("{status}"))?;
        answered += done.len();
        latency.add(done)?;
    }
    let took = start.elapsed();
    Ok(Round {
        answered,
        took,
        cpu: server.cpu()?.saturating_sub(cpu),
        caller_cpu: own_cpu()?.0.saturating_sub(caller_cpu),
        latency,
    })
}

async fn work(
    mut client: ContactServiceClient<Channel>,
    calls: Calls,
    until: Until,
    start: Instant,
    next: Arc<AtomicU64>,
) -> Result<Histogram<u64>, tonic::Status> {
    let mut latency =
        Histogram::new(3).map_err(|error| tonic::Status::internal(error.to_string()))?;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let over = match until {
            Until::Elapsed(limit) => start.elapsed() >= limit,
            Until::Number(last) => number >= last,
        };
        if over {
            return Ok(latency);
        }
        let sent = Instant::now();
        let request = match calls {
            Calls::Route | Calls::RouteAndEnd => requests::route(number),
            Calls::RouteToDesks => requests::route_to_desks(number),
            Calls::ReturnAndEnd { customers } => requests::route_returning(number, customers),
        };
        client.route_contact(request).await?;
        let micros = sent.elapsed().as_micros() as u64;
        latency
            .record(micros)
            .map_err(|error| tonic::Status::internal(error.to_string()))?;
        if matches!(calls, Calls::RouteAndEnd | Calls::ReturnAndEnd { .. }) {
            client.end_contact(requests::end(number)).await?;
        }
    }
}
