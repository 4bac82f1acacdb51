//! Reads a JSON value.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde_json::{Map, Value};

use super::fault::{Fault, quoted, quoted_text};
use super::text::{Text, visit};

/// A value that is read.
#[derive(Clone, Copy)]
pub(super) struct Json<'a, 'de> {
    value: &'de Value,
    /// Fields of this object that are known whether or not its type has them.
    given: &'a [&'a str],
}

impl<'a, 'de> Json<'a, 'de> {
    /// The whole body.
    pub(super) fn root(value: &'de Value, given: &'a [&'a str]) -> Self {
        Self { value, given }
    }

    fn of(value: &'de Value) -> Self {
        Self { value, given: &[] }
    }

    fn not<V: Visitor<'de>>(self, visitor: &V) -> Fault {
        Fault::invalid_type(kind(self.value), visitor)
    }

    fn fields<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let Value::Object(map) = self.value else { return Err(self.not(&visitor)) };
        let is_known = |name: &str| fields.contains(&name) || self.given.contains(&name);
        if let Some(unknown) = map.keys().find(|name| !is_known(name)) {
            let known = fields.iter().filter(|name| !self.given.contains(name));
            return Err(Fault::unknown(unknown, known.copied().collect()));
        }
        visitor.visit_map(Fields::of(map))
    }
}

/// What is wrong with an object that should have the name of one variant only.
fn not_one_variant(map: &Map<String, Value>, variants: &'static [&'static str]) -> Fault {
    let is_known = |name: &&String| variants.contains(&name.as_str());
    let (known, unknown): (Vec<_>, Vec<_>) = map.keys().partition(is_known);
    match (known.as_slice(), unknown.as_slice()) {
        ([_, ..], [unknown, ..]) => Fault::unknown(unknown, variants.to_vec()),
        ([_, _, ..], []) => Fault::not_one_of("several of them".to_owned(), variants),
        _ => Fault::not_one_of("an object".to_owned(), variants),
    }
}

/// The kind of a value, as it is quoted to the caller.
fn kind(value: &Value) -> Unexpected<'_> {
    match value {
        Value::Null => Unexpected::Unit,
        Value::Bool(value) => Unexpected::Bool(*value),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Unexpected::Unsigned(number),
            (None, Some(number)) => Unexpected::Signed(number),
            (None, None) => Unexpected::Float(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => Unexpected::Str(text),
        Value::Array(_) => Unexpected::Seq,
        Value::Object(_) => Unexpected::Map,
    }
}

impl<'de> Deserializer<'de> for Json<'_, 'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or_default()),
            },
            Value::String(text) => visit(text, visitor),
            Value::Array(items) => visitor.visit_seq(Items { items: items.iter(), index: 0 }),
            Value::Object(map) => visitor.visit_map(Fields::of(map)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.fields(fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let (name, content) = match self.value {
            Value::String(name) => (name, None),
            Value::Object(map) if map.len() == 1 => match map.iter().next() {
                Some((name, content)) => (name, Some(content)),
                None => return Err(Fault::not_one_of("an object".to_owned(), variants)),
            },
            Value::Object(map) => return Err(not_one_variant(map, variants)),
            other => {
                let found = quoted(&kind(other));
                return Err(Fault::not_one_of(found, variants));
            }
        };
        if !variants.contains(&name.as_str()) {
            return Err(Fault::not_one_of(quoted_text(name), variants));
        }
        visitor.visit_enum(Variant { name, content })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier
    }
}

struct Fields<'de> {
    fields: serde_json::map::Iter<'de>,
    next: Option<(&'de str, &'de Value)>,
}

impl<'de> Fields<'de> {
    fn of(map: &'de Map<String, Value>) -> Self {
        Self { fields: map.iter(), next: None }
    }
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some((name, value)) = self.fields.next() else { return Ok(None) };
        self.next = Some((name, value));
        // A type that denies unknown fields names them itself.
        let named = |fault: Fault| if fault.is_of_the_whole() { fault.within(name) } else { fault };
        seed.deserialize(Text(name)).map(Some).map_err(named)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let Some((name, value)) = self.next.take() else {
            return Err(Fault::custom("a field has no value"));
        };
        seed.deserialize(Json::of(value)).map_err(|fault| fault.within(name))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.fields.len())
    }
}

struct Items<'de> {
    items: std::slice::Iter<'de, Value>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        seed.deserialize(Json::of(item)).map(Some).map_err(|fault| fault.at(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// A variant of an enum: its name, or an object with its name and its content.
struct Variant<'de> {
    name: &'de str,
    content: Option<&'de Value>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        Ok((seed.deserialize(Text(self.name))?, self))
    }
}

impl<'de> Variant<'de> {
    fn content<V: Visitor<'de>>(&self, visitor: &V) -> Result<Json<'static, 'de>, Fault> {
        let missing = || Fault::invalid_type(Unexpected::Str(self.name), visitor);
        self.content.map(Json::of).ok_or_else(missing)
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.content {
            None | Some(Value::Null) => Ok(()),
            Some(other) => Err(Fault::differs("null", &kind(other)).within(self.name)),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        let value = self.content.unwrap_or(&Value::Null);
        seed.deserialize(Json::of(value)).map_err(|fault| fault.within(self.name))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        let content = self.content(&visitor)?;
        content.deserialize_seq(visitor).map_err(|fault| fault.within(self.name))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let content = self.content(&visitor)?;
        content.fields(fields, visitor).map_err(|fault| fault.within(self.name))
    }
}
