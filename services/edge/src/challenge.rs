//! The header `WWW-Authenticate`.

use axum::http::HeaderValue;

/// RFC 6750: what is wrong with the token; nothing but the scheme if there was none.
pub(super) fn challenge(code: &str, detail: &str) -> HeaderValue {
    let plain = HeaderValue::from_static("Bearer realm=\"recourse\"");
    if !code.starts_with("token.") || code == "token.missing" {
        return plain;
    }
    // The characters that a description may have.
    let description: String = detail
        .chars()
        .map(|c| match c {
            '"' | '\\' => '\'',
            ' '..='~' => c,
            _ => '?',
        })
        .collect();
    let challenge = format!(
        "Bearer realm=\"recourse\", error=\"invalid_token\", error_description=\"{description}\""
    );
    HeaderValue::try_from(challenge).unwrap_or(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejected_token_is_answered_with_what_is_wrong() {
        let header = |code, detail| challenge(code, detail).to_str().unwrap().to_owned();
        assert_eq!(header("token.missing", "x"), "Bearer realm=\"recourse\"");
        assert_eq!(
            header("token.claims", "the claim `aud` must have \"é\""),
            "Bearer realm=\"recourse\", error=\"invalid_token\", \
             error_description=\"the claim `aud` must have '?'\""
        );
    }
}
