//! Bundles the sources into self-contained schemas: what a schema needs from other files is copied
//! into its `$defs`, under the title of each definition.

use std::collections::BTreeMap;

use super::Fault;
use super::node::Node;

/// Definitions by title.
pub(crate) type Definitions = BTreeMap<String, Node>;

/// The sources, parsed: every schema and the definitions that they share.
pub(crate) struct Sources {
    documents: BTreeMap<String, Node>,
}

/// A schema whose references all go to `definitions`.
pub(crate) struct Bundle {
    /// The schema itself, without `$schema`, `$id` and `$defs`.
    pub(crate) schema: Node,
    /// What it refers to, directly or not.
    pub(crate) definitions: Definitions,
}

impl Sources {
    pub(crate) fn load() -> Result<Self, Fault> {
        let files = crate::SOURCES.iter().copied();
        let files = files.chain([("shared", SHARED), ("headers", crate::HEADERS)]);
        let parsed = files.map(|(name, text)| {
            let node = serde_json::from_str(text).map_err(|error| Fault::new(name, &error))?;
            Ok((format!("{name}.json"), node))
        });
        Ok(Self { documents: parsed.collect::<Result<_, Fault>>()? })
    }

    pub(crate) fn bundle(&self, type_name: &str) -> Result<Bundle, Fault> {
        let stored = crate::stored_name(type_name);
        let mut bundle = self.resolved(&format!("{stored}.json"), "")?;
        if let Some(context) = context_title(type_name, stored) {
            // One source describes the event in every context; each gets its own class name.
            for (key, value) in members_of(&mut bundle.schema) {
                if let ("title", Node::Text(title)) = (key.as_str(), value) {
                    title.insert_str(0, &context);
                }
            }
        }
        Ok(bundle)
    }

    /// The headers of a kind of record: `event`, `command`, `record` or `feed`.
    pub(crate) fn headers(&self, kind: &str) -> Result<Bundle, Fault> {
        self.resolved("headers.json", &format!("/$defs/{kind}"))
    }

    fn resolved(&self, file: &str, pointer: &str) -> Result<Bundle, Fault> {
        let mut definitions = Definitions::new();
        let schema = self.converted(file, self.target(file, pointer)?, &mut definitions)?;
        Ok(Bundle { schema, definitions })
    }

    fn target(&self, file: &str, pointer: &str) -> Result<&Node, Fault> {
        let document = self.documents.get(file);
        let found = pointer.split('/').skip(1).fold(document, |node, key| node?.get(key));
        found.ok_or_else(|| Fault::new(file, &format!("has no `{pointer}`")))
    }

    fn converted(
        &self,
        file: &str,
        node: &Node,
        definitions: &mut Definitions,
    ) -> Result<Node, Fault> {
        match node {
            Node::List(items) => {
                let items = items.iter().map(|item| self.converted(file, item, definitions));
                Ok(Node::List(items.collect::<Result<_, _>>()?))
            }
            Node::Map(members) => {
                let mut converted = Vec::new();
                for (key, value) in members {
                    let value = match (key.as_str(), value) {
                        ("$schema" | "$defs", _) => continue,
                        ("$ref", Node::Text(target)) => self.defined(file, target, definitions)?,
                        _ => self.converted(file, value, definitions)?,
                    };
                    converted.push((key.clone(), value));
                }
                Ok(Node::Map(converted))
            }
            scalar => Ok(scalar.clone()),
        }
    }

    /// Adds the definition that a reference names, and returns the local reference.
    fn defined(
        &self,
        file: &str,
        target: &str,
        definitions: &mut Definitions,
    ) -> Result<Node, Fault> {
        let (named, pointer) = target.split_once('#').unwrap_or((target, ""));
        let named = if named.is_empty() { file } else { named };
        let node = self.target(named, pointer)?;
        let title = node.text_of("title").to_owned();
        if title.is_empty() {
            return Err(Fault::new(named, &format!("`{pointer}` has no title")));
        }
        if !definitions.contains_key(&title) {
            // Inserted before it is converted, so that a definition can refer to itself.
            definitions.insert(title.clone(), Node::Null);
            let converted = self.converted(named, node, definitions)?;
            definitions.insert(title.clone(), converted);
        }
        Ok(Node::text(format!("#/$defs/{title}")))
    }
}

const SHARED: &str = include_str!("../../shared.json");

/// A reference with its own description is wrapped in `allOf`: code generators then keep one class
/// for each definition, and drafts before 2019-09 do not drop the description.
fn with_wrapped_references(node: Node) -> Node {
    match node {
        Node::Map(members) => {
            let has_more = members.len() > 1;
            let wrap = |(key, value): (String, Node)| match key.as_str() {
                "$ref" if has_more => {
                    ("allOf".to_owned(), Node::List(vec![Node::map([(key, value)])]))
                }
                _ => (key, with_wrapped_references(value)),
            };
            Node::Map(members.into_iter().map(wrap).collect())
        }
        Node::List(items) => Node::List(items.into_iter().map(with_wrapped_references).collect()),
        scalar => scalar,
    }
}

/// The context of a type that every context has, as the start of a class name: `Claim`.
fn context_title(type_name: &str, stored: &str) -> Option<String> {
    let prefix = type_name.strip_suffix(stored)?.strip_suffix('.')?;
    let word = prefix.rsplit('.').next()?;
    let mut letters = word.chars();
    Some(letters.next()?.to_uppercase().chain(letters).collect())
}

fn members_of(node: &mut Node) -> impl Iterator<Item = (&String, &mut Node)> {
    let members = match node {
        Node::Map(members) => members.as_mut_slice(),
        _ => &mut [],
    };
    members.iter_mut().map(|(key, value)| (&*key, value))
}

/// The text of a published schema.
pub(crate) fn published(sources: &Sources, type_name: &str) -> Result<String, Fault> {
    let Bundle { schema, definitions } = sources.bundle(type_name)?;
    let head = [
        ("$schema", Node::text("https://json-schema.org/draft/2020-12/schema")),
        ("$id", Node::text(crate::schema_url(type_name))),
    ];
    let mut members: Vec<(String, Node)> =
        head.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    members.extend(schema.members().iter().cloned());
    if !definitions.is_empty() {
        members.push(("$defs".to_owned(), Node::map(definitions)));
    }
    super::json(&with_wrapped_references(Node::Map(members)))
}
