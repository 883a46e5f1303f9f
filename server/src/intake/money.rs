//! The currency of an amount: one store reckons in that of its live playbook.

use super::Finder;
use super::at::At;
use signpost_domain::money::Currency;
use signpost_domain::playbook::Playbook;

impl Finder {
    /// The currency of an amount: that of the live playbook, which may be told; another is a fault.
    pub(super) fn currency(
        &mut self,
        at: At<'_>,
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
                self.keep(
                    at,
                    currency.ok_or("must be three capital letters such as EUR"),
                )
            }
        }
    }
}
