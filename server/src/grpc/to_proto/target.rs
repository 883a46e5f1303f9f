//! The target of a contact, with everything that the platform's own distributor needs.

use super::{decision, time, wire_enum};
use signpost_domain::contact::Offered;
use signpost_domain::decision::{Decision, Handover};
use signpost_domain::ids::Slug;
use signpost_domain::playbook::Playbook;
use signpost_proto::v1;

/// The target of an offered route of a decision.
pub(super) fn of_decision(
    playbook: &Playbook,
    decision: &Decision,
    offered: &Offered,
) -> v1::RouteTarget {
    target(playbook, offered, &decision.handover, Some(&decision.tier))
}

/// The target of a route as far as an event stores it: without the values of the playbook for the queue and the tier.
pub(super) fn of_event(
    offered: &Offered,
    handover: &Handover,
    tier: Option<&Slug>,
) -> v1::RouteTarget {
    let Offered {
        route,
        flow,
        queue,
        wait: _,
    } = offered;
    let Handover {
        priority,
        skills: added,
        language,
    } = handover;
    let added = queue.as_ref().map(|_| skills(added));
    v1::RouteTarget {
        route: wire_enum::route(*route),
        flow_id: decision::text(flow.as_ref()),
        queue_id: decision::text(queue.as_ref()),
        skills: added.unwrap_or_default(),
        priority: u32::from(*priority),
        waiting_target: None,
        language_code: language.as_deref().unwrap_or_default().to_owned(),
        tier: decision::text(tier),
    }
}

/// The target of a route: the values of the playbook for its queue and tier, and the data that go with the contact.
/// Without a tier, the default tier of the playbook counts.
pub(super) fn target(
    playbook: &Playbook,
    offered: &Offered,
    handover: &Handover,
    tier: Option<&Slug>,
) -> v1::RouteTarget {
    let default = playbook.tier_default;
    let known = tier.map(|id| playbook.index.tiers.get(id).copied());
    let of_tier = known.unwrap_or(Some(default));
    let of_tier = of_tier.map(|index| playbook.tier(index));
    let queue = offered.queue.as_ref();
    let index = queue.and_then(|id| playbook.index.queues.get(id));
    let mut all = index.map_or_else(Vec::new, |&index| skills(&playbook.queue(index).skills));
    for (id, level) in handover.skills.iter().filter(|_| queue.is_some()) {
        let level = u32::from(*level);
        match all.iter_mut().find(|known| known.skill_id == id.as_str()) {
            Some(known) => known.level = known.level.max(level),
            None => all.push(v1::Skill {
                skill_id: id.as_str().to_owned(),
                level,
            }),
        }
    }
    v1::RouteTarget {
        skills: all,
        waiting_target: of_tier.map(|tier| time::duration(tier.waiting_target)),
        ..of_event(offered, handover, tier.or(of_tier.map(|tier| &tier.id)))
    }
}

/// The skills that an agent needs.
pub(super) fn skills(skills: &[(Slug, u8)]) -> Vec<v1::Skill> {
    let skill = |(id, level): &(Slug, u8)| v1::Skill {
        skill_id: id.as_str().to_owned(),
        level: u32::from(*level),
    };
    skills.iter().map(skill).collect()
}
