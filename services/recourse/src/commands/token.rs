//! `recourse token`: a token of the development issuer.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use recourse_edge::issue_token;
use recourse_kernel::{Principal, Role};
use recourse_runtime::settings::Settings;
use recourse_terms::Provider;

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
}

impl Token {
    pub(super) fn perform(&self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let who = Principal {
            provider: self.provider.as_ref().map(ToString::to_string),
            acts_for: self.acts_for.clone(),
            ..Principal::new(self.role, &self.subject)
        };
        println!("{}", issue_token(settings, &who, self.valid_for)?);
        Ok(ExitCode::SUCCESS)
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("invalid duration `{text}`: use a number followed by s, m, h or d");
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_with_its_unit() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("7d"), Ok(Duration::from_secs(7 * 86_400)));
        for wrong in ["", "h", "5", "5y", "-1s", "99999999999999999999d"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
