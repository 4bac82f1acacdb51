//! The form. Amounts are in the shop's own currency, and names are those of the shop system.

use recourse_kernel::{Currency, Instant, Money};

use crate::domain::events::PrivacyRequestKind;
use crate::domain::state::UNITS_LIMIT;
use crate::feed::fact::Contact;
use crate::feed::identities::Identities;

/// One thing that a shop system reports.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// An order as it is now.
    Order(Box<Order>),
    /// The order was paid.
    Payment(Payment),
    /// The order was cancelled.
    Cancellation(Cancellation),
    /// A shipment, which may not be delivered yet.
    Shipment(Shipment),
    /// A shipment reached the buyer.
    Delivery(Delivery),
    /// A shipment failed or went back to its sender.
    Misdelivery(Misdelivery),
    /// Money or devices went back.
    Refund(Refund),
    /// The payment of a refund that was announced before succeeded.
    RefundPaid(RefundPaid),
    /// The shop considers the order completed.
    Completion(Completion),
    /// The shop passes on a request about personal data.
    Privacy(PrivacyRequest),
}

/// An order as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The number by which all later facts name the order.
    pub number: String,
    /// When the order was like this: the time of its last change.
    pub as_of: Instant,
    /// When it was placed.
    pub placed_at: Instant,
    /// The shop's own currency.
    pub currency: Currency,
    /// Who bought it.
    pub buyer: Buyer,
    /// The buyer's contact, in plaintext.
    pub contact: Contact,
    /// Whether the contact is all that the shop knows of it. Else it corrects none that is known.
    pub is_contact_whole: bool,
    /// Where it is shipped to, or else the buyer's own address.
    pub address: Option<Address>,
    /// The shop's own id of the location where it was sold.
    pub location: Option<String>,
    /// Whether it was sold at a counter, where the buyer took it along.
    pub is_of_a_counter: bool,
    /// The storefront or point of sale.
    pub storefront: Option<String>,
    /// The buyer's language.
    pub language: Option<String>,
    /// Whether it is a test.
    pub is_test: bool,
    /// What was paid for it so far, if the shop says that it is paid as it is now.
    pub paid: Option<Money>,
    /// Its lines, also those that were taken out again.
    pub lines: Vec<Line>,
}

/// What identifies the buyer at the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Buyer {
    /// The shop's own customer id.
    Customer(String),
    /// Only an e-mail address is known.
    Email(String),
    /// Nothing is known; the buyer of this order alone.
    Unknown,
}

impl Buyer {
    /// The pseudonym of the buyer of the order with this number.
    pub(crate) fn pseudonym(
        &self,
        marketplace: &str,
        number: &str,
        identities: &Identities,
    ) -> String {
        let buyer = match self {
            Self::Customer(id) => format!("customer/{id}"),
            Self::Email(email) => format!("email/{}", email.trim().to_lowercase()),
            Self::Unknown => format!("order/{number}"),
        };
        identities.buyer(marketplace, &buyer)
    }
}

/// As much of an address as decides terms and time zone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// ISO 3166 code of the country.
    pub country: Option<String>,
    /// The region's code within the country or, if that is not said, its name.
    pub region: Option<String>,
    /// The city.
    pub city: Option<String>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The shop's own id of the line.
    pub reference: Option<String>,
    /// The product's title.
    pub title: String,
    /// The product's vendor or brand.
    pub vendor: Option<String>,
    /// The product's stock-keeping unit.
    pub sku: Option<String>,
    /// The shop's own id of the product.
    pub product: Option<String>,
    /// The product's type or category at the shop.
    pub product_type: Option<String>,
    /// How many units were ordered, also those that are gone now.
    pub quantity: u32,
    /// How many of them left the order by an edit. Units that left it by a refund do not count.
    pub gone: u32,
    /// How many of them left it by a refund, which is reported by itself.
    pub refunded: u32,
    /// What the buyer paid for the whole line: after discounts, with tax.
    pub paid: Money,
    /// The part of it that is tax added to the shop's prices; zero where they include tax.
    pub tax_added: Money,
    /// Whether it is sent to the buyer, unlike a gift card or a service.
    pub requires_shipping: bool,
    /// The line that this one was added to, by its id: a plan, an engraving.
    pub parent: Option<String>,
    /// Properties that the shop's own page has set, by name.
    pub properties: Vec<(String, String)>,
}

/// The order was paid.
#[derive(Debug, Clone, PartialEq)]
pub struct Payment {
    /// The order's number.
    pub order: String,
    /// When it was paid.
    pub paid_at: Instant,
    /// The whole amount paid for the order so far.
    pub amount: Money,
}

/// The order was cancelled.
#[derive(Debug, Clone, PartialEq)]
pub struct Cancellation {
    /// The order's number.
    pub order: String,
    /// When it was cancelled.
    pub cancelled_at: Instant,
    /// The shop's reason.
    pub reason: Option<String>,
}

/// A shipment reached the buyer.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// The order's number.
    pub order: String,
    /// The shop's own id of the shipment.
    pub shipment: String,
    /// When it reached the buyer.
    pub delivered_at: Instant,
    /// Whether this is the carrier's own time, and not that of a change in the shop.
    pub is_exact: bool,
    /// Where it was delivered, if that is said.
    pub address: Option<Address>,
    /// What the shipment contains.
    pub contents: Contents,
}

/// What a shipment contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contents {
    /// These lines, with quantities.
    Lines(Vec<(String, u32)>),
    /// Everything that is not delivered yet.
    WholeOrder,
    /// The body does not say it. Another one will.
    NotSaid,
}

/// A shipment, which may not be delivered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    /// The order's number.
    pub order: String,
    /// The shop's own id of the shipment.
    pub shipment: String,
    /// Lines and quantities.
    pub lines: Vec<(String, u32)>,
}

/// A shipment failed or went back to its sender.
#[derive(Debug, Clone, PartialEq)]
pub struct Misdelivery {
    /// The order's number.
    pub order: String,
    /// The shop's own id of the shipment.
    pub shipment: String,
    /// When the carrier reported it.
    pub reported_at: Instant,
}

/// Money or devices went back.
#[derive(Debug, Clone, PartialEq)]
pub struct Refund {
    /// The order's number.
    pub order: String,
    /// The shop's own id of the refund.
    pub refund: String,
    /// When it was made.
    pub refunded_at: Instant,
    /// The shop's own currency, if any amount says it.
    pub currency: Option<Currency>,
    /// The lines refunded.
    pub lines: Vec<RefundedLine>,
    /// What was paid back for shipping, in minor units. It is part of no unit's price.
    pub shipping: i64,
    /// The tax on it, in minor units, whether `shipping` includes it or not.
    pub shipping_tax: i64,
    /// How much less than the lines' worth was paid back, in minor units, if the shop says so.
    /// Negative if it was more.
    pub discrepancy: Option<i64>,
    /// Its payments; `None` if the shop system reports a refund only once it is paid.
    pub payments: Option<Vec<RefundPayment>>,
    /// Whether it is a test.
    pub is_test: bool,
}

/// A refunded line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundedLine {
    /// The shop's own id of the line.
    pub line: String,
    /// How many units.
    pub quantity: u32,
    /// What these units were worth, in minor units, after discounts.
    pub subtotal: i64,
    /// Their tax, in minor units, whether the subtotal includes it or not.
    pub tax: i64,
    /// What happens to the units.
    pub restock: Restock,
}

/// What happens to refunded units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restock {
    /// They went back to the shop.
    Returned,
    /// They were cancelled before shipping.
    Cancelled,
    /// The buyer keeps them, or nothing is said.
    Kept,
}

/// A payment of a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundPayment {
    /// The shop's own id of the payment.
    pub id: Option<String>,
    /// Whether the money went back.
    pub state: PaymentState,
    /// The amount in minor units, if it is in the shop's own currency.
    pub amount: Option<i64>,
}

/// Whether a payment went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentState {
    /// The money is with the buyer.
    Succeeded,
    /// The gateway has not decided.
    Pending,
    /// It did not happen.
    Failed,
}

/// The payment of a refund that was announced before succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundPaid {
    /// The order's number.
    pub order: String,
    /// The shop's own id of the payment, as in the refund.
    pub payment: String,
    /// When it succeeded.
    pub paid_at: Instant,
    /// Whether it is a test.
    pub is_test: bool,
}

/// The shop considers the order completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The order's number.
    pub order: String,
    /// When it was completed.
    pub completed_at: Instant,
}

/// The shop passes on a request about personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivacyRequest {
    /// The shop's own id of this report; the same request later has another one.
    pub report: String,
    /// What is requested.
    pub kind: PrivacyRequestKind,
    /// Whose data; `None` for everything of the shop.
    pub buyer: Option<Buyer>,
    /// The numbers of the orders that it names.
    pub orders: Vec<String>,
    /// The shop's own id of the request, if it has one.
    pub reference: Option<String>,
}

/// Where a unit of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whereabouts {
    /// In the order.
    Here,
    /// It left the order by a refund.
    Refunded,
    /// It left the order by an edit.
    Gone,
}

impl Line {
    /// Where each unit is. The last units of a line are those that left the order.
    pub(super) fn whereabouts(&self) -> Vec<Whereabouts> {
        let units = self.units();
        let some = |count: u32| usize::try_from(count).unwrap_or(units);
        let gone = some(self.gone).min(units);
        let refunded = some(self.refunded).min(units - gone);
        let mut all = vec![Whereabouts::Here; units - gone - refunded];
        all.resize(units - gone, Whereabouts::Refunded);
        all.resize(units, Whereabouts::Gone);
        all
    }

    /// A property of the line, if it is present and not empty.
    pub(super) fn property(&self, wanted: &str) -> Option<&str> {
        let is_it = |name: &str| name.trim_start_matches('_').eq_ignore_ascii_case(wanted);
        let (_, value) = self.properties.iter().find(|(name, _)| is_it(name))?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    /// How many units it has; none if they are more than an order can have, which is refused later.
    pub(super) fn units(&self) -> usize {
        if self.is_too_long() { 0 } else { usize::try_from(self.quantity).unwrap_or(0) }
    }

    /// Whether it has more units than an order can have.
    pub(super) fn is_too_long(&self) -> bool {
        u64::from(self.quantity) > UNITS_LIMIT
    }
}
