//! Repair shops: read jobs from Kafka, with a plain consumer group, and answer over HTTP.

mod work;

use recourse_clients::inbox::Heard;
use recourse_kernel::{Instant, JobId, Principal, Role};
use serde_json::Value;

use super::job_run::JobRun;
use super::moves::{AdjusterMove, BuyerMove, Move, ShopMove};
use super::story::{Bench, Scenario};
use super::world::Purchase;

/// An event was read from `recourse.jobs.events.v1`.
pub(super) fn heard(purchase: &mut Purchase, heard: &Heard, now: Instant) {
    let Some(scenario) = purchase.story.claim else { return };
    let Some(job) = heard.body["job"].as_str().and_then(|job| job.parse::<JobId>().ok()) else {
        return;
    };
    match heard.kind.as_str() {
        "recourse.job.opened.v1" => opened(purchase, job, &heard.body, scenario, now),
        "recourse.job.remedy_noted.v1" => remedy_noted(purchase, job, &heard.body, scenario, now),
        "recourse.job.payment_noted.v1" => payment_noted(purchase, job, now),
        "recourse.job.beyond_repair_proposed.v1" => {
            let approve = Move::Adjuster(AdjusterMove::ApproveBeyondRepair(job));
            purchase.plan_days(now, 1, 2, approve);
        }
        "recourse.job.declared_beyond_repair.v1" => {
            if let Some(run) = purchase.job(job) {
                run.beyond_repair = true;
            }
            purchase.plan_days(now, 1, 2, Move::Adjuster(AdjusterMove::ChooseRemedy));
        }
        "recourse.job.duty_raised.v1" => {
            let why = if heard.body["rule"] == "T6" { "third_repair" } else { "counted_days" };
            let declare = Move::Shop(ShopMove::DeclareBeyondRepair(job, why));
            purchase.plan_days(now, 1, 2, declare);
        }
        _ => {}
    }
}

fn opened(purchase: &mut Purchase, job: JobId, body: &Value, scenario: Scenario, now: Instant) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (shop, city) = (text(&body["shop"]["id"]), text(&body["shop"]["city"]));
    let (line, version) = (text(&body["terms"]["line"]), body["terms"]["version"].as_u64());
    let home = purchase.home;
    let in_person = city == home.city;
    let couriers = line == "wisetech-repair" && version >= Some(2);
    let carrier = match (home.country, line.as_str()) {
        ("UA", _) => "courier-ua",
        ("BY", _) => "courier-by",
        ("US", _) => "post-us",
        ("DE", _) => "post-de",
        _ if couriers => "courier-service-express",
        _ => "post-ru",
    };
    purchase.jobs.push(JobRun {
        job,
        shop: Principal::new(Role::Shop, shop),
        in_person,
        carrier,
        return_shipment: None,
        remedy: None,
        waits_for_money: false,
        is_received: false,
        is_repaired: false,
        beyond_repair: false,
        lost: false,
        is_over: false,
    });
    let next = if in_person {
        Move::Shop(ShopMove::Receive(job))
    } else if couriers {
        Move::Buyer(BuyerMove::RequestCourier(job))
    } else {
        Move::Buyer(BuyerMove::SendParcel(job))
    };
    purchase.plan_days(now, 2, 4, next);
    if scenario.bench == Bench::WithdrawnThere {
        let there = if in_person { 6 } else { 15 };
        purchase.plan_days(now, there, there + 2, Move::Buyer(BuyerMove::Withdraw));
    }
}

fn remedy_noted(
    purchase: &mut Purchase,
    job: JobId,
    body: &Value,
    scenario: Scenario,
    now: Instant,
) {
    let remedy = body["remedy"].as_str().unwrap_or_default().to_owned();
    let waits_for_money = body["must_be_paid_first"].as_bool().unwrap_or_default();
    let Some(run) = purchase.job(job) else { return };
    let is_new = run.remedy.as_deref() != Some(remedy.as_str());
    run.remedy = Some(remedy.clone());
    run.waits_for_money = waits_for_money;
    if !is_new || run.is_over {
        return;
    }
    let (received, repaired) = (run.is_received, run.is_repaired);
    match remedy.as_str() {
        "repair" if !repaired => start_repair(purchase, job, scenario, now),
        "replacement" => {
            // T3: the replacement is sent within three days of the choice, even of a late one.
            purchase.plan_days(now, 1, 2, Move::Shop(ShopMove::SendReplacement(job)));
        }
        "return_unrepaired" if received && !waits_for_money => {
            purchase.plan_days(now, 2, 3, Move::Shop(ShopMove::HandOver(job)));
        }
        _ => {}
    }
}

fn start_repair(purchase: &mut Purchase, job: JobId, scenario: Scenario, now: Instant) {
    let first = job.claim == 1;
    match scenario.bench {
        Bench::PartsInTime | Bench::PartsLate if first => {
            purchase.plan_days(now, 1, 2, Move::Shop(ShopMove::AwaitPart(job)));
        }
        Bench::Slow if first => {
            purchase.plan_days(now, 12, 14, Move::Shop(ShopMove::Repair(job)));
        }
        // The log itself records the duty to declare it beyond repair (T5).
        Bench::NeverDone => {}
        _ => purchase.plan_days(now, 1, 1, Move::Shop(ShopMove::Repair(job))),
    }
}

fn payment_noted(purchase: &mut Purchase, job: JobId, now: Instant) {
    let is_forgotten =
        purchase.story.claim.is_some_and(|scenario| scenario.bench == Bench::Forgotten);
    let Some(run) = purchase.job(job) else { return };
    if !run.waits_for_money || run.is_over || !run.is_received {
        return;
    }
    match run.remedy.as_deref() {
        Some("paid_repair") if !run.is_repaired && is_forgotten => {
            // Twice the repair days of Tomrepair, and some more.
            purchase.plan_days(now, 12, 14, Move::Buyer(BuyerMove::CancelRepair(job)));
        }
        Some("paid_repair") if !run.is_repaired => {
            purchase.plan_days(now, 2, 4, Move::Shop(ShopMove::Repair(job)));
        }
        Some("return_unrepaired") => {
            purchase.plan_days(now, 1, 2, Move::Shop(ShopMove::HandOver(job)));
        }
        _ => {}
    }
}
