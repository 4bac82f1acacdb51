//! Reads a value that is written as text: a parameter of the query or the path, or the name of a
//! field.

use serde::de::value::StrDeserializer;
use serde::de::{Deserializer, Error as _, Expected, IntoDeserializer as _, Unexpected, Visitor};

use super::fault::{Fault, dated, quoted_text};

/// A text from which a value is read.
#[derive(Clone, Copy)]
pub(super) struct Text<'de>(pub(super) &'de str);

/// Passes a text on. The library that reads dates reports faults in its own words, so they are
/// replaced here.
pub(super) fn visit<'de, V: Visitor<'de>>(text: &'de str, visitor: V) -> Result<V::Value, Fault> {
    let expected = dated(&(&visitor as &dyn Expected).to_string());
    let read = visitor.visit_borrowed_str::<Fault>(text);
    match expected {
        Some(expected) => read.map_err(|_| Fault::differs(expected, &Unexpected::Str(text))),
        None => read,
    }
}

impl Text<'_> {
    fn not<'de, V: Visitor<'de>>(self, visitor: &V) -> Fault {
        Fault::invalid_type(Unexpected::Str(self.0), visitor)
    }
}

macro_rules! parsed {
    ($($deserialize:ident => $visit:ident,)*) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match self.0.parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(self.not(&visitor)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Text<'de> {
    type Error = Fault;

    parsed! {
        deserialize_bool => visit_bool,
        deserialize_i8 => visit_i8,
        deserialize_i16 => visit_i16,
        deserialize_i32 => visit_i32,
        deserialize_i64 => visit_i64,
        deserialize_u8 => visit_u8,
        deserialize_u16 => visit_u16,
        deserialize_u32 => visit_u32,
        deserialize_u64 => visit_u64,
        deserialize_f32 => visit_f32,
        deserialize_f64 => visit_f64,
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visit(self.0, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if !variants.contains(&self.0) {
            return Err(Fault::not_one_of(quoted_text(self.0), variants));
        }
        let name: StrDeserializer<'_, Fault> = self.0.into_deserializer();
        visitor.visit_enum(name)
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
