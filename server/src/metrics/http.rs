//! The port for machinery: figures for Prometheus, liveness and readiness. Plain HTTP, and nothing of a customer.

use super::exposition::{CONTENT_TYPE, written};
use super::observed::{Observed, Readiness};
use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE as CONTENT_TYPE_HEADER};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::timeout;

/// The maximum number of connections at once. Others wait.
pub const METRICS_CONNECTIONS_MAX: usize = 16;
/// How long a connection may take for its request and its answer.
pub const METRICS_TIME_MAX: Duration = Duration::from_secs(10);
/// The pause after an error of the system, such as too many open files, before the next connection is accepted.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

const TEXT: &str = "text/plain; charset=utf-8";

/// Answers at `listener` until this is dropped.
pub async fn serve(listener: TcpListener, observed: Arc<Observed>) {
    let places = Arc::new(Semaphore::new(METRICS_CONNECTIONS_MAX));
    let mut tasks = JoinSet::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        while tasks.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let observed = observed.clone();
                tasks.spawn(async move {
                    // Whoever takes longer is cut off, and asks again.
                    drop(timeout(METRICS_TIME_MAX, answer(stream, observed)).await);
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "no connection for metrics can be accepted");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
            }
        }
    }
}

async fn answer(stream: TcpStream, observed: Arc<Observed>) {
    let service = service_fn(|request| {
        let observed = observed.clone();
        async move { Ok::<_, Infallible>(answered(&request, observed).await) }
    });
    let mut http = http1::Builder::new();
    http.keep_alive(false);
    if let Err(error) = http.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "a connection for metrics broke");
    }
}

async fn answered(request: &Request<Incoming>, observed: Arc<Observed>) -> Response<Full<Bytes>> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut refused = response(
            StatusCode::METHOD_NOT_ALLOWED,
            TEXT,
            "ask by GET\n".to_owned(),
        );
        let allowed = HeaderValue::from_static("GET, HEAD");
        refused.headers_mut().insert(ALLOW, allowed);
        return refused;
    }
    match request.uri().path() {
        "/metrics" => match spawn_blocking(move || written(&observed)).await {
            Ok(Ok(text)) => response(StatusCode::OK, CONTENT_TYPE, text),
            Ok(Err(_)) | Err(_) => {
                tracing::error!("the metrics could not be written");
                let what = "the metrics could not be written\n".to_owned();
                response(StatusCode::INTERNAL_SERVER_ERROR, TEXT, what)
            }
        },
        "/livez" => verdict(observed.alive()),
        "/readyz" => verdict(observed.ready()),
        _ => {
            let what = "there are /metrics, /livez and /readyz\n".to_owned();
            response(StatusCode::NOT_FOUND, TEXT, what)
        }
    }
}

fn verdict(readiness: Readiness) -> Response<Full<Bytes>> {
    match readiness {
        Ok(()) => response(StatusCode::OK, TEXT, "ok\n".to_owned()),
        Err(why) => response(StatusCode::SERVICE_UNAVAILABLE, TEXT, format!("{why}\n")),
    }
}

fn response(status: StatusCode, kind: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static(kind);
    response.headers_mut().insert(CONTENT_TYPE_HEADER, kind);
    response
}
