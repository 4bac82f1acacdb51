//! The final audit: checks every record of every topic, also for answers to aborted records;
//! replays every claim from the log and compares it with its service's answer; compares every read
//! model with its rebuild.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use recourse_audit::verification::folding::ReplayedClaim;
use recourse_audit::verification::{Break, Check, Tally, Verifier, log, readmodels, visibility};
use recourse_clients::http::Http;
use recourse_kernel::{Principal, Role};
use recourse_process::Process;
use recourse_process::ServiceName;

use super::summary::Summary;

#[derive(Debug)]
pub(super) struct Findings {
    pub(super) tally: Tally,
    /// Number of claims replayed.
    pub(super) replayed: usize,
    pub(super) read_models: usize,
    pub(super) breaks: Vec<Break>,
    /// Blocked purchases, by service.
    pub(super) blocked: Vec<(&'static str, String)>,
}

impl Findings {
    pub(super) fn count(&self, check: Check) -> usize {
        self.breaks.iter().filter(|found| found.check == check).count()
    }
}

/// Reads the whole log once, for the summary and for the checks.
pub(super) async fn audit(process: &Process, http: &Http) -> anyhow::Result<(Summary, Findings)> {
    let node = &process.node;
    let (connection, topics) = (node.connection.clone(), node.topics.clone());
    let partitions = node.settings.partitions;
    let settings = Arc::clone(&node.settings);
    let (summary, verifier, mut breaks) =
        tokio::task::spawn_blocking(move || -> anyhow::Result<_> {
            let (mut summary, mut verifier) = (Summary::default(), Verifier::new(partitions));
            let mut breaks = Vec::new();
            log::read_events(&connection, &topics, |read| match read {
                Ok(entry) => {
                    summary.take(&entry);
                    breaks.extend(verifier.take(&entry));
                }
                Err(found) => breaks.push(found),
            })?;
            breaks.extend(verifier.finish());
            summary.read_alongside(&connection, &topics)?;
            breaks.extend(visibility::verify(&settings)?);
            Ok((summary, verifier, breaks))
        })
        .await?
        .context("reading the log")?;
    let replayed = verifier.folds.claims();
    breaks.extend(compare(http, &replayed).await?);
    for service in ServiceName::ALL {
        let found = readmodels::verify(&node.settings, service.spec(), |_| {}).await;
        let found = found.with_context(|| format!("rebuilding {}", service.name()))?;
        breaks.extend(found);
    }
    let findings = Findings {
        tally: verifier.tally(),
        replayed: replayed.len(),
        read_models: ServiceName::ALL.len(),
        breaks,
        blocked: verifier.folds.blocked(),
    };
    Ok((summary, findings))
}

/// Compares every claim as replayed from the log with its service's answer.
async fn compare(http: &Http, replayed: &[ReplayedClaim]) -> anyhow::Result<Vec<Break>> {
    let auditor = Principal::new(Role::Auditor, "auditor-1");
    let mut breaks = Vec::new();
    for claim in replayed {
        let answer = http.get(&auditor, &format!("/v1/claims/{}", claim.claim)).await?;
        let field = |name: &str| answer.body[name].as_str().unwrap_or("nothing").to_owned();
        let outcome = claim
            .outcome
            .and_then(|outcome| serde_json::to_value(outcome).ok()?.as_str().map(str::to_owned));
        let log: BTreeMap<_, _> = [
            ("stage", claim.stage.to_owned()),
            ("outcome", outcome.unwrap_or_else(|| "nothing".to_owned())),
        ]
        .into();
        for (name, reported) in log {
            if field(name) != reported {
                breaks.push(Break {
                    check: Check::ReadModels,
                    location: claim.claim.to_string(),
                    why: format!("{name} is {}, but {reported} on the log", field(name)),
                });
            }
        }
    }
    Ok(breaks)
}
