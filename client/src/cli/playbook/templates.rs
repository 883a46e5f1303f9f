//! What customers usually ask companies of each kind, as tables. `playbook new` makes documents from the tables.

use signpost_domain::route::Medium;

/// A channel: id, label, medium.
pub(super) type Channel = (&'static str, &'static str, Medium);
/// A fact with text: id, label, pattern.
pub(super) type Fact = (&'static str, &'static str, Option<&'static str>);
/// A reason: label, stage, the fact that distinguishes one matter from another (empty for none), and the labels below
/// it.
pub(super) type Reason = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

/// The channels, facts and reasons of companies of a kind.
#[derive(Debug)]
pub(super) struct Template {
    /// The channels on which contacts come in.
    pub(super) channels: &'static [Channel],
    /// The facts that are asked for.
    pub(super) facts: &'static [Fact],
    /// The reasons for which customers come.
    pub(super) reasons: &'static [Reason],
}

const PHONE: Channel = ("phone", "Phone", Medium::Voice);
const WEB_CHAT: Channel = ("web_chat", "Website chat", Medium::LiveText);
const APP: Channel = ("app", "App", Medium::LiveText);
const EMAIL: Channel = ("email", "E-mail", Medium::AsyncText);

/// A shop, on line or not.
pub(super) const RETAIL: Template = Template {
    channels: &[
        PHONE,
        WEB_CHAT,
        APP,
        EMAIL,
        ("store", "Store", Medium::InPerson),
    ],
    facts: &[
        ("order_number", "Order number", Some("[0-9]{6,12}")),
        (
            "email_address",
            "E-mail address of the account",
            Some("[^@ ]+@[^@ ]+"),
        ),
    ],
    reasons: &[
        (
            "Before I buy",
            "interest",
            "",
            &[
                "Is it in stock",
                "Which size or model",
                "Price and offers",
                "Promo code does not work",
                "Ways to pay",
                "Gift card",
            ],
        ),
        (
            "My order",
            "fulfilment",
            "order_number",
            &[
                "Where is my order",
                "Change my order",
                "Cancel my order",
                "Something is missing",
                "Wrong item",
                "Change the address",
            ],
        ),
        (
            "Delivery",
            "fulfilment",
            "order_number",
            &[
                "It is late",
                "It was not delivered",
                "Choose another day",
                "Pick it up in a store",
                "It arrived damaged",
                "Delivery costs",
            ],
        ),
        (
            "Returns and refunds",
            "support",
            "order_number",
            &[
                "Send something back",
                "Exchange it",
                "Where is my refund",
                "Return without a receipt",
                "Return label",
                "Refund is not right",
            ],
        ),
        (
            "Payment",
            "purchase",
            "order_number",
            &[
                "I was charged twice",
                "My payment was declined",
                "I need an invoice",
                "I do not know this charge",
                "Pay later",
                "Taxes",
            ],
        ),
        (
            "My account",
            "support",
            "email_address",
            &[
                "I cannot log in",
                "Change my details",
                "Loyalty points",
                "Newsletters",
                "Close my account",
                "I think somebody used it",
            ],
        ),
        (
            "Product support",
            "activation",
            "order_number",
            &[
                "How does it work",
                "It does not work",
                "Warranty",
                "Spare parts",
                "Repair",
                "Safety notice",
            ],
        ),
    ],
};

/// An airline.
pub(super) const AIRLINE: Template = Template {
    channels: &[
        PHONE,
        WEB_CHAT,
        APP,
        EMAIL,
        ("airport_desk", "Airport desk", Medium::InPerson),
    ],
    facts: &[
        (
            "booking_reference",
            "Booking reference",
            Some("[A-Z0-9]{6}"),
        ),
        ("bag_tag", "Number on the bag tag", Some("[A-Z0-9]{6,10}")),
        ("member_number", "Member number", Some("[0-9]{6,12}")),
    ],
    reasons: &[
        (
            "New booking",
            "purchase",
            "",
            &[
                "Find a flight",
                "Group of ten or more",
                "Book with miles",
                "Payment declined",
                "Price is different",
                "Special fares",
            ],
        ),
        (
            "Existing flight",
            "fulfilment",
            "booking_reference",
            &[
                "Change date",
                "Cancel",
                "Change name",
                "Choose seat",
                "Check in",
                "Upgrade",
                "Send the ticket again",
            ],
        ),
        (
            "Disruption",
            "support",
            "booking_reference",
            &[
                "Cancelled flight",
                "Delayed flight",
                "Missed connection",
                "Denied boarding",
                "Hotel and meals",
                "Rebook me",
            ],
        ),
        (
            "Baggage",
            "support",
            "bag_tag",
            &[
                "Missing bag",
                "Damaged bag",
                "Contents missing",
                "Add a bag",
                "Sports equipment",
                "Left on board",
            ],
        ),
        (
            "Refunds and claims",
            "support",
            "booking_reference",
            &[
                "Where is my refund",
                "Delay compensation",
                "Expenses",
                "Taxes of an unused ticket",
                "Complaint",
                "Invoice",
            ],
        ),
        (
            "Special assistance",
            "fulfilment",
            "booking_reference",
            &[
                "Wheelchair",
                "Child alone",
                "Medical clearance",
                "Assistance animal",
                "Diet",
                "Expecting a child",
            ],
        ),
        (
            "Loyalty",
            "retention",
            "member_number",
            &[
                "Missing miles",
                "Use miles",
                "My status",
                "Partner card",
                "Change my details",
                "Cannot log in",
            ],
        ),
    ],
};

/// A provider of telephony and internet.
pub(super) const TELECOM: Template = Template {
    channels: &[
        PHONE,
        WEB_CHAT,
        APP,
        EMAIL,
        ("sms", "SMS", Medium::AsyncText),
        ("shop", "Shop", Medium::InPerson),
    ],
    facts: &[
        ("customer_number", "Customer number", Some("[0-9]{6,12}")),
        ("line_number", "Number of the line", Some("[0-9+ ]{6,16}")),
    ],
    reasons: &[
        (
            "New contract",
            "purchase",
            "",
            &[
                "Which plan",
                "Is it available here",
                "Keep my number",
                "Order a device",
                "Bundle",
                "Business contract",
            ],
        ),
        (
            "My bill",
            "support",
            "customer_number",
            &[
                "It is higher than usual",
                "I do not know an item",
                "Pay later",
                "Change how I pay",
                "A copy of a bill",
                "Refund",
            ],
        ),
        (
            "Something does not work",
            "support",
            "line_number",
            &[
                "No internet",
                "Slow internet",
                "No calls",
                "No mobile data",
                "Television",
                "E-mail",
                "Known outage",
            ],
        ),
        (
            "Installation",
            "activation",
            "customer_number",
            &[
                "When does the technician come",
                "Change the appointment",
                "Set up the modem",
                "Activate a SIM",
                "It was not finished",
                "Set up television",
            ],
        ),
        (
            "My contract",
            "retention",
            "customer_number",
            &[
                "Change the plan",
                "Extend it",
                "Cancel it",
                "Move house",
                "Change the owner",
                "Conditions",
            ],
        ),
        (
            "Mobile",
            "support",
            "line_number",
            &[
                "Lost or stolen",
                "Roaming",
                "Replace the SIM",
                "PIN or PUK",
                "Block a number",
                "Extra data",
            ],
        ),
        (
            "My account",
            "support",
            "customer_number",
            &[
                "I cannot log in",
                "Change my details",
                "Consents",
                "Close my account",
                "Bereavement",
                "I think somebody used it",
            ],
        ),
    ],
};

/// Two reasons of each level, to fill in.
pub(super) const MINIMAL: Template = Template {
    channels: &[PHONE, WEB_CHAT, EMAIL],
    facts: &[("customer_number", "Customer number", Some("[0-9]{4,12}"))],
    reasons: &[
        (
            "Sales",
            "purchase",
            "",
            &["Question before buying", "Place an order"],
        ),
        (
            "Service",
            "support",
            "customer_number",
            &["Something is wrong", "Change something"],
        ),
    ],
};
