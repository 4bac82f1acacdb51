//! The purchase of a case: ids, people and defaults, and the facts that the marketplace publishes
//! about it.

use chrono_tz::Tz;
use recourse_kernel::{
    ClaimId, Currency, DeviceId, Instant, JobId, Money, OrderId, OrderKeys, Principal, Role,
};
use recourse_order_intake::domain::rules::zones::zone_of;
use recourse_terms::{Terms, price_of};
use serde_json::{Value, json};

use super::file::{Case, PurchaseReported};
use super::when::Calendar;

pub const MARKETPLACE: &str = "casebook";
/// Every case starts here: no bundled terms start earlier.
pub const BEGINNING: &str = "2024-12-30T12:00:00Z";
/// Who sells everything here.
pub const SELLER: &str = "s-1";
/// A valid IMEI, used by default.
const SERIAL: &str = "490154203237518";

#[derive(Debug, Clone)]
pub struct Purchase {
    /// The marketplace's order number.
    pub number: String,
    pub order: OrderId,
    pub buyer: Principal,
    pub provider: String,
    /// The program: `repair` or `exchange`.
    pub program: String,
    pub serial: String,
    /// The zone of the delivery.
    pub zone: Tz,
    pub country: String,
    pub city: String,
    /// The reported delivery time.
    pub delivered_at: Option<Instant>,
    /// The default facts, in chronological order: kind, time, data.
    pub ordinary: Vec<(&'static str, Instant, Value)>,
    /// The data of the `placed` fact.
    pub placed: Value,
    /// The full price, including the warranty.
    pub whole: Money,
}

impl Purchase {
    /// The purchase of a case. `run` distinguishes this run from others on the same system.
    pub fn of(
        case: &Case,
        terms: Option<&Terms>,
        run: &str,
        keys: &OrderKeys,
    ) -> Result<Self, String> {
        let reported = &case.file.purchase;
        let slug = case.slug();
        let number = format!("{slug}{run}");
        let order = OrderId::new(keys.key_of(MARKETPLACE, &number));
        let zone = zone(reported)?;
        let beginning: Instant = BEGINNING.parse().map_err(|error| format!("{error}"))?;
        let mut calendar = Calendar { zone, delivered: None, before: beginning };
        let placed_at = calendar.instant(&reported.placed)?;
        calendar.before = placed_at;
        let paid_at = optional(&calendar, reported.paid.as_deref(), "1 hour later")?;
        calendar.before = calendar.instant("3 days later")?;
        let noon = calendar.day_of("0 days later")?.to_string();
        let delivered_at = optional(&calendar, reported.delivered.as_deref(), &noon)?;
        calendar.delivered = delivered_at.map(|at| at.with_timezone(&zone).date_naive());
        let completed_at = match delivered_at {
            Some(_) => optional(&calendar, reported.completed.as_deref(), "day 1")?,
            None => None,
        };
        let price = money(&reported.price)?;
        let (lines, provider, program, each) = bought(reported, terms, price)?;
        let whole = Money::new(each * i64::from(reported.quantity), price.currency);
        let mut subject: String = format!("b-{number}");
        subject.truncate(60);
        let placed = json!({
            "buyer": subject,
            "contact": contact(),
            "country": reported.country,
            "city": reported.city,
            "lines": [lines],
        });
        let mut ordinary = vec![("placed", placed_at, placed.clone())];
        ordinary.extend(paid_at.map(|at| ("paid", at, json!({ "amount": whole }))));
        ordinary.extend(delivered_at.map(|at| ("delivered", at, json!({ "zone": zone.name() }))));
        ordinary.extend(completed_at.map(|at| ("receipt_confirmed", at, json!({}))));
        ordinary.sort_by_key(|(_, at, _)| *at);
        Ok(Self {
            number,
            order,
            buyer: Principal::new(Role::Buyer, subject),
            provider,
            program,
            serial: reported.device.serial.clone().unwrap_or_else(|| SERIAL.to_owned()),
            zone,
            country: reported.country.clone(),
            city: reported.city.clone(),
            delivered_at,
            ordinary,
            placed,
            whole,
        })
    }

    /// A unit of the order line, from 1.
    pub fn device(&self, unit: u32) -> DeviceId {
        self.order.device(1, unit)
    }

    pub fn claim(&self, unit: u32, claim: u32) -> ClaimId {
        self.device(unit).policy().claim(claim)
    }

    /// A visit to a shop.
    pub fn job(&self, unit: u32, claim: u32, visit: u32) -> JobId {
        self.claim(unit, claim).job(visit)
    }

    /// The calendar that resolves the case's times; `before` is the previous step.
    pub fn calendar(&self, before: Instant) -> Calendar {
        let delivered = self.delivered_at.map(|at| at.with_timezone(&self.zone).date_naive());
        Calendar { zone: self.zone, delivered, before }
    }
}

/// Name, e-mail and phone of the buyer.
pub fn contact() -> Value {
    json!({ "name": "Anna", "email": "anna@example.org", "phone": "+7 000 555 01 01" })
}

/// `38000 RUB`: minor units and currency.
pub fn money(text: &str) -> Result<Money, String> {
    let wrong =
        || format!("`{text}` is not an amount; write minor units and currency: `38000 RUB`");
    let (amount, currency) = text.split_once(' ').ok_or_else(wrong)?;
    let amount: i64 = amount.replace('_', "").parse().map_err(|_| wrong())?;
    let currency: Currency = currency.trim().parse().map_err(|_| wrong())?;
    Ok(Money::new(amount, currency))
}

fn zone(reported: &PurchaseReported) -> Result<Tz, String> {
    if let Some(zone) = &reported.zone {
        return zone.parse().map_err(|_| format!("`{zone}` is not an IANA time zone"));
    }
    let country = reported.country.parse().map_err(|error| format!("{error}"))?;
    zone_of(country, None, Some(&reported.city))
        .ok_or_else(|| format!("add a `zone`: no default is known for {}", reported.country))
}

fn optional(
    calendar: &Calendar,
    text: Option<&str>,
    usual: &str,
) -> Result<Option<Instant>, String> {
    match text {
        Some("never") => Ok(None),
        text => calendar.instant(text.unwrap_or(usual)).map(Some),
    }
}

/// The order line, provider and program of its warranty, and what one unit costs with it.
fn bought(
    reported: &PurchaseReported,
    terms: Option<&Terms>,
    price: Money,
) -> Result<(Value, String, String, i64), String> {
    let device = &reported.device;
    let or = |text: &Option<String>, usual: &str| text.clone().unwrap_or_else(|| usual.to_owned());
    let (brand, model) = (or(&device.brand, "Samsung"), or(&device.model, "Galaxy A55"));
    let mut line = json!({
        "title": format!("{brand} {model}"),
        "quantity": reported.quantity,
        "unit_price": price,
        "seller": SELLER,
    });
    if device.category.as_deref() != Some("none") {
        line["device"] = json!({
            "category": or(&device.category, "smartphone"),
            "operating_system": or(&device.operating_system, "android"),
            "brand": brand,
            "model": model,
        });
    }
    let warranty = &reported.warranty;
    if warranty.none {
        return Ok((line, String::new(), String::new(), price.amount));
    }
    let of_terms = |named: &Option<String>, of: fn(&Terms) -> String| {
        named
            .clone()
            .or_else(|| terms.map(of))
            .ok_or("add `terms`, under which the warranty is sold")
    };
    let provider = of_terms(&warranty.provider, |terms| terms.provider.to_string())?;
    let program = of_terms(&warranty.program, |terms| terms.program.to_string())?;
    let request = match (&warranty.price, terms) {
        (Some(price), _) => money(price)?,
        (None, Some(terms)) => price_of(terms, price).map_err(|error| error.to_string())?,
        (None, None) => return Err("add the warranty's `price`".to_owned()),
    };
    line["warranty"] = json!({ "program": program, "provider": provider, "price": request });
    Ok((line, provider, program, price.amount + request.amount))
}
