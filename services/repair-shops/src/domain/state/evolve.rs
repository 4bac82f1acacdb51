//! How events change the state of a job. Events are facts, so nothing here can fail.

use recourse_kernel::{Instant, ShipmentId, WaitKind};
use recourse_terms::Direction;

use super::job::{
    Bench, BenchResult, Courier, Device, Ending, Job, Leaving, Owed, Part, Proposed, Receipt, Span,
};
use super::promise::Promise;
use super::shipment::{Shipment, ShipmentEnd};
use crate::domain::events::{
    CourierRequested, DeadlinePassed, GoesBack, JobEvent, Moved, PartsAwaited, Received,
    SerialResolved, ShipmentBooked, ShipmentMoved,
};

impl Job {
    /// Applies one of the job's own events.
    #[expect(clippy::too_many_lines, reason = "a table with one row per event")]
    pub fn evolve(&mut self, event: &JobEvent) {
        match event {
            JobEvent::Moved(moved) => self.moved(moved),
            JobEvent::ShipmentDamaged(damaged) => {
                self.damaged_on = Some((damaged.shipment, damaged.falls_on));
            }
            JobEvent::Abandoned(abandoned) => self.abandoned = Some(abandoned.at),
            JobEvent::ShipmentBooked(booked) => {
                self.booked(booked);
            }
            JobEvent::CourierRequested(requested) => {
                let CourierRequested { at: since, book_by: by, buyer_may_book_from, .. } =
                    *requested;
                self.courier = Some(Courier { since, is_requested: true, by, buyer_may_book_from });
            }
            JobEvent::ShipmentCancelled(cancelled) => self.cancelled(cancelled),
            JobEvent::ReceiptAdded(added) => {
                self.with_shipment(added.shipment, |shipment| shipment.has_receipt = true);
            }
            JobEvent::ShipmentPickedUp(moved) => {
                if self.is_to_shop(moved.shipment) {
                    self.courier = None;
                }
                let en_route = moved.deliver_by.map(|by| Promise { since: moved.at, by });
                self.with_shipment(moved.shipment, |shipment| {
                    shipment.picked_up_at = Some(moved.at);
                    shipment.en_route = en_route;
                });
            }
            JobEvent::ShipmentDelivered(moved) => {
                if let Some(by) = moved.inspect_by {
                    self.inspect = Some(Promise { since: moved.at, by });
                }
                self.ended(moved, ShipmentEnd::Delivered(moved.at));
                self.forwarding_arrived();
            }
            JobEvent::ShipmentLost(moved) => {
                self.ended(moved, ShipmentEnd::Lost(moved.at));
                self.is_closed &= !self.is_lost_by_the_provider();
            }
            JobEvent::DeliveryAsked(asked) => {
                let promise = Promise { since: asked.at, by: asked.presumed_at };
                self.with_shipment(asked.shipment, |shipment| shipment.asked = Some(promise));
            }
            JobEvent::ShipmentCorrected(corrected) => self.corrected(corrected),
            JobEvent::ReminderSent(sent) => {
                // The shop is reminded when parts no longer pause the clock.
                self.parts_pause_over |=
                    matches!(sent.kind, WaitKind::Repair | WaitKind::PaidRepair);
                self.reminded.insert(sent.kind);
            }
            JobEvent::Received(received) => self.received(received),
            JobEvent::SerialResolved(resolved) => self.serial_resolved(resolved),
            JobEvent::Inspected(inspected) => {
                self.verdict_reported_at = Some(inspected.reported_at);
                if let Device::OnBench(bench) = &mut self.device {
                    bench.found = Some((inspected.verdict, inspected.inspected_at));
                }
            }
            JobEvent::Repaired(repaired) => {
                self.finish(BenchResult::Repaired(repaired.repaired_at));
                self.leaves(repaired.repaired_at, repaired.send_by, repaired.goes_back);
                self.proposed = None;
            }
            JobEvent::BeyondRepairProposed(proposed) => {
                self.proposed = Some(Proposed {
                    because: proposed.because,
                    at: proposed.at,
                    approve_by: proposed.approve_by,
                    findings: proposed.findings.clone(),
                });
            }
            JobEvent::BeyondRepairDeclined(_) => self.proposed = None,
            JobEvent::DeclaredBeyondRepair(declared) => {
                self.proposed = None;
                self.finish(BenchResult::BeyondRepair(declared.because, declared.at));
            }
            JobEvent::PartsAwaited(awaited) => self.part_awaited(awaited),
            JobEvent::PartsArrived(arrived) => {
                if let Some(part) = self.awaited_mut(&arrived.part) {
                    part.arrived_at = Some(arrived.arrived_at);
                }
            }
            JobEvent::DutyRaised(raised) => {
                // T6's duty is raised once, with the verdict.
                self.bench_duty_raised |= raised.rule == "T5";
                if let (None, Some(by)) = (&self.declaration, raised.declare_by) {
                    self.declaration = Some(Owed::by(by));
                }
            }
            JobEvent::DeadlinePassed(passed) => self.note_deadline(passed),
            JobEvent::RemedyNoted(noted) => {
                let since = noted.chosen_at.unwrap_or(self.opened.opened_at);
                // M8: what was lost in transit to the buyer is compensated, also after the end.
                self.is_closed &=
                    !self.ended_with_a_lost_shipment() && !self.is_lost_by_the_provider();
                self.dispatch = None;
                self.proposed = None;
                self.leaves(since, noted.send_by, noted.goes_back);
                self.repair_chosen_at = noted.repair_by.and(noted.chosen_at);
            }
            JobEvent::AppealNoted(noted) => self.leaves(noted.at, None, noted.goes_back),
            JobEvent::VerdictOverturned(noted) => self.overturned(noted.at),
            JobEvent::PaymentNoted(noted) => {
                self.paid_at = Some(noted.at);
                self.leaves(noted.at, None, noted.goes_back);
            }
            JobEvent::ReplacementSent(sent) => {
                self.ending = Some(Ending::Replaced(sent.shipment));
                self.dispatch = None;
                self.handed_to_carrier(sent.shipment, sent.sent_at, sent.deliver_by);
            }
            JobEvent::HandedOver(handed) => {
                self.ending = Some(Ending::HandedOver(handed.to, handed.shipment));
                self.dispatch = None;
                self.handed_to_carrier(handed.shipment, handed.at, handed.deliver_by);
            }
            JobEvent::Closed(_) => self.is_closed = true,
            // Events of the whole purchase are applied in `Jobs::evolve`.
            JobEvent::Opened(_)
            | JobEvent::RoutingFailed(_)
            | JobEvent::RepairAgreed(_)
            | JobEvent::ChainNoted(_)
            | JobEvent::AnswerAwaited(_)
            | JobEvent::AnswerNoted(_)
            | JobEvent::OfferNoted(_)
            | JobEvent::PaymentAwaited(_)
            | JobEvent::RepairCancelled(_)
            | JobEvent::DefectNoted(_)
            | JobEvent::Disclosed(_) => {}
        }
    }

    /// The device was received: it goes to the bench, or into quarantine.
    fn received(&mut self, received: &Received) {
        let receipt = Receipt { at: received.received_at, serial: received.serial.clone() };
        self.first_receipt.get_or_insert(receipt.at);
        (self.forwarded_from, self.forward, self.courier) = (None, None, None);
        // What the carrier still has is not the device.
        let mut shipments = self.shipments.values_mut();
        let to_shop = shipments.by_ref().filter(|shipment| shipment.direction == Direction::ToShop);
        to_shop.for_each(|shipment| shipment.en_route = None);
        if let Some(span) = self.forwarded.last_mut() {
            let arrived = span.until.map_or(receipt.at, |until| until.min(receipt.at));
            span.until = Some(arrived.max(span.from));
        }
        self.device = if received.serial_matches {
            Device::OnBench(Bench { receipt, found: self.found_before, result: None })
        } else {
            Device::Quarantined(receipt)
        };
        let promise = |by| Promise { since: received.received_at, by };
        self.inspect = received.inspect_by.map(promise);
        self.resolve = received.resolve_by.map(promise);
        self.leaves(received.received_at, None, received.goes_back);
        // A device can still arrive after the job was closed, and then has to be returned.
        self.is_closed = false;
    }

    /// A courier that the provider booked has to come; a shipment to the buyer means that nothing
    /// is collected.
    fn booked(&mut self, booked: &ShipmentBooked) {
        let forwards = booked.between_shops.map(|_| self.forwarded.len());
        let shipment = Shipment { forwards, ..Shipment::new(booked) };
        self.shipments.insert(booked.shipment.shipment, shipment);
        match booked.courier {
            Some(due) => self.courier_due(booked.booked_at, due),
            None if booked.direction == Direction::ToShop && booked.counts_as.is_none() => {
                self.courier = None;
            }
            None => {}
        }
        if let Some(due) = booked.hand_over {
            self.hand_over = due;
            self.reminded.remove(&WaitKind::HandOver);
        }
        if let Some(by) = booked.send_by {
            self.dispatch = Some(Leaving { since: booked.booked_at, how: GoesBack::Sent { by } });
        }
    }

    fn ended(&mut self, moved: &ShipmentMoved, end: ShipmentEnd) {
        self.with_shipment(moved.shipment, |shipment| {
            (shipment.end, shipment.presumed) = (Some(end), moved.presumed);
        });
    }

    /// Something may go to the buyer from now on.
    fn leaves(&mut self, since: Instant, send_by: Option<Instant>, goes_back: Option<GoesBack>) {
        let how = send_by.map(|by| GoesBack::Sent { by }).or(goes_back);
        if let Some(how) = how {
            self.dispatch = Some(Leaving { since, how });
            self.reminded.remove(&WaitKind::Collection);
        }
    }

    /// The carrier has it, whether or not it reports the pick-up.
    fn handed_to_carrier(
        &mut self,
        shipment: Option<ShipmentId>,
        at: Instant,
        deliver_by: Option<Instant>,
    ) {
        let (Some(shipment), Some(by)) = (shipment, deliver_by) else { return };
        self.with_shipment(shipment, |shipment| {
            shipment.en_route.get_or_insert(Promise { since: at, by });
        });
    }

    /// If the first shop had the device, it is now in transit to the other one; the verdict remains
    /// valid.
    fn moved(&mut self, moved: &Moved) {
        self.opened.shop = moved.shop.clone();
        self.opened.routed_because = format!("shop {} passed the job on", moved.from);
        self.forwarded_from.clone_from(&moved.device_in);
        if let Device::OnBench(bench) = &self.device {
            self.found_before = bench.found;
        }
        if self.receipt().is_some() {
            self.moved_at = Some(moved.moved_at);
            // The provider's clock is paused from the report on, however early the move was.
            self.forwarded.push(Span { from: moved.reported_at, until: None });
            (self.device, self.inspect) = (Device::Awaited, None);
            self.forward = moved.send_by.map(|by| Promise { since: moved.moved_at, by });
        }
    }

    /// The device turned out to be the claimed one, so it leaves the quarantine for the bench.
    fn serial_resolved(&mut self, resolved: &SerialResolved) {
        if let Device::Quarantined(receipt) = &self.device {
            let receipt = Receipt { serial: resolved.serial.clone(), ..receipt.clone() };
            let found = self.found_before;
            self.inspect = resolved.inspect_by.map(|by| Promise { since: receipt.at, by });
            self.device = Device::OnBench(Bench { receipt, found, result: None });
        }
    }

    /// A part that is awaited already gets a new expected date.
    fn part_awaited(&mut self, awaited: &PartsAwaited) {
        if let Some(part) = self.awaited_mut(&awaited.part) {
            part.expected_on = awaited.expected_on;
            return;
        }
        self.parts.push(Part {
            part: awaited.part.clone(),
            ordered_at: awaited.ordered_at,
            reported_at: awaited.reported_at,
            first_expected_on: awaited.first_expected_on,
            expected_on: awaited.expected_on,
            arrived_at: None,
            late: None,
        });
    }

    fn awaited_mut(&mut self, name: &str) -> Option<&mut Part> {
        self.parts.iter_mut().find(|part| part.part == name && part.arrived_at.is_none())
    }

    pub(super) fn with_shipment(&mut self, id: ShipmentId, change: impl FnOnce(&mut Shipment)) {
        if let Some(shipment) = self.shipments.get_mut(&id.shipment) {
            change(shipment);
        }
    }

    /// C11: nothing goes back any more. A device that was repaired for its covered defects alone is
    /// repaired again.
    fn overturned(&mut self, at: Instant) {
        (self.dispatch, self.repair_chosen_at) = (None, None);
        let Device::OnBench(bench) = &mut self.device else { return };
        if let (Some(BenchResult::Repaired(from)), None) = (bench.result, self.ending) {
            bench.result = None;
            self.was_repaired.push(Span { from, until: Some(at.max(from)) });
        }
    }

    fn finish(&mut self, result: BenchResult) {
        if let Device::OnBench(bench) = &mut self.device {
            bench.result = Some(result);
        }
    }

    fn note_deadline(&mut self, passed: &DeadlinePassed) {
        let number = passed.shipment.map_or(0, |shipment| shipment.shipment);
        self.late.insert((passed.deadline, number, passed.due));
        match passed.deadline {
            WaitKind::Declaration => Owed::lateness_reported(&mut self.declaration),
            WaitKind::HandOver => self.was_not_handed_over = true,
            WaitKind::Parts => {
                let late = self.parts.iter_mut().filter(|part| {
                    part.arrived_at.is_none() && passed.part.as_ref() == Some(&part.part)
                });
                for part in late {
                    // The first promise is missed first, whatever was promised since (T9).
                    let promised = match part.late {
                        None => part.first_expected_on,
                        Some(_) => part.expected_on,
                    };
                    part.late = Some((promised, passed.due));
                }
            }
            _ => {}
        }
    }
}
