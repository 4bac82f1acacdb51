//! `recourse token`: a token of the development issuer.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use recourse_edge::issue_token;
use recourse_kernel::{Principal, Role};
use recourse_runtime::settings::Settings;
use recourse_terms::Provider;
use serde_json::json;

use super::duration::duration;
use super::output::either;

/// Print a token of the development issuer.
///
/// For example: `curl -H "authorization: Bearer $(recourse token --role adjuster --subject a-1
/// --provider wisetech-service)"` followed by a URL, such as `127.0.0.1:8080/v1/claims`.
///
/// In production, tokens come from your own issuer, and this command is refused.
#[derive(Args)]
pub(super) struct Token {
    /// Role of the bearer: buyer, seller, adjuster, provider, shop, marketplace, gateway, auditor
    /// or operator.
    #[arg(long)]
    role: Role,
    /// Id of the bearer, as a pseudonym: b-81 for a buyer, a shop's id for a shop.
    #[arg(long)]
    subject: String,
    /// The provider that employs the bearer, by its slug: wisetech-service. An adjuster decides
    /// appeals of that provider's claims only.
    #[arg(long)]
    provider: Option<Provider>,
    /// The organisation that the bearer acts for: a shop's id, a marketplace, or a marketplace and
    /// a seller there (agora/s-7).
    #[arg(long)]
    acts_for: Option<String>,
    /// Validity, such as 90s, 30m, 8h or 7d.
    #[arg(long, value_name = "TIME", default_value = "8h", value_parser = duration)]
    valid_for: Duration,
    /// Print a JSON object.
    #[arg(long)]
    json: bool,
}

impl Token {
    pub(super) fn perform(&self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let who = Principal {
            provider: self.provider.as_ref().map(ToString::to_string),
            acts_for: self.acts_for.clone(),
            ..Principal::new(self.role, &self.subject)
        };
        let token = issue_token(settings, &who, self.valid_for)?;
        let value = json!({ "token": token, "expires_in": self.valid_for.as_secs() });
        either(self.json, &value, &token);
        Ok(ExitCode::SUCCESS)
    }
}
