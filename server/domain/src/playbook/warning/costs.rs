//! Warns about costs that no longer have an effect, and about tiers whose costs are not in their order.

use super::Watcher;
use crate::money::Money;
use crate::playbook::Tier;
use crate::playbook::fault::At;

impl Watcher<'_> {
    pub(super) fn costs(&mut self) {
        if self.file.costs.preferred_route.is_some() {
            let top = At::top("costs");
            let what = || "preferred_route has no effect any more".to_owned();
            let fix = "remove it: preferred_share says what a preferred route is worth, as a share of what is at stake";
            self.note(top.key("preferred_route"), what, fix);
        }
    }

    /// Warns if the waiting or the failure of a tier costs less than that of the next tier. The most valuable tier
    /// comes first.
    pub(super) fn tier_order(&mut self) {
        type Amount = fn(&Tier) -> Money;
        let keys: [(&str, Amount); 3] = [
            ("waiting_cost_per_minute", |tier| {
                tier.waiting_cost_per_minute
            }),
            ("cost_of_failure", |tier| tier.cost_of_failure),
            ("agreed_wait_cost_per_hour", |tier| {
                tier.agreed_wait_cost_per_hour
            }),
        ];
        let file = self.file;
        let playbook = self.playbook;
        let top = At::top("tiers");
        for (place, pair) in playbook.tiers.windows(2).enumerate() {
            let [tier, next] = pair else { continue };
            let mut written = file.tiers[place..=place + 1].iter();
            let is_agreed = written.any(|tier| tier.agreed_wait_cost_per_hour.is_some());
            for (key, amount) in keys {
                let is_written = key != "agreed_wait_cost_per_hour" || is_agreed;
                if is_written && amount(tier) < amount(next) {
                    let at = top.item(place);
                    let what = || {
                        let (id, less, more) = (&tier.id, amount(tier), amount(next));
                        format!(
                            "the {key} of {id} is {less}, less than the {more} of {} below it",
                            next.id
                        )
                    };
                    let fix =
                        "must be at least that of the tiers below: the most valuable comes first";
                    self.note(at.key(key), what, fix);
                }
            }
        }
    }
}
