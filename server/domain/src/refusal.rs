//! Why a request is refused. There is one variant for each action that a caller can take.

mod cause;

pub use cause::{CaseCause, ContactCause, CustomerCause};

use crate::access::{OutsideReach, TOKENS_MAX};
use crate::ids::{CaseId, ContactId, CustomerId, RequestId, Slug, TokenId};
use crate::list::OfCustomer;
use crate::playbook::leaving::{LeavingKind, NameInUse};
use crate::route::Route;
use crate::time::Millis;

/// The largest number of faults of one request that are reported.
pub const FAULTS_MAX: usize = 16;

/// What a caller can do about a fault, besides correcting the field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FaultKind {
    /// Nothing else.
    #[default]
    Field,
    /// Read the menu again, because the live playbook does not have the contact reason.
    UnknownReason,
    /// Ask the customer for the key fact, which distinguishes one matter from another.
    KeyFactMissing,
    /// Send only the case or only the reason, because they belong to two matters.
    CaseOfOtherReason,
    /// Correct the time, or say that log time may step so far ahead.
    ClockStep,
}

/// A fault of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The path of the field, such as `context.facts[2].fact_id`.
    pub field: String,
    /// What is wrong, and what would be valid.
    pub what: String,
    /// What the caller can do about the fault.
    pub kind: FaultKind,
}

/// The faults of a request: the first [`FAULTS_MAX`], and the number of further faults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    found: Vec<Fault>,
    more: usize,
}

impl Faults {
    /// One fault of [`FaultKind::Field`].
    pub fn one(field: impl Into<String>, what: impl ToString) -> Faults {
        Faults::of(FaultKind::Field, field, what)
    }

    /// One fault of this kind.
    pub fn of(kind: FaultKind, field: impl Into<String>, what: impl ToString) -> Faults {
        let mut faults = Faults::default();
        faults.push_of(kind, field, what);
        faults
    }

    /// What a caller can do about all faults; [`FaultKind::Field`] if the faults differ in this.
    pub fn kind(&self) -> FaultKind {
        let mut kinds = self.found.iter().map(|fault| fault.kind);
        let first = kinds.next().unwrap_or_default();
        match self.more == 0 && kinds.all(|kind| kind == first) {
            true => first,
            false => FaultKind::Field,
        }
    }

    /// Adds a fault of [`FaultKind::Field`].
    pub fn push(&mut self, field: impl Into<String>, what: impl ToString) {
        self.push_of(FaultKind::Field, field, what);
    }

    /// Adds a fault of this kind.
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

    /// Adds `count` to the number of further faults, which have no text.
    pub fn leave_out(&mut self, count: usize) {
        self.more += count;
    }

    /// The same faults, with paths changed by `place`.
    #[must_use]
    pub fn placed(&self, place: impl Fn(&str) -> String) -> Faults {
        let mut placed = Faults::default();
        for fault in &self.found {
            placed.push_of(fault.kind, place(&fault.field), &fault.what);
        }
        placed.leave_out(self.more);
        placed
    }

    /// The value of `checked`. If `checked` is an error, adds a fault for `field` and returns `None`.
    pub fn keep<T, E: ToString>(&mut self, field: &str, checked: Result<T, E>) -> Option<T> {
        checked.map_err(|error| self.push(field, error)).ok()
    }

    /// Whether there are no faults.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The first faults, at most [`FAULTS_MAX`].
    pub fn found(&self) -> &[Fault] {
        &self.found
    }

    /// How many faults there are besides those in [`Faults::found`].
    pub fn more(&self) -> usize {
        self.more
    }
}

/// The kind of a thing that was not found.
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
    /// A token.
    Token,
}

impl Kind {
    /// The word for this kind in messages to the caller.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Contact => "contact",
            Kind::Case => "case",
            Kind::Customer => "customer",
            Kind::Playbook => "playbook",
            Kind::Token => "token",
        }
    }
}

/// Why a request is refused. A refused request changes nothing. The comments say what the caller can do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Correct the request.
    #[error("the request has faults: {}", .0.found().len() + .0.more())]
    Faulty(Faults),
    /// Publish a playbook first.
    #[error("no playbook is live: publish one first")]
    NoPlaybook,
    /// There is no such thing. Correct the id.
    #[error("there is no {} {id}", kind.as_str())]
    NotFound {
        /// The kind of thing.
        kind: Kind,
        /// The id as the caller wrote it.
        id: String,
    },
    /// The id was used with other content. Choose another request id.
    #[error("request_id {0} was used before with other content")]
    RequestReused(RequestId),
    /// The contact has ended. Choose another contact id.
    #[error("contact {0} has ended: for a new attempt, use another contact_id")]
    ContactEnded(ContactId),
    /// The contact is on another channel. Choose another contact id.
    #[error(
        "contact {contact} is on channel {channel}: on another channel, use another contact_id"
    )]
    OtherChannel {
        /// The contact.
        contact: ContactId,
        /// The channel of the contact.
        channel: Slug,
    },
    /// The contact is of another customer. Choose another contact id.
    #[error(
        "contact {contact} is of customer {customer}: for another customer, use another contact_id"
    )]
    OtherCustomer {
        /// The contact.
        contact: ContactId,
        /// The customer of the contact.
        customer: CustomerId,
    },
    /// Choose one of the offered routes.
    #[error("route {route} was not offered to contact {contact}: {}", list_routes(.offered))]
    NotOffered {
        /// The contact.
        contact: ContactId,
        /// The route that the caller asked for.
        route: Route,
        /// The routes that were offered.
        offered: Vec<Route>,
    },
    /// Do first what `why` says.
    #[error("contact {contact} {why}")]
    ContactStep {
        /// The contact.
        contact: ContactId,
        /// Why the contact cannot take this step, and what is possible.
        why: ContactCause,
    },
    /// State the reason of the contact first.
    #[error(
        "contact {0} has no reason yet: state its reason in RouteContact before it is decided again"
    )]
    NoReason(ContactId),
    /// Another customer holds the identity. Leave it with its holder.
    #[error(
        "the {kind} identity sent for customer {customer} is verified for customer {holder}: leave it out"
    )]
    IdentityTaken {
        /// The kind of identity.
        kind: Slug,
        /// The customer who would get the identity.
        customer: CustomerId,
        /// The customer who holds the identity.
        holder: CustomerId,
    },
    /// The identity is shared. Prove the customer by another identity.
    #[error(
        "the {kind} identity sent for customer {customer} is marked as shared by customer {sharer}: it identifies nobody"
    )]
    IdentityShared {
        /// The kind of identity.
        kind: Slug,
        /// The customer who would be the only holder.
        customer: CustomerId,
        /// The customer who shares the identity.
        sharer: CustomerId,
    },
    /// Read the customer again, then decide whether the write still makes sense.
    #[error("customer {customer} has changed since you read it: its etag is now {current}")]
    CustomerChanged {
        /// The customer.
        customer: CustomerId,
        /// The sequence of the customer's last change.
        current: u64,
    },
    /// Do first what `why` says.
    #[error("customer {customer} {why}")]
    CustomerStep {
        /// The customer.
        customer: CustomerId,
        /// Why the customer cannot take this step, and what is possible.
        why: CustomerCause,
    },
    /// Read the case again, then decide whether the write still makes sense.
    #[error("case {case} has changed since you read it: its etag is now {current}")]
    CaseChanged {
        /// The case.
        case: CaseId,
        /// The sequence of the case's last change.
        current: u64,
    },
    /// Wait, or route the contact without the case.
    #[error(
        "{} cases were named without proof in the last {}: name one again in {wait}, or leave out case_id and \
         previous_contact_id to route the contact now",
        crate::guess::WRONG_CASES_MAX,
        crate::guess::WRONG_CASES_WINDOW
    )]
    TooManyWrongCases {
        /// How long to wait.
        wait: Millis,
    },
    /// Use a token with other limits.
    #[error("{what}: {why}")]
    OutOfReach {
        /// The contact or the case, as text for people.
        what: String,
        /// Why it is outside.
        why: OutsideReach,
    },
    /// Revoke tokens that nobody needs.
    #[error("{TOKENS_MAX} tokens count already: revoke some that nobody needs")]
    TooManyTokens,
    /// There is nothing to do.
    #[error("{0} was revoked before")]
    RevokedBefore(TokenId),
    /// Say in the playbook where the names go, or publish it whatever is open.
    #[error("{}", names_in_use(.0))]
    NamesInUse(Vec<NameInUse>),
    /// Do first what `why` says.
    #[error("case {case} {why}")]
    CaseStep {
        /// The case.
        case: CaseId,
        /// Why the case cannot take this step, and what is possible.
        why: CaseCause,
    },
}

impl Refusal {
    /// The refusal for a customer who does not exist, with the id or the identity that the caller sent.
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

fn names_in_use(names: &[NameInUse]) -> String {
    /// How many names the message lists.
    const LISTED_MAX: usize = 4;
    let listed = names.iter().take(LISTED_MAX).map(ToString::to_string);
    let listed: Vec<String> = listed.collect();
    let more = match names.len().saturating_sub(LISTED_MAX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let has = |of: &dyn Fn(LeavingKind) -> bool| names.iter().any(|name| of(name.kind));
    // Only reasons can say what replaces them.
    let reasons = has(&|kind| kind == LeavingKind::Reason);
    let others = has(&|kind| kind != LeavingKind::Reason);
    let advice = match (reasons, others) {
        (true, false) => {
            "let `replaces` or `splits` of the new playbook say which reason each of them becomes, or publish with force"
        }
        (false, _) => "keep these names until nothing open has them, or publish with force",
        (true, true) => {
            "let `replaces` or `splits` of the new playbook say which reason each reason becomes, keep the other names \
             until nothing open has them, or publish with force"
        }
    };
    format!(
        "names that go away are in use: {}{more}; {advice}",
        listed.join(", ")
    )
}

fn list_routes(routes: &[Route]) -> String {
    match routes {
        [] => "no route was".into(),
        _ => {
            let routes = routes.iter().map(|route| route.as_str());
            format!("choose one of {}", routes.collect::<Vec<_>>().join(", "))
        }
    }
}
