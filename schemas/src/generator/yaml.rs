//! Writes YAML in block style, enough for `AsyncAPI` documents. Text is quoted unless every parser
//! reads it as text without quotes.

use super::node::Node;

/// The value as a YAML document, after comments.
pub(crate) fn document(comment: &str, node: &Node) -> String {
    let mut out = String::new();
    for line in comment.lines() {
        out.push_str("# ");
        out.push_str(line);
        out.push('\n');
    }
    block(node, 0, &mut out);
    out
}

fn block(node: &Node, depth: usize, out: &mut String) {
    match node {
        Node::Map(members) => {
            for (key, value) in members {
                indent(depth, out);
                out.push_str(&scalar_text(key));
                out.push(':');
                after_marker(value, depth + 1, out);
            }
        }
        Node::List(items) => {
            for item in items {
                indent(depth, out);
                out.push('-');
                match item {
                    Node::Map(members) if !members.is_empty() => {
                        // The first member is on the line of the dash, the others under it.
                        let mut inner = String::new();
                        block(item, depth + 1, &mut inner);
                        out.push(' ');
                        out.push_str(inner.trim_start());
                    }
                    _ => after_marker(item, depth + 1, out),
                }
            }
        }
        scalar => {
            out.push_str(&scalar_of(scalar));
            out.push('\n');
        }
    }
}

/// A value after `key:` or `-`: on the same line, or as a block under it.
fn after_marker(value: &Node, depth: usize, out: &mut String) {
    match value {
        Node::Map(members) if members.is_empty() => out.push_str(" {}\n"),
        Node::List(items) if items.is_empty() => out.push_str(" []\n"),
        Node::Map(_) | Node::List(_) => {
            out.push('\n');
            block(value, depth, out);
        }
        scalar => {
            out.push(' ');
            out.push_str(&scalar_of(scalar));
            out.push('\n');
        }
    }
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn scalar_of(node: &Node) -> String {
    match node {
        Node::Text(text) => scalar_text(text),
        Node::Bool(value) => value.to_string(),
        Node::Number(value) => value.to_string(),
        _ => "null".to_owned(),
    }
}

fn scalar_text(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// Whether the text needs no quotes: it begins with a letter, contains no YAML syntax, and is not a
/// word that YAML 1.1 or 1.2 reads as another type.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 10] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan"];
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '$');
    let fits = |c: char| c.is_ascii_alphanumeric() || " $_./()=;'+-,".contains(c);
    let is_word = WORDS.iter().any(|word| word.eq_ignore_ascii_case(text));
    begins && !is_word && text.chars().all(fits) && !text.ends_with(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_reads_as_something_else_is_quoted() {
        for text in ["no", "1.0", "a: b", "#x", "", "2025-01-01", "- a", "'a'", "é", "a\nb", "$a "]
        {
            assert!(!is_plain(text), "{text}");
        }
        for text in ["recourse.claim.filed.v1", "application/json", "$ref", "It is open."] {
            assert!(is_plain(text), "{text}");
        }
    }

    #[test]
    fn maps_and_lists_nest() {
        let node: Node =
            serde_json::from_str(r#"{"a":[{"b":1,"c":[]},"x",[true]],"d":{}}"#).unwrap();
        let expected = "# note\na:\n  - b: 1\n    c: []\n  - x\n  -\n    - true\nd: {}\n";
        assert_eq!(document("note", &node), expected);
    }
}
