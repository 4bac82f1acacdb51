//! The results of the year, counted from the log alone.

use std::collections::{BTreeMap, BTreeSet};

use recourse_audit::verification::{Entry, log};
use recourse_kernel::ids::claim_in;
use recourse_kernel::record::header;
use recourse_kernel::{ClaimId, CommandRecord, Money};
use recourse_runtime::dead_letter::DEAD_LETTER;
use recourse_runtime::kafka::Connection;
use recourse_runtime::kafka::poll::Fetched;
use recourse_runtime::topics::Topics;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::world::Quirks;

#[derive(Debug, Default)]
pub(super) struct Summary {
    pub(super) orders: u64,
    pub(super) policies: u64,
    pub(super) claims: BTreeMap<String, ClaimLine>,
    /// Claims not covered, by exclusion code: from the shop's verdict, or from the adjuster's
    /// review of the documents.
    pub(super) exclusions: BTreeMap<String, u64>,
    /// Providers with published terms.
    pub(super) providers: BTreeSet<String>,
    /// Number and sum of payments, by kind and currency.
    pub(super) money: BTreeMap<(String, String), (u64, i64)>,
    /// Refusals by code: how many, and by which rules.
    pub(super) refusals: BTreeMap<String, Refused>,
    pub(super) missed_deadlines: u64,
    /// The deadlines that passed, by claim: what was due, and who owed it.
    pub(super) passed: BTreeMap<String, Vec<(String, String)>>,
    /// Facts that arrived before their order, and were kept.
    pub(super) kept: u64,
    pub(super) dead_letter: Vec<DeadLetter>,
    /// Commands and facts that were repeated.
    pub(super) duplicates: u64,
    pub(super) quirks: Quirks,
}

/// The demo's view of one claim.
#[derive(Debug, Default, Clone)]
pub(super) struct ClaimLine {
    pub(super) provider: String,
    pub(super) program: String,
    pub(super) outcome: Option<String>,
    pub(super) buyer: String,
}

/// How often a code refused, by which rules, with an example.
#[derive(Debug, Default, Clone)]
pub(super) struct Refused {
    pub(super) times: u64,
    pub(super) rules: BTreeSet<String>,
    pub(super) example: String,
}

/// A dead letter, as it is on its topic.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(super) struct DeadLetter {
    pub(super) position: String,
    #[serde(default)]
    pub(super) type_name: String,
    pub(super) reason: String,
}

impl Summary {
    pub(super) fn take(&mut self, entry: &Entry) {
        let body: Value = serde_json::from_slice(&entry.record.body).unwrap_or_default();
        let text = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
        let kind = entry.record.type_name.strip_prefix("recourse.").unwrap_or_default();
        match kind {
            "order.placed.v1" => self.orders += 1,
            "order.fact_kept.v1" => self.kept += 1,
            "terms.published.v1" => {
                self.providers.extend(body["terms"]["provider"].as_str().map(str::to_owned));
            }
            "policy.sold.v1" => self.policies += 1,
            "policy.sale_refused.v1" => {
                let rules = body["rules"].as_array().cloned().unwrap_or_default();
                self.refused(&text("code"), &rules, &text("detail"));
            }
            "claim.filed.v1" => {
                self.claims.insert(
                    text("claim"),
                    ClaimLine {
                        provider: text("provider"),
                        program: text("program"),
                        outcome: None,
                        buyer: text("buyer"),
                    },
                );
            }
            "claim.verdict_recorded.v1" => self.excluded(&body["verdict"]["exclusion"]),
            "claim.rejected.v1" => self.excluded(&body["exclusion"]),
            "claim.closed.v1" => {
                if let Some(claim) = self.claims.get_mut(&text("claim")) {
                    claim.outcome = Some(text("outcome"));
                }
            }
            "settlement.payment_paid.v1" => {
                if let Ok(amount) = serde_json::from_value::<Money>(body["amount"].clone()) {
                    let key = (text("kind"), amount.currency.code().to_owned());
                    let (times, sum) = self.money.entry(key).or_default();
                    *times += 1;
                    *sum += amount.amount;
                }
            }
            _ if kind.ends_with(".deadline_passed.v1") => {
                self.missed_deadlines += 1;
                let subjects = ["claim", "job", "shipment", "settlement"];
                let claim = subjects.into_iter().find_map(|of| claim_in(&text(of)));
                if let Some(claim) = claim {
                    let of_claim = self.passed.entry(claim.to_string()).or_default();
                    of_claim.push((text("deadline"), text("owner")));
                }
            }
            _ if kind.ends_with(".command_refused.v1") || kind == "order.kept_fact_refused.v1" => {
                let rules = body["rules"].as_array().cloned().unwrap_or_default();
                self.refused(&text("code"), &rules, &text("detail"));
                self.excluded(&body["facts"]["exclusion"]);
            }
            _ => {}
        }
    }

    fn excluded(&mut self, exclusion: &Value) {
        if let Some(code) = exclusion.as_str() {
            *self.exclusions.entry(code.to_owned()).or_default() += 1;
        }
    }

    fn refused(&mut self, code: &str, rules: &[Value], detail: &str) {
        let refused = self.refusals.entry(code.to_owned()).or_default();
        refused.times += 1;
        refused.rules.extend(rules.iter().filter_map(|rule| Some(rule.as_str()?.to_owned())));
        if refused.example.is_empty() {
            detail.clone_into(&mut refused.example);
        }
    }

    /// Adds refusals by the edge, which never reach the log.
    pub(super) fn refused_at_the_edge(&mut self, refusals: BTreeMap<String, u64>) {
        for (code, times) in refusals {
            self.refusals.entry(code).or_default().times += times;
        }
    }

    /// Reads dead letters and repeated commands from their topics.
    pub(super) fn read_alongside(
        &mut self,
        connection: &Connection,
        topics: &Topics,
    ) -> anyhow::Result<()> {
        for context in log::contexts() {
            log::read_whole(connection, &topics.dead_letters(context), None, |fetched| {
                self.dead_letter.extend(dead_letter(&fetched));
            })?;
            let mut seen = BTreeSet::new();
            log::read_whole(connection, &topics.commands(context), None, |fetched| {
                let (key, body) =
                    (fetched.key.unwrap_or_default(), fetched.value.unwrap_or_default());
                if let Ok(command) = CommandRecord::read(&key, &fetched.headers, &body)
                    && !seen.insert(command.id)
                {
                    self.duplicates += 1;
                }
            })?;
        }
        Ok(())
    }

    /// What was acknowledged but is not on the log: published orders, and claims whose filing was
    /// accepted.
    pub(super) fn missing(
        &self,
        orders: usize,
        filed: impl IntoIterator<Item = ClaimId>,
    ) -> Vec<String> {
        let mut missing = Vec::new();
        if self.orders != orders as u64 {
            missing.push(format!("{} of {orders} orders are on the log", self.orders));
        }
        let filed = filed.into_iter().map(|claim| claim.to_string());
        let lost = filed.filter(|claim| !self.claims.contains_key(claim));
        missing.extend(lost.map(|claim| format!("{claim} was filed but is not on the log")));
        missing
    }

    pub(super) fn closed(&self) -> usize {
        self.claims.values().filter(|claim| claim.outcome.is_some()).count()
    }

    /// Claims by provider, program and outcome.
    pub(super) fn by_outcome(&self) -> BTreeMap<(String, String, String), u64> {
        let mut table = BTreeMap::new();
        for claim in self.claims.values() {
            let outcome = claim.outcome.clone().unwrap_or_else(|| "open".to_owned());
            let key = (claim.provider.clone(), claim.program.clone(), outcome);
            *table.entry(key).or_default() += 1;
        }
        table
    }
}

fn dead_letter(fetched: &Fetched) -> Option<DeadLetter> {
    if header(&fetched.headers, "ce_type") != Some(DEAD_LETTER) {
        return None;
    }
    serde_json::from_slice(fetched.value.as_deref()?).ok()
}

#[cfg(test)]
mod tests {
    use recourse_kernel::{OrderId, OrderKeys};

    use super::*;

    #[test]
    fn what_was_done_and_is_not_on_the_log_is_missing() {
        let policy = OrderId::new(OrderKeys::development().key_of("agora", "2025-10000"))
            .device(1, 1)
            .policy();
        let mut summary = Summary { orders: 2, ..Summary::default() };
        summary.claims.insert(policy.claim(1).to_string(), ClaimLine::default());
        assert!(summary.missing(2, [policy.claim(1)]).is_empty());
        assert_eq!(summary.missing(3, []), ["2 of 3 orders are on the log"]);
        let lost = summary.missing(2, [policy.claim(1), policy.claim(2)]);
        assert!(lost.len() == 1 && lost[0].starts_with(&policy.claim(2).to_string()), "{lost:?}");
    }
}
