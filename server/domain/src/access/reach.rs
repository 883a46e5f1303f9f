//! What a caller may reach: the contacts that it holds, and those within the limits of its token.

use super::TokenScope;
use crate::case::Case;
use crate::contact::{Contact, ContactContext};
use crate::ids::{ActorId, ReasonId, Slug};
use std::fmt;
use std::sync::Arc;

/// What a caller may reach. The default is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The chatbot that reaches only the contacts that it holds; `None` for a caller that reaches those of others, too.
    pub held_by: Option<ActorId>,
    /// The limits of the token; `None` if it has none.
    pub scope: Option<Arc<TokenScope>>,
}

/// The part of a token's limits that a contact or a case is outside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopePart {
    /// The channels.
    Channel,
    /// The brands.
    Brand,
    /// The primary reasons.
    Reason,
}

impl ScopePart {
    /// The word for this part.
    pub const fn as_str(self) -> &'static str {
        match self {
            ScopePart::Channel => "channel",
            ScopePart::Brand => "brand",
            ScopePart::Reason => "primary reason",
        }
    }
}

/// Why something is outside the limits of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideReach {
    /// The part of the limits.
    pub part: ScopePart,
    /// What the contact or the case has there; `None` if it has nothing.
    pub has: Option<Slug>,
    /// What the token is limited to.
    pub allowed: Vec<Slug>,
}

impl fmt::Display for OutsideReach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = self.part.as_str();
        match &self.has {
            Some(has) => write!(f, "{part} {has} is outside the limits of this token")?,
            None => write!(f, "no {part} is known, and this token is limited by it")?,
        }
        let allowed: Vec<&str> = self.allowed.iter().map(Slug::as_str).collect();
        write!(f, ": {}", allowed.join(", "))
    }
}

impl Reach {
    /// Whether the caller reaches everything.
    pub fn is_everything(&self) -> bool {
        self.held_by.is_none() && self.scope.is_none()
    }

    /// Whether the caller may know of a contact. If not, the contact is as one that does not exist.
    pub fn holds(&self, contact: &Contact) -> bool {
        let held_by = self.held_by.as_ref();
        held_by.is_none_or(|chatbot| contact.held_by.as_ref() == Some(chatbot))
    }

    /// Whether the caller may know of a case: it holds one of these contacts of the case.
    pub fn holds_case(&self, contacts: &[Arc<Contact>]) -> bool {
        self.held_by.is_none() || contacts.iter().any(|contact| self.holds(contact))
    }

    /// Checks what a caller tells of a contact. `before` is what was told before.
    ///
    /// # Errors
    /// The first part of the limits that it is outside of.
    pub fn context(
        &self,
        told: &ContactContext,
        before: Option<&ContactContext>,
    ) -> Result<(), OutsideReach> {
        let Some(scope) = &self.scope else {
            return Ok(());
        };
        within(ScopePart::Channel, &scope.channels, Some(&told.channel))?;
        let brand = told.brand.as_ref();
        let brand = brand.or(before.and_then(|before| before.brand.as_ref()));
        within(ScopePart::Brand, &scope.brands, brand)?;
        let matters = told
            .matters
            .iter()
            .filter_map(|matter| matter.reason.as_ref());
        let mut reasons = told.reason.iter().chain(matters);
        reasons.try_for_each(|reason| self.reason(reason))
    }

    /// Checks a contact.
    ///
    /// # Errors
    /// The first part of the limits that it is outside of.
    pub fn contact(&self, contact: &Contact) -> Result<(), OutsideReach> {
        self.context(&contact.context, None)
    }

    /// Checks a case: its reason, and that one of these contacts of the case is within the limits.
    ///
    /// # Errors
    /// The first part of the limits that it is outside of.
    pub fn case(&self, case: &Case, contacts: &[Arc<Contact>]) -> Result<(), OutsideReach> {
        self.reason(&case.reason)?;
        let mut outside = None;
        for contact in contacts.iter().rev() {
            match self.contact(contact) {
                Ok(()) => return Ok(()),
                Err(why) => outside = outside.or(Some(why)),
            }
        }
        outside.map_or(Ok(()), Err)
    }

    /// Checks a reason.
    ///
    /// # Errors
    /// If its primary reason is outside of the limits.
    pub fn reason(&self, reason: &ReasonId) -> Result<(), OutsideReach> {
        let Some(scope) = &self.scope else {
            return Ok(());
        };
        within(ScopePart::Reason, &scope.reasons, Some(&reason.primary))
    }
}

fn within(part: ScopePart, allowed: &[Slug], has: Option<&Slug>) -> Result<(), OutsideReach> {
    if allowed.is_empty() || has.is_some_and(|has| allowed.contains(has)) {
        return Ok(());
    }
    Err(OutsideReach {
        part,
        has: has.cloned(),
        allowed: allowed.to_vec(),
    })
}
