//! The year's orders: who buys what, where, and what happens to it. Drawn from the seed alone,
//! before anything is played.

use chrono::TimeDelta;
use recourse_kernel::ClaimId;
use recourse_kernel::{
    Currency, DeviceId, Instant, JobId, Money, OrderId, OrderKey, OrderKeys, PolicyId, Principal,
    Role,
};
use serde_json::{Value, json};

use super::calendar::{Agenda, noon};
use super::dice::Dice;
use super::job_run::JobRun;
use super::moves::{MarketMove, Move};
use super::story::{Home, Line, STORIES, Story, When};

pub(super) const MARKETPLACE: &str = "agora";

/// One order, with the state that its actors keep.
pub(super) struct Purchase {
    /// Its index in the run, from 0.
    pub(super) index: usize,
    /// The marketplace's order number.
    pub(super) number: String,
    pub(super) key: OrderKey,
    pub(super) buyer: Principal,
    pub(super) story: &'static Story,
    pub(super) line: Option<Line>,
    pub(super) home: &'static Home,
    pub(super) device: Device,
    pub(super) quantity: u32,
    pub(super) delivered_at: Instant,
    pub(super) serial: String,
    pub(super) warranty_price: Option<Money>,
    pub(super) dice: Dice,
    pub(super) agenda: Agenda,
    /// The number of the current claim, from 1; 0 before the first.
    pub(super) claim: u32,
    /// Whether the buyer was asked for what is missing.
    pub(super) is_asked: bool,
    pub(super) jobs: Vec<JobRun>,
    /// Irregular facts sent to the marketplace's topic.
    pub(super) quirks: Quirks,
    /// Unexpected answers.
    pub(super) surprises: Vec<String>,
    commands: u32,
}

/// Counts of irregular facts on the marketplace's topic.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Quirks {
    pub(super) repeated: u64,
    pub(super) malformed: u64,
    pub(super) out_of_order: u64,
    pub(super) contradicted: u64,
}

impl std::ops::AddAssign for Quirks {
    fn add_assign(&mut self, other: Self) {
        self.repeated += other.repeated;
        self.malformed += other.malformed;
        self.out_of_order += other.out_of_order;
        self.contradicted += other.contradicted;
    }
}

/// A device as it is sold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Device {
    category: &'static str,
    system: &'static str,
    brand: &'static str,
    model: &'static str,
    pub(super) price: Money,
}

/// Category, operating system, brand, model, price in US dollars.
const DEVICES: &[(&str, &str, &str, &str, i64)] = &[
    ("smartphone", "android", "Samsung", "Galaxy A55", 379),
    ("smartphone", "android", "Xiaomi", "Redmi Note 13", 229),
    ("smartphone", "ios", "Apple", "iPhone 14", 599),
    ("smartphone", "android", "Huawei", "Nova 12", 329),
    ("tablet", "android", "Lenovo", "Tab P12", 289),
    ("tablet", "ios", "Apple", "iPad 10", 399),
    ("smartphone", "android", "Honor", "X9b", 299),
    ("tablet", "android", "Samsung", "Galaxy Tab S9 FE", 449),
];

impl Device {
    fn draw(dice: &mut Dice, currency: Currency, per_dollar: i64) -> Self {
        let &(category, system, brand, model, dollars) = dice.pick(DEVICES);
        let price = Money::new(dollars * per_dollar * 100 - 10, currency);
        Self { category, system, brand, model, price }
    }

    pub(super) fn kind(&self) -> Value {
        json!({
            "category": self.category,
            "operating_system": self.system,
            "brand": self.brand,
            "model": self.model,
        })
    }

    pub(super) fn title(&self) -> String {
        format!("{} {}", self.brand, self.model)
    }

    /// As the query string of `GET /v1/offers`.
    pub(super) fn query(&self, country: &str) -> String {
        let Self { category, system, brand, model, price } = self;
        let (amount, currency) = (price.amount, price.currency);
        format!(
            "category={category}&operating_system={system}&brand={}&model={}&country={country}\
             &price={amount}&currency={currency}",
            brand.replace(' ', "%20"),
            model.replace(' ', "%20"),
        )
    }
}

pub(super) fn orders(seed: u64, count: usize, keys: &OrderKeys) -> anyhow::Result<Vec<Purchase>> {
    (0..count).map(|index| order(seed, index, keys)).collect()
}

fn order(seed: u64, index: usize, keys: &OrderKeys) -> anyhow::Result<Purchase> {
    let mut dice = Dice::of(seed, index as u64);
    let story = &STORIES[index % STORIES.len()];
    let line = if story.lines.is_empty() { None } else { Some(*dice.pick(story.lines)) };
    let placed_at = placed(story, line, &mut dice);
    let home = home_of(story, line, placed_at, &mut dice);
    let device = Device::draw(&mut dice, home.currency.parse()?, home.per_dollar);
    let delivered_at = dice.days_after(placed_at, 3, 8);
    let number = format!("{}-{:05}", 2025, 10_000 + index);
    let key = keys.key_of(MARKETPLACE, &number);
    let mut agenda = Agenda::default();
    agenda.plan(placed_at, Move::Market(MarketMove::Place));
    Ok(Purchase {
        index,
        key,
        buyer: Principal::new(Role::Buyer, format!("b-{seed}-{index}")),
        number,
        story,
        line,
        home,
        device,
        quantity: if story.claim.is_none() && dice.one_in(4) { 2 } else { 1 },
        delivered_at,
        serial: imei(&mut dice),
        warranty_price: None,
        dice,
        agenda,
        claim: 0,
        is_asked: false,
        jobs: Vec::new(),
        quirks: Quirks::default(),
        surprises: Vec::new(),
        commands: 0,
    })
}

/// When an order is placed: early enough for its story to finish by early spring of the next year.
fn placed(story: &Story, line: Option<Line>, dice: &mut Dice) -> Instant {
    let start = noon(2025, 1, 2);
    let (from, to) = match story.when {
        When::Winter => (0, 6),
        When::Spring => (10, 120),
        When::Autumn => (275, 310),
        When::AnyTime if line.is_some_and(Line::is_exchange) => (5, 255),
        When::AnyTime => (5, 310),
    };
    start + TimeDelta::days(dice.between(from, to))
}

fn home_of(
    story: &Story,
    line: Option<Line>,
    placed_at: Instant,
    dice: &mut Dice,
) -> &'static Home {
    let fits = |home: &&Home| match (story.home, line) {
        (Some(wanted), _) => home.country == wanted || home.city == wanted,
        (None, Some(line)) => line.countries(placed_at).contains(&home.country),
        (None, None) => true,
    };
    let homes: Vec<&'static Home> = Home::ALL.iter().filter(fits).collect();
    dice.pick::<&'static Home>(&homes)
}

/// Fifteen digits, the last one the Luhn check digit.
pub(super) fn imei(dice: &mut Dice) -> String {
    let mut digits: Vec<u64> = vec![3, 5];
    digits.extend((0..12).map(|_| dice.below(10)));
    let sum: u64 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| if index % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { *digit })
        .sum();
    digits.push((10 - sum % 10) % 10);
    digits.iter().map(ToString::to_string).collect()
}

impl Purchase {
    pub(super) fn device_id(&self) -> DeviceId {
        OrderId::new(self.key).device(1, 1)
    }

    pub(super) fn policy(&self) -> PolicyId {
        self.device_id().policy()
    }

    pub(super) fn claim_id(&self) -> ClaimId {
        self.policy().claim(self.claim)
    }

    /// The claims that were filed and accepted, in order.
    pub(super) fn filed(&self) -> impl Iterator<Item = ClaimId> {
        let policy = self.policy();
        (1..=self.claim).map(move |number| policy.claim(number))
    }

    pub(super) fn job(&mut self, job: JobId) -> Option<&mut JobRun> {
        self.jobs.iter_mut().find(|run| run.job == job)
    }

    /// A new idempotency key for a new command.
    pub(super) fn command_key(&mut self) -> String {
        self.commands += 1;
        format!("demo-{}-{}", self.index, self.commands)
    }

    pub(super) fn plan_days(&mut self, now: Instant, least: i64, most: i64, next: Move) {
        // A move is never made in the step that planned it: its preconditions have to be settled
        // first.
        let at = self.dice.days_after(now, least, most).max(now + TimeDelta::hours(1));
        self.agenda.plan(at, next);
    }

    /// Records an unexpected answer.
    pub(super) fn surprised(&mut self, by: impl std::fmt::Display) {
        self.surprises.push(format!("order {} ({}): {by}", self.number, self.story.name));
    }

    /// The buyer's contact details, in plaintext; invented.
    pub(super) fn contact(&self) -> Value {
        json!({
            "name": format!("Buyer {}", self.index),
            "email": format!("buyer-{}@example.com", self.index),
            "phone": format!("+7999{:07}", self.index),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_orders() {
        let reported = |seed| -> Vec<_> {
            let orders = orders(seed, 60, &OrderKeys::development()).unwrap();
            orders.iter().map(|o| (o.delivered_at, o.home.city, o.serial.clone())).collect()
        };
        assert_eq!(reported(7), reported(7));
        assert_ne!(reported(7), reported(8));
    }

    #[test]
    fn serials_are_valid_for_the_terms() {
        let mut dice = Dice::of(1, 1);
        for _ in 0..50 {
            let serial = imei(&mut dice);
            assert!(serial.parse::<recourse_terms::Serial>().is_ok(), "{serial}");
        }
    }
}
