//! A span, as it is sent.

use super::parent::Parent;
use crate::grpc::CallId;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use std::time::{Duration, Instant};

/// The package of the contract, before the name of a service.
const PACKAGE: &str = "signpost.v1";

/// A call that ended.
#[derive(Debug)]
pub(crate) struct EndedCall {
    /// Its id.
    pub(crate) id: CallId,
    /// The span of the caller.
    pub(crate) parent: Option<Parent>,
    /// The service and the method, such as `ContactService/RouteContact`.
    pub(crate) method: &'static str,
    /// What it is worth under overload.
    pub(crate) class: &'static str,
    /// The code of gRPC.
    pub(crate) code: i32,
    /// Whether the server is at fault.
    pub(crate) is_our_fault: bool,
    /// The reason of an error.
    pub(crate) reason: Option<&'static str>,
    /// When it began.
    pub(crate) begun: Instant,
    /// How long it took.
    pub(crate) took: Duration,
}

/// The moment by which times are told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// As the process counts.
    pub(super) instant: Instant,
    /// Since 1970.
    pub(super) since: Duration,
}

impl Moment {
    fn nanos(&self, of: Instant) -> u64 {
        let ago = self.instant.saturating_duration_since(of);
        u64::try_from(self.since.saturating_sub(ago).as_nanos()).unwrap_or(u64::MAX)
    }
}

impl EndedCall {
    /// The span. `random` is new for each.
    pub(super) fn span(&self, random: [u8; 24], now: Moment) -> Span {
        let (mut trace, mut own) = ([0; 16], [0; 8]);
        trace.copy_from_slice(&random[..16]);
        own.copy_from_slice(&random[16..]);
        let (service, method) = self.method.split_once('/').unwrap_or(("", self.method));
        let service = match service {
            "" => String::new(),
            name => format!("{PACKAGE}.{name}"),
        };
        let name = match service.as_str() {
            "" => method.to_owned(),
            service => format!("{service}/{method}"),
        };
        let mut attributes = vec![
            text("rpc.system", "grpc"),
            text("rpc.method", method),
            number("rpc.grpc.status_code", self.code),
            text("signpost.call_id", &self.id.to_string()),
            text("signpost.class", self.class),
        ];
        if !service.is_empty() {
            attributes.push(text("rpc.service", &service));
        }
        attributes.extend(self.reason.map(|reason| text("signpost.reason", reason)));
        let code = match self.is_our_fault {
            true => StatusCode::Error,
            false => StatusCode::Unset,
        };
        Span {
            trace_id: self.parent.map_or(trace, |parent| parent.trace).to_vec(),
            span_id: own.to_vec(),
            parent_span_id: self.parent.map_or_else(Vec::new, |it| it.span.to_vec()),
            name,
            kind: SpanKind::Server.into(),
            start_time_unix_nano: now.nanos(self.begun),
            end_time_unix_nano: now.nanos(self.begun + self.took),
            attributes,
            status: Some(Status {
                message: String::new(),
                code: code.into(),
            }),
            ..Span::default()
        }
    }
}

/// An attribute that is a text.
pub(super) fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.to_owned()))
}

fn number(key: &str, value: i32) -> KeyValue {
    attribute(key, Value::IntValue(value.into()))
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}
