//! The providers' staff: look at claims, ask questions, accept, reject, make offers, choose
//! remedies; another reviewer decides appeals.

use recourse_kernel::{Instant, Principal, Role};
use serde_json::json;

use super::moves::{AdjusterMove, BuyerMove, Move};
use super::play::Play;
use super::story::{Before, Documents, Found, Remedy, seen_in_the_documents};
use super::world::Purchase;

fn adjuster(purchase: &Purchase, number: u32) -> Principal {
    let provider = purchase.line.map_or("no-provider", super::story::Line::provider);
    Principal::new(Role::Adjuster, format!("{provider}-a{number}")).of_provider(provider)
}

impl AdjusterMove {
    pub(super) async fn make(
        self,
        purchase: &mut Purchase,
        _at: Instant,
        play: &Play,
    ) -> anyhow::Result<()> {
        let claim = purchase.claim_id();
        let who = adjuster(purchase, 1);
        // Adjusters look at a claim before they judge it.
        let seen = play.http.get(&who, &format!("/v1/claims/{claim}")).await?;
        if !play.foreseen(purchase, "the adjuster looks at the claim", &seen, None) {
            return Ok(());
        }
        match self {
            Self::Ask => ask(purchase, &who, play).await,
            Self::Accept => accept(purchase, &who, play).await,
            Self::Reject => reject(purchase, &who, play).await,
            Self::DecideAppeal => decide_appeal(purchase, &who, play).await,
            Self::ChooseRemedy => choose_remedy(purchase, &who, play).await,
            Self::ApproveBeyondRepair(job) => {
                let path = format!("/v1/jobs/{job}/beyond-repair/approval");
                let key = purchase.command_key();
                let answer = play.http.post(&who, &path, &key, &json!({})).await?;
                play.foreseen(purchase, "the adjuster approves the declaration", &answer, None);
                Ok(())
            }
            Self::AcceptCounterOffer => {
                let path = format!("/v1/claims/{claim}/offers/2/acceptance");
                let key = purchase.command_key();
                let answer = play.http.post(&who, &path, &key, &json!({})).await?;
                play.foreseen(purchase, "the adjuster accepts the counter-offer", &answer, None);
                Ok(())
            }
        }
    }
}

async fn ask(purchase: &mut Purchase, who: &Principal, play: &Play) -> anyhow::Result<()> {
    let documents = purchase.story.claim.map_or(Documents::Accepted, |scenario| scenario.documents);
    let mut body = json!({ "text": "When did this start? Was the device dropped?" });
    if documents == Documents::Rejected {
        // C3: only a document that was asked for in writing can be missing.
        body["asks_for"] = json!("document");
    }
    if documents == Documents::AskedByPhone {
        body["channel"] = json!("phone");
        body["said"] = json!("Since Monday; it was not dropped.");
    }
    let path = format!("/v1/claims/{}/questions", purchase.claim_id());
    let key = purchase.command_key();
    let answer = play.http.post(who, &path, &key, &body).await?;
    if !play.foreseen(purchase, "the adjuster asks a question", &answer, None) {
        return Ok(());
    }
    match documents {
        Documents::AskedByPhone => {
            purchase.plan_days(play.now, 2, 3, Move::Adjuster(AdjusterMove::Accept));
        }
        Documents::AskedInWriting => {
            if purchase.dice.one_in(2) {
                // C3: documents are not judged while a question is open.
                let path = format!("/v1/claims/{}/acceptance", purchase.claim_id());
                let key = purchase.command_key();
                let answer = play.http.post(who, &path, &key, &json!({})).await?;
                let code = Some("claim.answer_is_awaited");
                play.foreseen(purchase, "the adjuster judges before the answer", &answer, code);
            }
            purchase.plan_days(play.now, 2, 9, Move::Buyer(BuyerMove::AnswerQuestion));
        }
        Documents::NeverAnswered => {} // The claim counts as withdrawn (C3).
        _ => purchase.plan_days(play.now, 2, 5, Move::Buyer(BuyerMove::AnswerQuestion)),
    }
    Ok(())
}

async fn accept(purchase: &mut Purchase, who: &Principal, play: &Play) -> anyhow::Result<()> {
    let path = format!("/v1/claims/{}/acceptance", purchase.claim_id());
    let key = purchase.command_key();
    let answer = play.http.post(who, &path, &key, &json!({})).await?;
    let waits = purchase.story.claim.is_some_and(|scenario| scenario.before == Before::Dispute);
    if waits && answer.refusal() == Some("claim.dispute_is_open") {
        // C8: verification waits for the end of the dispute.
        play.foreseen(
            purchase,
            "the adjuster accepts during the dispute",
            &answer,
            Some("claim.dispute_is_open"),
        );
        purchase.plan_days(play.now, 4, 5, Move::Adjuster(AdjusterMove::Accept));
        return Ok(());
    }
    // The next move is the shop's, after it has read the event from Kafka.
    play.foreseen(purchase, "the adjuster accepts the documents", &answer, None);
    Ok(())
}

async fn reject(purchase: &mut Purchase, who: &Principal, play: &Play) -> anyhow::Result<()> {
    let documents = purchase.story.claim.map_or(Documents::Rejected, |scenario| scenario.documents);
    let is_incomplete = seen_in_the_documents(purchase.index).is_none();
    if is_incomplete && !std::mem::replace(&mut purchase.is_asked, true) {
        // C3: incomplete documents are a reason only after asking.
        return ask(purchase, who, play).await;
    }
    let body = match seen_in_the_documents(purchase.index) {
        Some((exclusion, explanation)) => {
            json!({ "code": "excluded", "exclusion": exclusion, "explanation": explanation })
        }
        None => {
            json!({ "code": "documents_incomplete", "explanation": "The defect is not described." })
        }
    };
    let path = format!("/v1/claims/{}/rejection", purchase.claim_id());
    let key = purchase.command_key();
    let answer = play.http.post(who, &path, &key, &body).await?;
    play.foreseen(purchase, "the adjuster rejects the documents", &answer, None);
    if documents != Documents::Rejected {
        purchase.plan_days(play.now, 3, 8, Move::Buyer(BuyerMove::Appeal));
    }
    Ok(())
}

async fn decide_appeal(
    purchase: &mut Purchase,
    first: &Principal,
    play: &Play,
) -> anyhow::Result<()> {
    let Some(scenario) = purchase.story.claim else { return Ok(()) };
    let path = format!("/v1/claims/{}/appeal/decision", purchase.claim_id());
    let upheld =
        scenario.documents == Documents::RejectedAppealWon || scenario.remedy == Remedy::AppealWon;
    let body = json!({ "upheld": upheld, "explanation": "Reviewed again from the beginning." });
    if scenario.documents != Documents::Accepted {
        // An appeal never goes to the person who decided.
        let key = purchase.command_key();
        let answer = play.http.post(first, &path, &key, &body).await?;
        play.foreseen(
            purchase,
            "the same reviewer decides the appeal",
            &answer,
            Some("claim.same_reviewer"),
        );
    }
    let second = adjuster(purchase, 2);
    let key = purchase.command_key();
    let answer = play.http.post(&second, &path, &key, &body).await?;
    play.foreseen(purchase, "another reviewer decides the appeal", &answer, None);
    if scenario.remedy == Remedy::AppealWon {
        purchase.plan_days(play.now, 2, 3, Move::Adjuster(AdjusterMove::ChooseRemedy));
    }
    Ok(())
}

/// Chosen by program, verdict and story. A shop's declaration or a third failed repair takes
/// precedence.
async fn choose_remedy(
    purchase: &mut Purchase,
    who: &Principal,
    play: &Play,
) -> anyhow::Result<()> {
    let Some(scenario) = purchase.story.claim else { return Ok(()) };
    let claim = purchase.claim_id();
    let run = purchase.jobs.iter().rev().find(|run| run.job.claim() == claim);
    let beyond = run.is_some_and(|run| run.beyond_repair || run.lost);
    let is_exchange = purchase.line.is_some_and(super::story::Line::is_exchange);
    let remedy = match (scenario.found, scenario.remedy) {
        (Found::NotCovered, Remedy::PaidRepair | Remedy::Agreement | Remedy::Unanswered) => {
            return make_offer(purchase, who, play).await;
        }
        (Found::NotCovered | Found::NoFault, Remedy::BackUnrepaired | Remedy::Abandoned) => {
            // The staff leave the decision to the buyer, who takes the device back.
            purchase.plan_days(play.now, 1, 3, Move::Buyer(BuyerMove::TakeBack));
            return Ok(());
        }
        (_, Remedy::Cash) if beyond || is_exchange => "cash",
        (_, Remedy::Replacement | Remedy::ReplacementLate) if beyond || is_exchange => {
            "replacement"
        }
        (_, _) if beyond => "replacement",
        _ => "repair",
    };
    let path = format!("/v1/claims/{claim}/remedy");
    let key = purchase.command_key();
    let answer = play.http.post(who, &path, &key, &json!({ "remedy": remedy })).await?;
    play.foreseen(purchase, "the adjuster chooses the remedy", &answer, None);
    Ok(())
}

async fn make_offer(purchase: &mut Purchase, who: &Principal, play: &Play) -> anyhow::Result<()> {
    let body = json!({
        "kind": "paid_repair",
        "price": purchase.device.price.share(1, 10)?,
        "text": "We can repair it at your cost, with three months of warranty on the repair.",
    });
    let path = format!("/v1/claims/{}/offers", purchase.claim_id());
    let key = purchase.command_key();
    let answer = play.http.post(who, &path, &key, &body).await?;
    play.foreseen(purchase, "the adjuster offers a paid repair", &answer, None);
    purchase.plan_days(play.now, 2, 6, Move::Buyer(BuyerMove::AnswerOffer));
    Ok(())
}
