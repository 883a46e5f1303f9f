//! The currency of an amount. A store uses only the currency of its live playbook.

use super::Validator;
use super::field_path::FieldPath;
use signpost_domain::money::Currency;
use signpost_domain::playbook::Playbook;

impl Validator {
    /// The currency of an amount, which is the currency of the live playbook. The caller may name it. Another currency
    /// is a fault.
    pub(super) fn currency(
        &mut self,
        at: FieldPath<'_>,
        live: Option<&Playbook>,
        code: &str,
    ) -> Option<Currency> {
        let ours = live.and_then(|live| Currency::new(&live.currency));
        match ours {
            _ if code.is_empty() => ours,
            Some(ours) if ours.as_str() == code => Some(ours),
            Some(ours) => {
                let what = format!("must be {ours}, the currency of the live playbook, or empty");
                self.fault(at, what);
                None
            }
            None => {
                let currency = Currency::new(code);
                self.check(
                    at,
                    currency.ok_or("must be three capital letters such as EUR"),
                )
            }
        }
    }
}
