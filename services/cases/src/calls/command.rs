//! A command, with its path and its ids.

use recourse_kernel::{Principal, Sealed};
use serde_json::{Map, Value, json};

use super::{Call, Given, Scene};
use crate::actions::{About, Kind};

/// A reference to a photo, as it is after the upload: another one for each step and number.
fn photo(step: usize, number: u64) -> Value {
    let words = format!("photo {number} of step {step}");
    let sha256 = recourse_kernel::Hash::of_bytes(words.as_bytes()).to_string();
    json!({ "sha256": sha256, "size": 600, "media_type": "image/jpeg" })
}

/// The commands that refer to photos that were uploaded before.
pub(crate) const WITH_PHOTOS: [&str; 3] = ["file", "open_dispute", "answer"];

impl Given<'_> {
    pub(super) fn call(&self, who: Principal) -> Result<Call, String> {
        let unit = self.unit()?;
        let mut body = self.body()?;
        let mut ids = Map::new();
        let mut photos = 0;
        match self.action.word {
            "file" => photos = self.form(unit, &mut body)?,
            "open_dispute" => photos = complaint(&mut body),
            "book_shipment" => with_receipt(&mut body),
            "add_receipt" => {
                let amount = body.remove("amount").unwrap_or_default();
                body.insert("receipt".to_owned(), scan_of(&amount));
            }
            "answer" => photos = added(&mut body),
            _ => {}
        }
        let path = match self.action.about {
            About::Order => {
                let order = self.scene.purchase.order;
                ids.insert("order".to_owned(), order.to_string().into());
                let noon = json!(self.scene.calendar.before);
                body.entry("delivered_at").or_insert(noon);
                format!("/v1/orders/{order}")
            }
            About::Device => self.device(unit, &mut body, &mut ids),
            About::Dispute => self.dispute(unit, &mut ids)?,
            About::Policy => {
                let policy = self.scene.purchase.device(unit).policy();
                ids.insert("policy".to_owned(), policy.to_string().into());
                format!("/v1/policies/{policy}")
            }
            About::Claim | About::Question | About::Offer | About::Goodwill => {
                self.of_claim(unit, &mut body, &mut ids)?
            }
            About::Review | About::RefusalReview => self.review(unit, &mut ids)?,
            About::Job => {
                let job = self.job()?;
                ids.insert("job".to_owned(), job.to_string().into());
                self.of_the_bench(&mut body)?;
                format!("/v1/jobs/{job}")
            }
            About::Shipment => self.shipment(&mut ids)?,
            About::Fact | About::Payment | About::Terms | About::Others => {
                return Err("this action has no call".to_owned());
            }
        };
        let mut command = self.sealed(&body);
        if WITH_PHOTOS.contains(&self.action.word) && !command.contains_key("photos") {
            let step = self.scene.step;
            command.insert("photos".to_owned(), (0..photos).map(|n| photo(step, n)).collect());
        }
        if self.action.word == "add_defect"
            && let Some(defect) = command.remove("defect")
        {
            // The form calls it `defect`; the command calls it `text`, like every text that people
            // write.
            command.insert("text".to_owned(), defect);
        }
        if ["appeal", "contest_chain"].contains(&self.action.word) {
            // The edge counts them before it seals the grounds (C11).
            let grounds = body.get("grounds").and_then(Value::as_str).unwrap_or_default();
            command.insert("characters".to_owned(), grounds.trim().chars().count().into());
        }
        command.extend(ids);
        Ok(self.finished(who, format!("{path}{}", self.action.path), body, command, photos, 0))
    }

    fn device(
        &self,
        unit: u32,
        body: &mut Map<String, Value>,
        ids: &mut Map<String, Value>,
    ) -> String {
        let device = self.scene.purchase.device(unit);
        ids.insert("device".to_owned(), device.to_string().into());
        body.entry("reason").or_insert(json!("It no longer turns on."));
        format!("/v1/devices/{device}")
    }

    /// The dispute that is meant; by default the device's latest. Returns its path.
    fn dispute(&self, unit: u32, ids: &mut Map<String, Value>) -> Result<String, String> {
        let device = self.scene.purchase.device(unit);
        let latest = self.scene.seen.count("order.dispute_opened", "device", &device.to_string());
        let dispute = device.dispute(self.number("dispute")?.unwrap_or(latest.max(1)));
        ids.insert("dispute".to_owned(), dispute.to_string().into());
        Ok(format!("/v1/disputes/{dispute}"))
    }

    /// The claim that is meant, or a question or an offer in it; by default the latest. Returns its
    /// path.
    fn of_claim(
        &self,
        unit: u32,
        body: &mut Map<String, Value>,
        ids: &mut Map<String, Value>,
    ) -> Result<String, String> {
        let claim = self.scene.purchase.claim(unit, self.claim()?);
        ids.insert("claim".to_owned(), claim.to_string().into());
        let usual = match self.action.word {
            "appeal" => Some(("grounds", "I did nothing of the kind.")),
            "contest_chain" => Some(("grounds", "It is a different defect, in another part.")),
            "change_chain" => Some(("reason", "The same defect as before, by the photos.")),
            "grant_goodwill" => Some(("reason", "The buyer waited longer than was promised.")),
            _ => None,
        };
        if let Some((key, text)) = usual {
            body.entry(key).or_insert(json!(text));
        }
        if self.action.word == "change_chain"
            && let Some(continued) = self.number("continues")?
        {
            let policy = self.scene.purchase.device(unit).policy();
            let earlier = (continued > 0).then(|| policy.claim(continued));
            body.insert("continues".to_owned(), json!(earlier));
        }
        if self.action.word == "reject" && body.contains_key("exclusion") {
            body.entry("code").or_insert(json!("excluded"));
        }
        let (what, folder, kind) = match self.action.about {
            About::Question => ("question", "questions", "claim.question_asked"),
            About::Offer => ("offer", "offers", "claim.offer_made"),
            About::Goodwill => ("goodwill", "goodwill", "claim.goodwill_granted"),
            _ => return Ok(format!("/v1/claims/{claim}")),
        };
        let latest = self.scene.seen.count(kind, "claim", &claim.to_string());
        let number = self.number(what)?.unwrap_or(latest.max(1));
        ids.insert(what.to_owned(), number.into());
        Ok(format!("/v1/claims/{claim}/{folder}/{number}"))
    }

    /// The shipment that is meant; by default the latest. Returns its path.
    fn shipment(&self, ids: &mut Map<String, Value>) -> Result<String, String> {
        let job = self.job()?;
        let booked = self.scene.seen.count("job.shipment_booked", "job", &job.to_string());
        let shipment = job.shipment(self.number("shipment")?.unwrap_or(booked.max(1)));
        ids.insert("shipment".to_owned(), shipment.to_string().into());
        Ok(format!("/v1/shipments/{shipment}"))
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

    pub(super) fn finished(
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
}

/// How many photos an answer adds.
fn added(body: &mut Map<String, Value>) -> u64 {
    body.remove("photos").and_then(|photos| photos.as_u64()).unwrap_or(0)
}

/// What the buyer pays a carrier comes with a receipt, unless the case says otherwise (M13).
fn with_receipt(body: &mut Map<String, Value>) {
    let is_missing = body.remove("without_receipt") == Some(json!(true));
    let by_provider = body.get("booked_by") == Some(&json!("provider"));
    let stated = body.remove("receipt").or_else(|| body.get("price").cloned());
    if let Some(amount) = stated.filter(|_| !is_missing && !by_provider) {
        body.insert("receipt".to_owned(), scan_of(&amount));
    }
}

/// A receipt of an amount, as it is after the upload.
fn scan_of(amount: &Value) -> Value {
    let sha256 = recourse_kernel::Hash::of_bytes(b"the receipt of a shipment").to_string();
    let scan = json!({ "sha256": sha256, "size": 600, "media_type": "image/jpeg" });
    json!({ "amount": amount, "photo": scan })
}

/// How many photos a dispute's reason comes with; and its receipt, as it is after the upload (D1).
fn complaint(body: &mut Map<String, Value>) -> u64 {
    if let Some(amount) = body.remove("receipt") {
        let sha256 = recourse_kernel::Hash::of_bytes(b"the receipt of a repair").to_string();
        let scan = json!({ "sha256": sha256, "size": 600, "media_type": "image/jpeg" });
        body.insert("receipt".to_owned(), json!({ "amount": amount, "photo": scan }));
    }
    body.remove("photos").and_then(|photos| photos.as_u64()).unwrap_or(1)
}
