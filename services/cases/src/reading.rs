//! What people read of a claim in a case that is played in memory: the projections fold the rows,
//! and the same code as over HTTP answers from them.

use recourse_claims::domain::ClaimEvent;
use recourse_claims::projections::claims::ClaimsTable;
use recourse_claims::queries::claims::KnownClaim;
use recourse_claims::queries::explained;
use recourse_kernel::{ClaimId, Wire as _};
use recourse_runtime::projector::Table as _;
use serde_json::{Value, json};

use super::memory::Memory;
use super::wanted::{Wanted, What};

impl Memory {
    /// The buyer's `GET`: of a claim, answered from the projections' rows; of what a matter waits
    /// for, from the state of its service.
    pub fn read(&self, wanted: &Wanted) -> anyhow::Result<Value> {
        if wanted.what == What::WaitsFor {
            return Ok(serde_json::to_value(self.waits_for(&wanted.of))?);
        }
        let claim: ClaimId = wanted.of.parse()?;
        let key = wanted.of.clone();
        let (mut row, mut coverage) = (None, None);
        for record in self.log().iter().filter(|record| record.stream.starts_with("claims/")) {
            let Ok(event) = ClaimEvent::decode(&record.type_name, &record.body) else { continue };
            if let ClaimEvent::CoverageNoted(noted) = &event
                && noted.policy == claim.policy()
            {
                coverage = Some(noted.coverage.clone());
            }
            if ClaimsTable::keys(&event, record).contains(&key) {
                row = ClaimsTable::evolve(row, &event, record);
            }
        }
        let (Some(row), Some(coverage)) = (row, coverage) else { return Ok(Value::Null) };
        let (book, now) = self.known();
        Ok(match wanted.what {
            What::Costs => {
                let known = KnownClaim { row, coverage };
                match explained::costs(&known, &book, now) {
                    Ok(costs) => serde_json::to_value(costs)?,
                    Err(why) => json!({ "code": "claim.costs_not_known", "detail": why }),
                }
            }
            What::Decisions => serde_json::to_value(explained::decisions(&row, &book))?,
            What::WaitsFor => Value::Null,
        })
    }
}
