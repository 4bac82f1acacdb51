//! The final report of the demo, as text and as JSON.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use recourse_audit::verification::Check;
use recourse_clients::http::Http;
use recourse_kernel::{Money, Principal, Role};
use recourse_terms::{Exclusion, Outcome};
use serde_json::{Value, json};

use super::audit::Findings;
use super::late;
use super::lines::{MOST_REPORTED, cut, heading, more, table};
use super::summary::{ClaimLine, Summary};
use super::{Options, Took};

/// Everything that the report contains.
pub(super) struct Report<'a> {
    pub(super) options: &'a Options,
    pub(super) summary: Summary,
    pub(super) findings: Findings,
    /// Orders and claims that were acknowledged but are not on the log.
    pub(super) missing: Vec<String>,
    /// Answers that the actors did not expect.
    pub(super) surprises: Vec<String>,
    pub(super) took: Took,
}

impl Report<'_> {
    /// Whether every order and every claim is on the log, each claim matches its replay, every
    /// chain is intact and every sum balances.
    pub(super) fn holds(&self) -> bool {
        self.findings.breaks.is_empty() && self.missing.is_empty()
    }

    /// The summary as one object. Its names are a public format.
    pub(super) fn json(&self) -> Value {
        let Self { options, summary, findings, took, .. } = self;
        let table: Vec<Value> = summary
            .by_outcome()
            .into_iter()
            .map(|((provider, program, outcome), claims)| {
                json!({
                    "provider": provider, "program": program, "outcome": outcome, "claims": claims,
                })
            })
            .collect();
        let money: Vec<Value> = summary
            .money
            .iter()
            .map(|((kind, currency), (payments, amount))| {
                json!({
                    "kind": kind, "currency": currency, "payments": payments, "amount": amount,
                })
            })
            .collect();
        let refusals: serde_json::Map<String, Value> = summary
            .refusals
            .iter()
            .map(|(code, refused)| (code.clone(), json!(refused.times)))
            .collect();
        json!({
            "seed": options.seed,
            "orders": summary.orders,
            "policies": summary.policies,
            "claims": summary.claims.len(),
            "closed": summary.closed(),
            "events": findings.tally.events,
            "streams": findings.tally.streams,
            "replayed": findings.replayed,
            "mismatches": findings.count(Check::ReadModels),
            "hash_breaks": findings.count(Check::Chain) + findings.count(Check::Versions),
            "unbalanced": findings.count(Check::Money),
            "other_breaks": findings.count(Check::Reading)
                + findings.count(Check::Routing)
                + findings.count(Check::Answers)
                + findings.count(Check::Folding)
                + findings.count(Check::Visibility),
            "missing": self.missing.len(),
            "settlements": findings.tally.settlements,
            "settlements_closed": findings.tally.settlements_closed,
            "dead_letter": summary.dead_letter.len(),
            "blocked": findings.blocked.len(),
            "duplicates": summary.duplicates,
            "out_of_order": summary.kept,
            "missed_deadlines": summary.missed_deadlines,
            "delays": late::json(summary),
            "outcomes": table,
            "exclusions": summary.exclusions,
            "money": money,
            "refusals": refusals,
            "surprises": self.surprises.len(),
            "seconds": (took.set_up + took.played + took.audited).as_secs_f64().round(),
        })
    }

    pub(super) async fn text(&self, http: &Http) -> anyhow::Result<String> {
        let mut out = String::new();
        self.timeline(&mut out, http).await?;
        self.outcomes(&mut out)?;
        self.exclusions(&mut out)?;
        self.money(&mut out)?;
        self.refusals(&mut out)?;
        self.deadlines(&mut out, http).await?;
        late::section(&self.summary, &mut out)?;
        self.oddities(&mut out)?;
        self.surprises(&mut out)?;
        self.audit(&mut out)?;
        Ok(out)
    }

    /// The most eventful closed claim, as its buyer sees it.
    async fn timeline(&self, out: &mut String, http: &Http) -> anyhow::Result<()> {
        let reported = |claim: &ClaimLine| match claim.outcome.as_deref() {
            Some("repaired_at_buyers_cost") => 0,
            Some("settled_by_agreement") => 1,
            Some("replaced") => 2,
            Some(_) => 3,
            None => 4,
        };
        let Some((id, claim)) = self.summary.claims.iter().min_by_key(|(_, claim)| reported(claim))
        else {
            return Ok(());
        };
        let buyer = Principal::new(Role::Buyer, &claim.buyer);
        let answer = http.get(&buyer, &format!("/v1/claims/{id}/timeline")).await?;
        heading(out, &format!("One claim, as its buyer sees it: {id}"));
        for item in answer.body["items"].as_array().into_iter().flatten() {
            let text = |field: &str| item[field].as_str().unwrap_or_default();
            let at = text("at").get(..16).unwrap_or_default().replace('T', " ");
            let who = text("who").split([':', '@']).next().unwrap_or_default();
            writeln!(out, "  {at}  {who:<11}  {}", text("sentence"))?;
        }
        Ok(())
    }

    fn outcomes(&self, out: &mut String) -> std::fmt::Result {
        heading(out, "Claims by provider, program and outcome");
        let rows: Vec<_> = self
            .summary
            .by_outcome()
            .into_iter()
            .map(|((provider, program, outcome), claims)| {
                [provider, program, outcome.replace('_', " "), claims.to_string()]
            })
            .collect();
        table(out, ["provider", "program", "outcome", "claims"], &rows)?;
        let (claims, closed) = (self.summary.claims.len(), self.summary.closed());
        let (orders, policies) = (self.summary.orders, self.summary.policies);
        writeln!(
            out,
            "  {orders} orders, {policies} policies, {claims} claims, {closed} of them closed"
        )?;
        let all = self.summary.by_outcome();
        let providers: BTreeSet<_> = all.keys().map(|(provider, ..)| provider).collect();
        let outcomes: BTreeSet<_> =
            all.keys().map(|(.., outcome)| outcome).filter(|outcome| *outcome != "open").collect();
        writeln!(
            out,
            "  {} of {} providers, {} of {} outcomes",
            providers.len(),
            self.summary.providers.len(),
            outcomes.len(),
            Outcome::ALL.len()
        )
    }

    fn exclusions(&self, out: &mut String) -> std::fmt::Result {
        heading(out, "Not covered, and why");
        let rows: Vec<_> = self
            .summary
            .exclusions
            .iter()
            .map(|(code, claims)| {
                let meaning = Exclusion::ALL.into_iter().find(|known| known.code() == code);
                let meaning = meaning.map(Exclusion::reason).unwrap_or_default();
                [code.clone(), claims.to_string(), meaning.to_owned()]
            })
            .collect();
        table(out, ["exclusion", "claims", "because"], &rows)?;
        let met = self.summary.exclusions.len();
        writeln!(
            out,
            "  {met} of {} exclusions; `expired` is refused at filing, never by a verdict",
            Exclusion::ALL.len()
        )
    }

    fn money(&self, out: &mut String) -> std::fmt::Result {
        heading(out, "Payments by kind and currency");
        let rows: Vec<_> = self
            .summary
            .money
            .iter()
            .map(|((kind, currency), (payments, sum))| {
                let amount = currency.parse().map_or_else(
                    |_| format!("{sum} {currency}"),
                    |currency| Money::new(*sum, currency).to_string(),
                );
                [kind.replace('_', " "), payments.to_string(), amount]
            })
            .collect();
        table(out, ["kind", "payments", "paid"], &rows)
    }

    fn refusals(&self, out: &mut String) -> std::fmt::Result {
        heading(out, "Refusals by reason");
        let rows: Vec<_> = self
            .summary
            .refusals
            .iter()
            .map(|(code, refused)| {
                let rules: Vec<_> = refused.rules.iter().cloned().collect();
                [
                    code.clone(),
                    refused.times.to_string(),
                    rules.join(" "),
                    cut(&refused.example, 76),
                ]
            })
            .collect();
        table(out, ["reason", "times", "rules", "example"], &rows)
    }

    async fn deadlines(&self, out: &mut String, http: &Http) -> anyhow::Result<()> {
        heading(out, "Deadlines met and missed");
        let auditor = Principal::new(Role::Auditor, "auditor-1");
        let answer = http.get(&auditor, "/v1/deadlines/counts").await?;
        let rows: Vec<_> = answer.body["items"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|item| {
                let number = |field: &str| item[field].as_i64().unwrap_or_default().to_string();
                let kind = item["kind"].as_str().unwrap_or_default().to_owned();
                [kind, number("met"), number("missed"), number("running")]
            })
            .collect();
        table(out, ["deadline", "met", "missed", "still running"], &rows)?;
        writeln!(
            out,
            "  {} missed deadlines are recorded on the log",
            self.summary.missed_deadlines
        )?;
        Ok(())
    }

    fn oddities(&self, out: &mut String) -> std::fmt::Result {
        let Summary { quirks, dead_letter, kept, duplicates, .. } = &self.summary;
        heading(out, "Malformed, repeated, out of order");
        writeln!(
            out,
            "  {} facts were published twice by the marketplace; in all, {duplicates} commands and \
             facts were repeated, and each was answered once",
            quirks.repeated
        )?;
        writeln!(
            out,
            "  {} facts were published before their order; {kept} were kept until it arrived, then \
             applied",
            quirks.out_of_order
        )?;
        writeln!(
            out,
            "  {} facts could not be read and {} contradicted an earlier one; {} dead letters:",
            quirks.malformed,
            quirks.contradicted,
            dead_letter.len()
        )?;
        let mut rows: Vec<_> = dead_letter
            .iter()
            .map(|dead_letter| {
                let kind =
                    if dead_letter.type_name.is_empty() { "-" } else { &dead_letter.type_name };
                [dead_letter.position.clone(), kind.to_owned(), cut(&dead_letter.reason, 76)]
            })
            .collect();
        rows.sort();
        table(out, ["from", "type", "reason"], &rows)?;
        match self.findings.blocked.len() {
            0 => writeln!(out, "  no purchase is blocked by them"),
            blocked => writeln!(out, "  {blocked} purchases are blocked by them"),
        }
    }

    fn surprises(&self, out: &mut String) -> std::fmt::Result {
        if self.surprises.is_empty() {
            return Ok(());
        }
        heading(out, "Unexpected answers");
        for surprise in self.surprises.iter().take(MOST_REPORTED) {
            writeln!(out, "  {surprise}")?;
        }
        more(out, self.surprises.len())
    }

    fn audit(&self, out: &mut String) -> std::fmt::Result {
        let Findings { tally, replayed, read_models, breaks, .. } = &self.findings;
        heading(out, "Audit, from the log alone");
        let verdict = |checks: &[Check]| {
            let found: usize = checks.iter().map(|check| self.findings.count(*check)).sum();
            if found == 0 { "passed".to_owned() } else { format!("{found} BROKEN") }
        };
        let all_there = match self.missing.len() {
            0 => "present".to_owned(),
            missing => format!("{missing} MISSING"),
        };
        let rows = [
            [
                format!("{} hash chains over {} events", tally.streams, tally.events),
                verdict(&[Check::Chain, Check::Versions]),
            ],
            [
                "keys, partitions and ids; every input answered once; every event folds".to_owned(),
                verdict(&[Check::Reading, Check::Routing, Check::Answers, Check::Folding]),
            ],
            [
                format!(
                    "{} settlements match what their claims approved; {} closed, balanced, no \
                     payment made twice",
                    tally.settlements, tally.settlements_closed
                ),
                verdict(&[Check::Money]),
            ],
            [
                "no event answers a record of an aborted transaction".to_owned(),
                verdict(&[Check::Visibility]),
            ],
            [format!("{} orders and every claim that was filed", self.options.orders), all_there],
            [
                format!(
                    "{replayed} claims replayed; {read_models} read models rebuilt and compared"
                ),
                verdict(&[Check::ReadModels]),
            ],
        ];
        table(out, ["what", "result"], &rows)?;
        let found = breaks.iter().map(ToString::to_string).chain(self.missing.iter().cloned());
        for found in found.take(MOST_REPORTED) {
            writeln!(out, "  {}", cut(&found, 600))?;
        }
        more(out, breaks.len() + self.missing.len())?;
        let Took { set_up, played, audited } = self.took;
        writeln!(
            out,
            "\n  seed {}: set up in {:.1} s, played in {:.1} s, audited in {:.1} s",
            self.options.seed,
            set_up.as_secs_f64(),
            played.as_secs_f64(),
            audited.as_secs_f64()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use recourse_audit::verification::{Break, Tally, Verifier};

    #[test]
    fn one_break_or_one_missing_claim_fails_the_report() {
        let options = Options {
            orders: 1,
            seed: 1,
            serve: false,
            deploy: std::path::PathBuf::new(),
            bar: false,
        };
        let report = |breaks: Vec<Break>, missing: &[&str]| {
            let tally: Tally = Verifier::new(1).tally();
            let findings =
                Findings { tally, replayed: 0, read_models: 0, breaks, blocked: Vec::new() };
            let none = std::time::Duration::ZERO;
            let report = Report {
                options: &options,
                summary: Summary::default(),
                findings,
                missing: missing.iter().map(|&what| what.to_owned()).collect(),
                surprises: vec!["it rained".to_owned()],
                took: Took { set_up: none, played: none, audited: none },
            };
            (report.holds(), report.json())
        };
        assert!(report(Vec::new(), &[]).0);
        assert!(!report(Vec::new(), &["clm_K-1.1-1"]).0);
        let (location, why) = ("policies".to_owned(), "injected".to_owned());
        let (holds, json) = report(vec![Break { check: Check::Money, location, why }], &[]);
        assert!(!holds);
        assert_eq!(json["unbalanced"], 1);
    }
}
