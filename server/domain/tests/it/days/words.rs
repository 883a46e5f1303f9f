//! The words of random days.

pub(crate) const CONTACTS: &[&str] = &[
    "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9", "k10", "k11", "k12",
];
/// Contacts such as most are: whose, and about what.
pub(super) const USUAL_CUSTOMERS: &[&str] = &[
    "customer=c1",
    "customer=c1",
    "customer=c1",
    "customer=c2",
    "customer=c3",
    "verified:phone=01",
    "verified:email=a",
];
pub(super) const USUAL_MATTERS: &[&str] = &[
    "reason=flight/change booking=AAAAAA",
    "reason=flight/change booking=AAAAAA",
    "reason=flight/change booking=BBBBBB",
    "reason=flight/change",
    "reason=bags/lost bag_tag=1",
    "reason=bags/lost bag_tag=2",
    "reason=flight/search origin=ams",
    "reason=club/leave",
];
pub(super) const CHANNELS: &[&str] = &["phone", "web_chat", "web_chat", "email"];
pub(super) const WHO: &[&str] = &[
    "",
    "customer=c1",
    "customer=c1",
    "customer=c2",
    "customer=c3",
];
pub(super) const IDENTITIES: &[&str] = &[
    "verified:phone=01",
    "verified:phone=02",
    "verified:email=a",
    "verified:email=b",
    "unverified:phone=01",
    "unverified:email=b",
    "shared:phone=02",
];
pub(super) const HANDLES: &[&str] = &[
    "verified:phone=01",
    "verified:phone=02",
    "verified:email=a",
    "verified:email=b",
    "unverified:phone=01",
    "shared:phone=01",
    "shared:phone=02",
];
pub(super) const REASONS: &[&str] = &[
    "",
    "reason=flight",
    "reason=flight/change",
    "reason=flight/change",
    "reason=flight/change",
    "reason=flight/new_date",
    "reason=flight/change_date",
    "reason=flight/change_seat",
    "reason=flight/search",
    "reason=flight/search",
    "reason=bags/lost",
    "reason=luggage/lost",
    "reason=bags/allowance",
    "reason=club/leave",
    "reason=never/known",
];
pub(super) const FACTS: &[&str] = &[
    "booking=AAAAAA",
    "booking=AAAAAA",
    "booking=BBBBBB",
    "booking=?",
    "origin=ams",
    "origin=?",
    "destination=jfk",
    "destination=?",
    "bag_tag=1",
    "fare=10.00",
    "bags=2",
    "leaves_at=+5h",
];
pub(super) const MORE: &[&str] = &[
    "take=none",
    "asked_for_person",
    "vulnerable",
    "not_vulnerable",
    "not_vulnerable by=supervisor/anna",
    "cannot_use=voice",
    "another_matter",
    "another_matter",
    "courtesy",
    "courtesy",
    "clear=Courtesy",
    "only_new",
    "case=1",
    "case=2",
    "case=3",
    "previous=k1",
    "previous=k2",
    "clear=AskedForPerson,CannotUse,AnotherMatter",
    "clear=Vulnerable,Stage,Brand,Sentiment",
    "clear=CustomerTier,PreferredRoutes,Consents,QueueStats,Device,Language,Persona",
    "outbound",
    "unknown=allowed",
    "tier=platinum",
    "tier=gold",
    "prefer=chat,human",
    "consent=call_back",
    "refuse=call_back",
    "brand=express",
    "wait:desk=10m",
    "staffed:desk=0",
    "waiting:writers=4",
    "stage=retention",
    "sentiment=-80",
    "request=again",
    "arrived=-2h",
    "arrived=+10m",
];
pub(super) const REPORTS: &[&str] = &[
    "wait:desk=1m",
    "staffed:desk=0",
    "waiting:writers=30",
    "wait:writers=2h",
    "arrived=-4m",
    "arrived=-1h",
];
pub(super) const ROUTES: &[&str] = &["self_service", "message", "chat", "callback", "human"];
pub(super) const ENDINGS: &[&str] = &[
    "resolved",
    "resolved",
    "resolved",
    "abandoned",
    "gave_up",
    "switched",
    "no_answer",
    "transferred",
    "resolved confirmed=flight/change_seat",
    "gave_up confirmed=bags/lost note=twice",
    "resolved outcome=explained",
    "resolved outcome=rebooked cost=4.50",
    "resolved matter:m1=resolved matter:m2=open",
    "abandoned matter:m2=resolved/explained",
];
pub(super) const REROUTES: &[&str] = &["asked_for_person", "gave_up", "no_answer", "failed"];
pub(super) const SPANS: &[&str] = &[
    "1s", "10m", "10m", "10m", "1h", "6h", "6h", "1d", "1d", "4d", "8d", "15d", "31d",
];
pub(super) const PROFILES: &[&str] = &[
    "tier=platinum",
    "tier=standard",
    "vulnerable",
    "not_vulnerable",
    "prefer=human",
    "mask=*",
    "mask=Tier,Vulnerable,Identities",
    "consent=call_back",
    "verified:phone=01",
    "verified:email=a",
    "unverified:email=b",
    "shared:phone=02",
];
