//! The currency of an amount: one store reckons in that of its live playbook.

use super::Validator;
use super::field_path::FieldPath;
use signpost_domain::money::Currency;
use signpost_domain::playbook::Playbook;

impl Validator {
    /// The currency of an amount: that of the live playbook, which may be told; another is a fault.
    pub(super) fn currency(
        &mut self,
        at: FieldPath<'_>,
        live: Option<&Playbook>,
        told: &str,
    ) -> Option<Currency> {
        let ours = live.and_then(|live| Currency::new(&live.currency));
        match ours {
            _ if told.is_empty() => ours,
            Some(ours) if ours.as_str() == told => Some(ours),
            Some(ours) => {
                let what = format!("must be {ours}, the currency of the live playbook, or empty");
                self.fault(at, what);
                None
            }
            None => {
                let currency = Currency::new(told);
                self.check(
                    at,
                    currency.ok_or("must be three capital letters such as EUR"),
                )
            }
        }
    }
}
