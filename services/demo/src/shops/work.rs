//! What a shop does with a job, and reports.

use chrono::TimeDelta;
use recourse_kernel::{Instant, JobId, Principal, ShipmentId};
use serde_json::{Value, json};

use crate::moves::{AdjusterMove, BuyerMove, Move, ShopMove};
use crate::play::Play;
use crate::story::{Bench, Found, Remedy, Scenario, found_at_the_shop};
use crate::world::{Purchase, imei};

impl ShopMove {
    fn job(&self) -> JobId {
        match *self {
            Self::SendCourier(job)
            | Self::Receive(job)
            | Self::ResolveSerial(job)
            | Self::Inspect(job)
            | Self::AwaitPart(job)
            | Self::PartArrives(job)
            | Self::Repair(job)
            | Self::DeclareBeyondRepair(job, _)
            | Self::SendReplacement(job)
            | Self::HandOver(job) => job,
            Self::Arrive(shipment) | Self::Lose(shipment) | Self::ReachBuyer(shipment) => {
                shipment.job()
            }
        }
    }

    pub(crate) async fn make(
        self,
        purchase: &mut Purchase,
        _at: Instant,
        play: &Play,
    ) -> anyhow::Result<()> {
        let job = self.job();
        let Some(scenario) = purchase.story.claim else { return Ok(()) };
        let Some(run) = purchase.job(job) else {
            purchase.surprised(format_args!("no shop has received {job}"));
            return Ok(());
        };
        let shop = run.shop.clone();
        let report = Report { shop, job, scenario };
        match self {
            Self::SendCourier(_) => report.send_courier(purchase, play).await,
            Self::Arrive(shipment) => report.arrive(purchase, shipment, play).await,
            Self::Lose(shipment) => report.lose(purchase, shipment, play).await,
            Self::Receive(_) => report.receive(purchase, play).await,
            Self::ResolveSerial(_) => report.resolve_serial(purchase, play).await,
            Self::Inspect(_) => report.inspect(purchase, play).await,
            Self::AwaitPart(_) => report.await_part(purchase, play).await,
            Self::PartArrives(_) => report.part_arrives(purchase, play).await,
            Self::Repair(_) => report.repair(purchase, play).await,
            Self::DeclareBeyondRepair(_, why) => report.beyond_repair(purchase, why, play).await,
            Self::SendReplacement(_) => report.send_replacement(purchase, play).await,
            Self::HandOver(_) => report.hand_over(purchase, play).await,
            Self::ReachBuyer(shipment) => report.reach_buyer(purchase, shipment, play).await,
        }
    }
}

/// A shop's report on a job.
struct Report {
    shop: Principal,
    job: JobId,
    scenario: Scenario,
}

impl Report {
    /// Sends a report, and returns whether the answer was as expected.
    async fn report(
        &self,
        purchase: &mut Purchase,
        play: &Play,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<Option<String>> {
        let key = purchase.command_key();
        let answer = play.http.post(&self.shop, path, &key, body).await?;
        let what = format!("the shop reports {path}");
        Ok(play.foreseen(purchase, &what, &answer, None).then(|| answer.id().to_owned()))
    }

    async fn report_of_job(
        &self,
        purchase: &mut Purchase,
        play: &Play,
        what: &str,
        body: &Value,
    ) -> anyhow::Result<bool> {
        let path = format!("/v1/jobs/{}/{what}", self.job);
        Ok(self.report(purchase, play, &path, body).await?.is_some())
    }

    async fn book(
        &self,
        purchase: &mut Purchase,
        play: &Play,
        direction: &str,
        carrier: &str,
    ) -> anyhow::Result<Option<ShipmentId>> {
        let body = json!({ "direction": direction, "carrier": carrier });
        let path = format!("/v1/jobs/{}/shipments", self.job);
        let shipment = self.report(purchase, play, &path, &body).await?;
        Ok(shipment.and_then(|shipment| shipment.parse().ok()))
    }

    async fn send_courier(&self, purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
        let carrier = purchase.job(self.job).map_or("", |run| run.carrier);
        let Some(shipment) = self.book(purchase, play, "to_shop", carrier).await? else {
            return Ok(());
        };
        self.report(purchase, play, &format!("/v1/shipments/{shipment}/picked-up"), &json!({}))
            .await?;
        if self.scenario.bench == Bench::LostByCarrier {
            purchase.plan_days(play.now, 9, 10, Move::Shop(ShopMove::Lose(shipment)));
        } else {
            purchase.plan_days(play.now, 3, 5, Move::Shop(ShopMove::Arrive(shipment)));
        }
        Ok(())
    }

    async fn arrive(
        &self,
        purchase: &mut Purchase,
        shipment: ShipmentId,
        play: &Play,
    ) -> anyhow::Result<()> {
        self.report(purchase, play, &format!("/v1/shipments/{shipment}/delivered"), &json!({}))
            .await?;
        self.receive(purchase, play).await
    }

    /// M8: the party that booked the shipment is liable for its loss; here the provider
    /// compensates.
    async fn lose(
        &self,
        purchase: &mut Purchase,
        shipment: ShipmentId,
        play: &Play,
    ) -> anyhow::Result<()> {
        self.report(purchase, play, &format!("/v1/shipments/{shipment}/lost"), &json!({})).await?;
        if let Some(run) = purchase.job(self.job) {
            run.lost = true;
        }
        purchase.plan_days(play.now, 2, 3, Move::Adjuster(AdjusterMove::ChooseRemedy));
        Ok(())
    }

    async fn receive(&self, purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
        let is_wrong = self.scenario.bench == Bench::WrongSerial && self.job.claim == 1;
        let serial = if is_wrong { imei(&mut purchase.dice) } else { purchase.serial.clone() };
        let body = json!({ "serial": serial, "condition": "used, complete" });
        if !self.report_of_job(purchase, play, "received", &body).await? {
            return Ok(());
        }
        if let Some(run) = purchase.job(self.job) {
            run.is_received = true;
        }
        if is_wrong {
            // C6: no verdict on a device other than the claimed one.
            let body = json!({ "verdict": { "kind": "covered" }, "cause": "board" });
            let key = purchase.command_key();
            let path = format!("/v1/jobs/{}/inspected", self.job);
            let answer = play.http.post(&self.shop, &path, &key, &body).await?;
            play.foreseen(purchase, "the shop inspects", &answer, Some("job.quarantined"));
            purchase.plan_days(play.now, 2, 3, Move::Shop(ShopMove::ResolveSerial(self.job)));
        } else {
            purchase.plan_days(play.now, 1, 1, Move::Shop(ShopMove::Inspect(self.job)));
        }
        Ok(())
    }

    async fn resolve_serial(&self, purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
        let body = json!({
            "serial": purchase.serial,
            "note": "the box had been mixed up with a neighbour's; the buyer handed in the right \
                     device",
        });
        self.report_of_job(purchase, play, "serial-resolved", &body).await?;
        purchase.plan_days(play.now, 1, 2, Move::Shop(ShopMove::Inspect(self.job)));
        Ok(())
    }

    /// Finds the defect and its cause. The return shipment is booked first, so that its price is
    /// known before anyone decides (C5).
    async fn inspect(&self, purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
        if self.scenario.bench == Bench::WithdrawnThere {
            return Ok(()); // The buyer takes it back before the inspection.
        }
        let (in_person, carrier) =
            purchase.job(self.job).map_or((true, ""), |run| (run.in_person, run.carrier));
        if !in_person {
            let shipment = self.book(purchase, play, "to_buyer", carrier).await?;
            if let Some(run) = purchase.job(self.job) {
                run.return_shipment = shipment;
            }
        }
        let (verdict, cause) = match self.scenario.found {
            Found::Covered => (json!({ "kind": "covered" }), "board"),
            Found::NotCovered => {
                let exclusion = found_at_the_shop(purchase.index);
                (json!({ "kind": "not_covered", "exclusion": exclusion }), exclusion)
            }
            Found::NoFault => (json!({ "kind": "no_fault_found" }), "none"),
        };
        let body = json!({ "verdict": verdict, "cause": cause, "notes": "tested for two hours" });
        if !self.report_of_job(purchase, play, "inspected", &body).await? {
            return Ok(());
        }
        // The third repair failed: the shop learns its duty from Kafka (T6).
        let is_last = self.scenario.returns >= 3 && self.job.claim > self.scenario.returns;
        if self.scenario.remedy == Remedy::AppealWon {
            purchase.plan_days(play.now, 2, 5, Move::Buyer(BuyerMove::Appeal));
        } else if self.scenario.bench == Bench::BeyondRepair {
            let declare = ShopMove::DeclareBeyondRepair(self.job, "found_so");
            purchase.plan_days(play.now, 1, 2, Move::Shop(declare));
        } else if !is_last {
            let late = self.scenario.remedy == Remedy::ReplacementLate;
            let (least, most) = if late { (22, 26) } else { (1, 2) };
            let choose = Move::Adjuster(AdjusterMove::ChooseRemedy);
            purchase.plan_days(play.now, least, most, choose);
        }
        Ok(())
    }

    /// T9: which part is awaited, and until when.
    async fn await_part(&self, purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
        let late = self.scenario.bench == Bench::PartsLate;
        let expected = play.now + TimeDelta::days(if late { 3 } else { 8 });
        let body = json!({ "part": "main board", "expected_on": expected.date_naive() });
        self.report_of_job(purchase, play, "parts-awaited", &body).await?;
        purchase.plan_days(play.now, 6, 7, Move::Shop(ShopMove::PartArrives(self.job)));
        Ok(())
    }

    async fn part_arrives(&self, purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
        let mut body = json!({ "part": "main board" });
        if self.scenario.bench == Bench::PartsLate {
            body["reason"] = json!("the supplier shipped it late");
        }
        self.report_of_job(purchase, play, "parts-arrived", &body).await?;
        purchase.plan_days(play.now, 1, 2, Move::Shop(ShopMove::Repair(self.job)));
        Ok(())
    }

    async fn repair(&self, purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
        if !self.report_of_job(purchase, play, "repaired", &json!({})).await? {
            return Ok(());
        }
        if let Some(run) = purchase.job(self.job) {
            run.is_repaired = true;
        }
        purchase.plan_days(play.now, 1, 2, Move::Shop(ShopMove::HandOver(self.job)));
        Ok(())
    }

    async fn beyond_repair(
        &self,
        purchase: &mut Purchase,
        why: &str,
        play: &Play,
    ) -> anyhow::Result<()> {
        let body = json!({ "because": why });
        // The shop reads from Kafka whether the provider has approved it.
        self.report_of_job(purchase, play, "beyond-repair", &body).await?;
        Ok(())
    }

    /// S2: another device, by the booked shipment, or over the counter.
    async fn send_replacement(&self, purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
        let shipment = self.return_shipment(purchase, play).await?;
        let serial = imei(&mut purchase.dice);
        let mut body = json!({ "serial": serial });
        if let Some(shipment) = shipment {
            body["shipment"] = json!(shipment);
        }
        if !self.report_of_job(purchase, play, "replacement", &body).await? {
            return Ok(());
        }
        purchase.serial = serial;
        self.leaves(purchase, shipment, play).await
    }

    async fn hand_over(&self, purchase: &mut Purchase, play: &Play) -> anyhow::Result<()> {
        let shipment = self.return_shipment(purchase, play).await?;
        let body = match shipment {
            Some(shipment) => json!({ "to": "carrier", "shipment": shipment }),
            None => json!({ "to": "buyer" }),
        };
        if !self.report_of_job(purchase, play, "handed-over", &body).await? {
            return Ok(());
        }
        self.leaves(purchase, shipment, play).await
    }

    /// The booked return shipment, or one booked now; none if the buyer comes in person.
    async fn return_shipment(
        &self,
        purchase: &mut Purchase,
        play: &Play,
    ) -> anyhow::Result<Option<ShipmentId>> {
        let (in_person, carrier, booked) = purchase
            .job(self.job)
            .map_or((true, "", None), |run| (run.in_person, run.carrier, run.return_shipment));
        match booked {
            Some(shipment) => Ok(Some(shipment)),
            None if in_person => Ok(None),
            None => self.book(purchase, play, "to_buyer", carrier).await,
        }
    }

    async fn leaves(
        &self,
        purchase: &mut Purchase,
        shipment: Option<ShipmentId>,
        play: &Play,
    ) -> anyhow::Result<()> {
        if let Some(run) = purchase.job(self.job) {
            run.is_over = true;
        }
        match shipment {
            Some(shipment) => {
                self.report(
                    purchase,
                    play,
                    &format!("/v1/shipments/{shipment}/picked-up"),
                    &json!({}),
                )
                .await?;
                purchase.plan_days(play.now, 3, 7, Move::Shop(ShopMove::ReachBuyer(shipment)));
            }
            None => self.comes_back(purchase, play.now),
        }
        Ok(())
    }

    async fn reach_buyer(
        &self,
        purchase: &mut Purchase,
        shipment: ShipmentId,
        play: &Play,
    ) -> anyhow::Result<()> {
        self.report(purchase, play, &format!("/v1/shipments/{shipment}/delivered"), &json!({}))
            .await?;
        self.comes_back(purchase, play.now);
        Ok(())
    }

    /// The same defect shows again, if the story says so (T6, T7).
    fn comes_back(&self, purchase: &mut Purchase, now: Instant) {
        if self.job.claim <= self.scenario.returns {
            purchase.plan_days(now, 8, 11, Move::Buyer(BuyerMove::File));
        }
    }
}
