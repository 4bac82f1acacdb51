//! Reads the text of a query. The usual parsers replace what they cannot decode; here it is
//! refused, because a filter that is read as another one gives a wrong answer.

use percent_encoding::percent_decode_str;
use serde::de::Error as _;

use super::fault::Fault;

/// The names and values of a query, in order.
pub(super) fn pairs(query: &str) -> Result<Vec<(String, String)>, Fault> {
    let parameters = query.split('&').filter(|parameter| !parameter.is_empty());
    let read = parameters.map(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let name = decoded(name)?;
        let value = decoded(value).map_err(|fault| fault.within(&name))?;
        Ok((name, value))
    });
    read.collect()
}

fn decoded(text: &str) -> Result<String, Fault> {
    // Before the escapes are decoded, a plus sign is a space.
    let text = text.replace('+', " ");
    let escapes = text.split('%').skip(1);
    let is_escape = |after: &str| {
        let digits = after.bytes().take(2).filter(u8::is_ascii_hexdigit).count();
        digits == 2
    };
    if !escapes.into_iter().all(is_escape) {
        return Err(Fault::custom(
            "a `%` is not followed by two hexadecimal digits; a percent sign is written `%25`",
        ));
    }
    match percent_decode_str(&text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(Fault::custom("it is not UTF-8; percent-encode the text as UTF-8")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Vec<(String, String)> {
        pairs(query).unwrap()
    }

    fn refused(query: &str) -> String {
        pairs(query).unwrap_err().to_string()
    }

    #[test]
    fn a_query_is_read_as_browsers_and_libraries_write_it() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            read("state=open&city=%D0%9A%D0%B0%D0%B7%D0%B0%D0%BD%D1%8C&note=a+b%2Bc&&all"),
            [pair("state", "open"), pair("city", "Казань"), pair("note", "a b+c"), pair("all", "")]
        );
        assert_eq!(read("at=a=b"), [pair("at", "a=b")]);
        assert!(read("").is_empty() && read("&").is_empty());
    }

    #[test]
    fn what_cannot_be_decoded_is_refused_with_its_name() {
        for query in ["city=%FF", "city=%D0", "limit=1&city=%C3%28"] {
            assert!(refused(query).starts_with("`city`: it is not UTF-8"), "{query}");
        }
        for query in ["city=100%", "city=%zz", "city=%4", "city=%%41"] {
            assert!(refused(query).starts_with("`city`: a `%` is not followed"), "{query}");
        }
        assert!(refused("%FF=1").contains("it is not UTF-8"));
    }
}
