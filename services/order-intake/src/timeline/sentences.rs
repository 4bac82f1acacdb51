//! Sentences for the events of orders.

use recourse_wiring::timeline::Body;

pub(super) fn sentence(name: &str, said: Body<'_>) -> Option<String> {
    let event = name.strip_prefix("order.")?;
    marketplace_fact(event, said)
        .or_else(|| delivery(event, said))
        .or_else(|| changed_by_the_shop(event, said))
        .or_else(|| dispute(event, said))
}

fn changed_by_the_shop(event: &str, said: Body<'_>) -> Option<String> {
    let devices = || said.counted("devices", "device");
    Some(match event {
        "lines_added" => format!("{} added to the order.", said.counted("lines", "line")),
        "payment_added" => format!("Another payment for the order: {}.", said.money("amount")),
        "contact_corrected" => "The buyer's contact or address was corrected.".to_owned(),
        "units_removed" => format!("{} removed from the order before delivery.", devices()),
        "warranty_added" => format!(
            "Warranty added to the order: {} by {} for {} ({}).",
            said.inner("warranty").text("program"),
            said.inner("warranty").text("provider"),
            said.inner("warranty").money("price"),
            devices(),
        ),
        "warranty_removed" => format!("Warranty removed from the order ({}).", devices()),
        "disregarded" => format!(
            "{} does not have order {}: a test, or an order of another marketplace.",
            said.text("marketplace"),
            said.text("number"),
        ),
        "refund_announced" => "The seller announced a refund, which is not paid yet.".to_owned(),
        "refund_paid" => "The payment of a refund succeeded.".to_owned(),
        "reported_again" => "The order was reported again, unchanged.".to_owned(),
        "refund_unattributed" if said.text("because") == "paid_in_dispute" => format!(
            "The marketplace reported {} that was counted with the outcome of the dispute.",
            said.money("amount"),
        ),
        "refund_unattributed" if said.text("because") == "exceeds_price" => {
            format!("The seller refunded {} above all prices.", said.money("amount"))
        }
        "refund_unattributed" => format!(
            "The seller refunded {} without saying for which device ({}).",
            said.money("amount"),
            said.code("because"),
        ),
        "warranty_refunded" => format!(
            "The seller refunded {} of the warranty price ({}).",
            said.money("amount"),
            devices(),
        ),
        _ => return None,
    })
}

fn marketplace_fact(event: &str, said: Body<'_>) -> Option<String> {
    Some(match event {
        "placed" => format!(
            "Order {} placed on {} ({}).",
            said.text("number"),
            said.text("marketplace"),
            said.text("country"),
        ),
        "paid" => format!("Order paid: {}.", said.money("amount")),
        "cancelled" => format!("Order cancelled ({}).", said.text("reason")),
        "receipt_confirmed" => "The buyer confirmed receipt.".to_owned(),
        "completed" => format!(
            "Order completed: {}.",
            match said.text("because") {
                "receipt_confirmed" => "the buyer confirmed receipt",
                "days_after_delivery" => "the days after its delivery have passed",
                _ => "reported by the marketplace",
            },
        ),
        "returned" => format!("{} returned to the seller.", said.counted("devices", "device")),
        "line_refunded" if said.has("cancelled") => format!(
            "The marketplace refunded {} per device for the cancelled order ({}).",
            said.money("amount"),
            said.counted("devices", "device"),
        ),
        "line_refunded" => format!(
            "The seller refunded {} per device ({}).",
            said.money("amount"),
            said.counted("devices", "device"),
        ),
        "buyer_access_granted" => format!(
            "{} may act as the buyer until {}.",
            said.text("marketplace"),
            said.time("until"),
        ),
        "privacy_requested" => format!(
            "{} passed on a request about personal data ({}), due on {}.",
            said.text("marketplace"),
            said.text("kind"),
            said.time("due"),
        ),
        "privacy_request_resolved" => {
            format!("The request about personal data was resolved: {}.", said.text("outcome"))
        }
        "fact_kept" => format!(
            "`{}` arrived early; on hold until `{}` arrives.",
            said.text("fact"),
            said.code("missing"),
        ),
        "kept_fact_refused" => {
            format!(
                "`{}` was on hold and has been refused: {}.",
                said.text("fact"),
                said.text("detail")
            )
        }
        _ => return None,
    })
}

fn delivery(event: &str, said: Body<'_>) -> Option<String> {
    Some(match event {
        "delivered" if said.text("presumed") == "receipt_confirmed" => format!(
            "Delivered by {} (time zone {}), as the receipt is confirmed.",
            said.time("delivered_at"),
            said.text("zone"),
        ),
        "delivered" => {
            format!("Delivered on {} (time zone {}).", said.time("delivered_at"), said.text("zone"))
        }
        "delivery_corrected" => format!(
            "Delivery date corrected to {} (time zone {}).",
            said.time("delivered_at"),
            said.text("zone"),
        ),
        "delivery_withdrawn" => {
            format!(
                "{} did not arrive: the shipment failed or was returned.",
                said.counted("devices", "device")
            )
        }
        "shipment_noted" if said.has("failed_at") => {
            format!("Shipment {} failed or was returned.", said.text("shipment"))
        }
        "shipment_noted" => {
            format!("Shipment {} has {}.", said.text("shipment"), said.counted("lines", "line"))
        }
        _ => return None,
    })
}

fn dispute(event: &str, said: Body<'_>) -> Option<String> {
    Some(match event {
        "dispute_opened" => format!(
            "The buyer opened a dispute with the seller and requested {}.",
            match said.text("requested_remedy") {
                "exchange" => "an exchange".to_owned(),
                "repair" => {
                    format!("the price of a repair ({})", said.inner("receipt").money("amount"))
                }
                _ => "a refund".to_owned(),
            },
        ),
        "dispute_answered" => match said.text("answer") {
            "agree" => "The seller agreed.".to_owned(),
            "counter" => format!(
                "The seller offered {}{} instead.",
                said.code("kind"),
                said.money_or("offer", String::new(), |money| format!(" of {money}")),
            ),
            _ => "The seller declined.".to_owned(),
        },
        "dispute_offer_declined" => {
            "The buyer declined the seller's offer; the marketplace will decide.".to_owned()
        }
        "dispute_withdrawn" => "The buyer withdrew the dispute.".to_owned(),
        "deadline_passed" => missed(said),
        "dispute_decided" => {
            let amount = said.money_or("amount", String::new(), |money| format!(" of {money}"));
            let by = said.time_or("perform_by", |time| format!("; to be carried out by {time}"));
            format!(
                "Dispute decided: {}{amount} (by the {}){by}.",
                said.code("ending"),
                said.text("by"),
            )
        }
        "dispute_performance_stated" => format!(
            "The seller states that the outcome was carried out: {}{}. The buyer may object until {}.",
            said.code("ending"),
            said.money_or("amount", String::new(), |money| format!(" of {money}")),
            said.time("object_by"),
        ),
        "dispute_performance_contested" => {
            "The buyer objected: the outcome of the dispute is still owed.".to_owned()
        }
        "dispute_performed" => {
            let amount = said.money_or("amount", String::new(), |money| format!(" of {money}"));
            format!("The outcome of the dispute was carried out: {}{amount}.", said.code("ending"))
        }
        _ => return None,
    })
}

/// What a deadline that passed means.
fn missed(said: Body<'_>) -> String {
    let what = match said.text("deadline") {
        "dispute_answer" => "The seller did not answer in time; the marketplace will decide",
        "dispute_offer_answer" => {
            "The buyer did not answer the seller's offer in time; the marketplace will decide"
        }
        "dispute_decision" => {
            "The marketplace did not decide the dispute in time; claims no longer wait for it"
        }
        "dispute_objection" => "The buyer did not object to the seller's statement, so it counts",
        _ => "The outcome of the dispute was not carried out in time; it stays owed",
    };
    format!("{what}. Reported to {}.", said.text("escalated_to"))
}
