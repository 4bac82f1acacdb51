//! Turns a step of a case into the facts and calls to send. Pure: it says what to send and as whom;
//! the players decide how.
//!
//! Long because every action of the table has its defaults here.

use recourse_kernel::{Principal, Role, Sealed};
use serde_json::{Map, Value, json};

use super::actions::{About, Action, Actor, Kind};
use super::documents::Documents;
use super::file::Act;
use super::purchase::{MARKETPLACE, Purchase, contact, money};
use super::seen::Seen;
use super::when::Calendar;

/// Something to send.
#[derive(Debug, Clone)]
pub enum Sent {
    /// A fact on the marketplace's topic.
    Fact {
        /// The kind: `placed`, `paid`, …
        kind: &'static str,
        /// The fact's id.
        id: String,
        /// The fact's data.
        data: Value,
    },
    /// A command.
    Call(Box<Call>),
}

/// A command over HTTP, and the same command as it is on the topic.
#[derive(Debug, Clone)]
pub struct Call {
    /// The principal who sends it.
    pub who: Principal,
    /// The HTTP path.
    pub path: String,
    /// The HTTP body.
    pub body: Value,
    /// How many photos to upload first, and under which policy.
    pub photos: u64,
    /// The command's type.
    pub type_name: String,
    /// The command.
    pub command: Value,
    /// The key of the target stream.
    pub key: String,
    /// Unique among all commands of the case.
    pub idempotency_key: String,
    /// Whether this role may not send the command: the edge refuses it.
    pub is_not_theirs: bool,
}

/// The context in which a step is expanded.
pub struct Scene<'a> {
    /// The purchase.
    pub purchase: &'a Purchase,
    /// The events so far.
    pub seen: &'a Seen,
    /// The bundled terms, tariffs and shops.
    pub documents: &'a Documents,
    /// The calendar that resolves the step's `at`.
    pub calendar: Calendar,
    /// The number of the step.
    pub step: usize,
    /// The line and version of the case's terms, if it names any.
    pub line: Option<(&'a str, u32)>,
    /// Distinguishes this run of this case from all others.
    pub own: &'a str,
}

/// A reference to a photo, as it is after the upload.
fn photo(number: u64) -> Value {
    let sha256 = recourse_kernel::Hash::of_bytes(&number.to_be_bytes()).to_string();
    json!({ "sha256": sha256, "size": 600, "media_type": "image/jpeg" })
}

/// The receipt of a repair elsewhere: the same receipt for the same day and shop.
fn receipt(repair: &Value) -> Value {
    let words = format!("receipt of {} on {}", repair["shop"], repair["on"]);
    let sha256 = recourse_kernel::Hash::of_bytes(words.as_bytes()).to_string();
    json!({ "sha256": sha256, "size": 600, "media_type": "image/jpeg" })
}

impl Scene<'_> {
    /// Expands an action into what has to be sent.
    pub fn sent(
        &self,
        actor: Actor,
        act: &Act,
        subject: Option<&str>,
    ) -> Result<Vec<Sent>, String> {
        let action = Action::find(actor, &act.word)?;
        action.check(&act.fields)?;
        let given = Given { scene: self, action, fields: &act.fields };
        match action.about {
            About::Others => {
                let action = Action::of_others(actor, given.text("action").unwrap_or_default())?;
                let tried = Given { action, ..given };
                let who = tried.who(actor, subject)?;
                let call = Call { is_not_theirs: true, ..tried.call(who)? };
                Ok(vec![Sent::Call(Box::new(call))])
            }
            About::Fact => Ok(vec![given.fact()?]),
            About::Payment => given.payments(),
            About::Terms => given.terms(),
            _ => {
                let who = given.who(actor, subject)?;
                Ok(vec![Sent::Call(Box::new(given.call(who)?))])
            }
        }
    }
}

struct Given<'a> {
    scene: &'a Scene<'a>,
    action: &'static Action,
    fields: &'a Map<String, Value>,
}

impl Given<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        self.fields.get(key)?.as_str()
    }

    fn number(&self, key: &str) -> Result<Option<u32>, String> {
        let Some(value) = self.fields.get(key) else { return Ok(None) };
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number.map(Some).ok_or_else(|| format!("`{key}` must be a number"))
    }

    fn unit(&self) -> Result<u32, String> {
        Ok(self.number("unit")?.unwrap_or(1))
    }

    /// The claim that is meant; by default the unit's latest.
    fn claim(&self) -> Result<u32, String> {
        let policy = self.scene.purchase.device(self.unit()?).policy().to_string();
        let latest = self.scene.seen.count("claim.filed", "policy", &policy).max(1);
        Ok(self.number("claim")?.unwrap_or(latest))
    }

    fn visit(&self) -> Result<u32, String> {
        let claim = self.scene.purchase.claim(self.unit()?, self.claim()?).to_string();
        let latest = self.scene.seen.count("job.opened", "claim", &claim).max(1);
        Ok(self.number("visit")?.unwrap_or(latest))
    }

    fn job(&self) -> Result<recourse_kernel::JobId, String> {
        Ok(self.scene.purchase.job(self.unit()?, self.claim()?, self.visit()?))
    }

    /// A field's value as the command has it.
    fn value(&self, kind: Kind, name: &str, value: &Value) -> Result<Value, String> {
        let text = || match value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            _ => Err(format!("`{name}` must be a text")),
        };
        let calendar = &self.scene.calendar;
        Ok(match kind {
            Kind::Text | Kind::Words => json!(text()?),
            Kind::Money => json!(money(&text()?)?),
            Kind::Time => json!(calendar.instant(&text()?)?),
            Kind::Day => json!(calendar.day_of(&text()?)?),
            Kind::Flag => json!(value.as_bool().ok_or(format!("`{name}` must be true or false"))?),
            Kind::Number => json!(value.as_u64().ok_or(format!("`{name}` must be a number"))?),
            Kind::Units | Kind::Patch => value.clone(),
            Kind::OneOf(words) => {
                let word = text()?;
                if !words.contains(&word.as_str()) {
                    return Err(format!(
                        "`{word}` is not a valid `{name}`; use one of {}",
                        words.join(", ")
                    ));
                }
                json!(word)
            }
        })
    }

    /// The given fields, as the HTTP body has them.
    fn body(&self) -> Result<Map<String, Value>, String> {
        let mut body = Map::new();
        for field in self.action.fields {
            if let Some(value) = self.fields.get(field.name) {
                body.insert(field.name.to_owned(), self.value(field.kind, field.name, value)?);
            }
        }
        Ok(body)
    }

    // ------------------------------------------------ the marketplace

    fn fact(&self) -> Result<Sent, String> {
        let scene = self.scene;
        let purchase = scene.purchase;
        let mut data = self.body()?;
        let own_id = format!("{}-step-{}", purchase.number, scene.step);
        let id = match data.remove("id") {
            Some(Value::String(id)) => format!("{}-{id}", purchase.number),
            _ => own_id,
        };
        if let Some(units) = data.remove("units") {
            let units = units.as_array().cloned().ok_or("`units` must be a list: [1, 2]")?;
            data.insert("devices".to_owned(), units.iter().map(|n| format!("1.{n}")).collect());
        }
        let corrected = data.remove("delivered_at");
        let at = corrected.or(data.remove("at")).unwrap_or(json!(scene.calendar.before));
        data.insert("order".to_owned(), json!(purchase.number));
        data.insert("at".to_owned(), at);
        match self.action.type_name {
            "placed" => data.extend(purchase.placed.as_object().cloned().unwrap_or_default()),
            "paid" => {
                data.entry("amount").or_insert(json!(purchase.whole));
            }
            "delivered" => {
                data.entry("zone").or_insert(json!(purchase.zone.name()));
            }
            "cancelled" => {
                data.entry("reason").or_insert(json!("customer"));
            }
            "returned" => {
                data.entry("reason").or_insert(json!("defect"));
            }
            _ => {}
        }
        Ok(Sent::Fact { kind: self.action.type_name, id, data: Value::Object(data) })
    }

    // ------------------------------------------------ people and shops

    fn who(&self, actor: Actor, subject: Option<&str>) -> Result<Principal, String> {
        let purchase = self.scene.purchase;
        Ok(match actor {
            Actor::Marketplace => Principal::new(Role::Marketplace, MARKETPLACE),
            Actor::Buyer => match subject {
                Some(other) => Principal::new(Role::Buyer, other),
                None => purchase.buyer.clone(),
            },
            Actor::Seller => Principal::new(Role::Seller, subject.unwrap_or("s-1")),
            Actor::Adjuster => {
                // `tomrepair/a1`: an adjuster of another provider.
                let own = purchase.provider.as_str();
                let reported = subject.unwrap_or("a1");
                let (provider, number) = reported.split_once('/').unwrap_or((own, reported));
                Principal::new(Role::Adjuster, format!("{provider}-{number}")).of_provider(provider)
            }
            Actor::Provider => Principal::new(Role::Operator, "publish"),
            Actor::Gateway => Principal::new(Role::Gateway, subject.unwrap_or("gateway-1")),
            Actor::Shop => Principal::new(
                Role::Shop,
                subject.map_or_else(|| self.shop(), |other| Ok(other.to_owned()))?,
            ),
        })
    }

    /// The shop to which the job was routed or moved.
    fn shop(&self) -> Result<String, String> {
        let (job, seen) = (self.job()?.to_string(), self.scene.seen);
        let sent_to =
            seen.last("job.moved", "job", &job).or_else(|| seen.last("job.opened", "job", &job));
        let shop = sent_to.and_then(|event| event.body["shop"]["id"].as_str());
        Ok(shop.unwrap_or("nowhere").to_owned())
    }

    fn call(&self, who: Principal) -> Result<Call, String> {
        let (purchase, unit) = (self.scene.purchase, self.unit()?);
        let device = purchase.device(unit);
        let mut body = self.body()?;
        let mut ids = Map::new();
        let mut of = |name: &str, id: String| ids.insert(name.to_owned(), id.into());
        let mut photos = 0;
        let path = match self.action.about {
            About::Device => {
                of("device", device.to_string());
                body.entry("reason").or_insert(json!("It no longer turns on."));
                format!("/v1/devices/{device}")
            }
            About::Dispute => {
                let about = device.to_string();
                let latest = self.scene.seen.count("order.dispute_opened", "device", &about);
                let number = self.number("dispute")?.unwrap_or(latest.max(1));
                let dispute = device.dispute(number);
                of("dispute", dispute.to_string());
                format!("/v1/disputes/{dispute}")
            }
            About::Policy => {
                of("policy", device.policy().to_string());
                if self.action.word == "file" {
                    photos = self.form(unit, &mut body)?;
                }
                format!("/v1/policies/{}", device.policy())
            }
            About::Claim | About::Question | About::Offer => {
                let claim = purchase.claim(unit, self.claim()?);
                of("claim", claim.to_string());
                if self.action.word == "appeal" {
                    body.entry("grounds").or_insert(json!("I did nothing of the kind."));
                }
                if self.action.word == "reject" && body.contains_key("exclusion") {
                    body.entry("code").or_insert(json!("excluded"));
                }
                let numbered = |what: &str, kind: &str| -> Result<u32, String> {
                    let latest = self.scene.seen.count(kind, "claim", &claim.to_string());
                    Ok(self.number(what)?.unwrap_or(latest.max(1)))
                };
                match self.action.about {
                    About::Question => {
                        let number = numbered("question", "claim.question_asked")?;
                        ids.insert("question".to_owned(), number.into());
                        format!("/v1/claims/{claim}/questions/{number}")
                    }
                    About::Offer => {
                        let number = numbered("offer", "claim.offer_made")?;
                        ids.insert("offer".to_owned(), number.into());
                        format!("/v1/claims/{claim}/offers/{number}")
                    }
                    _ => format!("/v1/claims/{claim}"),
                }
            }
            About::Review | About::RefusalReview => self.review(unit, &mut ids)?,
            About::Job => {
                let job = self.job()?;
                of("job", job.to_string());
                self.of_the_bench(&mut body)?;
                format!("/v1/jobs/{job}")
            }
            About::Shipment => {
                let job = self.job()?;
                let booked = self.scene.seen.count("job.shipment_booked", "job", &job.to_string());
                let shipment = job.shipment(self.number("shipment")?.unwrap_or(booked.max(1)));
                of("shipment", shipment.to_string());
                format!("/v1/shipments/{shipment}")
            }
            About::Fact | About::Payment | About::Terms | About::Others => {
                return Err("this action has no call".to_owned());
            }
        };
        let mut command = self.sealed(&body);
        if photos > 0 || self.action.word == "file" {
            command.insert("photos".to_owned(), (0..photos).map(photo).collect());
        }
        if self.action.word == "add_defect"
            && let Some(defect) = command.remove("defect")
        {
            // The form calls it `defect`; the command calls it `text`, like every text that people
            // write.
            command.insert("text".to_owned(), defect);
        }
        command.extend(ids);
        Ok(self.finished(who, format!("{path}{}", self.action.path), body, command, photos, 0))
    }

    /// The review that is meant, of a claim or of a refused filing; by default the latest. Returns
    /// its path.
    fn review(&self, unit: u32, ids: &mut Map<String, Value>) -> Result<String, String> {
        let Scene { purchase, seen, .. } = self.scene;
        let (what, of, folder, opened) = if matches!(self.action.about, About::RefusalReview) {
            let policy = purchase.device(unit).policy().to_string();
            ("policy", policy, "policies", "claim.refusal_review_opened")
        } else {
            let claim = purchase.claim(unit, self.claim()?).to_string();
            ("claim", claim, "claims", "claim.review_opened")
        };
        let latest = seen.count(opened, what, &of).max(1);
        let review = self.number("review")?.unwrap_or(latest);
        ids.insert("review".to_owned(), review.into());
        let path = format!("/v1/{folder}/{of}/reviews/{review}");
        ids.insert(what.to_owned(), of.into());
        Ok(path)
    }

    fn finished(
        &self,
        who: Principal,
        path: String,
        body: Map<String, Value>,
        command: Map<String, Value>,
        photos: u64,
        nth: usize,
    ) -> Call {
        let Scene { purchase, step, .. } = self.scene;
        Call {
            who,
            path,
            body: Value::Object(body),
            photos,
            type_name: self.action.command_type(),
            command: Value::Object(command),
            key: purchase.order.key.to_string(),
            idempotency_key: format!("{}-{step}-{nth}", purchase.number),
            is_not_theirs: false,
        }
    }

    /// Fills the form with everything required (C2), and returns how many photos it has.
    fn form(&self, unit: u32, body: &mut Map<String, Value>) -> Result<u64, String> {
        let Scene { purchase, seen, .. } = self.scene;
        let policy = purchase.device(unit).policy();
        let photos = body.remove("photos").and_then(|photos| photos.as_u64()).unwrap_or(1);
        let replaced = seen.events().iter().rev().find(|event| {
            event.kind == "job.replacement_sent"
                && event.text("claim").starts_with(&format!("clm_{}-", policy.device()))
        });
        let serial = replaced.map_or(purchase.serial.as_str(), |event| event.text("serial"));
        let usual = if purchase.program == "exchange" { "replacement" } else { "repair" };
        for (key, value) in [
            ("serial", json!(serial)),
            ("requested_remedy", json!(usual)),
            ("country", json!(purchase.country)),
            ("city", json!(purchase.city)),
            ("defect", json!("It no longer turns on, even when plugged in.")),
            ("contact", contact()),
        ] {
            body.entry(key).or_insert(value);
        }
        // `evidence: true` means a scanned receipt.
        let repairs = body.get_mut("earlier_repairs").and_then(Value::as_array_mut);
        for repair in repairs.into_iter().flatten() {
            match repair.get("evidence") {
                Some(Value::Bool(true)) => repair["evidence"] = receipt(repair),
                Some(_) => return Err("`evidence` of an earlier repair must be `true`".to_owned()),
                None => {}
            }
        }
        if let Some(continued) = body.get("continues").and_then(Value::as_u64) {
            let number =
                u32::try_from(continued).map_err(|_| "`continues` must be a claim's number")?;
            body.insert("continues".to_owned(), json!(policy.claim(number)));
        }
        Ok(photos)
    }

    /// Default fields of a shop's actions.
    fn of_the_bench(&self, body: &mut Map<String, Value>) -> Result<(), String> {
        let job = self.job()?;
        let seen = self.scene.seen;
        let claimed = || {
            let filed = seen.last("claim.filed", "claim", &job.claim().to_string());
            json!(filed.map_or(self.scene.purchase.serial.as_str(), |event| event.text("serial")))
        };
        match self.action.word {
            "receive" | "resolve_serial" => {
                body.entry("serial").or_insert_with(claimed);
            }
            "inspect" => {
                let kind = body.remove("verdict").unwrap_or_default();
                let exclusion = body.remove("exclusion");
                let mut verdict = json!({ "kind": kind });
                match (kind == "not_covered", exclusion) {
                    (true, Some(exclusion)) => verdict["exclusion"] = exclusion,
                    (false, None) => {}
                    _ => return Err("`exclusion` requires `verdict: not_covered`".to_owned()),
                }
                body.insert("verdict".to_owned(), verdict);
                body.entry("cause").or_insert(json!("main board"));
            }
            "parts_arrived" => {
                body.entry("arrived_at").or_insert(json!(self.scene.calendar.before));
            }
            _ => {}
        }
        if let Some(number) = body.get("damaged_on").and_then(Value::as_u64) {
            let number =
                u32::try_from(number).map_err(|_| "`damaged_on` must be a shipment's number")?;
            body.insert("damaged_on".to_owned(), json!(job.shipment(number)));
        }
        if let Some(number) = body.get("shipment").and_then(Value::as_u64) {
            let number = u32::try_from(number).map_err(|_| "`shipment` must be a number")?;
            body.insert("shipment".to_owned(), json!(job.shipment(number)));
        } else if self.action.word == "hand_over" && body.get("to") == Some(&json!("carrier")) {
            let booked = seen.count("job.shipment_booked", "job", &job.to_string());
            body.insert("shipment".to_owned(), json!(job.shipment(booked.max(1))));
        }
        Ok(())
    }

    /// The body as the command has it: people's texts are sealed.
    fn sealed(&self, body: &Map<String, Value>) -> Map<String, Value> {
        let person = self.scene.purchase.buyer.to_string();
        let seal = |value: &Value| {
            let plain = value.to_string();
            let sealed = recourse_kernel::Hash::of_bytes(plain.as_bytes()).to_string();
            json!(Sealed { person: person.clone(), sealed })
        };
        let mut command = body.clone();
        let words = self.action.fields.iter().filter(|field| field.kind == Kind::Words);
        for name in words.map(|field| field.name).chain(["contact"]) {
            if let Some(value) = command.get_mut(name) {
                *value = seal(value);
            }
        }
        command
    }

    // ------------------------------------------------ money

    fn payments(&self) -> Result<Vec<Sent>, String> {
        let Scene { purchase, seen, calendar, .. } = self.scene;
        let settlement = match self.number("claim")? {
            Some(claim) => Some(purchase.device(self.unit()?).settlement(claim).to_string()),
            None => None,
        };
        let wanted = self.number("payment")?;
        let mut sent = Vec::new();
        for (number, payment) in (1_u32..).zip(seen.payments(settlement.as_deref())) {
            if wanted.map_or(payment.is_over, |wanted| wanted != number) {
                continue;
            }
            let mut body = self.body()?;
            let usual = match self.action.word {
                "confirm_payment" => vec![
                    ("amount", payment.amount.clone()),
                    ("reference", json!(format!("pay-{}", payment.id))),
                    ("paid_at", json!(calendar.before)),
                ],
                _ => vec![
                    ("reason", json!("the card was declined")),
                    ("failed_at", json!(calendar.before)),
                ],
            };
            for (key, value) in usual {
                body.entry(key).or_insert(value);
            }
            let mut command = body.clone();
            command.insert("payment".to_owned(), json!(payment.id));
            let path = format!("/v1/payments/{}{}", payment.id, self.action.path);
            let who = self.who(Actor::Gateway, None)?;
            sent.push(Sent::Call(Box::new(self.finished(who, path, body, command, 0, sent.len()))));
        }
        if sent.is_empty() {
            return Err("there is nothing to pay: no payment is due".to_owned());
        }
        Ok(sent)
    }

    // ------------------------------------------------ terms

    fn terms(&self) -> Result<Vec<Sent>, String> {
        let scene = self.scene;
        let who = self.who(Actor::Provider, None)?;
        let mut calls = Vec::new();
        let mut call = |key: String, path: String, type_name: &str, body: Value, command: Value| {
            let idempotency_key =
                format!("{}-{}-{}", scene.purchase.number, scene.step, calls.len());
            calls.push(Sent::Call(Box::new(Call {
                who: who.clone(),
                path,
                body,
                photos: 0,
                type_name: type_name.to_owned(),
                command,
                key,
                idempotency_key,
                is_not_theirs: false,
            })));
        };
        if self.action.word == "withdraw_terms" {
            let (line, version) = scene.line.ok_or("the case must name `terms` of its own")?;
            let mut body = self.body()?;
            body.insert("version".to_owned(), json!(version));
            let mut command = body.clone();
            command.insert("line".to_owned(), json!(line));
            let path = format!("/v1/terms/{line}/withdrawal");
            call(line.to_owned(), path, self.action.type_name, json!(body), json!(command));
            return Ok(calls);
        }
        let from = self.text("from").unwrap_or_default();
        let empty = Map::new();
        let change = self.fields.get("change").and_then(Value::as_object).unwrap_or(&empty);
        let own = format!("{} step {}", scene.own, scene.step);
        let added = scene.documents.changed(from, change, &own)?;
        let key = added.directory.provider.to_string();
        let shops = json!(added.directory);
        let command = json!({ "directory": shops });
        call(key, "/v1/shop-directories".to_owned(), "recourse.shops.publish.v1", shops, command);
        let (line, terms) = (added.terms.line.clone(), json!(added.terms));
        let command = json!({ "terms": terms });
        call(line, "/v1/terms".to_owned(), self.action.type_name, terms, command);
        Ok(calls)
    }
}
