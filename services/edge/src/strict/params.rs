//! Reads the parameters of a query or a path.

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::fault::Fault;
use super::text::Text;

/// The longest value of a query parameter, in bytes. Nothing that can be looked up is longer.
const LONGEST: usize = 1024;

/// Named texts.
#[derive(Clone)]
pub(super) struct Params<'de> {
    pairs: &'de [(String, String)],
    /// Parameters that are known whether or not the type has them.
    also: &'static [&'static str],
}

impl<'de> Params<'de> {
    /// The parameters of a query, each of which appears once.
    pub(super) fn query(
        pairs: &'de [(String, String)],
        also: &'static [&'static str],
    ) -> Result<Self, Fault> {
        for (index, (name, _)) in pairs.iter().enumerate() {
            if pairs[..index].iter().any(|(before, _)| before == name) {
                return Err(Fault::twice(name));
            }
        }
        for (name, text) in pairs {
            is_text(text).map_err(|what| Fault::custom(what).within(name))?;
        }
        Ok(Self { pairs, also })
    }

    /// The parameters of a path, in its order.
    pub(super) fn path(pairs: &'de [(String, String)]) -> Self {
        Self { pairs, also: &[] }
    }

    /// The parameters of a type with these fields; others are refused.
    fn named<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.knows_all(fields)?;
        visitor.visit_map(Pairs { rest: self.pairs.iter(), also: self.also, next: None })
    }

    fn knows_all(&self, fields: &'static [&'static str]) -> Result<(), Fault> {
        let known: Vec<&'static str> = [fields, self.also].concat();
        match self.pairs.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((unknown, _)) => Err(Fault::unknown(unknown, known)),
            None => Ok(()),
        }
    }

    /// The only parameter.
    fn first(&self) -> Result<(&'de str, Text<'de>), Fault> {
        match self.pairs {
            [(name, text)] => Ok((name, Text(text))),
            _ => Err(Fault::custom("this call expects one parameter")),
        }
    }
}

/// Whether a value can be looked up at all. What is not UTF-8 was replaced when it was decoded.
fn is_text(text: &str) -> Result<(), &'static str> {
    if text.contains('\u{FFFD}') {
        Err("it is not UTF-8")
    } else if text.contains('\0') {
        Err("it contains U+0000")
    } else if text.len() > LONGEST {
        Err("it is longer than 1024 bytes")
    } else {
        Ok(())
    }
}

macro_rules! of_the_only_one {
    ($($deserialize:ident)*) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            let (name, text) = self.first()?;
            text.$deserialize(visitor).map_err(|fault| fault.within(name))
        }
    )*};
}

impl<'de> Deserializer<'de> for Params<'de> {
    type Error = Fault;

    of_the_only_one! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32
        deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string
        deserialize_bytes deserialize_byte_buf deserialize_option deserialize_identifier
        deserialize_ignored_any
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.knows_all(&[])?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let (parameter, text) = self.first()?;
        text.deserialize_newtype_struct(name, visitor).map_err(|fault| fault.within(parameter))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let (parameter, text) = self.first()?;
        text.deserialize_enum(name, variants, visitor).map_err(|fault| fault.within(parameter))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_seq(Pairs { rest: self.pairs.iter(), also: self.also, next: None })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_map(Pairs { rest: self.pairs.iter(), also: self.also, next: None })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.named(fields, visitor)
    }

    serde::forward_to_deserialize_any! { i128 u128 }
}

struct Pairs<'de> {
    rest: std::slice::Iter<'de, (String, String)>,
    also: &'static [&'static str],
    next: Option<&'de (String, String)>,
}

impl<'de> MapAccess<'de> for Pairs<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let also = self.also;
        self.next = self.rest.by_ref().find(|(name, _)| !also.contains(&name.as_str()));
        let Some((name, _)) = self.next else { return Ok(None) };
        seed.deserialize(Text(name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let Some((name, text)) = self.next.take() else {
            return Err(Fault::custom("a parameter has no value"));
        };
        seed.deserialize(Text(text)).map_err(|fault| fault.within(name))
    }
}

impl<'de> SeqAccess<'de> for Pairs<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some((name, text)) = self.rest.next() else { return Ok(None) };
        seed.deserialize(Text(text)).map(Some).map_err(|fault| fault.within(name))
    }
}
