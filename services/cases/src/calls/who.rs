//! Who sends a command.

use recourse_kernel::{Principal, Role};

use super::Given;
use crate::actions::Actor;
use crate::purchase::{MARKETPLACE, SELLER};

impl Given<'_> {
    pub(super) fn who(&self, actor: Actor, subject: Option<&str>) -> Result<Principal, String> {
        let purchase = self.scene.purchase;
        Ok(match actor {
            Actor::Marketplace => Principal::new(Role::Marketplace, subject.unwrap_or(MARKETPLACE)),
            Actor::Buyer => match subject {
                Some(other) => Principal::new(Role::Buyer, other),
                None => purchase.buyer.clone(),
            },
            Actor::Seller => Principal::new(Role::Seller, subject.unwrap_or(SELLER)),
            Actor::Adjuster => {
                // `tomrepair/a1`: an adjuster of another provider.
                let own = purchase.provider.as_str();
                let reported = subject.unwrap_or("a1");
                let (provider, number) = reported.split_once('/').unwrap_or((own, reported));
                Principal::new(Role::Adjuster, format!("{provider}-{number}")).of_provider(provider)
            }
            Actor::Provider => Principal::new(Role::Operator, "publish"),
            Actor::Gateway => Principal::new(Role::Gateway, subject.unwrap_or("gateway-1")),
            Actor::Shop => Principal::new(
                Role::Shop,
                subject.map_or_else(|| self.shop(), |other| Ok(other.to_owned()))?,
            ),
        })
    }

    /// The shop to which the job was routed or moved.
    fn shop(&self) -> Result<String, String> {
        let (job, seen) = (self.job()?.to_string(), self.scene.seen);
        let sent_to =
            seen.last("job.moved", "job", &job).or_else(|| seen.last("job.opened", "job", &job));
        let shop = sent_to.and_then(|event| event.body["shop"]["id"].as_str());
        Ok(shop.unwrap_or("nowhere").to_owned())
    }
}
