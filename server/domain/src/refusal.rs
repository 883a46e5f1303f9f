//! Why a request is refused: one variant for each thing that a caller can do about it.

mod cause;

pub use cause::{CaseCause, ContactCause, CustomerCause};

use crate::ids::{CaseId, ContactId, CustomerId, RequestId, Slug};
use crate::list::OfCustomer;
use crate::route::Route;
use crate::time::Millis;

/// Most faults of one request that are told.
pub const FAULTS_MAX: usize = 16;

/// What a caller can do about a fault, beyond mending the field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FaultKind {
    /// Nothing more.
    #[default]
    Field,
    /// Read the menu again: the contact reason is none of the live playbook.
    UnknownReason,
    /// Ask the customer for the fact that tells one matter from another.
    KeyFactMissing,
    /// Tell the case, or the reason: they are of two matters.
    CaseOfOtherReason,
}

/// A fault of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The path of the field, such as `context.facts[2].fact_id`.
    pub field: String,
    /// What is wrong and what would be right.
    pub what: String,
    /// What can be done about it.
    pub kind: FaultKind,
}

/// Faults of a request: the first [`FAULTS_MAX`], and how many more there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    found: Vec<Fault>,
    more: usize,
}

impl Faults {
    /// One fault.
    pub fn one(field: impl Into<String>, what: impl ToString) -> Faults {
        Faults::of(FaultKind::Field, field, what)
    }

    /// One fault of a kind.
    pub fn of(kind: FaultKind, field: impl Into<String>, what: impl ToString) -> Faults {
        let mut faults = Faults::default();
        faults.push_of(kind, field, what);
        faults
    }

    /// What a caller can do about all of them; [`FaultKind::Field`] if they differ.
    pub fn kind(&self) -> FaultKind {
        let mut kinds = self.found.iter().map(|fault| fault.kind);
        let first = kinds.next().unwrap_or_default();
        match self.more == 0 && kinds.all(|kind| kind == first) {
            true => first,
            false => FaultKind::Field,
        }
    }

    /// Notes a fault.
    pub fn push(&mut self, field: impl Into<String>, what: impl ToString) {
        self.push_of(FaultKind::Field, field, what);
    }

    /// Notes a fault of a kind.
    pub fn push_of(&mut self, kind: FaultKind, field: impl Into<String>, what: impl ToString) {
        if self.found.len() < FAULTS_MAX {
            self.found.push(Fault {
                field: field.into(),
                what: what.to_string(),
                kind,
            });
        } else {
            self.more += 1;
        }
    }

    /// Notes that there are so many more faults, which nobody wrote down.
    pub fn leave_out(&mut self, count: usize) {
        self.more += count;
    }

    /// The same faults with other paths.
    #[must_use]
    pub fn placed(&self, place: impl Fn(&str) -> String) -> Faults {
        let mut placed = Faults::default();
        for fault in &self.found {
            placed.push_of(fault.kind, place(&fault.field), &fault.what);
        }
        placed.leave_out(self.more);
        placed
    }

    /// The value, or `None` and its fault noted.
    pub fn keep<T, E: ToString>(&mut self, field: &str, checked: Result<T, E>) -> Option<T> {
        checked.map_err(|error| self.push(field, error)).ok()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The first of them.
    pub fn found(&self) -> &[Fault] {
        &self.found
    }

    /// How many were noted beyond those.
    pub fn more(&self) -> usize {
        self.more
    }
}

/// What a thing that was not found is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A contact.
    Contact,
    /// A case.
    Case,
    /// A customer.
    Customer,
    /// A playbook.
    Playbook,
}

impl Kind {
    /// As the caller reads it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Contact => "contact",
            Kind::Case => "case",
            Kind::Customer => "customer",
            Kind::Playbook => "playbook",
        }
    }
}

/// Why a request is refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Mend the request.
    #[error("the request has {} fault(s)", .0.found().len() + .0.more())]
    Faulty(Faults),
    /// Publish a playbook first.
    #[error("no playbook is live: publish one first")]
    NoPlaybook,
    /// There is no such thing.
    #[error("there is no {} {id}", kind.as_str())]
    NotFound {
        /// What kind of thing.
        kind: Kind,
        /// As the caller named it.
        id: String,
    },
    /// Choose another request id.
    #[error("request_id {0} was used before with other content")]
    RequestReused(RequestId),
    /// Choose another contact id.
    #[error("contact {0} has ended: a new attempt is a new contact")]
    ContactEnded(ContactId),
    /// Choose another contact id.
    #[error("contact {contact} is on channel {channel}: on another channel it is a new contact")]
    OtherChannel {
        /// Which.
        contact: ContactId,
        /// Where it is.
        channel: Slug,
    },
    /// Choose another contact id.
    #[error("contact {contact} is of customer {customer}: another customer's is a new contact")]
    OtherCustomer {
        /// Which.
        contact: ContactId,
        /// Whose it is.
        customer: CustomerId,
    },
    /// Choose one of those.
    #[error("route {route} was not offered to contact {contact}: {}", list_routes(.offered))]
    NotOffered {
        /// Which contact.
        contact: ContactId,
        /// What was asked for.
        route: Route,
        /// What was offered.
        offered: Vec<Route>,
    },
    /// Do what the text says first.
    #[error("contact {contact} {why}")]
    ContactStep {
        /// Which.
        contact: ContactId,
        /// Why it cannot take this step, and what would be right.
        why: ContactCause,
    },
    /// Tell the reason first.
    #[error("contact {0} has no reason yet: it cannot be decided again")]
    NoReason(ContactId),
    /// Leave the identity with its holder.
    #[error("the {kind} identity of customer {customer} is verified for customer {holder}")]
    IdentityTaken {
        /// What kind of identity.
        kind: Slug,
        /// Who was to have it.
        customer: CustomerId,
        /// Who has it.
        holder: CustomerId,
    },
    /// Prove who it is by another identity.
    #[error(
        "the {kind} identity of customer {customer} is told to be shared by customer {sharer}: it proves nobody"
    )]
    IdentityShared {
        /// What kind of identity.
        kind: Slug,
        /// Who was to have it alone.
        customer: CustomerId,
        /// Who shares it with others.
        sharer: CustomerId,
    },
    /// Read the customer again, then decide whether the write still makes sense.
    #[error("customer {customer} has changed since you read it: its etag is now {current}")]
    CustomerChanged {
        /// Which.
        customer: CustomerId,
        /// Its last change.
        current: u64,
    },
    /// Do what the text says first.
    #[error("customer {customer} {why}")]
    CustomerStep {
        /// Which.
        customer: CustomerId,
        /// Why it cannot take this step, and what would be right.
        why: CustomerCause,
    },
    /// Read the case again, then decide whether the write still makes sense.
    #[error("case {case} has changed since you read it: its etag is now {current}")]
    CaseChanged {
        /// Which.
        case: CaseId,
        /// Its last change.
        current: u64,
    },
    /// Wait, or route without the case.
    #[error(
        "{} cases were told without proof in the last {}: they are taken again in {wait}; without case_id and \
         previous_contact_id the contact is routed now",
        crate::guess::WRONG_CASES_MAX,
        crate::guess::WRONG_CASES_WINDOW
    )]
    TooManyWrongCases {
        /// How long.
        wait: Millis,
    },
    /// Do what the text says first.
    #[error("case {case} {why}")]
    CaseStep {
        /// Which.
        case: CaseId,
        /// Why it cannot take this step, and what would be right.
        why: CaseCause,
    },
}

impl Refusal {
    /// There is no such customer, as the caller named it.
    pub fn no_customer(of: &OfCustomer) -> Refusal {
        Refusal::NotFound {
            kind: Kind::Customer,
            id: match of {
                OfCustomer::Id(id) => id.to_string(),
                OfCustomer::Holder(key) => format!("with this verified {}", key.kind),
            },
        }
    }
}

fn list_routes(routes: &[Route]) -> String {
    match routes {
        [] => "nothing was".into(),
        _ => routes
            .iter()
            .map(|route| route.as_str())
            .collect::<Vec<_>>()
            .join(", "),
    }
}
