//! The labels. Each takes its values from a list that does not grow: none holds what a caller wrote.

use prometheus_client::encoding::EncodeLabelSet;
use signpost_proto::v1::ErrorReason;

/// The value for what is not in the list of a label.
pub(crate) const OTHER: &str = "(other)";

/// A method and a gRPC code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct CallLabels {
    pub(super) method: &'static str,
    pub(super) code: &'static str,
}

/// A method.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct MethodLabels {
    pub(super) method: &'static str,
}

/// What a call is worth, and the reason of its error.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ReasonLabels {
    pub(super) class: &'static str,
    pub(super) reason: &'static str,
}

/// Whether something could be got.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OutcomeLabels {
    pub(super) outcome: &'static str,
}

/// A channel of a playbook.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ChannelLabels {
    pub(super) channel: String,
}

/// A channel and a route.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct DecisionLabels {
    pub(super) channel: String,
    pub(super) route: &'static str,
}

/// A route.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RouteLabels {
    pub(super) route: &'static str,
}

/// A kind of event.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct EventLabels {
    pub(super) kind: &'static str,
}

/// The version of the program.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct BuildLabels {
    pub(super) version: &'static str,
}

/// The live playbook.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct PlaybookLabels {
    pub(super) name: String,
    pub(super) version: String,
}

/// A head of the audit file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct AuditHeadLabels {
    pub(super) record: u64,
    pub(super) hash: String,
}

/// A part of the server that has memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct PartLabels {
    pub(super) part: &'static str,
}

impl ReasonLabels {
    pub(super) fn of(class: &'static str, reason: ErrorReason) -> ReasonLabels {
        let name = reason.as_str_name();
        ReasonLabels {
            class,
            reason: name.strip_prefix("ERROR_REASON_").unwrap_or(name),
        }
    }
}
