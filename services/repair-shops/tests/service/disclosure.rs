//! A2: the shop that holds the job reads what the buyer wrote, each access is recorded first, and
//! nothing of it is stored in plaintext.

use std::io::Cursor;

use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use recourse_installation::contents::everything;
use recourse_installation::{Answer, PATIENCE};
use recourse_kernel::Role;
use recourse_repair_shops::domain::commands::{JobCommand, NoteDefect, NoteRemedy};
use recourse_repair_shops::domain::events::Remedy;
use recourse_repair_shops::foreign::{ClaimAccepted, ClaimPhoto};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{AUDITOR, BUYER, IMEI, KAZAN, MOSCOW, Visit};

const PERSON: &str = "buyer:b-81";
const DEFECT: &str = "It has been dark since Monday, whatever I press.";
const ANOTHER: &str = "The loudspeaker crackles as well.";
const STREET: &str = "Lenina ulitsa 17, flat 4";
const ADJUSTER: (Role, &str) = (Role::Adjuster, "a-17");

fn contact() -> Value {
    json!({
        "name": "Maria Ivanova", "email": "maria@example.org", "phone": "+7 495 123-45-67",
        "street": STREET,
    })
}

fn jpeg() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(8, 8, image::Rgb([120, 80, 40]))
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

/// The job of a claim whose form and photo are stored as the claims service stores them.
async fn visit() -> (Visit, String) {
    let prepared = Visit::prepared().await;
    let edge = &prepared.service.running().edge;
    let (policy, now) = (prepared.claim.policy().to_string(), edge.clock().now());
    let photo = edge.photos().store(&policy, PERSON, jpeg().into(), now).await.unwrap();
    let sha256 = photo.sha256.clone();
    let accepted = ClaimAccepted {
        defect: edge.seal(PERSON, DEFECT.as_bytes()).await.unwrap(),
        contact: edge.seal(PERSON, contact().to_string().as_bytes()).await.unwrap(),
        photos: vec![ClaimPhoto {
            sha256: photo.sha256,
            size: photo.size,
            media_type: photo.media_type,
        }],
        ..super::accepted(prepared.claim)
    };
    let (claim, at) = (prepared.claim, now);
    let text = edge.seal(PERSON, ANOTHER.as_bytes()).await.unwrap();
    prepared.reported("open", &JobCommand::Open(Box::new(accepted))).await;
    let another = NoteDefect { claim, defect: 2, text, at };
    prepared.reported("defect", &JobCommand::NoteDefect(another)).await;
    (prepared, sha256)
}

impl Visit {
    async fn disclosed_to(&self, who: (Role, &str), key: &str) -> Answer {
        self.post(who, "disclosure", key, &json!({})).await
    }

    /// The device is received, repaired and handed over, which closes the job.
    async fn is_done_by(&self, shop: (Role, &str)) {
        let done = async |what, key, body: Value| {
            let answered = self.post(shop, what, key, &body).await;
            assert_eq!(answered.status, StatusCode::OK, "{what}: {answered:?}");
        };
        done("received", "r-1", json!({"serial": IMEI})).await;
        let verdict = json!({"verdict": {"kind": "covered"}, "cause": "charging controller"});
        done("inspected", "i-1", verdict).await;
        let chosen = NoteRemedy { claim: self.claim, remedy: Remedy::Repair, at: None };
        self.reported("remedy", &JobCommand::NoteRemedy(chosen)).await;
        done("repaired", "d-1", json!({})).await;
        done("handed-over", "h-1", json!({"to": "buyer"})).await;
    }

    async fn photo(&self, who: (Role, &str), sha256: &str) -> Answer {
        self.service.get(who, &format!("/v1/jobs/{}/photos/{sha256}", self.job), "").await
    }

    /// The records of accesses to the job, in order.
    async fn accesses(&self) -> Vec<Value> {
        let topic = self.service.node.topics.events("jobs");
        let records = everything(&self.service).await;
        let of_jobs = records.iter().filter(|(place, _)| *place == topic);
        let texts = of_jobs.map(|(_, content)| String::from_utf8_lossy(content).into_owned());
        texts
            .filter(|text| text.contains("ce_type: recourse.job.disclosed.v1"))
            .map(|text| serde_json::from_str(text.lines().last().unwrap()).unwrap())
            .collect()
    }
}

#[track_caller]
fn refused(answer: &Answer, status: StatusCode, code: &str) {
    assert_eq!((answer.status, &answer.body["code"]), (status, &json!(code)), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a2_the_shop_that_holds_the_job_reads_the_form_and_each_access_is_recorded() {
    let (visit, sha256) = visit().await;
    let job = visit.job;
    let shown = visit.disclosed_to(MOSCOW, "d-1").await;
    assert_eq!(shown.status, StatusCode::OK, "{shown:?}");
    let mut address = contact();
    address["city"] = json!("Tver");
    address["country"] = json!("RU");
    assert_eq!(shown.body["id"], json!(job));
    assert_eq!((&shown.body["defect"], &shown.body["contact"]), (&json!(DEFECT), &address));
    assert_eq!(shown.body["more_defects"], json!([{"defect": 2, "text": ANOTHER}]));
    let href = format!("/v1/jobs/{job}/photos/{sha256}");
    assert_eq!(shown.body["photos"][0]["href"], json!(href));
    assert!(!shown.position.is_empty(), "the position of the record");

    // The same call again is another access.
    visit.disclosed_to(MOSCOW, "d-1").await;
    let token = visit.service.token(MOSCOW.0, MOSCOW.1);
    let picture = visit.service.request(Method::GET, &href).bearer_auth(token);
    let picture = picture.send().await.unwrap();
    assert_eq!(picture.status(), StatusCode::OK);
    assert_eq!(picture.headers()["content-type"], "image/jpeg");
    assert_eq!(picture.headers()["cache-control"], "private, no-store");
    assert!(picture.bytes().await.unwrap().starts_with(&[0xFF, 0xD8]));

    let accesses = visit.accesses().await;
    let what: Vec<_> = accesses.iter().map(|access| access["what"].clone()).collect();
    let form = json!(["defect", "contact"]);
    assert_eq!(what, [form.clone(), form, json!(["photo"])]);
    for access in &accesses {
        assert_eq!(access["by"], "shop:wisetech-ru-moscow");
        assert_eq!(access["job"], json!(job));
        assert!(access["at"].is_string());
    }
    assert_eq!(accesses[2]["photo"], json!(sha256));
    is_stored_nowhere(&visit).await;
    visit.service.end().await;
}

/// Neither on the log nor in a table, for anyone who has no key.
async fn is_stored_nowhere(visit: &Visit) {
    let contents = everything(&visit.service).await;
    for place in ["jobs.events.v1", "jobs.commands.v1", ".jobs.document", ".claim_notes.document"] {
        assert!(contents.iter().any(|(name, _)| name.contains(place)), "{place}");
    }
    for secret in [DEFECT, ANOTHER, STREET, "Maria Ivanova", "maria@example.org", "123-45-67"] {
        let has = |content: &[u8]| content.windows(secret.len()).any(|it| it == secret.as_bytes());
        let found: Vec<_> = contents.iter().filter(|(_, content)| has(content)).collect();
        assert!(
            found.is_empty(),
            "{secret}: {:?}",
            found.iter().map(|it| &it.0).collect::<Vec<_>>()
        );
    }
    // The search would find them.
    assert!(contents.iter().any(|(_, content)| {
        content.windows(IMEI.len()).any(|window| window == IMEI.as_bytes())
    }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a2_others_and_a_job_that_is_over_are_refused_and_show_nothing() {
    let (visit, sha256) = visit().await;
    for other in [ADJUSTER, BUYER, AUDITOR] {
        let form = visit.disclosed_to(other, "d-1").await;
        refused(&form, StatusCode::FORBIDDEN, "edge.not_allowed");
        refused(&visit.photo(other, &sha256).await, StatusCode::FORBIDDEN, "edge.not_allowed");
    }
    let not_theirs = "job.disclosure.not_allowed";
    refused(&visit.disclosed_to(KAZAN, "d-1").await, StatusCode::FORBIDDEN, not_theirs);
    refused(&visit.photo(KAZAN, &sha256).await, StatusCode::FORBIDDEN, not_theirs);
    let other = "0".repeat(64);
    refused(&visit.photo(MOSCOW, &other).await, StatusCode::NOT_FOUND, "photo.not_known");
    let fields = visit.post(MOSCOW, "disclosure", "d-1", &json!({"photo": sha256})).await;
    refused(&fields, StatusCode::BAD_REQUEST, "body.unknown_field");

    // The shop refuses the job: the next one reads the form, and this one no longer.
    let moved = json!({"because": "refused", "to": KAZAN.1});
    visit.done("moved", "m-1", &moved).await;
    refused(&visit.disclosed_to(MOSCOW, "d-2").await, StatusCode::FORBIDDEN, not_theirs);
    let shown = visit.disclosed_to(KAZAN, "d-2").await;
    assert_eq!(shown.body["contact"]["street"], json!(STREET), "{shown:?}");

    visit.is_done_by(KAZAN).await;
    let closed = visit.disclosed_to(KAZAN, "d-2").await;
    refused(&closed, StatusCode::CONFLICT, "job.closed");
    refused(&visit.photo(KAZAN, &sha256).await, StatusCode::CONFLICT, "job.closed");
    assert_eq!(visit.accesses().await.len(), 1, "only one access was allowed");
    visit.service.end().await;
}

/// A transaction that is open on the commands. The writer reads committed records only, so nothing
/// after it is decided until it ends.
fn held(visit: &Visit) -> BaseProducer {
    let node = &visit.service.node;
    let id = format!("{}holds-commands", node.settings.topic_prefix);
    let mut config = node.connection.transactional(&id);
    let producer: BaseProducer = config.set("transaction.timeout.ms", "60000").create().unwrap();
    producer.init_transactions(PATIENCE).unwrap();
    producer.begin_transaction().unwrap();
    let topic = node.topics.commands("jobs");
    for partition in 0..node.settings.partitions {
        let record = BaseRecord::<str, str>::to(&topic).partition(partition).payload("held");
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(PATIENCE).unwrap();
    producer
}

#[tokio::test(flavor = "multi_thread")]
async fn a2_nothing_is_shown_before_the_access_is_recorded() {
    let (visit, sha256) = visit().await;
    let held = held(&visit);
    let (form, photo) =
        tokio::join!(visit.disclosed_to(MOSCOW, "d-1"), visit.photo(MOSCOW, &sha256));
    for answer in [form, photo] {
        refused(&answer, StatusCode::SERVICE_UNAVAILABLE, "edge.access_not_recorded");
        assert!(!answer.body.to_string().contains(STREET));
    }
    held.abort_transaction(PATIENCE).unwrap();
    let shown = visit.disclosed_to(MOSCOW, "d-1").await;
    assert_eq!(shown.body["contact"]["street"], json!(STREET), "{shown:?}");
    visit.service.end().await;
}

/// Erasing the buyer's key erases the copies of the form, too.
#[tokio::test(flavor = "multi_thread")]
async fn a2_after_an_erasure_the_shop_reads_placeholders() {
    let (visit, sha256) = visit().await;
    assert!(visit.service.running().edge.sealer().erase(PERSON).await.unwrap());
    let shown = visit.disclosed_to(MOSCOW, "d-1").await;
    assert_eq!(shown.status, StatusCode::OK, "{shown:?}");
    assert_eq!(shown.body["defect"], "[erased]");
    assert_eq!(shown.body["contact"]["street"], "[erased]");
    assert_eq!(shown.body["contact"]["city"], "Tver", "it is no secret");
    refused(&visit.photo(MOSCOW, &sha256).await, StatusCode::GONE, "person.erased");
    visit.service.end().await;
}
