//! Buyers: file claims with photos, answer questions, send parcels, accept and counter offers,
//! appeal, withdraw. Everything over HTTP, each buyer with their own token.

use recourse_clients::photo;
use recourse_kernel::{DisputeId, Instant, JobId, Money};
use serde_json::{Value, json};

use super::moves::{AdjusterMove, BuyerMove, MarketMove, Move, ShopMove};
use super::play::Play;
use super::story::{Before, Bench, Course, Documents, Remedy};
use super::world::Purchase;

impl BuyerMove {
    pub(super) async fn make(
        self,
        purchase: &mut Purchase,
        _at: Instant,
        play: &Play,
    ) -> anyhow::Result<()> {
        match self {
            Self::File => file(purchase, play).await,
            Self::FileTooEarly => {
                file_without_success(purchase, play, "claim.before_coverage").await?;
                // As the refusal says: up to day 15 the seller is liable, so open a dispute.
                purchase.plan_days(play.now, 1, 2, Move::Buyer(Self::Dispute));
                Ok(())
            }
            Self::FileTooLate => file_without_success(purchase, play, "claim.expired").await,
            Self::FileASecondOne => {
                file_without_success(purchase, play, "claim.another_is_open").await
            }
            Self::Dispute => dispute(purchase, play).await,
            Self::AcceptDisputeOffer(dispute) => {
                accept_dispute_offer(purchase, dispute, play).await
            }
            Self::AnswerQuestion => answer_question(purchase, play).await,
            Self::RequestCourier(job) => request_courier(purchase, job, play).await,
            Self::SendParcel(job) => send_parcel(purchase, job, play).await,
            Self::AnswerOffer => answer_offer(purchase, play).await,
            Self::TakeBack => take_back(purchase, play).await,
            Self::Appeal => appeal(purchase, play).await,
            Self::Withdraw => withdraw(purchase, play).await,
            Self::CancelRepair(job) => cancel_repair(purchase, job, play).await,
        }
    }
}

/// Defects, in the buyers' words.
const DEFECTS: &[&str] = &[
    "It no longer turns on, even when plugged in.",
    "The screen flickers, and it restarts every few minutes.",
    "Callers cannot hear me, and the loudspeaker crackles.",
    "The battery is empty after two hours on standby.",
    "It has not recognised the SIM card since Tuesday.",
];

fn form(purchase: &mut Purchase, photos: &[Value]) -> Value {
    let defect = *purchase.dice.pick(DEFECTS);
    let mut contact = purchase.contact();
    contact["street"] = json!(format!("{} Station Road", purchase.index + 1));
    let requested_remedy =
        purchase.story.claim.map_or("repair", |scenario| scenario.requested_remedy);
    json!({
        "serial": purchase.serial,
        "requested_remedy": requested_remedy,
        "country": purchase.home.country,
        "city": purchase.home.city,
        "defect": defect,
        "contact": contact,
        "photos": photos,
    })
}

/// Uploads the photos that the form requires, then files.
async fn file(purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
    let Some(scenario) = purchase.story.claim else { return Ok(()) };
    let needs_photo = purchase.line.is_some_and(super::story::Line::is_exchange);
    if needs_photo && purchase.claim == 0 && purchase.dice.one_in(3) {
        file_without_success(purchase, play, "claim.too_few_photos").await?;
        renamed_png(purchase, play).await?;
    }
    let mut photos = Vec::new();
    for _ in 0..if needs_photo { purchase.dice.between(1, 2) } else { purchase.dice.between(0, 1) }
    {
        photos.extend(upload(purchase, play, &Of::Claim).await?);
    }
    let mut form = form(purchase, &photos);
    let returning = purchase.claim > 0 && scenario.remedy == Remedy::Repair;
    if returning {
        form["continues"] = json!(purchase.claim_id());
    }
    let path = format!("/v1/policies/{}/claims", purchase.policy());
    let key = purchase.command_key();
    let answer = play.http.post(&purchase.buyer, &path, &key, &form).await?;
    if !play.foreseen(purchase, "the buyer files a claim", &answer, None) {
        return Ok(());
    }
    purchase.claim += 1;
    let filed = answer.id().to_owned();
    if filed != purchase.claim_id().to_string() {
        purchase.surprised(format_args!("filed {} and got {filed}", purchase.claim_id()));
    }
    if scenario.before == Before::SecondClaim {
        purchase.plan_days(play.now, 2, 2, Move::Buyer(BuyerMove::FileASecondOne));
    }
    let first = purchase.claim == 1;
    match scenario.documents {
        Documents::WithdrawnBefore => {
            purchase.plan_days(play.now, 2, 3, Move::Buyer(BuyerMove::Withdraw));
        }
        Documents::AskedInWriting | Documents::AskedByPhone | Documents::NeverAnswered if first => {
            purchase.plan_days(play.now, 2, 3, Move::Adjuster(AdjusterMove::Ask));
        }
        Documents::NeverChecked => {} // After fourteen days they count as accepted (T8).
        Documents::Rejected | Documents::RejectedAppealLost | Documents::RejectedAppealWon
            if first =>
        {
            purchase.plan_days(play.now, 2, 4, Move::Adjuster(AdjusterMove::Reject));
        }
        _ => purchase.plan_days(play.now, 2, 3, Move::Adjuster(AdjusterMove::Accept)),
    }
    Ok(())
}

/// Files a claim that must be refused.
async fn file_without_success(
    purchase: &mut Purchase,
    play: &Play,
    code: &'static str,
) -> anyhow::Result<()> {
    let mut photos = Vec::new();
    if code != "claim.too_few_photos" {
        photos.extend(upload(purchase, play, &Of::Claim).await?);
    }
    let form = form(purchase, &photos);
    let path = format!("/v1/policies/{}/claims", purchase.policy());
    let key = purchase.command_key();
    let answer = play.http.post(&purchase.buyer, &path, &key, &form).await?;
    play.foreseen(purchase, "the buyer files a claim to be refused", &answer, Some(code));
    Ok(())
}

/// What a photo belongs to.
enum Of {
    Claim,
    Dispute,
}

async fn upload(purchase: &mut Purchase, play: &Play, of: &Of) -> anyhow::Result<Option<Value>> {
    let photo = photo::jpeg(purchase.dice.below(1 << 24))?;
    let path = match of {
        Of::Claim => format!("/v1/policies/{}/photos", purchase.policy()),
        Of::Dispute => format!("/v1/devices/{}/photos", purchase.device_id()),
    };
    let key = purchase.command_key();
    let answer = play.http.upload(&purchase.buyer, &path, &key, &photo).await?;
    if !play.foreseen(purchase, "the buyer uploads a photo", &answer, None) {
        return Ok(None);
    }
    let field = |name: &str| answer.body[name].clone();
    Ok(Some(json!({
        "sha256": field("sha256"),
        "size": field("size"),
        "media_type": field("media_type"),
    })))
}

/// C2: JPEG only, whatever the file name says.
async fn renamed_png(purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
    let path = format!("/v1/policies/{}/photos", purchase.policy());
    let key = purchase.command_key();
    let answer = play.http.upload(&purchase.buyer, &path, &key, photo::PNG).await?;
    if answer.status.is_success() {
        purchase.surprised("a PNG was accepted as a JPEG");
    }
    play.refused_at_the_edge(&answer);
    Ok(())
}

/// Opens a dispute with the seller (T1).
async fn dispute(purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
    let photo = upload(purchase, play, &Of::Dispute).await?;
    let body = json!({
        "reason": *purchase.dice.pick(DEFECTS),
        "requested_remedy": "refund",
        "photos": photo.into_iter().collect::<Vec<_>>(),
    });
    let path = format!("/v1/devices/{}/disputes", purchase.device_id());
    let key = purchase.command_key();
    let answer = play.http.post(&purchase.buyer, &path, &key, &body).await?;
    if !play.foreseen(purchase, "the buyer opens a dispute", &answer, None) {
        return Ok(());
    }
    let Ok(dispute) = answer.id().parse::<DisputeId>() else {
        purchase.surprised(format_args!("a dispute got the id {}", answer.id()));
        return Ok(());
    };
    let seller = Move::Market(MarketMove::AnswerDispute(dispute));
    match purchase.story.claim.map(|scenario| scenario.before) {
        // The marketplace takes so long that the dispute is still open on day 16 (C8).
        Some(Before::Dispute) => {
            purchase.plan_days(play.now, 3, 4, seller);
            purchase.plan_days(purchase.delivered_at, 17, 18, Move::Buyer(BuyerMove::File));
        }
        Some(_) => {
            purchase.plan_days(play.now, 2, 3, seller);
            purchase.plan_days(purchase.delivered_at, 20, 60, Move::Buyer(BuyerMove::File));
        }
        None => purchase.plan_days(play.now, 2, 4, seller),
    }
    debug_assert!(purchase.story.course != Course::Cancelled, "nothing was delivered");
    Ok(())
}

async fn answer_question(purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
    let claim = purchase.claim_id();
    let seen = play.http.get(&purchase.buyer, &format!("/v1/claims/{claim}")).await?;
    play.foreseen(purchase, "the buyer looks at the claim", &seen, None);
    let body = json!({ "text": "It started two weeks ago, and it was never dropped." });
    let path = format!("/v1/claims/{claim}/questions/1/answer");
    let key = purchase.command_key();
    let answer = play.http.post(&purchase.buyer, &path, &key, &body).await?;
    play.foreseen(purchase, "the buyer answers", &answer, None);
    let next = match purchase.story.claim.map(|scenario| scenario.documents) {
        // Asked for what was missing: what still is missing may now be the reason (C3).
        Some(
            Documents::Rejected | Documents::RejectedAppealLost | Documents::RejectedAppealWon,
        ) => AdjusterMove::Reject,
        _ => AdjusterMove::Accept,
    };
    purchase.plan_days(play.now, 2, 3, Move::Adjuster(next));
    Ok(())
}

/// The provider's courier comes only on request (M3).
async fn request_courier(purchase: &mut Purchase, job: JobId, play: &Play) -> anyhow::Result<()> {
    let key = purchase.command_key();
    let path = format!("/v1/jobs/{job}/courier");
    let answer = play.http.post(&purchase.buyer, &path, &key, &json!({})).await?;
    play.foreseen(purchase, "the buyer requests the courier", &answer, None);
    purchase.plan_days(play.now, 1, 2, Move::Shop(ShopMove::SendCourier(job)));
    Ok(())
}

/// Posts the device: books the shipment at the counter, and hands the parcel over.
async fn send_parcel(purchase: &mut Purchase, job: JobId, play: &Play) -> anyhow::Result<()> {
    let home = purchase.home;
    let carrier = match home.country {
        "US" => "post-us",
        "DE" => "post-de",
        _ => "post-ru",
    };
    let price = Money::new(home.postage, purchase.device.price.currency);
    let body = json!({ "direction": "to_shop", "carrier": carrier, "price": price });
    let key = purchase.command_key();
    let answer =
        play.http.post(&purchase.buyer, &format!("/v1/jobs/{job}/shipments"), &key, &body).await?;
    if !play.foreseen(purchase, "the buyer books the shipment", &answer, None) {
        return Ok(());
    }
    let shipment = answer.id().to_owned();
    let key = purchase.command_key();
    let path = format!("/v1/shipments/{shipment}/picked-up");
    let answer = play.http.post(&purchase.buyer, &path, &key, &json!({})).await?;
    play.foreseen(purchase, "the buyer hands the parcel over", &answer, None);
    let arrives = purchase.story.claim.is_none_or(|scenario| scenario.bench != Bench::NeverArrives);
    if arrives && let Ok(shipment) = shipment.parse() {
        purchase.plan_days(play.now, 4, 8, Move::Shop(ShopMove::Arrive(shipment)));
    }
    Ok(())
}

/// Accepts a paid repair, makes a counter-offer, or takes the device back.
async fn answer_offer(purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
    let claim = purchase.claim_id();
    let remedy = purchase.story.claim.map_or(Remedy::PaidRepair, |scenario| scenario.remedy);
    if remedy == Remedy::Unanswered {
        return Ok(());
    }
    if remedy == Remedy::Agreement {
        let half = purchase.device.price.share(1, 20)?;
        let body = json!({
            "kind": "agreement",
            "price": half,
            "repair": true,
            "text": "Your packaging was partly at fault. Let us share the cost.",
        });
        let key = purchase.command_key();
        let path = format!("/v1/claims/{claim}/offers");
        let answer = play.http.post(&purchase.buyer, &path, &key, &body).await?;
        play.foreseen(purchase, "the buyer makes a counter-offer", &answer, None);
        purchase.plan_days(play.now, 1, 3, Move::Adjuster(AdjusterMove::AcceptCounterOffer));
        return Ok(());
    }
    let key = purchase.command_key();
    let path = format!("/v1/claims/{claim}/offers/1/acceptance");
    let answer = play.http.post(&purchase.buyer, &path, &key, &json!({})).await?;
    play.foreseen(purchase, "the buyer accepts the offer", &answer, None);
    Ok(())
}

async fn take_back(purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
    let claim = purchase.claim_id();
    let key = purchase.command_key();
    let path = format!("/v1/claims/{claim}/remedy");
    if purchase.dice.one_in(3) {
        // M2: the buyer cannot demand cash.
        let key = purchase.command_key();
        let answer =
            play.http.post(&purchase.buyer, &path, &key, &json!({ "remedy": "cash" })).await?;
        play.foreseen(
            purchase,
            "the buyer demands cash",
            &answer,
            Some("claim.cash_not_on_demand"),
        );
    }
    let body = json!({ "remedy": "return_unrepaired" });
    let answer = play.http.post(&purchase.buyer, &path, &key, &body).await?;
    play.foreseen(purchase, "the buyer takes the device back", &answer, None);
    Ok(())
}

async fn appeal(purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
    let claim = purchase.claim_id();
    let body = json!({ "grounds": "Please check again: the photo shows that it is not broken." });
    let key = purchase.command_key();
    let path = format!("/v1/claims/{claim}/appeal");
    let answer = play.http.post(&purchase.buyer, &path, &key, &body).await?;
    play.foreseen(purchase, "the buyer appeals", &answer, None);
    purchase.plan_days(play.now, 2, 5, Move::Adjuster(AdjusterMove::DecideAppeal));
    Ok(())
}

async fn withdraw(purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
    let claim = purchase.claim_id();
    let key = purchase.command_key();
    let path = format!("/v1/claims/{claim}/withdrawal");
    let answer = play.http.post(&purchase.buyer, &path, &key, &json!({})).await?;
    play.foreseen(purchase, "the buyer withdraws", &answer, None);
    Ok(())
}

/// M11: the repair was paid for, and is overdue by as many days again.
async fn cancel_repair(purchase: &mut Purchase, job: JobId, play: &Play) -> anyhow::Result<()> {
    let key = purchase.command_key();
    let path = format!("/v1/jobs/{job}/repair-cancellation");
    let answer = play.http.post(&purchase.buyer, &path, &key, &json!({})).await?;
    play.foreseen(purchase, "the buyer takes the money back", &answer, None);
    Ok(())
}

/// D1: an accepted offer ends the dispute.
async fn accept_dispute_offer(
    purchase: &mut Purchase,
    dispute: DisputeId,
    play: &Play,
) -> anyhow::Result<()> {
    let offer = purchase.device.price.share(1, 4)?;
    let key = purchase.command_key();
    let path = format!("/v1/disputes/{dispute}/acceptance");
    let body = json!({ "offer": offer });
    let answer = play.http.post(&purchase.buyer, &path, &key, &body).await?;
    play.foreseen(purchase, "the buyer accepts the seller's offer", &answer, None);
    purchase.plan_days(play.now, 3, 6, Move::Market(MarketMove::PerformDispute(dispute)));
    Ok(())
}
