//! The one name of a shop: its domain, from which the ids of its orders and buyers are derived.

/// The domain of a shop's address, in lower case and without scheme or slash: of
/// `https://Example.com/`, `example.com`. Whatever names a shop is read by this, so that its orders
/// have the same ids.
pub fn domain_of(address: &str) -> String {
    let address = address.trim();
    let domain = address.split_once("://").map_or(address, |(_, domain)| domain);
    domain.trim_matches('/').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_has_one_domain_however_it_is_written() {
        for address in
            ["a.example", " A.Example ", "https://a.example/", "HTTP://A.EXAMPLE", "//a.example"]
        {
            assert_eq!(domain_of(address), "a.example", "{address}");
        }
        assert_eq!(domain_of("https://a.example/shop/"), "a.example/shop");
        assert_eq!(domain_of(" / "), "");
    }
}
